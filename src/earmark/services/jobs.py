"""Jobs as people see them: watched, cancelled, tried again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from earmark.core.job import Job, JobSort, JobState
from earmark.core.people import Permission, Role, allowed
from earmark.core.search import Order
from earmark.errors import Conflict, Forbidden, InvalidValue, NotFound
from earmark.services import access
from earmark.store import audit, jobs
from earmark.store.database import now

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sqlalchemy.engine import Connection

    from earmark.core.job import LogLine
    from earmark.core.page import Page
    from earmark.core.people import Actor
    from earmark.services.platform import Platform

MAX_PRIORITY = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStatus:
    """A job, and what to expect of it.

    Attributes
    ----------
    eta : float or None
        Seconds to go, where that can be said.
    position : int or None
        How many go before it while it waits.
    """

    job: Job
    eta: float | None
    position: int | None


# Watching -------------------------------------------------------------------------------------------------------------


def list_jobs(
    platform: Platform,
    actor: Actor,
    *,
    project_id: str | None = None,
    recording_id: str | None = None,
    kind: str | None = None,
    states: Collection[JobState] = (),
    sort: JobSort = JobSort.CREATED_AT,
    order: Order = Order.DESC,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Job]:
    """List jobs that the actor may see, the latest first unless told otherwise."""
    with platform.database.read() as connection:
        if project_id is not None:
            access.require(connection, actor, project_id, Permission.READ)
        _require_scope(actor, Permission.READ)
        return jobs.page(
            connection,
            project_id=project_id,
            recording_id=recording_id,
            kind=kind,
            states=states,
            seen_by=None if actor.is_administrator else actor.user_id,
            sort=sort,
            order=order,
            cursor=cursor,
            limit=limit,
        )


def names(platform: Platform, found: Collection[Job]) -> Mapping[str, str]:
    """Names of the projects and recordings of jobs that the actor was given, by their ids."""
    with platform.database.read() as connection:
        return jobs.names(connection, found)


def get_job(platform: Platform, actor: Actor, job_id: str) -> JobStatus:
    """Read how a job is, and when it may be done."""
    with platform.database.read() as connection:
        job = _found(connection, actor, job_id, Permission.READ)
        return JobStatus(job=job, eta=job.eta(now()), position=jobs.position(connection, job))


def read_log(
    platform: Platform, actor: Actor, job_id: str, *, cursor: str | None = None, limit: int = 50
) -> Page[LogLine]:
    """Read the log of a job, the earliest line first."""
    with platform.database.read() as connection:
        _found(connection, actor, job_id, Permission.READ)
        return jobs.log_page(connection, job_id, cursor=cursor, limit=limit)


# Changing -------------------------------------------------------------------------------------------------------------


def cancel_job(platform: Platform, actor: Actor, job_id: str) -> Job:
    """End a job: at once where it waits, within seconds where it runs. Its result, if any, is not kept.

    Raises
    ------
    Conflict
        It ended already.
    """
    with platform.database.write() as connection:
        job = _found(connection, actor, job_id, Permission.MANAGE, lock=True)
        if job.state.ended:
            raise Conflict(f"this job is {job.state} already.")
        if job.cancel_requested:
            return job
        note(connection, actor, "job.cancelled", job)
        return jobs.cancel(connection, job)


def retry_job(platform: Platform, actor: Actor, job_id: str) -> Job:
    """Put a job that failed or was cancelled back into the queue.

    Raises
    ------
    Conflict
        It is done, or has not ended yet.
    """
    with platform.database.write() as connection:
        job = _found(connection, actor, job_id, Permission.MANAGE, lock=True)
        if job.state not in (JobState.FAILED, JobState.CANCELLED):
            raise Conflict(f"this job is {job.state}: only one that failed or was cancelled is tried again.")
        note(connection, actor, "job.retried", job)
        again = jobs.retry(connection, job)
    platform.wake(job_id)
    return again


def set_priority(platform: Platform, actor: Actor, job_id: str, priority: int) -> Job:
    """Let a job that waits go earlier (larger numbers) or later.

    Raises
    ------
    Conflict
        It does not wait any more.
    """
    require_priority(priority)
    with platform.database.write() as connection:
        job = _found(connection, actor, job_id, Permission.MANAGE, lock=True)
        if job.state is not JobState.QUEUED:
            raise Conflict(f"this job is {job.state}: only one that waits can go earlier or later.")
        note(connection, actor, "job.updated", job, priority=priority)
        return jobs.prioritise(connection, job, priority)


def note(connection: Connection, actor: Actor, action: str, job: Job, **details: object) -> None:
    """Write into the audit log who did what to a job; those who watch are told by the change itself."""
    audit.add(
        connection,
        actor,
        action,
        at=now(),
        project_id=job.project_id,
        subject_kind="job",
        subject_id=job.id,
        details={"kind": job.kind, **details},
    )


def _found(connection: Connection, actor: Actor, job_id: str, permission: Permission, *, lock: bool = False) -> Job:
    job = jobs.get(connection, job_id, lock=lock)
    role = None if job is None else _role(connection, actor, job)
    if job is None or (role is None and not actor.is_administrator):
        raise NotFound("job", job_id)
    if not allowed(permission, actor=actor, role=role):
        _require_scope(actor, permission)
        raise Forbidden(f"you may not {permission} this job. Ask who began it, or a manager of the project.")
    return job


def _role(connection: Connection, actor: Actor, job: Job) -> Role | None:
    """What the actor is to a job: who asked for one may do with it what managers may, as long as he is a member."""
    role = None if job.project_id is None else access.role_of(connection, actor, job.project_id)
    own = actor.user_id is not None and job.created_by == actor.user_id
    if own and (job.project_id is None or role is not None):
        return role if role is Role.ADMIN else Role.MANAGER
    return role


def _require_scope(actor: Actor, permission: Permission) -> None:
    if not allowed(permission, actor=actor, role=Role.ADMIN):
        raise Forbidden(f"this token has no scope to {permission} here. Make one with that scope.")


def require_priority(priority: int) -> None:
    """Raise ``InvalidValue`` for a priority that no job may have."""
    if not -MAX_PRIORITY <= priority <= MAX_PRIORITY:
        raise InvalidValue(f"a priority lies between -{MAX_PRIORITY} and {MAX_PRIORITY}, not at {priority}")
