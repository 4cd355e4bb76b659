"""Timelines that fill with words, clip by clip."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from earmark.core import word_times
from earmark.core.segment import SPEECH, Segment, Word
from earmark.engines import guards
from earmark.services.clips import Activity, Clip, ClipTimer, Rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from earmark.core.annotation import Note
    from earmark.engines.protocols import TranscribeOptions, Transcript


@dataclass(frozen=True, slots=True)
class _Placed:
    """A word where it was said."""

    word: Word
    glued: bool
    language: str


class TranscriptRows:
    """Collects words and notes under the segments that they belong to.

    Parameters
    ----------
    rows : list of list of Segment
        The timeline of each channel, without words.
    rate : int
        Sample rate of the clips in Hz.
    activity : sequence of array, shape ``(spans, 2)``, or None
        For each row, when somebody speaks, in seconds; None takes the segments.
    options : TranscribeOptions
        What the transcript was asked to be.
    """

    def __init__(self, rows: Rows, rate: int, activity: Activity | None, options: TranscribeOptions) -> None:
        self.notes: list[Note] = []
        self.rows: Rows = [[] for _ in rows]
        """The timelines as far as nothing will change them."""
        self._given = rows
        self._rate = rate
        self._activity = activity
        self._translated = options.task == "translate"
        self._loops = [guards.LoopWatch() for _ in rows] if options.guards else []
        self._words: dict[tuple[int, int], list[_Placed]] = {}

    def place(self, clip: Clip, transcript: Transcript, language: str) -> list[Segment]:
        """Move what was heard in a clip back to where it was said; give the speech segments that are finished."""
        timer = ClipTimer(clip, self._rate)
        ordered = word_times.in_order(transcript.words, start=0.0, end=clip.length / self._rate)
        looped = self._loops[clip.row].looped(ordered) if self._loops else []
        for begin, end in looped:
            note = guards.dropped(ordered[begin:end], transcript.joins[begin:end], guards.REPEATED)
            self.notes.append(self._noted(note, timer))
        left_out = {index for begin, end in looped for index in range(begin, end)}
        for index, (word, glued) in enumerate(zip(ordered, transcript.joins, strict=True)):
            if index not in left_out:
                self._put(word, timer, glued=glued, language="en" if self._translated else language)
        self.notes += [self._noted(note, timer) for note in transcript.notes]
        last = clip.pieces[-1]
        return self._finish(clip.row, last.segment + last.last)

    def rest(self) -> Iterator[list[Segment]]:
        """Finish each row; give the speech segments that were not finished yet."""
        for row, given in enumerate(self._given):
            yield self._finish(row, len(given))

    def _put(self, word: Word, timer: ClipTimer, *, glued: bool, language: str) -> None:
        piece = timer.piece_of(word)
        segment = self._given[piece.row][piece.segment]
        moved = replace(word, start=timer.at(word.start, piece, segment), end=timer.at(word.end, piece, segment))
        self._words.setdefault((piece.row, piece.segment), []).append(_Placed(moved, glued, language))

    def _finish(self, row: int, end: int) -> list[Segment]:
        finished = [self._written(row, index) for index in range(len(self.rows[row]), end)]
        self.rows[row] += finished
        return [segment for segment in finished if segment.label == SPEECH]

    def _written(self, row: int, index: int) -> Segment:
        segment, found = self._given[row][index], self._words.pop((row, index), [])
        if segment.label != SPEECH:
            return segment
        scores = [placed.word.score for placed in found if placed.word.score is not None]
        languages = Counter(placed.language for placed in found)
        return replace(
            segment,
            text=guards.text_of([placed.word for placed in found], [placed.glued for placed in found]),
            words=word_times.repair(
                [placed.word for placed in found],
                start=segment.start,
                end=segment.end,
                speech=self._speech(row, segment),
            ),
            score=float(np.mean(scores)) if scores else segment.score,
            language=languages.most_common(1)[0][0] if languages else None,
        )

    def _speech(self, row: int, segment: Segment) -> Sequence[tuple[float, float]]:
        if self._activity is None:
            return ()
        spans = self._activity[row]
        first = int(np.searchsorted(spans[:, 1], segment.start, side="right"))
        last = int(np.searchsorted(spans[:, 0], segment.end, side="left"))
        return [(start, end) for start, end in spans[first:last].tolist()]

    def _noted(self, note: Note, timer: ClipTimer) -> Note:
        begin, end = note.start or 0.0, note.end or 0.0
        first, last = timer.piece_at(begin), timer.piece_at(end)
        channel = self._given[first.row][first.segment].channel
        return replace(note, start=timer.free(begin, first), end=timer.free(end, last), channel=channel)
