"""``earmark serve`` and ``earmark users`` as those who run a server see them."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psutil
import pytest

from earmark.app import Context
from earmark.cli import EXIT_FAILED, EXIT_OK, EXIT_USAGE, run
from earmark.core.people import Scope
from earmark.services import sign_in

WORDS = "four words are enough"


@dataclass
class Serving:
    """A server in a process of its own."""

    process: subprocess.Popen[str]
    said: list[str] = field(default_factory=list)

    def wait(self, pattern: str) -> re.Match[str]:
        """Read what it says until something is said."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line)
            found = re.search(pattern, line)
            if found:
                return found
        raise AssertionError(f"it ended and never said {pattern!r}: {self.said}")

    @property
    def address(self) -> str:
        """Where it listens."""
        return self.wait(r"listens on (\S+);")[1]

    def end(self, number: int = signal.SIGTERM) -> int:
        """Stop it and return its exit code."""
        self.process.send_signal(number)
        assert self.process.stdout is not None
        self.said += self.process.stdout.readlines()
        return self.process.wait(60)


Start = Callable[..., Serving]


@pytest.fixture(autouse=True)
def _own_logs() -> Iterator[None]:
    """What a server says about logging holds for its process, which here is that of the tests."""
    loggers = [logging.getLogger(name) for name in (None, "earmark", "uvicorn", "uvicorn.error", "uvicorn.access")]
    before = [(logger, logger.handlers[:], logger.level, logger.propagate) for logger in loggers]
    yield
    for logger, handlers, level, propagate in before:
        logger.handlers[:], logger.propagate = handlers, propagate
        logger.setLevel(level)


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Start]:
    """Start servers on a free port and a new data folder; whatever they started ends with the test."""
    started: list[Serving] = []

    def start(*options: str, **settings: str) -> Serving:
        command = [sys.executable, "-m", "earmark", "serve", "--port", "0", "--data-dir", str(tmp_path / "data")]
        environ = os.environ | {f"EARMARK_{name.upper()}": value for name, value in settings.items()}
        process = subprocess.Popen(
            [*command, *options], env=environ, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        started.append(Serving(process))
        # A server that does not come up shall not keep the tests waiting.
        timer = threading.Timer(120, process.kill)
        timer.daemon = True
        timer.start()
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            for child in psutil.Process(one.process.pid).children(recursive=True):
                child.kill()
            one.process.kill()
        one.process.wait()
        assert one.process.stdout is not None
        one.process.stdout.close()


def test_the_first_start_says_how_to_sign_in(serve: Start, tmp_path: Path) -> None:
    server = serve()
    address, made = server.address, server.wait(r"Sign in as (\S+) with the password (\S+)")
    with httpx.Client(base_url=address, timeout=60) as client:
        answer = client.post("/api/v1/session", json={"login": made[1], "password": made[2]})
        assert answer.status_code == 201
        assert client.get("/health").json()["state"] == "ok"
        assert client.get("/api/v1/session").json()["user"]["is_administrator"]
    assert server.end() == EXIT_OK
    assert not [line for line in server.said if "Traceback" in line]
    said = "".join(server.said)
    assert said.count(made[2]) == 1
    assert f"EARMARK_DATA_DIR={tmp_path / 'data'} earmark users password admin" in said

    again = serve()
    assert httpx.get(again.address + "/health/live", timeout=60).status_code == 200
    assert again.end(signal.SIGINT) == EXIT_OK
    assert "password" not in "".join(again.said)


def test_the_password_is_in_no_log_line(serve: Start) -> None:
    server = serve(admin_password=WORDS, log_format="json", log_level="debug")
    httpx.post(server.address + "/api/v1/session", json={"login": "admin", "password": WORDS}, timeout=60)
    server.end()

    lines = [json.loads(line) for line in server.said if line.startswith("{")]
    assert [line["path"] for line in lines if line.get("action") == "request"] == ["/api/v1/session"]
    assert WORDS not in "".join(server.said)


def test_open_access_works_at_once(serve: Start) -> None:
    server = serve("--open")
    address = server.address

    assert httpx.get(address + "/api/v1/session", timeout=60).json()["open_access"]
    assert httpx.get(address + "/api/v1/session", headers={"host": "evil.example.org"}, timeout=60).status_code == 403


@pytest.mark.parametrize("workers", ["1", "2"])
def test_an_integration_answers_at_the_root_and_the_pages_stay(serve: Start, workers: str) -> None:
    server = serve("--integration", "runpod", "--open", "--workers", workers)
    address = server.address
    server.wait("speaks as runpod does")
    health = httpx.get(address + "/health", timeout=60).json()
    assert health["jobs"]["inQueue"] == 0
    assert httpx.get(address + "/v2/any/health", timeout=60).json() == health
    said = httpx.post(address + "/runsync", json={"input": {"language": "fr"}}, timeout=60).json()
    assert (said["status"], said["error"]) == ("FAILED", "audio_url is required")
    assert httpx.get(address + "/", timeout=60).headers["content-type"].startswith("text/html")
    assert server.end() == EXIT_OK


def test_an_integration_that_is_not_there_is_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = tmp_path / "data"
    assert run(["serve", "--integration", "parrot", "--port", "0", "--data-dir", str(data)]) == EXIT_USAGE
    assert "there is no integration 'parrot': choose one of runpod" in capsys.readouterr().err
    assert not data.exists(), "nothing was begun"


def test_several_processes_answer_and_one_that_dies_is_replaced(serve: Start) -> None:
    server = serve("--workers", "2", admin_password=WORDS)
    address, answering = server.address, list[psutil.Process]()
    while len(answering) < 2:
        children = psutil.Process(server.process.pid).children()
        answering = [child for child in children if "spawn_main" in " ".join(child.cmdline())]

    answering[0].kill()
    server.wait(r"ended with code -9")
    signed_in = httpx.post(address + "/api/v1/session", json={"login": "admin", "password": WORDS}, timeout=60)
    assert signed_in.status_code == 201

    assert server.end() == EXIT_OK
    assert not [child for child in answering if child.is_running()]


def test_whoever_is_left_ends_when_the_server_is_killed(serve: Start) -> None:
    server = serve("--workers", "2", admin_password=WORDS)
    assert server.address
    children = psutil.Process(server.process.pid).children(recursive=True)
    server.end(signal.SIGKILL)

    _, alive = psutil.wait_procs(children, timeout=60)
    assert alive == []


def answer_of(connection: socket.socket) -> bytes:
    """Read an answer with a body of JSON."""
    said = b""
    while not said.endswith(b"}"):
        part = connection.recv(4096)
        assert part, said
        said += part
    return said


def closes(connection: socket.socket, *, sends: bytes) -> bool:
    """Send byte after byte, and see whether the other end hangs up."""
    connection.settimeout(0.2)
    for _ in range(200):
        with contextlib.suppress(TimeoutError):
            try:
                connection.sendall(sends)
                if not connection.recv(4096):
                    return True
            except ConnectionError:
                return True
    return False


def test_clients_that_send_no_whole_request_do_not_hold_connections(serve: Start) -> None:
    server = serve(admin_password=WORDS, header_timeout="2")
    place = urlsplit(server.address)
    body = json.dumps({"login": "admin", "password": WORDS}).encode()
    host = b" HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    head = b"POST /api/v1/session" + host + b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    with contextlib.ExitStack() as stack:
        silent, trickles, comes_back, slow, idle = (
            stack.enter_context(socket.create_connection((place.hostname, place.port), timeout=60)) for _ in range(5)
        )
        slow.sendall(head % len(body) + body[:5])
        for asks in (comes_back, idle):
            asks.sendall(b"GET /health/live" + host + b"\r\n")
            assert answer_of(asks).startswith(b"HTTP/1.1 200")
        trickles.sendall(b"GET / HTTP/1.1\r\nX-Slow: ")
        comes_back.sendall(b"GET / HTTP/1.1\r\nX-Slow: ")

        assert closes(silent, sends=b"")
        assert closes(trickles, sends=b"x")
        assert closes(comes_back, sends=b"x")

        # Those who mean it may take their time.
        slow.sendall(body[5:])
        assert answer_of(slow).startswith(b"HTTP/1.1 201")
        idle.sendall(b"GET /health/live" + host + b"\r\n")
        assert answer_of(idle).startswith(b"HTTP/1.1 200")


# What cannot be -------------------------------------------------------------------------------------------------------


def test_a_busy_port_is_said_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        code = run(["serve", "--port", str(port), "--data-dir", str(tmp_path)])

    assert code == EXIT_USAGE
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert f"127.0.0.1:{port}" in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("settings", "options", "code", "words"),
    [
        ({"database": "oracle://x"}, [], EXIT_USAGE, "oracle"),
        ({"database": "no url"}, [], EXIT_USAGE, "database URL"),
        ({"database": "sqlite:////nowhere/at/all.db"}, [], EXIT_FAILED, "does not answer"),
        ({"database": "postgresql://x:secret@127.0.0.1:1/x"}, [], EXIT_FAILED, "does not answer"),
        ({"host": "192.0.2.77"}, [], EXIT_USAGE, "cannot listen"),
        ({"host": "no.such.host.invalid"}, [], EXIT_USAGE, "cannot listen"),
        ({"admin_password": "short"}, [], EXIT_USAGE, "10 to 200"),
        ({"host": "0.0.0.0"}, ["--open"], EXIT_USAGE, "this machine only"),  # noqa: S104
        ({"queue": "celery"}, [], EXIT_USAGE, "broker"),
        ({}, ["--data-dir", "FILE/data"], EXIT_USAGE, "data_dir"),
        ({}, ["--port", "70000"], EXIT_USAGE, "65535"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(
    settings: dict[str, str],
    options: list[str],
    code: int,
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "file"
    file.touch()
    for name, value in ({"port": "0", "data_dir": str(tmp_path / "data")} | settings).items():
        monkeypatch.setenv(f"EARMARK_{name.upper()}", value)

    assert run(["serve", *(option.replace("FILE", str(file)) for option in options)]) == code

    said = capfd.readouterr()
    assert words in said.err
    assert "Traceback" not in said.err
    assert "secret" not in said.err
    assert said.out == ""


def test_open_access_is_refused_where_there_are_accounts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EARMARK_DATA_DIR", str(tmp_path))
    type_in(monkeypatch, WORDS)
    assert run(["users", "add", "owner", "--administrator"]) == EXIT_OK

    assert run(["serve", "--open", "--port", "0"]) == EXIT_USAGE
    assert "--open" in capsys.readouterr().err


# earmark users --------------------------------------------------------------------------------------------------------


def type_in(monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    import io

    monkeypatch.setattr("sys.stdin", io.StringIO(line + "\n"))


def test_accounts_at_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EARMARK_DATA_DIR", str(tmp_path))
    type_in(monkeypatch, WORDS)
    assert run(["users", "add", "Owner", "--name", "Owner 1", "--administrator"]) == EXIT_OK
    type_in(monkeypatch, WORDS)
    assert run(["users", "add", "colleague"]) == EXIT_OK
    type_in(monkeypatch, WORDS + "!")
    assert run(["users", "password", "COLLEAGUE"]) == EXIT_OK
    assert run(["users", "deactivate", "colleague"]) == EXIT_OK
    capsys.readouterr()

    assert run(["users", "list"]) == EXIT_OK
    assert capsys.readouterr().out == "colleague\tcolleague\tclosed\nowner\tOwner 1\tadministrator\n"
    assert run(["users", "list", "--json"]) == EXIT_OK
    assert [json.loads(line)["login"] for line in capsys.readouterr().out.splitlines()] == ["colleague", "owner"]


def test_a_token_at_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EARMARK_DATA_DIR", str(tmp_path))
    for login, option in (("owner", ["--administrator"]), ("colleague", [])):
        type_in(monkeypatch, WORDS)
        run(["users", "add", login, *option])
    run(["users", "deactivate", "colleague"])
    capsys.readouterr()

    assert run(["users", "token", "Owner", "--scope", "read", "--name", "backup"]) == EXIT_OK
    narrow = capsys.readouterr().out.strip()
    assert run(["users", "token", "owner"]) == EXIT_OK
    wide = capsys.readouterr().out.strip()
    assert run(["users", "token", "colleague"]) == EXIT_FAILED
    assert "is closed" in capsys.readouterr().err

    platform = Context.from_environment().platform()
    known = [sign_in.by_token(platform, secret, sign_in.Origin()) for secret in (narrow, wide)]
    platform.database.close()
    assert [(one.user.login, one.actor.scopes) for one in known] == [("owner", {Scope.READ}), ("owner", set(Scope))]


@pytest.mark.parametrize("arguments", [["list"], ["password", "admin"], ["token", "admin"], ["deactivate", "admin"]])
def test_where_nobody_is_the_settings_are_looked_at_first(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EARMARK_DATA_DIR", str(tmp_path / "elsewhere"))
    run(["users", *arguments])
    said = capsys.readouterr()
    assert f"no accounts in sqlite:///{tmp_path}/elsewhere/earmark.db" in said.err
    assert said.out == ""


@pytest.mark.parametrize(
    ("arguments", "typed", "code", "words"),
    [
        (["add", "owner"], WORDS, EXIT_FAILED, "taken"),
        (["add", "colleague"], "short", EXIT_USAGE, "10 to 200"),
        (["add", "colle ague"], WORDS, EXIT_USAGE, "login"),
        (["password", "nobody"], WORDS, EXIT_USAGE, "nobody"),
        (["deactivate", "owner"], "", EXIT_FAILED, "last administrator"),
    ],
)
def test_what_cannot_be_done_is_said(
    arguments: list[str],
    typed: str,
    code: int,
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("EARMARK_DATA_DIR", str(tmp_path))
    type_in(monkeypatch, WORDS)
    run(["users", "add", "owner", "--administrator"])
    type_in(monkeypatch, typed)

    assert run(["users", *arguments]) == code
    assert words in capsys.readouterr().err
