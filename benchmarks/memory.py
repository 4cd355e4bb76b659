"""Peak memory and CPU seconds of long recordings: decoding, levels and speech activity, no transcript."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import wave
from pathlib import Path

import numpy as np

from benchmarks.data import table, talk, write_flac

CHILD = """
import json, pathlib, re, resource, sys
from earmark.cli import run
code = run(["annotate", sys.argv[1], "--engine", "none", "--quiet", "--out", sys.argv[2]])
used = resource.getrusage(resource.RUSAGE_SELF)
# Not ru_maxrss: that counts the process which started this one as well.
peak = int(re.search(r"VmHWM:\\s+(\\d+)", pathlib.Path("/proc/self/status").read_text())[1])
print(json.dumps({"code": code, "cpu": used.ru_utime + used.ru_stime, "megabytes": peak / 1024}))
"""


def main() -> None:
    """Measure one and four hours and print a table."""
    hour = np.tile(talk(600), 6)
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for hours in (1, 4):
            path = folder / f"{hours}h.flac"
            write_flac(path, np.tile(hour, hours))
            used = measure(path, folder)
            rows.append([f"{hours} h", f"{used['cpu']:.1f}", f"{used['cpu'] / hours:.1f}", f"{used['megabytes']:.0f}"])
            path.unlink()
        path = folder / "day.wav"
        write_day(path)
        used = measure(path, folder)
        rows.append(["24 h at 8 kHz (WAV), silent but for 20 s", f"{used['cpu']:.1f}", "", f"{used['megabytes']:.0f}"])
    print(table(["recording (FLAC, 16 kHz, 1 channel)", "CPU s", "CPU s per hour", "peak memory, MB"], rows))


def write_day(path: Path) -> None:
    """Write a day of 8-bit silence with 20 s of speech at noon."""
    rate = 8_000
    silence = bytes([128]) * (3600 * rate)
    speech = np.clip(talk(20)[::2] * 127 + 128, 0, 255).astype(np.uint8).tobytes()
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 1, rate, 0, "NONE", "not compressed"))
        for hour in range(24):
            file.writeframesraw(speech + silence[len(speech) :] if hour == 12 else silence)
        file.writeframes(b"")


def measure(path: Path, out: Path) -> dict[str, float]:
    """Annotate a recording in a process of its own and give what it used."""
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(path), str(out)], check=True, capture_output=True, text=True
    )
    used: dict[str, float] = json.loads(done.stdout)
    return used


if __name__ == "__main__":
    main()
