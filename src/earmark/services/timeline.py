"""From levels and speech probabilities to a timeline of speech, noise and silence without gap or overlap."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from earmark.audio.levels import FRAME_RATE
from earmark.audio.silence import Loudness, SilenceRule
from earmark.core.segment import NOISE, SILENCE, SPEECH, Segment
from earmark.core.time import round_half_up
from earmark.errors import InvalidValue

if TYPE_CHECKING:
    from collections.abc import Iterator

_NAMES = (SPEECH, NOISE, SILENCE)
_SPEECH, _NOISE, _SILENCE = range(3)

WORD_PAD = 0.1
"""Seconds of sound beside a stretch of speech that words may lie on. Segments take in more (``pad``); in noise, which
is never silent, that would be long enough for words to lie beside all speech (docs/benchmarks.md, Word times)."""

Codes = NDArray[np.uint8]
"""One label code per 10 ms frame."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineOptions:
    """How a timeline is drawn; the defaults are justified in docs/benchmarks.md.

    Attributes
    ----------
    onset, offset : float
        Speech begins where its probability reaches ``onset`` and ends where it falls below ``offset``.
    min_speech : float
        Shorter stretches of speech are not reported, in seconds.
    min_silence : float
        Shorter silences belong to the sound around them, in seconds.
    min_noise : float
        Shorter noises belong to the speech or silence beside them, in seconds.
    pad : float
        Seconds of sound (not of silence) beside a stretch of speech that belong to it, for soft consonants.
    max_speech : float
        Longer stretches of speech are cut at their most doubtful place, in seconds.
    silence : SilenceRule
        What level counts as silence.
    """

    onset: float = 0.5
    offset: float = 0.35
    min_speech: float = 0.1
    min_silence: float = 0.7
    min_noise: float = 0.3
    pad: float = 0.2
    max_speech: float = 30.0
    silence: SilenceRule = field(default_factory=SilenceRule)

    def __post_init__(self) -> None:
        if not 0 < self.offset <= self.onset < 1:
            raise InvalidValue(f"speech must end at a lower probability ({self.offset}) than it begins ({self.onset})")
        for name in ("min_speech", "min_silence", "min_noise", "pad"):
            if not 0 <= getattr(self, name) <= 3600:
                raise InvalidValue(f"{name} must lie between 0 and 3600 seconds, not at {getattr(self, name)}")
        if not 1 <= self.max_speech <= 30:
            raise InvalidValue(f"max_speech must lie between 1 and 30 seconds, not at {self.max_speech}")


def draw(
    levels: NDArray[np.float32],
    probabilities: NDArray[np.float32],
    *,
    hop: float,
    loudness: Loudness,
    duration: float,
    channel: int | None,
    options: TimelineOptions,
) -> list[Segment]:
    """Cover ``[0, duration)`` of one channel with speech, noise and silence segments.

    Parameters
    ----------
    levels : array, shape (frames,)
        Level every 10 ms in dBFS.
    probabilities : array, shape (hops,)
        Probability of speech every ``hop`` seconds.
    hop : float
        Seconds between two probabilities.
    loudness : Loudness
        How quiet and loud this channel gets.
    duration : float
        Seconds of sound.
    channel : int or None
        Channel that the segments name.
    options : TimelineOptions
        How to draw.

    Returns
    -------
    list of Segment
        In order, each ending where the next begins, the last at ``duration``. The score of a speech segment is the mean
        probability of speech in it.
    """
    per_frame = _per_frame(probabilities, hop, len(levels))
    codes = _label_frames(levels, per_frame, loudness, options)
    return list(_segments(codes, per_frame, duration, channel, options))


def speech_spans(
    levels: NDArray[np.float32],
    probabilities: NDArray[np.float32],
    *,
    hop: float,
    loudness: Loudness,
    options: TimelineOptions | None = None,
) -> NDArray[np.float64]:
    """Say when somebody speaks on one channel: the speech of ``draw``, narrower and with its short pauses left open.

    Parameters
    ----------
    levels : array, shape (frames,)
        Level every 10 ms in dBFS.
    probabilities : array, shape (hops,)
        Probability of speech every ``hop`` seconds.
    hop : float
        Seconds between two probabilities.
    loudness : Loudness
        How quiet and loud this channel gets.
    options : TimelineOptions or None
        How the timeline is drawn; None takes the defaults.

    Returns
    -------
    array, shape (spans, 2)
        Start and end in seconds, in order.
    """
    options = options or TimelineOptions()
    narrow = replace(options, pad=min(options.pad, WORD_PAD))
    codes = _heard_frames(levels, _per_frame(probabilities, hop, len(levels)), loudness, narrow)
    return np.array(_runs(codes == _SPEECH), np.float64).reshape(-1, 2) / FRAME_RATE


