"""Spectrograms as a pyramid of tiles: grey 8-bit pictures on one fixed scale of levels."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from earmark.audio.bands import (
    Hertz,
    MelBands,
    PeakBands,
    constant_q,
    frame_size,
    linear_edges,
    mel_points,
    octave_edges,
)
from earmark.audio.pyramid import FACTOR, TILE_COLUMNS, Grid, MaxPyramid, columns_per_level
from earmark.audio.stft import WINDOW_NAMES, Power, Stft, reach
from earmark.errors import InvalidValue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from earmark.audio.decode import Samples
    from earmark.audio.stft import Analyser

Pixels = NDArray[np.uint8]
"""A tile: shape ``(bands, columns)``, the highest band in row 0; 0 at the floor of the scale, 255 at its ceiling."""
Scale = Literal["mel", "linear", "constant_q"]

LOWEST_STORED = 2
"""Finer levels are drawn when somebody looks at them: they would be 20 times as many tiles."""
LOWEST_CONSTANT_Q_HZ = 32.7
"""Lowest frequency of a constant-Q picture by default: the note C1."""
_DRAWING = 1
"""Part of the key; raised when the same settings come to be drawn differently, so that no old tile meets a new one."""
_SCALES = ("mel", "linear", "constant_q")


@dataclass(frozen=True, slots=True, kw_only=True)
class SpectrogramSettings:
    """How to draw a spectrogram; the same for people and for models.

    Attributes
    ----------
    scale : str
        Bands: ``mel`` (triangles on Slaney's scale), ``linear`` (equal width in Hz) or ``constant_q`` (equal ratio,
        windows longer for lower octaves; see `earmark.audio.bands.constant_q`).
    window : str
        ``hann``, ``hamming``, ``blackman``, ``bartlett`` or ``rectangular``.
    window_seconds : float
        Length of the window, 0.001 to 1 s and at most 32768 samples; the shortest one for ``constant_q``.
    hop_seconds : float
        From one column of level 0 to the next, 0.001 s up to ``window_seconds``, to a microsecond; at least one sample.
    bands : int
        Rows of the picture, 16 to 512.
    low_hz : float or None
        Lower end of the lowest band; None is 0 Hz, or 32.7 Hz for ``constant_q``.
    high_hz : float or None
        Upper end of the highest band, at most half the sample rate; None is half the sample rate.
    floor_db, ceiling_db : float
        Levels that become 0 and 255; 0 dB is a full-scale sine.
    """

    scale: Scale = "mel"
    window: str = "hann"
    window_seconds: float = 0.032
    hop_seconds: float = 0.010
    bands: int = 128
    low_hz: float | None = None
    high_hz: float | None = None
    floor_db: float = -100.0
    ceiling_db: float = 0.0

    def __post_init__(self) -> None:
        for name, value, choices in (("scale", self.scale, _SCALES), ("window", self.window, WINDOW_NAMES)):
            if value not in choices:
                raise InvalidValue(f"spectrogram: {name} is one of {', '.join(choices)}, not {value!r}")
        if not isinstance(self.bands, int):
            raise InvalidValue(f"spectrogram: bands is a whole number, not {self.bands!r}")
        _within("bands", self.bands, 16, 512, "")
        _within("window_seconds", self.window_seconds, 0.001, 1.0, " s")
        _within("hop_seconds", self.hop_seconds, 0.001, self.window_seconds, " s (longer than the window skips sound)")
        _within("low_hz", self.lowest_hz, 0.0 if self.scale != "constant_q" else 1.0, 192_000.0, " Hz")
        if self.high_hz is not None:
            _within("high_hz", self.high_hz, self.lowest_hz + 1, 1e6, " Hz (it lies above low_hz)")
        _within("floor_db", self.floor_db, -200.0, 100.0, " dB")
        _within("ceiling_db", self.ceiling_db, self.floor_db + 1, 101.0, " dB (it lies above floor_db)")

    @property
    def lowest_hz(self) -> float:
        """Lower end of the lowest band in Hz."""
        if self.low_hz is not None:
            return float(self.low_hz)
        return LOWEST_CONSTANT_Q_HZ if self.scale == "constant_q" else 0.0

    @property
    def key(self) -> str:
        """Short name of these settings, the same for equal ones everywhere: for files and URLs."""
        numbers = [self.window_seconds, self.hop_seconds, self.lowest_hz, self.high_hz, self.floor_db, self.ceiling_db]
        fields = [_DRAWING, self.scale, self.window, self.bands, *(None if n is None else float(n) for n in numbers)]
        return hashlib.sha256(json.dumps(fields).encode()).hexdigest()[:12]

    def grid(self, rate: int) -> Grid:
        """Columns of level 0: column ``k`` shows the sound around ``k`` steps."""
        return Grid.every(self.hop_seconds, rate)

    def highest_hz(self, rate: int) -> float:
        """Upper end of the highest band in Hz at a sample rate.

        Raises
        ------
        InvalidValue
            The recording holds no frequency as high as ``low_hz``.
        """
        top = min(rate / 2, math.inf if self.high_hz is None else self.high_hz)
        if top <= self.lowest_hz:
            raise InvalidValue(f"spectrogram: low_hz is {self.lowest_hz:g} Hz, but the sound ends at {top:g} Hz")
        return float(top)

    def band_hz(self, rate: int) -> Hertz:
        """Frequency at the middle of each band in Hz, lowest first."""
        low, high = self.lowest_hz, self.highest_hz(rate)
        if self.scale == "mel":
            return mel_points(self.bands, low, high)[1:-1]
        if self.scale == "linear":
            edges = linear_edges(self.bands, low, high)
            return np.asarray((edges[:-1] + edges[1:]) / 2)
        edges = octave_edges(self.bands, low, high)
        return np.asarray(np.sqrt(edges[:-1] * edges[1:]))

    def bank(self, rate: int) -> Sequence[Analyser]:
        """What measures the bands at a sample rate, lowest first."""
        low, high = self.lowest_hz, self.highest_hz(rate)
        size = frame_size(self.window_seconds, rate)
        if self.scale == "mel":
            return [MelBands.of(self.window, size, rate, mel_points(self.bands, low, high))]
        if self.scale == "linear":
            return [PeakBands.of(self.window, size, rate, linear_edges(self.bands, low, high))]
        return constant_q(self.window, self.window_seconds, rate, octave_edges(self.bands, low, high))


def _within(name: str, value: float, low: float, high: float, unit: str) -> None:
    if not (isinstance(value, int | float) and low <= value <= high):
        raise InvalidValue(f"spectrogram: {name} is {low:g} to {high:g}{unit}, not {value!r}")


@dataclass(frozen=True, slots=True, eq=False)
class Tile:
    """One tile: ``row`` of the blocks, ``level``, ``index`` from 0 and its pixels."""

    row: int
    level: int
    index: int
    pixels: Pixels


class TilePyramid:
    """Streaming builder of all tiles of the levels from ``lowest_level`` on.

    A column of level ``n`` shows the loudest of ``4 ** n`` columns of level 0, so that short events stay visible.
    The last tile of a level is as wide as it has columns. Memory does not grow with the sound: less than one tile per
    row and level is held, and a window of sound.

    Parameters
    ----------
    settings : SpectrogramSettings
        What to draw.
    rate, channels : int
        Sample rate and rows of the blocks.
    lowest_level : int
        Finest level wanted.
    first, stop : int, int or None
        Columns of level 0 to draw; tiles then count from ``first``.
    begin : int
        Sample at which the first block starts.
    """

    def __init__(
        self,
        settings: SpectrogramSettings,
        rate: int,
        channels: int,
        lowest_level: int = LOWEST_STORED,
        *,
        first: int = 0,
        stop: int | None = None,
        begin: int = 0,
    ) -> None:
        self._settings, self._lowest = settings, lowest_level
        self._stft = Stft(settings.bank(rate), settings.grid(rate), channels, first=first, stop=stop, begin=begin)
        self._pyramid = MaxPyramid(lowest=lowest_level)
        self._open: dict[int, list[Pixels]] = {}
        self._done: dict[int, int] = {}

    def feed(self, block: Samples) -> list[Tile]:
        """Take the next block, shape ``(channels, samples)``; give the tiles that it filled."""
        return self._take(self._pyramid.feed(self._stft.feed(block)))

    def finish(self) -> list[Tile]:
        """Give the last tile of each level."""
        tiles = self._take(self._pyramid.feed(self._stft.finish()))
        tiles += self._take(self._pyramid.finish())
        for level in range(self._lowest, self._pyramid.top + 1):
            tiles += self._cut(level, 1)
        return tiles

    @property
    def held(self) -> int:
        """Bytes of arrays held."""
        waiting = sum(part.nbytes for parts in self._open.values() for part in parts)
        return waiting + self._stft.held + self._pyramid.held

    def _take(self, pooled: Iterator[tuple[int, Power]]) -> list[Tile]:
        tiles: list[Tile] = []
        for level, power in pooled:
            if level >= self._lowest:
                self._open.setdefault(level, []).append(quantise(power, self._settings))
                tiles += self._cut(level, TILE_COLUMNS)
        return tiles

    def _cut(self, level: int, least: int) -> list[Tile]:
        """Cut tiles from the columns of a level while at least ``least`` of them wait."""
        if sum(part.shape[1] for part in self._open[level]) < least:
            return []
        waiting, tiles = np.concatenate(self._open[level], axis=1), []
        while waiting.shape[1] >= least:
            index = self._done.get(level, 0)
            # Bands lie along the columns of the picture, the highest on top.
            pictures = waiting[:, :TILE_COLUMNS, ::-1].transpose(0, 2, 1)
            tiles += [Tile(row, level, index, np.ascontiguousarray(pixels)) for row, pixels in enumerate(pictures)]
            self._done[level], waiting = index + 1, waiting[:, TILE_COLUMNS:]
        self._open[level] = [waiting.copy()]
        return tiles


def quantise(power: Power, settings: SpectrogramSettings) -> Pixels:
    """Turn power (1.0 for a full-scale sine) into grey levels 0 to 255."""
    steps = 255 / (settings.ceiling_db - settings.floor_db)
    grey = np.log(np.maximum(power, 1e-30))
    grey *= np.float32(10 / math.log(10) * steps)
    grey -= np.float32(settings.floor_db * steps)
    return np.clip(np.rint(grey, out=grey), 0, 255, out=grey).astype(np.uint8)


def draw_tile(
    read: Callable[[int, int], Iterable[Samples]],
    settings: SpectrogramSettings,
    rate: int,
    samples: int,
    *,
    level: int,
    index: int,
) -> Pixels:
    """Draw one tile of one row of a recording; it is the tile that `TilePyramid` makes.

    Parameters
    ----------
    read : callable
        Gives blocks of shape ``(1, samples)`` of the sound between two samples.
    settings : SpectrogramSettings
        What to draw.
    rate, samples : int
        Sample rate, and samples of the whole recording.
    level, index : int
        Which tile. Level ``n`` reads ``10.24 * 4 ** n`` s at a hop of 10 ms.

    Raises
    ------
    InvalidValue
        The pyramid has no such tile.
    """
    grid = settings.grid(rate)
    counts = columns_per_level(grid.count(samples), lowest=LOWEST_STORED)
    if not (0 <= level < len(counts) and 0 <= index * TILE_COLUMNS < counts[level]):
        raise InvalidValue(f"there is no tile {index} on level {level} of this spectrogram")
    first = index * TILE_COLUMNS * FACTOR**level
    stop = min(first + TILE_COLUMNS * FACTOR**level, counts[0])
    margin = reach(settings.bank(rate))
    begin = max(0, grid.sample(first) - margin)
    pyramid = TilePyramid(settings, rate, 1, level, first=first, stop=stop, begin=begin)
    tiles: list[Tile] = []
    for block in read(begin, min(samples, grid.sample(stop - 1) + margin)):
        tiles += pyramid.feed(block)
    return next(tile.pixels for tile in [*tiles, *pyramid.finish()] if tile.level == level)
