"""Jobs as people see them: asked for, watched, cancelled, tried again."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from earmark.core.job import Job, JobState
from earmark.core.library import RecordingState
from earmark.core.people import Permission, Role, allowed
from earmark.errors import Conflict, Forbidden, InvalidValue, NotFound
from earmark.services import access
from earmark.services.projects import checked_pipeline
from earmark.store import audit, jobs, listing, projects, recordings
from earmark.store.database import now

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sqlalchemy.engine import Connection

    from earmark.core.job import LogLine
    from earmark.core.page import Page
    from earmark.core.people import Actor
    from earmark.core.project import Pipeline
    from earmark.core.search import RecordingFilter
    from earmark.services.platform import Platform

MOST_AT_ONCE = 1000
"""Recordings that one request may have annotated."""
MAX_PRIORITY = 100
BATCH = 100
"""Jobs that are queued in one transaction; others can write in between."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What became of a request to annotate recordings.

    Attributes
    ----------
    matched : int
        Recordings that were meant; of those that are not imported yet, or lie in the trash, none has a job.
    job_ids : tuple of str
        The jobs.
    next : str or None
        Where to go on: more recordings fit than are taken at once.
    """

    matched: int
    job_ids: tuple[str, ...]
    next: str | None = None


# Asking ---------------------------------------------------------------------------------------------------------------


def annotate_recordings(
    platform: Platform,
    actor: Actor,
    project_id: str,
    recording_ids: Sequence[str],
    *,
    pipeline: Mapping[str, Any] | None = None,
    priority: int = 0,
) -> Asked:
    """Have recordings annotated; ids that are not there, or not in this project, are left out.

    Parameters
    ----------
    pipeline : mapping, optional
        Fields of the project's pipeline that are to be different this time.

    Raises
    ------
    InvalidValue
        There are too many, or there is no such engine, language, field or channel.
    """
    if len(recording_ids) > MOST_AT_ONCE:
        raise InvalidValue(f"at most {MOST_AT_ONCE} recordings are annotated at once, not {len(recording_ids)}")
    ids, matched, made = sorted(set(recording_ids)), 0, list[str]()
    for begin in range(0, len(ids), BATCH):
        batch = _queue_batch(platform, actor, project_id, ids[begin : begin + BATCH], pipeline or {}, priority)
        matched, made = matched + batch[0], made + batch[1]
    return Asked(matched=matched, job_ids=tuple(made))


def annotate_filtered(
    platform: Platform,
    actor: Actor,
    project_id: str,
    wanted: RecordingFilter,
    *,
    pipeline: Mapping[str, Any] | None = None,
    priority: int = 0,
    cursor: str | None = None,
) -> Asked:
    """Have all recordings annotated that a filter fits, up to `MOST_AT_ONCE` of them; ``next`` goes on."""
    matched, made = 0, list[str]()
    while matched < MOST_AT_ONCE:
        with platform.database.read() as connection:
            access.require(connection, actor, project_id, Permission.MANAGE)
            found = listing.page(connection, project_id, wanted, cursor=cursor, limit=BATCH)
        ids = [recording.id for recording in found.items]
        number, queued = _queue_batch(platform, actor, project_id, ids, pipeline or {}, priority)
        matched, made, cursor = matched + number, made + queued, found.next
        if cursor is None:
            break
    return Asked(matched=matched, job_ids=tuple(made), next=cursor)


def _queue_batch(
    platform: Platform,
    actor: Actor,
    project_id: str,
    ids: Sequence[str],
    pipeline: Mapping[str, Any],
    priority: int,
) -> tuple[int, list[str]]:
    _require_priority(priority)
    with platform.database.write() as connection:
        access.require(connection, actor, project_id, Permission.MANAGE)
        arguments = _arguments(projects.get(connection, project_id).pipeline, pipeline)
        found = [one for one in recordings.get_all(connection, ids, lock=True) if one.project_id == project_id]
        ready = [one.id for one in found if one.state is RecordingState.READY and one.deleted_at is None]
        made = [
            jobs.add(
                connection,
                "annotate",
                arguments={"recording_id": recording_id, **arguments},
                project_id=project_id,
                recording_id=recording_id,
                priority=priority,
                created_by=actor.user_id,
            )
            for recording_id in ready
        ]
        if made:
            note(connection, actor, "job.queued", made[0], jobs=len(made), **arguments)
    for job in made:
        platform.wake(job.id)
    return len(found), [job.id for job in made]


def _arguments(pipeline: Pipeline, different: Mapping[str, Any]) -> dict[str, Any]:
    known = [name for name in asdict(pipeline) if name != "on_import"]
    unknown = sorted(set(different) - set(known))
    if unknown:
        raise InvalidValue(f"a pipeline has no {unknown[0][:40]!r}: it has {', '.join(known)}")
    wanted = asdict(checked_pipeline(replace(pipeline, **different)))
    return {name: wanted[name] for name in known}


# Watching -------------------------------------------------------------------------------------------------------------


def list_jobs(
    platform: Platform,
    actor: Actor,
    *,
    project_id: str | None = None,
    recording_id: str | None = None,
    kind: str | None = None,
    states: Collection[JobState] = (),
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Job]:
    """List jobs that the actor may see, the latest first."""
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
            cursor=cursor,
            limit=limit,
        )


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
    _require_priority(priority)
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


def _require_priority(priority: int) -> None:
    if not -MAX_PRIORITY <= priority <= MAX_PRIORITY:
        raise InvalidValue(f"a priority lies between -{MAX_PRIORITY} and {MAX_PRIORITY}, not at {priority}")
