"""The networks that tell speakers apart: where they lie, and where they come from."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from earmark.errors import BrokenModel, FetchFailed, ModelNotFound, OutputFailed
from earmark.services import hub

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Progress = Callable[[int, int | None], None]

SPEAKERS_FOLDER = "diarization"
SEGMENTATION = "seg.onnx"
CAM, GE2E = "spk.onnx", "ge2e.onnx"
EMBEDDERS = (CAM, GE2E)
"""Networks for voices; the first that is there is used. CAM++ finds the number of speakers more often
(docs/benchmarks.md), GE2E takes less time."""
SOURCES = {
    SEGMENTATION: ("csukuangfj/sherpa-onnx-pyannote-segmentation-3-0", "model.onnx"),
    CAM: ("csukuangfj/speaker-embedding-models", "3dspeaker_speech_campplus_sv_zh_en_16k-common_advanced.onnx"),
}
"""Repository of the hub, and name in it, of each file that is downloaded: pyannote's segmentation-3.0 (MIT), and CAM++
of 3D-Speaker (Apache-2.0)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeakerFiles:
    """The networks of one diarizer.

    Attributes
    ----------
    segmentation : Path
        Who speaks within ten seconds.
    embedder : Path
        What a voice sounds like.
    """

    segmentation: Path
    embedder: Path


def find_diarization(models_dir: Path, *, embedder: str | None = None) -> SpeakerFiles:
    """Find the networks in the models folder.

    Parameters
    ----------
    models_dir : Path
        The models folder.
    embedder : str, optional
        Name of the file with the network for voices; by default the first of `EMBEDDERS` that is there.

    Raises
    ------
    ModelNotFound
        If one is not there, with how to get it.
    BrokenModel
        If one is empty.
    """
    folder = models_dir / SPEAKERS_FOLDER
    wanted = EMBEDDERS if embedder is None else (embedder,)
    voices = next((folder / name for name in wanted if (folder / name).is_file()), None)
    if voices is None or not (folder / SEGMENTATION).is_file():
        raise _not_found(folder, "they are not in the models folder")
    for path in (folder / SEGMENTATION, voices):
        if path.stat().st_size == 0:
            raise BrokenModel(f"{path} is empty. Delete it and run `earmark models pull {SPEAKERS_FOLDER}`.")
    return SpeakerFiles(segmentation=folder / SEGMENTATION, embedder=voices)


def problem(models_dir: Path) -> str | None:
    """Say why speakers cannot be told apart with what is in the models folder; None where they can."""
    try:
        find_diarization(models_dir)
    except (ModelNotFound, BrokenModel) as error:
        return str(error)
    return None


def pull_diarization(models_dir: Path, *, offline: bool = False, progress: Progress | None = None) -> Path:
    """Download the networks into the models folder, unless they are there; returns their folder.

    Each appears there complete and checked, or not at all; a download that broke off goes on from where it was.

    Raises
    ------
    ModelNotFound
        If they cannot be had, with what to do.
    """
    from filelock import FileLock
    from huggingface_hub import constants

    folder = models_dir / SPEAKERS_FOLDER
    if problem(models_dir) is None:
        return folder
    if offline or constants.HF_HUB_OFFLINE:
        raise _not_found(folder, "downloads are switched off (EARMARK_OFFLINE or HF_HUB_OFFLINE)")
    try:
        models_dir.mkdir(parents=True, exist_ok=True)
        with FileLock(models_dir / f".{SPEAKERS_FOLDER}.lock"):
            _pull(folder, progress)
    except (FetchFailed, OutputFailed) as error:
        raise _not_found(folder, str(error).rstrip(".")) from error
    except OSError as error:
        raise _not_found(folder, f"{models_dir} cannot be written to: {error.strerror}") from error
    return folder


def _pull(folder: Path, progress: Progress | None) -> None:
    missing = {name: source for name, source in SOURCES.items() if not _has(folder / name)}
    files = {name: _announced(*source) for name, source in missing.items()}
    staging = folder.with_name(f".{folder.name}.part")
    staging.mkdir(exist_ok=True)
    # Under the names that they get here: two repositories may have files of the same name.
    hub.download_files(tuple(replace(file, name=name) for name, file in files.items()), staging, progress=progress)
    folder.mkdir(exist_ok=True)
    for name in files:
        (staging / name).replace(folder / name)
    shutil.rmtree(staging)


def _announced(repository: str, name: str) -> hub.HubFile:
    found = hub.announced(repository, (name,), endpoint=hub.hub_endpoint())
    if not found:
        raise FetchFailed(f"{repository} has no file {name} any more")
    return found[0]


def _has(path: Path) -> bool:
    return path.is_file() and path.stat().st_size > 0


def _not_found(folder: Path, why: str) -> ModelNotFound:
    pull = f"earmark models pull {SPEAKERS_FOLDER}"
    sources = " and ".join(f"{folder / name} ({file} of {repo})" for name, (repo, file) in SOURCES.items())
    return ModelNotFound(
        f"The networks that tell speakers apart are not on this machine: {why}. Where there is a network, run "
        f"`{pull}`; or copy them from huggingface.co to {sources}."
    )
