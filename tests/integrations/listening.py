"""A listening server with a worker, for tests of the APIs of other servers."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import uvicorn
from tests.conftest import make_platform
from tests.databases import fresh_database
from tests.library import add_actor

from earmark.app import Context
from earmark.config import Settings
from earmark.core.job import Job, JobState
from earmark.core.people import Actor, Scope
from earmark.jobs.run import run_job
from earmark.server.app import create_app
from earmark.services import tokens
from earmark.services.first_start import ensure_open_access
from earmark.services.platform import Platform
from earmark.store import jobs, leases

RATE = 16_000


@dataclass(kw_only=True)
class Listening:
    """A server: its address, and tokens that may have recordings transcribed, and that may not."""

    url: str
    token: str
    narrow: str
    platform: Platform
    owner: Actor
    work: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def idle(self) -> Iterator[None]:
        """Have the worker take no job."""
        self.work.clear()
        try:
            yield
        finally:
            self.work.set()

    def jobs(self) -> list[Job]:
        """All transcriptions, the latest first."""
        with self.platform.database.read() as connection:
            return sorted(jobs.of_kind(connection, kind="transcribe", created_by=None), key=lambda job: job.id)[::-1]

    def last(self, state: JobState, *, seconds: float = 60) -> Job:
        """The latest transcription, as soon as it is in a state."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            found = self.jobs()
            if found and found[0].state is state:
                return found[0]
            time.sleep(0.05)
        raise AssertionError(f"no transcription became {state}: {self.jobs()[:1]}")


@contextmanager
def listening(
    folder: Path, *, open_access: bool = False, integration: str | None = None, **settings: Any
) -> Iterator[Listening]:
    """Run a server in threads of this process."""
    with fresh_database("sqlite", folder) as database:
        platform = make_platform(database, folder)
        given: dict[str, Any] = {"transcription_engine": "pocketsphinx", **settings}
        platform = replace(platform, settings=replace(platform.settings, **given))
        owner = add_actor(database, "owner") if not open_access else _one_person(platform)
        _, token = tokens.create_token(platform, owner, name="client", scopes=[Scope.TRANSCRIBE])
        _, narrow = tokens.create_token(platform, owner, name="reader", scopes=[Scope.READ])
        server = uvicorn.Server(
            uvicorn.Config(
                create_app(platform, open_access=open_access, integration=integration),
                port=0,
                log_config=None,
                lifespan="on",
            )
        )
        thread = threading.Thread(target=server.run)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        found = Listening(url=f"http://127.0.0.1:{port}", token=token, narrow=narrow, platform=platform, owner=owner)
        found.work.set()
        with _working(platform.settings, platform, found.work):
            yield found
        server.should_exit = True
        thread.join()


def _one_person(platform: Platform) -> Actor:
    ensure_open_access(platform, loopback=True)
    from earmark.services.sign_in import Origin, by_open_access

    return by_open_access(platform, Origin()).actor


@contextmanager
def _working(settings: Settings, platform: Platform, work: threading.Event) -> Iterator[None]:
    ended = threading.Event()
    bodies = Context(settings).bodies(platform)

    def take_jobs() -> None:
        while not ended.is_set():
            if not work.wait(0.1):
                continue
            with platform.database.write() as connection:
                job = leases.claim(connection, "worker")
            if job is None:
                ended.wait(0.02)
            else:
                run_job(platform.database, job, bodies[job.kind])

    thread = threading.Thread(target=take_jobs)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


# Recordings -----------------------------------------------------------------------------------------------------------


@cache
def _example() -> np.ndarray:
    with as_file(files("earmark") / "example" / "example.flac") as path:
        samples, rate = soundfile.read(path, dtype="int16")
    assert rate == RATE
    return samples


@cache
def speech(name: str = "wav") -> bytes:
    """A few seconds of English between silences, as a file of some format."""
    return encoded(_example()[: 8 * RATE], name)


@cache
def silence() -> bytes:
    """Two seconds of next to nothing."""
    return encoded(np.random.default_rng(1).integers(-3, 3, 2 * RATE).astype(np.int16), "wav")


def raw_speech() -> bytes:
    """The same speech as bare samples: 16 bits, little-endian, mono, 16 kHz."""
    return _example()[: 8 * RATE].astype("<i2").tobytes()


def two_people() -> bytes:
    """Two channels with one person on each, who speak in turn."""
    said = _example()[: 8 * RATE]
    silent = np.zeros_like(said)
    left, right = np.concatenate([said, silent]), np.concatenate([silent, said])
    return encoded(np.stack([left, right], axis=1), "wav")


def encoded(samples: np.ndarray, name: str) -> bytes:
    """Bytes of a file."""
    file = io.BytesIO()
    soundfile.write(file, samples, RATE, format=name.upper())
    return file.getvalue()


Form = Callable[..., tuple[bytes, str]]


def form(*parts: tuple[str, str] | tuple[str, str, str, bytes], boundary: str = "b0undary") -> bytes:
    """Write a form as clients do: fields are name and value; files name, file name, media type and bytes."""
    written = b""
    for part in parts:
        written += f'--{boundary}\r\nContent-Disposition: form-data; name="{part[0]}"'.encode()
        if len(part) == 4:
            name, kind, data = part[1:]
            written += f'; filename="{name}"\r\n'.encode()
            written += f"Content-Type: {kind}\r\n".encode() if kind else b""
            written += b"\r\n" + data + b"\r\n"
        else:
            written += b"\r\n\r\n" + str(part[1]).encode() + b"\r\n"
    return written + f"--{boundary}--\r\n".encode()


FORM = {"Content-Type": "multipart/form-data; boundary=b0undary"}
