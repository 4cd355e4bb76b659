"""Requests as clients of OpenAI's audio API write them, byte by byte, and what no client should send."""

from __future__ import annotations

import base64
import json
import socket
import time
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from tests.integrations.listening import FORM, Listening, form, listening, raw_speech, silence, speech

from earmark.core.job import JobState
from earmark.server.routes import openai_audio
from earmark.services import transcriptions

SPEECH = ("file", "meeting.wav", "audio/x-wav", speech())
SILENCE = ("file", "night.wav", "audio/x-wav", silence())
MODEL = ("model", "whisper-1")
NAME = ("known_speaker_names[]", "host")
SAMPLE = ("known_speaker_references[]", f"data:audio/wav;base64,{base64.b64encode(silence()).decode()}")


def post(server: Listening, body: bytes, path: str = "/v1/audio/transcriptions", **headers: str) -> httpx.Response:
    sent = {"Authorization": f"Bearer {server.token}", **FORM, **headers}
    return httpx.post(f"{server.url}{path}", content=body, headers=sent, timeout=120)


def error(answer: httpx.Response) -> dict[str, str]:
    """The error in an answer, which is nothing else."""
    content = answer.json()
    assert set(content) == {"error"}
    assert set(content["error"]) == {"message", "type", "param", "code"}
    assert answer.headers["content-type"] == "application/json"
    return dict(content["error"])


# As clients write them ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def truth(server: Listening) -> str:
    text = post(server, form(MODEL, SPEECH)).json()["text"]
    assert text
    return str(text)


def test_as_the_official_client_sends_it(server: Listening, truth: str) -> None:
    body = form(
        MODEL,
        ("chunking_strategy[type]", "server_vad"),
        ("chunking_strategy[threshold]", "0.5"),
        ("language", "en"),
        ("response_format", "verbose_json"),
        ("temperature", "0"),
        ("timestamp_granularities[]", "word"),
        ("timestamp_granularities[]", "segment"),
        SPEECH,
    )
    answer = post(server, body, Accept="application/json").json()
    assert answer["text"] == truth
    assert answer["words"]
    assert answer["segments"]
    assert list(answer)[:4] == ["task", "language", "duration", "text"]


def test_as_open_webui_sends_it(server: Listening, truth: str) -> None:
    # requests: the fields after the file, no Accept but */*.
    answer = post(server, form(SPEECH, MODEL, ("language", "en")), Accept="*/*")
    assert answer.json()["text"] == truth


def test_as_curl_sends_it_with_names_that_have_no_brackets(server: Listening, truth: str) -> None:
    body = form(SPEECH, ("timestamp_granularities", "word"), ("response_format", "verbose_json"), MODEL)
    assert " ".join(word["word"] for word in post(server, body).json()["words"]) == truth


@pytest.mark.parametrize(
    ("shape", "kind"),
    [
        ("json", "application/json"),
        ("text", "text/plain; charset=utf-8"),
        ("srt", "text/plain; charset=utf-8"),
        ("vtt", "text/vtt; charset=utf-8"),
    ],
)
def test_media_types(server: Listening, shape: str, kind: str) -> None:
    answer = post(server, form(SILENCE, MODEL, ("response_format", shape)))
    assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
    assert answer.text == {"json": answer.text, "text": "\n", "srt": "", "vtt": "WEBVTT\n"}[shape]


def test_bare_samples_as_speaches_takes_them(server: Listening, truth: str) -> None:
    body = form(MODEL, ("file", "audio.pcm", "audio/pcm", raw_speech()))
    assert post(server, body).json()["text"] == truth
    twice_as_fast = form(MODEL, ("file", "audio.pcm", "audio/pcm; rate=32000", raw_speech()))
    assert post(server, twice_as_fast).json()["usage"] == {"type": "duration", "seconds": 4.0}


def test_a_stream_on_the_line(server: Listening, truth: str) -> None:
    answer = post(server, form(SPEECH, MODEL, ("stream", "true")))
    assert answer.headers["content-type"].startswith("text/event-stream")
    *events, last = answer.text.removesuffix("\n\n").split("\n\n")
    assert last == "data: [DONE]"
    said = [json.loads(event.removeprefix("data: ")) for event in events if not event.startswith(":")]
    assert said[-1]["type"] == "transcript.text.done"
    assert said[-1]["text"] == truth


