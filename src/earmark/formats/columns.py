"""Which column of a table holds what."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from earmark.core.segment import Segment
from earmark.errors import InvalidValue
from earmark.formats.parsing import optional_number, seconds, whole
from earmark.formats.tags import Tags, load_tags

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ALIASES: Mapping[str, tuple[str, ...]] = {
    "start": ("start", "onset", "begin", "begintime", "starttime", "onsettime", "startseconds", "tmin"),
    "end": ("end", "offset", "stop", "endtime", "stoptime", "offsettime", "stopseconds", "endseconds", "tmax"),
    "duration": ("duration", "deltatime", "length"),
    "channel": ("channel", "channelindex"),
    "label": (
        "label",
        "labels",
        "annotation",
        "clustername",
        "cluster",
        "class",
        "classname",
        "category",
        "event",
        "eventlabel",
        "commonname",
        "name",
        "species",
    ),
    "speaker": ("speaker", "speakerid", "spk"),
    "language": ("language", "lang"),
    "text": ("text", "transcript", "transcription", "lines", "sentence", "utterance"),
    "score": ("score", "confidence", "probability"),
    "low_hz": ("low", "lowfreq", "lowfrequency", "minfreq", "minfrequency", "freqmin", "fmin"),
    "high_hz": ("high", "highfreq", "highfrequency", "maxfreq", "maxfrequency", "freqmax", "fmax"),
    "tags": ("tags",),
}
"""Column names that mean a field, as `key` writes them, the first one present wins."""

_UNITS = frozenset({"s", "sec", "secs", "hz"})


def key(header: str) -> str:
    """Compare column names by letters and digits only, without the unit: ``Begin Time (s)`` is ``begintime``."""
    parts = re.findall(r"[^\W_]+", header.lower())
    return "".join(parts[:-1] if len(parts) > 1 and parts[-1] in _UNITS else parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Where the fields of a segment stand in a row.

    Attributes
    ----------
    fields : Mapping of str to int
        Column of each field of `ALIASES` that the table has.
    tags : tuple of (str, int)
        Columns that hold something else, which is kept as a tag.
    first_channel : int
        The number that the table gives to the first channel.
    second : float
        How many units of time the table counts in a second.
    """

    fields: Mapping[str, int]
    tags: tuple[tuple[str, int], ...] = ()
    first_channel: int = 0
    second: float = 1.0

    def segment(self, row: Sequence[str]) -> Segment:
        """Read one row; raise `InvalidValue` where it makes no sense."""
        start = seconds(self._cell(row, "start")) / self.second
        return Segment(
            start=start,
            end=self._end(row, start),
            channel=self._channel(row),
            label=self._cell(row, "label") or None,
            text=self._cell(row, "text") or None,
            speaker=self._cell(row, "speaker") or None,
            language=self._cell(row, "language") or None,
            score=optional_number(self._cell(row, "score")),
            tags=self._tags(row),
            low_hz=optional_number(self._cell(row, "low_hz")),
            high_hz=optional_number(self._cell(row, "high_hz")),
        )

    def _cell(self, row: Sequence[str], field: str) -> str:
        column = self.fields.get(field)
        return "" if column is None or column >= len(row) else row[column]

    def _end(self, row: Sequence[str], start: float) -> float:
        if "end" in self.fields:
            return seconds(self._cell(row, "end")) / self.second
        return start + seconds(self._cell(row, "duration")) / self.second

    def _channel(self, row: Sequence[str]) -> int | None:
        cell = self._cell(row, "channel")
        if not cell.strip():
            return None
        channel = whole(cell) - self.first_channel
        if channel < 0:
            raise InvalidValue(f"channels count from {self.first_channel} here, not {cell}")
        return channel

    def _tags(self, row: Sequence[str]) -> Tags:
        found = tuple((name, row[column]) for name, column in self.tags if column < len(row) and row[column])
        return found + load_tags(self._cell(row, "tags"), name="tags")


def from_header(header: Sequence[str], *, first_channel: int = 0, dropped: frozenset[str] = frozenset()) -> Columns:
    """Find the fields by the names of the columns; ``dropped`` are keys of columns to pass over."""
    keys = [key(name) for name in header]
    found = {
        field: next((keys.index(alias) for alias in aliases if alias in keys), -1) for field, aliases in ALIASES.items()
    }
    fields = {field: column for field, column in found.items() if column >= 0}
    _require_times(fields, header)
    taken = set(fields.values())
    others = [column for column in range(len(keys)) if column not in taken and keys[column] not in dropped]
    tags = tuple((header[column].strip() or f"column {column + 1}", column) for column in others)
    return Columns(fields=fields, tags=tags, first_channel=first_channel)


def _require_times(fields: Mapping[str, int], header: Sequence[str]) -> None:
    missing = "start" if "start" not in fields else "end"
    if missing not in fields and not (missing == "end" and "duration" in fields):
        names = ", ".join(name.strip() for name in header)[:200]
        raise InvalidValue(f"no column for the {missing}: name one {missing!r} (there are: {names})")


def without_header(rows: Sequence[Sequence[str]]) -> Columns:
    """Find the fields in a table without header: ``start, end, label, text`` or ``id, start, end, text, label``."""
    first = rows[0]
    identity: tuple[tuple[str, int], ...] = ()
    if _is_time(first, 1) and _is_time(first, 2) and (not _is_time(first, 0) or _is_numbered(rows)):
        fields, identity = {"start": 1, "end": 2, "text": 3, "label": 4}, (("id", 0),)
    elif _is_time(first, 0) and _is_time(first, 1):
        fields = {"start": 0, "end": 1, "label": 2, "text": 3}
    else:
        raise InvalidValue("neither names its columns (start, end, label, text ...) nor begins with two times")
    more = ((f"column {column + 1}", column) for column in range(max(fields.values()) + 1, max(map(len, rows))))
    return Columns(fields=fields, tags=(*identity, *more))


def begins_with_times(row: Sequence[str]) -> bool:
    """Whether the first two columns, or the two after the first, hold times."""
    return _is_time(row, 1) and (_is_time(row, 0) or _is_time(row, 2))


def _is_time(row: Sequence[str], column: int) -> bool:
    try:
        seconds(row[column])
    except (InvalidValue, IndexError):
        return False
    return True


def _is_numbered(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first of four columns or more counts 0, 1, 2 ... or 1, 2, 3 ..."""
    first = rows[0][0].strip()
    counts = (str(count) for count in range(int(first), int(first) + len(rows))) if first in ("0", "1") else ()
    return len(rows[0]) >= 4 and [row[0].strip() for row in rows] == list(counts)
