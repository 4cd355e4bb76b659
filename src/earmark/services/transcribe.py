"""Put words into the speech segments of a timeline."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import TYPE_CHECKING

import numpy as np

from earmark.core.annotation import Note, NoteKind
from earmark.core.segment import SPEECH, Segment, Word
from earmark.core.time import to_samples

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from earmark.audio.decode import Samples
    from earmark.engines.protocols import TranscribeOptions, Transcriber, Transcript

MARGIN = 0.2
"""Seconds of sound around a speech segment that the engine also hears, so that no consonant is cut off."""
SHORTEST = 0.1
"""Shorter clips, in seconds, hold no word."""
LANGUAGE_CLIPS = 4
"""Clips from the start of a recording that the language is detected from."""

Rows = list[list[Segment]]
"""The timeline of each chosen channel, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcription:
    """What was written down.

    Attributes
    ----------
    rows : list of list of Segment
        The timelines, speech segments with their words.
    notes : tuple of Note
        What the user should know: the quality of the engine, what was dropped and why.
    language : str or None
        The language that was heard or asked for; None where nobody spoke and none was asked for.
    """

    rows: Rows
    notes: tuple[Note, ...]
    language: str | None


def transcribe(
    blocks: Iterable[Samples],
    rows: Rows,
    *,
    engine: Transcriber,
    options: TranscribeOptions,
    heard: Callable[[Sequence[Segment]], None] | None = None,
) -> Transcription:
    """Have the speech segments of timelines written down.

    Silence and noise never reach the engine: only the speech segments do, laid end to end in clips as long as the
    engine takes, which is both faster and safer than passing it everything.

    Parameters
    ----------
    blocks : iterable of array, shape ``(channels, samples)``
        The sound at the engine's rate, taken as it is needed.
    rows : list of list of Segment
        The timeline of each channel.
    engine : Transcriber
        What writes down.
    options : TranscribeOptions
        What is asked of it.
    """
    clips = _clips(blocks, rows, engine)
    first = list(islice(clips, LANGUAGE_CLIPS if options.language is None else 0))
    language = options.language
    if first and language is None:
        language = engine.detect_language([clip.sound for clip in first])
    page = _Page(rows, engine.sample_rate)
    if language is not None:
        for clip, transcript in _heard(chain(first, clips), engine, language, options):
            page.place(clip, transcript)
    spoken = "en" if options.task == "translate" else language
    notes = (*_caution(engine), *sorted(page.notes, key=lambda note: note.start or 0.0))
    rows = page.rows(spoken)
    if heard is not None:
        for row in rows:
            heard([segment for segment in row if segment.label == SPEECH])
    return Transcription(rows=rows, notes=notes, language=language)


def _heard(
    clips: Iterable[_Clip], engine: Transcriber, language: str, options: TranscribeOptions
) -> Iterator[tuple[_Clip, Transcript]]:
    """Pair clips with their transcripts; the engine takes clips ahead of the transcripts that it gives."""
    taken: deque[_Clip] = deque()

    def sounds() -> Iterator[Samples]:
        for clip in clips:
            taken.append(clip)
            yield clip.sound

    for transcript in engine.transcribe(sounds(), language=language, options=options):
        yield taken.popleft(), transcript