def test_a_stream_on_which_nothing_is_told_is_kept_open(server: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openai_audio, "KEEPALIVE_SECONDS", 0.2)
    headers = {"Authorization": f"Bearer {server.token}", **FORM}
    url, body = f"{server.url}/v1/audio/transcriptions", form(SPEECH, MODEL, ("stream", "true"))
    with server.idle(), httpx.stream("POST", url, content=body, headers=headers, timeout=60) as answer:
        lines = answer.iter_lines()
        assert [line for _, line in zip(range(4), lines, strict=False)] == [
            ": still at work",
            "",
            ": still at work",
            "",
        ]
        server.work.set()
        assert [line for line in lines if line][-1] == "data: [DONE]"


@pytest.mark.parametrize("name", ["X-API-Key", "x-api-key"])
def test_other_ways_to_send_a_key(server: Listening, name: str) -> None:
    body = form(SILENCE, MODEL)
    url = f"{server.url}/v1/audio/transcriptions"
    assert httpx.post(url, content=body, headers={**FORM, name: server.token}, timeout=60).status_code == 200
    assert httpx.post(url, content=body, headers=FORM, auth=("any", server.token), timeout=60).status_code == 200
    wrong = httpx.post(url, content=body, headers={**FORM, name: "em_wrong"}, timeout=60)
    assert (wrong.status_code, error(wrong)["code"]) == (401, "invalid_api_key")


def test_open_access_needs_no_key_but_no_page_of_another_site_may_use_it(open_server: Listening) -> None:
    url, body = f"{open_server.url}/v1/audio/transcriptions", form(SILENCE, MODEL)
    assert httpx.post(url, content=body, headers=FORM, timeout=60).status_code == 200
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert httpx.post(url, content=body, headers=FORM | headers, timeout=60).status_code == 403


def test_people_of_the_server_do_not_see_each_others_work(server: Listening) -> None:
    job = server.last(JobState.DONE)
    assert job.created_by == server.owner.user_id
    assert transcriptions.asker_of(job).integration == "openai"


# What makes no sense --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parts", "param"),
    [
        ((MODEL,), "file"),
        ((SPEECH,), "model"),
        ((SPEECH, ("model", "")), "model"),
        ((MODEL, ("file", "empty.wav", "audio/wav", b"")), "file"),
        ((MODEL, SILENCE, SILENCE), "file"),
        ((MODEL, ("audio", "a.wav", "audio/wav", silence())), "audio"),
        ((MODEL, ("file", "a.pcm", "audio/pcm;rate=9999999", b"\0\0")), "file"),
        ((MODEL, ("file", "no file name")), "file"),
        ((MODEL, SILENCE, ("response_format", "docx")), "response_format"),
        ((MODEL, SILENCE, ("temperature", "nan")), "temperature"),
        ((MODEL, SILENCE, ("temperature", "1e999")), "temperature"),
        ((MODEL, SILENCE, ("temperature", "2")), "temperature"),
        ((MODEL, SILENCE, ("temperature", "warm")), "temperature"),
        ((MODEL, SILENCE, ("language", "klingon")), "language"),
        ((MODEL, SILENCE, ("stream", "maybe")), "stream"),
        ((MODEL, SILENCE, ("timestamp_granularities[]", "letter")), "timestamp_granularities"),
        ((MODEL, SILENCE, ("include[]", "everything")), "include"),
        ((MODEL, SILENCE, ("chunking_strategy", "none")), "chunking_strategy"),
        ((MODEL, SILENCE, ("min_speakers", "0")), "min_speakers"),
        ((MODEL, SILENCE, ("min_speakers", "2.5")), "min_speakers"),
        ((MODEL, SILENCE, ("min_speakers", "3"), ("max_speakers", "2")), "min_speakers"),
        ((MODEL, SILENCE, NAME), "known_speaker_references"),
        ((MODEL, SILENCE, SAMPLE), "known_speaker_names"),
        ((MODEL, SILENCE, NAME, NAME, SAMPLE, SAMPLE), "known_speaker_names"),
        ((MODEL, SILENCE, ("known_speaker_names[]", "x" * 300), SAMPLE), "known_speaker_names"),
        (
            (MODEL, SILENCE, NAME, ("known_speaker_references[]", "https://example.org/a.wav")),
            "known_speaker_references",
        ),
        ((MODEL, SILENCE, NAME, ("known_speaker_references[]", "data:audio/wav;base64,?")), "known_speaker_references"),
    ],
)
def test_a_value_that_makes_no_sense_is_named(
    server: Listening, parts: tuple[tuple[str, str], ...], param: str
) -> None:
    before = len(server.jobs())
    answer = post(server, form(*parts))
    assert answer.status_code == 400
    assert (error(answer)["param"], error(answer)["type"]) == (param, "invalid_request_error")
    assert len(server.jobs()) == before


