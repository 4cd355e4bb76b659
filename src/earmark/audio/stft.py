"""Short-time Fourier transform of a stream of blocks, at exact times and in pieces that fit the processor's cache."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

    from earmark.audio.decode import Samples
    from earmark.audio.pyramid import Grid

Power = NDArray[np.float32]
"""Power with 1.0 for a full-scale sine; shape ``(frames, lines or bands)``."""

WINDOWS = {
    "hann": (0.5, 0.5),
    "hamming": (0.54, 0.46),
    "blackman": (0.42, 0.5, 0.08),
    "rectangular": (1.0,),
}
"""Coefficients of windows that are sums of cosines (Harris 1978, "On the use of windows", Proc. IEEE 66, table I)."""
WINDOW_NAMES = (*WINDOWS, "bartlett")

_BATCH_VALUES = 1 << 15
"""Values transformed at once: more leave the processor's cache, fewer spend their time in Python."""
_LOUDEST = 1e6
"""Samples are held within +-1e6, so that damaged ones cannot overflow to infinity."""


def window_of(name: str, size: int) -> NDArray[np.float64]:
    """Give a periodic window (as for spectra, not for filters) of ``size`` samples with a peak of 1."""
    phase = np.arange(size) / size
    if name == "bartlett":
        return 1 - np.abs(2 * phase - 1)
    terms = [(-1) ** n * a * np.cos(2 * np.pi * n * phase) for n, a in enumerate(WINDOWS[name])]
    return np.asarray(np.sum(terms, axis=0), np.float64)


def fast_size(least: int) -> int:
    """Smallest even length of at least ``least`` with no prime factor above 5, which the FFT does fast."""
    size = max(2, least + least % 2)
    while _without_small_factors(size) != 1:
        size += 2
    return size


def _without_small_factors(number: int) -> int:
    for factor in (2, 3, 5):
        while number % factor == 0:
            number //= factor
    return number


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """A window and the length of its transform.

    Attributes
    ----------
    window : array, shape (samples,)
        Scaled so that a full-scale sine at the frequency of a line has a power of 1 in it.
    fft_size : int
        Length of the transform; the window is padded with zeros to it.
    """

    window: NDArray[np.float32]
    fft_size: int

    @classmethod
    def of(cls, name: str, size: int, fft_size: int) -> Lines:
        """Scale the window ``name`` of ``size`` samples."""
        shape = window_of(name, size)
        return cls(np.asarray(shape * (2 / shape.sum()), np.float32), fft_size)

    @property
    def spread(self) -> float:
        """Power of a sine summed over all lines, relative to that in its strongest one."""
        squares = np.square(self.window, dtype=np.float64).sum()
        return float(self.fft_size * squares / self.window.sum(dtype=np.float64) ** 2)

    def power(self, frames: NDArray[np.float32]) -> Power:
        """Power of each line of frames of shape ``(frames, samples)``."""
        spectrum = np.fft.rfft(frames * self.window, self.fft_size)
        return np.asarray(np.square(spectrum.real) + np.square(spectrum.imag), np.float32)


class Analyser(Protocol):
    """Turns frames of one length into bands."""

    @property
    def size(self) -> int:
        """Samples of a frame."""

    @property
    def bands(self) -> int:
        """Bands that come out, lowest first."""

    def measure(self, frames: NDArray[np.float32]) -> Power:
        """Power of frames of shape ``(frames, size)``."""


class Stft:
    """Streaming transform: frame ``k`` is centred at column ``k`` of ``grid``, beyond both ends lie zeros.

    Parameters
    ----------
    bank : sequence of Analyser
        What measures the bands, lowest first; each sees its own length around the same centre.
    grid : Grid
        When frames are taken.
    rows : int
        Rows (channels) of the blocks.
    first, stop : int, int or None
        Frames to take: ``first`` up to before ``stop``, or to the end of the sound.
    begin : int
        Sample at which the first block starts; it may be later than 0 when no frame reaches further back.
    """

    def __init__(
        self,
        bank: Sequence[Analyser],
        grid: Grid,
        rows: int,
        *,
        first: int = 0,
        stop: int | None = None,
        begin: int = 0,
    ) -> None:
        self._bank, self._grid, self._next, self._stop = bank, grid, first, stop
        self._reach = reach(bank)
        self._origin = begin - self._reach
        self._held = np.zeros((rows, self._reach), np.float32)

    def feed(self, block: Samples) -> Power:
        """Take the next block, shape ``(rows, samples)``; give finished frames, shape ``(rows, frames, bands)``."""
        loud = np.clip(block, -_LOUDEST, _LOUDEST, dtype=np.float32)
        self._held = np.concatenate([self._held, loud], axis=1)
        return self._run(self._origin + self._held.shape[1] - self._reach + 1)

    def finish(self) -> Power:
        """Give the frames whose ends lie beyond the sound."""
        end = self._origin + self._held.shape[1]
        self._held = np.pad(self._held, ((0, 0), (0, self._reach)))
        return self._run(end)

    @property
    def held(self) -> int:
        """Bytes of sound held back."""
        return self._held.nbytes

    def _run(self, centres_below: int) -> Power:
        stop = self._grid.count(max(0, centres_below))
        if self._stop is not None:
            stop = min(stop, self._stop)
        centres = self._grid.sample(np.arange(self._next, max(stop, self._next), dtype=np.int64)) - self._origin
        out = np.concatenate([self._bands(analyser, centres) for analyser in self._bank], axis=2)
        self._next += len(centres)
        done = max(0, min(self._grid.sample(self._next) - self._origin - self._reach, self._held.shape[1]))
        self._held, self._origin = self._held[:, done:].copy(), self._origin + done
        return out

    def _bands(self, analyser: Analyser, centres: NDArray[np.int64]) -> Power:
        starts = centres - analyser.size // 2
        out = np.empty((len(self._held), len(starts), analyser.bands), np.float32)
        batch = max(1, _BATCH_VALUES // analyser.size)
        for row, sound in enumerate(self._held if len(starts) else ()):
            views = np.lib.stride_tricks.sliding_window_view(sound, analyser.size)
            for begin in range(0, len(starts), batch):
                out[row, begin : begin + batch] = analyser.measure(views[_evenly(starts[begin : begin + batch])])
        return out


def reach(bank: Sequence[Analyser]) -> int:
    """Samples to each side of its centre that a frame needs."""
    return max(-(-analyser.size // 2) for analyser in bank)


def _evenly(starts: NDArray[np.int64]) -> slice | NDArray[np.int64]:
    """Give a slice where starts are evenly spaced: a view costs no copy."""
    steps = np.diff(starts)
    if len(steps) and steps[0] > 0 and (steps == steps[0]).all():
        return slice(int(starts[0]), int(starts[-1]) + 1, int(steps[0]))
    return starts
