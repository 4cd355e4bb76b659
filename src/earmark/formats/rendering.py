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

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


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


def xml_text(text: str) -> str:
    """Leave out what XML cannot hold: control characters and halves of surrogate pairs."""
    return _NOT_XML.sub("", text)


def transcript_line(segment: Segment) -> str:
    """Text in one line, behind the speaker where there is one."""
    text, speaker = one_line(segment.text or ""), one_line(segment.speaker or "")
    return f"{speaker}: {text}" if speaker else text


def recording_id(annotation: Annotation) -> str:
    """Name of the recording without folders and ending, in one field; ``recording`` where nobody knows it."""
    return one_field(recording_name(annotation)) or "recording"


def recording_name(annotation: Annotation) -> str:
    """Name of the recording without folders and ending; nothing where nobody knows it."""
    source = annotation.recording.source if annotation.recording else ""
    path = urlsplit(source).path if re.match(r"[a-z][a-z0-9+.-]+://", source, re.IGNORECASE) else source
    name = re.split(r"[/\\]", path.rstrip("/\\"))[-1]
    return re.sub(r"(?<=.)\.[^.\s]{1,8}$", "", name)
