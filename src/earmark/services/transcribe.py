"""Put words into the speech segments of a timeline."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from earmark.core.annotation import Note, NoteKind
from earmark.errors import BrokenModel, EngineFailed, MissingExtra
from earmark.services.clip_languages import DOUBTFUL, Guess, first_language, with_languages
from earmark.services.clips import Activity, Clip, Rows, cut
from earmark.services.transcript_rows import TranscriptRows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from earmark.audio.decode import Samples
    from earmark.core.segment import Segment
    from earmark.engines.protocols import Aligner, TranscribeOptions, Transcriber, Transcript

Heard = Callable[["list[Segment]"], None]
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
    activity: Activity | None = None,
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
        For each row, when somebody speaks, in seconds (``timeline.speech_spans``; spans may overlap): finer than the
        segments, whose short pauses are filled. No word is left in silence. None takes the segments.
    aligner : callable or None
        Gives what finds the times of words in a language; None leaves the engine's own.
    heard : callable or None
        Gets the speech segments of a channel, in order, as soon as nothing will change them: the result has the same.
    """
    activity = None if activity is None else [_disjoint(spans) for spans in activity]
    clips = cut(blocks, rows, engine, activity=activity, at_pauses=options.multilingual)
    first, clips = first_language(clips, engine, options)
    page = TranscriptRows(rows, engine.sample_rate, activity, options)
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


def _disjoint(spans: NDArray[np.float64]) -> NDArray[np.float64]:
    """Spans in order, those that overlap or touch made one: speech is heard by several engines."""
    if not len(spans):
        return np.zeros((0, 2))
    ordered = spans[np.argsort(spans[:, 0], kind="stable")]
    reach = np.maximum.accumulate(ordered[:, 1])
    first = np.concatenate([[True], ordered[1:, 0] > reach[:-1]])
    last = np.concatenate([first[1:], [True]])
    return np.stack([ordered[first, 0], reach[last]], axis=1)


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
        try:
            words = aligner.align(clip.sound, transcript.words, joins=transcript.joins)
        except EngineFailed as error:
            # Better a transcript with rougher times than none.
            self._explain(str(error))
            self._found[language] = None
            return transcript
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
