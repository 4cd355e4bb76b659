"""Signing in and out with a browser."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from starlette.testclient import TestClient
from tests.server.conftest import AsUser

from earmark.core.people import SYSTEM, User
from earmark.server.app import create_app
from earmark.server.identity import COOKIE
from earmark.services.people import create_user
from earmark.services.platform import Platform
from earmark.services.sign_in import hash_of
from earmark.store import people
from earmark.store.database import now

WORDS = "four words are enough"
SIGN_IN = {"login": "Owner", "password": WORDS}


@pytest.fixture
def owner(platform: Platform) -> User:
    return create_user(platform, SYSTEM, login="owner", name="Owner", password=WORDS, is_administrator=True)


def test_the_cookie_tells_who_is_signed_in(client: TestClient) -> None:
    answer = client.get("/api/v1/session")

    assert answer.status_code == 200
    assert answer.json()["user"]["login"] == "admin"
    assert set(answer.json()["scopes"]) == {"transcribe", "read", "annotate", "manage", "admin"}


def test_signing_in_and_out(anonymous: TestClient, owner: User) -> None:
    assert anonymous.get("/api/v1/session").status_code == 401

    answer = anonymous.post("/api/v1/session", json=SIGN_IN)

    assert answer.status_code == 201
    assert answer.json()["user"]["id"] == owner.id
    flags = answer.headers["set-cookie"]
    assert flags.startswith(f"{COOKIE}=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(flags.split("; "))
    assert "Secure" not in flags
    assert anonymous.get("/api/v1/session").json()["user"]["login"] == "owner"

    secret = anonymous.cookies[COOKIE]
    assert anonymous.delete("/api/v1/session").status_code == 204
    assert COOKIE not in anonymous.cookies
    anonymous.cookies.set(COOKIE, secret)
    assert anonymous.get("/api/v1/session").status_code == 401


def test_the_cookie_of_an_https_server_is_its_hosts_alone(platform: Platform, owner: User) -> None:
    settings = replace(platform.settings, public_url="https://earmark.example.org")
    app = create_app(replace(platform, settings=settings))
    with TestClient(app, base_url="https://earmark.example.org", headers={"origin": settings.public_url}) as client:
        answer = client.post("/api/v1/session", json=SIGN_IN)

        assert answer.headers["set-cookie"].startswith(f"__Host-{COOKIE}=")
        assert "; Secure" in answer.headers["set-cookie"]
        assert "max-age" in answer.headers["strict-transport-security"]
        assert client.get("/api/v1/session").status_code == 200


@pytest.mark.parametrize("wrong", [{"login": "nobody"}, {"password": "wrong words"}])
def test_what_was_wrong_is_not_told(wrong: dict[str, str], anonymous: TestClient, owner: User) -> None:
    answer = anonymous.post("/api/v1/session", json=SIGN_IN | wrong)

    assert answer.status_code == 401
    assert answer.json()["detail"] == "login or password are wrong, or the account is closed."
    assert "set-cookie" not in answer.headers


def test_guessing_is_slowed_down(anonymous: TestClient, owner: User) -> None:
    wrong = SIGN_IN | {"password": "wrong words"}
    codes = [anonymous.post("/api/v1/session", json=wrong).status_code for _ in range(6)]

    assert codes == [401] * 5 + [429]
    answer = anonymous.post("/api/v1/session", json=SIGN_IN)
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) == answer.json()["retry_after"] > 0


def test_nothing_of_a_password_is_repeated(anonymous: TestClient) -> None:
    answer = anonymous.post("/api/v1/session", json={"login": "owner", "password": [WORDS]})

    assert answer.status_code == 422
    assert WORDS not in answer.text


def test_a_session_of_which_half_is_over_becomes_longer(
    new_client: Callable[[], TestClient], platform: Platform, owner: User
) -> None:
    secret, moment = "secret", now()
    with platform.database.write() as connection:
        soon = moment + timedelta(hours=1)
        people.add_session(connection, hash_of(secret), owner.id, created_at=moment, expires_at=soon)
    client = new_client()
    client.cookies.set(COOKIE, secret)

    answer = client.get("/api/v1/session")

    assert f"Max-Age={int(platform.settings.session_hours * 3600)}" in answer.headers["set-cookie"]
    with platform.database.read() as connection:
        found = people.find_session(connection, hash_of(secret), at=moment + timedelta(hours=2))
    assert found is not None
    assert "set-cookie" not in client.get("/api/v1/session").headers


def test_a_session_that_is_over_is_none(new_client: Callable[[], TestClient], platform: Platform, owner: User) -> None:
    past = now() - timedelta(seconds=1)
    with platform.database.write() as connection:
        people.add_session(connection, hash_of("secret"), owner.id, created_at=past, expires_at=past)
    client = new_client()
    client.cookies.set(COOKIE, "secret")

    assert client.get("/api/v1/session").status_code == 401


def test_the_secret_is_not_in_the_database(anonymous: TestClient, owner: User, platform: Platform) -> None:
    anonymous.post("/api/v1/session", json=SIGN_IN)

    secret = anonymous.cookies[COOKIE].encode()
    platform.database.close()
    content = b"".join(file.read_bytes() for file in platform.settings.data_dir.parent.glob("*.db*"))
    assert hash_of(secret.decode()).encode() in content
    assert secret not in content
    assert WORDS.encode() not in content


def test_a_token_is_judged_by_itself(client: TestClient) -> None:
    for header in ("Bearer em_wrong", "Basic YWRhOmFkYQ==", "em_wrong", "Bearer "):
        answer = client.get("/api/v1/session", headers={"authorization": header})

        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")


def test_people_learn_of_each_other_only_what_they_may(as_user: AsUser) -> None:
    answer = as_user().get("/api/v1/session").json()

    assert not answer["user"]["is_administrator"]


# Open access ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def opened(platform: Platform) -> TestClient:
    from earmark.services.first_start import ensure_open_access

    ensure_open_access(platform, loopback=True)
    app = create_app(platform, open_access=True)
    return TestClient(app, base_url="http://localhost:8000", headers={"origin": "http://localhost:8000"})


def test_open_access_needs_no_account(opened: TestClient) -> None:
    answer = opened.get("/api/v1/session").json()

    assert answer["open_access"]
    assert answer["user"]["is_administrator"]


def test_open_access_ends_with_the_first_password(opened: TestClient) -> None:
    person = {"login": "owner", "name": "Owner", "password": WORDS}
    assert opened.post("/api/v1/users", json=person).status_code == 409
    assert opened.post("/api/v1/users", json=person | {"is_administrator": True}).status_code == 201

    assert opened.get("/api/v1/session").status_code == 401
    assert opened.post("/api/v1/session", json=SIGN_IN).status_code == 201
    assert opened.get("/api/v1/session").json()["user"]["login"] == "owner"


def test_who_worked_under_open_access_may_take_a_password(opened: TestClient) -> None:
    own = opened.get("/api/v1/session").json()["user"]["id"]

    assert opened.put(f"/api/v1/users/{own}/password", json={"password": WORDS}).status_code == 204
    assert opened.get("/api/v1/session").status_code == 401
    assert opened.post("/api/v1/session", json={"login": "local", "password": WORDS}).status_code == 201


@pytest.mark.parametrize("host", ["evil.example.org:8000", "192.168.1.5", "localhost.evil.example.org", "", "[::2]"])
def test_open_access_answers_to_names_of_its_own_machine(host: str, opened: TestClient) -> None:
    answer = opened.get("/api/v1/session", headers={"host": host})

    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8000", "[::1]:8000", "earmark.localhost", "LOCALHOST"])
def test_names_of_this_machine_are_taken(host: str, opened: TestClient) -> None:
    assert opened.get("/api/v1/session", headers={"host": host}).status_code == 200


def test_other_sites_cannot_use_open_access(opened: TestClient) -> None:
    answer = opened.post(
        "/api/v1/tokens", json={"name": "a", "scopes": ["admin"]}, headers={"origin": "https://evil.example.org"}
    )

    assert answer.status_code == 403
