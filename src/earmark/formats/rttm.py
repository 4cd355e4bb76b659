"""RTTM, who spoke when: one SPEAKER line per segment of speech.

Format: NIST, Rich Transcription Spring 2009 evaluation plan, appendix A (ten fields between spaces, ``;;`` comments).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from earmark.core.annotation import Annotation
from earmark.core.recording import Recording
from earmark.core.segment import SPEECH, Segment, in_order
from earmark.errors import FormatError
from earmark.formats.format import Format, has_text
from earmark.formats.nist import channel_number, end_of, only_recording, read_channel, records
from earmark.formats.parsing import at, number
from earmark.formats.rendering import milliseconds, one_field, recording_id, thousandths

if TYPE_CHECKING:
    from collections.abc import Sequence

_NONE = "<NA>"
_OTHER_TYPES = re.compile(
    r"SEGMENT|NOSCORE|NO_RT_METADATA|LEXEME|NON-LEX|NON-SPEECH|FILLER|EDIT|IP|SU|CB|A/P|SPKR-INFO"
)


def is_speech(segment: Segment) -> bool:
    """Whether somebody speaks: it has a speaker, a text or the label for speech."""
    return segment.speaker is not None or has_text(segment) or segment.label == SPEECH


def dumps(annotation: Annotation) -> str:
    """Write one SPEAKER line per segment of speech, times rounded to milliseconds."""
    name = recording_id(annotation)
    return "".join(f"{_line(s, name)}\n" for s in sorted(annotation.segments, key=in_order) if is_speech(s))


def _line(segment: Segment, name: str) -> str:
    start, end = milliseconds(segment.start), milliseconds(segment.end)
    times = f"{thousandths(start)} {thousandths(end - start)}"
    score = _NONE if segment.score is None else f"{segment.score:.6f}"
    speaker = one_field(segment.speaker or "") or _NONE
    return f"SPEAKER {name} {channel_number(segment)} {times} {_NONE} {_NONE} {speaker} {score} {_NONE}"


def loads(text: str, *, source: str) -> Annotation:
    """Read the SPEAKER lines; lines of the other types that NIST defines are passed over."""
    segments, names = [], []
    for line, fields in records(text):
        if _is_turn(fields, source, line):
            with at(source, line):
                segments.append(_segment(fields))
            names.append(fields[1])
    name = only_recording(names, source=source)
    return Annotation(segments=tuple(segments), recording=Recording(source=name) if name else None)


def _is_turn(fields: Sequence[str], source: str, line: int) -> bool:
    if _OTHER_TYPES.fullmatch(fields[0]):
        return False
    if fields[0] != "SPEAKER":
        raise FormatError(source, f"no RTTM line begins with {fields[0][:40]!r}", line)
    if len(fields) not in (9, 10):
        raise FormatError(source, f"a SPEAKER line has 10 fields, not {len(fields)}", line)
    return True


def _segment(fields: Sequence[str]) -> Segment:
    speaker, score = fields[7], fields[8]
    return Segment(
        start=number(fields[3]),
        end=end_of(fields[3], fields[4]),
        channel=None if fields[2] == _NONE else read_channel(fields[2]),
        label=SPEECH,
        speaker=None if speaker == _NONE else speaker,
        score=None if score == _NONE else number(score),
    )


FORMAT = Format(
    name="rttm",
    title="RTTM",
    suffixes=(".rttm",),
    keeps=frozenset({"speaker", "score", "channel"}),
    dumps=dumps,
    loads=loads,
    takes=is_speech,
    takes_what="segments of speech",
    names_recording=True,
)
