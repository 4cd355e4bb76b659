"""Put words into the speech segments of a timeline."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from earmark.core import word_times
from earmark.core.annotation import Note, NoteKind
from earmark.core.segment import SPEECH, Segment, Word
from earmark.errors import BrokenModel, MissingExtra
from earmark.services.clip_languages import DOUBTFUL, Guess, first_language, with_languages
from earmark.services.clips import Clip, ClipTimer, Rows, cut

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from earmark.audio.decode import Samples
    from earmark.engines.protocols import Aligner, TranscribeOptions, Transcriber, Transcript

Heard = Callable[[list[Segment]], None]
"""Gets speech segments that will not change any more."""
Aligners = Callable[[str], "Aligner | None"]
"""Gives what aligns a language; None where there is nothing for it."""


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
        The language asked for or heard; of several, the one with most speech. None where nobody spoke and none was
        asked for.
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
    activity: Sequence[NDArray[np.float64]] | None = None,
    aligner: Aligners | None = None,
    heard: Heard | None = None,
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
    activity : sequence of array, shape ``(spans, 2)``, or None
        For each row, when somebody speaks, in seconds and in order (``timeline.speech_spans``): finer than the
        segments, whose short pauses are filled. No word is left in silence. None takes the segments.
    aligner : callable or None
        Gives what finds the times of words in a language; None leaves the engine's own.
    heard : callable or None
        Gets the speech segments of a channel, in order, as soon as nothing will change them: the result has the same.
    """
    clips = cut(blocks, rows, engine, at_pauses=options.multilingual)
    first, clips = first_language(clips, engine, options)
    page = _Page(rows, engine.sample_rate, activity, spoken="en" if options.task == "translate" else None)
    alignment = _Alignment(aligner if options.task == "transcribe" else None, engine)
    seconds: Counter[str] = Counter()
    if first is not None:
        for language, run in groupby(with_languages(clips, engine, first.code, options), key=lambda pair: pair[0]):
            for clip, transcript in _written(run, engine, language, options):
                seconds[language] += clip.length
                finished = page.place(clip, alignment.improve(clip, transcript, language), language)
                if heard is not None and finished:
                    heard(finished)
    for rest in page.rest():
        if heard is not None and rest:
            heard(rest)
    notes = [*_caution(engine), *_doubt(first), *alignment.notes]
    return Transcription(
        rows=page.rows,
        notes=(*notes, *sorted(page.notes, key=lambda note: note.start or 0.0)),
        language=max(seconds, key=lambda code: seconds[code]) if seconds else first and first.code,
    )


def _written(
    run: Iterable[tuple[str, Clip]], engine: Transcriber, language: str, options: TranscribeOptions
) -> Iterator[tuple[Clip, Transcript]]:
    """Pair clips with their transcripts; the engine takes clips ahead of the transcripts that it gives."""
    taken: deque[Clip] = deque()

    def sounds() -> Iterator[Samples]:
        for _, clip in run:
            taken.append(clip)
            yield clip.sound

    for transcript in engine.transcribe(sounds(), language=language, options=options):
        yield taken.popleft(), transcript


def _caution(engine: Transcriber) -> Iterator[Note]:
    if engine.caution:
        yield Note(kind=NoteKind.WARNING, message=f"transcript by {engine.name}, {engine.caution}")


def _doubt(first: Guess | None) -> Iterator[Note]:
    if first is not None and first.probability < DOUBTFUL:
        message = (
            f"the language is not clear: {first.code} was taken (probability {first.probability:.2f}); say which it is"
        )
        yield Note(kind=NoteKind.WARNING, message=message)


