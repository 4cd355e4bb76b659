"""Who is to be told when a job has ended.

As with webhooks, a call is taken by moving the moment of its next attempt beyond the longest time that an attempt
takes: whoever took it and dies leaves it to be taken again then, by any server.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from earmark.core.job import Job, JobState
from earmark.core.webhook import DeliveryState
from earmark.store.jobs import job_of
from earmark.store.tables import callbacks, jobs

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy.engine import Connection, RowMapping

LEASE = timedelta(seconds=60)
"""After so long an attempt of which nothing was heard is made again."""
_ENDED = tuple(state.value for state in JobState if state.ended)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call that is to be made now: where to, about which job, and which attempt it is."""

    job: Job
    integration: str
    url: str
    attempts: int


def add(connection: Connection, job: Job, *, integration: str, url: str) -> None:
    """Note who is to be told of a job's end, in the transaction that makes the job."""
    connection.execute(
        callbacks.insert().values(
            job_id=job.id,
            integration=integration,
            url=url,
            state=DeliveryState.QUEUED.value,
            attempts=0,
            next_at=job.created_at,
        )
    )


def begin_again(connection: Connection, job_id: str, *, at: datetime) -> None:
    """Tell of the next end of a job too, since it is tried again."""
    values = {"state": DeliveryState.QUEUED.value, "attempts": 0, "next_at": at}
    connection.execute(callbacks.update().where(callbacks.c.job_id == job_id).values(values))


def claim(connection: Connection, *, at: datetime, integrations: Collection[str], most: int) -> tuple[Call, ...]:
    """Take calls that are due: those of jobs that have ended."""
    due = (
        callbacks.c.state == DeliveryState.QUEUED.value,
        callbacks.c.next_at <= at,
        callbacks.c.integration.in_(integrations),
        jobs.c.state.in_(_ENDED),
    )
    columns = (callbacks.c.integration, callbacks.c.url, callbacks.c.attempts)
    query = sa.select(jobs, *(column.label(f"call_{column.name}") for column in columns))
    query = query.select_from(callbacks.join(jobs, callbacks.c.job_id == jobs.c.id)).where(*due)
    rows = connection.execute(query.order_by(callbacks.c.next_at).limit(most)).mappings().all()
    return tuple(_call(row) for row in rows if _take(connection, row, at))


def _call(row: RowMapping) -> Call:
    return Call(
        job=job_of(row), integration=row["call_integration"], url=row["call_url"], attempts=row["call_attempts"] + 1
    )


def _take(connection: Connection, row: RowMapping, at: datetime) -> bool:
    """Several servers may read the same row as due; only one of them finds it unchanged here."""
    same = (callbacks.c.job_id == row["id"], callbacks.c.attempts == row["call_attempts"])
    statement = callbacks.update().where(*same, callbacks.c.state == DeliveryState.QUEUED.value)
    return connection.execute(statement.values(attempts=row["call_attempts"] + 1, next_at=at + LEASE)).rowcount == 1


def settle(
    connection: Connection,
    call: Call,
    state: DeliveryState,
    *,
    next_at: datetime,
    status: int | None,
    error: str | None,
) -> None:
    """Write how an attempt went, unless the call was taken again meanwhile."""
    same = (callbacks.c.job_id == call.job.id, callbacks.c.attempts == call.attempts)
    statement = callbacks.update().where(*same, callbacks.c.state == DeliveryState.QUEUED.value)
    values = {"state": state.value, "next_at": next_at, "last_status": status, "last_error": error}
    connection.execute(statement.values(values))


def state_of(connection: Connection, job_id: str) -> tuple[DeliveryState, int, str | None] | None:
    """Read how far a call is: its state, attempts and last error; None where nobody is to be told."""
    query = sa.select(callbacks.c.state, callbacks.c.attempts, callbacks.c.last_error)
    row = connection.execute(query.where(callbacks.c.job_id == job_id)).first()
    return None if row is None else (DeliveryState(row[0]), row[1], row[2])
