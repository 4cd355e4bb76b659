"""Speakers by pyannote's segmentation network and vectors of voices, both as ONNX: no torch, any length."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from earmark.core.speakers import Diarization, SpeakerCount, Turn, Voice, by_appearance, joined, seconds_by_speaker
from earmark.engines.clustering import Groups, Tree, people, tree_of
from earmark.engines.segmentation import (
    FRAMES,
    LOCAL_SPEAKERS,
    RECEPTIVE_FIELD,
    SAMPLE_RATE,
    STEP,
    WINDOW,
    Segmentation,
)
from earmark.engines.stitching import assigned, speaking

if TYPE_CHECKING:
    from pathlib import Path

    from earmark.audio.decode import Samples
    from earmark.engines.embedders import SpeakerEmbedder

Numbers = NDArray[np.float32]

HOP_FRAMES = 296
"""Frames from one window to the next: 4.995 s, so that windows lie on one grid of frames and each is heard twice."""
EDGE = (RECEPTIVE_FIELD - STEP) // 2
"""Samples before what the first frame stands for."""
ACTIVE = 0.5
"""Probability from which a local speaker's frames are taken for his vector."""
HEARD_AT_ALL = 0.1
"""A window in which nobody is more probable than this is one in which nobody speaks."""
LONG, SHORT = 1.5, 0.5
"""Seconds of speech alone that a local speaker needs to be clustered; the second where there are few of them."""
FEW = 12
"""Fewer local speakers than this are few."""
LEAST_SPEECH = 1.0
"""Seconds that somebody speaks alone to count as a person, where the number of people is not given."""
LONGEST_SAMPLE = 8.0
"""Most seconds of speech that a vector is taken from."""
SURE = 1.0
"""Seconds of speech after which a vector counts fully."""
HARDLY = 0.05
"""How much those count who say too little for a vector."""
PAUSE = 0.5
"""A speaker's pauses up to so many seconds belong to his turn."""


class PyannoteOnnx:
    """Tells speakers apart, with overlapping speech.

    Parameters
    ----------
    segmentation : Path
        pyannote's segmentation-3.0 as ONNX.
    embedder : SpeakerEmbedder
        Gives vectors of voices.
    threads : int
        Threads of the segmentation network.

    Raises
    ------
    BrokenModel
        If the file holds no such network.
    """

    sample_rate = SAMPLE_RATE
    caution: str | None = None

    def __init__(self, segmentation: Path, embedder: SpeakerEmbedder, *, threads: int = 1) -> None:
        self._segmentation = Segmentation(segmentation, threads=threads)
        self._embedder = embedder
        self.name = f"pyannote-segmentation-3.0, {embedder.name}"

    def listen(self) -> PyannoteOnnxStream:
        """Begin to listen to one channel of one recording."""
        return PyannoteOnnxStream(self._segmentation, self._embedder)


@dataclass(frozen=True, slots=True, eq=False)
class _Voiceprint:
    """A local speaker's vector: window, speaker, seconds alone, seconds at all, numbers in half precision."""

    window: int
    speaker: int
    alone: float
    seconds: float
    vector: NDArray[np.float16]


