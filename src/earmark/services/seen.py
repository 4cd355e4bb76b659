"""What is stored of a look at a recording, and where.

Below the prefix of a recording lie ``index.json`` (what was found; written last, so that without it nothing counts),
``peaks`` (int16 pairs: row after row, in each level after level), ``points`` (int64 pairs: where reading can begin),
and for each settings their ``key`` with ``tiles`` (PNG files end to end) and its own ``index.json`` (where each lies).
A row is the mix of all channels or one channel.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from earmark.audio.decode import SeekPoint
from earmark.audio.peaks import Peaks, peaks_grid
from earmark.audio.pyramid import columns_per_level
from earmark.core.recording import Recording
from earmark.errors import InvalidValue, NotFound

if TYPE_CHECKING:
    from earmark.files.store import FileStore

DRAWN_CHANNELS = 8
"""Channels drawn at import, besides the mix of all; others are drawn when asked for."""


class Cache(Protocol):
    """Keeps what was drawn, as long as there is room."""

    def get(self, key: str) -> bytes | None:
        """Give what was put under a key, None if it is gone."""

    def put(self, key: str, data: bytes) -> None:
        """Keep bytes under a key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What one pass over a recording found.

    Attributes
    ----------
    duration : float
        Seconds, counted in samples.
    sample_rate, channels, samples : int
        Rate in Hz, channels, and samples per channel.
    recording : Recording
        What was read.
    problems : tuple of str
        What is wrong with the file.
    peak_dbfs, rms_dbfs : tuple of float
        Largest sample, and root of the mean square, of each channel in dB relative to full scale.
    waveform : tuple of (int, int)
        Smallest and largest sample over all drawn channels in 200 columns, full scale at 32767.
    """

    duration: float
    sample_rate: int
    channels: int
    samples: int
    recording: Recording
    problems: tuple[str, ...]
    peak_dbfs: tuple[float, ...]
    rms_dbfs: tuple[float, ...]
    waveform: tuple[tuple[int, int], ...]

    def peak_columns(self) -> list[int]:
        """Columns of each level of the waveform."""
        return columns_per_level(peaks_grid(self.sample_rate).count(self.samples))

    def row(self, channel: int | None) -> int | None:
        """Row in which a channel (None: the mix) was drawn, None if it was not.

        Raises
        ------
        InvalidValue
            The recording has no such channel.
        """
        if channel is not None and not 0 <= channel < self.channels:
            raise InvalidValue(f"channel {channel} was asked for, the recording has channels 0 to {self.channels - 1}")
        rows = drawn_rows(self.channels)
        wanted = 0 if self.channels == 1 else channel
        return rows.index(wanted) if wanted in rows else None


def drawn_rows(channels: int) -> tuple[int | None, ...]:
    """Channels that are drawn at import; None is the mix, which a single channel needs not."""
    return (0,) if channels == 1 else (None, *range(min(channels, DRAWN_CHANNELS)))


def seen_before(files: FileStore, prefix: str, *, cache: Cache | None = None) -> Seen:
    """Give what `see` found.

    Raises
    ------
    NotFound
        It has not been done, or not to its end.
    """
    raw = json.loads(_stored(files, f"{prefix}/index.json", "picture of this recording", cache))
    known = {name: tuple(raw[name]) for name in ("problems", "peak_dbfs", "rms_dbfs")}
    known["waveform"] = tuple((low, high) for low, high in raw["waveform"])
    return Seen(**{**raw, **known, "recording": Recording(**raw["recording"])})


def seek_points(files: FileStore, prefix: str, *, cache: Cache | None = None) -> tuple[SeekPoint, ...]:
    """Give the places at which reading the recording can begin, for `earmark.audio.ranges` and excerpts."""
    raw = _stored(files, f"{prefix}/points", "picture of this recording", cache)
    return tuple(SeekPoint(int(sample), int(pts)) for sample, pts in np.frombuffer(raw, "<i8").reshape(-1, 2))


def stored_peaks(files: FileStore, prefix: str, seen: Seen, *, row: int, level: int, first: int, stop: int) -> Peaks:
    """Read columns of one row and level of the waveform, shape ``(columns, 2)``."""
    counts = seen.peak_columns()
    begin = row * sum(counts) + sum(counts[:level])
    raw = b"".join(files.read(f"{prefix}/peaks", (begin + first) * 4, (begin + stop) * 4))
    return np.frombuffer(raw, "<i2").reshape(-1, 2)


def tile_at(
    files: FileStore, prefix: str, key: str, *, row: int, level: int, index: int, cache: Cache | None = None
) -> bytes:
    """Read one stored tile as PNG; raises ``NotFound`` if nothing was drawn with the settings of that ``key``."""
    table = json.loads(_stored(files, f"{prefix}/{key}/index.json", "spectrogram", cache))
    offset, size = table[f"{row}/{level}"][index]
    return b"".join(files.read(f"{prefix}/{key}/tiles", offset, offset + size))


def _stored(files: FileStore, key: str, what: str, cache: Cache | None) -> bytes:
    known = cache.get(key) if cache is not None else None
    if known is None:
        if not files.exists(key):
            raise NotFound(what, key)
        known = files.get(key)
        if cache is not None:
            cache.put(key, known)
    return known
