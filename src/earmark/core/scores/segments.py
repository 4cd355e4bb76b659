"""Scores of whole segments: one that is there and one that was found match if both their ends agree."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from earmark.core.scores.channels import Pair, by_channel
from earmark.core.scores.counts import Detection
from earmark.core.segment import Segment, in_order
from earmark.errors import InvalidValue

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_EXACT = 1e-9
"""Seconds; 2.2 - 2.0 is more than 0.2 in floating point and must not be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentScores:
    """Segments found, invented and missed.

    Attributes
    ----------
    labels : mapping of label to Detection
        One entry per label of either side.
    """

    labels: Mapping[str | None, Detection]

    @property
    def micro(self) -> Detection:
        """All labels together."""
        return sum(self.labels.values(), start=Detection())

    def to_dict(self) -> dict[str, object]:
        """Return counts and rates for a report, of all labels together and of each."""
        rows = sorted(self.labels.items(), key=lambda item: item[0] or "")
        return {**self.micro.to_dict(), "labels": {label or "": row.to_dict() for label, row in rows}}

    def __add__(self, other: SegmentScores) -> SegmentScores:
        names = {**self.labels, **other.labels}
        none = Detection()
        return SegmentScores(
            labels={name: self.labels.get(name, none) + other.labels.get(name, none) for name in names}
        )


def segment_scores(
    reference: Sequence[Segment], hypothesis: Sequence[Segment], *, tolerance: float = 0.2
) -> SegmentScores:
    """Match segments one to one and count them per label.

    Two segments may match if they have the same channel and label and both ``|start - start|`` and ``|end - end|`` are
    at most ``tolerance``. Pairs are taken greedily, the closest first. This is the segment score of WhisperSeg, and
    sed_eval's event-based score with onset and offset at a fixed collar.

    Parameters
    ----------
    reference, hypothesis : sequence of Segment
        Segments in any order; None is a label like any other.
    tolerance : float
        Seconds: 0.2 suits speech, whose ends people place no better than that; 0.01 short animal calls.
    """
    if not (math.isfinite(tolerance) and tolerance >= 0):
        raise InvalidValue(f"a tolerance is a number of seconds from 0, not {tolerance}")
    labels: dict[str | None, Detection] = defaultdict(Detection)
    for pair in by_channel(reference, hypothesis):
        for label, (said, heard) in _by_label(pair).items():
            matches = _matches(said, heard, tolerance)
            labels[label] += Detection(
                true_positives=matches, false_positives=len(heard) - matches, false_negatives=len(said) - matches
            )
    return SegmentScores(labels=dict(labels))


def joined(segments: Iterable[Segment]) -> list[Segment]:
    """Join segments of one channel and label that touch or overlap.

    For timelines, in which a cut between two stretches of the same label means nothing. Only times, channel and label
    are kept of the joined segments.
    """
    last: dict[tuple[int | None, str | None], Segment] = {}
    done: list[Segment] = []
    for segment in sorted(segments, key=in_order):
        key = segment.channel, segment.label
        before = last.get(key)
        if before is not None and segment.start <= before.end + _EXACT:
            last[key] = replace(before, end=max(before.end, segment.end))
            continue
        if before is not None:
            done.append(before)
        last[key] = Segment(start=segment.start, end=segment.end, channel=segment.channel, label=segment.label)
    return sorted([*done, *last.values()], key=in_order)


def _by_label(pair: Pair) -> dict[str | None, Pair]:
    groups: dict[str | None, Pair] = defaultdict(lambda: ([], []))
    for side, segments in enumerate(pair):
        for segment in segments:
            groups[segment.label][side].append(segment)
    return groups


def _matches(reference: Sequence[Segment], hypothesis: Sequence[Segment], tolerance: float) -> int:
    free_reference, free_hypothesis = set(range(len(reference))), set(range(len(hypothesis)))
    matches = 0
    for _, i, j in sorted(_candidates(reference, hypothesis, tolerance + _EXACT)):
        if i in free_reference and j in free_hypothesis:
            free_reference.remove(i)
            free_hypothesis.remove(j)
            matches += 1
    return matches


def _candidates(
    reference: Sequence[Segment], hypothesis: Sequence[Segment], tolerance: float
) -> Iterator[tuple[float, int, int]]:
    """Yield the distance and the indices of each pair that may match."""
    ordered = sorted(hypothesis, key=in_order)
    starts = [segment.start for segment in ordered]
    for i, said in enumerate(reference):
        near = range(bisect_left(starts, said.start - tolerance), bisect_right(starts, said.start + tolerance))
        for j in near:
            if abs(ordered[j].end - said.end) <= tolerance:
                yield abs(ordered[j].start - said.start) + abs(ordered[j].end - said.end), i, j
