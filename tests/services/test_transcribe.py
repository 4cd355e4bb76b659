"""Words find their way from clips back to the segments of the timeline."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engines.ctc_model import level, write_model

from earmark.core.annotation import Note, NoteKind
from earmark.core.segment import NOISE, SILENCE, SPEECH, Segment, Word
from earmark.engines.ctc import CtcAligner
from earmark.engines.protocols import TranscribeOptions, Transcript
from earmark.engines.whisper import batched
from earmark.errors import BrokenModel, EngineFailed
from earmark.services.transcribe import Aligners, Transcription, transcribe

RATE = 1000


class BurstWriter:
    """Writes one word for every burst in a clip, with the burst's number of samples as its text."""

    name = "bursts"
    sample_rate = RATE
    clip_seconds = 30.0
    caution = None

    def __init__(self) -> None:
        self.clips: list[np.ndarray] = []
        self.asked_language = 0

    def check(self, options: TranscribeOptions) -> None:
        pass

    def detect_language(self, clips: Sequence[np.ndarray]) -> tuple[str, float]:
        self.asked_language += 1
        return "xx", 0.9

    def transcribe(
        self, clips: Iterable[np.ndarray], *, language: str, options: TranscribeOptions
    ) -> Iterator[Transcript]:
        """Take two clips before the first transcript is given, as engines with workers do."""
        for pair in batched(clips, 2):
            self.clips += pair
            yield from [self._one(clip) for clip in pair]

    def _one(self, clip: np.ndarray) -> Transcript:
        edges = np.flatnonzero(np.diff(np.concatenate([[0], clip > 0, [0]])))
        words = tuple(
            Word(text=str(b - a), start=a / RATE, end=b / RATE, score=0.5)
            for a, b in zip(edges[::2], edges[1::2], strict=True)
        )
        note = Note(kind=NoteKind.DROPPED, message="test", start=0.0, end=0.1, text="x")
        return Transcript(words=words, joins=(False,) * len(words), notes=(note,))


def write_down(rows: list[list[Segment]], sound: np.ndarray, *, block: int = 700, language: str | None = None):
    engine = BurstWriter()
    blocks = (sound[:, begin : begin + block] for begin in range(0, sound.shape[1], block))
    work = transcribe(blocks, rows, engine=engine, options=TranscribeOptions(language=language))
    return work.rows, work.notes, engine, work


def speech(start: float, end: float, channel: int | None = None) -> Segment:
    return Segment(start=start, end=end, label=SPEECH, channel=channel, score=0.9)


def test_words_stand_where_they_were_spoken() -> None:
    sound = np.zeros((1, 20_000), np.float32)
    for begin, end in ((1100, 1400), (1600, 1900), (9000, 9500)):
        sound[0, begin:end] = 1
    row = [
        Segment(start=0, end=1, label=SILENCE),
        speech(1, 2),
        Segment(start=2, end=8.9, label=NOISE),
        speech(8.9, 9.6),
        Segment(start=9.6, end=20, label=SILENCE),
    ]
    rows, notes, engine, work = write_down([row], sound)
    assert [s.text for s in rows[0]] == [None, "300 300", None, "500", None]
    assert [(w.start, w.end) for s in rows[0] for w in s.words] == [(1.1, 1.4), (1.6, 1.9), (9.0, 9.5)]
    assert rows[0][1].score == 0.5
    assert rows[0][1].language == work.language == "xx"
    assert len(engine.clips) == 1, "short segments share a clip"
    assert len(engine.clips[0]) == pytest.approx(1700 + 4 * 200, abs=2)
    assert notes[0].start == pytest.approx(0.8)


def test_the_language_is_asked_for_once_and_never_when_given() -> None:
    sound = np.ones((1, 300_000), np.float32)
    row = [speech(float(i * 30), float(i * 30 + 30)) for i in range(10)]
    *_, engine, _ = write_down([row], sound)
    assert (engine.asked_language, len(engine.clips)) == (1, 10)
    *_, engine, work = write_down([row], sound, language="fr")
    assert (engine.asked_language, work.language) == (0, "fr")


def test_speech_without_words_has_an_empty_text() -> None:
    rows, *_ = write_down([[speech(0, 2)]], np.zeros((1, 2000), np.float32))
    assert rows[0][0].text == ""
    assert rows[0][0].score == 0.9


