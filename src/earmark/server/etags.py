"""Versions of things as ETags, and the condition that an edit is of the version that its author saw."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Header

from earmark.errors import InvalidValue

if TYPE_CHECKING:
    from fastapi import Response

# Proxies that compress mark tags as weak; the version is the same.
_TAG = re.compile(r'(?:W/)?"(\d{1,18})"')


def set_etag(response: Response, version: int) -> None:
    """Tell the version (or revision) of the thing that a response shows; it may be kept, but has to be asked for."""
    response.headers["ETag"] = f'"{version}"'
    response.headers["Cache-Control"] = "private, no-cache"


async def _if_match(
    if_match: Annotated[
        str | None,
        Header(
            description="`ETag` of the version that is meant. If the thing was changed since, nothing happens (412). "
            "Without it, or with `*`, any version is meant.",
            max_length=100,
            examples=['"3"'],
        ),
    ] = None,
) -> int | None:
    if if_match is None or if_match.strip() == "*":
        return None
    found = _TAG.fullmatch(if_match.strip())
    if found is None:
        raise InvalidValue('If-Match is the ETag of an earlier answer, for example "3", or *.')
    return int(found[1])


IfMatch = Annotated[int | None, Depends(_if_match)]
"""Version that a request wants to change, None for any."""
