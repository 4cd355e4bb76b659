"""CPU seconds and wall time of ``earmark annotate`` against other ways to transcribe the same recording.

All run the same Whisper of tiny's true size (random weights: the cost of the encoder does not depend on values) on the
same 10 minutes of speech, beam 5, one temperature, at most ``TOKENS`` tokens per window of 30 s, int8 unless said
otherwise. Each is a process of its own, from the file on disk to text in memory, imports and loading included. The
least of several rounds counts: whatever else a machine does can only add to it.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from benchmarks.data import RATE, load, table, talk, test_data, write_flac
from benchmarks.tiny_whisper import build
from earmark.audio.decode import Samples
from earmark.audio.levels import FRAME_RATE, LevelMeter
from earmark.audio.source import FileSource
from earmark.engines.protocols import TranscribeOptions, Transcript
from earmark.engines.silero import SileroVad
from earmark.services.annotate import AnnotateOptions, Listeners, annotate

SECONDS = 600.0
TOKENS = 100
"""About what 30 s of brisk speech need (75 words)."""
ROUNDS = 3
GATE_DB, GATE_SECONDS = -50.0, 0.5
"""Level and length of silence that the level gate of way (c) splits at."""

SEQUENTIAL = """
import sys
from faster_whisper import WhisperModel
model = WhisperModel(sys.argv[2], device="cpu", compute_type="{numbers}", cpu_threads=int(sys.argv[4]))
segments, _ = model.transcribe(
    sys.argv[1], language="en", vad_filter=True, temperature=0.0, without_timestamps=True,
    condition_on_previous_text=False, max_new_tokens=int(sys.argv[3]), word_timestamps={words})
print(len(list(segments)))
"""
BATCHED = """
import json, sys
import numpy as np
from faster_whisper import BatchedInferencePipeline, WhisperModel
model = WhisperModel(sys.argv[2], device="cpu", compute_type="int8", cpu_threads=int(sys.argv[4]))
clips = np.load(sys.argv[5] + ".npy")
segments, _ = BatchedInferencePipeline(model).transcribe(
    clips, language="en", clip_timestamps=json.load(open(sys.argv[5] + ".json")), batch_size=8, temperature=0.0,
    max_new_tokens=int(sys.argv[3]), word_timestamps=True)
print(len(list(segments)))
"""
ONE_BY_ONE = """
import json, sys
import torch
from faster_whisper import decode_audio
from transformers import WhisperConfig, WhisperFeatureExtractor, WhisperForConditionalGeneration
from transformers.utils import logging
logging.set_verbosity_error()
torch.set_num_threads(int(sys.argv[4]))
torch.manual_seed(0)
model = WhisperForConditionalGeneration(WhisperConfig()).eval()
features, sound = WhisperFeatureExtractor(), decode_audio(sys.argv[1])
for span in json.loads(sys.argv[5]):
    clip = sound[int(span["start"] * 16000) : int(span["end"] * 16000)]
    inputs = features(clip, sampling_rate=16000, return_tensors="pt").input_features
    words = max(2, int(int(sys.argv[3]) * (span["end"] - span["start"]) / 30))
    with torch.no_grad():
        model.generate(inputs, min_new_tokens=words, max_new_tokens=words, num_beams=1)
