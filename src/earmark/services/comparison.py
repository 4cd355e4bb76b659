"""What two annotations of a recording share, and where they differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from earmark.core.people import Permission
from earmark.core.scores.agreement import PairAgreement, pair_agreement
from earmark.core.scores.channels import by_channel
from earmark.core.scores.overlap import iou, pairs_by_overlap
from earmark.errors import InvalidValue, TooLarge
from earmark.services.annotations import find
from earmark.store import recordings, segments

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from earmark.core.people import Actor
    from earmark.core.review import StoredAnnotation, StoredSegment
    from earmark.core.segment import Segment
    from earmark.services.platform import Platform

MAX_SEGMENTS = 200_000
"""Most segments of both sides together that are compared while somebody waits."""
COMPARED = ("borders", "label", "text", "speaker", "language", "tags", "band")
"""What may differ between two segments that stand for the same sound; scores and the times of words do not count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One place where two annotations differ.

    Attributes
    ----------
    first, second : StoredSegment or None
        The segment on each side; None where that side has none there.
    differs : tuple of str
        What is not the same, of `COMPARED`; empty where one side has no segment.
    """

    first: StoredSegment | None
    second: StoredSegment | None
    differs: tuple[str, ...] = ()

    @property
    def start(self) -> float:
        """Where it begins, in seconds."""
        return min(side.segment.start for side in (self.first, self.second) if side is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two annotations side by side.

    Attributes
    ----------
    first, second : StoredAnnotation
        The two.
    same : int
        Number of segments that are alike on both sides.
    differences : tuple of Difference
        All others, in order of time.
    agreement : PairAgreement
        The same in figures.
    """

    first: StoredAnnotation
    second: StoredAnnotation
    same: int
    differences: tuple[Difference, ...]
    agreement: PairAgreement

    @property
    def only_first(self) -> int:
        """Number of segments that the second side does not have."""
        return sum(difference.second is None for difference in self.differences)

    @property
    def only_second(self) -> int:
        """Number of segments that the first side does not have."""
        return sum(difference.first is None for difference in self.differences)

    @property
    def different(self) -> int:
        """Number of pairs that stand for the same sound and are not alike."""
        return len(self.differences) - self.only_first - self.only_second


def compare(platform: Platform, actor: Actor, first_id: str, second_id: str) -> Comparison:
    """Compare two annotations of the same recording.

    Segments are taken for the same where they have the same name and overlap (one annotation began as a copy of the
    other), else where their intersection over union is 0.5 or more, the best first.

    Raises
    ------
    InvalidValue
        They belong to two recordings.
    TooLarge
        They have more than 200,000 segments, or too many that lie on top of each other.
    NotFound
        One is not there, or the actor may not see it.
    """
    with platform.database.snapshot() as connection:
        first, second = (find(connection, actor, one, Permission.READ) for one in (first_id, second_id))
        if first.recording_id != second.recording_id:
            raise InvalidValue("two annotations are compared where they are of the same recording.")
        if first.segment_count + second.segment_count > MAX_SEGMENTS:
            raise TooLarge(f"annotations of more than {MAX_SEGMENTS} segments together are not compared at once.")
        sides = [list(segments.every(connection, one)) for one in (first_id, second_id)]
        duration = recordings.get(connection, first.recording_id).media.duration or 0.0
    one, other = ([stored.segment for stored in side] for side in sides)
    pairs = [Difference(first=a, second=b, differs=_differing(a, b)) for a, b in _pairs(*sides)]
    differences = [pair for pair in pairs if None in (pair.first, pair.second) or pair.differs]
    return Comparison(
        first=first,
        second=second,
        same=len(pairs) - len(differences),
        differences=tuple(sorted(differences, key=lambda difference: difference.start)),
        agreement=pair_agreement(first.id, second.id, one, other, duration=duration),
    )


def _pairs(
    first: Sequence[StoredSegment], second: Sequence[StoredSegment]
) -> Iterator[tuple[StoredSegment | None, StoredSegment | None]]:
    """Pair all segments; those that are alone with None."""
    named = {stored.id: stored for stored in second}
    alike = {a.id for a in first if a.id in named and iou(a.segment, named[a.id].segment) > 0}
    yield from ((a, named[a.id]) for a in first if a.id in alike)
    # Channels are told apart for segments; what they are called is found again by the object.
    owners = {id(stored.segment): stored for stored in (*first, *second) if stored.id not in alike}
    rest = ([stored.segment for stored in side if stored.id not in alike] for side in (first, second))
    for one, other in by_channel(*rest):
        for a, b in _overlapping(one, other):
            yield (None if a is None else owners[id(a)]), (None if b is None else owners[id(b)])


def _overlapping(one: Sequence[Segment], other: Sequence[Segment]) -> Iterator[tuple[Segment | None, Segment | None]]:
    pairs = dict(pairs_by_overlap(one, other))
    taken = set(pairs.values())
    yield from ((a, other[pairs[i]] if i in pairs else None) for i, a in enumerate(one))
    yield from ((None, b) for j, b in enumerate(other) if j not in taken)


def _differing(first: StoredSegment | None, second: StoredSegment | None) -> tuple[str, ...]:
    if first is None or second is None:
        return ()
    sides = zip(_compared(first.segment), _compared(second.segment), strict=True)
    return tuple(name for name, (a, b) in zip(COMPARED, sides, strict=True) if a != b)


def _compared(segment: Segment) -> tuple[object, ...]:
    borders, band = (segment.start, segment.end), (segment.low_hz, segment.high_hz)
    return borders, segment.label, segment.text, segment.speaker, segment.language, segment.tags, band
