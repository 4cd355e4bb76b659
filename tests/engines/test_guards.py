"""Text that a model invented."""

from __future__ import annotations

import pytest

from earmark.core.segment import Word
from earmark.engines.guards import LoopWatch, find_loop, why_invented


def spoken(text: str, pace: float = 0.3, score: float | None = None) -> list[Word]:
    return [Word(text=t, start=i * pace, end=(i + 1) * pace, score=score) for i, t in enumerate(text.split())]


LOOPS = [
    ("thank you " * 6, (2, 12)),
    ("so you you you you you said", (2, 6)),
    ("and then he said no and then he said no and then he said no and then he said no", (5, 20)),
]


@pytest.mark.parametrize(("text", "span"), LOOPS)
def test_loops_are_found_after_their_first_round(text: str, span: tuple[int, int]) -> None:
    assert find_loop(spoken(text)) == span


@pytest.mark.parametrize("text", ["no no no", "ha ha ha he laughed", "it is what it is", "", "one"])
def test_emphasis_is_no_loop(text: str) -> None:
    assert find_loop(spoken(text)) is None


INVENTED = [
    ("the train is late", 1.2, 0.8, -1.4, "hears no speech"),
    ("Thanks for watching!", 1.5, 0.4, -0.3, "known to invent"),
    ("Thank you.", 1.5, 0.7, -0.5, "known to invent"),
    ("You", 1.5, 0.9, -0.2, "known to invent"),
    ("Sous-titres réalisés par la communauté d'Amara.org", 2.0, 0.5, -0.2, "known to invent"),
    ("a b c d e f g h i j k l m n o p", 1.0, 0.1, -0.3, "more than anyone can say"),
]


@pytest.mark.parametrize(("text", "seconds", "no_speech", "log_probability", "why"), INVENTED)
def test_invented_text_is_named(text: str, seconds: float, no_speech: float, log_probability: float, why: str) -> None:
    reason = why_invented(spoken(text), text, seconds=seconds, no_speech=no_speech, log_probability=log_probability)
    assert why in (reason or "")


BELIEVED = [
    ("Thanks for watching the children.", 2.0, 0.4, -0.3),
    ("thanks for watching", 1.5, 0.05, -0.2),
    ("yes", 0.2, 0.3, -0.6),
    ("Thank you.", 0.6, 0.3, -0.3),
    ("Thank you for coming.", 1.2, 0.7, -0.3),
    ("and so my fellow Americans ask not what your country can do for you", 6.0, 0.7, -0.3),
]


@pytest.mark.parametrize(("text", "seconds", "no_speech", "log_probability"), BELIEVED)
def test_real_text_is_believed(text: str, seconds: float, no_speech: float, log_probability: float) -> None:
    assert (
        why_invented(spoken(text), text, seconds=seconds, no_speech=no_speech, log_probability=log_probability) is None
    )


def kept(*clips: str, score: float | None = 0.9) -> list[str]:
    watch = LoopWatch()
    texts = []
    for clip in clips:
        words = spoken(clip, score=score)
        left_out = {index for begin, end in watch.looped(words) for index in range(begin, end)}
        texts.append(" ".join(word.text for index, word in enumerate(words) if index not in left_out))
    return texts


def test_a_phrase_that_goes_on_from_clip_to_clip_is_a_loop() -> None:
    assert kept(*["we will see you again"] * 6) == [*["we will see you again"] * 3, "", "", ""]
    assert kept("and so we go", "we will see", "we will see", "we will see we will see", "we will see and stop") == [
        "and so we go", "we will see", "we will see", "", "and stop",
    ]  # fmt: skip


@pytest.mark.parametrize("answer", ["yes", "thank you", "mhm mhm"])
def test_short_answers_to_many_questions_are_believed_where_the_model_is_sure(answer: str) -> None:
    assert kept(*[answer] * 9) == [answer] * 9
    assert kept(*[answer] * 9, score=None) == [answer] * 9
    assert kept(*[answer] * 9, score=0.3)[4:] == [""] * 5


def test_a_chorus_with_verses_between_is_no_loop() -> None:
    song = ["row row row your boat", "gently down the stream", "row row row your boat", "merrily merrily"] * 5
    assert kept(*song) == song


def test_each_channel_is_watched_alone() -> None:
    assert kept("we will see you again") == ["we will see you again"]


ODD = [
    ("words of no length", spoken("we are going to talk", pace=0.01), True),
    ("one word over everything", [Word(text="well", start=0.0, end=6.0, score=0.4)], True),
    ("words that the model does not believe", spoken("we are going home", score=0.1), True),
    ("words as people speak", spoken("we are going home", score=0.6), False),
    ("one quick word among others", [*spoken("we are", score=0.9), Word(text="a", start=0.6, end=0.62)], False),
]


@pytest.mark.parametrize(("words", "odd"), [case[1:] for case in ODD], ids=[case[0] for case in ODD])
def test_where_no_speech_is_heard_words_at_an_odd_pace_are_not_believed(words: list[Word], *, odd: bool) -> None:
    def reason(no_speech: float) -> str | None:
        text = " ".join(word.text for word in words)
        return why_invented(words, text, seconds=8.0, no_speech=no_speech, log_probability=-0.4)

    assert ("at such a pace" in (reason(0.7) or "")) == odd
    assert reason(0.3) is None, "where speech is heard, odd times are repaired instead"
