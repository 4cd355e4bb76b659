"""What people feel of a server: its start, its memory, their saves, uploads and pictures.

Everything goes over HTTP to ``earmark serve`` as users start it, on a database of choice. Peers run in the same run on
the same machine: uploads are compared with a bare ASGI application under uvicorn that writes the body to a file.
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
import numpy as np

from benchmarks.data import RATE, table, talk, write_flac
from benchmarks.server import Server, free_port, running_server
from earmark.core.ids import new_id

PEOPLE = 50
SAVE_EVERY = 2.0
"""Seconds between two saves of one person."""
UPLOAD_BYTES = 512_000_000
ROUNDS = 3
PLAIN = """
import os, sys, tempfile
async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    with tempfile.TemporaryFile(dir=sys.argv[2]) as file:
        more = True
        while more:
            message = await receive()
            file.write(message.get("body", b""))
            more = message.get("more_body", False)
        file.flush()
        os.fsync(file.fileno())
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})
import uvicorn
uvicorn.run(app, port=int(sys.argv[1]), log_level="error")
"""


def main() -> None:
    """Measure and print Markdown tables."""
    arguments = _arguments()
    with tempfile.TemporaryDirectory() as folder:
        with running_server(Path(folder), settings={"EARMARK_DATABASE": arguments.database}) as server:
            time.sleep(3)
            rows = [
                ["start to first answer", f"{server.started_in:.2f} s"],
                ["idle, resident, all processes", f"{server.resident() / 1e6:.0f} MB"],
            ]
            project, recording = _recording(server, Path(folder), arguments.seconds)
            rows += _pictures(server, recording, arguments.seconds)
            rows += _uploads(server, project, Path(folder), arguments.upload_bytes)
            rows += asyncio.run(_editing(server, recording, arguments.people, arguments.minutes * 60))
        print(table(["what", "seen"], rows))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", default="", help="URL of an empty database; SQLite without it")
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--minutes", type=float, default=1.0, help="how long they edit")
    parser.add_argument("--seconds", type=float, default=600.0, help="length of the recording")
    parser.add_argument("--upload-bytes", type=int, default=UPLOAD_BYTES)
    return parser.parse_args()


def _recording(server: Server, folder: Path, seconds: float) -> tuple[str, str]:
    """Make a project with one recording, and wait until it was listened to."""
    write_flac(folder / "talk.flac", talk(seconds))
    with server.client() as client:
        project = client.post("/projects", json={"name": "Benchmark"}).raise_for_status().json()["id"]
        return project, _upload(client, project, folder / "talk.flac")


def _upload(client: httpx.Client, project: str, path: Path) -> str:
    with path.open("rb") as file:
        answer = client.post(f"/projects/{project}/recordings", files={"file": (path.name, file)}).raise_for_status()
    recording = str(answer.json()["items"][0]["recording"]["id"])
    while client.get(f"/recordings/{recording}").json()["state"] == "waiting":
        time.sleep(0.2)
    return recording


def _pictures(server: Server, recording: str, seconds: float) -> list[list[str]]:
    """Tiles of ten seconds: each drawn for the first time, then taken from the cache."""
    tiles = int(seconds / 10.24)
    rows = []
    with server.client() as client:
        for name in ("cold", "warm"):
            begun = time.perf_counter()
            for index in range(tiles):
                client.get(f"/recordings/{recording}/tiles/0/{index}").raise_for_status()
            rows.append([f"finest tiles a second, {name}", f"{tiles / (time.perf_counter() - begun):.0f}"])
    return rows


def _uploads(server: Server, project: str, folder: Path, size: int) -> list[list[str]]:
    """Least seconds of several uploads of noise, against the bare application; contents differ each time."""
    path, ours, theirs = folder / "upload.wav", [], []
    port = free_port()
    with subprocess.Popen([sys.executable, "-c", PLAIN, str(port), str(folder)]) as plain:
        for _ in range(ROUNDS):
            _write_noise(path, size)
            ours.append(_timed_upload(server, project, path))
            theirs.append(_timed_post(port, path))
        plain.terminate()
    mine, bare = min(ours), min(theirs)
    return [
        [f"upload of {size / 1e6:.0f} MB (multipart, SHA-256, fsync)", f"{size / mine / 1e6:.0f} MB/s"],
        ["the same bytes to bare uvicorn (fsync)", f"{size / bare / 1e6:.0f} MB/s, {mine / bare:.1f}x as fast"],
    ]


def _write_noise(path: Path, size: int) -> None:
    chooser = np.random.default_rng()
    head = b"RIFF" + (size - 8).to_bytes(4, "little") + b"WAVEfmt \x10\0\0\0\1\0\1\0"
    head += RATE.to_bytes(4, "little") + (2 * RATE).to_bytes(4, "little") + b"\2\0\x10\0data"
    head += (size - 44).to_bytes(4, "little")
    with path.open("wb") as file:
        file.write(head)
        for begin in range(44, size, 1 << 20):
            file.write(chooser.bytes(min(1 << 20, size - begin)))


def _timed_upload(server: Server, project: str, path: Path) -> float:
    with server.client() as client, path.open("rb") as file:
        begun = time.perf_counter()
        answer = client.post(f"/projects/{project}/recordings", files={"file": (path.name, file)})
        taken = time.perf_counter() - begun
        # What follows in the background is not to be measured with the next one.
        recording = answer.raise_for_status().json()["items"][0]["recording"]["id"]
        while client.get(f"/recordings/{recording}").json()["state"] == "waiting":
            time.sleep(0.2)
    return taken


def _timed_post(port: int, path: Path) -> float:
    for _ in range(100):
        try:
            httpx.get(f"http://127.0.0.1:{port}/")
            break
        except httpx.TransportError:
            time.sleep(0.1)
    with path.open("rb") as file:
        begun = time.perf_counter()
        httpx.post(f"http://127.0.0.1:{port}/", files={"file": (path.name, file)}, timeout=120).raise_for_status()
        return time.perf_counter() - begun


async def _editing(server: Server, recording: str, people: int, seconds: float) -> list[list[str]]:
    """Many people save a change every two seconds, each in an annotation of their own; then count what is there."""
    limits = httpx.Limits(max_connections=people)
    async with httpx.AsyncClient(
        base_url=f"{server.url}/api/v1", headers=server.headers, limits=limits, timeout=60
    ) as client:
        saved = await asyncio.gather(*(_edit(client, recording, seconds) for _ in range(people)))
        lost = sum([await _missing(client, person) for person in saved])
    times = np.array([taken for person in saved for taken in person.times])
    return [
        [f"saves of {people} people, one every {SAVE_EVERY:.0f} s", f"{len(times)} in {seconds:.0f} s"],
        ["time of a save, median / p95 / longest", " / ".join(f"{1e3 * q:.0f} ms" for q in _quantiles(times))],
        ["saves that the history does not hold", str(lost)],
    ]


def _quantiles(times: np.ndarray) -> list[float]:
    return [float(np.quantile(times, part)) for part in (0.5, 0.95, 1.0)]


class _Person:
    """One who edits: the annotation, what it should hold now, and how long each save took."""

    def __init__(self, annotation: str) -> None:
        self.annotation, self.revision = annotation, 1
        self.segments: dict[str, float] = {}
        self.times: list[float] = []


async def _edit(client: httpx.AsyncClient, recording: str, seconds: float) -> _Person:
    made = await client.post(f"/recordings/{recording}/annotations", json={})
    person, chooser = _Person(made.raise_for_status().json()["id"]), np.random.default_rng()
    await asyncio.sleep(chooser.uniform(0, SAVE_EVERY))
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        begun = time.perf_counter()
        await _save(client, person, chooser)
        person.times.append(time.perf_counter() - begun)
        await asyncio.sleep(max(0.0, SAVE_EVERY - person.times[-1]))
    return person


async def _save(client: httpx.AsyncClient, person: _Person, chooser: np.random.Generator) -> None:
    name = str(chooser.choice([*person.segments, new_id()]))
    start = round(float(chooser.uniform(0, 50)), 3)
    segment = {"start": start, "end": start + 1, "label": "speech"}
    edit = {"op": "update" if name in person.segments else "add", "id": name, "segment": segment}
    answer = await client.post(
        f"/annotations/{person.annotation}/edits", json={"base_revision": person.revision, "edits": [edit]}
    )
    person.revision = answer.raise_for_status().json()["annotation"]["revision"]
    person.segments[name] = start


async def _missing(client: httpx.AsyncClient, person: _Person) -> int:
    """Replay the history, and count what is not in it or not in the audit log."""
    held: dict[str, float] = {}
    for number in range(2, person.revision + 1):
        answer = await client.get(f"/annotations/{person.annotation}/revisions/{number}")
        for change in answer.raise_for_status().json()["changes"]:
            held[change["id"]] = change["after"]["start"]
    audited = 0
    cursor: str | None = ""
    while cursor is not None:
        query = {"subject_id": person.annotation, "action": "annotation.edited", "limit": 500}
        page = (await client.get("/audit", params=query | ({"cursor": cursor} if cursor else {}))).json()
        audited, cursor = audited + len(page["items"]), page["next"]
    wrong = sum(held.get(name) != start for name, start in person.segments.items())
    return wrong + abs(len(person.times) - audited) + abs(len(person.times) - (person.revision - 1))


if __name__ == "__main__":
    main()
