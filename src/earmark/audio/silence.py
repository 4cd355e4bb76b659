"""What counts as silence in one recording: near its own noise floor and far below its own loud parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from earmark.audio.levels import DIGITAL_SILENCE, FRAME_RATE
from earmark.errors import InvalidValue

if TYPE_CHECKING:
    from numpy.typing import NDArray

FLOOR_PERCENTILE = 5
"""Share of the frames, in %, taken to be nothing but background."""
LOUD_PERCENTILE = 95
"""Percentile of the frames that stand out, taken as the level of the recording."""
STAND_OUT_DB = 10.0
"""A frame this far above the noise floor stands out from it."""
STAND_OUT_FRAMES = FRAME_RATE
"""Fewer frames than one second's worth (a door, a click) do not set the level of a recording."""
EMPTY_DB = -60.0
"""A recording without speech whose loud parts stay below this level (dBFS) holds nothing that people hear."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loudness:
    """How quiet and how loud one channel of a recording gets, in dBFS.

    Attributes
    ----------
    floor : float
        Level of the background.
    loud : float
        Level of the loud parts.
    """

    floor: float
    loud: float


def loudness(levels: NDArray[np.float32]) -> Loudness:
    """Measure one channel from its frame levels, shape ``(frames,)`` in dBFS; digital silence is left out."""
    heard = levels[levels > DIGITAL_SILENCE]
    if not len(heard):
        return Loudness(floor=DIGITAL_SILENCE, loud=DIGITAL_SILENCE)
    floor = float(np.percentile(heard, FLOOR_PERCENTILE))
    standing = heard[heard > floor + STAND_OUT_DB]
    loud = np.percentile(standing if len(standing) >= STAND_OUT_FRAMES else heard, LOUD_PERCENTILE)
    return Loudness(floor=floor, loud=float(loud))


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceRule:
    """How the silence threshold follows a recording.

    The threshold lies ``above_floor`` dB over the noise floor, but at least ``below_loud`` dB under the loud parts
    (steady rain is not silence) and never below ``absolute`` dBFS.

    Attributes
    ----------
    above_floor : float
        Fluctuation in dB that background noise is allowed.
    below_loud : float
        Least distance in dB from the loud parts.
    absolute : float
        Level in dBFS under which everything is silence.
    """

    above_floor: float = 6.0
    below_loud: float = 35.0
    absolute: float = -85.0

    def __post_init__(self) -> None:
        if not -120 <= self.absolute <= 0:
            raise InvalidValue(f"the level of silence lies between -120 and 0 dBFS, not at {self.absolute}")

    def threshold(self, loudness: Loudness, *, has_speech: bool) -> float:
        """Level in dBFS below which a frame is silent."""
        if not has_speech and loudness.loud < EMPTY_DB:
            return 0.0
        relative = min(loudness.floor + self.above_floor, loudness.loud - self.below_loud)
        return max(relative, self.absolute)
