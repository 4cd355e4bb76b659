"""First passes over a recording: levels, then speech (and sounds), without holding the sound itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from earmark.audio.channels import EACH, Channels
from earmark.audio.levels import FRAME_RATE, LevelMeter, Levels
from earmark.audio.resample import Resampler
from earmark.audio.separation import bleeding, separate_channels
from earmark.audio.silence import Loudness, loudness
from earmark.core.progress import Progress, Report, ignore
from earmark.services.sounds import label_scores, wanted_classes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from earmark.audio.decode import Samples
    from earmark.audio.source import Reader, Source
    from earmark.core.recording import Recording
    from earmark.core.speakers import SpeakerCount
    from earmark.engines.protocols import Diarizer, DiarizerStream, SoundClassifier, SpeechDetector, Stream

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
    listeners : tuple of DiarizerStream
        What heard each chosen channel in order to tell speakers apart; none where that was not asked for, or where
        each channel is one person's.
    separate : bool
        Whether each of the channels is one person's.
    picked : Channels
        How the chosen channels are taken from the recording.
    """

    recording: Recording
    channels: tuple[int | None, ...]
    levels: Levels
    loudness: tuple[Loudness, ...]
    speech: NDArray[np.float32]
    sounds: NDArray[np.float32] | None
    problems: tuple[str, ...]
    listeners: tuple[DiarizerStream, ...] = ()
    separate: bool = False
    picked: Channels = EACH


def analyse(
    source: Source,
    *,
    channels: Channels,
    detector: SpeechDetector,
    classifier: SoundClassifier | None = None,
    labels: Sequence[str] = (),
    diarizer: Diarizer | None = None,
    speakers: SpeakerCount | None = None,
    report: Report = ignore,
) -> Analysis:
    """Measure levels in a first pass over ``source``, then listen for speech and sounds at an even level in a second.

    Where speakers are asked for and each channel of a recording turns out to be one person's, the channels are listened
    to one by one although the mix was chosen.

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
        apart = _Apart(reader, speakers) if channels.mixed else None
        for block in _watched(reader, report, "levels"):
            taken = channels.take(block)
            meter.feed(taken)
            if apart is not None:
                balance.feed(block, taken)
                apart.feed(block)
        levels = meter.finish()
        recording, problems = reader.recording(), tuple(dict.fromkeys([*reader.problems, *balance.problems()]))
    separate = () if apart is None else apart.channels()
    if separate:
        assert apart is not None  # noqa: S101 - it gave the channels
        channels, chosen, levels, problems = (
            Channels(separate),
            separate,
            apart.levels(separate),
            tuple(reader.problems),
        )
    heard = tuple(loudness(row) for row in levels)
    listeners = [detector.listen() for _ in chosen]
    naming = classifier is not None and bool(labels)
    wanted = wanted_classes(labels, classifier.classes) if classifier is not None else {}
    namers = [_Namer(classifier.listen(), wanted) for _ in chosen] if classifier is not None and labels else []
    tellers = () if diarizer is None or separate else tuple(diarizer.listen() for _ in chosen)
    speech: list[list[NDArray[np.float32]]] = [[] for _ in chosen]
    sounds: list[list[NDArray[np.float32]]] = [[] for _ in chosen]
    for block in even(source, channels, heard, rate=detector.sample_rate, report=report, stage="speech"):
        _feed(listeners, block, speech)
        _feed(namers, block, sounds)
        for row, teller in enumerate(tellers):
            teller.feed(block[row])
    heard_speech = _rows(listeners, speech)
    if separate:
        heard_speech *= ~_per_hop(bleeding(levels), heard_speech.shape[1], detector.hop / detector.sample_rate)
    return Analysis(
        recording=recording,
        channels=chosen,
        levels=levels,
        loudness=heard,
        speech=heard_speech,
        sounds=_rows(namers, sounds) if naming else None,
        problems=problems,
        listeners=tellers,
        separate=bool(separate),
        picked=channels,
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


def _per_hop(frames: NDArray[np.bool_], hops: int, hop: float) -> NDArray[np.bool_]:
    """Frames of 10 ms, shape ``(channels, frames)``, as seen at the middle of each hop of ``hop`` seconds."""
    at = ((np.arange(hops) + 0.5) * hop * FRAME_RATE).astype(int)
    return frames[:, np.minimum(at, frames.shape[1] - 1)]


class _Apart:
    """Watches whether each channel is one person's, where speakers are asked for and there are several channels."""

    def __init__(self, reader: Reader, speakers: SpeakerCount | None) -> None:
        self._speakers = speakers if reader.channels > 1 else None
        self._meter = LevelMeter(reader.rate)
        self._levels: Levels | None = None

    def feed(self, block: Samples) -> None:
        if self._speakers is not None:
            self._meter.feed(block)

    def channels(self) -> tuple[int, ...]:
        """The channels that are one person's each; none where the user knows of another number of speakers."""
        if self._speakers is None:
            return ()
        self._levels = self._meter.finish()
        found = separate_channels(self._levels)
        fits = (self._speakers.least or 0) <= len(found) <= (self._speakers.most or len(found))
        return found if fits else ()

    def levels(self, chosen: tuple[int, ...]) -> Levels:
        assert self._levels is not None  # noqa: S101 - asked for after the channels
        return self._levels[list(chosen)]


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
