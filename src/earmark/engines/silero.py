"""Speech activity by Silero VAD v6, whose ONNX network ships inside the faster-whisper package."""

from __future__ import annotations

import itertools
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from earmark.errors import BrokenModel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from earmark.audio.decode import Samples

SAMPLE_RATE = 16_000
"""Sample rate in Hz that the network was trained at."""
HOP = 512
"""Samples per probability (32 ms)."""
CONTEXT = 64
"""Samples before each hop that the network also sees."""
STATE = 128
"""Size of the recurrent state."""
ZERO_HOPS = 31
"""So many hops of digital zeros (1 s) are listened to; then the network is set back until there is sound again."""
BATCH = 2000
"""Hops per run of the network; bounds memory, changes nothing else."""


class SileroVad:
    """Gives the probability of speech every 32 ms of one channel."""

    name = "silero-vad-6"
    sample_rate = SAMPLE_RATE
    hop = HOP

    def __init__(self) -> None:
        import onnxruntime

        # Found without being imported: that takes longer than loading the network.
        package = find_spec("faster_whisper")
        path = Path(package.origin if package and package.origin else "").parent / "assets" / "silero_vad_v6.onnx"
        if not path.is_file():
            raise BrokenModel(f"{path} is missing: install faster-whisper again (pip install --force-reinstall).")
        options = onnxruntime.SessionOptions()
        # One recurrence, run in order: more threads only wait for each other.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

    def listen(self) -> SileroStream:
        """Begin to listen to one channel of one recording."""
        return SileroStream(self._session)


class SileroStream:
    """One channel of one recording on its way through the network."""

    def __init__(self, session: Any) -> None:
        self._session = session
        self._held = np.zeros(0, np.float32)
        self._zeros = 0
        self._reset()

    def _reset(self) -> None:
        self._hidden = np.zeros((1, 1, STATE), np.float32)
        self._cell = np.zeros((1, 1, STATE), np.float32)
        self._tail = np.zeros(CONTEXT, np.float32)

    def feed(self, samples: Samples) -> NDArray[np.float32]:
        """Take the next samples, shape ``(samples,)`` at 16 kHz; return the probabilities of all complete hops."""
        held = np.concatenate([self._held, samples])
        whole = len(held) // HOP * HOP
        self._held = held[whole:]
        hops = held[:whole].reshape(-1, HOP)
        parts = [self._run(hops[i : i + BATCH]) for i in range(0, len(hops), BATCH)]
        return np.concatenate(parts) if parts else np.zeros(0, np.float32)

    def finish(self) -> NDArray[np.float32]:
        """Return the probability of the incomplete last hop, if there is one."""
        if not len(self._held):
            return np.zeros(0, np.float32)
        return self.feed(np.zeros(HOP - len(self._held), np.float32))

    def _run(self, hops: NDArray[np.float32]) -> NDArray[np.float32]:
        """Score hops; those deep inside digital zeros hold no speech and should cost nothing."""
        place = np.arange(len(hops))
        last_sound = np.maximum.accumulate(np.where(hops.any(axis=1), place, -1 - self._zeros))
        zeros = place - last_sound
        self._zeros = int(zeros[-1])
        scores = np.zeros(len(hops), np.float32)
        edges = np.flatnonzero(np.diff(zeros > ZERO_HOPS)) + 1
        for begin, end in itertools.pairwise([0, *edges.tolist(), len(hops)]):
            if zeros[begin] > ZERO_HOPS:
                self._reset()
            else:
                scores[begin:end] = self._score(hops[begin:end])
        return scores

    def _score(self, hops: NDArray[np.float32]) -> NDArray[np.float32]:
        before = np.concatenate([self._tail[None], hops[:-1, -CONTEXT:]])
        self._tail = hops[-1, -CONTEXT:].copy()
        feeds = {"input": np.concatenate([before, hops], axis=1), "h": self._hidden, "c": self._cell}
        scores, self._hidden, self._cell = self._session.run(None, feeds)
        return np.asarray(scores, np.float32).reshape(-1)
