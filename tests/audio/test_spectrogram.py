"""Picture-sized spectrograms against SciPy's and against what a sine must look like."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest

from earmark.audio.source import ArrayReader, ArraySource, from_array
from earmark.audio.spectrogram import FLOOR_DB, WINDOW_SECONDS, Spectrogram, coarse_spectrogram

RATE = 16_000
SIZE = round(WINDOW_SECONDS * RATE)
TOLERANCE_DB = 0.01
"""Of levels down to 100 dB below full scale; float32 is coarser than SciPy's float64 below."""


class InBlocks:
    """A source whose sound comes in blocks of any size."""

    name = "blocks"

    def __init__(self, samples: np.ndarray, size: int, *, announced: float | None) -> None:
        self._source, self._size, self._announced = ArraySource(samples, RATE), size, announced

    @contextmanager
    def open(self) -> Iterator[ArrayReader]:
        reader = ArrayReader(self._source)
        starts = range(0, self._source.samples.shape[1], self._size)
        reader.blocks = lambda: (self._source.samples[:, i : i + self._size] for i in starts)
        reader.announced = self._announced
        yield reader


def noise(seconds: float, channels: int = 1) -> np.ndarray:
    return np.random.default_rng(5).normal(0, 0.1, (channels, round(seconds * RATE))).astype(np.float32)


def sine(hz: float, seconds: float = 1.0) -> np.ndarray:
    return np.sin(2 * np.pi * hz * np.arange(round(seconds * RATE)) / RATE).astype(np.float32)


def look(samples: np.ndarray, columns: int = 100) -> Spectrogram:
    return coarse_spectrogram(from_array(samples, RATE), columns=columns)


def test_a_short_recording_looks_as_scipy_draws_it() -> None:
    signal = pytest.importorskip("scipy.signal")
    samples = noise(1.0)[0]
    _, _, amplitude = signal.spectrogram(
        samples.astype(float),
        window=signal.windows.hann(SIZE, sym=True),
        noverlap=SIZE // 2,
        detrend=False,
        scaling="spectrum",
        mode="magnitude",
    )
    got = look(samples, columns=1000)
    assert got.power.shape == amplitude.shape
    assert np.abs(got.power - 20 * np.log10(2 * amplitude)).max() < TOLERANCE_DB


@pytest.mark.parametrize(("seconds", "columns"), [(10.0, 50), (33.3, 120), (8.0, 7)])
def test_a_long_recording_shows_the_middle_of_every_column(seconds: float, columns: int) -> None:
    samples = noise(seconds)[0]
    step = round(seconds * RATE / columns)
    starts = np.arange(columns) * step + (step - SIZE) // 2
    windows = np.stack([samples[start : start + SIZE] for start in starts]).astype(float)
    shape = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(SIZE) / (SIZE - 1))
    expected = 20 * np.log10(np.abs(np.fft.rfft(windows * shape)).T / (shape.sum() / 2))
    got = look(samples, columns=columns)
    assert got.power.shape == (SIZE // 2 + 1, columns)
    assert np.abs(got.power - expected).max() < TOLERANCE_DB


@pytest.mark.parametrize("level", [0.0, -20.0, -60.0])
@pytest.mark.parametrize("line", [16, 100, 200])
def test_a_sine_stands_at_its_frequency_with_its_level(level: float, line: int) -> None:
    hz = line * RATE / SIZE
    got = look(sine(hz) * np.float32(10 ** (level / 20)))
    assert got.top == RATE / 2
    assert (got.power.argmax(axis=0) == line).all()
    assert np.linspace(0, got.top, len(got.power))[line] == pytest.approx(hz)
    assert got.power[line] == pytest.approx(level, abs=0.05)
    assert (got.power[: line - 8] < level - 50).all()


@pytest.mark.parametrize("announced", [10.0, 4.0, None])
@pytest.mark.parametrize("size", [1, 100, SIZE, 7777])
def test_it_does_not_matter_how_the_blocks_fall(size: int, announced: float | None) -> None:
    samples = noise(1.0 if size == 1 else 10.0, channels=2)
    whole, parts = (
        coarse_spectrogram(InBlocks(samples, n, announced=announced), columns=40) for n in (samples.shape[1], size)
    )
    assert np.array_equal(parts.power, whole.power)
    assert parts.duration == whole.duration == samples.shape[1] / RATE


def test_channels_are_averaged() -> None:
    tone, other = sine(1000), sine(3000)
    assert np.abs(look(np.stack([tone, other])).power - look((tone + other) / 2).power).max() < TOLERANCE_DB
    assert (look(np.stack([tone, -tone])).power == FLOOR_DB).all()


@pytest.mark.parametrize("count", [1, SIZE - 1, SIZE])
def test_a_handful_of_samples_is_one_column(count: int) -> None:
    got = look(np.full(count, 0.5, np.float32))
    assert got.power.shape == (SIZE // 2 + 1, 1)
    assert got.duration == count / RATE
    assert np.isfinite(got.power).all()


def test_digital_zeros_lie_at_the_floor() -> None:
    assert (look(np.zeros(RATE, np.float32)).power == FLOOR_DB).all()
