"""Annotations: whose they are, in what state, and at which revision."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from earmark.core.annotation import Note, NoteKind
from earmark.core.areas import Area
from earmark.core.page import Page, decode_cursor, encode_cursor, require_limit
from earmark.core.review import AnnotationKind, AnnotationStatus, StoredAnnotation
from earmark.errors import NotFound
from earmark.store.tables import annotations as headers
from earmark.store.tables import recordings

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from datetime import datetime

    from sqlalchemy.engine import Connection, RowMapping

_NAMES = tuple(field.name for field in fields(StoredAnnotation))


def add(connection: Connection, annotation: StoredAnnotation) -> None:
    """Write a new annotation without its segments."""
    connection.execute(headers.insert().values(_row(annotation)))


def add_all(connection: Connection, new: Sequence[StoredAnnotation]) -> None:
    """Write new annotations without their segments."""
    if new:
        connection.execute(headers.insert(), [_row(annotation) for annotation in new])


def get(connection: Connection, annotation_id: str, *, lock: bool = False) -> StoredAnnotation:
    """Read an annotation, deleted or not; ``lock`` keeps others from changing it until the transaction ends.

    Raises
    ------
    NotFound
        There is none.
    """
    query = sa.select(headers).where(headers.c.id == annotation_id)
    row = connection.execute(query.with_for_update() if lock else query).mappings().first()
    if row is None:
        raise NotFound("annotation", annotation_id)
    return _annotation(row)


def save(connection: Connection, annotation: StoredAnnotation) -> None:
    """Write an annotation that was changed."""
    changed = headers.update().where(headers.c.id == annotation.id)
    connection.execute(changed.values(_row(annotation)))


def page(
    connection: Connection, recording_id: str, *, deleted: bool = False, cursor: str | None = None, limit: int = 50
) -> Page[StoredAnnotation]:
    """List the annotations of a recording, the oldest first."""
    query = sa.select(headers).where(headers.c.recording_id == recording_id, _deleted(deleted=deleted))
    if cursor is not None:
        query = query.where(headers.c.id > str(decode_cursor(cursor, size=1)[0]))
    rows = connection.execute(query.order_by(headers.c.id).limit(require_limit(limit) + 1)).mappings().all()
    more = encode_cursor(rows[limit - 1]["id"]) if len(rows) > limit else None
    return Page(items=tuple(map(_annotation, rows[:limit])), next=more)


def of_recordings(connection: Connection, recording_ids: Iterable[str]) -> list[StoredAnnotation]:
    """All annotations of some recordings that are not deleted, by recording, the oldest first."""
    wanted = headers.c.recording_id.in_(list(recording_ids))
    query = sa.select(headers).where(wanted, _deleted(deleted=False))
    rows = connection.execute(query.order_by(headers.c.recording_id, headers.c.id)).mappings()
    return [_annotation(row) for row in rows]


def by_several(connection: Connection, project_id: str, *, people: Collection[str] = (), limit: int) -> list[str]:
    """Recordings of a project, not in the trash, that two people or more have annotated: of some people, or of any."""
    joined = headers.join(recordings, recordings.c.id == headers.c.recording_id)
    query = sa.select(headers.c.recording_id).select_from(joined)
    query = query.where(headers.c.project_id == project_id, recordings.c.trashed.is_(False), _deleted(deleted=False))
    query = query.where(headers.c.author_id.in_(people) if people else headers.c.author_id.is_not(None))
    query = query.group_by(headers.c.recording_id).having(sa.func.count(headers.c.author_id.distinct()) > 1)
    return list(connection.execute(query.order_by(headers.c.recording_id).limit(limit)).scalars())


def of_project(connection: Connection, project_id: str) -> Iterator[StoredAnnotation]:
    """Give all annotations of a project, those in the trash too."""
    query = sa.select(headers).where(headers.c.project_id == project_id).order_by(headers.c.id)
    return map(_annotation, connection.execute(query).mappings())


def recordings_after(
    connection: Connection, project_id: str, after: str, *, among: Collection[str] = (), limit: int
) -> list[str]:
    """Recordings of a project that have annotations, neither in the trash, in the order of their ids.

    Parameters
    ----------
    after : str
        Id of the last one that was given before; empty at first.
    among : collection of str
        Only some recordings; empty for all.
    """
    query = _annotated(project_id, among).where(headers.c.recording_id > after)
    return list(connection.execute(query.order_by(headers.c.recording_id).limit(limit)).scalars())


def count_recordings(connection: Connection, project_id: str, *, among: Collection[str] = ()) -> int:
    """Count what `recordings_after` gives in all."""
    counted = sa.select(sa.func.count()).select_from(_annotated(project_id, among).subquery())
    return connection.execute(counted).scalar_one()


def _annotated(project_id: str, among: Collection[str]) -> sa.Select[Any]:
    joined = headers.join(recordings, recordings.c.id == headers.c.recording_id)
    query = sa.select(headers.c.recording_id).select_from(joined).distinct()
    query = query.where(headers.c.project_id == project_id, recordings.c.trashed.is_(False), _deleted(deleted=False))
    return query.where(headers.c.recording_id.in_(among)) if among else query


def forget_deleted(connection: Connection, *, before: datetime) -> int:
    """Delete for good, with their history, annotations that were deleted before a moment; return how many."""
    return connection.execute(headers.delete().where(headers.c.deleted_at < before)).rowcount


def _deleted(*, deleted: bool) -> sa.ColumnElement[bool]:
    return headers.c.deleted_at.is_not(None) if deleted else headers.c.deleted_at.is_(None)


def _row(annotation: StoredAnnotation) -> dict[str, Any]:
    row = {name: getattr(annotation, name) for name in _NAMES}
    words = {"kind": annotation.kind.value, "status": annotation.status.value}
    areas = [[area.start, area.end, area.channel] for area in annotation.areas] or None
    return row | words | {"notes": [asdict(note) for note in annotation.notes], "areas": areas}


def _annotation(row: RowMapping) -> StoredAnnotation:
    notes = tuple(Note(**{**note, "kind": NoteKind(note["kind"])}) for note in row["notes"])
    areas = tuple(Area(start=start, end=end, channel=channel) for start, end, channel in row["areas"] or ())
    kind, status = AnnotationKind(row["kind"]), AnnotationStatus(row["status"])
    return StoredAnnotation(**{**row, "kind": kind, "status": status, "notes": notes, "areas": areas})
