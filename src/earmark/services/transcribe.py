"""Put words into the speech segments of a timeline."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from earmark.core.annotation import Note, NoteKind
from earmark.core.segment import SPEECH, Segment, Word
from earmark.core.time import to_samples

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from earmark.audio.decode import Samples
    from earmark.engines.protocols import TranscribeOptions, Transcriber, Transcript

MARGIN = 0.2
"""Seconds of sound around a speech segment that the engine also hears, so that no consonant is cut off."""
SHORTEST = 0.1
"""Shorter clips, in seconds, hold no word."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of one channel that belongs to one segment; ``begin`` and ``end`` in samples."""

    row: int
    segment: int
    begin: int
    end: int


@dataclass(slots=True)
class _Clip:
    """Pieces of one channel laid end to end, as the engine hears them."""

    pieces: list[_Piece]
    samples: list[Samples]


class Transcription:
    """Collects sound under speech segments, has it written down in batches and hands the words back.

    Silence and noise never reach the engine: only the speech segments do, laid end to end in clips as long as the
    engine takes, which is both faster and safer than passing it everything.

    Parameters
    ----------
    rows : sequence of sequence of Segment
        The timeline of each chosen channel, in order.
    engine : Transcriber
        What writes down.
    options : TranscribeOptions
        What is asked of it.
    """

    def __init__(self, rows: Sequence[Sequence[Segment]], *, engine: Transcriber, options: TranscribeOptions) -> None:
        self.language = options.language
        self._engine = engine
        self._options = options
        self._cutters = [_Cutter(_pieces(row, index, engine.sample_rate)) for index, row in enumerate(rows)]
        self._open: list[_Clip] = [_Clip([], []) for _ in rows]
        self._full: list[_Clip] = []
        self._rows = [list(row) for row in rows]
        self._words: dict[tuple[int, int], list[tuple[Word, bool]]] = {}
        self._notes: list[Note] = []

    def feed(self, block: Samples) -> None:
        """Take the next samples of all channels, shape ``(channels, samples)``, at the engine's rate."""
        for row, samples in enumerate(block):
            for piece, sound in self._cutters[row].feed(samples):
                self._add(row, piece, sound)
        while len(self._full) >= self._engine.batch_size:
            self._run()

    def finish(self) -> tuple[list[list[Segment]], list[Note]]:
        """Write down what is left; return the timelines with their words, and what was dropped and why."""
        for row, cutter in enumerate(self._cutters):
            for piece, sound in cutter.finish():
                self._add(row, piece, sound)
            self._close(row)
        while self._full:
            self._run()
        rows = [[self._with_words(r, i, s) for i, s in enumerate(row)] for r, row in enumerate(self._rows)]
        return rows, sorted(self._notes, key=lambda note: note.start or 0.0)

    def _add(self, row: int, piece: _Piece, sound: Samples) -> None:
        held = sum(len(samples) for samples in self._open[row].samples)
        if held + len(sound) > to_samples(self._engine.clip_seconds, self._engine.sample_rate):
            self._close(row)
        self._open[row].pieces.append(piece)
        self._open[row].samples.append(sound)

    def _close(self, row: int) -> None:
        clip, self._open[row] = self._open[row], _Clip([], [])
        if sum(len(samples) for samples in clip.samples) >= to_samples(SHORTEST, self._engine.sample_rate):
            self._full.append(clip)

    def _run(self) -> None:
        batch, self._full = self._full[: self._engine.batch_size], self._full[self._engine.batch_size :]
        sounds = [np.concatenate(clip.samples) for clip in batch]
        if self.language is None:
            self.language = self._engine.detect_language(sounds)
        for clip, transcript in zip(
            batch, self._engine.transcribe(sounds, language=self.language, options=self._options), strict=True
        ):
            self._place(clip, transcript)

    def _place(self, clip: _Clip, transcript: Transcript) -> None:
        timer = _Timer(clip, self._engine.sample_rate)
        for word, glued in zip(transcript.words, transcript.joins, strict=True):
            piece = timer.piece_of(word)
            segment = self._rows[piece.row][piece.segment]
            moved = replace(word, start=timer.at(word.start, piece, segment), end=timer.at(word.end, piece, segment))
            self._words.setdefault((piece.row, piece.segment), []).append((moved, glued))
        for note in transcript.notes:
            self._notes.append(self._placed(note, timer))

    def _placed(self, note: Note, timer: _Timer) -> Note:
        first = timer.piece_at(note.start or 0.0)
        last = timer.piece_at(note.end or 0.0)
        channel = self._rows[first.row][first.segment].channel
        return replace(
            note, start=timer.free(note.start or 0.0, first), end=timer.free(note.end or 0.0, last), channel=channel
        )

    def _with_words(self, row: int, index: int, segment: Segment) -> Segment:
        if segment.label != SPEECH:
            return segment
        found = self._words.get((row, index), [])
        scores = [word.score for word, _ in found if word.score is not None]
        return replace(
            segment,
            text="".join(w.text if glued else f" {w.text}" for w, glued in found).strip(),
            words=tuple(word for word, _ in found),
            score=float(np.mean(scores)) if scores else segment.score,
            language=self._written if found else None,
        )

    @property
    def _written(self) -> str | None:
        return "en" if self._options.task == "translate" else self.language


