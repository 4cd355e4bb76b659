"""Recordings with one person on each channel are told from those that two microphones, or a mixer, made of one room."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from earmark.audio.levels import LevelMeter, Levels
from earmark.audio.separation import separate_channels
from earmark.audio.source import FileSource

RATE = 8000


def levels_of(channels: np.ndarray) -> Levels:
    noise = np.random.default_rng(1).normal(0, 1e-4, channels.shape)
    meter = LevelMeter(RATE)
    meter.feed((channels + noise).astype(np.float32))
    return meter.finish()


def bursts(seed: int, seconds: int = 30) -> np.ndarray:
    """Sound whose level rises and falls as that of speech does, a few times a second."""
    draw = np.random.default_rng(seed)
    envelope = np.repeat(draw.choice([0.02, 0.3, 1.0], seconds * 4), RATE // 4)
    return draw.normal(0, 0.2, seconds * RATE) * envelope


@pytest.fixture
def people() -> tuple[np.ndarray, np.ndarray]:
    """Two people in turn, ten seconds each."""
    turn = np.repeat([1.0, 0.0, 1.0], 10 * RATE)
    return bursts(1) * turn, bursts(2) * (1 - turn)


@pytest.mark.parametrize("bleeding", [0.0, 0.1, 0.25])
def test_callers_are_told_apart_also_where_each_is_heard_faintly_beside_the_other(
    people: tuple[np.ndarray, np.ndarray], bleeding: float
) -> None:
    one, other = people
    assert separate_channels(levels_of(np.stack([one + bleeding * other, other + bleeding * one]))) == (0, 1)


def test_a_soft_caller_counts_too(people: tuple[np.ndarray, np.ndarray]) -> None:
    assert separate_channels(levels_of(np.stack([people[0], 0.1 * people[1]]))) == (0, 1)


def test_people_who_speak_all_at_once_are_told_apart() -> None:
    assert separate_channels(levels_of(np.stack([bursts(1), bursts(2)]))) == (0, 1)


def test_two_microphones_in_one_room_are_not(people: tuple[np.ndarray, np.ndarray]) -> None:
    one, other = people
    assert separate_channels(levels_of(np.stack([one + 0.6 * other, other + 0.6 * one]))) == ()


@pytest.mark.parametrize("gain", [1.0, 0.1, 0.0])
def test_the_same_sound_on_both_channels_or_on_one_alone_is_not(
    people: tuple[np.ndarray, np.ndarray], gain: float
) -> None:
    assert separate_channels(levels_of(np.stack([people[0], gain * people[0]]))) == ()


def test_of_three_channels_the_silent_one_is_nobodys(people: tuple[np.ndarray, np.ndarray]) -> None:
    one, other = people
    assert separate_channels(levels_of(np.stack([one, np.zeros_like(one), other]))) == (0, 2)


@pytest.mark.parametrize("shape", [(1, RATE * 30), (2, 0), (2, 1), (2, RATE // 2)])
def test_one_channel_or_hardly_any_sound_is_not(shape: tuple[int, int]) -> None:
    assert separate_channels(levels_of(np.random.default_rng(1).normal(0, 0.2, shape))) == ()


def test_real_recordings(test_data: Path) -> None:
    def of(path: Path) -> tuple[int, ...]:
        with FileSource(path, path.name).open() as reader:
            meter = LevelMeter(reader.rate)
            for block in reader.blocks():
                meter.feed(block)
        return separate_channels(meter.finish())

    assert of(test_data / "audio" / "speech_en" / "stereo_diarization.wav") == (0, 1)
    stereo = [path for path in sorted((test_data / "audio" / "scenes").glob("*.ogg")) if _channels(path) == 2]
    assert len(stereo) > 3
    assert {path.name: of(path) for path in stereo} == {path.name: () for path in stereo}


def _channels(path: Path) -> int:
    with FileSource(path, path.name).open() as reader:
        return reader.channels
