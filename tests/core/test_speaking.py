"""Who says what: words by the turns they lie in, segments cut where the speaker changes, overlapping speech kept."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.core.segment import NOISE, SILENCE, SPEECH, Segment, Word
from earmark.core.speakers import Diarization, SpeakerCount, Turn, Voice, by_appearance, joined, seconds_by_speaker
from earmark.core.speaking import Turns, by_speaker, speaker_of, with_speech_of
from earmark.errors import InvalidValue


def turns(*spans: tuple[float, float, str]) -> Turns:
    return Turns(Turn(start=start, end=end, speaker=who) for start, end, who in spans)


def said(text: str, *times: tuple[float, float], start: float = 0.0, end: float = 10.0) -> Segment:
    words = tuple(Word(text=w, start=a, end=b, score=0.5) for w, (a, b) in zip(text.split(), times, strict=True))
    return Segment(start=start, end=end, label=SPEECH, text=text, words=words, language="en", score=0.5)


def told(segment: Segment, *spans: tuple[float, float, str]) -> list[tuple[float, float, str | None, str | None]]:
    return [(part.start, part.end, part.speaker, part.text) for part in by_speaker(segment, turns(*spans))]


def test_a_segment_is_cut_half_way_between_the_words_where_the_speaker_changes() -> None:
    segment = said("Are you sure? Yes, quite.", (0, 1), (1, 2), (2, 3), (4, 5), (5, 6))
    parts = by_speaker(segment, turns((0, 3.2, "guest"), (3.9, 6.2, "host")))
    assert [(p.start, p.end, p.speaker, p.text) for p in parts] == [
        (0.0, 3.5, "guest", "Are you sure?"),
        (3.5, 10.0, "host", "Yes, quite."),
    ]
    assert [len(part.words) for part in parts] == [3, 2]
    assert all((part.label, part.language, part.score) == (SPEECH, "en", 0.5) for part in parts)


def test_one_speaker_leaves_the_segment_whole() -> None:
    segment = said("Good morning", (1, 2), (2, 3))
    assert told(segment, (0.5, 3, "host")) == [(0, 10, "host", "Good morning")]


def test_who_speaks_at_the_same_time_is_kept_without_words() -> None:
    segment = said("as I was saying", (0, 1), (1, 2), (2, 3), (3, 4), end=4)
    assert told(segment, (0, 4, "host"), (2.1, 2.9, "guest")) == [
        (0, 4, "host", "as I was saying"),
        (2.1, 2.9, "guest", ""),
    ]


def test_a_word_in_overlapping_speech_stays_with_who_speaks_already() -> None:
    segment = said("one two three", (0, 1), (1, 2), (2, 3), end=3)
    whole = told(segment, (0, 3, "host"), (0.9, 2.1, "guest"))
    assert whole[0] == (0, 3, "host", "one two three")


def test_words_between_turns_go_to_the_nearest() -> None:
    segment = said("um well yes", (0.0, 0.2), (1.0, 1.4), (2.9, 3.0), end=3)
    assert told(segment, (0.5, 1.5, "host"), (3.2, 4, "guest")) == [
        (0, 2.15, "host", "um well"),
        (2.15, 3, "guest", "yes"),
    ]


def test_far_from_all_turns_nobody_is_named() -> None:
    assert told(said("hello", (8, 9), start=7), (0, 2, "host")) == [(7, 10, None, "hello")]


def test_speech_without_words_becomes_the_turns_in_it() -> None:
    segment = Segment(start=1, end=9, label=SPEECH)
    assert told(segment, (0, 4, "host"), (3.5, 8, "guest"), (8.5, 8.6, "host")) == [
        (1, 4, "host", None),
        (3.5, 8, "guest", None),
    ]
    assert told(segment, (20, 30, "host")) == [(1, 9, None, None)]


def test_a_text_without_times_of_words_is_not_cut() -> None:
    segment = Segment(start=0, end=9, label=SPEECH, text="typed by hand")
    assert told(segment, (0, 6, "host"), (6, 9, "guest")) == [(0, 9, "host", "typed by hand")]


def test_words_of_scripts_without_spaces_keep_their_text() -> None:
    words = tuple(Word(text=w, start=i, end=i + 1) for i, w in enumerate(["はい", "そうです", ""][0:2]))
    segment = Segment(start=0, end=2, label=SPEECH, text="はい。そうです。", words=words)
    assert told(segment, (0, 1, "host"), (1, 2, "guest")) == [(0, 1, "host", "はい。"), (1, 2, "guest", "そうです。")]


def test_what_a_diarizer_hears_becomes_speech_in_the_timeline() -> None:
    row = [
        Segment(start=0, end=4, label=SILENCE),
        Segment(start=4, end=6, label=SPEECH, score=0.9),
        Segment(start=6, end=10, label=NOISE, tags=(("sound", "rain"),)),
    ]
    found = with_speech_of(row, turns((1, 2, "host"), (1.5, 3, "guest"), (5, 7, "host"), (9.9, 10, "host")))
    assert [(s.start, s.end, s.label) for s in found] == [
        (0, 1, SILENCE),
        (1, 3, SPEECH),
        (3, 4, SILENCE),
        (4, 6, SPEECH),
        (6, 7, SPEECH),
        (7, 10, NOISE),
    ]
    assert found[-1].tags == (("sound", "rain"),)
    assert found[3].score == 0.9


times = st.floats(0, 60).map(lambda t: round(t, 3))
spans = st.lists(st.tuples(times, times, st.sampled_from("abc")), max_size=12).map(
    lambda found: [(min(a, b), max(a, b), who) for a, b, who in found]
)
moments = st.lists(times, min_size=2, max_size=24).map(sorted)


@given(spans, moments)
def test_no_word_and_no_text_is_ever_lost(found: list[tuple[float, float, str]], edges: list[float]) -> None:
    pairs = list(zip(edges[::2], edges[1::2], strict=False))
    segment = said(" ".join(f"w{i}" for i in range(len(pairs))), *pairs, start=0, end=60)
    parts = by_speaker(segment, turns(*found))
    spoken = [part for part in parts if part.words]
    assert tuple(word for part in spoken for word in part.words) == segment.words
    assert " ".join(part.text or "" for part in spoken) == segment.text
    assert (spoken[0].start, spoken[-1].end) == (0, 60)
    assert all(a.end == b.start for a, b in pairwise(spoken))
    assert all(a.speaker != b.speaker for a, b in pairwise(spoken))
    assert {part.speaker for part in parts} <= {*"abc", None}


@given(spans, times, times)
def test_the_turns_of_a_time_are_those_that_a_look_at_all_of_them_finds(
    found: list[tuple[float, float, str]], a: float, b: float
) -> None:
    start, end = min(a, b), max(a, b)
    known = turns(*found)
    slow = [t for t in known.all if t.end > start and (t.start < end or t.start <= start == end)]
    assert list(known.within(start, end)) == slow
    who = speaker_of(known, start, end)
    assert (who is not None) or not slow


@given(spans)
def test_a_timeline_with_turns_has_no_gap_and_no_overlap(found: list[tuple[float, float, str]]) -> None:
    row = [Segment(start=0, end=20, label=SILENCE), Segment(start=20, end=60, label=NOISE)]
    drawn = with_speech_of(row, turns(*found))
    assert (drawn[0].start, drawn[-1].end) == (0, 60)
    assert all(a.end == b.start for a, b in pairwise(drawn))


def test_speakers_are_named_in_order_of_appearance() -> None:
    found = by_appearance(
        Diarization(
            turns=(
                Turn(start=5, end=6, speaker="7"),
                Turn(start=1, end=9, speaker="x"),
                Turn(start=0, end=1, speaker="7"),
            ),
            voices=(Voice(speaker="x", embedding=(1.0,), embedder="e", seconds=8.0),),
        )
    )
    assert [(turn.start, turn.speaker) for turn in found.turns] == [
        (0, "SPEAKER_00"),
        (1, "SPEAKER_01"),
        (5, "SPEAKER_00"),
    ]
    assert found.speakers == ("SPEAKER_00", "SPEAKER_01")
    assert [voice.speaker for voice in found.voices] == ["SPEAKER_01"]


def test_turns_of_one_speaker_are_joined_over_short_gaps() -> None:
    several = [
        Turn(start=0, end=1, speaker="a"),
        Turn(start=1.2, end=2, speaker="a"),
        Turn(start=1, end=3, speaker="b"),
    ]
    assert [(t.start, t.end, t.speaker) for t in joined(several, gap=0.2)] == [(0, 2, "a"), (1, 3, "b")]
    assert seconds_by_speaker(several) == {"a": pytest.approx(1.8), "b": 2}


@pytest.mark.parametrize("wrong", [{"least": 0}, {"most": -1}, {"least": 3, "most": 2}, {"most": 101}])
def test_numbers_of_speakers_that_make_no_sense_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(InvalidValue):
        SpeakerCount(**wrong)