class _Alignment:
    """Finds the times of words again where there is something for their language."""

    def __init__(self, aligners: Aligners | None, engine: Transcriber) -> None:
        self.notes: list[Note] = []
        self._aligners = aligners
        self._engine = engine
        self._found: dict[str, Aligner | None] = {}

    def improve(self, clip: Clip, transcript: Transcript, language: str) -> Transcript:
        """The same words with times from the sound, where they can be had."""
        if self._aligners is None or not transcript.words:
            return transcript
        if language not in self._found:
            self._found[language] = self._load(self._aligners, language)
        aligner = self._found[language]
        if aligner is None:
            return transcript
        words = aligner.align(clip.sound, transcript.words, joins=transcript.joins)
        return replace(transcript, words=tuple(words))

    def _load(self, aligners: Aligners, language: str) -> Aligner | None:
        try:
            aligner = aligners(language)
        except (BrokenModel, MissingExtra) as error:
            self._explain(str(error))
            return None
        if aligner is None:
            self._explain(f"there is no alignment model for the language {language!r} (docs/models.md)")
            return None
        if aligner.sample_rate != self._engine.sample_rate or aligner.clip_seconds < self._engine.clip_seconds:
            self._explain(f"{aligner.name} does not take the clips of {self._engine.name}")
            return None
        return aligner

    def _explain(self, why: str) -> None:
        message = f"{why}: words keep the times of {self._engine.name}"
        self.notes.append(Note(kind=NoteKind.UNAVAILABLE, message=message))


class _Page:
    """Collects words and notes under the segments that they belong to, clip by clip."""

    def __init__(
        self, rows: Rows, rate: int, activity: Sequence[NDArray[np.float64]] | None, *, spoken: str | None
    ) -> None:
        self.notes: list[Note] = []
        self.rows: Rows = [[] for _ in rows]
        """The timelines as far as nothing will change them."""
        self._given = rows
        self._rate = rate
        self._activity = activity
        self._spoken = spoken

    def place(self, clip: Clip, transcript: Transcript, language: str) -> list[Segment]:
        """Move what was heard in a clip back to where it was said; give the speech segments that are finished."""
        timer = ClipTimer(clip, self._rate)
        ordered = word_times.in_order(transcript.words, start=0.0, end=clip.length / self._rate)
        words: dict[int, list[tuple[Word, bool]]] = {}
        for word, glued in zip(ordered, transcript.joins, strict=True):
            piece = timer.piece_of(word)
            segment = self._given[piece.row][piece.segment]
            moved = replace(word, start=timer.at(word.start, piece, segment), end=timer.at(word.end, piece, segment))
            words.setdefault(piece.segment, []).append((moved, glued))
        self.notes += [self._placed(note, timer) for note in transcript.notes]
        return self._finish(clip.row, clip.pieces[-1].segment + 1, words, self._spoken or language)

    def rest(self) -> Iterator[list[Segment]]:
        """Finish each row."""
        for row, given in enumerate(self._given):
            yield self._finish(row, len(given), {}, None)

    def _finish(
        self, row: int, end: int, words: dict[int, list[tuple[Word, bool]]], language: str | None
    ) -> list[Segment]:
        begin = len(self.rows[row])
        finished = [self._written(row, index, words.get(index, []), language) for index in range(begin, end)]
        self.rows[row] += finished
        return [segment for segment in finished if segment.label == SPEECH]

    def _written(self, row: int, index: int, found: list[tuple[Word, bool]], language: str | None) -> Segment:
        segment = self._given[row][index]
        if segment.label != SPEECH:
            return segment
        scores = [word.score for word, _ in found if word.score is not None]
        return replace(
            segment,
            text="".join(word.text if glued else f" {word.text}" for word, glued in found).strip(),
            words=self._repaired(row, segment, [word for word, _ in found]),
            score=float(np.mean(scores)) if scores else segment.score,
            language=language if found else None,
        )

    def _repaired(self, row: int, segment: Segment, words: list[Word]) -> tuple[Word, ...]:
        speech: list[list[float]] = []
        if self._activity is not None and len(spans := self._activity[row]):
            first = int(np.searchsorted(spans[:, 1], segment.start, side="right"))
            last = int(np.searchsorted(spans[:, 0], segment.end, side="left"))
            speech = spans[first:last].tolist()
        return word_times.repair(words, start=segment.start, end=segment.end, speech=((a, b) for a, b in speech))

    def _placed(self, note: Note, timer: ClipTimer) -> Note:
        begin, end = note.start or 0.0, note.end or 0.0
        first, last = timer.piece_at(begin), timer.piece_at(end)
        channel = self._given[first.row][first.segment].channel
        return replace(note, start=timer.free(begin, first), end=timer.free(end, last), channel=channel)
