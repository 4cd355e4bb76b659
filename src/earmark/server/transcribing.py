"""Requests that send a recording and wait for its transcript, for all who ask in the way of another server."""

from __future__ import annotations

import asyncio
import contextlib
from contextlib import ExitStack
from typing import TYPE_CHECKING, TypeVar

from starlette.concurrency import run_in_threadpool

from earmark.core.job import JobState
from earmark.core.transcription import Asker
from earmark.errors import JobCancelled
from earmark.server.waiting import wait_for
from earmark.services import transcriptions
from earmark.services.parts import new_part
from earmark.services.transcriptions import Sound

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Sequence

    from starlette.requests import Request

    from earmark.core.annotation import Annotation
    from earmark.core.job import Job
    from earmark.core.people import Actor
    from earmark.core.transcription import Wanted
    from earmark.server.sound_forms import SoundForm
    from earmark.services.parts import Part, Received
    from earmark.services.platform import Platform

LONGEST_WAIT = 30 * 24 * 3600.0
"""Seconds: as long as the client waits; the settings bound how long the work itself takes."""

Item = TypeVar("Item")


async def begin(
    request: Request,
    actor: Actor,
    wanted: Wanted,
    form: SoundForm,
    *,
    integration: str,
    samples: Sequence[bytes] = (),
) -> Job:
    """Put the recording of a form into the queue, with samples of the voices of the people whom ``wanted`` names."""
    platform: Platform = request.app.state.platform
    sound, asker = Sound(name=form.name, file=form.file), Asker(integration=integration)

    def put() -> Job:
        with ExitStack() as stack:
            files = [_written(stack.enter_context(new_part(platform)), sample) for sample in samples]
            return transcriptions.begin(platform, actor, wanted, sound, asker=asker, samples=files)

    return await run_in_threadpool(put)


def _written(part: Part, data: bytes) -> Received:
    part.write(data)
    return part.complete("sample of a voice")


async def ended(request: Request, actor: Actor, job: Job) -> Job:
    """Wait until a transcription is done; when the client goes away, it is cancelled.

    Raises
    ------
    EarmarkError
        It failed, or somebody cancelled it.
    """
    return await run_in_threadpool(
        require_done, request.app.state.platform, await wait_for(request, actor, job, seconds=LONGEST_WAIT)
    )


def require_done(platform: Platform, job: Job) -> Job:
    """Raise what went wrong unless a transcription is done."""
    if job.state is JobState.FAILED:
        raise transcriptions.error_of(platform, job)
    if job.state is not JobState.DONE:
        raise JobCancelled("this transcription was cancelled on the server. Send the recording again.")
    return job


def written(platform: Platform, job: Job) -> Annotation:
    """Read the result of a transcription that is done, in which what was said is written down."""
    annotation = transcriptions.result_of(platform, require_done(platform, job))
    transcriptions.require_written(annotation)
    return annotation


async def with_pauses(source: AsyncGenerator[Item, None], seconds: float) -> AsyncIterator[Item | None]:
    """Give what comes, and None whenever nothing came for so many seconds."""
    following: asyncio.Task[Item] | None = None
    try:
        while True:
            following = following or asyncio.create_task(_next(source))
            done, _ = await asyncio.wait({following}, timeout=seconds)
            if not done:
                yield None
                continue
            try:
                item = following.result()
            except StopAsyncIteration:
                return
            following = None
            yield item
    finally:
        if following is not None:
            following.cancel()
            with contextlib.suppress(asyncio.CancelledError, StopAsyncIteration):
                await following
        await source.aclose()


async def _next(source: AsyncGenerator[Item, None]) -> Item:
    return await anext(source)
