r"""Audacity label tracks: ``start<TAB>end<TAB>label``, with an optional line ``\<TAB>low<TAB>high`` for the band.

Format: https://manual.audacityteam.org/man/importing_and_exporting_labels.html
"""

from __future__ import annotations

import re
from dataclasses import replace

from earmark.core.annotation import Annotation
from earmark.core.segment import Segment
from earmark.errors import FormatError
from earmark.formats.format import Format, has_text
from earmark.formats.parsing import at, lines, number
from earmark.formats.rendering import decimal, one_line, transcript_line

_LABEL = re.compile(r"\s*[-+\d.,eE]+\t[-+\d.,eE]+(?:\t.*)?")
_BAND = re.compile(r"\\+\t(.*)")
_UNDEFINED = -1.0


def recognises(text: str) -> bool:
    """Look for two numbers and a tab between them in the first line; an empty label track is an empty file."""
    first = next((line for line in lines(text) if line.strip()), None)
    return first is None or _LABEL.fullmatch(first) is not None


def dumps(annotation: Annotation) -> str:
    """Write one label per segment: its text behind its speaker, else its label."""
    return "".join(_written(segment) for segment in annotation.segments)


def _written(segment: Segment) -> str:
    label = transcript_line(segment) if has_text(segment) else one_line(segment.label or "")
    written = f"{decimal(segment.start)}\t{decimal(segment.end)}\t{label}\n"
    if segment.low_hz is None and segment.high_hz is None:
        return written
    low, high = (_UNDEFINED if hz is None else hz for hz in (segment.low_hz, segment.high_hz))
    return f"{written}\\\t{decimal(low)}\t{decimal(high)}\n"


def loads(text: str, *, source: str) -> Annotation:
    """Read labels; decimal commas, points in time and missing labels are all right."""
    segments: list[Segment] = []
    for count, line in enumerate(lines(text), 1):
        if not line.strip():
            continue
        with at(source, count):
            if band := _BAND.fullmatch(line):
                segments.append(_banded(segments, band[1], source, count))
            else:
                segments.append(_label(line, source, count))
    return Annotation(segments=tuple(segments))


def _label(line: str, source: str, count: int) -> Segment:
    fields = line.split("\t", 2)
    if len(fields) < 2:
        raise FormatError(source, "expected a start, an end and a label with tabs between them", count)
    label = fields[2] if len(fields) == 3 else ""
    return Segment(start=number(fields[0]), end=number(fields[1]), label=label or None)


def _banded(segments: list[Segment], fields: str, source: str, count: int) -> Segment:
    values = fields.split("\t")
    if not segments or len(values) != 2:
        raise FormatError(source, "a line of frequencies holds two numbers and follows a label", count)
    low, high = (None if number(value) < 0 else number(value) for value in values)
    return replace(segments.pop(), low_hz=low, high_hz=high)


FORMAT = Format(
    name="audacity",
    title="Audacity labels",
    suffixes=(".audacity.txt", ".txt"),
    keeps=frozenset({"label", "text", "speaker", "band"}),
    dumps=dumps,
    loads=loads,
    recognises=recognises,
    one_string=True,
)
