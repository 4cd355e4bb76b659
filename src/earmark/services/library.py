"""Recordings of projects: found, changed, put into the trash, taken out again, deleted for good."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import UTC
from typing import TYPE_CHECKING, Any

from earmark.core.library import MAX_NOTES, RecordingState, require_recording_name, require_tags
from earmark.core.people import Permission
from earmark.core.search import Order, RecordingFilter, RecordingSort
from earmark.errors import InvalidValue, NotFound
from earmark.services import access, chronicle, contents
from earmark.services.projects import require_version
from earmark.store import jobs, listing, work
from earmark.store import recordings as store
from earmark.store.database import now

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from earmark.core.library import RecordingWork, StoredRecording
    from earmark.core.page import Page
    from earmark.core.people import Actor
    from earmark.core.project import Project
    from earmark.services.platform import Platform

MOST_COUNTED = 10_000
"""Lists are counted up to this number; beyond it they are "more than"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingChange:
    """New values for a recording; None leaves a value as it is.

    Attributes
    ----------
    name, notes : str or None
        What people call it, and what they say of it.
    tags : tuple of str or None
        All its tags.
    recorded_at : datetime or None
        Clock time of the first sample.
    forget_recorded_at : bool
        That time is not known.
    """

    name: str | None = None
    notes: str | None = None
    tags: tuple[str, ...] | None = None
    recorded_at: datetime | None = None
    forget_recorded_at: bool = False

    def values(self) -> dict[str, Any]:
        """New values by field, checked."""
        found: dict[str, Any] = {}
        if self.name is not None:
            found["name"] = require_recording_name(self.name)
        if self.notes is not None:
            if len(self.notes) > MAX_NOTES:
                raise InvalidValue(f"notes have at most {MAX_NOTES} characters, not {len(self.notes)}")
            found["notes"] = self.notes
        if self.tags is not None:
            found["tags"] = require_tags(self.tags)
        if self.recorded_at is not None:
            if self.recorded_at.tzinfo is None:
                raise InvalidValue("a moment needs its time zone, for example 2026-05-01T06:00:00Z")
            found["recorded_at"] = self.recorded_at.astimezone(UTC)
        return found | ({"recorded_at": None} if self.forget_recorded_at else {})


