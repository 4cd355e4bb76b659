"""Transcriptions that programs ask for: begun, watched, cancelled, tried again, and forgotten in time.

They belong to no project: the sound is deleted with the job, and whoever asked is the only one who sees it. Whatever
the program speaks (OpenAI, RunPod ...), what it asks becomes a `Wanted`, and what it gets is an `Annotation`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import earmark.errors
from earmark.core.annotation import NoteKind
from earmark.core.ids import new_id
from earmark.core.job import Job, JobState
from earmark.core.people import Scope
from earmark.core.project import Pipeline
from earmark.core.segment import SPEECH
from earmark.core.transcription import DETECT, Asker, Piece, Wanted
from earmark.engines.protocols import TranscribeOptions
from earmark.errors import (
    Conflict,
    EarmarkError,
    EngineFailed,
    FileMissing,
    Forbidden,
    InvalidField,
    InvalidValue,
    ModelNotFound,
    NotFound,
    QueueFull,
)
from earmark.formats.earmark_json import loads, segment_from_dict
from earmark.services.jobs import note
from earmark.services.origins import require_url
from earmark.services.projects import checked_pipeline
from earmark.services.registered import find_model
from earmark.store import callbacks, jobs, pieces
from earmark.store.database import now

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.engine import Connection

    from earmark.core.annotation import Annotation
    from earmark.core.people import Actor
    from earmark.core.segment import Segment
    from earmark.services.parts import Received
    from earmark.services.platform import Platform

KIND = "transcribe"
"""Kind of their jobs."""
FOLDER = "transcriptions"
RESULT = "annotation.json"
SOUND = "sound"
FAILURE = "failure"
"""Name of the error with which the transcription of a file that was sent failed."""
PRIORITY = 10
"""Somebody waits for them: they go before the recordings of projects."""
RETRY_SECONDS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """What is to be transcribed: a file that was received, or an address to fetch.

    Attributes
    ----------
    name : str
        What the client calls it.
    file : Received or None
        A file on this machine, which is moved away.
    url : str or None
        An ``http`` or ``https`` address.
    """

    name: str
    file: Received | None = None
    url: str | None = None

    def __post_init__(self) -> None:
        if (self.file is None) == (self.url is None):
            raise InvalidValue("a recording is either sent or fetched from a URL")


def folder_of(job_id: str) -> str:
    """Folder in the file store for what belongs to a job."""
    return f"{FOLDER}/{job_id}"


def key_of(job_id: str, name: str) -> str:
    """Key in the file store of a file that belongs to a job."""
    return f"{folder_of(job_id)}/{name}"


# Asking ---------------------------------------------------------------------------------------------------------------


def begin(
    platform: Platform,
    actor: Actor,
    wanted: Wanted,
    sound: Sound,
    *,
    asker: Asker = Asker(),  # noqa: B008 - frozen
    priority: int = PRIORITY,
    time_limit: float | None = None,
    callback: str | None = None,
    expires: float | None = None,
    samples: Sequence[Received] = (),
) -> Job:
    """Put a transcription into the queue.

    Parameters
    ----------
    asker : Asker
        The integration, and what it wants to find again in ``job.arguments["asker"]``.
    time_limit : float, optional
        Seconds that the work itself may take; afterwards the job fails with `TimedOut`.
    callback : str, optional
        Address that is told when the job ends, in the integration's words; see `services/callbacks.py`.
    expires : float, optional
        Seconds after which nobody wants it any more: it is ended then, see `expire`.
    samples : sequence of Received
        Files with the voices of the people in ``wanted.known``, which are moved away and deleted with the recording.

    Raises
    ------
    QueueFull
        As many wait as the setting ``transcriptions_waiting`` allows.
    InvalidValue, AddressRefused
        There is no such engine, model or language, or the address may not be fetched.
    Forbidden
        The token has not the scope ``transcribe``.
    """
    require_may_ask(actor)
    wanted = checked(wanted)
    for url in (sound.url, callback):
        if url is not None:
            require_open(platform, url)
    with platform.database.read() as connection:
        _require_room(platform, connection)
        find_model(connection, wanted.pipeline, None)
    arguments = _arguments(wanted, sound.name, asker)
    arguments |= {"url": sound.url, "time_limit": time_limit, "callback": callback, "expires": expires}
    job_id = new_id()
    if sound.file is not None:
        # Before the transaction, which must not last as long as this may; what no job refers to is swept.
        platform.files.put_file(key_of(job_id, SOUND), sound.file.path, move=True)
    for number, sample in enumerate(samples):
        platform.files.put_file(key_of(job_id, sample_name(number)), sample.path, move=True)
    with platform.database.write() as connection:
        _require_room(platform, connection)
        job = jobs.add(
            connection, KIND, arguments=arguments, priority=priority, created_by=actor.user_id, job_id=job_id
        )
        note(connection, actor, "job.queued", job, integration=asker.integration)
        _add_callback(connection, job, callback)
    platform.wake(job.id)
    return job


def sample_name(number: int) -> str:
    """Name of the file with the voice of a person in ``wanted.known``."""
    return f"voice-{number}"


def default_pipeline(platform: Platform) -> Pipeline:
    """What a program gets that names neither engine nor model: the setting ``transcription_engine`` decides."""
    return Pipeline(engine=platform.settings.transcription_engine)


def refuse(
    platform: Platform, actor: Actor, error: str, *, name: str, asker: Asker, callback: str | None = None
) -> Job:
    """Keep a transcription that failed before it began, for clients who look for such errors in the job.

    Parameters
    ----------
    error : str
        What was wrong with it.
    name, asker, callback
        As for `begin`.
    """
    require_may_ask(actor)
    if callback is not None:
        require_open(platform, callback)
    arguments = _arguments(Wanted(), name, asker) | {"callback": callback}
    with platform.database.write() as connection:
        job = jobs.add(connection, KIND, arguments=arguments, created_by=actor.user_id)
        failed = jobs.change(connection, job, state=JobState.FAILED.value, finished_at=now(), error=error)
        jobs.tell(connection, "job.failed", failed)
        _add_callback(connection, failed, callback)
    return failed


def _arguments(wanted: Wanted, name: str, asker: Asker) -> dict[str, Any]:
    nothing = dict.fromkeys(("url", "time_limit", "callback", "expires"))
    return {"wanted": asdict(wanted), "name": name, "asker": asdict(asker), **nothing}


def _add_callback(connection: Connection, job: Job, url: str | None) -> None:
    if url is not None:
        callbacks.add(connection, job, integration=asker_of(job).integration, url=url)


def checked(wanted: Wanted) -> Wanted:
    """Return what is wanted with its language as a code; raise ``InvalidValue`` where it makes no sense."""
    pipeline = checked_pipeline(wanted.pipeline)
    wanted = replace(wanted, pipeline=pipeline)
    options_of(wanted)
    return wanted


def options_of(wanted: Wanted) -> TranscribeOptions:
    """What the engine is asked for."""
    options = TranscribeOptions(
        language=wanted.pipeline.language,
        task="transcribe" if wanted.task == DETECT else wanted.task,
        prompt=wanted.prompt,
        hotwords=wanted.hotwords,
        temperature=wanted.temperature,
        multilingual=wanted.pipeline.multilingual,
    )
    return options if wanted.beam_size is None else replace(options, beam_size=wanted.beam_size)


def wanted_of(job: Job) -> Wanted:
    """Read what was asked of a job."""
    content = dict(job.arguments["wanted"])
    return Wanted(**{**content, "pipeline": Pipeline(**content["pipeline"]), "known": tuple(content.get("known", ()))})


def asker_of(job: Job) -> Asker:
    """Read on whose terms a job was asked for."""
    return Asker(**job.arguments["asker"])


def require_may_ask(actor: Actor) -> None:
    """Raise ``Forbidden`` unless the actor may have recordings transcribed."""
    if not actor.scopes & {Scope.TRANSCRIBE, Scope.MANAGE, Scope.ADMIN}:
        raise Forbidden("this token has no scope to transcribe. Make one with that scope.")


def require_open(platform: Platform, url: str) -> None:
    """Raise unless an address may be reached, as far as that can be told now."""
    from earmark.services import guard

    guard.require_open(platform.settings.allowed_hosts, require_url(url))


def _require_room(platform: Platform, connection: Connection) -> None:
    most = platform.settings.transcriptions_waiting
    if jobs.waiting(connection, most=most, kind=KIND) >= most:
        raise QueueFull(
            f"{most} transcriptions wait already, which is as many as this server takes. Send it again later.",
            retry_after=RETRY_SECONDS,
        )


# Watching -------------------------------------------------------------------------------------------------------------


def get(platform: Platform, actor: Actor, job_id: str) -> Job:
    """Read how a transcription is.

    Raises
    ------
    NotFound
        There is none, it was forgotten, or somebody else asked for it.
    """
    with platform.database.read() as connection:
        return _found(connection, actor, job_id)


def pieces_after(platform: Platform, job_id: str, number: int = 0) -> list[Piece]:
    """Read what a transcription gave so far, after piece ``number``; a few hundred at most."""
    with platform.database.read() as connection:
        found = pieces.after(connection, job_id, number)
    return [
        Piece(number=at, attempt=attempt, segments=tuple(segment_from_dict(one) for one in content))
        for at, attempt, content in found
    ]


def result_of(platform: Platform, job: Job) -> Annotation:
    """Read the result of a transcription that is done.

    Raises
    ------
    Conflict
        It is not done.
    FileMissing
        It was forgotten.
    """
    if job.state is not JobState.DONE:
        raise Conflict(f"this transcription is {job.state}: it has no result.")
    return loads(platform.files.get(key_of(job.id, RESULT)).decode(), source=str(job.arguments["name"]))


def require_written(annotation: Annotation) -> None:
    """Raise ``ModelNotFound``, saying why, where somebody spoke and nobody wrote it down: that is no empty text."""
    if any(segment.label == SPEECH and segment.text is None for segment in annotation.segments):
        why = " ".join(note.message for note in annotation.notes if note.kind is NoteKind.UNAVAILABLE)
        raise ModelNotFound(why or "nothing on this server writes down speech.")


def error_of(platform: Platform, job: Job) -> EarmarkError:
    """Give the error that a transcription failed with; `EngineFailed` where nobody expected it."""
    try:
        name = platform.files.get(key_of(job.id, FAILURE)).decode()
    except FileMissing:
        name = EngineFailed.__name__
    kind = getattr(earmark.errors, name, EngineFailed)
    message = str(job.error)
    if kind is InvalidField:
        return InvalidField(*message.split(": ", 1))
    # Jobs keep the message alone, of which the classes make parts again in ways of their own.
    error: EarmarkError = kind.__new__(kind)
    error.args = (message,)
    return error


def counts(platform: Platform, actor: Actor, integration: str | None = None) -> Mapping[JobState, int]:
    """Count the actor's transcriptions by state; for administrators those of everybody."""
    return Counter(job.state for job in all_of(platform, actor, integration))


