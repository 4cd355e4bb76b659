"""Which language is spoken in a recording, by its beginning alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from earmark.audio.channels import MIX
from earmark.audio.resample import Resampler
from earmark.core.progress import Progress, ignore
from earmark.engines.protocols import TranscribeOptions
from earmark.errors import UnreadableMedia

if TYPE_CHECKING:
    from earmark.audio.decode import Samples
    from earmark.audio.source import Source
    from earmark.core.progress import Report
    from earmark.engines.protocols import Transcriber

SECONDS = 30.0
"""What is listened to, as Whisper does: one window of it."""


def detect(source: Source, engine: Transcriber, *, report: Report = ignore) -> tuple[str, float]:
    """Give the code of the language that the first 30 s are in, and its probability.

    Raises
    ------
    InvalidValue
        The engine knows one language only, so that it cannot tell.
    UnreadableMedia
        There is no sound in it.
    """
    engine.check(TranscribeOptions(multilingual=True))
    return engine.detect_language([_beginning(source, engine.sample_rate, report)])


def _beginning(source: Source, rate: int, report: Report) -> Samples:
    parts: list[Samples] = []
    wanted = int(SECONDS * rate)
    with source.open() as reader:
        resampler = Resampler(reader.rate, rate, 1)
        for block in reader.blocks():
            parts.append(resampler.feed(MIX.take(block)))
            report(Progress(stage="speech", done=min(reader.position, SECONDS), total=SECONDS))
            if sum(part.shape[1] for part in parts) >= wanted:
                break
        else:
            parts.append(resampler.finish(1))
    sound: Samples = np.concatenate(parts, axis=1)[0, :wanted]
    if not sound.size:
        raise UnreadableMedia(source.name, "holds no sound", "Check the recording.")
    return sound
