"""First passes over a recording: levels, then speech (and sounds), without holding the sound itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from earmark.audio.levels import LevelMeter, Levels
from earmark.audio.resample import Resampler
from earmark.audio.silence import Loudness, loudness
from earmark.core.progress import Progress, Report, ignore

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from earmark.audio.channels import Channels
    from earmark.audio.decode import Samples
    from earmark.audio.source import Reader, Source
    from earmark.core.recording import Recording
    from earmark.engines.protocols import SoundClassifier, SpeechDetector, Stream

TARGET_DB = -20.0
"""Level in dBFS to which the loud parts of every recording are brought before engines hear it: Silero VAD was found to
lose speech where they lie below -40 or above 0 (docs/benchmarks.md)."""
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
    sounds : array, shape (channels, hops, classes), or None
        Scores per hop of the sound classifier, None where it was not asked.
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
        meter = LevelMeter(reader.rate)
        for block in _watched(reader, report, "levels"):
            meter.feed(channels.take(block))
        levels = meter.finish()
        recording, problems = reader.recording(), tuple(dict.fromkeys(reader.problems))
    heard = tuple(loudness(row) for row in levels)
    listeners = [detector.listen() for _ in chosen]
    namers = [classifier.listen() for _ in chosen] if classifier is not None else []
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
        sounds=_rows(namers, sounds) if classifier is not None else None,
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


def _feed(streams: list[Stream], block: Samples, parts: list[list[NDArray[np.float32]]]) -> None:
    for index, stream in enumerate(streams):
        parts[index].append(stream.feed(block[index]))


def _rows(streams: list[Stream], parts: list[list[NDArray[np.float32]]]) -> NDArray[np.float32]:
    return np.stack([np.concatenate([*row, stream.finish()]) for stream, row in zip(streams, parts, strict=True)])
