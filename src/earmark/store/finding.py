"""Segments found across the recordings of a project, page by page.

Two steps: the keys of a page are found and sorted first, then only its segments are read, for words and texts are long.
Sorted by recording and time, they are looked for in some recordings, then in four times as many, until the page is
full: the first page of a large project costs what that of a small one does. Any other order looks at all segments that
fit (half a second for 400,000).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from earmark.core.found import FoundSegment, SegmentFilter, SegmentSort
from earmark.core.page import Page, decode_cursor, encode_cursor, require_limit
from earmark.core.review import AnnotationKind, AnnotationStatus, StoredSegment
from earmark.core.search import Order
from earmark.errors import InvalidValue
from earmark.store import segments as stored
from earmark.store.tables import annotations as headers
from earmark.store.tables import recordings, segments

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy.engine import Connection, RowMapping

    Condition = sa.ColumnElement[bool]

SORTED_BY = 60
"""Letters of a text by which it is sorted."""
ROUNDING = 1e-6
"""Seconds: what is 0.2 s long may be 0.19999999999999998 s, as the difference of two times."""
FIRST_RECORDINGS = 5
"""Recordings that are looked through first, in the order of recordings."""
_JOINED = segments.join(headers, headers.c.id == segments.c.annotation_id).join(
    recordings, recordings.c.id == headers.c.recording_id
)
_OWN = (headers.c.recording_id, segments.c.start, segments.c.annotation_id, segments.c.id)
_PLACE = ("recording_id", "start", "annotation_id", "id")


def page(
    connection: Connection,
    project_id: str,
    wanted: SegmentFilter,
    *,
    sort: SegmentSort = SegmentSort.START,
    order: Order = Order.ASC,
    cursor: str | None = None,
    limit: int = 100,
) -> Page[FoundSegment]:
    """Find segments of a project; those of annotations and recordings in the trash are left out.

    Raises
    ------
    InvalidValue
        The cursor belongs to another list.
    """
    walk = _Walk(sort, order, connection.dialect.name)
    after = None if cursor is None else walk.read(cursor)
    keys = _keys(connection, project_id, wanted, walk, after, require_limit(limit) + 1)
    more = walk.write(keys[limit - 1]) if len(keys) > limit else None
    return Page(items=_read(connection, keys[:limit]), next=more)


@dataclass(frozen=True, slots=True)
class _Walk:
    """Which way through the segments."""

    sort: SegmentSort
    order: Order
    dialect: str

    @property
    def value(self) -> sa.ColumnElement[Any]:
        """By what they are sorted first."""
        c = segments.c
        by: dict[SegmentSort, sa.ColumnElement[Any]] = {
            SegmentSort.START: sa.null(),
            SegmentSort.LABEL: c.label,
            SegmentSort.SCORE: c.score,
            SegmentSort.UNCERTAINTY: sa.func.abs(c.score - 0.5),
            SegmentSort.DURATION: c.end - c.start,
            SegmentSort.TEXT: self._text(),
        }
        return by[self.sort]

    def _text(self) -> sa.ColumnElement[str]:
        begin = sa.func.lower(sa.func.substr(segments.c.text, 1, SORTED_BY))
        # The same order on every database, whatever language a server speaks.
        return sa.collate(begin, "C") if self.dialect == "postgresql" else begin

    def orders(self) -> list[sa.ColumnElement[Any]]:
        if self.sort is SegmentSort.START:
            return [self._way(column) for column in _OWN]
        value = self.value
        return [sa.case((value.is_(None), 1), else_=0), self._way(value), *_OWN]

    def _way(self, column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
        return column.asc() if self.order is Order.ASC else column.desc()

    def beyond(self, key: Sequence[Any]) -> Condition:
        """Condition: comes after a segment."""
        value, *place = key
        if self.sort is SegmentSort.START:
            return _after(place, down=self.order is Order.DESC)
        by, rest = self.value, _after(place)
        if value is None:
            return sa.and_(by.is_(None), rest)
        further = by > value if self.order is Order.ASC else by < value
        return sa.or_(further, by.is_(None), sa.and_(by == value, rest))

    def write(self, key: Sequence[Any]) -> str:
        """Write down where a page ends."""
        return encode_cursor(self.sort.value, self.order.value, *key)

    def read(self, cursor: str) -> list[Any]:
        """Read where the page before ended."""
        of, way, value, recording, start, annotation, name = decode_cursor(cursor, size=3 + len(_PLACE))
        texts = (SegmentSort.LABEL, SegmentSort.TEXT)
        kinds: tuple[type, ...] = (str,) if self.sort in texts else (int, float)
        right = value is None or (self.sort is not SegmentSort.START and _is(value, *kinds))
        right = right and all(_is(part, str) for part in (recording, annotation, name)) and _is(start, int, float)
        if not right or (of, way) != (self.sort.value, self.order.value):
            raise InvalidValue("the cursor is not one of this list: begin at the first page")
        return [value, recording, start, annotation, name]


def _is(value: object, *kinds: type) -> bool:
    return isinstance(value, kinds) and not isinstance(value, bool)


def _after(place: Sequence[Any], *, down: bool = False) -> Condition:
    """Condition: greater (or less) than a place, column by column."""
    found: list[Condition] = []
    for number, (column, value) in enumerate(zip(_OWN, place, strict=True)):
        same = [before == its for before, its in zip(_OWN[:number], place, strict=False)]
        found.append(sa.and_(*same, column < value if down else column > value))
    return sa.or_(*found)


def _keys(
    connection: Connection, project_id: str, wanted: SegmentFilter, walk: _Walk, after: list[Any] | None, limit: int
) -> list[Sequence[Any]]:
    query = sa.select(walk.value.label("value"), *_OWN).select_from(_JOINED)
    query = query.where(*_conditions(project_id, wanted, connection.dialect.name)).order_by(*walk.orders())
    if after is not None:
        query = query.where(walk.beyond(after))
    if walk.sort is not SegmentSort.START or wanted.recording_id is not None or wanted.annotation_ids:
        return list(connection.execute(query.limit(limit)).all())
    found: list[Sequence[Any]] = []
    for first, last in _stretches(connection, project_id, walk, after):
        some = query.where(headers.c.recording_id.between(first, last)).limit(limit - len(found))
        found += connection.execute(some).all()
        if len(found) == limit:
            break
    return found


def _stretches(
    connection: Connection, project_id: str, walk: _Walk, after: list[Any] | None
) -> Iterator[tuple[str, str]]:
    """First and last of more and more annotated recordings, from the one on in which the last page ended."""
    column, size = headers.c.recording_id, FIRST_RECORDINGS
    down = walk.order is Order.DESC
    query = sa.select(column).where(headers.c.project_id == project_id).distinct()
    query = query.order_by(column.desc() if down else column)
    further = [] if after is None else [column <= after[1] if down else column >= after[1]]
    while ids := connection.execute(query.where(*further).limit(size)).scalars().all():
        yield min(ids[0], ids[-1]), max(ids[0], ids[-1])
        further, size = [column < ids[-1] if down else column > ids[-1]], 4 * size


def _conditions(project_id: str, wanted: SegmentFilter, dialect: str) -> Iterator[Condition]:
    yield headers.c.project_id == project_id
    yield headers.c.deleted_at.is_(None)
    yield recordings.c.trashed.is_(False)
    if wanted.kinds:
        yield headers.c.kind.in_([kind.value for kind in wanted.kinds])
    if wanted.annotation_ids:
        yield headers.c.id.in_(wanted.annotation_ids)
    same = {
        headers.c.author_id: wanted.author_id,
        headers.c.recording_id: wanted.recording_id,
        headers.c.source: wanted.source,
        headers.c.status: wanted.status and wanted.status.value,
        segments.c.speaker: wanted.speaker,
    }
    yield from (column == value for column, value in same.items() if value is not None)
    yield from _of_segment(wanted, dialect)


def _of_segment(wanted: SegmentFilter, dialect: str) -> Iterator[Condition]:
    c = segments.c
    labelled = ([c.label.in_(wanted.labels)] if wanted.labels else []) + [c.label.is_(None)] * wanted.unlabelled
    if labelled:
        yield sa.or_(*labelled)
    if wanted.min_score is not None:
        yield c.score >= wanted.min_score
    if wanted.max_score is not None:
        yield c.score <= wanted.max_score
    if wanted.min_duration is not None:
        yield c.end - c.start >= wanted.min_duration - ROUNDING
    if wanted.max_duration is not None:
        yield c.end - c.start <= wanted.max_duration + ROUNDING
    if wanted.tag is not None:
        yield _tagged(wanted.tag, dialect)
    if wanted.q:
        yield sa.func.lower(c.text).contains(wanted.q.lower(), autoescape=True)


def _tagged(tag: str, dialect: str) -> Condition:
    """Condition: carries a tag, found in its JSON as text, where a quote of a name or a value never stands bare."""
    name, colon, value = tag.partition(":")
    tags: sa.ColumnElement[Any] = segments.c.tags
    find = sa.func.instr
    if dialect == "postgresql":
        # Only there: what MariaDB casts to text it compares without regard to case.
        tags, find = sa.cast(tags, sa.Text), sa.func.strpos
    found = []
    # MySQL writes letters as they are, the others as Python wrote them.
    for ascii_only in (True, False):
        first, second = (json.dumps(part, ensure_ascii=ascii_only) for part in (name, value))
        found.append(f"[{first}, {second}]" if colon else f"[{first}, ")
    return sa.or_(*(find(tags, part) > 0 for part in dict.fromkeys(found)))


def _read(connection: Connection, keys: Sequence[Sequence[Any]]) -> tuple[FoundSegment, ...]:
    by_annotation = sorted((annotation_id, name) for *_, annotation_id, name in keys)
    these = [
        sa.and_(segments.c.annotation_id == annotation_id, segments.c.id.in_([name for _, name in group]))
        for annotation_id, group in groupby(by_annotation, key=lambda key: key[0])
    ]
    if not these:
        return ()
    their = headers.c.kind, headers.c.source, headers.c.status, headers.c.author_id, headers.c.recording_id
    others = headers.c.revision.label("latest"), recordings.c.name, recordings.c.duration
    query = sa.select(*segments.c, *their, *others).select_from(_JOINED).where(sa.or_(*these))
    found = {(row["annotation_id"], row["id"]): _found(row) for row in connection.execute(query).mappings()}
    # One that was deleted between the two queries is left out.
    return tuple(found[key[-2], key[-1]] for key in keys if (key[-2], key[-1]) in found)


def _found(row: RowMapping) -> FoundSegment:
    return FoundSegment(
        annotation_id=row["annotation_id"],
        kind=AnnotationKind(row["kind"]),
        source=row["source"],
        status=AnnotationStatus(row["status"]),
        author_id=row["author_id"],
        revision=row["latest"],
        recording_id=row["recording_id"],
        recording_name=row["name"],
        recording_duration=row["duration"],
        segment=StoredSegment(id=row["id"], revision=row["revision"], segment=stored.from_json(dict(row))),
    )
