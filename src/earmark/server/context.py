"""What belongs to one request from its first byte to its last: id, headers of the answer, a line in the log."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection

from earmark.core.ids import new_id
from earmark.server import logs
from earmark.server.identity import renewal
from earmark.server.pages import STYLE_HASH

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from earmark.services.platform import Platform

_SANE_ID = re.compile(r"[A-Za-z0-9._:/+=-]{1,64}")

CONTENT_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; worker-src 'self' blob:; "
    f"style-src 'self' '{STYLE_HASH}'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
PREFIXES = ("/api/v1", "/v1", "/runpod")
"""What addresses begin with, of our own interface and of others."""
OWN_ONLY = "Cross-Origin-Resource-Policy"


class RequestContext:
    """Outermost layer of the application.

    Parameters
    ----------
    app : ASGIApp
        The layers below.
    platform : Platform
        Whose settings decide on the headers.
    observe : callable or None
        Told of every answer: template of the route, method, status, seconds.
    """

    def __init__(
        self, app: ASGIApp, *, platform: Platform, observe: Callable[[str, str, int, float], None] | None = None
    ) -> None:
        self.app = app
        self.observe = observe
        self.headers = dict(SECURITY_HEADERS)
        if platform.settings.public_url.startswith("https://"):
            self.headers["Strict-Transport-Security"] = "max-age=31536000"
        if not platform.settings.cors_origins:
            self.headers[OWN_ONLY] = "same-origin"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        request = HTTPConnection(scope)
        request.state.request_id = _id_of(request)
        began, status = time.perf_counter(), 500

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                status = message["status"]
                self._add_headers(request, MutableHeaders(scope=message))
            elif message["type"] == "websocket.accept":
                status = 101
            elif message["type"] == "websocket.close" and status == 500:
                # Before it was accepted: the server library answers so.
                status = 403
            await send(message)

        with logs.request(request.state.request_id):
            try:
                await self.app(scope, receive, send_with_headers)
            finally:
                self._note(request, status, time.perf_counter() - began)

    def _add_headers(self, request: HTTPConnection, headers: MutableHeaders) -> None:
        headers["X-Request-ID"] = request.state.request_id
        for name, value in self.headers.items():
            headers.setdefault(name, value)
        headers.setdefault("Cache-Control", "no-store")
        renewed = renewal(request)
        if renewed is not None and "set-cookie" not in headers:
            headers.append("Set-Cookie", renewed)

    def _note(self, request: HTTPConnection, status: int, seconds: float) -> None:
        route, method = template_of(request.scope), request.scope.get("method", "GET")
        if self.observe is not None:
            self.observe(route, method, status, seconds)
        known = getattr(request.state, "known", None)
        logs.access(
            method=method,
            path=quote(request.scope["path"]),
            status=status,
            seconds=seconds,
            user_id=None if known is None else known.user.id,
            address=None if request.client is None else request.client.host,
        )


def template_of(scope: Scope) -> str:
    """The route that answered, with the names of its parameters for their values; empty if there is none."""
    path = str(getattr(scope.get("route"), "path", ""))
    # From some version on FastAPI leaves out the prefix under which the routes were included.
    asked = (prefix for prefix in PREFIXES if scope["path"].startswith(f"{prefix}/"))
    left_out = next((prefix for prefix in asked if path and not path.startswith(prefix)), "")
    return f"{left_out}{path}"


def _id_of(request: HTTPConnection) -> str:
    given = Headers(scope=request.scope).get("x-request-id", "")
    return given if _SANE_ID.fullmatch(given) else new_id()
