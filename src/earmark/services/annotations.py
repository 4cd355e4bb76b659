"""Annotations of recordings: make, list, look at, put into the trash and take out again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from earmark.core.fit import require_fit
from earmark.core.ids import new_id
from earmark.core.people import Permission
from earmark.core.review import AnnotationKind, Revision, StoredAnnotation, StoredSegment
from earmark.errors import Conflict, Forbidden, InvalidValue, NotFound, StaleEdit
from earmark.services import access, chronicle
from earmark.store import annotations as headers
from earmark.store import history, labels, recordings, segments
from earmark.store.database import now

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy.engine import Connection

    from earmark.core.library import StoredRecording
    from earmark.core.page import Page
    from earmark.core.people import Actor
    from earmark.core.review import Viewport
    from earmark.core.segment import Segment
    from earmark.services.platform import Platform

MAX_SEGMENTS = 500_000
"""Most segments of an annotation that is made at once."""
MAX_SOURCE = 500


def create_annotation(
    platform: Platform,
    actor: Actor,
    recording_id: str,
    *,
    segments_given: Sequence[Segment] = (),
    copy_of: str | None = None,
    language: str | None = None,
) -> StoredAnnotation:
    """Begin work of one's own on a recording: from nothing, from segments, or from what a model or a person has done.

    Parameters
    ----------
    segments_given : sequence of Segment
        What it begins with.
    copy_of : str or None
        An annotation of the same recording, whose segments it begins with instead, under the same names.
    language : str or None
        Language code of the speech as a whole; None takes that of the copied annotation.

    Raises
    ------
    NotFound, Forbidden
        The recording or the annotation is not there, or the actor may not annotate.
    InvalidItems
        Some segments do not fit the recording.
    """
    if copy_of is not None and segments_given:
        raise InvalidValue("an annotation begins with segments or as a copy, not with both.")
    if len(segments_given) > MAX_SEGMENTS:
        raise InvalidValue(f"an annotation begins with at most {MAX_SEGMENTS} segments, not {len(segments_given)}.")
    with platform.database.write() as connection:
        recording = find_recording(connection, actor, recording_id, Permission.ANNOTATE)
        require_usable(recording)
        require_fit(((f"segment {n}", s) for n, s in enumerate(segments_given, 1)), recording.media)
        header = own_annotation(actor, recording, language=language)
        if copy_of is None:
            header = add_annotation(connection, header, named(segments_given))
        else:
            header = _add_copy(connection, header, find(connection, actor, copy_of, Permission.READ, lock=True))
        details = {"recording_id": recording_id, "segments": header.segment_count, "copy_of": copy_of}
        record(connection, actor, "annotation.created", header, **details)
        return header


def own_annotation(actor: Actor, recording: StoredRecording, *, language: str | None = None) -> StoredAnnotation:
    """Make the header of a person's new annotation."""
    moment = now()
    return StoredAnnotation(
        id=new_id(),
        recording_id=recording.id,
        project_id=recording.project_id,
        kind=AnnotationKind.PERSON,
        source=actor.name[:MAX_SOURCE],
        author_id=actor.user_id,
        language=language,
        created_at=moment,
        updated_at=moment,
    )


def named(given: Iterable[Segment]) -> list[StoredSegment]:
    """Give segments names."""
    return [StoredSegment(id=new_id(), segment=segment) for segment in given]


def add_annotation(
    connection: Connection, header: StoredAnnotation, content: Sequence[StoredSegment]
) -> StoredAnnotation:
    """Write a new annotation with its segments as first revision, without a word to anybody."""
    header = replace(header, revision=1, segment_count=len(content))
    headers.add(connection, header)
    history.add_revision(connection, _first_revision(header))
    segments.add(connection, header.id, content)
    labels.count(connection, header.id)
    return header


def _add_copy(connection: Connection, header: StoredAnnotation, original: StoredAnnotation) -> StoredAnnotation:
    if original.recording_id != header.recording_id:
        raise InvalidValue("an annotation can be copied for its own recording only.")
    language = header.language or original.language
    header = replace(header, segment_count=original.segment_count, language=language, areas=original.areas)
    headers.add(connection, header)
    history.add_revision(connection, _first_revision(header))
    segments.copy(connection, original.id, header.id)
    labels.count(connection, header.id)
    return header


def _first_revision(header: StoredAnnotation) -> Revision:
    return Revision(
        annotation_id=header.id,
        number=1,
        author_id=header.author_id,
        created_at=header.created_at,
        change_count=header.segment_count,
    )


def get_annotation(platform: Platform, actor: Actor, annotation_id: str) -> StoredAnnotation:
    """Read the header of an annotation, in the trash or not."""
    with platform.database.read() as connection:
        return find(connection, actor, annotation_id, Permission.READ)


