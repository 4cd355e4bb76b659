"""People, a project and recordings for tests of what is done with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from earmark.core.ids import new_id
from earmark.core.job import Job
from earmark.core.library import RecordingState, StoredRecording
from earmark.core.people import Actor, Role
from earmark.core.project import Project
from earmark.core.recording import Recording
from earmark.jobs.run import JobRun, run_job
from earmark.services.parts import measure
from earmark.services.platform import Platform
from earmark.store import blobs, jobs, leases, projects, recordings
from earmark.store.blobs import blob_key
from earmark.store.database import Database, now
from earmark.store.tables import users


def add_user(database: Database, login: str, *, administrator: bool = False) -> Actor:
    """Make an account."""
    actor = Actor(user_id=new_id(), name=login, is_administrator=administrator)
    row = {"id": actor.user_id, "login": login, "name": login.title(), "is_administrator": administrator}
    with database.write() as connection:
        connection.execute(users.insert().values(**row, active=True, created_at=now()))
    return actor


def add_project(database: Database, name: str = "Birds") -> str:
    """Make a project without members."""
    moment = now()
    project = Project(id=new_id(), name=name, created_at=moment, updated_at=moment)
    with database.write() as connection:
        projects.add(connection, project)
    return project.id


def add_member(database: Database, project_id: str, login: str, role: Role) -> Actor:
    """Make an account that has a role in a project."""
    actor = add_user(database, login)
    assert actor.user_id is not None
    with database.write() as connection:
        projects.set_member(connection, project_id, actor.user_id, role)
    return actor


def add_recording(
    database: Database, project_id: str, *, name: str = "dawn.wav", duration: float = 100.0, channels: int = 2
) -> StoredRecording:
    """Make a recording of which the facts are known; it has no file."""
    moment = now()
    recording = StoredRecording(
        id=new_id(),
        project_id=project_id,
        name=name,
        state=RecordingState.READY,
        media=Recording(source=name, duration=duration, sample_rate=16_000, channels=channels),
        created_at=moment,
        updated_at=moment,
    )
    with database.write() as connection:
        recordings.add(connection, recording)
    return recording


@dataclass(frozen=True, kw_only=True)
class Work:
    """A project with one recording and one member of each kind."""

    platform: Platform
    project_id: str
    recording: StoredRecording
    ada: Actor
    """Annotator."""
    bob: Actor
    """Another annotator."""
    manager: Actor
    viewer: Actor
    stranger: Actor
    """Has an account, but is no member."""


def make_work(platform: Platform) -> Work:
    """Make a project with people who work in it."""
    database = platform.database
    project_id = add_project(database)
    return Work(
        platform=platform,
        project_id=project_id,
        recording=add_recording(database, project_id),
        ada=add_member(database, project_id, "ada", Role.ANNOTATOR),
        bob=add_member(database, project_id, "bob", Role.ANNOTATOR),
        manager=add_member(database, project_id, "manager", Role.MANAGER),
        viewer=add_member(database, project_id, "viewer", Role.VIEWER),
        stranger=add_user(database, "stranger"),
    )


def put_media(platform: Platform, recording: StoredRecording, path: Path) -> StoredRecording:
    """Give a recording its file."""
    received = measure(path)
    after = replace(recording, checksum=received.checksum, size=received.size)
    with platform.database.write() as connection:
        blobs.hold(connection, received.checksum, received.size)
        recordings.save(connection, recording, after)
    platform.files.put_file(blob_key(received.checksum), path)
    return after


def do_job(platform: Platform, kind: str, body: Callable[[JobRun], Mapping[str, Any] | None], **arguments: Any) -> Job:
    """Queue a job, do it here and now, and give it as it is afterwards."""
    actor = arguments.pop("actor", None)
    project_id, recording_id = arguments.pop("project", None), arguments.get("recording_id")
    with platform.database.write() as connection:
        job = jobs.add(
            connection,
            kind,
            arguments=arguments,
            project_id=project_id,
            recording_id=recording_id,
            created_by=actor and actor.user_id,
        )
    with platform.database.write() as connection:
        claimed = leases.claim(connection, "here")
    assert claimed is not None
    assert claimed.id == job.id
    run_job(platform.database, claimed, body)
    with platform.database.read() as connection:
        done = jobs.get(connection, job.id)
    assert done is not None
    return done