def _caution(engine: Transcriber) -> Iterator[Note]:
    if engine.caution:
        yield Note(kind=NoteKind.WARNING, message=f"transcript by {engine.name}, {engine.caution}")


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of one channel that belongs to one segment; ``begin`` and ``end`` in samples."""

    row: int
    segment: int
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class _Clip:
    """Pieces of one channel laid end to end, as the engine hears them."""

    pieces: list[_Piece]
    samples: list[Samples]

    @property
    def length(self) -> int:
        """Samples in all."""
        return sum(len(samples) for samples in self.samples)

    @property
    def sound(self) -> Samples:
        """The samples end to end."""
        return np.concatenate(self.samples)


def _clips(blocks: Iterable[Samples], rows: Rows, engine: Transcriber) -> Iterator[_Clip]:
    """Cut the sound under speech segments into clips, per channel, in the order in which they are complete."""
    rate = engine.sample_rate
    longest, shortest = to_samples(engine.clip_seconds, rate), to_samples(SHORTEST, rate)
    cutters = [_Cutter(_pieces(row, index, engine)) for index, row in enumerate(rows)]
    unfinished = [_Clip([], []) for _ in rows]
    ends = ([cutter.finish() for cutter in cutters] for _ in range(1))
    fed = ([cutter.feed(samples) for cutter, samples in zip(cutters, block, strict=True)] for block in blocks)
    for complete in chain(fed, ends):
        for row, pieces in enumerate(complete):
            for piece, sound in pieces:
                if unfinished[row].length + len(sound) > longest:
                    if unfinished[row].length >= shortest:
                        yield unfinished[row]
                    unfinished[row] = _Clip([], [])
                unfinished[row].pieces.append(piece)
                unfinished[row].samples.append(sound)
    yield from (clip for clip in unfinished if clip.length >= shortest)


def _pieces(row: Sequence[Segment], index: int, engine: Transcriber) -> list[_Piece]:
    """The stretches to hear: speech segments with margins that stop half-way to their neighbours or fill a clip."""
    rate = engine.sample_rate
    speech = [(i, segment) for i, segment in enumerate(row) if segment.label == SPEECH]
    starts = [segment.start for _, segment in speech]
    ends = [segment.end for _, segment in speech]
    pieces = []
    for k, (i, segment) in enumerate(speech):
        margin = min(MARGIN, max(0.0, (engine.clip_seconds - segment.duration) / 2))
        before = min(margin, (segment.start - ends[k - 1]) / 2 if k else segment.start)
        after = min(margin, (starts[k + 1] - segment.end) / 2 if k + 1 < len(speech) else margin)
        begin = to_samples(segment.start - before, rate)
        # Rounding must not make it a sample too long.
        end = min(to_samples(segment.end + after, rate), begin + to_samples(engine.clip_seconds, rate))
        pieces.append(_Piece(index, i, begin, end))
    return pieces


class _Page:
    """Collects words and notes under the segments that they belong to."""

    def __init__(self, rows: Rows, rate: int) -> None:
        self.notes: list[Note] = []
        self._rows = rows
        self._rate = rate
        self._words: dict[tuple[int, int], list[tuple[Word, bool]]] = {}

    def place(self, clip: _Clip, transcript: Transcript) -> None:
        """Move what was heard in a clip back to where it was said."""
        timer = _Timer(clip, self._rate)
        for word, glued in zip(transcript.words, transcript.joins, strict=True):
            piece = timer.piece_of(word)
            segment = self._rows[piece.row][piece.segment]
            moved = replace(word, start=timer.at(word.start, piece, segment), end=timer.at(word.end, piece, segment))
            self._words.setdefault((piece.row, piece.segment), []).append((moved, glued))
        self.notes += [self._placed(note, timer) for note in transcript.notes]

    def _placed(self, note: Note, timer: _Timer) -> Note:
        begin, end = note.start or 0.0, note.end or 0.0
        first, last = timer.piece_at(begin), timer.piece_at(end)
        channel = self._rows[first.row][first.segment].channel
        return replace(note, start=timer.free(begin, first), end=timer.free(end, last), channel=channel)

    def rows(self, language: str | None) -> Rows:
        """The timelines with their words."""
        return [
            [self._with_words(segment, self._words.get((r, i), []), language) for i, segment in enumerate(row)]
            for r, row in enumerate(self._rows)
        ]

    @staticmethod
    def _with_words(segment: Segment, found: list[tuple[Word, bool]], language: str | None) -> Segment:
        if segment.label != SPEECH:
            return segment
        scores = [word.score for word, _ in found if word.score is not None]
        return replace(
            segment,
            text="".join(word.text if glued else f" {word.text}" for word, glued in found).strip(),
            words=tuple(word for word, _ in found),
            score=float(np.mean(scores)) if scores else segment.score,
            language=language if found else None,
        )


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
