"""Words end up where somebody speaks, in order, and none without length."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.core.segment import Word
from earmark.core.word_times import EDGE, FAR, LEAST, PAUSE, count_in_silence, in_order, repair

Span = tuple[float, float]


def words_at(*times: Span) -> list[Word]:
    return [Word(text=f"w{i}", start=start, end=end, score=i / 100) for i, (start, end) in enumerate(times)]


def times_of(words: tuple[Word, ...]) -> list[Span]:
    return [(word.start, word.end) for word in words]


SPEECH: list[Span] = [(1.0, 3.0), (4.0, 6.0)]
REPAIRS: list[tuple[str, list[Span], list[Span]]] = [
    ("what is right stays", [(1.0, 1.5), (1.5, 3.0), (4.2, 4.6)], [(1.0, 1.5), (1.5, 3.0), (4.2, 4.6)]),
    ("an edge beyond speech stays", [(0.92, 1.5), (5.5, 6.1)], [(0.92, 1.5), (5.5, 6.1)]),
    ("a first word stretched over a pause", [(0.0, 1.4), (1.4, 2.0)], [(1.0, 1.4), (1.4, 2.0)]),
    ("a last word stretched over a pause", [(2.0, 2.5), (2.5, 3.9), (4.0, 4.5)], [(2.0, 2.5), (2.5, 3.0), (4.0, 4.5)]),
    ("a word over a pause keeps its longer side", [(2.8, 4.9)], [(4.0, 4.9)]),
    ("a word in silence goes to the nearest speech", [(2.0, 2.5), (3.7, 3.9)], [(2.0, 2.5), (4.0, 4.2)]),
    ("also before it", [(2.0, 2.5), (3.1, 3.4)], [(2.0, 2.5), (2.7, 3.0)]),
    ("as long as there is room", [(2.0, 2.9), (3.1, 3.4), (4.1, 4.2)], [(2.0, 2.9), (2.9, 3.0), (4.1, 4.2)]),
    ("two of them", [(3.6, 3.8), (3.8, 3.9), (4.5, 5.0)], [(4.0, 4.2), (4.2, 4.3), (4.5, 5.0)]),
    ("no length", [(1.0, 1.2), (1.2, 1.2), (1.6, 2.0)], [(1.0, 1.2), (1.2, 1.6), (1.6, 2.0)]),
    ("no time at all", [(1.0, 1.2), (0.0, 0.0), (1.6, 2.0)], [(1.0, 1.2), (1.2, 1.6), (1.6, 2.0)]),
    ("out of order", [(1.0, 1.2), (5.0, 5.2), (1.6, 2.0), (2, 2.2)], [(1.0, 1.2), (1.2, 1.6), (1.6, 2.0), (2, 2.2)]),
    ("overlap", [(1.0, 1.6), (1.4, 2.0)], [(1.0, 1.4), (1.4, 2.0)]),
    ("beyond the segment", [(5.0, 5.5), (5.5, 9.0)], [(5.0, 5.5), (5.5, 6.0)]),
]


@pytest.mark.parametrize(("before", "after"), [r[1:] for r in REPAIRS], ids=[r[0] for r in REPAIRS])
def test_known_faults_are_repaired(before: list[Span], after: list[Span]) -> None:
    assert times_of(repair(words_at(*before), start=0.0, end=7.0, speech=SPEECH)) == after


def test_a_word_that_the_detector_was_deaf_to_keeps_its_time() -> None:
    spoken = words_at((1.0, 1.5), (8.0, 8.4))
    assert repair(spoken, start=0.0, end=10.0, speech=[(1.0, 2.0)]) == tuple(spoken)


def test_short_pauses_are_part_of_speech() -> None:
    spoken = words_at((1.0, 2.0))
    assert repair(spoken, start=0.0, end=3.0, speech=[(1.0, 1.4), (1.6, 2.0)]) == tuple(spoken)


def test_where_no_speech_is_known_only_order_and_length_are_repaired() -> None:
    spoken = words_at((0.0, 0.0), (0.5, 2.5), (2.5, 2.5))
    assert times_of(repair(spoken, start=0.0, end=3.0)) == [(0.0, 0.5), (0.5, 2.5), (2.5, 3.0)]


def test_words_without_any_time_share_the_segment() -> None:
    spoken = words_at(*[(0.0, 0.0)] * 4)
    assert times_of(repair(spoken, start=2.0, end=4.0)) == [(2.0, 2.5), (2.5, 3.0), (3.0, 3.5), (3.5, 4.0)]


def test_more_words_than_there_is_room_for_become_shorter() -> None:
    spoken = repair(words_at(*[(0.0, 0.0)] * 30), start=0.0, end=5.0, speech=[(1.0, 1.5), (3.0, 3.2)])
    assert all(word.end - word.start >= 0.02 for word in spoken)
    assert count_in_silence(spoken, [(1.0, 1.5), (3.0, 3.2)]) == 0


def test_a_blip_of_speech_holds_no_fourteen_words() -> None:
    once = repair(words_at(*[(0.0, 0.0)] * 14), start=2.5, end=32.5, speech=[(2.82, 2.826)])
    assert all(word.end - word.start >= LEAST for word in once)
    assert repair(once, start=2.5, end=32.5, speech=[(2.82, 2.826)]) == once


def test_more_words_than_milliseconds_share_the_segment() -> None:
    spoken = repair(words_at(*[(1.0, 1.0)] * 10), start=1.0, end=1.005)
    assert spoken[0].start == 1.0
    assert spoken[-1].end <= 1.005
    assert all(a.end <= b.start + 1e-9 and a.start < a.end for a, b in pairwise(spoken))


def test_words_in_silence_are_counted() -> None:
    assert count_in_silence(words_at((0.0, 1.0), (0.5, 1.2), (3.0, 4.0), (3.5, 3.6)), SPEECH) == 3


seconds = st.integers(0, 12_000).map(lambda ms: ms / 1000)
any_times = st.lists(st.tuples(seconds, seconds).map(lambda pair: (min(pair), max(pair))), max_size=25)


@st.composite
def spans(draw: st.DrawFn) -> list[Span]:
    edges = sorted(set(draw(st.lists(st.integers(0, 1200), max_size=16))))
    return [(a / 100, b / 100) for a, b in zip(edges[::2], edges[1::2], strict=False)]


@given(any_times, spans(), seconds, st.floats(0.05, 12.0))
def test_whatever_comes_in_order_length_and_place_are_right(
    times: list[Span], speech: list[Span], start: float, length: float
) -> None:
    given_words, end = words_at(*times), start + length
    words = repair(given_words, start=start, end=end, speech=speech)
    assert [(word.text, word.score) for word in words] == [(word.text, word.score) for word in given_words]
    assert all(start <= word.start < word.end <= end + 1e-9 for word in words)
    assert all(a.end <= b.start for a, b in pairwise(words))
    inside = [(max(start, a), min(end, b)) for a, b in speech if min(end, b) - max(start, a) >= 0.001]
    if sum(int((b - a) / LEAST) for a, b in inside) >= len(words) and inside:
        for word in words:
            near = min(max(a - word.start, word.end - b, 0) for a, b in inside_without_pauses(inside))
            far = min(max(a - word.end, word.start - b, 0) for a, b in inside)
            assert near <= EDGE + 0.0011 or far > FAR - 0.0011
    if length > 0.05 * len(times) and not speech:
        assert all(word.end - word.start >= LEAST - 1e-9 for word in words)


def inside_without_pauses(spans: list[Span]) -> list[Span]:
    joined = [spans[0]]
    for a, b in spans[1:]:
        if a - joined[-1][1] < PAUSE + 0.0011:
            joined[-1] = (joined[-1][0], b)
        else:
            joined.append((a, b))
    return joined


@given(any_times, spans(), seconds, st.floats(0.0, 12.0))
def test_a_second_repair_changes_nothing(times: list[Span], speech: list[Span], start: float, length: float) -> None:
    once = repair(words_at(*times), start=start, end=start + length, speech=speech)
    assert repair(once, start=start, end=start + length, speech=speech) == once


@given(any_times, st.floats(0.0, 12.0))
def test_words_of_a_clip_come_in_order(times: list[Span], end: float) -> None:
    words = in_order(words_at(*times), start=0.0, end=end)
    assert [word.text for word in words] == [f"w{i}" for i in range(len(times))]
    assert all(a.end <= b.start for a, b in pairwise(words))
    assert all(0 <= word.start <= word.end <= end for word in words)
    assert in_order(words, start=0.0, end=end) == words or any(word.start == word.end for word in words)
