"""Requests that are refused before anything looks at what they want.

Cross-site request forgery
    A request that changes something and carries no token is taken from our own pages only. Browsers say where a
    request comes from: ``Sec-Fetch-Site`` over HTTPS and on localhost, ``Origin`` with all methods but GET and HEAD.
    This holds for open access too, where there is no cookie to hold back, and for signing in. A request with neither
    header comes from a program that is no browser, or from one of before 2020. Pages of other sites can make the
    latter send forms only, so without the headers forms are not taken.
Cross-site WebSocket hijacking
    Browsers open WebSockets to any site, with its cookies, and let the page read what comes back. So the same is asked
    of each as of a request that changes something; browsers always send ``Origin`` there.
DNS rebinding
    Under open access the ``Host`` has to be a name of this machine. A page of another site whose name was made to
    lead to 127.0.0.1 sends that other name.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from earmark.errors import Forbidden, InvalidValue
from earmark.server import problems

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from earmark.services.platform import Platform

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
FORM_TYPES = frozenset({"application/x-www-form-urlencoded", "multipart/form-data", "text/plain"})
"""What a page can send to another site without asking it first (https://fetch.spec.whatwg.org, CORS-safelisted)."""
FOR_PROGRAMS = ("/v1/", "/audio/", "/asr", "/detect-language")
"""Addresses of the APIs of other servers, whose clients send forms and no ``Origin``."""
DEFAULT_PORTS = {"http": 80, "https": 443}


class Guard:
    """Refuses forged requests, and turns what goes wrong below into problem documents."""

    def __init__(self, app: ASGIApp, *, platform: Platform, open_access: bool) -> None:
        self.app = app
        self.open_access = open_access
        urls = (*platform.settings.cors_origins, platform.settings.public_url)
        self.origins = frozenset(_place(url) for url in urls if url)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        request, started = HTTPConnection(scope), False

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            self.check(request)
            await self.app(scope, receive, watched)
        except Exception as error:
            if started:
                # Too late to say so: the connection breaks off, by which the reader knows.
                raise
            await problems.respond(request, error)(scope, receive, send)

    def check(self, request: HTTPConnection) -> None:
        """Raise unless the request may go on."""
        if b"%00" in request.scope.get("raw_path", b"") or b"%00" in request.scope.get("query_string", b""):
            raise InvalidValue("an address holds no NUL character (%00).")
        if self.open_access and not is_loopback(host_of(request)):
            raise Forbidden("under open access this server answers to names of its own machine only, like localhost.")
        # Neither header can be sent from another site without asking first.
        keyed = "authorization" in request.headers or "x-api-key" in request.headers
        if request.scope.get("method") not in SAFE_METHODS and not keyed:
            self._check_origin(request)

    def _check_origin(self, request: HTTPConnection) -> None:
        origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site")
        if site in ("same-origin", "none"):
            return
        if origin is not None and self._is_trusted(_place(origin), request, own=site is None):
            return
        if origin is None and site is None and (not _is_form(request) or _is_for_programs(request)):
            return
        raise Forbidden(
            "this request comes from a page of another site, or does not say where it comes from. "
            "Programs send a token: Authorization: Bearer em_..."
        )

    def _is_trusted(self, place: tuple[str, str, int | None], request: HTTPConnection, *, own: bool) -> bool:
        scheme, host, port = place
        if not host:
            return False
        # Behind a proxy we do not know which scheme the browser sees, hence host and port alone are compared.
        ours = _place(f"{scheme}://{request.headers.get('host', '')}")[1:]
        return place in self.origins or (own and (host, port) == ours)


def _place(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port of a URL; an empty host where it is none."""
    try:
        parts = urlsplit(url)
        return parts.scheme, (parts.hostname or "").lower(), parts.port or DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        return "", "", None


def _is_form(request: HTTPConnection) -> bool:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() in FORM_TYPES


def _is_for_programs(request: HTTPConnection) -> bool:
    return request.url.path.startswith(FOR_PROGRAMS)


def host_of(request: HTTPConnection) -> str:
    """Host that the request was sent to, as it says, without the port."""
    return _place(f"http://{request.headers.get('host', '')}")[1]


def is_loopback(host: str) -> bool:
    """Whether a host name or address is that of the machine itself, whatever a name server says."""
    if host.lower().rstrip(".") == "localhost" or host.lower().rstrip(".").endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
