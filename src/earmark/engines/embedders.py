"""What voices sound like, as vectors: networks for speakers as ONNX."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from earmark.audio.fbank import GE2E_BANDS, kaldi_fbank, mel_power
from earmark.engines.sessions import open_session, refused_as
from earmark.errors import BrokenModel

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from earmark.audio.decode import Samples

SAMPLE_RATE = 16_000
"""Sample rate in Hz of the networks."""
KALDI_BANDS = 80
PARTIAL = 160
"""Frames that the GE2E network hears at once (1.6 s)."""
PARTIAL_HOP = 80
"""Frames from one of them to the next; their vectors are averaged, as in Wan et al. 2018 (arXiv:1710.10467), 3.1."""
GE2E_LEVEL = 10 ** (-30 / 20)
"""Quieter sound is raised to this root mean square, as that of the training was."""


class SpeakerEmbedder(Protocol):
    """Gives vectors of length 1 that lie close together for the same voice.

    Attributes
    ----------
    name : str
        Vectors of different embedders cannot be compared.
    least : int
        Fewest samples that say anything.
    same_voice, other_voice : float
        Mean cosine distance between parts of a recording up to which they are one voice, and from which even a few
        words are another's; what lies between belongs to whoever it is nearest to if it is short.
    """

    name: str
    least: int
    same_voice: float
    other_voice: float

    def __call__(self, samples: Samples) -> NDArray[np.float32]:
        """Take speech of one person, shape ``(samples,)`` at 16 kHz; return a vector of length 1."""


class CamPlusPlus:
    """CAM++ of 3D-Speaker, and other networks that take Kaldi's 80 mel bands without their mean over time.

    Parameters
    ----------
    path : Path
        The network: ``(1, frames, 80)`` in, ``(1, numbers)`` out, under any names.
    threads : int
        Threads of one run.

    Raises
    ------
    BrokenModel
        If the file holds no such network.
    """

    least = SAMPLE_RATE // 4
    same_voice, other_voice = 0.38, 0.5

    def __init__(self, path: Path, *, threads: int = 1) -> None:
        self._network = _Network(path, KALDI_BANDS, threads=threads)
        self.name = f"cam++-{self._network.size}"

    def __call__(self, samples: Samples) -> NDArray[np.float32]:
        """Take speech of one person, shape ``(samples,)`` at 16 kHz; return a vector of length 1."""
        features = kaldi_fbank(samples, KALDI_BANDS)
        return _unit(self._network((features - features.mean(axis=0))[None])[0])


class Ge2e:
    """The GE2E network of Resemblyzer: smaller, and less sure of short turns.

    Parameters
    ----------
    path : Path
        The network: ``(parts, 160, 40)`` in, ``(parts, numbers)`` out, under any names.
    threads : int
        Threads of one run.

    Raises
    ------
    BrokenModel
        If the file holds no such network.
    """

    least = SAMPLE_RATE // 4
    same_voice, other_voice = 0.2, 0.3

    def __init__(self, path: Path, *, threads: int = 1) -> None:
        self._network = _Network(path, GE2E_BANDS, threads=threads)
        self.name = f"ge2e-{self._network.size}"

    def __call__(self, samples: Samples) -> NDArray[np.float32]:
        """Take speech of one person, shape ``(samples,)`` at 16 kHz; return a vector of length 1."""
        level = float(np.sqrt(np.mean(np.square(samples, dtype=np.float64)))) if len(samples) else 0.0
        gain = np.float32(max(1.0, GE2E_LEVEL / level) if level else 1.0)
        features = mel_power(samples * gain)
        if len(features) < PARTIAL:
            # Said again and again: the network was trained on whole partials, and zeros would be silence.
            features = np.tile(features, (-(-PARTIAL // len(features)), 1))[:PARTIAL]
        starts = [*range(0, len(features) - PARTIAL, PARTIAL_HOP), len(features) - PARTIAL]
        return _unit(self._network(np.stack([features[i : i + PARTIAL] for i in starts])).mean(axis=0))


def open_embedder(path: Path, *, threads: int = 1) -> SpeakerEmbedder:
    """Open a network for speakers, whichever of the two kinds the shape of its input says it is.

    Raises
    ------
    BrokenModel
        If it is neither.
    """
    bands = open_session(path).get_inputs()[0].shape[-1]
    if bands == GE2E_BANDS:
        return Ge2e(path, threads=threads)
    if bands == KALDI_BANDS:
        return CamPlusPlus(path, threads=threads)
    raise BrokenModel(
        f"{path} takes {bands} bands; known are networks for {KALDI_BANDS} (CAM++) and {GE2E_BANDS} (GE2E)"
    )


class _Network:
    """A network from features to vectors, tried once."""

    def __init__(self, path: Path, bands: int, *, threads: int) -> None:
        self._session = open_session(path, threads=threads)
        self._input = self._session.get_inputs()[0].name
        with refused_as(BrokenModel, f"{path} takes no features of {bands} bands"):
            out = self(np.ones((1, PARTIAL, bands), np.float32))
        if out.ndim != 2 or not np.isfinite(out).all():
            raise BrokenModel(f"{path} gives no vectors for voices, but numbers of shape {out.shape}")
        self.size = out.shape[1]

    def __call__(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        out: Any = self._session.run(None, {self._input: np.ascontiguousarray(features, np.float32)})[0]
        return np.asarray(out, np.float32)


def _unit(vector: NDArray[np.float32]) -> NDArray[np.float32]:
    length = float(np.linalg.norm(vector))
    return vector / np.float32(length) if length else vector
