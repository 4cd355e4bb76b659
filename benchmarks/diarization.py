"""Who speaks when: diarization error rates, speaker counts, CPU seconds and memory.

``python -m benchmarks.diarization`` prints what docs/benchmarks.md has; ``accuracy`` or ``cost`` after it, one half.

Nothing of `TEST` was used to choose anything: thresholds and guards were chosen on `TUNING` alone.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.data import RATE, load, table, test_data
from earmark.audio.decode import Samples
from earmark.core.scores.diarization import DiarizationErrors, diarization_errors
from earmark.core.segment import Segment
from earmark.core.speakers import SpeakerCount
from earmark.engines.protocols import Diarizer
from earmark.formats.rttm import loads
from earmark.services.evaluate import assign_speakers

TUNING = {
    "AMI": tuple(f"diarization/trn{number:02}" for number in range(1, 10)),
    "dialogues": (
        *((people, seconds) for people in (1, 2, 3, 4) for seconds in (60, 180)),
        *((people, 240) for people in (6, 8, 10)),
    ),
}
"""Excerpts of AMI's training meetings (which segmentation-3.0 was trained on as well), and dialogues of the 15
background speakers who say most, made by `dialogue`."""
TEST = {
    "AMI": ("diarization/dev00", "diarization/dev01"),
    "conversations": tuple(
        f"composites/{name}" for name in ("conversation_01", "conversation_02", "conversation_03", "dialogue_01")
    ),
    "dialogues": tuple((people, seconds) for people in (1, 2, 3, 4, 5) for seconds in (60, 180)),
}
"""Excerpts of AMI's development meetings, the composites, and dialogues of the five other speakers."""
SEEDS = {"tuning": 100, "test": 200}
MOST_TUNING_SPEAKERS = 15
NAMES = {"cam++": "seg-3.0 + CAM++", "ge2e": "seg-3.0 + GE2E", "spectral": "spectra (fallback)"}
CHILD = """
import json, pathlib, re, sys, time
from benchmarks.diarization import diarizer, endless
from earmark.core.speakers import SpeakerCount
kind, hours, people = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
engine, stream_of, used, samples = diarizer(kind), None, 0.0, 0
stream = engine.listen()
for block in endless(people, hours * 3600):
    samples += len(block)
    begin = time.process_time()
    stream.feed(block)
    used += time.process_time() - begin
begin = time.process_time()
found = stream.finish(SpeakerCount())
end = time.process_time() - begin
begin = time.process_time()
stream.finish(SpeakerCount.exactly(people))
again = time.process_time() - begin
peak = int(re.search(r"VmHWM:\\s+(\\d+)", pathlib.Path("/proc/self/status").read_text())[1])
print(json.dumps({"feed": used, "finish": end, "again": again, "megabytes": peak / 1024, "heard": len(found.speakers)}))
"""


@dataclass(frozen=True, slots=True)
class Case:
    """A recording with its truth."""

    name: str
    samples: Samples
    truth: list[Segment]

    @property
    def people(self) -> int:
        """Number of speakers."""
        return len({segment.speaker for segment in self.truth})


def main() -> None:
    """Measure and print tables."""
    wanted = sys.argv[1:] or ["accuracy", "cost"]
    if "accuracy" in wanted:
        for part, sets in (("tuning", TUNING), ("test", TEST)):
            print(f"\n{part}\n")
            accuracy(part, sets)
    if "cost" in wanted:
        cost()


def accuracy(part: str, sets: dict[str, tuple[object, ...]]) -> None:
    """Print error rates of every diarizer for every set."""
    rows, single = [], []
    cases = {name: [case(part, one, place) for place, one in enumerate(members)] for name, members in sets.items()}
    for kind in NAMES:
        engine = diarizer(kind)
        for name, members in cases.items():
            row, details = measure(engine, members)
            rows.append([NAMES[kind], name, *row])
            single += [[NAMES[kind], *detail] for detail in details]
    head = [
        "diarizer",
        "set",
        "DER",
        "DER, .25 s",
        "missed",
        "false alarm",
        "confusion",
        "count right",
        "DER, count given",
    ]
    print(table(head, rows), "\n")
    print(table(["diarizer", "recording", "speakers", "found", "DER", "DER, .25 s"], single))


