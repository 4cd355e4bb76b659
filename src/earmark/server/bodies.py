"""JSON bodies: read whole, within bounds, once for all that look at them."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.requests import Request

from earmark.errors import InvalidValue, TooLarge
from earmark.server.problems import TOO_SLOW, SlowRequest

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

PATIENCE = 60.0
"""Seconds to wait for the next part of a body."""
MAX_JSON = 10 * 1024 * 1024
"""Largest JSON body in bytes; files come in other ways."""
STREAMED = "earmark_streamed"
"""Marks in the scope of a request whose body goes to the disk as it comes, within the bounds of who takes it."""
# With an odd number of backslashes in all: two of them are one that stands for itself.
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


class JsonBodies:
    """Reads JSON bodies before the routes do, and refuses what no route could work with."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or raise `TooLarge` or `InvalidValue`."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        from earmark.server.wire import takes_body

        if takes_body(scope):
            scope["state"][STREAMED] = True
            await self.app(scope, _bounded(scope, receive), send)
            return
        if not is_json(Request(scope)):
            # A route that wants JSON would read it whole to say that it is none.
            await self.app(scope, _bounded(scope, receive), send)
            return
        body = await read(Request(scope, receive), most=MAX_JSON)
        _require_text(body)
        await self.app(scope, replay(body, receive), send)


def _bounded(scope: Scope, receive: Receive) -> Receive:
    """Let no more than `MAX_JSON` bytes be read into memory, and nobody wait for them for ever.

    It ends with 413 or 408 of Starlette, since FastAPI, below which it works, hides other errors.
    """
    size, more = 0, True

    async def counted() -> Message:
        nonlocal size, more
        message = await _soon(receive) if more else await receive()
        more = message.get("more_body", False)
        size += len(message.get("body", b""))
        if size > MAX_JSON and STREAMED not in scope["state"]:
            raise HTTPException(413, f"this body is larger than {MAX_JSON:,} bytes, and not JSON.")
        return message

    return counted


async def _soon(receive: Receive) -> Message:
    try:
        return await asyncio.wait_for(receive(), PATIENCE)
    except TimeoutError:
        raise HTTPException(408, TOO_SLOW.instead) from None


def _require_text(body: bytes) -> None:
    """Refuse what is not UTF-8, as RFC 8259 demands, and NUL characters: PostgreSQL cannot store them."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        raise InvalidValue("the body is not UTF-8, as JSON has to be.") from None
    if b"\0" in body or (b"\\u0000" in body and _NUL.search(body)):
        raise InvalidValue("the body holds a NUL character (\\u0000). Leave it out.")


def is_json(request: Request) -> bool:
    """Whether the request says that its body is JSON."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))


async def read(request: Request, *, most: int) -> bytes:
    """Read a body of at most ``most`` bytes.

    Raises
    ------
    TooLarge
        It is longer; what is left of it is not read.
    SlowRequest
        Nothing comes any more.
    """
    error = TooLarge(f"this body is larger than {most:,} bytes. Send it in parts.")
    announced = request.headers.get("content-length", "0")
    if not announced.isdecimal() or int(announced) > most:
        raise error
    parts, size = [], 0
    stream = request.stream()
    while part := await _next(stream):
        parts.append(part)
        size += len(part)
        if size > most:
            raise error
    return b"".join(parts)


async def _next(stream: AsyncIterator[bytes]) -> bytes:
    try:
        return await asyncio.wait_for(anext(stream, b""), PATIENCE)
    except TimeoutError:
        raise SlowRequest from None


def replay(body: bytes, receive: Receive) -> Receive:
    """Give a body that was read to those below; after it, what the connection says."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return messages.pop() if messages else await receive()

    return again
