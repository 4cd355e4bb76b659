"""What recordings are looked for, as conditions on their rows; the lists of `store/listing.py` are read by them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from earmark.core.review import AnnotationKind
from earmark.core.search import AnnotatedBy, parse_query, tag_term
from earmark.store import terms
from earmark.store.tables import annotations as theirs
from earmark.store.tables import recording_terms, recordings, segments

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy.engine import Connection

    from earmark.core.search import RecordingFilter, RecordingSort

FEW = 10_000
"""Up to so many recordings are gathered and sorted. One in a hundred of a million: along an index, a page of fifty of
those that are more is found within 5,000 rows on average, which takes about as long."""
FEW_CARRIED = 30_000
"""The same where an index carries what they are sorted by, so that none has to be looked at."""
_KINDS = {
    AnnotatedBy.PEOPLE: (AnnotationKind.PERSON,),
    AnnotatedBy.MODELS: (AnnotationKind.MODEL,),
    None: tuple(AnnotationKind),
}


@dataclass(frozen=True, slots=True)
class Carried:
    """Entries of an index, one or more for each recording for which a condition holds, that carry its sort keys.

    Attributes
    ----------
    table : FromClause
        Where they are.
    ident : ColumnElement
        Id of the recording.
    where : tuple of ColumnElement
        Which entries are meant.
    """

    table: sa.FromClause
    ident: sa.Column[str]
    where: tuple[sa.ColumnElement[bool], ...]

    def key(self, name: str) -> sa.ColumnElement[Any] | None:
        """What lists are sorted by under a name, None where the entries do not carry it."""
        if name not in self.table.c:
            return None
        # Other indexes of recordings have the order of the list, but lead through all for which this does not hold.
        return self.table.c[name] if self.table is recording_terms else hidden(self.table.c[name])

    @property
    def hits(self) -> sa.Select[Any]:
        """All ids for which the condition holds."""
        return sa.select(self.ident).where(*self.where)


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition in up to three forms.

    Attributes
    ----------
    test : ColumnElement
        A test of one row of `recordings` that no index serves.
    hits : Select or None
        All ids for which it holds, by an index.
    carried : Carried or None
        The same with what lists are sorted by.
    """

    test: sa.ColumnElement[bool]
    hits: sa.Select[Any] | None = None
    carried: Carried | None = None


def rarest(connection: Connection, found: Sequence[Condition], *, key: str | None = None) -> Condition | None:
    """The condition that holds for the fewest recordings, if they are few; ``key`` is what they shall be sorted by."""
    numbers = []
    for index, condition in enumerate(found):
        if condition.hits is not None:
            carries = key is not None and condition.carried is not None and condition.carried.key(key) is not None
            few = FEW_CARRIED if carries else FEW
            number = _capped(connection, condition.hits, few)
            numbers += [(number, index)] if number <= few else []
    return found[min(numbers)[1]] if numbers else None


def _capped(connection: Connection, hits: sa.Select[Any], few: int) -> int:
    some = hits.limit(few + 1).subquery()
    return connection.execute(sa.select(sa.func.count()).select_from(some)).scalar_one()


def conditions(project_id: str, wanted: RecordingFilter, *, sorted_by: RecordingSort | None = None) -> list[Condition]:
    """All conditions of a filter but those that hold for whole lists: the project, in the trash or not."""
    query = parse_query(wanted.q)
    found = [_tag(project_id, tag) for tag in dict.fromkeys((*query.tags, *wanted.tags))]
    found += [_word(project_id, prefix) for prefix in query.prefixes]
    for column, low, high in _ranges(wanted):
        if low is not None or high is not None:
            found.append(_of_row(project_id, wanted, column, (low, high), sorted_by))
    if wanted.states:
        found.append(_state(project_id, wanted))
    if wanted.annotated is AnnotatedBy.NONE:
        found.append(Condition(_no(_annotated(recordings.c.id))))
    elif wanted.annotated or wanted.status or wanted.label:
        found.append(_annotation(project_id, wanted))
    return found


def _tag(project_id: str, tag: str) -> Condition:
    match = (recording_terms.c.project_id == project_id, terms.is_term(tag_term(tag)))
    return _term(match, match)


def _word(project_id: str, prefix: str) -> Condition:
    match = terms.begins_with(prefix)
    # Without the project, so that the index by recording serves: it holds a dozen terms, a prefix may have thousands.
    return _term((match,), (recording_terms.c.project_id == project_id, match))


def _term(mine: tuple[sa.ColumnElement[bool], ...], entries: tuple[sa.ColumnElement[bool], ...]) -> Condition:
    of_this = sa.select(recording_terms.c.term).where(recording_terms.c.recording_id == recordings.c.id, *mine)
    carried = Carried(recording_terms, recording_terms.c.recording_id, entries)
    return Condition(_any(of_this), carried.hits, carried)


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
) -> Condition:
    if sorted_by is not None and sorted_by.value == column.name:
        return Condition(_between(column, *span))
    mine = recordings.alias()
    hits = sa.select(mine.c.id).where(
        mine.c.project_id == project_id, mine.c.trashed.is_(wanted.trashed), _between(mine.c[column.name], *span)
    )
    return Condition(_between(hidden(column), *span), hits)


def _between(column: sa.ColumnElement[Any], low: Any, high: Any) -> sa.ColumnElement[bool]:
    inside = [] if low is None else [column >= low]
    if high is not None:
        # Lengths include their upper end, times do not.
        inside.append(column < high if isinstance(high, datetime) else column <= high)
    return sa.and_(*inside)


def _state(project_id: str, wanted: RecordingFilter) -> Condition:
    states = [state.value for state in wanted.states]
    mine = recordings.alias()
    entries = (mine.c.project_id == project_id, mine.c.trashed.is_(wanted.trashed), mine.c.state.in_(states))
    carried = Carried(mine, mine.c.id, entries)
    return Condition(hidden(recordings.c.state).in_(states), carried.hits, carried)


def _annotation(project_id: str, wanted: RecordingFilter) -> Condition:
    fits = _fits(wanted, theirs.c.kind, theirs.c.status)
    usable = theirs.c.deleted_at.is_(None)
    if wanted.label is None:
        hits = sa.select(theirs.c.recording_id).where(theirs.c.project_id == project_id, usable, *fits)
        return Condition(_any(_annotated(recordings.c.id).where(*fits)), hits)
    labelled = sa.select(segments.c.annotation_id).where(segments.c.label == wanted.label)
    here = _any(labelled.where(segments.c.annotation_id == theirs.c.id))
    # By the annotations that have the label, not through all of the project.
    mine = (hidden(theirs.c.project_id) == project_id, usable)
    hits = sa.select(theirs.c.recording_id).where(
        theirs.c.id.in_(labelled.distinct()), *mine, *_fits(wanted, hidden(theirs.c.kind), hidden(theirs.c.status))
    )
    return Condition(_any(_annotated(recordings.c.id).where(*fits, here)), hits)


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


def hidden(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """The same value, so that no index is taken for it."""
    return sa.func.coalesce(column, column, type_=column.type)
