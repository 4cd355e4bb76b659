"""From text to values: what the readers of all formats share."""

from __future__ import annotations

import math
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

from earmark.errors import FormatError, InvalidValue

if TYPE_CHECKING:
    from collections.abc import Iterator

_LINE_END = re.compile(r"\r\n|\r|\n")
_NUMBER = re.compile(r"[-+]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][-+]?\d+)?", re.ASCII)
_CLOCK = re.compile(r"(?:(\d+):)?(\d{1,2}):(\d{1,2})(?:[.,](\d+))?", re.ASCII)
_WHOLE = re.compile(r"-?\d{1,9}(?:\.0*)?", re.ASCII)


def lines(text: str) -> list[str]:
    """Split at line ends only (``str.splitlines`` also splits at form feeds and other characters of the text)."""
    return _LINE_END.split(text)


@contextmanager
def at(source: str, line: int | None) -> Iterator[None]:
    """Say where a value that makes no sense stands."""
    try:
        yield
    except InvalidValue as error:
        raise FormatError(source, str(error), line) from error


def number(text: str) -> float:
    """Read a finite number with a decimal point or a decimal comma."""
    stripped = text.strip()
    value = float(stripped.replace(",", ".")) if _NUMBER.fullmatch(stripped) else math.nan
    if not math.isfinite(value):
        raise InvalidValue(f"not a number: {text!r}")
    return value


def optional_number(text: str) -> float | None:
    """Read a number, or None from a blank."""
    return number(text) if text.strip() else None


def whole(text: str) -> int:
    """Read a whole number; ``1.0`` is one too."""
    if not _WHOLE.fullmatch(text.strip()):
        raise InvalidValue(f"not a whole number: {text!r}")
    return int(float(text))


def clock_seconds(text: str) -> float:
    """Read ``[HH:]MM:SS[.mmm]`` as seconds, with a point or a comma."""
    match = _CLOCK.fullmatch(text.strip())
    if match is None or int(match[3]) >= 60 or (match[1] and int(match[2]) >= 60):
        raise InvalidValue(f"not a time: {text!r}")
    total = int(match[1] or 0) * 3600 + int(match[2]) * 60 + int(match[3])
    # One decimal literal: a sum of floats would differ in the last bit from the same time in another format.
    return float(f"{total}.{match[4] or 0}")


def seconds(text: str) -> float:
    """Read a time: a number of seconds, or ``[HH:]MM:SS[.mmm]``."""
    return clock_seconds(text) if ":" in text else number(text)
