"""Live sessions over WebSockets: a child process listens for each, this one only passes on what comes and goes.

Everything is bounded: how many sessions there are, how much sound waits for the child, how long the client may be
silent. What the child tells waits in its pipe until the client takes it.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import time
from collections import deque
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from starlette.websockets import WebSocketDisconnect, WebSocketState

from earmark import errors as e
from earmark.app import CHILD, environment_of
from earmark.formats.earmark_json import segment_from_dict
from earmark.server.problems import KINDS, kind_of
from earmark.server.segments import plain
from earmark.services.live_worker import JSON, SOUND, frame

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import Iterator

    from starlette.websockets import WebSocket

    from earmark.core.project import Pipeline
    from earmark.services.platform import Platform

IDLE_SECONDS = 60.0
"""How long a client may send nothing at all; silence is sound too."""
MOST_WAITING = 8_000_000
"""Bytes of sound that may wait for the child: 4 minutes of PCM at 16 kHz."""
LONGEST_MESSAGE = 1 << 20
"""Bytes in one message; a longer one ends the connection with code 1009."""
SEND_SECONDS = 20.0
"""How long a client may take for one message."""
FINISH_SECONDS = 120.0
"""How long the child may say nothing after ``stop``, while it writes down the rest."""
LONGEST_LINE = 1 << 18
"""Bytes in what the child says at once; a segment of 30 s has 20 kB."""
DONE, INVALID, REFUSED, FAILED, FULL = 1000, 1007, 1008, 1011, 1013
"""Codes with which a connection ends (RFC 6455, 7.4.1, and the IANA registry of close codes)."""

log = logging.getLogger("earmark.server")


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveWanted:
    """What a client asks of a session.

    Attributes
    ----------
    pipeline : Pipeline
        Engine, model and language.
    format : str
        ``pcm16``, ``webm`` or ``ogg``.
    rate : int
        Sample rate of PCM in Hz.
    """

    pipeline: Pipeline
    format: str
    rate: int


class LiveSessions:
    """The live sessions of this process."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._open: set[_Live] = set()

    @property
    def open(self) -> int:
        """How many there are."""
        return len(self._open)

    @property
    def processes(self) -> tuple[int, ...]:
        """Process ids of their children."""
        return tuple(one.process.pid for one in self._open if one.process is not None)

    async def run(self, websocket: WebSocket, wanted: LiveWanted) -> None:
        """Follow one session to its end; the connection was accepted and is closed afterwards."""
        live = _Live(websocket, wanted)
        try:
            # Nothing is awaited between counting and joining.
            self._require_room()
            self._open.add(live)
            await live.run(self._environ())
        except e.EarmarkError as error:
            await end_with_error(websocket, error)
        except WebSocketDisconnect:
            return
        finally:
            self._open.discard(live)

    def _require_room(self) -> None:
        most = self._platform.settings.live_sessions
        if not most:
            raise e.Forbidden("live transcription is switched off on this server (setting live_sessions).")
        if len(self._open) >= most:
            raise e.QueueFull(
                f"{most} live sessions run already, which is as many as this server takes. Try again later.",
                retry_after=30,
            )

    def _environ(self) -> dict[str, str]:
        return {**os.environ, **environment_of(self._platform.settings)}


