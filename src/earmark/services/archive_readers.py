"""Readers of values from JSON that anybody may have written: each gives a value of its kind, or raises."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar

from earmark.core.edits import MAX_SEGMENT_ID
from earmark.errors import InvalidValue

Kind = TypeVar("Kind", bound=StrEnum)
Reader = Callable[[Any], Any]
MAX_WHOLE = 2**31 - 1
"""Largest number that a column of whole numbers takes."""


def fields_of(content: Any, readers: Mapping[str, Reader]) -> dict[str, Any]:
    """Read exactly the fields that there are readers for."""
    if not isinstance(content, dict) or content.keys() != readers.keys():
        raise InvalidValue(f"should be an object with {', '.join(readers)}")
    found = {}
    for name, reader in readers.items():
        try:
            found[name] = reader(content[name])
        except (InvalidValue, ValueError, TypeError, KeyError, OverflowError) as error:
            raise InvalidValue(f"{name}: {str(error)[:200]}") from None
    return found


def text(value: Any) -> str:
    """Read a text."""
    if not isinstance(value, str):
        raise InvalidValue("should be a text")
    return value


def short(most: int) -> Reader:
    """Make a reader of texts of so many characters at most."""

    def read(value: Any) -> str:
        if len(text(value)) > most:
            raise InvalidValue(f"has more than {most} characters")
        return text(value)

    return read


def ascii_text(most: int) -> Reader:
    """Make a reader of ASCII texts of so many characters at most."""

    def read(value: Any) -> str:
        if not text(value).isascii() or len(value) > most:
            raise InvalidValue(f"is not ASCII, or has more than {most} characters")
        return text(value)

    return read


def checksum(value: Any) -> str:
    """Read a SHA-256 in hexadecimal."""
    if not re.fullmatch("[0-9a-f]{64}", text(value)):
        raise InvalidValue("is no SHA-256")
    return text(value)


def segment_name(value: Any) -> str:
    """Read the name of a segment."""
    if not (0 < len(text(value)) <= MAX_SEGMENT_ID and value.isascii() and value.isprintable()):
        raise InvalidValue("is no name of a segment")
    return text(value)


def whole(value: Any) -> int:
    """Read a whole number from 0 that fits into a column."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_WHOLE:
        raise InvalidValue(f"should be a whole number from 0 to {MAX_WHOLE}")
    return value


def size(value: Any) -> int:
    """Read a number of bytes."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**63:
        raise InvalidValue("should be a number of bytes")
    return value


def number(value: Any) -> float:
    """Read a finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise InvalidValue("should be a number")
    return float(value)


def flag(value: Any) -> bool:
    """Read true or false."""
    if not isinstance(value, bool):
        raise InvalidValue("should be true or false")
    return value


def moment(value: Any) -> datetime:
    """Read a moment with its time zone."""
    found = datetime.fromisoformat(text(value))
    if found.tzinfo is None:
        raise InvalidValue("is a time without its zone")
    return found.astimezone(UTC)


def mapping(value: Any) -> dict[str, Any]:
    """Read an object."""
    if not isinstance(value, dict):
        raise InvalidValue("should be an object")
    return value


def maybe(read: Reader) -> Reader:
    """Make a reader that takes null too."""
    return lambda value: None if value is None else read(value)


def many(read: Reader, *, most: int = 1_000_000) -> Reader:
    """Make a reader of lists of so many items at most."""

    def read_all(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list) or len(value) > most:
            raise InvalidValue(f"should be a list of at most {most}")
        return tuple(read(item) for item in value)

    return read_all


def one_of(words: type[Kind]) -> Callable[[Any], Kind]:
    """Make a reader of one of some words."""
    return lambda value: words(text(value))
