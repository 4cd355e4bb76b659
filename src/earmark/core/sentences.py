"""Sentences: speech segments cut where a sentence ends, in any script, with the times of their words.

A rule of thumb after Unicode's sentence boundaries (https://www.unicode.org/reports/tr29/, SB rules), with what speech
adds: pauses, where an engine writes no punctuation, and a longest length.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from earmark.core.segment import Segment, Word

LONGEST_SECONDS = 30.0
LONGEST_CHARACTERS = 400
PAUSE = 0.7
"""Seconds of silence between two words that end a sentence where nobody writes punctuation."""

_FREE = "。！？｡．؟۔।॥։።፧፨။។៕᠃᠉‼⁇⁈⁉‽"
"""Marks that end a sentence also where no space follows."""
_STOPS = rf".!?…{_FREE}"
_CLOSING = r"\"'”’»›)\]}」』）】〕〉》］｝"
_OPENING = r"\"'“„‘«‹(\[{¿¡「『（【〔〈《［｛"
_SPACE = r"[ \u00a0\u202f]"
# French sets a space before !, ? and ».
_AFTER = rf"[{_STOPS}{_CLOSING}]*(?:{_SPACE}+[!?»›]+[{_STOPS}{_CLOSING}]*)*"
_END = re.compile(rf"(?P<stop>[{_STOPS}]){_AFTER}")
_GREEK_END = re.compile(rf"(?P<stop>[{_STOPS};]){_AFTER}")
_ENDED = re.compile(rf"[{_STOPS}][{_CLOSING}\s]*$")
_TOKEN_BEFORE = re.compile(rf"[^\s{_OPENING}]+$")
_OPENED = re.compile(rf"(?:(?:^|\s)[{_OPENING}]+|[「『（【〔〈《［｛]+)\s*$")
_CLAUSE_END = re.compile(rf"[,;:—–、，；：،؛][{_CLOSING}\s]*$")

_ABBREVIATIONS = (
    "mr mrs ms dr prof rev hon gen col capt lt sgt gov sen rep mt ft st ste mme mlle mm mgr hr fr frl dipl ing univ "
    "sra srta dott sig dra av e.g i.e eg ie vs cf viz approx ca z.b d.h u.a o.ä v.a bzw vgl sog p.ex b.v "
    "т.е т.к т.н им ул г-н"
)
_NUMBERED = "no nos nr n núm num fig figs vol art abb bd kap pp p ch sec par рис стр"
_WITH_ORDINALS = "da de et fi fo hr hu is lb lv nb nn no bs cs pl sk sl sr tr"
_NEVER_LAST = frozenset(_ABBREVIATIONS.split())
"""Abbreviations, in small letters and without the last point, behind which a sentence goes on."""
_BEFORE_NUMBERS = frozenset(_NUMBERED.split())
"""Abbreviations behind which a sentence goes on with a number; ``No.`` alone is one."""
_ORDINALS = frozenset(_WITH_ORDINALS.split())
"""Languages that write ordinal numbers with a point."""


def split(
    segment: Segment, *, seconds: float = LONGEST_SECONDS, characters: int = LONGEST_CHARACTERS
) -> tuple[Segment, ...]:
    """Cut a segment into its sentences.

    Every word stays, in order; the texts are pieces of the text in order, without the white space between them (`join`
    puts it back). Sentences do not overlap; the first starts and the last ends with the segment. All else of the
    segment holds for each of them; a score is that of their words.

    Parameters
    ----------
    segment : Segment
        One without words, or whose words are not those of its text, stays whole: nobody knows when its sentences end.
    seconds, characters : float, int
        Longer sentences are cut at a pause, else behind a comma, else between words, near the middle.
    """
    text = segment.text or ""
    spans = _spans(text, segment.words)
    if len(spans) < 2:
        return (segment,)
    borders = _borders(text, spans, segment.language)
    firsts = [0, *sorted(borders)]
    groups = [spans[first:end] for first, end in pairwise([*firsts, len(spans)])]
    parts = [part for group in groups for part in _short(text, group, _Length(seconds, characters))]
    if len(parts) == 1:
        return (segment,)
    counts = list(accumulate(len(part) for part in parts))
    cuts = [0, *(borders.get(first, spans[first].cut) for first in counts[:-1]), len(text)]
    texts = [text[begin:end].strip() for begin, end in pairwise(cuts)]
    words = [[span.word for span in part] for part in parts]
    return tuple(_timed(segment, list(zip(texts, words, strict=True))))


def texts_from(segment: Segment, firsts: Sequence[int]) -> list[str]:
    """Cut the text of a segment before the words of some indices, the first of which is 0.

    Where the words are not those of the text, each piece is its words with spaces between them.
    """
    text, words = segment.text or "", segment.words
    spans = _spans(text, words)
    if len(spans) != len(words):
        ends = pairwise([*firsts, len(words)])
        return [" ".join(word.text for word in words[first:end]) for first, end in ends]
    cuts = [0, *(spans[first].cut for first in firsts[1:]), len(text)]
    return [text[begin:end].strip() for begin, end in pairwise(cuts)]


def split_all(
    segments: Iterable[Segment], *, seconds: float = LONGEST_SECONDS, characters: int = LONGEST_CHARACTERS
) -> tuple[Segment, ...]:
    """Cut every segment into its sentences, see `split`; those without text stay as they are."""
    return tuple(part for segment in segments for part in split(segment, seconds=seconds, characters=characters))


def join(texts: Iterable[str]) -> str:
    """Join sentences: by a space, but not between Chinese or Japanese ones.

    >>> join(["Hello.", "There."]), join(["はい。", "そうです。"])
    ('Hello. There.', 'はい。そうです。')
    """
    pieces: list[str] = []
    last = ""
    for text in texts:
        if text:
            pieces.append(text if not last or (_unspaced(last) and _unspaced(text[0])) else f" {text}")
            last = text[-1]
    return "".join(pieces)


def _unspaced(letter: str) -> bool:
    """Whether a character is of a script that sets no space between sentences."""
    if unicodedata.east_asian_width(letter) not in "WF" or unicodedata.category(letter) == "So":
        return False
    return not unicodedata.name(letter, "").startswith("HANGUL")


@dataclass(frozen=True, slots=True)
class _Span:
    """A word and its share of the text: where the word stands, and from where on the text is nearer to it."""

    begin: int
    end: int
    cut: int
    word: Word


@dataclass(frozen=True, slots=True)
class _Length:
    seconds: float
    characters: int


def _spans(text: str, words: Sequence[Word]) -> list[_Span]:
    """Find the words in their text; nothing where they are not the words of that text."""
    spans: list[_Span] = []
    at = 0
    for word in words:
        spoken = word.text.strip()
        begin = text.find(spoken, at)
        if begin < 0 or _has_letters(text[at:begin]):
            return []
        opened = _OPENED.search(text[at:begin])
        spans.append(_Span(begin, begin + len(spoken), at + opened.start() if opened else begin, word))
        at = begin + len(spoken)
    return [] if _has_letters(text[at:]) else spans


def _has_letters(text: str) -> bool:
    return any(map(str.isalnum, text))


def _borders(text: str, spans: Sequence[_Span], language: str | None) -> dict[int, int]:
    """Find the words that begin a sentence, and where in the text it begins."""
    borders: dict[int, int] = {}
    ends, word = list(_ends(text, language)), 1
    for end in ends:
        while word < len(spans) and spans[word].begin < end:
            word += 1
        if word < len(spans) and spans[word - 1].end <= end:
            borders[word] = end
    if not ends and not _ENDED.search(text):
        for word in range(1, len(spans)):
            if _pause(spans[word - 1], spans[word]) >= PAUSE:
                borders[word] = spans[word].cut
    return borders


def _ends(text: str, language: str | None) -> Iterator[int]:
    """Give where sentences end inside a text, behind their marks."""
    begin = 0
    for match in (_GREEK_END if language == "el" else _END).finditer(text):
        if _is_end(text, match, begin, language):
            begin = match.end()
            yield begin


def _is_end(text: str, match: re.Match[str], begin: int, language: str | None) -> bool:
    following = text[match.end() : match.end() + 20]
    if not following.strip():
        return False
    if not following[0].isspace() and not _frees(match[0], following[0]):
        return False
    first = following.lstrip().lstrip("\"'“„‘«‹([{¿¡").lstrip()[:1]
    if first.islower():
        return False
    lone_point = match["stop"] == "." and not re.search(rf"[{_STOPS}]", match[0][1:])
    return not lone_point or not _goes_on(text, match.start(), begin, following.lstrip(), language)


def _frees(marks: str, following: str) -> bool:
    """Whether a sentence ends although no space follows: behind a full stop of a script that sets none."""
    last = re.sub(rf"[{_CLOSING}\s]+$", "", marks)[-1:]
    if last not in _FREE or following.isdecimal():
        return False
    # Behind a quotation in the middle of a sentence it goes on: 「はい。」と言った。
    return marks.endswith(last) or following in "「『（【〔〈《［｛“‘"


def _goes_on(text: str, point: int, begin: int, following: str, language: str | None) -> bool:
    """Whether a point is one of an abbreviation, an initial or a number, so that its sentence goes on."""
    before = _TOKEN_BEFORE.search(text, max(begin, point - 40), point)
    if before is None:
        return False
    last = before[0]
    if last.isdecimal():
        counts = not text[begin : before.start()].strip()
        return len(last) <= 2 and (counts or language in _ORDINALS)
    if last.casefold() in _NEVER_LAST:
        return True
    if last.casefold() in _BEFORE_NUMBERS and following[:1].isdecimal():
        return True
    if last == "I":
        return re.match(r"[A-Z]\.", following) is not None
    return last.isupper() and re.fullmatch(r"(?:\w[.-]+)*\w", last) is not None


def _pause(before: _Span, after: _Span) -> float:
    return after.word.start - before.word.end


def _short(text: str, group: Sequence[_Span], longest: _Length) -> Iterator[Sequence[_Span]]:
    """Halve a sentence until its parts are short enough, or of one word."""
    waiting = [group]
    while waiting:
        part = waiting.pop()
        if len(part) == 1 or not _too_long(part, longest):
            yield part
            continue
        cut = _best_cut(text, part)
        waiting += [part[cut:], part[:cut]]


def _too_long(part: Sequence[_Span], longest: _Length) -> bool:
    if part[-1].end - part[0].begin > longest.characters:
        return True
    return max(span.word.end for span in part) - part[0].word.start > longest.seconds


def _best_cut(text: str, part: Sequence[_Span]) -> int:
    begin, length = part[0].begin, max(part[-1].end - part[0].begin, 1)

    def merit(cut: int) -> tuple[bool, int, float, float]:
        before, after = part[cut - 1], part[cut]
        off_centre = abs((after.cut - begin) / length - 0.5)
        pause = _pause(before, after)
        clause = _CLAUSE_END.search(text[before.begin : after.cut]) is not None
        return off_centre <= 0.25, 2 if pause >= PAUSE else int(clause), round(pause, 1), -off_centre

    return max(range(1, len(part)), key=merit)


def _timed(segment: Segment, parts: Sequence[tuple[str, Sequence[Word]]]) -> Iterator[Segment]:
    """Give each part the time of its words, kept inside the segment and behind the part before."""
    starts = [segment.start]
    for _, words in parts[1:]:
        starts.append(min(max(words[0].start, starts[-1]), segment.end))
    for number, (text, words) in enumerate(parts):
        following = starts[number + 1] if number + 1 < len(parts) else None
        spoken = max(word.end for word in words)
        end = segment.end if following is None else max(starts[number], min(spoken, following))
        scores = [word.score for word in words if word.score is not None]
        score = sum(scores) / len(scores) if scores else segment.score
        yield replace(segment, start=starts[number], end=end, text=text, words=tuple(words), score=score)
