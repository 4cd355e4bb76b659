"""Jobs over HTTP."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient
from tests.library import add_project, add_recording
from tests.server.conftest import AsUser

from earmark.core.job import Job
from earmark.services.platform import Platform
from earmark.store import jobs, leases
from earmark.store.database import now


@pytest.fixture
def project_id(platform: Platform) -> str:
    return add_project(platform.database)


@pytest.fixture
def job(platform: Platform, project_id: str) -> Job:
    with platform.database.write() as connection:
        return jobs.add(connection, "export", arguments={"formats": ["csv"]}, project_id=project_id)


def begin(platform: Platform) -> Job:
    with platform.database.write() as connection:
        claimed = leases.claim(connection, "machine.example:1")
    assert claimed is not None
    return claimed


def test_a_job_is_followed_from_queue_to_end(client: TestClient, platform: Platform, job: Job) -> None:
    waiting = client.get(f"/api/v1/jobs/{job.id}").json()
    assert (waiting["state"], waiting["position"], waiting["eta"], waiting["title"]) == ("queued", 0, None, "Export")

    claimed = begin(platform)
    with platform.database.write() as connection:
        leases.renew(connection, claimed, progress=0.5, stage="writing", lines=[(now(), "INFO", "half of it")])
    running = client.get(f"/api/v1/jobs/{job.id}").json()
    assert (running["state"], running["stage"], running["progress"]) == ("running", "writing", 0.5)
    assert running["eta"] >= 0
    assert "machine.example" not in str(running)
    log = client.get(f"/api/v1/jobs/{job.id}/log").json()
    assert [(line["level"], line["message"]) for line in log["items"]] == [("INFO", "half of it")]

    with platform.database.write() as connection:
        leases.finish(connection, claimed, result={"files": 3})
    done = client.get("/api/v1/jobs", params={"state": ["done", "failed"]}).json()
    assert [(one["id"], one["result"]) for one in done["items"]] == [(job.id, {"files": 3})]


def test_jobs_are_listed_with_names_in_the_order_asked_for(
    client: TestClient, platform: Platform, project_id: str
) -> None:
    recording = add_recording(platform.database, project_id)
    with platform.database.write() as connection:
        for priority in (1, 7, 3):
            jobs.add(
                connection,
                "annotate",
                arguments={},
                project_id=project_id,
                recording_id=recording.id,
                priority=priority,
            )
        jobs.add(connection, "purge", arguments={}, priority=-1)

    first = client.get("/api/v1/jobs", params={"sort": "priority", "order": "asc", "limit": 3}).json()
    rest = client.get("/api/v1/jobs", params={"sort": "priority", "order": "asc", "cursor": first["next"]}).json()
    other = client.get("/api/v1/jobs", params={"sort": "state", "cursor": first["next"]})
    latest = client.get("/api/v1/jobs").json()["items"]

    assert [job["priority"] for job in first["items"] + rest["items"]] == [-1, 1, 3, 7]
    assert [job["priority"] for job in latest] == [-1, 3, 7, 1]
    assert {(job["project_name"], job["recording_name"]) for job in latest[1:]} == {("Birds", recording.name)}
    assert (latest[0]["project_name"], latest[0]["recording_name"]) == (None, None)
    assert other.status_code == 422
    assert client.get("/api/v1/jobs", params={"sort": "worker"}).status_code == 422
    assert client.get(f"/api/v1/jobs/{latest[1]['id']}").json()["recording_name"] == recording.name


def test_a_job_is_cancelled_moved_and_tried_again(client: TestClient, job: Job) -> None:
    moved = client.patch(f"/api/v1/jobs/{job.id}", json={"priority": 5})
    cancelled = client.post(f"/api/v1/jobs/{job.id}/cancel")
    again = client.post(f"/api/v1/jobs/{job.id}/cancel")
    retried = client.post(f"/api/v1/jobs/{job.id}/retry")

    assert (moved.status_code, moved.json()["priority"]) == (200, 5)
    assert (cancelled.status_code, cancelled.json()["state"]) == (202, "cancelled")
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    assert (retried.status_code, retried.json()["state"]) == (202, "queued")


def test_recordings_are_named_or_found(client: TestClient, platform: Platform, project_id: str) -> None:
    first, second = add_recording(platform.database, project_id), add_recording(platform.database, project_id)
    address = f"/api/v1/projects/{project_id}/jobs"

    named = client.post(
        address, json={"recording_ids": [first.id], "pipeline": {"engine": "none", "model": None}, "priority": 3}
    )
    found = client.post(address, json={"filter": {"q": "dawn"}})

    assert (named.status_code, named.json()["matched"]) == (202, 1)
    job = client.get(f"/api/v1/jobs/{named.json()['job_ids'][0]}").json()
    assert (job["recording_id"], job["arguments"]["engine"], job["priority"]) == (first.id, "none", 3)
    assert found.json()["matched"] == 2
    listed = client.get("/api/v1/jobs", params={"recording_id": second.id}).json()
    assert [one["id"] in found.json()["job_ids"] for one in listed["items"]] == [True]


def test_what_is_left_out_is_told(client: TestClient, platform: Platform, project_id: str) -> None:
    ready, trashed = (add_recording(platform.database, project_id).id for _ in range(2))
    client.delete(f"/api/v1/recordings/{trashed}")
    address = f"/api/v1/projects/{project_id}/jobs"

    some = client.post(address, json={"recording_ids": [ready, trashed]}).json()
    none = client.post(address, json={"recording_ids": [trashed]})

    assert (len(some["job_ids"]), some["left_out"]) == (
        1,
        [{"reason": "trashed", "count": 1, "recording_ids": [trashed]}],
    )
    assert (none.status_code, none.json()["code"]) == (409, "conflict")
    assert "in the trash" in none.json()["detail"]


@pytest.mark.parametrize(
    "body",
    [
        {"recording_ids": []},
        {"recording_ids": ["../x"]},
        {"pipeline": {"engine": "magic"}},
        {"pipeline": {"threads": 3}},
        {"pipeline": {"language": "klingon"}},
        {"filter": {"min_duration": -1}},
        {"filter": {"created_from": "2026-01-01T00:00:00"}},
        {"priority": 1000},
        {"cursor": "nonsense"},
        {"everything": True},
    ],
)
def test_a_request_that_makes_no_sense_is_refused(
    client: TestClient, project_id: str, platform: Platform, body: dict[str, object]
) -> None:
    add_recording(platform.database, project_id)

    assert client.post(f"/api/v1/projects/{project_id}/jobs", json=body).status_code == 422


def test_viewers_look_and_strangers_see_nothing(as_user: AsUser, project_id: str, job: Job) -> None:
    viewer, stranger = as_user("viewer", project_id), as_user()

    assert viewer.get(f"/api/v1/jobs/{job.id}").status_code == 200
    assert viewer.post(f"/api/v1/jobs/{job.id}/cancel").status_code == 403
    assert viewer.post(f"/api/v1/projects/{project_id}/jobs", json={}).status_code == 403
    assert stranger.get(f"/api/v1/jobs/{job.id}").status_code == 404
    assert stranger.get("/api/v1/jobs").json()["items"] == []
    assert stranger.post(f"/api/v1/jobs/{job.id}/cancel").status_code == 404


def test_keys_in_addresses_are_not_shown(client: TestClient, platform: Platform, project_id: str) -> None:
    origin = {"url": "https://person:word@example.org/a.wav?X-Amz-Signature=secret"}
    with platform.database.write() as connection:
        job = jobs.add(connection, "import", arguments={"origin": origin}, project_id=project_id)
    answer = client.get(f"/api/v1/jobs/{job.id}")

    assert answer.json()["arguments"] == {"origin": {"url": "https://example.org/a.wav?..."}}
    assert "secret" not in client.get("/api/v1/jobs").text


def test_what_programs_ask_to_fetch_and_to_call_is_shown_without_keys(client: TestClient, platform: Platform) -> None:
    arguments = {"url": "https://example.org/a.wav?token=secret", "callback": "https://person:secret@example.org/done"}
    with platform.database.write() as connection:
        job = jobs.add(connection, "transcribe", arguments={**arguments, "name": "a.wav"})

    shown = client.get(f"/api/v1/jobs/{job.id}").json()["arguments"]
    assert shown == {"url": "https://example.org/a.wav?...", "callback": "https://example.org/done", "name": "a.wav"}
    assert "secret" not in client.get("/api/v1/jobs").text
