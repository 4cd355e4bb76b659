"""Lines of a project archive: domain objects as JSON, and back, of which nothing is believed unread."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from earmark.core.annotation import Note, NoteKind
from earmark.core.areas import MAX_AREAS, Area
from earmark.core.edits import Change
from earmark.core.library import RecordingState, StoredRecording, require_recording_name, require_tags
from earmark.core.model import Model, ModelFile, ModelStatus
from earmark.core.people import Role
from earmark.core.project import Label, Pipeline, Project
from earmark.core.recording import Recording
from earmark.core.review import AnnotationKind, AnnotationStatus, Revision, StoredAnnotation, StoredSegment
from earmark.errors import InvalidValue
from earmark.services import archive_readers as read
from earmark.services.projects import MAX_DESCRIPTION, MAX_LABELS
from earmark.store import segments

if TYPE_CHECKING:
    from collections.abc import Mapping

    from earmark.core.segment import Segment
    from earmark.services.archive_readers import Reader


def to_line(content: Mapping[str, Any]) -> bytes:
    """Write one line."""
    return json.dumps(content, default=_plain, ensure_ascii=False, allow_nan=False).encode() + b"\n"


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is not written into archives")


def from_line(line: bytes) -> dict[str, Any]:
    """Read one line; raise ``InvalidValue`` for what is none, or holds what no database takes."""
    try:
        found = json.loads(line, parse_constant=_refuse)
        # Halves of surrogate pairs cannot be stored as text, neither can NUL.
        unfit = b"\\u" in line and (b"\\u0000" in line or not json.dumps(found, ensure_ascii=False).encode())
    except (ValueError, RecursionError) as error:
        raise InvalidValue(f"is not JSON ({str(error)[:100]})") from None
    if unfit or not isinstance(found, dict):
        raise InvalidValue("is no object, or holds characters that cannot be stored")
    return found


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no number")


def project_to_json(project: Project) -> dict[str, Any]:
    """Write a project without its history, and without a word on voices: people agreed to them for this project."""
    return {name: value for name, value in asdict(project).items() if name != "known_voices"}


def project_from_json(content: Any) -> Project:
    """Read a project."""
    labels = read.many(lambda label: Label(**read.fields_of(label, _LABEL)), most=MAX_LABELS)
    return Project(**read.fields_of(content, {**_PROJECT, "labels": labels, "pipeline": _pipeline}))


def recording_to_json(recording: StoredRecording) -> dict[str, Any]:
    """Write a recording."""
    return asdict(recording)


def recording_from_json(content: Any) -> StoredRecording:
    """Read a recording."""
    return StoredRecording(
        **read.fields_of(content, {**_RECORDING, "media": lambda m: Recording(**read.fields_of(m, _MEDIA))})
    )


def annotation_to_json(header: StoredAnnotation) -> dict[str, Any]:
    """Write an annotation without its segments."""
    # Areas are left out where there are none: so stand annotations in archives from before there were any.
    return {name: value for name, value in asdict(header).items() if name != "areas" or value}


def annotation_from_json(content: Any) -> StoredAnnotation:
    """Read an annotation without its segments."""
    notes = read.many(lambda note: Note(**read.fields_of(note, _NOTE)))
    areas = read.many(lambda area: Area(**read.fields_of(area, _AREA)), most=MAX_AREAS)
    with_areas = {"areas": [], **read.mapping(content)}
    return StoredAnnotation(**read.fields_of(with_areas, {**_ANNOTATION, "notes": notes, "areas": areas}))


def revision_to_json(revision: Revision) -> dict[str, Any]:
    """Write a revision; names of people are written once for the whole archive."""
    return {name: value for name, value in asdict(revision).items() if name != "author"}


def revision_from_json(content: Any) -> Revision:
    """Read a revision."""
    return Revision(**read.fields_of(content, _REVISION))


def segment_to_json(annotation_id: str, stored: StoredSegment) -> dict[str, Any]:
    """Write a segment."""
    own = {"annotation_id": annotation_id, "id": stored.id, "revision": stored.revision}
    return {**own, "segment": segments.to_json(stored.segment)}


def segment_from_json(content: Any) -> tuple[str, StoredSegment]:
    """Read a segment and the id of its annotation."""
    found = read.fields_of(
        content, {"annotation_id": read.text, "id": read.segment_name, "revision": read.whole, "segment": _segment}
    )
    return found.pop("annotation_id"), StoredSegment(**found)


def change_to_json(annotation_id: str, number: int, change: Change) -> dict[str, Any]:
    """Write a change."""
    sides = {"before": change.before, "after": change.after}
    written = {side: None if segment is None else segments.to_json(segment) for side, segment in sides.items()}
    return {"annotation_id": annotation_id, "revision": number, "id": change.id, **written}


def change_from_json(content: Any) -> tuple[str, int, Change]:
    """Read a change, the id of its annotation and the number of its revision."""
    sides = {"before": read.maybe(_segment), "after": read.maybe(_segment)}
    found = read.fields_of(
        content, {"annotation_id": read.text, "revision": read.whole, "id": read.segment_name, **sides}
    )
    return found.pop("annotation_id"), found.pop("revision"), Change(**found)


def model_to_json(model: Model) -> dict[str, Any]:
    """Write a model without its files."""
    return asdict(model)


def model_from_json(content: Any) -> Model:
    """Read a model; its files are only named."""
    return Model(
        **read.fields_of(content, {**_MODEL, "files": read.many(lambda file: ModelFile(**read.fields_of(file, _FILE)))})
    )


def members_from_json(content: Any) -> dict[str, Role]:
    """Read who has which role, by login."""
    return {login: read.one_of(Role)(role) for login, role in read.mapping(content).items()}


def people_from_json(content: Any) -> dict[str, str]:
    """Read the logins of people by the ids that the archive gives them."""
    return {name: read.text(login) for name, login in read.mapping(content).items()}


def models_from_json(content: Any) -> tuple[Model, ...]:
    """Read models without their files."""
    return tuple(read.many(model_from_json)(content))


def titles_from_json(content: Any) -> dict[str, tuple[str, str]]:
    """Read names and versions of models by the ids that the archive gives them."""
    found = {name: read.many(read.text, most=2)(title) for name, title in read.mapping(content).items()}
    if any(len(title) != 2 for title in found.values()):
        raise InvalidValue("a model should have a name and a version")
    return found


def _segment(value: Any) -> Segment:
    """Read a segment; what it holds is checked by `core.fit`."""
    content = read.mapping(value)
    texts, numbers = ("label", "text", "speaker", "language"), ("start", "end", "score", "low_hz", "high_hz")
    known: dict[str, Reader] = {
        **dict.fromkeys(texts, read.text),
        **dict.fromkeys(numbers, read.number),
        "channel": read.whole,
    }
    known |= {"words": read.many(_word), "tags": read.many(_tag)}
    return segments.from_json(
        read.fields_of(content, {name: known[name] for name in content if name in known} or known)
    )


def _word(value: Any) -> tuple[str, float, float, float | None]:
    text, start, end, score = value
    return read.text(text), read.number(start), read.number(end), read.maybe(read.number)(score)


def _tag(value: Any) -> tuple[str, str]:
    name, content = value
    return read.text(name), read.text(content)


def _pipeline(value: Any) -> Pipeline:
    texts = {
        "engine": read.short(100),
        "channels": read.short(100),
        "model": read.maybe(read.text),
        "language": read.maybe(read.short(35)),
    }
    others = {
        "on_import": read.flag,
        "labels": read.flag,
        "diarizer": read.short(40),
        "min_speakers": read.maybe(read.whole),
        "max_speakers": read.maybe(read.whole),
        "multilingual": read.flag,
    }
    # Archives of earlier versions know nothing of speakers.
    given = {**asdict(Pipeline()), **value} if isinstance(value, dict) else value
    return Pipeline(**read.fields_of(given, {**others, **texts}))


_LABEL: Mapping[str, Reader] = {
    "name": read.text,
    "colour": read.text,
    "hotkey": read.maybe(read.text),
    "aliases": read.many(read.text, most=MAX_LABELS),
}
_PROJECT: Mapping[str, Reader] = {
    "id": read.text,
    "name": read.text,
    "description": read.short(MAX_DESCRIPTION),
    "version": read.whole,
    "created_at": read.moment,
    "updated_at": read.moment,
    "created_by": read.maybe(read.text),
    "deleted_at": read.maybe(read.moment),
}
_MEDIA: Mapping[str, Reader] = {
    "source": read.text,
    "duration": read.maybe(read.number),
    "sample_rate": read.maybe(read.whole),
    "channels": read.maybe(read.whole),
    "container": read.maybe(read.short(100)),
    "codec": read.maybe(read.short(100)),
}
_RECORDING: Mapping[str, Reader] = {
    "id": read.text,
    "project_id": read.text,
    "name": lambda value: require_recording_name(read.text(value)),
    "state": read.one_of(RecordingState),
    "checksum": read.maybe(read.checksum),
    "size": read.maybe(read.size),
    "tags": lambda value: require_tags(read.many(read.text)(value)),
    "notes": read.text,
    "recorded_at": read.maybe(read.moment),
    "problems": read.many(read.text),
    "error": read.maybe(read.text),
    "thumbnail": read.maybe(read.ascii_text(400)),
    "video": read.flag,
    "version": read.whole,
    "created_at": read.moment,
    "updated_at": read.moment,
    "created_by": read.maybe(read.text),
    "deleted_at": read.maybe(read.moment),
}
_NOTE: Mapping[str, Reader] = {
    "kind": read.one_of(NoteKind),
    "message": read.text,
    "start": read.maybe(read.number),
    "end": read.maybe(read.number),
    "channel": read.maybe(read.whole),
    "text": read.maybe(read.text),
}
_AREA: Mapping[str, Reader] = {"start": read.number, "end": read.number, "channel": read.maybe(read.whole)}
_ANNOTATION: Mapping[str, Reader] = {
    "id": read.text,
    "recording_id": read.text,
    "project_id": read.text,
    "kind": read.one_of(AnnotationKind),
    "source": read.short(500),
    "author_id": read.maybe(read.text),
    "model_id": read.maybe(read.text),
    "status": read.one_of(AnnotationStatus),
    "revision": read.whole,
    "segment_count": read.whole,
    "language": read.maybe(read.short(35)),
    "job_id": read.maybe(read.text),
    "created_at": read.moment,
    "updated_at": read.moment,
    "deleted_at": read.maybe(read.moment),
}
_REVISION: Mapping[str, Reader] = {
    "annotation_id": read.text,
    "number": read.whole,
    "author_id": read.maybe(read.text),
    "created_at": read.moment,
    "change_count": read.whole,
    "reverts_to": read.maybe(read.whole),
}
_FILE: Mapping[str, Reader] = {"name": read.text, "checksum": read.checksum, "size": read.size}
_MODEL: Mapping[str, Reader] = {
    "id": read.text,
    "name": read.text,
    "version": read.text,
    "engine": read.text,
    "task": read.text,
    "project_id": read.maybe(read.text),
    "parent_id": read.maybe(read.text),
    "labels": read.many(read.text),
    "metrics": read.mapping,
    "training": read.mapping,
    "status": read.one_of(ModelStatus),
    "notes": read.text,
    "revision": read.whole,
    "created_by": read.maybe(read.text),
    "created_at": read.moment,
    "updated_at": read.moment,
}
