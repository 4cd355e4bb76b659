"""Errors as clients see them: RFC 9457 problem documents, one shape for all.

Every leaf of `earmark.errors` has a row in `KINDS`; docs/errors.md lists their codes. What is the server's own trouble
is logged in full and told in general words: its messages name folders and hosts.
"""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass, is_dataclass
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from sqlalchemy.exc import DataError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from earmark import errors as e

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fastapi import FastAPI, Request
    from starlette.requests import HTTPConnection

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 5
"""When to try again after the database or the files did not answer."""
MAX_ERRORS = 20
"""Most mistakes of one request that are listed."""
MAX_ITEMS = 1000
"""Most things at fault that are listed, of many that came together."""
MAX_DETAIL = 2000

log = logging.getLogger("earmark.server")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of problem.

    Attributes
    ----------
    status : int
        HTTP status.
    code : str
        For programs; never changes.
    title : str
        The kind in words.
    instead : str or None
        What clients are told instead of the error's own message, which is logged.
    """

    status: int
    code: str
    title: str
    instead: str | None = None


def _kind(status: int, code: str, title: str, instead: str | None = None) -> Kind:
    return Kind(status=status, code=code, title=title, instead=instead)


_LATER = "It is not your request: try again in a few seconds. The server's log says more under this request id."
_TELL = "It is not your request. The server's log says more under this request id: tell who runs the server."

KINDS: Mapping[type[Exception], Kind] = {
    e.InvalidSettings: _kind(500, "invalid_settings", "The server is set up wrongly", _TELL),
    e.InvalidValue: _kind(422, "invalid_value", "A value makes no sense"),
    e.InvalidItems: _kind(422, "invalid_items", "Some of many things make no sense"),
    e.InvalidField: _kind(422, "invalid_field", "A field of the request makes no sense"),
    e.UnreadableMedia: _kind(422, "unreadable_media", "Not a recording"),
    e.SourceNotFound: _kind(404, "source_not_found", "No such file or folder"),
    e.FetchFailed: _kind(422, "fetch_failed", "The address gives no recording"),
    e.AddressRefused: _kind(422, "address_refused", "The address leads where the server may not go"),
    e.OutputFailed: _kind(500, "output_failed", "A result could not be written", _TELL),
    e.FileMissing: _kind(404, "file_missing", "The file is gone", "The file was deleted, or never stored."),
    e.FilesUnavailable: _kind(503, "files_unavailable", "The files cannot be reached", _LATER),
    e.FormatError: _kind(422, "format_error", "The file does not hold what its format demands"),
    e.UnknownFormat: _kind(422, "unknown_format", "No such annotation format"),
    e.ModelNotFound: _kind(404, "model_not_found", "The model is not on this server"),
    e.BrokenModel: _kind(422, "broken_model", "The model cannot be used"),
    e.EngineFailed: _kind(500, "engine_failed", "The engine gave up", _TELL),
    e.StoreUnavailable: _kind(503, "store_unavailable", "The database does not answer", _LATER),
    e.NotFound: _kind(404, "not_found", "Not found"),
    e.Conflict: _kind(409, "conflict", "It clashes with what is there"),
    e.StaleEdit: _kind(409, "stale", "Somebody else changed it in between"),
    e.NotSignedIn: _kind(401, "not_signed_in", "Not signed in"),
    e.Forbidden: _kind(403, "forbidden", "Not allowed"),
    e.TooManyAttempts: _kind(429, "too_many_attempts", "Too many attempts"),
    e.QueueFull: _kind(429, "queue_full", "Too much work waits"),
    e.TimedOut: _kind(504, "timed_out", "The work took too long"),
    e.TooLarge: _kind(413, "too_large", "Too large"),
    e.ChecksumMismatch: _kind(460, "checksum_mismatch", "What arrived is not what was sent"),
    e.JobCancelled: _kind(409, "job_cancelled", "The job was cancelled"),
    e.JobLost: _kind(409, "job_lost", "The job went on elsewhere"),
    e.MissingExtra: _kind(501, "missing_extra", "An optional part is not installed"),
}
"""Every error that Earmark raises on purpose; subclasses without a row are what their base is."""

STALE_MATCH = _kind(412, "stale", "Somebody else changed it in between")
"""`StaleEdit` where the request said by `If-Match` which version it means."""
BAD_REQUEST = _kind(400, "bad_request", "The request cannot be read")
NO_SUCH_ADDRESS = _kind(404, "no_such_address", "No such address")
WRONG_METHOD = _kind(405, "method_not_allowed", "The address does not take this method")
TOO_SLOW = _kind(408, "too_slow", "The request did not arrive", "The request was not sent to its end: send it again.")
PRECONDITION_FAILED = _kind(412, "precondition_failed", "A condition of the request does not hold")
WRONG_TYPE = _kind(415, "wrong_content_type", "The content is of a type that is not taken here")
NO_SUCH_RANGE = _kind(416, "no_such_range", "The range lies outside of the file")
INVALID_REQUEST = _kind(422, "invalid_request", "Values of the request make no sense")
UNEXPECTED = _kind(500, "unexpected", "Something went wrong in the server", _TELL)
OTHER = (
    STALE_MATCH,
    BAD_REQUEST,
    NO_SUCH_ADDRESS,
    WRONG_METHOD,
    TOO_SLOW,
    PRECONDITION_FAILED,
    WRONG_TYPE,
    NO_SUCH_RANGE,
    INVALID_REQUEST,
    UNEXPECTED,
)
"""Kinds that do not come from an error of Earmark."""


class SlowRequest(Exception):
    """A request stopped in the middle."""


def all_kinds() -> tuple[Kind, ...]:
    """Every kind of problem that there is, by code, then by status."""
    return tuple(sorted({*KINDS.values(), *OTHER}, key=lambda kind: (kind.code, kind.status)))


def kind_of(error: Exception) -> Kind:
    """The kind of problem that an error is."""
    found = next((KINDS[base] for base in type(error).__mro__ if base in KINDS), None)
    if found is None and isinstance(error, DataError):
        return KINDS[e.InvalidValue]
    if isinstance(error, ClientDisconnect | SlowRequest):
        return TOO_SLOW
    return found or UNEXPECTED


def install(app: FastAPI) -> None:
    """Make an application answer every error as a problem document."""
    app.add_exception_handler(e.EarmarkError, _answer_error)
    app.add_exception_handler(RequestValidationError, _answer_invalid)
    app.add_exception_handler(HTTPException, _answer_http)
    app.add_exception_handler(DataError, _answer_error)


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Describe the errors of a route for OpenAPI; those that any route may answer are added to all."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": _words(status), "content": content} for status in statuses}


_WORDS = {
    400: "The request cannot be read",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not found",
    408: "The request did not arrive",
    409: "It clashes with what is there, or with what somebody else did",
    412: "Somebody else changed it since the version of `If-Match`",
    413: "Too large",
    415: "The content is of a type that is not taken here",
    416: "The range lies outside of the file",
    422: "A value makes no sense",
    429: "Too many attempts, or too much work waits: wait as long as `Retry-After` says",
    460: "What arrived is not what was sent",
    500: "Something went wrong in the server",
    501: "An optional part is not installed",
    503: "Database or files do not answer: try again after `Retry-After`",
}


def _words(status: int) -> str:
    return _WORDS.get(status) or _phrase(status)


def _phrase(status: int) -> str:
    known = {one.value: one.phrase for one in HTTPStatus}
    return known.get(status, f"Status {status}")


def respond(request: HTTPConnection, error: Exception) -> Response:
    """Answer an error; the message of one that nobody expected goes to the log alone."""
    kind = _noted(request, error)
    return problem(request, kind, _detail(kind, error), headers=_headers(error, kind), **_extras(error))


def problem_of(request: Request, error: Exception) -> dict[str, Any]:
    """Give the content of a problem document, for answers that have begun already."""
    kind = _noted(request, error)
    return _content(request, kind, _detail(kind, error)) | _extras(error)


def _noted(request: HTTPConnection, error: Exception) -> Kind:
    kind = kind_of(error)
    if isinstance(error, e.StaleEdit) and "if-match" in request.headers:
        kind = STALE_MATCH
    if kind.status >= 500:
        # With traceback where nobody saw it coming.
        log.error("%s: %s", kind.title, error, exc_info=error if kind is UNEXPECTED else None)
    return kind


def _detail(kind: Kind, error: Exception) -> str:
    if isinstance(error, DataError):
        return "a value cannot be stored: it is too long, too large, or holds a NUL character."
    return kind.instead or str(error)


def problem(
    request: HTTPConnection, kind: Kind, detail: str, *, headers: Mapping[str, str] | None = None, **extras: object
) -> Response:
    """Write a problem document, or what the clients of the integration expect to which the request belongs."""
    from earmark.server.wire import integration_of

    integration = integration_of(request.scope)
    if integration is not None and integration.shape is not None:
        return integration.shape(_content(request, kind, detail) | extras, headers or {})
    content = _content(request, kind, detail)
    # ASCII, since a text of the request may hold halves of characters that UTF-8 has no bytes for.
    body = json.dumps(content | extras, default=_plain)
    return Response(body, status_code=kind.status, media_type=MEDIA_TYPE, headers=dict(headers or {}))


def _content(request: HTTPConnection, kind: Kind, detail: str) -> dict[str, Any]:
    return {
        "type": f"/docs/errors#{kind.code}",
        "title": kind.title,
        "status": kind.status,
        "code": kind.code,
        "detail": detail[:MAX_DETAIL],
        "request_id": getattr(request.state, "request_id", ""),
    }


def _extras(error: Exception) -> dict[str, object]:
    if isinstance(error, e.StaleEdit):
        return {"current": error.current, "changes": list(error.changes)}
    if isinstance(error, e.InvalidItems):
        return {"errors": [{"where": where, "message": why} for where, why in error.errors[:MAX_ITEMS]]}
    if isinstance(error, e.InvalidField):
        return {"errors": [{"where": error.field, "message": error.why}]}
    return {"retry_after": error.retry_after} if isinstance(error, e.TooManyAttempts | e.QueueFull) else {}


def _headers(error: Exception, kind: Kind) -> dict[str, str]:
    if isinstance(error, e.TooManyAttempts | e.QueueFull):
        return {"Retry-After": str(error.retry_after)}
    if kind.status == 503:
        return {"Retry-After": str(RETRY_SECONDS)}
    return {"WWW-Authenticate": 'Bearer realm="earmark"'} if kind.status == 401 else {}


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, datetime):
        return value.isoformat()
    return list(value) if isinstance(value, set | frozenset) else str(value)


async def _answer_error(request: Request, error: Exception) -> Response:
    return respond(request, error)


async def _answer_invalid(request: Request, error: Exception) -> Response:
    found = error.errors() if isinstance(error, RequestValidationError) else []
    if any(one["type"] == "json_invalid" for one in found):
        return problem(request, BAD_REQUEST, "The body is not JSON.", errors=_mistakes(found))
    number = f"{len(found)} values make" if len(found) != 1 else "a value makes"
    return problem(request, INVALID_REQUEST, f"{number} no sense: see errors.", errors=_mistakes(found))


def _mistakes(found: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Say where and what, but never repeat what was sent: it may be secret, or huge."""
    return [
        {
            "where": ".".join(str(part)[:60] for part in one["loc"][:12]),
            "message": str(one["msg"]).removeprefix("Value error, ")[:300],
        }
        for one in found[:MAX_ERRORS]
    ]


_HTTP = {kind.status: kind for kind in OTHER if kind is not STALE_MATCH} | {
    401: KINDS[e.NotSignedIn],
    403: KINDS[e.Forbidden],
    409: KINDS[e.Conflict],
    413: KINDS[e.TooLarge],
}


async def _answer_http(request: Request, error: Exception) -> Response:
    """Answer what the router and the libraries refuse by themselves."""
    assert isinstance(error, HTTPException)  # noqa: S101 - installed for no other
    if error.status_code < 400:
        return Response(status_code=error.status_code, headers=error.headers)
    other = _kind(error.status_code, f"http_{error.status_code}", _phrase(error.status_code))
    kind = _HTTP.get(error.status_code, other)
    return problem(request, kind, str(error.detail), headers=error.headers)
