"""Tables of segments, one per row: what CSV, TSV and Raven selection tables share."""

from __future__ import annotations

import csv
import io
import re
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import TYPE_CHECKING, Literal

from earmark.core.annotation import Annotation
from earmark.errors import FormatError
from earmark.formats.columns import ALIASES, Columns, begins_with_times, from_header, key, without_header
from earmark.formats.parsing import at, lines
from earmark.formats.rendering import decimal
from earmark.formats.tags import dump_tags

if TYPE_CHECKING:
    from collections.abc import Sequence

    from earmark.core.segment import Segment

COLUMNS = ("start", "end", "channel", "label", "speaker", "language", "text", "score", "low_hz", "high_hz", "tags")
KEEPS = frozenset({"channel", "label", "speaker", "language", "text", "score", "band", "tags"})

_DELIMITERS = "\t,;"
_WHISPER_HEADER = "start\tend\ttext"
# CallMark's way to say that there is nothing to hear.
_NO_CALLS = ("-1", "-1")
# Raven numbers selections and views anew; only their order carries over.
_RAVEN_BOOKKEEPING = frozenset({"selection", "view"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a table and the line of the file at which it ends."""

    line: int
    cells: list[str]


def dumps(annotation: Annotation, *, delimiter: str) -> str:
    """Write all segments in the order given, numbers exactly, cells quoted where needed."""
    rows = (COLUMNS, *(_cells(segment) for segment in annotation.segments))
    return "".join(delimiter.join(_quoted(cell, delimiter) for cell in row) + "\n" for row in rows)


def _quoted(cell: str, delimiter: str) -> str:
    # csv.writer leaves a lone carriage return without quotes, at which csv.reader then stops.
    return '"' + cell.replace('"', '""') + '"' if any(mark in cell for mark in (delimiter, '"', "\r", "\n")) else cell


def _cells(segment: Segment) -> list[str]:
    numbers = (segment.score, segment.low_hz, segment.high_hz)
    return [
        decimal(segment.start),
        decimal(segment.end),
        "" if segment.channel is None else str(segment.channel),
        segment.label or "",
        segment.speaker or "",
        segment.language or "",
        segment.text or "",
        *("" if value is None else decimal(value) for value in numbers),
        dump_tags(segment.tags),
    ]


def loads(text: str, *, source: str) -> Annotation:
    """Read a table whatever its delimiter and column names, see ``docs/formats.md``."""
    rows = read_rows(text, source=source)
    if not rows:
        raise FormatError(source, "is empty: there is no header and no row")
    with at(source, rows[0].line):
        columns, body = _columns(text, rows)
    segments = []
    for row in body:
        if tuple(cell.strip() for cell in row.cells[:2]) == _NO_CALLS:
            continue
        with at(source, row.line):
            segments.append(columns.segment(row.cells))
    return Annotation(segments=tuple(segments))


def _columns(text: str, rows: list[Row]) -> tuple[Columns, list[Row]]:
    header = rows[0].cells
    if is_raven(header):
        return from_header(header, first_channel=1, dropped=_RAVEN_BOOKKEEPING), _one_per_selection(rows)
    if not _names_start(header):
        return without_header([row.cells for row in rows]), rows
    columns = from_header(header)
    return (replace(columns, second=1000.0) if _is_whisper(text, rows) else columns), rows[1:]


def _names_start(header: Sequence[str]) -> bool:
    return not {key(name) for name in header}.isdisjoint(ALIASES["start"])


def _is_whisper(text: str, rows: list[Row]) -> bool:
    """OpenAI's Whisper writes whole milliseconds below exactly this header."""
    times = (cell for row in rows[1:] for cell in row.cells[:2])
    return _first_line(text) == _WHISPER_HEADER and all(re.fullmatch(r"\d+", cell, re.ASCII) for cell in times)


def is_raven(header: Sequence[str]) -> bool:
    """Whether these are the column names of a Raven selection table."""
    return {"selection", "begintime"} <= {key(name) for name in header}


def _one_per_selection(rows: list[Row]) -> list[Row]:
    """Merge the rows that Raven writes for one selection, one for each view, into one."""
    keys = [key(name) for name in rows[0].cells]
    same = [keys.index(name) for name in ("selection", "begintime", "endtime", "channel") if name in keys]
    merged: dict[tuple[str, ...], Row] = {}
    for row in rows[1:]:
        selection = tuple(row.cells[column] for column in same if column < len(row.cells))
        known = merged.get(selection)
        cells = row.cells if known is None else [a or b for a, b in zip_longest(known.cells, row.cells, fillvalue="")]
        merged[selection] = replace(row, cells=cells)
    return list(merged.values())


def read_rows(text: str, *, source: str) -> list[Row]:
    """Split a text into rows and cells; blank rows are left out."""
    first = _first_line(text)
    delimiter = _delimiter(first)
    *tolerant, strict = _quotings(first, delimiter)
    for quoting in tolerant:
        with suppress(csv.Error):
            return _rows(text, delimiter, quoting)
    try:
        return _rows(text, delimiter, strict)
    except csv.Error as error:
        raise FormatError(source, f"is no table: {error}") from error


def _first_line(text: str) -> str:
    return next((line for line in lines(text) if line.strip()), "")


def _delimiter(first: str) -> str:
    """Choose the delimiter that makes sense of the first line, else the one that cuts it most often."""
    by_count = sorted(_DELIMITERS, key=first.count, reverse=True)
    return next((delimiter for delimiter in by_count if _makes_sense(first.split(delimiter))), by_count[0])


def _makes_sense(cells: list[str]) -> bool:
    cells = [cell.strip().strip('"') for cell in cells]
    return len(cells) > 1 and (_names_start(cells) or begins_with_times(cells))


def _quotings(first: str, delimiter: str) -> tuple[Literal[0, 3], ...]:
    """Ways to read quotes, tried in turn: most programs that write tabs do not quote, but Excel and Earmark do."""
    if delimiter != "\t":
        return (csv.QUOTE_MINIMAL,)
    if first == _WHISPER_HEADER or (is_raven(first.split(delimiter)) and '"' not in first):
        return (csv.QUOTE_NONE,)
    return (csv.QUOTE_MINIMAL, csv.QUOTE_NONE)


def _rows(text: str, delimiter: str, quoting: Literal[0, 3]) -> list[Row]:
    spaced = f"{delimiter} " in _first_line(text)
    file = io.StringIO(text, newline="")
    reader = csv.reader(file, delimiter=delimiter, quoting=quoting, skipinitialspace=spaced, strict=True)
    return [Row(line=reader.line_num, cells=cells) for cells in reader if any(cell.strip() for cell in cells)]
