"""Files that people send become recordings; those that come in pieces are in `services/resumable.py`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from earmark.core.ids import new_id
from earmark.core.library import RecordingState, StoredRecording, clean_name
from earmark.core.people import Permission
from earmark.core.recording import Recording
from earmark.errors import Conflict
from earmark.services import access, chronicle, contents
from earmark.store import blobs, jobs, projects, recordings
from earmark.store import uploads as store
from earmark.store.database import now
from earmark.store.uploads import Upload

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from earmark.core.people import Actor
    from earmark.services.parts import Received
    from earmark.services.platform import Platform

KEPT = timedelta(hours=24)
"""An upload is forgotten when so long nothing came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of a file.

    Attributes
    ----------
    recording : StoredRecording
        The recording that holds it.
    duplicate : bool
        The project had this content already: nothing was added.
    restored : bool
        That recording lay in the trash, and was taken out.
    """

    recording: StoredRecording
    duplicate: bool = False
    restored: bool = False


def require_may_import(platform: Platform, actor: Actor, project_id: str) -> None:
    """Raise unless the actor may add recordings to a project; asked before a body is read."""
    with platform.database.read() as connection:
        require_open_project(connection, actor, project_id)


def require_open_project(connection: Connection, actor: Actor, project_id: str) -> None:
    """Raise unless the actor may add recordings to a project that is not in the trash."""
    access.require(connection, actor, project_id, Permission.MANAGE)
    if projects.get(connection, project_id).deleted_at is not None:
        raise Conflict("this project is in the trash: restore it first")


def take(platform: Platform, actor: Actor, project_id: str, received: Received, *, name: str) -> Taken:
    """Make a recording of a complete file on this machine, or find the one that holds the same content.

    The file is moved into the file store. The recording waits until its import job has listened to it.
    """
    moment = now()
    upload = Upload(
        id=new_id(),
        project_id=project_id,
        user_id=actor.user_id,
        name=clean_name(name),
        size=received.size,
        received=received.size,
        checksum=received.checksum,
        created_at=moment,
        expires_at=moment + KEPT,
    )
    with platform.database.write() as connection:
        require_open_project(connection, actor, project_id)
        blobs.hold(connection, received.checksum, received.size)
        store.add(connection, upload)
    try:
        contents.put_content(platform.files, received.checksum, received.size, received.path)
        return turn_into_recording(platform, actor, upload)
    finally:
        forget(platform, upload)


def forget(platform: Platform, upload: Upload) -> None:
    """Delete the row of an upload, and its content unless a recording has it."""
    with platform.database.write() as connection:
        store.delete(connection, upload.id)
    if upload.checksum is not None:
        contents.sweep(platform, [upload.checksum])


def turn_into_recording(platform: Platform, actor: Actor, upload: Upload) -> Taken:
    """Turn an upload whose content is in the store into a recording."""
    checksum = upload.checksum or ""
    job_id = None
    with platform.database.write() as connection:
        require_open_project(connection, actor, upload.project_id)
        # Two of the same content wait for each other here: the second one finds the recording of the first.
        blobs.hold(connection, checksum, upload.size)
        there = recordings.find_content(connection, upload.project_id, checksum)
        taken = found_again(connection, actor, there) if there else Taken(recording=_new(connection, actor, upload))
        if there is None or there.state is RecordingState.FAILED:
            job_id = add_import_job(connection, actor, taken.recording)
        store.change(connection, upload.id, checksum=None, recording_id=taken.recording.id, received=upload.size)
    if job_id is not None:
        platform.wake(job_id)
    return taken


def found_again(connection: Connection, actor: Actor, there: StoredRecording) -> Taken:
    """Answer a content with the recording that holds it: taken out of the trash, tried again if its import failed."""
    after = replace(there, deleted_at=None)
    if there.state is RecordingState.FAILED:
        after = replace(after, state=RecordingState.WAITING, error=None)
    restored = there.deleted_at is not None
    if after != there:
        after = replace(after, version=there.version + 1, updated_at=now())
        recordings.save(connection, there, after)
        action = "recording.restored" if restored else "recording.updated"
        chronicle.record(connection, actor, action, subject_id=there.id, project_id=there.project_id)
    return Taken(recording=after, duplicate=True, restored=restored)


def _new(connection: Connection, actor: Actor, upload: Upload) -> StoredRecording:
    return create(
        connection,
        actor,
        upload.project_id,
        name=upload.name,
        source=upload.name,
        checksum=upload.checksum,
        size=upload.size,
    )


def create(
    connection: Connection,
    actor: Actor,
    project_id: str,
    *,
    name: str,
    source: str,
    checksum: str | None = None,
    size: int | None = None,
) -> StoredRecording:
    """Write a new recording that waits for its import, in the transaction of what calls for it."""
    moment = now()
    recording = StoredRecording(
        id=new_id(),
        project_id=project_id,
        name=clean_name(name),
        state=RecordingState.WAITING,
        media=Recording(source=source),
        checksum=checksum,
        size=size,
        created_at=moment,
        updated_at=moment,
        created_by=actor.user_id,
    )
    recordings.add(connection, recording)
    chronicle.record(
        connection,
        actor,
        "recording.created",
        subject_id=recording.id,
        project_id=project_id,
        details={"name": recording.name, "source": source},
    )
    return recording


def add_import_job(
    connection: Connection, actor: Actor, recording: StoredRecording, *, origin: dict[str, str] | None = None
) -> str:
    """Queue the import of a recording; return the id of the job."""
    job = jobs.add(
        connection,
        "import",
        arguments={"recording_id": recording.id} | ({"origin": origin} if origin else {}),
        project_id=recording.project_id,
        recording_id=recording.id,
        created_by=actor.user_id,
    )
    return job.id
