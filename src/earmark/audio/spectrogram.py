"""A picture-sized spectrogram of a recording of any length."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from earmark.core.time import round_half_up

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from earmark.audio.decode import Samples
    from earmark.audio.source import Source

WINDOW_SECONDS = 0.032
"""Length of the Hann window in seconds: 31 Hz per line, narrow enough for harmonics of speech."""
FLOOR_DB = -120.0
"""Level in dB given to what is quieter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spectrogram:
    """Power of the mean of all channels.

    Attributes
    ----------
    power : array, shape (lines, columns)
        dB relative to a full-scale sine in one line; first line 0 Hz, last half of the sample rate.
    duration : float
        Seconds that the columns cover.
    top : float
        Frequency of the last line in Hz.
    """

    power: NDArray[np.float32]
    duration: float
    top: float


def coarse_spectrogram(source: Source, *, columns: int) -> Spectrogram:
    """Measure at most ``columns`` spectra in one pass, one window at the middle of each column.

    Parameters
    ----------
    source : Source
        What to look at.
    columns : int
        Width of the picture.
    """
    with source.open() as reader:
        size = max(16, round_half_up(WINDOW_SECONDS * reader.rate))
        step = max(size // 2, round_half_up((reader.announced or 60.0) * reader.rate / columns))
        spectra: list[NDArray[np.float32]] = []
        held, skip, total = np.zeros(0, np.float32), max(0, (step - size) // 2), 0
        for block in reader.blocks():
            total += block.shape[1]
            held = np.concatenate([held, block.mean(axis=0, dtype=np.float32)])
            while len(held) >= skip + size:
                spectra.append(_spectrum(held[skip : skip + size]))
                held, skip = held[skip:], step
                if len(spectra) == 2 * columns:
                    # Longer than announced: take every second column, and half as many from here on.
                    spectra, step = spectra[::2], 2 * step
            drop = min(skip, len(held))
            held, skip = held[drop:], skip - drop
        if not spectra:
            spectra.append(_spectrum(np.pad(held, (0, max(0, size - len(held))))[:size]))
        spectra = spectra[:: -(-len(spectra) // columns)]
        return Spectrogram(power=np.stack(spectra, axis=1), duration=total / reader.rate, top=reader.rate / 2)


def _spectrum(window: Samples) -> NDArray[np.float32]:
    shape = np.hanning(len(window))
    magnitude = np.abs(np.fft.rfft(window * shape)) / (shape.sum() / 2)
    return np.asarray(20 * np.log10(np.maximum(magnitude, 10 ** (FLOOR_DB / 20))), np.float32)
