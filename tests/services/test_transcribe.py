"""Words find their way from clips back to the segments of the timeline."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earmark.core.annotation import Note, NoteKind
from earmark.core.segment import NOISE, SILENCE, SPEECH, Segment, Word
from earmark.engines.protocols import TranscribeOptions, Transcript
from earmark.engines.whisper import batched
from earmark.services.transcribe import transcribe

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
