"""Clients that stop in the middle of a body, or read no answer, are left after a while."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from starlette.responses import StreamingResponse
from tests.jobs.queues import wait_for

from earmark.server import bodies, connections
from earmark.server.running import _Server, listen


@pytest.fixture
def server(app: FastAPI) -> Iterator[tuple[_Server, tuple[str, int]]]:
    """The application on a port of this machine, with a route that has much to say."""

    @app.get("/much")
    def much() -> StreamingResponse:
        """Give more than fits into any buffer."""
        return StreamingResponse(bytes(1_000_000) for _ in range(100))

    listener = listen("127.0.0.1", 0)
    address = listener.getsockname()
    server = _Server(app, started=None)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield server, address
    server.should_exit = True
    thread.join()


def test_an_answer_that_nobody_reads_is_not_kept(
    server: tuple[_Server, tuple[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "UNREAD_SECONDS", 0.5)
    running, address = server
    with socket.create_connection(address) as client:
        client.sendall(b"GET /much HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        wait_for(lambda: bool(running.server_state.tasks))
        wait_for(lambda: not running.server_state.tasks)
        wait_for(lambda: not running.server_state.connections)


@pytest.mark.parametrize("kind", ["application/json", "text/plain"])
def test_a_body_that_stops_coming_is_answered(
    kind: str, server: tuple[_Server, tuple[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "PATIENCE", 0.5)
    lines = (
        "POST /api/v1/session HTTP/1.1",
        "Host: a",
        "Origin: http://a",
        f"Content-Type: {kind}",
        "Content-Length: 9",
    )
    with socket.create_connection(server[1], timeout=30) as client:
        client.sendall("\r\n".join([*lines, "", "{"]).encode())
        answer = client.recv(4096)

    assert answer.startswith(b"HTTP/1.1 408")
    assert b"application/problem+json" in answer
