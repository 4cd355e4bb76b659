"""Words follow their text: those that stayed keep their times, others get plausible ones."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.core.fit import MAX_SHORT
from earmark.core.retiming import follow, tokens
from earmark.core.segment import Segment, Word


def said(*words: tuple[str, float, float], text: str | None = None, start: float = 0.0, end: float = 10.0) -> Segment:
    made = tuple(Word(text=word, start=begin, end=stop, score=0.5) for word, begin, stop in words)
    return Segment(start=start, end=end, text=" ".join(w.text for w in made) if text is None else text, words=made)


def corrected(before: Segment, text: str | None) -> list[tuple[str, float, float]]:
    """What is there when the text was changed and the old words came along."""
    after = follow(before, replace(before, text=text))
    return [(word.text, round(word.start, 6), round(word.end, 6)) for word in after.words]


HELLO = said(("the", 1.0, 1.5), ("quick", 2.0, 3.0), ("fox", 4.0, 5.0))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The quick, fox!", [("The", 1.0, 1.5), ("quick,", 2.0, 3.0), ("fox!", 4.0, 5.0)]),
        ("the fox", [("the", 1.0, 1.5), ("fox", 4.0, 5.0)]),
        ("the slow fox", [("the", 1.0, 1.5), ("slow", 2.0, 3.0), ("fox", 4.0, 5.0)]),
        ("the q uick fox", [("the", 1.0, 1.5), ("q", 2.0, 2.2), ("uick", 2.2, 3.0), ("fox", 4.0, 5.0)]),
        ("the quick old fox", [("the", 1.0, 1.5), ("quick", 2.0, 3.0), ("old", 3.0, 4.0), ("fox", 4.0, 5.0)]),
        ("a the quick fox", [("a", 0.0, 1.0), ("the", 1.0, 1.5), ("quick", 2.0, 3.0), ("fox", 4.0, 5.0)]),
        ("the quick fox ran", [("the", 1.0, 1.5), ("quick", 2.0, 3.0), ("fox", 4.0, 5.0), ("ran", 5.0, 10.0)]),
        ("thequick fox", [("thequick", 1.0, 3.0), ("fox", 4.0, 5.0)]),
        ("nothing", [("nothing", 1.0, 5.0)]),
        ("", []),
        (None, []),
        (" ", []),
    ],
)
def test_words_follow_a_corrected_text(text: str | None, words: list[tuple[str, float, float]]) -> None:
    assert corrected(HELLO, text) == words
    assert follow(HELLO, replace(HELLO, text=text, words=())).words == follow(HELLO, replace(HELLO, text=text)).words


def test_scores_stay_with_the_words_that_the_engine_heard() -> None:
    after = follow(HELLO, replace(HELLO, text="The slow fox jumps"))
    assert [(word.text, word.score) for word in after.words] == [
        ("The", 0.5),
        ("slow", None),
        ("fox", 0.5),
        ("jumps", None),
    ]


def test_words_without_spaces_between_them() -> None:
    hyphen = said(("twenty", 1.0, 2.0), ("-one", 2.0, 3.0), ("foxes", 3.0, 4.0), text="twenty-one foxes")
    assert corrected(hyphen, "twenty-one boxes") == [("twenty", 1, 2), ("-one", 2, 3), ("boxes", 3, 4)]
    japanese = said(("今日", 0.0, 2.0), ("は", 2.0, 3.0), ("晴れ。", 3.0, 5.0), text="今日は晴れ。")
    assert corrected(japanese, "今日も晴れ。") == [
        ("今", 0, 1),
        ("日", 1, 2),
        ("も", 2, 3),
        ("晴", 3, pytest.approx(3.666667)),
        ("れ。", pytest.approx(3.666667), 5),
    ]


def test_words_that_are_given_anew_are_taken() -> None:
    given_anew = (Word(text="the", start=7.0, end=8.0), Word(text="ox", start=8.0, end=9.0))
    after = follow(HELLO, replace(HELLO, text="the ox", words=given_anew))
    assert after.words == given_anew
    assert follow(after, replace(after, label="speech")).words == given_anew
    assert follow(after, replace(after, words=())).words == ()


def test_words_of_an_older_text_that_come_along_follow_too() -> None:
    """A page that keeps the words that it once read sends them with each further change."""
    once = follow(HELLO, replace(HELLO, text="the slow fox"))
    twice = follow(once, replace(HELLO, text="the slow dog"))
    assert [word.text for word in twice.words] == ["the", "slow", "dog"]


def test_a_text_without_words_gets_none() -> None:
    before = Segment(start=0, end=1, text="the fox")
    assert follow(before, replace(before, text="an ox")).words == ()


def test_borders_that_are_moved_with_the_text_hold_the_words() -> None:
    after = follow(HELLO, replace(HELLO, start=2.5, text="quick brown fox"))
    assert [(word.text, word.start, word.end) for word in after.words] == [
        ("quick", 2.5, 3.0),
        ("brown", 3.0, 4.0),
        ("fox", 4.0, 5.0),
    ]


def test_a_word_that_no_store_takes_leaves_no_words() -> None:
    assert corrected(HELLO, "the " + "x" * (MAX_SHORT + 1)) == []


TEXT = st.lists(st.sampled_from(["a", "b", "bb", "ccc", "B,", "今日", "は。", "x-y"]), max_size=12).map(" ".join)


@st.composite
def segments(draw: st.DrawFn) -> Segment:
    """A segment whose words are in order, with time between some of them."""
    names = draw(st.lists(st.sampled_from(["a", "b", "bb", "ccc", "B,", "x-y"]), max_size=12))
    steps = draw(st.lists(st.integers(0, 3), min_size=2 * len(names) + 2, max_size=2 * len(names) + 2))
    times = [float(sum(steps[: n + 1])) for n in range(len(steps))]
    words = tuple(Word(text=name, start=times[2 * n], end=times[2 * n + 1], score=0.5) for n, name in enumerate(names))
    return Segment(start=0.0, end=times[-1] + draw(st.integers(0, 2)), text=" ".join(names), words=words)


@given(before=segments(), text=TEXT)
def test_words_spell_the_text_in_order_inside_the_segment(before: Segment, text: str) -> None:
    after = follow(before, replace(before, text=text))

    if before.words and text:
        assert [word.text for word in after.words] == (text.split() if text == before.text else tokens(text))
    borders = [before.start, *(moment for word in after.words for moment in (word.start, word.end)), before.end]
    assert borders == sorted(borders)
    assert follow(after, replace(after, text=after.text)) == after


@given(before=segments(), text=TEXT)
def test_words_have_a_length_where_there_is_room(before: Segment, text: str) -> None:
    after = follow(before, replace(before, text=text))
    reach = before.start
    for n, word in enumerate(after.words):
        following = after.words[n + 1].start if n + 1 < len(after.words) else before.end
        if word.score is None and word.start == word.end:
            lengthless = any(old.start == old.end == word.start for old in before.words)
            assert lengthless or following == reach
        reach = word.end


@given(before=segments(), place=st.integers(0, 11), new=st.sampled_from(["zz", "zz yy", ""]))
def test_all_but_the_changed_word_keep_their_times(before: Segment, place: int, new: str) -> None:
    # Of the same word twice, nobody can say which one was deleted.
    words = tuple(replace(word, text=f"w{n}") for n, word in enumerate(before.words))
    named = [word.text for word in words]
    before = replace(before, words=words, text=" ".join(named))
    text = " ".join([*named[:place], *new.split(), *named[place + 1 :]])

    after = follow(before, replace(before, text=text))

    assert [w for w in after.words if w.text in named] == [w for w in words if w.text in text.split()]


def test_a_long_text_that_is_all_different_takes_no_long_time() -> None:
    names = ["a", "b"] * 10_000
    words = tuple(Word(text=name, start=n / 10, end=n / 10 + 0.05) for n, name in enumerate(names))
    before = Segment(start=0, end=3000, text=" ".join(names), words=words)
    began = time.process_time()
    after = follow(before, replace(before, text=" ".join(["b", "c", "a"] * 6000)))
    assert len(after.words) == 18_000
    assert time.process_time() - began < 2
