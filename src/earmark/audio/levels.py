"""How loud a recording is, every 10 ms, and what level counts as silence in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from earmark.audio.decode import Samples

FRAME_RATE = 100
"""Level frames per second."""
DIGITAL_SILENCE = -120.0
"""Level in dBFS given to a frame without any change in it; below the quantisation noise of 16 bit (-101 dBFS)."""

Levels = NDArray[np.float32]
"""Level of each frame in dB relative to a full-scale square wave; shape ``(channels, frames)``."""


class LevelMeter:
    """Streaming level meter: AC power (variance) of frames of 10 ms in dBFS.

    The variance leaves out a DC offset, which cheap sound cards add and nobody hears.

    Parameters
    ----------
    rate : int
        Samples per second. Frame ``k`` holds the samples from ``round(k * rate / 100)`` on.
    """

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._rest: Samples | None = None
        self._frames = 0
        self._parts: list[Levels] = []

    def _edge(self, frame: NDArray[np.int64]) -> NDArray[np.int64]:
        return (2 * frame * self._rate + FRAME_RATE) // (2 * FRAME_RATE)

    def feed(self, block: Samples) -> None:
        """Take the next block, shape ``(channels, samples)``."""
        if self._rest is not None:
            block = np.concatenate([self._rest, block], axis=1)
        count = block.shape[1] * FRAME_RATE // self._rate + 2
        edges = self._edge(np.arange(self._frames, self._frames + count, dtype=np.int64))
        edges -= edges[0]
        edges = edges[edges <= block.shape[1]]
        self._measure(block, edges)
        self._rest = block[:, edges[-1] :]

    def _measure(self, block: Samples, edges: NDArray[np.int64]) -> None:
        sizes = np.diff(edges)
        self._frames += len(sizes)
        # A rate below 100 Hz leaves frames without a sample: they repeat the level before.
        if len(sizes) and edges[-1] > 0:
            self._parts.append(_decibels(block[:, : edges[-1]], edges[:-1], np.maximum(sizes, 1)))

    def finish(self) -> Levels:
        """Level of every frame; the last one may be shorter than 10 ms."""
        if self._rest is not None and self._rest.shape[1]:
            self._parts.append(_decibels(self._rest, np.array([0]), np.array([self._rest.shape[1]])))
            self._rest = None
        return np.concatenate(self._parts, axis=1) if self._parts else np.zeros((1, 0), np.float32)


def _decibels(block: Samples, starts: NDArray[np.int64], sizes: NDArray[np.int64]) -> Levels:
    starts = np.minimum(starts, block.shape[1] - 1)
    total = np.add.reduceat(block, starts, axis=1, dtype=np.float64)
    power = np.add.reduceat(np.square(block, dtype=np.float64), starts, axis=1)
    variance = power / sizes - np.square(total / sizes)
    floor = 10 ** (DIGITAL_SILENCE / 10)
    return (10 * np.log10(np.maximum(variance, floor))).astype(np.float32)
