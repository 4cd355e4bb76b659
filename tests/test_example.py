"""The bundled example says the truth about itself."""

from __future__ import annotations

import csv
from importlib.resources import as_file, files
from typing import TYPE_CHECKING

import numpy as np
import pytest

if TYPE_CHECKING:
    from numpy.typing import NDArray

EXAMPLE = files("earmark") / "example"
RATE = 16_000


@pytest.fixture(scope="module")
def truth() -> list[dict[str, str]]:
    return list(csv.DictReader((EXAMPLE / "example.csv").read_text(encoding="utf-8").splitlines()))


@pytest.fixture(scope="module")
def sound() -> NDArray[np.float32]:
    import av

    with as_file(EXAMPLE / "example.flac") as path, av.open(str(path)) as file:
        assert (file.streams.audio[0].rate, file.streams.audio[0].channels) == (RATE, 1)
        return np.concatenate([frame.to_ndarray()[0] for frame in file.decode(audio=0)]).astype(np.float32) / 32768


def spans(truth: list[dict[str, str]], label: str) -> list[tuple[float, float]]:
    return [(float(row["start"]), float(row["end"])) for row in truth if row["label"] == label]


def level(part: NDArray[np.float32]) -> float:
    return float(10 * np.log10(np.mean(np.square(part))))


def test_the_truth_covers_the_recording_without_gap_or_overlap(
    truth: list[dict[str, str]], sound: NDArray[np.float32]
) -> None:
    ends = [float(row["end"]) for row in truth]
    assert [float(row["start"]) for row in truth] == [0.0, *ends[:-1]]
    assert ends[-1] == pytest.approx(len(sound) / RATE, abs=1e-4)
    assert {row["label"] for row in truth} == {"speech", "noise", "silence"}
    assert {row["language"] for row in truth if row["text"]} == {"en", "fr"}


def test_it_is_small_and_nowhere_digital_silence(sound: NDArray[np.float32]) -> None:
    assert len((EXAMPLE / "example.flac").read_bytes()) < 400_000
    loudest = np.abs(sound[: len(sound) // 1600 * 1600].reshape(-1, 1600)).max(axis=1)
    assert loudest.min() > 0


@pytest.mark.parametrize(
    ("label", "lowest", "highest"), [("silence", -78, -74), ("noise", -40, -30), ("speech", -26, -22)]
)
def test_each_part_has_its_level(
    truth: list[dict[str, str]], sound: NDArray[np.float32], label: str, lowest: float, highest: float
) -> None:
    for start, end in spans(truth, label):
        assert lowest < level(sound[round(start * RATE) : round(end * RATE)]) < highest


def test_speech_activity_is_found_where_the_truth_has_it_and_nowhere_else(
    truth: list[dict[str, str]], sound: NDArray[np.float32]
) -> None:
    from faster_whisper.vad import VadOptions, get_speech_timestamps

    found = get_speech_timestamps(sound, VadOptions(min_silence_duration_ms=500, speech_pad_ms=0))
    heard = [(span["start"] / RATE, span["end"] / RATE) for span in found]
    spoken = spans(truth, "speech")
    assert len(heard) == len(spoken)
    for one, other in zip(heard, spoken, strict=True):
        assert one == pytest.approx(other, abs=0.3)


def test_draft_recognition_understands_the_english(truth: list[dict[str, str]], sound: NDArray[np.float32]) -> None:
    pytest.importorskip("pocketsphinx", reason="the extra earmark[pocketsphinx] is not installed")
    from jiwer import wer
    from pocketsphinx import Decoder

    decoder = Decoder(samprate=RATE, loglevel="FATAL")
    said, heard = [], []
    for row in truth:
        if row["language"] == "en":
            start, end = round((float(row["start"]) - 0.3) * RATE), round((float(row["end"]) + 0.3) * RATE)
            decoder.start_utt()
            decoder.process_raw((sound[start:end] * 32767).astype(np.int16).tobytes(), full_utt=True)
            decoder.end_utt()
            said.append(row["text"].lower().rstrip("."))
            heard.append(decoder.hyp().hypstr)
    assert wer(said, heard) < 0.15
