"""What an engine must be able to do, one Protocol per task.

Engines take arrays and give domain objects. They know no path, database, environment or wire format, and keep nothing
from one recording to the next; what a recording needs between two blocks lives in a stream of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from earmark.errors import InvalidValue

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from earmark.audio.decode import Samples
    from earmark.core.annotation import Note
    from earmark.core.segment import Word
    from earmark.core.speakers import Diarization, SpeakerCount

TASKS = ("transcribe", "translate")


class Stream(Protocol):
    """One channel of one recording on its way through an engine."""

    def feed(self, samples: Samples) -> NDArray[np.float32]:
        """Take the next samples, shape ``(samples,)``; return the scores that became ready, first axis time."""

    def finish(self) -> NDArray[np.float32]:
        """Return the scores that were still held back."""


class SpeechDetector(Protocol):
    """Gives the probability of speech every ``hop`` samples."""

    name: str
    sample_rate: int
    hop: int

    def listen(self) -> Stream:
        """Begin to listen to one channel of one recording."""


class SoundClassifier(Protocol):
    """Gives a score for every class of sound every ``hop`` samples."""

    name: str
    sample_rate: int
    hop: int
    classes: tuple[str, ...]

    def listen(self) -> Stream:
        """Begin to listen to one channel of one recording."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscribeOptions:
    """What the user wants of a transcript.

    Attributes
    ----------
    language : str or None
        Language code; None lets the engine detect it.
    task : str
        ``transcribe``, or ``translate`` into English.
    prompt : str or None
        Text that the recording could follow, for spelling and style.
    hotwords : str or None
        Words that are likely to occur.
    guards : bool
        Whether text that was probably invented is dropped.
    beam_size : int
        Hypotheses kept while decoding.
    max_tokens : int or None
        Most tokens per clip; None leaves it to the model.
    multilingual : bool
        Whether the language may change within the recording; ``language`` is then the one that it begins with.
    temperature : float or None
        How freely words are drawn, from 0 (always the likeliest) to 1; None takes the likeliest and hears doubtful
        clips a second time with other settings. Above 0 each run may give another text.
    """

    language: str | None = None
    task: str = "transcribe"
    prompt: str | None = None
    hotwords: str | None = None
    guards: bool = True
    beam_size: int = 5
    max_tokens: int | None = None
    multilingual: bool = False
    temperature: float | None = None

    def __post_init__(self) -> None:
        if self.task not in TASKS:
            raise InvalidValue(f"the task is one of {', '.join(TASKS)}, not {self.task!r}")
        if self.beam_size < 1:
            raise InvalidValue(f"at least one hypothesis must be kept, not {self.beam_size}")
        if self.max_tokens is not None and self.max_tokens < 1:
            raise InvalidValue(f"a clip takes at least one token, not {self.max_tokens}")
        if self.temperature is not None and not 0 <= self.temperature <= 1:
            raise InvalidValue(f"the temperature lies between 0 (the likeliest words) and 1, not at {self.temperature}")
        for name in ("prompt", "hotwords"):
            # A text of spaces only would take room from the transcript and say nothing.
            object.__setattr__(self, name, (getattr(self, name) or "").strip() or None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """What an engine heard in one clip; times count from the start of the clip.

    Attributes
    ----------
    words : tuple of Word
        In order. A word that follows the one before without a space (as in Japanese) has ``joins`` set.
    joins : tuple of bool
        For every word, whether it follows the one before without a space.
    notes : tuple of Note
        What was dropped, and why.
    """

    words: tuple[Word, ...]
    joins: tuple[bool, ...]
    notes: tuple[Note, ...] = ()


class Transcriber(Protocol):
    """Writes down speech."""

    name: str
    sample_rate: int
    clip_seconds: float
    caution: str | None

    def check(self, options: TranscribeOptions) -> None:
        """Raise ``InvalidValue`` if the engine cannot do what is asked."""

    def detect_language(self, clips: Sequence[Samples]) -> tuple[str, float]:
        """Give the code of the language spoken in clips of shape ``(samples,)``, and its probability."""

    def transcribe(
        self, clips: Iterable[Samples], *, language: str, options: TranscribeOptions
    ) -> Iterator[Transcript]:
        """Write down clips of shape ``(samples,)``, each at most ``clip_seconds`` long: one transcript each, in order.

        Clips are taken one by one, so that the recording need not be held.
        """


class Aligner(Protocol):
    """Finds when the words of a text that is known were spoken."""

    name: str
    sample_rate: int
    clip_seconds: float

    @property
    def languages(self) -> tuple[str, ...]:
        """Codes of the languages that it can align."""

    def align(self, clip: Samples, words: Sequence[Word], *, joins: Sequence[bool]) -> list[Word]:
        """Give the same words, in the same order, with the times at which they are spoken in ``clip``.

        Words that cannot be found keep their own times and scores; the score of the others is the mean probability
        of their sounds.

        Parameters
        ----------
        clip : array, shape (samples,)
            At most ``clip_seconds`` of sound.
        words : sequence of Word
            What is said in the clip; times count from its start.
        joins : sequence of bool
            For every word, whether it follows the one before without a space.
        """


class DiarizerStream(Protocol):
    """One channel of one recording on its way through a diarizer; memory grows with hours by megabytes at most."""

    def feed(self, samples: Samples) -> None:
        """Take the next samples, shape ``(samples,)``."""

    def finish(self, count: SpeakerCount) -> Diarization:
        """Say who spoke when; may be asked again with another number of speakers, which costs next to nothing."""


class Diarizer(Protocol):
    """Tells speakers apart; keeps overlapping speech."""

    name: str
    sample_rate: int
    caution: str | None
    """What the user should know of its quality, or None."""

    def listen(self) -> DiarizerStream:
        """Begin to listen to one channel of one recording."""
