"""Which language is spoken in each clip: one for all, or one that changes where that is clear."""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from earmark.engines.protocols import TranscribeOptions, Transcriber
    from earmark.services.clips import Clip

FIRST_CLIPS = 4
"""Clips from the start of a recording that its language is detected from."""
DOUBTFUL = 0.5
"""Probability below which a detected language is not trusted: Whisper took a German recording for English at 0.43 and
0.29 and went on in English (SYSTRAN/faster-whisper issue 1322)."""
CLEAR = 0.8
"""Probability from which one clip is enough to change the language; below, the next clip must agree."""
CLEAR_SECONDS = 2.0
"""Shorter clips never change the language alone: a name or "okay" is in no language."""


class Guess(NamedTuple):
    """What language one clip seems to be in."""

    code: str
    probability: float
    seconds: float = 30.0


def language_of(before: str, guess: Guess, after: Guess | None) -> str:
    """Decide on the language of a clip.

    Parameters
    ----------
    before : str
        The language so far, which goes on unless another one is clear.
    guess : Guess
        Of the clip itself.
    after : Guess or None
        Of the clip that follows on the same channel.
    """
    if guess.code == before or guess.probability < DOUBTFUL:
        return before
    if guess.probability >= CLEAR and guess.seconds >= CLEAR_SECONDS:
        return guess.code
    agrees = after is not None and after.code == guess.code and after.probability >= DOUBTFUL
    return guess.code if agrees else before


def first_language(
    clips: Iterator[Clip], engine: Transcriber, options: TranscribeOptions
) -> tuple[Guess | None, Iterator[Clip]]:
    """Give the language that a recording begins with, None where nobody speaks, and all of its clips again."""
    if options.language is not None:
        return Guess(options.language, 1.0), clips
    first = list(islice(clips, FIRST_CLIPS))
    if not first:
        return None, clips
    return Guess(*engine.detect_language([clip.sound for clip in first])), chain(first, clips)


def with_languages(
    clips: Iterable[Clip], engine: Transcriber, first: str, options: TranscribeOptions
) -> Iterator[tuple[str, Clip]]:
    """Give each clip with its language; on each channel they stay in order."""
    if not options.multilingual:
        yield from ((first, clip) for clip in clips)
        return
    language: dict[int, str] = {}
    waiting: dict[int, tuple[Clip, Guess]] = {}
    for clip in clips:
        after = Guess(*engine.detect_language([clip.sound]), clip.length / engine.sample_rate)
        if clip.row in waiting:
            earlier, guess = waiting[clip.row]
            language[clip.row] = language_of(language.get(clip.row, first), guess, after)
            yield language[clip.row], earlier
        waiting[clip.row] = (clip, after)
    for row, (clip, guess) in waiting.items():
        yield language_of(language.get(row, first), guess, None), clip
