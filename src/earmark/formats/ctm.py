"""CTM, the words with their times: ``recording channel start duration word [score]``.

Format: NIST SCTK, https://github.com/usnistgov/SCTK/blob/master/doc/infmts.htm
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from earmark.core.annotation import Annotation
from earmark.core.recording import Recording
from earmark.core.segment import Segment, Word
from earmark.errors import FormatError
from earmark.formats.format import Format
from earmark.formats.nist import channel_number, end_of, only_recording, read_channel, records
from earmark.formats.parsing import at, number
from earmark.formats.rendering import milliseconds, one_field, recording_id, thousandths

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

PAUSE = 1.0
"""Seconds without a word that end a segment when a file is read."""


def has_words(segment: Segment) -> bool:
    """Whether the times of the words are known."""
    return any(word.text.strip() for word in segment.words)


def dumps(annotation: Annotation) -> str:
    """Write one line per word, by channel and time, times rounded to milliseconds."""
    name = recording_id(annotation)
    words = [(channel_number(s), word) for s in annotation.segments for word in s.words if word.text.strip()]
    words.sort(key=lambda item: (item[0], item[1].start, item[1].end))
    return "".join(f"{name} {channel} {_fields(word)}\n" for channel, word in words)


def _fields(word: Word) -> str:
    start, end = milliseconds(word.start), milliseconds(word.end)
    fields = f"{thousandths(start)} {thousandths(end - start)} {one_field(word.text)}"
    return fields if word.score is None else f"{fields} {word.score:.6f}"


def loads(text: str, *, source: str) -> Annotation:
    """Read words; those of one channel with less than `PAUSE` between them make a segment."""
    words, names = [], []
    for line, fields in records(text):
        if len(fields) not in (5, 6):
            raise FormatError(source, f"a CTM line has 5 or 6 fields, not {len(fields)}", line)
        with at(source, line):
            words.append((read_channel(fields[1]), _word(fields)))
        names.append(fields[0])
    name = only_recording(names, source=source)
    words.sort(key=lambda item: (item[0], item[1].start))
    segments = [s for channel, group in groupby(words, lambda item: item[0]) for s in _segments(channel, group)]
    return Annotation(segments=tuple(segments), recording=Recording(source=name) if name else None)


def _word(fields: Sequence[str]) -> Word:
    score = None if len(fields) == 5 or fields[5] in ("NA", "<NA>") else number(fields[5])
    return Word(text=fields[4], start=number(fields[2]), end=end_of(fields[2], fields[3]), score=score)


def _segments(channel: int, words: Iterable[tuple[int, Word]]) -> list[Segment]:
    runs: list[list[Word]] = []
    reach = -PAUSE
    for _, word in words:
        if word.start - reach >= PAUSE:
            runs.append([])
        runs[-1].append(word)
        reach = max(reach, word.end)
    return [_segment(channel, run) for run in runs]


def _segment(channel: int, words: Sequence[Word]) -> Segment:
    text = " ".join(word.text for word in words)
    end = max(word.end for word in words)
    return Segment(start=words[0].start, end=end, channel=channel, text=text, words=tuple(words))


FORMAT = Format(
    name="ctm",
    title="CTM",
    suffixes=(".ctm",),
    keeps=frozenset({"text", "words", "channel"}),
    dumps=dumps,
    loads=loads,
    takes=has_words,
    takes_what="words with times",
    names_recording=True,
)
