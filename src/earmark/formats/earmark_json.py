"""Earmark's own format: everything that an annotation holds, exactly, as versioned JSON.

The fields are described in ``docs/formats.md``.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any, NoReturn

from earmark.core.annotation import Annotation, Note, NoteKind
from earmark.core.areas import Area
from earmark.core.recording import Recording
from earmark.core.segment import Segment, Word
from earmark.errors import FormatError, InvalidValue
from earmark.formats.format import Format
from earmark.formats.parsing import at

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Reader = Callable[[Any], Any]

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
    parts = [f'  "{name}": {_json(value)}' for name, value in head.items()]
    parts.append(_list("segments", [segment_to_dict(segment) for segment in annotation.segments]))
    if annotation.areas:
        parts.append(_list("areas", [_area_to_dict(area) for area in annotation.areas]))
    if annotation.notes:
        parts.append(_list("notes", [note_to_dict(note) for note in annotation.notes]))
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _list(name: str, items: list[dict[str, Any]]) -> str:
    if not items:
        return f'  "{name}": []'
    return f'  "{name}": [\n' + ",\n".join(f"    {_json(item)}" for item in items) + "\n  ]"


def _json(value: object) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    except ValueError as error:
        raise InvalidValue(f"a number in {str(value)[:80]} is not finite") from error


def loads(text: str, *, source: str) -> Annotation:
    """Read an annotation; keys that this version does not know are passed over."""
    content = parse(text, source=source)
    if not isinstance(content, dict) or content.get("format") != NAME:
        raise FormatError(source, f'is JSON, but not an annotation of Earmark ("format": "{NAME}" is missing)')
    if content.get("version") != VERSION:
        why = f"has version {content.get('version')!r}; this Earmark reads version {VERSION}. Update Earmark"
        raise FormatError(source, why)
    with at(source, None):
        return Annotation(**_fields(content, _ANNOTATION, "annotation", required=("segments",)))


def parse(text: str, *, source: str) -> Any:
    """Parse JSON as the standard has it, which knows no NaN and no Infinity."""
    try:
        return json.loads(text, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        raise FormatError(source, f"is not JSON: {error.msg}", error.lineno) from error
    except InvalidValue as error:
        raise FormatError(source, str(error)) from error
    except (ValueError, RecursionError) as error:
        raise FormatError(source, f"is not JSON that can be read: {error}") from error


def _refuse(constant: str) -> NoReturn:
    raise InvalidValue(f"{constant} is not a number in JSON")


def _fields(
    value: object, readers: Mapping[str, Reader], what: str, *, required: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Read the keys that ``readers`` knows; a null is as good as a key left out."""
    if not isinstance(value, dict):
        raise InvalidValue(f"{what}: should be an object, not {_shown(value)}")
    missing = [name for name in required if value.get(name) is None]
    if missing:
        raise InvalidValue(f"{what}: {missing[0]!r} is missing")
    known = ((name, value[name]) for name in readers if value.get(name) is not None)
    return {name: _read(readers[name], item, f"{what}, {name}") for name, item in known}


def _read(reader: Reader, value: object, what: str) -> Any:
    try:
        return reader(value)
    except InvalidValue as error:
        raise InvalidValue(f"{what}: {error}") from error


def _items(reader: Reader, what: str) -> Reader:
    def read(value: object) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise InvalidValue(f"should be a list, not {_shown(value)}")
        return tuple(_read(reader, item, f"{what} {count}") for count, item in enumerate(value, 1))

    return read


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise InvalidValue(f"should be a text, not {_shown(value)}")
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidValue(f"should be a number, not {_shown(value)}")
    number = float(value) if abs(value) < 1e300 else math.inf
    if not math.isfinite(number):
        raise InvalidValue("is no finite number")
    return number


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidValue(f"should be a whole number, not {_shown(value)}")
    return value


def _tag(value: object) -> tuple[str, str]:
    if not isinstance(value, list) or len(value) != 2:
        raise InvalidValue(f"should be a pair of texts, not {_shown(value)}")
    return _string(value[0]), _string(value[1])


def _kind(value: object) -> NoteKind:
    kind = _string(value)
    if kind not in list(NoteKind):
        raise InvalidValue(f"should be one of {', '.join(NoteKind)}, not {_shown(value)}")
    return NoteKind(kind)


def _shown(value: object) -> str:
    return json.dumps(value)[:60]


def _word(value: object) -> Word:
    fields = _fields(value, _WORD, "word", required=("word", "start", "end"))
    return Word(text=fields.pop("word"), **fields)


def _segment(value: object) -> Segment:
    return Segment(**_fields(value, _SEGMENT, "segment", required=("start", "end")))


def segment_from_dict(value: object) -> Segment:
    """Read what `segment_to_dict` wrote; raises ``ValueError`` or ``TypeError`` for what is no segment."""
    return _segment(value)


def _recording(value: object) -> Recording:
    return Recording(**_fields(value, _RECORDING, "recording", required=("source",)))


def _area(value: object) -> Area:
    return Area(**_fields(value, _AREA, "area", required=("start", "end")))


def _note(value: object) -> Note:
    return Note(**_fields(value, _NOTE, "note", required=("kind", "message")))


_WORD: Mapping[str, Reader] = {"word": _string, "start": _number, "end": _number, "score": _number}
_SEGMENT: Mapping[str, Reader] = {
    "start": _number,
    "end": _number,
    "channel": _whole,
    "label": _string,
    "text": _string,
    "speaker": _string,
    "language": _string,
    "score": _number,
    "low_hz": _number,
    "high_hz": _number,
    "tags": _items(_tag, "tag"),
    "words": _items(_word, "word"),
}
_RECORDING: Mapping[str, Reader] = {
    "source": _string,
    "duration": _number,
    "sample_rate": _whole,
    "channels": _whole,
    "container": _string,
    "codec": _string,
}
_AREA: Mapping[str, Reader] = {"start": _number, "end": _number, "channel": _whole}
_NOTE: Mapping[str, Reader] = {
    "kind": _kind,
    "message": _string,
    "start": _number,
    "end": _number,
    "channel": _whole,
    "text": _string,
}
_ANNOTATION: Mapping[str, Reader] = {
    "source": _string,
    "language": _string,
    "recording": _recording,
    "segments": _items(_segment, "segment"),
    "areas": _items(_area, "area"),
    "notes": _items(_note, "note"),
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
