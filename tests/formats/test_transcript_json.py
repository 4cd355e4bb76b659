"""Transcript JSON, and files of Hearback."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earmark import formats
from earmark.core.annotation import Annotation, Note, NoteKind
from earmark.core.segment import Segment, Word
from earmark.core.transcript import transcript
from earmark.errors import FormatError
from earmark.formats.transcript import dumps, loads

if TYPE_CHECKING:
    from pathlib import Path

TALK = Annotation(
    segments=(
        Segment(
            start=1.0,
            end=2.5,
            text="Bonjour, je",
            speaker="SPEAKER_00",
            words=(Word(text="Bonjour,", start=1.0, end=1.5), Word(text="je", start=1.75, end=2.0)),
        ),
        Segment(start=3.0, end=3.5, text='"transcription" & co'),
    ),
    language="fr",
)


def test_a_file_looks_like_this() -> None:
    assert dumps(TALK, processing_time=0.256) == (
        "{\n"
        '  "transcription": {\n'
        '    "text": "Bonjour, je \\"transcription\\" & co",\n'
        '    "segments": [\n'
        '      {"start": 1.0, "end": 2.5, "text": "Bonjour, je", "speaker": "SPEAKER_00", '
        '"words": [{"word": "Bonjour,", "start": 1.0, "end": 1.5}, {"word": "je", "start": 1.75, "end": 2.0}]},\n'
        '      {"start": 3.0, "end": 3.5, "text": "\\"transcription\\" & co", "speaker": "UNKNOWN"}\n'
        "    ]\n"
        "  },\n"
        '  "speakers": ["SPEAKER_00"],\n'
        '  "language": "fr",\n'
        '  "duration": 3.5,\n'
        '  "processing_time": 0.26\n'
        "}\n"
    )


def test_it_is_read_back(tmp_path: Path) -> None:
    assert loads(dumps(TALK), source="x") == TALK
    for name in ("a.transcript.json", "a.json"):
        (tmp_path / name).write_text(dumps(TALK))
        assert formats.read(tmp_path / name) == TALK


def test_why_there_are_no_speakers_is_read_back() -> None:
    note = Note(kind=NoteKind.UNAVAILABLE, message="no model for speakers")
    told = Annotation(segments=(Segment(start=0, end=1, text="a"),), notes=(note,))
    assert loads(dumps(told), source="x") == told


def test_other_json_with_the_same_words_is_not_taken_for_a_transcript(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('{"onset": [1], "offset": [2], "cluster": ["transcription"]}')
    assert formats.read(path).segments[0].label == "transcription"
    heard = Annotation(segments=(Segment(start=0, end=1, text="onset", words=(Word(text="onset", start=0, end=1),)),))
    path.write_text(dumps(heard))
    assert formats.read(path) == heard


def test_words_without_times_share_out_the_gap_around_them() -> None:
    """As Hearback writes numbers, for example, which its aligner cannot place."""
    words = [
        {"word": "for", "start": 4.0, "end": 4.2},
        {"word": "30", "start": 0, "end": 0},
        {"word": "5", "start": 0, "end": 0},
        {"word": "euros", "start": 5.2, "end": 5.5},
        {"word": "only"},
    ]
    segment = {"start": 4.0, "end": 6.0, "text": "for 30 5 euros only", "speaker": "UNKNOWN", "words": words}
    text = json.dumps({"transcription": {"text": "x", "segments": [segment]}, "speakers": [], "language": "unknown"})
    read = loads(text, source="x")
    assert read.language is None
    assert [(w.text, round(w.start, 3), round(w.end, 3)) for w in read.segments[0].words] == [
        ("for", 4.0, 4.2),
        ("30", 4.2, 4.7),
        ("5", 4.7, 5.2),
        ("euros", 5.2, 5.5),
        ("only", 5.5, 6.0),
    ]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[]", "no transcript"),
        ('{"transcription": "text"}', "no transcript"),
        ('{"transcription": {"text": "a"}}', "'segments' is missing"),
        ('{"transcription": {"segments": [{"start": 2, "end": 1}]}}', "segments: segment 1: .*before it starts"),
        ('{"transcription": {"segments": [{"start": "a", "end": 1}]}}', "segment, start: should be a number"),
        ('{"transcription": {"segments": []}, "language": 5}', "language: should be a text"),
    ],
)
def test_nonsense_is_told(text: str, why: str) -> None:
    with pytest.raises(FormatError, match=why):
        loads(text, source="x.json")


milliseconds = st.integers(1, 10**8).map(lambda ms: ms / 1000)
texts = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20).filter(lambda text: text == text.strip())
said = st.builds(
    lambda start, length, text, speaker, words: Segment(
        start=start,
        end=start + length,
        text=text,
        speaker=speaker,
        words=tuple(Word(text=word, start=start, end=start) for word in words),
    ),
    milliseconds,
    st.just(0.0),
    texts,
    st.sampled_from([None, "SPEAKER_00", "A guest"]),
    st.lists(texts, max_size=3),
)


@given(st.lists(said, max_size=5))
@settings(max_examples=60, deadline=None)
def test_milliseconds_come_back_exactly(segments: list[Segment]) -> None:
    annotation = Annotation(segments=tuple(sorted(segments, key=lambda s: (s.start, s.end))), language="en")
    read = loads(dumps(annotation), source="x")
    assert read == annotation
    assert transcript(read) == transcript(annotation) == {**json.loads(dumps(annotation)), "processing_time": None}
