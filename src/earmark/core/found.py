"""Segments that are looked for across the recordings of a project."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from earmark.errors import InvalidValue

if TYPE_CHECKING:
    from earmark.core.review import AnnotationKind, AnnotationStatus, StoredSegment


class SegmentSort(StrEnum):
    """By what segments are sorted; those without a value come last, and equal ones by recording and time."""

    START = "start"
    """By recording, then time."""
    LABEL = "label"
    SCORE = "score"
    UNCERTAINTY = "uncertainty"
    """How far the score is from one half: the least certain first."""
    DURATION = "duration"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentFilter:
    """Which segments of a project are meant; all conditions that are given must hold.

    Attributes
    ----------
    kinds : tuple of AnnotationKind
        Who made the annotation; empty for anybody.
    author_id, recording_id : str or None
        Of this person, of this recording.
    annotation_ids : tuple of str
        Of these annotations; empty for all.
    source : str or None
        What made the annotation, as it says itself: engines with their weights, or a file.
    status : AnnotationStatus or None
        That the annotation has.
    labels : tuple of str
        Labels of which a segment has one.
    unlabelled : bool
        Also those that have no label; without ``labels``, only those.
    min_score, max_score : float or None
        Both included; where one is given, those without a score are left out.
    tag : str or None
        ``name``, or ``name:value``, that a segment carries.
    q : str
        What the text contains, in whatever case.
    speaker : str or None
        Who speaks.
    min_duration, max_duration : float or None
        Seconds, both included.

    Raises
    ------
    InvalidValue
        A range is reversed.
    """

    kinds: tuple[AnnotationKind, ...] = ()
    author_id: str | None = None
    annotation_ids: tuple[str, ...] = ()
    recording_id: str | None = None
    source: str | None = None
    status: AnnotationStatus | None = None
    labels: tuple[str, ...] = ()
    unlabelled: bool = False
    min_score: float | None = None
    max_score: float | None = None
    tag: str | None = None
    q: str = ""
    speaker: str | None = None
    min_duration: float | None = None
    max_duration: float | None = None

    def __post_init__(self) -> None:
        ranges = {
            "scores": (self.min_score, self.max_score),
            "durations": (self.min_duration, self.max_duration),
        }
        for what, (low, high) in ranges.items():
            if low is not None and high is not None and high < low:
                raise InvalidValue(f"the range of {what} ends ({high}) before it begins ({low})")


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundSegment:
    """A segment with what has to be known of its annotation and its recording to judge it.

    Attributes
    ----------
    kind, source, status, author_id, revision
        Of the annotation.
    recording_duration : float or None
        Seconds.
    """

    annotation_id: str
    kind: AnnotationKind
    source: str
    status: AnnotationStatus
    author_id: str | None
    revision: int
    recording_id: str
    recording_name: str
    recording_duration: float | None
    segment: StoredSegment


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """How much is labelled so.

    Attributes
    ----------
    segments : int
        How many segments.
    seconds : float
        How long they are together.
    """

    segments: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelUse:
    """How often the annotations of a project have a label: of people, of models, and from files."""

    name: str
    people: Use
    models: Use
    files: Use
