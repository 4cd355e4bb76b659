"""The API of whisper-asr-webservice, with the requests that Bazarr sends."""

from __future__ import annotations

import httpx
import pytest
from tests.integrations.listening import FORM, Listening, form, raw_speech, silence, speech

from earmark.core.job import JobState
from earmark.formats import srt, vtt
from earmark.services import transcriptions

FILE = ("audio_file", "meeting.wav", "audio/x-wav", speech())
RAW = ("audio_file", "audio_file", "", raw_speech())
"""As Bazarr sends it: requests names a file that has no name by its field, and gives no media type."""


def post(server: Listening, path: str, part: tuple[str, str, str, bytes] = FILE, **query: object) -> httpx.Response:
    # Bazarr knows a URL and no key: it is the password in the URL.
    return httpx.post(
        server.url + path,
        params={name: str(value) for name, value in query.items()},
        content=form(part),
        headers=FORM | {"User-Agent": "Subliminal/2.1", "Accept": "*/*"},
        auth=("bazarr", server.token),
        timeout=120,
    )


@pytest.fixture(scope="module")
def truth(server: Listening) -> str:
    text = post(server, "/asr").text
    assert len(text.split()) > 5
    return " ".join(text.split())


def test_bazarr_gets_subtitles(server: Listening, truth: str) -> None:
    answer = post(server, "/asr", RAW, task="transcribe", language="en", output="srt", encode="false")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["asr-engine"] == "pocketsphinx"
    assert answer.headers["content-disposition"] == 'attachment; filename="audio_file.srt"'
    cues = srt.loads(answer.text, source="answer").segments
    assert " ".join(cue.text or "" for cue in cues) == truth
    assert 1 < cues[0].start < cues[-1].end < 8


def test_bazarr_asks_which_language_is_spoken(whisper: Listening) -> None:
    # Of a whole film only the beginning is kept.
    film = ("audio_file", "audio_file", "", raw_speech() * 20)
    answer = post(whisper, "/detect-language", film, encode="false")
    assert answer.status_code == 200
    found = answer.json()
    assert set(found) == {"detected_language", "language_code", "confidence"}
    assert len(found["language_code"]) in (2, 3)
    assert found["detected_language"].islower()
    assert 0 < found["confidence"] <= 1
    job = whisper.last(JobState.DONE)
    assert transcriptions.wanted_of(job).task == "detect"
    assert not list(whisper.platform.files.list(transcriptions.folder_of(job.id)))


def test_an_engine_of_one_language_does_not_say_that_it_heard_it(server: Listening) -> None:
    answer = post(server, "/detect-language")
    assert answer.status_code == 422
    assert "English only" in answer.json()["detail"]


@pytest.mark.parametrize("output", ["txt", "vtt", "srt", "tsv", "json"])
def test_outputs(server: Listening, truth: str, output: str) -> None:
    answer = post(server, "/asr", output=output, word_timestamps="true")
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["content-disposition"] == f'attachment; filename="meeting.wav.{output}"'
    if output == "json":
        content = answer.json()
        assert list(content) == ["language", "segments", "text"]
        assert (content["language"], content["text"]) == ("en", truth)
        words = [word for segment in content["segments"] for word in segment["words"]]
        assert " ".join(word["word"].strip() for word in words) == truth
    elif output == "tsv":
        head, *rows = answer.text.splitlines()
        assert head == "start\tend\ttext"
        assert " ".join(row.split("\t")[2] for row in rows) == truth
        assert all(row.split("\t")[0].isdecimal() for row in rows)
    elif output == "txt":
        assert " ".join(answer.text.split()) == truth
    else:
        cues = {"srt": srt.loads, "vtt": vtt.loads}[output](answer.text, source="answer").segments
        assert " ".join(cue.text or "" for cue in cues) == truth


def test_silence_is_an_empty_answer(server: Listening) -> None:
    night = ("audio_file", "night.wav", "audio/wav", silence())
    assert post(server, "/asr", night).text == ""
    assert post(server, "/asr", night, output="json").json() == {"language": None, "segments": [], "text": ""}


def test_a_name_cannot_leave_its_header(server: Listening) -> None:
    name = "../a b%22; x=%0d%0aé.wav"
    answer = post(server, "/asr", ("audio_file", name, "audio/wav", silence()), output="srt")
    assert answer.status_code == 200
    assert "\n" not in answer.headers["content-disposition"]
    assert answer.headers["content-disposition"].count('"') == 2


def test_open_access_takes_what_sends_no_key(open_server: Listening) -> None:
    night = form(("audio_file", "night.wav", "audio/wav", silence()))
    assert httpx.post(f"{open_server.url}/asr", content=night, headers=FORM, timeout=60).status_code == 200
    cross = FORM | {"Origin": "https://evil.example"}
    assert httpx.post(f"{open_server.url}/asr", content=night, headers=cross, timeout=60).status_code == 403


def test_without_a_key_nothing_is_told(server: Listening) -> None:
    answer = httpx.post(f"{server.url}/asr", content=form(FILE), headers=FORM, timeout=60)
    assert answer.status_code == 401
    answer = httpx.post(f"{server.url}/asr", content=form(FILE), headers=FORM, auth=("x", "em_wrong"), timeout=60)
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "query",
    [
        {"output": "docx"},
        {"task": "sing"},
        {"language": "klingon"},
        {"encode": "perhaps"},
        {"diarize": "true", "min_speakers": "-1"},
    ],
)
def test_a_value_that_makes_no_sense_is_named(server: Listening, query: dict[str, str]) -> None:
    answer = post(server, "/asr", **query)
    assert answer.status_code == 422
    assert list(query)[-1] in answer.json()["detail"]


def test_no_file_an_empty_file_and_no_recording(server: Listening) -> None:
    assert post(server, "/asr", ("file", "a.wav", "audio/wav", silence())).status_code == 422
    assert post(server, "/asr", ("audio_file", "a.wav", "audio/wav", b"")).status_code == 422
    assert post(server, "/asr", ("audio_file", "a", "", b""), encode="false").status_code == 422
    page = post(server, "/asr", ("audio_file", "page.mp3", "audio/mpeg", b"<html>" * 100))
    assert (page.status_code, page.json()["code"]) == (422, "unreadable_media")


def test_a_client_that_goes_away_cancels_its_work(server: Listening) -> None:
    with server.idle():
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(
                f"{server.url}/asr", content=form(FILE), headers=FORM, auth=("bazarr", server.token), timeout=1.0
            )
        assert server.last(JobState.CANCELLED).attempt == 0
