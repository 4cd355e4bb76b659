"""CSV and TSV as Earmark writes them and as the world has them."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from earmark.core.annotation import Annotation
from earmark.core.segment import Segment
from earmark.errors import FormatError
from earmark.formats.table import COLUMNS, dumps, loads


def read(text: str) -> tuple[Segment, ...]:
    return loads(text, source="x.csv").segments


def seg(start: float, end: float, **fields: Any) -> Segment:
    return Segment(start=start, end=end, **fields)


@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_spreadsheets_read_what_we_write(delimiter: str) -> None:
    segment = seg(
        1e-7, 2, channel=1, label='a"b', text=f"x{delimiter}y\nz", score=0.5, tags=(("k;=", "v\\"),), low_hz=5
    )
    rows = list(
        csv.reader(io.StringIO(dumps(Annotation(segments=(segment,)), delimiter=delimiter)), delimiter=delimiter)
    )
    assert rows[0] == list(COLUMNS)
    assert rows[1][:4] == ["0.0000001", "2.0", "1", 'a"b']
    assert rows[1][6:] == [f"x{delimiter}y\nz", "0.5", "5.0", "", "k\\;\\==v\\\\"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("onset,offset,cluster\n1.07,1.154,0\n", seg(1.07, 1.154, label="0"), id="WhisperSeg"),
        pytest.param(
            "onset,offset,species,individual,clustername,filename,channelIndex\n0.0,0.12,zebra finch,b1,U,a.wav,1\n",
            seg(
                0,
                0.12,
                label="U",
                channel=1,
                tags=(("species", "zebra finch"), ("individual", "b1"), ("filename", "a.wav")),
            ),
            id="CallMark",
        ),
        pytest.param(
            "onset,offset,minFrequency,maxFrequency,species\n1,2,300,8000,finch\n",
            seg(1, 2, low_hz=300, high_hz=8000, label="finch"),
            id="CallMark with bands",
        ),
        pytest.param("onset_s,offset_s,label\n1,2,a\n", seg(1, 2, label="a"), id="simple-seq"),
        pytest.param("name,start_seconds,stop_seconds\na,1,2\n", seg(1, 2, label="a"), id="DAS"),
        pytest.param("labels\tstart\tstop\nmusic\t0.0\t22.48\n", seg(0, 22.48, label="music"), id="inaSpeechSegmenter"),
        pytest.param("Start (s), End (s), Text\n1, 2, hi\n", seg(1, 2, text="hi"), id="spaces behind commas"),
        pytest.param("Name\tStart\tDuration\nm\t1:02.500\t0:01.000\n", seg(62.5, 63.5, label="m"), id="Audition"),
        pytest.param("START;END;LABEL\n1,5;2,25;a,b\n", seg(1.5, 2.25, label="a,b"), id="decimal commas"),
        pytest.param("1,5;2,25;a\n", seg(1.5, 2.25, label="a"), id="decimal commas without header"),
        pytest.param("0.000\t2.680\tf000001\n", seg(0, 2.68, label="f000001"), id="start, end, label"),
        pytest.param(
            'f000001,0.000,2.680,"one, two"\n', seg(0, 2.68, text="one, two", tags=(("id", "f000001"),)), id="id first"
        ),
        pytest.param(
            'start\tend\ttext\n0\t2500\t"Hello," he said\n', seg(0, 2.5, text='"Hello," he said'), id="Whisper"
        ),
        pytest.param("start\tend\ttext\n0.0\t2.5\thi\n", seg(0, 2.5, text="hi"), id="not Whisper, for it has decimals"),
        pytest.param(",start,end,label\n0,1,2,a\n", seg(1, 2, label="a", tags=(("column 1", "0"),)), id="pandas index"),
        pytest.param("start,end,label\n1,2\n\n", seg(1, 2), id="short and blank rows"),
        pytest.param("start,end,tags\n1,2,loud; near\n", seg(1, 2, tags=(("tags", "loud; near"),)), id="foreign tags"),
        pytest.param(
            "Selection,View,Channel,Begin Time (s),End Time (s)\n1,Waveform 1,2,1,2\n1,Spectrogram 1,2,1,2\n",
            seg(1, 2, channel=1),
            id="Raven in commas",
        ),
    ],
)
def test_tables_of_the_world_are_read(text: str, expected: Segment) -> None:
    assert read(text) == (expected,)
    assert read(text.replace("\n", "\r\n")) == (expected,)


def test_numbered_rows_are_not_taken_for_times() -> None:
    rows = "".join(f"{i},{i * 2.5},{i * 2.5 + 2},text {i}\n" for i in range(1, 5))
    assert [s.start for s in read(rows)] == [2.5, 5.0, 7.5, 10.0]


def test_no_calls_is_no_segment() -> None:
    assert read("onset,offset,species\n-1,-1,-1\n") == ()


def test_formulas_are_texts() -> None:
    text = '=HYPERLINK("http://x")'
    assert read(dumps(Annotation(segments=(seg(0, 1, text=text),)), delimiter=","))[0].text == text


@pytest.mark.parametrize(
    ("text", "where", "why"),
    [
        ("", None, "is empty"),
        ("file,label\na.wav,dog\n", 1, "neither names its columns"),
        ("start,label\n1,dog\n", 1, "no column for the end"),
        ("start,end\n1,2\nx,2\n", 3, "not a number: 'x'"),
        ("start,end\n1,\n", 2, "not a number: ''"),
        ("start,end\n2,1\n", 2, "ends .* before it starts"),
        ("start,end\n-1,1\n", 2, "starts before the recording"),
        ("start,end\nnan,1\n", 2, "not a number: 'nan'"),
        ("start,end\n0,inf\n", 2, "not a number: 'inf'"),
        ("start,end\n0,1e999\n", 2, "not a number: '1e999'"),
        ("start,end,score\n0,1,87\n", 2, "score lies between 0 and 1"),
        ("start,end,channel\n0,1,left\n", 2, "not a whole number: 'left'"),
        ("start,end,low freq,high freq\n0,1,500,100\n", 2, "band ends at 100"),
        ('start,end,text\n0,1,"never closed\n', None, "is no table"),
        ("0.5,1.0,a\n1.0,x,b\n", 2, "not a number: 'x'"),
    ],
)
def test_nonsense_is_told_with_its_line(text: str, where: int | None, why: str) -> None:
    with pytest.raises(FormatError, match=rf"^x\.csv.*{why}") as raised:
        read(text)
    assert raised.value.line == where
