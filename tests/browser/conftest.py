"""A real browser against a real server: what people see and do."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil
import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright
from tests.needed import give_up

from earmark.client import Client
from earmark.server import web

PASSWORD = "four words are enough"  # noqa: S105 - of servers that live as long as a test
START_SECONDS = 60
WAIT_MS = 20_000
"""How long a page may take on a machine that runs other tests beside this one."""
expect.set_options(timeout=WAIT_MS)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
]


@dataclass
class Server:
    """``earmark serve`` in a process of its own, which can be killed and started again with the same data."""

    folder: Path
    port: int = 0
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def is_up(self) -> bool:
        """Whether its process runs."""
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        """Start it and wait for its first answer."""
        self.port = self.port or free_port()
        environ = os.environ | {
            "EARMARK_DATA_DIR": str(self.folder / "data"),
            "EARMARK_PORT": str(self.port),
            "EARMARK_ADMIN_PASSWORD": PASSWORD,
            "EARMARK_MODELS_DIR": str(self.folder / "models"),
            "EARMARK_OFFLINE": "1",
        }
        with (self.folder / "server.log").open("ab") as log:
            command = [sys.executable, "-m", "earmark", "serve"]
            self.process = subprocess.Popen(command, env=environ, stdout=log, stderr=log)
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self.process.poll() is None:
            try:
                if httpx.get(f"{self.url}/health/ready").is_success:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
        raise AssertionError(f"the server did not start:\n{(self.folder / 'server.log').read_text()}")

    def kill(self) -> None:
        """End it and all its workers with no warning."""
        assert self.process is not None
        mine = psutil.Process(self.process.pid)
        for process in [*mine.children(recursive=True), mine]:
            process.send_signal(signal.SIGKILL)
        self.process.wait(30)

    def client(self) -> Client:
        """Open a client for the administrator."""
        with httpx.Client(base_url=f"{self.url}/api/v1") as browser:
            browser.post("/session", json={"login": "admin", "password": PASSWORD}).raise_for_status()
            made = browser.post("/tokens", json={"name": "test", "scopes": ["admin"]}).raise_for_status().json()
        return Client(self.url, made["secret"])


def free_port() -> int:
    """Find a port that nobody listens on."""
    import socket

    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with its own data for the tests of a module."""
    if not web.is_built():
        give_up("the pages are not built (make web)")
    started = Server(tmp_path_factory.mktemp("server"))
    started.start()
    yield started
    if started.is_up:
        started.kill()


# Not longer: Playwright's event loop stands in the way of tests that run one of their own.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser of this machine."""
    path = os.environ.get("EARMARK_TEST_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        give_up("no Chromium (install it, or set EARMARK_TEST_CHROMIUM)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@dataclass
class Person:
    """Somebody with a browser."""

    page: Page
    wrong: list[str]
    """What the page complained of: uncaught errors and what the content policy refused."""


def listen(page: Page, wrong: list[str]) -> None:
    """Write down what a page complains of."""
    page.on("pageerror", lambda error: wrong.append(str(error)))

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error" and "Content Security Policy" in message.text:
            wrong.append(message.text)

    page.on("console", hear)


@pytest.fixture
def open_browser(chromium: Browser, server: Server) -> Iterator[Callable[..., Person]]:
    """Open browsers that share nothing; none of them may have complained when the test ends."""
    contexts: list[BrowserContext] = []
    people: list[Person] = []

    def opened(
        *,
        width: int = 1280,
        height: int = 800,
        dark: bool = False,
        locale: str = "en-GB",
        login: str | None = "admin",
        password: str = PASSWORD,
    ) -> Person:
        context = chromium.new_context(
            base_url=server.url,
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            locale=locale,
            reduced_motion="reduce",
        )
        context.set_default_timeout(WAIT_MS)
        contexts.append(context)
        if login is not None:
            answer = context.request.post("/api/v1/session", data={"login": login, "password": password})
            assert answer.ok, answer.text()
        person = Person(context.new_page(), [])
        listen(person.page, person.wrong)
        people.append(person)
        return person

    yield opened
    for context in contexts:
        context.close()
    assert [wrong for person in people for wrong in person.wrong] == []


@pytest.fixture
def page(open_browser: Callable[..., Person]) -> Page:
    """A page of the administrator, who is signed in."""
    return open_browser().page
