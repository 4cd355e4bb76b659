"""Many annotations as one ZIP, made by a job."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from itertools import groupby
from typing import TYPE_CHECKING, Any

from earmark.core.people import Permission
from earmark.core.progress import Progress
from earmark.core.review import AnnotationKind, AnnotationStatus
from earmark.errors import Conflict, EarmarkError, InvalidValue, NotFound
from earmark.files.disk import disk_errors
from earmark.services import access
from earmark.services.convert import losses
from earmark.services.exchange import as_annotation, file_stem, guard, writable, written
from earmark.services.parts import new_part
from earmark.store import annotations as headers
from earmark.store import jobs, projects, recordings, segments
from earmark.store.database import now

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlalchemy.engine import Connection

    from earmark.core.annotation import Annotation
    from earmark.core.job import Job
    from earmark.core.library import StoredRecording
    from earmark.core.people import Actor
    from earmark.core.review import StoredAnnotation
    from earmark.files.store import FileFacts
    from earmark.formats.format import Format
    from earmark.jobs.run import JobRun
    from earmark.services.platform import Platform

MAX_RECORDINGS = 10_000
"""Most recordings that are named in one request; without names, all of a project are exported."""
BATCH = 100
KEPT = timedelta(days=7)
"""How long exports can be downloaded."""
MANIFEST = "manifest.csv"
_COLUMNS = (
    "file",
    "recording_id",
    "recording",
    "annotation_id",
    "kind",
    "source",
    "status",
    "revision",
    "segments",
    "left_out",
)


class Which(StrEnum):
    """Which annotations of a recording are exported."""

    BEST = "best"
    """One: of people the latest that was reviewed, else submitted, else a draft; else from a file; else a model's."""
    ALL = "all"


def queue_export(
    platform: Platform,
    actor: Actor,
    project_id: str,
    *,
    format_names: Sequence[str],
    which: Which = Which.BEST,
    recording_ids: Sequence[str] = (),
) -> Job:
    """Ask for a ZIP of annotations of a project, of some recordings or of all.

    Raises
    ------
    UnknownFormat, InvalidValue
        There is no such format, or there are too many recordings.
    """
    names = [writable(name).name for name in dict.fromkeys(format_names)]
    if not names:
        raise InvalidValue("choose one format or more.")
    if len(recording_ids) > MAX_RECORDINGS:
        raise InvalidValue(f"at most {MAX_RECORDINGS} recordings are named; without names all are exported.")
    wanted = {"formats": names, "which": which.value, "recording_ids": list(dict.fromkeys(recording_ids))}
    with platform.database.write() as connection:
        access.require(connection, actor, project_id, Permission.READ)
        job = jobs.add(connection, "export", arguments=wanted, project_id=project_id, created_by=actor.user_id)
    platform.wake(job.id)
    return job


def run_export(platform: Platform, run: JobRun) -> Mapping[str, Any] | None:
    """Write the ZIP that a job asks for into the file store, and a manifest of it into the ZIP."""
    chosen = [writable(name) for name in run.job.arguments["formats"]]
    which = Which(run.job.arguments["which"])
    project_id = str(run.job.project_id)
    with platform.database.read() as connection:
        name = f"{file_stem(projects.get(connection, project_id).name)}.zip"
    key = f"{folder_of(run.job.id)}/{name}"
    exported = _Exported(chosen)
    with new_part(platform) as part:
        part.close()
        with disk_errors(part.path.parent), zipfile.ZipFile(part.path, "w", zipfile.ZIP_DEFLATED) as archive:
            for done, total, some in _batches(platform, run.job, project_id):
                for annotation in _annotations(platform, some, which):
                    exported.write(archive, *annotation)
                run.report(Progress(stage="export", done=done, total=total))
            archive.writestr(MANIFEST, exported.manifest())
        size = part.path.stat().st_size
        platform.files.put_file(key, part.path, move=True)
    return {"file": key, "name": name, "size": size, "annotations": exported.count, "files": len(exported.rows)}


def folder_of(job_id: str) -> str:
    """Where the result of a job lies in the file store."""
    return f"exports/{job_id}"


def _batches(platform: Platform, job: Job, project_id: str) -> Iterator[tuple[int, int, list[str]]]:
    """Give the recordings some at a time, with how many are done then and how many there are."""
    wanted, after, done = job.arguments["recording_ids"], "", 0
    with platform.database.read() as connection:
        total = headers.count_recordings(connection, project_id, among=wanted)
    while True:
        with platform.database.read() as connection:
            some = headers.recordings_after(connection, project_id, after, among=wanted, limit=BATCH)
        if not some:
            return
        after, done = some[-1], done + len(some)
        yield done, total, some


