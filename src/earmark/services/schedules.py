"""Schedules: who may make them, and what happens when their time has come."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from earmark.core.ids import new_id
from earmark.core.people import SYSTEM, Permission
from earmark.core.schedule import Schedule
from earmark.errors import InvalidValue, NotFound
from earmark.services import access, chronicle
from earmark.services.jobs import note
from earmark.store import jobs, locks, projects, schedules
from earmark.store.database import now

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.engine import Connection

    from earmark.core.job import Job
    from earmark.core.page import Page
    from earmark.core.people import Actor
    from earmark.services.platform import Platform

DAY = 24 * 3600
AT_ONCE = 20
"""Most schedules that are begun in one transaction."""
KINDS = ("watch", "purge")
"""Kinds of jobs that can be repeated."""


def create_schedule(
    platform: Platform,
    actor: Actor,
    *,
    project_id: str | None,
    name: str,
    kind: str,
    every_seconds: int,
    arguments: Mapping[str, Any] | None = None,
    enabled: bool = True,
) -> Schedule:
    """Make a schedule; its first job begins at once.

    Parameters
    ----------
    project_id : str or None
        Where; None for the whole server.
    kind : str
        ``watch`` imports what appears in a folder or bucket (``folder`` or ``bucket`` in ``arguments``) into a project;
        ``purge``, for the whole server, deletes what is past its time.

    Raises
    ------
    InvalidValue
        There is no such kind, or it does not go with that project or those arguments.
    Forbidden, NotFound
        The actor may not manage that project, or is no administrator (``project_id`` None).
    """
    moment = now()
    schedule = Schedule(
        id=new_id(),
        project_id=project_id,
        name=name.strip(),
        kind=kind,
        arguments=_arguments(platform, kind, project_id, arguments or {}),
        every_seconds=every_seconds,
        enabled=enabled,
        next_at=moment,
        created_by=actor.user_id,
        created_at=moment,
    )
    with platform.database.write() as connection:
        _require(connection, actor, project_id)
        schedules.add(connection, schedule)
        _record(connection, actor, "schedule.created", schedule)
    return schedule


def list_schedules(
    platform: Platform, actor: Actor, *, project_id: str | None, cursor: str | None = None, limit: int = 50
) -> Page[Schedule]:
    """List the schedules of a project, or those of the whole server (None), the oldest first."""
    with platform.database.read() as connection:
        _require(connection, actor, project_id)
        return schedules.page(connection, project_id=project_id, cursor=cursor, limit=limit)


def get_schedule(platform: Platform, actor: Actor, schedule_id: str) -> Schedule:
    """Read a schedule."""
    with platform.database.read() as connection:
        return _found(connection, actor, schedule_id)


def change_schedule(
    platform: Platform,
    actor: Actor,
    schedule_id: str,
    *,
    name: str | None = None,
    arguments: Mapping[str, Any] | None = None,
    every_seconds: int | None = None,
    enabled: bool | None = None,
) -> Schedule:
    """Change what is given of a schedule; another interval counts from its last beginning."""
    with platform.database.write() as connection:
        before = _found(connection, actor, schedule_id, lock=True)
        after = replace(
            before,
            name=before.name if name is None else name.strip(),
            arguments=before.arguments
            if arguments is None
            else _arguments(platform, before.kind, before.project_id, arguments),
            every_seconds=before.every_seconds if every_seconds is None else every_seconds,
            enabled=before.enabled if enabled is None else enabled,
        )
        if after.every_seconds != before.every_seconds and before.last_at is not None:
            after = replace(after, next_at=before.last_at + timedelta(seconds=after.every_seconds))
        if after != before:
            schedules.save(connection, after)
            _record(connection, actor, "schedule.updated", after)
    return after


def delete_schedule(platform: Platform, actor: Actor, schedule_id: str) -> None:
    """Delete a schedule; a job that it began goes on."""
    with platform.database.write() as connection:
        schedule = _found(connection, actor, schedule_id, lock=True)
        schedules.delete(connection, schedule_id)
        _record(connection, actor, "schedule.deleted", schedule)


def run_now(platform: Platform, actor: Actor, schedule_id: str) -> Job:
    """Begin the job of a schedule now; the one that it began last where that has not ended. The interval stays."""
    with platform.database.write() as connection:
        schedule = _found(connection, actor, schedule_id, lock=True)
        job = _unfinished(connection, schedule)
        if job is None:
            job = _begin(connection, schedule)
            schedules.save(connection, replace(schedule, last_at=now(), last_job_id=job.id))
            note(connection, actor, "job.queued", job, schedule_id=schedule_id)
    platform.wake(job.id)
    return job


def tick(platform: Platform) -> int:
    """Begin the jobs of schedules whose time has come; return how many.

    Any number of servers may do so: each job is begun once. What was missed while no server ran is done once, and
    nothing is begun while the last job of the same schedule has not ended.
    """
    begun: list[Job] = []
    with platform.database.read() as connection:
        if not schedules.any_due(connection, at=now()):
            return 0
    with platform.database.write() as connection:
        moment = now()
        for schedule in schedules.due(connection, at=moment, limit=AT_ONCE):
            after = replace(schedule, next_at=schedule.after(moment))
            if _usable(connection, schedule) and _unfinished(connection, schedule) is None:
                begun.append(_begin(connection, schedule))
                after = replace(after, last_at=moment, last_job_id=begun[-1].id)
            schedules.save(connection, after)
    for job in begun:
        platform.wake(job.id)
    return len(begun)


def ensure_defaults(platform: Platform) -> None:
    """Make the schedules that every server has, where they are not there: daily deletion of what is past its time."""
    with platform.database.write() as connection:
        # Two servers that start at once make one.
        if not locks.take(connection, "schedules", new_id(), seconds=5.0):
            return
        if any(schedule.kind == "purge" for schedule in schedules.page(connection, project_id=None, limit=500).items):
            return
        moment = now()
        schedule = Schedule(
            id=new_id(),
            project_id=None,
            name="Delete what is past its time",
            kind="purge",
            every_seconds=DAY,
            next_at=moment + timedelta(hours=1),
            created_at=moment,
        )
        schedules.add(connection, schedule)
        _record(connection, SYSTEM, "schedule.created", schedule)


def _begin(connection: Connection, schedule: Schedule) -> Job:
    return jobs.add(
        connection,
        schedule.kind,
        arguments=schedule.arguments,
        project_id=schedule.project_id,
        created_by=schedule.created_by,
    )


def _unfinished(connection: Connection, schedule: Schedule) -> Job | None:
    job = None if schedule.last_job_id is None else jobs.get(connection, schedule.last_job_id)
    return None if job is None or job.state.ended else job


def _usable(connection: Connection, schedule: Schedule) -> bool:
    """Whether the project of a schedule is there and not in the trash."""
    return schedule.project_id is None or projects.get(connection, schedule.project_id).deleted_at is None


def _arguments(
    platform: Platform, kind: str, project_id: str | None, arguments: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Check what a schedule is given; return what its jobs get."""
    if kind not in KINDS:
        raise InvalidValue(f"there is no schedule of the kind {kind[:40]!r}: choose one of {', '.join(KINDS)}")
    if (kind == "watch") != (project_id is not None):
        raise InvalidValue("a watch belongs to a project, a purge to the whole server")
    if kind == "purge":
        if arguments:
            raise InvalidValue("a purge takes no arguments: how long things are kept is a setting of the server")
        return {}
    from earmark.services.watching import check_watch

    unknown = sorted(set(arguments) - {"folder", "bucket"})
    if unknown:
        raise InvalidValue(f"a watch takes a folder or a bucket, no {unknown[0][:40]!r}")
    wanted = {**arguments, "project_id": project_id}
    check_watch(platform.settings, wanted)
    return wanted


def _found(connection: Connection, actor: Actor, schedule_id: str, *, lock: bool = False) -> Schedule:
    schedule = schedules.get(connection, schedule_id, lock=lock)
    if schedule is None:
        raise NotFound("schedule", schedule_id)
    try:
        _require(connection, actor, schedule.project_id)
    except NotFound:
        raise NotFound("schedule", schedule_id) from None
    return schedule


def _require(connection: Connection, actor: Actor, project_id: str | None) -> None:
    if project_id is None:
        access.require_administrator(actor)
    else:
        access.require(connection, actor, project_id, Permission.MANAGE)


def _record(connection: Connection, actor: Actor, action: str, schedule: Schedule) -> None:
    details = {
        "name": schedule.name,
        "kind": schedule.kind,
        "arguments": dict(schedule.arguments),
        "every_seconds": schedule.every_seconds,
        "enabled": schedule.enabled,
    }
    chronicle.record(connection, actor, action, subject_id=schedule.id, project_id=schedule.project_id, details=details)
