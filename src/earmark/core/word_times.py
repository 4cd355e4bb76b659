"""Repair the times of words against when somebody speaks.

Recognisers find texts well and times less so: Whisper stretches the first and the last word of a sentence over the
pause beside it, puts words into silence, or gives them no length at all. What is said, and its order, stays as it is.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from earmark.core.time import overlap, round_half_up

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from earmark.core.segment import Word

LEAST = 0.04
"""Least seconds of a word, and of speech under it, where there is room: the shortest words ("a") last about so long."""
EDGE = 0.1
"""Seconds by which a word may reach beyond speech: detectors hear soft consonants late and let go of them early."""
PAUSE = 0.25
"""Shorter pauses belong to the speech around them: the closure of a stop such as "t" lasts up to 0.2 s."""
FAR = 1.0
"""A word that lies further from all speech, in seconds, keeps its time: the detector may be deaf to it."""
ATTEMPTS = 3
"""Times that words far from speech are kept there, though others may have been sent to them for want of room."""
_THOUSANDTHS = 1000


def repair(
    words: Sequence[Word], *, start: float, end: float, speech: Iterable[tuple[float, float]] = ()
) -> tuple[Word, ...]:
    """Put the words of one segment where somebody speaks, in order, none without length.

    Parameters
    ----------
    words : sequence of Word
        In the order in which they are said.
    start, end : float
        The segment, in seconds; all words end up inside.
    speech : iterable of (start, end)
        When somebody speaks, in seconds; what lies outside the segment does not count. Where none lies inside, or less
        than a millisecond for each word, all of the segment is taken as speech.

    Returns
    -------
    tuple of Word
        The same texts and scores. Times are rounded to milliseconds, do not overlap, and each word lies on one stretch
        of speech but for ``EDGE``. A word over a pause keeps the side that it covers more of; one in silence moves to
        the nearest speech. Words that need no repair keep their times, so that a second repair changes nothing.
    """
    begin, finish = _inner(start, end)
    if finish - begin < len(words):
        return _shared_out(words, start, end)
    heard = _stretches(speech, begin, finish)
    if sum(b - a for a, b in heard) < max(1, len(words)):
        heard = [(begin, finish)]
    raw = _times(words, begin, finish)
    times, believed = _ordered(raw, begin, finish), _longest_in_order(raw)
    for attempt in range(ATTEMPTS + 1):
        # At last the detector alone is believed: then everything fits.
        apart = [times[index] for index in believed] if attempt < ATTEMPTS else []
        place = _Place.of(_joined(sorted([*heard, *_far_from(heard, apart)])), len(times))
        if place.accepts(times):
            break
        times, believed = place.settle(times), list(range(len(times)))
    return _timed(words, times)


def in_order(words: Sequence[Word], *, start: float, end: float) -> tuple[Word, ...]:
    """Put the words of one clip in order, none before the end of the one before it, wherever speech may be.

    Most words keep their times; those that contradict them, and those without length, share what lies between.
    """
    begin, finish = _inner(start, end)
    return _timed(words, _ordered(_times(words, begin, finish), begin, finish))


def count_in_silence(words: Iterable[Word], speech: Iterable[tuple[float, float]]) -> int:
    """Count the words under which nobody speaks at all."""
    spans = list(speech)
    return sum(not any(overlap(word.start, word.end, *span) for span in spans) for word in words)


_Time = tuple[int, int]
"""Start and end in milliseconds."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where words may lie: stretches of speech, their edges, and the least length of a word; all in milliseconds."""

    speech: list[_Time]
    least: int

    @classmethod
    def of(cls, speech: list[_Time], count: int) -> _Place:
        return cls(speech, _least(speech, count))

    def accepts(self, times: Sequence[_Time]) -> bool:
        """Whether times need no repair."""
        ordered = all(a[1] <= b[0] for a, b in pairwise(times))
        return ordered and all(self._accepts(*time) for time in times)

    def _accepts(self, start: int, end: int) -> bool:
        a, b = self.speech[_nearest(start, end, self.speech)]
        inside = a - _ms(EDGE) <= start and end <= b + _ms(EDGE)
        return inside and min(end, b) - max(start, a) >= self.least

    def settle(self, times: Sequence[_Time]) -> list[_Time]:
        """Give each word its stretch of speech and room on it."""
        settled: list[_Time] = []
        owners = self._owners(times)
        for stretch, numbered in groupby(zip(owners, times, strict=True), key=lambda pair: pair[0]):
            settled += self._laid_out([time for _, time in numbered], *self.speech[stretch])
        return settled

    def _owners(self, times: Sequence[_Time]) -> list[int]:
        """The stretch of each word, so that none holds more than fit."""
        owners = [_nearest(*time, self.speech) for time in times]
        room = [(b - a) // self.least for a, b in self.speech]
        owners = _pushed_on(owners, room)
        last = len(room) - 1
        return [last - owner for owner in _pushed_on([last - owner for owner in reversed(owners)], room[::-1])][::-1]

    def _laid_out(self, times: Sequence[_Time], begin: int, finish: int) -> list[_Time]:
        """Lay words out on one stretch, as near to their times as order and least length allow."""
        laid: list[_Time] = []
        position = begin
        for index, (start, end) in enumerate(times):
            behind = (len(times) - index - 1) * self.least
            elsewhere = end <= begin or finish <= start
            length = max(self.least, min(end - start, finish - behind - position) if elsewhere else 0)
            first = _within(start, position, finish - behind - length)
            until = times[index + 1][0] if behind and times[index + 1][0] > first else finish
            position = _within(min(max(end, first + length), until), first + self.least, finish - behind)
            laid.append((first, position))
        # The first and the last may keep what they had beyond the speech.
        if begin - _ms(EDGE) <= times[0][0] < laid[0][0] == begin:
            laid[0] = (times[0][0], laid[0][1])
        if laid[-1][1] == finish < times[-1][1] <= finish + _ms(EDGE):
            laid[-1] = (laid[-1][0], times[-1][1])
        return laid


def _stretches(speech: Iterable[tuple[float, float]], begin: int, finish: int) -> list[_Time]:
    """Speech inside a segment, short pauses filled."""
    inside = ((max(begin, _ms(a)), min(finish, _ms(b))) for a, b in speech)
    return _joined(sorted((a, b) for a, b in inside if b > a))


def _joined(stretches: Iterable[_Time]) -> list[_Time]:
    joined: list[_Time] = []
    for a, b in stretches:
        if joined and a - joined[-1][1] < _ms(PAUSE):
            joined[-1] = (joined[-1][0], max(joined[-1][1], b))
        else:
            joined.append((a, b))
    return joined


def _least(stretches: Sequence[_Time], count: int) -> int:
    """The most milliseconds up to ``LEAST`` that each of so many words can have; at least one."""
    return next(
        (least for least in range(_ms(LEAST), 1, -1) if sum((b - a) // least for a, b in stretches) >= count), 1
    )


def _ordered(times: Sequence[_Time], begin: int, finish: int) -> list[_Time]:
    """Bring times into order: most of them keep theirs, those that contradict them share what lies between."""
    believed = _longest_in_order(times)
    edges = [-1, *believed, len(times)]
    ordered: list[_Time] = []
    for before, after in pairwise(edges):
        free = ordered[-1][1] if ordered else begin
        until = max(free, times[after][0]) if after < len(times) else finish
        missing = after - before - 1
        ordered += [
            (free + (until - free) * i // missing, free + (until - free) * (i + 1) // missing) for i in range(missing)
        ]
        if after < len(times):
            start, end = times[after]
            following = next((times[k][0] for k in believed if k > after), finish)
            ordered.append((start, min(end, max(start, following))))
    return ordered


def _longest_in_order(times: Sequence[_Time]) -> list[int]:
    """Indices of the most words with a length whose starts do not go back."""
    tails: list[int] = []
    starts: list[int] = []
    before: dict[int, int | None] = {}
    for index, (start, end) in enumerate(times):
        if end <= start:
            continue
        place = bisect_right(starts, start)
        before[index] = tails[place - 1] if place else None
        tails[place : place + 1] = [index]
        starts[place : place + 1] = [start]
    chain: list[int] = []
    index_or_none = tails[-1] if tails else None
    while index_or_none is not None:
        chain.append(index_or_none)
        index_or_none = before[index_or_none]
    return chain[::-1]


def _pushed_on(owners: Sequence[int], room: Sequence[int]) -> list[int]:
    """Send the words that a stretch has no room for to the next, as far as there is one."""
    pushed: list[int] = []
    left = list(room)
    place = 0
    for owner in owners:
        place = max(place, owner)
        while not left[place] and place + 1 < len(room):
            place += 1
        left[place] = max(0, left[place] - 1)
        pushed.append(place)
    return pushed


def _nearest(start: int, end: int, stretches: Sequence[_Time]) -> int:
    """The stretch that an interval covers most of, else the nearest."""

    def fit(index: int) -> tuple[float, int]:
        a, b = stretches[index]
        return overlap(start, end, a, b), -max(a - end, start - b)

    return max(range(len(stretches)), key=fit)


def _far_from(stretches: Sequence[_Time], times: Iterable[_Time]) -> list[_Time]:
    """The words that the detector may have been deaf to."""
    return [(a, b) for a, b in times if b - a >= _ms(LEAST) and _distance(a, b, stretches) > _ms(FAR)]


def _distance(start: int, end: int, stretches: Sequence[_Time]) -> int:
    return min(max(a - end, start - b, 0) for a, b in stretches)


def _shared_out(words: Sequence[Word], start: float, end: float) -> tuple[Word, ...]:
    """More words than milliseconds: equal shares."""
    share = (end - start) / len(words)
    return tuple(
        replace(word, start=start + share * i, end=min(end, start + share * (i + 1))) for i, word in enumerate(words)
    )


def _inner(start: float, end: float) -> _Time:
    """The whole milliseconds inside an interval in seconds."""
    begin = math.ceil(round(start * _THOUSANDTHS, 6))
    return begin, max(begin, math.floor(round(end * _THOUSANDTHS, 6)))


def _times(words: Sequence[Word], begin: int, finish: int) -> list[_Time]:
    return [(_within(_ms(word.start), begin, finish), _within(_ms(word.end), begin, finish)) for word in words]


def _timed(words: Sequence[Word], times: Sequence[_Time]) -> tuple[Word, ...]:
    return tuple(
        replace(word, start=start / _THOUSANDTHS, end=end / _THOUSANDTHS)
        for word, (start, end) in zip(words, times, strict=True)
    )


def _ms(seconds: float) -> int:
    return round_half_up(seconds * _THOUSANDTHS)


def _within(value: int, low: int, high: int) -> int:
    return min(max(value, low), high)
