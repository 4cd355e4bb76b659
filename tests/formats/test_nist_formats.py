"""RTTM and CTM, the formats of NIST."""

from __future__ import annotations

import pytest

from earmark import formats
from earmark.core.annotation import Annotation
from earmark.core.recording import Recording
from earmark.core.segment import Segment, Word
from earmark.errors import FormatError
from earmark.formats import ctm, rttm

TURN = "SPEAKER talk 1 0.5 1.5 <NA> <NA> guest <NA> <NA>\n"


def test_rttm_has_one_line_per_turn() -> None:
    segments = (
        Segment(start=2, end=3.25, speaker="Second Guest", score=0.5, channel=1),
        Segment(start=0.0004, end=1.0006, label="speech"),
        Segment(start=1, end=2, label="noise"),
    )
    recording = Recording(source="https://example.org/a/my talk.final.ogg?x=1")
    assert rttm.dumps(Annotation(segments=segments, recording=recording)) == (
        "SPEAKER my_talk.final 1 0.000 1.001 <NA> <NA> <NA> <NA> <NA>\n"
        "SPEAKER my_talk.final 2 2.000 1.250 <NA> <NA> Second_Guest 0.500000 <NA>\n"
    )


def test_rttm_of_the_world_is_read() -> None:
    text = (
        ";; a comment\n"
        "\n"
        "SPKR-INFO talk 1 <NA> <NA> <NA> adult_female guest <NA>\n"
        "LEXEME talk 1 0.5 0.2 hello lex guest 0.9\n"
        "SPEAKER\ttalk <NA> 0.1  0.2 <NA> <NA> <NA> 0.75\n" + TURN
    )
    assert rttm.loads(text, source="x.rttm") == Annotation(
        recording=Recording(source="talk"),
        segments=(
            Segment(start=0.1, end=0.3, label="speech", score=0.75),
            Segment(start=0.5, end=2, channel=0, label="speech", speaker="guest"),
        ),
    )


@pytest.mark.parametrize(
    ("text", "where", "why"),
    [
        (TURN + "SPEAKER talk 1 0.5 1.5\n", 2, "has 10 fields, not 5"),
        (TURN.replace("0.5", "half"), 1, "not a number: 'half'"),
        (TURN.replace("1.5", "-1.5"), 1, "before it starts"),
        (TURN.replace("0.5", "-0.5"), 1, "starts before"),
        (TURN.replace("0.5", "nan"), 1, "not a number"),
        (TURN.replace("talk 1", "talk 0"), 1, "channels count from 1"),
        (TURN.replace("SPEAKER", "WORD"), 1, "no RTTM line begins with 'WORD'"),
        (TURN + TURN.replace("talk", "other"), None, r"2 recordings \(talk, other\); make one file for each"),
    ],
)
def test_rttm_nonsense_is_told(text: str, where: int | None, why: str) -> None:
    with pytest.raises(FormatError, match=why) as raised:
        rttm.loads(text, source="x.rttm")
    assert raised.value.line == where


def test_ctm_has_one_line_per_word_by_channel_and_time() -> None:
    words = (Word(text="oh my", start=1.0, end=1.5, score=0.25), Word(text="god", start=1.5, end=1.75))
    segments = (
        Segment(start=1, end=2, channel=1, text="oh my god", words=words),
        Segment(start=5, end=6, text="no words"),
        Segment(start=2, end=3, channel=0, words=(Word(text="yes", start=2, end=3),)),
    )
    assert ctm.dumps(Annotation(segments=segments)) == (
        "recording 1 2.000 1.000 yes\nrecording 2 1.000 0.500 oh_my 0.250000\nrecording 2 1.500 0.250 god\n"
    )


def test_ctm_words_make_segments_up_to_a_pause() -> None:
    text = ";; comment\ntalk A 0.5 0.25 so 0.9\ntalk A 0.75 0.25 what\ntalk B 0.0 0.5 hm NA\ntalk A 3 1 then 1\n"
    read = ctm.loads(text, source="x.ctm")
    assert read.recording == Recording(source="talk")
    assert [(s.start, s.end, s.channel, s.text) for s in read.segments] == [
        (0.5, 1, 0, "so what"),
        (3, 4, 0, "then"),
        (0, 0.5, 1, "hm"),
    ]
    assert read.segments[0].words == (
        Word(text="so", start=0.5, end=0.75, score=0.9),
        Word(text="what", start=0.75, end=1),
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("talk 1 0.5 word\n", "5 or 6 fields, not 4"),
        ("talk 1 0.5 x word\n", "line 1: not a number: 'x'"),
        ("talk 1 0.5 1 word 7\n", "score lies between 0 and 1"),
        ("talk C 0.5 1 word\n", "not a whole number: 'C'"),
    ],
)
def test_ctm_nonsense_is_told(text: str, why: str) -> None:
    with pytest.raises(FormatError, match=why):
        ctm.loads(text, source="x.ctm")


def test_times_are_added_as_decimals() -> None:
    assert rttm.loads(TURN.replace("0.5 1.5", "0.1 0.2"), source="x").segments[0].end == 0.3


@pytest.mark.parametrize("name", ["rttm", "ctm"])
def test_an_empty_file_says_that_nobody_spoke(name: str) -> None:
    loads = formats.find(name).loads
    assert loads is not None
    assert loads("", source="x") == Annotation(segments=())
