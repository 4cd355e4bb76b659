"""What a server has to do, what it does now, and what it did of late: for those who run it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from earmark.core.job import Hand, JobHour, JobState
from earmark.store.jobs import SecondsBetween
from earmark.store.tables import annotations as headers
from earmark.store.tables import blobs, jobs, projects, recordings, users

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection


def states(connection: Connection) -> dict[JobState, int]:
    """Count the jobs that wait and those that run."""
    open_ones = (JobState.QUEUED.value, JobState.RUNNING.value)
    query = sa.select(jobs.c.state, sa.func.count()).where(jobs.c.state.in_(open_ones)).group_by(jobs.c.state)
    return {JobState(state): number for state, number in connection.execute(query)}


def hands(connection: Connection) -> tuple[Hand, ...]:
    """Who works on what."""
    c = jobs.c
    same = c.kind, c.project_id, c.recording_id, c.stage, c.progress
    renamed = c.worker.label("name"), c.id.label("job_id"), c.started_at.label("since")
    query = sa.select(*same, *renamed, c.lease_until.label("heard_until"))
    query = query.where(c.state == JobState.RUNNING.value, c.worker.is_not(None)).order_by(c.started_at, c.id)
    return tuple(Hand(**row) for row in connection.execute(query).mappings())


def hours(connection: Connection, last: datetime, *, number: int) -> tuple[JobHour, ...]:
    """What jobs ended in each of so many hours, the last of which holds a moment; also in those without any."""
    begin = last.astimezone(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=number - 1)
    found = {hour.hour: hour for hour in _hours(connection, begin)}
    every = (begin + timedelta(hours=n) for n in range(number))
    return tuple(found.get(hour, JobHour(hour=hour)) for hour in every)


def _hours(connection: Connection, begin: datetime) -> list[JobHour]:
    parts = [sa.extract(part, jobs.c.finished_at) for part in ("year", "month", "day", "hour")]
    done = jobs.c.state == JobState.DONE.value
    with_sound = sa.and_(done, jobs.c.audio_seconds > 0)
    seconds = SecondsBetween(jobs.c.started_at, jobs.c.finished_at)
    query = sa.select(
        *parts,
        _sum(done, 1).label("done"),
        _sum(jobs.c.state == JobState.FAILED.value, 1).label("failed"),
        _sum(with_sound, jobs.c.audio_seconds).label("audio"),
        _sum(with_sound, seconds).label("run"),
    )
    rows = connection.execute(query.where(jobs.c.finished_at >= begin).group_by(*parts))
    return [
        JobHour(
            hour=datetime(*(int(part) for part in row[:4]), tzinfo=UTC),  # type: ignore[misc,arg-type]
            done=int(row.done),
            failed=int(row.failed),
            audio_seconds=float(row.audio),
            run_seconds=float(row.run),
        )
        for row in rows
    ]


def _sum(condition: sa.ColumnElement[bool], value: Any) -> sa.ColumnElement[Any]:
    return sa.func.sum(sa.case((condition, value), else_=0))


def amounts(connection: Connection) -> dict[str, float]:
    """How much there is, what lies in the trash left out; of files, all."""
    here = recordings.c.trashed.is_(False)
    kept = headers.c.deleted_at.is_(None)
    queries: dict[str, sa.Select[Any]] = {
        "people": _count(users).where(users.c.active),
        "projects": _count(projects).where(projects.c.deleted_at.is_(None)),
        "recordings": _count(recordings).where(here),
        "seconds": sa.select(sa.func.sum(recordings.c.duration)).where(here),
        "annotations": _count(headers).where(kept),
        # Their numbers are kept with the annotations: to count the segments would take long.
        "segments": sa.select(sa.func.sum(headers.c.segment_count)).where(kept),
        "bytes": sa.select(sa.func.sum(blobs.c.size)),
    }
    return {name: connection.execute(query).scalar() or 0 for name, query in queries.items()}


def _count(table: sa.Table) -> sa.Select[Any]:
    return sa.select(sa.func.count()).select_from(table)
