"""Lists of recordings: fast among a million, whatever they are sorted by and filtered with.

A page begins where the one before ended (keyset), so that the last page costs what the first does. Pages are read along
the index of the column that they are sorted by, and each row is tested. Where a condition holds for few recordings
only, that would read through many in vain: then those few are gathered by an index of the condition, and sorted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from earmark.core.page import Page, decode_cursor, encode_cursor, require_limit
from earmark.core.review import AnnotationKind
from earmark.core.search import AnnotatedBy, Order, RecordingFilter, RecordingSort, parse_query, tag_term
from earmark.errors import InvalidValue
from earmark.store import terms
from earmark.store.recordings import get_all
from earmark.store.tables import annotations as theirs
from earmark.store.tables import recording_terms, recordings, segments

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy.engine import Connection

    from earmark.core.library import StoredRecording

FEW = 10_000
"""Up to so many recordings are gathered and sorted. One in a hundred of a million: along an index, a page of fifty of
those that are more is found within 5,000 rows on average, which takes about as long."""
_KINDS = {
    AnnotatedBy.PEOPLE: (AnnotationKind.PERSON,),
    AnnotatedBy.MODELS: (AnnotationKind.MODEL,),
    None: tuple(AnnotationKind),
}


@dataclass(frozen=True, slots=True)
class _Condition:
    """A condition in two forms: a test of one row that no index serves, and all ids for which it holds."""

    test: sa.ColumnElement[bool]
    hits: sa.Select[tuple[str]] | None = None


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
    ids = _ids(connection, project_id, wanted, _Walk(sort, order, after), require_limit(limit) + 1)
    items = tuple(get_all(connection, ids[:limit]))
    more = write_cursor(items[-1], sort, order) if len(ids) > limit and items else None
    return Page(items=items, next=more)


def count(connection: Connection, project_id: str, wanted: RecordingFilter, *, most: int) -> int:
    """Count recordings, up to ``most``."""
    conditions = _conditions(project_id, wanted)
    where = _gathered(_rarest(connection, conditions), conditions, wanted) or _along(project_id, wanted, conditions)
    some = sa.select(recordings.c.id).where(*where).limit(most).subquery()
    return connection.execute(sa.select(sa.func.count()).select_from(some)).scalar_one()


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

    def by(self, *columns: sa.ColumnElement[Any]) -> list[sa.ColumnElement[Any]]:
        """Sort so."""
        return [column.asc() if self.order is Order.ASC else column.desc() for column in columns]


def _ids(connection: Connection, project_id: str, wanted: RecordingFilter, walk: _Walk, limit: int) -> list[str]:
    conditions = _conditions(project_id, wanted, sorted_by=walk.sort)
    few = _gathered(_rarest(connection, conditions), conditions, wanted)
    if few is not None:
        return _sorted_ids(connection, few, walk, limit)
    ids: list[str] = []
    for part, columns in _parts(walk):
        query = sa.select(recordings.c.id).where(*_along(project_id, wanted, conditions), part)
        ids += connection.execute(query.order_by(*walk.by(*columns)).limit(limit - len(ids))).scalars()
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


def _sorted_ids(connection: Connection, where: Sequence[sa.ColumnElement[bool]], walk: _Walk, limit: int) -> list[str]:
    column, ident = walk.column, recordings.c.id
    without = sa.case((column.is_(None), 1), else_=0)
    query = sa.select(ident).where(*where)
    if walk.after is not None:
        value, last = walk.after
        same = column.is_(None) if value is None else column == value
        later = [sa.and_(same, walk.beyond(ident, last))]
        later += [] if value is None else [walk.beyond(column, value), column.is_(None)]
        query = query.where(sa.or_(*later))
    return list(connection.execute(query.order_by(without, *walk.by(column, ident)).limit(limit)).scalars())


def _along(project_id: str, wanted: RecordingFilter, conditions: Sequence[_Condition]) -> list[sa.ColumnElement[bool]]:
    mine = [recordings.c.project_id == project_id, recordings.c.trashed.is_(wanted.trashed)]
    return mine + [condition.test for condition in conditions]


def _gathered(
    rarest: _Condition | None, conditions: Sequence[_Condition], wanted: RecordingFilter
) -> list[sa.ColumnElement[bool]] | None:
    if rarest is None or rarest.hits is None:
        return None
    # The project is not asked for again: an index that begins with it would be taken instead.
    mine = [recordings.c.id.in_(rarest.hits), recordings.c.trashed.is_(wanted.trashed)]
    return mine + [condition.test for condition in conditions if condition is not rarest]


def _rarest(connection: Connection, conditions: Sequence[_Condition]) -> _Condition | None:
    """The condition that holds for the fewest recordings, if they are few."""
    numbers = [
        (_capped(connection, condition.hits), index)
        for index, condition in enumerate(conditions)
        if condition.hits is not None
    ]
    number, index = min(numbers, default=(FEW + 1, 0))
    return conditions[index] if number <= FEW else None


def _capped(connection: Connection, hits: sa.Select[tuple[str]]) -> int:
    some = hits.limit(FEW + 1).subquery()
    return connection.execute(sa.select(sa.func.count()).select_from(some)).scalar_one()


def _conditions(
    project_id: str, wanted: RecordingFilter, *, sorted_by: RecordingSort | None = None
) -> list[_Condition]:
    query = parse_query(wanted.q)
    matches = [terms.is_term(tag_term(tag)) for tag in dict.fromkeys((*query.tags, *wanted.tags))]
    matches += [terms.begins_with(prefix) for prefix in query.prefixes]
    found = [_term(project_id, match) for match in matches]
    for column, low, high in _ranges(wanted):
        if low is not None or high is not None:
            found.append(_of_row(project_id, wanted, column, (low, high), sorted_by))
    if wanted.states:
        found.append(_state(project_id, wanted))
    if wanted.annotated is AnnotatedBy.NONE:
        found.append(_Condition(_no(_annotated(recordings.c.id))))
    elif wanted.annotated or wanted.status or wanted.label:
        found.append(_annotation(project_id, wanted))
    return found


def _term(project_id: str, match: sa.ColumnElement[bool]) -> _Condition:
    # Without the project, so that the index by recording serves: it holds a dozen terms, a prefix may have thousands.
    mine = sa.select(recording_terms.c.term).where(recording_terms.c.recording_id == recordings.c.id, match)
    hits = sa.select(recording_terms.c.recording_id).where(recording_terms.c.project_id == project_id, match)
    return _Condition(_any(mine), hits)


def _ranges(wanted: RecordingFilter) -> Iterator[tuple[sa.Column[Any], Any, Any]]:
    yield recordings.c.duration, wanted.min_duration, wanted.max_duration
    yield recordings.c.created_at, wanted.created_from, wanted.created_to
    yield recordings.c.recorded_at, wanted.recorded_from, wanted.recorded_to


def _of_row(
    project_id: str,
    wanted: RecordingFilter,
    column: sa.Column[Any],
    span: tuple[Any, Any],
    sorted_by: RecordingSort | None,
) -> _Condition:
    if sorted_by is not None and sorted_by.value == column.name:
        return _Condition(_between(column, *span))
    mine = recordings.alias()
    hits = sa.select(mine.c.id).where(
        mine.c.project_id == project_id, mine.c.trashed.is_(wanted.trashed), _between(mine.c[column.name], *span)
    )
    return _Condition(_between(_hidden(column), *span), hits)


def _between(column: sa.ColumnElement[Any], low: Any, high: Any) -> sa.ColumnElement[bool]:
    inside = [] if low is None else [column >= low]
    if high is not None:
        # Lengths include their upper end, times do not.
        inside.append(column < high if isinstance(high, datetime) else column <= high)
    return sa.and_(*inside)


def _state(project_id: str, wanted: RecordingFilter) -> _Condition:
    states = [state.value for state in wanted.states]
    mine = recordings.alias()
    hits = sa.select(mine.c.id).where(
        mine.c.project_id == project_id, mine.c.trashed.is_(wanted.trashed), mine.c.state.in_(states)
    )
    return _Condition(_hidden(recordings.c.state).in_(states), hits)


def _annotation(project_id: str, wanted: RecordingFilter) -> _Condition:
    fits = _fits(wanted, theirs.c.kind, theirs.c.status)
    usable = theirs.c.deleted_at.is_(None)
    if wanted.label is None:
        hits = sa.select(theirs.c.recording_id).where(theirs.c.project_id == project_id, usable, *fits)
        return _Condition(_any(_annotated(recordings.c.id).where(*fits)), hits)
    labelled = sa.select(segments.c.annotation_id).where(segments.c.label == wanted.label)
    here = _any(labelled.where(segments.c.annotation_id == theirs.c.id))
    # By the annotations that have the label, not through all of the project.
    mine = (_hidden(theirs.c.project_id) == project_id, usable)
    hits = sa.select(theirs.c.recording_id).where(
        theirs.c.id.in_(labelled.distinct()), *mine, *_fits(wanted, _hidden(theirs.c.kind), _hidden(theirs.c.status))
    )
    return _Condition(_any(_annotated(recordings.c.id).where(*fits, here)), hits)


def _fits(
    wanted: RecordingFilter, kind: sa.ColumnElement[str], status: sa.ColumnElement[str]
) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = [kind.in_([one.value for one in _KINDS[wanted.annotated]])]
    return found if wanted.status is None else [*found, status == wanted.status.value]


def _annotated(recording_id: sa.ColumnElement[str]) -> sa.Select[tuple[str]]:
    return sa.select(theirs.c.id).where(theirs.c.recording_id == recording_id, theirs.c.deleted_at.is_(None))


def _any(rows: sa.Select[Any]) -> sa.ColumnElement[bool]:
    # Not EXISTS: databases turn that into a join, and then do not walk along the index that the list is sorted by.
    return rows.limit(1).correlate(recordings, theirs).scalar_subquery().is_not(None)


def _no(rows: sa.Select[Any]) -> sa.ColumnElement[bool]:
    return rows.limit(1).correlate(recordings).scalar_subquery().is_(None)


def _hidden(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """The same value, so that no index is taken for it."""
    return sa.func.coalesce(column, column, type_=column.type)


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
