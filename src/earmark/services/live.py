"""Live transcription: sound comes in as it is spoken, texts go out as they become clear.

One session follows one speaker's microphone. While somebody speaks it gives the text so far about once a second, and
at the end of each utterance the text that stays. The engine works beside the sound that comes in: speech is noticed,
and levels are told, while it computes.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from earmark.audio.levels import DIGITAL_SILENCE
from earmark.core.segment import SPEECH, Segment, Word
from earmark.services.clip_languages import CLEAR, FIRST_CLIPS
from earmark.services.timeline import probable_spans
from earmark.services.transcribe import transcribe
from earmark.services.utterances import UtteranceFinder

if TYPE_CHECKING:
    from concurrent.futures import Future

    from numpy.typing import NDArray

    from earmark.audio.decode import Samples
    from earmark.engines.protocols import SpeechDetector, TranscribeOptions, Transcriber
    from earmark.services.utterances import Utterance

EVERY = 1.0
"""Least seconds between two texts of an utterance that goes on."""
FIRST_TEXT = 0.5
"""Seconds of speech before the first of them."""
LEVEL_EVERY = 0.25
"""Seconds of sound that one level is measured over."""
MOST_BEHIND = 60.0
"""Seconds of speech that may wait for the engine; then no more sound is taken until it has caught up."""
ENDING = 0.2
"""Seconds of silence from which on somebody seems to come to an end: no text so far is begun then, since the one that
stays would have to wait for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """How loud it is.

    Attributes
    ----------
    at : float
        Seconds from the start of the session.
    level : float
        dBFS.
    behind : float
        Seconds of speech that wait for the engine.
    """

    at: float
    level: float
    behind: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What was said.

    Attributes
    ----------
    segment : Segment
        With text and words; times in seconds from the start of the session. A text that is empty takes back what was
        given before of that utterance.
    final : bool
        Whether it stays as it is.
    """

    segment: Segment
    final: bool


Tell = Callable[["Heard | Level"], None]
"""Gets what happens in a session, from either of its threads."""


class LiveSession:
    """Writes down what is said while it is said.

    Parameters
    ----------
    engine : Transcriber
        What writes down.
    detector : SpeechDetector
        What tells speech.
    options : TranscribeOptions
        What is asked of the engine. The language is found out from what is said first, where none is given.
    tell : callable
        Gets texts and levels.
    partial : bool
        Whether texts are given while somebody still speaks.
    """

    def __init__(
        self,
        engine: Transcriber,
        detector: SpeechDetector,
        options: TranscribeOptions,
        tell: Tell,
        *,
        partial: bool = True,
    ) -> None:
        self.rate = detector.sample_rate
        self._finder = UtteranceFinder(detector, longest=engine.clip_seconds)
        self._writer = _Writer(engine, options)
        self._tell = tell
        self._meter = _Meter(self.rate)
        self._partial = partial
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="live engine")
        self._waiting: deque[tuple[Future[None], float]] = deque()
        self._taken = 0
        self._not_before = 0.0
        self._shown: int | None = None
        """Where the utterance begins of which a text so far was given."""

    @property
    def duration(self) -> float:
        """Seconds of sound that came."""
        return self._taken / self.rate

    @property
    def behind(self) -> float:
        """Seconds of speech that wait for the engine."""
        while self._waiting and self._waiting[0][0].done():
            self._waiting.popleft()[0].result()
        return sum(seconds for _, seconds in self._waiting)

    def feed(self, samples: Samples) -> None:
        """Take the next sound, shape ``(samples,)`` at the rate of the session.

        Waits for the engine where too much speech waits for it; raises what went wrong in it.
        """
        self._taken += len(samples)
        for utterance in self._finder.feed(samples):
            self._submit(utterance)
        for at, level in self._meter.feed(samples):
            self._tell(Level(at=at, level=level, behind=round(self.behind, 1)))
        self._maybe_partial()
        while self.behind > MOST_BEHIND:
            self._waiting[0][0].result()

    def finish(self) -> None:
        """Write down the rest; returns when all of it was told."""
        for utterance in self._finder.finish():
            self._submit(utterance)
        while self._waiting:
            self._waiting.popleft()[0].result()
        self._pool.shutdown()

    def _submit(self, utterance: Utterance) -> None:
        seconds = len(utterance.sound) / self.rate
        self._waiting.append((self._pool.submit(self._write, utterance, final=True), seconds))

    def _maybe_partial(self) -> None:
        pausing = self._finder.silence > ENDING
        if not self._partial or pausing or self.behind or time.monotonic() < self._not_before:
            return
        utterance = self._finder.running()
        if utterance is None or (utterance.last - utterance.first) / self.rate < FIRST_TEXT:
            return
        self._not_before = float("inf")
        self._waiting.append((self._pool.submit(self._write, utterance, final=False), 0.0))

    def _write(self, utterance: Utterance, *, final: bool) -> None:
        began = time.monotonic()
        segment = self._writer.write(utterance, final=final)
        if not final:
            now = time.monotonic()
            # At least half of the time stays free for the text that stays.
            self._not_before = max(began + EVERY, 2 * now - began)
        if segment.text or self._shown == utterance.begin:
            self._tell(Heard(segment=segment, final=final))
        self._shown = None if final else utterance.begin


class _Writer:
    """Turns utterances into segments, in one language once that is clear."""

    def __init__(self, engine: Transcriber, options: TranscribeOptions) -> None:
        self._engine = engine
        self._options = options
        self._language = options.language
        self._first: list[Samples] = []
        """What was said until the language was clear."""

    def write(self, utterance: Utterance, *, final: bool) -> Segment:
        """Write down an utterance; times in seconds from the start of the session."""
        rate = self._engine.sample_rate
        begin = utterance.begin / rate
        language = self._language or self._guess(utterance.sound, final=final)
        options = replace(self._options, language=language)
        if not final:
            # Nobody reads it for long: the likeliest words do.
            options = replace(options, beam_size=1)
        length = len(utterance.sound) / rate
        blank = Segment(
            start=(utterance.first - utterance.begin) / rate,
            end=min((utterance.last - utterance.begin) / rate, length),
            channel=0,
            label=SPEECH,
        )
        found = transcribe(
            [utterance.sound[None]], [[blank]], engine=self._engine, options=options, activity=[_spans(utterance, rate)]
        )
        return _moved(found.rows[0][0], begin)

    def _guess(self, sound: Samples, *, final: bool) -> str:
        code, probability = self._engine.detect_language([*self._first, sound])
        if final:
            self._first.append(sound)
            if probability >= CLEAR or len(self._first) == FIRST_CLIPS:
                self._language = code
                self._first = []
        return code


def _spans(utterance: Utterance, rate: int) -> NDArray[np.float64]:
    hop = (utterance.last - utterance.first) / max(1, len(utterance.probabilities)) / rate
    found = probable_spans(utterance.probabilities, hop=hop) if len(utterance.probabilities) else np.zeros((0, 2))
    return np.asarray(found + (utterance.first - utterance.begin) / rate, np.float64)


def _moved(segment: Segment, by: float) -> Segment:
    words = tuple(
        Word(text=w.text, start=round(w.start + by, 3), end=round(w.end + by, 3), score=w.score) for w in segment.words
    )
    return replace(
        segment,
        start=round(segment.start + by, 3),
        end=round(segment.end + by, 3),
        channel=None,
        text=segment.text or "",
        words=words,
    )


class _Meter:
    """Measures how loud sound is, a few times a second."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._size = round(LEVEL_EVERY * rate)
        self._held = np.zeros(0, np.float32)
        self._measured = 0

    def feed(self, samples: Samples) -> list[tuple[float, float]]:
        """Take sound; give the moment in seconds and the level in dBFS of each part that is complete."""
        held = np.concatenate([self._held, samples])
        found = []
        while len(held) >= self._size:
            part, held = held[: self._size], held[self._size :]
            self._measured += self._size
            power = float(np.var(part, dtype=np.float64))
            level = max(DIGITAL_SILENCE, 10 * float(np.log10(max(power, 1e-12))))
            found.append((round(self._measured / self._rate, 3), round(level, 1)))
        self._held = held.copy()
        return found
