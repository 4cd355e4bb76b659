"""Cut the sound under speech segments into clips for an engine, and turn times in clips into times in the recording."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import TYPE_CHECKING

import numpy as np

from earmark.core.segment import SPEECH, Segment
from earmark.core.time import to_samples

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from earmark.audio.decode import Samples
    from earmark.core.segment import Word
    from earmark.engines.protocols import Transcriber

MARGIN = 0.2
"""Seconds of sound around a speech segment that the engine also hears, so that no consonant is cut off."""
SHORTEST = 0.1
"""Shorter clips, in seconds, hold no word."""
TURN_PAUSE = 1.0
"""Where the language may change, a clip ends at a pause of so many seconds: few people change it in mid-sentence."""
TURN_SPEECH = 5.0
"""It then holds at least so many seconds, since a language is not to be told from a word or two."""

Rows = list[list[Segment]]
"""The timeline of each chosen channel, in order."""
Activity = Sequence["NDArray[np.float64]"]
"""For each row, when somebody speaks, in seconds and in order; shape ``(spans, 2)`` each."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of one channel that belongs to one segment.

    Attributes
    ----------
    row, segment : int
        Which row, and which of its segments.
    begin, end : int
        In samples.
    pause : float
        Seconds without speech before it.
    last : bool
        Whether no other piece of the segment follows.
    """

    row: int
    segment: int
    begin: int
    end: int
    pause: float
    last: bool


@dataclass(frozen=True, slots=True)
class Clip:
    """Pieces of one channel laid end to end, as the engine hears them."""

    pieces: list[Piece]
    samples: list[Samples]

    @property
    def row(self) -> int:
        """The row that it was cut from."""
        return self.pieces[0].row

    @property
    def length(self) -> int:
        """Samples in all."""
        return sum(len(samples) for samples in self.samples)

    @property
    def sound(self) -> Samples:
        """The samples end to end."""
        return np.concatenate(self.samples)


def cut(
    blocks: Iterable[Samples],
    rows: Rows,
    engine: Transcriber,
    *,
    activity: Activity | None = None,
    at_pauses: bool = False,
) -> Iterator[Clip]:
    """Cut the sound under speech segments into clips, per channel, in the order in which they are complete.

    Parameters
    ----------
    blocks : iterable of array, shape ``(channels, samples)``
        The sound at the engine's rate, taken as it is needed.
    rows : list of list of Segment
        The timeline of each channel.
    engine : Transcriber
        What will hear them; clips are as long as it takes, so that it has the most context.
    activity : sequence of array, shape ``(spans, 2)``, or None
        For each row, when somebody speaks, in seconds: where segments that are longer than a clip are cut.
    at_pauses : bool
        Whether clips also end at longer pauses, where the language may change.
    """
    rate = engine.sample_rate
    longest, shortest = to_samples(engine.clip_seconds, rate), to_samples(SHORTEST, rate)
    turn = to_samples(TURN_SPEECH, rate)
    cutters = [_Cutter(_pieces(row, index, engine, _pauses(activity, index))) for index, row in enumerate(rows)]
    unfinished = [Clip([], []) for _ in rows]
    ends = ([cutter.finish() for cutter in cutters] for _ in range(1))
    fed = ([cutter.feed(samples) for cutter, samples in zip(cutters, block, strict=True)] for block in blocks)
    for complete in chain(fed, ends):
        for row, pieces in enumerate(complete):
            for piece, sound in pieces:
                length = unfinished[row].length
                turns = at_pauses and piece.pause >= TURN_PAUSE and length >= turn
                if turns or length + len(sound) > longest:
                    if length >= shortest:
                        yield unfinished[row]
                    unfinished[row] = Clip([], [])
                unfinished[row].pieces.append(piece)
                unfinished[row].samples.append(sound)
    yield from (clip for clip in unfinished if clip.length >= shortest)


def _pauses(activity: Activity | None, row: int) -> NDArray[np.float64]:
    """What lies between the spans of speech of a row."""
    if activity is None:
        return np.zeros((0, 2))
    return np.stack([activity[row][:-1, 1], activity[row][1:, 0]], axis=1)


def _pieces(row: Sequence[Segment], index: int, engine: Transcriber, pauses: NDArray[np.float64]) -> list[Piece]:
    """The stretches to hear: speech segments with margins that stop half-way to their neighbours or fill a clip."""
    rate = engine.sample_rate
    longest = to_samples(engine.clip_seconds, rate)
    speech = [(i, segment) for i, segment in enumerate(row) if segment.label == SPEECH]
    starts = [segment.start for _, segment in speech]
    ends = [segment.end for _, segment in speech]
    pieces = []
    for k, (i, segment) in enumerate(speech):
        margin = min(MARGIN, max(0.0, (engine.clip_seconds - segment.duration) / 2))
        pause = segment.start - (ends[k - 1] if k else 0.0)
        before = min(margin, pause / 2 if k else pause)
        after = min(margin, (starts[k + 1] - segment.end) / 2 if k + 1 < len(speech) else margin)
        begin, end = to_samples(segment.start - before, rate), to_samples(segment.end + after, rate)
        if end - begin == longest + 1:
            # Rounding must not make it a sample too long.
            end = begin + longest
        edges = [begin, *_cuts(begin, end, longest, pauses, rate), end]
        pieces += [Piece(index, i, a, b, 0.0 if a > begin else pause, last=b == end) for a, b in pairwise(edges)]
    return pieces


def _cuts(begin: int, end: int, longest: int, pauses: NDArray[np.float64], rate: int) -> Iterator[int]:
    """Where speech that fills several clips is cut: in the longest pause of the second half of what fits, if any."""
    while end - begin > longest:
        first, last = (begin + longest // 2) / rate, (begin + longest) / rate
        inside = pauses[(pauses[:, 0] >= first) & (pauses[:, 1] <= last)]
        if len(inside):
            a, b = inside[np.argmax(inside[:, 1] - inside[:, 0])]
            begin = to_samples((a + b) / 2, rate)
        else:
            begin += longest
        yield begin


class _Cutter:
    """Cuts pieces, in order and not overlapping, out of a stream of samples."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self._pieces = list(reversed(pieces))
        self._position = 0
        self._held: list[Samples] = []

    def feed(self, samples: Samples) -> Iterator[tuple[Piece, Samples]]:
        """Take the next samples; yield the pieces that are complete."""
        begin, end = self._position, self._position + len(samples)
        self._position = end
        while self._pieces and self._pieces[-1].begin < end:
            piece = self._pieces[-1]
            self._held.append(samples[max(0, piece.begin - begin) : piece.end - begin])
            if piece.end > end:
                return
            yield self._take()

    def finish(self) -> Iterator[tuple[Piece, Samples]]:
        """Yield the piece that the end of the stream cut off, if any."""
        if self._held:
            yield self._take()

    def _take(self) -> tuple[Piece, Samples]:
        held, self._held = self._held, []
        return self._pieces.pop(), np.concatenate(held)


class ClipTimer:
    """Turns times in a clip into times in the recording."""

    def __init__(self, clip: Clip, rate: int) -> None:
        self._pieces = clip.pieces
        self._rate = rate
        lengths = [len(samples) / rate for samples in clip.samples]
        self._ends = np.cumsum(lengths)
        self._begins = self._ends - lengths

    def piece_of(self, word: Word) -> Piece:
        """The piece that holds the middle of a word."""
        return self.piece_at((word.start + word.end) / 2)

    def piece_at(self, time: float) -> Piece:
        """The piece that holds a time in the clip; the last one for times after it."""
        return self._pieces[min(int(np.searchsorted(self._ends, time, side="right")), len(self._pieces) - 1)]

    def free(self, time: float, piece: Piece) -> float:
        """Time in the recording of a time in the clip, taken to lie in ``piece``."""
        offset = time - float(self._begins[self._pieces.index(piece)])
        return round(max(0.0, piece.begin / self._rate + offset), 3)

    def at(self, time: float, piece: Piece, segment: Segment) -> float:
        """The same, kept inside the segment."""
        return min(max(self.free(time, piece), segment.start), segment.end)
