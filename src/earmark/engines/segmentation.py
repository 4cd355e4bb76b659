"""Who speaks within ten seconds: pyannote's segmentation-3.0 network as ONNX, of whoever's export."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from earmark.engines.sessions import open_session, refused_as
from earmark.errors import BrokenModel

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from earmark.audio.decode import Samples

SAMPLE_RATE = 16_000
"""Sample rate in Hz of the network."""
WINDOW = 160_000
"""Samples per window (10 s), which the network was trained on."""
STEP = 270
"""Samples from one frame to the next: the strides of its layers (10 x 3 x 3 x 3)."""
RECEPTIVE_FIELD = 991
"""Samples that a frame sees: frame ``i`` is centred on sample ``495 + 270 i``."""
FRAMES = 589
"""Frames of a window."""
LOCAL_SPEAKERS = 3
"""People that the network tells apart in a window."""
AT_ONCE = 2
"""People that it hears at the same time."""


def powerset(speakers: int = LOCAL_SPEAKERS, at_once: int = AT_ONCE) -> NDArray[np.float32]:
    """Speakers of each class, shape ``(classes, speakers)``: nobody, each alone, pairs, in pyannote's order."""
    groups = [group for size in range(at_once + 1) for group in combinations(range(speakers), size)]
    return np.array([[speaker in group for speaker in range(speakers)] for group in groups], np.float32)


class Segmentation:
    """Gives how probably each of three people speaks in each frame of a window.

    Parameters
    ----------
    path : Path
        The network: sound of shape ``(windows, 1, 160000)`` in, ``(windows, 589, 7)`` logits or their logarithms of
        probabilities out, under any names.
    threads : int
        Threads of one run.

    Raises
    ------
    BrokenModel
        If the file holds no such network.
    """

    def __init__(self, path: Path, *, threads: int = 1) -> None:
        self._path = path
        self._session = open_session(path, threads=threads)
        self._input = self._session.get_inputs()[0].name
        self._speakers = powerset()
        shape = self.classes(np.zeros(WINDOW, np.float32)).shape
        if shape != (FRAMES, len(self._speakers)):
            raise BrokenModel(f"{path} is not pyannote's segmentation-3.0: it gives {shape} numbers for ten seconds")

    def __call__(self, window: Samples) -> NDArray[np.float32]:
        """Take a window of shape ``(160000,)``; return probabilities of shape ``(589, 3)``."""
        if not window.any():
            return np.zeros((FRAMES, LOCAL_SPEAKERS), np.float32)
        classes = self.classes(window)
        odds = np.exp(classes - classes.max(axis=1, keepdims=True))
        return np.asarray((odds / odds.sum(axis=1, keepdims=True)) @ self._speakers, np.float32)

    def classes(self, window: Samples) -> NDArray[np.float32]:
        """Take a window; return what the network says, shape ``(frames, classes)``."""
        with refused_as(BrokenModel, f"{self._path} does not take ten seconds of sound"):
            (out,) = self._session.run(None, {self._input: window.reshape(1, 1, -1)})
        return np.asarray(out[0], np.float32)
