"""Transcripts as other services answer them, for programs that expect exactly that: one cue or row per segment.

For people, SRT and VTT are cut into readable cues instead (`earmark.formats.subtitles`).
"""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from earmark.core.time import clock
from earmark.core.transcript import UNKNOWN_SPEAKER, speaker_of, spoken
from earmark.formats.rendering import milliseconds, one_line

if TYPE_CHECKING:
    from earmark.core.annotation import Annotation
    from earmark.core.segment import Segment

_BRACKETS = str.maketrans("[]", "()")
_SHORTEST = 0.001
"""Seconds; players pass over cues that end when they begin."""


def hearback_srt(annotation: Annotation) -> str:
    """Write SRT with ``[speaker]`` before every text, ``[UNKNOWN]`` where nobody knows who speaks."""
    return "\n".join(
        f"{count}\n{_times(segment, ',')}\n[{_name(segment).translate(_BRACKETS)}] {one_line(segment.text or '')}\n"
        for count, segment in enumerate(spoken(annotation), 1)
    )


def hearback_vtt(annotation: Annotation) -> str:
    """Write WebVTT with a voice for every text, ``<v UNKNOWN>`` where nobody knows who speaks."""
    return "\n".join(
        (
            "WEBVTT\n",
            *(
                f"{_times(segment, '.')}\n<v {_escaped(_name(segment))}>{_escaped(one_line(segment.text or ''))}\n"
                for segment in spoken(annotation)
            ),
        )
    )


def whisper_tsv(annotation: Annotation) -> str:
    """Write the table of OpenAI's Whisper: whole milliseconds and text, below a header."""
    rows = (
        f"{milliseconds(segment.start)}\t{milliseconds(segment.end)}\t{one_line(segment.text or '')}\n"
        for segment in spoken(annotation)
    )
    return "".join(("start\tend\ttext\n", *rows))


def _times(segment: Segment, separator: str) -> str:
    end = max(segment.end, segment.start + _SHORTEST)
    return f"{clock(segment.start, separator=separator)} --> {clock(end, separator=separator)}"


def _name(segment: Segment) -> str:
    return speaker_of(segment) or UNKNOWN_SPEAKER


def _escaped(text: str) -> str:
    return html.escape(text, quote=False)
