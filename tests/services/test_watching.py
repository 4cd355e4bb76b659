"""Watched folders and buckets: what appears and stands still is imported, once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.library import add_actor, make_project, wav, work
from tests.swift import Bucket, s3_bucket

from earmark.core.ids import new_id
from earmark.core.job import Job, JobState
from earmark.core.library import RecordingState
from earmark.core.people import SYSTEM, Actor
from earmark.core.project import Pipeline, Project
from earmark.core.search import RecordingFilter
from earmark.errors import Forbidden, InvalidValue
from earmark.services import import_requests, library, projects
from earmark.services.imports import run_import
from earmark.services.platform import Platform
from earmark.services.watching import check_watch, run_watch
from earmark.store import jobs
from earmark.store.database import now
from earmark.store.tables import schedules

BODIES = {"watch": run_watch, "import": run_import, "annotate": lambda *_: None}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "incoming"
    folder.mkdir()
    return folder


@pytest.fixture
def watching(any_platform: Platform, folder: Path) -> Platform:
    return replace(any_platform, settings=replace(any_platform.settings, import_folders=(str(folder),)))


def schedule(platform: Platform, project: Project, **arguments: str) -> str:
    """Write a schedule that watches."""
    row = {"id": new_id(), "project_id": project.id, "name": "x", "kind": "watch", "every_seconds": 60}
    row |= {
        "enabled": True,
        "next_at": now(),
        "created_at": now(),
        "arguments": {"project_id": project.id, **arguments},
    }
    with platform.database.write() as connection:
        connection.execute(schedules.insert().values(row))
    return str(row["id"])


def look(platform: Platform, schedule_id: str) -> list[Job]:
    """Look once, and do what follows from it."""
    with platform.database.write() as connection:
        row = connection.execute(schedules.select().where(schedules.c.id == schedule_id)).mappings().one()
        job = jobs.add(connection, "watch", arguments=row["arguments"], project_id=row["project_id"])
        connection.execute(schedules.update().where(schedules.c.id == schedule_id).values(last_job_id=job.id))
    return work(platform, BODIES)


def names(platform: Platform, project: Project) -> dict[str, RecordingState]:
    found = library.page(platform, SYSTEM, project.id, RecordingFilter()).items
    return {recording.name: recording.state for recording in found}


def begin(platform: Platform, **more: Any) -> tuple[Actor, Project]:
    owner = add_actor(platform.database, "owner")
    return owner, make_project(platform, owner, **more)


def test_a_file_is_imported_once_when_it_stands_still(watching: Platform, folder: Path) -> None:
    _, project = begin(watching, pipeline=Pipeline(on_import=True, engine="none"))
    watch = schedule(watching, project, folder=str(folder))
    (folder / "sub").mkdir()
    (folder / "sub" / "a.wav").write_bytes(wav(1)[:100])  # still being written
    assert look(watching, watch)[0].result == {"seen": 1, "imported": 0}
    (folder / "sub" / "a.wav").write_bytes(wav(1))
    look(watching, watch)
    assert names(watching, project) == {}
    ended = look(watching, watch)
    assert names(watching, project) == {"a.wav": RecordingState.READY}
    assert [job.kind for job in ended] == ["watch", "import", "annotate"]
    assert [job.result for job in look(watching, watch)] == [{"seen": 1, "imported": 0}]


def test_a_file_that_is_no_recording_is_tried_again_only_when_it_changes(watching: Platform, folder: Path) -> None:
    _, project = begin(watching)
    watch = schedule(watching, project, folder=str(folder))
    (folder / "a.wav").write_bytes(b"no sound")
    for _ in range(4):
        look(watching, watch)
    assert names(watching, project) == {"a.wav": RecordingState.FAILED}
    (folder / "a.wav").write_bytes(wav(1))
    for _ in range(3):
        look(watching, watch)
    found = library.page(watching, SYSTEM, project.id, RecordingFilter()).items
    assert sorted(recording.state for recording in found) == [RecordingState.FAILED, RecordingState.READY]


def test_a_file_that_was_touched_is_the_recording_that_is_there(watching: Platform, folder: Path) -> None:
    _, project = begin(watching)
    watch = schedule(watching, project, folder=str(folder))
    (folder / "a.wav").write_bytes(wav(1))
    for moment in (1_700_000_000, 1_700_000_000, 1_700_000_001, 1_700_000_001):
        os.utime(folder / "a.wav", (moment, moment))
        look(watching, watch)
    assert names(watching, project) == {"a.wav": RecordingState.READY}


def test_a_folder_that_is_gone_is_an_error_of_its_job(watching: Platform, folder: Path) -> None:
    _, project = begin(watching)
    watch = schedule(watching, project, folder=str(folder))
    folder.rmdir()
    (job,) = look(watching, watch)
    assert job.state is JobState.FAILED
    assert "no such folder" in (job.error or "")


def test_a_project_in_the_trash_is_not_watched_for(watching: Platform, folder: Path) -> None:
    owner, project = begin(watching)
    watch = schedule(watching, project, folder=str(folder))
    (folder / "a.wav").write_bytes(wav(1))
    look(watching, watch)
    projects.trash(watching, owner, project.id)
    assert look(watching, watch)[0].result == {"seen": 0, "imported": 0}


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({}, InvalidValue),
        ({"project_id": "x"}, InvalidValue),
        ({"project_id": "x", "folder": "/a", "bucket": "s3://b"}, InvalidValue),
        ({"project_id": "x", "folder": 5}, InvalidValue),
        ({"folder": "/a"}, InvalidValue),
        ({"project_id": "x", "folder": "/etc"}, Forbidden),
        ({"project_id": "x", "bucket": "s3://other"}, Forbidden),
    ],
)
def test_what_cannot_be_watched(platform: Platform, arguments: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        check_watch(platform.settings, arguments)


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bucket]:
    with s3_bucket(tmp_path_factory.mktemp("s3")) as bucket:
        yield bucket


@pytest.fixture
def with_bucket(platform: Platform, bucket: Bucket) -> Platform:
    settings = replace(
        platform.settings,
        s3_endpoint=bucket.endpoint,
        s3_access_key=bucket.access_key,
        s3_secret_key=bucket.secret_key,
        import_folders=(f"s3://{bucket.name}/field",),
    )
    return replace(platform, settings=settings)


def test_a_bucket_is_watched_and_imported(with_bucket: Platform, bucket: Bucket) -> None:
    _, project = begin(with_bucket)
    theirs = bucket.files()
    theirs.put("field/day1/a.wav", wav(1))
    theirs.put("field/b.txt", b"x")
    theirs.put("fields/c.wav", wav(3))
    watch = schedule(with_bucket, project, bucket=f"s3://{bucket.name}/field")
    look(with_bucket, watch)
    look(with_bucket, watch)
    assert names(with_bucket, project) == {"a.wav": RecordingState.READY}

    theirs.put("field/d.wav", wav(4))
    import_requests.import_place(with_bucket, SYSTEM, project.id, f"s3://{bucket.name}/field/")
    work(with_bucket, BODIES)
    assert names(with_bucket, project) == {"a.wav": RecordingState.READY, "d.wav": RecordingState.READY}
    for place in (f"s3://{bucket.name}", f"s3://{bucket.name}/fields", f"s3://{bucket.name}/field/../fields"):
        with pytest.raises(Forbidden):
            import_requests.import_place(with_bucket, SYSTEM, project.id, place)
