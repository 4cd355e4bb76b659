"""API tokens over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient
from tests.server.conftest import AsUser

from earmark.core.people import User
from earmark.services.platform import Platform
from earmark.store.database import now
from earmark.store.tables import tokens

ALL = ["admin", "annotate", "manage", "read"]


def make(client: TestClient, *scopes: str, **more: object) -> dict[str, str]:
    answer = client.post("/api/v1/tokens", json={"name": "script", "scopes": list(scopes), **more})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


@pytest.fixture
def program(new_client: Callable[[], TestClient]) -> Callable[[str], TestClient]:
    """Client with a token, and nothing that a browser sends."""

    def make(secret: str) -> TestClient:
        client = new_client()
        del client.headers["origin"]
        client.headers["authorization"] = f"Bearer {secret}"
        return client

    return make


def test_a_token_acts_for_its_owner(client: TestClient, program: Callable[[str], TestClient]) -> None:
    made = make(client, "admin")
    assert made["secret"].startswith("em_")

    with_token = program(made["secret"])

    assert with_token.get("/api/v1/session").json()["user"]["login"] == "admin"
    listed = with_token.get("/api/v1/tokens").json()["items"]
    assert [token["id"] for token in listed] == [made["id"]]
    assert listed[0]["used_at"] is not None
    assert "secret" not in listed[0]
    assert with_token.post("/api/v1/tokens", json={"name": "b", "scopes": ["read"]}).status_code == 201


def test_a_revoked_token_is_none(client: TestClient, program: Callable[[str], TestClient]) -> None:
    made = make(client, "read")
    assert client.delete(f"/api/v1/tokens/{made['id']}").status_code == 204

    assert program(made["secret"]).get("/api/v1/session").status_code == 401
    assert client.delete(f"/api/v1/tokens/{made['id']}").status_code == 404


def test_an_expired_token_is_none(client: TestClient, program: Callable[[str], TestClient], platform: Platform) -> None:
    made = make(client, "read", expires_at=(now() + timedelta(hours=1)).isoformat())
    assert program(made["secret"]).get("/api/v1/session").status_code == 200

    with platform.database.write() as connection:
        connection.execute(tokens.update().values(expires_at=now() - timedelta(seconds=1)))

    assert program(made["secret"]).get("/api/v1/session").status_code == 401


def test_a_closed_account_has_no_tokens(
    client: TestClient, as_user: AsUser, program: Callable[[str], TestClient]
) -> None:
    person = as_user()
    secret = make(person, "read")["secret"]

    client.patch(f"/api/v1/users/{person.user.id}", json={"active": False})  # type: ignore[attr-defined]

    assert program(secret).get("/api/v1/session").status_code == 401


def test_a_narrow_token_does_not_widen_itself(client: TestClient, program: Callable[[str], TestClient]) -> None:
    narrow = program(make(client, "read", "annotate", "manage")["secret"])

    assert narrow.post("/api/v1/tokens", json={"name": "b", "scopes": ALL}).status_code == 403
    assert narrow.get("/api/v1/tokens").status_code == 403
    assert narrow.post("/api/v1/users", json={"login": "b", "name": "B", "password": "x" * 12}).status_code == 403
    assert narrow.get("/api/v1/audit").status_code == 403


def test_a_narrow_token_changes_no_password(
    client: TestClient, program: Callable[[str], TestClient], administrator: User
) -> None:
    narrow = program(make(client, "read", "annotate", "manage")["secret"])
    own = f"/api/v1/users/{administrator.id}"

    assert narrow.put(own + "/password", json={"password": "four words are enough"}).status_code == 403
    assert narrow.patch(own, json={"name": "x"}).status_code == 403


def test_a_wide_token_of_an_ordinary_person_is_no_administrators(
    as_user: AsUser, program: Callable[[str], TestClient]
) -> None:
    wide = program(make(as_user(), *ALL)["secret"])

    assert wide.get("/api/v1/audit").status_code == 403
    assert wide.get("/api/v1/users").status_code == 200


def test_tokens_of_others_are_not_seen(as_user: AsUser, client: TestClient, administrator: User) -> None:
    person, made = as_user(), make(client, "read")

    assert person.get("/api/v1/tokens").json()["items"] == []
    assert person.get("/api/v1/tokens", params={"user_id": administrator.id}).status_code == 404
    assert person.delete(f"/api/v1/tokens/{made['id']}").status_code == 404
    theirs = make(person, "read")
    assert client.delete(f"/api/v1/tokens/{theirs['id']}").status_code == 204


@pytest.mark.parametrize(
    "change",
    [
        {"scopes": []},
        {"scopes": ["everything"]},
        {"name": ""},
        {"name": " "},
        {"name": "x" * 300},
        {"expires_at": "2020-01-01T00:00:00Z"},
        {"expires_at": "2040-01-01T00:00:00"},
        {"expires_at": "soon"},
    ],
)
def test_tokens_that_cannot_be(change: dict[str, object], client: TestClient) -> None:
    assert client.post("/api/v1/tokens", json={"name": "a", "scopes": ["read"]} | change).status_code == 422


def test_the_secret_is_not_in_the_database(client: TestClient, platform: Platform) -> None:
    secret = make(client, "read")["secret"]

    with platform.database.read() as connection:
        rows = connection.execute(sa.select(tokens)).all()
    assert secret not in str(rows)
    assert secret not in client.get("/api/v1/audit").text
