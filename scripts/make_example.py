"""Make the bundled example: a short synthesised recording and the timeline that is true of it.

Needs the programs ``flite`` and ``espeak-ng``, which every Linux distribution has. Nothing here runs at install or run
time: what it makes is part of the package.

    python scripts/make_example.py [FOLDER]

The same machine gives the same bytes each time: the noise comes from a fixed seed and the FLAC is written bit-exact.
"""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
import sys
import wave
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import soxr
from numpy.typing import NDArray

Signal = NDArray[np.float32]

RATE = 16_000
"""Samples per second of the example."""
SPEECH_DB, NOISE_DB, BACKGROUND_DB = -24.0, -38.0, -76.0
"""RMS levels in dB re full scale."""
FOLDER = Path(__file__).parent.parent / "src" / "earmark" / "example"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One stretch of the example, with what is true of it."""

    label: str
    sound: Signal
    language: str = ""
    text: str = ""


def at_level(sound: Signal, db: float) -> Signal:
    """Scale to an RMS level in dB re full scale."""
    rms = np.sqrt(np.mean(np.square(sound, dtype=np.float64)))
    return (sound * (10 ** (db / 20) / rms)).astype(np.float32)


def fade(sound: Signal, seconds: float = 0.02) -> Signal:
    """Ramp both ends linearly, so that no part begins or ends with a click."""
    count = round(seconds * RATE)
    ramp = np.linspace(0, 1, count, dtype=np.float32)
    return np.concatenate([sound[:count] * ramp, sound[count:-count], sound[-count:] * ramp[::-1]])


def synthesised(command: list[str], text: str) -> Signal:
    """Run a speech synthesiser that writes WAV to standard output; its leading and trailing silence is cut off."""
    program = shutil.which(command[0])
    if program is None:
        sys.exit(f"{command[0]} is not installed")
    raw = subprocess.run([program, *command[1:], text], check=True, capture_output=True).stdout
    with wave.open(io.BytesIO(raw)) as file:
        rate, frames = file.getframerate(), file.readframes(-1)
    sound = soxr.resample(np.frombuffer(frames, np.int16).astype(np.float32) / 32768, rate, RATE)
    loud = np.flatnonzero(np.abs(sound) > 0.01)
    return sound[loud[0] : loud[-1] + 1]


def english(text: str) -> Part:
    """Speech by the flite voice that draft recognisers understand best."""
    sound = synthesised(["flite", "-voice", "slt", "-o", "/dev/stdout", "-t"], text)
    return Part(label="speech", sound=at_level(sound, SPEECH_DB), language="en", text=text)


def french(text: str) -> Part:
    """Speech by espeak-ng, the one free synthesiser with French that installs everywhere."""
    sound = synthesised(["espeak-ng", "-v", "fr", "-s", "145", "--stdout"], text)
    return Part(label="speech", sound=at_level(sound, SPEECH_DB), language="fr", text=text)


def silence(seconds: float) -> Part:
    """Nothing but the background."""
    return Part(label="silence", sound=np.zeros(round(seconds * RATE), np.float32))


def coloured(random: np.random.Generator, count: int, exponent: float) -> Signal:
    """Noise whose power falls with frequency to the power ``-exponent``, flat below 60 Hz."""
    frequencies = np.maximum(np.fft.rfftfreq(count, 1 / RATE), 60.0)
    spectrum = np.fft.rfft(random.standard_normal(count)) * frequencies ** (-exponent / 2)
    return np.fft.irfft(spectrum, count).astype(np.float32)


def fan_with_knocks(random: np.random.Generator, seconds: float) -> Part:
    """Air flow with the hum of a motor, and five knocks on wood."""
    time = np.arange(round(seconds * RATE)) / RATE
    hum = sum(np.sin(2 * np.pi * 98.0 * n * time) / n**2 for n in (1, 2, 3))
    fan = at_level(coloured(random, len(time), 1.2), NOISE_DB) + at_level(hum.astype(np.float32), NOISE_DB - 8)
    for onset in (0.9, 1.2, 1.5, 2.9, 3.2):
        since = time - onset
        knock = np.exp(-since * 55) * (np.sin(2 * np.pi * 180 * since) + 0.5 * np.sin(2 * np.pi * 430 * since))
        fan += np.where(since >= 0, 0.1 * knock, 0).astype(np.float32)
    return Part(label="noise", sound=fade(fan))


def chime(seconds: float) -> Part:
    """Sound an arpeggio of struck bars: tones without speech."""
    time = np.arange(round(seconds * RATE)) / RATE
    sound = np.zeros(len(time))
    for index, pitch in enumerate((523.25, 659.26, 783.99, 1046.50, 783.99, 659.26)):
        since = np.maximum(time - index * seconds / 6, 0)
        sound += np.sin(2 * np.pi * pitch * since) * np.exp(-since * 2.5)
    return Part(label="noise", sound=fade(at_level(sound.astype(np.float32), NOISE_DB + 4)))


def parts(random: np.random.Generator) -> list[Part]:
    """Everything in the example, in order."""
    return [
        silence(1.5),
        english("Good morning everyone and thank you for coming."),
        silence(0.9),
        english("Today we talk about the weather in the north of England."),
        silence(1.2),
        fan_with_knocks(random, 4.0),
        silence(1.5),
        french("Bonjour à tous, et merci d'être venus. La réunion commence demain matin à neuf heures."),
        silence(1.2),
        chime(3.0),
        silence(1.0),
        english("I would like a glass of water and a piece of bread."),
        silence(2.0),
    ]


def write_truth(path: Path, made: list[Part]) -> None:
    """Write when each part starts and ends, in seconds."""
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["start", "end", "label", "language", "text"])
        position = 0
        for part in made:
            end = position + len(part.sound)
            rows.writerow([f"{position / RATE:.4f}", f"{end / RATE:.4f}", part.label, part.language, part.text])
            position = end


def write_flac(path: Path, sound: Signal) -> None:
    """Write 16-bit mono FLAC."""
    samples = np.round(np.clip(sound, -1, 1) * 32767).astype(np.int16)
    with av.open(str(path), "w", format="flac", options={"fflags": "+bitexact"}) as file:
        stream = file.add_stream("flac", rate=RATE, layout="mono", options={"compression_level": "12"})
        frame = av.AudioFrame.from_ndarray(samples[None], format="s16", layout="mono")
        frame.sample_rate = RATE
        for chunk in (frame, None):
            file.mux(stream.encode(chunk))


def main() -> None:
    """Write ``example.flac`` and ``example.csv``."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(20240229)
    made = parts(random)
    sound = np.concatenate([part.sound for part in made])
    sound += at_level(coloured(random, len(sound), 1.0), BACKGROUND_DB)
    write_flac(folder / "example.flac", sound)
    write_truth(folder / "example.csv", made)


if __name__ == "__main__":
    main()
