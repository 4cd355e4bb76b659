"""People, projects and recordings for tests."""

from __future__ import annotations

import hashlib
import io
import wave
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa

from earmark.core.ids import new_id
from earmark.core.job import Job, JobState
from earmark.core.people import Actor, Role, User
from earmark.core.project import Project
from earmark.jobs.run import Body, run_job
from earmark.services import projects, uploads
from earmark.services.imports import run_import
from earmark.services.parts import new_part
from earmark.services.platform import Platform
from earmark.services.uploads import Taken
from earmark.store import leases, people
from earmark.store.database import now
from earmark.store.tables import jobs


def make_actor(platform: Platform, login: str, *, administrator: bool = False) -> Actor:
    """Make an account."""
    user = User(
        id=new_id(), login=login, name=login.title(), is_administrator=administrator, active=True, created_at=now()
    )
    with platform.database.write() as connection:
        people.add(connection, user, password_hash=None)
    return Actor(user_id=user.id, name=user.login, is_administrator=administrator)


def make_project(platform: Platform, owner: Actor, name: str = "Reef", **more: Any) -> Project:
    """Make a project of which somebody is admin."""
    return projects.create(platform, owner, name=name, **more)


def make_member(platform: Platform, owner: Actor, project: Project, role: Role) -> Actor:
    """Make an account with a role in a project."""
    actor = make_actor(platform, f"{role}-{new_id()}")
    projects.set_member(platform, owner, project.id, actor.user_id or "", role)
    return actor


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


def work(platform: Platform, bodies: Mapping[str, Any] | None = None) -> list[Job]:
    """Do all jobs that wait, one after the other, in this process; return them as they ended."""
    bodies, ended = bodies or {"import": run_import}, []
    while True:
        with platform.database.write() as connection:
            job = leases.claim(connection, "test")
        if job is None:
            return ended
        run_job(platform.database, job, _bound(platform, bodies[job.kind]))
        ended.append(find_job(platform, job.id))


def _bound(platform: Platform, body: Any) -> Body:
    return lambda run: body(platform, run)


def find_job(platform: Platform, job_id: str) -> Job:
    """Read a job."""
    from earmark.store.jobs import get

    with platform.database.read() as connection:
        job = get(connection, job_id)
    assert job is not None
    return job


def waiting_jobs(platform: Platform, kind: str) -> int:
    """How many jobs of a kind wait."""
    with platform.database.read() as connection:
        query = sa.select(sa.func.count()).select_from(jobs)
        mine = (jobs.c.kind == kind, jobs.c.state == JobState.QUEUED.value)
        return connection.execute(query.where(*mine)).scalar_one()


def rows(platform: Platform, table: sa.Table) -> int:
    """How many rows a table has."""
    with platform.database.read() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


def files(platform: Platform) -> set[str]:
    """Keys of all files in the store."""
    return {facts.key for facts in platform.files.list()}


def parts(platform: Platform) -> list[Path]:
    """Files in the folder of uploads."""
    return sorted(platform.uploads_dir.iterdir()) if platform.uploads_dir.is_dir() else []
