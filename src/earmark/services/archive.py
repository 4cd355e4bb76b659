"""A project as one file: recordings with their media, all annotations with their history, models, members by login.

The file is a ZIP: ``archive.json`` describes it, ``*.jsonl`` hold one object per line, ``media/<SHA-256>`` the media
files, ``models/<id>/<name>`` those of the project's own models. It is read again by `services.archive_restore`, on this
server or another. Schedules, webhooks, jobs and the audit log belong to a server and stay there.
"""

from __future__ import annotations

import zipfile
from itertools import islice
from typing import TYPE_CHECKING, Any

from earmark.core.people import Permission
from earmark.core.progress import Progress
from earmark.errors import FileMissing, NotFound, TooLarge
from earmark.files.disk import disk_errors
from earmark.services import access
from earmark.services import archive_rows as rows
from earmark.services.exchange import file_stem
from earmark.services.exports import folder_of
from earmark.services.model_files import key_of
from earmark.services.parts import new_part
from earmark.store import annotations as headers
from earmark.store import history, jobs, models, people, projects, recordings, segments
from earmark.store.blobs import blob_key
from earmark.store.database import now

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sqlalchemy.engine import Connection

    from earmark.core.job import Job
    from earmark.core.library import StoredRecording
    from earmark.core.model import Model
    from earmark.core.people import Actor
    from earmark.files.store import FileStore
    from earmark.jobs.run import JobRun
    from earmark.services.platform import Platform

FORMAT = "earmark-project"
VERSION = 1
SUFFIX = ".earmark-project.zip"
DESCRIPTION = "archive.json"
LISTS = ("recordings", "annotations", "revisions", "segments", "changes")
"""What is written line by line, in the order in which it is read."""
MAX_ENTRIES = 200_000
"""Most files in an archive."""
BATCH = 500


def queue_archive(platform: Platform, actor: Actor, project_id: str) -> Job:
    """Ask for an archive of a project; needs the right to manage it, since all work of all people is in it."""
    with platform.database.write() as connection:
        access.require(connection, actor, project_id, Permission.MANAGE)
        job = jobs.add(connection, "archive", arguments={}, project_id=project_id, created_by=actor.user_id)
    platform.wake(job.id)
    return job


def run_archive(platform: Platform, run: JobRun) -> Mapping[str, Any] | None:
    """Write the archive of the project of a job into the file store.

    Rows are read in one transaction, as they are at one moment; media follow.

    Raises
    ------
    TooLarge
        The project has more recordings than fit into an archive.
    FileMissing
        A recording was deleted for good meanwhile.
    """
    run.plan(rows=1.0, media=4.0)
    with new_part(platform, room=0) as part:
        part.close()
        with disk_errors(part.path.parent), zipfile.ZipFile(part.path, "w", zipfile.ZIP_DEFLATED) as archive:
            content = _Content(archive, run)
            with platform.database.snapshot() as connection:
                content.write_rows(connection, str(run.job.project_id))
            content.write_files(platform.files)
        size = part.path.stat().st_size
        name = file_stem(content.name) + SUFFIX
        key = f"{folder_of(run.job.id)}/{name}"
        platform.files.put_file(key, part.path, move=True)
    return {"file": key, "name": name, "size": size, **content.counts}


