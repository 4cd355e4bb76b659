"""Accounts over HTTP."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient
from tests.library import add_project
from tests.server.conftest import AsUser, sign_in_as

from earmark.core.people import SYSTEM, Role, User
from earmark.services import people
from earmark.services.platform import Platform

WORDS = "four words are enough"
ANNOTATOR = {"login": "Annotator", "name": "Annotator 1", "password": WORDS}


def test_an_account_is_made_found_and_closed(client: TestClient, anonymous: TestClient) -> None:
    made = client.post("/api/v1/users", json=ANNOTATOR)
    assert made.status_code == 201
    user = made.json()
    assert (user["login"], user["name"], user["active"]) == ("annotator", "Annotator 1", True)
    assert client.get(made.headers["location"]).json() == user
    assert anonymous.post("/api/v1/session", json={"login": "annotator", "password": WORDS}).status_code == 201

    closed = client.patch(made.headers["location"], json={"active": False})

    assert not closed.json()["active"]
    assert anonymous.get("/api/v1/session").status_code == 401
    assert anonymous.post("/api/v1/session", json={"login": "annotator", "password": WORDS}).status_code == 401
    assert [u["login"] for u in client.get("/api/v1/users", params={"closed": True}).json()["items"]] == ["annotator"]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"login": "a b"}, 422),
        ({"login": ""}, 422),
        ({"login": "<script>"}, 422),
        ({"name": " "}, 422),
        ({"name": "x" * 201}, 422),
        ({"password": "short"}, 422),
        ({"password": "password123"}, 422),
        ({"password": "x" * 201}, 422),
        ({"is_administrator": "perhaps"}, 422),
        ({"more": 1}, 422),
        ({"login": "admin"}, 409),
        ({"login": "ADMIN"}, 409),
    ],
)
def test_accounts_that_cannot_be(change: dict[str, object], status: int, client: TestClient) -> None:
    answer = client.post("/api/v1/users", json=ANNOTATOR | change)

    assert answer.status_code == status


def test_people_are_listed_page_by_page(client: TestClient) -> None:
    client.post("/api/v1/users", json=ANNOTATOR | {"is_administrator": True})
    for number in range(5):
        client.post("/api/v1/users", json=ANNOTATOR | {"login": f"person{number}", "name": f"Person {number}"})

    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = client.get("/api/v1/users", params={"limit": 2, "cursor": cursor} if cursor else {"limit": 2}).json()
        seen += [user["login"] for user in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break

    assert seen == ["admin", "annotator", *(f"person{number}" for number in range(5))]
    assert [u["login"] for u in client.get("/api/v1/users", params={"q": "SON 3"}).json()["items"]] == ["person3"]
    assert client.get("/api/v1/users", params={"q": "%"}).json()["items"] == []


def test_people_are_sorted_and_their_projects_told(client: TestClient, as_user: AsUser, platform: Platform) -> None:
    person = as_user(Role.MANAGER, add_project(platform.database, "Reef")).user  # type: ignore[attr-defined]

    sorted_by_name = client.get("/api/v1/users", params={"sort": "name", "order": "desc"}).json()["items"]
    names = [user["name"] for user in sorted_by_name]
    (place,) = client.get(f"/api/v1/users/{person.id}/projects").json()["items"]

    assert names == sorted(names, reverse=True)
    assert client.get("/api/v1/users", params={"sort": "password_hash"}).status_code == 422
    assert (place["project_name"], place["role"]) == ("Reef", "manager")
    assert as_user().get(f"/api/v1/users/{person.id}/projects").status_code == 403


@pytest.mark.parametrize("cursor", ["x", "WzFd", "W10", "e30", "bnVsbA", "WyJhIiwiYiJd"])
def test_cursors_of_elsewhere_are_refused(cursor: str, client: TestClient) -> None:
    assert client.get("/api/v1/users", params={"cursor": cursor}).status_code == 422
    assert client.get("/api/v1/audit", params={"cursor": "WyJhIl0"}).status_code == 422


def test_ordinary_people_change_themselves_only(as_user: AsUser, administrator: User) -> None:
    person = as_user()
    own = f"/api/v1/users/{person.user.id}"  # type: ignore[attr-defined]

    assert person.patch(own, json={"name": "New"}).json()["name"] == "New"
    assert person.patch(own, json={"is_administrator": True}).status_code == 403
    assert person.patch(own, json={"active": False}).status_code == 403
    assert person.patch(f"/api/v1/users/{administrator.id}", json={"name": "New"}).status_code == 403
    assert person.put(f"/api/v1/users/{administrator.id}/password", json={"password": WORDS}).status_code == 403
    assert person.post("/api/v1/users", json=ANNOTATOR).status_code == 403
    assert person.get("/api/v1/users", params={"closed": True}).status_code == 403
    assert person.get("/api/v1/audit").status_code == 403
    assert person.get("/api/v1/users").status_code == 200


def test_a_new_password_ends_all_other_sessions(
    client: TestClient, anonymous: TestClient, administrator: User, platform: Platform
) -> None:
    own = f"/api/v1/users/{administrator.id}/password"
    people.set_password(platform, SYSTEM, administrator.id, password=WORDS)
    client = sign_in_as(client, platform, administrator)
    anonymous.post("/api/v1/session", json={"login": "admin", "password": WORDS})

    assert client.put(own, json={"password": WORDS + "!", "current": "wrong words"}).status_code == 403
    assert client.put(own, json={"password": WORDS + "!"}).status_code == 403
    assert client.put(own, json={"password": WORDS + "!", "current": WORDS}).status_code == 204

    assert client.get("/api/v1/session").status_code == 200
    assert anonymous.get("/api/v1/session").status_code == 401


def test_the_last_administrator_stays(client: TestClient, administrator: User) -> None:
    own = f"/api/v1/users/{administrator.id}"

    assert client.patch(own, json={"active": False}).status_code == 409
    assert client.patch(own, json={"is_administrator": False}).status_code == 409
    client.post("/api/v1/users", json=ANNOTATOR | {"is_administrator": True})
    assert client.patch(own, json={"is_administrator": False}).status_code == 200


def test_who_did_it_is_written_down(client: TestClient, administrator: User) -> None:
    user = client.post("/api/v1/users", json=ANNOTATOR, headers={"X-Request-ID": "mine-1"}).json()

    entry = client.get("/api/v1/audit", params={"subject_id": user["id"]}).json()["items"][0]

    assert entry["action"] == "user.created"
    assert entry["user_id"] == administrator.id
    assert entry["request_id"] == "mine-1"
    assert entry["details"] == {"login": "annotator", "is_administrator": False}
    assert client.get("/api/v1/audit", params={"action": "user.created"}).json()["items"] == [entry]
    made = {"action": "user.created"}
    assert client.get("/api/v1/audit", params=made | {"from": entry["at"]}).json()["items"] == [entry]
    assert client.get("/api/v1/audit", params=made | {"to": entry["at"]}).json()["items"] == []
    assert client.get("/api/v1/audit", params={"from": "2026-05-01T06:00:00"}).status_code == 422
    assert client.get("/api/v1/audit", params={"from": entry["at"], "to": "2020-01-01T00:00:00Z"}).status_code == 422
    assert WORDS not in client.get("/api/v1/audit").text


def test_an_unknown_person_is_not_found(client: TestClient) -> None:
    assert client.get(f"/api/v1/users/{'0' * 26}").status_code == 404
    assert client.patch(f"/api/v1/users/{'0' * 26}", json={"name": "a"}).status_code == 404
