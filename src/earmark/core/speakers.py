"""Who speaks when: turns, voices, and how many speakers there may be."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from earmark.core.time import require_span
from earmark.errors import InvalidValue

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MOST_SPEAKERS = 100
"""No recording is said to have more."""
AUTO = "auto"
"""What users say where the number of speakers is to be found out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeakerCount:
    """How many speakers there may be, as the user knows it.

    Attributes
    ----------
    least, most : int or None
        Bounds, both included; None where the user does not know. Equal ones give the number.
    """

    least: int | None = None
    most: int | None = None

    def __post_init__(self) -> None:
        for number in (self.least, self.most):
            if number is not None and not 1 <= number <= MOST_SPEAKERS:
                raise InvalidValue(f"a number of speakers lies between 1 and {MOST_SPEAKERS}, not at {number}")
        if self.least is not None and self.most is not None and self.least > self.most:
            raise InvalidValue(f"at least {self.least} speakers and at most {self.most} cannot both be")

    @classmethod
    def exactly(cls, number: int) -> SpeakerCount:
        """So many and no other number."""
        return cls(least=number, most=number)

    @classmethod
    def asked(
        cls, number: int | str | None = None, *, least: int | None = None, most: int | None = None
    ) -> SpeakerCount | None:
        """Read what users say of the number of speakers.

        Parameters
        ----------
        number : int, str or None
            A number, also as text; ``auto`` where it is to be found out; None where only bounds are known, if at all.
        least, most : int or None
            Bounds, both included.

        Returns
        -------
        SpeakerCount or None
            None where nobody asks who speaks.
        """
        if number is None or number == AUTO:
            return None if number is None and least is None and most is None else cls(least=least, most=most)
        if least is not None or most is not None:
            raise InvalidValue(f"{number} speakers and bounds of their number cannot both be asked for")
        if isinstance(number, bool) or not str(number).strip().isdecimal():
            raise InvalidValue(f"the number of speakers is a number or {AUTO}, not {number!r}")
        return cls.exactly(int(number))


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A span in which one person speaks; those of several people may overlap.

    Attributes
    ----------
    start, end : float
        Half-open interval in seconds from the start of the recording.
    speaker : str
        Who speaks: a name that holds within the recording.
    channel : int or None
        Channel index from 0; None means all channels mixed.
    """

    start: float
    end: float
    speaker: str
    channel: int | None = None

    def __post_init__(self) -> None:
        require_span(self.start, self.end, what=f"turn of {self.speaker}")

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return self.end - self.start


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """What a person sounds like, as numbers that lie close together for the same person.

    Attributes
    ----------
    speaker : str
        The name in the turns.
    embedding : tuple of float
        A vector of length 1.
    embedder : str
        What made it: vectors of different embedders cannot be compared.
    seconds : float
        Speech that it was taken from.
    """

    speaker: str
    embedding: tuple[float, ...]
    embedder: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Diarization:
    """Who speaks when in one recording.

    Attributes
    ----------
    turns : tuple of Turn
        In order of time.
    voices : tuple of Voice
        One per speaker whose voice the engine can compare; none for engines that cannot.
    """

    turns: tuple[Turn, ...] = ()
    voices: tuple[Voice, ...] = ()

    @property
    def speakers(self) -> tuple[str, ...]:
        """The speakers in order of appearance."""
        return tuple(dict.fromkeys(turn.speaker for turn in self.turns))


def speaker_name(index: int) -> str:
    """Name the speaker who appears as number ``index``, from 0."""
    return f"SPEAKER_{index:02d}"


def by_appearance(found: Diarization) -> Diarization:
    """Name speakers ``SPEAKER_00``, ``SPEAKER_01`` ... in order of appearance, and sort the turns by time."""
    turns = sorted(found.turns, key=lambda turn: (turn.start, turn.end))
    names = {speaker: speaker_name(i) for i, speaker in enumerate(dict.fromkeys(turn.speaker for turn in turns))}
    return Diarization(
        turns=tuple(replace(turn, speaker=names[turn.speaker]) for turn in turns),
        voices=tuple(
            sorted(
                (replace(voice, speaker=names[voice.speaker]) for voice in found.voices if voice.speaker in names),
                key=lambda voice: voice.speaker,
            )
        ),
    )


def joined(turns: Iterable[Turn], *, gap: float) -> list[Turn]:
    """Join the turns of each speaker that overlap or lie at most ``gap`` seconds apart; in order of time."""
    last: dict[tuple[str, int | None], int] = {}
    result: list[Turn] = []
    for turn in sorted(turns, key=lambda turn: (turn.start, turn.end)):
        place = last.get((turn.speaker, turn.channel))
        if place is not None and turn.start - result[place].end <= gap:
            result[place] = replace(result[place], end=max(result[place].end, turn.end))
            continue
        last[turn.speaker, turn.channel] = len(result)
        result.append(turn)
    return result


def seconds_by_speaker(turns: Sequence[Turn]) -> dict[str, float]:
    """Seconds that each speaker speaks, in order of appearance."""
    seconds: dict[str, float] = {}
    for turn in joined(turns, gap=0.0):
        seconds[turn.speaker] = seconds.get(turn.speaker, 0.0) + turn.duration
    return seconds