class _Content:
    """What goes into one archive."""

    def __init__(self, archive: zipfile.ZipFile, run: JobRun) -> None:
        self._archive = archive
        self._run = run
        self._people: set[str | None] = set()
        self._models: set[str | None] = set()
        self._media: dict[str, StoredRecording] = {}
        self._own: tuple[Model, ...] = ()
        self.counts: dict[str, int] = {}
        self.name = ""

    def write_rows(self, connection: Connection, project_id: str) -> None:
        """Write all rows of the project."""
        project = projects.get(connection, project_id)
        self.name = project.name
        lists: dict[str, Iterable[dict[str, Any]]] = {
            "recordings": self._recordings(connection, project_id),
            "annotations": self._annotations(connection, project_id),
            "revisions": self._revisions(connection, project_id),
            "segments": (rows.segment_to_json(*row) for row in segments.of_project(connection, project_id)),
            "changes": (rows.change_to_json(*row) for row in history.changes_of_project(connection, project_id)),
        }
        for done, name in enumerate(LISTS):
            self._run.report(Progress(stage="rows", done=done, total=len(LISTS)))
            self.counts[name] = self._write_list(f"{name}.jsonl", lists[name])
        self._own = tuple(model for model in models.everything(connection) if model.project_id == project_id)
        described = {
            "format": FORMAT,
            "version": VERSION,
            "made_at": now(),
            "project": rows.project_to_json(project),
            "members": {member.login: member.role.value for member in projects.members(connection, project_id)},
            "people": self._logins(connection, project.created_by),
            "models": [rows.model_to_json(model) for model in self._own],
            "other_models": self._titles(connection),
            "counts": self.counts,
        }
        self._archive.writestr(DESCRIPTION, rows.to_line(described))

    def _recordings(self, connection: Connection, project_id: str) -> Iterator[dict[str, Any]]:
        ids = sorted(recordings.of_project(connection, project_id, limit=MAX_ENTRIES))
        if len(ids) == MAX_ENTRIES:
            raise TooLarge(f"an archive holds fewer than {MAX_ENTRIES} recordings. Use earmark backup instead.")
        for begin in range(0, len(ids), BATCH):
            for recording in recordings.get_all(connection, ids[begin : begin + BATCH]):
                self._people.add(recording.created_by)
                if recording.checksum is not None:
                    self._media[recording.checksum] = recording
                yield rows.recording_to_json(recording)

    def _annotations(self, connection: Connection, project_id: str) -> Iterator[dict[str, Any]]:
        for header in headers.of_project(connection, project_id):
            self._people.add(header.author_id)
            self._models.add(header.model_id)
            yield rows.annotation_to_json(header)

    def _revisions(self, connection: Connection, project_id: str) -> Iterator[dict[str, Any]]:
        for revision in history.of_project(connection, project_id):
            self._people.add(revision.author_id)
            yield rows.revision_to_json(revision)

    def _write_list(self, name: str, content: Iterable[dict[str, Any]]) -> int:
        entry, count, found = zipfile.ZipInfo(name), 0, iter(content)
        entry.compress_type = zipfile.ZIP_DEFLATED
        with self._archive.open(entry, "w", force_zip64=True) as file:
            while some := list(islice(found, BATCH)):
                file.write(b"".join(map(rows.to_line, some)))
                count += len(some)
                self._run.check()
        return count

    def _logins(self, connection: Connection, *more: str | None) -> dict[str, str]:
        """Logins of all people that the rows name, by their ids; those without account any more are left out."""
        people_here = {}
        for user_id in sorted({*self._people, *more, *(model.created_by for model in self._own)} - {None}, key=str):
            try:
                people_here[str(user_id)] = people.get(connection, str(user_id)).login
            except NotFound:
                continue
        return people_here

    def _titles(self, connection: Connection) -> dict[str, list[str]]:
        """Names and versions of models of the whole server that the project refers to, by their ids."""
        own = {model.id for model in self._own}
        wanted = {*self._models, *(model.parent_id for model in self._own)} - {None, *own}
        found = (models.get(connection, str(model_id)) for model_id in sorted(wanted, key=str))
        return {model.id: [model.name, model.version] for model in found}

    def write_files(self, files: FileStore) -> None:
        """Write media and the files of models; they do not shrink, and are stored as they are."""
        total, done = sum(recording.size or 0 for recording in self._media.values()), 0.0
        for checksum, recording in self._media.items():
            try:
                for size in self._copy(files, blob_key(checksum), f"media/{checksum}"):
                    done += size
                    self._run.report(Progress(stage="media", done=done, total=total))
            except FileMissing:
                raise FileMissing(f"{recording.name} was deleted while it was archived, try again", checksum) from None
        for model in self._own:
            for file in model.files:
                for _ in self._copy(files, key_of(model.id, file), f"models/{model.id}/{file.name}"):
                    self._run.check()

    def _copy(self, files: FileStore, key: str, name: str) -> Iterator[int]:
        """Copy a file, and give the sizes of its blocks."""
        blocks = files.read(key)
        with self._archive.open(zipfile.ZipInfo(name), "w", force_zip64=True) as entry:
            for block in blocks:
                entry.write(block)
                yield len(block)
