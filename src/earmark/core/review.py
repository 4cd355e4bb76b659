"""Annotations as a project holds them: whose, in what state, at which revision."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from earmark.errors import InvalidValue

if TYPE_CHECKING:
    from datetime import datetime

    from earmark.core.annotation import Note
    from earmark.core.areas import Area
    from earmark.core.edits import Change
    from earmark.core.segment import Segment


class AnnotationKind(StrEnum):
    """Who made an annotation."""

    PERSON = "person"
    MODEL = "model"
    FILE = "file"
    """Imported from a file that does not say."""


class AnnotationStatus(StrEnum):
    """How far the work on an annotation is."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    REVIEWED = "reviewed"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAnnotation:
    """One annotation of a recording, without its segments.

    Attributes
    ----------
    kind : AnnotationKind
        Who made it.
    author_id : str or None
        The person, for work of people.
    model_id : str or None
        The model in the registry that wrote down speech; None where weights from elsewhere were used, which
        ``source`` names.
    source : str
        Who or what made it, in words.
    status : AnnotationStatus
        How far it is; that of models and files is ``submitted`` from the start.
    revision : int
        Number of its latest revision; the first is 1.
    segment_count : int
        How many segments it has now.
    areas : tuple of Area
        Spans of the recording that are fully labelled, as `core.areas.changed` writes them.
    job_id : str or None
        The job that made it.
    """

    id: str
    recording_id: str
    project_id: str
    kind: AnnotationKind
    source: str
    author_id: str | None = None
    model_id: str | None = None
    status: AnnotationStatus = AnnotationStatus.DRAFT
    revision: int = 1
    segment_count: int = 0
    language: str | None = None
    notes: tuple[Note, ...] = ()
    areas: tuple[Area, ...] = ()
    job_id: str | None = None
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSegment:
    """A segment with its name in the annotation and the revision that changed it last."""

    id: str
    segment: Segment
    revision: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewport:
    """The part of a recording that somebody looks at.

    Attributes
    ----------
    start, end : float
        Seconds, half-open: shown is what overlaps ``[start, end)``, and points of time in it. The end may be infinite.
    channel : int or None
        Also shown is what belongs to all channels mixed; None shows all channels.
    low_hz, high_hz : float or None
        Also shown is what has no frequency band, or only one end of it that fits; bands that touch are shown.
    min_score : float or None
        Hides what has a lower score, not what has none.
    labels : tuple of str
        Hides other labels; empty shows all.
    """

    start: float = 0.0
    end: float = math.inf
    channel: int | None = None
    low_hz: float | None = None
    high_hz: float | None = None
    min_score: float | None = None
    labels: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise InvalidValue(f"nothing is seen from {self.start} to {self.end} s: the end comes after the start")

    def shows(self, segment: Segment) -> bool:
        """Whether a segment is seen."""
        return (
            segment.start < self.end
            and (segment.end > self.start or segment.start >= self.start)
            and (self.channel is None or segment.channel is None or segment.channel == self.channel)
            and self._reaches(segment)
            and (self.min_score is None or segment.score is None or segment.score >= self.min_score)
            and (not self.labels or segment.label in self.labels)
        )

    def _reaches(self, segment: Segment) -> bool:
        below = self.high_hz is None or segment.low_hz is None or segment.low_hz <= self.high_hz
        return below and (self.low_hz is None or segment.high_hz is None or segment.high_hz >= self.low_hz)


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One step in the history of an annotation.

    Attributes
    ----------
    number : int
        1 for the first.
    author_id : str or None
        Who made it; None for models and Earmark itself.
    created_at : datetime
        When.
    change_count : int
        How many segments it changed.
    reverts_to : int or None
        The revision whose state it brought back, where it is an undo.
    author : str or None
        Name of the person, where there still is an account.
    """

    annotation_id: str
    number: int
    author_id: str | None
    created_at: datetime
    change_count: int
    reverts_to: int | None = None
    author: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionChanges:
    """A revision with what it changed; of large ones, perhaps only the first changes."""

    revision: Revision
    changes: tuple[Change, ...]