def measure(engine: Diarizer, cases: Sequence[Case]) -> tuple[list[str], list[list[str]]]:
    """Diarize recordings; give a row of figures for all, and one for each."""
    total = [DiarizationErrors(), DiarizationErrors(), DiarizationErrors()]
    right, details = 0, []
    for one in cases:
        stream = engine.listen()
        stream.feed(one.samples)
        found, told = stream.finish(SpeakerCount()), stream.finish(SpeakerCount.exactly(one.people))
        errors = [score(one, found, 0.0), score(one, found, 0.25), score(one, told, 0.0)]
        total = [before + more for before, more in zip(total, errors, strict=True)]
        right += len(found.speakers) == one.people
        details.append([one.name, str(one.people), str(len(found.speakers)), percent(errors[0]), percent(errors[1])])
    shares = [
        f"{100 * getattr(total[0], what) / total[0].total:.1f}" for what in ("missed", "false_alarm", "confusion")
    ]
    return [percent(total[0]), percent(total[1]), *shares, f"{right} of {len(cases)}", percent(total[2])], details


def score(one: Case, found: object, collar: float) -> DiarizationErrors:
    """Compare turns with the truth, overlapping speech scored."""
    turns = [Segment(start=t.start, end=t.end, speaker=t.speaker) for t in found.turns]  # type: ignore[attr-defined]
    scored = ((0.0, len(one.samples) / RATE),)
    return diarization_errors(one.truth, turns, assign=assign_speakers, collar=collar, scored=scored)


def percent(errors: DiarizationErrors) -> str:
    """Error rate in per cent."""
    return f"{100 * (errors.rate or 0):.1f}"


def diarizer(kind: str) -> Diarizer:
    """Load one of the diarizers."""
    from earmark.engines.embedders import open_embedder
    from earmark.engines.pyannote_onnx import PyannoteOnnx
    from earmark.engines.spectral_speakers import SpectralSpeakers

    if kind == "spectral":
        return SpectralSpeakers()
    folder = test_data() / "models" / "diarization"
    return PyannoteOnnx(folder / "seg.onnx", open_embedder(folder / {"cam++": "spk.onnx", "ge2e": "ge2e.onnx"}[kind]))


def case(part: str, what: object, place: int) -> Case:
    """Load a recording, or make a dialogue."""
    if isinstance(what, str):
        path = test_data() / "audio" / what
        text = path.with_suffix(".rttm").read_text(encoding="utf-8")
        truth = [replace(segment, channel=None) for segment in loads(text, source=path.name).segments]
        return Case(path.name, load(path.with_suffix(".flac")), truth)
    people, seconds = what  # type: ignore[misc]
    chooser, said = np.random.default_rng(SEEDS[part] + place), voices(part)
    names = [str(name) for name in chooser.permutation(sorted(said))[:people]]
    return dialogue({name: said[name] for name in names}, seconds, chooser)


def voices(part: str) -> dict[str, list[Samples]]:
    """Utterances by speaker, without the silence at their ends."""
    folder = test_data() / "audio" / "speakers"
    if part == "tuning":
        sounds = {path.stem: [trimmed(load(path))] for path in sorted((folder / "background").glob("*.flac"))}
        most = sorted(sounds, key=lambda name: -len(sounds[name][0]))[:MOST_TUNING_SPEAKERS]
        return {name: sounds[name] for name in most}
    folders = sorted(path for path in folder.iterdir() if path.is_dir() and path.name != "background")
    return {path.name: [trimmed(load(file)) for file in sorted(path.glob("*.flac"))] for path in folders}