def test_channels_keep_their_own_words() -> None:
    sound = np.zeros((2, 5000), np.float32)
    sound[0, 500:700] = 1
    sound[1, 600:1000] = 1
    rows, *_ = write_down([[speech(0, 5, 0)], [speech(0, 5, 1)]], sound)
    assert [row[0].text for row in rows] == ["200", "400"]


@pytest.mark.parametrize("block", [500, 100_000])
def test_segments_are_told_as_soon_as_they_are_finished_and_stay_as_told(block: int) -> None:
    sound = np.zeros((2, 100_000), np.float32)
    sound[0, 1000:99_000:500] = 1
    sound[1, 2000:50_000:500] = 1
    rows = [[speech(i, i + 20.0, 0) for i in (0.0, 20.0, 40.0, 60.0, 80.0)], [speech(2.0, 30.0, 1), speech(40, 60, 1)]]
    told: list[Segment] = []
    work = transcribe(
        (sound[:, begin : begin + block] for begin in range(0, 100_000, block)),
        rows,
        engine=BurstWriter(),
        options=TranscribeOptions(language="en"),
        heard=told.extend,
    )
    assert [[s for s in told if s.channel == channel] for channel in (0, 1)] == work.rows
    assert all(segment.text for segment in told)


def test_a_long_recording_is_told_while_it_is_heard() -> None:
    taken: list[int] = []

    def blocks() -> Iterator[np.ndarray]:
        for second in range(300):
            taken.append(second)
            yield np.ones((1, RATE), np.float32)

    when: list[int] = []
    transcribe(
        blocks(),
        [[speech(float(i * 10), float(i * 10 + 10)) for i in range(30)]],
        engine=BurstWriter(),
        options=TranscribeOptions(language="en"),
        heard=lambda segments: when.append(len(taken)),
    )
    assert len(when) == 10, "once per clip"
    assert when[0] <= 70, "the engine here takes two clips of 30 s before it answers"


@pytest.mark.parametrize("seconds", [29.7, 30.0])
def test_speech_as_long_as_a_clip_and_alone_fits_into_one(seconds: float) -> None:
    sound = np.zeros((1, 40_000), np.float32)
    sound[0, 2000 : 2000 + int(seconds * RATE)] = 1
    rows, _, engine, _ = write_down([[speech(2.0, 2.0 + seconds)]], sound)
    assert [len(clip) <= 30 * RATE for clip in engine.clips] == [True]
    assert [(word.start, word.end) for word in rows[0][0].words] == [(2.0, 2.0 + seconds)]


LENGTHS = st.one_of(st.integers(100, 2500), st.integers(29_000, 30_000))
"""Samples of a burst: words, and speech that fills a clip."""


@st.composite
def bursts(draw: st.DrawFn) -> list[tuple[int, int]]:
    gaps = draw(st.lists(st.tuples(st.integers(60, 4000), LENGTHS), min_size=1, max_size=10))
    spans, position = [], 0
    for gap, length in gaps:
        spans.append((position + gap, position + gap + length))
        position += gap + length
    return spans


@settings(max_examples=60)
@given(bursts(), st.integers(50, 5000))
def test_no_word_is_lost_or_moved_however_speech_and_blocks_fall(spans: list[tuple[int, int]], block: int) -> None:
    sound = np.zeros((1, spans[-1][1] + 100), np.float32)
    for begin, end in spans:
        sound[0, begin:end] = 1
    row = [speech(begin / RATE, end / RATE) for begin, end in spans]
    rows, _, engine, _ = write_down([row], sound, block=block)
    words = [word for segment in rows[0] for word in segment.words]
    times = [time for word in words for time in (word.start, word.end)]
    assert times == pytest.approx([edge / RATE for span in spans for edge in span])
    assert all(len(clip) <= 30 * RATE for clip in engine.clips)
    assert all(s.start <= w.start <= w.end <= s.end for s in rows[0] for w in s.words)


