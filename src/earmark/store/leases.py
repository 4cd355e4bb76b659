"""What workers do with the jobs table: take a job, keep it, end it or give it back.

Who takes a job has it for ``LEASE`` and says again and again that it still works on it. Whatever it writes holds only
while its attempt is the one that runs: a worker that was believed dead and comes back can change nothing any more.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from earmark.core.job import Job, JobState
from earmark.errors import JobLost
from earmark.store.database import now
from earmark.store.jobs import change, get, job_of, show, tell
from earmark.store.tables import job_log, jobs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.engine import Connection

LEASE = timedelta(seconds=60)
"""After so long a worker of which nothing was heard is believed dead."""
MAX_LINE = 10_000
"""Longest line of a log in characters; what is beyond is cut off."""
_AT_ONCE = 50

Line = tuple["datetime", str, str]
"""When, level, message."""


def claim(connection: Connection, worker: str) -> Job | None:
    """Take the job whose turn it is: of the highest priority the oldest; None where none waits.

    Any number of workers may ask at the same time: each job goes to one of them.
    """
    moment = now()
    for job_id in _candidates(connection, moment):
        query = sa.select(jobs).where(jobs.c.id == job_id, jobs.c.state == JobState.QUEUED.value)
        # Where another worker is taking it just now, the next one is tried.
        row = connection.execute(query.with_for_update(skip_locked=True)).mappings().first()
        if row is not None:
            job = change(connection, job_of(row), **_begun(row["attempt"] + 1, worker, moment))
            tell(connection, "job.started", job)
            return job
    return None


def _begun(attempt: int, worker: str, moment: datetime) -> dict[str, Any]:
    return {
        "state": JobState.RUNNING.value,
        "attempt": attempt,
        "worker": worker,
        "lease_until": moment + LEASE,
        "started_at": moment,
        "progress": 0.0,
        "stage": "",
    }


def _candidates(connection: Connection, moment: datetime) -> Iterator[str]:
    # Priority by priority, since no index has one column downwards and the next one upwards on every database.
    waiting = [jobs.c.state == JobState.QUEUED.value, jobs.c.available_at <= moment]
    lower: list[sa.ColumnElement[bool]] = []
    while True:
        top = connection.execute(sa.select(sa.func.max(jobs.c.priority)).where(*waiting, *lower)).scalar()
        if top is None:
            return
        query = sa.select(jobs.c.id).where(*waiting, jobs.c.priority == top).order_by(jobs.c.id).limit(_AT_ONCE)
        yield from connection.execute(query).scalars().all()
        lower = [jobs.c.priority < top]


def look(connection: Connection, job: Job) -> Job:
    """Read how a job is now; raise ``JobLost`` where another attempt, or none, has it."""
    return _mine(get(connection, job.id), job)


def hold(connection: Connection, job: Job) -> Job:
    """Keep a job as it is until the transaction ends; raise ``JobLost`` where another attempt, or none, has it."""
    return _mine(get(connection, job.id, lock=True), job)


def _mine(found: Job | None, job: Job) -> Job:
    if found is None or found.state is not JobState.RUNNING or found.attempt != job.attempt:
        raise JobLost(f"job {job.id}: attempt {job.attempt} is over, for others or by others. Nothing was written.")
    return found


def renew(connection: Connection, job: Job, *, progress: float, stage: str, lines: Sequence[Line] = ()) -> Job:
    """Say that a worker still has a job, how far it is, and what it logged."""
    before = hold(connection, job)
    after = change(connection, job, lease_until=now() + LEASE, progress=progress, stage=stage)
    if (before.progress, before.stage) != (after.progress, after.stage):
        show(connection, after)
    write_lines(connection, job, lines)
    return after


def finish(
    connection: Connection, job: Job, *, result: Mapping[str, Any] | None, audio_seconds: float | None = None
) -> Job:
    """Mark a job done, in the transaction of what it made."""
    hold(connection, job)
    values = {"result": None if result is None else dict(result), "audio_seconds": audio_seconds, "progress": 1.0}
    return _end(connection, job, JobState.DONE, **values)


def fail(connection: Connection, job: Job, error: str) -> Job:
    """Mark a job failed; ``error`` says why, and what to do."""
    hold(connection, job)
    return _end(connection, job, JobState.FAILED, error=error)


def end_cancelled(connection: Connection, job: Job) -> Job:
    """Mark a job cancelled that ran."""
    hold(connection, job)
    return _end(connection, job, JobState.CANCELLED)


def _end(connection: Connection, job: Job, state: JobState, **values: Any) -> Job:
    freed = {"lease_until": None, "finished_at": now(), "cancel_requested": False}
    ended = change(connection, job, state=state.value, **freed, **values)
    tell(connection, f"job.{state}", ended)
    return ended


def give_back(connection: Connection, job: Job) -> Job:
    """Put a job back into the queue because its worker was asked to end; the attempt does not count."""
    found = hold(connection, job)
    write_lines(connection, job, [(now(), "INFO", "the worker was asked to end: the job is back in the queue")])
    if found.cancel_requested:
        return _end(connection, job, JobState.CANCELLED)
    return _requeue(connection, found, max_attempts=found.max_attempts + 1)


def put_back(connection: Connection, job: Job, why: str, *, delay: float = 0.0) -> Job:
    """Put a job back into the queue because its attempt came to nothing; fail it where no attempt is left.

    Parameters
    ----------
    why : str
        What happened, for the log and for the error.
    delay : float
        Seconds until it may begin again.
    """
    found = hold(connection, job)
    write_lines(connection, job, [(now(), "WARNING", f"attempt {found.attempt} of {found.max_attempts}: {why}")])
    if found.cancel_requested:
        return _end(connection, job, JobState.CANCELLED)
    if found.attempt >= found.max_attempts:
        times = "once" if found.attempt == 1 else f"{found.attempt} times"
        return _end(
            connection, job, JobState.FAILED, error=f"{why}. It was begun {times}; look into its log, then retry."
        )
    return _requeue(connection, found, available_at=now() + timedelta(seconds=delay))


def _requeue(connection: Connection, job: Job, **values: Any) -> Job:
    freed = {"worker": None, "lease_until": None, "sent_at": None, "progress": 0.0, "stage": ""}
    queued = change(connection, job, state=JobState.QUEUED.value, **freed, **values)
    tell(connection, "job.queued", queued)
    return queued


def running(connection: Connection) -> tuple[Job, ...]:
    """List all jobs that run."""
    query = sa.select(jobs).where(jobs.c.state == JobState.RUNNING.value).order_by(jobs.c.id)
    return tuple(job_of(row) for row in connection.execute(query).mappings())


def overdue(connection: Connection) -> tuple[Job, ...]:
    """List jobs that run and of whose workers nothing was heard for too long; one that is being written is no such."""
    late = (jobs.c.state == JobState.RUNNING.value, jobs.c.lease_until < now())
    query = sa.select(jobs).where(*late).order_by(jobs.c.id).with_for_update(skip_locked=True)
    return tuple(job_of(row) for row in connection.execute(query).mappings())


def write_lines(connection: Connection, job: Job, lines: Iterable[Line]) -> None:
    """Add lines to the log of a job."""
    rows = [
        {"job_id": job.id, "attempt": job.attempt, "at": at, "level": level, "message": message[:MAX_LINE]}
        for at, level, message in lines
    ]
    if rows:
        connection.execute(job_log.insert(), rows)


def unsent(connection: Connection, *, before: datetime, limit: int) -> tuple[str, ...]:
    """Name jobs that wait and that a message broker was not told of since a moment."""
    told = sa.or_(jobs.c.sent_at.is_(None), jobs.c.sent_at < before)
    mine = (jobs.c.state == JobState.QUEUED.value, jobs.c.available_at <= now(), told)
    query = sa.select(jobs.c.id).where(*mine).order_by(jobs.c.priority.desc(), jobs.c.id).limit(limit)
    return tuple(connection.execute(query).scalars())


def mark_sent(connection: Connection, job_ids: Sequence[str], *, sent: bool = True) -> None:
    """Write down that a message broker is told of jobs just now, or that it could not be told."""
    moment = now() if sent else None
    connection.execute(jobs.update().where(jobs.c.id.in_(job_ids)).values(sent_at=moment))
