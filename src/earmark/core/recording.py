"""One media file."""

from __future__ import annotations

import math
from dataclasses import dataclass

from earmark.errors import InvalidValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """One media file (audio, or video with sound) and where it came from.

    Attributes
    ----------
    source : str
        Path or URL as the user gave it.
    duration : float or None
        Seconds of sound, counted in decoded samples; None where nobody has listened yet.
    sample_rate : int or None
        Samples per second of the file.
    channels : int or None
        Number of channels of the file.
    container, codec : str or None
        Names as FFmpeg gives them, for example ``matroska`` and ``opus``.
    """

    source: str
    duration: float | None = None
    sample_rate: int | None = None
    channels: int | None = None
    container: str | None = None
    codec: str | None = None

    def __post_init__(self) -> None:
        if self.duration is not None and not (math.isfinite(self.duration) and self.duration >= 0):
            raise InvalidValue(f"{self.source}: a duration of {self.duration} s makes no sense")
        for name, value in (("sample rate", self.sample_rate), ("channel count", self.channels)):
            if value is not None and value < 1:
                raise InvalidValue(f"{self.source}: a {name} of {value} makes no sense")
