"""What the formats of NIST, RTTM and CTM, share."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from earmark.errors import FormatError, InvalidValue
from earmark.formats.parsing import lines, number, whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from earmark.core.segment import Segment

_LETTERS = {"A": 0, "B": 1}


def records(text: str) -> Iterator[tuple[int, list[str]]]:
    """Lines with their number, split at white space, without comments and blank lines."""
    for line, content in enumerate(lines(text), 1):
        if content.strip() and not content.lstrip().startswith(";;"):
            yield line, content.split()


def channel_number(segment: Segment) -> int:
    """Channel as NIST counts, from 1; all channels mixed are channel 1."""
    return (segment.channel or 0) + 1


def read_channel(text: str) -> int:
    """Channel index from 0, from a number that counts from 1 or a letter."""
    channel = _LETTERS[text.upper()] if text.upper() in _LETTERS else whole(text) - 1
    if channel < 0:
        raise InvalidValue(f"channels count from 1 here, not {text}")
    return channel


def end_of(start: str, duration: str) -> float:
    """Start plus duration, added as decimals so that 0.1 and 0.2 make 0.3."""
    for text in (start, duration):
        number(text)
    return float(Decimal(start.replace(",", ".")) + Decimal(duration.replace(",", ".")))


def only_recording(names: Sequence[str], *, source: str) -> str | None:
    """Name of the recording that all lines speak of, or None where there are no lines."""
    different = list(dict.fromkeys(names))
    if len(different) > 1:
        listed = ", ".join(different[:3]) + (" ..." if len(different) > 3 else "")
        raise FormatError(source, f"speaks of {len(different)} recordings ({listed}); make one file for each")
    return different[0] if different else None
