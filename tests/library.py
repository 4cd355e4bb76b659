"""People, projects, recordings and jobs for tests."""

from __future__ import annotations

import hashlib
import io
import wave
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa

from earmark.core.ids import new_id
from earmark.core.job import Job, JobState
from earmark.core.library import RecordingState, StoredRecording
from earmark.core.people import Actor, Role, User
from earmark.core.project import Project
from earmark.core.recording import Recording
from earmark.jobs.run import JobRun, run_job
from earmark.services import projects, uploads
from earmark.services.imports import run_import
from earmark.services.parts import measure, new_part
from earmark.services.platform import Platform
from earmark.services.uploads import Taken
from earmark.store import blobs, leases, people, recordings
from earmark.store import jobs as stored_jobs
from earmark.store import projects as stored_projects
from earmark.store.blobs import blob_key
from earmark.store.database import Database, now
from earmark.store.tables import jobs

# People and projects.


def add_user(database: Database, login: str | None = None, *, administrator: bool = False) -> User:
    """Write an account that nobody can sign in to: hashing a password would take its time in each test."""
    login = login or f"person-{new_id()}"
    user = User(
        id=new_id(), login=login, name=login.title(), is_administrator=administrator, active=True, created_at=now()
    )
    with database.write() as connection:
        people.add(connection, user, password_hash="none that can be right")  # noqa: S106
    return user


def add_actor(database: Database, login: str | None = None, *, administrator: bool = False) -> Actor:
    """Make an account and act for it."""
    user = add_user(database, login, administrator=administrator)
    return Actor(user_id=user.id, name=user.login, is_administrator=administrator)


def add_project(database: Database, name: str = "Birds") -> str:
    """Write a project without members; give its id."""
    moment = now()
    project = Project(id=new_id(), name=name, created_at=moment, updated_at=moment)
    with database.write() as connection:
        stored_projects.add(connection, project)
    return project.id


def add_member(database: Database, project_id: str, role: Role, login: str | None = None) -> Actor:
    """Make an account that has a role in a project."""
    actor = add_actor(database, login)
    with database.write() as connection:
        stored_projects.set_member(connection, project_id, actor.user_id or "", role)
    return actor


def make_project(platform: Platform, owner: Actor, name: str = "Reef", **more: Any) -> Project:
    """Let somebody make a project, who is its admin then."""
    return projects.create(platform, owner, name=name, **more)


@dataclass(frozen=True, kw_only=True)
class Work:
    """A project with one recording and one member of each kind."""

    platform: Platform
    project_id: str
    recording: StoredRecording
    author: Actor
    """Annotator."""
    colleague: Actor
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
        author=add_member(database, project_id, Role.ANNOTATOR, "author"),
        colleague=add_member(database, project_id, Role.ANNOTATOR, "colleague"),
        manager=add_member(database, project_id, Role.MANAGER, "manager"),
        viewer=add_member(database, project_id, Role.VIEWER, "viewer"),
        stranger=add_actor(database, "stranger"),
    )


# Recordings and their files.


def add_recording(
    database: Database, project_id: str, *, name: str = "dawn.wav", duration: float = 100.0, channels: int = 2
) -> StoredRecording:
    """Write a recording of which the facts are known; it has no file."""
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


def put_media(platform: Platform, recording: StoredRecording, path: Path) -> StoredRecording:
    """Give a recording its file."""
    received = measure(path)
    after = replace(recording, checksum=received.checksum, size=received.size)
    with platform.database.write() as connection:
        blobs.hold(connection, received.checksum, received.size)
        recordings.save(connection, recording, after)
    platform.files.put_file(blob_key(received.checksum), path)
    return after


def wav(seed: int = 0, *, seconds: float = 0.5, rate: int = 8000) -> bytes:
    """Bytes of a WAV file of quiet noise, the same for the same seed."""
    samples = np.random.default_rng(seed).normal(0, 3000, int(seconds * rate)).clip(-30000, 30000).astype("<i2")
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(samples.tobytes())
    return file.getvalue()


def upload(platform: Platform, actor: Actor, project: Project, data: bytes, name: str = "a.wav") -> Taken:
    """Send a file in one piece."""
    with new_part(platform) as part:
        part.write(data)
        return uploads.take(platform, actor, project.id, part.complete(name), name=name)


def checksum(data: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def files(platform: Platform) -> set[str]:
    """Keys of all files in the store."""
    return {facts.key for facts in platform.files.list()}


def parts(platform: Platform) -> list[Path]:
    """Files in the folder of uploads."""
    return sorted(platform.uploads_dir.iterdir()) if platform.uploads_dir.is_dir() else []


def rows(platform: Platform, table: sa.Table) -> int:
    """How many rows a table has."""
    with platform.database.read() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


# Jobs.


def work(platform: Platform, bodies: Mapping[str, Any] | None = None) -> list[Job]:
    """Do all jobs that wait, one after the other, in this process; return them as they ended."""
    bodies, ended = bodies or {"import": run_import}, []
    while (job := _claim(platform)) is not None:
        body = bodies[job.kind]
        run_job(platform.database, job, lambda run, body=body: body(platform, run))
        ended.append(find_job(platform, job.id))
    return ended


def do_job(platform: Platform, kind: str, body: Callable[[JobRun], Mapping[str, Any] | None], **arguments: Any) -> Job:
    """Queue a job, do it here and now, and give it as it is afterwards."""
    actor, project_id = arguments.pop("actor", None), arguments.pop("project", None)
    with platform.database.write() as connection:
        job = stored_jobs.add(
            connection,
            kind,
            arguments=arguments,
            project_id=project_id,
            recording_id=arguments.get("recording_id"),
            created_by=actor and actor.user_id,
        )
    claimed = _claim(platform)
    assert claimed is not None
    assert claimed.id == job.id
    run_job(platform.database, claimed, body)
    return find_job(platform, job.id)


def _claim(platform: Platform) -> Job | None:
    with platform.database.write() as connection:
        return leases.claim(connection, "test")


def find_job(platform: Platform, job_id: str) -> Job:
    """Read a job."""
    with platform.database.read() as connection:
        job = stored_jobs.get(connection, job_id)
    assert job is not None
    return job


def waiting_jobs(platform: Platform, kind: str) -> int:
    """How many jobs of a kind wait."""
    with platform.database.read() as connection:
        query = sa.select(sa.func.count()).select_from(jobs)
        mine = (jobs.c.kind == kind, jobs.c.state == JobState.QUEUED.value)
        return connection.execute(query.where(*mine)).scalar_one()


def patched(data: bytes, sign: bytes, number: int, at: int, value: bytes) -> bytes:
    """Write over a field of a header in a ZIP file: the one of that number among those with a signature."""
    place = -1
    for _ in range(number + 1):
        place = data.index(sign, place + 1)
    return data[: place + at] + value + data[place + at + len(value) :]


def encrypted(data: bytes) -> bytes:
    """Have the directory of a ZIP file say that its first entry is encrypted."""
    return patched(data, b"PK\x01\x02", 0, 8, b"\x01\x00")