class MarkingAligner:
    """Gives every word the times of the burst that it is made of, a millisecond shorter, and a score of its own."""

    name, sample_rate, clip_seconds, languages = "marking", RATE, 30.0, ("en",)

    def __init__(self) -> None:
        self.clips: list[np.ndarray] = []

    def align(self, clip: np.ndarray, words: Sequence[Word], *, joins: Sequence[bool]) -> list[Word]:
        self.clips.append(clip)
        return [replace(word, end=word.end - 0.001, score=1.0) for word in words]


def write_aligned(aligner: Aligners | None, language: str = "en", **options: Any) -> Transcription:
    sound = np.zeros((1, 40_000), np.float32)
    sound[0, 1100:1400] = sound[0, 35_000:36_000] = 1
    rows = [[speech(1, 2), speech(5, 34), speech(34.5, 38)]]
    return transcribe(
        iter([sound]),
        rows,
        engine=BurstWriter(),
        options=TranscribeOptions(language=language, **options),
        aligner=aligner,
    )


def test_words_get_the_times_of_the_aligner_of_their_language() -> None:
    marking = MarkingAligner()
    work = write_aligned({"en": marking}.get)
    words = [word for segment in work.rows[0] for word in segment.words]
    assert [(word.start, word.end, word.score) for word in words] == [(1.1, 1.399, 1.0), (35.0, 35.999, 1.0)]
    assert len(marking.clips) == 2, "once for each clip"
    assert not [note for note in work.notes if note.kind is NoteKind.UNAVAILABLE]


def test_a_language_without_an_aligner_is_named_once_and_nothing_else_changes() -> None:
    work = write_aligned({"en": MarkingAligner()}.get, "fr")
    notes = [note.message for note in work.notes if note.kind is NoteKind.UNAVAILABLE]
    assert len(notes) == 1
    assert "'fr'" in notes[0]
    assert work.rows == write_aligned(None, "fr").rows


def test_no_aligner_is_no_news() -> None:
    assert {note.kind for note in write_aligned(None).notes} == {NoteKind.DROPPED}


def test_translations_are_not_aligned_to_what_was_said() -> None:
    marking = MarkingAligner()
    write_aligned({"en": marking}.get, task="translate")
    assert marking.clips == []


class FailingAligner(MarkingAligner):
    """Fails as a network that runs out of memory does."""

    def align(self, clip: np.ndarray, words: Sequence[Word], *, joins: Sequence[bool]) -> list[Word]:
        raise EngineFailed("out of memory")


def test_a_transcript_survives_an_aligner_that_fails() -> None:
    def broken(language: str) -> MarkingAligner:
        raise BrokenModel("model.onnx is damaged")

    for aligner, why in ((lambda language: FailingAligner(), "out of memory"), (broken, "model.onnx is damaged")):
        work = write_aligned(aligner)
        assert [note.message for note in work.notes if why in note.message] == [
            f"{why}: words keep the times of bursts"
        ]
        assert work.rows == write_aligned(None).rows


def test_a_real_network_aligns_what_was_transcribed(tmp_path: Path) -> None:
    """Words of a scripted transcript, all at the start of the clip, end up where the network hears their letters."""
    sound = np.zeros((1, 10 * 16_000), np.float32)
    for letter, begin in (("A", 1.0), ("B", 1.6), ("C", 6.0)):
        sound[0, int(begin * 16_000) : int((begin + 0.3) * 16_000)] = level(letter)
    engine = Scripted([["a", "b", "c"]])
    aligner = CtcAligner(write_model(tmp_path), language="en")
    work = transcribe(
        iter([sound]),
        [[speech(0.9, 2.0), speech(5.9, 6.4)]],
        engine=engine,
        options=TranscribeOptions(language="en"),
        aligner={"en": aligner}.get,
    )
    assert [segment.text for segment in work.rows[0]] == ["a b", "c"]
    times = [time for segment in work.rows[0] for word in segment.words for time in (word.start, word.end)]
    assert times == pytest.approx([1.0, 1.3, 1.6, 1.9, 6.0, 6.3], abs=0.03)


class Scripted:
    """Writes what it is told, clip by clip, all words at the very start."""

    name, sample_rate, clip_seconds, caution = "scripted", 16_000, 30.0, None

    def __init__(self, texts: list[list[str]]) -> None:
        self._texts = iter(texts)

    def check(self, options: TranscribeOptions) -> None:
        pass

    def detect_language(self, clips: Sequence[np.ndarray]) -> tuple[str, float]:
        return "en", 0.99

    def transcribe(
        self, clips: Iterable[np.ndarray], *, language: str, options: TranscribeOptions
    ) -> Iterator[Transcript]:
        for _ in clips:
            text = next(self._texts)
            yield Transcript(
                words=tuple(Word(text=each, start=0.0, end=0.0) for each in text), joins=(False,) * len(text)
            )


