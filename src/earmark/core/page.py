"""Lists that are read page by page."""

from __future__ import annotations

import base64
import binascii
import json
import math
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from earmark.errors import InvalidValue

Item = TypeVar("Item")

MAX_LIMIT = 500
"""Most items on one page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[Item]):
    """Some items of a list, and where the next ones begin.

    Attributes
    ----------
    items : tuple
        In the order that was asked for.
    next : str or None
        Cursor of the next page, None on the last one.
    """

    items: tuple[Item, ...]
    next: str | None = None


def encode_cursor(*values: str | float | None) -> str:
    """Write the sort key of the last item of a page as one opaque word."""
    return base64.urlsafe_b64encode(json.dumps(values, separators=(",", ":")).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, *, size: int) -> list[Any]:
    """Read a cursor of ``size`` values; raise ``InvalidValue`` for anything that ``encode_cursor`` did not write."""
    try:
        values = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError):
        values = None
    if not isinstance(values, list) or len(values) != size or not all(_plain(value) for value in values):
        raise InvalidValue("the cursor is not one of this list: begin at the first page")
    return values


def _plain(value: object) -> bool:
    """Whether every database takes a value: none takes NUL, halves of surrogate pairs or numbers out of bounds."""
    if isinstance(value, str):
        return "\0" not in value and not any("\ud800" <= letter <= "\udfff" for letter in value)
    if isinstance(value, float):
        return math.isfinite(value)
    return value is None or (isinstance(value, int) and abs(value) < _LARGEST)


_LARGEST = 2**63
"""Whole numbers from here on fit into no column."""


def decode_number(cursor: str) -> int:
    """Read a cursor of one whole number from 0; raise ``InvalidValue`` for anything else."""
    (value,) = decode_cursor(cursor, size=1)
    if not isinstance(value, int) or value < 0:
        raise InvalidValue("the cursor is not one of this list: begin at the first page")
    return value


def require_limit(limit: int) -> int:
    """Return ``limit``, or raise ``InvalidValue`` where no page may be that long."""
    if not 1 <= limit <= MAX_LIMIT:
        raise InvalidValue(f"a page holds 1 to {MAX_LIMIT} items, not {limit}")
    return limit
