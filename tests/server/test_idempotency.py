"""A request that is sent again happens once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from fastapi import FastAPI, Request, Response
from starlette.testclient import TestClient
from tests.library import add_user
from tests.server.conftest import BASE, BROWSER, sign_in_as

from earmark.errors import Conflict, StoreUnavailable
from earmark.server.app import create_app
from earmark.server.dependencies import ActorDep
from earmark.server.schemas import Body
from earmark.services.platform import Platform
from earmark.store.tables import idempotency

KEY = {"Idempotency-Key": "8e03978e-40d5-43dd-bc93-6894a57f9324"}


class Thing(Body):
    name: str = ""
    error: str = ""


class Counted:
    """An application with a route that counts what happens."""

    def __init__(self, platform: Platform) -> None:
        self.names: list[str] = []
        self.going, self.go = threading.Event(), threading.Event()
        self.app: FastAPI = create_app(platform)
        self.platform = platform

        @self.app.post("/things", status_code=201)
        def make(body: Thing, actor: ActorDep, response: Response) -> dict[str, object]:
            """Make a thing."""
            if body.error == "conflict":
                raise Conflict("no")
            if body.error == "down":
                raise StoreUnavailable("x", "y")
            if body.error == "bug":
                raise ZeroDivisionError
            if body.name == "slow":
                self.going.set()
                self.go.wait(10)
            self.names.append(body.name)
            response.headers["Location"] = f"/things/{len(self.names)}"
            return {"number": len(self.names), "who": actor.name, "ä": "ö"}

        @self.app.post("/raw", status_code=201)
        async def take(request: Request) -> int:
            """Take any body."""
            self.names.append("raw")
            return len(await request.body())

    def client(self) -> TestClient:
        client = TestClient(self.app, base_url=BASE, headers=BROWSER)
        return sign_in_as(client, self.platform, add_user(self.platform.database))


@pytest.fixture
def counted(any_platform: Platform) -> Counted:
    return Counted(any_platform)


@pytest.fixture
def quick(platform: Platform) -> Iterator[tuple[Counted, TestClient]]:
    counted = Counted(platform)
    with counted.client() as client:
        yield counted, client


def test_the_first_answer_comes_again(counted: Counted) -> None:
    with counted.client() as client:
        first = client.post("/things", json={"name": "a"}, headers=KEY)
        again = client.post("/things", json={"name": "a"}, headers=KEY)

    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert again.headers["location"] == first.headers["location"]
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert counted.names == ["a"]


def test_of_many_at_once_one_happens(counted: Counted) -> None:
    with counted.client() as client, ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _: client.post("/things", json={"name": "a"}, headers=KEY), range(12)))

    assert counted.names == ["a"]
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert {answer.json()["number"] for answer in answers if answer.status_code == 201} == {1}


def test_while_the_first_is_under_way_there_is_no_answer(quick: tuple[Counted, TestClient]) -> None:
    counted, client = quick
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(client.post, "/things", json={"name": "slow"}, headers=KEY)
        counted.going.wait(10)
        meanwhile = client.post("/things", json={"name": "slow"}, headers=KEY)
        counted.go.set()

    assert meanwhile.status_code == 409
    assert first.result().status_code == 201
    assert client.post("/things", json={"name": "slow"}, headers=KEY).json() == first.result().json()


def test_a_key_stands_for_one_request(quick: tuple[Counted, TestClient]) -> None:
    counted, client = quick
    client.post("/things", json={"name": "a"}, headers=KEY)

    assert client.post("/things", json={"name": "b"}, headers=KEY).status_code == 422
    assert client.post("/things?x=1", json={"name": "a"}, headers=KEY).status_code == 422
    assert client.post("/raw", json={"name": "a"}, headers=KEY).status_code == 422
    assert counted.names == ["a"]


def test_a_key_is_its_owners(quick: tuple[Counted, TestClient]) -> None:
    counted, client = quick
    first = client.post("/things", json={"name": "a"}, headers=KEY).json()
    second = counted.client().post("/things", json={"name": "a"}, headers=KEY).json()

    assert first["who"] != second["who"]
    assert counted.names == ["a", "a"]


@pytest.mark.parametrize(("error", "status"), [("conflict", 409), ("down", 503), ("bug", 500)])
def test_errors_are_not_kept(error: str, status: int, quick: tuple[Counted, TestClient]) -> None:
    counted, client = quick
    assert client.post("/things", json={"error": error}, headers=KEY).status_code == status
    assert client.post("/things", json={"error": error}, headers=KEY).status_code == status

    assert client.post("/things", json={"name": "a"}, headers=KEY).status_code == 201
    assert counted.names == ["a"]


def test_without_a_key_things_happen_each_time(quick: tuple[Counted, TestClient]) -> None:
    counted, client = quick
    client.post("/things", json={"name": "a"})
    client.post("/things", json={"name": "a"})

    assert counted.names == ["a", "a"]


def test_files_take_no_key(quick: tuple[Counted, TestClient]) -> None:
    counted, client = quick
    for _ in range(2):
        assert client.post("/raw", content=b"x" * 2_000_000, headers=KEY | {"content-type": "audio/wav"}).json()

    assert counted.names == ["raw", "raw"]


@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb"])
def test_keys_that_cannot_be(key: str, quick: tuple[Counted, TestClient]) -> None:
    _, client = quick
    answer = client.post("/things", json={"name": "a"}, headers={"Idempotency-Key": key})

    assert answer.status_code == 422


def test_bodies_with_a_key_are_small(quick: tuple[Counted, TestClient]) -> None:
    counted, client = quick
    answer = client.post("/things", json={"name": "x" * 1_100_000}, headers=KEY)

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert counted.names == []


def test_nobody_keeps_a_key(quick: tuple[Counted, TestClient]) -> None:
    counted, _ = quick
    stranger = TestClient(counted.app, base_url=BASE, headers=BROWSER)

    assert stranger.post("/things", json={"name": "a"}, headers=KEY).status_code == 401


def test_secrets_are_not_kept(client: TestClient, platform: Platform) -> None:
    """Of a token the database has the hash alone, also while its answer could be asked for again."""
    wanted = {"name": "a", "scopes": ["read"]}
    secret = client.post("/api/v1/tokens", json=wanted, headers=KEY).json()["secret"]
    again = client.post("/api/v1/tokens", json=wanted, headers=KEY)

    assert again.status_code == 409
    assert len(client.get("/api/v1/tokens").json()["items"]) == 1
    with platform.database.read() as connection:
        kept = connection.execute(sa.select(idempotency)).all()
    assert kept
    assert secret not in str(kept)