def all_of(platform: Platform, actor: Actor, integration: str | None = None) -> list[Job]:
    """List the actor's transcriptions; for administrators those of everybody."""
    require_may_ask(actor)
    owner = None if actor.is_administrator else actor.user_id
    with platform.database.read() as connection:
        found = jobs.of_kind(connection, kind=KIND, created_by=owner)
    return [job for job in found if integration in (None, asker_of(job).integration)]


def next_pieces(platform: Platform, job_id: str) -> list[Segment]:
    """Read what a transcription gave since it was last asked for by this function; a few hundred segments at most.

    A job that is begun again gives its pieces again: what lies before what was given is left out.
    """
    with platform.database.write() as connection:
        if jobs.get(connection, job_id, lock=True) is None:
            return []
        number, given = pieces.reading(connection, job_id)
        found = pieces.after(connection, job_id, number)
        fresh: list[Segment] = []
        for segment in (segment_from_dict(one) for _, _, content in found for one in content):
            if segment.start > given.get(str(segment.channel), -1.0):
                given[str(segment.channel)] = segment.start
                fresh.append(segment)
        if found:
            pieces.read_until(connection, job_id, number=found[-1][0], given=given)
    return fresh


# Changing -------------------------------------------------------------------------------------------------------------


def cancel(platform: Platform, actor: Actor, job_id: str) -> Job:
    """End a transcription, at once where it waits; one that ended already stays as it is."""
    with platform.database.write() as connection:
        job = _found(connection, actor, job_id, lock=True)
        if job.state.ended or job.cancel_requested:
            return job
        note(connection, actor, "job.cancelled", job)
        return jobs.cancel(connection, job)


