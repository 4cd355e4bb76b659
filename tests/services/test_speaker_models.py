"""Finding and downloading the networks that tell speakers apart; the hub is a small imitation on this machine."""

from __future__ import annotations

from pathlib import Path

import pytest
from huggingface_hub import constants
from tests.services.test_models import Hub, online

from earmark.errors import BrokenModel, ModelNotFound
from earmark.services.models import list_models, pull, remove
from earmark.services.speaker_models import CAM, GE2E, SEGMENTATION, SOURCES, SpeakerFiles, find_diarization

__all__ = ["online"]

CONTENT = {SEGMENTATION: b"who speaks", CAM: b"what voices are like"}


@pytest.fixture
def models_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    return tmp_path / "models"


@pytest.fixture
def offering(online: Hub) -> Hub:
    """A hub that has both repositories, with more in them than is wanted."""
    for ours, (repository, name) in SOURCES.items():
        online.repositories[repository] = {name: CONTENT[ours], "model.int8.onnx": b"other", "README.md": b"words"}
    return online


def write(models_dir: Path, **files: bytes) -> Path:
    folder = models_dir / "diarization"
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / f"{name}.onnx").write_bytes(content)
    return folder


@pytest.mark.parametrize(
    ("there", "used"), [(("seg", "spk"), CAM), (("seg", "ge2e"), GE2E), (("seg", "spk", "ge2e"), CAM)]
)
def test_networks_in_the_models_folder_are_found(models_dir: Path, there: tuple[str, ...], used: str) -> None:
    folder = write(models_dir, **dict.fromkeys(there, b"x"))
    assert find_diarization(models_dir) == SpeakerFiles(segmentation=folder / SEGMENTATION, embedder=folder / used)


def test_a_network_for_voices_can_be_chosen(models_dir: Path) -> None:
    folder = write(models_dir, seg=b"x", spk=b"x", ge2e=b"x")
    assert find_diarization(models_dir, embedder=GE2E).embedder == folder / GE2E


@pytest.mark.parametrize("there", [(), ("seg",), ("spk",), ("ge2e",)])
def test_networks_that_are_missing_come_with_the_way_to_get_them(models_dir: Path, there: tuple[str, ...]) -> None:
    folder = write(models_dir, **dict.fromkeys(there, b"x"))
    with pytest.raises(ModelNotFound) as caught:
        find_diarization(models_dir)
    words = ["earmark models pull diarization", str(folder / SEGMENTATION), str(folder / CAM), *SOURCES[CAM]]
    assert all(word in str(caught.value) for word in words)
    assert "\n" not in str(caught.value)


def test_a_network_that_is_empty_is_named(models_dir: Path) -> None:
    folder = write(models_dir, seg=b"x", spk=b"")
    with pytest.raises(BrokenModel, match=str(folder / CAM)):
        find_diarization(models_dir)


def test_a_download_brings_both_networks_under_their_names(offering: Hub, models_dir: Path) -> None:
    steps: list[tuple[int, int | None]] = []
    folder = pull("diarization", models_dir=models_dir, progress=lambda done, total: steps.append((done, total)))
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == CONTENT
    total = sum(map(len, CONTENT.values()))
    assert steps[-1] == (total, total)
    assert [path.name for path in models_dir.iterdir() if path.is_dir()] == ["diarization"]


def test_what_is_there_is_not_downloaded_again(offering: Hub, models_dir: Path) -> None:
    folder = write(models_dir, seg=b"mine", ge2e=b"mine")
    assert pull("diarization", models_dir=models_dir) == folder
    assert pull("diarization", models_dir=models_dir, offline=True) == folder
    assert offering.asked == []


def test_only_what_is_missing_is_downloaded(offering: Hub, models_dir: Path) -> None:
    folder = write(models_dir, seg=b"mine", spk=b"")
    pull("diarization", models_dir=models_dir)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == CONTENT | {SEGMENTATION: b"mine"}


def test_an_interrupted_download_goes_on_later(offering: Hub, models_dir: Path) -> None:
    def stop(done: int, _total: int | None) -> None:
        if done >= 15:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pull("diarization", models_dir=models_dir, progress=stop)
    assert list_models(models_dir) == []
    part = models_dir / ".diarization.part" / f"{CAM}.part"
    part.write_bytes(CONTENT[CAM][:5])
    pull("diarization", models_dir=models_dir)
    assert ("bytes=5-") in [asked[1] for asked in offering.asked]
    assert (models_dir / "diarization" / CAM).read_bytes() == CONTENT[CAM]


@pytest.mark.parametrize("gone", [SEGMENTATION, CAM])
def test_a_repository_without_the_file_is_told(offering: Hub, models_dir: Path, gone: str) -> None:
    repository, name = SOURCES[gone]
    del offering.repositories[repository][name]
    with pytest.raises(ModelNotFound, match=f"{repository} has no file {name} any more"):
        pull("diarization", models_dir=models_dir)


def test_without_a_network_nothing_is_asked(offering: Hub, models_dir: Path) -> None:
    with pytest.raises(ModelNotFound, match="EARMARK_OFFLINE"):
        pull("diarization", models_dir=models_dir, offline=True)
    assert offering.asked == []


def test_a_models_folder_that_cannot_be_written_is_told(offering: Hub, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(ModelNotFound, match="cannot be written to"):
        pull("diarization", models_dir=tmp_path / "file" / "models")


def test_the_list_shows_them_as_speakers_and_says_what_is_missing(models_dir: Path) -> None:
    write(models_dir, seg=b"x")
    (broken,) = list_models(models_dir)
    assert broken.kind == "speakers"
    assert "earmark models pull diarization" in (broken.problem or "")
    write(models_dir, spk=b"xy")
    (whole,) = list_models(models_dir)
    assert (whole.name, whole.kind, whole.size, whole.problem) == ("diarization", "speakers", 3, None)


def test_they_can_be_removed(models_dir: Path) -> None:
    folder = write(models_dir, seg=b"x", spk=b"x")
    assert remove("diarization", models_dir=models_dir) == folder
    assert list_models(models_dir) == []
