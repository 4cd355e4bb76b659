"""Which segments of two annotations may be compared with each other."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from earmark.core.segment import Segment

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Pair = tuple[list[Segment], list[Segment]]
"""Segments of the reference and of the hypothesis."""


def _grouped(segments: Iterable[Segment]) -> dict[int | None, list[Segment]]:
    groups: dict[int | None, list[Segment]] = defaultdict(list)
    for segment in segments:
        groups[segment.channel].append(segment)
    return groups


def by_channel(reference: Sequence[Segment], hypothesis: Sequence[Segment]) -> list[Pair]:
    """Pair what two sides say of the same channel.

    Where one side speaks of the mixed sound only (channel None throughout), all channels of the other side are
    compared with it together. An empty side speaks of no channel.

    Parameters
    ----------
    reference, hypothesis : sequence of Segment
        Segments in any order.

    Returns
    -------
    list of (reference, hypothesis)
        One pair per channel, mixed first, each in the given order; a single pair of empty lists for two empty sides.
    """
    sides = _grouped(reference), _grouped(hypothesis)
    if any(side.keys() == {None} for side in sides):
        return [(list(reference), list(hypothesis))]
    channels = sorted(
        sides[0].keys() | sides[1].keys() or {None}, key=lambda channel: -1 if channel is None else channel
    )
    return [(sides[0].get(channel, []), sides[1].get(channel, [])) for channel in channels]
