"""Who asks: a token, a session, or the one person of open access. See docs/decisions/0011-identity.md.

A request with an ``Authorization`` header is judged by that alone, so that a wrong token never falls back to the
browser's session.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import HTTPConnection

from earmark.errors import NotSignedIn
from earmark.services import sign_in

if TYPE_CHECKING:
    from datetime import datetime

    from earmark.core.people import Actor
    from earmark.services.platform import Platform

COOKIE = "earmark_session"


def identify(request: HTTPConnection) -> Actor:
    """Tell who asks.

    Raises
    ------
    NotSignedIn
        Nobody does, or the proof is wrong or has expired.
    """
    return recognise(request).actor


def recognise(request: HTTPConnection) -> sign_in.Known:
    """Tell who asks, with the account; found once for each request."""
    known: sign_in.Known | None = getattr(request.state, "known", None)
    if known is None:
        known = request.state.known = look_up(request)
    return known


def look_up(request: HTTPConnection) -> sign_in.Known:
    """Find out in the database who asks."""
    platform: Platform = request.app.state.platform
    origin = origin_of(request)
    header = request.headers.get("authorization")
    if header is not None:
        return sign_in.by_token(platform, _bearer(header), origin)
    secret = session_secret(request)
    if secret is not None:
        return sign_in.by_session(platform, secret, origin)
    if request.app.state.open_access:
        return sign_in.by_open_access(platform, origin)
    raise NotSignedIn("sign in first, or send a token: Authorization: Bearer em_...")


def _bearer(header: str) -> str:
    scheme, _, secret = header.partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise NotSignedIn("the header Authorization says: Bearer em_... and nothing else.")
    return secret.strip()


def origin_of(request: HTTPConnection) -> sign_in.Origin:
    """Where the request came from; behind a proxy what it says, if uvicorn trusts it (``forwarded_allow_ips``)."""
    address = request.client.host if request.client else None
    known = None if address is None else address.encode("ascii", "replace").decode()[:64]
    return sign_in.Origin(address=known, request_id=getattr(request.state, "request_id", None))


# The cookie -----------------------------------------------------------------------------------------------------------


def session_secret(request: HTTPConnection) -> str | None:
    """Secret in the request's cookie."""
    return request.cookies.get(cookie_name(request.app.state.platform))


def cookie_name(platform: Platform) -> str:
    """Browsers take ``__Host-`` cookies from the host itself and over HTTPS only, not from its neighbours."""
    return f"__Host-{COOKIE}" if _is_https(platform) else COOKIE


def cookie(platform: Platform, secret: str, *, max_age: int) -> str:
    """Write the header ``Set-Cookie``; an age of 0 deletes it."""
    # Lax, so that a link in an e-mail finds its reader signed in; unsafe methods are checked in server/guard.py.
    flags = "; Path=/; HttpOnly; SameSite=Lax" + ("; Secure" if _is_https(platform) else "")
    return f"{cookie_name(platform)}={secret}; Max-Age={max_age}{flags}"


def session_cookie(platform: Platform, secret: str) -> str:
    """Write the cookie of a session that lasts from now on."""
    return cookie(platform, secret, max_age=int(platform.settings.session_hours * 3600))


def renewal(request: HTTPConnection) -> str | None:
    """The cookie of a session that this request made longer."""
    known: sign_in.Known | None = getattr(request.state, "known", None)
    secret = session_secret(request)
    until: datetime | None = None if known is None else known.renewed_until
    return None if until is None or secret is None else session_cookie(request.app.state.platform, secret)


def _is_https(platform: Platform) -> bool:
    return platform.settings.public_url.startswith("https://")
