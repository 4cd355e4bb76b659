"""Find what is said, utterance by utterance, in sound that still comes in.

Only the running utterance is held, with a moment of sound before it, so that memory does not grow with the hours.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from earmark.core.time import round_half_up

if TYPE_CHECKING:
    from collections.abc import Iterator

    from earmark.audio.decode import Samples
    from earmark.engines.protocols import SpeechDetector

ONSET, OFFSET = 0.5, 0.35
"""Speech begins where its probability reaches the first and ends where it falls below the second, as in timelines."""
LEAST_SPEECH = 0.1
"""Shorter stretches, in seconds, are no speech."""
PAUSE = 0.6
"""Silence in seconds that ends an utterance."""
LONG, SHORT_PAUSE = 15.0, 0.3
"""From so many seconds on a shorter silence ends it too: who speaks without a pause also wants to see a final text."""
MARGIN = 0.2
"""Seconds of sound before and after an utterance that belong to it, so that no consonant is cut off."""
RUN = 4
"""Hops that the detector gets at once (128 ms). Always as many, so that it does not matter how sound comes in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """Something that was said, or is being said.

    Attributes
    ----------
    sound : array, shape (samples,)
        With its margins.
    begin : int
        Where the sound begins, in samples from the start of the session.
    first, last : int
        Where speech begins and ends, in samples from the start of the session.
    probabilities : array, shape (hops,)
        Probability of speech from ``first`` on.
    """

    sound: Samples
    begin: int
    first: int
    last: int
    probabilities: Samples


@dataclass(slots=True)
class _Running:
    """The utterance that is being heard; all numbers in hops from the start of the session."""

    first: int
    last: int
    """The end of the latest hop with speech in it."""
    probabilities: list[float] = field(default_factory=list)


class UtteranceFinder:
    """Takes sound as it comes and gives utterances as they end.

    Parameters
    ----------
    detector : SpeechDetector
        What tells speech; sound has its sample rate.
    longest : float
        Seconds that an utterance may last with its margins; a longer one is cut at its most doubtful place.
    """

    def __init__(self, detector: SpeechDetector, *, longest: float = 30.0) -> None:
        self.rate = detector.sample_rate
        self._hop = detector.hop
        self._stream = detector.listen()
        self._longest = int((longest - 2 * MARGIN) * self.rate / self._hop) - 1
        self._margin = round_half_up(MARGIN * self.rate)
        self._kept: list[Samples] = []
        self._kept_from = 0
        """Where the sound that is kept begins, in samples."""
        self._unheard = np.zeros(0, np.float32)
        self._hops = 0
        self._free = 0
        """Sample from which on sound belongs to no earlier utterance."""
        self._running: _Running | None = None

    @property
    def silence(self) -> float:
        """Seconds of silence since the running utterance; 0 where there is none."""
        return 0.0 if self._running is None else self._seconds(self._hops - self._running.last)

    def feed(self, samples: Samples) -> Iterator[Utterance]:
        """Take the next samples, shape ``(samples,)``; yield the utterances that have ended."""
        self._unheard = np.concatenate([self._unheard, samples])
        size = RUN * self._hop
        while len(self._unheard) >= size:
            run, self._unheard = self._unheard[:size], self._unheard[size:]
            yield from self._take(run, self._stream.feed(run))
        # What is left must not hold on to a long block that it was cut from.
        self._unheard = self._unheard.copy()

    def finish(self) -> Iterator[Utterance]:
        """Yield what had not ended when the sound did."""
        rest, self._unheard = self._unheard, np.zeros(0, np.float32)
        found = np.concatenate([self._stream.feed(rest), self._stream.finish()])
        yield from self._take(rest, found)
        if self._running is not None:
            yield from self._end(self._running.last)

    def running(self) -> Utterance | None:
        """What was said so far of an utterance that goes on."""
        running = self._running
        if running is None or not self._is_speech(running.probabilities):
            return None
        return self._utterance(running, running.last, margin=self._margin)

    def _take(self, run: Samples, probabilities: Samples) -> Iterator[Utterance]:
        self._kept.append(run)
        for probability in probabilities.tolist():
            self._hops += 1
            yield from self._hear(probability)
        if self._running is None:
            self._forget(self._hops * self._hop - 2 * self._margin)

    def _hear(self, probability: float) -> Iterator[Utterance]:
        if self._running is None:
            if probability >= ONSET:
                self._running = _Running(self._hops - 1, self._hops, [probability])
            return
        self._running.probabilities.append(probability)
        if probability >= OFFSET:
            self._running.last = self._hops
        length = self._hops - self._running.first
        pause = PAUSE if self._seconds(length) < LONG else SHORT_PAUSE
        if self.silence >= pause:
            yield from self._end(self._running.last)
        elif length >= self._longest:
            yield from self._cut(self._running)

    def _end(self, last: int) -> Iterator[Utterance]:
        running, self._running = self._running, None
        if running is not None and self._is_speech(running.probabilities[: last - running.first]):
            utterance = self._utterance(running, last, margin=self._margin)
            self._free = utterance.begin + len(utterance.sound)
            yield utterance

    def _cut(self, running: _Running) -> Iterator[Utterance]:
        """End an utterance where speech is most doubtful, in the second half of what fits, and go on from there."""
        half = len(running.probabilities) // 2
        later = np.array(running.probabilities[half:])
        place = half + int(np.flatnonzero(later == later.min())[-1])
        at, rest = running.first + place, running.probabilities[place:]
        # Nothing is lost between the two: the sound of one begins where that of the other ends.
        yield self._utterance(running, at, margin=0)
        self._free = at * self._hop
        spoken = [n for n, probability in enumerate(rest) if probability >= OFFSET]
        if spoken:
            self._running = _Running(at + spoken[0], at + spoken[-1] + 1, rest[spoken[0] :])
        else:
            self._running = None
        self._forget(self._free)

    def _utterance(self, running: _Running, last: int, *, margin: int) -> Utterance:
        first, end = running.first * self._hop, last * self._hop
        begin = max(self._free, first - self._margin, self._kept_from)
        sound = self._sound(begin, end + margin)
        heard = np.array(running.probabilities[: last - running.first], np.float32)
        # The last hop of a session may hold fewer samples than a hop.
        end = min(end, begin + len(sound))
        return Utterance(sound=sound, begin=begin, first=first, last=end, probabilities=heard)

    def _sound(self, begin: int, end: int) -> Samples:
        self._kept = [np.concatenate(self._kept)]
        return self._kept[0][begin - self._kept_from : end - self._kept_from].copy()

    def _forget(self, before: int) -> None:
        """Let go of sound that nobody will ask for."""
        while self._kept and self._kept_from + len(self._kept[0]) <= before:
            self._kept_from += len(self._kept.pop(0))
        if self._kept and before - self._kept_from > self.rate:
            self._kept[0] = self._kept[0][before - self._kept_from :].copy()
            self._kept_from = before

    def _is_speech(self, probabilities: list[float]) -> bool:
        return self._seconds(sum(probability >= OFFSET for probability in probabilities)) >= LEAST_SPEECH

    def _seconds(self, hops: int) -> float:
        return hops * self._hop / self.rate
