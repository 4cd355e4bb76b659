"""Schedules over HTTP."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient
from tests.library import add_project
from tests.server.conftest import AsUser

from earmark.services.platform import Platform


@pytest.fixture
def project_id(platform: Platform) -> str:
    return add_project(platform.database)


@pytest.fixture
def folder(app: FastAPI, tmp_path: Path) -> Path:
    """Folder that the owner of the server opened for imports."""
    platform = app.state.platform
    app.state.platform = replace(platform, settings=replace(platform.settings, import_folders=(str(tmp_path),)))
    return tmp_path


def test_a_folder_is_watched_until_told_otherwise(client: TestClient, project_id: str, folder: Path) -> None:
    address = f"/api/v1/projects/{project_id}/schedules"
    made = client.post(address, json={"name": "Pond", "arguments": {"folder": str(folder)}, "every_seconds": 60})
    assert made.status_code == 201
    place = made.headers["Location"]
    assert client.get(place).json() == made.json() == client.get(address).json()["items"][0]

    job = client.post(f"{place}/run")
    assert (job.status_code, job.json()["kind"], job.json()["title"]) == (202, "watch", "Look for new files")
    assert client.post(f"{place}/run").json()["id"] == job.json()["id"]

    changed = client.patch(place, json={"enabled": False, "name": "The pond"})
    assert (changed.json()["enabled"], changed.json()["name"], changed.json()["every_seconds"]) == (
        False,
        "The pond",
        60,
    )
    assert client.patch(place, json={"arguments": changed.json()["arguments"]}).json() == changed.json()
    assert client.delete(place).status_code == 204
    assert client.get(place).status_code == 404


def test_administrators_decide_when_old_things_go(client: TestClient, as_user: AsUser) -> None:
    made = client.post("/api/v1/schedules", json={"name": "Nightly"})

    assert (made.status_code, made.json()["kind"], made.json()["every_seconds"]) == (201, "purge", 86400)
    assert [one["name"] for one in client.get("/api/v1/schedules").json()["items"]] == ["Nightly"]
    assert as_user().get("/api/v1/schedules").status_code == 403
    assert as_user().delete(made.headers["Location"]).status_code == 403


def test_a_watch_without_a_place_says_what_is_missing(client: TestClient, project_id: str) -> None:
    address = f"/api/v1/projects/{project_id}/schedules"
    answer = client.post(address, json={"name": "Pond", "arguments": {}})
    assert "give either folder or bucket" in answer.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"name": "x", "arguments": {}}, 422),
        ({"name": "x", "arguments": {"folder": "relative"}}, 422),
        ({"name": "x", "arguments": {"folder": "/etc"}}, 403),
        ({"name": "x", "arguments": {"folder": "/a", "bucket": "s3://b"}}, 422),
        ({"name": "x", "arguments": {"schedule": "y"}}, 422),
        ({"name": "", "arguments": {"folder": "/a"}}, 422),
        ({"name": "x", "arguments": {"folder": "/a"}, "every_seconds": 1}, 422),
    ],
)
def test_what_may_not_be_watched_is_refused(
    client: TestClient, project_id: str, folder: Path, body: dict[str, object], status: int
) -> None:
    assert client.post(f"/api/v1/projects/{project_id}/schedules", json=body).status_code == status


def test_a_schedule_is_for_managers(as_user: AsUser, project_id: str) -> None:
    body = {"name": "x", "arguments": {"folder": "/a"}}

    assert as_user("annotator", project_id).get(f"/api/v1/projects/{project_id}/schedules").status_code == 403
    assert as_user().post(f"/api/v1/projects/{project_id}/schedules", json=body).status_code in (403, 404)
