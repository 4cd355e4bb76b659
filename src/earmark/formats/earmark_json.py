"""Earmark's own format: everything that an annotation holds, exactly, as versioned JSON.

The fields are described in ``docs/formats.md``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from earmark.core.annotation import Annotation, Note, NoteKind
from earmark.core.areas import Area
from earmark.core.recording import Recording
from earmark.core.segment import Segment, Word
from earmark.errors import FormatError, InvalidValue
from earmark.formats.format import Format
from earmark.formats.json_values import as_json, fields, items, number, parse, shown, string, whole
from earmark.formats.parsing import at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from earmark.formats.json_values import Reader

NAME = "earmark-annotation"
VERSION = 1


def recognises(text: str) -> bool:
    """Look for the name of the format."""
    return f'"{NAME}"' in text


def segment_to_dict(segment: Segment) -> dict[str, Any]:
    """Write a segment as JSON object, without the keys that have no value."""
    return _present(
        start=segment.start,
        end=segment.end,
        channel=segment.channel,
        label=segment.label,
        text=segment.text,
        speaker=segment.speaker,
        language=segment.language,
        score=segment.score,
        low_hz=segment.low_hz,
        high_hz=segment.high_hz,
        tags=[list(tag) for tag in segment.tags] or None,
        words=[_word_to_dict(word) for word in segment.words] or None,
    )


def _word_to_dict(word: Word) -> dict[str, Any]:
    return _present(word=word.text, start=word.start, end=word.end, score=word.score)


def _recording_to_dict(recording: Recording) -> dict[str, Any]:
    return _present(
        source=recording.source,
        duration=recording.duration,
        sample_rate=recording.sample_rate,
        channels=recording.channels,
        container=recording.container,
        codec=recording.codec,
    )


def _area_to_dict(area: Area) -> dict[str, Any]:
    return _present(start=area.start, end=area.end, channel=area.channel)


def note_to_dict(note: Note) -> dict[str, Any]:
    """Return a note as JSON objects hold it."""
    return _present(
        kind=str(note.kind),
        message=note.message,
        start=note.start,
        end=note.end,
        channel=note.channel,
        text=note.text,
    )


def _present(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def dumps(annotation: Annotation) -> str:
    """Write an annotation, one segment and one note per line."""
    recording = annotation.recording
    head = _present(
        format=NAME,
        version=VERSION,
        source=annotation.source,
        language=annotation.language,
        recording=None if recording is None else _recording_to_dict(recording),
    )
    parts = [f'  "{name}": {as_json(value)}' for name, value in head.items()]
    parts.append(_list("segments", [segment_to_dict(segment) for segment in annotation.segments]))
    if annotation.areas:
        parts.append(_list("areas", [_area_to_dict(area) for area in annotation.areas]))
    if annotation.notes:
        parts.append(_list("notes", [note_to_dict(note) for note in annotation.notes]))
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _list(name: str, items: list[dict[str, Any]]) -> str:
    if not items:
        return f'  "{name}": []'
    return f'  "{name}": [\n' + ",\n".join(f"    {as_json(item)}" for item in items) + "\n  ]"


def loads(text: str, *, source: str) -> Annotation:
    """Read an annotation; keys that this version does not know are passed over."""
    content = parse(text, source=source)
    if not isinstance(content, dict) or content.get("format") != NAME:
        raise FormatError(source, f'is JSON, but not an annotation of Earmark ("format": "{NAME}" is missing)')
    if content.get("version") != VERSION:
        why = f"has version {content.get('version')!r}; this Earmark reads version {VERSION}. Update Earmark"
        raise FormatError(source, why)
    with at(source, None):
        return Annotation(**fields(content, _ANNOTATION, "annotation", required=("segments",)))


def _tag(value: object) -> tuple[str, str]:
    if not isinstance(value, list) or len(value) != 2:
        raise InvalidValue(f"should be a pair of texts, not {shown(value)}")
    return string(value[0]), string(value[1])


def _kind(value: object) -> NoteKind:
    kind = string(value)
    if kind not in list(NoteKind):
        raise InvalidValue(f"should be one of {', '.join(NoteKind)}, not {shown(value)}")
    return NoteKind(kind)


def _word(value: object) -> Word:
    found = fields(value, _WORD, "word", required=("word", "start", "end"))
    return Word(text=found.pop("word"), **found)


def _segment(value: object) -> Segment:
    return Segment(**fields(value, _SEGMENT, "segment", required=("start", "end")))


def segment_from_dict(value: object) -> Segment:
    """Read what `segment_to_dict` wrote; raises ``ValueError`` or ``TypeError`` for what is no segment."""
    return _segment(value)


def _recording(value: object) -> Recording:
    return Recording(**fields(value, _RECORDING, "recording", required=("source",)))


def _area(value: object) -> Area:
    return Area(**fields(value, _AREA, "area", required=("start", "end")))


def _note(value: object) -> Note:
    return Note(**fields(value, _NOTE, "note", required=("kind", "message")))


_WORD: Mapping[str, Reader] = {"word": string, "start": number, "end": number, "score": number}
_SEGMENT: Mapping[str, Reader] = {
    "start": number,
    "end": number,
    "channel": whole,
    "label": string,
    "text": string,
    "speaker": string,
    "language": string,
    "score": number,
    "low_hz": number,
    "high_hz": number,
    "tags": items(_tag, "tag"),
    "words": items(_word, "word"),
}
_RECORDING: Mapping[str, Reader] = {
    "source": string,
    "duration": number,
    "sample_rate": whole,
    "channels": whole,
    "container": string,
    "codec": string,
}
_AREA: Mapping[str, Reader] = {"start": number, "end": number, "channel": whole}
_NOTE: Mapping[str, Reader] = {
    "kind": _kind,
    "message": string,
    "start": number,
    "end": number,
    "channel": whole,
    "text": string,
}
_ANNOTATION: Mapping[str, Reader] = {
    "source": string,
    "language": string,
    "recording": _recording,
    "segments": items(_segment, "segment"),
    "areas": items(_area, "area"),
    "notes": items(_note, "note"),
}

FORMAT = Format(
    name="json",
    title="Earmark JSON",
    suffixes=(".json",),
    keeps=frozenset(
        {"label", "text", "speaker", "language", "words", "score", "tags", "band", "channel", "areas", "notes"}
    ),
    dumps=dumps,
    loads=loads,
    recognises=recognises,
    aliases=("earmark",),
)
