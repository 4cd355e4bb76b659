"""Live transcription as somebody who speaks sees it: how late the text comes, and what a session costs.

Real recordings with pauses between them are sent to ``earmark serve`` as fast as they are spoken. The delay of a text
counts from the end of its utterance, so that it holds the silence by which the end is known. On a machine that does
other things too, what is seen says little: hence the second figure, of sound and CPU time alone.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import psutil
from websockets.sync.client import ClientConnection, connect

from benchmarks.data import load, table, test_data
from benchmarks.server import Server, running_server
from earmark.app import Context
from earmark.audio.decode import Samples
from earmark.config import Settings
from earmark.core.project import Pipeline
from earmark.core.scores.words import normalised
from earmark.services.live import Heard, Level, LiveSession

RATE = 16_000
BLOCK = 0.1
"""Seconds of sound in one message."""
PAUSE = 1.5
"""Seconds between two recordings."""


@dataclass(slots=True)
class Seen:
    """What came of one session."""

    delays: list[float] = field(default_factory=list)
    partials: int = 0
    texts: list[str] = field(default_factory=list)
    cpu: float = 0.0
    memory: int = 0


def main() -> None:
    """Measure and print Markdown tables."""
    arguments = _arguments()
    with tempfile.TemporaryDirectory() as folder, running_server(Path(folder)) as server:
        speech, text = _speech(arguments.seconds)
        noise = np.random.default_rng(0).normal(0, 1e-3, RATE * round(arguments.seconds / 2)).astype(np.float32)
        rows = []
        for name, sound in (("speech", speech), ("room noise", noise), ("digital silence", np.zeros_like(noise))):
            seen = _session(server, sound, arguments.engine)
            rows.append(_row(name, seen, len(sound) / RATE))
            if seen.texts:
                print(f"WER of the texts that stay: {_word_errors(text, ' '.join(seen.texts)):.3f}\n")
        print(table(_HEAD, rows))
        free = _free_delays(speech, arguments.engine, Path(folder) / "free")
    print(f"\nWhere nothing else runs: {np.median(free):.2f} s (median), {max(free):.2f} s (most)")


_HEAD = ["sound", "texts", "delay, median", "delay, most", "texts so far", "CPU s per hour", "resident"]


def _row(name: str, seen: Seen, seconds: float) -> list[str]:
    delays = [f"{np.median(seen.delays):.2f} s", f"{max(seen.delays):.2f} s"] if seen.delays else ["", ""]
    cost = f"{seen.cpu / seconds * 3600:.0f}"
    return [name, str(len(seen.texts)), *delays, str(seen.partials), cost, f"{seen.memory / 1e6:.0f} MB"]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", default="pocketsphinx")
    parser.add_argument("--seconds", type=float, default=120.0, help="length of the speech")
    return parser.parse_args()


def _speech(seconds: float) -> tuple[Samples, str]:
    """Recordings with pauses of room noise, and what is said in them."""
    import csv

    folder = test_data() / "audio" / "speech_en"
    with (folder / "transcripts.csv").open(encoding="utf-8") as file:
        said = {row["file"]: row["text"] for row in csv.DictReader(file)}
    random = np.random.default_rng(0)
    parts: list[Samples] = []
    texts = []
    for path in sorted(folder.glob("LJ001-*.flac")):
        if sum(map(len, parts)) >= seconds * RATE:
            break
        parts += [load(path), random.normal(0, 1e-3, round(PAUSE * RATE)).astype(np.float32)]
        texts.append(said[path.name])
    return np.concatenate(parts), " ".join(texts)


def _used(child: psutil.Process, seen: Seen) -> tuple[float, int]:
    """CPU seconds and most resident bytes so far; what was seen before, where the child has ended meanwhile."""
    try:
        return max(seen.cpu, sum(child.cpu_times()[:2])), max(seen.memory, child.memory_info().rss)
    except psutil.NoSuchProcess:
        return seen.cpu, seen.memory


def _free_delays(sound: Samples, engine: str, folder: Path) -> list[float]:
    """Delays where nothing else runs: sound until the end is known, and CPU seconds of what is computed then."""
    annotator = Context(Settings(data_dir=folder)).live_engines(Pipeline(engine=engine))
    events: list[Heard | Level] = []
    session = LiveSession(annotator.transcriber, annotator.detector, annotator.options, events.append, partial=False)
    delays = []
    size = round(BLOCK * RATE)
    for at in range(0, len(sound), size):
        before, began = len(events), time.process_time()
        session.feed(sound[at : at + size])
        while session.behind:
            time.sleep(0.001)
        spent = time.process_time() - began
        heard = [event for event in events[before:] if isinstance(event, Heard)]
        delays += [(at + size) / RATE - event.segment.end + spent for event in heard]
    session.finish()
    return delays


def _word_errors(said: str, written: str) -> float:
    from jiwer import wer

    return float(wer(normalised(said), normalised(written)))


def _session(server: Server, sound: Samples, engine: str) -> Seen:
    url = f"{server.url.replace('http', 'ws', 1)}/api/v1/live?engine={engine}"
    with connect(url, additional_headers=server.headers, compression=None) as connection:
        if (first := json.loads(connection.recv()))["type"] != "ready":
            raise SystemExit(first["message"])
        child = next(one for one in server.process.children() if "--live" in one.cmdline())
        before = sum(child.cpu_times()[:2])
        begun = time.monotonic()
        sender = threading.Thread(target=_speak, args=(connection, sound, begun))
        sender.start()
        seen = _listen(connection, child, begun)
        seen.cpu -= before
        sender.join()
    return seen


def _speak(connection: ClientConnection, sound: Samples, begun: float) -> None:
    """Send each piece when its last sample has been spoken."""
    data = np.clip(np.round(sound * 32767), -32768, 32767).astype("<i2")
    size = round(BLOCK * RATE)
    for at in range(0, len(data), size):
        spoken = begun + min(at + size, len(data)) / RATE
        time.sleep(max(0.0, spoken - time.monotonic()))
        connection.send(data[at : at + size].tobytes())
    connection.send('{"type": "stop"}')


def _listen(connection: ClientConnection, child: psutil.Process, begun: float) -> Seen:
    seen = Seen()
    for line in connection:
        message = json.loads(line)
        if message["type"] == "final":
            seen.delays.append(time.monotonic() - begun - message["end"])
            seen.texts.append(message["text"])
        elif message["type"] == "partial":
            seen.partials += 1
        elif message["type"] == "level":
            # Before the end, when there is nobody left to ask.
            seen.cpu, seen.memory = _used(child, seen)
        elif message["type"] == "error":
            raise SystemExit(message["message"])
    return seen


if __name__ == "__main__":
    main()
