"""The worker for RunPod's serverless platform: one function that their SDK calls with each job.

It needs no database and no server: a recording is fetched or decoded into a folder of its own, heard, and forgotten.
Engines stay loaded from one job to the next.
"""

from __future__ import annotations

import asyncio
import logging
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from earmark.audio.source import FileSource
from earmark.core.progress import Progress
from earmark.core.project import Pipeline
from earmark.errors import EarmarkError, FetchFailed, InvalidValue, JobCancelled, TooLarge, UnreadableMedia
from earmark.integrations.runpod import output_of
from earmark.integrations.runpod_body import Base64
from earmark.integrations.runpod_input import FAILED, Asked, read_input
from earmark.services.fetch import fetch
from earmark.services.guard import guarded_client
from earmark.services.listening import Listening, keep_last
from earmark.services.origins import require_url
from earmark.services.transcriptions import checked, options_of

if TYPE_CHECKING:
    from earmark.app import Context
    from earmark.core.transcription import Wanted

logger = logging.getLogger(__name__)

Tell = Callable[[Mapping[str, Any], Any], object]
"""Tells RunPod how far a job is: ``runpod.serverless.progress_update``."""
Output = dict[str, Any] | str

TELL_EVERY = 2.0
"""Least seconds between two reports of progress."""
AUDIO = "audio_base64"
NAME = "audio"
_PIECE = 1024 * 1024


def make_handler(context: Context, tell: Tell) -> Callable[[Mapping[str, Any]], Awaitable[Output]]:
    """Make the function that does a job; it never raises but for cancellation, which the SDK has to see."""
    worker = Worker(context, tell)

    async def handle(job: Mapping[str, Any]) -> Output:
        stopped = threading.Event()
        try:
            # In a thread: the SDK has to tell RunPod meanwhile that the worker lives.
            return await asyncio.to_thread(worker.do, job, stopped)
        except asyncio.CancelledError:
            stopped.set()
            raise

    return handle


class Worker:
    """Does jobs one by one.

    Parameters
    ----------
    context : Context
        Settings, and the engines that they name.
    tell : callable
        Told of progress.
    """

    def __init__(self, context: Context, tell: Tell) -> None:
        self._context = context
        self._tell = tell
        self._engines = keep_last(context.annotator_for)
        self._one_at_a_time = threading.Lock()

    def do(self, job: Mapping[str, Any], stopped: threading.Event) -> Output:
        """Do a job; what went wrong is said in ``error``, in the words of Hearback and without its insides."""
        try:
            return self._done(job, stopped)
        except InvalidValue as error:
            return {"error": str(error)}
        except EarmarkError as error:
            return {"error": f"{FAILED}{error}"}
        except Exception as error:
            logger.exception("job %s ended unexpectedly", job.get("id"))
            return {"error": f"{FAILED}unexpected {type(error).__name__}. The worker's log says more."}

    def _done(self, job: Mapping[str, Any], stopped: threading.Event) -> Output:
        began, given, settings = time.monotonic(), job.get("input"), self._context.settings
        encoded = given.get(AUDIO) if isinstance(given, Mapping) else None
        asked = read_input(given, Pipeline(engine=settings.transcription_engine), sent=bool(encoded))
        if encoded and not isinstance(encoded, str):
            raise InvalidValue(f"{FAILED}{AUDIO} must be a string")
        asked = replace(asked, wanted=_checked(asked.wanted))
        watch = _Watch(job, self._tell, stopped)
        with tempfile.TemporaryDirectory(prefix="earmark-") as folder, self._one_at_a_time:
            path = self._bring(asked, encoded, Path(folder), watch)
            listening = Listening(pipeline=asked.wanted.pipeline, transcript=options_of(asked.wanted))
            try:
                found = self._engines(listening)(FileSource(path, path.name), watch.report)
            except UnreadableMedia as error:
                # Called by its name: where it lay is nobody's business.
                raise UnreadableMedia(path.name, error.why, error.do) from error
        seconds = time.monotonic() - began
        return output_of(found, asked.details, asked.wanted, seconds, settings.device)

    def _bring(self, asked: Asked, encoded: str | None, folder: Path, watch: _Watch) -> Path:
        settings = self._context.settings
        if asked.url is None:
            return _decoded(encoded or "", folder / NAME, most=settings.upload_max_bytes)
        with closing(guarded_client(settings.allowed_hosts, settings.fetch_timeout)) as client:
            path = fetch(
                _usable(asked.url),
                folder,
                timeout=settings.fetch_timeout,
                max_bytes=settings.fetch_max_bytes,
                progress=watch.fetching,
                client=client,
            )
        if not path.stat().st_size:
            raise FetchFailed("the answer was empty (0 bytes). Check the address.")
        return path


def _checked(wanted: Wanted) -> Wanted:
    try:
        return checked(wanted)
    except InvalidValue as error:
        raise InvalidValue(f"{FAILED}{error}") from error


def _usable(url: str) -> str:
    try:
        return require_url(url)
    except InvalidValue as error:
        raise InvalidValue(f"{FAILED}{error}") from error


def _decoded(encoded: str, path: Path, *, most: int) -> Path:
    """Write a recording that came in base64 into a file."""
    with path.open("wb") as file:

        def write(data: bytes) -> None:
            if file.tell() + len(data) > most:
                raise TooLarge(f"{AUDIO} holds more than {most:,} bytes.")
            file.write(data)

        decoder = Base64(write)
        for at in range(0, len(encoded), _PIECE):
            decoder.feed(encoded[at : at + _PIECE].encode("ascii", "replace"))
        decoder.close()
        if decoder.error is not None or not file.tell():
            raise InvalidValue(f"{FAILED}{AUDIO} cannot be read: {decoder.error or 'it is empty'}")
    return path


class _Watch:
    """Tells how far a job is, not too often, and ends it when it was cancelled."""

    def __init__(self, job: Mapping[str, Any], tell: Tell, stopped: threading.Event) -> None:
        self._job, self._tell, self._stopped = job, tell, stopped
        self._told = time.monotonic()

    def report(self, progress: Progress) -> None:
        if self._stopped.is_set():
            raise JobCancelled("the job was cancelled.")
        if time.monotonic() - self._told >= TELL_EVERY:
            self._told = time.monotonic()
            part = min(progress.done / progress.total, 1.0) if progress.total > 0 else 0.0
            self._tell(self._job, {"stage": progress.stage, "progress": round(part, 4)})

    def fetching(self, done: int, total: int | None) -> None:
        self.report(Progress(stage="fetch", done=float(done), total=float(total or 0)))
