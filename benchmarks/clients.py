"""Many clients at once: OpenAI's audio API of a server as users start it, each client with a recording of its own.

Every client sends its recording at the same moment and waits, as programs do; none may fail. Memory is what processes
hold resident at their worst, looked at ten times a second.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import numpy as np
import psutil

from benchmarks.data import RATE, table, talk, test_data, write_flac
from benchmarks.server import Server, running_server

CLIENTS = 32
SECONDS = 10.0
LOOK_EVERY = 0.1


def main() -> None:
    """Measure each engine and print a Markdown table."""
    arguments = _arguments()
    stub = str(test_data() / "models" / "whisper-stub-random-ct2")
    engines = {
        "pocketsphinx": {"EARMARK_TRANSCRIPTION_ENGINE": "pocketsphinx"},
        "whisper (random weights, for its path alone)": {"EARMARK_MODEL": stub},
    }
    rows = []
    for name, settings in engines.items():
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder)
            files = _recordings(place, arguments.clients, arguments.seconds)
            with running_server(place, settings=settings) as server:
                rows.append([name, *_measure(server, files, arguments.seconds)])
    head = ["engine", "failed", "latency p50 / p95 / longest", "throughput", "CPU", "peak, server", "peak, worker"]
    print(f"{arguments.clients} clients, {arguments.seconds:g} s each; load of the machine before: {_load()}\n")
    print(table(head, rows))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=CLIENTS)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="length of each recording")
    return parser.parse_args()


def _load() -> str:
    return " / ".join(f"{one:.1f}" for one in os.getloadavg())


def _recordings(folder: Path, clients: int, seconds: float) -> list[Path]:
    """Write recordings of people who speak, a different one for each client."""
    sound = talk(clients * seconds)
    size = int(seconds * RATE)
    paths = [folder / f"{number}.flac" for number in range(clients)]
    for number, path in enumerate(paths):
        write_flac(path, sound[number * size : (number + 1) * size])
    return paths


@dataclass
class _Used:
    """What processes used at most: resident bytes of the server, and of the largest worker."""

    server: int = 0
    worker: int = 0
    cpu: dict[int, float] = field(default_factory=dict)

    def look(self, first: psutil.Process) -> None:
        self.server = max(self.server, first.memory_info().rss)
        self.cpu[first.pid] = _cpu(first)
        for process in first.children(recursive=True):
            try:
                self.worker = max(self.worker, process.memory_info().rss)
                self.cpu[process.pid] = _cpu(process)
            except psutil.NoSuchProcess:
                continue


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


@contextmanager
def _watched(process: psutil.Process) -> Iterator[_Used]:
    used, ended = _Used(), threading.Event()

    def watch() -> None:
        while not ended.wait(LOOK_EVERY):
            used.look(process)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield used
    finally:
        ended.set()
        thread.join()


def _measure(server: Server, files: list[Path], seconds: float) -> list[str]:
    _ask(server, files[0])  # A worker has started, and its engine is loaded.
    with _watched(server.process) as used, ThreadPoolExecutor(len(files)) as clients:
        before = sum(map(_cpu, [server.process, *server.process.children(recursive=True)]))
        together = threading.Barrier(len(files))

        def ask(path: Path) -> tuple[float, bool]:
            together.wait()
            return _ask(server, path)

        begun = time.perf_counter()
        answers = list(clients.map(ask, files))
        taken = time.perf_counter() - begun
    latencies = np.array([latency for latency, _ in answers])
    failed = sum(not right for _, right in answers)
    audio = len(files) * seconds
    p50, p95, longest = (float(np.quantile(latencies, part)) for part in (0.5, 0.95, 1.0))
    return [
        str(failed),
        f"{p50:.1f} / {p95:.1f} / {longest:.1f} s",
        f"{audio / taken:.1f} s of sound a second",
        f"{(sum(used.cpu.values()) - before) / audio:.3f} s for a second of sound",
        f"{used.server / 1e6:.0f} MB",
        f"{used.worker / 1e6:.0f} MB",
    ]


def _ask(server: Server, path: Path) -> tuple[float, bool]:
    """Send a recording and wait for its text; tell how long that took, and whether an answer came that is one."""
    begun = time.perf_counter()
    with path.open("rb") as file:
        answer = httpx.post(
            f"{server.url}/v1/audio/transcriptions",
            headers=server.headers,
            files={"file": (path.name, file, "audio/flac")},
            data={"model": "whisper-1", "response_format": "verbose_json"},
            timeout=3600,
        )
    right = answer.status_code == 200 and abs(answer.json()["duration"] - len_of(path)) < 0.01
    return time.perf_counter() - begun, right


def len_of(path: Path) -> float:
    """Seconds of a recording."""
    import soundfile

    return float(soundfile.info(path).duration)


if __name__ == "__main__":
    main()
