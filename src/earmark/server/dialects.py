"""Errors as programs expect them that were made for another server.

Whatever goes wrong below, from a missing route to a body that is too large, is a problem document by then (see
`earmark.server.problems`). This layer writes those of some addresses anew, in the words of the server that is spoken
there, and touches nothing else.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.datastructures import Headers
from starlette.responses import Response

from earmark.server.problems import MEDIA_TYPE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from starlette.types import ASGIApp, Message, Receive, Scope, Send


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How errors of some addresses are written.

    Attributes
    ----------
    prefix : str
        What the addresses begin with.
    write : callable
        Gets a problem document; gives status, further headers and the JSON to answer with.
    without : frozenset of str
        First parts of addresses that are others' all the same.
    """

    prefix: str
    write: Callable[[Mapping[str, Any]], tuple[int, Mapping[str, str], Any]]
    without: frozenset[str] = frozenset()

    def is_spoken_at(self, path: str) -> bool:
        """Whether errors of an address are written so."""
        return path.startswith(self.prefix) and path.split("/")[1] not in self.without


class Dialects:
    """Writes problem documents anew where another server is spoken."""

    def __init__(self, app: ASGIApp, *, dialects: Sequence[Dialect]) -> None:
        self.app = app
        self.dialects = dialects

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        spoken = None
        if scope["type"] == "http":
            spoken = next((one for one in self.dialects if one.is_spoken_at(scope["path"])), None)
        if spoken is None:
            await self.app(scope, receive, send)
        else:
            await self.app(scope, receive, _Rewriting(scope, receive, send, spoken).take)


class _Rewriting:
    """Holds problem documents back until they are complete; all else passes as it comes."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, dialect: Dialect) -> None:
        self._scope, self._receive, self._send, self._dialect = scope, receive, send, dialect
        self._start: Message | None = None
        self._body = b""

    async def take(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_problem(message):
            self._start = message
        elif self._start is None:
            await self._send(message)
        else:
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._answer(self._start)

    async def _answer(self, start: Message) -> None:
        status, more, content = self._dialect.write(json.loads(self._body or b"{}") | {"status": start["status"]})
        kept = {
            name: value
            for name, value in Headers(raw=start["headers"]).items()
            if name not in ("content-type", "content-length")
        }
        # ASCII, as problem documents are: a text of the request may hold halves of characters.
        answer = Response(
            json.dumps(content), status_code=status, media_type="application/json", headers={**kept, **more}
        )
        await answer(self._scope, self._receive, self._send)


def _is_problem(message: Message) -> bool:
    return Headers(raw=message["headers"]).get("content-type", "").startswith(MEDIA_TYPE)
