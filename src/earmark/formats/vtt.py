"""WebVTT subtitles. Specification: https://www.w3.org/TR/webvtt1/."""

from __future__ import annotations

import html
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
    from collections.abc import Iterator, Sequence

_TIMING = re.compile(r"\s*([-\d:.,]+)\s*-->\s*([-\d:.,]+)(?:\s.*)?")
_OTHER_BLOCK = re.compile(r"(?:NOTE|STYLE|REGION)(?:\s|$)")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]*)>")
_MARKUP = re.compile(r"</?(?:c|i|b|u|v|ruby|rt|lang)(?:[.\s][^>]*)?>|<[\d:.]+>")


def dumps(annotation: Annotation) -> str:
    """Write readable cues; the speaker is the voice of a cue."""
    written = (_written(cue) for cue in cues(annotation.segments, prefix=lambda _: ""))
    return "\n".join(("WEBVTT\n", *written))


def _written(cue: Cue) -> str:
    voice = f"<v {_escaped(cue.speaker)}>" if cue.speaker else ""
    return f"{clock(cue.start)} --> {clock(cue.end)}\n{voice}" + "\n".join(_escaped(line) for line in cue.lines) + "\n"


def _escaped(text: str) -> str:
    return html.escape(text, quote=False)


def loads(text: str, *, source: str) -> Annotation:
    """Read cues with their voices; other mark-up, styles and notes are passed over."""
    rows = lines(text.removeprefix("\ufeff"))
    if not re.match(r"WEBVTT(?:[ \t]|$)", rows[0]):
        raise FormatError(source, "is no WebVTT: the first line should be WEBVTT", 1)
    segments = [s for first, block in _blocks(rows) for s in _segments(first, block, source)]
    return Annotation(segments=tuple(segments))


def _blocks(rows: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Give the runs of lines that are not blank, with the index of the first, without the header."""
    block: list[str] = []
    for row, content in enumerate([*rows, ""]):
        if content.strip():
            block.append(content)
        elif block:
            if row > len(block):
                yield row - len(block), block
            block = []


def _segments(first: int, block: Sequence[str], source: str) -> Iterator[Segment]:
    if _OTHER_BLOCK.match(block[0]):
        return
    timing = next((row for row, content in enumerate(block[:2]) if "-->" in content), None)
    times = None if timing is None else _TIMING.fullmatch(block[timing])
    if timing is None or times is None:
        raise FormatError(source, "expected a line of times like 00:01.000 --> 00:02.500", first + 1)
    with at(source, first + timing + 1):
        start, end = clock_seconds(times[1]), clock_seconds(times[2])
        for speaker, text in _voices("\n".join(block[timing + 1 :])):
            yield Segment(start=start, end=end, text=text, speaker=speaker)


def _voices(payload: str) -> list[tuple[str | None, str]]:
    """Part a cue into texts with their speakers."""
    before, *voiced = _VOICE.split(payload)
    spoken = [
        (_plain(name).strip() or None, _plain(text)) for name, text in zip(voiced[::2], voiced[1::2], strict=True)
    ]
    alone = _plain(before)
    return [(None, alone), *spoken] if alone or not spoken else spoken


def _plain(payload: str) -> str:
    return unwrapped(html.unescape(_MARKUP.sub("", payload)).split("\n"))


FORMAT = Format(
    name="vtt",
    title="WebVTT",
    suffixes=(".vtt",),
    keeps=frozenset({"text", "speaker"}),
    dumps=dumps,
    loads=loads,
    takes=has_text,
    takes_what="segments with text",
    aliases=("webvtt",),
)
