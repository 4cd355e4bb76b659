"""What happened, for live updates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from earmark.core.audit import Event
from earmark.store.tables import events

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from sqlalchemy.engine import Connection


def add(
    connection: Connection, kind: str, *, at: datetime, project_id: str | None, subject_id: str, data: Mapping[str, Any]
) -> None:
    """Write down that something happened."""
    row = {"at": at, "kind": kind, "project_id": project_id, "subject_id": subject_id, "data": dict(data)}
    connection.execute(events.insert().values(row))


def after(connection: Connection, number: int, *, limit: int = 500) -> tuple[Event, ...]:
    """List events with greater numbers, in order."""
    query = sa.select(events).where(events.c.number > number).order_by(events.c.number).limit(limit)
    return tuple(Event(**row) for row in connection.execute(query).mappings())


def numbered(connection: Connection, numbers: Collection[int]) -> tuple[Event, ...]:
    """List the events of some numbers, those that there are, in order."""
    query = sa.select(events).where(events.c.number.in_(numbers)).order_by(events.c.number)
    return tuple(Event(**row) for row in connection.execute(query).mappings())


def last_number(connection: Connection) -> int:
    """Number of the latest event, 0 where there is none."""
    return connection.execute(sa.select(sa.func.max(events.c.number))).scalar() or 0


def forget(connection: Connection, *, before: datetime) -> int:
    """Delete events from before a moment; return how many."""
    return connection.execute(events.delete().where(events.c.at < before)).rowcount