def trimmed(sound: Samples) -> Samples:
    """Cut ends that are 35 dB below the loud parts."""
    frames = sound[: len(sound) // 160 * 160].reshape(-1, 160)
    level = np.sqrt(np.square(frames).mean(axis=1))
    loud = np.flatnonzero(level > np.percentile(level, 95) * 10 ** (-35 / 20))
    return sound[loud[0] * 160 : (loud[-1] + 1) * 160]


def dialogue(said: dict[str, list[Samples]], seconds: int, chooser: np.random.Generator) -> Case:
    """Make a dialogue: turns of 0.6 to 12 s, pauses of 0.1 to 2.5 s, every eighth turn begins while another goes on.

    People speak at levels that differ by up to 8 dB, over faint hiss; the truth is where each utterance begins and
    ends, its own pauses included.
    """
    sound = np.zeros((seconds + 30) * RATE, np.float32)
    truth, now = [], round(0.3 * RATE)
    for name, words, gap in turns(said, chooser):
        if now >= seconds * RATE:
            break
        sound[now : now + len(words)] += words
        truth.append(Segment(start=now / RATE, end=(now + len(words)) / RATE, speaker=name))
        now = max(0, now + len(words) + gap)
    end = max(seconds * RATE, round(max(segment.end for segment in truth) * RATE))
    hiss = chooser.normal(0, 10 ** (-60 / 20), end).astype(np.float32)
    return Case(f"dialogue of {len(said)}, {seconds} s", sound[:end] + hiss, truth)


def turns(said: dict[str, list[Samples]], chooser: np.random.Generator) -> Iterator[tuple[str, Samples, int]]:
    """Yield, for ever, who speaks, what, and samples until the next turn (negative where it begins before the end)."""
    names = list(said)
    gains = {name: 10 ** (chooser.uniform(-4, 4) / 20) for name in names}
    last = ""
    while True:
        name = names[int(chooser.integers(len(names)))]
        if name == last and len(names) > 1:
            continue
        last = name
        words = said[name][int(chooser.integers(len(said[name])))]
        low, high = ((0.6, 1.5), (1.5, 5.0), (5.0, 12.0))[int(chooser.choice(3, p=[0.25, 0.45, 0.3]))]
        length = round(chooser.uniform(low, high) * RATE)
        begin = int(chooser.integers(max(1, len(words) - length)))
        words = words[begin : begin + length] * np.float32(gains[name])
        words[:160] *= np.linspace(0, 1, len(words[:160]), dtype=np.float32)
        words[-160:] *= np.linspace(1, 0, len(words[-160:]), dtype=np.float32)
        if len(names) > 1 and chooser.uniform() < 0.12:
            yield name, words, -round(min(chooser.uniform(0.3, 1.5) * RATE, 0.8 * len(words)))
        else:
            low, high = ((0.1, 0.6), (0.6, 2.5))[int(chooser.integers(2))]
            yield name, words, round(chooser.uniform(low, high) * RATE)


def endless(people: int, seconds: int) -> Iterator[Samples]:
    """Yield a long dialogue in blocks of 10 s, without holding it: no overlaps, all speakers of the test data."""
    chooser = np.random.default_rng(7)
    said = voices("test") | voices("tuning")
    said = {name: said[name] for name in list(said)[:people]}
    held, left = np.zeros(0, np.float32), seconds * RATE
    for _, words, gap in turns(said, chooser):
        held = np.concatenate([held, words, np.zeros(max(gap, 0), np.float32)])
        while len(held) >= 10 * RATE:
            block, held = held[: min(left, 10 * RATE)], held[10 * RATE :]
            left -= len(block)
            yield block + chooser.normal(0, 10 ** (-60 / 20), len(block)).astype(np.float32)
            if not left:
                return


def cost() -> None:
    """Print CPU seconds and peak memory of long recordings."""
    rows = []
    for hours in (1, 4):
        for people in (10, 2):
            for kind in NAMES:
                used = child(kind, hours, people)
                row = [f"{used['feed'] / hours:.0f}", f"{used['finish']:.2f}", f"{used['again']:.2f}"]
                rows.append(
                    [NAMES[kind], f"{hours} h", str(people), str(used["heard"]), *row, f"{used['megabytes']:.0f}"]
                )
                print(rows[-1], time.strftime("%H:%M:%S"), file=sys.stderr)
    head = [
        "diarizer",
        "recording",
        "speakers",
        "found",
        "CPU s per hour",
        "CPU s at the end",
        "again",
        "peak memory, MB",
    ]
    print(table(head, rows))


def child(kind: str, hours: int, people: int) -> dict[str, float]:
    """Listen to a long dialogue in a process of its own and give what it used."""
    command = [sys.executable, "-c", CHILD, kind, str(hours), str(people)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=Path(__file__).parents[1])
    used: dict[str, float] = json.loads(re.findall(r"\{.*\}", done.stdout)[-1])
    return used


if __name__ == "__main__":
    main()
