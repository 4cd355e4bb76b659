"""Parts of files over HTTP (RFC 9110, sections 13 and 14): one way to answer for media, excerpts and exports."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.responses import Response, StreamingResponse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.background import BackgroundTask
    from starlette.requests import Request

Read = Callable[[int, int], Iterator[bytes]]
"""Gives the bytes from a position to before another one."""

_RANGE = re.compile(r"bytes[ \t]*=[ \t]*(\d*)-(\d*)[ \t]*", re.IGNORECASE)
MAX_DIGITS = 18


def find_range(header: str | None, size: int) -> tuple[int, int] | None:
    """Read the header ``Range``.

    Parameters
    ----------
    header : str or None
        As it was sent.
    size : int
        Bytes of the whole file.

    Returns
    -------
    (int, int) or None
        First byte and the one behind the last; None for the whole file, also where the header is none that has to be
        heeded: malformed, of another unit, or with several ranges.

    Raises
    ------
    HTTPException
        416: nothing of the file lies in the range.
    """
    found = _RANGE.fullmatch(header.strip()) if header is not None else None
    if found is None or max(len(found[1]), len(found[2])) > MAX_DIGITS or not (found[1] or found[2]):
        return None
    if not found[1]:
        start, end = max(0, size - int(found[2])), size
    else:
        start, end = int(found[1]), min(int(found[2]) + 1, size) if found[2] else size
        if found[2] and int(found[2]) < start:
            return None
    if start >= end:
        raise HTTPException(
            416,
            f"the file has {size} bytes, the range lies outside of it",
            headers={"Content-Range": f"bytes */{size}"},
        )
    return start, end


def respond(
    request: Request,
    *,
    size: int,
    etag: str,
    media_type: str,
    read: Read,
    headers: Mapping[str, str] | None = None,
    background: BackgroundTask | None = None,
) -> Response:
    """Answer a file, or the part of it that was asked for.

    Parameters
    ----------
    request : Request
        GET or HEAD.
    size : int
        Bytes of the whole file.
    etag : str
        Strong validator, in its quotes: changes with every byte.
    media_type : str
        Content type.
    read : callable
        Reads a part; called only where a body is sent.
    headers : mapping, optional
        Further headers.
    background : BackgroundTask, optional
        What is done after the last byte.
    """
    common = {"ETag": etag, "Accept-Ranges": "bytes", **(headers or {})}
    if matches(request.headers.get("if-none-match"), etag):
        return Response(status_code=304, headers=common, background=background)
    span = find_range(request.headers.get("range"), size) if _ranged(request, etag) else None
    start, end = span or (0, size)
    # Named, so that nothing compresses it on its way: ranges count bytes of the file.
    common |= {"Content-Length": str(end - start), "Content-Encoding": "identity"}
    if span is not None:
        common["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    status = 206 if span is not None else 200
    if request.method == "HEAD":
        return Response(status_code=status, headers=common, media_type=media_type, background=background)
    return StreamingResponse(
        read(start, end), status_code=status, headers=common, media_type=media_type, background=background
    )


def _ranged(request: Request, etag: str) -> bool:
    """Whether ``Range`` counts: only for GET, and only of the version that the client has the other parts of."""
    condition = request.headers.get("if-range")
    # A date is never strong enough: we tell none.
    return request.method == "GET" and (condition is None or condition.strip() == etag)


def matches(header: str | None, etag: str) -> bool:
    """Whether ``If-None-Match`` names an ETag (or any)."""
    if header is None:
        return False
    return header.strip() == "*" or etag in [tag.strip().removeprefix("W/") for tag in header.split(",")]


def disposition(kind: str, name: str) -> str:
    r"""Write ``Content-Disposition`` (RFC 6266) for a name of any characters.

    >>> disposition("inline", 'a"b é.wav')
    'inline; filename="a_b _.wav"; filename*=UTF-8\'\'a%22b%20%C3%A9.wav'
    """
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\%' else "_" for c in name)
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
