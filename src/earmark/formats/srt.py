r"""SubRip subtitles (SRT).

Written and read here and not with pysubs2, which takes ``{...}``, ``<b>`` and ``\N`` in a text for mark-up and drops
them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from earmark.core.annotation import Annotation
from earmark.core.segment import Segment
from earmark.core.time import clock
from earmark.errors import FormatError
from earmark.formats.format import Format, has_text
from earmark.formats.parsing import at, clock_seconds, lines
from earmark.formats.subtitles import Cue, cues, unwrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

_TIMING = re.compile(r"\s*([-\d:.,]+)\s*-->\s*([-\d:.,]+)(?:\s.*)?")
_LIKE_TIMING = re.compile(r"\s*[-\d:.,]*\d\S*\s*-->")
_SPEAKER = re.compile(r"\[([^\[\]\n]+)\]:? +(?=\S)")
_BRACKETS = str.maketrans("[]", "()")


def dumps(annotation: Annotation) -> str:
    """Write readable cues; the speaker stands in brackets before the text."""
    return "\n".join(_written(count, cue) for count, cue in enumerate(cues(annotation.segments, prefix=_prefix), 1))


def _prefix(speaker: str) -> str:
    return f"[{speaker.translate(_BRACKETS)}] "


def _written(count: int, cue: Cue) -> str:
    times = f"{clock(cue.start, separator=',')} --> {clock(cue.end, separator=',')}"
    speaker = _prefix(cue.speaker) if cue.speaker else ""
    return f"{count}\n{times}\n{speaker}" + "\n".join(cue.lines) + "\n"


def loads(text: str, *, source: str) -> Annotation:
    """Read cues; blank lines inside a text, missing numbers and points for commas are all right."""
    rows = lines(text)
    starts = _cue_starts(rows)
    head = rows[: starts[0]] if starts else rows
    if any(row.strip() and not (starts and row.strip().isdecimal()) for row in head):
        raise FormatError(source, "is no SRT: expected a number and a line like 00:00:01,000 --> 00:00:02,500", 1)
    ends = [*(_text_end(rows, start) for start in starts), len(rows)][1:]
    segments = (_segment(rows, start, end, source) for start, end in zip(starts, ends, strict=True))
    return Annotation(segments=tuple(segments))


def _cue_starts(rows: Sequence[str]) -> list[int]:
    """Lines of times that begin a cue: below a blank line or a number, not in the middle of a text."""
    starts: list[int] = []
    for row, content in enumerate(rows):
        if _LIKE_TIMING.match(content) and _may_start(rows, row, count=len(starts)):
            starts.append(row)
    return starts


def _may_start(rows: Sequence[str], row: int, *, count: int) -> bool:
    above = rows[row - 1].strip() if row else ""
    if not above.isdecimal():
        return not above
    return row == 1 or not rows[row - 2].strip() or above == str(count + 1)


def _text_end(rows: Sequence[str], next_start: int) -> int:
    return next_start - 1 if rows[next_start - 1].strip().isdecimal() else next_start


def _segment(rows: Sequence[str], start: int, end: int, source: str) -> Segment:
    times = _TIMING.fullmatch(rows[start])
    if times is None:
        raise FormatError(source, f"not a line of times: {rows[start][:60]!r}", start + 1)
    text = unwrapped(rows[start + 1 : end])
    speaker = _SPEAKER.match(text)
    with at(source, start + 1):
        return Segment(
            start=clock_seconds(times[1]),
            end=clock_seconds(times[2]),
            text=text[speaker.end() :] if speaker else text,
            speaker=speaker[1] if speaker else None,
        )


FORMAT = Format(
    name="srt",
    title="SRT",
    suffixes=(".srt",),
    keeps=frozenset({"text", "speaker"}),
    dumps=dumps,
    loads=loads,
    takes=has_text,
    takes_what="segments with text",
    aliases=("subrip",),
)
