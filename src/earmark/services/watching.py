"""Folders and buckets that are watched: what appears there and stands still is imported."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from earmark.core.people import SYSTEM
from earmark.core.progress import Progress
from earmark.errors import InvalidValue, NotFound
from earmark.services import origins
from earmark.services.import_requests import add_found_in, announce_found
from earmark.store import projects, watched
from earmark.store.watched import WatchedFile

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.engine import Connection

    from earmark.config import Settings
    from earmark.jobs.run import JobRun
    from earmark.services.origins import Found
    from earmark.services.platform import Platform

BATCH = 100


def check_watch(settings: Settings, arguments: Mapping[str, Any]) -> str:
    """Return the place that a schedule of the kind ``watch`` looks at; raise where it may not be watched.

    Parameters
    ----------
    arguments : mapping
        ``project_id``, and ``folder`` (an absolute path of the server) or ``bucket`` (``s3://bucket/prefix``).

    Raises
    ------
    InvalidValue
        There is none of them, or both.
    Forbidden
        The owner of the server did not open it for imports.
    """
    places = [arguments[name] for name in ("folder", "bucket") if arguments.get(name)]
    if len(places) != 1 or not isinstance(places[0], str) or not isinstance(arguments.get("project_id"), str):
        raise InvalidValue("a watch needs project_id, and either folder or bucket (s3://bucket/prefix)")
    return origins.require_place(settings, places[0])


def run_watch(platform: Platform, run: JobRun) -> Mapping[str, Any]:
    """Look once at a watched place: import what is as it was at the look before, and was not imported so.

    A file that is being written grows from look to look, so it waits until it stands still. One that turned out not to
    be a recording is tried again when it changes.
    """
    place = check_watch(platform.settings, run.job.arguments)
    project_id = run.job.arguments["project_id"]
    actor = replace(SYSTEM, user_id=run.job.created_by)
    with platform.database.read() as connection:
        schedule_id = watched.schedule_of_job(connection, run.job.id)
        if projects.get(connection, project_id).deleted_at is not None:
            return {"seen": 0, "imported": 0}
    if schedule_id is None:
        raise NotFound("schedule of job", run.job.id)
    seen = imported = 0
    found = origins.find(platform.settings, place)
    while some := list(itertools.islice(found, BATCH)):
        with platform.database.write() as connection:
            still = _look(connection, schedule_id, some)
            made = add_found_in(connection, actor, project_id, place, still)
            for file, (recording, _) in zip(still, made, strict=True):
                _note(connection, schedule_id, file, recording_id=recording.id, new=False)
        announce_found(platform, made)
        seen, imported = seen + len(some), imported + len(made)
        run.report(Progress(stage="look", done=float(seen), total=0.0))
    return {"seen": seen, "imported": imported}


def _look(connection: Connection, schedule_id: str, some: Sequence[Found]) -> list[Found]:
    """Write down how files are; return those that stand still and are to be imported."""
    known = watched.known(connection, schedule_id, [file.key for file in some])
    still = []
    for file in some:
        before = known.get(file.key)
        if before is None or (before.size, before.modified) != (file.size, file.modified):
            _note(connection, schedule_id, file, recording_id=None, new=before is None)
        elif before.recording_id is None and file.size > 0:
            still.append(file)
    return still


def _note(connection: Connection, schedule_id: str, file: Found, *, recording_id: str | None, new: bool) -> None:
    now = WatchedFile(key=file.key, size=file.size, modified=file.modified, recording_id=recording_id)
    watched.write(connection, schedule_id, now, new=new)
