"""Sound to listen to, from a file or from memory, one pass at a time."""

from __future__ import annotations

from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from earmark.audio.decode import Samples, open_reader
from earmark.core.recording import Recording
from earmark.core.time import to_seconds
from earmark.errors import InvalidValue

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import ArrayLike, NDArray


class Reader(Protocol):
    """One pass over a recording."""

    rate: int
    channels: int
    announced: float | None
    problems: list[str]

    @property
    def position(self) -> float:
        """Seconds of sound read so far."""

    def blocks(self) -> Iterator[Samples]:
        """Yield the sound in order as float32 blocks of shape ``(channels, samples)``."""

    def recording(self) -> Recording:
        """What is being read; its duration is what was read so far."""


class Source(Protocol):
    """Something that can be listened to as often as needed."""

    @property
    def name(self) -> str:
        """What the user calls it."""

    def open(self) -> AbstractContextManager[Reader]:
        """Begin a pass."""


@dataclass(frozen=True, slots=True)
class FileSource:
    """A media file; ``name`` is what the user called it, a URL for example."""

    path: Path
    name: str

    def open(self) -> AbstractContextManager[Reader]:
        """Begin a pass over the file."""
        return open_reader(self.path, name=self.name)


@dataclass(frozen=True, slots=True)
class ArraySource:
    """Samples in memory: float32 of shape ``(channels, samples)`` in [-1, 1]."""

    samples: Samples
    rate: int
    name: str = "array"

    @contextmanager
    def open(self) -> Iterator[Reader]:
        """Begin a pass over the samples."""
        yield ArrayReader(self)


class ArrayReader:
    """One pass over samples in memory."""

    def __init__(self, source: ArraySource) -> None:
        self._source = source
        self.rate = source.rate
        self.channels = source.samples.shape[0]
        self.announced: float | None = to_seconds(source.samples.shape[1], source.rate)
        self.problems: list[str] = []

    @property
    def position(self) -> float:
        """Seconds of sound: all of it, it is there already."""
        return to_seconds(self._source.samples.shape[1], self.rate)

    def blocks(self) -> Iterator[Samples]:
        """Yield the samples in blocks of ten seconds."""
        size = 10 * self.rate
        for begin in range(0, self._source.samples.shape[1], size):
            yield self._source.samples[:, begin : begin + size]

    def recording(self) -> Recording:
        """Describe the array."""
        return Recording(
            source=self._source.name, duration=self.position, sample_rate=self.rate, channels=self.channels
        )


def from_array(samples: ArrayLike, sample_rate: int) -> ArraySource:
    """Check samples in memory and make a source of them.

    Parameters
    ----------
    samples : array, shape ``(samples,)`` or ``(channels, samples)``
        Integers are scaled to [-1, 1) by their type; floats are taken as they are.
    sample_rate : int
        Samples per second.

    Raises
    ------
    InvalidValue
        There is no sample, the shape is wrong, values are not finite or the rate is below 1 Hz.
    """
    try:
        values: NDArray[Any] = np.asarray(samples)
    except ValueError:
        raise InvalidValue("samples must have the same number in every channel") from None
    if values.ndim == 1:
        values = values[None]
    if values.ndim != 2 or not values.size:
        raise InvalidValue(f"samples must have the shape (samples,) or (channels, samples), not {np.shape(samples)}")
    if values.shape[0] > values.shape[1]:
        raise InvalidValue(f"{values.shape[0]} channels of {values.shape[1]} samples: pass the transposed array")
    if not isinstance(sample_rate, int | float | np.number) or not (
        1 <= sample_rate < np.inf and sample_rate == int(sample_rate)
    ):
        raise InvalidValue(f"a sample rate of {sample_rate} Hz makes no sense: it is a whole number, 1 or more")
    floats = _to_float(values)
    if not np.isfinite(floats).all():
        raise InvalidValue("samples hold values that are not finite (NaN or infinity): replace them first")
    return ArraySource(floats, int(sample_rate))


def _to_float(values: NDArray[Any]) -> Samples:
    if values.dtype.kind == "f":
        with np.errstate(over="ignore"):
            return values.astype(np.float32)
    if values.dtype.kind == "i" and values.dtype.itemsize < 8:
        scale = 2.0 ** (8 * values.dtype.itemsize - 1)
        if values.dtype.itemsize == 4 and np.abs(values, dtype=np.float64).max() < 2**16:
            raise InvalidValue("samples of 32 bit that stay in the range of 16 bit: pass them as int16 or as floats")
        return np.asarray(values / scale, np.float32)
    raise InvalidValue(f"samples of type {values.dtype} are not sound: use floats in [-1, 1], int16 or int32")
