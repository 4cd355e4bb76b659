"""Waveform peaks."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.audio.peaks import PeakColumns, PeaksPyramid, peaks_grid, to_columns
from earmark.audio.pyramid import columns_per_level


def noise(channels: int, count: int) -> np.ndarray:
    return np.random.default_rng(count).uniform(-1, 1, (channels, count)).astype(np.float32)


def levels_of(samples: np.ndarray, rate: int, sizes: list[int]) -> dict[int, np.ndarray]:
    pyramid, parts, begin = PeaksPyramid(rate, len(samples)), {}, 0
    for size in [*sizes, samples.shape[1]]:
        for level, columns in pyramid.feed(samples[:, begin : begin + size]):
            parts.setdefault(level, []).append(columns)
        begin += size
    for level, columns in pyramid.finish():
        parts.setdefault(level, []).append(columns)
    return {level: np.concatenate(found, axis=1) for level, found in parts.items()}


def extremes(samples: np.ndarray) -> np.ndarray:
    pair = np.stack([samples.min(axis=1), samples.max(axis=1)], axis=1)
    return np.clip(np.rint(pair * np.float32(32767)), -32767, 32767)


@given(
    st.one_of(st.integers(1, 200), st.integers(7000, 50_000)),
    st.integers(1, 3),
    st.lists(st.integers(0, 3000), max_size=5),
    st.integers(1, 9000),
)
def test_peaks_equal_the_definition_however_the_blocks_fall(
    rate: int, channels: int, sizes: list[int], count: int
) -> None:
    samples, grid = noise(channels, count), peaks_grid(rate)
    levels = levels_of(samples, rate, sizes)
    for level, columns in enumerate(columns_per_level(grid.count(count))):
        edges = [min(grid.sample(k * 4**level), count) for k in range(columns + 1)]
        edges[-1] = count
        expected = [extremes(samples[:, a:b]) for a, b in itertools.pairwise(edges)]
        assert np.array_equal(levels[level], np.stack(expected, axis=1))


def test_a_click_is_seen_at_every_zoom() -> None:
    samples = np.zeros((1, 60 * 8000), np.float32)
    samples[0, 123_457] = -0.5
    levels = levels_of(samples, 8000, [80_000] * 6)
    assert {int(level.min()) for level in levels.values()} == {-16384}
    assert {int(level.max()) for level in levels.values()} == {0}


def test_what_is_too_loud_is_drawn_at_full_scale() -> None:
    assert levels_of(np.array([[3.0, -3.0]], np.float32), 100, [])[0].tolist() == [[[32767, 32767], [-32767, -32767]]]


def test_memory_stays_flat_over_hours() -> None:
    pyramid, block, most = PeaksPyramid(8000, 2), noise(2, 80_000), 0
    for _ in range(2 * 360):
        pyramid.feed(block)
        most = max(most, pyramid.held)
    assert most < 1000


@given(
    st.lists(st.integers(0, 400), min_size=2, max_size=30),
    st.lists(st.integers(0, 90), max_size=6),
    st.integers(1, 500),
)
def test_columns_between_any_edges(edges: list[int], sizes: list[int], count: int) -> None:
    edges = sorted(min(edge, count - 1) for edge in edges)
    samples = noise(1, count)
    columns = PeakColumns(np.array(edges, np.int64))
    position = columns.begin
    for size in [*sizes, count]:
        columns.feed(samples[:, position : position + size])
        position += size
    # A column between two samples shows the one at its edge; those at the very end share the last one.
    starts = [min(edge, columns.end - 1) for edge in edges[:-1]]
    bounds = zip(starts, [*starts[1:], columns.end], strict=True)
    expected = [extremes(samples[:, a : max(b, a + 1)])[0] for a, b in bounds]
    assert np.array_equal(columns.finish(), expected)


def test_columns_beyond_the_sound_are_flat() -> None:
    columns = PeakColumns(np.array([0, 2, 4, 6]))
    columns.feed(np.array([[0.5, -0.5, 0.25]], np.float32))
    assert columns.finish().tolist() == [[-16384, 16384], [8192, 8192], [0, 0]]


@pytest.mark.parametrize(
    ("starts", "expected"),
    [([0, 2], [[-2, 2], [-4, 4]]), ([0, 0, 1], [[-1, 1], [-1, 1], [-4, 4]]), ([3], [[-4, 4]])],
)
def test_columns_are_joined_or_repeated(starts: list[int], expected: list[list[int]]) -> None:
    columns = np.array([[-1, 1], [-2, 2], [-3, 3], [-4, 4]], np.int16)
    assert to_columns(columns, np.array(starts)).tolist() == expected
