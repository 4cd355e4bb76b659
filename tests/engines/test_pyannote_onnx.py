"""Networks for speakers: what they are given, and how well speakers of real recordings are told apart."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from earmark.audio.decode import open_reader
from earmark.audio.fbank import kaldi_fbank
from earmark.audio.resample import Resampler
from earmark.core.scores.diarization import DiarizationErrors, diarization_errors
from earmark.core.segment import Segment
from earmark.core.speakers import Diarization, SpeakerCount
from earmark.engines.embedders import CamPlusPlus, Ge2e, SpeakerEmbedder, open_embedder
from earmark.engines.pyannote_onnx import PyannoteOnnx
from earmark.engines.segmentation import FRAMES, WINDOW, Segmentation, powerset
from earmark.engines.sessions import open_session
from earmark.errors import BrokenModel
from earmark.formats.rttm import loads
from earmark.services.evaluate import assign_speakers

RATE = 16_000


@pytest.fixture(scope="module")
def folder(test_data: Path) -> Path:
    return test_data / "models" / "diarization"


@pytest.fixture(scope="module", params=["spk.onnx", "ge2e.onnx"])
def embedder(request: pytest.FixtureRequest, folder: Path) -> SpeakerEmbedder:
    return open_embedder(folder / request.param)


@pytest.fixture(scope="module")
def diarizer(folder: Path) -> PyannoteOnnx:
    return PyannoteOnnx(folder / "seg.onnx", open_embedder(folder / "spk.onnx"))


def sound(path: Path) -> np.ndarray:
    with open_reader(path) as reader:
        resampler = Resampler(reader.rate, RATE, 1)
        parts = [resampler.feed(block.mean(axis=0, keepdims=True)) for block in reader.blocks()]
        return np.concatenate([*parts, resampler.finish(1)], axis=1)[0]


def utterances(test_data: Path, who: str) -> list[np.ndarray]:
    return [sound(path) for path in sorted((test_data / "audio" / "speakers" / who).glob("*.flac"))]


def errors(path: Path, found: Diarization, collar: float) -> DiarizationErrors:
    reference = [
        Segment(start=s.start, end=s.end, speaker=s.speaker)
        for s in loads(path.with_suffix(".rttm").read_text(encoding="utf-8"), source=path.name).segments
    ]
    heard = [Segment(start=turn.start, end=turn.end, speaker=turn.speaker) for turn in found.turns]
    return diarization_errors(reference, heard, assign=assign_speakers, collar=collar)


# Real recordings


@pytest.mark.parametrize(
    ("name", "people", "most"),
    [("conversation_01", 2, 0.3), ("conversation_02", 3, 0.34), ("conversation_03", 4, 0.2), ("dialogue_01", 3, 0.12)],
)
def test_speakers_of_conversations_are_counted_and_told_apart(
    diarizer: PyannoteOnnx, test_data: Path, name: str, people: int, most: float
) -> None:
    path = test_data / "audio" / "composites" / f"{name}.flac"
    stream = diarizer.listen()
    stream.feed(sound(path))
    found = stream.finish(SpeakerCount())
    assert len(found.speakers) == people
    assert (errors(path, found, 0.0).rate or 0) < most


def test_excerpts_of_meetings_are_no_worse_than_what_was_to_be_beaten(diarizer: PyannoteOnnx, test_data: Path) -> None:
    plain, collared = DiarizationErrors(), DiarizationErrors()
    for path in sorted((test_data / "audio" / "diarization").glob("*.flac")):
        stream = diarizer.listen()
        stream.feed(sound(path))
        found = stream.finish(SpeakerCount())
        plain, collared = plain + errors(path, found, 0.0), collared + errors(path, found, 0.25)
    assert (plain.rate or 1) < 0.323
    assert (collared.rate or 1) < 0.218


# Segmentation


def test_classes_are_nobody_each_alone_and_pairs() -> None:
    expected = [[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [1, 0, 1], [0, 1, 1]]
    assert powerset().tolist() == expected


def test_probabilities_are_those_of_the_network(folder: Path, test_data: Path) -> None:
    window = utterances(test_data, "1688")[0][:WINDOW]
    window = np.pad(window, (0, WINDOW - len(window)))
    (out,) = open_session(folder / "seg.onnx").run(None, {"wav": window[None, None]})
    chances = np.exp(out[0].astype(np.float64))
    expected = np.stack([chances[:, [1, 4, 5]], chances[:, [2, 4, 6]], chances[:, [3, 5, 6]]]).sum(axis=2).T
    scores = Segmentation(folder / "seg.onnx")(window)
    assert scores.shape == (FRAMES, 3)
    assert scores == pytest.approx(expected, abs=1e-5)
    assert scores.max() > 0.9


def renamed(path: Path, target: Path, names: dict[str, str]) -> Path:
    """Copy a network with other names (of the same length) for what goes in and out."""
    content = path.read_bytes()
    for old, new in names.items():
        assert len(old) == len(new)
        content = content.replace(bytes([len(old)]) + old.encode(), bytes([len(new)]) + new.encode())
    target.write_bytes(content)
    assert open_session(target).get_inputs()[0].name in names.values()
    return target


def test_networks_may_call_their_inputs_what_they_like(folder: Path, tmp_path: Path) -> None:
    noise = np.random.default_rng(1).normal(0, 0.1, WINDOW).astype(np.float32)
    seg = renamed(folder / "seg.onnx", tmp_path / "seg.onnx", {"wav": "in_", "logp": "outp"})
    spk = renamed(folder / "spk.onnx", tmp_path / "spk.onnx", {"feat": "x_in", "emb": "out"})
    assert np.array_equal(Segmentation(seg)(noise), Segmentation(folder / "seg.onnx")(noise))
    assert np.array_equal(open_embedder(spk)(noise), open_embedder(folder / "spk.onnx")(noise))


@pytest.mark.parametrize("content", [None, b"", b"not a network", bytes(500)])
def test_a_file_that_is_no_network_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "seg.onnx"
    if content is not None:
        path.write_bytes(content)
    for make in (Segmentation, open_embedder, CamPlusPlus, Ge2e):
        with pytest.raises(BrokenModel, match=str(path)):
            make(path)


@pytest.mark.parametrize("name", ["spk.onnx", "ge2e.onnx"])
def test_a_network_for_something_else_is_named(folder: Path, name: str) -> None:
    with pytest.raises(BrokenModel, match=name):
        Segmentation(folder / name)
    with pytest.raises(BrokenModel, match=r"seg\.onnx"):
        open_embedder(folder / "seg.onnx")
    wrong = {"spk.onnx": Ge2e, "ge2e.onnx": CamPlusPlus}[name]
    with pytest.raises(BrokenModel, match=name):
        wrong(folder / name)


# Voices


def test_each_network_is_known_by_what_it_takes(folder: Path) -> None:
    assert open_embedder(folder / "spk.onnx").name == "cam++-192"
    assert open_embedder(folder / "ge2e.onnx").name == "ge2e-256"


@pytest.mark.parametrize("seconds", [0.25, 0.7, 1.6, 1.61, 5.0])
def test_vectors_have_length_1_however_short_the_speech(
    embedder: SpeakerEmbedder, test_data: Path, seconds: float
) -> None:
    vector = embedder(utterances(test_data, "367")[0][: round(seconds * RATE)])
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


def test_the_same_voice_is_nearer_than_others(embedder: SpeakerEmbedder, test_data: Path) -> None:
    people = ["1688", "1998", "2033", "2414", "367"]
    vectors = np.stack([embedder(s[: 4 * RATE]) for who in people for s in utterances(test_data, who)[:4]])
    near, who = vectors @ vectors.T, np.repeat(np.arange(5), 4)
    same = (who[:, None] == who) & ~np.eye(20, dtype=bool)
    others = who[:, None] != who
    assert near[same].mean() > near[others].mean() + 0.2
    threshold = 1 - embedder.same_voice
    assert ((near[same] < threshold).mean() + (near[others] > threshold).mean()) / 2 < 0.2


def test_how_loud_somebody_speaks_hardly_matters(embedder: SpeakerEmbedder, test_data: Path) -> None:
    speech = utterances(test_data, "2033")[0]
    assert embedder(speech) @ embedder(speech * np.float32(0.1)) > 0.95


def test_cam_gets_kaldis_bands_without_their_mean(folder: Path, test_data: Path) -> None:
    speech = utterances(test_data, "2033")[0]
    features = kaldi_fbank(speech)
    (out,) = open_session(folder / "spk.onnx").run(None, {"feat": (features - features.mean(axis=0))[None]})
    assert CamPlusPlus(folder / "spk.onnx")(speech) == pytest.approx(out[0] / np.linalg.norm(out[0]), abs=1e-5)


def test_memory_for_an_hour_is_some_megabytes(diarizer: PyannoteOnnx, test_data: Path) -> None:
    import pickle

    stream = diarizer.listen()
    for speech in utterances(test_data, "1688")[:4]:
        stream.feed(speech)
    kept = len(pickle.dumps((stream._starts, stream._windows, stream._prints)))
    heard = stream._starts[-1] * 270 / RATE + 5
    assert len(stream._held) <= 2 * WINDOW
    assert kept / heard * 3600 < 5e6
