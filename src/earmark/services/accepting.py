"""Segments of another annotation, mostly a model's, taken over into one's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from earmark.core.edits import Change
from earmark.core.people import Permission
from earmark.core.review import Viewport
from earmark.errors import InvalidItems, InvalidValue
from earmark.services.annotations import find, record, require_usable
from earmark.services.review import Edited, add_revision, open_for_change, require_base, told
from earmark.store import recordings, segments

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy.engine import Connection

    from earmark.core.people import Actor
    from earmark.core.review import StoredAnnotation
    from earmark.core.segment import Segment
    from earmark.services.platform import Platform

MAX_ACCEPTED = 100_000
"""Most segments that are taken over together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted(Edited):
    """What became of segments that were taken over.

    Attributes
    ----------
    added : int
        How many are new.
    present : int
        How many were there already, and stay as they are.
    """

    added: int
    present: int


def accept(
    platform: Platform,
    actor: Actor,
    annotation_id: str,
    source_id: str,
    *,
    ids: Sequence[str] | None = None,
    view: Viewport | None = None,
    base_revision: int,
    merge: bool = False,
) -> Accepted:
    """Add segments of another annotation of the same recording under the same names, as one revision.

    Parameters
    ----------
    source_id : str
        The other annotation.
    ids : sequence of str or None
        Which of its segments; None for all that the view shows.
    view : Viewport or None
        What is shown of it; None shows everything.
    base_revision : int
        The revision of one's own annotation that this was decided on.
    merge : bool
        Take them although there are later revisions, if those touched none of the same segments.

    Raises
    ------
    InvalidItems
        Some segments are not there.
    InvalidValue
        The other annotation is of another recording, or there are too many.
    StaleEdit, Conflict, Forbidden, NotFound
        As for `review.edit`.
    """
    if ids is not None and view is not None:
        raise InvalidValue("say which segments by their ids or by a filter, not by both.")
    with platform.database.write() as connection:
        header, _ = open_for_change(connection, actor, annotation_id)
        wanted = _wanted(connection, _source(connection, actor, header, source_id), ids, view)
        there = segments.by_id(connection, annotation_id, wanted)
        new = {name: segment for name, segment in wanted.items() if name not in there}
        # What is there already stays as it is, whoever changed it: only what would be added can clash.
        others = require_base(connection, header, base_revision, new.keys() if merge else None)
        made = tuple(Change(id=name, before=None, after=segment) for name, segment in new.items())
        header = add_revision(connection, actor, header, made)
        if made:
            details = told(actor, header, made) | {"merged": bool(others), "accepted_from": source_id}
            record(connection, actor, "annotation.edited", header, **details)
        return Accepted(annotation=header, others=others, added=len(new), present=len(there))


def _source(connection: Connection, actor: Actor, header: StoredAnnotation, source_id: str) -> StoredAnnotation:
    source = find(connection, actor, source_id, Permission.READ)
    if source.recording_id != header.recording_id:
        raise InvalidValue("segments can be taken over from an annotation of the same recording only.")
    require_usable(recordings.get(connection, source.recording_id), source)
    return source


def _wanted(
    connection: Connection, source: StoredAnnotation, ids: Sequence[str] | None, view: Viewport | None
) -> dict[str, Segment]:
    if ids is None:
        return dict(_shown(connection, source, view or Viewport()))
    if len(ids) > MAX_ACCEPTED:
        raise InvalidValue(_too_many(len(ids)))
    found = segments.by_id(connection, source.id, ids)
    if missing := tuple((f"segment {name}", "is not there") for name in dict.fromkeys(ids) if name not in found):
        raise InvalidItems("some segments of the other annotation are gone", missing)
    return found


def _shown(connection: Connection, source: StoredAnnotation, view: Viewport) -> Iterator[tuple[str, Segment]]:
    cursor, count = None, 0
    while True:
        page = segments.within(connection, source.id, view, cursor=cursor, limit=segments.MOST_SEGMENTS)
        count, cursor = count + len(page.items), page.next
        if count > MAX_ACCEPTED:
            raise InvalidValue(_too_many(source.segment_count))
        yield from ((stored.id, stored.segment) for stored in page.items)
        if cursor is None:
            return


def _too_many(number: int) -> str:
    return (
        f"at most {MAX_ACCEPTED} segments are taken over together, not {number}. "
        "Make a copy of the annotation, or take over a part of it."
    )
