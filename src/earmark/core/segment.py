"""What was heard, and when: words and segments."""

from __future__ import annotations

import math
from dataclasses import dataclass

from earmark.core.time import require_span
from earmark.errors import InvalidValue

SPEECH = "speech"
NOISE = "noise"
SILENCE = "silence"


def _require_score(score: float | None, *, what: str) -> None:
    if score is not None and not 0.0 <= score <= 1.0:
        raise InvalidValue(f"{what}: a score lies between 0 and 1, not at {score}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One spoken word.

    Attributes
    ----------
    text : str
        The word with its punctuation, without surrounding spaces.
    start, end : float
        Half-open interval in seconds from the start of the recording.
    score : float or None
        Probability in [0, 1] that the engine gives the word.
    """

    text: str
    start: float
    end: float
    score: float | None = None

    def __post_init__(self) -> None:
        what = f"word {self.text!r}"
        require_span(self.start, self.end, what=what)
        _require_score(self.score, what=what)


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A half-open interval ``[start, end)`` on one channel, with what was heard there.

    Attributes
    ----------
    start, end : float
        Seconds from the start of the recording; equal for a point in time.
    channel : int or None
        Channel index from 0; None means all channels mixed.
    label : str or None
        The kind of sound, for example ``speech``, ``noise`` or ``silence``.
    text : str or None
        Transcript; None where nobody transcribed, ``""`` where nothing was said.
    speaker : str or None
        Who speaks.
    language : str or None
        Language code such as ``en`` or ``fr``.
    words : tuple of Word
        The words of ``text`` with their times, in order.
    score : float or None
        Confidence in [0, 1]: of the transcript where there is one, else of the label.
    tags : tuple of (name, value)
        Further names, for example ``("species", "zebra finch")``.
    low_hz, high_hz : float or None
        Frequency band of the sound in Hz.
    """

    start: float
    end: float
    channel: int | None = None
    label: str | None = None
    text: str | None = None
    speaker: str | None = None
    language: str | None = None
    words: tuple[Word, ...] = ()
    score: float | None = None
    tags: tuple[tuple[str, str], ...] = ()
    low_hz: float | None = None
    high_hz: float | None = None

    def __post_init__(self) -> None:
        what = f"segment at {self.start} s"
        require_span(self.start, self.end, what=what)
        _require_score(self.score, what=what)
        if self.channel is not None and self.channel < 0:
            raise InvalidValue(f"{what}: channels count from 0, not {self.channel}")
        self._require_band(what)

    def _require_band(self, what: str) -> None:
        for frequency in (self.low_hz, self.high_hz):
            if frequency is not None and not (math.isfinite(frequency) and frequency >= 0):
                raise InvalidValue(f"{what}: {frequency} is not a frequency in Hz")
        if self.low_hz is not None and self.high_hz is not None and self.high_hz < self.low_hz:
            raise InvalidValue(f"{what}: the band ends at {self.high_hz} Hz, below its start {self.low_hz} Hz")

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return self.end - self.start

    def tag(self, name: str) -> str | None:
        """The value of the tag ``name``, or None."""
        return next((value for key, value in self.tags if key == name), None)


def in_order(segment: Segment) -> tuple[float, float, int]:
    """Sort key: by start, then end, then channel (mixed first)."""
    return (segment.start, segment.end, -1 if segment.channel is None else segment.channel)
