"""All rows out of a database and into another one, of whatever kind."""

from __future__ import annotations

import itertools
import json
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from earmark.store.tables import metadata
from earmark.store.types import UtcDateTime

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sqlalchemy.engine import Connection

    from earmark.store.database import Database

CHUNK = 1000
LEFT_OUT = frozenset({"locks", "sessions", "sign_in_failures", "idempotency", "uploads", "heard_voices"})
"""Tables of what is not kept for long, or would let those in who signed out since."""
_TYPES: Mapping[str, Any] = {"moment": UtcDateTime(), "json": sa.JSON(none_as_null=True), "plain": sa.types.NullType()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How the rows of a table are written.

    Attributes
    ----------
    name : str
        Name of the table.
    columns : mapping from str to str
        Each column in order, and what its values are: ``moment``, ``json`` or ``plain``.
    own : tuple of str
        Columns that refer to rows of the same table.
    key : tuple of str
        Columns that tell rows apart.
    counter : str or None
        Column that counts up by itself.
    """

    name: str
    columns: Mapping[str, str]
    own: tuple[str, ...]
    key: tuple[str, ...]
    counter: str | None

    def as_json(self) -> dict[str, Any]:
        """Give it in the form that `from_json` reads."""
        return asdict(self)

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Layout:
        """Read what `as_json` gave; whatever else is there raises ``KeyError``, ``TypeError`` or ``ValueError``."""
        columns = {str(name): str(kind) for name, kind in told["columns"].items()}
        if not set(columns.values()) <= set(_TYPES) or not {*told["own"], *told["key"]} <= set(columns):
            raise ValueError("unknown kinds of columns")
        counter = told["counter"]
        return cls(
            name=str(told["name"]),
            columns=columns,
            own=tuple(told["own"]),
            key=tuple(told["key"]),
            counter=None if counter is None else str(counter),
        )


def layouts() -> tuple[Layout, ...]:
    """Describe the tables that are worth keeping; each comes after those that it refers to."""
    return tuple(_layout(table) for table in metadata.sorted_tables if table.name not in LEFT_OUT)


@contextmanager
def snapshot(database: Database) -> Iterator[Connection]:
    """Give a connection that sees the database as it is at the first query, whatever is written meanwhile."""
    with database.read() as connection:
        if database.dialect == "sqlite":
            # Every transaction is a snapshot there.
            yield connection
        else:
            yield connection.execution_options(isolation_level="REPEATABLE READ")


def rows(connection: Connection, layout: Layout) -> Iterator[str]:
    """Give each row as one line of JSON, in the order of the table's key."""
    table = metadata.tables[layout.name]
    query = sa.select(*(table.c[name] for name in layout.columns)).order_by(*(table.c[name] for name in layout.key))
    for row in connection.execution_options(yield_per=CHUNK).execute(query):
        yield json.dumps([value.isoformat() if isinstance(value, datetime) else value for value in row])


def contents(connection: Connection) -> dict[str, int]:
    """Give the contents of all recordings by checksum, with their sizes."""
    blobs = metadata.tables["blobs"]
    return {row.checksum: row.size for row in connection.execute(sa.select(blobs.c.checksum, blobs.c.size))}


def job_ids(connection: Connection) -> set[str]:
    """Name all jobs."""
    return set(connection.execute(sa.select(metadata.tables["jobs"].c.id)).scalars())


def insert(connection: Connection, layout: Layout, lines: Iterable[str]) -> int:
    """Write rows that `rows` gave; return how many."""
    table = sa.table(layout.name, *(sa.column(name, _TYPES[kind]) for name, kind in layout.columns.items()))
    count = 0
    later: list[dict[str, Any]] = []
    for chunk in _chunks(lines):
        values = [_values(layout, line) for line in chunk]
        later += [row for row in values if any(row[name] is not None for name in layout.own)]
        connection.execute(table.insert(), [row | dict.fromkeys(layout.own) for row in values])
        count += len(chunk)
    # Now that all rows are there they can refer to each other.
    for row in later:
        same = (table.c[name] == row[name] for name in layout.key)
        connection.execute(table.update().where(*same).values({name: row[name] for name in layout.own}))
    _go_on_counting(connection, layout)
    return count


def clear(connection: Connection) -> None:
    """Delete all rows of all tables."""
    for table in reversed(metadata.sorted_tables):
        connection.execute(table.delete())


def holds_anything(connection: Connection) -> bool:
    """Whether somebody has begun to use this database."""
    begun = ("users", "projects", "models")
    return any(connection.execute(sa.select(metadata.tables[name].c.id).limit(1)).first() for name in begun)


def _layout(table: sa.Table) -> Layout:
    own = [column.name for column in table.c if any(key.column.table is table for key in column.foreign_keys)]
    counter = table.autoincrement_column
    counts = counter is not None and counter.autoincrement is True
    return Layout(
        name=table.name,
        columns={column.name: _kind(column) for column in table.c},
        own=tuple(own),
        key=tuple(column.name for column in table.primary_key),
        counter=counter.name if counter is not None and counts else None,
    )


def _kind(column: sa.Column[Any]) -> str:
    if isinstance(column.type, UtcDateTime):
        return "moment"
    return "json" if isinstance(column.type, sa.JSON) else "plain"


def _values(layout: Layout, line: str) -> dict[str, Any]:
    told = json.loads(line)
    if not isinstance(told, list) or len(told) != len(layout.columns):
        raise ValueError(f"a row of {layout.name} has {len(layout.columns)} values")
    row = dict(zip(layout.columns, told, strict=True))
    moments = {name for name, kind in layout.columns.items() if kind == "moment" and row[name] is not None}
    return row | {name: datetime.fromisoformat(row[name]) for name in moments}


def _go_on_counting(connection: Connection, layout: Layout) -> None:
    """Have PostgreSQL number new rows after those that came with their numbers; the others see to that themselves."""
    if layout.counter is None or connection.dialect.name != "postgresql":
        return
    column: sa.ColumnClause[int] = sa.column(layout.counter)
    last = connection.execute(sa.select(sa.func.max(column)).select_from(sa.table(layout.name))).scalar()
    if last is not None:
        sequence = sa.func.pg_get_serial_sequence(layout.name, layout.counter)
        connection.execute(sa.select(sa.func.setval(sequence, last)))


def _chunks(lines: Iterable[str]) -> Iterator[list[str]]:
    remaining = iter(lines)
    while chunk := list(itertools.islice(remaining, CHUNK)):
        yield chunk
