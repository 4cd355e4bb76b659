"""From segments to readable subtitles, for SRT and VTT alike.

The limits are those of the subtitle guides of broadcasters: two lines of 42 characters, at most 7 seconds
(Netflix Timed Text Style Guide, general requirements and English; 16 characters per line for Chinese and Korean),
at least about a second (5/6 s there).
"""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from earmark.core.segment import Segment, in_order
from earmark.formats.format import has_text
from earmark.formats.rendering import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

MAX_SECONDS = 7.0
MIN_SECONDS = 1.0

# Widths are counted so that either 42 narrow characters or 16 wide ones (Chinese, Japanese, Korean) fill a line.
_NARROW, _WIDE, _LINE = 8, 21, 336

_LONG_PAUSE, _PAUSE = 1.0, 0.3
_CLAUSE, _SENTENCE, _SILENCE = 2, 3, 4
_SENTENCE_END = re.compile(r"[.!?…。！？]['\"”’»)\]」』）]*$")
_CLAUSE_END = re.compile(r"[,;:—–、，；：]['\"”’»)\]」』）]*$")

# Scripts without spaces between words break before any character, but not before closing and after opening marks.
_UNSPACED = r"\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_OPENING = r"「『（【〔〈《［｛"
_CLOSING = r"、。，．！？：；」』）】〕〉》］｝・…"
_ATOM = re.compile(
    rf"\s*(?:[{_OPENING}]*(?:[{_UNSPACED}]|[^\s{_UNSPACED}{_OPENING}{_CLOSING}]+)[{_CLOSING}]*|[{_OPENING}{_CLOSING}]+)"
)
_UNSPACED_ENDS = re.compile(rf"[{_UNSPACED}{_CLOSING}]\n(?=[{_UNSPACED}{_OPENING}])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """What stands on the screen from ``start`` to ``end`` (seconds): one or two lines that one speaker says."""

    start: float
    end: float
    lines: tuple[str, ...]
    speaker: str | None = None


@dataclass(frozen=True, slots=True)
class _Atom:
    """Text that no line end may cut, with a space in front where there is one, and its time."""

    text: str
    start: float
    end: float

    @property
    def width(self) -> int:
        return width(self.text)


def width(text: str) -> int:
    """Room that a text takes on the screen, 336 to the line."""
    if text.isascii():
        return _NARROW * len(text)
    return sum(_WIDE if unicodedata.east_asian_width(character) in "WF" else _NARROW for character in text)


def cues(segments: Iterable[Segment], *, prefix: Callable[[str], str]) -> list[Cue]:
    """Cut the segments that have text into readable cues, in order of time.

    Parameters
    ----------
    segments
        Segments without text are left out.
    prefix
        What stands on the screen before the text of a speaker; it takes room in the first line.
    """
    found: list[Cue] = []
    for segment in sorted(segments, key=in_order):
        if has_text(segment):
            found += _cues(segment, prefix)
    found.sort(key=lambda cue: cue.start)
    return _lengthened(found)


def _cues(segment: Segment, prefix: Callable[[str], str]) -> list[Cue]:
    speaker = one_line(segment.speaker or "") or None
    room = min(width(prefix(speaker)), _LINE // 2) if speaker else 0
    if kept := _own_lines(segment, room):
        return [Cue(start=segment.start, end=segment.end, lines=kept, speaker=speaker)]
    groups = _groups(_atoms(segment), room)
    made = [_cue(group, room, speaker) for group in groups]
    made = [replace(cue, end=min(cue.end, following.start)) for cue, following in pairwise(made)] + made[-1:]
    if segment.duration <= MAX_SECONDS:
        made[0] = replace(made[0], start=segment.start)
        made[-1] = replace(made[-1], end=segment.end)
    return made


def _own_lines(segment: Segment, room: int) -> tuple[str, ...]:
    """Lines that the text has already, where they are fit to be shown as they are."""
    own = [" ".join(line.split()) for line in (segment.text or "").splitlines() if line.strip()]
    widths = [width(line) + (room if count == 0 else 0) for count, line in enumerate(own)]
    fit = len(own) == 2 and max(widths) <= _LINE and segment.duration <= MAX_SECONDS
    return tuple(own) if fit else ()


def _cue(atoms: Sequence[_Atom], room: int, speaker: str | None) -> Cue:
    start = atoms[0].start
    end = min(max(atoms[-1].end, start), start + MAX_SECONDS)
    return Cue(start=start, end=end, lines=_wrapped(atoms, room) or (_joined(atoms),), speaker=speaker)


def _joined(atoms: Iterable[_Atom]) -> str:
    return "".join(atom.text for atom in atoms).strip()


def _atoms(segment: Segment) -> list[_Atom]:
    return [atom for piece in _pieces(segment) for atom in _spread(piece)]


def _pieces(segment: Segment) -> list[_Atom]:
    """Cut the text at its words where their times can be trusted, else leave it whole."""
    text, cursor = (segment.text or "").strip(), 0
    pieces: list[_Atom] = []
    for word in segment.words:
        spoken = word.text.strip()
        found = text.find(spoken, cursor)
        if found < 0 or text[cursor:found].strip() or (pieces and word.start < pieces[-1].start):
            return [_Atom(text, segment.start, segment.end)]
        stop = found + len(spoken)
        start = min(max(word.start, segment.start), segment.end)
        pieces.append(_Atom(text[cursor:stop], start, min(max(word.end, start), segment.end)))
        cursor = stop
    if not pieces or text[cursor:].strip():
        return [_Atom(text, segment.start, segment.end)]
    return pieces


def _spread(piece: _Atom) -> list[_Atom]:
    """Cut a piece into atoms and share out its time by their length."""
    texts = _ATOM.findall(piece.text)
    reached = list(accumulate((len(text) for text in texts), initial=0))
    second = (piece.end - piece.start) / max(reached[-1], 1)
    times = [piece.start + count * second for count in reached[:-1]] + [piece.end]
    spaced = (f" {text.lstrip()}" if text[0].isspace() else text for text in texts)
    return [_Atom(text, start, end) for text, (start, end) in zip(spaced, pairwise(times), strict=True)]


def _groups(atoms: list[_Atom], room: int) -> list[list[_Atom]]:
    """Halve, at the best place near the middle, until each part can be shown at once."""
    short = atoms[-1].end - atoms[0].start <= MAX_SECONDS
    if len(atoms) == 1 or (short and _wrapped(atoms, room)):
        return [atoms]
    cut = _best_cut(atoms)
    return _groups(atoms[:cut], room) + _groups(atoms[cut:], room)


def _best_cut(atoms: list[_Atom]) -> int:
    reached = list(accumulate(atom.width for atom in atoms))

    def merit(cut: int) -> tuple[bool, int, float]:
        off_centre = abs(reached[cut - 1] / reached[-1] - 0.5)
        grade = _grade(atoms[cut - 1], atoms[cut])
        return grade == _SILENCE or off_centre <= 0.25, grade, -off_centre

    return max(range(1, len(atoms)), key=merit)


def _grade(before: _Atom, after: _Atom) -> int:
    """How good a place between two atoms is for an end, from 0 to `_SILENCE`."""
    pause = after.start - before.end
    if pause >= _LONG_PAUSE:
        return _SILENCE
    if _SENTENCE_END.search(before.text):
        return _SENTENCE
    if _CLAUSE_END.search(before.text):
        return _CLAUSE
    return int(pause >= _PAUSE)


def _wrapped(atoms: Sequence[_Atom], room: int) -> tuple[str, ...]:
    """Make one line, or two of similar length or parted by punctuation, or none where the atoms do not fit."""
    reached = list(accumulate((atom.width for atom in atoms), initial=room - _leading(atoms[0])))
    if reached[-1] <= _LINE:
        return (_joined(atoms),)
    if reached[-1] > 2 * _LINE + _NARROW:
        return ()
    cuts = range(1, len(atoms))
    longest = {cut: max(reached[cut], reached[-1] - reached[cut] - _leading(atoms[cut])) for cut in cuts}
    fitting = [cut for cut in cuts if longest[cut] <= _LINE]
    if not fitting:
        return ()
    cut = min(
        fitting, key=lambda cut: longest[cut] - (_LINE // 4 if _grade(atoms[cut - 1], atoms[cut]) >= _CLAUSE else 0)
    )
    return _joined(atoms[:cut]), _joined(atoms[cut:])


def _leading(atom: _Atom) -> int:
    return _NARROW if atom.text[0] == " " else 0


def _lengthened(found: list[Cue]) -> list[Cue]:
    """Let short cues stand longer, up to the next one."""
    ends = [*(cue.start for cue in found), math.inf][1:]
    return [
        replace(cue, end=max(cue.end, min(cue.start + MIN_SECONDS, end))) for cue, end in zip(found, ends, strict=True)
    ]


def unwrapped(lines: Iterable[str]) -> str:
    """Join the lines of a cue to running text; lines that begin with a dash, a change of speaker, stay lines."""
    text = "\n".join(line.strip() for line in lines if line.strip())
    text = _UNSPACED_ENDS.sub(lambda match: match[0][:-1], text)
    return re.sub(r"\n(?![-–—])", " ", text)
