"""Asking for recordings to be annotated: which get a job, which do not, and why."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from earmark.core.library import RecordingState
from earmark.core.people import Permission
from earmark.errors import Conflict, InvalidValue
from earmark.services import access
from earmark.services.jobs import note, require_priority
from earmark.services.projects import checked_pipeline
from earmark.services.registered import find_model
from earmark.store import jobs, listing, projects, recordings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.engine import Connection

    from earmark.core.job import Job
    from earmark.core.library import StoredRecording
    from earmark.core.people import Actor
    from earmark.core.project import Project
    from earmark.core.search import RecordingFilter
    from earmark.services.platform import Platform

MOST_AT_ONCE = 1000
"""Recordings that one request may have annotated."""
BATCH = 100
"""Jobs that are queued in one transaction; others can write in between."""
MOST_NAMED = 100
"""Recordings that are named for each reason to leave some out; all are counted."""


class Reason(StrEnum):
    """Why a recording gets no job."""

    IMPORTING = "importing"
    """It is still on its way in."""
    FAILED = "failed"
    """Its import failed."""
    TRASHED = "trashed"
    """It lies in the trash."""
    NOT_FOUND = "not_found"
    """It is not there, or not in this project."""


_WORDS = {
    Reason.IMPORTING: "still being imported: ask again when that is done",
    Reason.FAILED: "not imported because that failed: retry the import",
    Reason.TRASHED: "in the trash: restore what you need",
    Reason.NOT_FOUND: "not in this project",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Recordings that get no job for the same reason.

    Attributes
    ----------
    count : int
        How many.
    recording_ids : tuple of str
        The first `MOST_NAMED` of them.
    """

    reason: Reason
    count: int
    recording_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What became of a request to annotate recordings.

    Attributes
    ----------
    matched : int
        Recordings of the project that were meant.
    job_ids : tuple of str
        The jobs.
    left_out : tuple of LeftOut
        What has no job.
    next : str or None
        Where to go on: more recordings fit than are taken at once.
    """

    matched: int
    job_ids: tuple[str, ...]
    left_out: tuple[LeftOut, ...] = ()
    next: str | None = None


def annotate_recordings(
    platform: Platform,
    actor: Actor,
    project_id: str,
    recording_ids: Sequence[str],
    *,
    pipeline: Mapping[str, Any] | None = None,
    priority: int = 0,
) -> Asked:
    """Have recordings annotated, those of them that can be.

    Parameters
    ----------
    pipeline : mapping, optional
        Fields of the project's pipeline that are to be different this time.

    Raises
    ------
    InvalidValue
        There are too many, or there is no such engine, model, language, field or channel.
    Conflict
        None of them can be annotated.
    """
    if len(recording_ids) > MOST_AT_ONCE:
        raise InvalidValue(f"at most {MOST_AT_ONCE} recordings are annotated at once, not {len(recording_ids)}")
    ids, asking = sorted(set(recording_ids)), _Asking(platform, actor, project_id, pipeline or {}, priority)
    for begin in range(0, len(ids), BATCH):
        asking.queue(ids[begin : begin + BATCH])
    return asking.answer()


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
    """Have all recordings annotated that a filter fits, up to `MOST_AT_ONCE` of them; ``next`` goes on.

    Raises
    ------
    InvalidValue, Conflict
        As in `annotate_recordings`; a part of many that holds nothing for engines is no error.
    """
    asking, whole = _Asking(platform, actor, project_id, pipeline or {}, priority), cursor is None
    while asking.matched < MOST_AT_ONCE:
        with platform.database.read() as connection:
            access.require(connection, actor, project_id, Permission.MANAGE)
            found = listing.page(connection, project_id, wanted, cursor=cursor, limit=BATCH)
        asking.queue([recording.id for recording in found.items])
        cursor = found.next
        if cursor is None:
            break
    return asking.answer(next_one=cursor, whole=whole and cursor is None)


@dataclass(slots=True)
class _Asking:
    """One request, and what became of it so far."""

    platform: Platform
    actor: Actor
    project_id: str
    different: Mapping[str, Any]
    priority: int
    matched: int = 0
    job_ids: list[str] = field(default_factory=list)
    left_out: dict[Reason, list[str]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        require_priority(self.priority)

    def queue(self, ids: Sequence[str]) -> None:
        """Queue jobs for some recordings in one transaction."""
        with self.platform.database.write() as connection:
            access.require(connection, self.actor, self.project_id, Permission.MANAGE)
            arguments = _arguments(connection, projects.get(connection, self.project_id), self.different)
            there = {one.id: one for one in recordings.get_all(connection, ids, lock=True)}
            reasons = {name: reason_against(there.get(name), self.project_id) for name in ids}
            made = [self._add(connection, name, arguments) for name in ids if reasons[name] is None]
            if made:
                note(connection, self.actor, "job.queued", made[0], jobs=len(made), **arguments)
        for job in made:
            self.platform.wake(job.id)
        self._count(reasons)
        self.job_ids += [job.id for job in made]

    def _add(self, connection: Connection, recording_id: str, arguments: Mapping[str, Any]) -> Job:
        return jobs.add(
            connection,
            "annotate",
            arguments={"recording_id": recording_id, **arguments},
            project_id=self.project_id,
            recording_id=recording_id,
            priority=self.priority,
            created_by=self.actor.user_id,
        )

    def _count(self, reasons: Mapping[str, Reason | None]) -> None:
        self.matched += sum(reason is not Reason.NOT_FOUND for reason in reasons.values())
        for name, reason in reasons.items():
            if reason is not None:
                self.left_out[reason].append(name)

    def answer(self, *, next_one: str | None = None, whole: bool = True) -> Asked:
        """Tell what became of it; raise ``Conflict`` where that is nothing, and there is no other part of it."""
        if whole and self.left_out and not self.job_ids:
            why = "; ".join(f"{len(ids)} {_WORDS[reason]}" for reason, ids in sorted(self.left_out.items()))
            raise Conflict(f"none of these recordings can be annotated: {why}.")
        left_out = tell_left_out(self.left_out)
        return Asked(matched=self.matched, job_ids=tuple(self.job_ids), left_out=left_out, next=next_one)


def tell_left_out(ids_by_reason: Mapping[Reason, Sequence[str]]) -> tuple[LeftOut, ...]:
    """Count what is left out, and name some of it."""
    return tuple(
        LeftOut(reason=reason, count=len(ids), recording_ids=tuple(ids[:MOST_NAMED]))
        for reason, ids in sorted(ids_by_reason.items())
    )


def reason_against(recording: StoredRecording | None, project_id: str) -> Reason | None:
    """Say why a recording cannot be annotated; None where it can."""
    if recording is None or recording.project_id != project_id:
        return Reason.NOT_FOUND
    if recording.deleted_at is not None:
        return Reason.TRASHED
    return _NOT_READY.get(recording.state)


_NOT_READY = {RecordingState.WAITING: Reason.IMPORTING, RecordingState.FAILED: Reason.FAILED}


def _arguments(connection: Connection, project: Project, different: Mapping[str, Any]) -> dict[str, Any]:
    known = [name for name in asdict(project.pipeline) if name != "on_import"]
    unknown = sorted(set(different) - set(known))
    if unknown:
        raise InvalidValue(f"a pipeline has no {unknown[0][:40]!r}: it has {', '.join(known)}")
    pipeline = checked_pipeline(replace(project.pipeline, **different))
    find_model(connection, pipeline, project.id)
    return {name: getattr(pipeline, name) for name in known}
