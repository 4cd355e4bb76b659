"""Projects over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.server.conftest import AsUser

API = "/api/v1"


@pytest.fixture
def project(client: TestClient) -> dict[str, Any]:
    return dict(client.post(f"{API}/projects", json={"name": "Reef", "labels": [{"name": "song"}]}).json())


def test_a_project_is_made_read_and_listed(client: TestClient) -> None:
    body = {
        "name": "Réef <script>",
        "description": "x",
        "labels": [{"name": "song", "colour": "#112233", "hotkey": "s", "aliases": ["chant"]}],
        "pipeline": {"on_import": True, "engine": "none"},
    }
    made = client.post(f"{API}/projects", json=body)
    assert made.status_code == 201
    assert made.headers["ETag"] == '"1"'
    read = client.get(made.headers["Location"])
    assert read.json() == made.json()
    assert read.json()["labels"] == body["labels"]
    assert read.json()["pipeline"] == {
        "on_import": True,
        "engine": "none",
        "model": None,
        "language": None,
        "channels": "mix",
        "labels": False,
        "diarizer": "none",
        "min_speakers": None,
        "max_speakers": None,
        "multilingual": False,
    }
    assert [one["name"] for one in client.get(f"{API}/projects").json()["items"]] == ["Réef <script>"]
    assert read.headers["content-type"] == "application/json"


def test_a_project_is_changed_by_who_saw_its_latest_version(client: TestClient, project: dict[str, Any]) -> None:
    address = f"{API}/projects/{project['id']}"
    changed = client.patch(address, json={"name": "Atoll"}, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.json()["name"], changed.headers["ETag"]) == (200, "Atoll", '"2"')
    stale = client.patch(address, json={"name": "Cay"}, headers={"If-Match": '"1"'})
    assert (stale.status_code, stale.json()["code"], stale.json()["current"]) == (412, "stale", 2)
    assert client.patch(address, json={"pipeline": {"channels": "each"}}).json()["pipeline"]["channels"] == "each"


def test_labels_are_put_and_renamed(client: TestClient, project: dict[str, Any]) -> None:
    address = f"{API}/projects/{project['id']}/labels"
    labels = [{"name": "Song", "renamed_from": "song"}, {"name": "call"}]
    put = client.put(address, json={"labels": labels}).json()
    assert [(one["name"], one["aliases"]) for one in put["labels"]] == [("Song", ["song"]), ("call", [])]


def test_trash_restore_purge(client: TestClient, project: dict[str, Any]) -> None:
    address = f"{API}/projects/{project['id']}"
    assert client.post(f"{address}/purge").status_code == 409
    assert client.delete(address).json()["deleted_at"] is not None
    assert client.get(f"{API}/projects").json()["items"] == []
    assert len(client.get(f"{API}/projects?trashed=true").json()["items"]) == 1
    assert client.post(f"{address}/restore").json()["deleted_at"] is None
    client.delete(address)
    purged = client.post(f"{address}/purge")
    assert purged.status_code == 202
    assert purged.json()["job_id"]


def test_members(client: TestClient, as_user: AsUser, project: dict[str, Any]) -> None:
    address = f"{API}/projects/{project['id']}"
    stranger = as_user()
    user_id = stranger.user.id  # type: ignore[attr-defined]
    assert stranger.get(address).status_code == 404
    put = client.put(f"{address}/members/{user_id}", json={"role": "annotator"})
    assert (put.status_code, put.json()["role"]) == (200, "annotator")
    assert stranger.get(address).status_code == 200
    assert stranger.patch(address, json={"name": "x"}).status_code == 403
    found = stranger.get(f"{address}/members").json()["items"]
    assert {one["role"] for one in found} == {"admin", "annotator"}
    assert stranger.delete(f"{address}/members/{user_id}").status_code == 204
    assert stranger.get(address).status_code == 404


def test_the_last_admin_stays(as_user: AsUser) -> None:
    owner = as_user()
    made = owner.post(f"{API}/projects", json={"name": "Mine"}).json()
    address = f"{API}/projects/{made['id']}/members/{owner.user.id}"  # type: ignore[attr-defined]
    assert owner.delete(address).status_code == 409
    assert owner.put(address, json={"role": "viewer"}).status_code == 409


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": "x" * 201},
        {"name": "x", "more": 1},
        {"name": "x", "labels": [{"name": "a"}, {"name": "a"}]},
        {"name": "x", "labels": [{"name": "a", "colour": "red"}]},
        {"name": "x", "pipeline": {"engine": "magic"}},
        {"name": "x", "pipeline": {"channels": "left"}},
    ],
)
def test_projects_that_make_no_sense(client: TestClient, body: dict[str, Any]) -> None:
    answer = client.post(f"{API}/projects", json=body)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert client.get(f"{API}/projects").json()["items"] == []


def test_nobody_who_has_not_signed_in(anonymous: TestClient) -> None:
    assert anonymous.get(f"{API}/projects").status_code == 401