class _Live:
    """One session."""

    def __init__(self, websocket: WebSocket, wanted: LiveWanted) -> None:
        self.process: Process | None = None
        self._websocket = websocket
        self._wanted = wanted
        self._waiting: deque[bytes] = deque()
        self._bytes = 0
        self._more = asyncio.Event()
        self._ready = False
        self._stopped = False
        self._told = time.monotonic()

    async def run(self, environ: dict[str, str]) -> None:
        """Start the child and pass on what comes and goes, until one side ends."""
        self.process = await asyncio.create_subprocess_exec(
            *CHILD,
            "--live",
            "--child-of",
            str(os.getpid()),
            env=environ,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=LONGEST_LINE,
            start_new_session=True,
        )
        self._put(JSON, json.dumps(asdict(self._wanted)).encode())
        tasks = [asyncio.create_task(part) for part in (self._listen(), self._feed(), self._tell())]
        try:
            # The one that feeds ends by itself only with the child, of which the others hear.
            done, _ = await asyncio.wait((tasks[0], tasks[2]), return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            await self._end(tasks)

    async def _end(self, tasks: list[asyncio.Task[None]]) -> None:
        for task in tasks:
            task.cancel()
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                self.process.kill()
            await asyncio.shield(self.process.wait())
        await asyncio.gather(*tasks, return_exceptions=True)

    # From the client ------------------------------------------------------------------------------------------------

    async def _listen(self) -> None:
        """Take what the client sends; returns when it has gone."""
        while True:
            try:
                message = await asyncio.wait_for(self._websocket.receive(), self._patience)
            except TimeoutError:
                if self._is_busy:
                    continue
                raise self._too_late() from None
            if message["type"] == "websocket.disconnect":
                return
            if message.get("bytes") is not None:
                self._take(message["bytes"])
            else:
                self._obey(message.get("text") or "")

    @property
    def _is_busy(self) -> bool:
        """Whether the client waits for the child: it loads the engine, or writes down the rest."""
        quiet = time.monotonic() - self._told
        return not self._ready or (self._stopped and quiet < FINISH_SECONDS)

    @property
    def _patience(self) -> float:
        return FINISH_SECONDS if self._stopped else IDLE_SECONDS

    def _too_late(self) -> e.EarmarkError:
        if self._stopped:
            return e.TimedOut("what was said last could not be written down in time.")
        return e.TimedOut(f"no sound came for {IDLE_SECONDS:.0f} seconds. Begin another session.")

    def _take(self, sound: bytes) -> None:
        if self._stopped:
            return
        if self._bytes + len(sound) > MOST_WAITING:
            raise e.TimedOut(
                "sound comes faster than the engine follows. Choose a smaller model, or send no faster than it is said."
            )
        self._put(SOUND, sound)

    def _obey(self, text: str) -> None:
        try:
            content = json.loads(text)
        except ValueError:
            content = None
        if not isinstance(content, dict) or content.get("type") != "stop":
            raise e.InvalidValue('a text message says {"type": "stop"}; sound is sent as binary messages.')
        if not self._stopped:
            self._put(JSON, text.encode())
            self._stopped = True

    # To the child ---------------------------------------------------------------------------------------------------

    def _put(self, kind: bytes, content: bytes) -> None:
        self._waiting.append(frame(kind, content))
        self._bytes += len(content)
        self._more.set()

    async def _feed(self) -> None:
        assert self.process is not None and self.process.stdin is not None  # noqa: S101, PT018 - started with a pipe
        stdin = self.process.stdin
        # Where the child is gone, its output says so.
        with contextlib.suppress(ConnectionError):
            while True:
                await self._more.wait()
                self._more.clear()
                while self._waiting:
                    content = self._waiting.popleft()
                    self._bytes -= len(content)
                    stdin.write(content)
                    await stdin.drain()

    # To the client --------------------------------------------------------------------------------------------------

    async def _tell(self) -> None:
        """Pass on what the child tells; returns when it is done."""
        assert self.process is not None and self.process.stdout is not None  # noqa: S101, PT018 - started with a pipe
        async for line in self.process.stdout:
            message = json.loads(line)
            if message["type"] == "error":
                raise _error(message)
            self._ready, self._told = True, time.monotonic()
            await self._send(_translated(message))
            if message["type"] == "done":
                await self._websocket.close(DONE)
                return
        code = await self.process.wait()
        how = f"was ended by signal {-code}" if code < 0 else f"ended with code {code}"
        log.warning("the process of a live session %s", how, extra={"action": "live.lost"})
        raise e.EngineFailed(f"the process that listened {how}. Begin another session.")

    async def _send(self, message: dict[str, Any]) -> None:
        try:
            await asyncio.wait_for(self._websocket.send_text(json.dumps(message)), SEND_SECONDS)
        except TimeoutError:
            raise e.TimedOut("the client does not read what it is told.") from None


def _translated(message: dict[str, Any]) -> dict[str, Any]:
    if "segment" not in message:
        return message
    return {"type": message["type"], **plain(segment_from_dict(message["segment"]))}


def _error(message: dict[str, Any]) -> e.EarmarkError:
    """The error that the child met; it names one of ours."""
    known = {kind.__name__: kind for kind in KINDS}
    kind = known.get(message["error"])
    if kind is None or not issubclass(kind, e.EarmarkError):
        kind = e.EngineFailed
    # Some build their message from parts, which have been put together there already.
    error: e.EarmarkError = kind.__new__(kind, message["message"])
    return error


def _codes() -> Iterator[tuple[type[Exception], int]]:
    yield e.QueueFull, FULL
    yield e.UnreadableMedia, INVALID
    yield from ((kind, REFUSED) for kind in (e.InvalidValue, e.Forbidden, e.TimedOut, e.ModelNotFound, e.MissingExtra))


CODES = dict(_codes())


async def end_with_error(websocket: WebSocket, error: e.EarmarkError) -> None:
    """Say what is wrong and close the connection; where the client is gone, nobody hears it."""
    kind = kind_of(error)
    code = next((CODES[base] for base in type(error).__mro__ if base in CODES), FAILED)
    content = {"type": "error", "code": kind.code, "title": kind.title, "message": str(error)}
    if websocket.application_state is not WebSocketState.CONNECTED:
        return
    with contextlib.suppress(WebSocketDisconnect, RuntimeError, TimeoutError):
        await asyncio.wait_for(websocket.send_text(json.dumps(content)), SEND_SECONDS)
        await asyncio.wait_for(websocket.close(code, kind.title), SEND_SECONDS)
