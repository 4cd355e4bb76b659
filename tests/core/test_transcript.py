"""A recording as a transcript."""

from __future__ import annotations

import pytest

from earmark.core.annotation import Annotation, Note, NoteKind
from earmark.core.recording import Recording
from earmark.core.segment import Segment, Word
from earmark.core.transcript import Paragraphs, language_of, paragraphs, transcript

BONJOUR = Segment(
    start=0.0,
    end=2.5004,
    label="speech",
    text=" Bonjour, je suis là. ",
    speaker="SPEAKER_01",
    language="fr",
    words=(Word(text="Bonjour,", start=0.0, end=0.4006, score=0.9), Word(text="je", start=0.5, end=0.6)),
    score=0.9,
)
MEETING = Annotation(
    segments=(
        Segment(start=8.0, end=9.0, label="speech", text="Enchanté."),
        Segment(start=4.0, end=5.0, label="speech", text="Bien.", speaker="SPEAKER_00"),
        Segment(start=2.5, end=4.0, label="silence"),
        Segment(start=3.0, end=3.5, label="speech", text="  "),
        BONJOUR,
    ),
    recording=Recording(source="meeting.mp3", duration=260.276),
    language="fr",
)


def test_a_transcript_has_the_shape_that_its_clients_expect() -> None:
    assert transcript(MEETING, processing_time=45.304) == {
        "transcription": {
            "text": "Bonjour, je suis là. Bien. Enchanté.",
            "segments": [
                {
                    "start": 0.0,
                    "end": 2.5,
                    "text": "Bonjour, je suis là.",
                    "speaker": "SPEAKER_01",
                    "words": [
                        {"word": "Bonjour,", "start": 0.0, "end": 0.401},
                        {"word": "je", "start": 0.5, "end": 0.6},
                    ],
                },
                {"start": 4.0, "end": 5.0, "text": "Bien.", "speaker": "SPEAKER_00"},
                {"start": 8.0, "end": 9.0, "text": "Enchanté.", "speaker": "UNKNOWN"},
            ],
        },
        "speakers": ["SPEAKER_00", "SPEAKER_01"],
        "language": "fr",
        "duration": 260.28,
        "processing_time": 45.3,
    }


def test_what_is_not_known_is_said() -> None:
    said = transcript(Annotation(segments=()))
    assert said == {
        "transcription": {"text": "", "segments": []},
        "speakers": [],
        "language": "unknown",
        "duration": 0.0,
        "processing_time": None,
    }


@pytest.mark.parametrize(
    ("kind", "speaker", "expected"),
    [
        (NoteKind.UNAVAILABLE, None, {"enabled": False, "reason": "speakers are not told apart: no model"}),
        (NoteKind.WARNING, "SPEAKER_00", {"enabled": True, "reason": "speakers are not told apart: no model"}),
        (NoteKind.DROPPED, None, None),
    ],
)
def test_why_there_are_no_speakers_is_said(kind: NoteKind, speaker: str | None, expected: object) -> None:
    notes = (
        Note(kind=NoteKind.WARNING, message="the recording is quiet"),
        Note(kind=kind, message="speakers are not told apart: no model"),
    )
    annotation = Annotation(segments=(Segment(start=0, end=1, text="a", speaker=speaker),), notes=notes)
    assert transcript(annotation).get("diarization") == expected


def test_the_speaker_unknown_is_nobody() -> None:
    said = transcript(Annotation(segments=(Segment(start=0, end=1, text="a", speaker="UNKNOWN"),)))
    assert said["speakers"] == []


def test_japanese_sentences_are_joined_without_spaces() -> None:
    segments = (Segment(start=0, end=1, text="はい。"), Segment(start=1, end=2, text="そうです。"))
    assert transcript(Annotation(segments=segments))["transcription"]["text"] == "はい。そうです。"


def test_the_language_is_that_of_the_most_speech() -> None:
    segments = (
        Segment(start=0, end=1, text="a", language="en"),
        Segment(start=1, end=2, text="b", language="de"),
        Segment(start=2, end=3.5, text="c", language="de"),
        Segment(start=4, end=99, label="noise", language="fr"),
    )
    assert language_of(Annotation(segments=segments)) == "de"
    assert language_of(Annotation(segments=segments, language="en")) == "en"


def test_a_paragraph_lasts_until_another_speaks_or_nobody_does() -> None:
    said = [
        (0, 1, "host", "Hello."),
        (1, 2, "host", "Welcome."),
        (2, 3, "guest", "Thank\nyou."),
        (3, 4, "host", "So."),
        (9, 10, "host", "Later."),
        (10, 11, None, "Who?"),
    ]
    segments = tuple(Segment(start=a, end=b, speaker=who, text=text) for a, b, who, text in said)
    found = [(p.start, p.end, p.speaker, p.text) for p in paragraphs(Annotation(segments=segments))]
    assert found == [
        (0, 2, "host", "Hello. Welcome."),
        (2, 3, "guest", "Thank you."),
        (3, 4, "host", "So."),
        (9, 10, "host", "Later."),
        (10, 11, None, "Who?"),
    ]


def test_a_monologue_has_paragraphs_of_half_a_page() -> None:
    segments = tuple(Segment(start=n, end=n + 1, speaker="host", text="x" * 99) for n in range(100))
    lengths = [len(paragraph.text) for paragraph in paragraphs(Annotation(segments=segments))]
    assert sum(lengths) - lengths.count(0) >= 9_900
    assert all(1_500 <= length <= 1_700 for length in lengths[:-1])
    assert len(lengths) == 7


def test_paragraphs_are_the_same_however_their_segments_come() -> None:
    segments = [
        Segment(start=float(i), end=i + 0.9, text=f"Sentence {i}.", speaker=f"SPEAKER_0{i // 3 % 2}") for i in range(20)
    ]
    for size in (1, 2, 7, 20):
        gathered = Paragraphs()
        found = [paragraph for at in range(0, 20, size) for paragraph in gathered.add(segments[at : at + size])]
        assert (*found, *gathered.rest()) == paragraphs(Annotation(segments=tuple(segments)))
        assert not list(gathered.rest())
