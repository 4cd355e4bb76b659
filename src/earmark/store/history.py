"""The history of annotations: revisions, and what each after the first changed."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from earmark.core.edits import Change
from earmark.core.page import Page, decode_cursor, decode_number, encode_cursor, require_limit
from earmark.core.review import Revision, RevisionChanges, StoredSegment
from earmark.errors import NotFound
from earmark.store import labels, segments
from earmark.store.tables import annotations as headers
from earmark.store.tables import changes, revisions, users

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy.engine import Connection
    from sqlalchemy.sql import Select


BATCH = 5000
_REVISION = ("annotation_id", "number", "author_id", "created_at", "change_count", "reverts_to")
_CHANGE = (changes.c.revision, changes.c.segment_id, changes.c.before, changes.c.after)


def add_revision(connection: Connection, revision: Revision, made: Sequence[Change] = ()) -> None:
    """Write a revision with its changes and bring the segments to the state after it.

    Two revisions of the same number cannot be: the database refuses the second.
    """
    owner, number = revision.annotation_id, revision.number
    add_all(connection, [revision])
    add_changes(connection, [(owner, number, change) for change in made])
    segments.remove(connection, owner, (change.id for change in made if change.before is not None))
    after = ((change.id, change.after) for change in made)
    kept = (StoredSegment(id=name, segment=segment, revision=number) for name, segment in after if segment is not None)
    segments.add(connection, owner, kept)
    labels.change(connection, owner, made)


def _sides(change: Change) -> dict[str, Any]:
    sides = {"before": change.before, "after": change.after}
    return {side: None if segment is None else segments.to_json(segment) for side, segment in sides.items()}


def get(connection: Connection, annotation_id: str, number: int) -> Revision:
    """Read a revision; raises `NotFound`."""
    found = connection.execute(_revisions(annotation_id).where(revisions.c.number == number)).mappings().first()
    if found is None:
        raise NotFound("revision", str(number))
    return Revision(**found)


def page(connection: Connection, annotation_id: str, *, cursor: str | None = None, limit: int = 50) -> Page[Revision]:
    """List the revisions of an annotation, the latest first."""
    query = _revisions(annotation_id).order_by(revisions.c.number.desc()).limit(require_limit(limit) + 1)
    if cursor is not None:
        query = query.where(revisions.c.number < decode_number(cursor))
    found = [Revision(**row) for row in connection.execute(query).mappings()]
    more = encode_cursor(found[limit - 1].number) if len(found) > limit else None
    return Page(items=tuple(found[:limit]), next=more)


def changes_of(
    connection: Connection, annotation_id: str, number: int, *, cursor: str | None = None, limit: int = 500
) -> Page[Change]:
    """List what a revision changed, by the names of segments; nothing for the first."""
    query = _changes(annotation_id).where(changes.c.revision == number).order_by(changes.c.segment_id)
    if cursor is not None:
        query = query.where(changes.c.segment_id > str(decode_cursor(cursor, size=1)[0]))
    found = [change for _, change in _read(connection, query.limit(require_limit(limit) + 1))]
    more = encode_cursor(found[limit - 1].id) if len(found) > limit else None
    return Page(items=tuple(found[:limit]), next=more)


def since(connection: Connection, annotation_id: str, number: int, *, limit: int) -> tuple[RevisionChanges, ...]:
    """Give the revisions after one, in order, with their changes: of both at most ``limit``."""
    query = _revisions(annotation_id).where(revisions.c.number > number).order_by(revisions.c.number).limit(limit)
    later = [Revision(**row) for row in connection.execute(query).mappings()]
    query = _changes(annotation_id).where(changes.c.revision > number)
    rows = _read(connection, query.order_by(changes.c.revision, changes.c.segment_id).limit(limit))
    made = {at: tuple(change for _, change in group) for at, group in groupby(rows, key=lambda row: row[0])}
    return tuple(RevisionChanges(revision=one, changes=made.get(one.number, ())) for one in later)


def touched(connection: Connection, annotation_id: str, number: int, ids: Iterable[str]) -> set[str]:
    """Those of some segments that were changed after a revision."""
    wanted = list(ids)
    found: set[str] = set()
    for begin in range(0, len(wanted), segments.CHUNK):
        query = sa.select(changes.c.segment_id).where(
            changes.c.annotation_id == annotation_id,
            changes.c.revision > number,
            changes.c.segment_id.in_(wanted[begin : begin + segments.CHUNK]),
        )
        found.update(connection.execute(query).scalars())
    return found


def backwards(connection: Connection, annotation_id: str, number: int) -> Iterator[Change]:
    """Give what leads from the segments as they are back to a revision, in the order in which to apply it."""
    query = _changes(annotation_id).where(changes.c.revision > number).order_by(changes.c.revision.desc())
    return (change.inverse() for _, change in _read(connection, query))


def last_changes(connection: Connection, annotation_id: str, number: int) -> dict[str, int]:
    """For the segments that were changed up to a revision, which revision changed them last."""
    latest = sa.func.max(changes.c.revision)
    query = sa.select(changes.c.segment_id, latest).where(
        changes.c.annotation_id == annotation_id, changes.c.revision <= number
    )
    return {row[0]: row[1] for row in connection.execute(query.group_by(changes.c.segment_id))}


def of_project(connection: Connection, project_id: str) -> Iterator[Revision]:
    """Give all revisions of all annotations of a project."""
    mine = sa.select(headers.c.id).where(headers.c.project_id == project_id)
    query = sa.select(revisions).where(revisions.c.annotation_id.in_(mine))
    query = query.order_by(revisions.c.annotation_id, revisions.c.number)
    rows = connection.execute(query, execution_options={"yield_per": BATCH}).mappings()
    return (Revision(**row) for row in rows)


def changes_of_project(connection: Connection, project_id: str) -> Iterator[tuple[str, int, Change]]:
    """Give all changes in a project, each with its annotation and the number of its revision."""
    mine = sa.select(headers.c.id).where(headers.c.project_id == project_id)
    query = sa.select(changes.c.annotation_id, *_CHANGE).where(changes.c.annotation_id.in_(mine))
    query = query.order_by(changes.c.annotation_id, changes.c.revision, changes.c.segment_id)
    for annotation_id, *row in connection.execute(query, execution_options={"yield_per": BATCH}):
        yield annotation_id, row[0], _change(row)


def add_all(connection: Connection, new: Sequence[Revision]) -> None:
    """Write revisions that were made elsewhere."""
    if new:
        connection.execute(revisions.insert(), [{name: getattr(one, name) for name in _REVISION} for one in new])


def add_changes(connection: Connection, made: Sequence[tuple[str, int, Change]]) -> None:
    """Write changes that were made elsewhere, each with its annotation and the number of its revision."""
    for begin in range(0, len(made), BATCH):
        some = made[begin : begin + BATCH]
        rows = [{"annotation_id": owner, "revision": n, "segment_id": c.id, **_sides(c)} for owner, n, c in some]
        connection.execute(changes.insert(), rows)


def _revisions(annotation_id: str) -> Select[Any]:
    joined = revisions.outerjoin(users, users.c.id == revisions.c.author_id)
    columns = (*revisions.c, users.c.name.label("author"))
    return sa.select(*columns).select_from(joined).where(revisions.c.annotation_id == annotation_id)


def _changes(annotation_id: str) -> Select[Any]:
    return sa.select(*_CHANGE).where(changes.c.annotation_id == annotation_id)


def _read(connection: Connection, query: Select[Any]) -> Iterator[tuple[int, Change]]:
    return ((row[0], _change(row)) for row in connection.execute(query))


def _change(row: Sequence[Any]) -> Change:
    _, name, *sides = row
    before, after = (None if side is None else segments.from_json(side) for side in sides)
    return Change(id=name, before=before, after=after)
