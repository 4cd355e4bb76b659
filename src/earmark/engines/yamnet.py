"""Sound classes by a YAMNet network (AudioSet's 521 classes) in TensorFlow Lite."""

from __future__ import annotations

import csv
import os
import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from earmark.errors import BrokenModel, MissingExtra

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from earmark.audio.decode import Samples

SAMPLE_RATE = 16_000
"""Sample rate in Hz of the network."""
WINDOW = 15_600
"""Samples per window (0.975 s)."""
HOP = 7_800
"""Samples from one window to the next: half a window, as in the AudioSet paper's evaluation of YAMNet."""
WEIGHTS = "yamnet.tflite"
CLASS_MAP = "yamnet_class_map.csv"


class Yamnet:
    """Gives a score for each AudioSet class every 0.4875 s.

    Parameters
    ----------
    folder : Path
        Holds ``yamnet.tflite`` and ``yamnet_class_map.csv``.

    Raises
    ------
    MissingExtra
        The TensorFlow Lite runtime is not installed.
    BrokenModel
        The folder does not hold such a network.
    """

    name = "yamnet"
    sample_rate = SAMPLE_RATE
    hop = HOP

    def __init__(self, folder: Path) -> None:
        self.classes = read_class_map(folder / CLASS_MAP)
        self._network = _load(folder / WEIGHTS)
        size = self._network.get_output_details()[0]["shape"][-1]
        if size != len(self.classes):
            raise BrokenModel(f"{folder}: the network gives {size} scores, its class map names {len(self.classes)}")

    def listen(self) -> YamnetStream:
        """Begin to listen to one channel of one recording."""
        return YamnetStream(self._network, len(self.classes))


class YamnetStream:
    """One channel of one recording; score ``k`` is that of the window centred on the ``k``-th hop."""

    def __init__(self, network: Any, classes: int) -> None:
        self._network = network
        self._classes = classes
        self._held = np.zeros((WINDOW - HOP) // 2, np.float32)

    def feed(self, samples: Samples) -> NDArray[np.float32]:
        """Take samples, shape ``(samples,)`` at 16 kHz; return scores of shape ``(hops, classes)``."""
        held = np.concatenate([self._held, samples])
        count = max(0, (len(held) - WINDOW) // HOP + 1)
        self._held = held[count * HOP :]
        scores = [self._score(held[i * HOP : i * HOP + WINDOW]) for i in range(count)]
        return np.stack(scores) if scores else np.zeros((0, self._classes), np.float32)

    def finish(self) -> NDArray[np.float32]:
        """Return the scores of what is left, filled up with zeros."""
        return self.feed(np.zeros(WINDOW, np.float32))

    def _score(self, window: Samples) -> NDArray[np.float32]:
        details = self._network.get_input_details()[0]
        self._network.set_tensor(details["index"], window.reshape(details["shape"]))
        self._network.invoke()
        output = self._network.get_output_details()[0]["index"]
        return np.asarray(self._network.get_tensor(output), np.float32).reshape(-1).copy()


def read_class_map(path: Path) -> tuple[str, ...]:
    """Read the names of the classes, in order, from the column ``display_name``."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return tuple(row["display_name"] for row in csv.DictReader(file))
    except (OSError, KeyError, UnicodeDecodeError) as error:
        raise BrokenModel(f"{path} is not a YAMNet class map: {error}") from None


@contextmanager
def _hushed() -> Iterator[None]:
    """Keep what the runtime says about itself off standard error; it has no switch for that."""
    with tempfile.TemporaryFile() as nowhere:
        kept = os.dup(2)
        os.dup2(nowhere.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)


def _load(path: Path) -> Any:
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError:
        raise MissingExtra("Sound classes", "sounds") from None
    try:
        with _hushed():
            network = Interpreter(model_path=str(path), num_threads=1)
            network.resize_tensor_input(network.get_input_details()[0]["index"], [WINDOW])
            network.allocate_tensors()
    except (RuntimeError, ValueError) as error:
        raise BrokenModel(f"{path} is not a TensorFlow Lite network: {error}") from None
    return network