def retry(platform: Platform, actor: Actor, job_id: str) -> Job:
    """Put a transcription that failed or was cancelled back into the queue, under the same id.

    Raises
    ------
    Conflict
        It is done, or has not ended.
    """
    with platform.database.write() as connection:
        job = _found(connection, actor, job_id, lock=True)
        if job.state not in (JobState.FAILED, JobState.CANCELLED):
            raise Conflict(f"this transcription is {job.state}: only one that failed or was cancelled is tried again.")
        note(connection, actor, "job.retried", job)
        again = jobs.retry(connection, job)
        if job.arguments.get("expires") is not None:
            # The time that it may take counts anew.
            expires = float(job.arguments["expires"]) + (now() - job.created_at).total_seconds()
            again = jobs.change(connection, again, arguments={**job.arguments, "expires": expires})
        callbacks.begin_again(connection, job_id, at=now())
    platform.wake(job_id)
    return again


def purge(platform: Platform, actor: Actor, integration: str | None = None) -> int:
    """Cancel all of the actor's transcriptions that wait; return how many."""
    require_may_ask(actor)
    number = 0
    with platform.database.write() as connection:
        for job in jobs.waiting_of(connection, kind=KIND, created_by=actor.user_id):
            if integration in (None, asker_of(job).integration):
                note(connection, actor, "job.cancelled", job)
                jobs.cancel(connection, job)
                number += 1
    return number


def _found(connection: Connection, actor: Actor, job_id: str, *, lock: bool = False) -> Job:
    require_may_ask(actor)
    job = jobs.get(connection, job_id, lock=lock)
    if job is None or job.kind != KIND or not (actor.is_administrator or job.created_by == actor.user_id):
        raise NotFound("transcription", job_id)
    return job
