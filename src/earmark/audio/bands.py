"""Frequency bands of a spectrogram: mel, linear and constant-Q."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from earmark.audio.stft import Analyser, Lines, Power, fast_size
from earmark.core.time import to_samples

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Hertz = NDArray[np.float64]

LONGEST_FRAME = 32_768
"""Most samples of a frame (and values of its transform), which bounds what one picture can cost."""
SHORTEST_FRAME = 16
"""Fewest samples of a frame, for recordings of a few samples per second."""
_GROUP = 16
"""Triangles measured at once."""

_MEL_LINEAR_HZ = 200 / 3
_MEL_BREAK_HZ = 1000.0
_MEL_LOG_STEP = np.log(6.4) / 27
"""Slaney's mel scale (Auditory Toolbox, 1998): 200/3 Hz per mel up to 1 kHz, then 27 mel per factor of 6.4."""


def hz_to_mel(hz: Hertz) -> Hertz:
    """Convert Hz to mel on Slaney's scale."""
    above = _MEL_BREAK_HZ / _MEL_LINEAR_HZ + np.log(np.maximum(hz, _MEL_BREAK_HZ) / _MEL_BREAK_HZ) / _MEL_LOG_STEP
    return np.where(hz < _MEL_BREAK_HZ, hz / _MEL_LINEAR_HZ, above)


def mel_to_hz(mel: Hertz) -> Hertz:
    """Convert mel on Slaney's scale to Hz."""
    knee = _MEL_BREAK_HZ / _MEL_LINEAR_HZ
    above = _MEL_BREAK_HZ * np.exp(_MEL_LOG_STEP * (np.maximum(mel, knee) - knee))
    return np.where(mel < knee, mel * _MEL_LINEAR_HZ, above)


def mel_points(bands: int, low: float, high: float) -> Hertz:
    """Corners of the triangles in Hz, ``bands + 2`` of them; triangle ``i`` peaks at corner ``i + 1``."""
    ends = hz_to_mel(np.array([low, high]))
    return mel_to_hz(np.linspace(ends[0], ends[1], bands + 2))


def linear_edges(bands: int, low: float, high: float) -> Hertz:
    """Edges of bands of equal width in Hz, ``bands + 1`` of them."""
    return np.linspace(low, high, bands + 1)


