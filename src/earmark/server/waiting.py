"""Requests that wait for jobs: one look into the jobs table for all of them, and an end where nobody waits any more."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool

from earmark.errors import EarmarkError, StoreUnavailable
from earmark.services import transcriptions
from earmark.store import jobs

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

    from starlette.requests import Request

    from earmark.core.job import Job, JobState
    from earmark.core.people import Actor
    from earmark.core.transcription import Piece
    from earmark.services.platform import Platform
    from earmark.store.database import Database

log = logging.getLogger(__name__)

EVERY = 0.1
"""Seconds between two looks while somebody waits."""
GONE_EVERY = 0.5
"""Seconds between two looks whether a client is still there."""


class Waiting:
    """Knows when jobs end, for any number of requests of this process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._watched: dict[str, list[asyncio.Event]] = {}
        self._task: asyncio.Task[None] | None = None

    async def ended(self, job_id: str, seconds: float) -> bool:
        """Wait until a job has ended, or is gone, for so many seconds at most; tell whether it has."""
        event = asyncio.Event()
        self._watched.setdefault(job_id, []).append(event)
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._look())
        try:
            await asyncio.wait_for(event.wait(), seconds)
        except TimeoutError:
            return False
        finally:
            events = self._watched.get(job_id, [])
            events.remove(event)
            if not events:
                self._watched.pop(job_id, None)
        return True

    async def _look(self) -> None:
        """Look again and again while anybody waits."""
        while self._watched:
            states = await run_in_threadpool(self._states, tuple(self._watched))
            for job_id, events in list(self._watched.items()):
                state = states.get(job_id)
                if job_id in states and (state is None or state.ended):
                    for event in events:
                        event.set()
            await asyncio.sleep(EVERY)

    def _states(self, job_ids: tuple[str, ...]) -> Mapping[str, JobState | None]:
        found: dict[str, JobState | None] = dict.fromkeys(job_ids)
        try:
            with self._database.read() as connection:
                found |= jobs.states_of(connection, job_ids)
        except StoreUnavailable:
            return {}  # It may answer the next time.
        return found

    def close(self) -> None:
        """Look no more."""
        if self._task is not None:
            self._task.cancel()


async def wait_for(request: Request, actor: Actor, job: Job, *, seconds: float, keep: bool = False) -> Job:
    """Wait for the end of a transcription, as long as the client waits.

    Parameters
    ----------
    seconds : float
        How long to wait at most.
    keep : bool
        Let the work go on when the client is gone; else it is cancelled.

    Returns
    -------
    Job
        As it is when it has ended, or when the time is over.
    """
    platform: Platform = request.app.state.platform
    waiting: Waiting = request.app.state.waiting
    until, here = time.monotonic() + seconds, True
    try:
        while here and (rest := until - time.monotonic()) > 0:
            if await waiting.ended(job.id, min(rest, GONE_EVERY)):
                break
            here = not await request.is_disconnected()
    except asyncio.CancelledError:
        here = False
        raise
    finally:
        if not here and not keep:
            await _cancel(platform, actor, job)
    return await run_in_threadpool(transcriptions.get, platform, actor, job.id)


async def pieces_of(request: Request, actor: Actor, job: Job) -> AsyncGenerator[Piece, None]:
    """Give the pieces of a transcription as they come, until it has ended; it is cancelled where the client goes away.

    A job that is begun again gives its pieces again: what lies before what was given is left out.
    """
    platform: Platform = request.app.state.platform
    waiting: Waiting = request.app.state.waiting
    number, finished = 0, False
    given: dict[int | None, float] = {}
    try:
        while not finished:
            finished = await waiting.ended(job.id, EVERY)
            while found := await run_in_threadpool(transcriptions.pieces_after, platform, job.id, number):
                number = found[-1].number
                for piece in found:
                    if fresh := _fresh(piece, given):
                        yield fresh
    finally:
        if not finished:
            await _cancel(platform, actor, job)


def _fresh(piece: Piece, given: dict[int | None, float]) -> Piece | None:
    """What of a piece was not given yet; ``given`` holds the latest start on each channel."""
    fresh = tuple(segment for segment in piece.segments if segment.start > given.get(segment.channel, -1.0))
    for segment in fresh:
        given[segment.channel] = max(segment.start, given.get(segment.channel, -1.0))
    return replace(piece, segments=fresh) if fresh else None


async def _cancel(platform: Platform, actor: Actor, job: Job) -> None:
    """End the work that nobody waits for any longer."""
    try:
        await asyncio.shield(run_in_threadpool(transcriptions.cancel, platform, actor, job.id))
    except EarmarkError as error:
        log.warning("transcription %s cannot be cancelled: %s", job.id, error)
