"""Which channels of a recording to listen to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from earmark.errors import InvalidValue

if TYPE_CHECKING:
    from earmark.audio.decode import Samples


@dataclass(frozen=True, slots=True)
class Channels:
    """A choice of channels.

    Attributes
    ----------
    numbers : tuple of int, or None
        Channel indices from 0; None takes them all.
    mixed : bool
        Whether all channels are averaged into one.
    """

    numbers: tuple[int, ...] | None = None
    mixed: bool = False

    def chosen(self, available: int) -> tuple[int | None, ...]:
        """The channels that segments will name, for a recording of ``available`` channels; None is the mix.

        Raises
        ------
        InvalidValue
            A channel is asked for that the recording does not have.
        """
        if self.numbers is not None:
            missing = [number + 1 for number in self.numbers if number >= available]
            if missing:
                raise InvalidValue(f"channel {missing[0]} was asked for, the recording has {available} channels")
            return self.numbers
        if self.mixed and available > 1:
            return (None,)
        return tuple(range(available))

    def take(self, block: Samples) -> Samples:
        """Pick the channels from a block of shape ``(channels, samples)``."""
        if self.numbers is not None:
            return block[list(self.numbers)]
        if self.mixed and block.shape[0] > 1:
            return np.asarray(block.mean(axis=0, keepdims=True), np.float32)
        return block


MIX = Channels(mixed=True)
"""All channels averaged into one."""
EACH = Channels()
"""Every channel by itself."""


def parse_channels(text: str) -> Channels:
    """Read ``mix``, ``each`` or channel numbers from 1 such as ``1,2``."""
    named = {"mix": MIX, "each": EACH}.get(text.strip().lower())
    if named is not None:
        return named
    numbers = [part.strip() for part in text.split(",")]
    if not all(part.isascii() and part.isdigit() and int(part) >= 1 for part in numbers):
        raise InvalidValue(f"channels are 'mix', 'each' or numbers from 1 such as '1,2', not {text!r}")
    return Channels(tuple(dict.fromkeys(int(part) - 1 for part in numbers)))
