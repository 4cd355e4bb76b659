"""Resampled sound against the sine that it should be."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earmark.audio.resample import Resampler

TARGET = 16_000
EDGE = 0.05
"""Seconds at both ends where the filter sees the silence outside of the sound."""


def sine(hz: float, rate: int, seconds: float = 1.0) -> np.ndarray:
    return np.sin(2 * np.pi * hz * np.arange(round(seconds * rate)) / rate)[None].astype(np.float32)


def resample(samples: np.ndarray, rate: int, target: int, sizes: list[int] | None = None) -> np.ndarray:
    resampler, begin, parts = Resampler(rate, target, samples.shape[0]), 0, []
    for size in [*(sizes or []), samples.shape[1]]:
        parts.append(resampler.feed(samples[:, begin : begin + size]))
        begin += size
    return np.concatenate([*parts, resampler.finish(samples.shape[0])], axis=1)


def inside(samples: np.ndarray, rate: int) -> np.ndarray:
    return samples[:, round(EDGE * rate) : -round(EDGE * rate)]


@pytest.mark.parametrize(
    ("rate", "target"),
    [(8000, TARGET), (11_025, TARGET), (44_100, TARGET), (48_000, TARGET), (384_000, TARGET), (TARGET, 44_100)],
)
@pytest.mark.parametrize("hz", [50.0, 440.0, 3400.0])
def test_a_sine_stays_the_same_sine_in_time_and_level(rate: int, target: int, hz: float) -> None:
    got = resample(sine(hz, rate), rate, target)
    assert got.shape == (1, target)
    assert got.dtype == np.float32
    assert np.abs(inside(got - sine(hz, target), target)).max() < 1e-5


@pytest.mark.parametrize("hz", [9000.0, 15_000.0, 21_000.0])
def test_what_the_new_rate_cannot_hold_is_gone(hz: float) -> None:
    got = inside(resample(sine(hz, 44_100), 44_100, TARGET), TARGET)
    assert np.abs(got).max() < 10 ** (-90 / 20)


def test_at_the_same_rate_samples_pass_untouched() -> None:
    noise = np.random.default_rng(0).normal(size=(3, 5000)).astype(np.float32)
    assert np.array_equal(resample(noise, TARGET, TARGET, [7, 900]), noise)


@settings(max_examples=30)
@given(st.lists(st.integers(0, 3000), max_size=8))
def test_it_does_not_matter_how_the_blocks_fall(sizes: list[int]) -> None:
    noise = np.random.default_rng(1).normal(0, 0.2, (2, 9000)).astype(np.float32)
    assert np.abs(resample(noise, 44_100, TARGET, sizes) - resample(noise, 44_100, TARGET)).max() < 1e-6


def test_channels_do_not_leak_into_each_other() -> None:
    both = np.concatenate([sine(440, 44_100), np.zeros((1, 44_100), np.float32), sine(1000, 44_100)])
    got = resample(both, 44_100, TARGET)
    assert not got[1].any()
    assert np.array_equal(got[2:], resample(both[2:], 44_100, TARGET))


@pytest.mark.parametrize(("count", "expected"), [(0, 0), (1, 0), (3, 1), (44_101, 16_000)])
def test_the_length_follows_the_rates_down_to_nothing(count: int, expected: int) -> None:
    assert resample(np.zeros((2, count), np.float32), 44_100, TARGET).shape == (2, expected)
