"""Outputs of RunPod jobs: those of Hearback letter by letter, those of worker-faster_whisper in their shape."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from earmark.core.annotation import Annotation, Note, NoteKind
from earmark.core.project import Pipeline
from earmark.core.recording import Recording
from earmark.core.segment import SILENCE, SPEECH, Segment, Word
from earmark.core.transcription import Wanted
from earmark.errors import ModelNotFound
from earmark.integrations.runpod import output_of

FIRST = Segment(
    start=0.00049,
    end=2.5004,
    label=SPEECH,
    text=" Bonjour, je suis Pierre. ",
    speaker="SPEAKER_00",
    words=(
        Word(text="Bonjour,", start=0.0, end=0.4, score=0.9),
        Word(text="je", start=0.5, end=0.6, score=0.8),
        Word(text="suis", start=0.6, end=0.9, score=0.8),
        Word(text="Pierre.", start=1.0, end=1.5, score=0.7),
    ),
)
SECOND = Segment(start=3661.001, end=3662.0, label=SPEECH, text="A < B & C --> D", speaker="SPEAKER_01")
PAUSE = Segment(start=2.5, end=3.0, label=SILENCE)
MEETING = Annotation(
    segments=(SECOND, PAUSE, FIRST), recording=Recording(source="a", channels=1, duration=3670.276), language="fr"
)
ASKED = Wanted(pipeline=Pipeline(diarizer="auto"))


def hearback(annotation: Annotation, output: str = "json", *, words: bool = True, wanted: Wanted = ASKED) -> Any:
    return output_of(annotation, {"form": "hearback", "output": output, "words": words}, wanted, 45.304)


def nobody(annotation: Annotation = MEETING, **more: Any) -> Annotation:
    segments = tuple(replace(segment, speaker=None) for segment in annotation.segments)
    return replace(annotation, segments=segments, **more)


def test_json_is_hearbacks() -> None:
    assert hearback(MEETING) == {
        "transcription": {
            "text": "Bonjour, je suis Pierre. A < B & C --> D",
            "segments": [
                {
                    "start": 0.0,
                    "end": 2.5,
                    "text": "Bonjour, je suis Pierre.",
                    "speaker": "SPEAKER_00",
                    "words": [
                        {"word": "Bonjour,", "start": 0.0, "end": 0.4},
                        {"word": "je", "start": 0.5, "end": 0.6},
                        {"word": "suis", "start": 0.6, "end": 0.9},
                        {"word": "Pierre.", "start": 1.0, "end": 1.5},
                    ],
                },
                {"start": 3661.001, "end": 3662.0, "text": "A < B & C --> D", "speaker": "SPEAKER_01"},
            ],
        },
        "speakers": ["SPEAKER_00", "SPEAKER_01"],
        "language": "fr",
        "duration": 3670.28,
        "processing_time": 45.3,
    }


def test_srt_is_hearbacks_with_milliseconds_that_are_right() -> None:
    assert hearback(MEETING, "srt") == (
        "1\n00:00:00,000 --> 00:00:02,500\n[SPEAKER_00] Bonjour, je suis Pierre.\n\n"
        "2\n01:01:01,001 --> 01:01:02,000\n[SPEAKER_01] A < B & C --> D\n"
    )


def test_vtt_is_hearbacks_but_can_be_read_by_players() -> None:
    assert hearback(MEETING, "vtt") == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:02.500\n<v SPEAKER_00>Bonjour, je suis Pierre.\n\n"
        "01:01:01.001 --> 01:01:02.000\n<v SPEAKER_01>A &lt; B &amp; C --&gt; D\n"
    )


def test_who_is_not_known_is_unknown() -> None:
    said = hearback(nobody())
    assert [segment["speaker"] for segment in said["transcription"]["segments"]] == ["UNKNOWN", "UNKNOWN"]
    assert said["speakers"] == []
    assert hearback(nobody(), "srt").splitlines()[2] == "[UNKNOWN] Bonjour, je suis Pierre."
    assert "<v UNKNOWN>" in hearback(nobody(), "vtt")


@pytest.mark.parametrize(
    ("annotation", "diarizer", "reason"),
    [
        (nobody(), "none", "the input asked for no speakers"),
        (nobody(), "auto", "no speakers could be told apart"),
        (Annotation(segments=()), "auto", "nothing was said"),
        (
            nobody(notes=(Note(kind=NoteKind.UNAVAILABLE, message="There is no diarizer x on this machine."),)),
            "onnx",
            "There is no diarizer x on this machine.",
        ),
    ],
)
def test_without_speakers_it_says_why(annotation: Annotation, diarizer: str, reason: str) -> None:
    wanted = Wanted(pipeline=Pipeline(diarizer=diarizer))
    assert hearback(annotation, wanted=wanted)["diarization"] == {"enabled": False, "reason": reason}


def test_nothing_said_is_an_empty_output() -> None:
    said = hearback(Annotation(segments=(PAUSE,)))
    assert said["transcription"] == {"text": "", "segments": []}
    assert (said["language"], said["speakers"]) == ("unknown", [])
    assert hearback(Annotation(segments=()), "srt") == ""
    assert hearback(Annotation(segments=()), "vtt") == "WEBVTT\n"


def test_the_language_that_was_asked_for_stands_where_none_was_found() -> None:
    asked = Wanted(pipeline=Pipeline(language="fr"))
    assert hearback(replace(MEETING, language=None), wanted=asked)["language"] == "fr"


def test_words_are_left_out_where_they_are_not_wanted() -> None:
    assert "words" not in hearback(MEETING, words=False)["transcription"]["segments"][0]


def test_txt_names_who_speaks() -> None:
    assert hearback(MEETING, "txt").splitlines()[0] == "SPEAKER_00: Bonjour, je suis Pierre."


def test_speech_that_nobody_wrote_down_is_an_error_and_no_empty_text() -> None:
    note = Note(kind=NoteKind.UNAVAILABLE, message="There is no model small on this machine.")
    heard = Annotation(segments=(Segment(start=0, end=1, label=SPEECH),), notes=(note,))
    for output in ("json", "srt", "vtt", "txt"):
        with pytest.raises(ModelNotFound, match="no model small"):
            hearback(heard, output)


WORKER = {"form": "worker", "output": "plain_text", "words": False}


def test_the_other_workers_output_has_its_keys() -> None:
    wanted = Wanted(pipeline=Pipeline(model="turbo"), temperature=0.2)
    said: Any = output_of(nobody(), WORKER, wanted, 1.0, "cuda")
    assert list(said) == ["segments", "detected_language", "transcription", "translation", "device", "model"]
    assert said["transcription"] == "Bonjour, je suis Pierre. A < B & C --> D"
    assert (said["detected_language"], said["device"], said["model"]) == ("fr", "cuda", "turbo")
    first = said["segments"][0]
    assert set(first) == {
        *("id", "seek", "start", "end", "text", "tokens"),
        *("temperature", "avg_logprob", "compression_ratio", "no_speech_prob"),
    }
    assert first["avg_logprob"] == pytest.approx(-0.2270, abs=1e-3)
    assert said["segments"][1]["avg_logprob"] is None, "no word has a score: nothing is made up"


@pytest.mark.parametrize(
    ("output", "text"),
    [
        ("formatted_text", "Bonjour, je suis Pierre.\nA < B & C --> D"),
        ("srt", "1\n00:00:00,000 --> 00:00:02,500\nBonjour, je suis Pierre.\n\n2\n01:01:01,001 --> 01:01:02,000\n"),
        ("vtt", "WEBVTT\n\n00:00:00.000 --> 00:00:02.500\nBonjour, je suis Pierre.\n"),
    ],
)
def test_the_other_workers_texts(output: str, text: str) -> None:
    said: Any = output_of(MEETING, WORKER | {"output": output, "words": True}, ASKED, 1.0)
    assert said["transcription"].startswith(text)
    assert said["word_timestamps"][0] == {"word": "Bonjour,", "start": 0.0, "end": 0.4}


def test_a_translation_is_no_transcription() -> None:
    said: Any = output_of(MEETING, WORKER, replace(ASKED, task="translate"), 1.0)
    assert said["transcription"] is None
    assert said["translation"].startswith("Bonjour")