def test_a_language_that_the_engine_does_not_know(server: Listening) -> None:
    answer = post(server, form(MODEL, SILENCE, ("language", "fr")))
    assert answer.status_code == 400
    assert "English" in error(answer)["message"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--b0undary",
        form(MODEL, SPEECH)[:-30],
        form(MODEL, SPEECH)[: len(speech()) // 2],
        b"--b0undary\r\nContent-Disposition form-data\r\n\r\nx\r\n--b0undary--\r\n",
        form(SILENCE, MODEL, ("prompt", "x" * 70_000)),
        form(SILENCE, MODEL, *[("note", "x")] * 300),
        form(SILENCE, MODEL, ("x" * 20_000, "y")),
    ],
)
def test_forms_that_are_broken_or_huge(server: Listening, body: bytes) -> None:
    answer = post(server, body)
    assert answer.status_code == 400
    assert error(answer)["message"]
    assert not list(server.platform.uploads_dir.glob("*.part"))


@pytest.mark.parametrize(
    ("kind", "body"), [("application/json", b'{"model": "whisper-1"}'), ("audio/wav", b"RIFF"), ("text/plain", b"hi")]
)
def test_what_is_no_form(server: Listening, kind: str, body: bytes) -> None:
    answer = post(server, body, **{"Content-Type": kind})
    assert answer.status_code == 415
    assert error(answer)["code"] == "wrong_content_type"


def test_too_large_while_it_comes(server: Listening) -> None:
    def blocks() -> object:
        yield form(MODEL, SPEECH)[:-14]
        for _ in range(40):
            yield bytes(100_000)

    answer = httpx.post(
        f"{server.url}/v1/audio/transcriptions",
        content=blocks(),  # type: ignore[arg-type]
        headers={"Authorization": f"Bearer {server.token}", **FORM},
        timeout=60,
    )
    assert answer.status_code == 413
    assert error(answer)["code"] == "too_large"
    assert not list(server.platform.uploads_dir.glob("*.part"))


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/audio/transcriptions", 405),
        ("POST", "/v1/models", 405),
        ("POST", "/v1/chat/completions", 404),
        ("GET", "/v1/nothing", 404),
        ("GET", "/v1/models/%00", 400),
        ("DELETE", "/v1/models/whisper-1", 405),
    ],
)
def test_addresses_that_are_not_there(server: Listening, method: str, path: str, status: int) -> None:
    answer = httpx.request(method, server.url + path, headers={"Authorization": f"Bearer {server.token}"})
    assert answer.status_code == status
    assert error(answer)["type"] == "invalid_request_error"


def test_errors_of_our_own_interface_stay_problem_documents(server: Listening) -> None:
    answer = httpx.get(f"{server.url}/api/v1/nothing", headers={"Authorization": f"Bearer {server.token}"})
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_sender_that_breaks_off_leaves_nothing(server: Listening) -> None:
    place, before = urlsplit(server.url), len(server.jobs())
    with socket.create_connection((place.hostname, place.port), timeout=10) as line:
        head = f"POST /v1/audio/transcriptions HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {server.token}\r\n"
        line.sendall(head.encode() + f"Content-Type: {FORM['Content-Type']}\r\nContent-Length: 300000\r\n\r\n".encode())
        line.sendall(form(MODEL, SPEECH)[:150_000])
        time.sleep(0.2)
    until = time.monotonic() + 10
    while list(server.platform.uploads_dir.glob("*.part")):
        assert time.monotonic() < until
        time.sleep(0.05)
    assert len(server.jobs()) == before


def test_the_name_of_a_file_leads_nowhere(server: Listening) -> None:
    body = form(MODEL, ("file", "../../etc/passwd", "audio/wav", silence()))
    assert post(server, body).status_code == 200
    assert server.last(JobState.DONE).arguments["name"] == "passwd"


def test_prompts_are_cut_as_openai_does(whisper: Listening) -> None:
    prompt = " ".join(f"word{number}" for number in range(500))
    assert post(whisper, form(SILENCE, MODEL, ("prompt", prompt))).status_code == 200
    kept = transcriptions.wanted_of(whisper.last(JobState.DONE)).prompt
    assert kept is not None
    assert prompt.endswith(kept)
    assert 40 < len(kept.split()) < 150


def test_at_the_root_it_answers_too_and_our_pages_stay(tmp_path: Path) -> None:
    with listening(tmp_path, integration="openai") as server:
        assert post(server, form(SILENCE, MODEL), "/audio/transcriptions").json()["text"] == ""
        assert post(server, form(MODEL), "/audio/transcriptions").json()["error"]["param"] == "file"
        assert post(server, form(SILENCE, MODEL)).json()["text"] == ""
        assert httpx.get(f"{server.url}/models").headers["content-type"].startswith("text/html")
