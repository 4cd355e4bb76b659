"""Schedules: work that is done again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from earmark.core.page import Page, decode_cursor, encode_cursor, require_limit
from earmark.core.schedule import Schedule
from earmark.store.tables import schedules

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.engine import Connection, RowMapping


def add(connection: Connection, schedule: Schedule) -> None:
    """Write a schedule down."""
    names = Schedule.__dataclass_fields__
    connection.execute(schedules.insert().values({name: _value(schedule, name) for name in names}))


def get(connection: Connection, schedule_id: str, *, lock: bool = False) -> Schedule | None:
    """Read a schedule, None where there is none of that name; with ``lock`` it stays until the transaction ends."""
    query = sa.select(schedules).where(schedules.c.id == schedule_id)
    row = connection.execute(query.with_for_update() if lock else query).mappings().first()
    return None if row is None else _schedule(row)


def page(
    connection: Connection, *, project_id: str | None, cursor: str | None = None, limit: int = 50
) -> Page[Schedule]:
    """List the schedules of a project, or those of the whole server (None), the oldest first."""
    query = sa.select(schedules).where(schedules.c.project_id.is_not_distinct_from(project_id))
    if cursor is not None:
        query = query.where(schedules.c.id > str(decode_cursor(cursor, size=1)[0]))
    rows = connection.execute(query.order_by(schedules.c.id).limit(require_limit(limit) + 1)).mappings().all()
    more = encode_cursor(rows[limit - 1]["id"]) if len(rows) > limit else None
    return Page(items=tuple(_schedule(row) for row in rows[:limit]), next=more)


def save(connection: Connection, schedule: Schedule) -> None:
    """Write what may change of a schedule."""
    names = ("name", "arguments", "every_seconds", "enabled", "next_at", "last_at", "last_job_id")
    values = {name: _value(schedule, name) for name in names}
    connection.execute(schedules.update().where(schedules.c.id == schedule.id).values(values))


def delete(connection: Connection, schedule_id: str) -> None:
    """Delete a schedule; jobs that it began stay."""
    connection.execute(schedules.delete().where(schedules.c.id == schedule_id))


def any_due(connection: Connection, *, at: datetime) -> bool:
    """Whether the time of a schedule has come."""
    query = sa.select(schedules.c.id).where(schedules.c.enabled.is_(True), schedules.c.next_at <= at).limit(1)
    return connection.execute(query).scalar() is not None


def due(connection: Connection, *, at: datetime, limit: int) -> tuple[Schedule, ...]:
    """List schedules whose time has come, and hold them until the transaction ends; others get none of them."""
    query = sa.select(schedules).where(schedules.c.enabled.is_(True), schedules.c.next_at <= at)
    query = query.order_by(schedules.c.next_at).limit(limit).with_for_update(skip_locked=True)
    return tuple(_schedule(row) for row in connection.execute(query).mappings())


def _value(schedule: Schedule, name: str) -> object:
    value = getattr(schedule, name)
    return dict(value) if name == "arguments" else value


def _schedule(row: RowMapping) -> Schedule:
    return Schedule(**{name: row[name] for name in Schedule.__dataclass_fields__})
