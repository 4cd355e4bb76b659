"""What pictures of an hour cost: the pass at import, and tiles, peaks and excerpts from anywhere in it."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import numpy as np

from benchmarks.data import table, talk, write_flac
from earmark.audio.images import decode_image, encode_png, encode_webp
from earmark.audio.tiles import SpectrogramSettings
from earmark.files.cache import DiskCache
from earmark.files.local import LocalFiles
from earmark.services.excerpts import wav_excerpt
from earmark.services.seeing import DEFAULT, peaks, tile
from earmark.services.seen import seek_points

PREFIX = "seen/ho/hour"
TILES = 40
CHILD = """
import json, pathlib, re, resource, sys
from earmark.audio.source import FileSource
from earmark.files.local import LocalFiles
from earmark.services.seeing import see
path = pathlib.Path(sys.argv[1])
see(FileSource(path, path.name), LocalFiles(pathlib.Path(sys.argv[2])), "seen/ho/hour")
used = resource.getrusage(resource.RUSAGE_SELF)
# Not ru_maxrss: that counts the process which started this one as well.
peak = int(re.search(r"VmHWM:\\s+(\\d+)", pathlib.Path("/proc/self/status").read_text())[1])
print(json.dumps({"cpu": used.ru_utime + used.ru_stime, "megabytes": peak / 1024}))
"""


def main() -> None:
    """Measure and print two tables."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "hour.flac"
        write_flac(path, np.tile(talk(600), 6))
        files = LocalFiles(folder / "files")
        print(imported(path, folder / "files", files), end="\n\n")
        print(asked_for(path, files, DiskCache(folder / "cache", 1 << 30)))


def imported(path: Path, folder: Path, files: LocalFiles) -> str:
    """Look at the hour three times, each in a process of its own, and give the least."""
    runs = []
    for _ in range(3):
        command = [sys.executable, "-c", CHILD, str(path), str(folder)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        runs.append(json.loads(done.stdout))
    cpu, memory = min(run["cpu"] for run in runs), max(run["megabytes"] for run in runs)
    stored = sum(facts.size for facts in files.list(PREFIX))
    tiles, waveform = (files.facts(f"{PREFIX}/{key}").size for key in (f"{DEFAULT.key}/tiles", "peaks"))
    head = ["1 h of FLAC, 16 kHz, 1 channel", "CPU s", "peak memory, MB", "stored, MB", "tiles, MB", "peaks, MB"]
    return table(
        head, [["import", f"{cpu:.2f}", f"{memory:.0f}", *(f"{n / 1e6:.2f}" for n in (stored, tiles, waveform))]]
    )


def asked_for(path: Path, files: LocalFiles, cache: DiskCache) -> str:
    """Ask for parts all over the hour, in random order."""
    chooser, media = np.random.default_rng(1), lambda: nullcontext(path)
    places = chooser.permutation(351)[:TILES].tolist()
    constant_q = SpectrogramSettings(scale="constant_q")

    def of(settings: SpectrogramSettings, level: int) -> Callable[[int], object]:
        return lambda k: tile(files, PREFIX, media, settings, level, k // 4**level, None)

    def cached(k: int) -> object:
        return tile(files, PREFIX, media, DEFAULT, 0, k, None, cache=cache)

    def excerpt(k: int) -> object:
        points = seek_points(files, PREFIX)
        return b"".join(wav_excerpt(path, k * 10.0, k * 10 + 5.0, points=points).read())

    jobs: dict[str, Callable[[int], object]] = {
        "tile of level 0 (10.24 s), drawn": of(DEFAULT, 0),
        "tile of level 1 (41 s), drawn": of(DEFAULT, 1),
        "tile of level 2 (164 s), stored": of(DEFAULT, 2),
        "tile of level 0, drawn and put into the cache": cached,
        "tile of level 0, from the cache": cached,
        "tile of level 0, linear, drawn": of(SpectrogramSettings(scale="linear"), 0),
        "tile of level 0, constant-Q, drawn": of(constant_q, 0),
        "peaks of an hour, 1000 columns": lambda _: peaks(files, PREFIX, media, 0, 3600, 1000, None),
        "peaks of 5 s, 1000 columns, from the sound": lambda k: peaks(
            files, PREFIX, media, k * 10, k * 10 + 5, 1000, None
        ),
        "WAV of 5 s": excerpt,
    }
    rows = [[name, *timed(job, places)] for name, job in jobs.items()]
    pixels = decode_image(tile(files, PREFIX, media, DEFAULT, 0, places[0], None))
    for name, encode in (("PNG", encode_png), ("WebP", encode_webp)):
        data = encode(pixels)
        rows.append(
            [f"encoding a tile as {name}, {len(data) / 1000:.0f} kB", *timed(lambda _, e=encode: e(pixels), places)]
        )
    return table(["what is asked for", "CPU ms, median", "CPU ms, longest"], rows)


def timed(job: Callable[[int], object], places: list[int]) -> list[str]:
    """CPU milliseconds of a job at each place: median and longest."""
    taken = []
    for place in places:
        began = time.process_time()
        job(place)
        taken.append((time.process_time() - began) * 1000)
    return [f"{statistics.median(taken):.1f}", f"{max(taken):.1f}"]


if __name__ == "__main__":
    main()
