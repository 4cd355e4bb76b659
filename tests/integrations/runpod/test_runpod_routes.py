"""RunPod's interface as its clients use it: every route, every state, every answer."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.integrations.runpod.conftest import ENGLISH, RunPod, Site, add_token

from earmark.core.people import Scope
from earmark.integrations import runpod as wire
from earmark.jobs.limits import Limits
from earmark.server.app import create_app
from earmark.services import callbacks, transcription_retention, transcriptions
from earmark.store import callbacks as stored
from earmark.store import jobs, leases
from earmark.store.database import now

PLACES = ("", "/v2/abc123", "/abc123", "/runpod", "/runpod/v2/abc123", "/runpod/abc123")
UNKNOWN = "0" * 26


def test_the_curl_call_of_hearback_gives_its_output(runpod: RunPod, site: Site, speech: bytes) -> None:
    url = site.put("/audio.mp3", speech, "audio/mpeg")
    body = {
        "input": {
            "audio_url": url,
            "language": "en",
            "min_speakers": 2,
            "max_speakers": 4,
            "output_format": "json",
            "engine": "pocketsphinx",
        }
    }
    job = runpod.ask("POST", "/run", content=json.dumps(body), headers={"content-type": "application/json"}).json()
    assert job == {"id": job["id"], "status": "IN_QUEUE"}
    assert runpod.status(job["id"]) == {"id": job["id"], "status": "IN_QUEUE"}

    runpod.work_off()

    status = runpod.status(job["id"])
    assert status["status"] == "COMPLETED"
    assert set(status) == {"id", "status", "output", "delayTime", "executionTime"}
    assert isinstance(status["executionTime"], int)
    output = status["output"]
    assert list(output)[:5] == ["transcription", "speakers", "language", "duration", "processing_time"]
    assert "comparatively" in output["transcription"]["text"]
    first = output["transcription"]["segments"][0]
    assert list(first) == ["start", "end", "text", "speaker", "words"]
    assert set(first["words"][0]) == {"word", "start", "end"}
    assert (output["language"], output["duration"]) == ("en", pytest.approx(1.9, abs=0.1))
    assert output["processing_time"] > 0
    if not output["speakers"]:
        assert first["speaker"] == "UNKNOWN"
        assert output["diarization"]["enabled"] is False
        assert output["diarization"]["reason"]
    assert runpod.status(job["id"]) == status, "asking again changes nothing"


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("place", PLACES)
def test_every_route_answers_at_every_place_by_both_methods(runpod: RunPod, place: str, method: str) -> None:
    sent = {"json": {"input": {"audio_base64": base64.b64encode(b"RIFF").decode()}}}
    job_id = runpod.ask(method, f"{place}/run", **sent).json()["id"]
    for path, wanted in (
        (f"/status/{job_id}", {"id": job_id, "status": "IN_QUEUE"}),
        (f"/stream/{job_id}", {"id": job_id, "status": "IN_QUEUE", "stream": []}),
        (f"/cancel/{job_id}", {"id": job_id, "status": "CANCELLED"}),
        ("/purge-queue", {"removed": 0, "status": "completed"}),
    ):
        answer = runpod.ask(method, place + path)
        assert (answer.status_code, answer.json()) == (200, wanted), path
    assert runpod.ask(method, f"{place}/retry/{job_id}").status_code == 400
    health = runpod.ask(method, f"{place}/health").json()
    assert set(health["jobs"]) == {"completed", "failed", "inProgress", "inQueue", "retried"}
    assert set(health["workers"]) == {"idle", "running"}


def test_pages_and_our_own_interface_stay_where_they_are(runpod: RunPod) -> None:
    for path in ("/", "/projects", "/recordings/abc", "/jobs", "/docs", "/health/live", "/health/ready"):
        assert runpod.client.get(path).status_code == 200, path
    assert runpod.client.get("/api/v1/projects").json()["code"] == "not_signed_in"
    assert runpod.ask("GET", "/v2/a/nothing").json() == {"error": runpod.ask("GET", "/nothing").json()["error"]}


def test_other_interfaces_tell_errors_in_their_own_words(runpod: RunPod) -> None:
    assert "type" in runpod.client.get("/v1/models").json()["error"]
    assert runpod.client.post("/asr").json()["code"] == "not_signed_in"


def test_other_methods_are_405_in_runpods_words(runpod: RunPod) -> None:
    answer = runpod.ask("PUT", "/run", json={"input": {}})
    assert (answer.status_code, list(answer.json())) == (405, ["error"])


def test_what_nobody_expected_is_told_without_its_insides(
    runpod: RunPod, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("secret of the server")

    monkeypatch.setattr(transcriptions, "get", fail)
    answer = runpod.ask("GET", "/status/x")
    assert (answer.status_code, list(answer.json())) == (500, ["error"])
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert "secret of the server" in caplog.text


def test_a_request_that_is_sent_again_with_its_key_happens_once(runpod: RunPod) -> None:
    sent = {"json": {"input": {"audio_base64": "UklGRg=="}}, "headers": {"idempotency-key": "a"}}
    assert runpod.ask("POST", "/run", **sent).json() == runpod.ask("POST", "/run", **sent).json()
    assert runpod.ask("GET", "/health").json()["jobs"]["inQueue"] == 1


def test_without_the_option_the_root_is_ours(runpod: RunPod) -> None:
    with TestClient(create_app(runpod.platform)) as client:
        assert client.get("/health").json()["state"] == "ok"
        assert client.post("/run", json={}).json()["code"] == "no_such_address"
        assert client.post("/runpod/run", json={}).json() == {"error": "send a token: Authorization: Bearer em_..."}


@pytest.mark.parametrize("header", ["Bearer {}", "bearer {}", "{}"])
def test_the_token_comes_with_bearer_or_bare(runpod: RunPod, header: str) -> None:
    answer = runpod.client.get("/health", headers={"authorization": header.format(runpod.token)})
    assert answer.status_code == 200


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer em_wrong"}, {"authorization": "Basic eA=="}])
def test_others_get_401_as_json(runpod: RunPod, headers: dict[str, str]) -> None:
    for path in ("/run", "/status/x", "/health", "/v2/abc/runsync"):
        answer = runpod.client.post(path, headers=headers, json={"input": {}})
        assert (answer.status_code, list(answer.json())) == (401, ["error"])
        assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_token_for_something_else_is_not_enough(runpod: RunPod) -> None:
    other = add_token(runpod.platform, scopes=(Scope.READ,))
    answer = runpod.client.get("/health", headers={"authorization": other})
    assert (answer.status_code, list(answer.json())) == (403, ["error"])


def test_nobody_sees_the_jobs_of_others(runpod: RunPod) -> None:
    job_id = runpod.run({"audio_base64": "UklGRg=="})["id"]
    other = {"authorization": add_token(runpod.platform)}
    for path in (f"/status/{job_id}", f"/cancel/{job_id}", f"/stream/{job_id}", f"/retry/{job_id}"):
        assert runpod.client.post(path, headers=other).status_code == 404
    assert runpod.client.get("/health", headers=other).json()["jobs"]["inQueue"] == 0
    assert runpod.client.post("/purge-queue", headers=other).json()["removed"] == 0


@pytest.mark.parametrize("name", ["status", "stream", "cancel", "retry"])
def test_an_unknown_job_is_404(runpod: RunPod, name: str) -> None:
    answer = runpod.ask("GET", f"/{name}/{UNKNOWN}")
    assert answer.status_code == 404
    assert answer.json() == {"id": UNKNOWN, "status": "FAILED", "error": "Job ID not found"}


# What an input lacks is an error of the job.


def test_a_wrong_input_is_a_job_that_failed(runpod: RunPod) -> None:
    said = runpod.run({"language": "fr"}, "/runsync")
    assert (said["status"], said["error"]) == ("FAILED", "audio_url is required")
    assert runpod.status(said["id"]) == said
    again = runpod.ask("POST", f"/retry/{said['id']}")
    assert again.status_code == 400
    assert "audio_url is required" in again.json()["error"]
    assert runpod.ask("GET", "/health").json()["jobs"]["failed"] == 1


@pytest.mark.parametrize(
    ("given", "error"),
    [({}, "No input provided"), (None, "No input provided"), ([], "No input provided"), ("", "No input provided")],
)
def test_an_empty_input_is_none(runpod: RunPod, given: Any, error: str) -> None:
    assert runpod.run(given, "/runsync")["error"] == error


@pytest.mark.parametrize("given", ["x", 1, ["a"], True])
def test_an_input_that_is_no_object_ends_in_words(runpod: RunPod, given: Any) -> None:
    assert runpod.run(given, "/runsync")["error"].startswith("Transcription failed: the input must be an object")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"x"',
        b"{}",
        b'{"input": {"language": "\\ud800"}}',
        b'{"input": NaN}',
        b"\xff\xfe{}",
        b'{"input": {"prompt": "a\\u0000b"}}',
        b"[" * 5000,
        b'{"input": ' + b"9" * 10_000 + b"}",
        b'{"input": {"audio_base64": "AAAA", "audio_base64": "AAAA"}}',
    ],
)
@pytest.mark.parametrize("kind", ["application/json", "text/plain"])
def test_a_body_that_is_no_request_is_400(runpod: RunPod, body: bytes, kind: str) -> None:
    answer = runpod.ask("POST", "/run", content=body, headers={"content-type": kind})
    assert (answer.status_code, list(answer.json())) == (400, ["error"])
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(("path", "most"), [("/run", 10), ("/runsync", 20)])
def test_bodies_are_bounded(runpod: RunPod, path: str, most: int) -> None:
    def parts() -> Any:
        yield b'{"input": {"audio_base64": "'
        for _ in range(most * 16 + 16):
            yield b"A" * 65536

    told = runpod.ask("POST", path, content=b" " * (most * 1024 * 1024 + 1))
    streamed = runpod.ask("POST", path, content=parts())
    for answer in (told, streamed):
        assert (answer.status_code, list(answer.json())) == (413, ["error"])
    left = list(runpod.platform.uploads_dir.iterdir()) if runpod.platform.uploads_dir.exists() else []
    assert left == []


def test_what_is_not_the_recording_is_bounded_too(runpod: RunPod) -> None:
    answer = runpod.ask("POST", "/run", json={"input": {"prompt": "a" * 2_000_000}})
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("beside", "error"),
    [
        ({"webhook": 5}, "webhook must be a string"),
        ({"webhook": "ftp://example.org/"}, "no http or https address"),
        ({"webhook": "http://10.0.0.1/"}, "not on the public internet"),
        ({"policy": []}, "policy must be an object"),
        ({"policy": {"executionTimeout": 4999}}, "policy.executionTimeout"),
        ({"policy": {"executionTimeout": "60000"}}, "policy.executionTimeout"),
        ({"policy": {"executionTimeout": True}}, "policy.executionTimeout"),
        ({"policy": {"executionTimeout": 1e300}}, "policy.executionTimeout"),
        ({"policy": {"ttl": 7 * 24 * 3_600_000 + 1}}, "policy.ttl"),
        ({"policy": {"lowPriority": 1}}, "policy.lowPriority"),
    ],
)
def test_what_stands_beside_the_input_is_checked(runpod: RunPod, beside: dict[str, Any], error: str) -> None:
    answer = runpod.ask("POST", "/run", json={"input": {"audio_base64": "UklGRg=="}, **beside})
    assert answer.status_code == 400
    assert error in answer.json()["error"]


def test_s3_is_ignored_and_said_so(runpod: RunPod) -> None:
    said = runpod.run({"audio_base64": "UklGRg=="}, s3Config={"bucketName": "a", "accessSecret": "hidden"})
    assert said["status"] == "IN_QUEUE"
    assert "s3Config is ignored" in said["warning"]
    with runpod.platform.database.read() as connection:
        job = jobs.get(connection, said["id"])
    assert "hidden" not in str(job)


@pytest.mark.parametrize("wait", ["x", "-1", "1.5", "9" * 40])
def test_a_wait_that_is_no_number_is_400(runpod: RunPod, wait: str) -> None:
    assert runpod.ask("POST", f"/runsync?wait={wait}", json={"input": {}}).status_code == 400


def test_runsync_falls_back_to_a_pending_status(runpod: RunPod) -> None:
    said = runpod.run({"audio_base64": "UklGRg=="}, "/runsync?wait=1")
    assert said == {"id": said["id"], "status": "IN_QUEUE"}
    assert runpod.status(said["id"])["status"] == "IN_QUEUE", "nobody went away: it is still wanted"


def test_a_full_queue_is_429_with_a_time_to_come_back(runpod: RunPod) -> None:
    platform = replace(runpod.platform, settings=replace(runpod.platform.settings, transcriptions_waiting=1))
    with TestClient(create_app(platform, integration="runpod")) as client:
        full = replace(runpod, client=client)
        full.run({"audio_base64": "UklGRg=="})
        answer = full.ask("POST", "/run", json={"input": {"audio_base64": "UklGRg=="}})
    assert (answer.status_code, list(answer.json())) == (429, ["error"])
    assert int(answer.headers["retry-after"]) > 0


# Watching and changing jobs.


def test_sound_in_the_body_is_transcribed(runpod: RunPod, speech: bytes) -> None:
    encoded = "data:audio/flac;base64," + base64.b64encode(speech).decode()
    said = runpod.done({**ENGLISH, "audio_base64": encoded, "output_format": "srt", "diarize": False})
    assert said["status"] == "COMPLETED", said
    lines = said["output"].splitlines()
    assert lines[0] == "1"
    assert lines[2].startswith("[UNKNOWN] ")
    assert "comparatively" in said["output"]


@pytest.mark.parametrize(
    ("encoded", "error"),
    [
        ("!!!!", "it is not base64"),
        ("UklGRg==UklG", "base64"),
        ("A", "base64"),
        ("data:audio/wav;base64,", "it is empty"),
        ("=" * 8, "base64"),
    ],
)
def test_base64_that_is_none_is_an_error_of_the_job(runpod: RunPod, encoded: str, error: str) -> None:
    said = runpod.run({"audio_base64": encoded}, "/runsync")
    assert said["status"] == "FAILED"
    assert said["error"].startswith("Transcription failed: audio_base64 cannot be read")
    assert error in said["error"]


def test_what_is_no_recording_fails_in_words(runpod: RunPod) -> None:
    said = runpod.done({"audio_base64": base64.b64encode(b"not a recording" * 100).decode()})
    assert said["status"] == "FAILED"
    assert said["error"].startswith("Transcription failed: audio")
    assert "Traceback" not in said["error"]
    assert str(runpod.platform.settings.data_dir) not in said["error"]


def test_a_server_without_weights_does_not_answer_with_nothing(runpod: RunPod, speech: bytes) -> None:
    said = runpod.done({"audio_base64": base64.b64encode(speech).decode(), "engine": "whisper"})
    assert said["status"] == "FAILED"
    assert said["error"].startswith("Transcription failed: ")
    assert "output" not in said


def test_whisper_names_its_language_and_speaks_the_other_workers_form(
    runpod: RunPod, speech: bytes, test_data: Any
) -> None:
    settings = replace(runpod.platform.settings, model=str(test_data / "models" / "whisper-stub-random-ct2"))
    stubbed = replace(runpod, platform=replace(runpod.platform, settings=settings))
    given = {"audio_base64": base64.b64encode(speech).decode(), "transcription": "vtt", "word_timestamps": True}
    said = stubbed.done({**given, "language": "en"})
    assert said["status"] == "COMPLETED", said
    output = said["output"]
    assert {"segments", "detected_language", "transcription", "translation", "device", "model"} <= set(output)
    assert output["detected_language"] == "en"
    assert output["transcription"].startswith("WEBVTT\n")
    assert output["translation"] is None
    for segment in output["segments"]:
        assert {"id", "seek", "start", "end", "text", "tokens", "temperature"} <= set(segment)


def test_the_stream_gives_what_is_new_since_the_last_time(runpod: RunPod, speech: bytes) -> None:
    job_id = runpod.run({**ENGLISH, "audio_base64": base64.b64encode(speech).decode()})["id"]
    assert runpod.ask("GET", f"/stream/{job_id}").json()["stream"] == []
    runpod.work_off()
    first = runpod.ask("GET", f"/stream/{job_id}").json()
    assert first["status"] == "COMPLETED"
    assert "comparatively" in " ".join(chunk["output"]["text"] for chunk in first["stream"])
    second = runpod.ask("GET", f"/stream/{job_id}").json()
    assert (second["status"], second["stream"]) == ("COMPLETED", [])
    assert "comparatively" in runpod.status(job_id)["output"]["transcription"]["text"]


def test_progress_is_seen_while_a_job_runs(runpod: RunPod) -> None:
    job_id = runpod.run({"audio_base64": "UklGRg=="})["id"]
    with runpod.platform.database.write() as connection:
        job = jobs.get(connection, job_id, lock=True)
        assert job is not None
        jobs.change(connection, job, state="running", attempt=1, progress=0.25, stage="transcript", started_at=now())
    said = runpod.status(job_id)
    assert said["status"] == "IN_PROGRESS"
    assert (said["output"]["progress"], said["output"]["stage"]) == (0.25, "transcript")
    assert "delayTime" in said
    assert runpod.ask("GET", "/health").json() == {
        "jobs": {"completed": 0, "failed": 0, "inProgress": 1, "inQueue": 0, "retried": 0},
        "workers": {"idle": max(runpod.platform.settings.workers - 1, 0), "running": 1},
    }
    assert runpod.ask("POST", f"/cancel/{job_id}").json() == {"id": job_id, "status": "CANCELLED"}
    said = runpod.status(job_id)
    assert (said["status"], said["error"]) == ("CANCELLED", "the job was cancelled")


def test_what_waits_is_purged(runpod: RunPod) -> None:
    ids = [runpod.run({"audio_base64": "UklGRg=="})["id"] for _ in range(3)]
    assert runpod.ask("POST", "/purge-queue").json() == {"removed": 3, "status": "completed"}
    assert {runpod.status(job_id)["status"] for job_id in ids} == {"CANCELLED"}


def test_a_job_that_failed_is_tried_again_under_the_same_id(runpod: RunPod, site: Site, speech: bytes) -> None:
    url = site.url("/later.flac")
    said = runpod.done({**ENGLISH, "audio_url": url}, policy={"ttl": 3_600_000})
    assert said["status"] == "FAILED"
    assert said["error"].startswith("Transcription failed: ")
    site.put("/later.flac", speech, "audio/flac")
    assert runpod.ask("POST", f"/retry/{said['id']}").json() == {"id": said["id"], "status": "IN_QUEUE"}
    runpod.work_off()
    again = runpod.status(said["id"])
    assert again["status"] == "COMPLETED", again
    assert runpod.ask("GET", "/health").json()["jobs"]["retried"] == 1
    assert runpod.ask("POST", f"/retry/{said['id']}").status_code == 400, "it is done"


def test_low_priority_goes_last(runpod: RunPod) -> None:
    low = runpod.run({"audio_base64": "UklGRg=="}, policy={"lowPriority": True})["id"]
    high = runpod.run({"audio_base64": "UklGRg=="})["id"]
    with runpod.platform.database.read() as connection:
        first, second = jobs.get(connection, high), jobs.get(connection, low)
    assert first is not None
    assert second is not None
    assert first.priority > second.priority


def test_a_job_that_waits_longer_than_its_ttl_is_timed_out(runpod: RunPod) -> None:
    job_id = runpod.run({"audio_base64": "UklGRg=="}, policy={"ttl": 10_000})["id"]
    assert transcription_retention.expire(runpod.platform) == 0
    with runpod.platform.database.write() as connection:
        job = jobs.get(connection, job_id, lock=True)
        assert job is not None
        jobs.change(connection, job, created_at=now() - timedelta(seconds=11))
    assert transcription_retention.expire(runpod.platform) == 1
    said = runpod.status(job_id)
    assert (said["status"], said["error"]) == ("TIMED_OUT", "the job waited longer than its ttl allows")
    assert transcription_retention.expire(runpod.platform) == 0
    assert runpod.ask("POST", f"/retry/{job_id}").json()["status"] == "IN_QUEUE"
    assert transcription_retention.expire(runpod.platform) == 0, "its time counts anew"


def test_a_job_that_the_server_ends_for_its_time_is_timed_out(runpod: RunPod) -> None:
    job_id = runpod.run({"audio_base64": "UklGRg=="})["id"]
    with runpod.platform.database.write() as connection:
        job = leases.claim(connection, "worker")
        assert job is not None
        late = replace(job, started_at=now() - timedelta(hours=1))
        why = Limits(seconds=60).excess(late, memory=0, cancelled_for=0)
        leases.fail(connection, job, str(why))
    said = runpod.status(job_id)
    assert said["status"] == "TIMED_OUT"
    assert said["error"].startswith("Transcription failed: it took longer than 60 seconds")


def test_pages_of_other_sites_begin_nothing_under_open_access(runpod: RunPod) -> None:
    from earmark.services import first_start

    platform = runpod.platform
    app = create_app(platform, open_access=True, integration="runpod")
    with platform.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM tokens")
        connection.exec_driver_sql("DELETE FROM users")
    first_start.ensure_open_access(platform, loopback=True)
    with TestClient(app, base_url="http://localhost") as client:
        assert client.get("/purge-queue").status_code == 200
        foreign = client.get("/purge-queue", headers={"sec-fetch-site": "cross-site"})
        assert (foreign.status_code, list(foreign.json())) == (403, ["error"])


# Webhooks.


def tell(runpod: RunPod) -> int:
    return callbacks.deliver_due(runpod.platform, {"runpod": wire.body_of})


def test_a_webhook_hears_of_success_and_of_failure(runpod: RunPod, site: Site, speech: bytes) -> None:
    audio = base64.b64encode(speech).decode()
    good = runpod.run({**ENGLISH, "audio_base64": audio}, webhook=site.url("/good"))
    bad = runpod.run({"audio_base64": "UklGRg=="}, webhook=site.url("/bad"))
    wrong = runpod.run({"language": "fr"}, webhook=site.url("/wrong"))
    assert tell(runpod) == 1, "the one that failed at once; the others are not done"
    assert site.posted == [("/wrong", runpod.status(wrong["id"]))]
    runpod.work_off()
    assert tell(runpod) == 2
    assert tell(runpod) == 0
    heard = dict(site.posted)
    assert heard["/good"] == runpod.status(good["id"])
    assert heard["/good"]["status"] == "COMPLETED"
    assert heard["/bad"] == runpod.status(bad["id"])
    assert heard["/bad"]["status"] == "FAILED"


def test_a_webhook_that_does_not_answer_200_is_called_twice_more(runpod: RunPod, site: Site) -> None:
    site.statuses = [500, 204, 302, 500]
    job = runpod.run({"language": "fr"}, webhook=site.url("/hook"))
    for attempt in range(1, 4):
        assert tell(runpod) == 1
        assert tell(runpod) == 0, "ten seconds pass first"
        with runpod.platform.database.write() as connection:
            assert stored.state_of(connection, job["id"])[1] == attempt  # type: ignore[index]
            connection.exec_driver_sql("UPDATE callbacks SET next_at = '2020-01-01 00:00:00.000000'")
    assert tell(runpod) == 0, "it was given up"
    assert len(site.posted) == 3


def test_a_webhook_whose_name_leads_inside_by_then_is_not_called(runpod: RunPod, site: Site) -> None:
    job = runpod.run({"language": "fr"}, webhook=site.url("/hook"))
    closed = replace(runpod.platform, settings=replace(runpod.platform.settings, allowed_hosts=()))
    assert callbacks.deliver_due(closed, {"runpod": wire.body_of}) == 1
    assert site.posted == []
    with runpod.platform.database.read() as connection:
        assert "not on the public internet" in str(stored.state_of(connection, job["id"]))


def test_a_cancelled_job_is_told_too(runpod: RunPod, site: Site) -> None:
    job = runpod.run({"audio_base64": "UklGRg=="}, webhook=site.url("/hook"))
    runpod.ask("POST", f"/cancel/{job['id']}")
    assert tell(runpod) == 1
    assert site.posted[0][1]["status"] == "CANCELLED"
