"""A whole day with 100,000 segments in the browser: opening it, script per frame while moving, memory, first load.

    python -m benchmarks.browser [--segments 100000] [--moves 150] [--chromium PATH]

Script per frame is what the browser's own trace tells: CPU time of its main thread in functions of the page between two
frames. Memory is the heap of the page after a collection. It needs Playwright for Python and a Chromium or Chrome.
"""

from __future__ import annotations

import argparse
import gzip
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import soundfile
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.data import table
from benchmarks.server import running_server
from earmark.client import Client

DAY = 86_400
RATE = 8000
BLOCK_SECONDS = 600
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--enable-precise-memory-info",
]
TRACED = ["devtools.timeline", "devtools.timeline.frame", "disabled-by-default-devtools.timeline"]
FRAME = "Commit"
"""Main thread and compositor meet: once in each frame."""
SCRIPT = frozenset({"FunctionCall", "EvaluateScript", "RunMicrotasks", "v8.callFunction"})
DRAWN = """() => [...document.querySelectorAll("[data-timeline] canvas")].some((canvas) => {
  const context = canvas.getContext("2d");
  if (context === null || canvas.width === 0) return false;
  const colours = new Set();
  for (let x = 0; x < canvas.width; x += 7) {
    const column = context.getImageData(x, 0, 1, canvas.height).data;
    for (let at = 0; at < column.length; at += 36) colours.add(String(column.slice(at, at + 3)));
  }
  return colours.size > 60;
})"""
"""Whether a spectrogram is on the screen: nothing else has so many colours."""


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--segments", type=int, default=100_000)
    parser.add_argument("--moves", type=int, default=150)
    parser.add_argument("--chromium", default=shutil.which("chromium") or shutil.which("google-chrome"))
    arguments = parser.parse_args()
    if arguments.chromium is None:
        sys.exit("No Chromium: say where it is with --chromium PATH.")
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        with running_server(folder) as server, Client(server.url, server.token, timeout=600) as client:
            recording = _day(client, folder)
            browser = playwright.chromium.launch(executable_path=arguments.chromium, args=FLAGS)
            context = browser.new_context(
                base_url=server.url, viewport={"width": 1280, "height": 800}, extra_http_headers=server.headers
            )
            page = context.new_page()
            rows = [["script of the first page, gzip", f"{first_script(page, server.url) / 1000:.0f} kB"]]
            rows += _opening(page, recording, "24 h, no segments")
            annotation = many_segments(client, recording, arguments.segments)
            rows += _opening(page, f"{recording}?annotation={annotation}", f"24 h, {arguments.segments:,} segments")
            rows += _moving(browser, page, arguments.moves)
            browser.close()
    print(table(["what", "seen"], rows))


def _day(client: Client, folder: Path) -> str:
    project = client.projects.create("Forest")
    recording = client.recordings.upload(project["id"], day_of_sound(folder / "day.flac"))
    return str(client.recordings.wait(recording["id"])["id"])


def _opening(page: Page, where: str, what: str) -> list[list[str]]:
    seconds = sorted(opened_in(page, f"/recordings/{where}") for _ in range(5))
    return [[f"{what}: opened, median of 5 (longest)", f"{seconds[2]:.2f} s ({seconds[-1]:.2f} s)"]]


def _moving(browser: Browser, page: Page, moves: int) -> list[list[str]]:
    rows = []
    before = heap(page)
    for name, move in (("panning", pan), ("zooming", zoom)):
        frames = script_per_frame(browser, page, lambda move=move: move(page, moves))
        half, most = np.percentile(frames, [50, 95])
        rows.append([f"script per frame while {name}, p50 / p95 ({len(frames)} frames)", f"{half:.1f} / {most:.1f} ms"])
    pan(page, 2 * moves)
    return [*rows, ["heap before and after", f"{before / 1e6:.1f} / {heap(page) / 1e6:.1f} MB"]]


# What tests use too.


