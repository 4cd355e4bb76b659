"""Give speech its speakers: words by the turns that they lie in, segments cut where the speaker changes."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import replace
from typing import TYPE_CHECKING

from earmark.core.segment import SPEECH, Segment, in_order
from earmark.core.sentences import texts_from
from earmark.core.speakers import Turn, joined

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from earmark.core.segment import Word

COVERED = 0.8
"""The speaker of the word before keeps a word of which he speaks so much, where others speak at the same time."""
NEAR = 1.0
"""Speech in which no turn lies belongs to the nearest turn at most so many seconds away."""
SHORTEST = 0.25
"""A turn shorter than this, in seconds, in which no word was heard is left out."""


class Turns:
    """The turns of one channel, found by time.

    Parameters
    ----------
    turns : iterable of Turn
        In any order; those of one speaker that overlap are joined.
    """

    def __init__(self, turns: Iterable[Turn]) -> None:
        self.all = joined(turns, gap=0.0)
        self._starts = [turn.start for turn in self.all]
        # The latest end of all turns up to each one: what begins earlier may last longer.
        self._ends: list[float] = []
        for turn in self.all:
            self._ends.append(max(turn.end, self._ends[-1] if self._ends else turn.end))

    def within(self, start: float, end: float) -> Sequence[Turn]:
        """The turns that overlap ``[start, end)``, or hold a moment where both are equal; in order."""
        first = bisect_right(self._ends, start)
        last = bisect_right(self._starts, start) if end <= start else bisect_left(self._starts, end)
        return [turn for turn in self.all[first:last] if turn.end > start]

    def overlaps(self, start: float, end: float) -> dict[str, float]:
        """Seconds that each speaker speaks in ``[start, end)``, at least a hair where it is a moment."""
        found: dict[str, float] = {}
        for turn in self.within(start, end):
            seconds = max(min(turn.end, end) - max(turn.start, start), 1e-6)
            found[turn.speaker] = found.get(turn.speaker, 0.0) + seconds
        return found

    def nearest(self, start: float, end: float) -> str | None:
        """Who speaks nearest to ``[start, end)``, at most `NEAR` seconds away; None where nobody does."""
        near = self.within(start - NEAR, end + NEAR)
        by_distance = sorted((max(turn.start - end, start - turn.end), turn.start, turn.speaker) for turn in near)
        return by_distance[0][2] if by_distance else None


def speaker_of(turns: Turns, start: float, end: float, *, before: str | None = None) -> str | None:
    """Tell who speaks in ``[start, end)``: who speaks most of it, else who speaks nearest.

    Parameters
    ----------
    before : str or None
        The speaker of the word before, who keeps this one where he speaks most of it as well.
    """
    overlaps = turns.overlaps(start, end)
    if not overlaps:
        return turns.nearest(start, end)
    if before in overlaps and overlaps[before] >= COVERED * max(end - start, 1e-6):
        return before
    return max(overlaps, key=lambda speaker: overlaps[speaker])


def by_speaker(segment: Segment, turns: Turns) -> list[Segment]:
    """Cut a segment of speech where its speaker changes.

    Parameters
    ----------
    segment : Segment
        Speech, with or without words.
    turns : Turns
        Who speaks when, on the segment's channel.

    Returns
    -------
    list of Segment
        In order of time. With words: one per run of words by the same speaker, together as long as the segment, and in
        between, without text, those who spoke at the same time and of whom no word was heard. Without words: the turns
        in it.
    """
    spoken = _runs(segment, turns) if segment.words else []
    heard = {part.speaker for part in spoken}
    silent = [] if segment.text and not segment.words else list(_wordless(segment, turns, heard))
    if not spoken:
        if not silent:
            return [replace(segment, speaker=speaker_of(turns, segment.start, segment.end))]
        return silent
    return sorted([*spoken, *silent], key=in_order)


def _runs(segment: Segment, turns: Turns) -> list[Segment]:
    speakers: list[str | None] = []
    for word in segment.words:
        speakers.append(speaker_of(turns, word.start, word.end, before=speakers[-1] if speakers else None))
    begins = [i for i, speaker in enumerate(speakers) if i == 0 or speaker != speakers[i - 1]]
    if len(begins) == 1:
        return [replace(segment, speaker=speakers[0])]
    texts = texts_from(segment, begins)
    parts = []
    start = segment.start
    for k, begin in enumerate(begins):
        last = k + 1 == len(begins)
        words = segment.words[begin : None if last else begins[k + 1]]
        end = segment.end if last else _border(words[-1], segment.words[begins[k + 1]])
        parts.append(
            replace(
                segment,
                start=start,
                end=max(start, end),
                words=words,
                text=texts[k],
                speaker=speakers[begin],
                score=_mean(words, segment.score),
            )
        )
        start = parts[-1].end
    return parts


def _border(last: Word, first: Word) -> float:
    """Where one speaker ends and the next begins: half-way between their words."""
    return round((last.end + max(first.start, last.end)) / 2, 3)


def _mean(words: Sequence[Word], otherwise: float | None) -> float | None:
    scores = [word.score for word in words if word.score is not None]
    return sum(scores) / len(scores) if scores else otherwise


def _wordless(segment: Segment, turns: Turns, heard: set[str | None]) -> Iterator[Segment]:
    """Who speaks in a segment without a word of his having been heard there."""
    for turn in turns.within(segment.start, segment.end):
        start, end = max(turn.start, segment.start), min(turn.end, segment.end)
        if turn.speaker not in heard and end - start >= SHORTEST:
            text = segment.text if segment.text is None else ""
            yield replace(segment, start=start, end=end, speaker=turn.speaker, words=(), text=text, score=None)


def with_speech_of(row: Sequence[Segment], turns: Turns) -> list[Segment]:
    """Put the speech of turns into a timeline that took it for noise or silence.

    Parameters
    ----------
    row : sequence of Segment
        The timeline of one channel, without gap or overlap.
    turns : Turns
        Who speaks when, on that channel.

    Returns
    -------
    list of Segment
        As before without gap or overlap; stretches of turns of at least `SHORTEST` seconds are speech.
    """
    result: list[Segment] = []
    for segment in row:
        result += [segment] if segment.label == SPEECH else list(_spoken_over(segment, turns))
    return result


def _spoken_over(segment: Segment, turns: Turns) -> Iterator[Segment]:
    position = segment.start
    for start, end in _covered(segment, turns):
        if start > position:
            yield replace(segment, start=position, end=start)
        yield replace(segment, start=start, end=end, label=SPEECH, score=None, tags=())
        position = end
    if position < segment.end or position == segment.start:
        yield replace(segment, start=position)


def _covered(segment: Segment, turns: Turns) -> list[tuple[float, float]]:
    """Stretches of a segment in which somebody speaks."""
    spans: list[tuple[float, float]] = []
    for turn in turns.within(segment.start, segment.end):
        start, end = max(turn.start, segment.start), min(turn.end, segment.end)
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return [(start, end) for start, end in spans if end - start >= SHORTEST]
