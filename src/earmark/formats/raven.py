"""Raven selection tables: tabs between the columns, channels from 1."""

from __future__ import annotations

from typing import TYPE_CHECKING

from earmark.errors import FormatError
from earmark.formats import table
from earmark.formats.format import Format
from earmark.formats.parsing import lines
from earmark.formats.rendering import decimal, one_line
from earmark.formats.tags import dump_tags

if TYPE_CHECKING:
    from earmark.core.annotation import Annotation
    from earmark.core.segment import Segment

_ALWAYS = ("Selection", "View", "Channel", "Begin Time (s)", "End Time (s)", "Annotation")
_IF_USED = ("Low Freq (Hz)", "High Freq (Hz)", "Speaker", "Language", "Transcript", "Score", "Tags")


def recognises(text: str) -> bool:
    """Look for the names of a selection and its begin time between tabs in the first line."""
    first = next((line for line in lines(text) if line.strip()), "")
    return table.is_raven(first.replace('"', "").split("\t"))


def dumps(annotation: Annotation) -> str:
    """Write a table that Raven opens, with those further columns that some segment needs.

    A segment without a band gets that of the whole recording, up to half its sample rate, where that is known.
    """
    rate = annotation.recording.sample_rate if annotation.recording else None
    further = [_further(segment, rate) for segment in annotation.segments]
    used = [column for column in range(len(_IF_USED)) if any(cells[column] for cells in further)]
    rows = [(*_ALWAYS, *(_IF_USED[column] for column in used))]
    for count, (segment, cells) in enumerate(zip(annotation.segments, further, strict=True), 1):
        rows.append((str(count), *_always(segment), *(cells[column] for column in used)))
    return "".join("\t".join(row) + "\n" for row in rows)


def _always(segment: Segment) -> tuple[str, ...]:
    times = decimal(segment.start), decimal(segment.end)
    return "Spectrogram 1", str((segment.channel or 0) + 1), *times, one_line(segment.label or "")


def _further(segment: Segment, rate: int | None) -> tuple[str, ...]:
    low = 0.0 if segment.low_hz is None and (rate or segment.high_hz is not None) else segment.low_hz
    high = max(rate / 2, segment.low_hz or 0.0) if segment.high_hz is None and rate else segment.high_hz
    numbers = ["" if value is None else decimal(value) for value in (low, high, segment.score)]
    texts = (one_line(text or "") for text in (segment.speaker, segment.language, segment.text))
    return *numbers[:2], *texts, numbers[2], one_line(dump_tags(segment.tags))


def loads(text: str, *, source: str) -> Annotation:
    """Read a selection table; the rows that one selection has in several views are one segment."""
    if not recognises(text):
        raise FormatError(source, "the header of a Raven table names 'Selection' and 'Begin Time (s)' between tabs", 1)
    return table.loads(text, source=source)


FORMAT = Format(
    name="raven",
    title="Raven selection table",
    suffixes=(".selections.txt", ".selection.table.txt", ".txt"),
    keeps=table.KEEPS,
    dumps=dumps,
    loads=loads,
    recognises=recognises,
)
