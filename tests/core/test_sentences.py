"""Speech segments cut where sentences end."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earmark.core.segment import Segment, Word
from earmark.core.sentences import join, split, split_all


def spoken(text: str, language: str | None = None, *, words: list[str] | None = None) -> Segment:
    """Say a text from 10 s on, a word per second, each 0.8 s long."""
    said = text.split() if words is None else words
    timed = tuple(Word(text=word, start=10.0 + n, end=10.8 + n) for n, word in enumerate(said))
    return Segment(start=9.5, end=10.0 + len(said), text=text, language=language, words=timed)


def texts(segment: Segment) -> list[str | None]:
    return [part.text for part in split(segment)]


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        ("en", ["We met Dr. Smith at 3.50 p.m. sharp.", "He paid.", "Then we left!"]),
        ("en", ["He left at 5 p.m.", "We stayed, e.g. here, i.e. Paris."]),
        ("en", ['"Why?" he asked.', '"No."', "“Yes!”", "(All of them.)", "Then J. K. Rowling came."]),
        ("en", ["It was I.", "You know I. M. Pei."]),
        ("en", ["No. 5 is alive.", "No.", "I said no."]),
        ("en", ["1. First.", "2. Second."]),
        ("en", ["Well... maybe.", "Hmm…", "Really?!", "Yes."]),
        ("fr", ["« Ça va ? » dit-il.", "« Oui ! »", "Bien sûr.", "M. Martin est là."]),
        ("de", ["Er kam am 25. Dezember.", "Dann ging er z.B. nach Hause."]),
        ("es", ["¿Qué?", "¡No!", "Sí."]),
        ("el", ["Τι είναι;", "Ναι."]),
        ("ru", ["А. С. Пушкин пришёл.", "Да."]),
        ("ar", ["كيف حالك؟", "أنا بخير.", "شكرا"]),
        ("hi", ["वह आया।", "मैं गया।"]),
        ("hy", ["Նա եկավ։", "Այո։"]),
        ("ko", ["안녕하세요.", "반갑습니다."]),
        ("am", ["ሰላም።", "እንዴት ነህ፧", "ደህና።"]),
    ],
)
def test_sentences_end_where_their_language_ends_them(language: str, sentences: list[str]) -> None:
    assert texts(spoken(" ".join(sentences), language)) == sentences


def test_japanese_is_cut_without_spaces() -> None:
    text = "はい。そうです！「本当？」と言った。「うん。」「３．５です。」"
    parts = split(spoken(text, "ja", words=list(text)))
    assert [part.text for part in parts] == [
        "はい。",
        "そうです！",
        "「本当？」と言った。",
        "「うん。」",
        "「３．５です。」",
    ]
    assert [len(part.words) for part in parts] == [3, 5, 10, 5, 8]


def test_a_sentence_has_the_times_of_its_words_and_all_else_of_its_segment() -> None:
    words = (
        Word(text="Hello", start=1.2, end=1.5, score=0.5),
        Word(text="there.", start=1.6, end=2.0, score=0.75),
        Word(text="Yes.", start=3.5, end=3.8, score=0.25),
    )
    whole = Segment(
        start=1.0,
        end=4.0,
        channel=1,
        label="speech",
        text="Hello there. Yes.",
        speaker="SPEAKER_01",
        language="en",
        words=words,
        score=0.5,
        tags=(("a", "b"),),
    )
    first, last = split(whole)
    assert (first.start, first.end, first.text, first.words, first.score) == (
        1.0,
        2.0,
        "Hello there.",
        words[:2],
        0.625,
    )
    assert (last.start, last.end, last.text, last.words, last.score) == (3.5, 4.0, "Yes.", words[2:], 0.25)
    for part in (first, last):
        kept = (part.channel, part.label, part.speaker, part.language, part.tags)
        assert kept == (1, "speech", "SPEAKER_01", "en", (("a", "b"),))


def test_words_without_punctuation_are_cut_at_pauses() -> None:
    words = [("so", 0.0, 0.3), ("we", 0.4, 0.6), ("begin", 0.7, 1.0), ("now", 2.0, 2.2), ("then", 2.5, 2.9)]
    heard = tuple(Word(text=text, start=start, end=end) for text, start, end in words)
    parts = split(Segment(start=0, end=3, text="so we begin now then", words=heard))
    assert [(part.text, part.start, part.end) for part in parts] == [("so we begin", 0, 1.0), ("now then", 2.0, 3)]


def test_pauses_inside_written_sentences_are_left() -> None:
    words = (Word(text="Well,", start=0, end=1), Word(text="yes.", start=5, end=6))
    assert texts(Segment(start=0, end=6, text="Well, yes.", words=words)) == ["Well, yes."]


def test_long_sentences_are_cut_behind_commas_near_the_middle() -> None:
    text = "one two three four five, six seven eight nine ten, eleven twelve"
    parts = split(spoken(text), seconds=8.0)
    assert [part.text for part in parts] == ["one two three four five,", "six seven eight nine ten, eleven twelve"]
    assert all(len(part.text or "") <= 25 for part in split(spoken(text), characters=25))


@pytest.mark.parametrize(
    "segment",
    [
        Segment(start=0, end=5, text="No times. For these words."),
        Segment(start=0, end=5, text="Other. Words.", words=(Word(text="Some", start=0, end=1),)),
        Segment(start=0, end=5, text="A banana. Split.", words=(Word(text="nan", start=0, end=1),)),
        Segment(start=0, end=5, label="noise"),
        Segment(start=0, end=5, text="", words=()),
        spoken("One sentence."),
    ],
)
def test_what_cannot_be_cut_stays_as_it_is(segment: Segment) -> None:
    assert split(segment) == (segment,)


def test_many_segments_are_cut_in_their_order() -> None:
    noise = Segment(start=0, end=9, label="noise")
    assert [s.text for s in split_all([noise, spoken("A cat. A dog.")])] == [None, "A cat.", "A dog."]


def test_long_runs_are_cut_in_little_time() -> None:
    parts = split(spoken("word " * 20_000))
    assert sum(len(part.words) for part in parts) == 20_000
    assert all(part.duration <= 31 for part in parts)


MARKS = ["", ".", "!", "?", "...", "…", ",", ".”", "。", "؟", "।", ". 5", "»", " ?", "?!", ".)"]
written = st.lists(
    st.tuples(
        st.sampled_from(["", "", "“", "(", "«"]),
        st.sampled_from(["A", "b", "Dr", "No", "3", "Ça", "مرحبا", "日本", "x"]),
        st.sampled_from(MARKS),
    ),
    min_size=1,
    max_size=30,
)


@given(written, st.lists(st.floats(0, 50), min_size=120, max_size=120), st.integers(1, 60), st.floats(0.1, 40))
@settings(max_examples=150, deadline=None)
def test_nothing_is_lost_whatever_is_said(
    said: list[tuple[str, str, str]], times: list[float], characters: int, seconds: float
) -> None:
    text = " ".join("".join(token) for token in said)
    tokens = text.split()
    words = tuple(
        Word(
            text=token,
            start=min(times[2 * n % 120], times[2 * n % 120 + 1]),
            end=max(times[2 * n % 120 : 2 * n % 120 + 2]),
        )
        for n, token in enumerate(tokens)
    )
    whole = Segment(start=0, end=50, text=text, words=words, speaker="SPEAKER_00", channel=0, language="fr")
    parts = split(whole, characters=characters, seconds=seconds)
    assert " ".join(part.text or "" for part in parts) == text
    assert tuple(word for part in parts for word in part.words) == words
    assert (parts[0].start, parts[-1].end) == (0, 50)
    assert all(before.end <= after.start for before, after in pairwise(parts))
    assert {(part.speaker, part.channel, part.language) for part in parts} == {("SPEAKER_00", 0, "fr")}
    for part in parts:
        assert re.sub(r"\s", "", part.text or "") == "".join(word.text for word in part.words)


@given(st.lists(st.sampled_from(["はい。", "Hello.", "네. 안녕.", "好的！", "Oui !", "👍"]), max_size=6))
def test_sentences_are_joined_as_they_are_written(pieces: list[str]) -> None:
    joined = join(pieces)
    assert joined.replace(" ", "") == "".join(pieces).replace(" ", "")
    for before, after in pairwise(pieces):
        both_unspaced = before in ("はい。", "好的！") and after in ("はい。", "好的！")
        assert f"{before}{'' if both_unspaced else ' '}{after}" in joined