def octave_edges(bands: int, low: float, high: float) -> Hertz:
    """Edges of bands of equal ratio in Hz, ``bands + 1`` of them."""
    return np.asarray(np.geomspace(low, high, bands + 1), np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class MelBands:
    """Triangles on the mel scale, each with a peak of 1, that share out the power of the lines.

    A full-scale sine is 0 dB over its neighbouring bands together; where bands are narrower than what the window
    resolves (four lines for Hann), it is spread over more of them and each shows less.
    """

    lines: Lines
    weights: NDArray[np.float32]
    groups: tuple[_Group, ...]

    @classmethod
    def of(cls, window: str, size: int, rate: int, corners: Hertz) -> MelBands:
        """Lay triangles with ``corners`` in Hz over lines, with zeros added until each triangle holds a line.

        A triangle that would need a transform of more than `LONGEST_FRAME` shows the line nearest to it.
        """
        fft_size = fast_size(size)
        while not (weights := triangles(corners, line_hz(fft_size, rate))).any(axis=0).all():
            if 2 * fft_size > LONGEST_FRAME:
                nearest = np.abs(line_hz(fft_size, rate)[:, None] - corners[1:-1]).argmin(axis=0)
                empty = np.flatnonzero(~weights.any(axis=0))
                weights[nearest[empty], empty] = 1
                break
            fft_size *= 2
        lines = Lines.of(window, size, fft_size)
        scaled = np.asarray(weights / lines.spread, np.float32)
        return cls(lines, scaled, tuple(_groups(scaled)))

    @property
    def size(self) -> int:
        """Samples of a frame."""
        return len(self.lines.window)

    @property
    def bands(self) -> int:
        """Number of triangles."""
        return int(self.weights.shape[1])

    def measure(self, frames: NDArray[np.float32]) -> Power:
        """Power of each band."""
        power = self.lines.power(frames)
        out = np.empty((len(frames), self.bands), np.float32)
        for group in self.groups:
            np.matmul(power[:, group.lines], group.weights, out=out[:, group.bands])
        return out


@dataclass(frozen=True, slots=True, eq=False)
class _Group:
    """Neighbouring triangles and the lines under them.

    Products this small are four times less work than one with all lines, and OpenBLAS starts no threads for them:
    those spin, and were seen to use three times the processor time.
    """

    lines: slice
    bands: slice
    weights: NDArray[np.float32]


def _groups(weights: NDArray[np.float32]) -> Iterator[_Group]:
    for begin in range(0, weights.shape[1], _GROUP):
        part = weights[:, begin : begin + _GROUP]
        used = np.flatnonzero(part.any(axis=1))
        lines = slice(int(used[0]), int(used[-1]) + 1)
        yield _Group(lines, slice(begin, begin + part.shape[1]), np.ascontiguousarray(part[lines]))


@dataclass(frozen=True, slots=True, eq=False)
class PeakBands:
    """The strongest line of each band, so that a tone is as strong in a wide band as in a narrow one.

    Attributes
    ----------
    lines : Lines
        The window.
    first, stop : arrays of int
        Lines of each band, half-open; at least one.
    """

    lines: Lines
    first: NDArray[np.int64]
    stop: NDArray[np.int64]

    @classmethod
    def of(cls, window: str, size: int, rate: int, edges: Hertz) -> PeakBands:
        """Share lines out to bands between ``edges`` in Hz, with zeros added until each band holds a line.

        A band that would need a transform of more than `LONGEST_FRAME` shows the line nearest to it.
        """
        fft_size = fast_size(size)
        while np.diff(np.ceil(edges * fft_size / rate)).min() < 1 and 2 * fft_size <= LONGEST_FRAME:
            fft_size *= 2
        highest = fft_size // 2
        bounds = np.minimum(np.ceil(edges * fft_size / rate).astype(np.int64), highest)
        # The last band takes its upper edge in: half the sample rate is a line as well.
        stops = np.append(bounds[1:-1], bounds[-1] + 1)
        empty = stops <= bounds[:-1]
        middle = np.rint((edges[:-1] + edges[1:]) / 2 * fft_size / rate).astype(np.int64)
        first = np.where(empty, np.minimum(middle, highest), bounds[:-1])
        return cls(Lines.of(window, size, fft_size), first, np.where(empty, first + 1, stops))

    @property
    def size(self) -> int:
        """Samples of a frame."""
        return len(self.lines.window)

    @property
    def bands(self) -> int:
        """Number of bands."""
        return len(self.first)

    def measure(self, frames: NDArray[np.float32]) -> Power:
        """Power of each band."""
        # A line of zeros behind the last one: `reduceat` takes no index beyond the end.
        power = np.pad(self.lines.power(frames), ((0, 0), (0, 1)))
        bounds = np.stack([self.first, self.stop], axis=1).ravel()
        return np.asarray(np.maximum.reduceat(power, bounds, axis=1)[:, ::2], np.float32)


def line_hz(fft_size: int, rate: int) -> Hertz:
    """Frequencies of the lines of a transform."""
    return np.asarray(np.arange(fft_size // 2 + 1) * (rate / fft_size), np.float64)


def triangles(corners: Hertz, lines: Hertz) -> Hertz:
    """Weights of each line in each triangle, shape ``(lines, triangles)``.

    As in Slaney's Auditory Toolbox, without its division by the width of the band: with it a tone would read lower
    the higher it is.
    """
    rising = (lines[:, None] - corners[:-2]) / np.diff(corners)[:-1]
    falling = (corners[2:] - lines[:, None]) / np.diff(corners)[1:]
    return np.asarray(np.maximum(0, np.minimum(rising, falling)), np.float64)


def frame_size(seconds: float, rate: int) -> int:
    """Samples of a window, within `SHORTEST_FRAME` and `LONGEST_FRAME`."""
    return min(max(to_samples(seconds, rate), SHORTEST_FRAME), LONGEST_FRAME)


def constant_q(window: str, seconds: float, rate: int, edges: Hertz) -> Sequence[Analyser]:
    """Bands of equal ratio, each octave with a window of its own length.

    In each octave the window is as long as the quality factor asks for at the octave's lowest band (Brown 1991, J.
    Acoust. Soc. Am. 89: length = Q * rate / frequency with Q = 1 / (ratio - 1)), but never shorter than ``seconds``
    nor longer than `LONGEST_FRAME` samples. So the picture resolves every band at low frequencies, and no sound
    falls between frames or between lines at high ones; it cannot be turned back into sound.
    """
    quality = 1 / (edges[1] / edges[0] - 1)
    octaves = np.floor(np.log2(edges[:-1] / edges[0]) + 1e-9).astype(int)
    sizes = {o: frame_size(max(seconds, quality / edges[:-1][octaves == o][0]), rate) for o in np.unique(octaves)}
    bank: list[Analyser] = []
    for size in sorted(set(sizes.values()), reverse=True):
        mine = np.flatnonzero([sizes[o] == size for o in octaves])
        bank.append(PeakBands.of(window, size, rate, edges[mine[0] : mine[-1] + 2]))
    return bank
