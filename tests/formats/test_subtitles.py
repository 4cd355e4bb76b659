"""Cues that people can read: two lines of 42 characters, 7 seconds, cut where the speaker would pause."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earmark.core.segment import Segment, Word
from earmark.formats.subtitles import MAX_SECONDS, Cue, cues, unwrapped

DICKENS = (
    "It was the best of times, it was the worst of times, it was the age of wisdom, it was the age of foolishness. "
    "It was the epoch of belief! It was the season of Light, it was the season of Darkness."
)


def bracketed(speaker: str | None) -> str:
    return f"[{speaker}] "


def cut(*segments: Segment) -> list[Cue]:
    return cues(segments, prefix=bracketed)


def spoken(text: str, *, start: float = 0.0, word: float = 0.4, pause_after: str | None = None) -> Segment:
    """A segment in which each word takes ``word`` seconds, with 3 s of silence after one of them."""
    words, now = [], start
    for said in text.split():
        words.append(Word(text=said, start=now, end=now + word - 0.05))
        now += word + (3.0 if said == pause_after else 0.0)
    return Segment(start=start, end=words[-1].end, text=text, words=tuple(words))


def test_a_short_segment_is_one_cue_with_its_times() -> None:
    assert cut(Segment(start=1.25, end=4.5, text="Hello there.")) == [Cue(start=1.25, end=4.5, lines=("Hello there.",))]


def test_segments_without_text_are_left_out() -> None:
    assert cut(Segment(start=0, end=1, label="noise"), Segment(start=1, end=2, text=" \n")) == []


def test_long_speech_is_cut_at_words_and_sentences() -> None:
    found = cut(spoken(DICKENS))
    assert [" ".join(cue.lines) for cue in found] == [
        "It was the best of times, it was the worst of times,",
        "it was the age of wisdom, it was the age of foolishness.",
        "It was the epoch of belief!",
        "It was the season of Light, it was the season of Darkness.",
    ]
    starts = {word.start for word in spoken(DICKENS).words}
    assert {cue.start for cue in found} <= starts


def test_lines_break_behind_punctuation() -> None:
    assert cut(spoken(DICKENS))[0].lines == ("It was the best of times,", "it was the worst of times,")


def test_without_words_time_is_shared_by_length() -> None:
    found = cut(Segment(start=10, end=22, text="aaaa aaaa aaaa aaaa. bbbb bbbb bbbb bbbb."))
    assert [cue.lines for cue in found] == [("aaaa aaaa aaaa aaaa.",), ("bbbb bbbb bbbb bbbb.",)]
    assert found[0].start == 10
    assert found[0].end == found[1].start == pytest.approx(16, abs=0.3)
    assert found[1].end == 22


def test_a_silence_in_the_middle_shows_nothing() -> None:
    found = cut(spoken("one two three four five six seven eight nine", word=0.8, pause_after="two"))
    assert found[0].lines == ("one two",)
    assert found[1].start - found[0].end >= 3.0


def test_words_that_are_not_those_of_the_text_are_not_trusted() -> None:
    words = (Word(text="other", start=0, end=1), Word(text="words", start=1, end=2))
    (cue,) = cut(Segment(start=0, end=4, text="what was really said", words=words))
    assert cue.lines == ("what was really said",)


def test_a_short_cue_is_lengthened_as_far_as_the_next_allows() -> None:
    found = cut(
        Segment(start=0, end=0.2, text="Yes."),
        Segment(start=0.6, end=0.8, text="No."),
        Segment(start=5, end=5, text="Oh."),
    )
    assert [(cue.start, cue.end) for cue in found] == [(0, 0.6), (0.6, 1.6), (5, 6)]


def test_speakers_who_overlap_keep_their_times() -> None:
    found = cut(Segment(start=0, end=3, text="a", speaker="A"), Segment(start=1, end=2.5, text="b", speaker="B"))
    assert [(cue.start, cue.end, cue.speaker) for cue in found] == [(0, 3, "A"), (1, 2.5, "B")]


def test_the_speaker_takes_room_in_the_first_line() -> None:
    text = "This line alone is forty characters wide"
    assert len(cut(Segment(start=0, end=3, text=text))[0].lines) == 1
    assert len(cut(Segment(start=0, end=3, text=text, speaker="SPEAKER_00"))[0].lines) == 2


def test_chinese_and_japanese_lines_are_narrower_and_break_between_characters() -> None:
    text = "私は昨日、東京へ行きました。とても楽しかったです。また行きたいと思います、本当に。"
    found = cut(Segment(start=0, end=6, text=text))
    assert "".join(line for cue in found for line in cue.lines) == text
    assert all(len(line) <= 16 for cue in found for line in cue.lines)
    assert not any(line[0] in "、。" for cue in found for line in cue.lines)


def test_two_lines_that_are_there_already_stay() -> None:
    assert cut(Segment(start=0, end=3, text="- Who is it?\n- Me."))[0].lines == ("- Who is it?", "- Me.")


latin = st.text(st.characters(max_codepoint=0x24F, categories=("L", "N", "P", "S")), min_size=1, max_size=14)


@given(
    st.lists(latin, min_size=1, max_size=60),
    st.floats(0, 100),
    st.floats(0.01, 120),
    st.none() | st.sampled_from(["A", "Long Speaker Name"]),
)
@settings(max_examples=60, deadline=None)
def test_cues_fit_the_screen_and_follow_each_other(
    said: list[str], start: float, length: float, speaker: str | None
) -> None:
    segment = Segment(start=start, end=start + length, text=" ".join(said), speaker=speaker)
    found = cut(segment)
    assert "".join("".join(cue.lines) for cue in found).replace(" ", "") == "".join(said)
    for cue in found:
        assert len(cue.lines) <= 2
        assert len(bracketed(speaker) if speaker else "") + len(cue.lines[0]) <= 42
        assert len(cue.lines[-1]) <= 42
        assert 0 <= cue.end - cue.start <= MAX_SECONDS + 1e-6
        assert cue.start >= start
    for before, after in pairwise(found):
        assert before.end <= after.start


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (["one line"], "one line"),
        (["wrapped", "", " text "], "wrapped text"),
        (["- Who?", "- Me."], "- Who?\n- Me."),
        (["私は昨日、", "東京へ"], "私は昨日、東京へ"),
        (["안녕", "하세요"], "안녕 하세요"),
        (["日本", "and English"], "日本 and English"),
    ],
)
def test_lines_join_to_running_text(lines: list[str], text: str) -> None:
    assert unwrapped(lines) == text