def page(
    platform: Platform,
    actor: Actor,
    project_id: str,
    wanted: RecordingFilter,
    *,
    sort: RecordingSort = RecordingSort.CREATED_AT,
    order: Order = Order.DESC,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[StoredRecording]:
    """List recordings of a project."""
    with platform.database.read() as connection:
        access.require(connection, actor, project_id, Permission.READ)
        return listing.page(connection, project_id, wanted, sort=sort, order=order, cursor=cursor, limit=limit)


def work_on(
    platform: Platform, actor: Actor, project_id: str, recording_ids: Sequence[str]
) -> dict[str, RecordingWork]:
    """Tell what was found in each of some recordings of a project, and who is on it."""
    with platform.database.read() as connection:
        access.require(connection, actor, project_id, Permission.READ)
        return work.of_recordings(connection, project_id, recording_ids)


def count(platform: Platform, actor: Actor, project_id: str, wanted: RecordingFilter) -> int:
    """Count recordings, up to one more than `MOST_COUNTED`."""
    with platform.database.read() as connection:
        access.require(connection, actor, project_id, Permission.READ)
        return listing.count(connection, project_id, wanted, most=MOST_COUNTED + 1)


def counts_by_state(platform: Platform, actor: Actor, project_id: str) -> dict[RecordingState, int]:
    """Number of recordings by state, those in the trash left out."""
    with platform.database.read() as connection:
        access.require(connection, actor, project_id, Permission.READ)
        return store.counts_by_state(connection, project_id)


def get(platform: Platform, actor: Actor, recording_id: str) -> StoredRecording:
    """Read a recording, in the trash or not."""
    with platform.database.read() as connection:
        return find(connection, actor, recording_id, Permission.READ)


def find(
    connection: Connection, actor: Actor, recording_id: str, permission: Permission, *, lock: bool = False
) -> StoredRecording:
    """Read a recording in which the actor has a permission; raises ``NotFound`` for others' as for those not there."""
    recording = store.get(connection, recording_id, lock=lock)
    try:
        access.require(connection, actor, recording.project_id, permission)
    except NotFound:
        raise NotFound("recording", recording_id) from None
    return recording


def change(
    platform: Platform, actor: Actor, recording_id: str, wanted: RecordingChange, *, version: int | None = None
) -> StoredRecording:
    """Change name, notes, tags or clock time.

    Raises
    ------
    InvalidValue
        One of them makes no sense.
    StaleEdit
        Somebody else changed the recording since ``version``.
    """
    values = wanted.values()
    with platform.database.write() as connection:
        before = find(connection, actor, recording_id, Permission.ANNOTATE, lock=True)
        require_version(before, version, what="recording")
        return save(connection, actor, before, values, "recording.updated")


def save(
    connection: Connection, actor: Actor, before: StoredRecording, values: dict[str, Any], action: str
) -> StoredRecording:
    """Write new values for a recording, and that somebody did so; the same values change nothing."""
    changed = sorted(name for name, value in values.items() if getattr(before, name) != value)
    if not changed:
        return before
    after = replace(before, **values, version=before.version + 1, updated_at=now())
    store.save(connection, before, after)
    details = {"changed": changed, "version": after.version}
    chronicle.record(connection, actor, action, subject_id=after.id, project_id=after.project_id, details=details)
    return after


# Trash ----------------------------------------------------------------------------------------------------------------


def trash(platform: Platform, actor: Actor, recording_id: str, *, version: int | None = None) -> StoredRecording:
    """Put a recording into the trash, where it stays for the days that the settings say."""
    with platform.database.write() as connection:
        before = find(connection, actor, recording_id, Permission.MANAGE, lock=True)
        require_version(before, version, what="recording")
        return to_trash(connection, actor, before)


def to_trash(connection: Connection, actor: Actor, before: StoredRecording) -> StoredRecording:
    """Put a recording into the trash, in the transaction of what calls for it."""
    if before.deleted_at is not None:
        return before
    return save(connection, actor, before, {"deleted_at": now()}, "recording.deleted")


def restore(platform: Platform, actor: Actor, recording_id: str) -> StoredRecording:
    """Take a recording out of the trash."""
    with platform.database.write() as connection:
        before = find(connection, actor, recording_id, Permission.MANAGE, lock=True)
        return save(connection, actor, before, {"deleted_at": None}, "recording.restored")


def purge(platform: Platform, actor: Actor, recording_id: str, *, version: int | None = None) -> None:
    """Delete a recording for good, with its annotations; its file goes too unless another project has the same."""
    with platform.database.write() as connection:
        before = find(connection, actor, recording_id, Permission.MANAGE, lock=True)
        require_version(before, version, what="recording")
        gone = erase(connection, actor, [before])
    contents.sweep(platform, gone)


def erase(connection: Connection, actor: Actor, doomed: Sequence[StoredRecording]) -> list[str]:
    """Delete the rows of recordings; return the contents that they held, to be swept after the transaction."""
    for recording in doomed:
        details = {"name": recording.name, "checksum": recording.checksum}
        chronicle.record(
            connection,
            actor,
            "recording.purged",
            subject_id=recording.id,
            project_id=recording.project_id,
            details=details,
        )
    store.delete_all(connection, [recording.id for recording in doomed])
    return [recording.checksum for recording in doomed if recording.checksum is not None]


def add_annotate_job(connection: Connection, actor: Actor, project: Project, recording_id: str) -> str:
    """Queue what the project's pipeline does with a recording; return the id of the job."""
    pipeline = asdict(project.pipeline)
    del pipeline["on_import"]
    job = jobs.add(
        connection,
        "annotate",
        arguments={"recording_id": recording_id, **pipeline},
        project_id=project.id,
        recording_id=recording_id,
        created_by=actor.user_id,
    )
    return job.id
