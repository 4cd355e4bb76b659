"""Pairs of segments by overlap."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.core.scores.overlap import iou, pairs_by_overlap
from earmark.core.segment import Segment
from earmark.errors import TooLarge

spans = st.tuples(st.integers(0, 60), st.integers(0, 20), st.sampled_from(["a", "b"]))
segments = st.lists(
    spans.map(lambda row: Segment(start=row[0] / 10, end=(row[0] + row[1]) / 10, label=row[2])), max_size=12
)


def slow_pairs(first: list[Segment], second: list[Segment], least: float) -> list[tuple[int, int]]:
    """Look at all pairs; the best first."""
    every = [(i, j) for i, j in product(range(len(first)), range(len(second))) if iou(first[i], second[j]) >= least]
    every.sort(key=lambda p: (-round(iou(first[p[0]], second[p[1]]), 9), first[p[0]].label != second[p[1]].label, *p))
    pairs: list[tuple[int, int]] = []
    for i, j in every:
        if all(i != a and j != b for a, b in pairs):
            pairs.append((i, j))
    return sorted(pairs)


@given(first=segments, second=segments, least=st.sampled_from([0.1, 0.5, 0.7, 1.0]))
def test_the_same_pairs_as_by_looking_at_all(first: list[Segment], second: list[Segment], least: float) -> None:
    assert pairs_by_overlap(first, second, least=least) == slow_pairs(first, second, least - 1e-9)


@given(segments)
def test_everything_finds_itself(some: list[Segment]) -> None:
    assert len(pairs_by_overlap(some, some)) == len(some)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ((0.0, 1.0), (0.0, 1.0), 1.0),
        ((0.0, 1.0), (0.5, 1.5), 1 / 3),
        ((0.0, 1.0), (1.0, 2.0), 0.0),
        ((1.0, 1.0), (1.0, 1.0), 1.0),
        ((1.0, 1.0), (0.0, 2.0), 0.0),
    ],
)
def test_intersection_over_union(a: tuple[float, float], b: tuple[float, float], expected: float) -> None:
    assert iou(Segment(start=a[0], end=a[1]), Segment(start=b[0], end=b[1])) == pytest.approx(expected)


def test_of_equal_overlaps_the_same_label_wins() -> None:
    first = [Segment(start=0, end=1, label="a")]
    second = [Segment(start=0, end=1, label="b"), Segment(start=0, end=1, label="a")]
    assert pairs_by_overlap(first, second) == [(0, 1)]


def test_a_heap_of_segments_is_refused_rather_than_compared_for_hours() -> None:
    heap = [Segment(start=0, end=100 + i / 1e4) for i in range(3000)]
    with pytest.raises(TooLarge, match="on top of each other"):
        pairs_by_overlap(heap, heap)
