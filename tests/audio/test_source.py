"""Sound from files and from memory."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import ArrayLike

from earmark.audio.source import FileSource, Source, from_array
from earmark.errors import InvalidValue, SourceNotFound

RATE = 8000


def listen(source: Source) -> np.ndarray:
    with source.open() as reader:
        return np.concatenate(list(reader.blocks()), axis=1)


@pytest.mark.parametrize(
    ("samples", "expected"),
    [
        ([0.5], [[0.5]]),
        ([0.1, -0.2], [[0.1, -0.2]]),
        ([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]], [[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]),
        (np.array([1.5, -2.0], np.float64), [[1.5, -2.0]]),
        (np.array([0.25, -0.5], np.float16), [[0.25, -0.5]]),
        (np.array([-128, 0, 64], np.int8), [[-1.0, 0.0, 0.5]]),
        (np.array([-32768, 16384], np.int16), [[-1.0, 0.5]]),
        (np.array([-(2**31), 2**30], np.int32), [[-1.0, 0.5]]),
        (np.array([0.1, 0.2], ">f4"), [[0.1, 0.2]]),
        (np.arange(10, dtype=np.float32)[::-2] / 10, [[0.9, 0.7, 0.5, 0.3, 0.1]]),
    ],
)
def test_arrays_become_float_sound(samples: ArrayLike, expected: list[list[float]]) -> None:
    sound = listen(from_array(samples, RATE))
    assert sound.dtype == np.float32
    assert sound == pytest.approx(np.array(expected), abs=1e-7)


@pytest.mark.parametrize(
    ("samples", "rate", "why"),
    [
        ([], RATE, "must have the shape"),
        (0.5, RATE, "must have the shape"),
        (None, RATE, "must have the shape"),
        (np.zeros((2, 0)), RATE, "must have the shape"),
        (np.zeros((1, 2, 3)), RATE, "must have the shape"),
        (np.zeros((3, 2)), RATE, "transposed"),
        ([0.0, np.nan], RATE, "not finite"),
        ([0.0, -np.inf], RATE, "not finite"),
        ([0.0, 0.1], 0, "sample rate of 0"),
        ([0.0, 0.1], -16_000, "sample rate of -16000"),
        (np.zeros(4, np.uint8), RATE, "uint8 are not sound"),
        ([-32768, 16384], RATE, "int64 are not sound"),
        (np.array([-32768, 16384], np.int32), RATE, "pass them as int16"),
        ([[0.1, 0.2], [0.3]], RATE, "same number in every channel"),
        ([0.0, 0.1], np.nan, "sample rate of nan"),
        ([0.0, 0.1], np.inf, "sample rate of inf"),
        ([0.0, 0.1], 16000.7, "sample rate of 16000.7"),
        ([0.0, 0.1], "16000", "sample rate of 16000"),
        ([0.0, 1e300], RATE, "not finite"),
        (np.zeros(4, bool), RATE, "bool are not sound"),
        (np.zeros(4, complex), RATE, "complex128 are not sound"),
        (["a", "b"], RATE, "are not sound"),
    ],
)
def test_arrays_that_are_no_sound_are_refused(samples: ArrayLike, rate: int, why: str) -> None:
    with pytest.raises(InvalidValue, match=why):
        from_array(samples, rate)


@pytest.mark.parametrize("count", [2, 10 * RATE, 10 * RATE + 1, 25 * RATE])
def test_a_long_array_comes_in_blocks_of_ten_seconds_at_most(count: int) -> None:
    samples = np.random.default_rng(0).uniform(-1, 1, (2, count)).astype(np.float32)
    with from_array(samples, RATE).open() as reader:
        blocks = list(reader.blocks())
    assert np.array_equal(np.concatenate(blocks, axis=1), samples)
    assert max(block.shape[1] for block in blocks) <= 10 * RATE


def test_an_array_says_what_it_is() -> None:
    with from_array(np.zeros((2, 12_000), np.int16), RATE).open() as reader:
        assert (reader.rate, reader.channels, reader.announced, reader.problems) == (RATE, 2, 1.5, [])
        list(reader.blocks())
        recording = reader.recording()
    assert (recording.duration, recording.sample_rate, recording.channels) == (1.5, RATE, 2)


def test_the_callers_array_is_left_as_it_was() -> None:
    samples = np.linspace(-1, 1, 1000, dtype=np.float64)
    before = samples.copy()
    listen(from_array(samples, RATE))
    assert np.array_equal(samples, before)


def test_every_source_can_be_listened_to_as_often_as_needed(write_media) -> None:
    samples = np.random.default_rng(0).uniform(-0.5, 0.5, (2, 3000)).astype(np.float32)
    path = write_media("twice.wav", samples, RATE, codec="pcm_f32le")
    for source in (from_array(samples, RATE), FileSource(path, "twice")):
        assert np.array_equal(listen(source), samples)
        assert np.array_equal(listen(source), samples)


def test_a_file_is_known_by_the_name_that_the_user_gave_and_opened_when_it_is_needed(tmp_path: Path) -> None:
    source = FileSource(tmp_path / "gone.wav", "https://example.org/gone.wav")
    assert source.name == "https://example.org/gone.wav"
    with pytest.raises(SourceNotFound):
        listen(source)
