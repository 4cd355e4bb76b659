"""First passes over a recording: levels, then speech (and sounds), without holding the sound itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from earmark.audio.levels import LevelMeter, Levels
from earmark.audio.resample import Resampler
from earmark.audio.silence import Loudness, loudness
from earmark.core.progress import Progress, Report, ignore
from earmark.services.sounds import label_scores, wanted_classes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from earmark.audio.channels import Channels
    from earmark.audio.decode import Samples
    from earmark.audio.source import Reader, Source
    from earmark.core.recording import Recording
    from earmark.engines.protocols import SoundClassifier, SpeechDetector, Stream

TARGET_DB = -20.0
"""Level in dBFS to which the loud parts of every recording are brought before engines hear it: Silero VAD was found to
lose speech where they lie below -40 or above 0 (docs/benchmarks.md)."""
CANCELLED_DB = 20.0
"""A mix this much weaker in dB than its loudest channel is worth a warning; mixing two equal ones loses at most 3."""
MOST_GAIN_DB = 60.0
"""Gain in dB is bounded, so that the rounding noise of an empty recording stays small."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """What the first passes found; arrays have one row per chosen channel.

    Attributes
    ----------
    recording : Recording
        What was listened to, with its true duration.
    channels : tuple of int or None
        The channels that the rows stand for; None is the mix.
    levels : array, shape (channels, frames)
        Level every 10 ms in dBFS.
    loudness : tuple of Loudness
        How quiet and loud each channel gets.
    speech : array, shape (channels, hops)
        Probability of speech per hop of the detector.
    sounds : array, shape (channels, hops, labels), or None
        Scores per hop of the sound classifier for the labels asked for, None where it was not asked.
    problems : tuple of str
        What was wrong with the file.
    """

    recording: Recording
    channels: tuple[int | None, ...]
    levels: Levels
    loudness: tuple[Loudness, ...]
    speech: NDArray[np.float32]
    sounds: NDArray[np.float32] | None
    problems: tuple[str, ...]


def analyse(
    source: Source,
    *,
    channels: Channels,
    detector: SpeechDetector,
    classifier: SoundClassifier | None = None,
    labels: Sequence[str] = (),
    report: Report = ignore,
) -> Analysis:
    """Measure levels in a first pass over ``source``, then listen for speech and sounds at an even level in a second.

    Raises
    ------
    UnreadableMedia, SourceNotFound
        The source cannot be read.
    InvalidValue
        A channel is asked for that it does not have.
    """
    with source.open() as reader:
        chosen = channels.chosen(reader.channels)
        meter, balance = LevelMeter(reader.rate), _Balance()
        for block in _watched(reader, report, "levels"):
            taken = channels.take(block)
            meter.feed(taken)
            if channels.mixed:
                balance.feed(block, taken)
        levels = meter.finish()
        recording, problems = reader.recording(), tuple(dict.fromkeys([*reader.problems, *balance.problems()]))
    heard = tuple(loudness(row) for row in levels)
    listeners = [detector.listen() for _ in chosen]
    naming = classifier is not None and bool(labels)
    wanted = wanted_classes(labels, classifier.classes) if classifier is not None else {}
    namers = [_Namer(classifier.listen(), wanted) for _ in chosen] if classifier is not None and labels else []
    speech: list[list[NDArray[np.float32]]] = [[] for _ in chosen]
    sounds: list[list[NDArray[np.float32]]] = [[] for _ in chosen]
    for block in even(source, channels, heard, rate=detector.sample_rate, report=report, stage="speech"):
        _feed(listeners, block, speech)
        _feed(namers, block, sounds)
    return Analysis(
        recording=recording,
        channels=chosen,
        levels=levels,
        loudness=heard,
        speech=_rows(listeners, speech),
        sounds=_rows(namers, sounds) if naming else None,
        problems=problems,
    )


def even(
    source: Source, channels: Channels, heard: tuple[Loudness, ...], *, rate: int, report: Report, stage: str
) -> Iterator[Samples]:
    """Yield the chosen channels of ``source`` at ``rate``, each brought to the same level; one pass."""
    gains = np.array([[_gain(row)] for row in heard], np.float32)
    with source.open() as reader:
        resampler = Resampler(reader.rate, rate, len(heard))
        for block in _watched(reader, report, stage):
            yield resampler.feed(channels.take(block)) * gains
        yield resampler.finish(len(heard)) * gains


def _gain(heard: Loudness) -> float:
    return float(10 ** (min(TARGET_DB - heard.loud, MOST_GAIN_DB) / 20))


def _watched(reader: Reader, report: Report, stage: str) -> Iterator[Samples]:
    done = 0
    for block in reader.blocks():
        yield block
        done += block.shape[1]
        report(Progress(stage=stage, done=done / reader.rate, total=reader.announced or 0.0))


def _feed(streams: Sequence[Stream], block: Samples, parts: list[list[NDArray[np.float32]]]) -> None:
    for index, stream in enumerate(streams):
        parts[index].append(stream.feed(block[index]))


class _Namer:
    """A classifier's stream that keeps the labels asked for only, since hundreds of classes would add up."""

    def __init__(self, stream: Stream, wanted: dict[str, list[int]]) -> None:
        self._stream = stream
        self._wanted = wanted

    def feed(self, samples: Samples) -> NDArray[np.float32]:
        return label_scores(self._stream.feed(samples), self._wanted)

    def finish(self) -> NDArray[np.float32]:
        return label_scores(self._stream.finish(), self._wanted)


class _Balance:
    """Watches for a mix that loses the sound, as that of two channels in opposite phase does."""

    def __init__(self) -> None:
        self._loudest = self._mixed = 0.0

    def feed(self, block: Samples, taken: Samples) -> None:
        self._loudest += float(np.square(block).sum(axis=1, dtype=np.float64).max())
        self._mixed += float(np.square(taken).sum(dtype=np.float64))

    def problems(self) -> Iterator[str]:
        if self._mixed * 10 ** (CANCELLED_DB / 10) < self._loudest:
            yield "is far louder in one channel than in the mix of all: listen to them with --channels each"


def _rows(streams: Sequence[Stream], parts: list[list[NDArray[np.float32]]]) -> NDArray[np.float32]:
    return np.stack([np.concatenate([*row, stream.finish()]) for stream, row in zip(streams, parts, strict=True)])
