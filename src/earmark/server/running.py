"""The server process: starts what is needed, answers requests until it is told to stop, and leaves nothing behind."""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import os
import signal
import socket
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import uvicorn

from earmark.app import Context
from earmark.errors import InvalidSettings
from earmark.server import logs
from earmark.server.app import create_app
from earmark.server.connections import connection
from earmark.server.guard import is_loopback
from earmark.server.live import LONGEST_MESSAGE
from earmark.server.wire import require_integration, tellings
from earmark.services import first_start

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.process import BaseProcess
    from multiprocessing.synchronize import Event

    from fastapi import FastAPI

    from earmark.config import Settings
    from earmark.services.first_start import Administrator
    from earmark.services.platform import Platform

GRACE_SECONDS = 10
"""How long requests that are being answered may take when the server is told to stop."""
KEEP_ALIVE_SECONDS = 30
BACKLOG = 2048
"""Connections that may wait to be taken."""
_POLL = 0.2

log = logging.getLogger("earmark.server")


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a server answers.

    Attributes
    ----------
    open_access : bool
        Let the one person of this machine work without an account.
    integration : str or None
        The interface of another program that answers at the root too.
    """

    open_access: bool = False
    integration: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """What is to be told to the one who started the server.

    Attributes
    ----------
    address : str
        Where it listens.
    manner : Manner
        How it answers.
    administrator : Administrator or None
        The account that was made just now.
    """

    address: str
    manner: Manner
    administrator: Administrator | None


def serve(settings: Settings, manner: Manner, *, processes: int, tell: Callable[[Started], None]) -> None:
    """Run a server until SIGINT or SIGTERM.

    Parameters
    ----------
    manner : Manner
        How it answers.
    processes : int
        How many processes answer requests.
    tell : callable
        Called once the server answers.

    Raises
    ------
    InvalidSettings
        Address, folder, database, open access or integration cannot be had as asked for.
    StoreUnavailable, FilesUnavailable
        Database or files do not answer.
    """
    require_integration(manner.integration)
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(contextlib.closing(listen(settings.host, settings.port)))
        serving = Context(settings).serving(tellings())
        stack.callback(serving.platform.database.close)
        administrator = _prepare(serving.platform, listener, open_access=manner.open_access)
        started = Started(address=address_of(listener), manner=manner, administrator=administrator)
        stack.callback(serving.stop)
        serving.start()
        if processes == 1:
            answer(serving.platform, listener, manner, started=lambda: tell(started))
        else:
            _supervise(settings, listener, manner, processes=processes, tell=lambda: tell(started))


def _prepare(platform: Platform, listener: socket.socket, *, open_access: bool) -> Administrator | None:
    platform.database.migrate()
    platform.files.check()
    if not open_access:
        return first_start.ensure_administrator(platform)
    first_start.ensure_open_access(platform, loopback=is_loopback(listener.getsockname()[0]))
    return None


def listen(host: str, port: int) -> socket.socket:
    """Take an address; before anything else, so that a second server does not touch what the first one uses.

    Raises
    ------
    InvalidSettings
        Another program has it, or this machine does not.
    """
    listener: socket.socket | None = None
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, _, _, address = found[0]
        listener = socket.socket(family, kind)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        if listener is not None:
            listener.close()
        raise InvalidSettings(
            f"cannot listen on {host}:{port}: {error.strerror or error}. Choose another address or port "
            "(--host, --port), or stop what has it."
        ) from error
    return listener


def address_of(listener: socket.socket) -> str:
    """The address by which a browser on this machine finds the server."""
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - read, not bound
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def answer(
    platform: Platform, listener: socket.socket, manner: Manner, *, started: Callable[[], None] | None = None
) -> None:
    """Answer requests in this process until it is told to stop."""
    app = create_app(platform, open_access=manner.open_access, integration=manner.integration)
    server = _Server(app, started=started)
    # uvicorn raises the signal again that stopped it; that it stopped is all we wanted.
    with contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=[listener])


class _Server(uvicorn.Server):
    """Ends the streams of live updates before it waits for requests to end."""

    def __init__(self, app: FastAPI, *, started: Callable[[], None] | None) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                server_header=False,
                http=connection(app.state.platform.settings.header_timeout),
                ws="wsproto",
                ws_max_size=LONGEST_MESSAGE,
                # Sound does not get smaller by it, and a small message cannot become a large one.
                ws_per_message_deflate=False,
                lifespan="on",
                timeout_keep_alive=KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=GRACE_SECONDS,
            )
        )
        self._hub = app.state.hub
        self._tell = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self._tell is not None and self.started:
            self._tell()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._hub.close()
        await super().shutdown(sockets)


# Several processes ----------------------------------------------------------------------------------------------------


def _supervise(
    settings: Settings, listener: socket.socket, manner: Manner, *, processes: int, tell: Callable[[], None]
) -> None:
    """Let several processes answer; one that dies is started again."""
    spawning = multiprocessing.get_context("spawn")
    ready = spawning.Event()

    def start() -> BaseProcess:
        arguments = (settings, listener, manner, ready, os.getpid())
        process = spawning.Process(target=_answer_alone, args=arguments, name="earmark server")
        process.start()
        return process

    with _asked_to_stop() as stopping:
        running = [start() for _ in range(processes)]
        told = False
        while not stopping():
            _replace_dead(running, start)
            if ready.wait(_POLL) and not told:
                told = True
                tell()
            elif told:
                time.sleep(_POLL)
        _end(running)


def _replace_dead(running: list[BaseProcess], start: Callable[[], BaseProcess]) -> None:
    for place, process in enumerate(running):
        if not process.is_alive():
            log.warning("server process %s ended with code %s", process.pid, process.exitcode)
            # One that dies at its start would else be started a thousand times.
            time.sleep(1)
            running[place] = start()


def _answer_alone(settings: Settings, listener: socket.socket, manner: Manner, ready: Event, parent: int) -> None:
    """Answer requests in a process of its own."""
    from earmark.jobs.process import end_with

    end_with(parent)
    logs.configure(settings)
    platform = Context(settings).platform()
    answer(platform, listener, manner, started=ready.set)
    platform.database.close()


@contextlib.contextmanager
def _asked_to_stop() -> Iterator[Callable[[], bool]]:
    came: list[int] = []

    def note(number: int, _frame: Any) -> None:
        came.append(number)

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: bool(came)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end(running: list[BaseProcess]) -> None:
    for process in running:
        process.terminate()
    deadline = time.monotonic() + GRACE_SECONDS + 5
    for process in running:
        process.join(max(deadline - time.monotonic(), 0.1))
        if process.is_alive():
            process.kill()
            process.join()