def loop_over(texts: list[str], *, channels: int = 1, guards: bool = True) -> Transcription:
    """Transcribe one clip of 29 s per text and channel."""
    rows = [[speech(i * 30.0, i * 30.0 + 29, c) for i in range(len(texts))] for c in range(channels)]
    script = [text.split() for text in texts for _ in range(channels)]
    sound = np.zeros((channels, len(texts) * 30 * 16_000), np.float32)
    return transcribe(
        iter([sound[:, i : i + 480_000] for i in range(0, sound.shape[1], 480_000)]),
        rows,
        engine=Scripted(script),
        options=TranscribeOptions(language="en", guards=guards),
    )


def test_a_loop_over_clips_is_dropped_with_a_note() -> None:
    texts = ["good morning", *["see you next time"] * 6, "good bye"]
    work = loop_over(texts)
    assert [s.text for s in work.rows[0]] == ["good morning", *["see you next time"] * 3, "", "", "", "good bye"]
    notes = [note for note in work.notes if note.kind is NoteKind.DROPPED]
    assert [note.text for note in notes] == ["see you next time"] * 3
    assert [round((note.start or 0) / 30) for note in notes] == [4, 5, 6]
    assert [s.text for s in loop_over(texts, guards=False).rows[0]] == texts


def test_two_channels_may_say_the_same() -> None:
    work = loop_over(["see you next time"] * 2, channels=2)
    assert {segment.text for row in work.rows for segment in row} == {"see you next time"}


ACTIVITY = [np.array([[1.0, 3.0], [3.4, 6.0], [40.0, 41.0]])]


def test_no_word_stays_in_silence() -> None:
    """Whisper's known faults: a first word from before the speech, one in the pause, a last one that ends after it."""
    told = [("so", 0.0, 1.3), ("we", 1.3, 2.8), ("went", 3.12, 3.39), ("home", 3.5, 6.9)]

    class Stretching(BurstWriter):
        def _one(self, clip: np.ndarray) -> Transcript:
            words = tuple(Word(text=text, start=start, end=end) for text, start, end in told)
            return Transcript(words=words, joins=(False,) * 4)

    rows = [[speech(0.0, 7.0)]]
    work = transcribe(
        iter([np.ones((1, 8000), np.float32)]),
        rows,
        engine=Stretching(),
        options=TranscribeOptions(language="en"),
        activity=ACTIVITY,
    )
    times = {word.text: (word.start, word.end) for word in work.rows[0][0].words}
    assert work.rows[0][0].text == "so we went home"
    assert times == {"so": (1.0, 1.3), "we": (1.3, 2.8), "went": (3.4, 3.5), "home": (3.5, 6.0)}


def test_activity_heard_by_several_engines_is_taken_together() -> None:
    """Spans that overlap, one inside the other, in no order."""
    rows = [[speech(0.0, 7.0)]]
    told = [np.array([[3.4, 6.0], [1.0, 2.0], [1.5, 3.0], [1.2, 1.4], [40.0, 41.0]])]
    sound = np.zeros((1, 8000), np.float32)
    sound[0, 900:1300] = sound[0, 2200:2900] = sound[0, 3500:6900] = 1
    options = TranscribeOptions(language="en")
    alone, together = (
        transcribe(iter([sound]), rows, engine=BurstWriter(), options=options, activity=activity)
        for activity in (ACTIVITY, told)
    )
    assert together.rows == alone.rows
    assert [(word.start, word.end) for word in together.rows[0][0].words] == [(0.9, 1.3), (2.2, 2.9), (3.5, 6.0)]


