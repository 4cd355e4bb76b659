"""The job that brings new recordings and listens to them."""

from __future__ import annotations

import base64
import itertools
from array import array
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from earmark.audio.source import FileSource
from earmark.core.library import RecordingState, clean_name
from earmark.core.people import SYSTEM
from earmark.core.progress import Progress
from earmark.errors import (
    Conflict,
    EarmarkError,
    FileMissing,
    FilesUnavailable,
    JobLost,
    NotFound,
    StoreUnavailable,
    UnreadableMedia,
)
from earmark.services import chronicle, contents, origins
from earmark.services.import_requests import add_found_in, announce_found
from earmark.services.library import add_annotate_job
from earmark.services.seeing import see
from earmark.services.seen import seen_before
from earmark.services.uploads import add_import_job, found_again
from earmark.store import blobs, projects, recordings
from earmark.store.blobs import blob_key, seen_prefix
from earmark.store.database import now

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from sqlalchemy.engine import Connection

    from earmark.core.job import Job
    from earmark.core.library import StoredRecording
    from earmark.core.people import Actor
    from earmark.jobs.run import JobRun
    from earmark.services.parts import Received
    from earmark.services.platform import Platform
    from earmark.services.seen import Seen

BATCH = 100
THUMBNAIL_PAIRS = 100
COVER_CODECS = frozenset({"mjpeg", "png", "bmp", "gif", "webp"})
"""Pictures of albums come in these."""


def run_import(platform: Platform, run: JobRun) -> Mapping[str, Any] | None:
    """Import one recording, or all below a place, as the arguments of the job say.

    A file that holds no sound is no failure of the job: the recording says why it cannot be used. When the content of
    a URL or a file turns out to be in the project already, the new recording gives way to the one that is there.
    """
    if "place" in run.job.arguments:
        return _import_place(platform, run)
    recording_id = run.job.arguments["recording_id"]
    try:
        return _import_recording(platform, run, recording_id)
    except _Gone:
        # Deleted for good while it was looked at; so may be what was drawn of it since.
        contents.sweep_unused(platform)
        return {"gone": True}
    except (JobLost, StoreUnavailable, FilesUnavailable):
        # Nothing is wrong with the recording: the job is tried again.
        raise
    except EarmarkError as error:
        with platform.database.write() as connection:
            fail(connection, recording_id, str(error))
        raise


class _Gone(Exception):
    """The recording was deleted for good meanwhile."""


def _import_recording(platform: Platform, run: JobRun, recording_id: str) -> Mapping[str, Any] | None:
    with platform.database.write() as connection:
        recording = _begin(connection, recording_id)
    origin = run.job.arguments.get("origin")
    if origin and not _is_here(platform, recording):
        found = _bring(platform, run, recording, origin)
        if found is None:
            return None
        recording = found
    try:
        seen, video = _look(platform, run, recording)
    except UnreadableMedia as error:
        # Called by its name: where the file lies is nobody's business.
        why = str(UnreadableMedia(recording.name, error.why, error.do))
        with run.finishing({"recording_id": recording_id, "error": why}) as connection:
            fail(connection, recording_id, why)
        return None
    _finish(platform, run, recording_id, seen, video=video)
    return None


def _begin(connection: Connection, recording_id: str) -> StoredRecording:
    before = _current(connection, recording_id)
    if before.state is not RecordingState.FAILED:
        return before
    return _save(connection, before, state=RecordingState.WAITING, error=None)


def _current(connection: Connection, recording_id: str) -> StoredRecording:
    try:
        return recordings.get(connection, recording_id, lock=True)
    except NotFound:
        raise _Gone from None


def _save(connection: Connection, before: StoredRecording, **values: Any) -> StoredRecording:
    after = replace(before, **values, version=before.version + 1, updated_at=now())
    recordings.save(connection, before, after)
    return after


def fail(connection: Connection, recording_id: str, error: str) -> None:
    """Say of a recording that its import came to nothing."""
    try:
        before = recordings.get(connection, recording_id, lock=True)
    except NotFound:
        return
    if before.state is RecordingState.WAITING:
        _save(connection, before, state=RecordingState.FAILED, error=error)
        data = {"name": before.name, "error": error}
        chronicle.announce(
            connection, "recording.failed", subject_id=recording_id, project_id=before.project_id, data=data
        )


def _is_here(platform: Platform, recording: StoredRecording) -> bool:
    checksum = recording.checksum
    return checksum is not None and contents.stored_size(platform.files, checksum) == recording.size


# Bringing -------------------------------------------------------------------------------------------------------------


def _bring(
    platform: Platform, run: JobRun, recording: StoredRecording, origin: dict[str, str]
) -> StoredRecording | None:
    """Bring the file of a recording into the store; None where its content was in the project and the job is done."""

    def watch(done: int, total: int | None) -> None:
        run.report(Progress(stage="fetch", done=float(done), total=float(total or 0)))

    with origins.brought(platform, origin, watch) as (name, received):
        with platform.database.write() as connection:
            bound = _bind(connection, recording.id, received, name=name if "url" in origin else None)
        if bound is not None:
            contents.put_content(platform.files, received.checksum, received.size, received.path)
            return bound
    _give_way(platform, run, recording, received)
    return None


