"""The jobs table: the truth about long work, whoever calls the workers. What workers do with it is in `leases.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from earmark.core.ids import new_id
from earmark.core.job import ATTEMPTS, Job, JobSort, JobState, JobTotals, LogLine
from earmark.core.page import Page, decode_cursor, encode_cursor, require_limit
from earmark.core.search import Order
from earmark.store import events
from earmark.store.announcements import announce
from earmark.store.database import now
from earmark.store.keyset import Keyset
from earmark.store.tables import job_log, jobs, memberships, projects, recordings

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from sqlalchemy.engine import Connection, RowMapping
    from sqlalchemy.sql.compiler import SQLCompiler

ANNOUNCED = ("kind", "recording_id", "attempt", "progress", "stage", "priority", "cancel_requested", "error")


def add(
    connection: Connection,
    kind: str,
    *,
    arguments: Mapping[str, Any],
    project_id: str | None = None,
    recording_id: str | None = None,
    priority: int = 0,
    created_by: str | None = None,
    max_attempts: int = ATTEMPTS,
    available_at: datetime | None = None,
    job_id: str | None = None,
) -> Job:
    """Put a job into the queue, in the transaction of the change that calls for it, and announce it.

    ``job_id`` is an identifier that was made before, for files that bear it.
    """
    moment = now()
    job = Job(
        id=job_id or new_id(),
        kind=kind,
        arguments=arguments,
        project_id=project_id,
        recording_id=recording_id,
        priority=priority,
        created_by=created_by,
        max_attempts=max_attempts,
        created_at=moment,
        available_at=available_at or moment,
    )
    columns = ("id", "kind", "project_id", "recording_id", "priority", "created_by", "max_attempts")
    row = {name: getattr(job, name) for name in (*columns, "progress", "stage", "attempt", "cancel_requested")}
    row |= {"arguments": dict(arguments), "state": job.state.value}
    row |= {"created_at": job.created_at, "available_at": job.available_at}
    connection.execute(jobs.insert().values(row))
    tell(connection, "job.queued", job)
    return job


def tell(connection: Connection, kind: str, job: Job) -> None:
    """Announce what became of a job."""
    announce(connection, kind, subject_id=job.id, project_id=job.project_id, data=announced(job))


def show(connection: Connection, job: Job) -> None:
    """Tell those who watch a page how a job is now; webhooks are told how it ends."""
    events.add(connection, "job.progress", at=now(), project_id=job.project_id, subject_id=job.id, data=announced(job))


def announced(job: Job) -> dict[str, Any]:
    """What those who watch are told of a job."""
    return {name: getattr(job, name) for name in ANNOUNCED} | {"state": job.state.value}


def get(connection: Connection, job_id: str, *, lock: bool = False) -> Job | None:
    """Read a job, None where there is none of that name; with ``lock`` it stays as it is until the transaction ends."""
    query = sa.select(jobs).where(jobs.c.id == job_id)
    row = connection.execute(query.with_for_update() if lock else query).mappings().first()
    return None if row is None else job_of(row)


def page(
    connection: Connection,
    *,
    project_id: str | None = None,
    recording_id: str | None = None,
    kind: str | None = None,
    states: Collection[JobState] = (),
    seen_by: str | None = None,
    sort: JobSort = JobSort.CREATED_AT,
    order: Order = Order.DESC,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Job]:
    """List jobs, the latest first unless told otherwise.

    Parameters
    ----------
    seen_by : str or None
        Only jobs of projects in which this person is a member, and those of no project that the person asked for; None
        for all.
    """
    wanted = {"project_id": project_id, "recording_id": recording_id, "kind": kind}
    query = sa.select(jobs).where(*(jobs.c[name] == value for name, value in wanted.items() if value is not None))
    if seen_by is not None:
        theirs = sa.select(memberships.c.project_id).where(memberships.c.user_id == seen_by)
        own = sa.and_(jobs.c.project_id.is_(None), jobs.c.created_by == seen_by)
        query = query.where(sa.or_(jobs.c.project_id.in_(theirs), own))
    way = Keyset(name=sort.value, columns=_SORTED_BY[sort], order=order)
    after, most = way.read_cursor(cursor), require_limit(limit) + 1
    rows = [row for part in _parts(query, states, sort) for row in way.rows(connection, part, after, most)]
    if sort is JobSort.PRIORITY:
        rows.sort(key=way.values, reverse=order is Order.DESC)
    more = way.write_cursor(rows[limit - 1]) if len(rows) > limit else None
    return Page(items=tuple(job_of(row) for row in rows[:limit]), next=more)


_SORTED_BY = {
    # Identifiers grow with time.
    JobSort.CREATED_AT: (jobs.c.id,),
    JobSort.FINISHED_AT: (jobs.c.finished_at, jobs.c.id),
    JobSort.PRIORITY: (jobs.c.priority, jobs.c.id),
    JobSort.STATE: (jobs.c.state, jobs.c.priority, jobs.c.id),
}


def _parts(query: sa.Select[Any], states: Collection[JobState], sort: JobSort) -> list[sa.Select[Any]]:
    """Queries whose rows together are the list: by priority one for each state, since the index has that first."""
    if sort is JobSort.PRIORITY:
        return [query.where(jobs.c.state == state.value) for state in JobState if not states or state in states]
    return [query.where(jobs.c.state.in_([state.value for state in states])) if states else query]


def names(connection: Connection, found: Collection[Job]) -> dict[str, str]:
    """Names of the projects and recordings that jobs belong to, by their ids: one query for all."""
    ids = (projects, {job.project_id for job in found}), (recordings, {job.recording_id for job in found})
    each = (sa.select(table.c.id, table.c.name).where(table.c.id.in_(some - {None})) for table, some in ids)
    return {row.id: row.name for row in connection.execute(sa.union_all(*each))}


def position(connection: Connection, job: Job) -> int | None:
    """How many jobs go before this one that waits; None where it does not wait."""
    if job.state is not JobState.QUEUED:
        return None
    first = sa.or_(jobs.c.priority > job.priority, sa.and_(jobs.c.priority == job.priority, jobs.c.id < job.id))
    waiting = sa.and_(jobs.c.state == JobState.QUEUED.value, jobs.c.available_at <= now())
    return connection.execute(sa.select(sa.func.count()).select_from(jobs).where(waiting, first)).scalar_one()


def cancel(connection: Connection, job: Job) -> Job:
    """End a job that waits; ask for the end of one that runs. Call with the job locked."""
    if job.state is JobState.RUNNING:
        asked = change(connection, job, cancel_requested=True)
        show(connection, asked)
        return asked
    cancelled = change(connection, job, state=JobState.CANCELLED.value, finished_at=now())
    tell(connection, "job.cancelled", cancelled)
    return cancelled


def retry(connection: Connection, job: Job) -> Job:
    """Put a job that ended without result back into the queue, its attempts counted anew. Call with the job locked."""
    again = change(
        connection,
        job,
        state=JobState.QUEUED.value,
        # Attempts keep counting up: by its number a worker that comes back is told from the one that has the job.
        max_attempts=job.attempt + ATTEMPTS,
        available_at=now(),
        finished_at=None,
        error=None,
        cancel_requested=False,
        progress=0.0,
        stage="",
        sent_at=None,
    )
    tell(connection, "job.retried", again)
    return again


def prioritise(connection: Connection, job: Job, priority: int) -> Job:
    """Let a job go earlier or later. Call with the job locked."""
    moved = change(connection, job, priority=priority)
    show(connection, moved)
    return moved


def change(connection: Connection, job: Job, **values: Any) -> Job:
    """Write some columns of a job that this transaction holds; return it as it is now."""
    connection.execute(jobs.update().where(jobs.c.id == job.id).values(values))
    changed = get(connection, job.id)
    return job if changed is None else changed


def totals(connection: Connection) -> tuple[JobTotals, ...]:
    """Count jobs by kind and state, and what those that are done took."""
    query = sa.select(
        jobs.c.kind,
        jobs.c.state,
        sa.func.count().label("number"),
        sa.func.sum(SecondsBetween(jobs.c.started_at, jobs.c.finished_at)).label("seconds"),
        sa.func.sum(jobs.c.audio_seconds).label("audio"),
    ).group_by(jobs.c.kind, jobs.c.state)
    rows = connection.execute(query).all()
    done = {row.kind: row for row in rows if row.state == JobState.DONE}
    return tuple(
        JobTotals(
            kind=kind,
            states={JobState(row.state): row.number for row in rows if row.kind == kind},
            done_seconds=float(done[kind].seconds or 0.0) if kind in done else 0.0,
            audio_seconds=float(done[kind].audio or 0.0) if kind in done else 0.0,
        )
        for kind in sorted({row.kind for row in rows})
    )


def oldest_waiting(connection: Connection) -> datetime | None:
    """Since when the job waits that waits longest and might begin now; None where none does."""
    moment = now()
    waiting = (jobs.c.state == JobState.QUEUED.value, jobs.c.available_at <= moment)
    since: datetime | None = connection.execute(sa.select(sa.func.min(jobs.c.available_at)).where(*waiting)).scalar()
    return since


def waiting(connection: Connection, *, most: int, kind: str | None = None) -> int:
    """Count jobs that might begin now, up to ``most``; of one kind, or of all."""
    ready = [jobs.c.state == JobState.QUEUED.value, jobs.c.available_at <= now()]
    some = sa.select(jobs.c.id).where(*ready, *([] if kind is None else [jobs.c.kind == kind])).limit(most)
    return connection.execute(sa.select(sa.func.count()).select_from(some.subquery())).scalar_one()


def waiting_of(connection: Connection, *, kind: str, created_by: str | None) -> tuple[Job, ...]:
    """List the jobs of one kind that wait and that somebody asked for."""
    query = sa.select(jobs).where(jobs.c.state == JobState.QUEUED.value, jobs.c.kind == kind)
    found = connection.execute(query.where(jobs.c.created_by == created_by).order_by(jobs.c.id)).mappings()
    return tuple(job_of(row) for row in found)


def unended(connection: Connection, *, kind: str) -> tuple[Job, ...]:
    """List the jobs of one kind that wait or run."""
    states = (JobState.QUEUED.value, JobState.RUNNING.value)
    query = sa.select(jobs).where(jobs.c.state.in_(states), jobs.c.kind == kind).order_by(jobs.c.id)
    return tuple(job_of(row) for row in connection.execute(query).mappings())


def ended_before(connection: Connection, *, kind: str, before: datetime, limit: int) -> tuple[Job, ...]:
    """List jobs of one kind that ended before a moment, the earliest first."""
    query = sa.select(jobs).where(jobs.c.kind == kind, jobs.c.finished_at < before)
    query = query.order_by(jobs.c.finished_at).limit(limit)
    return tuple(job_of(row) for row in connection.execute(query).mappings())


def of_kind(connection: Connection, *, kind: str, created_by: str | None = None) -> tuple[Job, ...]:
    """List all jobs of one kind, of one person or of all."""
    query = sa.select(jobs).where(jobs.c.kind == kind)
    query = query if created_by is None else query.where(jobs.c.created_by == created_by)
    return tuple(job_of(row) for row in connection.execute(query.order_by(jobs.c.id)).mappings())


def states_of(connection: Connection, job_ids: Collection[str]) -> Mapping[str, JobState]:
    """The states of jobs, by their ids; those that are gone are left out."""
    query = sa.select(jobs.c.id, jobs.c.state).where(jobs.c.id.in_(job_ids))
    return {row.id: JobState(row.state) for row in connection.execute(query)}


def delete(connection: Connection, job_id: str) -> None:
    """Delete a job with its log."""
    connection.execute(jobs.delete().where(jobs.c.id == job_id))


def log_page(connection: Connection, job_id: str, *, cursor: str | None = None, limit: int = 50) -> Page[LogLine]:
    """List the log of a job, the earliest line first."""
    query = sa.select(job_log).where(job_log.c.job_id == job_id)
    if cursor is not None:
        query = query.where(job_log.c.number > int(decode_cursor(cursor, size=1)[0]))
    rows = connection.execute(query.order_by(job_log.c.number).limit(require_limit(limit) + 1)).mappings().all()
    more = encode_cursor(rows[limit - 1]["number"]) if len(rows) > limit else None
    names = ("number", "attempt", "at", "level", "message")
    return Page(items=tuple(LogLine(**{name: row[name] for name in names}) for row in rows[:limit]), next=more)


def job_of(row: RowMapping) -> Job:
    """Make a job of a row."""
    others = {name: row[name] for name in Job.__dataclass_fields__ if name != "state"}
    return Job(**others, state=JobState(row["state"]))


class SecondsBetween(FunctionElement[float]):
    """Seconds from one moment to another; each database says it in its own way."""

    inherit_cache = True
    type = sa.Double()


@compiles(SecondsBetween, "sqlite")
def _on_sqlite(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    start, end = (compiler.process(clause, **options) for clause in element.clauses)
    return f"((julianday({end}) - julianday({start})) * 86400.0)"


@compiles(SecondsBetween, "postgresql")
def _on_postgresql(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    start, end = (compiler.process(clause, **options) for clause in element.clauses)
    return f"CAST(EXTRACT(EPOCH FROM {end} - {start}) AS DOUBLE PRECISION)"


@compiles(SecondsBetween, "mysql", "mariadb")
def _on_mysql(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    start, end = (compiler.process(clause, **options) for clause in element.clauses)
    return f"(TIMESTAMPDIFF(MICROSECOND, {start}, {end}) / 1e6)"
