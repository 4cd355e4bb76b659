"""SubRip files of Earmark and of the world."""

from __future__ import annotations

import pytest

from earmark.core.annotation import Annotation
from earmark.core.segment import Segment
from earmark.errors import FormatError
from earmark.formats.srt import dumps, loads


def test_a_file_looks_like_this() -> None:
    segments = (
        Segment(start=3661.0015, end=3663, text="Later, with <b>tags</b> & {braces}."),
        Segment(start=0, end=2, text="Hello.", speaker="SPEAKER_00"),
        Segment(start=2, end=3, label="noise"),
    )
    assert dumps(Annotation(segments=segments)) == (
        "1\n00:00:00,000 --> 00:00:02,000\n[SPEAKER_00] Hello.\n"
        "\n"
        "2\n01:01:01,002 --> 01:01:03,000\nLater, with <b>tags</b> & {braces}.\n"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("1\n00:00:01,000 --> 00:00:02,500\n1\n", [(1, 2.5, None, "1")], id="a number as text"),
        pytest.param("00:00:01.000 --> 00:00:02.5\nx", [(1, 2.5, None, "x")], id="points, no number, no end of line"),
        pytest.param("1\r\n0:01,000 --> 0:02,000 X1:1 X2:2\r\nx\r\n\r\n", [(1, 2, None, "x")], id="coordinates"),
        pytest.param("\n\n1\n\n00:00:01,000 --> 00:00:02,000\na\n\nb\n", [(1, 2, None, "a b")], id="blank lines"),
        pytest.param(
            "1\n00:00:01,000 --> 00:00:02,000\na\n2\n00:00:02,000 --> 00:00:03,000\nb\n",
            [(1, 2, None, "a"), (2, 3, None, "b")],
            id="no blank line between cues",
        ),
        pytest.param("1\n00:00:01,000 --> 00:00:02,000\n\n", [(1, 2, None, "")], id="no text"),
        pytest.param(
            "1\n00:00:01,000 --> 00:00:02,000\n[Guest] a\n\n2\n00:00:02,000 --> 00:00:03,000\n[SPEAKER_01]: b\n",
            [(1, 2, "Guest", "a"), (2, 3, "SPEAKER_01", "b")],
            id="speakers",
        ),
        pytest.param(
            "1\n00:00:01,000 --> 00:00:02,000\n[music]\n", [(1, 2, None, "[music]")], id="a sound is no speaker"
        ),
        pytest.param("", [], id="empty"),
    ],
)
def test_files_of_the_world_are_read(text: str, expected: list[tuple[float, float, str | None, str]]) -> None:
    read = loads(text, source="x.srt").segments
    assert [(s.start, s.end, s.speaker, s.text) for s in read] == expected


@pytest.mark.parametrize(
    ("text", "where", "why"),
    [
        ("hello\nthere\n", 1, "is no SRT"),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\nx", 1, "is no SRT"),
        ("1\n00:00:02,000 --> 00:00:01,000\nx\n", 2, "before it starts"),
        ("1\n00:00:0x,000 --> 00:00:01,000\nx\n", 2, "not a line of times"),
        (
            "1\n00:00:01,000 --> 00:00:02,000\nx\n\n2\n00:99:00,000 --> 01:00:00,000\ny\n",
            6,
            "not a time: '00:99:00,000'",
        ),
        ("1\n-00:00:01,000 --> 00:00:02,000\nx\n", 2, "not a time"),
    ],
)
def test_nonsense_is_told_with_its_line(text: str, where: int, why: str) -> None:
    with pytest.raises(FormatError, match=why) as raised:
        loads(text, source="x.srt")
    assert raised.value.line == where


def test_another_library_reads_what_we_write() -> None:
    pysubs2 = pytest.importorskip("pysubs2")
    segments = tuple(Segment(start=i * 3, end=i * 3 + 2.5, text=f"Sentence number {i}.") for i in range(5))
    theirs = pysubs2.SSAFile.from_string(dumps(Annotation(segments=segments)), format_="srt")
    assert [(e.start, e.end, e.plaintext) for e in theirs] == [
        (int(s.start * 1000), int(s.end * 1000), s.text) for s in segments
    ]
