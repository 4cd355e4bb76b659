"""CPU seconds and wall time of ``earmark annotate`` against other ways to transcribe the same recording.

All run the same Whisper of tiny's true size (random weights: the cost of the encoder does not depend on values) on the
same 10 minutes of speech, beam 5, one temperature, at most ``TOKENS`` tokens per window of 30 s, int8 unless said
otherwise. Each is a process of its own, from the file on disk to text in memory, imports and loading included.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.data import table, talk, test_data, write_flac
from benchmarks.tiny_whisper import build

SECONDS = 600.0
TOKENS = 100
"""About what 30 s of brisk speech need (75 words)."""
ROUNDS = 3

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
from faster_whisper import BatchedInferencePipeline, WhisperModel, decode_audio
model = WhisperModel(sys.argv[2], device="cpu", compute_type="int8", cpu_threads=int(sys.argv[4]))
segments, _ = BatchedInferencePipeline(model).transcribe(
    decode_audio(sys.argv[1]), language="en", clip_timestamps=json.loads(sys.argv[5]), batch_size=8, temperature=0.0,
    max_new_tokens=int(sys.argv[3]), word_timestamps=True)
print(len(list(segments)))
"""
ONE_BY_ONE = """
import json, sys
import torch
from faster_whisper import decode_audio
from transformers import WhisperConfig, WhisperFeatureExtractor, WhisperForConditionalGeneration
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
        jobs, clips = commands(recording, model, folder, with_transformers=arguments.with_transformers)
        print(f"{arguments.seconds:.0f} s of sound, {len(clips)} clips, {os.cpu_count()} cores, ", end="")
        print(f"median of {arguments.rounds} rounds\n")
        print(report(jobs, arguments.rounds))


def commands(
    recording: Path, model: Path, folder: Path, *, with_transformers: bool
) -> tuple[dict[str, list[str]], list[dict[str, float]]]:
    """Give the command line of each way, and the clips that the batched ones transcribe."""
    earmark = [
        sys.executable,
        "-m",
        "earmark",
        "annotate",
        str(recording),
        "--out",
        str(folder),
        "--quiet",
        "--no-guards",
    ]
    timeline = [*earmark, "--engine", "none"]
    subprocess.run(timeline, check=True)
    spans = speech_spans(folder / f"{recording.stem}.json")
    clips = merged(spans)
    shared = [str(recording), str(model), str(TOKENS), str(os.cpu_count())]
    code = [sys.executable, "-c"]
    asked = ["--model", str(model), "--language", "en", "--max-tokens", str(TOKENS)]
    jobs = {
        "earmark annotate": [*earmark, *asked],
        "earmark annotate, timeline alone": timeline,
        "(a) faster-whisper sequential, its default numbers": [*code, sequential("default", words=False), *shared],
        "(a) the same, int8": [*code, sequential("int8", words=False), *shared],
        "(a) the same, int8, with word times": [*code, sequential("int8", words=True), *shared],
        "(b) BatchedInferencePipeline, same clips": [*code, BATCHED, *shared, json.dumps(clips)],
    }
    if with_transformers:
        jobs["(c) transformers float32, one segment at a time"] = [*code, ONE_BY_ONE, *shared, json.dumps(spans)]
    return jobs, clips


def sequential(numbers: str, *, words: bool) -> str:
    """Give the program for faster-whisper's sequential way; ``default`` keeps float16 weights as float32 on a CPU."""
    return SEQUENTIAL.format(numbers=numbers, words=words)


def speech_spans(path: Path) -> list[dict[str, float]]:
    """Read the speech segments of a timeline."""
    segments = json.loads(path.read_text())["segments"]
    return [{"start": s["start"], "end": s["end"]} for s in segments if s["label"] == "speech"]


def merged(spans: list[dict[str, float]]) -> list[dict[str, float]]:
    """Join neighbours while they fit into 30 s of sound, pauses left in: how clips are made for a batch elsewhere."""
    clips: list[dict[str, float]] = []
    for span in spans:
        if clips and span["end"] - clips[-1]["start"] <= 30:
            clips[-1] = {"start": clips[-1]["start"], "end": span["end"]}
        else:
            clips.append(dict(span))
    return clips


def report(jobs: dict[str, list[str]], rounds: int) -> str:
    """Run every job ``rounds`` times, in turns, and make the table."""
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in jobs}
    for _ in range(rounds):
        for name, command in jobs.items():
            taken[name].append(
                timed(lambda command=command: subprocess.run(command, check=True, stdout=subprocess.DEVNULL))
            )
    medians = {
        name: tuple(statistics.median(column) for column in zip(*runs, strict=True)) for name, runs in taken.items()
    }
    cpu, wall = medians["earmark annotate"]
    rows = [[name, f"{c:.1f}", f"{w:.1f}", f"{c / cpu:.2f}", f"{w / wall:.2f}"] for name, (c, w) in medians.items()]
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
