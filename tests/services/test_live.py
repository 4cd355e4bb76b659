"""What is said is written down while it is said."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
import soundfile
import soxr

from earmark.core.segment import Segment
from earmark.engines.protocols import TranscribeOptions, Transcript
from earmark.engines.silero import SileroVad
from earmark.errors import EngineFailed
from earmark.services.live import Heard, Level, LiveSession
from earmark.services.utterances import UtteranceFinder

RATE = 16_000
OPTIONS = TranscribeOptions()


@pytest.fixture(scope="module")
def pocketsphinx():
    pytest.importorskip("pocketsphinx")
    from earmark.engines.pocketsphinx import PocketSphinx

    return PocketSphinx()


def sound_of(path: Path) -> np.ndarray:
    sound, rate = soundfile.read(path, dtype="float32", always_2d=True)
    return soxr.resample(sound.mean(axis=1), rate, RATE).astype(np.float32)


@pytest.fixture(scope="module")
def talk(test_data: Path) -> np.ndarray:
    """Three recordings with pauses between them."""
    folder = test_data / "audio" / "speech_en"
    pause = np.random.default_rng(1).normal(0, 1e-3, RATE).astype(np.float32)
    names = ("leopard_en.wav", "LJ001-0002.flac", "LJ001-0008.flac")
    return np.concatenate([part for name in names for part in (pause, sound_of(folder / name), pause)])


def told(
    engine: object, sound: np.ndarray, *, block: int = 1600, partial: bool = False, options: TranscribeOptions = OPTIONS
) -> list[Heard | Level]:
    events: list[Heard | Level] = []
    session = LiveSession(engine, SileroVad(), options, events.append, partial=partial)  # type: ignore[arg-type]
    for at in range(0, len(sound), block):
        session.feed(sound[at : at + block])
    session.finish()
    return events


def finals(events: list[Heard | Level]) -> list[Segment]:
    return [event.segment for event in events if isinstance(event, Heard) and event.final]


class Counting:
    """Writes the length of what it hears; tells one language after the other."""

    name = "counting"
    sample_rate = RATE
    clip_seconds = 30.0
    caution = None

    def __init__(self, *probabilities: float) -> None:
        self.clips: list[int] = []
        self.languages: list[str] = []
        self.probabilities = list(probabilities)
        self.asked = 0

    def check(self, options: TranscribeOptions) -> None:
        pass

    def detect_language(self, clips: list[np.ndarray]) -> tuple[str, float]:
        self.asked += 1
        return f"l{self.asked}", self.probabilities.pop(0) if self.probabilities else 0.9

    def transcribe(self, clips: Iterator[np.ndarray], *, language: str, options: TranscribeOptions) -> Iterator[object]:
        from earmark.core.segment import Word

        for clip in clips:
            self.clips.append(len(clip))
            self.languages.append(language)
            yield Transcript(words=(Word(text=f"{len(clip)}", start=0.3, end=0.5),), joins=(False,))


@pytest.fixture(scope="module")
def in_even_blocks(pocketsphinx, talk: np.ndarray) -> list[Segment]:
    return finals(told(pocketsphinx, talk))


def test_words_are_written_down_where_they_are_said(in_even_blocks: list[Segment], talk: np.ndarray) -> None:
    text = " ".join(segment.text or "" for segment in in_even_blocks)
    for words in ("middle classes", "glad to welcome his gospel", "comparatively modern"):
        assert words in text
    for segment in in_even_blocks:
        assert segment.language == "en"
        assert all(segment.start <= word.start < word.end <= segment.end for word in segment.words)
    starts = [segment.start for segment in in_even_blocks]
    assert starts == sorted(starts)
    assert 1.0 < starts[0] < 2.0
    assert in_even_blocks[-1].end < len(talk) / RATE


@pytest.mark.parametrize("block", [97, 4001, 10**9])
def test_the_text_does_not_depend_on_how_sound_comes_in(
    block: int, pocketsphinx, talk: np.ndarray, in_even_blocks: list[Segment]
) -> None:
    assert finals(told(pocketsphinx, talk, block=block)) == in_even_blocks


def test_the_text_does_not_depend_on_texts_so_far(
    pocketsphinx, talk: np.ndarray, in_even_blocks: list[Segment], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("earmark.services.live.EVERY", 0.0)
    events = told(pocketsphinx, talk, block=16_000, partial=True)
    assert finals(events) == in_even_blocks
    shown = [event.segment for event in events if isinstance(event, Heard) and not event.final]
    assert shown, "no text was given while somebody spoke"
    begins = {segment.start for segment in in_even_blocks}
    assert {segment.start for segment in shown} <= begins


def test_silence_gives_nothing() -> None:
    engine = Counting()
    noise = np.random.default_rng(2).normal(0, 3e-3, 20 * RATE).astype(np.float32)
    hum = (0.05 * np.sin(2 * np.pi * 50 * np.arange(10 * RATE) / RATE)).astype(np.float32)
    events = told(engine, np.concatenate([np.zeros(10 * RATE, np.float32), noise, hum]), partial=True)
    assert not [event for event in events if isinstance(event, Heard)]
    assert not engine.clips
    levels = [event for event in events if isinstance(event, Level)]
    assert levels[0].level == -120
    assert levels[60].level == pytest.approx(-50.5, abs=1)
    assert levels[-1].level == pytest.approx(-29, abs=0.5)
    assert levels[-1].at == 40


@pytest.mark.slow
def test_an_hour_of_silence_takes_no_memory() -> None:
    session = LiveSession(Counting(), SileroVad(), OPTIONS, lambda event: None)  # type: ignore[arg-type]
    noise = np.random.default_rng(3).normal(0, 1e-3, 10 * RATE).astype(np.float32)

    def minutes(number: int) -> int:
        for _ in range(6 * number):
            for at in range(0, len(noise), 3200):
                session.feed(noise[at : at + 3200])
        return int(psutil.Process().memory_info().rss)

    before = minutes(2)
    assert minutes(58) - before < 8_000_000
    session.finish()


def test_who_speaks_without_a_pause_is_cut_where_it_is_quiet(talk: np.ndarray) -> None:
    frames = talk[: len(talk) // 320 * 320].reshape(-1, 320)
    speech = frames[frames.std(axis=1) > 0.01].reshape(-1)
    engine = Counting()
    found = finals(told(engine, np.tile(speech, 9)[: 75 * RATE]))
    assert len(found) >= 2
    assert max(engine.clips) <= 30 * RATE
    for before, after in itertools.pairwise(found):
        assert before.end <= after.start


def test_memory_of_endless_speech_is_bounded(talk: np.ndarray) -> None:
    finder = UtteranceFinder(SileroVad())
    sizes = []
    for _ in range(5):
        for at in range(0, len(talk), 1600):
            for _utterance in finder.feed(talk[at : at + 1600]):
                pass
            sizes.append(sum(len(part) for part in finder._kept))
    assert max(sizes) < 62 * RATE


def test_the_language_is_found_out_once(talk: np.ndarray) -> None:
    engine = Counting(0.4, 0.95)
    found = finals(told(engine, talk))
    assert engine.asked == 2
    assert engine.languages[:3] == ["l1", "l2", "l2"]
    assert found[-1].language == "l2"


def test_a_language_that_is_given_is_not_looked_for(talk: np.ndarray) -> None:
    engine = Counting()
    told(engine, talk, options=TranscribeOptions(language="fr"))
    assert engine.asked == 0
    assert set(engine.languages) == {"fr"}


def test_text_that_turns_out_to_be_nothing_is_taken_back(talk: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("earmark.services.live.EVERY", 0.0)

    class Doubting(Counting):
        def transcribe(self, clips, *, language, options):  # type: ignore[no-untyped-def]
            for transcript in super().transcribe(clips, language=language, options=options):
                yield transcript if options.beam_size == 1 else Transcript(words=(), joins=())

    events = [event for event in told(Doubting(), talk, partial=True) if isinstance(event, Heard)]
    shown = {event.segment.start for event in events if event.segment.text}
    assert shown
    assert {event.segment.start for event in events if event.final} == shown
    assert {event.segment.text for event in events if event.final} == {""}


def test_what_goes_wrong_in_the_engine_is_told(talk: np.ndarray) -> None:
    class Broken(Counting):
        def transcribe(self, clips, *, language, options):  # type: ignore[no-untyped-def]
            raise EngineFailed("it gave up.")

    with pytest.raises(EngineFailed, match="gave up"):
        told(Broken(), talk)


def test_a_slow_engine_is_waited_for(talk: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("earmark.services.live.MOST_BEHIND", 5.0)
    import time

    class Slow(Counting):
        def transcribe(self, clips, *, language, options):  # type: ignore[no-untyped-def]
            time.sleep(0.3)
            yield from super().transcribe(clips, language=language, options=options)

    events = told(Slow(), np.tile(talk, 2), block=8000)
    assert max(event.behind for event in events if isinstance(event, Level)) < 20
    assert len(finals(events)) == len(finals(told(Counting(), np.tile(talk, 2))))


@pytest.mark.slow
@pytest.mark.parametrize("guards", [True, False], ids=["guarded", "unguarded"])
def test_what_whisper_invents_is_dropped(*, guards: bool, test_data: Path, talk: np.ndarray) -> None:
    from earmark.engines.whisper import Whisper

    # Weights at random: it invents without end.
    engine = Whisper(test_data / "models" / "whisper-stub-random-ct2", device="cpu", threads=1)
    found = finals(told(engine, talk[: 8 * RATE], options=TranscribeOptions(language="en", guards=guards)))
    assert bool(found) is not guards
    for segment in found:
        assert all(segment.start <= word.start <= word.end <= segment.end for word in segment.words)