"""


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--with-transformers", action="store_true", help="also the way of transformers, one segment at a time"
    )
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        model = build(folder / "tiny", test_data() / "models" / "whisper-stub-random-ct2")
        recording = folder / "talk.flac"
        write_flac(recording, talk(arguments.seconds))
        print(f"{arguments.seconds:.0f} s of sound, ", end="")
        jobs = commands(recording, model, folder, with_transformers=arguments.with_transformers)
        print(f"{os.cpu_count()} cores, least of {arguments.rounds} rounds\n", flush=True)
        print(report(jobs, arguments.rounds))


def commands(recording: Path, model: Path, folder: Path, *, with_transformers: bool) -> dict[str, list[str]]:
    """Give the command line of each way."""
    earmark = [sys.executable, "-m", "earmark", "annotate", str(recording), "--out", str(folder), "--quiet"]
    timeline = [*earmark, "--engine", "none"]
    asked = ["--model", str(model), "--language", "en", "--max-tokens", str(TOKENS), "--no-guards"]
    code = [sys.executable, "-c"]
    shared = [str(recording), str(model), str(TOKENS), str(os.cpu_count())]
    keep_clips(recording, folder / "clips")
    jobs = {
        "earmark annotate": [*earmark, *asked],
        "earmark annotate --beam-size 1": [*earmark, *asked, "--beam-size", "1"],
        "earmark annotate, timeline alone": timeline,
        "(a) faster-whisper sequential, its default numbers": [*code, sequential("default", words=False), *shared],
        "(a) the same, int8": [*code, sequential("int8", words=False), *shared],
        "(a) the same, int8, with word times": [*code, sequential("int8", words=True), *shared],
        "(b) BatchedInferencePipeline, same clips, no timeline": [*code, BATCHED, *shared, str(folder / "clips")],
    }
    if with_transformers:
        spans = json.dumps(loud_spans(recording))
        jobs["(c) transformers float32, one segment at a time"] = [*code, ONE_BY_ONE, *shared, spans]
    return jobs


class ClipKeeper:
    """Stands where an engine would, and keeps the clips that it is given."""

    name, sample_rate, clip_seconds, caution = "keeper", 16_000, 30.0, None

    def __init__(self) -> None:
        self.clips: list[Samples] = []

    def check(self, options: TranscribeOptions) -> None:
        """Take any options."""

    def detect_language(self, clips: Sequence[Samples]) -> tuple[str, float]:
        """Say English."""
        return "en", 1.0

    def transcribe(
        self, clips: Iterable[Samples], *, language: str, options: TranscribeOptions
    ) -> Iterator[Transcript]:
        """Hear nothing."""
        for clip in clips:
            self.clips.append(clip)
            yield Transcript(words=(), joins=())


def keep_clips(recording: Path, path: Path) -> None:
    """Save the clips that Earmark would transcribe."""
    keeper = ClipKeeper()
    annotate(
        FileSource(recording, recording.name),
        listeners=Listeners(detector=SileroVad(), transcriber=keeper),
        options=AnnotateOptions(),
        made_by="benchmark",
    )
    np.save(path.with_suffix(".npy"), np.concatenate(keeper.clips))
    ends = np.cumsum([len(clip) / 16_000 for clip in keeper.clips]).tolist()
    clips = [{"start": start, "end": end} for start, end in itertools.pairwise([0.0, *ends])]
    path.with_suffix(".json").write_text(json.dumps(clips))
    print(f"{len(clips)} clips, ", end="")


def loud_spans(recording: Path) -> list[dict[str, float]]:
    """Split a recording where its level stays below -50 dBFS for 500 ms: the segments of a plain level gate."""
    meter = LevelMeter(RATE)
    meter.feed(load(recording)[None])
    loud = np.flatnonzero(meter.finish()[0] >= GATE_DB)
    breaks = np.flatnonzero(np.diff(loud) > GATE_SECONDS * FRAME_RATE)
    firsts, lasts = [loud[0], *loud[breaks + 1]], [*loud[breaks], loud[-1]]
    print(f"{len(firsts)} segments of the level gate, ", end="")
    return [{"start": a / FRAME_RATE, "end": (b + 1) / FRAME_RATE} for a, b in zip(firsts, lasts, strict=True)]


def sequential(numbers: str, *, words: bool) -> str:
    """Give the program for faster-whisper's sequential way; ``default`` keeps float16 weights as float32 on a CPU."""
    return SEQUENTIAL.format(numbers=numbers, words=words)


def report(jobs: dict[str, list[str]], rounds: int) -> str:
    """Run every job ``rounds`` times, in turns, and make the table."""
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in jobs}
    for _ in range(rounds):
        for name, command in jobs.items():
            taken[name].append(
                timed(lambda command=command: subprocess.run(command, check=True, stdout=subprocess.DEVNULL))
            )
    least = {name: tuple(min(column) for column in zip(*runs, strict=True)) for name, runs in taken.items()}
    cpu, wall = least["earmark annotate"]
    rows = [[name, f"{c:.1f}", f"{w:.1f}", f"{c / cpu:.2f}", f"{w / wall:.2f}"] for name, (c, w) in least.items()]
    return table(["way", "CPU s", "wall s", "CPU, times earmark", "wall, times earmark"], rows)


def timed(job: Callable[[], object]) -> tuple[float, float]:
    """CPU seconds of the child processes and wall seconds of a job."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    job()
    after, ended = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, ended - began


if __name__ == "__main__":
    main()
