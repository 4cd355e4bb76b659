"""The segments that one source gave for one recording."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from html import escape
from typing import TYPE_CHECKING

from earmark.core.time import clock

if TYPE_CHECKING:
    from earmark.core.areas import Area
    from earmark.core.recording import Recording
    from earmark.core.segment import Segment
    from earmark.core.speakers import Voice


class NoteKind(StrEnum):
    """Why a note is there."""

    DROPPED = "dropped"
    """Text that the engine gave and a guard threw away."""
    WARNING = "warning"
    """Something about the recording that the user should know."""
    UNAVAILABLE = "unavailable"
    """Something asked for that could not be had, for example a model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something to tell the user about an annotation.

    Attributes
    ----------
    kind : NoteKind
        Why the note is there.
    message : str
        What happened and what to do, in one line.
    start, end : float or None
        The part of the recording that it speaks of, in seconds.
    channel : int or None
        The channel that it speaks of.
    text : str or None
        The text that was dropped.
    """

    kind: NoteKind
    message: str
    start: float | None = None
    end: float | None = None
    channel: int | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """The segments that one source (a person, a model at a version, a file) gave for one recording.

    Attributes
    ----------
    segments : tuple of Segment
        In any order that the source gave; segments may overlap unless the source says otherwise.
    recording : Recording or None
        None where a file of segments does not say what it belongs to.
    source : str or None
        Who or what made it, for example ``earmark 0.1.0 (silero, whisper tiny)``.
    language : str or None
        Language code of the speech as a whole.
    notes : tuple of Note
        What the user should know about it.
    areas : tuple of Area
        Spans of the recording that are fully labelled.
    voices : tuple of Voice
        What the speakers sound like. They identify people: no format writes them.
    """

    segments: tuple[Segment, ...]
    recording: Recording | None = None
    source: str | None = None
    language: str | None = None
    notes: tuple[Note, ...] = ()
    areas: tuple[Area, ...] = ()
    voices: tuple[Voice, ...] = field(default=(), compare=False, repr=False)

    @property
    def duration(self) -> float:
        """Seconds: of the recording where known, else to the end of the last segment."""
        if self.recording is not None and self.recording.duration is not None:
            return self.recording.duration
        return max((segment.end for segment in self.segments), default=0.0)

    @property
    def text(self) -> str:
        """All transcripts in order, joined by single spaces."""
        return " ".join(s.text.strip() for s in self.segments if s.text and s.text.strip())

    def _repr_html_(self) -> str:
        """Table for notebooks."""
        head = "<tr><th>start</th><th>end</th><th>channel</th><th>label</th><th>speaker</th><th>text</th></tr>"
        return f"<table>{head}{''.join(_html_row(segment) for segment in self.segments)}</table>"


def _html_row(segment: Segment) -> str:
    channel = "" if segment.channel is None else str(segment.channel + 1)
    cells = (clock(segment.start), clock(segment.end), channel, segment.label, segment.speaker, segment.text)
    return "<tr>" + "".join(f"<td>{escape(cell or '')}</td>" for cell in cells) + "</tr>"
