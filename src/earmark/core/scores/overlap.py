"""Pairs of segments that stand for the same thing: those that overlap the most."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

from earmark.core.time import overlap
from earmark.errors import TooLarge

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from earmark.core.segment import Segment

LEAST_IOU = 0.5
"""Intersection over union from which two segments may be taken for the same; below, one could fit two others."""
MOST_CANDIDATES = 2_000_000
"""Pairs that are looked at: 100,000 segments in a row have 300,000, as many on one heap ten thousand million."""
_EXACT = 1e-9
"""Ratios closer than this are equal: 0.1 / 0.2 must not depend on where in the recording it is measured."""


def iou(a: Segment, b: Segment) -> float:
    """Intersection over union of two intervals, 0 to 1; 1 for two points at the same time."""
    if (a.start, a.end) == (b.start, b.end):
        return 1.0
    common = overlap(a.start, a.end, b.start, b.end)
    return common / (max(a.end, b.end) - min(a.start, b.start)) if common else 0.0


def pairs_by_overlap(
    first: Sequence[Segment], second: Sequence[Segment], *, least: float = LEAST_IOU
) -> list[tuple[int, int]]:
    """Pair segments one to one, those with the largest intersection over union first.

    Of equal overlaps, pairs with the same label come first. Neither channels nor labels keep segments apart: group
    them before where they should.

    Parameters
    ----------
    first, second : sequence of Segment
        In any order.
    least : float
        Least intersection over union of a pair, above 0 and at most 1.

    Returns
    -------
    list of (index in ``first``, index in ``second``)
        In the order of ``first``.

    Raises
    ------
    TooLarge
        Too many segments lie on top of each other.
    """
    free_first, free_second = set(range(len(first))), set(range(len(second)))
    pairs = []
    for _, _, i, j in sorted(_candidates(first, second, least - _EXACT)):
        if i in free_first and j in free_second:
            free_first.remove(i)
            free_second.remove(j)
            pairs.append((i, j))
    return sorted(pairs)


def _candidates(
    first: Sequence[Segment], second: Sequence[Segment], least: float
) -> Iterator[tuple[float, bool, int, int]]:
    """Yield pairs that overlap enough, with a sort key that puts the best first."""
    order = sorted(range(len(second)), key=lambda index: second[index].start)
    starts = [second[index].start for index in order]
    # A pair with IoU of t has a union of at most duration / t: further away nothing can fit.
    near = [
        range(bisect_left(starts, one.start - one.duration / least), bisect_right(starts, one.end)) for one in first
    ]
    if sum(map(len, near)) > MOST_CANDIDATES:
        raise TooLarge("too many segments lie on top of each other to be compared. Choose fewer of them.")
    for i, one in enumerate(first):
        for j in (order[place] for place in near[i]):
            shared = iou(one, second[j])
            if shared >= least:
                yield -round(shared, 9), one.label != second[j].label, i, j
