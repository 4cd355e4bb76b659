"""The process of one live session: sound comes in on its standard input, texts go out on its standard output.

In come frames: a letter (``J`` for JSON, ``S`` for sound), four bytes with the length, the content. The first says what
is wanted, ``{"type": "stop"}`` ends the sound. Out go lines of JSON. Where the input ends without ``stop``, nobody
listens any longer, and so does the process.
"""

from __future__ import annotations

import json
import os
import queue
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

from earmark.audio.incoming import incoming
from earmark.core.project import Pipeline
from earmark.errors import EarmarkError
from earmark.formats.earmark_json import segment_to_dict
from earmark.services.live import Level, LiveSession

if TYPE_CHECKING:
    from earmark.engines.protocols import SpeechDetector, TranscribeOptions, Transcriber
    from earmark.services.live import Heard

HEAD = struct.Struct(">cI")
JSON, SOUND = b"J", b"S"
LONGEST_FRAME = 1 << 21
HELD_FRAMES = 32
"""Frames that wait to be decoded; more wait in the pipe."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveEngines:
    """What one live session listens with."""

    transcriber: Transcriber
    detector: SpeechDetector
    options: TranscribeOptions


OpenEngines = Callable[[Pipeline], LiveEngines]


def frame(kind: bytes, content: bytes) -> bytes:
    """Write a frame for the process of a live session."""
    return HEAD.pack(kind, len(content)) + content


def run_live(source: IO[bytes], target: IO[bytes], open_engines: OpenEngines) -> None:
    """Follow one live session to its end."""
    out = _Out(target)
    inbox = _Inbox(source)
    try:
        wanted = inbox.wanted()
        engines = open_engines(Pipeline(**wanted["pipeline"]))
        session = LiveSession(engines.transcriber, engines.detector, engines.options, out.tell)
        out.send(type="ready", engine=engines.transcriber.name, caution=engines.transcriber.caution)
        for samples in incoming(inbox.read, kind=wanted["format"], rate=wanted["rate"], wanted=session.rate):
            session.feed(samples)
        session.finish()
        out.send(type="done", duration=round(session.duration, 3))
    except EarmarkError as error:
        out.send(type="error", error=type(error).__name__, message=str(error))


class _Out:
    """Writes lines; two threads have something to tell."""

    def __init__(self, target: IO[bytes]) -> None:
        self._target = target
        self._lock = threading.Lock()

    def tell(self, event: Heard | Level) -> None:
        if isinstance(event, Level):
            self.send(type="level", at=event.at, level=event.level, behind=event.behind)
        else:
            self.send(type="final" if event.final else "partial", segment=segment_to_dict(event.segment))

    def send(self, **message: Any) -> None:
        line = json.dumps(message, ensure_ascii=False).encode() + b"\n"
        with self._lock:
            self._target.write(line)
            self._target.flush()


class _Inbox:
    """Reads frames in a thread of its own, so that the end of the input is noticed while the engine computes."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self._frames: queue.Queue[tuple[bytes, bytes]] = queue.Queue(HELD_FRAMES)
        self._stopped = False
        threading.Thread(target=self._run, name="live input", daemon=True).start()

    def wanted(self) -> dict[str, Any]:
        """The first frame."""
        _, content = self._frames.get()
        return dict(json.loads(content))

    def read(self) -> bytes:
        """Wait for the next sound; none once there is no more."""
        while not self._stopped:
            kind, content = self._frames.get()
            if kind == SOUND and content:
                return content
            self._stopped = kind == JSON
        return b""

    def _run(self) -> None:
        while True:
            head = self._source.read(HEAD.size)
            if len(head) < HEAD.size:
                # Whatever is being computed, nobody waits for it.
                os._exit(0)
            kind, length = HEAD.unpack(head)
            if length > LONGEST_FRAME:
                os._exit(2)
            self._frames.put((kind, self._source.read(length)))
