"""Clients of the HTTP API for tests of its routes."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient
from tests.databases import fresh_database
from tests.library import add_user

from earmark.config import Settings
from earmark.core.people import Role, User
from earmark.files.cache import DiskCache
from earmark.files.local import LocalFiles
from earmark.server.app import create_app
from earmark.server.identity import cookie_name
from earmark.services.platform import Platform
from earmark.services.sign_in import hash_of
from earmark.store import people, projects
from earmark.store.database import now

BASE = "http://testserver"
BROWSER = {"origin": BASE}
"""What browsers send with requests from our own pages."""

AsUser = Callable[..., TestClient]


def sign_in_as(client: TestClient, platform: Platform, user: User) -> TestClient:
    """Give a client the cookie of a session."""
    secret, moment = secrets.token_urlsafe(), now()
    with platform.database.write() as connection:
        people.add_session(
            connection, hash_of(secret), user.id, created_at=moment, expires_at=moment + timedelta(hours=300)
        )
    client.cookies.set(cookie_name(platform), secret)
    return client


@pytest.fixture(scope="session")
def document(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """The OpenAPI document; made once, since that takes a while."""
    folder = tmp_path_factory.mktemp("document")
    with fresh_database("sqlite", folder, tables=False) as database:
        files, cache = LocalFiles(folder / "files"), DiskCache(folder / "cache", 0)
        platform = Platform(settings=Settings(data_dir=folder), database=database, files=files, cache=cache)
        yield create_app(platform).openapi()


@pytest.fixture
def app(platform: Platform) -> FastAPI:
    """The application on SQLite."""
    return create_app(platform)


@pytest.fixture
def new_client(app: FastAPI) -> Iterator[Callable[[], TestClient]]:
    """Make clients that nobody signed in with; they share the application."""
    with ExitStack() as stack:
        running = stack.enter_context(TestClient(app, base_url=BASE))
        yield lambda: stack.enter_context(_Quiet(app, running, base_url=BASE, headers=BROWSER))


class _Quiet(TestClient):
    """Client of an application that runs already: entering it does not start the application again."""

    def __init__(self, app: FastAPI, running: TestClient, **more: Any) -> None:
        super().__init__(app, **more)
        # Else each request would start a thread and an event loop of its own.
        self.portal = running.portal

    def __enter__(self) -> _Quiet:
        return self

    def __exit__(self, *args: object) -> None:
        self.close()


@pytest.fixture
def anonymous(new_client: Callable[[], TestClient]) -> TestClient:
    """Client that has not signed in."""
    return new_client()


@pytest.fixture
def administrator(platform: Platform) -> User:
    """The account of `client`."""
    return add_user(platform.database, "admin", administrator=True)


@pytest.fixture
def client(new_client: Callable[[], TestClient], platform: Platform, administrator: User) -> TestClient:
    """Client signed in as administrator."""
    return sign_in_as(new_client(), platform, administrator)


@pytest.fixture
def as_user(new_client: Callable[[], TestClient], platform: Platform) -> AsUser:
    """Make a client signed in as a new person with a role in a project (None: in none); `client.user` tells who."""

    def make(role: Role | str | None = None, project_id: str | None = None) -> TestClient:
        user = add_user(platform.database)
        if role is not None and project_id is not None:
            with platform.database.write() as connection:
                projects.set_member(connection, project_id, user.id, Role(role))
        client = sign_in_as(new_client(), platform, user)
        client.user = user  # type: ignore[attr-defined]
        return client

    return make
