"""The segments of annotations as they are now."""

from __future__ import annotations

import math
from itertools import islice
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from earmark.core.page import Page, decode_cursor, encode_cursor
from earmark.core.review import StoredSegment
from earmark.core.segment import Segment, Word
from earmark.errors import InvalidValue
from earmark.store.bins import bin_of, bins_at
from earmark.store.tables import annotations as headers
from earmark.store.tables import segments

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlalchemy.engine import Connection
    from sqlalchemy.sql import ColumnElement, Select

    from earmark.core.review import Viewport

CHUNK = 500
"""Most identifiers in one statement: databases bound what one may hold."""
MOST_SEGMENTS = 10_000
"""Most segments on one page."""

_PLAIN = ("start", "end", "channel", "label", "text", "speaker", "language", "score", "low_hz", "high_hz")
_NAMES = ("id", "revision", *_PLAIN, "words", "tags")
_ID, _START = _NAMES.index("id"), _NAMES.index("start")
_ALL = sa.select(*(segments.c[name] for name in _NAMES))


def to_json(segment: Segment) -> dict[str, Any]:
    """Write a segment as JSON, exactly, without what has no value: as the history of annotations holds it."""
    values = {name: getattr(segment, name) for name in _PLAIN} | _nested(segment)
    return {name: value for name, value in values.items() if value is not None}


def from_json(content: Mapping[str, Any]) -> Segment:
    """Read what `to_json` wrote."""
    return _segment(*(content.get(name) for name in (*_PLAIN, "words", "tags")))


def _nested(segment: Segment) -> dict[str, Any]:
    words = [[word.text, word.start, word.end, word.score] for word in segment.words]
    return {"words": words or None, "tags": [list(tag) for tag in segment.tags] or None}


def _segment(*values: Any) -> Segment:
    # Made a hundred thousand times for an export: hence without detours.
    start, end, channel, label, text, speaker, language, score, low_hz, high_hz, words, tags = values
    return Segment(
        start=start,
        end=end,
        channel=channel,
        label=label,
        text=text,
        speaker=speaker,
        language=language,
        words=tuple([Word(text=t, start=s, end=e, score=p) for t, s, e, p in words]) if words else (),
        score=score,
        tags=tuple([(name, value) for name, value in tags]) if tags else (),
        low_hz=low_hz,
        high_hz=high_hz,
    )


def _stored(row: Sequence[Any]) -> StoredSegment:
    return StoredSegment(id=row[0], revision=row[1], segment=_segment(*row[2:]))


def add(connection: Connection, annotation_id: str, added: Iterable[StoredSegment]) -> int:
    """Add segments to an annotation; return how many."""
    rows, count = iter(added), 0
    while chunk := [_row(annotation_id, stored) for stored in islice(rows, 10 * CHUNK)]:
        connection.execute(segments.insert(), chunk)
        count += len(chunk)
    return count


def _row(annotation_id: str, stored: StoredSegment) -> dict[str, Any]:
    segment = stored.segment
    own = {"annotation_id": annotation_id, "id": stored.id, "revision": stored.revision}
    values = {name: getattr(segment, name) for name in _PLAIN}
    return {**own, "bin": bin_of(segment.start, segment.end), **values, **_nested(segment)}


def remove(connection: Connection, annotation_id: str, ids: Iterable[str]) -> None:
    """Take segments out of an annotation."""
    for chunk in _chunks(ids):
        connection.execute(segments.delete().where(segments.c.annotation_id == annotation_id, segments.c.id.in_(chunk)))


def copy(connection: Connection, source_id: str, target_id: str) -> int:
    """Give an annotation the segments of another, under the same names; return how many."""
    others = [column for column in segments.c if column.name not in ("annotation_id", "revision")]
    own = sa.literal(target_id).label("annotation_id"), sa.literal(1).label("revision")
    query = sa.select(*own, *others).where(segments.c.annotation_id == source_id)
    names = ["annotation_id", "revision", *(column.name for column in others)]
    return connection.execute(segments.insert().from_select(names, query)).rowcount


def by_id(connection: Connection, annotation_id: str, ids: Iterable[str]) -> dict[str, Segment]:
    """Give the segments of those names that are there."""
    found = {}
    for chunk in _chunks(ids):
        query = _ALL.where(segments.c.annotation_id == annotation_id, segments.c.id.in_(chunk))
        found.update({stored.id: stored.segment for stored in map(_stored, connection.execute(query))})
    return found


def _chunks(ids: Iterable[str]) -> Iterator[list[str]]:
    names = iter(ids)
    while chunk := list(islice(names, CHUNK)):
        yield chunk


