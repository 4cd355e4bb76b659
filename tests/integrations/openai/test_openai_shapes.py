"""Annotations as OpenAI's audio API answers them, without a server."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import pytest
from openai.types.audio import TranscriptionDiarized, TranscriptionVerbose

from earmark.core.annotation import Annotation, Note, NoteKind
from earmark.core.project import Pipeline
from earmark.core.recording import Recording
from earmark.core.segment import Segment, Word
from earmark.core.transcription import Wanted
from earmark.integrations.form_fields import Fields
from earmark.integrations.openai_answers import Events, answer, error_of, letters
from earmark.integrations.openai_audio import Ask


def said(start: float, text: str, *, speaker: str | None = None, score: float | None = None) -> Segment:
    """A segment with a word every half second."""
    words = tuple(
        Word(text=word, start=start + number / 2, end=start + number / 2 + 0.4, score=score)
        for number, word in enumerate(text.split())
    )
    return Segment(
        start=start, end=words[-1].end, label="speech", text=text, words=words, speaker=speaker, language="fr"
    )


TALK = Annotation(
    segments=(
        said(0.5, "Bonjour. Tout va bien?", speaker="SPEAKER_00", score=0.5),
        Segment(start=2.5, end=5.0, label="silence"),
        said(5.0, "Oui, merci.", speaker="SPEAKER_01", score=0.25),
        said(7.0, "Alors on commence.", speaker="SPEAKER_00", score=1.0),
    ),
    recording=Recording(source="a.wav", duration=9.0, sample_rate=16_000, channels=1),
    language="fr",
)
SPEAKERS = Wanted(pipeline=Pipeline(diarizer="auto"))


def content(shape: str, *, wanted: Wanted = SPEAKERS, annotation: Annotation = TALK, **more: Any) -> dict[str, Any]:
    body, kind = answer(Ask(wanted=wanted, model="whisper-1", format=shape, **more), annotation)
    assert kind == "application/json"
    return dict(json.loads(body))


def test_sentences_are_segments() -> None:
    found = TranscriptionVerbose.model_validate(content("verbose_json"))
    assert [segment.text for segment in found.segments or ()] == [
        "Bonjour.",
        "Tout va bien?",
        "Oui, merci.",
        "Alors on commence.",
    ]
    assert found.language == "french"
    assert found.text == "Bonjour. Tout va bien? Oui, merci. Alors on commence."


def test_probabilities_are_those_of_the_words() -> None:
    segments = content("verbose_json")["segments"]
    assert [segment["avg_logprob"] for segment in segments] == pytest.approx(
        [math.log(0.5), math.log(0.5), math.log(0.25), 0.0], abs=1e-4
    )
    logprobs = content("json", logprobs=True)["logprobs"]
    assert [one["token"] for one in logprobs][:2] == ["Bonjour.", "Tout"]
    assert bytes(logprobs[0]["bytes"]).decode() == "Bonjour."


def test_people_of_a_diarized_answer() -> None:
    found = TranscriptionDiarized.model_validate(content("diarized_json"))
    assert [(segment.id, segment.speaker) for segment in found.segments] == [
        ("seg_000", "A"),
        ("seg_001", "A"),
        ("seg_002", "B"),
        ("seg_003", "A"),
    ]
    assert content("diarized_json")["diarization"]["enabled"] is True


def test_people_who_are_known_keep_their_names_and_come_last_in_a_stream() -> None:
    segments = tuple(replace(one, speaker="host") if one.speaker == "SPEAKER_01" else one for one in TALK.segments)
    wanted, named = replace(SPEAKERS, known=("host",)), replace(TALK, segments=segments)
    found = content("diarized_json", wanted=wanted, annotation=named)["segments"]
    assert [segment["speaker"] for segment in found] == ["A", "A", "host", "A"]

    events = Events(Ask(wanted=wanted, model="", format="diarized_json"))
    assert {event["type"] for event in events.of(TALK.segments)} == {"transcript.text.delta"}
    *turns, done = events.end(named)
    assert turns == found
    assert done["type"] == "transcript.text.done"


def test_where_speakers_could_not_be_told_apart_it_is_said_why() -> None:
    plain = Annotation(
        segments=(said(0, "Hello there."),),
        notes=(Note(kind=NoteKind.UNAVAILABLE, message="There is no diarizer on this machine."),),
    )
    found = content("diarized_json", annotation=plain)
    assert found["diarization"] == {"enabled": False, "reason": "There is no diarizer on this machine."}
    assert [segment["speaker"] for segment in found["segments"]] == ["UNKNOWN"]


def test_what_guards_dropped_is_no_warning() -> None:
    noted = Annotation(
        segments=(said(0, "Hello."),),
        notes=(
            Note(kind=NoteKind.DROPPED, message="it repeats itself", text="la la la"),
            Note(kind=NoteKind.WARNING, message="the recording is clipped"),
        ),
    )
    assert content("json", wanted=Wanted(), annotation=noted)["warnings"] == ["the recording is clipped"]
    assert set(content("json", wanted=Wanted())) == {"text", "usage"}


def test_japanese_has_no_spaces_between_sentences() -> None:
    talk = Annotation(segments=(said(0, "はい。"), said(2, "そうです。")))
    ask = Ask(wanted=Wanted(), model="whisper-1")
    assert content("json", wanted=Wanted(), annotation=talk)["text"] == "はい。そうです。"
    events = Events(ask)
    deltas = [event["delta"] for segment in talk.segments for event in events.of([segment])]
    assert "".join(deltas) == list(events.end(talk))[-1]["text"] == "はい。そうです。"


def test_deltas_make_up_the_text_however_pieces_are_cut() -> None:
    for size in (1, 2, 4):
        events = Events(Ask(wanted=Wanted(), model="whisper-1"))
        pieces = [TALK.segments[begin : begin + size] for begin in range(0, 4, size)]
        deltas = [event["delta"] for piece in pieces for event in events.of(piece)]
        assert "".join(deltas) == list(events.end(TALK))[-1]["text"]


def test_letters_go_on_after_z() -> None:
    names = [letters(index) for index in range(800)]
    assert names[:3] == ["A", "B", "C"]
    assert names[25:28] == ["Z", "AA", "AB"]
    assert len(set(names)) == 800


@pytest.mark.parametrize(
    ("status", "code", "ours", "theirs", "kind"),
    [
        (422, 400, "invalid_value", "invalid_value", "invalid_request_error"),
        (401, 401, "not_signed_in", "invalid_api_key", "invalid_request_error"),
        (404, 404, "no_such_address", "unknown_url", "invalid_request_error"),
        (429, 429, "queue_full", "rate_limit_exceeded", "rate_limit_error"),
        (500, 500, "engine_failed", "engine_failed", "server_error"),
        (503, 503, "store_unavailable", "store_unavailable", "server_error"),
    ],
)
def test_errors(status: int, code: int, ours: str, theirs: str, kind: str) -> None:
    found, headers, body = error_of({"status": status, "code": ours, "detail": "why"})
    assert found == code
    assert body == {"error": {"message": "why", "type": kind, "param": None, "code": theirs}}
    assert ("x-should-retry" in headers) == (status == 500)


def test_lists_are_written_in_two_ways_and_nul_is_left_out() -> None:
    fields = Fields([("a[]", "1"), ("a", " 2 "), ("a", ""), ("b[c]", "3"), ("t", "x\0y")])
    assert fields.many("a") == ["1", "2"]
    assert fields.text("b[c]") == "3"
    assert fields.text("t") == "xy"
    assert fields.text("nothing") is None
