"""Segments that fit a recording, and those that do not."""

from __future__ import annotations

import pytest

from earmark.core.fit import MAX_TAGS, MAX_TEXT, MAX_WORDS, TOLERANCE, require_fit
from earmark.core.recording import Recording
from earmark.core.segment import Segment, Word
from earmark.errors import InvalidItems

RECORDING = Recording(source="a.wav", duration=10.0, channels=2)
WORD = Word(text="x", start=0, end=1)


def seg(end: float = 1.0, **fields: object) -> Segment:
    return Segment(start=0.0, end=end, **fields)  # type: ignore[arg-type]


CASES = [
    (seg(10.0 + TOLERANCE), None),
    (seg(10.0 + 2 * TOLERANCE), "after the recording"),
    (seg(channel=1), None),
    (seg(channel=2), "is on channel 2; the recording has 2"),
    (seg(text="é" * MAX_TEXT), None),
    (seg(text="é" * (MAX_TEXT + 1)), "its text has 100001 characters"),
    (seg(language="x" * 36), "its language has 36"),
    (seg(speaker="a\0"), "its speaker holds characters"),
    (seg(label="\udc80"), "its label holds characters"),
    (seg(label="\ue000\U0001f426"), None),
    (seg(words=(WORD,) * (MAX_WORDS + 1)), "more than 20000 words"),
    (seg(words=(Word(text="w\0", start=0, end=1),)), "its word holds"),
    (seg(tags=(("a", "b"),) * (MAX_TAGS + 1)), "or 100 tags"),
    (seg(tags=(("a" * 201, "b"),)), "its tag has 201"),
]


@pytest.mark.parametrize(("segment", "message"), CASES, ids=[str(row[1]) for row in CASES])
def test_what_fits(segment: Segment, message: str | None) -> None:
    if message is None:
        require_fit([("it", segment)], RECORDING)
        return
    with pytest.raises(InvalidItems, match=message) as caught:
        require_fit([("it", segment)], RECORDING)
    assert caught.value.errors[0][0] == "it"


def test_what_is_not_known_of_a_recording_is_not_checked() -> None:
    require_fit([("it", seg(1e9, channel=77))], Recording(source="http://example.org/a.wav"))


def test_all_are_named_but_few_are_told() -> None:
    with pytest.raises(InvalidItems, match=r"edit 0: .*; and 10 more") as caught:
        require_fit(((f"edit {n}", seg(99)) for n in range(30)), RECORDING)
    assert len(caught.value.errors) == 30