def every(connection: Connection, annotation_id: str) -> Iterator[StoredSegment]:
    """Give all segments of an annotation in order of time."""
    query = _ALL.where(segments.c.annotation_id == annotation_id).order_by(segments.c.start, segments.c.id)
    return map(_stored, connection.execute(query))


def of_project(connection: Connection, project_id: str) -> Iterator[tuple[str, StoredSegment]]:
    """Give all segments of a project with the ids of their annotations, annotation by annotation."""
    mine = sa.select(headers.c.id).where(headers.c.project_id == project_id)
    columns = (segments.c.annotation_id, *(segments.c[name] for name in _NAMES))
    query = sa.select(*columns).where(segments.c.annotation_id.in_(mine))
    query = query.order_by(segments.c.annotation_id, segments.c.id)
    for row in connection.execute(query, execution_options={"yield_per": 10 * CHUNK}):
        yield row[0], _stored(row[1:])


def within(
    connection: Connection, annotation_id: str, view: Viewport, *, cursor: str | None = None, limit: int = 2000
) -> Page[StoredSegment]:
    """Find what is seen in a viewport, in order of start and name.

    What begins inside is read from the index of starts; what reaches into it from before lies in a few bins, one of
    each size, around its start (see `store.bins`). Hence it costs the same on the first and on the last minute.
    """
    rows, more = _rows_within(connection, annotation_id, view, cursor, limit)
    return Page(items=tuple(map(_stored, rows)), next=more)


def plain_within(
    connection: Connection, annotation_id: str, view: Viewport, *, cursor: str | None = None, limit: int = 2000
) -> Page[dict[str, Any]]:
    """Find the same as `within`, with id and revision beside what `to_json` writes: for those who only pass it on."""
    # Segments were checked when they were stored; to make and check them again takes longer than to read them.
    rows, more = _rows_within(connection, annotation_id, view, cursor, limit)
    return Page(items=tuple([_with_value(row) for row in rows]), next=more)


def _with_value(row: Sequence[Any]) -> dict[str, Any]:
    return {name: value for name, value in zip(_NAMES, row, strict=True) if value is not None}


def _rows_within(
    connection: Connection, annotation_id: str, view: Viewport, cursor: str | None, limit: int
) -> tuple[Sequence[Sequence[Any]], str | None]:
    if not 1 <= limit <= MOST_SEGMENTS:
        raise InvalidValue(f"a page holds 1 to {MOST_SEGMENTS} segments, not {limit}")
    after = _place(cursor)
    query = _ALL.where(segments.c.annotation_id == annotation_id, *_filters(view))
    found: list[Sequence[Any]] = []
    if after is None or after[0] < view.start:
        found = [row for row in _reaching_in(connection, query, view) if after is None or _key(row) > after]
    if len(found) <= limit:
        query = query.where(segments.c.start >= view.start, *_after(after), *_before(view.end))
        query = query.order_by(segments.c.start, segments.c.id).limit(limit + 1 - len(found))
        found += connection.execute(query)
    return found[:limit], encode_cursor(*_key(found[limit - 1])) if len(found) > limit else None


def _reaching_in(connection: Connection, query: Select[Any], view: Viewport) -> list[Sequence[Any]]:
    around = segments.c.bin.in_(bins_at(view.start))
    rows = connection.execute(query.where(around, segments.c.start < view.start, segments.c.end > view.start))
    return sorted(rows, key=_key)


def _key(row: Sequence[Any]) -> tuple[float, str]:
    return row[_START], row[_ID]


def _place(cursor: str | None) -> tuple[float, str] | None:
    if cursor is None:
        return None
    start, name = decode_cursor(cursor, size=2)
    if not isinstance(start, int | float) or not isinstance(name, str):
        raise InvalidValue("the cursor is not one of this list: begin at the first page")
    return start, name


def _after(place: tuple[float, str] | None) -> Iterator[ColumnElement[bool]]:
    if place is not None:
        start, name = place
        yield segments.c.start >= start
        yield sa.or_(segments.c.start > start, segments.c.id > name)


def _before(end: float) -> Iterator[ColumnElement[bool]]:
    if math.isfinite(end):
        yield segments.c.start < end


def _filters(view: Viewport) -> Iterator[ColumnElement[bool]]:
    c = segments.c
    if view.channel is not None:
        yield sa.or_(c.channel.is_(None), c.channel == view.channel)
    if view.low_hz is not None:
        yield sa.or_(c.high_hz.is_(None), c.high_hz >= view.low_hz)
    if view.high_hz is not None:
        yield sa.or_(c.low_hz.is_(None), c.low_hz <= view.high_hz)
    if view.min_score is not None:
        yield sa.or_(c.score.is_(None), c.score >= view.min_score)
    if view.labels:
        yield c.label.in_(view.labels)
