"""Bins: whatever holds a moment is found in the few bins around it."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.store.bins import EVERYTHING, LAST, SIZES, bin_of, bins_at

edges = st.floats(0, 100_000) | st.integers(0, 12_000).map(lambda n: n * 8.0) | st.floats(0, 1e300)


@given(first=edges, second=edges, share=st.floats(0, 1))
def test_a_segment_lies_in_one_of_the_bins_around_each_moment_that_it_holds(
    first: float, second: float, share: float
) -> None:
    start, end = min(first, second), max(first, second)
    moment = min(max(start + (end - start) * share, start), end)

    assert bin_of(start, end) in bins_at(moment)


@given(edges)
def test_there_are_as_many_bins_around_a_moment_as_sizes(moment: float) -> None:
    assert len(set(bins_at(moment))) == (1 if moment >= LAST else 1 + len(SIZES))


@given(start=st.floats(0, 86_400), length=st.floats(0, 5.0))
def test_short_segments_are_far_from_most_moments(start: float, length: float) -> None:
    elsewhere = (start + 12 * 3600) % 86_400
    assert bin_of(start, start + length) not in bins_at(elsewhere) or start // 32_768 != (start + length) // 32_768


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (0.0, 7.9, 37449),
        (8.0, 9.0, 37450),
        (7.0, 9.0, 4681),
        (0.0, LAST - 1, EVERYTHING),
        (LAST, LAST + 1, EVERYTHING),
        (262_144.0, 262_144.0, 37449 + 32_768),
    ],
)
def test_numbers(start: float, end: float, expected: int) -> None:
    assert bin_of(start, end) == expected


def test_no_two_bins_have_the_same_number() -> None:
    last_of = [first + int(LAST // size) - 1 for size, first in zip(SIZES, bins_at(0.0)[1:], strict=True)]
    first_of = bins_at(0.0)[1:]
    ordered = sorted(zip(first_of, last_of, strict=True))
    assert ordered[0][0] == EVERYTHING + 1
    assert all(after[0] == before[1] + 1 for before, after in pairwise(ordered))
