"""The registry of models over HTTP."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient
from tests.library import add_project
from tests.server.conftest import AsUser

from earmark.core.people import Role
from earmark.services.platform import Platform

NEW = {"name": "birds", "version": "1", "engine": "events", "task": "events"}
WEIGHTS = bytes(range(256)) * 20_000
BINARY = {"content-type": "application/octet-stream"}


def test_a_model_from_its_making_to_another_server(client: TestClient) -> None:
    made = client.post("/api/v1/models", json=NEW | {"labels": ["wren"], "metrics": {"f1": 0.5}})
    assert made.status_code == 201
    where = made.headers["location"]
    upload = client.put(f"{where}/files/über weights.onnx", content=WEIGHTS, headers=BINARY)
    assert upload.json()["files"] == [
        {"name": "über weights.onnx", "checksum": hashlib.sha256(WEIGHTS).hexdigest(), "size": len(WEIGHTS)}
    ]
    ready = client.patch(where, json={"status": "ready"}, headers={"If-Match": upload.headers["etag"]})
    assert ready.json()["status"] == "ready"
    stale = client.patch(where, json={"notes": "x"}, headers={"If-Match": upload.headers["etag"]})
    assert (stale.status_code, stale.json()["current"]) == (412, 3)
    assert client.get(f"{where}/files/über weights.onnx").content == WEIGHTS
    part = client.get(f"{where}/files/über weights.onnx", headers={"Range": "bytes=5-9"})
    assert (part.status_code, part.content) == (206, WEIGHTS[5:10])
    assert client.put(f"{where}/default", json={}).status_code == 200
    assert client.get("/api/v1/models/defaults").json()["defaults"]["events"]["id"] == ready.json()["id"]
    assert client.delete(where).json()["code"] == "conflict"
    assert client.delete("/api/v1/models/defaults", params={"task": "events"}).status_code == 204

    exported = client.get(f"{where}/export")
    assert exported.headers["content-disposition"] == (
        "attachment; filename=\"birds-1.earmark-model\"; filename*=UTF-8''birds-1.earmark-model"
    )
    sent = {"file": ("birds.earmark-model", exported.content)}
    assert client.post("/api/v1/models/import", files=sent).status_code == 409
    assert client.delete(where).status_code == 204
    taken = client.post("/api/v1/models/import", files=sent)
    assert taken.status_code == 201
    same = ("name", "version", "labels", "metrics", "files", "status")
    assert {key: taken.json()[key] for key in same} == {key: ready.json()[key] for key in same}
    assert client.get(f"{taken.headers['location']}/files/über weights.onnx").content == WEIGHTS


def test_lists_and_lineage(client: TestClient) -> None:
    first = client.post("/api/v1/models", json=NEW).json()
    second = client.post("/api/v1/models", json=NEW | {"version": "2", "parent_id": first["id"]}).json()

    page = client.get("/api/v1/models", params={"limit": 1, "task": "events", "q": "BIRD"}).json()
    assert page["items"] == [second]
    rest = client.get("/api/v1/models", params={"limit": 1, "cursor": page["next"]}).json()
    assert (rest["items"], rest["next"]) == ([first], None)
    assert client.get(f"/api/v1/models/{second['id']}/lineage").json() == {"ancestors": [first], "children": []}


def test_models_of_a_project_are_for_its_members(client: TestClient, platform: Platform, as_user: AsUser) -> None:
    project_id = add_project(platform.database)
    manager, viewer = as_user(Role.MANAGER, project_id), as_user(Role.VIEWER, project_id)
    made = manager.post("/api/v1/models", json=NEW | {"project_id": project_id})
    where = made.headers["location"]

    assert viewer.get(where).json() == made.json()
    assert viewer.patch(where, json={"notes": "x"}).status_code == 403
    assert viewer.put(f"{where}/files/w", content=b"1", headers=BINARY).status_code == 403
    assert as_user().get(where).status_code == 404
    assert manager.post("/api/v1/models", json=NEW | {"version": "2"}).status_code == 403
    assert manager.post("/api/v1/models/import", files={"file": ("m", b"1")}).status_code == 403


def test_files_that_are_too_large_are_refused_and_leave_nothing(
    app: FastAPI, platform: Platform, client: TestClient
) -> None:
    where = client.post("/api/v1/models", json=NEW).headers["location"]
    app.state.platform = replace(platform, settings=replace(platform.settings, upload_max_bytes=1000))

    answer = client.put(f"{where}/files/w", content=b"x" * 1001, headers=BINARY)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert list(platform.uploads_dir.iterdir()) == []
    assert list(platform.files.list()) == []
    assert client.get(where).json()["files"] == []


@pytest.mark.parametrize("name", ["..", "%2e%2e", "..%2f..%2fetc", ".hidden", "a%00b", "a%5Cb", "x" * 300])
def test_names_that_are_no_files_are_refused(client: TestClient, name: str) -> None:
    where = client.post("/api/v1/models", json=NEW).headers["location"]
    answer = client.put(f"{where}/files/{name}", content=b"x", headers=BINARY)

    assert answer.status_code in (404, 405, 422)
    assert client.get(where).json()["files"] == []


def test_what_is_no_model_is_refused(client: TestClient) -> None:
    answer = client.post("/api/v1/models/import", files={"file": ("m.earmark-model", b"PK nonsense")})
    assert (answer.status_code, answer.json()["code"]) == (422, "format_error")
    assert answer.json()["detail"].startswith("m.earmark-model: ")
