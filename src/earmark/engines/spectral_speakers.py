"""Speakers by the mean shape of their spectra: a fallback that needs nothing but what Earmark brings along."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from earmark.audio.fbank import HOP as FRAME_HOP
from earmark.audio.fbank import KALDI_FRAME, cepstra
from earmark.core.speakers import Diarization, SpeakerCount, Turn, by_appearance, joined
from earmark.engines.clustering import Tree, people, tree_of
from earmark.engines.silero import HOP, SAMPLE_RATE, SileroVad

if TYPE_CHECKING:
    from earmark.audio.decode import Samples
    from earmark.engines.protocols import SpeechDetector, Stream

Numbers = NDArray[np.float32]

CEPSTRA = 19
"""Coefficients without the one for loudness."""
CELL_HOPS = 8
"""Silero's hops in a cell (0.256 s), the grid on which somebody speaks."""
CELL = CELL_HOPS * HOP
SPEECH = 0.35
"""Mean probability of speech from which a cell is spoken in: the one down to which Silero goes on with speech."""
REACH = 4
"""Cells on each side that are heard together with one (2.3 s in all)."""
SAME_VOICE = 0.35
"""Mean cosine distance of spectra up to which they are taken for one voice."""
LEAST_SPEECH = 8.0
"""Seconds that somebody speaks to count as a person, where the number of people is not given."""
STEP = 4
"""Every so many spoken cells one is clustered; those between them overlap it."""
MOST_CLUSTERED = 20_000
"""Of longer recordings (5 hours of speech), fewer are."""
PAUSE = 0.6
"""A speaker's pauses up to so many seconds belong to his turn."""


class SpectralSpeakers:
    """Tells speakers apart by their spectra, one at a time: it hears no overlaps, and similar voices are one to it.

    Parameters
    ----------
    detector : SpeechDetector, optional
        Says when somebody speaks; Silero by default.
    """

    name = "spectral-speakers"
    sample_rate = SAMPLE_RATE
    caution: str | None = (
        "Speakers were told apart by the sound of their spectra only, which mixes up similar voices and hears nobody "
        "who speaks at the same time as another. For better ones: earmark models pull diarization."
    )

    def __init__(self, detector: SpeechDetector | None = None) -> None:
        self._detector = detector or SileroVad()

    def listen(self) -> SpectralStream:
        """Begin to listen to one channel of one recording."""
        return SpectralStream(self._detector.listen())


class SpectralStream:
    """One channel of one recording; keeps 200 bytes for every quarter of a second."""

    def __init__(self, speech: Stream) -> None:
        self._speech = speech
        self._held = np.zeros(0, np.float32)
        self._samples = 0
        self._probabilities: list[Numbers] = []
        self._means: list[Numbers] = []
        self._ready: tuple[Numbers, NDArray[np.bool_], Tree | None] | None = None

    def feed(self, samples: Samples) -> None:
        """Take the next samples, shape ``(samples,)`` at 16 kHz."""
        self._samples += len(samples)
        self._probabilities.append(self._speech.feed(samples))
        self._held = np.concatenate([self._held, np.asarray(samples, np.float32)])
        cells = max(0, (len(self._held) - (KALDI_FRAME - FRAME_HOP)) // CELL)
        for begin in range(0, cells * CELL, CELL):
            self._means.append(_mean(self._held[begin : begin + CELL + KALDI_FRAME - FRAME_HOP]))
        self._held = self._held[cells * CELL :]

    def finish(self, count: SpeakerCount) -> Diarization:
        """Say who spoke when; may be asked again with another number of speakers."""
        if self._ready is None:
            self._ready = self._heard()
        vectors, spoken, tree = self._ready
        if tree is None:
            return Diarization()
        found = people(tree, count, distance=SAME_VOICE, enough=LEAST_SPEECH)
        centres = _units(found.sums)
        who = (vectors @ centres.T).argmax(axis=1)
        cells = np.flatnonzero(spoken)
        turns = (self._turn(int(cell), int(person)) for cell, person in zip(cells, who, strict=True))
        return by_appearance(Diarization(turns=tuple(joined((t for t in turns if t is not None), gap=PAUSE))))

    def _turn(self, cell: int, person: int) -> Turn | None:
        start, end = cell * CELL / SAMPLE_RATE, min((cell + 1) * CELL, self._samples) / SAMPLE_RATE
        return Turn(start=start, end=end, speaker=str(person)) if start < end else None

    def _heard(self) -> tuple[Numbers, NDArray[np.bool_], Tree | None]:
        self._probabilities.append(self._speech.finish())
        if len(self._held):
            self._means.append(_mean(np.pad(self._held, (0, max(0, KALDI_FRAME - len(self._held))))))
        if not self._means:
            return np.zeros((0, CEPSTRA), np.float32), np.zeros(0, np.bool_), None
        spoken = _per_cell(np.concatenate(self._probabilities), len(self._means)) >= SPEECH
        vectors = _units(_around(np.stack(self._means).astype(np.float32), spoken)[spoken])
        if not len(vectors):
            return vectors, spoken, None
        return vectors, spoken, _clustered(vectors)


def _clustered(vectors: Numbers) -> Tree:
    step = max(STEP, -(-len(vectors) // MOST_CLUSTERED))
    chosen = vectors[::step]
    seconds = np.full(len(chosen), step * CELL / SAMPLE_RATE, np.float32)
    return tree_of(chosen, seconds, np.arange(len(chosen)), distance=SAME_VOICE)


def _mean(samples: Samples) -> Numbers:
    return np.asarray(cepstra(samples, CEPSTRA).mean(axis=0) * _lifter(), np.float32)


def _lifter() -> Numbers:
    """Weights that bring the coefficients to one size: those of HTK (Young et al., The HTK Book, 5.6), L = 22."""
    return (1 + 11 * np.sin(np.pi * np.arange(1, CEPSTRA + 1) / 22)).astype(np.float32)


def _per_cell(probabilities: Numbers, cells: int) -> Numbers:
    padded = np.zeros(cells * CELL_HOPS, np.float32)
    padded[: len(probabilities)] = probabilities[: len(padded)]
    return np.asarray(padded.reshape(cells, CELL_HOPS).mean(axis=1), np.float32)


def _around(means: Numbers, spoken: NDArray[np.bool_]) -> Numbers:
    """Mean of each cell and its neighbours, of those that are spoken in."""
    sums = np.cumsum(np.pad(means * spoken[:, None], ((REACH + 1, REACH), (0, 0))), axis=0, dtype=np.float64)
    counts = np.cumsum(np.pad(spoken, (REACH + 1, REACH)))
    width = 2 * REACH + 1
    total = np.maximum(counts[width:] - counts[:-width], 1)
    return np.asarray((sums[width:] - sums[:-width]) / total[:, None], np.float32)


def _units(vectors: Numbers) -> Numbers:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths > 0, lengths, 1), np.float32)
