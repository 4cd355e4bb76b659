"""How the defaults of the timeline were chosen: composites made of recordings that no other benchmark measures on.

Speech is from the background speakers and three languages, trimmed to where it is loud; noise from fold 1 of ESC-10 and
from city, storm and birds; music from one mixed recording; silence is hiss at one of four levels. The truth is exact by
construction.
"""

from __future__ import annotations

import csv
import itertools
from collections import defaultdict
from dataclasses import replace
from functools import reduce
from operator import add
from pathlib import Path

import numpy as np

from benchmarks.data import RATE, load, table, test_data
from earmark.audio.channels import EACH
from earmark.audio.decode import Samples
from earmark.audio.levels import LevelMeter
from earmark.audio.silence import SilenceRule
from earmark.audio.source import ArraySource
from earmark.core.scores import Confusion, frame_confusion
from earmark.core.segment import NOISE, SILENCE, SPEECH, Segment
from earmark.engines.silero import SileroVad
from earmark.services.analyse import Analysis, analyse
from earmark.services.timeline import TimelineOptions, draw

COMPOSITES = 8
PARTS = 14
HISS_DB = (-50.0, -58.0, -65.0, -72.0)
NOISES = ("rain", "sea_waves", "helicopter", "chainsaw", "fire_crackling", "rooster", "baby_cry")
GRID: dict[str, tuple[float, ...]] = {
    "min_speech": (0.1, 0.25),
    "min_silence": (0.3, 0.5, 0.7),
    "min_noise": (0.1, 0.2, 0.3),
    "pad": (0.1, 0.2, 0.3),
    "above_floor": (5, 6, 8),
    "below_loud": (30, 35),
}


def main() -> None:
    """Print the mean accuracy for each value of each setting, and the best combinations."""
    chooser = np.random.default_rng(7)
    heard = [(listen(sound), truth) for sound, truth in (composite(chooser) for _ in range(COMPOSITES))]
    accuracies = {values: accuracy(heard, values) for values in itertools.product(*GRID.values())}
    print("### Mean accuracy by setting\n")
    print(table(["setting", "value", "accuracy"], by_setting(accuracies)))
    best = sorted(accuracies.items(), key=lambda item: -item[1])[:5]
    print("\n### Best combinations\n")
    print(table([*GRID, "accuracy"], [[*map(str, values), f"{score:.4f}"] for values, score in best]))


def composite(chooser: np.random.Generator) -> tuple[Samples, list[Segment]]:
    """Join parts at random; give the sound and its true segments."""
    kinds = {SPEECH: speech_files(), NOISE: noise_files()}
    parts: list[Samples] = []
    truth: list[Segment] = []
    for _ in range(PARTS):
        kind = str(chooser.choice([SPEECH, SPEECH, NOISE, SILENCE, "music"]))
        label = NOISE if kind == "music" else kind
        if truth and truth[-1].label == label:
            continue
        sound = _part(kind, kinds, chooser)
        begin = truth[-1].end if truth else 0.0
        truth.append(Segment(start=begin, end=begin + len(sound) / RATE, label=label, channel=0))
        parts.append(sound)
    joined = np.concatenate(parts)
    hiss = chooser.normal(0, 10 ** (float(chooser.choice(HISS_DB)) / 20), len(joined))
    return (joined + hiss).astype(np.float32), truth


def _part(kind: str, kinds: dict[str, list[Path]], chooser: np.random.Generator) -> Samples:
    if kind == SILENCE:
        return np.zeros(int(RATE * chooser.uniform(1, 4)), np.float32)
    if kind == "music":
        return _music(chooser)
    sound = load(kinds[kind][int(chooser.integers(len(kinds[kind])))])
    return trimmed(sound) if kind == SPEECH else sound[: 10 * RATE]


def _music(chooser: np.random.Generator) -> Samples:
    scenes = test_data() / "audio" / "scenes"
    with (scenes / "musanmix-smn-gender.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if row["labels"] == "music"]
    row = rows[int(chooser.integers(len(rows)))]
    start, stop = float(row["start"]), float(row["stop"])
    start += chooser.uniform(0, max(0.0, stop - start - 8))
    return load(scenes / "musanmix.mp3")[int(start * RATE) : int(min(stop, start + 8) * RATE)]


def speech_files() -> list[Path]:
    """Recordings of speech."""
    audio = test_data() / "audio"
    return sorted((audio / "speakers" / "background").glob("*.flac")) + sorted((audio / "speech_multi").glob("*.wav"))


def noise_files() -> list[Path]:
    """Recordings without speech."""
    audio = test_data() / "audio"
    clips = [path for name in NOISES for path in sorted((audio / "esc10" / name).glob("1-*.ogg"))]
    return clips + [audio / "scenes" / f"{name}.ogg" for name in ("city", "storm", "birds")]


def trimmed(samples: Samples) -> Samples:
    """Leave out what lies more than 30 dB below the loud parts at both ends."""
    meter = LevelMeter(RATE)
    meter.feed(samples[None])
    levels = meter.finish()[0]
    loud = np.flatnonzero(levels > np.percentile(levels, 95) - 30)
    step = RATE // 100
    return samples[loud[0] * step : (loud[-1] + 1) * step]


def listen(samples: Samples) -> Analysis:
    """Take levels and speech probabilities once for all settings."""
    return analyse(ArraySource(samples[None], RATE), channels=EACH, detector=SileroVad())


def accuracy(heard: list[tuple[Analysis, list[Segment]]], values: tuple[float, ...]) -> float:
    """Frame accuracy over all composites with one combination of settings."""
    chosen = dict(zip(GRID, values, strict=True))
    rule = SilenceRule(above_floor=chosen.pop("above_floor"), below_loud=chosen.pop("below_loud"))
    options = replace(TimelineOptions(silence=rule), **chosen)
    counts: Confusion = reduce(add, (_frames(analysis, truth, options) for analysis, truth in heard))
    return counts.accuracy or 0.0


def _frames(analysis: Analysis, truth: list[Segment], options: TimelineOptions) -> Confusion:
    drawn = draw(
        analysis.levels[0],
        analysis.speech[0],
        hop=SileroVad.hop / SileroVad.sample_rate,
        loudness=analysis.loudness[0],
        duration=analysis.recording.duration or 0.0,
        channel=0,
        options=options,
    )
    return frame_confusion(truth, drawn)


def by_setting(accuracies: dict[tuple[float, ...], float]) -> list[list[str]]:
    """Mean accuracy for each value of each setting."""
    means: dict[tuple[str, float], list[float]] = defaultdict(list)
    for values, score in accuracies.items():
        for name, value in zip(GRID, values, strict=True):
            means[name, value].append(score)
    return [[name, str(value), f"{np.mean(scores):.4f}"] for (name, value), scores in sorted(means.items())]


if __name__ == "__main__":
    main()
