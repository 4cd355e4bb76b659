"""Levels and the silence threshold."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.audio.levels import DIGITAL_SILENCE, LevelMeter
from earmark.audio.silence import Loudness, SilenceRule, loudness


def measure(samples: np.ndarray, rate: int, sizes: list[int]) -> np.ndarray:
    meter, begin = LevelMeter(rate), 0
    for size in [*sizes, samples.shape[1]]:
        meter.feed(samples[:, begin : begin + size])
        begin += size
    return meter.finish()


@given(st.integers(100, 50_000), st.integers(1, 3), st.lists(st.integers(0, 4000), max_size=6), st.integers(1, 9000))
def test_levels_equal_the_definition_however_the_blocks_fall(
    rate: int, channels: int, sizes: list[int], count: int
) -> None:
    samples = np.random.default_rng(count).normal(0, 0.1, (channels, count)).astype(np.float32)
    edges = [int(np.floor(k * rate / 100 + 0.5)) for k in range(count * 100 // rate + 3)]
    edges = sorted({min(edge, count) for edge in edges} | {count})
    expected = [[np.var(row[a:b].astype(float)) for a, b in itertools.pairwise(edges)] for row in samples]
    expected_db = 10 * np.log10(np.maximum(expected, 1e-12))
    got = measure(samples, rate, sizes)
    assert got.shape == expected_db.shape
    assert np.allclose(got, expected_db, atol=0.05)


def test_a_full_scale_sine_is_3_db_below_full_scale() -> None:
    sine = np.sin(2 * np.pi * 1000 * np.arange(16_000) / 16_000)[None].astype(np.float32)
    assert np.allclose(measure(sine, 16_000, []), -3.01, atol=0.01)


def test_a_constant_offset_is_silence() -> None:
    assert (measure(np.full((1, 16_000), 0.3, np.float32), 16_000, []) < -100).all()


def test_zeros_are_digital_silence_and_have_no_loudness() -> None:
    levels = measure(np.zeros((1, 8000), np.float32), 8000, [])
    assert (levels == DIGITAL_SILENCE).all()
    assert loudness(levels[0]) == Loudness(floor=DIGITAL_SILENCE, loud=DIGITAL_SILENCE)


@pytest.mark.parametrize("gain", [0.0, -30.0, 12.0])
def test_the_threshold_moves_with_the_recording(gain: float) -> None:
    levels = np.concatenate([np.full(500, -65.0), np.full(500, -20.0)]).astype(np.float32)
    base = SilenceRule().threshold(loudness(levels), has_speech=True)
    moved = SilenceRule(absolute=-120).threshold(loudness(levels + np.float32(gain)), has_speech=True)
    assert moved - base == pytest.approx(gain, abs=0.01)


def test_steady_noise_is_not_silence() -> None:
    rain = np.random.default_rng(1).normal(-40, 1.5, 6000).astype(np.float32)
    assert SilenceRule().threshold(loudness(rain), has_speech=False) < rain.min()


def test_an_empty_room_is_silence() -> None:
    hiss = np.random.default_rng(1).normal(-72, 1.0, 6000).astype(np.float32)
    assert SilenceRule().threshold(loudness(hiss), has_speech=False) > hiss.max()
