"""What an annotation tells as a whole."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import pytest

from earmark.core.annotation import Annotation, Note, NoteKind
from earmark.core.recording import Recording
from earmark.core.segment import Segment

SEGMENTS = (Segment(start=1.0, end=4.0, label="speech", text="one"), Segment(start=0.0, end=2.5, label="noise"))


class Cells(HTMLParser):
    """Collects the text of every table cell, row by row."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []

    def handle_starttag(self, tag: str, _: object) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")
        elif tag != "table":
            raise AssertionError(f"<{tag}> came out of somebody's text")

    def handle_data(self, data: str) -> None:
        self.rows[-1][-1] += data


def table(annotation: Annotation) -> list[list[str]]:
    parser = Cells()
    parser.feed(annotation._repr_html_())
    parser.close()
    return parser.rows


@pytest.mark.parametrize(
    ("segments", "recording", "duration"),
    [
        (SEGMENTS, Recording(source="a.wav", duration=10.0), 10.0),
        (SEGMENTS, Recording(source="a.wav", duration=3.0), 3.0),
        (SEGMENTS, Recording(source="a.wav", duration=0.0), 0.0),
        (SEGMENTS, Recording(source="a.wav"), 4.0),
        (SEGMENTS, None, 4.0),
        ((), None, 0.0),
    ],
)
def test_the_duration_is_that_of_the_recording_else_of_the_segments(
    segments: tuple[Segment, ...], recording: Recording | None, duration: float
) -> None:
    assert Annotation(segments=segments, recording=recording).duration == duration


@pytest.mark.parametrize(
    ("texts", "joined"),
    [
        (["one", "two"], "one two"),
        ([" one ", None, "", "  ", "two\n"], "one two"),
        ([None, ""], ""),
        ([], ""),
    ],
)
def test_the_text_is_all_transcripts_in_order(texts: list[str | None], joined: str) -> None:
    segments = tuple(Segment(start=i, end=i + 1, text=text) for i, text in enumerate(texts))
    assert Annotation(segments=segments).text == joined


def test_a_notebook_shows_one_row_per_segment() -> None:
    segments = (
        Segment(start=0.0, end=1.25, label="speech", speaker="Ann", text="hello"),
        Segment(start=61.0, end=62.0),
    )
    head, *rows = table(Annotation(segments=segments))
    assert (head[:2], head[3:]) == (["start", "end"], ["label", "speaker", "text"])
    assert rows == [
        ["00:00:00.000", "00:00:01.250", "", "speech", "Ann", "hello"],
        ["00:01:01.000", "00:01:02.000", "", "", "", ""],
    ]


def test_text_in_a_notebook_is_text_whatever_it_looks_like() -> None:
    text = "<script>alert(1)</script> & <b>\"bold\" 'quotes'"
    segment = Segment(start=0, end=1, label="<i>", speaker="a&amp;b", text=text)
    (row,) = table(Annotation(segments=(segment,)))[1:]
    assert row[3:] == ["<i>", "a&amp;b", text]


def test_the_kind_of_a_note_is_a_plain_word() -> None:
    note = Note(kind=NoteKind.UNAVAILABLE, message="no model")
    assert json.dumps([note.kind]) == '["unavailable"]'
    assert [NoteKind(word) for word in ("dropped", "warning", "unavailable")] == list(NoteKind)