def _bind(connection: Connection, recording_id: str, received: Received, *, name: str | None) -> StoredRecording | None:
    """Write down what a recording holds, before its file is stored; None where another recording holds it."""
    blobs.hold(connection, received.checksum, received.size)
    before = _current(connection, recording_id)
    there = recordings.find_content(connection, before.project_id, received.checksum)
    if there is not None and there.id != recording_id:
        return None
    # The server that a URL leads to knows the name better, unless somebody chose one meanwhile.
    renamed = {"name": clean_name(name)} if name and before.version == 1 else {}
    return _save(connection, before, checksum=received.checksum, size=received.size, **renamed)


def _give_way(platform: Platform, run: JobRun, recording: StoredRecording, received: Received) -> None:
    with platform.database.read() as connection:
        there = recordings.find_content(connection, recording.project_id, received.checksum)
    if there is None:
        raise Conflict("the recording of the same content was deleted in this moment: retry this job")
    result = {"recording_id": there.id, "duplicate": True, "restored": there.deleted_at is not None}
    with run.finishing(result) as connection:
        blobs.hold(connection, received.checksum, received.size)
        kept = recordings.get(connection, there.id, lock=True)
        found_again(connection, SYSTEM, kept)
        again = add_import_job(connection, _on_behalf(run.job), kept) if kept.state is RecordingState.FAILED else None
        recordings.delete_all(connection, [recording.id])
        data = {"name": recording.name, "duplicate_of": kept.id}
        chronicle.announce(
            connection, "recording.purged", subject_id=recording.id, project_id=recording.project_id, data=data
        )
    if again is not None:
        platform.wake(again)


def _on_behalf(job: Job) -> Actor:
    return replace(SYSTEM, user_id=job.created_by)


# Listening ------------------------------------------------------------------------------------------------------------


def _look(platform: Platform, run: JobRun, recording: StoredRecording) -> tuple[Seen, bool]:
    """Decode a recording once; what another project had drawn of the same content is taken as it is."""
    checksum = recording.checksum
    if checksum is None:
        raise FileMissing("this recording", recording.name)
    prefix = seen_prefix(checksum)
    with platform.cache.copy_of(platform.files, blob_key(checksum)) as path:
        video = _has_video(path)
        try:
            return seen_before(platform.files, prefix), video
        except NotFound:
            source = FileSource(path, recording.name)
            return see(source, platform.files, prefix, report=run.report), video


def _has_video(path: Path) -> bool:
    from earmark.audio.probe import probe

    # The picture of an album is a video track of a single picture: it has no rate.
    return any(track.frame_rate > 0 or track.codec not in COVER_CODECS for track in probe(path).video)


def _finish(platform: Platform, run: JobRun, recording_id: str, seen: Seen, *, video: bool) -> None:
    queued = None
    result = {"recording_id": recording_id, "duration": seen.duration}
    with run.finishing(result, audio_seconds=seen.duration) as connection:
        before = _current(connection, recording_id)
        media = replace(seen.recording, source=before.media.source, duration=seen.duration)
        after = _save(
            connection,
            before,
            state=RecordingState.READY,
            media=media,
            problems=seen.problems,
            error=None,
            thumbnail=thumbnail(seen.waveform),
            video=video,
        )
        data = {"name": after.name, "duration": seen.duration}
        chronicle.announce(
            connection, "recording.imported", subject_id=after.id, project_id=after.project_id, data=data
        )
        project = projects.get(connection, after.project_id)
        if project.pipeline.on_import and after.deleted_at is None:
            queued = add_annotate_job(connection, _on_behalf(run.job), project, after.id)
    if queued is not None:
        platform.wake(queued)


def thumbnail(waveform: Sequence[tuple[int, int]]) -> str:
    r"""Write a waveform of int16 pairs as `THUMBNAIL_PAIRS` pairs of int8 in base64.

    >>> base64.b64decode(thumbnail([(-32768, 32767)] * 200))[:2]
    b'\x80\x7f'
    """
    edges = [index * len(waveform) // THUMBNAIL_PAIRS for index in range(THUMBNAIL_PAIRS + 1)]
    parts = [waveform[begin : max(end, begin + 1)] for begin, end in itertools.pairwise(edges)]
    pairs = [(min(low for low, _ in part) >> 8, max(high for _, high in part) >> 8) for part in parts]
    return base64.b64encode(array("b", itertools.chain.from_iterable(pairs)).tobytes()).decode()


# Many -----------------------------------------------------------------------------------------------------------------


def _import_place(platform: Platform, run: JobRun) -> Mapping[str, Any]:
    place, project_id = run.job.arguments["place"], run.job.arguments["project_id"]
    number = 0
    found = origins.find(platform.settings, place)
    while some := list(itertools.islice(found, BATCH)):
        with platform.database.write() as connection:
            made = add_found_in(connection, _on_behalf(run.job), project_id, place, some)
        announce_found(platform, made)
        number += len(some)
        run.report(Progress(stage="list", done=float(number), total=0.0))
    run.log(f"{number} media files were found below {place}; each is imported by a job of its own.")
    return {"found": number}


def settle(platform: Platform, *, within: timedelta = timedelta(days=2)) -> int:
    """Say of recordings that still wait that their import ended; return how many.

    A job that is cancelled before it began, or whose worker was killed because it took too much time or memory, cannot
    say so itself.
    """
    with platform.database.read() as connection:
        ended = recordings.abandoned(connection, since=now() - within)
    for recording_id, why in ended:
        with platform.database.write() as connection:
            fail(connection, recording_id, why or "the import was cancelled. Retry its job, or delete the recording.")
    return len(ended)
