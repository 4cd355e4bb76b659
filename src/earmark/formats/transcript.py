"""Transcript JSON, in the shape in which Hearback answers; see `earmark.core.transcript`.

Files of Hearback are read too. It writes words for which it found no time at 0 s; they share out the gap around them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

from earmark.core.annotation import Annotation, Note, NoteKind
from earmark.core.segment import Segment, Word
from earmark.core.transcript import UNKNOWN_LANGUAGE, UNKNOWN_SPEAKER
from earmark.core.transcript import transcript as to_dict
from earmark.errors import FormatError
from earmark.formats.format import Format, has_text
from earmark.formats.json_values import as_json, fields, items, number, parse, string
from earmark.formats.parsing import at

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from earmark.formats.json_values import Reader

_LOOKS = re.compile(r'"transcription"\s*:\s*\{')


def recognises(text: str) -> bool:
    """Look for the object that holds text and segments."""
    return _LOOKS.search(text) is not None


def dumps(annotation: Annotation, *, processing_time: float | None = None) -> str:
    """Write a transcript, one segment per line; ``processing_time`` in seconds, null where nobody measured."""
    said = to_dict(annotation, processing_time=processing_time)
    whole = said.pop("transcription")
    rows = ",\n".join(f"      {as_json(segment)}" for segment in whole["segments"])
    segments = f"[\n{rows}\n    ]" if rows else "[]"
    head = f'  "transcription": {{\n    "text": {as_json(whole["text"])},\n    "segments": {segments}\n  }}'
    return "{\n" + ",\n".join([head, *(f"  {as_json(key)}: {as_json(value)}" for key, value in said.items())]) + "\n}\n"


def loads(text: str, *, source: str) -> Annotation:
    """Read a transcript; keys that are not known are passed over."""
    content = parse(text, source=source)
    if not isinstance(content, dict) or not isinstance(content.get("transcription"), dict):
        raise FormatError(source, 'is JSON, but no transcript: it has no object "transcription"')
    with at(source, None):
        whole = fields(content["transcription"], _TRANSCRIPTION, "transcription", required=("segments",))
        about = fields(content, _ABOUT, "transcript")
    language = about.get("language")
    return Annotation(
        segments=whole["segments"],
        language=None if language == UNKNOWN_LANGUAGE else language,
        notes=tuple(about.get("diarization", ())),
    )


def _segment(value: object) -> Segment:
    found = fields(value, _SEGMENT, "segment", required=("start", "end"))
    words = found.pop("words", ())
    segment = Segment(**found)
    if segment.speaker == UNKNOWN_SPEAKER:
        segment = replace(segment, speaker=None)
    return replace(segment, words=tuple(_timed(words, segment)))


@dataclass(frozen=True, slots=True)
class _Heard:
    """A word whose time may not be known."""

    text: str
    start: float | None
    end: float | None

    def timed_in(self, segment: Segment) -> bool:
        """Whether it has a time; 0 to 0 is none in a segment that begins later."""
        if self.start is None or self.end is None:
            return False
        return segment.start == 0 or (self.start, self.end) != (0, 0)


def _word(value: object) -> _Heard:
    found = fields(value, _WORD, "word", required=("word",))
    return _Heard(found["word"].strip(), found.get("start"), found.get("end"))


def _timed(words: Sequence[_Heard], segment: Segment) -> Iterator[Word]:
    runs = [(known, list(run)) for known, run in groupby(words, key=lambda word: word.timed_in(segment))]
    reach = segment.start
    for place, (known, run) in enumerate(runs):
        if known:
            made = [Word(text=word.text, start=word.start or 0.0, end=word.end or 0.0) for word in run]
        else:
            following = runs[place + 1][1][0].start if place + 1 < len(runs) else None
            made = list(_spread(run, reach, segment.end if following is None else following))
        yield from made
        reach = made[-1].end


def _spread(words: Sequence[_Heard], start: float, end: float) -> Iterator[Word]:
    step = max(end - start, 0.0) / len(words)
    for count, word in enumerate(words):
        yield Word(text=word.text, start=start + count * step, end=start + (count + 1) * step)


def _diarization(value: object) -> list[Note]:
    found = fields(value, {"enabled": bool, "reason": string}, "diarization")
    if "reason" not in found:
        return []
    kind = NoteKind.WARNING if found.get("enabled") else NoteKind.UNAVAILABLE
    return [Note(kind=kind, message=found["reason"])]


_WORD: Mapping[str, Reader] = {"word": string, "start": number, "end": number}
_SEGMENT: Mapping[str, Reader] = {
    "start": number,
    "end": number,
    "text": string,
    "speaker": string,
    "words": items(_word, "word"),
}
_TRANSCRIPTION: Mapping[str, Reader] = {"segments": items(_segment, "segment")}
_ABOUT: Mapping[str, Reader] = {"language": string, "diarization": _diarization}


FORMAT: Format = Format(
    name="transcript",
    title="transcript JSON",
    suffixes=(".transcript.json", ".json"),
    keeps=frozenset({"text", "speaker", "words"}),
    dumps=dumps,
    loads=loads,
    recognises=recognises,
    takes=has_text,
    takes_what="segments with text",
)
