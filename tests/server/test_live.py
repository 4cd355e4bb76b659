"""The WebSocket of live transcription, over real connections: who may, what is said, and what becomes of the child."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
import soundfile
import soxr
from tests.jobs.queues import wait_for
from tests.library import add_user
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from earmark.core.people import Actor, Scope, User
from earmark.server import live as live_sessions
from earmark.server.app import create_app
from earmark.server.identity import COOKIE
from earmark.server.running import _Server, listen
from earmark.services.platform import Platform
from earmark.services.sign_in import hash_of
from earmark.services.tokens import create_token
from earmark.store import people
from earmark.store.database import now

RATE = 16_000
SECONDS = 60.0
"""How long anything may take on a machine that runs other tests beside this one."""
Message = dict[str, Any]


@dataclass
class Running:
    """A server that runs, and ways to reach it."""

    server: _Server
    platform: Platform
    port: int
    user: User

    @property
    def sessions(self) -> live_sessions.LiveSessions:
        """Its live sessions."""
        app: Any = self.server.config.app
        sessions: live_sessions.LiveSessions = app.state.live
        return sessions

    def cookie(self) -> str:
        """A session of a browser."""
        secret, moment = secrets.token_urlsafe(), now()
        with self.platform.database.write() as connection:
            people.add_session(
                connection, hash_of(secret), self.user.id, created_at=moment, expires_at=moment + timedelta(hours=1)
            )
        return f"{COOKIE}={secret}"

    def token(self, *scopes: Scope) -> str:
        """A token of a program."""
        actor = Actor(user_id=self.user.id, name=self.user.login, is_administrator=True)
        _, secret = create_token(self.platform, actor, name="test", scopes=scopes)
        return f"Bearer {secret}"

    def connect(self, query: str = "engine=pocketsphinx", **headers: str) -> ClientConnection:
        """Open a connection with these headers, by default with a token that is enough."""
        given = headers or {"authorization": self.token(Scope.TRANSCRIBE)}
        return connect(
            f"ws://127.0.0.1:{self.port}/api/v1/live?{query}",
            additional_headers=given,
            compression=None,
            open_timeout=SECONDS,
            max_size=None,
        )


@pytest.fixture
def start(platform: Platform) -> Iterator[Callable[..., Running]]:
    """Start servers with settings of their own; their children have to be gone when they have ended."""
    started: list[tuple[_Server, threading.Thread]] = []

    def make(**settings: Any) -> Running:
        changed = replace(platform, settings=replace(platform.settings, **settings))
        listener = listen("127.0.0.1", 0)
        server = _Server(create_app(changed), started=None)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        started.append((server, thread))
        wait_for(lambda: server.started)
        user = add_user(platform.database, administrator=True)
        return Running(server, changed, listener.getsockname()[1], user)

    yield make
    for server, thread in started:
        server.should_exit = True
        thread.join(30)
        assert not thread.is_alive()
    assert not children()


@pytest.fixture
def running(start: Callable[..., Running]) -> Running:
    return start()


@pytest.fixture
def needs_engine() -> None:
    pytest.importorskip("pocketsphinx")


@pytest.fixture(scope="module")
def speech(test_data: Path) -> np.ndarray:
    sound, rate = soundfile.read(test_data / "audio" / "speech_en" / "leopard_en.wav", dtype="float32")
    return np.asarray(soxr.resample(sound, rate, RATE), np.float32)


def pcm(sound: np.ndarray) -> bytes:
    return np.clip(np.round(sound * 32767), -32768, 32767).astype("<i2").tobytes()


def children() -> list[psutil.Process]:
    """Processes of live sessions."""
    found = psutil.Process().children(recursive=True)
    return [one for one in found if _listens(one)]


def _listens(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE and "--live" in process.cmdline()
    except psutil.NoSuchProcess:
        return False  # It ended just now.


def heard(connection: ClientConnection, kind: str) -> Message:
    """The next message of some kind."""
    while True:
        message: Message = json.loads(connection.recv(timeout=SECONDS))
        if message["type"] == kind:
            return message
        assert message["type"] != "error", message


def the_end(connection: ClientConnection) -> tuple[list[Message], int]:
    """Everything that is still told, and the code of the end."""
    told: list[Message] = []
    try:
        while True:
            told.append(json.loads(connection.recv(timeout=SECONDS)))
    except ConnectionClosed as closed:
        return told, 1006 if closed.rcvd is None else closed.rcvd.code


def flood(connection: ClientConnection) -> None:
    """Send as much as the server takes, ten megabytes at most."""
    with contextlib.suppress(ConnectionClosed):
        for _ in range(200):
            connection.send(bytes(50_000))


def refused(connect: Callable[[], ClientConnection]) -> int:
    with pytest.raises(InvalidStatus) as caught:
        connect()
    assert b"application/problem+json" in str(caught.value.response.headers).encode()
    return caught.value.response.status_code


@pytest.mark.slow
@pytest.mark.usefixtures("needs_engine")
def test_speech_becomes_text(running: Running, speech: np.ndarray) -> None:
    with running.connect() as connection:
        assert heard(connection, "ready")["engine"] == "pocketsphinx en-us"
        data = pcm(speech)
        for at in range(0, len(data), 9_999):
            connection.send(data[at : at + 9_999])
        connection.send('{"type": "stop"}')
        told, code = the_end(connection)
    final = [message for message in told if message["type"] == "final"]
    text = " ".join(message["text"] for message in final)
    assert "glad to welcome his gospel" in text
    assert final[0]["language"] == "en"
    assert [word["text"] for word in final[0]["words"]] == final[0]["text"].split()
    assert all(final[0]["start"] <= word["start"] < word["end"] <= final[0]["end"] for word in final[0]["words"])
    assert told[-1] == {"type": "done", "duration": pytest.approx(len(speech) / RATE, abs=0.01)}
    assert code == 1000


@pytest.mark.slow
@pytest.mark.usefixtures("needs_engine")
@pytest.mark.parametrize("kind", ["webm", "ogg"])
def test_opus_becomes_text(kind: str, running: Running, speech: np.ndarray, write_media: Callable[..., Path]) -> None:
    path = write_media(f"speech.{kind}", soxr.resample(speech, RATE, 48_000)[None], 48_000, codec="libopus")
    data = path.read_bytes()
    with running.connect(f"engine=pocketsphinx&format={kind}") as connection:
        for at in range(0, len(data), 1500):
            connection.send(data[at : at + 1500])
        connection.send('{"type": "stop"}')
        told, code = the_end(connection)
    assert "glad to welcome" in " ".join(message["text"] for message in told if message["type"] == "final")
    assert code == 1000


@pytest.mark.slow
@pytest.mark.usefixtures("needs_engine")
def test_browsers_come_with_their_session(running: Running) -> None:
    own = f"http://127.0.0.1:{running.port}"
    with running.connect(cookie=running.cookie(), origin=own) as connection:
        heard(connection, "ready")


def test_who_may_not_is_refused(running: Running) -> None:
    cookie = running.cookie()
    own = f"http://127.0.0.1:{running.port}"
    assert refused(lambda: running.connect(origin=own)) == 401
    assert refused(lambda: running.connect(cookie=f"{COOKIE}=wrong", origin=own)) == 401
    assert refused(lambda: running.connect(authorization="Bearer em_wrong")) == 401
    assert refused(lambda: running.connect(authorization=running.token(Scope.READ, Scope.ANNOTATE))) == 403
    # A page of another site that a signed-in person has open.
    assert refused(lambda: running.connect(cookie=cookie, origin="https://evil.example")) == 403
    assert refused(lambda: running.connect(cookie=cookie, origin="null")) == 403
    assert not children()


def test_trusted_sites_may(start: Callable[..., Running]) -> None:
    running = start(cors_origins=("https://trusted.example",))
    with running.connect("format=mp3", cookie=running.cookie(), origin="https://trusted.example") as connection:
        told, _ = the_end(connection)
    assert told[0]["code"] == "invalid_value"


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("format=mp3", "there is no format 'mp3'"),
        ("rate=12", "sample rate"),
        ("rate=many", "whole number"),
        ("engine=ear", "there is no engine 'ear'"),
        ("language=klingon", "klingon"),
        ("engine=pocketsphinx&language=fr", "English"),
        ("token=em_secret", "there is no parameter 'token'"),
    ],
)
def test_what_makes_no_sense_is_said(query: str, words: str, running: Running) -> None:
    with running.connect(query) as connection:
        told, code = the_end(connection)
    assert [message["type"] for message in told] == ["error"]
    assert told[0]["code"] == "invalid_value"
    assert words in told[0]["message"]
    assert code == 1008
    assert not children()


@pytest.mark.slow
def test_a_model_that_is_not_there_is_said(start: Callable[..., Running], database_url: str) -> None:
    with start(database=database_url).connect("engine=whisper&model=small") as connection:
        told, code = the_end(connection)
    assert told[-1]["type"] == "error"
    assert told[-1]["code"] == "model_not_found"
    assert "small" in told[-1]["message"]
    assert code == 1008


@pytest.fixture
def database_url(platform: Platform) -> str:
    return platform.database.url.render_as_string(hide_password=False)


@pytest.mark.slow
@pytest.mark.usefixtures("needs_engine")
def test_more_sessions_than_allowed_are_refused_until_one_ends(start: Callable[..., Running]) -> None:
    running = start(live_sessions=1)
    with running.connect() as first:
        heard(first, "ready")
        with running.connect() as second:
            told, code = the_end(second)
        assert told[0]["code"] == "queue_full"
        assert code == 1013
    wait_for(lambda: not running.sessions.open)
    with running.connect() as third:
        heard(third, "ready")


def test_it_can_be_switched_off(start: Callable[..., Running]) -> None:
    with start(live_sessions=0).connect() as connection:
        told, code = the_end(connection)
    assert told[0]["code"] == "forbidden"
    assert "live_sessions" in told[0]["message"]
    assert code == 1008


@pytest.mark.slow
@pytest.mark.usefixtures("needs_engine")
@pytest.mark.parametrize("ready", [True, False], ids=["while it listens", "while it starts"])
def test_a_client_that_goes_ends_the_child(*, ready: bool, running: Running) -> None:
    with running.connect() as connection:
        wait_for(lambda: len(children()) == 1)
        if ready:
            heard(connection, "ready")
        # Without a word, as programs do that are killed.
        connection.socket.shutdown(socket.SHUT_RDWR)
        left = time.monotonic()
        wait_for(lambda: not children())
        assert time.monotonic() - left < 1.5
    wait_for(lambda: not running.sessions.open)


@pytest.mark.slow
@pytest.mark.usefixtures("needs_engine")
def test_a_child_that_dies_is_told(running: Running) -> None:
    with running.connect() as connection:
        heard(connection, "ready")
        os.kill(running.sessions.processes[0], signal.SIGKILL)
        told, code = the_end(connection)
    assert told[-1]["code"] == "engine_failed"
    assert "signal 9" in told[-1]["message"]
    assert code == 1011
    wait_for(lambda: not running.sessions.open)


@pytest.mark.slow
@pytest.mark.usefixtures("needs_engine")
def test_who_sends_nothing_is_left(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_sessions, "IDLE_SECONDS", 0.5)
    with running.connect() as connection:
        told, code = the_end(connection)
    assert told[-1]["code"] == "timed_out"
    assert "no sound came" in told[-1]["message"]
    assert code == 1008


@pytest.mark.slow
@pytest.mark.usefixtures("needs_engine")
def test_what_is_no_opus_is_said(running: Running) -> None:
    with running.connect("engine=pocketsphinx&format=webm") as connection:
        connection.send(os.urandom(50_000))
        told, code = the_end(connection)
    assert told[-1]["code"] == "unreadable_media"
    assert code == 1007


@pytest.mark.parametrize("text", ["hello", "[]", '{"type": "start"}'])
def test_texts_that_mean_nothing_end_the_session(text: str, running: Running) -> None:
    with running.connect() as connection:
        connection.send(text)
        told, code = the_end(connection)
    assert told[-1]["code"] == "invalid_value"
    assert code == 1008


def test_messages_have_a_size(running: Running) -> None:
    with running.connect() as connection:
        connection.send(bytes(live_sessions.LONGEST_MESSAGE + 1))
        _, code = the_end(connection)
    assert code == 1009
    wait_for(lambda: not children())


def test_sound_does_not_pile_up(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_sessions, "MOST_WAITING", 300_000)
    with running.connect() as connection:
        wait_for(lambda: bool(children()))
        children()[0].suspend()
        flood(connection)
        told, code = the_end(connection)
    assert told[-1]["code"] == "timed_out"
    assert "faster than the engine follows" in told[-1]["message"]
    assert code == 1008


@pytest.mark.slow
@pytest.mark.usefixtures("needs_engine")
def test_a_session_outlives_the_patience_for_headers(start: Callable[..., Running]) -> None:
    running = start(header_timeout=0.3)
    with running.connect() as connection:
        heard(connection, "ready")
        until = time.monotonic() + 1.5
        while time.monotonic() < until:
            connection.send(bytes(3200))
            time.sleep(0.1)
        connection.send('{"type": "stop"}')
        assert the_end(connection)[1] == 1000


@pytest.mark.slow
@pytest.mark.usefixtures("needs_engine")
def test_a_server_that_stops_ends_its_sessions(running: Running) -> None:
    with running.connect() as connection:
        heard(connection, "ready")
        running.server.should_exit = True
        _, code = the_end(connection)
    assert code == 1012
    wait_for(lambda: not children(), seconds=5)
