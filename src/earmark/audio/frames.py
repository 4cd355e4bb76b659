"""Samples of a decoded frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from av import AudioFrame

Samples = NDArray[np.float32]
"""Sound: float32, shape ``(channels, samples)``, full scale at +-1."""

_NUMBERS = {"u8": "u1", "s16": "i2", "s32": "i4", "s64": "i8", "flt": "f4", "dbl": "f8"}
_INTEGER_SCALES = {"u8": 1 / 128, "s16": 1 / 32768, "s32": 1 / 2**31, "s64": 1 / 2**63}


def frame_samples(frame: AudioFrame) -> Samples:
    """Convert a decoded frame to float32 of shape ``(channels, samples)``, integers scaled to [-1, 1)."""
    channels, kind = frame.layout.nb_channels, frame.format.name.removesuffix("p")
    values: NDArray[Any]
    if frame.format.is_planar:
        # PyAV 18.0 finds a ninth plane in frames of eight, and `to_ndarray` reads from nowhere.
        planes = frame.planes[:channels]
        values = np.stack([np.frombuffer(memoryview(plane), _NUMBERS[kind], count=frame.samples) for plane in planes])
    else:
        values = frame.to_ndarray().reshape(-1, channels).T
    if kind not in _INTEGER_SCALES:
        return values.astype(np.float32, copy=False)
    if kind == "u8":
        values = values.astype(np.float32) - 128.0
    return np.asarray(values * np.float32(_INTEGER_SCALES[kind]), np.float32)
