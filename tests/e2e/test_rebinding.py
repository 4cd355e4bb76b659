"""Nobody leads the server into its own network: not by a name that changes its address, not by a redirect.

A web server runs on this machine, and the name service is the attacker's. All goes the way of users: import jobs and
webhooks.
"""

from __future__ import annotations

import itertools
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
from tests.library import add_actor, make_project, wav, work

from earmark.core.job import JobState
from earmark.core.library import RecordingState
from earmark.core.people import SYSTEM
from earmark.errors import AddressRefused
from earmark.services import chronicle, import_requests, library, webhooks
from earmark.services.platform import Platform

PUBLIC = "93.184.215.14"
NAME = "rebinding.example"


class Inside(ThreadingHTTPServer):
    """What must not be reached: a server of this machine, which remembers what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        self.asked: list[str] = []
        super().__init__(("127.0.0.1", 0), Handler)


class Handler(BaseHTTPRequestHandler):
    server: Inside

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(302 if self.path == "/away" else 200)
        self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}/secret.wav")
        self.send_header("Content-Length", str(len(wav())))
        self.end_headers()
        self.wfile.write(wav())

    do_POST = do_GET  # noqa: N815 - the library's name

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def inside() -> Iterator[Inside]:
    with Inside() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def _attacker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the name be public and of this machine by turns; nothing leaves this machine."""
    turns, look_up, connect = itertools.cycle([PUBLIC, "127.0.0.1"]), socket.getaddrinfo, socket.create_connection

    def answer(host: str, *args: Any, **more: Any) -> Any:
        return look_up(next(turns) if host == NAME else host, *args, **more)

    def stay(address: tuple[str, int], *args: Any, **more: Any) -> socket.socket:
        if address[0] == PUBLIC:
            raise ConnectionRefusedError
        return connect(address, *args, **more)

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    monkeypatch.setattr(socket, "create_connection", stay)


def import_from(platform: Platform, url: str) -> tuple[RecordingState, str]:
    """Import from an address; tell what became of the recording."""
    owner = add_actor(platform.database)
    project = make_project(platform, owner)
    (made,) = import_requests.import_urls(platform, owner, project.id, [url])
    (job,) = work(platform)
    assert job.state is JobState.FAILED
    recording = library.get(platform, owner, made.id)
    return recording.state, recording.error or ""


def test_whoever_looks_a_name_up_twice_is_led_inside(inside: Inside) -> None:
    """Else the other tests would show nothing."""
    socket.getaddrinfo(NAME, 80)
    assert httpx.get(f"http://{NAME}:{inside.server_port}/secret.wav", trust_env=False).status_code == 200
    assert inside.asked == ["/secret.wav"]


def test_a_name_that_becomes_this_machine_leads_no_import_there(platform: Platform, inside: Inside) -> None:
    ends = [import_from(platform, f"http://{NAME}:{inside.server_port}/secret.wav") for _ in range(4)]

    assert {state for state, _ in ends} == {RecordingState.FAILED}
    assert any("does not accept the connection" in error for _, error in ends)
    assert any("not on the public internet" in error for _, error in ends)
    assert inside.asked == []


def test_a_name_that_becomes_this_machine_gets_no_webhook(platform: Platform, inside: Inside) -> None:
    url = f"http://{NAME}:{inside.server_port}/hook"
    made = []
    for _ in range(4):
        # The name may be of this machine already when the webhook is made.
        with suppress(AddressRefused):
            made += webhooks.create_webhook(platform, SYSTEM, project_id=None, url=url, kinds=["user.created"])[:1]
        with platform.database.write() as connection:
            chronicle.record(connection, SYSTEM, "user.created", subject_id="x")
        webhooks.deliver_due(platform)

    tried = [one for webhook in made for one in webhooks.list_deliveries(platform, SYSTEM, webhook.id).items]
    assert any("EARMARK_ALLOWED_HOSTS" in (one.last_error or "") for one in tried)
    assert inside.asked == []


def test_a_redirect_from_an_open_host_to_a_private_address_is_refused(platform: Platform, inside: Inside) -> None:
    opened = replace(platform, settings=replace(platform.settings, allowed_hosts=("localhost",)))

    state, error = import_from(opened, f"http://localhost:{inside.server_port}/away")

    assert state is RecordingState.FAILED
    assert "not on the public internet" in error
    assert inside.asked == ["/away"]
