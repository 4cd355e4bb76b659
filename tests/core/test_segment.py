"""Which words and segments make sense."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import pytest

from earmark.core.segment import Segment, Word, in_order
from earmark.errors import EarmarkError, InvalidValue


@pytest.mark.parametrize(
    "fields",
    [
        {"start": 0.0, "end": 0.0},
        {"start": 1, "end": 2},
        {"start": 0.0, "end": 1.0, "channel": 0},
        {"start": 0.0, "end": 1.0, "channel": 299},
        {"start": 0.0, "end": 1.0, "score": 0.0},
        {"start": 0.0, "end": 1.0, "score": 1.0},
        {"start": 0.0, "end": 1.0, "text": ""},
        {"start": 0.0, "end": 1.0, "low_hz": 0.0},
        {"start": 0.0, "end": 1.0, "high_hz": 20_000.0},
        {"start": 0.0, "end": 1.0, "low_hz": 440.0, "high_hz": 440.0},
    ],
)
def test_segments_that_make_sense_keep_what_they_are_given(fields: dict[str, Any]) -> None:
    segment = Segment(**fields)
    assert {name: getattr(segment, name) for name in fields} == fields
    assert segment.duration == fields["end"] - fields["start"]


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"start": -0.1, "end": 1.0}, "before the recording"),
        ({"start": 2.0, "end": 1.0}, "before it starts"),
        ({"start": math.nan, "end": 1.0}, "finite"),
        ({"start": 0.0, "end": math.inf}, "finite"),
        ({"start": 0.0, "end": 1.0, "channel": -1}, "channels count from 0"),
        ({"start": 0.0, "end": 1.0, "score": -0.01}, "between 0 and 1"),
        ({"start": 0.0, "end": 1.0, "score": 1.01}, "between 0 and 1"),
        ({"start": 0.0, "end": 1.0, "score": math.nan}, "between 0 and 1"),
        ({"start": 0.0, "end": 1.0, "low_hz": -1.0}, "not a frequency"),
        ({"start": 0.0, "end": 1.0, "high_hz": math.nan}, "not a frequency"),
        ({"start": 0.0, "end": 1.0, "high_hz": math.inf}, "not a frequency"),
        ({"start": 0.0, "end": 1.0, "low_hz": 500.0, "high_hz": 400.0}, "below its start"),
    ],
)
def test_segments_that_make_no_sense_are_refused_with_their_place(fields: dict[str, Any], why: str) -> None:
    with pytest.raises(InvalidValue, match=why) as caught:
        Segment(**fields)
    assert f"segment at {fields['start']} s" in str(caught.value)


@pytest.mark.parametrize("score", [None, 0.0, 0.5, 1.0])
def test_words_that_make_sense(score: float | None) -> None:
    assert Word(text="art", start=0.0, end=0.3, score=score).score == score


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"start": -1.0, "end": 0.5}, "before the recording"),
        ({"start": 0.5, "end": 0.4}, "before it starts"),
        ({"start": 0.0, "end": math.nan}, "finite"),
        ({"start": 0.0, "end": 0.5, "score": 1.5}, "between 0 and 1"),
        ({"start": 0.0, "end": 0.5, "score": math.nan}, "between 0 and 1"),
    ],
)
def test_words_that_make_no_sense_are_refused_by_name(fields: dict[str, float], why: str) -> None:
    with pytest.raises(InvalidValue, match=why) as caught:
        Word(text="art", **fields)
    assert "word 'art'" in str(caught.value)
    assert isinstance(caught.value, EarmarkError)


def test_a_tag_is_found_by_its_name() -> None:
    segment = Segment(start=0, end=1, tags=(("species", "zebra finch"), ("bird", "7"), ("bird", "8")))
    assert (segment.tag("species"), segment.tag("bird"), segment.tag("cluster")) == ("zebra finch", "7", None)


def test_segments_sort_by_start_then_end_then_channel_with_the_mix_first() -> None:
    expected = [
        Segment(start=0.0, end=1.0),
        Segment(start=0.0, end=1.0, channel=0),
        Segment(start=0.0, end=1.0, channel=1),
        Segment(start=0.0, end=2.0),
        Segment(start=0.5, end=0.6),
    ]
    mixed = [expected[i] for i in (3, 2, 4, 1, 0)]
    assert sorted(mixed, key=in_order) == expected


def test_a_segment_never_changes() -> None:
    segment = Segment(start=0, end=1, label="noise")
    with pytest.raises(dataclasses.FrozenInstanceError):
        segment.label = "speech"
