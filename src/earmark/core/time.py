"""Seconds, samples and frames: the only place that converts between them."""

from __future__ import annotations

import math

from earmark.errors import InvalidValue


def round_half_up(value: float) -> int:
    """Round to the nearest integer, halves upward (``round`` would send them to the even neighbour)."""
    return math.floor(value + 0.5)


def to_samples(seconds: float, rate: int) -> int:
    """Convert seconds to a sample index at ``rate`` samples per second, rounded half up."""
    return round_half_up(seconds * rate)


def to_seconds(samples: int, rate: int) -> float:
    """Convert a sample index at ``rate`` samples per second to seconds."""
    return samples / rate


def require_span(start: float, end: float, *, what: str) -> None:
    """Raise ``InvalidValue`` unless ``0 <= start <= end`` and both are finite numbers of seconds."""
    if not (math.isfinite(start) and math.isfinite(end)):
        raise InvalidValue(f"{what}: start and end must be finite numbers, not {start} and {end}")
    if start < 0:
        raise InvalidValue(f"{what}: starts before the recording ({start} s)")
    if end < start:
        raise InvalidValue(f"{what}: ends ({end} s) before it starts ({start} s)")


def overlap(a_start: float, a_end: float, b_start: float, b_end: float) -> float:
    """Length in seconds of the common part of two half-open intervals, 0.0 where there is none."""
    return max(0.0, min(a_end, b_end) - max(a_start, b_start))


def clock(seconds: float, *, separator: str = ".") -> str:
    """Write seconds as ``HH:MM:SS.mmm``, milliseconds rounded half up, hours growing past two digits."""
    total = round_half_up(seconds * 1000)
    hours, rest = divmod(total, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    return f"{hours:02d}:{minutes:02d}:{rest // 1000:02d}{separator}{rest % 1000:03d}"
