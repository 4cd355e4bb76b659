"""The history of annotations: what was changed when and by whom, and how things were before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from earmark.core.edits import apply
from earmark.core.page import Page, decode_number, encode_cursor
from earmark.core.people import Permission
from earmark.core.review import StoredSegment
from earmark.errors import InvalidValue
from earmark.services.annotations import find
from earmark.store import history, segments

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from earmark.core.edits import Change
    from earmark.core.people import Actor
    from earmark.core.review import Revision, StoredAnnotation, Viewport
    from earmark.core.segment import Segment
    from earmark.services.platform import Platform


def segments_at(
    platform: Platform, actor: Actor, annotation_id: str, revision: int
) -> tuple[StoredAnnotation, tuple[StoredSegment, ...]]:
    """Give the segments as they were at a revision, in order of time, with the header as it is now."""
    with platform.database.snapshot() as connection:
        header = find(connection, actor, annotation_id, Permission.READ)
        if not 1 <= revision <= header.revision:
            raise InvalidValue(f"there is no revision {revision}: the latest is {header.revision}.")
        return header, earlier(connection, annotation_id, revision)


def earlier(connection: Connection, annotation_id: str, revision: int) -> tuple[StoredSegment, ...]:
    """Undo all changes after a revision, in memory."""
    held: dict[str, Segment] = {stored.id: stored.segment for stored in segments.every(connection, annotation_id)}
    apply(history.backwards(connection, annotation_id, revision), held)
    last = history.last_changes(connection, annotation_id, revision)
    found = (StoredSegment(id=name, segment=segment, revision=last.get(name, 1)) for name, segment in held.items())
    return tuple(sorted(found, key=lambda stored: (stored.segment.start, stored.id)))


def view_segments_at(
    platform: Platform,
    actor: Actor,
    annotation_id: str,
    view: Viewport,
    *,
    revision: int,
    cursor: str | None = None,
    limit: int = 2000,
) -> tuple[StoredAnnotation, Page[StoredSegment]]:
    """Give what is seen of an earlier state in a viewport, page by page like `annotations.view_segments`."""
    header, content = segments_at(platform, actor, annotation_id, revision)
    seen = [stored for stored in content if view.shows(stored.segment)]
    begin = 0 if cursor is None else decode_number(cursor)
    more = encode_cursor(begin + limit) if len(seen) > begin + limit else None
    return header, Page(items=tuple(seen[begin : begin + limit]), next=more)


def list_revisions(
    platform: Platform, actor: Actor, annotation_id: str, *, cursor: str | None = None, limit: int = 50
) -> Page[Revision]:
    """List the history of an annotation, the latest revision first."""
    with platform.database.read() as connection:
        find(connection, actor, annotation_id, Permission.READ)
        return history.page(connection, annotation_id, cursor=cursor, limit=limit)


def list_changes(
    platform: Platform, actor: Actor, annotation_id: str, number: int, *, cursor: str | None = None, limit: int = 500
) -> tuple[Revision, Page[Change]]:
    """Give a revision and what it changed; the first one shows no changes, for it is where the history begins."""
    with platform.database.read() as connection:
        find(connection, actor, annotation_id, Permission.READ)
        revision = history.get(connection, annotation_id, number)
        return revision, history.changes_of(connection, annotation_id, number, cursor=cursor, limit=limit)
