"""A project out of an archive: all that it holds is checked before it is believed; all of it comes in, or nothing."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from earmark.audio.source import FileSource
from earmark.core.ids import new_id
from earmark.core.people import Scope
from earmark.core.progress import Progress
from earmark.errors import FilesUnavailable, Forbidden, InvalidValue, NotFound, UnreadableMedia
from earmark.files.store import BLOCK_BYTES
from earmark.services import archive_rows as rows
from earmark.services.archive_check import described, lines, opened
from earmark.services.archive_write import NewProject
from earmark.services.contents import put_content
from earmark.services.exports import folder_of
from earmark.services.model_files import key_of
from earmark.services.parts import new_part
from earmark.services.registry import PREFIX
from earmark.services.seeing import see
from earmark.services.seen import seen_before
from earmark.store import blobs, jobs
from earmark.store.blobs import blob_key, seen_prefix

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from earmark.core.job import Job
    from earmark.core.library import StoredRecording
    from earmark.core.people import Actor
    from earmark.jobs.run import JobRun
    from earmark.services.parts import Received
    from earmark.services.platform import Platform


def queue_restore(platform: Platform, actor: Actor, received: Received, *, name: str) -> Job:
    """Take in an archive that was uploaded, and ask for the project in it; the actor becomes its admin.

    Raises
    ------
    FormatError
        It is no archive, or of a version that this Earmark does not know.
    TooLarge
        It would unpack to far more than it is.
    Forbidden
        The token used may not make projects.
    """
    require_may_restore(actor)
    with opened(received.path, name) as archive:
        described(archive)
    key = f"{folder_of(new_id())}/archive"
    platform.files.put_file(key, received.path, move=True)
    with platform.database.write() as connection:
        wanted = {"archive": key, "name": name[:200]}
        job = jobs.add(connection, "restore_archive", arguments=wanted, created_by=actor.user_id)
    platform.wake(job.id)
    return job


def require_may_restore(actor: Actor) -> None:
    """Raise ``Forbidden`` unless the actor may make projects; asked before a body is read."""
    if not actor.scopes & {Scope.MANAGE, Scope.ADMIN}:
        raise Forbidden("this token has no scope to manage. Make one with that scope.")


def run_restore_archive(platform: Platform, run: JobRun) -> Mapping[str, Any] | None:
    """Make a new project of the archive of a job.

    Everything gets new ids; people are known again by their logins, models of the whole server by name and version.
    What was not imported yet when the archive was made comes in as failed. Links to jobs of the other server are cut.

    Raises
    ------
    FormatError
        The archive is damaged or does not hold what it says.
    TooLarge
        There is more in it than the server takes.
    """
    run.plan(media=1.0, look=6.0)
    key, name = run.job.arguments["archive"], run.job.arguments["name"]
    with platform.cache.copy_of(platform.files, key) as path, opened(path, name) as archive:
        _restore(platform, run, archive)
    platform.files.delete(key)
    return None


def _restore(platform: Platform, run: JobRun, archive: zipfile.ZipFile) -> None:
    """Bring everything in: first the files, which nobody sees without rows, then all rows in one transaction."""
    project = NewProject(archive, described(archive))
    media = _media(archive)
    with platform.database.write() as connection:
        # From now on a sweep takes the files only together with these rows.
        _hold(connection, media)
    try:
        for done, (checksum, recording) in enumerate(media.items(), 1):
            with _unpacked(platform, run, archive, f"media/{checksum}", checksum, recording.size) as path:
                put_content(platform.files, checksum, path.stat().st_size, path)
            run.report(Progress(stage="media", done=done, total=len(media)))
        for old, new in project.models:
            for file in old.files:
                name = f"models/{old.id}/{file.name}"
                with _unpacked(platform, run, archive, name, file.checksum, file.size) as path:
                    platform.files.put_file(key_of(new.id, file), path, move=True)
        for checksum, recording in media.items():
            _look(platform, run, checksum, recording)
        with run.finishing({"project_id": project.id, "name": project.name}) as connection:
            if blobs.missing(connection, media):
                raise FilesUnavailable("media files were swept away meanwhile. This is tried again.")
            _hold(connection, media)
            project.write(connection, created_by=run.job.created_by, archive_name=run.job.arguments["name"])
    except BaseException:
        for _, new in project.models:
            platform.files.delete_all(f"{PREFIX}/{new.id}")
        raise


def _media(archive: zipfile.ZipFile) -> dict[str, StoredRecording]:
    """Read which media there are, each with one of its recordings; the archive holds just these."""
    found = (rows.recording_from_json(line) for line in lines(archive, "recordings"))
    media = {recording.checksum: recording for recording in found if recording.checksum is not None}
    if {f"media/{checksum}" for checksum in media} != {n for n in archive.namelist() if n.startswith("media/")}:
        raise InvalidValue("does not hold the media files that its recordings name")
    return media


def _hold(connection: Any, media: Mapping[str, StoredRecording]) -> None:
    for checksum, recording in sorted(media.items()):
        blobs.hold(connection, checksum, recording.size or 0)


@contextmanager
def _unpacked(
    platform: Platform, run: JobRun, archive: zipfile.ZipFile, name: str, checksum: str, size: int | None
) -> Iterator[Path]:
    """Give a file of the archive on this machine, once its checksum was found right."""
    with new_part(platform) as part:
        with archive.open(name) as source:
            while block := source.read(BLOCK_BYTES):
                part.write(block)
                run.check()
        part.close()
        if part.digest.hex() != checksum or part.added != size:
            raise InvalidValue(f"holds a damaged file: checksum or size of {name} differs")
        yield part.path


def _look(platform: Platform, run: JobRun, checksum: str, recording: StoredRecording) -> None:
    """Draw what a recording looks like: pictures are made again, for nobody knows who drew those of another server."""
    prefix = seen_prefix(checksum)
    try:
        seen_before(platform.files, prefix)
    except NotFound:
        with platform.cache.copy_of(platform.files, blob_key(checksum)) as path:
            try:
                see(FileSource(path, recording.name), platform.files, prefix, report=lambda p: _told(run, p))
            except UnreadableMedia as error:
                run.log(str(error), level="WARNING")


def _told(run: JobRun, progress: Progress) -> None:
    run.report(replace(progress, stage="look"))
