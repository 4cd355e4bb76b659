"""Raven selection tables."""

from __future__ import annotations

import pytest

from earmark.core.annotation import Annotation
from earmark.core.recording import Recording
from earmark.core.segment import Segment
from earmark.errors import FormatError
from earmark.formats.raven import dumps, loads


def read(text: str) -> tuple[Segment, ...]:
    return loads(text, source="x.txt").segments


def test_a_table_has_the_columns_that_raven_wants() -> None:
    recording = Recording(source="a.wav", sample_rate=32000)
    segments = (
        Segment(start=1.5, end=2.0, channel=1, label="song", low_hz=500.0, high_hz=8000.0),
        Segment(start=3.0, end=4.0, text="with\ttab", tags=(("species", "finch"),)),
    )
    assert dumps(Annotation(segments=segments, recording=recording)) == (
        "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tAnnotation"
        "\tLow Freq (Hz)\tHigh Freq (Hz)\tTranscript\tTags\n"
        "1\tSpectrogram 1\t2\t1.5\t2.0\tsong\t500.0\t8000.0\t\t\n"
        "2\tSpectrogram 1\t1\t3.0\t4.0\t\t0.0\t16000.0\twith tab\tspecies=finch\n"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\tHigh Freq (Hz)\tAnnotation\n"
            "1\tWaveform 1\t1\t0.5\t1.5\t\t\tcall\n"
            "1\tSpectrogram 1\t1\t0.5\t1.5\t500\t8000\tcall\n",
            Segment(start=0.5, end=1.5, channel=0, low_hz=500, high_hz=8000, label="call"),
            id="one selection in two views, whole frequencies",
        ),
        pytest.param(
            "Begin Time (s)\tDelta Time (s)\tSpecies\tSelection\n0.5\t1.0\tfinch\t7\n",
            Segment(start=0.5, end=1.5, label="finch"),
            id="other order, a duration, no frequencies",
        ),
        pytest.param(
            "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tCommon Name\tSpecies Code\tConfidence\tBegin Path"
            "\n"
            "1\tSpectrogram 1\t1\t0\t3\tBlue Tit\tblutit\t0.9123\t/x/a.wav\n",
            Segment(
                start=0,
                end=3,
                channel=0,
                label="Blue Tit",
                score=0.9123,
                tags=(("Species Code", "blutit"), ("Begin Path", "/x/a.wav")),
            ),
            id="BirdNET",
        ),
        pytest.param(
            'Selection\tBegin Time (s)\tEnd Time (s)\tNote\n1\t0\t3\t"quoted" as it is\n',
            Segment(start=0, end=3, tags=(("Note", '"quoted" as it is'),)),
            id="quotes are letters",
        ),
        pytest.param(
            '"Selection"\t"Begin Time (s)"\t"End Time (s)"\t"annotation"\n1\t0\t3\t"call"\n',
            Segment(start=0, end=3, label="call"),
            id="quoted by R",
        ),
    ],
)
def test_tables_of_the_world_are_read(text: str, expected: Segment) -> None:
    assert read(text) == (expected,)


def test_two_selections_at_one_time_stay_two() -> None:
    text = "Selection\tBegin Time (s)\tEnd Time (s)\n1\t0\t1\n2\t0\t1\n"
    assert len(read(text)) == 2


@pytest.mark.parametrize(
    ("text", "where", "why"),
    [
        ("", 1, "names 'Selection'"),
        ("start\tend\n1\t2\n", 1, "names 'Selection'"),
        ("Selection\tBegin Time (s)\n1\t2\n", 1, "no column for the end"),
        ("Selection\tChannel\tBegin Time (s)\tEnd Time (s)\n1\t0\t1\t2\n", 2, "channels count from 1"),
        ("Selection\tBegin Time (s)\tEnd Time (s)\n1\t0\t1\n2\t3\t1\n", 3, "before it starts"),
    ],
)
def test_nonsense_is_told_with_its_line(text: str, where: int, why: str) -> None:
    with pytest.raises(FormatError, match=why) as raised:
        read(text)
    assert raised.value.line == where
