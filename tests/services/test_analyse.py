"""What the first passes over a recording find, and what they do not depend on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from earmark.audio.channels import EACH, MIX, Channels
from earmark.audio.decode import open_reader
from earmark.audio.levels import DIGITAL_SILENCE
from earmark.audio.source import ArrayReader, ArraySource, Source, from_array
from earmark.core.progress import Progress
from earmark.engines.silero import SileroVad
from earmark.errors import InvalidValue
from earmark.services.analyse import MOST_GAIN_DB, TARGET_DB, Analysis, analyse

RATE = 16_000
FLOAT_TOLERANCE = 1e-5
"""Of speech probabilities, for float samples: the gain is exact but for rounding."""
PCM_TOLERANCE = 0.05
"""Of speech probabilities, for 16-bit samples: 30 dB less leave 5 bits fewer for the quiet parts."""


class Ear:
    """Stands in for a detector: remembers what it was given, its scores are the peaks of its hops."""

    name = "ear"
    sample_rate = 8000
    hop = 80
    classes = ("peak", "negative peak")

    def __init__(self, columns: int | None = None) -> None:
        self.streams: list[EarStream] = []
        self._columns = columns

    def listen(self) -> EarStream:
        self.streams.append(EarStream(self.hop, self._columns))
        return self.streams[-1]


class EarStream:
    def __init__(self, hop: int, columns: int | None) -> None:
        self.heard = np.zeros(0, np.float32)
        self._hop, self._columns, self._scored = hop, columns, 0

    def feed(self, samples: np.ndarray) -> np.ndarray:
        self.heard = np.concatenate([self.heard, samples])
        return self._scores(self.heard[self._scored : len(self.heard) // self._hop * self._hop])

    def finish(self) -> np.ndarray:
        return self._scores(np.pad(self.heard[self._scored :], (0, -len(self.heard) % self._hop)))

    def _scores(self, samples: np.ndarray) -> np.ndarray:
        self._scored += len(samples)
        hops = samples.reshape(-1, self._hop)
        if self._columns is None:
            return np.abs(hops).max(axis=1)
        return np.stack([hops.max(axis=1), -hops.min(axis=1)], axis=1)


class InBlocks:
    """A source whose sound comes in blocks of any size."""

    name = "blocks"

    def __init__(self, samples: np.ndarray, rate: int, size: int, problems: tuple[str, ...] = ()) -> None:
        self._source, self._size, self._problems = ArraySource(samples, rate), size, problems

    @contextmanager
    def open(self) -> Iterator[ArrayReader]:
        reader = ArrayReader(self._source)
        starts = range(0, self._source.samples.shape[1], self._size)
        reader.blocks = lambda: (self._source.samples[:, i : i + self._size] for i in starts)
        reader.problems += self._problems
        yield reader


@pytest.fixture(scope="module")
def scene(test_data: Path) -> np.ndarray:
    """Thirty seconds of speech, noise and silence; shape (1, samples) at 16 kHz."""
    with open_reader(test_data / "audio" / "composites" / "timeline_01.flac") as reader:
        assert reader.rate == RATE
        return np.concatenate(list(reader.blocks()), axis=1)[:, : 30 * RATE]


def speech(samples: np.ndarray, rate: int = RATE, size: int = 10 * RATE) -> np.ndarray:
    return analyse(InBlocks(samples, rate, size), channels=MIX, detector=SileroVad()).speech[0]


def hear(source: Source, channels: Channels = EACH) -> tuple[Analysis, list[np.ndarray]]:
    ear = Ear()
    analysis = analyse(source, channels=channels, detector=ear)
    return analysis, [stream.heard for stream in ear.streams]


def tone(level_db: float, seconds: float = 3.0, rate: int = RATE, hz: float = 440.0) -> np.ndarray:
    """A sine whose mean power lies at ``level_db`` dBFS."""
    amplitude = np.sqrt(2) * 10 ** (level_db / 20)
    return (amplitude * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


def mean_db(samples: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(np.square(samples, dtype=float))))


@pytest.mark.parametrize("gain", [-45.0, -30.0, 12.0])
def test_speech_is_as_probable_in_the_same_recording_at_another_level(scene: np.ndarray, gain: float) -> None:
    reference = speech(scene)
    assert reference.max() > 0.95
    assert np.abs(speech(scene * np.float32(10 ** (gain / 20))) - reference).max() < FLOAT_TOLERANCE


def test_a_16_bit_recording_turned_down_30_db_holds_the_same_speech(scene: np.ndarray) -> None:
    loud, quiet = (np.round(scene * 32768 * gain).astype(np.int16) for gain in (1.0, 10 ** (-30 / 20)))
    before, after = (
        analyse(from_array(samples, RATE), channels=MIX, detector=SileroVad()).speech for samples in (loud, quiet)
    )
    assert np.abs(after - before).max() < PCM_TOLERANCE
    assert np.array_equal(after > 0.5, before > 0.5)


@pytest.mark.parametrize("size", [160, 4096, 100_003])
def test_it_does_not_matter_how_the_blocks_fall(scene: np.ndarray, size: int) -> None:
    short = scene[:, : 8 * RATE]
    assert np.abs(speech(short, size=size) - speech(short, size=10**9)).max() < FLOAT_TOLERANCE


@pytest.mark.parametrize("size", [441, 44_101])
def test_blocks_do_not_matter_to_levels_and_resampled_sound_either(size: int) -> None:
    samples = np.random.default_rng(3).normal(0, 0.1, (2, 3 * 44_100)).astype(np.float32)
    whole, heard = hear(InBlocks(samples, 44_100, 10**9))
    parts, heard_in_parts = hear(InBlocks(samples, 44_100, size))
    assert np.abs(parts.levels - whole.levels).max() < 1e-3
    assert np.abs(np.stack(heard_in_parts) - np.stack(heard)).max() < 1e-5
    assert parts.recording == whole.recording


def test_engines_hear_every_channel_at_the_same_level_while_levels_are_told_as_they_are() -> None:
    samples = np.stack([tone(-3.0), tone(-23.0), tone(-50.0)])
    analysis, heard = hear(from_array(samples, RATE))
    middles = [sound[4000:-4000] for sound in heard]
    assert [mean_db(sound) for sound in middles] == pytest.approx([TARGET_DB] * 3, abs=0.1)
    assert np.median(analysis.levels, axis=1) == pytest.approx(np.array([-3.0, -23.0, -50.0]), abs=0.1)
    assert [row.loud for row in analysis.loudness] == pytest.approx([-3.0, -23.0, -50.0], abs=0.1)


def test_the_gain_is_bounded() -> None:
    _, (heard,) = hear(from_array(tone(-100.0), RATE))
    assert mean_db(heard[4000:-4000]) == pytest.approx(-100.0 + MOST_GAIN_DB, abs=0.1)


def test_digital_zeros_stay_zeros_and_hold_no_speech() -> None:
    zeros = np.zeros((2, 5 * RATE), np.float32)
    analysis, heard = hear(from_array(zeros, RATE))
    assert not np.any(heard)
    assert (analysis.levels == DIGITAL_SILENCE).all()
    speech = analyse(from_array(zeros, RATE), channels=EACH, detector=SileroVad()).speech
    assert speech.max() < 0.1
    assert not speech[:, 32:].any()


def test_zeros_around_a_recording_hold_no_speech_and_leave_the_rest_as_loud_as_it_was(scene: np.ndarray) -> None:
    part = scene[:, : 8 * RATE]
    zeros = np.zeros((1, 20 * RATE), np.float32)
    surrounded, (heard,) = hear(from_array(np.concatenate([zeros, part, zeros], axis=1), RATE))
    alone, (heard_alone,) = hear(from_array(part, RATE))
    assert surrounded.loudness == alone.loudness
    assert np.abs(heard[20 * 8000 : 28 * 8000] - heard_alone)[400:-400].max() < 1e-4
    scores = speech(np.concatenate([zeros, part, zeros], axis=1))
    hops = 20 * RATE // SileroVad.hop
    assert scores[: hops - 1].max() < 0.05
    assert scores[-hops + 32 :].max() < 0.05
    assert scores[hops:-hops].max() > 0.95


@pytest.mark.parametrize(
    ("channels", "named", "levels"),
    [
        (MIX, (None,), [-16.52]),
        (EACH, (0, 1, 2), [-10.0, -20.0, -30.0]),
        (Channels((2, 0)), (2, 0), [-30.0, -10.0]),
    ],
)
def test_rows_are_the_channels_that_were_chosen(
    channels: Channels, named: tuple[int | None, ...], levels: list[float]
) -> None:
    samples = np.stack([tone(-10.0), tone(-20.0), tone(-30.0)])
    analysis, heard = hear(from_array(samples, RATE), channels)
    assert analysis.channels == named
    assert analysis.levels.shape == (len(named), 300)
    assert analysis.speech.shape == (len(named), 300)
    assert len(analysis.loudness) == len(heard) == len(named)
    assert np.median(analysis.levels, axis=1) == pytest.approx(np.array(levels), abs=0.2)


def test_sounds_are_scored_per_channel_hop_and_class_only_where_asked() -> None:
    source = from_array(np.stack([tone(-20.0), tone(-20.0)]), RATE)
    asked = analyse(source, channels=EACH, detector=Ear(), classifier=Ear(columns=2), labels=Ear.classes)
    assert asked.sounds is not None
    assert asked.sounds.shape == (2, 300, 2)
    assert np.array_equal(asked.sounds.max(axis=2), asked.speech)
    assert analyse(source, channels=EACH, detector=Ear()).sounds is None
    assert analyse(source, channels=EACH, detector=Ear(), labels=Ear.classes).sounds is None
    assert analyse(source, channels=EACH, detector=Ear(), classifier=Ear(columns=2)).sounds is None


def test_only_the_labels_asked_for_are_kept() -> None:
    source = from_array(np.linspace(0, 0.5, RATE, dtype=np.float32), RATE)
    peaks = analyse(source, channels=EACH, detector=Ear(), classifier=Ear(columns=2), labels=("peak",)).sounds
    dips = analyse(source, channels=EACH, detector=Ear(), classifier=Ear(columns=2), labels=("negative peak",)).sounds
    assert peaks is not None
    assert dips is not None
    assert peaks.shape == dips.shape == (1, 100, 1)
    assert peaks[0, 20:, 0].min() > 0 > dips[0, 20:-5, 0].max()


def test_a_mix_that_loses_the_sound_is_told() -> None:
    sound = tone(-20.0)
    lost = "is far louder in one channel than in the mix of all"
    for pair, channels, told in (
        ([sound, -sound], MIX, True),
        ([sound, sound], MIX, False),
        ([sound, -sound], EACH, False),
        ([sound, -sound], Channels((0,)), False),
        ([sound, 0 * sound], MIX, False),
    ):
        problems = analyse(from_array(np.stack(pair), RATE), channels=channels, detector=Ear()).problems
        assert any(lost in problem for problem in problems) is told


def test_a_channel_that_is_not_there_is_refused() -> None:
    with pytest.raises(InvalidValue, match="channel 2 was asked for, the recording has 1"):
        hear(from_array(tone(-20.0), RATE), Channels((1,)))


def test_what_is_wrong_with_a_file_is_told_once() -> None:
    source = InBlocks(tone(-20.0)[None], RATE, 1000, problems=("is cut off", "is damaged", "is cut off"))
    assert hear(source)[0].problems == ("is cut off", "is damaged")


def test_progress_goes_through_both_passes_to_their_ends() -> None:
    steps: list[Progress] = []
    source = InBlocks(tone(-20.0)[None], RATE, RATE)
    analyse(source, channels=MIX, detector=Ear(), report=steps.append)
    assert [(step.stage, step.done, step.total) for step in steps] == [
        (stage, float(second), 3.0) for stage in ("levels", "speech") for second in (1, 2, 3)
    ]


def test_a_report_that_raises_stops_the_work() -> None:
    def cancel(_: Progress) -> None:
        raise KeyboardInterrupt

    ear = Ear()
    with pytest.raises(KeyboardInterrupt):
        analyse(from_array(tone(-20.0), RATE), channels=MIX, detector=ear, report=cancel)
    assert ear.streams == []
