"""Who spoke when: the diarization error rate."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from earmark.core.scores.channels import by_channel
from earmark.core.scores.counts import ratio
from earmark.errors import InvalidValue

if TYPE_CHECKING:
    from earmark.core.segment import Segment

Assign = Callable[[Sequence[Sequence[float]]], Iterable[tuple[int, int]]]
"""Gives pairs of (row, column), each used once at most, with the greatest possible sum of entries."""

Who = tuple[frozenset[str], frozenset[str]]
"""The speakers of the reference and of the hypothesis at one time."""

_EVERYTHING = ((-math.inf, math.inf),)
_REFERENCE, _HYPOTHESIS, _SCORED, _COLLAR = range(4)


@dataclass(frozen=True, slots=True, kw_only=True)
class DiarizationErrors:
    """Seconds of speech by what became of them; two people at once for one second are two seconds.

    Attributes
    ----------
    total : float
        Speech in the reference.
    missed : float
        Speech of the reference for which the hypothesis has no speaker.
    false_alarm : float
        Speakers of the hypothesis beyond those of the reference.
    confusion : float
        Speech given to the wrong speaker.
    """

    total: float = 0.0
    missed: float = 0.0
    false_alarm: float = 0.0
    confusion: float = 0.0

    @property
    def rate(self) -> float | None:
        """Diarization error rate: all errors over ``total``; None without speech in the reference."""
        return ratio(self.missed + self.false_alarm + self.confusion, self.total)

    def to_dict(self) -> dict[str, float | None]:
        """Return seconds and the rate for a report."""
        return {"rate": self.rate, **asdict(self)}

    def __add__(self, other: DiarizationErrors) -> DiarizationErrors:
        return DiarizationErrors(
            total=self.total + other.total,
            missed=self.missed + other.missed,
            false_alarm=self.false_alarm + other.false_alarm,
            confusion=self.confusion + other.confusion,
        )


def diarization_errors(
    reference: Sequence[Segment],
    hypothesis: Sequence[Segment],
    *,
    assign: Assign,
    collar: float = 0.0,
    scored: Sequence[tuple[float, float]] = _EVERYTHING,
) -> DiarizationErrors:
    """Compare who speaks when, under the one-to-one naming of speakers that suits the hypothesis best.

    As NIST's md-eval does it, with overlapping speech scored. Segments without a speaker are left out; a speaker who
    overlaps himself speaks once. Names hold for all channels of a recording.

    Parameters
    ----------
    reference, hypothesis : sequence of Segment
        Segments in any order.
    assign : callable
        Solves the assignment problem on a matrix of seconds, reference speakers by hypothesis speakers.
    collar : float
        Seconds on *each* side of every start and end in the reference that are not scored (NIST; pyannote.metrics
        gives the total width, twice this).
    scored : sequence of (start, end)
        The parts of the recording that are scored, in seconds (UEM); everything by default.
    """
    if not (math.isfinite(collar) and collar >= 0):
        raise InvalidValue(f"a collar is a number of seconds from 0, not {collar}")
    time: dict[Who, float] = defaultdict(float)
    for said, heard in by_channel(reference, hypothesis):
        for who, seconds in _speaking(_changes(said, heard, collar=collar, scored=scored)):
            time[who] += seconds
    return _errors(time, names=_best_names(time, assign))


def _changes(
    reference: Sequence[Segment],
    hypothesis: Sequence[Segment],
    *,
    collar: float,
    scored: Sequence[tuple[float, float]],
) -> list[tuple[float, int, int, str]]:
    """All moments at which somebody (or scoring) begins or ceases, as (time, what, +1 or -1, who), in order."""
    said = [(s.start, s.end, s.speaker) for s in reference if s.speaker is not None]
    heard = [(s.start, s.end, s.speaker) for s in hypothesis if s.speaker is not None]
    collars = [(edge - collar, edge + collar, "") for start, end, _ in said if end > start for edge in (start, end)]
    rows = (said, heard, [(start, end, "") for start, end in scored], collars)
    spans = ((what, span) for what, row in enumerate(rows) for span in row if span[1] > span[0])
    return sorted(
        change for what, (start, end, who) in spans for change in ((start, what, 1, who), (end, what, -1, who))
    )


def _speaking(changes: Iterable[tuple[float, int, int, str]]) -> Iterator[tuple[Who, float]]:
    """Yield who speaks for how many seconds, wherever somebody speaks and it is scored."""
    active: tuple[Counter[str], ...] = (Counter(), Counter(), Counter(), Counter())
    previous = -math.inf
    for time, what, step, who in changes:
        speakers = active[_REFERENCE] or active[_HYPOTHESIS]
        if time > previous and speakers and active[_SCORED] and not active[_COLLAR]:
            yield (frozenset(active[_REFERENCE]), frozenset(active[_HYPOTHESIS])), time - previous
        previous = time
        active[what][who] += step
        if not active[what][who]:
            del active[what][who]


def _best_names(time: Mapping[Who, float], assign: Assign) -> frozenset[tuple[str, str]]:
    """Pairs of reference and hypothesis speaker that are taken for the same person."""
    rows = sorted({name for said, _ in time for name in said})
    columns = sorted({name for _, heard in time for name in heard})
    if not rows or not columns:
        return frozenset()
    together: dict[tuple[str, str], float] = defaultdict(float)
    for (said, heard), seconds in time.items():
        for both in ((a, b) for a in said for b in heard):
            together[both] += seconds
    pairs = assign([[together[row, column] for column in columns] for row in rows])
    return frozenset((rows[row], columns[column]) for row, column in pairs)


def _errors(time: Mapping[Who, float], *, names: frozenset[tuple[str, str]]) -> DiarizationErrors:
    errors = DiarizationErrors()
    for (said, heard), seconds in time.items():
        right = sum(1 for a, b in names if a in said and b in heard)
        errors += DiarizationErrors(
            total=seconds * len(said),
            missed=seconds * max(0, len(said) - len(heard)),
            false_alarm=seconds * max(0, len(heard) - len(said)),
            confusion=seconds * (min(len(said), len(heard)) - right),
        )
    return errors
