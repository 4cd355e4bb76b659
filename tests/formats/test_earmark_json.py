"""Earmark's own format: stable keys, exact numbers, clear errors."""

from __future__ import annotations

import json
from typing import Any

import pytest

from earmark import formats
from earmark.core.annotation import Annotation, Note, NoteKind
from earmark.core.areas import Area
from earmark.core.recording import Recording
from earmark.core.segment import Segment, Word
from earmark.errors import FormatError, InvalidValue
from earmark.formats.earmark_json import dumps, loads

WHOLE = Annotation(
    segments=(
        Segment(
            start=0.1 + 0.2,
            end=1.0,
            channel=0,
            label="speech",
            text="",
            speaker="A",
            language="en",
            words=(Word(text="hi", start=0.5, end=0.75, score=0.5),),
            score=1 / 3,
            tags=(("species", "zebra finch"), ("species", "again")),
            low_hz=0.0,
            high_hz=8000.0,
        ),
    ),
    recording=Recording(source="a.wav", duration=2.0, sample_rate=8000, channels=1, container="wav", codec="pcm_s16le"),
    source="earmark 0.1.0",
    language="en",
    areas=(Area(start=0.0, end=1.5, channel=0), Area(start=1.5, end=2.0)),
    notes=(Note(kind=NoteKind.DROPPED, message="loop", start=1.5, end=2.0, channel=0, text="la la"),),
)


def test_the_keys_are_those_of_the_documentation() -> None:
    content = json.loads(dumps(WHOLE))
    assert list(content) == ["format", "version", "source", "language", "recording", "segments", "areas", "notes"]
    assert content["segments"] == [
        {
            "start": 0.30000000000000004,
            "end": 1.0,
            "channel": 0,
            "label": "speech",
            "text": "",
            "speaker": "A",
            "language": "en",
            "score": 1 / 3,
            "low_hz": 0.0,
            "high_hz": 8000.0,
            "tags": [["species", "zebra finch"], ["species", "again"]],
            "words": [{"word": "hi", "start": 0.5, "end": 0.75, "score": 0.5}],
        }
    ]
    assert content["areas"] == [{"start": 0.0, "end": 1.5, "channel": 0}, {"start": 1.5, "end": 2.0}]
    assert content["recording"]["codec"] == "pcm_s16le"
    assert content["notes"] == [
        {"kind": "dropped", "message": "loop", "start": 1.5, "end": 2.0, "channel": 0, "text": "la la"}
    ]


def test_keys_without_a_value_are_left_out() -> None:
    assert formats.segment_to_dict(Segment(start=0.0, end=1.0)) == {"start": 0.0, "end": 1.0}
    assert json.loads(dumps(Annotation(segments=()))) == {"format": "earmark-annotation", "version": 1, "segments": []}


def test_one_segment_stands_in_one_line() -> None:
    text = dumps(Annotation(segments=tuple(Segment(start=i, end=i + 1, text="a\nb") for i in range(3))))
    assert sum('"start"' in line for line in text.splitlines()) == 3


def test_keys_of_later_versions_are_passed_over() -> None:
    content = json.loads(dumps(WHOLE))
    content["mood"] = content["segments"][0]["mood"] = content["segments"][0]["words"][0]["mood"] = "good"
    assert loads(json.dumps(content), source="x") == WHOLE


def document(**changes: Any) -> str:
    return json.dumps({"format": "earmark-annotation", "version": 1, "segments": []} | changes)


def segment(**changes: Any) -> str:
    return document(segments=[{"start": 0, "end": 1}, {"start": 1, "end": 2} | changes])


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "not JSON"),
        ("{", "line 1: is not JSON"),
        ("[" * 100_000, "JSON"),
        ("[1, 2]", "not an annotation of Earmark"),
        (document(version=2), "version 2.*Update Earmark"),
        (document(version=None), "version None"),
        (document(segments=None), "'segments' is missing"),
        (document(segments={}), "segments: should be a list"),
        (document(segments=[1]), "segment 1: segment: should be an object, not 1"),
        (segment(start=None), "segment 2: segment: 'start' is missing"),
        (segment(start="1"), 'start: should be a number, not "1"'),
        (segment(start=True), "start: should be a number, not true"),
        (segment(start=-1), "segment 2: segment at -1.0 s: starts before"),
        (segment(end=0.5), "segment 2: .*ends .* before it starts"),
        (segment(channel=0.5), "channel: should be a whole number"),
        (segment(text=5), "text: should be a text, not 5"),
        (segment(score=1.5), "score lies between 0 and 1"),
        (segment(tags=[["a"]]), "tag 1: should be a pair"),
        (segment(words=[{"word": "a", "start": 2, "end": 1}]), "word 1: .*ends"),
        (segment(end=2).replace("2", "NaN", 1), "NaN is not a number"),
        (segment(end=float("inf")), "Infinity is not a number"),
        (segment(end=2).replace("2", "1e999"), "no finite number"),
        (segment(end=10**400), "no finite number"),
        (document(notes=[{"kind": "odd", "message": "x"}]), 'kind: should be one of dropped, .*not "odd"'),
        (document(recording={"source": "a", "sample_rate": 0}), "recording: .*sample rate of 0"),
    ],
)
def test_nonsense_is_told_with_its_place(text: str, why: str) -> None:
    with pytest.raises(FormatError, match=rf"^a\.json.*{why}"):
        loads(text, source="a.json")


def test_what_is_no_number_in_json_is_not_written() -> None:
    with pytest.raises(InvalidValue, match="not finite"):
        dumps(Annotation(segments=(), notes=(Note(kind=NoteKind.WARNING, message="x", start=float("nan")),)))
