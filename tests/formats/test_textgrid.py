"""Praat TextGrids, in both forms, from Earmark and from elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from earmark.core.annotation import Annotation
from earmark.core.recording import Recording
from earmark.core.segment import Segment, Word
from earmark.errors import FormatError
from earmark.formats.textgrid import dumps, loads

if TYPE_CHECKING:
    from pathlib import Path

SHORT = """File type = "ooTextFile"
Object class = "TextGrid"

0
3
<exists>
2
"IntervalTier"
"Singer"
0
3
3
0
1
""
1
2
"he said ""item [1]:""
twice"
2
3
" "
"TextTier"
"bell"
0
3
1
2.5
"ding"
"""
SINGER = Segment(start=1, end=2, text='he said "item [1]:"\ntwice', tags=(("tier", "Singer"),))
BELL = Segment(start=2.5, end=2.5, text="ding", tags=(("tier", "bell"),))


def read(text: str) -> tuple[Segment, ...]:
    return loads(text, source="x.TextGrid").segments


def tier_names(text: str) -> list[str]:
    return [line.split('"')[1] for line in text.splitlines() if line.strip().startswith("name =")]


@pytest.mark.parametrize(
    "text",
    [
        SHORT,
        SHORT.replace("\n", "\r\n").replace('""item [1]:""\r\n', '""item [1]:""\n'),
        SHORT.replace('"ooTextFile"', '"ooTextFile short"').replace('Object class = "TextGrid"', '"TextGrid"'),
        SHORT.replace("3\n<exists>", '3 ! a comment with "quotes" and 5 numbers\n<exists>'),
    ],
)
def test_the_short_form_is_read(text: str) -> None:
    assert read(text) == (SINGER, BELL)


def test_the_long_form_says_the_same() -> None:
    text = dumps(Annotation(segments=(SINGER, BELL)))
    assert "intervals [2]:" in text
    assert tier_names(text) == ["Singer", "bell points"]
    assert read(text)[0] == SINGER


def test_tiers_are_named_after_what_they_hold_and_overlap_goes_to_further_tiers() -> None:
    segments = (
        Segment(start=0, end=2, label="speech", text="hello", speaker="A", channel=0),
        Segment(start=1, end=3, label="speech", text="hi", speaker="B", channel=0),
        Segment(start=0, end=3, label="noise", channel=1),
        Segment(start=3, end=4),
    )
    text = dumps(Annotation(segments=segments))
    assert tier_names(text) == [
        "label",
        "label ch1",
        "speaker ch1",
        "text ch1",
        "label ch1 #2",
        "speaker ch1 #2",
        "text ch1 #2",
        "label ch2",
    ]
    assert set(read(text)) == set(segments)


def test_words_stand_on_their_own_tier() -> None:
    words = (Word(text="oh", start=0.5, end=0.5), Word(text="well", start=0.5, end=1.0))
    text = dumps(Annotation(segments=(Segment(start=0, end=1, text="oh well", words=words),)))
    assert tier_names(text) == ["text", "words"]
    (segment,) = read(text)
    assert segment.words == words[1:]


def test_words_of_a_forced_aligner_are_segments_each() -> None:
    text = SHORT.replace('"Singer"', '"words"')
    assert [(s.start, s.end, s.tag("tier")) for s in read(text)] == [(1, 2, "words"), (2.5, 2.5, "bell")]


def test_the_grid_is_as_long_as_the_recording() -> None:
    text = dumps(Annotation(segments=(), recording=Recording(source="a.wav", duration=12.5)))
    assert "xmax = 12.5" in text
    assert read(text) == ()


def test_another_library_reads_what_we_write_and_we_what_it_writes(tmp_path: Path) -> None:
    textgrid = pytest.importorskip("praatio.textgrid")
    segments = (
        Segment(start=0.25, end=1.5, label="speech", text='say "hi"'),
        Segment(start=1.5, end=2.0, label="noise"),
        Segment(start=3.0, end=3.0, label="click"),
    )
    path = tmp_path / "ours.TextGrid"
    path.write_text(dumps(Annotation(segments=segments)), encoding="utf-8")
    theirs = textgrid.openTextgrid(str(path), includeEmptyIntervals=False)
    assert [tuple(entry) for entry in theirs.getTier("label").entries] == [(0.25, 1.5, "speech"), (1.5, 2.0, "noise")]
    assert [tuple(entry) for entry in theirs.getTier("text").entries] == [(0.25, 1.5, 'say "hi"')]
    assert [tuple(entry) for entry in theirs.getTier("label points").entries] == [(3.0, "click")]
    for form in ("short_textgrid", "long_textgrid"):
        theirs.save(str(path), format=form, includeBlankSpaces=True)
        assert set(read(path.read_text(encoding="utf-8"))) == set(segments)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is no TextGrid"),
        ("ooBinaryFile\x08TextGrid", "binary TextGrid; save it in Praat as text"),
        (SHORT.replace("TextGrid", "Collection"), "is no TextGrid"),
        (SHORT[:90], "the file ends where the"),
        (SHORT.replace("1\n2\n", "2\n1\n", 1), "line 18: .*before it starts"),
        (SHORT.replace("1\n2\n", "1\n1e999\n", 1), "not a number"),
        (SHORT.replace("1\n2\n", "1\nnan\n", 1), "expected the xmax of an interval"),
        (
            SHORT.replace('"IntervalTier"', '"PitchTier"'),
            "line 8: a tier is an IntervalTier or a TextTier, not 'PitchTier'",
        ),
        (SHORT.removesuffix('"\n'), "never closed"),
        (SHORT.replace("<exists>\n2", "<exists>\n3"), "the file ends where the class of a tier"),
        (SHORT.replace("<exists>\n2", "<exists>\n2.5"), "not a whole number"),
    ],
)
def test_nonsense_is_told_with_its_place(text: str, why: str) -> None:
    with pytest.raises(FormatError, match=rf"^x\.TextGrid.*{why}"):
        read(text)
