"""Recordings that are asked for by URL, or that lie in folders of the server and in buckets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from earmark.errors import Conflict, InvalidValue
from earmark.services.fetch import redact
from earmark.services.origins import require_place, require_url, url_name
from earmark.services.uploads import add_import_job, create, require_open_project
from earmark.store import jobs, projects

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy.engine import Connection

    from earmark.core.job import Job
    from earmark.core.library import StoredRecording
    from earmark.core.people import Actor
    from earmark.services.origins import Found
    from earmark.services.platform import Platform

MAX_URLS = 500


def import_urls(platform: Platform, actor: Actor, project_id: str, urls: Sequence[str]) -> tuple[StoredRecording, ...]:
    """Make a recording of each URL; a job fetches it.

    Raises
    ------
    InvalidValue
        One of them is no http or https address, or they are none or too many.
    """
    if not 1 <= len(urls) <= MAX_URLS:
        raise InvalidValue(f"1 to {MAX_URLS} addresses are imported at once, not {len(urls)}")
    wanted = [require_url(url) for url in dict.fromkeys(urls)]
    made = []
    with platform.database.write() as connection:
        require_open_project(connection, actor, project_id)
        for url in wanted:
            recording = create(connection, actor, project_id, name=url_name(url), source=redact(url))
            made.append((recording, add_import_job(connection, actor, recording, origin={"url": url})))
    announce_found(platform, made)
    return tuple(recording for recording, _ in made)


def import_place(platform: Platform, actor: Actor, project_id: str, place: str) -> Job:
    """Import all media files below a folder of the server, or below ``s3://bucket/prefix``; a job looks for them.

    Raises
    ------
    Forbidden
        The owner of the server did not open it for imports.
    """
    require_place(platform.settings, place)
    with platform.database.write() as connection:
        require_open_project(connection, actor, project_id)
        arguments = {"project_id": project_id, "place": place}
        job = jobs.add(connection, "import", arguments=arguments, project_id=project_id, created_by=actor.user_id)
    platform.wake(job.id)
    return job


def add_found_in(
    connection: Connection, actor: Actor, project_id: str, place: str, found: Sequence[Found]
) -> list[tuple[StoredRecording, str]]:
    """Make a recording of each file that was found below a place, and a job that brings it; return both."""
    if projects.get(connection, project_id).deleted_at is not None:
        raise Conflict("this project is in the trash: restore it first")
    made = []
    for file in found:
        source = f"{place.rstrip('/')}/{file.key}"
        recording = create(connection, actor, project_id, name=file.key, source=source)
        origin = {"place": place, "key": file.key}
        made.append((recording, add_import_job(connection, actor, recording, origin=origin)))
    return made


def announce_found(platform: Platform, made: Iterable[tuple[StoredRecording, str]]) -> None:
    """Tell workers of what `add_found_in` made, once it is in the database for good."""
    for _, job_id in made:
        platform.wake(job_id)
