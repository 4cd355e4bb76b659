"""English drafts by CMU PocketSphinx, whose model ships inside its package."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from earmark.core.segment import Word
from earmark.engines.protocols import TranscribeOptions, Transcript
from earmark.errors import InvalidValue, MissingExtra

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from earmark.audio.decode import Samples

SAMPLE_RATE = 16_000
"""Sample rate in Hz of its acoustic model."""
FRAME_RATE = 100
"""Frames per second of its segment times."""


class PocketSphinx:
    """Writes down English with a model of the 2000s: good enough to search in, not to quote."""

    name = "pocketsphinx en-us"
    sample_rate = SAMPLE_RATE
    clip_seconds = 30.0
    caution: str | None = (
        "draft quality: PocketSphinx gets about one word in four wrong; use Whisper where its weights can be had"
    )

    def __init__(self) -> None:
        try:
            from pocketsphinx import Decoder
        except ImportError:
            raise MissingExtra("The engine 'pocketsphinx'", "pocketsphinx") from None
        self._decoder: Any = Decoder(samprate=SAMPLE_RATE, loglevel="FATAL")

    def check(self, options: TranscribeOptions) -> None:
        """Raise ``InvalidValue`` for anything but a plain English transcript."""
        if options.language not in (None, "en"):
            raise InvalidValue(f"{self.name} knows English only, not {options.language!r}.")
        if options.task != "transcribe":
            raise InvalidValue(f"{self.name} cannot translate.")
        if options.prompt or options.hotwords:
            raise InvalidValue(f"{self.name} takes no prompt and no hotwords.")
        if options.multilingual:
            raise InvalidValue(f"{self.name} knows English only: several languages need Whisper.")
        if options.temperature is not None:
            raise InvalidValue(f"{self.name} takes no temperature.")

    def detect_language(self, clips: Sequence[Samples]) -> tuple[str, float]:
        """English, the only language it knows."""
        del clips
        return "en", 1.0

    def transcribe(
        self, clips: Iterable[Samples], *, language: str, options: TranscribeOptions
    ) -> Iterator[Transcript]:
        """Write down English clips, shape ``(samples,)`` at 16 kHz."""
        del language, options
        return (self._transcribe(clip) for clip in clips)

    def _transcribe(self, clip: Samples) -> Transcript:
        # Forget the level and the noise of the clip before.
        self._decoder.reinit_feat()
        self._decoder.start_utt()
        self._decoder.process_raw(_pcm(clip), full_utt=True)
        self._decoder.end_utt()
        words = tuple(_word(part) for part in self._decoder.seg() or () if _is_word(part.word))
        return Transcript(words=words, joins=(False,) * len(words))


def _word(part: Any) -> Word:
    # Its probabilities are 1 for nearly every word, right or wrong: better to give none.
    return Word(
        text=part.word.split("(")[0], start=part.start_frame / FRAME_RATE, end=(part.end_frame + 1) / FRAME_RATE
    )


def _is_word(text: str) -> bool:
    """Leave out marks such as ``<sil>``, ``<s>`` and ``[NOISE]``."""
    return not text.startswith(("<", "[", "+"))


def _pcm(clip: Samples) -> bytes:
    return np.clip(np.round(clip * 32768), -32768, 32767).astype("<i2").tobytes()