def test_words_keep_their_order_however_the_engine_times_them() -> None:
    """Times that run backwards once put words of a later segment before those of an earlier one."""

    class Disordered(BurstWriter):
        def _one(self, clip: np.ndarray) -> Transcript:
            times = [(0.2, 0.5), (4.0, 4.2), (0.9, 1.2), (2.6, 2.9), (3.1, 3.4)]
            words = tuple(Word(text=f"w{i}", start=a, end=b) for i, (a, b) in enumerate(times))
            return Transcript(words=words, joins=(False,) * 5)

    rows = [[speech(1.0, 2.5), speech(5.0, 7.0), speech(9.0, 10.0)]]
    sound = np.ones((1, 11_000), np.float32)
    work = transcribe(iter([sound]), rows, engine=Disordered(), options=TranscribeOptions(language="en"))
    assert " ".join(segment.text or "" for segment in work.rows[0]).split() == ["w0", "w1", "w2", "w3", "w4"]
    starts = [word.start for segment in work.rows[0] for word in segment.words]
    assert starts == sorted(starts)


def test_speech_longer_than_a_clip_is_cut_in_pauses_and_loses_nothing() -> None:
    """A segment that a person drew over two minutes: engines take half a minute and leave out the rest."""
    sound = np.zeros((1, 130_000), np.float32)
    bursts = [(begin * 1000, begin * 1000 + 1500) for begin in range(3, 124, 2)]
    for begin, end in bursts:
        sound[0, begin:end] = 1
    activity = [np.array(bursts) / RATE]
    told: list[Segment] = []
    engine = BurstWriter()
    work = transcribe(
        iter([sound]),
        [[speech(2.0, 126.0)]],
        engine=engine,
        options=TranscribeOptions(language="en"),
        activity=activity,
        heard=told.extend,
    )
    assert [(word.start, word.end) for word in work.rows[0][0].words] == [(a / RATE, b / RATE) for a, b in bursts]
    assert {word.text for word in work.rows[0][0].words} == {"1500"}, "no word is cut"
    assert all(len(clip) <= 30 * RATE for clip in engine.clips)
    assert told == work.rows[0], "told once, when all of it is known"


def test_speech_longer_than_a_clip_without_a_pause_is_cut_all_the_same() -> None:
    engine = BurstWriter()
    rows = [[speech(1.0, 100.0)]]
    work = transcribe(
        iter([np.ones((1, 101_000), np.float32)]), rows, engine=engine, options=TranscribeOptions(language="en")
    )
    assert sum(len(clip) for clip in engine.clips) >= 99_000
    assert all(len(clip) <= 30 * RATE for clip in engine.clips)
    words = work.rows[0][0].words
    assert (words[0].start, words[-1].end) == (1.0, 100.0)


@pytest.mark.parametrize("rate", [16_000, 22_050])
def test_four_hours_drift_by_no_sample(rate: int) -> None:
    """Bursts that last a whole number of milliseconds, at odd times, over four hours."""

    class AtRate(BurstWriter):
        sample_rate = rate

        def _one(self, clip: np.ndarray) -> Transcript:
            edges = np.flatnonzero(np.diff(np.concatenate([[0], clip > 0, [0]])))
            words = tuple(
                Word(text="w", start=a / rate, end=b / rate) for a, b in zip(edges[::2], edges[1::2], strict=True)
            )
            return Transcript(words=words, joins=(False,) * len(words))

    starts = [i * 7.301 for i in range(int(4 * 3600 / 7.301))]
    spans = [(round(start + 1.5, 3), round(start + 2.123, 3)) for start in starts]

    def blocks() -> Iterator[np.ndarray]:
        size, waiting = 10 * rate, list(reversed(spans))
        for begin in range(0, 4 * 3600 * rate, size):
            block = np.zeros((1, size), np.float32)
            while waiting and waiting[-1][0] * rate < begin + size:
                first, last = (round(time * rate) for time in waiting[-1])
                block[0, max(0, first - begin) : last - begin] = 1
                if last > begin + size:
                    break
                waiting.pop()
            yield block

    rows = [[speech(start - 0.4, end + 0.3) for start, end in spans]]
    work = transcribe(blocks(), rows, engine=AtRate(), options=TranscribeOptions(language="en"))
    found = np.array([(word.start, word.end) for segment in work.rows[0] for word in segment.words])
    assert len(found) == len(spans)
    assert np.abs(found - np.array(spans)).max() <= 0.001
    assert abs(float((found - np.array(spans))[-100:].mean())) < 1 / rate + 0.0005
