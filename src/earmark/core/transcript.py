"""A recording as a transcript: what was said and by whom, in the shape in which transcription services answer."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from earmark.core.annotation import NoteKind
from earmark.core.segment import in_order
from earmark.core.sentences import join, split_all

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from earmark.core.annotation import Annotation
    from earmark.core.segment import Segment

UNKNOWN_SPEAKER = "UNKNOWN"
"""Who speaks where nobody knows; never among the speakers of a transcript."""
UNKNOWN_LANGUAGE = "unknown"
PARAGRAPH_PAUSE = 5.0
"""Seconds of silence after which the same speaker begins a new paragraph."""
LONGEST_PARAGRAPH = 1_500
"""Characters after which a paragraph ends with the segment: about half a page."""


def spoken(annotation: Annotation) -> tuple[Segment, ...]:
    """Return the segments in which something was said, in order of time."""
    return tuple(sorted(filter(_has_text, annotation.segments), key=in_order))


def in_sentences(annotation: Annotation) -> Annotation:
    """Return an annotation whose segments are cut where sentences end; see `earmark.core.sentences`."""
    return replace(annotation, segments=split_all(annotation.segments))


def speaker_of(segment: Segment) -> str | None:
    """Return who speaks, in one line; None where nobody knows."""
    name = " ".join((segment.speaker or "").split())
    return name if name and name != UNKNOWN_SPEAKER else None


def speakers_of(segments: Iterable[Segment]) -> list[str]:
    """Return all who are known to speak, in order of appearance."""
    return list(dict.fromkeys(name for segment in segments if (name := speaker_of(segment)) is not None))


def language_of(annotation: Annotation) -> str | None:
    """Return the language of an annotation, else the one in which its segments say most."""
    if annotation.language:
        return annotation.language
    seconds: dict[str, float] = {}
    for segment in spoken(annotation):
        if segment.language:
            seconds[segment.language] = seconds.get(segment.language, 0.0) + segment.duration
    return max(seconds, key=seconds.__getitem__, default=None)


def speakers_note(annotation: Annotation) -> str | None:
    """Return what the notes of an annotation say about its speakers: why there are none, or how good they are."""
    for note in annotation.notes:
        if note.kind is not NoteKind.DROPPED and re.search(r"\bspeakers?\b", note.message, re.IGNORECASE):
            return note.message
    return None


def transcript(annotation: Annotation, *, processing_time: float | None = None) -> dict[str, Any]:
    """Return a transcript as JSON object, in the shape of Hearback.

    Times of segments and words are rounded to milliseconds, durations to hundredths of a second. A segment has
    ``words`` only where there are words with times. ``speaker`` is ``UNKNOWN`` where nobody knows who speaks;
    ``speakers`` holds those who are known, sorted.

    Parameters
    ----------
    annotation : Annotation
        Its segments without text are left out.
    processing_time : float or None
        Seconds that the work took; None where nobody measured, which becomes null.

    Returns
    -------
    dict
        ``transcription`` (``text``, ``segments``), ``speakers``, ``language``, ``duration``, ``processing_time``; and
        ``diarization`` (``enabled``, ``reason``) where the annotation's notes speak of its speakers.
    """
    segments = spoken(annotation)
    said = {
        "transcription": {
            "text": join(_text(segment) for segment in segments),
            "segments": [transcript_segment(segment) for segment in segments],
        },
        "speakers": sorted(speakers_of(segments)),
        "language": language_of(annotation) or UNKNOWN_LANGUAGE,
        "duration": round(annotation.duration, 2),
        "processing_time": None if processing_time is None else round(processing_time, 2),
    }
    reason = speakers_note(annotation)
    if reason is not None:
        said["diarization"] = {"enabled": bool(said["speakers"]), "reason": reason}
    return said


def transcript_segment(segment: Segment) -> dict[str, Any]:
    """Return one segment as transcripts hold it."""
    said: dict[str, Any] = {
        "start": round(segment.start, 3),
        "end": round(segment.end, 3),
        "text": _text(segment),
        "speaker": speaker_of(segment) or UNKNOWN_SPEAKER,
    }
    words = [
        {"word": word.text.strip(), "start": round(word.start, 3), "end": round(word.end, 3)}
        for word in segment.words
        if word.text.strip()
    ]
    return {**said, "words": words} if words else said


def _has_text(segment: Segment) -> bool:
    return bool(segment.text and segment.text.strip())


def _text(segment: Segment) -> str:
    return (segment.text or "").strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """What one speaker says in one go.

    Attributes
    ----------
    start, end : float
        Seconds from the start of the recording.
    text : str
        The texts of the segments, in one line.
    speaker : str or None
        None where nobody knows who speaks.
    language : str or None
        Language code.
    """

    start: float
    end: float
    text: str
    speaker: str | None = None
    language: str | None = None


class Paragraphs:
    """Puts the segments of each speaker together until another speaks, a pause of 5 s comes, or it grows too long."""

    def __init__(self) -> None:
        self._run: list[Segment] = []
        self._length = 0

    def add(self, segments: Iterable[Segment]) -> Iterator[Paragraph]:
        """Take the next segments, in order of time; give the paragraphs that are complete."""
        for segment in segments:
            if not _has_text(segment):
                continue
            if self._run and (self._length >= LONGEST_PARAGRAPH or not _goes_on(self._run[-1], segment)):
                yield from self.rest()
            self._run.append(segment)
            self._length += len(segment.text or "")

    def rest(self) -> Iterator[Paragraph]:
        """Give the last paragraph, if there is one; what comes then begins another."""
        if self._run:
            yield _paragraph(self._run)
        self._run, self._length = [], 0


def paragraphs(annotation: Annotation) -> tuple[Paragraph, ...]:
    """Return the paragraphs of a transcript; see `Paragraphs`."""
    gathered = Paragraphs()
    return (*gathered.add(spoken(annotation)), *gathered.rest())


def _goes_on(last: Segment, segment: Segment) -> bool:
    if segment.start - last.end >= PARAGRAPH_PAUSE:
        return False
    before, after = (last.channel, last.language), (segment.channel, segment.language)
    return speaker_of(last) == speaker_of(segment) and before == after


def _paragraph(run: Sequence[Segment]) -> Paragraph:
    return Paragraph(
        start=run[0].start,
        end=max(segment.end for segment in run),
        text=join(" ".join((segment.text or "").split()) for segment in run),
        speaker=speaker_of(run[0]),
        language=run[0].language,
    )
