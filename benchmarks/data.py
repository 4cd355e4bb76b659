"""Recordings and models that the benchmarks share."""

from __future__ import annotations

import csv
import os
import sys
from pathlib import Path

import numpy as np

from earmark.audio.decode import Samples, open_reader
from earmark.audio.resample import Resampler
from earmark.core.segment import Segment

RATE = 16_000


def test_data() -> Path:
    """Folder of labelled recordings and small models."""
    folder = Path(os.environ.get("EARMARK_TEST_DATA", Path(__file__).parents[2] / "shared"))
    if not (folder / "audio").is_dir():
        sys.exit(f"No test recordings in {folder}: set EARMARK_TEST_DATA.")
    return folder


def load(path: Path) -> Samples:
    """Read a recording as the mean of its channels at 16 kHz, shape ``(samples,)``."""
    with open_reader(path) as reader:
        resampler = Resampler(reader.rate, RATE, 1)
        parts = [resampler.feed(block.mean(axis=0, keepdims=True)) for block in reader.blocks()]
        return np.concatenate([*parts, resampler.finish(1)], axis=1)[0]


def truth(path: Path, names: dict[str, str]) -> list[Segment]:
    """Read the labelled segments of a composite, labels renamed by ``names``."""
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    return [
        Segment(start=float(row["start"]), end=float(row["end"]), label=names.get(row["label"], row["label"]))
        for row in rows
    ]


def write_flac(path: Path, samples: Samples) -> None:
    """Write one channel at 16 kHz."""
    import av

    with av.open(str(path), "w") as out:
        stream = out.add_stream("flac", rate=RATE, layout="mono")
        for begin in range(0, len(samples), RATE * 10):
            piece = np.clip(np.round(samples[begin : begin + RATE * 10] * 32768), -32768, 32767).astype(np.int16)
            frame = av.AudioFrame.from_ndarray(piece[None], format="s16", layout="mono")
            frame.rate, frame.pts = RATE, begin
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))


def talk(seconds: float) -> Samples:
    """Join English test recordings, in random order, with pauses of 0.3 to 1.5 s over faint hiss."""
    chooser = np.random.default_rng(1)
    files = sorted((test_data() / "audio" / "speakers").glob("*/*.flac"))
    parts, length = [], 0
    while length < seconds * RATE:
        speech = load(files[int(chooser.integers(len(files)))])
        parts += [speech, np.zeros(int(chooser.uniform(0.3, 1.5) * RATE), np.float32)]
        length += len(speech) + len(parts[-1])
    sound = np.concatenate(parts)[: int(seconds * RATE)]
    return (sound + chooser.normal(0, 10 ** (-65 / 20), len(sound))).astype(np.float32)


def table(head: list[str], rows: list[list[str]]) -> str:
    """Format a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
