"""Server-sent events, without a thread for each reader.

The format is that of https://html.spec.whatwg.org/multipage/server-sent-events.html.
"""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import asdict
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from earmark.errors import EarmarkError
from earmark.server.identity import look_up

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from starlette.requests import Request
    from starlette.types import Receive, Scope, Send

    from earmark.server.events import Sent, Watcher

HEARTBEAT_SECONDS = 15.0
"""Proxies close connections on which nothing is said; who listens learns by it that the server is there."""
RETRY = b"retry: 2000\n"
"""Milliseconds after which a browser comes back."""
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    # Else nginx would collect events before it passes them on.
    (b"x-accel-buffering", b"no"),
]


class EventStream(Response):
    """What a watcher is told, until one side leaves."""

    media_type = "text/event-stream"

    def __init__(self, request: Request, watching: AbstractAsyncContextManager[Watcher]) -> None:
        super().__init__()
        self.request = request
        self.watching = watching

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - as ASGI calls it
        """Answer with a stream."""
        async with self.watching as watcher:
            leaving = asyncio.create_task(_leave(receive, watcher))
            try:
                await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
                await self._tell(watcher, send)
            finally:
                leaving.cancel()

    async def _tell(self, watcher: Watcher, send: Send) -> None:
        part, checked = _first(watcher), time.monotonic()
        while part:
            await send({"type": "http.response.body", "body": part, "more_body": True})
            part = await _next(watcher)
            if time.monotonic() - checked >= HEARTBEAT_SECONDS:
                checked = time.monotonic()
                part = part if await self._is_welcome(watcher) else b""
        await send({"type": "http.response.body", "body": b""})

    async def _is_welcome(self, watcher: Watcher) -> bool:
        """Whether session or token still hold; rights that changed are taken over."""
        try:
            watcher.actor = (await run_in_threadpool(look_up, self.request)).actor
        except EarmarkError:
            # Signed out, or the database is away: the client comes back and is told.
            return False
        return True


async def _leave(receive: Receive, watcher: Watcher) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    watcher.end()


def _first(watcher: Watcher) -> bytes:
    """Say where the stream begins: who loses it before the first event goes on from there too."""
    begins = b"" if watcher.begins_after is None else f"id: {watcher.begins_after}\n".encode()
    return RETRY + begins + b"\n"


async def _next(watcher: Watcher) -> bytes:
    """The next event, a comment where nothing happens for a while, or nothing at the end."""
    try:
        sent = await asyncio.wait_for(watcher.queue.get(), HEARTBEAT_SECONDS)
    except TimeoutError:
        return b":\n\n"
    return b"" if sent is None else _written(sent)


def _written(sent: Sent) -> bytes:
    data = asdict(sent.event) | {"at": sent.event.at.isoformat()}
    return f"id: {sent.resume}\nevent: {sent.event.kind}\ndata: {json.dumps(data)}\n\n".encode()
