"""A server that speaks RunPod, at the root too, and workers that do what waits."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.library import add_user

from earmark.app import Context
from earmark.core.people import Actor, Scope
from earmark.jobs.run import run_job
from earmark.server.app import create_app
from earmark.services import tokens
from earmark.services.platform import Platform
from earmark.store import leases

ENGLISH = {"engine": "pocketsphinx", "language": "en"}


@dataclass
class RunPod:
    """A client with a token, and the worker behind the server."""

    platform: Platform
    client: TestClient
    token: str

    def ask(self, method: str, path: str, **more: Any) -> Any:
        headers = {"authorization": f"Bearer {self.token}", **more.pop("headers", {})}
        return self.client.request(method, path, headers=headers, **more)

    def run(self, given: Any, path: str = "/run", **beside: Any) -> dict[str, Any]:
        answer = self.ask("POST", path, json={"input": given, **beside})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def status(self, job_id: str) -> dict[str, Any]:
        answer = self.ask("GET", f"/status/{job_id}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def work_off(self) -> None:
        """Do what waits, as a worker does."""
        bodies = Context(self.platform.settings).bodies(self.platform)
        while True:
            with self.platform.database.write() as connection:
                job = leases.claim(connection, "worker")
            if job is None:
                return
            run_job(self.platform.database, job, bodies[job.kind])

    def done(self, given: Any, **beside: Any) -> dict[str, Any]:
        """Put a job into the queue, do it, and give its status."""
        job = self.run(given, **beside)
        self.work_off()
        return self.status(job["id"])


def add_token(
    platform: Platform, *, administrator: bool = False, scopes: tuple[Scope, ...] = (Scope.TRANSCRIBE,)
) -> str:
    """Make somebody's token; give its secret."""
    user = add_user(platform.database, administrator=administrator)
    actor = Actor(user_id=user.id, name=user.name, is_administrator=administrator)
    return tokens.create_token(platform, actor, name="a", scopes=scopes)[1]


class Site(ThreadingHTTPServer):
    """Gives recordings by their paths, and takes what is posted to it."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files: dict[str, tuple[bytes, str]] = {}
        self.posted: list[tuple[str, Any]] = []
        self.statuses: list[int] = []
        """What to answer to what is posted, one after the other; 200 afterwards."""
        self.closing = threading.Event()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}{path}"

    def put(self, path: str, content: bytes, kind: str = "audio/wav") -> str:
        self.files[path] = (content, kind)
        return self.url(path)


class _Handler(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        if self.path.startswith("/endless"):
            self._endless()
            return
        content, kind = self.server.files.get(self.path, (b"", ""))
        self.send_response(200 if kind else 404)
        self.send_header("Content-Type", kind or "text/plain")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _endless(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "audio/wav")
        self.end_headers()
        try:
            while not self.server.closing.is_set():
                self.wfile.write(b"\0" * (65536 if "fast" in self.path else 1))
                if "fast" not in self.path:
                    time.sleep(0.2)
        except OSError:
            return

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.posted.append((self.path, json.loads(body)))
        self.send_response(self.server.statuses.pop(0) if self.server.statuses else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        return


@pytest.fixture
def site() -> Iterator[Site]:
    server = Site()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.closing.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def speech(test_data: Path) -> bytes:
    """Two seconds of English."""
    return (test_data / "audio" / "speech_en" / "LJ001-0002.flac").read_bytes()


@pytest.fixture
def open_to_this_machine(platform: Platform) -> Platform:
    """The platform of servers that may fetch from this machine, where tests serve recordings."""
    return replace(platform, settings=replace(platform.settings, allowed_hosts=("127.0.0.1",)))


@pytest.fixture
def runpod(open_to_this_machine: Platform) -> Iterator[RunPod]:
    platform = open_to_this_machine
    with TestClient(create_app(platform, integration="runpod"), base_url="http://testserver") as client:
        yield RunPod(platform=platform, client=client, token=add_token(platform))
