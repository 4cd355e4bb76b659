"""Where columns of a picture of sound lie in time, and coarser columns made of finer ones."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, overload

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

FACTOR = 4
"""Columns of one level that become one column of the next."""
TILE_COLUMNS = 1024
"""Columns of a tile; a level that fits in one tile is the last of its pyramid."""
_FINEST = 1_000_000
"""Steps are whole fractions of this many parts of a second, so that column edges are exact integers for a day."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Edges of columns of equal length, rounded to samples (half up) without drift.

    Attributes
    ----------
    step : Fraction
        Length of a column in seconds; at least one sample.
    rate : int
        Samples per second.
    """

    step: Fraction
    rate: int

    @classmethod
    def every(cls, seconds: float, rate: int) -> Grid:
        """Columns of ``seconds`` (to a microsecond), or of one sample where that is longer."""
        return cls(max(Fraction(seconds).limit_denominator(_FINEST), Fraction(1, rate)), rate)

    @overload
    def sample(self, column: int) -> int: ...
    @overload
    def sample(self, column: NDArray[np.int64]) -> NDArray[np.int64]: ...
    def sample(self, column: int | NDArray[np.int64]) -> int | NDArray[np.int64]:
        """First sample of a column."""
        width = self.step * self.rate
        return (2 * column * width.numerator + width.denominator) // (2 * width.denominator)

    def count(self, samples: int) -> int:
        """Columns that begin within ``samples`` samples."""
        width = self.step * self.rate
        return max(0, -((1 - 2 * samples) * width.denominator // (2 * width.numerator)))


def columns_per_level(columns: int, *, lowest: int = 0) -> list[int]:
    """Columns of each level from 0 up to the first, not below ``lowest``, that fits in one tile."""
    counts = [columns]
    while counts[-1] > TILE_COLUMNS or len(counts) <= lowest:
        counts.append(-(-counts[-1] // FACTOR))
    return counts


class MaxPyramid:
    """Streaming pyramid by maximum: each column of a level is the largest of four of the level below.

    Columns are arrays of shape ``(rows, columns, values)``; at most three columns are held per level.

    Parameters
    ----------
    lowest : int
        Level up to which columns are pooled even when all of them fit in one tile.
    """

    def __init__(self, *, lowest: int = 0) -> None:
        self._lowest = lowest
        self._rests: list[NDArray[Any]] = []
        self._counts: list[int] = []

    def feed(self, columns: NDArray[Any], *, level: int = 0) -> Iterator[tuple[int, NDArray[Any]]]:
        """Take the next columns of ``level``; yield them and what they complete above, finest first."""
        while columns.shape[1]:
            if level == len(self._rests):
                self._rests.append(columns[:, :0])
                self._counts.append(0)
            yield level, columns
            self._counts[level] += columns.shape[1]
            held = np.concatenate([self._rests[level], columns], axis=1)
            whole = held.shape[1] // FACTOR * FACTOR
            self._rests[level] = held[:, whole:].copy()
            columns = held[:, :whole].reshape(held.shape[0], -1, FACTOR, held.shape[2]).max(axis=2)
            level += 1

    def finish(self) -> Iterator[tuple[int, NDArray[Any]]]:
        """Yield the last columns, each made of fewer than four, up to the level that fits in one tile."""
        level = 0
        while level < self.top:
            rest = self._rests[level]
            if rest.shape[1]:
                yield from self.feed(rest.max(axis=1, keepdims=True), level=level + 1)
            level += 1

    @property
    def top(self) -> int:
        """The last level that is needed for the columns of level 0 so far, -1 without any."""
        return len(columns_per_level(self._counts[0], lowest=self._lowest)) - 1 if self._counts else -1

    @property
    def held(self) -> int:
        """Bytes of the columns held back."""
        return sum(rest.nbytes for rest in self._rests)
