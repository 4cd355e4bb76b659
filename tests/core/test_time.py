"""Seconds, samples and clock times."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.core.time import clock, overlap, require_span, round_half_up, to_samples, to_seconds
from earmark.errors import InvalidValue

DAY = 24 * 3600
SECONDS = st.floats(0, DAY)


@pytest.mark.parametrize(
    ("value", "whole"), [(0.0, 0), (0.49, 0), (0.5, 1), (1.5, 2), (2.5, 3), (-0.5, 0), (-1.5, -1), (-0.51, -1)]
)
def test_halves_are_rounded_upward(value: float, whole: int) -> None:
    assert round_half_up(value) == whole


@pytest.mark.parametrize(
    ("seconds", "rate", "samples"),
    [(0.0, 16_000, 0), (1.0, 44_100, 44_100), (0.5, 11_025, 5513), (0.1, 22_050, 2205), (DAY, 384_000, 33_177_600_000)],
)
def test_seconds_become_samples(seconds: float, rate: int, samples: int) -> None:
    assert to_samples(seconds, rate) == samples


@given(st.integers(1, 384_000), SECONDS)
def test_no_sample_of_a_day_is_lost_on_the_way_to_seconds_and_back(rate: int, seconds: float) -> None:
    sample = to_samples(seconds, rate)
    assert to_samples(to_seconds(sample, rate), rate) == sample
    assert abs(to_seconds(sample, rate) - seconds) <= 0.5 / rate * 1.001


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0.0, "00:00:00.000"),
        (0.0004, "00:00:00.000"),
        (0.0005, "00:00:00.001"),
        (59.9994, "00:00:59.999"),
        (59.9996, "00:01:00.000"),
        (3599.9996, "01:00:00.000"),
        (3661.25, "01:01:01.250"),
        (DAY, "24:00:00.000"),
        (123 * 3600 + 1.5, "123:00:01.500"),
    ],
)
def test_clock_times_carry_into_minutes_and_hours(seconds: float, shown: str) -> None:
    assert clock(seconds) == shown
    assert clock(seconds, separator=",") == shown.replace(".", ",")


@given(SECONDS)
def test_a_clock_time_is_right_to_the_millisecond(seconds: float) -> None:
    hours, minutes, rest = clock(seconds).split(":")
    assert len(hours) == len(minutes) == 2
    assert len(rest) == 6
    assert int(minutes) < 60
    assert float(rest) < 60
    assert int(hours) * 3600 + int(minutes) * 60 + float(rest) == pytest.approx(seconds, abs=0.000501)


@pytest.mark.parametrize(
    ("a", "b", "shared"),
    [
        ((0, 2), (1, 3), 1.0),
        ((0, 5), (1, 2), 1.0),
        ((0, 1), (1, 2), 0.0),
        ((0, 1), (3, 4), 0.0),
        ((2, 2), (0, 5), 0.0),
        ((0, 2), (0, 2), 2.0),
    ],
)
def test_the_common_part_of_two_intervals(a: tuple[float, float], b: tuple[float, float], shared: float) -> None:
    assert overlap(*a, *b) == overlap(*b, *a) == shared


@pytest.mark.parametrize("span", [(0.0, 0.0), (0, 1), (1.5, 1.5), (0.1, DAY)])
def test_spans_that_make_sense(span: tuple[float, float]) -> None:
    require_span(*span, what="this")


@pytest.mark.parametrize(
    ("span", "why"),
    [
        ((-0.001, 1.0), "starts before the recording"),
        ((2.0, 1.0), "before it starts"),
        ((math.nan, 1.0), "finite"),
        ((0.0, math.nan), "finite"),
        ((0.0, math.inf), "finite"),
        ((-math.inf, 0.0), "finite"),
    ],
)
def test_spans_that_make_no_sense(span: tuple[float, float], why: str) -> None:
    with pytest.raises(InvalidValue, match=f"the third word: .*{why}"):
        require_span(*span, what="the third word")
