"""Column edges and pooling."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.audio.pyramid import TILE_COLUMNS, Grid, MaxPyramid, columns_per_level

DAY = 24 * 3600


@given(st.sampled_from([0.01, 0.001, 0.0107, 0.5]), st.integers(1, 384_000), st.integers(0, 10_000))
def test_edges_are_times_rounded_half_up(seconds: float, rate: int, column: int) -> None:
    step = max(Fraction(str(seconds)), Fraction(1, rate))
    assert Grid.every(seconds, rate).sample(column) == (step * column * rate + Fraction(1, 2)).__floor__()


@given(st.sampled_from([0.01, 0.0037, 1.0]), st.integers(1, 384_000), st.integers(0, 100_000))
def test_count_is_the_number_of_columns_that_begin_in_time(seconds: float, rate: int, samples: int) -> None:
    grid = Grid.every(seconds, rate)
    count = grid.count(samples)
    assert grid.sample(count) >= samples
    assert count == 0 or grid.sample(count - 1) < samples


def test_no_drift_and_no_overflow_over_a_day() -> None:
    grid = Grid.every(0.01, 384_000)
    assert grid.count(DAY * 384_000) == DAY * 100
    assert grid.sample(np.array([DAY * 100], np.int64))[0] == DAY * 384_000


def test_a_column_is_one_sample_at_least() -> None:
    assert Grid.every(0.01, 1).count(7) == 7


@pytest.mark.parametrize(
    ("columns", "lowest", "expected"),
    [(0, 0, [0]), (1, 0, [1]), (1024, 0, [1024]), (1025, 0, [1025, 257]), (10, 2, [10, 3, 1])],
)
def test_columns_per_level(columns: int, lowest: int, expected: list[int]) -> None:
    assert columns_per_level(columns, lowest=lowest) == expected


@given(st.integers(1, 6000), st.integers(0, 3), st.lists(st.integers(0, 900), max_size=5))
def test_every_level_is_the_maximum_of_four_however_the_pieces_fall(count: int, lowest: int, sizes: list[int]) -> None:
    columns = np.random.default_rng(count).integers(0, 255, (2, count, 3)).astype(np.uint8)
    pyramid, found, begin = MaxPyramid(lowest=lowest), {}, 0
    for size in [*sizes, count]:
        for level, part in pyramid.feed(columns[:, begin : begin + size]):
            found.setdefault(level, []).append(part)
        begin += size
    for level, part in pyramid.finish():
        found.setdefault(level, []).append(part)
    for level, expected_count in enumerate(columns_per_level(count, lowest=lowest)):
        got = np.concatenate(found[level], axis=1)
        width = 4**level
        expected = [columns[:, k * width : (k + 1) * width].max(axis=1) for k in range(expected_count)]
        assert np.array_equal(got, np.stack(expected, axis=1))
    assert pyramid.top == len(columns_per_level(count, lowest=lowest)) - 1
    assert expected_count <= TILE_COLUMNS