def _annotations(
    platform: Platform, recording_ids: Sequence[str], which: Which
) -> Iterator[tuple[StoredRecording, StoredAnnotation, Annotation]]:
    with platform.database.read() as connection:
        found = {recording.id: recording for recording in recordings.get_all(connection, recording_ids)}
        there = headers.of_recordings(connection, list(found))
    for recording_id, group in groupby(there, key=lambda header: header.recording_id):
        several = list(group)
        for header in several if which is Which.ALL else [best(several)]:
            # One annotation in memory at a time; a transaction each, so that none lasts as long as the whole export.
            with platform.database.snapshot() as connection:
                current = _current(connection, header)
                if current is None:
                    continue
                content = list(segments.every(connection, header.id))
            yield found[recording_id], current, as_annotation(found[recording_id], current, content)


def _current(connection: Connection, header: StoredAnnotation) -> StoredAnnotation | None:
    try:
        return headers.get(connection, header.id)
    except NotFound:
        return None


def best(several: Iterable[StoredAnnotation]) -> StoredAnnotation:
    """Choose the annotation of a recording that speaks for it."""
    kinds = (AnnotationKind.MODEL, AnnotationKind.FILE, AnnotationKind.PERSON)
    steps = tuple(AnnotationStatus)
    return max(several, key=lambda one: (kinds.index(one.kind), steps.index(one.status), one.updated_at, one.id))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """A line of the manifest."""

    file: str
    recording: StoredRecording
    header: StoredAnnotation
    left_out: str

    def cells(self) -> tuple[object, ...]:
        recording, header = self.recording, self.header
        who = (header.id, header.kind.value, header.source, header.status.value, header.revision)
        return self.file, recording.id, recording.name, *who, header.segment_count, self.left_out


class _Exported:
    """What has been written so far."""

    def __init__(self, chosen: Sequence[Format]) -> None:
        self.rows: list[_Row] = []
        self.count = 0
        self._chosen = chosen
        self._taken: set[str] = set()

    def write(
        self, archive: zipfile.ZipFile, recording: StoredRecording, header: StoredAnnotation, annotation: Annotation
    ) -> None:
        """Write an annotation in every format; one that cannot be written so is said to be left out."""
        self.count += 1
        for known in self._chosen:
            try:
                data, left_out = written(annotation, known), "; ".join(losses(annotation, known))
            except EarmarkError as error:
                self.rows.append(_Row(file="", recording=recording, header=header, left_out=f"everything: {error}"))
                continue
            path = self._free(f"{known.name}/{file_stem(recording.name)}", known.suffix)
            archive.writestr(path, data)
            self.rows.append(_Row(file=path, recording=recording, header=header, left_out=left_out))

    def _free(self, stem: str, suffix: str) -> str:
        """Find a name that no other file has, on systems that know no case either."""
        path, number = stem + suffix, 2
        while path.casefold() in self._taken:
            path, number = f"{stem} ({number}){suffix}", number + 1
        self._taken.add(path.casefold())
        return path

    def manifest(self) -> str:
        """Write which file is what."""
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(_COLUMNS)
        writer.writerows([guard(str(cell)) for cell in row.cells()] for row in self.rows)
        return text.getvalue()


def result_of(platform: Platform, actor: Actor, job_id: str) -> tuple[str, FileFacts]:
    """Find the file that a job has made: its name, and where it lies in the file store.

    Raises
    ------
    NotFound
        There is no such job, or the actor may not see it.
    Conflict
        The job makes no file, or has not ended.
    FileMissing
        The file was there, but its time is over.
    """
    with platform.database.read() as connection:
        job = jobs.get(connection, job_id)
        if job is None or job.project_id is None:
            raise NotFound("job", job_id)
        # An archive holds the history and the members too: who may have it is who may make it.
        needed = Permission.MANAGE if job.kind == "archive" else Permission.READ
        try:
            access.require(connection, actor, job.project_id, needed)
        except NotFound:
            raise NotFound("job", job_id) from None
    key = (job.result or {}).get("file")
    if not key:
        raise Conflict(f"this job has no file to give: it is {job.state}.")
    return str((job.result or {})["name"]), platform.files.facts(str(key))


def forget_exports(platform: Platform) -> int:
    """Delete the files of jobs whose time is over; return how many."""
    before = now() - KEPT
    old = [facts.key for facts in platform.files.list("exports") if facts.modified < before]
    for key in old:
        platform.files.delete(key)
    return len(old)
