"""How well the timeline and the drafts agree with labelled recordings; nothing here was used to choose a setting."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.data import RATE, load, table, test_data, truth
from earmark import formats
from earmark.audio.channels import MIX
from earmark.audio.decode import Samples
from earmark.audio.levels import FRAME_RATE, LevelMeter
from earmark.audio.source import ArraySource, FileSource, Source
from earmark.core.annotation import Annotation
from earmark.core.recording import Recording
from earmark.core.scores import Confusion, Detection, EditCounts, frame_confusion, frame_detection
from earmark.core.segment import NOISE, SILENCE, SPEECH, Segment
from earmark.engines.pocketsphinx import PocketSphinx
from earmark.engines.silero import SileroVad
from earmark.engines.yamnet import Yamnet
from earmark.services.annotate import AnnotateOptions, Listeners, annotate
from earmark.services.evaluate import character_errors, word_errors

TIMELINES = ("timeline_01", "timeline_02", "timeline_03")
TUNED_SCENES = ("city", "storm", "birds", "musanmix")
"""Used to choose settings (benchmarks/tuning.py), so not measured here."""
LEVELS_DB = (-60, -40, -20, 0, 10, 20, 30)
"""Gains at which Silero is measured alone."""
GATE_DB = -55.0
"""Level of the plain gate that the timeline is compared with."""


def main() -> None:
    """Print all tables."""
    for title, text in (
        ("Speech / noise / silence, frame accuracy", timelines()),
        ("Music told apart as well", with_music()),
        ("Silero alone, the recording turned up or down", silero_by_level()),
        ("Speech found and not found, by set", speech_by_set()),
        ("Text", text_errors()),
    ):
        print(f"### {title}\n\n{text}\n")


def listen(source: Source, listeners: Listeners, **options: object) -> list[Segment]:
    """Annotate a source and give its segments."""
    wanted = AnnotateOptions(**options)  # type: ignore[arg-type]
    return list(annotate(source, listeners=listeners, options=wanted, made_by="benchmark").segments)


def quieter(samples: Samples, decibels: float) -> Samples:
    """Turn a recording down and round it to 16 bit again, as a recorder would have."""
    return (np.round(samples * 10 ** (-decibels / 20) * 32768) / 32768).astype(np.float32)


def frames(reference: list[Segment], hypothesis: list[Segment]) -> Confusion:
    """Count frames of 10 ms."""
    return frame_confusion(_on_mix(reference), _on_mix(hypothesis))


def _on_mix(segments: Iterable[Segment]) -> list[Segment]:
    return [replace(segment, channel=None) for segment in segments]


def timelines() -> str:
    """Compare Earmark and a plain gate on the composites, as they are and 30 dB quieter."""
    rows = []
    vad = Listeners(detector=SileroVad())
    for name in TIMELINES:
        path = test_data() / "audio" / "composites" / f"{name}.flac"
        reference, sound = truth(path.with_suffix(".csv"), {"music": NOISE}), load(path)
        cells = [name]
        for way in (plain_gate, lambda samples: listen(ArraySource(samples[None], RATE), vad)):
            cells += [_share(frames(reference, way(samples)).accuracy) for samples in (sound, quieter(sound, 30))]
        rows.append(cells)
    head = ["recording", f"Silero + {GATE_DB:.0f} dBFS", "the same, 30 dB quieter", "Earmark", "Earmark, 30 dB quieter"]
    return table(head, rows)


def plain_gate(samples: Samples) -> list[Segment]:
    """Silero through faster-whisper's own segmentation, the rest split by a fixed level."""
    from faster_whisper.vad import VadOptions, get_speech_timestamps

    meter = LevelMeter(RATE)
    meter.feed(samples[None])
    levels = meter.finish()[0]
    codes = np.where(levels < GATE_DB, 2, 1)
    for span in get_speech_timestamps(samples, VadOptions(min_silence_duration_ms=500, speech_pad_ms=100)):
        codes[span["start"] * FRAME_RATE // RATE : span["end"] * FRAME_RATE // RATE] = 0
    edges = [0, *(np.flatnonzero(np.diff(codes)) + 1).tolist(), len(codes)]
    names = (SPEECH, NOISE, SILENCE)
    return [
        Segment(start=a / FRAME_RATE, end=b / FRAME_RATE, label=names[codes[a]]) for a, b in itertools.pairwise(edges)
    ]


def silero_by_level() -> str:
    """Measure Silero's plain decisions on timeline_01 at other levels; pauses inside speech count as missed."""
    path = test_data() / "audio" / "composites" / "timeline_01.flac"
    reference, sound = truth(path.with_suffix(".csv"), {}), load(path)
    spoken = [segment for segment in reference if segment.label == SPEECH]
    times = (np.arange(len(sound) // SileroVad.hop) + 0.5) * SileroVad.hop / SileroVad.sample_rate
    is_speech = np.any([(times >= s.start) & (times < s.end) for s in spoken], axis=0)
    rows = []
    for decibels in LEVELS_DB:
        heard = SileroVad().listen().feed(sound * np.float32(10 ** (decibels / 20))) > 0.5
        rows.append([f"{decibels:+d}", _share(float(np.mean(heard == is_speech)))])
    return table(["level, dB", "right"], rows)


def with_music() -> str:
    """Measure four labels with YAMNet."""
    folder = test_data() / "models" / "yamnet"
    listeners = Listeners(detector=SileroVad(), classifier=Yamnet(folder))
    rows = []
    for name in TIMELINES:
        path = test_data() / "audio" / "composites" / f"{name}.flac"
        found = listen(FileSource(path, name), listeners, labels=("music",))
        rows.append([name, _share(frames(truth(path.with_suffix(".csv"), {}), found).accuracy)])
    return table(["recording", "speech / music / noise / silence"], rows)


def speech_by_set() -> str:
    """Measure how much speech is found in speech, and how much is heard where there is none."""
    rows = []
    vad = Listeners(detector=SileroVad())
    audio = test_data() / "audio"
    speech = {
        "speech_en": sorted((audio / "speech_en").glob("*.[fw][la][av]*")),
        "speech_fr": sorted((audio / "speech_fr").glob("*.wav")),
        "speakers": sorted((audio / "speakers").glob("[0-9]*/*.flac")),
    }
    other = {
        "scenes": [path for path in sorted((audio / "scenes").glob("*.ogg")) if path.stem not in TUNED_SCENES],
        "ESC-10, folds 2 and 3": sorted((audio / "esc10").glob("*/[23]-*.ogg")),
    }
    for truth_says, sets in (("all of it, with its pauses", speech), ("none", other)):
        for name, files in sets.items():
            found, total = _speech_seconds(files, vad)
            rows.append([name, f"{total:.0f}", truth_says, _share(found / total)])
    for folder in ("composites", "diarization"):
        counts = _against_rttm(sorted((audio / folder).glob("*.rttm")), vad)
        rows.append(
            [f"{folder} (RTTM)", "", f"precision {_share(counts.precision)}", f"recall {_share(counts.recall)}"]
        )
    return table(["set", "seconds", "speech in truth", "heard as speech"], rows)


def _speech_seconds(paths: list[Path], vad: Listeners) -> tuple[float, float]:
    found = total = 0.0
    for path in paths:
        segments = listen(FileSource(path, path.name), vad, channels=MIX)
        found += sum(segment.duration for segment in segments if segment.label == SPEECH)
        total += max(segment.end for segment in segments)
    return found, total


def _against_rttm(paths: list[Path], vad: Listeners) -> Detection:
    counts = Detection()
    for path in paths:
        spoken = [Segment(start=s.start, end=s.end, label=SPEECH) for s in formats.read(path).segments]
        source = FileSource(path.with_suffix(".flac"), path.stem)
        heard = [Segment(start=s.start, end=s.end, label=SPEECH) for s in listen(source, vad) if s.label == SPEECH]
        one = frame_detection(spoken, heard, frame=0.01)
        counts += one
    return counts


def text_errors() -> str:
    """Measure the draft engine on read English."""
    listeners = Listeners(detector=SileroVad(), transcriber=PocketSphinx())
    words, characters = EditCounts(), EditCounts()
    folder = test_data() / "audio" / "speech_en"
    with (folder / "transcripts.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["text"] and (folder / row["file"]).is_file()]
    for row in rows:
        segments = listen(FileSource(folder / row["file"], row["file"]), listeners)
        text = Annotation(segments=tuple(segments), recording=Recording(source=row["file"])).text
        words += word_errors(row["text"], text)
        characters += character_errors(row["text"], text)
    return table(
        ["set", "files", "engine", "WER", "CER"],
        [["speech_en", str(len(rows)), PocketSphinx.name, _share(words.rate), _share(characters.rate)]],
    )


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"


if __name__ == "__main__":
    main()