class PyannoteOnnxStream:
    """One channel of one recording; keeps about 4 KB for every 5 s in which somebody speaks."""

    def __init__(self, segmentation: Segmentation, embedder: SpeakerEmbedder) -> None:
        self._segmentation, self._embedder = segmentation, embedder
        self._held = np.zeros(0, np.float32)
        self._first = 0
        """Sample at which what is held begins."""
        self._samples = 0
        self._starts: list[int] = []
        self._windows: list[NDArray[np.uint8] | None] = []
        self._prints: list[_Voiceprint] = []
        self._finished: _Finished | None = None

    def feed(self, samples: Samples) -> None:
        """Take the next samples, shape ``(samples,)`` at 16 kHz."""
        self._samples += len(samples)
        self._held = np.concatenate([self._held, np.asarray(samples, np.float32)])
        while self._first + len(self._held) >= self._next + WINDOW:
            self._hear(self._next // STEP)
            # The last window stays: the one at the end begins within it.
            drop = self._starts[-1] * STEP - self._first
            self._held, self._first = self._held[drop:], self._first + drop

    def finish(self, count: SpeakerCount) -> Diarization:
        """Say who spoke when; may be asked again with another number of speakers."""
        if self._finished is None:
            self._hear_end()
            self._held = np.zeros(0, np.float32)
            self._finished = _Finished(self._starts, self._windows, self._prints, self._samples, self._embedder)
        return self._finished.diarization(count)

    @property
    def _next(self) -> int:
        return (self._starts[-1] + HOP_FRAMES) * STEP if self._starts else 0

    def _hear_end(self) -> None:
        covered = self._starts[-1] * STEP + WINDOW if self._starts else 0
        if self._samples > covered:
            self._hear(max(0, -(-(self._samples - WINDOW) // STEP)))

    def _hear(self, start: int) -> None:
        begin = start * STEP - self._first
        window = self._held[begin : begin + WINDOW]
        window = np.pad(window, (0, WINDOW - len(window)))
        scores = self._segmentation(window)
        self._starts.append(start)
        if scores.max() < HEARD_AT_ALL:
            self._windows.append(None)
            return
        self._windows.append(np.rint(scores * 255).astype(np.uint8))
        self._prints.extend(self._voiceprints(window, scores))

    def _voiceprints(self, window: Samples, scores: Numbers) -> list[_Voiceprint]:
        active = scores > ACTIVE
        alone = active & (active.sum(axis=1, keepdims=True) == 1)
        found = []
        for speaker in range(LOCAL_SPEAKERS):
            clear = alone[:, speaker]
            sample = _under(window, clear if clear.sum() * STEP >= SHORT * SAMPLE_RATE else active[:, speaker])
            if len(sample) >= self._embedder.least and sample.any():
                vector = self._embedder(sample[: round(LONGEST_SAMPLE * SAMPLE_RATE)]).astype(np.float16)
                seconds = [float(frames.sum()) * STEP / SAMPLE_RATE for frames in (clear, active[:, speaker])]
                found.append(_Voiceprint(len(self._starts) - 1, speaker, seconds[0], seconds[1], vector))
        return found


class _Finished:
    """A recording that was heard to its end: only the number of people is open."""

    def __init__(
        self,
        starts: list[int],
        windows: list[NDArray[np.uint8] | None],
        prints: list[_Voiceprint],
        samples: int,
        embedder: SpeakerEmbedder,
    ) -> None:
        self._starts, self._windows, self._prints, self._samples = starts, windows, prints, samples
        self._embedder = embedder
        self._vectors = np.array([one.vector for one in prints], np.float32)
        self._alone = np.array([one.alone for one in prints], np.float32)
        self._places = np.array([one.window for one in prints], np.intp)
        self._speakers = np.array([one.speaker for one in prints], np.intp)
        self._sure = np.minimum(np.array([one.seconds for one in prints], np.float32) / SURE, 1)
        self._present = np.array([_present(window) for window in windows], np.float32).reshape(-1, LOCAL_SPEAKERS)
        self._tree = self._clustered() if prints else None

    def _clustered(self) -> Tree:
        chosen = self._chosen()
        weights = np.maximum(self._alone[chosen], np.float32(0.1))
        return tree_of(self._vectors[chosen], weights, self._places[chosen], distance=self._embedder.same_voice)

    def _chosen(self) -> NDArray[np.intp]:
        """The vectors that are clustered: those of much speech, or of less where there are few."""
        for least in (LONG, SHORT):
            chosen = np.flatnonzero(self._alone >= least)
            if len(chosen) >= FEW:
                return chosen
        return chosen if len(chosen) else np.arange(len(self._alone))

    def diarization(self, count: SpeakerCount) -> Diarization:
        """Say who spoke when."""
        if self._tree is None:
            return Diarization()
        found = people(
            self._tree,
            count,
            distance=self._embedder.same_voice,
            enough=LEAST_SPEECH,
            other=self._embedder.other_voice,
            floor=self._heard_apart(),
        )
        centres = _units(found.sums)
        who = self._who(centres)
        turns = self._turns(who, len(found))
        return by_appearance(Diarization(turns=turns, voices=self._voices(who, found, turns)))

    def _heard_apart(self) -> int:
        """Most people that one window tells apart, each of whom speaks alone for long."""
        long = self._places[self._alone >= LONG]
        return int(np.bincount(long).max()) if len(long) else 1

    def _who(self, centres: Numbers) -> NDArray[np.intp]:
        weights = self._present.copy()
        similar = np.zeros((*weights.shape, len(centres)), np.float32)
        similar[self._places, self._speakers] = self._vectors @ centres.T
        weights[self._places, self._speakers] = self._sure
        return assigned(similar, weights)

    def _turns(self, who: NDArray[np.intp], count: int) -> tuple[Turn, ...]:
        runs = speaking(self._starts, self._windows, who, people=count, frames=FRAMES)
        turns = (self._turn(*run) for run in runs)
        return tuple(joined((turn for turn in turns if turn is not None), gap=PAUSE))

    def _turn(self, person: int, first: int, after: int) -> Turn | None:
        start = first * STEP + EDGE if first else 0
        end = min(after * STEP + EDGE, self._samples)
        return Turn(start=start / SAMPLE_RATE, end=end / SAMPLE_RATE, speaker=str(person)) if start < end else None

    def _voices(self, who: NDArray[np.intp], found: Groups, turns: tuple[Turn, ...]) -> tuple[Voice, ...]:
        said = seconds_by_speaker(turns)
        voices = []
        for person in range(len(found)):
            mine = np.flatnonzero(who[self._places, self._speakers] == person)
            weights = self._alone[mine]
            if str(person) in said and weights.any():
                vector = _units((self._vectors[mine] * weights[:, None]).sum(axis=0)[None])[0]
                seconds = min(float(weights.sum()), said[str(person)])
                voices.append(_voice(str(person), vector, self._embedder.name, seconds))
        return tuple(voices)


def _present(window: NDArray[np.uint8] | None) -> Numbers:
    """Give little weight to local speakers who say too little for a vector: they are whom nobody else there is."""
    if window is None:
        return np.zeros(LOCAL_SPEAKERS, np.float32)
    return np.where(window.max(axis=0) > ACTIVE * 255, np.float32(HARDLY), np.float32(0))


def _voice(speaker: str, vector: Numbers, embedder: str, seconds: float) -> Voice:
    return Voice(speaker=speaker, embedding=tuple(vector.tolist()), embedder=embedder, seconds=round(seconds, 3))


def _under(window: Samples, frames: NDArray[np.bool_]) -> Samples:
    """Give the samples under frames, one after the other."""
    mask = np.zeros(len(window), np.bool_)
    mask[EDGE : EDGE + FRAMES * STEP] = np.repeat(frames, STEP)
    return window[mask]


def _units(vectors: Numbers) -> Numbers:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths > 0, lengths, 1), np.float32)
