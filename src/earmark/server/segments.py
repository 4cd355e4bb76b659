"""Segments on the wire: checked when they come in, written without detours when they go out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from earmark.core import fit
from earmark.core.edits import MAX_SEGMENT_ID, Edit, EditOp
from earmark.core.segment import Segment, Word
from earmark.errors import InvalidItems, InvalidValue
from earmark.server.schemas import Answer, Body

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from earmark.core.edits import Change
    from earmark.core.review import StoredSegment

Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Hertz = Annotated[float | None, Field(ge=0, allow_inf_nan=False)]
Score = Annotated[float | None, Field(ge=0, le=1)]
Short = Annotated[str, Field(max_length=fit.MAX_SHORT)]
SegmentName = Annotated[
    str,
    Field(
        description="Name of the segment in its annotation, chosen by who adds it: any that is not taken.",
        min_length=1,
        max_length=MAX_SEGMENT_ID,
        pattern="^[ -~]+$",
        examples=["01k9zq3m5t7v8w2x4y6z0a1b2c"],
    ),
]


class WordBody(Body):
    """One spoken word."""

    text: Short = Field(description="The word with its punctuation.", examples=["Hello,"])
    start: Seconds = Field(description="Seconds from the start of the recording.", examples=[1.25])
    end: Seconds = Field(description="Seconds from the start of the recording.", examples=[1.5])
    score: Score = Field(default=None, description="Probability that the engine gave it.", examples=[0.93])


class SegmentBody(Body):
    """An interval on one channel, with what was heard there."""

    start: Seconds = Field(description="Seconds from the start of the recording.", examples=[1.25])
    end: Seconds = Field(description="Where it ends, exclusive; equal to the start for a point.", examples=[3.5])
    channel: int | None = Field(
        default=None, description="Channel from 0; null for all channels mixed.", ge=0, le=1000, examples=[0]
    )
    label: Short | None = Field(default=None, description="Kind of sound.", examples=["speech"])
    text: str | None = Field(
        default=None, description="What was said.", max_length=fit.MAX_TEXT, examples=["Hello, world."]
    )
    speaker: Short | None = Field(default=None, description="Who speaks.", examples=["ann"])
    language: str | None = Field(
        default=None, description="Language code.", max_length=fit.MAX_LANGUAGE, examples=["en"]
    )
    words: list[WordBody] = Field(
        default=[],
        description=(
            "The words of the text with their times. When the text is changed, words that are left out or do not spell "
            "it follow it: those that stayed keep their times, new ones share the time of what they replace."
        ),
        max_length=fit.MAX_WORDS,
    )
    score: Score = Field(default=None, description="Confidence, 0 to 1.", examples=[0.87])
    tags: list[tuple[Short, Short]] = Field(
        default=[],
        description="Further names, as pairs of name and value.",
        max_length=fit.MAX_TAGS,
        examples=[[["species", "wren"]]],
    )
    low_hz: Hertz = Field(default=None, description="Lower end of its frequency band in Hz.", examples=[2000.0])
    high_hz: Hertz = Field(default=None, description="Upper end of its frequency band in Hz.", examples=[8000.0])

    def segment(self) -> Segment:
        """Make the domain object; raises `InvalidValue`."""
        words = tuple(Word(text=w.text, start=w.start, end=w.end, score=w.score) for w in self.words)
        plain = {name: getattr(self, name) for name in _PLAIN}
        return Segment(**plain, words=words, tags=tuple(self.tags))


class EditBody(Body):
    """What is to be done with one segment."""

    op: EditOp = Field(description="add, update or delete.", examples=["update"])
    id: SegmentName
    segment: SegmentBody | None = Field(default=None, description="What it shall be, whole; left out to delete it.")

    def edit(self) -> Edit:
        """Make the domain object; raises `InvalidValue`."""
        return Edit(op=self.op, id=self.id, segment=None if self.segment is None else self.segment.segment())


class WordAnswer(Answer):
    """One spoken word."""

    text: str = Field(description="The word with its punctuation.", examples=["Hello,"])
    start: float = Field(description="Seconds from the start of the recording.", examples=[1.25])
    end: float = Field(description="Seconds from the start of the recording.", examples=[1.5])
    score: float | None = Field(default=None, description="Probability that the engine gave it.", examples=[0.93])


class PlainSegment(Answer):
    """An interval on one channel, with what was heard there; what has no value is left out."""

    start: float = Field(description="Seconds from the start of the recording.", examples=[1.25])
    end: float = Field(description="Where it ends, exclusive; equal to the start for a point.", examples=[3.5])
    channel: int | None = Field(default=None, description="Channel from 0; none for all channels mixed.", examples=[0])
    label: str | None = Field(default=None, description="Kind of sound.", examples=["speech"])
    text: str | None = Field(default=None, description="What was said.", examples=["Hello, world."])
    speaker: str | None = Field(default=None, description="Who speaks.", examples=["ann"])
    language: str | None = Field(default=None, description="Language code.", examples=["en"])
    words: list[WordAnswer] = Field(default=[], description="The words of the text with their times.")
    score: float | None = Field(default=None, description="Confidence, 0 to 1.", examples=[0.87])
    tags: list[tuple[str, str]] = Field(
        default=[], description="Further names, as pairs of name and value.", examples=[[["species", "wren"]]]
    )
    low_hz: float | None = Field(default=None, description="Lower end of its frequency band in Hz.", examples=[2000.0])
    high_hz: float | None = Field(default=None, description="Upper end of its frequency band in Hz.", examples=[8000.0])


class SegmentAnswer(PlainSegment):
    """A segment of an annotation; what has no value is left out."""

    id: str = Field(description="Name of the segment in its annotation.", examples=["01k9zq3m5t7v8w2x4y6z0a1b2c"])
    revision: int = Field(description="The revision that changed it last.", examples=[1])


class ChangeAnswer(Answer):
    """What happened to one segment."""

    id: str = Field(description="Name of the segment.")
    before: PlainSegment | None = Field(description="What it was; null if it was added.")
    after: PlainSegment | None = Field(description="What it is; null if it was deleted.")


_PLAIN = ("start", "end", "channel", "label", "text", "speaker", "language", "score", "low_hz", "high_hz")


def plain(segment: Segment) -> dict[str, Any]:
    """Write a segment, without what has no value."""
    values = ((name, getattr(segment, name)) for name in _PLAIN)
    written = {name: value for name, value in values if value is not None}
    if segment.words:
        written["words"] = [{"text": w.text, "start": w.start, "end": w.end, "score": w.score} for w in segment.words]
    if segment.tags:
        written["tags"] = segment.tags
    return written


def stored(found: StoredSegment) -> dict[str, Any]:
    """Write a segment of an annotation."""
    return {"id": found.id, "revision": found.revision, **plain(found.segment)}


def stored_plain(values: dict[str, Any]) -> dict[str, Any]:
    """Write a segment of an annotation that was read as plain values: the same as `stored`, in a fifth of the time."""
    if "words" not in values:
        return values
    words = [{"text": text, "start": start, "end": end, "score": score} for text, start, end, score in values["words"]]
    return values | {"words": words}


def change(made: Change) -> dict[str, Any]:
    """Write what happened to a segment."""
    before, after = (None if side is None else plain(side) for side in (made.before, made.after))
    return {"id": made.id, "before": before, "after": after}


def edits(bodies: Sequence[EditBody]) -> list[Edit]:
    """Read edits; all that make no sense are named together."""
    return read("edit", bodies, EditBody.edit)


def segments(bodies: Sequence[SegmentBody]) -> list[Segment]:
    """Read segments; all that make no sense are named together."""
    return read("segment", bodies, SegmentBody.segment)


def read(what: str, bodies: Iterable[Any], make: Callable[[Any], Any]) -> list[Any]:
    """Read things that came together; all that make no sense are named together."""
    found, wrong = [], []
    for number, body in enumerate(bodies, 1):
        try:
            found.append(make(body))
        except InvalidValue as error:
            wrong.append((f"{what} {number}", str(error)))
    if wrong:
        raise InvalidItems(f"some {what}s make no sense", tuple(wrong))
    return found
