"""Words that follow their text: who corrects a transcript does not say anew when each word was spoken."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import replace
from difflib import SequenceMatcher
from itertools import accumulate
from typing import TYPE_CHECKING

from earmark.core.fit import MAX_SHORT, MAX_WORDS
from earmark.core.segment import Word

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from earmark.core.segment import Segment

    Heard = tuple[str, tuple[Word, ...]]
    """A token of a text, and the words that it was heard as."""

_UNSPACED = r"\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""Kana and Han, where each character may be a word."""
_TOKEN = re.compile(rf"[{_UNSPACED}][、。，．！？：；」』）】〕〉》］｝・…]*|[^\s{_UNSPACED}]+")
_SPACE = re.compile(r"\s*")
MOST_COMPARED = 40_000
"""Pairs of tokens that are compared between the first and the last change; beyond, all between counts as replaced."""


def tokens(text: str) -> list[str]:
    """Cut a text into what stands between spaces, and into single characters where a script has none.

    >>> tokens("Hello, world. 今日。")
    ['Hello,', 'world.', '今', '日。']
    """
    return _TOKEN.findall(text)


def follow(before: Segment, after: Segment) -> Segment:
    """Give a changed segment the words of its new text.

    New words that spell the text are taken as they are. From others, those that agree with it keep their times, in the
    spelling of the text; what was put in their place shares the time of what it replaces, what was put in between the
    time between its neighbours, each by its characters; the times of what is gone go too.

    Parameters
    ----------
    before, after : Segment
        What it was and what somebody made of it. Where the text is another one, no words stands for the old words.
    """
    if after.text == before.text and after.words in ((), before.words):
        return after
    if not after.text:
        return replace(after, words=()) if before.text else after
    words = after.words or before.words
    if not words or (words != before.words and _spell(words, after.text)):
        return after
    # Words that came along may be those of another text than the one that is here now.
    heard = _heard(before.text or "", words) or [(word.text, (word,)) for word in words if word.text.strip()]
    wanted = tokens(after.text)
    if len(wanted) > MAX_WORDS or max(map(len, wanted), default=0) > MAX_SHORT:
        return replace(after, words=())
    return replace(after, words=tuple(_inside(_retimed(heard, wanted, after), after)))


def _spell(words: Sequence[Word], text: str) -> bool:
    """Whether a text is made of words, with spaces between them or none."""
    at = 0
    for word in words:
        begin = at + len(_SPACE.match(text, at)[0])  # type: ignore[index]  # matches everywhere
        if not text.startswith(word.text, begin):
            return False
        at = begin + len(word.text)
    return not text[at:].strip()


def _heard(text: str, words: Sequence[Word]) -> list[Heard]:
    """Find the words of each token of their text; nothing where they are not the words of that text."""
    begins, at = list[int](), 0
    for word in words:
        begins.append(text.find(word.text, at))
        if begins[-1] < 0:
            return []
        at = begins[-1] + len(word.text)
    ends = [begin + len(word.text) for begin, word in zip(begins, words, strict=True)]
    found = []
    for token in _TOKEN.finditer(text):
        first, last = bisect_right(ends, token.start()), bisect_left(begins, token.end())
        if first < last:
            cut = begins[first] < token.start() or ends[last - 1] > token.end()
            start = _moment(words[first], (token.start() - begins[first]) / len(words[first].text))
            end = _moment(words[last - 1], (token.end() - begins[last - 1]) / len(words[last - 1].text))
            part = (Word(text=token[0], start=start, end=max(start, end)),)
            found.append((token[0], part if cut else tuple(words[first:last])))
    return found


def _moment(word: Word, part: float) -> float:
    return word.start + (word.end - word.start) * min(max(part, 0.0), 1.0)


def _retimed(heard: Sequence[Heard], wanted: Sequence[str], segment: Segment) -> Iterator[Word]:
    reach = segment.start
    for same, i, j, k, m in _runs([_key(token) for token, _ in heard], [_key(token) for token in wanted]):
        old, new = heard[i:j], wanted[k:m]
        if same or len(old) == len(new):
            made = [word for pair in zip(old, new, strict=True) for word in _respelled(*pair, same=same)]
        elif old:
            made = _spread(new, old[0][1][0].start, old[-1][1][-1].end)
        else:
            made = _spread(new, reach, heard[j][1][0].start if j < len(heard) else segment.end)
        yield from made
        reach = made[-1].end if made else reach


def _runs(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[bool, int, int, int, int]]:
    """Give what is the same and what is not: whether it is, and its range in both."""
    shorter = min(len(old), len(new))
    head = next((n for n in range(shorter) if old[n] != new[n]), shorter)
    tail = next((n for n in range(shorter - head) if old[-1 - n] != new[-1 - n]), shorter - head)
    i, j, k, m = head, len(old) - tail, head, len(new) - tail
    yield True, 0, i, 0, k
    if (j - i) * (m - k) > MOST_COMPARED:
        yield False, i, j, k, m
    else:
        compared = SequenceMatcher(None, old[i:j], new[k:m], autojunk=False).get_opcodes()
        yield from ((tag == "equal", head + a, head + b, head + c, head + d) for tag, a, b, c, d in compared)
    yield True, j, len(old), m, len(new)


def _key(token: str) -> str:
    """What makes a word the same: its letters and digits, whatever their case."""
    return "".join(filter(str.isalnum, token.casefold())) or token


def _respelled(heard: Heard, token: str, *, same: bool) -> tuple[Word, ...]:
    """Give the words of a token, or one in their place that is written otherwise; a score is the engine's word's."""
    text, words = heard
    if text == token:
        return words
    score = words[0].score if same and len(words) == 1 else None
    return (Word(text=token, start=words[0].start, end=max(words[0].start, words[-1].end), score=score),)


def _spread(texts: Sequence[str], start: float, end: float) -> list[Word]:
    """Share a time among words by their characters."""
    end, whole = max(start, end), sum(map(len, texts))
    borders = [start + (end - start) * part / whole for part in accumulate(map(len, texts), initial=0)] if whole else []
    return [Word(text=text, start=borders[n], end=borders[n + 1]) for n, text in enumerate(texts)]


def _inside(words: Iterator[Word], segment: Segment) -> Iterator[Word]:
    """Keep words inside their segment, none before the one before has ended."""
    reach = segment.start
    for word in words:
        start = min(max(word.start, reach), segment.end)
        reach = min(max(word.end, start), segment.end)
        yield word if (start, reach) == (word.start, word.end) else replace(word, start=start, end=reach)