def list_annotations(
    platform: Platform,
    actor: Actor,
    recording_id: str,
    *,
    deleted: bool = False,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[StoredAnnotation]:
    """List the annotations of a recording, the oldest first; those in the trash instead where asked for."""
    with platform.database.read() as connection:
        find_recording(connection, actor, recording_id, Permission.READ)
        return headers.page(connection, recording_id, deleted=deleted, cursor=cursor, limit=limit)


def view_segments(
    platform: Platform,
    actor: Actor,
    annotation_id: str,
    view: Viewport,
    *,
    cursor: str | None = None,
    limit: int = 2000,
) -> tuple[StoredAnnotation, Page[StoredSegment]]:
    """Give what is seen of an annotation in a viewport, with the header that says at which revision."""
    with platform.database.snapshot() as connection:
        header = find(connection, actor, annotation_id, Permission.READ)
        return header, segments.within(connection, annotation_id, view, cursor=cursor, limit=limit)


def view_plain_segments(
    platform: Platform,
    actor: Actor,
    annotation_id: str,
    view: Viewport,
    *,
    cursor: str | None = None,
    limit: int = 2000,
) -> tuple[StoredAnnotation, Page[dict[str, Any]]]:
    """Give the same as `view_segments`, each segment as plain values (see `store.segments.plain_within`)."""
    with platform.database.snapshot() as connection:
        header = find(connection, actor, annotation_id, Permission.READ)
        return header, segments.plain_within(connection, annotation_id, view, cursor=cursor, limit=limit)


def delete_annotation(
    platform: Platform, actor: Actor, annotation_id: str, *, revision: int | None = None
) -> StoredAnnotation:
    """Put an annotation into the trash; ``revision`` is the one that was looked at, None for whichever."""
    with platform.database.write() as connection:
        header = find(connection, actor, annotation_id, Permission.ANNOTATE, lock=True)
        require_author(connection, actor, header)
        require_revision(header, revision)
        if header.deleted_at is not None:
            return header
        moment = now()
        header = replace(header, deleted_at=moment, updated_at=moment)
        headers.save(connection, header)
        record(connection, actor, "annotation.deleted", header, recording_id=header.recording_id)
        return header


def restore_annotation(platform: Platform, actor: Actor, annotation_id: str) -> StoredAnnotation:
    """Take an annotation out of the trash."""
    with platform.database.write() as connection:
        header = find(connection, actor, annotation_id, Permission.ANNOTATE, lock=True)
        require_author(connection, actor, header)
        if header.deleted_at is None:
            return header
        header = replace(header, deleted_at=None, updated_at=now())
        headers.save(connection, header)
        record(connection, actor, "annotation.restored", header, recording_id=header.recording_id)
        return header


def find(
    connection: Connection, actor: Actor, annotation_id: str, permission: Permission, *, lock: bool = False
) -> StoredAnnotation:
    """Read an annotation that the actor may see; who may not learns not even that it is there."""
    header = headers.get(connection, annotation_id, lock=lock)
    try:
        access.require(connection, actor, header.project_id, permission)
    except NotFound:
        raise NotFound("annotation", annotation_id) from None
    return header


def find_recording(connection: Connection, actor: Actor, recording_id: str, permission: Permission) -> StoredRecording:
    """Read a recording that the actor may see; who may not learns not even that it is there."""
    recording = recordings.get(connection, recording_id)
    try:
        access.require(connection, actor, recording.project_id, permission)
    except NotFound:
        raise NotFound("recording", recording_id) from None
    return recording


def require_usable(recording: StoredRecording, header: StoredAnnotation | None = None) -> None:
    """Raise ``Conflict`` where a recording or an annotation lies in the trash."""
    for what, thing in (("recording", recording), ("annotation", header)):
        if thing is not None and thing.deleted_at is not None:
            raise Conflict(f"the {what} lies in the trash. Restore it first.")


def require_author(connection: Connection, actor: Actor, header: StoredAnnotation) -> None:
    """Raise ``Forbidden`` unless the annotation is the actor's own, or the actor manages the project."""
    if actor.user_id is not None and header.author_id == actor.user_id:
        return
    try:
        access.require(connection, actor, header.project_id, Permission.MANAGE)
    except Forbidden:
        raise Forbidden(
            f"this annotation is by {header.source}: only its author and managers of the project may change it. "
            "Make a copy of it and work on that."
        ) from None


def require_revision(header: StoredAnnotation, revision: int | None) -> None:
    """Raise ``StaleEdit`` where somebody decides about a revision that is not the latest."""
    if revision is not None and revision != header.revision:
        message = f"the annotation is at revision {header.revision}, not {revision}. Look at it again."
        raise StaleEdit(message, current=header.revision)


def record(connection: Connection, actor: Actor, action: str, header: StoredAnnotation, **details: object) -> None:
    """Write down what was done with an annotation."""
    chronicle.record(connection, actor, action, subject_id=header.id, project_id=header.project_id, details=details)
