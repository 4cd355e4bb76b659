"""Whatever is sent to any route of the OpenAPI document, the server answers, and never with an error of its own.

Half of the requests name things that are there, since errors hide behind the first 404. ``EARMARK_TEST_EXAMPLES`` sets
how many requests each route gets.
"""

from __future__ import annotations

import os
import random
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, settings
from tests.conftest import make_platform
from tests.databases import fresh_database
from tests.e2e.example_project import fill
from tests.library import add_actor

from earmark.core.people import Scope
from earmark.server.app import create_app
from earmark.services import tokens

EXAMPLES = int(os.environ.get("EARMARK_TEST_EXAMPLES", "12"))
ENDLESS = [
    "/api/v1/events",
    "/v1/audio/transcriptions",
    "/v1/audio/translations",
    "/v1/audio/diarization",
    "/v1/audio/speech/timestamps",
    "/asr",
    "/detect-language",
]
"""Streams that end when the reader goes, and requests that wait for a worker, of which none runs here."""

schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")


def _document() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder, fresh_database("sqlite", Path(folder), tables=False) as database:
        return create_app(make_platform(database, Path(folder))).openapi()


schema = schemathesis.openapi.from_dict(_document()).exclude(path=ENDLESS)


@dataclass(frozen=True, kw_only=True)
class Listening:
    """A server: its address, a token for everything, things that are there, and things that may be deleted."""

    url: str
    token: str
    there: Mapping[str, str]
    spare: Mapping[str, str]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listening]:
    """A listening server with two of everything in it; no worker runs."""
    folder = tmp_path_factory.mktemp("fuzz")
    with fresh_database("sqlite", folder) as database:
        platform = make_platform(database, folder)
        owner = add_actor(platform.database, "owner", administrator=True)
        _, token = tokens.create_token(platform, owner, name="all", scopes=[Scope.ADMIN])
        there, spare = fill(platform, owner, seed=1), fill(platform, owner, seed=2)
        uvicorns = uvicorn.Server(uvicorn.Config(create_app(platform), port=0, log_config=None))
        thread = threading.Thread(target=uvicorns.run)
        thread.start()
        while not uvicorns.started:
            time.sleep(0.01)
        port = uvicorns.servers[0].sockets[0].getsockname()[1]
        yield Listening(url=f"http://127.0.0.1:{port}", token=token, there=there, spare=spare)
        uvicorns.should_exit = True
        thread.join()


@pytest.mark.slow
@schema.parametrize()
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
def test_no_request_makes_the_server_fail(case: schemathesis.Case, server: Listening) -> None:
    ids = server.spare if case.method == "DELETE" or case.path.endswith("/purge") else server.there
    chooser = random.Random(repr((case.path_parameters, case.query, case.body)))  # noqa: S311
    for name in case.path_parameters or {}:
        if name in ids and chooser.random() < 0.5:
            case.path_parameters[name] = ids[name]
    response = case.call(base_url=server.url, headers={"Authorization": f"Bearer {server.token}"}, timeout=60)

    assert response.status_code < 500, f"{case.as_curl_command()}\n{response.text}"
    if response.status_code >= 400 and response.status_code != 404 and case.method != "HEAD":
        kind = "application/json" if case.path.startswith("/v1/") else "application/problem+json"
        assert response.headers["content-type"][0].startswith(kind), response.text
