"""The waveform at any zoom: smallest and largest sample of every column, in a pyramid."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from earmark.audio.pyramid import Grid, MaxPyramid

if TYPE_CHECKING:
    from collections.abc import Iterator

    from earmark.audio.decode import Samples

Peaks = NDArray[np.int16]
"""Smallest and largest sample per column, full scale at 32767; shape ``(columns, 2)``, or ``(rows, columns, 2)``."""

PEAK_SECONDS = 0.010
"""Length of a column of level 0; level ``n`` has columns ``4 ** n`` times as long."""
FULL_SCALE = 32767
"""Louder samples are drawn at full scale."""

_FLIP = np.array([-1, 1], np.int16)
"""Minima are pooled as maxima of the negative."""


def peaks_grid(rate: int) -> Grid:
    """Columns of level 0: 10 ms, or one sample below 100 Hz."""
    return Grid.every(PEAK_SECONDS, rate)


class PeaksPyramid:
    """Streaming builder of all levels up to the one with at most 1024 columns; nothing but single columns is held.

    Parameters
    ----------
    rate, channels : int
        Sample rate and rows of the blocks.
    """

    def __init__(self, rate: int, channels: int) -> None:
        self._grid = peaks_grid(rate)
        self._pyramid = MaxPyramid()
        self._rest = np.zeros((channels, 0), np.float32)
        self._columns = 0

    def feed(self, block: Samples) -> list[tuple[int, Peaks]]:
        """Take the next block, shape ``(channels, samples)``; give finished columns with their levels, in order."""
        sound = np.concatenate([self._rest, block], axis=1)
        begin = self._grid.sample(self._columns)
        # A column is finished when its last sample, before the first of the next, is there.
        stop = max(self._columns, self._grid.count(begin + sound.shape[1] + 1) - 1)
        edges = self._grid.sample(np.arange(self._columns, stop + 1, dtype=np.int64)) - begin
        self._columns, self._rest = stop, sound[:, edges[-1] :].copy()
        return _flipped(self._pyramid.feed(_extremes(sound[:, : edges[-1]], edges[:-1]) * _FLIP))

    def finish(self) -> list[tuple[int, Peaks]]:
        """Give the last columns, which may stand for less sound than the others."""
        found: list[tuple[int, Peaks]] = []
        if self._rest.shape[1]:
            found += _flipped(self._pyramid.feed(_extremes(self._rest, np.zeros(1, np.int64)) * _FLIP))
        return found + _flipped(self._pyramid.finish())

    @property
    def held(self) -> int:
        """Bytes of arrays held."""
        return self._rest.nbytes + self._pyramid.held


def _flipped(levels: Iterator[tuple[int, Peaks]]) -> list[tuple[int, Peaks]]:
    return [(level, columns * _FLIP) for level, columns in levels]


def _extremes(sound: Samples, starts: NDArray[np.int64]) -> Peaks:
    """Smallest and largest value from each start to before the next, shape ``(channels, starts, 2)``."""
    if not len(starts):
        return np.zeros((len(sound), 0, 2), np.int16)
    ends = [np.minimum.reduceat(sound, starts, axis=1), np.maximum.reduceat(sound, starts, axis=1)]
    scaled = np.stack(ends, axis=2) * np.float32(FULL_SCALE)
    return np.clip(np.rint(scaled), -FULL_SCALE, FULL_SCALE).astype(np.int16)


class PeakColumns:
    """Smallest and largest sample between any edges, from blocks; a column without a sample repeats a neighbour's.

    Parameters
    ----------
    edges : array of int, shape (columns + 1,)
        Samples at which columns begin, and the end of the last; not decreasing.
    """

    def __init__(self, edges: NDArray[np.int64]) -> None:
        self.begin = int(edges[0])
        self.end = max(int(edges[-1]), self.begin + 1)
        self._starts = np.minimum(edges[:-1], self.end - 1)
        self._position = self.begin
        self._found = np.tile(np.array([FULL_SCALE, -FULL_SCALE], np.int16), (len(self._starts), 1))

    def feed(self, block: Samples) -> None:
        """Take the next block, shape ``(1, samples)``; the first one starts at sample ``begin``."""
        block = block[:, : self.end - self._position]
        after = self._position + block.shape[1]
        # The column that was begun before, if its end is not reached, or the first that begins here.
        first = min(
            int(np.searchsorted(self._starts, self._position, side="right")) - 1,
            int(np.searchsorted(self._starts, self._position, side="left")),
        )
        stop = int(np.searchsorted(self._starts, after, side="left"))
        if block.shape[1]:
            got = _extremes(block, np.maximum(self._starts[first:stop] - self._position, 0))[0]
            mine = self._found[first:stop]
            mine[:, 0], mine[:, 1] = np.minimum(mine[:, 0], got[:, 0]), np.maximum(mine[:, 1], got[:, 1])
        self._position = after

    def finish(self) -> Peaks:
        """Columns of shape ``(columns, 2)``; those beyond the sound are 0."""
        self._found[self._found[:, 0] > self._found[:, 1]] = 0
        return self._found


def to_columns(peaks: Peaks, starts: NDArray[np.int64]) -> Peaks:
    """Join columns of shape ``(columns, 2)`` to wider ones, or repeat them: each from its start to before the next."""
    return np.stack([np.minimum.reduceat(peaks[:, 0], starts), np.maximum.reduceat(peaks[:, 1], starts)], axis=1)
