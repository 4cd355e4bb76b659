"""How sure known voices are: how often a speaker gets a wrong name, or none, by seconds of speech and by embedder.

Limits are chosen on half of the speakers of LibriSpeech test-other in the test data, and reported on the other half.
All that one speaker says there comes from one session, which is easier than another day and room; so each sample is
also heard with noise, and as if through a telephone, while the project knows the voice as it was recorded.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from benchmarks.data import RATE, load, table, test_data
from earmark.audio.decode import Samples
from earmark.core.speakers import Voice
from earmark.core.voices import KnownVoice, VoiceLimits, of_length_one, proposals, similarity
from earmark.engines.embedders import SpeakerEmbedder, open_embedder

NETWORKS = {"CAM++": "spk.onnx", "GE2E": "ge2e.onnx"}
TUNING = ("1688", "1998")
SECONDS = (5.0, 10.0, 20.0)
KNOWN_SECONDS = 20.0
"""Speech from which the project knows a voice."""
FEW_STRANGERS, FEW_OF_ONE = 0.002, 0.05
"""Shares of pairs of different tuning speakers, and of samples of one, that a similarity is chosen by."""
ABOVE_STRANGERS = 0.03
"""How far above the most alike of them."""
TELEPHONE_HZ = 300.0, 3400.0
NOISE_DB = -20.0
HEARD = ("same", "noisy", "telephone")


@dataclass(frozen=True)
class Sample:
    """What a speaker sounds like in some seconds."""

    speaker: str
    seconds: float
    begin: int
    channel: str
    embedding: tuple[float, ...]


def main() -> None:
    """Print limits as the tuning speakers have them, and how often they are wrong for the others."""
    for title, file in NETWORKS.items():
        embedder = open_embedder(test_data() / "models" / "diarization" / file)
        halves = tuple(samples_of(embedder, tuning=half) for half in (True, False))
        limits = chosen(halves[0])
        print(f"### {title} (`{embedder.name}`): similarity {limits.similarity:.2f}, margin {limits.margin:.2f}\n")
        print("Pairs of samples of equal length:\n")
        header = ["speakers", "seconds", "heard", "different: taken for one", "same: not recognised", "EER"]
        print(table(header, list(pairs(halves, limits))))
        print(f"\nNames proposed, each other speaker known from {KNOWN_SECONDS:.0f} s:\n")
        header = ["speakers", "seconds", "heard", "right name", "no name", "wrong name", "a name for a stranger"]
        print(table(header, list(names(halves, limits, embedder.name))) + "\n", flush=True)


# Samples.


def samples_of(embedder: SpeakerEmbedder, *, tuning: bool) -> list[Sample]:
    """Cut what half of the speakers say into samples of each length, as it is and as through a telephone."""
    found = []
    for speaker, sound in speech(tuning=tuning).items():
        chooser = np.random.default_rng(len(sound))
        for seconds in SECONDS:
            size = int(seconds * RATE)
            for begin in range(0, len(sound) - size + 1, size):
                part = sound[begin : begin + size]
                ways = part, noisy(part, chooser), noisy(telephone(part), chooser)
                for channel, heard in zip(HEARD, ways, strict=True):
                    vector = of_length_one(map(float, embedder(heard)))
                    found.append(Sample(speaker, seconds, begin, channel, vector))
    sys.stderr.write(f"{embedder.name}: {len(found)} samples\n")
    return found


def speech(*, tuning: bool) -> Mapping[str, Samples]:
    """All that each speaker says, joined; of the background speakers every other one is in each half."""
    folder = test_data() / "audio" / "speakers"
    own = [path for path in sorted(folder.iterdir()) if path.is_dir() and path.name != "background"]
    joined = {
        path.name: np.concatenate([trimmed(file) for file in sorted(path.glob("*.flac"))])
        for path in own
        if (path.name in TUNING) == tuning
    }
    background = sorted((folder / "background").glob("*.flac"))
    return joined | {path.stem.partition("-")[0]: trimmed(path) for path in background[tuning::2]}


def trimmed(path: Path) -> Samples:
    """Read a recording without the quiet at its ends."""
    sound = load(path)
    loud = np.flatnonzero(np.abs(sound) > 0.02 * np.abs(sound).max())
    return sound[loud[0] : loud[-1] + 1]


def telephone(sound: Samples) -> Samples:
    """Leave what a telephone carries."""
    spectrum = np.fft.rfft(sound)
    hz = np.fft.rfftfreq(len(sound), 1 / RATE)
    spectrum[(hz < TELEPHONE_HZ[0]) | (hz > TELEPHONE_HZ[1])] = 0
    return np.fft.irfft(spectrum, len(sound)).astype(np.float32)


def noisy(sound: Samples, chooser: np.random.Generator) -> Samples:
    """Add noise 20 dB below the speech."""
    level = float(np.sqrt(np.mean(sound**2))) * 10 ** (NOISE_DB / 20)
    return (sound + chooser.normal(0, level, len(sound))).astype(np.float32)


# Pairs.


def chosen(samples: list[Sample]) -> VoiceLimits:
    """Choose a similarity midway between most strangers and most of one voice, and a margin.

    A wrong name is worse than none, and there are few strangers here: so it lies above the most alike of them, too. The
    margin is what the similarities of one voice to two samples of another speaker differ by, on average.
    """
    same: list[float] = []
    different: list[float] = []
    for seconds, channel in itertools.product(SECONDS, ("same", "noisy")):
        more = alike(samples, seconds=seconds, channel=channel)
        same, different = same + more[0], different + more[1]
    midway = (float(np.quantile(different, 1 - FEW_STRANGERS)) + float(np.quantile(same, FEW_OF_ONE))) / 2
    least = max(midway, max(different) + ABOVE_STRANGERS)
    spread = [
        abs(similarity(one.embedding, a.embedding) - similarity(one.embedding, b.embedding))
        for one in known_of(samples)
        for a, b in itertools.combinations([s for s in samples if s.seconds >= 10 and s.channel == "same"], 2)
        if a.speaker == b.speaker != one.speaker
    ]
    return VoiceLimits(similarity=round(least, 2), margin=round(float(np.mean(spread)), 2))


def alike(samples: list[Sample], *, seconds: float, channel: str) -> tuple[list[float], list[float]]:
    """Similarities of samples of the same speaker, and of different speakers."""
    heard = [one for one in samples if one.seconds == seconds and one.channel == channel]
    known = [one for one in samples if one.seconds == seconds and one.channel == "same"]
    same, different = [], []
    for one, other in itertools.product(heard, known):
        # A sample is no proof of itself, however it is heard.
        if (one.speaker, one.begin) == (other.speaker, other.begin):
            continue
        (same if one.speaker == other.speaker else different).append(similarity(one.embedding, other.embedding))
    return same, different


def pairs(halves: tuple[list[Sample], list[Sample]], limits: VoiceLimits) -> Iterator[list[str]]:
    """Rows: how often pairs are told wrongly."""
    for title, samples in zip(("tuning", "test"), halves, strict=True):
        for seconds, channel in itertools.product(SECONDS, HEARD):
            same, different = alike(samples, seconds=seconds, channel=channel)
            accepted = np.mean(np.array(different) >= limits.similarity)
            rejected = np.mean(np.array(same) < limits.similarity)
            told = [f"{accepted:.2%} of {len(different)}", f"{rejected:.1%} of {len(same)}"]
            yield [title, f"{seconds:.0f}", channel, *told, f"{equal_error(same, different):.1%}"]


def equal_error(same: list[float], different: list[float]) -> float:
    """Share of errors at the limit at which both kinds are as frequent."""
    levels = np.unique([*same, *different])
    rejected = np.searchsorted(np.sort(same), levels) / len(same)
    accepted = 1 - np.searchsorted(np.sort(different), levels) / len(different)
    at = int(np.argmin(np.abs(rejected - accepted)))
    return float(rejected[at] + accepted[at]) / 2


# Names.


def known_of(samples: list[Sample]) -> list[Sample]:
    """One sample of each speaker, the longest that there is, as it was recorded."""
    best: dict[str, Sample] = {}
    for one in samples:
        if one.channel == "same" and (one.speaker not in best or one.seconds > best[one.speaker].seconds):
            best[one.speaker] = one
    return list(best.values())


def names(halves: tuple[list[Sample], list[Sample]], limits: VoiceLimits, embedder: str) -> Iterator[list[str]]:
    """Rows: what `proposals` makes of each sample, its speaker known, and not known."""
    with_limits = {embedder: limits}
    for title, samples in zip(("tuning", "test"), halves, strict=True):
        first = known_of(samples)
        known = [_known(one, embedder) for one in first]
        several = {one.speaker for one in first if one.seconds == KNOWN_SECONDS}
        for seconds, channel in itertools.product(SECONDS, HEARD):
            heard = [one for one in samples if one.seconds == seconds and one.channel == channel]
            right = wrong = total = strangers = 0
            for one in heard:
                voice = Voice(speaker="?", embedding=one.embedding, embedder=embedder, seconds=seconds)
                others = [voice_ for voice_ in known if voice_.name != one.speaker]
                strangers += bool(_proposed(voice, others, with_limits))
                # What the project knows a voice from is heard by no second time.
                if one.speaker not in several or one.begin < KNOWN_SECONDS * RATE:
                    continue
                total += 1
                name = _proposed(voice, known, with_limits)
                right, wrong = right + (name == one.speaker), wrong + (name not in (None, one.speaker))
            none = total - right - wrong
            told = [f"{number} of {total}" for number in (right, none, wrong)]
            yield [title, f"{seconds:.0f}", channel, *told, f"{strangers} of {len(heard)}"]


def _known(one: Sample, embedder: str) -> KnownVoice:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    return KnownVoice(
        id=one.speaker,
        project_id="",
        name=one.speaker,
        embedder=embedder,
        embedding=one.embedding,
        seconds=one.seconds,
        created_at=moment,
        updated_at=moment,
    )


def _proposed(voice: Voice, known: list[KnownVoice], limits: Mapping[str, VoiceLimits]) -> str | None:
    found = proposals([voice], known, limits=limits).get(voice.speaker)
    return None if found is None else found.name


if __name__ == "__main__":
    main()
