"""Lists that are sorted by some columns and read page by page.

A page begins where the one before ended, so that the last page costs what the first does. Rows behind a given one are
several plain ranges of an index (the same in all columns but the last, the same in all but the last two, and so on),
since not every database finds them from one condition. Those without a value in the first column come last, whatever
the order.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from earmark.core.page import decode_cursor, encode_cursor
from earmark.core.search import Order
from earmark.errors import InvalidValue
from earmark.store.types import UtcDateTime

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import sqlalchemy as sa
    from sqlalchemy.engine import Connection, RowMapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyset:
    """How a list is sorted.

    Attributes
    ----------
    name : str
        What the order is called; a cursor of another one is refused.
    columns : tuple of Column
        What it is sorted by, the last of them unique; only the first may be without a value.
    order : Order
        Which way, the same for all columns.
    """

    name: str
    columns: tuple[sa.Column[Any], ...]
    order: Order

    def rows(
        self, connection: Connection, query: sa.Select[Any], after: Sequence[Any] | None, limit: int
    ) -> list[RowMapping]:
        """Read the next rows of a query, which has all columns of the order, behind the values of the last row."""
        found: list[RowMapping] = []
        for where, columns in self._parts(after):
            part = query.where(*where).order_by(*map(self._way, columns)).limit(limit - len(found))
            found += connection.execute(part).mappings()
            if len(found) == limit:
                break
        return found

    def values(self, row: RowMapping) -> tuple[Any, ...]:
        """What a row is sorted by."""
        return tuple(row[column.name] for column in self.columns)

    def write_cursor(self, row: RowMapping) -> str:
        """Write down that a page ends with a row."""
        plain = (value.isoformat() if isinstance(value, datetime) else value for value in self.values(row))
        return encode_cursor(self.name, self.order.value, *plain)

    def read_cursor(self, cursor: str | None) -> tuple[Any, ...] | None:
        """Read behind which values the next page begins; None for the first.

        Raises
        ------
        InvalidValue
            The cursor belongs to another list.
        """
        if cursor is None:
            return None
        name, order, *plain = decode_cursor(cursor, size=2 + len(self.columns))
        try:
            if (name, order) != (self.name, self.order.value):
                raise ValueError
            return tuple(_value(value, column) for value, column in zip(plain, self.columns, strict=True))
        except ValueError:
            raise InvalidValue("the cursor is not one of this list: begin at the first page") from None

    def _parts(self, after: Sequence[Any] | None) -> Iterator[tuple[list[sa.ColumnElement[bool]], Sequence[Any]]]:
        first, *others = self.columns
        if after is None:
            yield [first.is_not(None)] if first.nullable else [], self.columns
        elif after[0] is not None:
            for place in reversed(range(len(self.columns))):
                same = [column == value for column, value in zip(self.columns[:place], after[:place], strict=True)]
                yield [*same, self._beyond(self.columns[place], after[place])], self.columns[place:]
        if first.nullable:
            rest = after is not None and after[0] is None
            without = Keyset(name=self.name, columns=tuple(others), order=self.order)
            for where, columns in without._parts(after[1:] if after is not None and rest else None):
                yield [first.is_(None), *where], columns

    def _beyond(self, column: sa.Column[Any], value: object) -> sa.ColumnElement[bool]:
        return column > value if self.order is Order.ASC else column < value

    def _way(self, column: sa.Column[Any]) -> sa.ColumnElement[Any]:
        return column.asc() if self.order is Order.ASC else column.desc()


def _value(value: Any, column: sa.Column[Any]) -> Any:
    if value is None and column.nullable:
        return None
    if isinstance(column.type, UtcDateTime):
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        if moment is None or moment.tzinfo is None:
            raise ValueError
        return moment
    if not isinstance(value, column.type.python_type) or isinstance(value, bool):
        raise ValueError
    return value
