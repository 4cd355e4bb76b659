"""What speaches adds to OpenAI's audio API."""

from __future__ import annotations

import httpx
from tests.integrations.listening import FORM, Listening, form, silence, speech, two_people

from earmark.formats import rttm

CALL = ("file", "call.wav", "audio/wav", two_people())


def post(server: Listening, path: str, *parts: tuple[str, ...]) -> httpx.Response:
    headers = {"Authorization": f"Bearer {server.token}", **FORM}
    body = form(*parts)  # type: ignore[arg-type]
    return httpx.post(f"{server.url}/v1/audio/{path}", content=body, headers=headers, timeout=120)


def test_who_speaks_when(server: Listening) -> None:
    content = post(server, "diarization", CALL, ("model", "any")).json()  # type: ignore[arg-type]
    assert set(content) == {"duration", "segments"}
    assert content["duration"] == 16.0
    first = [turn for turn in content["segments"] if turn["speaker"] == "SPEAKER_00"]
    second = [turn for turn in content["segments"] if turn["speaker"] == "SPEAKER_01"]
    assert len(first) + len(second) == len(content["segments"])
    assert all(1 < turn["start"] < turn["end"] < 8 for turn in first)
    assert all(9 < turn["start"] < turn["end"] < 16 for turn in second)


def test_who_speaks_when_as_rttm(server: Listening) -> None:
    answer = post(server, "diarization", CALL, ("response_format", "rttm"))  # type: ignore[arg-type]
    assert answer.headers["content-type"].startswith("text/plain")
    read = rttm.FORMAT.loads(answer.text, source="answer")  # type: ignore[misc]
    assert {segment.speaker for segment in read.segments} == {"SPEAKER_00", "SPEAKER_01"}


def test_when_anybody_speaks(server: Listening) -> None:
    spans = post(server, "speech/timestamps", ("file", "a.wav", "audio/wav", speech())).json()  # type: ignore[arg-type]
    # The example says exactly when: 1.5 to 3.8 s and 4.7 to 7.17 s.
    assert [abs(span["start"] - begin) < 250 for span, begin in zip(spans, (1500, 4702), strict=True)] == [True, True]
    assert [abs(span["end"] - end) < 250 for span, end in zip(spans, (3802, 7171), strict=True)] == [True, True]


def test_nobody(server: Listening) -> None:
    night = ("file", "night.wav", "audio/wav", silence())
    assert post(server, "speech/timestamps", night).json() == []  # type: ignore[arg-type]
    assert post(server, "diarization", night).json() == {"duration": 2.0, "segments": []}  # type: ignore[arg-type]


def test_errors_are_those_of_openai(server: Listening) -> None:
    answer = post(server, "diarization", CALL, ("response_format", "srt"))  # type: ignore[arg-type]
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "response_format")
