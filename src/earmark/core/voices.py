"""Voices that a project knows by name, and whose of them a speaker's voice is like."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from operator import mul
from types import MappingProxyType
from typing import TYPE_CHECKING

from earmark.core.project import require_name
from earmark.errors import InvalidValue

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from earmark.core.speakers import Voice

LEAST_SECONDS = 5.0
"""Speech from which a voice is kept or proposed; of less, embedders are often wrong (docs/benchmarks.md)."""
_DIGITS = 6
"""Decimals of an embedding that are kept: more change no similarity that anybody sees."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceLimits:
    """From when on voices of one embedder are taken for the same person's.

    Attributes
    ----------
    similarity : float
        Least cosine between the two.
    margin : float
        How much more alike than the voice of anybody else.
    """

    similarity: float
    margin: float


LIMITS: Mapping[str, VoiceLimits] = MappingProxyType(
    {
        "cam++-192": VoiceLimits(similarity=0.62, margin=0.04),
        "ge2e-256": VoiceLimits(similarity=0.81, margin=0.02),
    }
)
"""Of the embedders whose voices can be known; chosen on tuning speakers by ``benchmarks/voices.py``.

A voice of another embedder is not kept: nobody could say from when on two of them are alike.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownVoice:
    """What a person sounds like, as a project knows it.

    Attributes
    ----------
    name : str
        What the person is called in the project.
    embedder : str
        What made the embedding: vectors of different embedders cannot be compared.
    embedding : tuple of float
        Mean of the samples by seconds, of length 1.
    seconds : float
        Speech that it was taken from.
    samples : int
        How often the person was named.
    """

    id: str
    project_id: str
    name: str
    embedder: str
    embedding: tuple[float, ...]
    seconds: float
    samples: int = 1
    created_by: str | None = None
    created_at: datetime
    updated_at: datetime

    def __post_init__(self) -> None:
        require_name(self.name, what="voice")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A name for a speaker.

    Attributes
    ----------
    name : str
        Of the known voice.
    similarity : float
        Cosine between the two voices.
    """

    name: str
    similarity: float


def can_be_known(voice: Voice, *, limits: Mapping[str, VoiceLimits] = LIMITS) -> bool:
    """Whether there is enough of a voice, from an embedder whose limits are known."""
    numbers = any(voice.embedding) and all(map(math.isfinite, voice.embedding))
    return numbers and voice.embedder in limits and voice.seconds >= LEAST_SECONDS


def of_length_one(vector: Iterable[float]) -> tuple[float, ...]:
    """Bring a vector to length 1.

    Raises
    ------
    InvalidValue
        It has no direction, or holds something that is no number.
    """
    numbers = tuple(vector)
    length = math.sqrt(sum(number * number for number in numbers))
    if not (math.isfinite(length) and length > 0):
        raise InvalidValue("a voice is a vector of numbers that are not all zero")
    return tuple(round(number / length, _DIGITS) for number in numbers)


def similarity(one: Sequence[float], other: Sequence[float]) -> float:
    """Cosine of two vectors of length 1; of vectors of different sizes, 0."""
    return sum(map(mul, one, other)) if len(one) == len(other) else 0.0


def with_sample(known: KnownVoice, heard: Voice, *, at: datetime) -> KnownVoice:
    """Add what was heard of a person to what is known of the voice, weighted by seconds."""
    together = known.seconds + heard.seconds
    mean = (
        (old * known.seconds + new * heard.seconds) / together
        for old, new in zip(known.embedding, of_length_one(heard.embedding), strict=True)
    )
    return replace(known, embedding=of_length_one(mean), seconds=together, samples=known.samples + 1, updated_at=at)


def proposals(
    heard: Iterable[Voice], known: Sequence[KnownVoice], *, limits: Mapping[str, VoiceLimits] = LIMITS
) -> dict[str, Proposal]:
    """Find a name for each speaker who sounds like one known voice and like no other; each name goes to one speaker.

    Parameters
    ----------
    heard : iterable of Voice
        The speakers of one recording.
    known : sequence of KnownVoice
        The voices of the project; those of other embedders do not count.
    limits : mapping from str to VoiceLimits
        By embedder.
    """
    alike = [(voice.speaker, found) for voice in heard if (found := _best(voice, known, limits)) is not None]
    given: dict[str, Proposal] = {}
    for speaker, found in sorted(alike, key=lambda pair: -pair[1].similarity):
        if found.name not in {proposal.name for proposal in given.values()}:
            given[speaker] = found
    return given


def _best(voice: Voice, known: Sequence[KnownVoice], limits: Mapping[str, VoiceLimits]) -> Proposal | None:
    if not can_be_known(voice, limits=limits):
        return None
    embedding, least = of_length_one(voice.embedding), limits[voice.embedder]
    comparable = (one for one in known if one.embedder == voice.embedder)
    ranked = sorted((similarity(embedding, one.embedding), one.name) for one in comparable)
    if not ranked or ranked[-1][0] < least.similarity:
        return None
    if len(ranked) > 1 and ranked[-1][0] - ranked[-2][0] < least.margin:
        return None
    return Proposal(name=ranked[-1][1], similarity=ranked[-1][0])


Spoken = tuple[float, float, str]
"""Start and end in seconds, and who speaks."""


def same_speakers(mine: Iterable[Spoken], theirs: Iterable[Spoken]) -> dict[str, str]:
    """Find who of one annotation is who of another of the same recording, whatever they are called there.

    Two are the same if the time that both speak at once is a larger part of the time that either speaks than with
    anybody else, and at least half of the time that the second speaks.

    Returns
    -------
    dict of str to str
        Speakers of the first by speakers of the second.
    """
    mine, theirs = list(mine), list(theirs)
    shared, own, other = _shared(mine, theirs), _seconds(mine), _seconds(theirs)
    alike = {pair: both / (own[pair[0]] + other[pair[1]] - both) for pair, both in shared.items()}
    best_of_mine = _best_partner((pair[0], pair[1], part) for pair, part in alike.items())
    best_of_theirs = _best_partner((pair[1], pair[0], part) for pair, part in alike.items())
    return {
        theirs_: mine_
        for theirs_, mine_ in best_of_theirs.items()
        if best_of_mine.get(mine_) == theirs_ and shared[mine_, theirs_] >= other[theirs_] / 2
    }


def _seconds(spans: Iterable[Spoken]) -> dict[str, float]:
    seconds: dict[str, float] = {}
    for start, end, speaker in spans:
        seconds[speaker] = seconds.get(speaker, 0.0) + end - start
    return seconds


def _best_partner(pairs: Iterable[tuple[str, str, float]]) -> dict[str, str]:
    best: dict[str, tuple[float, str]] = {}
    for one, other, part in pairs:
        if part > best.get(one, (0.0, ""))[0]:
            best[one] = part, other
    return {one: other for one, (_, other) in best.items()}


def _shared(mine: Iterable[Spoken], theirs: Iterable[Spoken]) -> dict[tuple[str, str], float]:
    """Seconds that a speaker of one annotation and a speaker of the other speak at once."""
    shared: dict[tuple[str, str], float] = {}
    going: tuple[list[Spoken], list[Spoken]] = [], []
    spans = [(span, 0) for span in mine] + [(span, 1) for span in theirs]
    for span, side in sorted(spans):
        start, end, speaker = span
        others = [other for other in going[1 - side] if other[1] > start]
        going[1 - side][:] = others
        for _, until, other in others:
            pair = (speaker, other) if side == 0 else (other, speaker)
            shared[pair] = shared.get(pair, 0.0) + min(end, until) - start
        going[side].append(span)
    return shared
