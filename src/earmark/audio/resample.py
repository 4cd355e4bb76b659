"""Change the sample rate of a stream of blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from earmark.audio.decode import Samples


class Resampler:
    """Streaming resampler (soxr, its "HQ" recipe) for all channels of a recording at once.

    Parameters
    ----------
    rate_in, rate_out : int
        Sample rates in Hz.
    channels : int
        Number of channels.
    """

    def __init__(self, rate_in: int, rate_out: int, channels: int) -> None:
        import soxr

        self._stream = None
        if rate_in != rate_out:
            self._stream = soxr.ResampleStream(rate_in, rate_out, channels, dtype="float32")

    def feed(self, block: Samples) -> Samples:
        """Take a block of shape ``(channels, samples)``; return what is ready at the new rate."""
        return self._run(block, last=False)

    def finish(self, channels: int) -> Samples:
        """Return what is still held back."""
        return self._run(np.zeros((channels, 0), np.float32), last=True)

    def _run(self, block: Samples, *, last: bool) -> Samples:
        if self._stream is None:
            return block
        out = self._stream.resample_chunk(np.ascontiguousarray(block.T), last=last)
        return np.asarray(out, np.float32).reshape(-1, block.shape[0]).T
