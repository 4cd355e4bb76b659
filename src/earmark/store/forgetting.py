"""Rows that are of use for some time only."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from earmark.store.tables import (
    deliveries,
    events,
    heard_voices,
    idempotency,
    job_log,
    jobs,
    sessions,
    sign_in_failures,
)

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.engine import Connection

KEPT = (
    (events.c.at, timedelta(days=1)),
    (idempotency.c.created_at, timedelta(days=1)),
    (sign_in_failures.c.at, timedelta(days=1)),
    (sessions.c.expires_at, timedelta(0)),
    (job_log.c.at, timedelta(days=30)),
    (deliveries.c.created_at, timedelta(days=30)),
    (heard_voices.c.created_at, timedelta(days=30)),
    (jobs.c.finished_at, timedelta(days=90)),
)
"""Moments in rows, and how long after them the rows are kept."""


def forget(connection: Connection, *, at: datetime) -> int:
    """Delete rows whose time is over; return how many."""
    return sum(connection.execute(moment.table.delete().where(moment < at - kept)).rowcount for moment, kept in KEPT)
