"""Which recordings make sense."""

from __future__ import annotations

import math
from typing import Any

import pytest

from earmark.core.recording import Recording
from earmark.errors import InvalidValue


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"duration": 0.0},
        {"duration": 86_400.0},
        {"sample_rate": 1},
        {"sample_rate": 384_000, "channels": 300},
        {"container": "matroska", "codec": "opus"},
    ],
)
def test_recordings_that_make_sense_keep_what_they_are_given(fields: dict[str, Any]) -> None:
    recording = Recording(source="a b.wav", **fields)
    assert recording.source == "a b.wav"
    assert {name: getattr(recording, name) for name in fields} == fields


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"duration": -0.1}, "a duration of -0.1 s"),
        ({"duration": math.nan}, "a duration of nan s"),
        ({"duration": math.inf}, "a duration of inf s"),
        ({"sample_rate": 0}, "a sample rate of 0"),
        ({"sample_rate": -8000}, "a sample rate of -8000"),
        ({"channels": 0}, "a channel count of 0"),
    ],
)
def test_recordings_that_make_no_sense_are_refused_by_name(fields: dict[str, Any], why: str) -> None:
    with pytest.raises(InvalidValue, match=f"talk.wav: {why} makes no sense"):
        Recording(source="talk.wav", **fields)