def caution(engine: Transcriber) -> Iterator[Note]:
    """What the user must know about the quality of an engine."""
    if engine.caution:
        yield Note(kind=NoteKind.WARNING, message=f"transcript by {engine.name}, {engine.caution}")


def _pieces(row: Sequence[Segment], index: int, rate: int) -> list[_Piece]:
    """The stretches to hear: each speech segment with a margin that stops half-way to its neighbours."""
    speech = [(i, segment) for i, segment in enumerate(row) if segment.label == SPEECH]
    starts = [segment.start for _, segment in speech]
    ends = [segment.end for _, segment in speech]
    pieces = []
    for k, (i, segment) in enumerate(speech):
        before = min(MARGIN, (segment.start - ends[k - 1]) / 2 if k else segment.start)
        after = min(MARGIN, (starts[k + 1] - segment.end) / 2 if k + 1 < len(speech) else MARGIN)
        pieces.append(_Piece(index, i, to_samples(segment.start - before, rate), to_samples(segment.end + after, rate)))
    return pieces


class _Cutter:
    """Cuts pieces, in order and not overlapping, out of a stream of samples."""

    def __init__(self, pieces: Sequence[_Piece]) -> None:
        self._pieces = list(reversed(pieces))
        self._position = 0
        self._held: list[Samples] = []

    def feed(self, samples: Samples) -> Iterator[tuple[_Piece, Samples]]:
        """Take the next samples; yield the pieces that are complete."""
        begin, end = self._position, self._position + len(samples)
        self._position = end
        while self._pieces and self._pieces[-1].begin < end:
            piece = self._pieces[-1]
            self._held.append(samples[max(0, piece.begin - begin) : piece.end - begin])
            if piece.end > end:
                return
            yield self._take()

    def finish(self) -> Iterator[tuple[_Piece, Samples]]:
        """Yield the piece that the end of the stream cut off, if any."""
        if self._held:
            yield self._take()

    def _take(self) -> tuple[_Piece, Samples]:
        held, self._held = self._held, []
        return self._pieces.pop(), np.concatenate(held)


class _Timer:
    """Turns times in a clip into times in the recording."""

    def __init__(self, clip: _Clip, rate: int) -> None:
        self._pieces = clip.pieces
        self._rate = rate
        lengths = [len(samples) / rate for samples in clip.samples]
        self._ends = np.cumsum(lengths)
        self._begins = self._ends - lengths

    def piece_of(self, word: Word) -> _Piece:
        """The piece that holds the middle of a word."""
        return self.piece_at((word.start + word.end) / 2)

    def piece_at(self, time: float) -> _Piece:
        return self._pieces[min(int(np.searchsorted(self._ends, time, side="right")), len(self._pieces) - 1)]

    def free(self, time: float, piece: _Piece) -> float:
        """Time in the recording of a time in the clip, taken to lie in ``piece``."""
        offset = time - float(self._begins[self._pieces.index(piece)])
        return round(max(0.0, piece.begin / self._rate + offset), 3)

    def at(self, time: float, piece: _Piece, segment: Segment) -> float:
        """The same, kept inside the segment."""
        return min(max(self.free(time, piece), segment.start), segment.end)
