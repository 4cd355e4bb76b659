"""From values to text: what the writers of all formats share."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from earmark.core.time import round_half_up

if TYPE_CHECKING:
    from earmark.core.annotation import Annotation
    from earmark.core.segment import Segment


def decimal(value: float) -> str:
    """Write a number exactly and without an exponent, which few programs read."""
    return format(Decimal(repr(float(value))), "f")


def milliseconds(seconds: float) -> int:
    """Round seconds to whole milliseconds, halves up."""
    return round_half_up(seconds * 1000)


def thousandths(ms: int) -> str:
    """Write milliseconds as seconds with three decimals."""
    return f"{ms // 1000}.{ms % 1000:03d}"


def one_line(text: str) -> str:
    """Collapse all white space to single spaces."""
    return " ".join(text.split())


def one_field(text: str) -> str:
    """Replace white space by ``_``, for formats that separate fields by spaces."""
    return "_".join(text.split())


def transcript_line(segment: Segment) -> str:
    """Text in one line, behind the speaker where there is one."""
    text, speaker = one_line(segment.text or ""), one_line(segment.speaker or "")
    return f"{speaker}: {text}" if speaker else text


def recording_id(annotation: Annotation) -> str:
    """Name of the recording without folders and ending, in one field; ``recording`` where nobody knows it."""
    source = annotation.recording.source if annotation.recording else ""
    path = urlsplit(source).path if re.match(r"[a-z][a-z0-9+.-]+://", source, re.IGNORECASE) else source
    name = re.split(r"[/\\]", path.rstrip("/\\"))[-1]
    return one_field(re.sub(r"(?<=.)\.[^.\s]{1,8}$", "", name)) or "recording"
