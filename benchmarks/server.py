"""A server of its own for a measurement: started as users start it, in an empty folder."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

START_SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A running server and how to speak to it.

    Attributes
    ----------
    url : str
        Where it listens.
    token : str
        API token of its administrator.
    process : psutil.Process
        Its first process.
    started_in : float
        Seconds from the command to the first answer.
    """

    url: str
    token: str
    process: psutil.Process
    started_in: float

    def client(self, **options: object) -> httpx.Client:
        """Open a client that speaks for the administrator."""
        return httpx.Client(base_url=f"{self.url}/api/v1", headers=self.headers, timeout=60, **options)  # type: ignore[arg-type]

    @property
    def headers(self) -> dict[str, str]:
        """What says who asks."""
        return {"Authorization": f"Bearer {self.token}"}

    def memory(self) -> int:
        """Bytes that all its processes hold alone (USS), which counts what they share once at most."""
        processes = [self.process, *self.process.children(recursive=True)]
        return sum(process.memory_full_info().uss for process in processes)

    def resident(self) -> int:
        """Resident bytes of all its processes; what they share counts for each."""
        return sum(process.memory_info().rss for process in [self.process, *self.process.children(recursive=True)])


@contextmanager
def running_server(folder: Path, *, settings: Mapping[str, str] | None = None) -> Iterator[Server]:
    """Start ``earmark serve`` on a free port with data in a folder, and end it afterwards."""
    port, password = free_port(), secrets.token_urlsafe(16)
    environ = os.environ | {
        "EARMARK_DATA_DIR": str(folder),
        "EARMARK_PORT": str(port),
        "EARMARK_ADMIN_PASSWORD": password,
        "EARMARK_OFFLINE": "1",
        **(settings or {}),
    }
    begun = time.perf_counter()
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-m", "earmark", "serve"], env=environ, stdout=log, stderr=log)
    try:
        url = f"http://127.0.0.1:{port}"
        _wait(url, process, folder / "server.log")
        started_in = time.perf_counter() - begun
        yield Server(url=url, token=_token(url, password), process=psutil.Process(process.pid), started_in=started_in)
    finally:
        process.terminate()
        process.wait(timeout=60)


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            if httpx.get(f"{url}/health/ready").is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.02)
    raise SystemExit(f"the server did not start:\n{log.read_text()}")


def _token(url: str, password: str) -> str:
    with httpx.Client(base_url=f"{url}/api/v1") as browser:
        browser.post("/session", json={"login": "admin", "password": password}).raise_for_status()
        answer = browser.post("/tokens", json={"name": "benchmark", "scopes": ["admin"]})
        return str(answer.raise_for_status().json()["secret"])
