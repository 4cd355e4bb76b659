"""Lists of recordings: fast among a million, whatever they are sorted by and filtered with.

A page begins where the one before ended (keyset), so that the last page costs what the first does. There are three ways
to a page:

Along the order
    Rows are read along the index of what they are sorted by, and each is tested. A page is soon full where the
    conditions hold for many.
Gathered
    Where a condition holds for few recordings only, those are gathered by an index of the condition, and sorted.
Carried
    A condition may hold for many that all lie at the far end of the order: those named ``wood`` among a million, sorted
    by name. The indexes of words and of states carry what lists are sorted by, so that all entries of a word are sorted
    without looking at one recording: a third of a million in less than a tenth of a second. That is done where the
    first thousand rows along the order do not fill a page.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from earmark.core.page import Page, decode_cursor, encode_cursor, require_limit
from earmark.core.search import Order, RecordingFilter, RecordingSort
from earmark.errors import InvalidValue
from earmark.store.conditions import conditions, rarest
from earmark.store.recordings import get_all
from earmark.store.tables import recordings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy.engine import Connection

    from earmark.core.library import StoredRecording
    from earmark.store.conditions import Condition

LOOK = (250, 1000)
"""So many rows are tested along the order, in two steps, before another way is taken. 1250 tests take as long as to
sort 40,000 entries that carry the order; words of more recordings than that fill a page here, unless they are far."""
MORE = 5
"""Of entries that carry the order, a page and as many again have their recordings tested, then each time so many times
as many: databases sort out the first hundred of many faster than the first thousand."""
CHUNK = 500
"""Most identifiers in one statement: databases bound what one may hold."""


def page(
    connection: Connection,
    project_id: str,
    wanted: RecordingFilter,
    *,
    sort: RecordingSort = RecordingSort.CREATED_AT,
    order: Order = Order.DESC,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[StoredRecording]:
    """List recordings of a project.

    Raises
    ------
    InvalidValue
        The cursor belongs to another list.
    """
    after = None if cursor is None else _read_cursor(cursor, sort, order)
    found = conditions(project_id, wanted, sorted_by=sort)
    search = _Search(connection, project_id, wanted.trashed, found)
    ids = _ids(search, _Walk(sort, order, after), require_limit(limit) + 1)
    items = tuple(get_all(connection, ids[:limit]))
    more = write_cursor(items[-1], sort, order) if len(ids) > limit and items else None
    return Page(items=items, next=more)


def count(connection: Connection, project_id: str, wanted: RecordingFilter, *, most: int) -> int:
    """Count recordings, up to ``most``."""
    search = _Search(connection, project_id, wanted.trashed, conditions(project_id, wanted))
    few = rarest(connection, search.found)
    where = search.along(search.found) if few is None else search.gathered(few)
    some = sa.select(recordings.c.id).where(*where).limit(most).subquery()
    return connection.execute(sa.select(sa.func.count()).select_from(some)).scalar_one()


@dataclass(frozen=True, slots=True)
class _Search:
    """Where is looked for what."""

    connection: Connection
    project_id: str
    trashed: bool
    found: Sequence[Condition]

    def along(self, tested: Sequence[Condition]) -> list[sa.ColumnElement[bool]]:
        """Condition: a row on the way through the whole list that passes tests."""
        mine = [recordings.c.project_id == self.project_id, recordings.c.trashed.is_(self.trashed)]
        return mine + [condition.test for condition in tested]

    def gathered(self, few: Condition) -> list[sa.ColumnElement[bool]]:
        """Condition: one of those for which a condition holds, and all others too."""
        return [recordings.c.id.in_(few.hits), *self.others(few)]  # type: ignore[arg-type]  # the few have been counted

    def others(self, source: Condition) -> list[sa.ColumnElement[bool]]:
        """Condition: what else has to hold for those that come from one condition."""
        # The project is not asked for again: an index that begins with it would be taken instead.
        tests = [condition.test for condition in self.found if condition is not source]
        return [recordings.c.trashed.is_(self.trashed), *tests]


@dataclass(frozen=True, slots=True)
class _Walk:
    """Which way through the list, and behind which value and id; both None on the first page."""

    sort: RecordingSort
    order: Order
    after: tuple[Any, str] | None

    @property
    def column(self) -> sa.Column[Any]:
        return recordings.c[self.sort.value]

    def beyond(self, column: sa.ColumnElement[Any], value: object) -> sa.ColumnElement[bool]:
        """Condition: comes after a value."""
        return column > value if self.order is Order.ASC else column < value

    def behind(self, row: Sequence[Any]) -> _Walk:
        """The rest of the way behind a row that begins with its id and what it is sorted by."""
        return replace(self, after=(row[1], row[0]))

    def by(self, *columns: sa.ColumnElement[Any]) -> list[sa.ColumnElement[Any]]:
        """Sort so."""
        return [column.asc() if self.order is Order.ASC else column.desc() for column in columns]


def _ids(search: _Search, walk: _Walk, limit: int) -> list[str]:
    few = rarest(search.connection, search.found, key=walk.sort.value)
    if few is not None and _key(few, walk) is not None:
        return _carried_ids(search, few, walk, limit)
    if few is not None:
        return _gathered_ids(search, few, walk, limit)
    if any(_key(condition, walk) is not None for condition in search.found):
        return _looked_ids(search, walk, limit)
    return _walked_ids(search, walk, limit)


def _key(condition: Condition, walk: _Walk) -> sa.ColumnElement[Any] | None:
    """What the list is sorted by, where an index of the condition carries it."""
    return None if condition.carried is None else condition.carried.key(walk.sort.value)


# Along the order ------------------------------------------------------------------------------------------------------


def _looked_ids(search: _Search, walk: _Walk, limit: int) -> list[str]:
    """Test the next rows of the order; where they do not fill the page, go the way that skips what was in vain."""
    ids: list[str] = []
    rows: list[Any] = []
    for size in LOOK:
        rows = _tested_rows(search, walk, size)
        ids += [ident for ident, _, *holds in rows if all(holds)]
        if len(ids) >= limit or len(rows) < size:
            return ids[:limit]
        walk = walk.behind(rows[-1])
    scarcest = _scarcest(search.found, rows, walk)
    if _key(scarcest, walk) is not None:
        return ids + _carried_ids(search, scarcest, walk, limit - len(ids))
    return ids + _walked_ids(search, walk, limit - len(ids))


def _scarcest(found: Sequence[Condition], rows: Sequence[Any], walk: _Walk) -> Condition:
    """The condition that held for the fewest rows; of several, one that carries the order."""
    held = [sum(1 for row in rows if row[2 + number]) for number in range(len(found))]
    pairs = zip(held, found, strict=True)
    return min(pairs, key=lambda pair: (pair[0], _key(pair[1], walk) is None))[1]


def _tested_rows(search: _Search, walk: _Walk, size: int) -> list[Any]:
    """Give the next rows of the order: id, what they are sorted by, and whether each condition holds."""
    tests = [condition.test.label(f"test_{number}") for number, condition in enumerate(search.found)]
    rows: list[Any] = []
    for part, columns in _parts(walk):
        query = sa.select(recordings.c.id, walk.column, *tests).where(*search.along(()), part)
        rows += search.connection.execute(query.order_by(*walk.by(*columns)).limit(size - len(rows)))
        if len(rows) == size:
            break
    return rows


def _walked_ids(search: _Search, walk: _Walk, limit: int) -> list[str]:
    ids: list[str] = []
    for part, columns in _parts(walk):
        query = sa.select(recordings.c.id).where(*search.along(search.found), part)
        ids += search.connection.execute(query.order_by(*walk.by(*columns)).limit(limit - len(ids))).scalars()
        if len(ids) == limit:
            break
    return ids


def _parts(walk: _Walk) -> Iterator[tuple[sa.ColumnElement[bool], list[sa.ColumnElement[Any]]]]:
    """Parts of a list, one after the other, each a plain range of the index on all databases.

    The rest of those of the same value as the last one, those of values beyond it, those without a value.
    """
    column, ident = walk.column, recordings.c.id
    value, last = walk.after or (None, None)
    if value is not None:
        yield sa.and_(column == value, walk.beyond(ident, last)), [ident]
        yield walk.beyond(column, value), [column, ident]
    elif walk.after is None:
        yield column.is_not(None), [column, ident]
    if column.nullable:
        rest = column.is_(None) if value is not None or walk.after is None else walk.beyond(ident, last)
        yield sa.and_(column.is_(None), rest), [ident]


# Gathered and carried -------------------------------------------------------------------------------------------------


def _gathered_ids(search: _Search, few: Condition, walk: _Walk, limit: int) -> list[str]:
    query = sa.select(recordings.c.id).where(*search.gathered(few))
    return list(search.connection.execute(_sorted(query, walk, walk.column, recordings.c.id).limit(limit)).scalars())


def _sorted(
    query: sa.Select[Any], walk: _Walk, column: sa.ColumnElement[Any], ident: sa.ColumnElement[str]
) -> sa.Select[Any]:
    nullable = walk.column.nullable
    if walk.after is not None:
        value, last = walk.after
        same = column.is_(None) if value is None else column == value
        later = [sa.and_(same, walk.beyond(ident, last))]
        later += [] if value is None else [walk.beyond(column, value)]
        later += [column.is_(None)] if value is not None and nullable else []
        query = query.where(sa.or_(*later))
    without = [sa.case((column.is_(None), 1), else_=0)] if nullable else []
    return query.order_by(*without, *walk.by(column, ident))


def _carried_ids(search: _Search, source: Condition, walk: _Walk, limit: int) -> list[str]:
    """Read entries of a condition that carry the order, and test their recordings by all others."""
    ids: list[str] = []
    size = 2 * limit
    while True:
        rows = _entries(search.connection, source, walk, size)
        # Several words of a recording may begin alike: their entries lie beside each other.
        ids += _passing(search, list(dict.fromkeys(row[0] for row in rows)), source)
        if len(ids) >= limit or len(rows) < size:
            return ids[:limit]
        walk, size = walk.behind(rows[-1]), MORE * size


def _entries(connection: Connection, source: Condition, walk: _Walk, size: int) -> Sequence[Any]:
    carried, column = source.carried, _key(source, walk)
    if carried is None or column is None:
        raise AssertionError("entries that carry the order are read only where there are some")
    query = sa.select(carried.ident, column).where(*carried.where)
    return connection.execute(_sorted(query, walk, column, carried.ident).limit(size)).all()


def _passing(search: _Search, ids: Sequence[str], source: Condition) -> list[str]:
    passing: set[str] = set()
    for begin in range(0, len(ids), CHUNK):
        mine = recordings.c.id.in_(ids[begin : begin + CHUNK])
        query = sa.select(recordings.c.id).where(mine, *search.others(source))
        passing.update(search.connection.execute(query).scalars())
    return [ident for ident in ids if ident in passing]


# Cursors --------------------------------------------------------------------------------------------------------------


def write_cursor(last: StoredRecording, sort: RecordingSort, order: Order) -> str:
    """Write down where the page ends whose last recording is given."""
    value = last.media.duration if sort is RecordingSort.DURATION else getattr(last, sort.value)
    plain = value.isoformat() if isinstance(value, datetime) else value
    return encode_cursor(sort.value, order.value, plain, last.id)


def _read_cursor(cursor: str, sort: RecordingSort, order: Order) -> tuple[Any, str]:
    of, way, value, last = decode_cursor(cursor, size=4)
    try:
        if (of, way) != (sort.value, order.value) or not isinstance(last, str):
            raise ValueError
        return _value(value, sort), last
    except ValueError:
        raise InvalidValue("the cursor is not one of this list: begin at the first page") from None


def _value(value: Any, sort: RecordingSort) -> Any:
    column = recordings.c[sort.value]
    if value is None and column.nullable:
        return None
    if sort in (RecordingSort.CREATED_AT, RecordingSort.RECORDED_AT):
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        if moment is None or moment.tzinfo is None:
            raise ValueError
        return moment
    kinds = (int, float) if sort is RecordingSort.DURATION else (str,)
    if not isinstance(value, kinds) or isinstance(value, bool):
        raise ValueError
    return value
