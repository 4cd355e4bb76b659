"""Segments of several channels are given on in the order in which they were spoken."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from earmark.core.segment import SILENCE, SPEECH, Segment, in_order
from earmark.services.in_time import InTime

Row = list[Segment]


def row(channel: int, *starts: float, label: str = SPEECH) -> Row:
    return [Segment(start=start, end=start + 1.0, channel=channel, label=label) for start in starts]


def as_they_are(segments: Sequence[Segment]) -> Sequence[Segment]:
    return segments


def test_speech_of_one_channel_is_given_on_at_once() -> None:
    told: list[list[Segment]] = []
    one = row(0, 0.0, 2.0, 4.0)
    heard = InTime([one], as_they_are, lambda segments: told.append(list(segments)))
    heard(one[:2])
    heard(one[2:])
    assert told == [one[:2], one[2:]]


def test_speech_waits_for_what_was_said_before_it_on_another_channel() -> None:
    told: list[Segment] = []
    first, second = row(0, 0.0, 10.0, 20.0), row(1, 5.0, 15.0)
    heard = InTime([first, second], as_they_are, told.extend)
    heard(first)
    assert told == first[:1], "what the other one says from 5 s on is not known yet"
    heard(second[:1])
    assert told == [first[0], second[0], first[1]]
    heard(second[1:])
    assert told == sorted([*first, *second], key=in_order)


def test_a_channel_on_which_nobody_speaks_holds_nothing_up() -> None:
    told: list[Segment] = []
    speech = row(0, 0.0, 2.0)
    heard = InTime([speech, row(1, 0.0, label=SILENCE)], as_they_are, told.extend)
    heard(speech)
    assert told == speech


@given(
    st.lists(st.lists(st.integers(0, 50), unique=True, max_size=8), min_size=1, max_size=4),
    st.randoms(use_true_random=False),
)
def test_all_is_given_on_once_and_in_order_however_it_becomes_ready(starts: list[list[int]], random) -> None:
    rows = [row(channel, *map(float, sorted(begin))) for channel, begin in enumerate(starts)]

    def halved(segments: Sequence[Segment]) -> list[Segment]:
        """Every segment falls into two, as where the speaker changes."""
        return [
            Segment(start=at, end=at + 0.5, channel=segment.channel, label=SPEECH)
            for segment in segments
            for at in (segment.start, segment.start + 0.5)
        ]

    told: list[Segment] = []
    heard = InTime(rows, halved, told.extend)
    left = [list(each) for each in rows]
    while any(left):
        chosen = random.choice([each for each in left if each])
        count = random.randint(1, len(chosen))
        heard(chosen[:count])
        del chosen[:count]
    assert told == sorted(halved([segment for each in rows for segment in each]), key=in_order)
