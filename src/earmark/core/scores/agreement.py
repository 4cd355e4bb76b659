"""How well annotators agree beyond chance: on the label of every 10 ms, and on whole segments.

What nobody marked is a category of its own, "nothing here"; a recording that somebody did not annotate at all is
missing for that person and held against nobody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING

from earmark.core.scores.channels import by_channel
from earmark.core.scores.counts import Confusion, Detection, ratio
from earmark.core.scores.frames import frame_confusion, stretches
from earmark.core.scores.overlap import pairs_by_overlap

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from earmark.core.segment import Segment

FRAME = 0.01
"""Seconds of a frame."""
UNNAMED = ""
"""Label of marked time without label, to tell it from time that nobody marked."""

Units = Mapping[tuple[str | None, ...], int]
"""What the annotators of some time said, in their order, and for how many frames."""


def cohens_kappa(confusion: Confusion) -> float | None:
    """Agreement of two annotators beyond chance.

    ``(po - pe) / (1 - pe)``, with ``po`` the share of equal labels and ``pe`` the share to expect of two who choose
    labels independently, each with own frequencies (Cohen 1960, Educational and Psychological Measurement 20: 37-46).

    Parameters
    ----------
    confusion : Confusion
        What one said where the other said what.

    Returns
    -------
    float or None
        At most 1; 0 is chance. None where both used one and the same label only: there is nothing to agree on.
    """
    first: Counter[str | None] = Counter()
    second: Counter[str | None] = Counter()
    for (a, b), count in confusion.counts.items():
        first[a] += count
        second[b] += count
    chance = sum(first[label] * second[label] for label in first)
    whole = confusion.total**2
    return ratio(confusion.correct * confusion.total - chance, whole - chance)


def fleiss_kappa(units: Units) -> float | None:
    """Agreement of a fixed number of annotators beyond chance (Fleiss 1971, Psychological Bulletin 76: 378-382).

    ``(P - Pe) / (1 - Pe)``: P is the mean over units of the share of agreeing pairs of annotators, Pe the sum of the
    squared shares of all labels.

    Parameters
    ----------
    units : mapping
        As many labels, two or more, in every key.

    Returns
    -------
    float or None
        At most 1; 0 is chance. None where only one label was used, or nothing was labelled by all.
    """
    totals: Counter[str | None] = Counter()
    agreeing = weight = 0.0
    raters = len(next(iter(units), ()))
    for labels, frames in units.items():
        counts = Counter(labels)
        agreeing += frames * sum(n * (n - 1) for n in counts.values()) / (raters * (raters - 1))
        weight += frames
        for label, n in counts.items():
            totals[label] += n * frames
    if not weight:
        return None
    chance = sum((n / (weight * raters)) ** 2 for n in totals.values())
    return ratio(agreeing / weight - chance, 0.0 if len(totals) == 1 else 1 - chance)


def krippendorffs_alpha(units: Units) -> float | None:
    """Agreement of any number of annotators, each of whom may have left things out.

    Alpha for nominal data, ``1 - Do / De``: observed over expected disagreement, from the coincidences of labels within
    units (Krippendorff 2011, Computing Krippendorff's alpha-reliability, section C). Units with one label say nothing.

    Parameters
    ----------
    units : mapping
        Labels of those who annotated the unit, one or more.

    Returns
    -------
    float or None
        At most 1; 0 is chance. None where only one label was used, or nothing was labelled twice.
    """
    totals: Counter[str | None] = Counter()
    disagreement = 0.0
    for labels, frames in units.items():
        if len(labels) < 2:
            continue
        counts = Counter(labels)
        differing = len(labels) ** 2 - sum(n * n for n in counts.values())
        disagreement += frames * differing / (len(labels) - 1)
        for label, n in counts.items():
            totals[label] += n * frames
    whole = sum(totals.values())
    expected = whole**2 - sum(n * n for n in totals.values())
    share = ratio(disagreement * (whole - 1), expected)
    return None if share is None else 1 - share


@dataclass(frozen=True, slots=True, kw_only=True)
class PairAgreement:
    """Two annotators.

    Attributes
    ----------
    first, second : str
        Who.
    frames : Confusion
        What the first said where the second said what, in frames of 10 ms; None for time that nobody marked.
    segments : Detection
        Segments of the second that fit one of the first: the same label and an intersection over union of 0.5.
    recordings : int
        How many both annotated.
    """

    first: str
    second: str
    frames: Confusion
    segments: Detection
    recordings: int

    @property
    def kappa(self) -> float | None:
        """Cohen's kappa over frames."""
        return cohens_kappa(self.frames)

    def __add__(self, other: PairAgreement) -> PairAgreement:
        return replace(
            self,
            frames=self.frames + other.frames,
            segments=self.segments + other.segments,
            recordings=self.recordings + other.recordings,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Several annotators on one recording or many.

    Attributes
    ----------
    annotators : tuple of str
        Who.
    recordings : int
        How many at least two of them annotated.
    pairs : tuple of PairAgreement
        Every two that share a recording.
    units : mapping
        Frames by what was said of them.
    """

    annotators: tuple[str, ...]
    recordings: int
    pairs: tuple[PairAgreement, ...]
    units: Units

    @property
    def alpha(self) -> float | None:
        """Krippendorff's alpha over frames, of whatever two or more annotated."""
        return krippendorffs_alpha(self.units)

    @property
    def fleiss(self) -> float | None:
        """Fleiss' kappa over frames, of what all annotated."""
        whole = len(self.annotators)
        return fleiss_kappa({labels: n for labels, n in self.units.items() if len(labels) == whole > 1})


def agreement(recordings: Iterable[tuple[Mapping[str, Sequence[Segment]], float]]) -> Agreement:
    """Measure how well annotators agree.

    Parameters
    ----------
    recordings : iterable of (mapping from annotator to segments, seconds)
        For each recording who annotated it how, in any order, and its duration. A person who found nothing has an
        empty list; one who did not look is left out. They are taken one by one, so that not all need to be in memory.
    """
    pairs: dict[tuple[str, str], PairAgreement] = {}
    units: Counter[tuple[str | None, ...]] = Counter()
    people: set[str] = set()
    count = 0
    for said, duration in recordings:
        if len(said) < 2:
            continue
        names = sorted(said)
        sides = [[_named(segment) for segment in said[name]] for name in names]
        people.update(names)
        count += 1
        for group in _channels(sides):
            for labels, frames in stretches(group, frame=FRAME, duration=duration):
                units[labels] += frames
        for (i, first), (j, second) in combinations(enumerate(names), 2):
            found = pair_agreement(first, second, sides[i], sides[j], duration=duration)
            pairs[first, second] = pairs[first, second] + found if (first, second) in pairs else found
    rows = tuple(pairs[key] for key in sorted(pairs))
    return Agreement(annotators=tuple(sorted(people)), recordings=count, pairs=rows, units=dict(units))


def _named(segment: Segment) -> Segment:
    return segment if segment.label is not None else replace(segment, label=UNNAMED)


def pair_agreement(
    first: str, second: str, one: Sequence[Segment], other: Sequence[Segment], *, duration: float
) -> PairAgreement:
    """Measure how well two annotators agree on one recording of ``duration`` seconds."""
    one, other = ([_named(segment) for segment in side] for side in (one, other))
    return PairAgreement(
        first=first,
        second=second,
        frames=frame_confusion(one, other, frame=FRAME, unlabelled=True, duration=duration),
        segments=sum((_detection(*group) for group in by_channel(one, other)), start=Detection()),
        recordings=1,
    )


def _detection(one: Sequence[Segment], other: Sequence[Segment]) -> Detection:
    found = sum(
        len(pairs_by_overlap(*([s for s in side if s.label == label] for side in (one, other))))
        for label in {segment.label for segment in one}
    )
    return Detection(true_positives=found, false_positives=len(other) - found, false_negatives=len(one) - found)


def _channels(sides: Sequence[Sequence[Segment]]) -> Iterator[list[Sequence[Segment]]]:
    """Group what any number of sides say by channel, as `by_channel` does it for two."""
    spoken = [{segment.channel for segment in side} for side in sides]
    if {None} in spoken or not any(spoken):
        yield list(sides)
        return
    for channel in sorted(set().union(*spoken), key=lambda number: -1 if number is None else number):
        yield [[segment for segment in side if segment.channel == channel] for side in sides]
