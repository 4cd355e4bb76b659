"""``Idempotency-Key``: a POST that is sent again, since its answer was lost, happens once.

The key belongs to who asks. The first request writes it down before anything happens; its answer is kept for a day,
unless it is an error, which changed nothing. This holds for JSON: recordings that are uploaded again are recognised by
their content.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from sqlalchemy.exc import IntegrityError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response

from earmark.errors import Conflict, InvalidValue
from earmark.server import bodies
from earmark.server.identity import identify
from earmark.store import idempotency
from earmark.store.database import now

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from earmark.services.platform import Platform
    from earmark.store.database import Database

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
MAX_BODY = 1024 * 1024
"""Largest body, of requests and of answers, that may come with a key."""
KEPT_HEADERS = ("content-type", "location", "etag")
UNKEPT = "/tokens"
"""Answers of this path hold a secret of which the database has the hash alone: they are not kept."""


class Idempotency:
    """Lets a POST with a key happen once."""

    def __init__(self, app: ASGIApp, *, platform: Platform) -> None:
        self.app = app
        self.database = platform.database

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or give the answer that it got before."""
        if scope["type"] != "http" or not _concerns(Request(scope)):
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        body = await bodies.read(request, most=MAX_BODY)
        wanted = await run_in_threadpool(_describe, request, body)
        kept = await run_in_threadpool(_begin, self.database, wanted)
        if kept is None:
            await self._first(scope, bodies.replay(body, receive), send, wanted)
        else:
            await _again(kept, wanted)(scope, receive, send)

    async def _first(self, scope: Scope, receive: Receive, send: Send, wanted: idempotency.Request) -> None:
        answer = _Answer(secret=scope["path"].endswith(UNKEPT))
        try:
            await self.app(scope, receive, answer.take)
        except Exception:
            await run_in_threadpool(_drop, self.database, wanted)
            raise
        # Before the client hears of it: an answer that arrived can be had again.
        await run_in_threadpool(_keep, self.database, wanted, answer)
        for message in answer.messages:
            await send(message)


class _Answer:
    """An answer that is held back until it is kept."""

    def __init__(self, *, secret: bool) -> None:
        self.secret = secret
        self.messages: list[Message] = []

    async def take(self, message: Message) -> None:
        self.messages.append(message)

    @property
    def status(self) -> int:
        return int(self.messages[0]["status"])

    @property
    def headers(self) -> dict[str, str]:
        found = Headers(raw=self.messages[0]["headers"])
        return {name: found[name] for name in KEPT_HEADERS if name in found}

    @property
    def can_be_kept(self) -> bool:
        """Others are not given again, but the request does not happen again either."""
        is_text = self.headers.get("content-type", "application/json").startswith("application/json")
        return is_text and not self.secret and len(self.body) <= MAX_BODY

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.messages[1:])


def _concerns(request: Request) -> bool:
    path = request.url.path
    if request.method != "POST" or HEADER not in request.headers or path.endswith("/session"):
        return False
    return bodies.is_json(request) or "content-type" not in request.headers


def _describe(request: Request, body: bytes) -> idempotency.Request:
    key = request.headers[HEADER]
    if not 1 <= len(key) <= 255 or not key.isascii() or not key.isprintable():
        raise InvalidValue(f"{HEADER} has 1 to 255 printable ASCII characters; a random UUID makes a good one.")
    actor = identify(request)
    asked = (request.method, request.url.path, request.url.query, hashlib.sha256(body).hexdigest())
    fingerprint = hashlib.sha256("\n".join(asked).encode()).hexdigest()
    return idempotency.Request(actor=actor.user_id or "earmark", key=key, fingerprint=fingerprint)


def _begin(database: Database, wanted: idempotency.Request) -> idempotency.Kept | None:
    """Write the request down, or find what is known of one of that key."""
    with database.read() as connection:
        kept = idempotency.find(connection, wanted)
    if kept is not None:
        return kept
    try:
        with database.write() as connection:
            idempotency.begin(connection, wanted, at=now())
        return None
    except IntegrityError:
        return _begin(database, wanted)


def _keep(database: Database, wanted: idempotency.Request, answer: _Answer) -> None:
    with database.write() as connection:
        if answer.status >= 400:
            idempotency.drop(connection, wanted)
        elif answer.can_be_kept:
            body = answer.body.decode("utf-8")
            idempotency.keep(connection, wanted, status=answer.status, headers=answer.headers, body=body)


def _drop(database: Database, wanted: idempotency.Request) -> None:
    with database.write() as connection:
        idempotency.drop(connection, wanted)


def _again(kept: idempotency.Kept, wanted: idempotency.Request) -> Response:
    if kept.fingerprint != wanted.fingerprint:
        raise InvalidValue(f"another request was sent with this {HEADER}. Use a new key for each thing that you want.")
    if kept.status is None or kept.body is None:
        raise Conflict(
            f"the first request with this {HEADER} is still under way, or the server stopped in the middle of it. "
            "Wait a little and send it again. If this goes on, look whether it took effect, and use a new key."
        )
    return Response(kept.body, status_code=kept.status, headers={**(kept.headers or {}), REPLAYED: "true"})
