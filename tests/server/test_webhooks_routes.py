"""Webhooks over HTTP."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient
from tests.library import add_project
from tests.server.conftest import AsUser

from earmark.core.people import Role
from earmark.services.platform import Platform

URL = "https://example.org/hook"


def test_a_webhook_from_its_making_to_its_end(client: TestClient) -> None:
    made = client.post("/api/v1/webhooks", json={"url": URL, "kinds": ["job.done"]})
    assert made.status_code == 201
    assert made.json()["secret"].startswith("whsec_")
    where = made.headers["location"]

    shown = client.get(where).json()
    assert shown == {key: value for key, value in made.json().items() if key != "secret"}
    assert client.get("/api/v1/webhooks").json() == {"items": [shown], "next": None}
    changed = client.patch(where, json={"enabled": False, "kinds": []}).json()
    assert (changed["enabled"], changed["kinds"], changed["url"]) == (False, [], URL)
    assert client.post(f"{where}/test").json()["code"] == "conflict"
    client.patch(where, json={"enabled": True})
    assert client.post(f"{where}/secret").json()["secret"] != made.json()["secret"]
    assert client.post(f"{where}/test").status_code == 202
    tests = [one for one in client.get(f"{where}/deliveries").json()["items"] if one["kind"] == "webhook.test"]
    assert [(one["state"], one["attempts"]) for one in tests] == [("queued", 0)]
    again = client.post(f"{where}/deliveries/{tests[0]['id']}/redeliver")
    assert again.status_code == 409
    assert client.get(f"{where}/deliveries", params={"state": "failed"}).json()["items"] == []
    assert client.delete(where).status_code == 204
    assert client.get(where).status_code == 404


def test_projects_have_their_own(client: TestClient, platform: Platform, as_user: AsUser) -> None:
    project_id = add_project(platform.database)
    manager, annotator = as_user(Role.MANAGER, project_id), as_user(Role.ANNOTATOR, project_id)
    made = manager.post(f"/api/v1/projects/{project_id}/webhooks", json={"url": URL})

    assert made.json()["project_id"] == project_id
    listed = manager.get(f"/api/v1/projects/{project_id}/webhooks").json()["items"]
    assert [one["id"] for one in listed] == [made.json()["id"]]
    assert client.get("/api/v1/webhooks").json()["items"] == []
    assert annotator.get(made.headers["location"]).status_code == 403
    assert manager.get("/api/v1/webhooks").status_code == 403
    assert as_user().get(made.headers["location"]).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {"url": "file:///etc/passwd"},
        {"url": "http://user@example.org/"},
        {"url": URL, "kinds": ["nothing"]},
        {"url": URL, "kinds": "job.done"},
        {"url": URL + "x" * 3000},
        {"url": URL, "secret": "mine"},
        {"url": URL, "kinds": ["\x00"]},
        {"url": "http://\ud800/"},
        {},
    ],
)
def test_what_makes_no_sense_is_refused(client: TestClient, body: dict[str, object]) -> None:
    import json

    answer = client.post("/api/v1/webhooks", content=json.dumps(body), headers={"content-type": "application/json"})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


def test_an_address_where_the_server_may_not_go_is_refused_with_the_way_out(client: TestClient) -> None:
    refused = client.post("/api/v1/webhooks", json={"url": "http://192.168.1.7/hook"})
    assert (refused.status_code, refused.json()["code"]) == (422, "address_refused")
    assert "EARMARK_ALLOWED_HOSTS" in refused.json()["detail"]