def day_of_sound(path: Path, seconds: int = DAY) -> Path:
    """Write a day of silence with bursts of noise: 8 kHz, one channel, FLAC."""
    random = np.random.default_rng(1)
    block = np.zeros(BLOCK_SECONDS * RATE)
    for begin in range(5, BLOCK_SECONDS, 30):
        block[begin * RATE : (begin + 1) * RATE] = random.normal(0, 0.02, RATE)
    pcm = np.round(block * 32767).clip(-32768, 32767).astype(np.int16)
    with soundfile.SoundFile(path, "w", samplerate=RATE, channels=1, format="FLAC", subtype="PCM_16") as file:
        for begin in range(0, seconds, BLOCK_SECONDS):
            file.write(pcm[: min(BLOCK_SECONDS, seconds - begin) * RATE])
    return path


def many_segments(client: Client, recording_id: str, count: int, seconds: float = DAY) -> str:
    """Give a recording an annotation of one's own with many segments, all over it; return its name."""
    step = seconds / count
    labels = ("speech", "noise", "silence")
    lines = [f"{n * step:.3f},{(n + 0.8) * step:.3f},{labels[n % 3]}" for n in range(count)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "many.csv"
        path.write_text("\n".join(["start,end,label", *lines]), encoding="utf-8")
        return str(client.annotations.import_file(recording_id, path, mine=True)["id"])


def first_script(page: Page, url: str) -> int:
    """Bytes of script, compressed, that the first page needs."""
    scripts: list[str] = []
    page.on("response", lambda answer: scripts.append(answer.url) if answer.url.endswith(".js") else None)
    page.goto(url)
    page.get_by_role("heading", level=1).wait_for()
    with httpx.Client() as client:
        return sum(len(gzip.compress(client.get(script).content, 6)) for script in scripts)


def opened_in(page: Page, address: str) -> float:
    """Seconds until the editor shows the sound of a recording."""
    began = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.wait_for_function(DRAWN)
    return time.perf_counter() - began


def pan(page: Page, moves: int) -> None:
    """Move through the recording by the wheel, there and back."""
    _wheel(page, moves, lambda n: (90 if n % 20 < 10 else -90, 0))


def zoom(page: Page, moves: int) -> None:
    """Zoom out and in again by the wheel."""
    _wheel(page, moves, lambda n: (0, 30 if n % 40 < 20 else -30))


def _wheel(page: Page, moves: int, turn: Any) -> None:
    box = page.get_by_role("application").bounding_box()
    assert box is not None  # noqa: S101 - it was found
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    for n in range(moves):
        page.mouse.wheel(*turn(n))


def heap(page: Page) -> int:
    """Bytes that the page's scripts hold, after a collection."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.enable")
    for _ in range(2):
        session.send("HeapProfiler.collectGarbage")
    session.send("Performance.enable")
    found = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    session.detach()
    return int(found["JSHeapUsedSize"])


def script_per_frame(browser: Browser, page: Page, act: Any) -> list[float]:
    """CPU milliseconds in functions of the page for each frame that is drawn while something is done."""
    browser.start_tracing(page=page, categories=TRACED)
    act()
    return frames_of(json.loads(browser.stop_tracing())["traceEvents"])


def frames_of(events: Sequence[dict[str, Any]]) -> list[float]:
    """Add up the script between frames, on the thread that has most of them; frames without any do not count."""
    begins = [event for event in events if event["name"] == FRAME]
    threads = [(event["pid"], event["tid"]) for event in begins]
    main = max(set(threads), key=threads.count)
    edges = sorted(event["ts"] for event in begins if (event["pid"], event["tid"]) == main)
    calls = [event for event in events if event["name"] in SCRIPT and (event["pid"], event["tid"]) == main]
    sums = np.zeros(len(edges))
    for begin, cost in _outermost(calls):
        at = int(np.searchsorted(edges, begin, side="right")) - 1
        if at >= 0:
            sums[at] += cost / 1000
    return [float(value) for value in sums if value > 0]


def _outermost(calls: Iterable[dict[str, Any]]) -> Iterable[tuple[float, float]]:
    """Begin and CPU time of calls that are not within others."""
    end = -1.0
    for call in sorted((one for one in calls if "dur" in one), key=lambda one: (one["ts"], -one["dur"])):
        if call["ts"] >= end:
            end = call["ts"] + call["dur"]
            yield call["ts"], call.get("tdur", call["dur"])


if __name__ == "__main__":
    main()
