r"""Audacity label tracks."""

from __future__ import annotations

import pytest

from earmark.core.annotation import Annotation
from earmark.core.segment import Segment
from earmark.errors import FormatError
from earmark.formats.audacity import dumps, loads


def test_a_label_is_the_text_else_the_label() -> None:
    segments = (
        Segment(start=0, end=0.5, label="silence"),
        Segment(start=0.5, end=2, label="speech", text="Hello\tthere.", speaker="Guest"),
        Segment(start=2, end=2, low_hz=100.5),
    )
    assert dumps(Annotation(segments=segments)) == (
        "0.0\t0.5\tsilence\n0.5\t2.0\tGuest: Hello there.\n2.0\t2.0\t\n\\\t100.5\t-1.0\n"
    )


def test_label_tracks_of_the_world_are_read() -> None:
    text = (
        "2.150000\t2.150000\tpoint\r\n"
        "3,400000\t6,100000\tdecimal commas\twith a tab\r\n"
        "7.0\t8.0\t\n"
        "9.0\t9.5\n"
        "\n"
        "10.0\t10.5\tband\n"
        "\\\t1484.669312\t2969.338523\n"
        "11.0\t11.5\thalf a band\n"
        "\\\t-1.000000\t6334.5\n"
    )
    assert loads(text, source="x.txt").segments == (
        Segment(start=2.15, end=2.15, label="point"),
        Segment(start=3.4, end=6.1, label="decimal commas\twith a tab"),
        Segment(start=7, end=8),
        Segment(start=9, end=9.5),
        Segment(start=10, end=10.5, label="band", low_hz=1484.669312, high_hz=2969.338523),
        Segment(start=11, end=11.5, label="half a band", high_hz=6334.5),
    )


@pytest.mark.parametrize(
    ("text", "where", "why"),
    [
        ("0.0 1.0 label\n", 1, "tabs between"),
        ("a\tb\tc\n", 1, "not a number: 'a'"),
        ("0\t1\ta\n2\t1\tb\n", 2, "before it starts"),
        ("-1\t1\ta\n", 1, "starts before the recording"),
        ("\\\t1\t2\n", 1, "follows a label"),
        ("0\t1\ta\n\\\t1\n", 2, "two numbers"),
        ("0\t1\ta\n\\\t500\t100\n", 2, "band ends at 100"),
    ],
)
def test_nonsense_is_told_with_its_line(text: str, where: int, why: str) -> None:
    with pytest.raises(FormatError, match=why) as raised:
        loads(text, source="x.txt")
    assert raised.value.line == where
