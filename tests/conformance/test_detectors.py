"""Every engine that gives scores while it listens, through one suite."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from earmark.audio.decode import open_reader
from earmark.audio.resample import Resampler
from earmark.engines.protocols import SoundClassifier, SpeechDetector

Engine = SpeechDetector | SoundClassifier

TOLERANCE = 1e-5
"""Of scores in [0, 1] that should be the same: batches of other sizes are summed in another order."""


def yamnet(test_data: Path) -> Engine:
    from earmark.engines.yamnet import Yamnet

    pytest.importorskip("ai_edge_litert", reason="the extra earmark[sounds] is not installed")
    return Yamnet(test_data / "models" / "yamnet")


def silero(_: Path) -> Engine:
    from earmark.engines.silero import SileroVad

    return SileroVad()


ENGINES: dict[str, Callable[[Path], Engine]] = {"silero": silero, "yamnet": yamnet}


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest, test_data: Path) -> Engine:
    return ENGINES[request.param](test_data)


@pytest.fixture(scope="module")
def sound(engine: Engine, test_data: Path) -> np.ndarray:
    """Five seconds of speech at the rate of the engine."""
    with open_reader(test_data / "audio" / "speech_en" / "jfk.flac") as reader:
        samples = np.concatenate(list(reader.blocks()), axis=1).mean(axis=0, keepdims=True)
        resampler = Resampler(reader.rate, engine.sample_rate, 1)
    return np.concatenate([resampler.feed(samples), resampler.finish(1)], axis=1)[0, : 5 * engine.sample_rate]


def listen(engine: Engine, samples: np.ndarray, sizes: list[int] | None = None) -> np.ndarray:
    stream, begin, parts = engine.listen(), 0, []
    for size in [*(sizes or []), len(samples)]:
        parts.append(stream.feed(samples[begin : begin + size]))
        begin += size
    return np.concatenate([*parts, stream.finish()])


def test_scores_are_probabilities_in_float32_with_time_first(engine: Engine, sound: np.ndarray) -> None:
    scores = listen(engine, sound)
    classes = getattr(engine, "classes", None)
    assert scores.dtype == np.float32
    assert scores.shape[1:] == (() if classes is None else (len(classes),))
    assert np.isfinite(scores).all()
    assert 0 <= scores.min() < 0.1
    assert 0.5 < scores.max() <= 1


@pytest.mark.parametrize("hops", [0.001, 0.5, 1.0, 1.001, 1.5, 2.0, 7.3])
def test_there_is_a_score_for_every_hop_and_at_most_one_more(engine: Engine, sound: np.ndarray, hops: float) -> None:
    count = round(hops * engine.hop)
    scores = listen(engine, sound[:count])
    assert 0 <= len(scores) - -(-count // engine.hop) <= 1


def test_no_sound_is_no_error_and_no_more_than_one_score(engine: Engine, sound: np.ndarray) -> None:
    nothing = sound[:0]
    assert len(listen(engine, nothing, [0, 0])) <= 1
    assert engine.listen().feed(nothing).shape[1:] == listen(engine, sound).shape[1:]


@pytest.mark.parametrize("size", [0.1, 0.99, 1.0, 3.7])
def test_it_does_not_matter_how_the_blocks_fall(engine: Engine, sound: np.ndarray, size: float) -> None:
    step = round(size * engine.hop)
    blocks = listen(engine, sound, [step] * (len(sound) // step))
    whole = listen(engine, sound)
    assert blocks.shape == whole.shape
    assert np.abs(blocks - whole).max() < TOLERANCE


def test_empty_blocks_change_nothing(engine: Engine, sound: np.ndarray) -> None:
    assert np.array_equal(listen(engine, sound, [0, 3000, 0, 0]), listen(engine, sound, [3000]))


def test_scores_come_while_the_sound_goes_on(engine: Engine, sound: np.ndarray) -> None:
    stream = engine.listen()
    first = stream.feed(sound)
    assert len(first) >= len(sound) // engine.hop - 1
    assert len(stream.finish()) <= 2


def test_streams_share_nothing(engine: Engine, sound: np.ndarray) -> None:
    noise = np.random.default_rng(4).uniform(-1, 1, len(sound)).astype(np.float32)
    one, other = engine.listen(), engine.listen()
    parts: list[np.ndarray] = []
    for begin in range(0, len(sound), 5000):
        parts.append(one.feed(sound[begin : begin + 5000]))
        other.feed(noise[begin : begin + 5000])
    other.finish()
    assert np.abs(np.concatenate([*parts, one.finish()]) - listen(engine, sound)).max() < TOLERANCE


def test_nothing_is_kept_from_one_recording_to_the_next(engine: Engine, sound: np.ndarray) -> None:
    before = listen(engine, sound)
    listen(engine, sound[::-1].copy())
    assert np.array_equal(listen(engine, sound), before)


def test_scores_that_were_given_and_samples_that_were_fed_stay_as_they_are(engine: Engine, sound: np.ndarray) -> None:
    half, samples = len(sound) // 2, sound.copy()
    stream = engine.listen()
    first = stream.feed(samples[:half])
    kept = first.copy()
    stream.feed(samples[half:])
    stream.finish()
    assert np.array_equal(first, kept)
    assert np.array_equal(samples, sound)


def test_the_buffer_that_samples_came_in_may_be_used_again(engine: Engine, sound: np.ndarray) -> None:
    size = engine.hop * 3 // 2
    buffer, stream, parts = np.zeros(size, np.float32), engine.listen(), []
    for begin in range(0, len(sound) - size, size):
        buffer[:] = sound[begin : begin + size]
        parts.append(stream.feed(buffer))
        buffer[:] = 1.0
    scores = np.concatenate(parts)
    assert np.abs(scores - listen(engine, sound)[: len(scores)]).max() < TOLERANCE


def test_digital_zeros_are_neither_speech_nor_music(engine: Engine) -> None:
    zeros = np.zeros(3 * engine.sample_rate, np.float32)
    scores = listen(engine, zeros, [1000, 1000])
    classes = getattr(engine, "classes", None)
    heard = scores if classes is None else scores[:, [classes.index("Speech"), classes.index("Music")]]
    assert heard.max() < 0.05
