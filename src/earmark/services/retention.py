"""What is deleted when its time is over: the trash, uploads that nobody finished, files that nothing refers to."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from earmark.core.people import SYSTEM
from earmark.core.progress import Progress
from earmark.errors import NotFound
from earmark.services import contents, exports, imports, model_files, resumable, transcription_retention
from earmark.services.library import erase
from earmark.store import annotations as annotations_store
from earmark.store import forgetting, projects, recordings
from earmark.store.database import now

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from earmark.jobs.run import JobRun
    from earmark.services.platform import Platform

BATCH = 200
"""Recordings that are deleted in one transaction; others can write in between."""


def run_purge(platform: Platform, run: JobRun) -> Mapping[str, Any]:
    """Delete one project for good if the arguments of the job name one, else all whose time is over."""
    project_id = run.job.arguments.get("project_id")

    def watch(stage: str, done: int) -> None:
        run.report(Progress(stage=stage, done=float(done), total=0.0))

    if project_id is not None:
        return {"recordings": purge_project(platform, project_id, watch)}
    return clean_up(platform, watch)


def clean_up(platform: Platform, watch: Callable[[str, int], None]) -> dict[str, int]:
    """Delete all whose time is over; return how many of each.

    Parameters
    ----------
    watch : callable
        Gets what is being deleted and how many went so far; may raise to cancel.
    """
    before = now() - timedelta(days=platform.settings.trash_days)
    with platform.database.read() as connection:
        doomed = projects.deleted_before(connection, before)
    in_projects = sum(purge_project(platform, project_id, watch) for project_id in doomed)
    gone = {"projects": len(doomed), "recordings": in_projects + _purge_recordings(platform, before, watch)}
    gone["uploads"] = resumable.drop_expired(platform)
    gone["imports"] = imports.settle(platform)
    gone["files"] = contents.sweep_unused(platform) + contents.sweep_strays(platform)
    gone["transcriptions"] = transcription_retention.sweep(platform)
    gone["models"] = model_files.sweep_models(platform)
    gone["exports"] = exports.forget_exports(platform)
    with platform.database.write() as connection:
        gone["annotations"] = annotations_store.forget_deleted(connection, before=before)
        gone["rows"] = forgetting.forget(connection, at=now())
    return gone


def _purge_recordings(platform: Platform, before: Any, watch: Callable[[str, int], None]) -> int:
    number = 0
    while True:
        with platform.database.write() as connection:
            ids = recordings.deleted_before(connection, before, limit=BATCH)
            doomed = recordings.get_all(connection, ids, lock=True)
            # Somebody may have taken one out of the trash since.
            gone = erase(connection, SYSTEM, [r for r in doomed if r.deleted_at is not None and r.deleted_at < before])
        contents.sweep(platform, gone)
        number += len(ids)
        if len(ids) < BATCH:
            return number
        watch("trash", number)


def purge_project(platform: Platform, project_id: str, watch: Callable[[str, int], None]) -> int:
    """Delete a project that is in the trash for good, some recordings at a time; return how many they were.

    It goes on where it was broken off, and stops where somebody takes the project out of the trash.
    """
    number, more = 0, True
    while more:
        with platform.database.write() as connection:
            if not _in_trash(platform, connection, project_id):
                return number
            ids = recordings.of_project(connection, project_id, limit=BATCH)
            gone = erase(connection, SYSTEM, recordings.get_all(connection, ids, lock=True))
            more = bool(ids)
            if not more:
                projects.delete(connection, project_id)
        contents.sweep(platform, gone)
        number += len(ids)
        watch("project", number)
    return number


def _in_trash(_platform: Platform, connection: Any, project_id: str) -> bool:
    try:
        return projects.get(connection, project_id, lock=True).deleted_at is not None
    except NotFound:
        return False
