"""Speech probabilities against faster-whisper's own use of the same network."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from earmark.audio.decode import open_reader
from earmark.engines.silero import HOP, SileroVad


@pytest.fixture(scope="module")
def speech(test_data: Path) -> np.ndarray:
    with open_reader(test_data / "audio" / "speech_en" / "jfk.flac") as reader:
        sound = np.concatenate(list(reader.blocks()), axis=1).mean(axis=0)
    return sound[:: reader.rate // 16_000].astype(np.float32)


def listen(samples: np.ndarray, size: int) -> np.ndarray:
    stream = SileroVad().listen()
    parts = [stream.feed(samples[i : i + size]) for i in range(0, len(samples), size)]
    return np.concatenate([*parts, stream.finish()])


@pytest.mark.parametrize("size", [100, 512, 7777, 1_000_000])
def test_blocks_of_any_size_give_the_reference(speech: np.ndarray, size: int) -> None:
    from faster_whisper.vad import get_vad_model

    padded = np.pad(speech, (0, -len(speech) % HOP))
    reference = get_vad_model()(padded.copy()).ravel()
    got = listen(speech, size)
    assert got.shape == reference.shape
    # The reference clears the context of its last hop by mistake, so that one may differ.
    assert np.abs(got - reference)[:-1].max() < 1e-4


def test_zeros_hold_no_speech_and_no_samples_no_probability() -> None:
    scores = listen(np.zeros(48_000, np.float32), 4000)
    assert scores.max() < 0.1
    assert (scores[32:] == 0).all(), "after a second of zeros the network is not asked any more"
    assert len(listen(np.zeros(0, np.float32), 10)) == 0
    assert len(listen(np.zeros(1, np.float32), 10)) == 1


def test_streams_do_not_disturb_each_other(speech: np.ndarray) -> None:
    detector = SileroVad()
    one, two = detector.listen(), detector.listen()
    first = one.feed(speech[: HOP * 40])
    two.feed(np.ones(HOP * 20, np.float32))
    rest = one.feed(speech[HOP * 40 :])
    assert np.array_equal(np.concatenate([first, rest, one.finish()]), listen(speech, len(speech)))
