"""The language of each clip, where it may change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import pytest

from earmark.core.annotation import NoteKind
from earmark.core.segment import SPEECH, Segment, Word
from earmark.engines.protocols import TranscribeOptions, Transcript
from earmark.services.clip_languages import Guess, language_of
from earmark.services.transcribe import Transcription, transcribe

RATE = 1000
SOUNDS = {0.1: ("de", 0.95), 0.2: ("en", 0.9), 0.3: ("en", 0.43), 0.4: ("en", 0.6), 0.5: ("fr", 0.99), 0.6: ("de", 0.4)}
"""Level of a stretch of speech: the language that is heard there, and its probability."""
GERMAN, ENGLISH, UNSURE_ENGLISH, LIKELY_ENGLISH, FRENCH, UNSURE_GERMAN = SOUNDS


class Polyglot:
    """Hears languages by level, and writes the language that it was told for each stretch of speech."""

    name, sample_rate, clip_seconds, caution = "polyglot", RATE, 30.0, None

    def __init__(self) -> None:
        self.detections = 0
        self.languages: list[str] = []

    def check(self, options: TranscribeOptions) -> None:
        pass

    def detect_language(self, clips: Sequence[np.ndarray]) -> tuple[str, float]:
        self.detections += 1
        levels, counts = np.unique(np.concatenate(clips), return_counts=True)
        heard = {round(float(level), 1): count for level, count in zip(levels, counts, strict=True) if level > 0}
        return SOUNDS[max(heard, key=lambda level: heard[level])]

    def transcribe(
        self, clips: Iterable[np.ndarray], *, language: str, options: TranscribeOptions
    ) -> Iterator[Transcript]:
        for clip in clips:
            self.languages.append(language)
            edges = np.flatnonzero(np.diff(np.concatenate([[0], clip > 0, [0]])))
            words = tuple(
                Word(text=f"{language}{clip[a]:.1f}", start=a / RATE, end=b / RATE)
                for a, b in zip(edges[::2], edges[1::2], strict=True)
            )
            yield Transcript(words=words, joins=(False,) * len(words))


def speak(
    *stretches: tuple[float, float], pause: float = 2.0, language: str | None = None, multilingual: bool = True
) -> tuple[Transcription, Polyglot]:
    """Hear stretches of speech of ``(level, seconds)``, a pause before each."""
    sound: list[np.ndarray] = []
    row: list[Segment] = []
    position = 0.0
    for level, seconds in stretches:
        sound += [np.zeros(int(pause * RATE)), np.full(int(seconds * RATE), level)]
        row.append(Segment(start=position + pause, end=position + pause + seconds, label=SPEECH))
        position += pause + seconds
    engine = Polyglot()
    options = TranscribeOptions(language=language, multilingual=multilingual)
    blocks = iter([np.concatenate(sound).astype(np.float32)[None]])
    return transcribe(blocks, [row], engine=engine, options=options), engine


def languages(work: Transcription) -> list[str | None]:
    return [segment.language for segment in work.rows[0]]


DECISIONS = [
    ("the same goes on", "de", Guess("de", 0.3), None, "de"),
    ("a doubtful other one does not count", "de", Guess("en", 0.43), Guess("en", 0.29), "de"),
    ("a clear one counts at once", "de", Guess("en", 0.85), None, "en"),
    ("a likely one needs the next clip", "de", Guess("en", 0.6), Guess("en", 0.6), "en"),
    ("a likely one that nothing follows does not count", "de", Guess("en", 0.6), None, "de"),
    ("a likely one that another follows does not count", "de", Guess("en", 0.6), Guess("fr", 0.9), "de"),
    ("a clear one in a second does not count", "de", Guess("en", 0.99, 1.0), None, "de"),
    ("a clear one in a second that goes on counts", "de", Guess("en", 0.99, 1.0), Guess("en", 0.9), "en"),
]


@pytest.mark.parametrize(
    ("before", "guess", "after", "language"), [d[1:] for d in DECISIONS], ids=[d[0] for d in DECISIONS]
)
def test_a_language_goes_on_until_another_is_clear(
    before: str, guess: Guess, after: Guess | None, language: str
) -> None:
    assert language_of(before, guess, after) == language


def test_each_segment_has_its_own_language_and_no_text_is_lost() -> None:
    work, _ = speak((GERMAN, 8), (GERMAN, 9), (ENGLISH, 10), (ENGLISH, 7), (FRENCH, 8), (GERMAN, 6))
    assert languages(work) == ["de", "de", "en", "en", "fr", "de"]
    assert [segment.text for segment in work.rows[0]] == ["de0.1", "de0.1", "en0.2", "en0.2", "fr0.5", "de0.1"]
    assert work.language == "de", "23 s of German, 17 s of English"


def test_the_language_of_the_whole_is_the_one_with_most_speech() -> None:
    work, _ = speak((GERMAN, 8), (ENGLISH, 20), (ENGLISH, 20), (GERMAN, 8))
    assert work.language == "en"


def test_a_german_recording_with_doubtful_stretches_stays_german() -> None:
    work, _ = speak(
        (GERMAN, 8), (UNSURE_ENGLISH, 8), (GERMAN, 9), (UNSURE_ENGLISH, 20), (LIKELY_ENGLISH, 8), (GERMAN, 6)
    )
    assert set(languages(work)) == {"de"}


def test_one_foreign_word_does_not_change_the_language() -> None:
    work, _ = speak((GERMAN, 8), (GERMAN, 8), (ENGLISH, 1), (GERMAN, 8), pause=3.0)
    assert set(languages(work)) == {"de"}


def test_without_being_asked_there_is_one_language() -> None:
    work, engine = speak((GERMAN, 20), (GERMAN, 20), (ENGLISH, 10), (FRENCH, 30), multilingual=False)
    assert set(languages(work)) == {"de"}
    assert engine.detections == 1


def test_the_language_that_is_named_is_the_one_to_begin_with() -> None:
    work, _ = speak((UNSURE_ENGLISH, 8), (UNSURE_GERMAN, 8), (FRENCH, 8), language="it")
    assert languages(work) == ["it", "it", "fr"]


def test_a_clip_ends_at_a_pause_where_the_language_may_change() -> None:
    _, together = speak((GERMAN, 6), (GERMAN, 6), (GERMAN, 6), multilingual=False)
    _, apart = speak((GERMAN, 6), (GERMAN, 6), (GERMAN, 6))
    _, close = speak((GERMAN, 6), (GERMAN, 6), (GERMAN, 6), pause=0.5)
    assert [len(engine.languages) for engine in (together, apart, close)] == [1, 3, 1]


def test_short_remarks_share_a_clip_so_that_their_language_can_be_told() -> None:
    _, engine = speak(*[(GERMAN, 1.5)] * 8)
    assert len(engine.languages) == 3


def test_channels_have_languages_of_their_own() -> None:
    seconds = 60
    sound = np.zeros((2, seconds * RATE), np.float32)
    rows = [[], []]
    for begin in range(0, seconds, 10):
        for channel, level in enumerate((GERMAN, ENGLISH)):
            sound[channel, (begin + 2) * RATE : (begin + 9) * RATE] = level
            rows[channel].append(Segment(start=begin + 2, end=begin + 9, label=SPEECH, channel=channel))
    told: list[Segment] = []
    work = transcribe(
        iter([sound]), rows, engine=Polyglot(), options=TranscribeOptions(multilingual=True), heard=told.extend
    )
    assert [{segment.language for segment in row} for row in work.rows] == [{"de"}, {"en"}]
    assert [[segment for segment in told if segment.channel == channel] for channel in (0, 1)] == work.rows


def test_translations_are_english_whatever_was_spoken() -> None:
    row = [Segment(start=0, end=9, label=SPEECH)]
    work = transcribe(
        iter([np.full((1, 9 * RATE), FRENCH, np.float32)]),
        [row],
        engine=Polyglot(),
        options=TranscribeOptions(task="translate", multilingual=True),
    )
    assert (languages(work), work.language) == (["en"], "fr")


@pytest.mark.parametrize(("level", "told"), [(UNSURE_ENGLISH, True), (LIKELY_ENGLISH, False)])
def test_a_language_that_is_not_clear_is_told(level: float, *, told: bool) -> None:
    work, _ = speak((level, 8), multilingual=False)
    messages = [note.message for note in work.notes if note.kind is NoteKind.WARNING]
    assert any("language is not clear: en" in message for message in messages) == told
