"""Every engine that tells speakers apart, through one suite."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from earmark.audio.decode import open_reader
from earmark.audio.resample import Resampler
from earmark.core.speakers import Diarization, SpeakerCount, by_appearance
from earmark.engines.protocols import Diarizer, DiarizerStream

RATE = 16_000
ANY = SpeakerCount()


def cam(test_data: Path) -> Diarizer:
    return networks(test_data, "spk.onnx")


def ge2e(test_data: Path) -> Diarizer:
    return networks(test_data, "ge2e.onnx")


def networks(test_data: Path, embedder: str) -> Diarizer:
    from earmark.engines.embedders import open_embedder
    from earmark.engines.pyannote_onnx import PyannoteOnnx

    folder = test_data / "models" / "diarization"
    return PyannoteOnnx(folder / "seg.onnx", open_embedder(folder / embedder))


def spectral(_: Path) -> Diarizer:
    from earmark.engines.spectral_speakers import SpectralSpeakers

    return SpectralSpeakers()


DIARIZERS: dict[str, Callable[[Path], Diarizer]] = {"cam++": cam, "ge2e": ge2e, "spectral": spectral}


@pytest.fixture(scope="module", params=DIARIZERS)
def diarizer(request: pytest.FixtureRequest, test_data: Path) -> Diarizer:
    return DIARIZERS[request.param](test_data)


@pytest.fixture(scope="module")
def two(test_data: Path) -> np.ndarray:
    """Two people in turn for 36 s: 4 s of speech, half a second of silence."""
    pause = np.zeros(RATE // 2, np.float32)
    people = (utterances(test_data, who) for who in ("2033", "1998"))
    turns = [sound[: 4 * RATE] for pair in zip(*people, strict=True) for sound in pair]
    return np.concatenate([part for turn in turns for part in (turn, pause)])


@pytest.fixture(scope="module")
def heard(diarizer: Diarizer, two: np.ndarray) -> DiarizerStream:
    """Both people, heard to the end."""
    stream = diarizer.listen()
    stream.feed(two)
    stream.finish(ANY)
    return stream


@pytest.fixture(scope="module")
def one(test_data: Path) -> np.ndarray:
    """One person for some 30 s."""
    paths = sorted((test_data / "audio" / "speakers" / "2414").glob("*.flac"))
    return np.concatenate([load(path) for path in paths])[: 30 * RATE]


def utterances(test_data: Path, who: str) -> list[np.ndarray]:
    sounds = (load(path) for path in sorted((test_data / "audio" / "speakers" / who).glob("*.flac")))
    return [sound for sound in sounds if len(sound) >= 4 * RATE][:4]


def load(path: Path) -> np.ndarray:
    with open_reader(path) as reader:
        resampler = Resampler(reader.rate, RATE, 1)
        parts = [resampler.feed(block.mean(axis=0, keepdims=True)) for block in reader.blocks()]
        return np.concatenate([*parts, resampler.finish(1)], axis=1)[0]


def listen(diarizer: Diarizer, samples: np.ndarray, size: int = 10**9, count: SpeakerCount = ANY) -> Diarization:
    stream = diarizer.listen()
    for begin in range(0, len(samples), size):
        stream.feed(samples[begin : begin + size])
    return stream.finish(count)


def seconds(found: Diarization, speaker: str, start: float, end: float) -> float:
    """How long somebody speaks within a span."""
    mine = (turn for turn in found.turns if turn.speaker == speaker and turn.start < end and start < turn.end)
    return sum(min(end, turn.end) - max(start, turn.start) for turn in mine)


def told(diarizer: Diarizer, people: int) -> SpeakerCount:
    """The number of people, for engines that say of themselves that they count badly."""
    return ANY if diarizer.caution is None else SpeakerCount.exactly(people)


def noise(seconds: float, level: float) -> np.ndarray:
    return np.random.default_rng(3).normal(0, level, round(seconds * RATE)).astype(np.float32)


@pytest.mark.parametrize(
    "samples",
    [
        np.zeros(0, np.float32),
        np.zeros(1, np.float32),
        np.ones(1, np.float32),
        np.zeros(12 * RATE, np.float32),
        np.zeros(100, np.float32),
        np.full(3 * RATE, 0.5, np.float32),
    ],
    ids=["nothing", "a zero", "one sample", "zeros", "6 ms", "a constant"],
)
@pytest.mark.parametrize("count", [ANY, SpeakerCount.exactly(3)], ids=["any", "three"])
def test_where_nobody_speaks_there_are_no_turns(diarizer: Diarizer, samples: np.ndarray, count: SpeakerCount) -> None:
    assert listen(diarizer, samples, count=count) == Diarization()


@pytest.mark.parametrize("level", [1e-4, 0.01, 0.2])
def test_hiss_is_nobody(diarizer: Diarizer, level: float) -> None:
    assert sum(turn.duration for turn in listen(diarizer, noise(12, level)).turns) < 0.5


def test_a_second_of_speech_is_one_person(diarizer: Diarizer, one: np.ndarray) -> None:
    found = listen(diarizer, one[RATE : 2 * RATE])
    assert len(found.speakers) == 1
    assert all(0 <= turn.start < turn.end <= 1.0 for turn in found.turns)


def test_one_person_is_one_person(diarizer: Diarizer, one: np.ndarray) -> None:
    found = listen(diarizer, one, count=told(diarizer, 1))
    assert found.speakers == ("SPEAKER_00",)
    assert sum(turn.duration for turn in found.turns) > 0.8 * len(one) / RATE


def test_two_people_are_two_people(diarizer: Diarizer, heard: DiarizerStream) -> None:
    found = heard.finish(told(diarizer, 2))
    assert found.speakers == ("SPEAKER_00", "SPEAKER_01")
    for place in range(8):
        start, end = place * 4.5, place * 4.5 + 4
        said = [seconds(found, speaker, start, end) for speaker in found.speakers]
        assert said[place % 2] > 1.5
        assert said[1 - place % 2] < (0.5 if diarizer.caution is None else said[place % 2])


def test_turns_lie_within_the_recording_in_order(heard: DiarizerStream, two: np.ndarray) -> None:
    found = heard.finish(SpeakerCount.exactly(2))
    assert list(found.turns) == sorted(found.turns, key=lambda turn: (turn.start, turn.end))
    assert found == by_appearance(found)
    assert all(0 <= turn.start < turn.end <= len(two) / RATE for turn in found.turns)
    for speaker in found.speakers:
        mine = [turn for turn in found.turns if turn.speaker == speaker]
        assert all(before.end < after.start for before, after in pairwise(mine))


def test_long_pauses_stay_and_what_comes_after_them_is_in_time(
    diarizer: Diarizer, heard: DiarizerStream, two: np.ndarray
) -> None:
    pause = noise(95, 1e-5)
    before, after = heard.finish(ANY).turns, listen(diarizer, np.concatenate([two, pause, two])).turns
    end, again = len(two) / RATE, (len(two) + len(pause)) / RATE
    assert not [turn for turn in after if turn.end > end + 0.3 and turn.start < again - 0.3]
    moved = [turn for turn in after if turn.start > again - 0.3]
    assert moved[0].start - again == pytest.approx(before[0].start, abs=0.3)
    assert moved[-1].end - again == pytest.approx(before[-1].end, abs=0.3)


@pytest.mark.parametrize("size", [997, 16_000, 160_001])
def test_it_does_not_matter_how_the_blocks_fall(diarizer: Diarizer, two: np.ndarray, size: int) -> None:
    sound = two[: 23 * RATE]
    assert listen(diarizer, sound, size) == listen(diarizer, sound)


def test_empty_blocks_change_nothing(diarizer: Diarizer, two: np.ndarray) -> None:
    stream = diarizer.listen()
    for block in (two[:0], two[: 12 * RATE], two[:0], two[:0]):
        stream.feed(block)
    assert stream.finish(ANY) == listen(diarizer, two[: 12 * RATE])


def test_the_same_sound_gives_the_same_turns(diarizer: Diarizer, heard: DiarizerStream, two: np.ndarray) -> None:
    assert listen(diarizer, two) == heard.finish(ANY)


def test_streams_share_nothing(diarizer: Diarizer, two: np.ndarray, one: np.ndarray) -> None:
    first, second = diarizer.listen(), diarizer.listen()
    sound, other = two[: 15 * RATE], one[: 15 * RATE]
    for begin in range(0, len(sound), 50_000):
        first.feed(sound[begin : begin + 50_000])
        second.feed(other[begin : begin + 50_000])
    assert second.finish(ANY) == listen(diarizer, other)
    assert first.finish(ANY) == listen(diarizer, sound)


def test_the_buffer_that_samples_came_in_may_be_used_again(diarizer: Diarizer, two: np.ndarray) -> None:
    sound, buffer, stream = two[: 12 * RATE], np.zeros(RATE, np.float32), diarizer.listen()
    for begin in range(0, len(sound), RATE):
        buffer[:] = sound[begin : begin + RATE]
        stream.feed(buffer)
        buffer[:] = 1.0
    assert stream.finish(ANY) == listen(diarizer, sound)


@pytest.mark.parametrize(
    ("count", "people"),
    [
        (SpeakerCount.exactly(1), 1),
        (SpeakerCount.exactly(2), 2),
        (SpeakerCount.exactly(3), 3),
        (SpeakerCount(most=1), 1),
        (SpeakerCount(least=2), 2),
        (SpeakerCount(least=3, most=4), 3),
    ],
)
def test_the_number_of_speakers_can_be_given(heard: DiarizerStream, count: SpeakerCount, people: int) -> None:
    assert len(heard.finish(count).speakers) == people


def test_a_bound_that_is_kept_anyway_changes_nothing(heard: DiarizerStream) -> None:
    assert heard.finish(SpeakerCount(least=1, most=9)) == heard.finish(ANY)


def test_more_people_than_there_are_words_are_no_error(heard: DiarizerStream) -> None:
    assert 1 <= len(heard.finish(SpeakerCount.exactly(100)).speakers) <= 100


def test_one_speaker_has_all_the_speech_of_two(heard: DiarizerStream) -> None:
    spoken = sum(turn.duration for turn in heard.finish(SpeakerCount.exactly(2)).turns)
    assert sum(turn.duration for turn in heard.finish(SpeakerCount(most=1)).turns) > 0.9 * spoken


def test_another_number_can_be_asked_for_afterwards_at_no_cost(heard: DiarizerStream, two: np.ndarray) -> None:
    first, began = heard.finish(ANY), time.process_time()
    assert len(heard.finish(SpeakerCount(most=1)).speakers) == 1
    assert len(heard.finish(SpeakerCount.exactly(3)).speakers) == 3
    assert heard.finish(ANY) == first
    assert time.process_time() - began < 0.01 * len(two) / RATE


def test_voices_are_unit_vectors_of_those_who_speak(heard: DiarizerStream, two: np.ndarray) -> None:
    found = heard.finish(ANY)
    assert not found.voices or tuple(voice.speaker for voice in found.voices) == found.speakers
    for voice in found.voices:
        assert np.isfinite(voice.embedding).all()
        assert np.linalg.norm(voice.embedding) == pytest.approx(1, abs=1e-3)
        assert 1 < voice.seconds <= len(two) / RATE


def test_the_same_voice_is_known_again_in_another_recording(
    diarizer: Diarizer, heard: DiarizerStream, test_data: Path
) -> None:
    paths = sorted((test_data / "audio" / "speakers" / "2033").glob("*.flac"))[5:7]
    later = listen(diarizer, np.concatenate([load(path) for path in paths]), count=SpeakerCount.exactly(1)).voices
    same, other = heard.finish(ANY).voices if later else (None, None)
    if same and other:
        near = np.dot(same.embedding, later[0].embedding)
        assert near > np.dot(other.embedding, later[0].embedding) + 0.1
    assert bool(same) == bool(later)


def test_an_engine_says_what_it_is(diarizer: Diarizer) -> None:
    assert diarizer.name
    assert diarizer.sample_rate == RATE
    assert diarizer.caution is None or diarizer.caution.endswith(".")