def probable_spans(
    probabilities: NDArray[np.float32], *, hop: float, options: TimelineOptions | None = None
) -> NDArray[np.float64]:
    """Say when somebody speaks by probabilities alone, where there are no levels of the whole recording yet.

    Parameters and result are those of `speech_spans`.
    """
    per_frame = _per_frame(probabilities, hop, round_half_up(len(probabilities) * hop * FRAME_RATE))
    spans = _stretches(per_frame, options or TimelineOptions())
    return np.array(spans, np.float64).reshape(-1, 2) / FRAME_RATE


def _per_frame(probabilities: NDArray[np.float32], hop: float, frames: int) -> NDArray[np.float32]:
    hops = np.minimum((np.arange(frames) / FRAME_RATE / hop).astype(int), len(probabilities) - 1)
    return np.asarray(probabilities[hops], np.float32)


def _label_frames(
    levels: NDArray[np.float32], per_frame: NDArray[np.float32], loudness: Loudness, options: TimelineOptions
) -> Codes:
    codes = _heard_frames(levels, per_frame, loudness, options)
    _absorb(codes, _NOISE, options.min_noise)
    _absorb(codes, _SILENCE, options.min_silence)
    _absorb(codes, _NOISE, options.min_noise)
    return codes


def _heard_frames(
    levels: NDArray[np.float32], per_frame: NDArray[np.float32], loudness: Loudness, options: TimelineOptions
) -> Codes:
    """Name each frame by itself and what lies right beside it."""
    stretches = _stretches(per_frame, options)
    silent = levels < options.silence.threshold(loudness, has_speech=bool(stretches))
    codes = np.where(silent, _SILENCE, _NOISE).astype(np.uint8)
    pad = _frames(options.pad)
    for begin, end in stretches:
        codes[begin:end] = _SPEECH
        for margin in (codes[max(0, begin - pad) : begin], codes[end : end + pad]):
            margin[margin == _NOISE] = _SPEECH
    return codes


def _stretches(per_frame: NDArray[np.float32], options: TimelineOptions) -> list[tuple[int, int]]:
    """Hysteresis: stretches above ``offset`` that somewhere reach ``onset`` and are long enough."""
    least = _frames(options.min_speech)
    above = _runs(per_frame >= options.offset)
    return [(a, b) for a, b in above if b - a >= least and per_frame[a:b].max() >= options.onset]


def _absorb(codes: Codes, code: int, shorter_than: float) -> None:
    """Give runs of ``code`` that are too short to the label beside them, to speech before others."""
    least = _frames(shorter_than)
    for begin, end in _runs(codes == code):
        if end - begin < least:
            beside = [codes[i] for i in (begin - 1, end) if 0 <= i < len(codes)]
            if beside:
                codes[begin:end] = min(beside)


def _segments(
    codes: Codes, per_frame: NDArray[np.float32], duration: float, channel: int | None, options: TimelineOptions
) -> Iterator[Segment]:
    edges = np.flatnonzero(np.diff(codes)) + 1
    for begin, end in zip([0, *edges.tolist()], [*edges.tolist(), len(codes)], strict=True):
        speech = codes[begin] == _SPEECH
        for first, last in _cut(per_frame, begin, end, _frames(options.max_speech)) if speech else [(begin, end)]:
            yield Segment(
                start=first / FRAME_RATE,
                end=duration if last == len(codes) else last / FRAME_RATE,
                channel=channel,
                label=_NAMES[codes[begin]],
                score=float(per_frame[first:last].mean()) if speech else None,
            )


def _cut(per_frame: NDArray[np.float32], begin: int, end: int, longest: int) -> Iterator[tuple[int, int]]:
    """Cut a long stretch of speech where its probability is least, in the second half of what fits."""
    while end - begin > longest:
        half = begin + longest // 2
        window = per_frame[half : begin + longest]
        cut = half + int(np.flatnonzero(window == window.min())[-1])
        yield begin, cut
        begin = cut
    yield begin, end


def _runs(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Half-open index ranges in which ``mask`` holds."""
    padded = np.concatenate([[False], mask, [False]])
    edges = np.flatnonzero(np.diff(padded))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _frames(seconds: float) -> int:
    return round_half_up(seconds * FRAME_RATE)
