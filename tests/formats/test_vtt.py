"""WebVTT files of Earmark and of the world."""

from __future__ import annotations

import pytest

from earmark.core.annotation import Annotation
from earmark.core.segment import Segment
from earmark.errors import FormatError
from earmark.formats.vtt import dumps, loads


def test_a_file_looks_like_this() -> None:
    segments = (
        Segment(start=0, end=2, text="a --> b", speaker="Guest & <Host>"),
        Segment(start=3661.5, end=3663, text="plain"),
    )
    assert dumps(Annotation(segments=segments)) == (
        "WEBVTT\n"
        "\n"
        "00:00:00.000 --> 00:00:02.000\n<v Guest &amp; &lt;Host&gt;>a --&gt; b\n"
        "\n"
        "01:01:01.500 --> 01:01:03.000\nplain\n"
    )


CUE = "00:01.000 --> 00:02.500\n"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(CUE + "x", [(None, "x")], id="no hours"),
        pytest.param("intro\n" + CUE + "x", [(None, "x")], id="a name"),
        pytest.param("00:01.000 --> 00:02.500 align:start position:0%\nx", [(None, "x")], id="settings"),
        pytest.param(
            CUE + "<v.loud Second Guest>hi</v> <i>you</i>", [("Second Guest", "hi you")], id="voice and italics"
        ),
        pytest.param(CUE + "<v A>one</v>\n<v B>two</v>", [("A", "one"), ("B", "two")], id="two voices"),
        pytest.param(CUE + "so<00:01.500><c.yellow> what</c>", [(None, "so what")], id="times and colours"),
        pytest.param(CUE + "1 &lt; 2 &amp;&nbsp;3", [(None, "1 < 2 &\xa03")], id="entities"),
        pytest.param("NOTE a comment\nof two lines\n\n" + CUE + "x", [(None, "x")], id="note"),
        pytest.param("STYLE\n::cue { color: red }\n\n" + CUE + "x", [(None, "x")], id="style"),
        pytest.param(CUE, [(None, "")], id="no text"),
    ],
)
@pytest.mark.parametrize("head", ["WEBVTT\n\n", "\ufeffWEBVTT - a title\nKind: captions\nLanguage: en\n\n"])
def test_files_of_the_world_are_read(head: str, body: str, expected: list[tuple[str | None, str]]) -> None:
    read = loads(head + body, source="x.vtt").segments
    assert [(s.speaker, s.text) for s in read] == expected
    assert {(s.start, s.end) for s in read} == {(1.0, 2.5)}


@pytest.mark.parametrize(
    ("text", "where", "why"),
    [
        ("", 1, "no WebVTT"),
        ("1\n00:00:01,000 --> 00:00:02,000\nx", 1, "no WebVTT"),
        ("WEBVTT\n\nhello\n", 3, "expected a line of times"),
        ("WEBVTT\n\nname\n00:02.000 --> 00:01.000\nx", 4, "before it starts"),
        ("WEBVTT\n\n00:02.000 --> 1:2:3:4\nx", 3, "not a time"),
    ],
)
def test_nonsense_is_told_with_its_line(text: str, where: int, why: str) -> None:
    with pytest.raises(FormatError, match=why) as raised:
        loads(text, source="x.vtt")
    assert raised.value.line == where
