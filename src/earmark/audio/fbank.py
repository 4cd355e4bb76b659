"""Mel features that networks for speakers were trained on, and cepstra: each exactly as its source computes it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from earmark.audio.bands import line_hz, mel_points, triangles
from earmark.audio.stft import window_of

if TYPE_CHECKING:
    from earmark.audio.decode import Samples

Features = NDArray[np.float32]
"""Shape ``(frames, bands)``."""

RATE = 16_000
"""Sample rate in Hz that all features of this module are for."""
HOP = 160
"""Samples from one frame to the next (10 ms)."""
KALDI_FRAME, KALDI_FFT = 400, 512
"""Samples of a frame (25 ms), and of its transform with zeros added."""
GE2E_FRAME, GE2E_BANDS = 400, 40
PREEMPHASIS = 0.97
POVEY_EXPONENT = 0.85
"""Kaldi's window is a Hann window to this power (``feat/feature-window.cc``)."""
LOWEST_HZ = 20.0
"""Lower end of Kaldi's lowest band, its default."""
_FLOOR = np.float32(np.finfo(np.float32).eps)
"""Kaldi's floor under a band's energy before the logarithm."""
_BATCH = 256
"""Frames transformed at once: more leave the processor's cache."""


def kaldi_fbank(samples: Samples, bands: int = 80) -> Features:
    """Logarithm of mel band energies as Kaldi has them (``compute-fbank-feats`` without dither).

    Frames of 25 ms every 10 ms, whole ones only (``snip_edges``); mean removed, pre-emphasis 0.97, Povey window,
    triangles on the scale 1127 ln(1 + f / 700) from 20 Hz to half the sample rate.

    Parameters
    ----------
    samples : array
        Shape ``(samples,)`` at 16 kHz in [-1, 1]. Kaldi has 16-bit numbers, which only adds a constant.
    bands : int
        Number of triangles.
    """
    weights, window = _kaldi_weights(bands), _povey()
    frames = _frames(np.asarray(samples, np.float32), KALDI_FRAME)
    parts = [_kaldi_part(frames[i : i + _BATCH], weights, window) for i in range(0, len(frames), _BATCH)]
    return np.concatenate(parts) if parts else np.zeros((0, bands), np.float32)


def _kaldi_part(frames: Features, weights: NDArray[np.float32], window: NDArray[np.float32]) -> Features:
    centred = frames - frames.mean(axis=1, keepdims=True)
    before = np.concatenate([centred[:, :1], centred[:, :-1]], axis=1)
    spectrum = np.fft.rfft((centred - np.float32(PREEMPHASIS) * before) * window, KALDI_FFT)
    power = np.square(spectrum.real) + np.square(spectrum.imag)
    return np.asarray(np.log(np.maximum(power.astype(np.float32) @ weights, _FLOOR)), np.float32)


def mel_power(samples: Samples) -> Features:
    """Power in 40 mel bands as the GE2E network of Resemblyzer was trained on (librosa's ``melspectrogram``).

    Frames of 25 ms every 10 ms, centred on their times with zeros around the sound; periodic Hann window; Slaney's
    triangles from 0 Hz to half the sample rate, each divided by half its width; no logarithm.
    """
    weights, window = _slaney_weights(GE2E_BANDS), window_of("hann", GE2E_FRAME).astype(np.float32)
    frames = _frames(np.pad(np.asarray(samples, np.float32), GE2E_FRAME // 2), GE2E_FRAME)
    parts = [_power(frames[i : i + _BATCH], window) @ weights for i in range(0, len(frames), _BATCH)]
    return np.concatenate(parts) if parts else np.zeros((0, GE2E_BANDS), np.float32)


def cepstra(samples: Samples, count: int = 20, bands: int = 40) -> Features:
    """First ``count`` mel cepstral coefficients, the lowest (loudness) left out: an orthonormal DCT-II of log bands."""
    return np.asarray(kaldi_fbank(samples, bands) @ _cosines(bands, count), np.float32)


def _power(frames: Features, window: NDArray[np.float32]) -> Features:
    spectrum = np.fft.rfft(frames * window)
    return np.asarray(np.square(spectrum.real) + np.square(spectrum.imag), np.float32)


def _frames(samples: Samples, size: int) -> Features:
    if len(samples) < size:
        return np.zeros((0, size), np.float32)
    return np.lib.stride_tricks.sliding_window_view(samples, size)[::HOP]


@lru_cache(maxsize=4)
def _kaldi_weights(bands: int) -> NDArray[np.float32]:
    """Weights of each line in each triangle, shape ``(lines, bands)``; the triangles are straight in mel, not in Hz."""
    ends = _mel(np.array([LOWEST_HZ, RATE / 2]))
    corners = np.linspace(ends[0], ends[1], bands + 2)
    return triangles(corners, _mel(line_hz(KALDI_FFT, RATE))).astype(np.float32)


def _mel(hz: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(1127.0 * np.log1p(hz / 700.0), np.float64)


@lru_cache(maxsize=1)
def _povey() -> NDArray[np.float32]:
    return np.asarray(np.hanning(KALDI_FRAME) ** POVEY_EXPONENT, np.float32)


@lru_cache(maxsize=1)
def _slaney_weights(bands: int) -> NDArray[np.float32]:
    corners = mel_points(bands, 0.0, RATE / 2)
    weights = triangles(corners, line_hz(GE2E_FRAME, RATE)) * (2 / (corners[2:] - corners[:-2]))
    return weights.astype(np.float32)


@lru_cache(maxsize=1)
def _cosines(bands: int, count: int) -> NDArray[np.float32]:
    angles = np.pi / bands * (np.arange(bands)[:, None] + 0.5) * np.arange(1, count + 1)
    return np.asarray(np.cos(angles) * np.sqrt(2 / bands), np.float32)
