"""A transcript that a program asks for: what is wanted, and what there is of it so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from earmark.core.project import Pipeline

if TYPE_CHECKING:
    from collections.abc import Mapping

    from earmark.core.segment import Segment


DETECT = "detect"
"""Task of a transcription that only finds out which language is spoken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked of one transcription.

    Attributes
    ----------
    pipeline : Pipeline
        Engine, model, language, channels, speakers.
    task : str
        ``transcribe``, ``translate`` into English, or ``detect``: only find out which language is spoken.
    prompt, hotwords : str or None
        Text that the recording could follow; words that are likely to occur.
    temperature : float or None
        Randomness of decoding, 0 to 1; None leaves it to the engine.
    beam_size : int or None
        Hypotheses kept while decoding; None leaves it to the engine.
    known : tuple of str
        Names of people of whose voices samples come with the recording, in their order.
    """

    pipeline: Pipeline = field(default_factory=Pipeline)
    task: str = "transcribe"
    prompt: str | None = None
    hotwords: str | None = None
    temperature: float | None = None
    beam_size: int | None = None
    known: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Segments that a transcription gave before its end.

    Attributes
    ----------
    number : int
        Grows from piece to piece; where to go on.
    attempt : int
        A job that is begun again gives its pieces again.
    segments : tuple of Segment
        In order of time.
    """

    number: int
    attempt: int
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """On whose terms a transcription was asked for.

    Attributes
    ----------
    integration : str
        What asked: ``api``, ``openai``, ``runpod`` ...
    details : mapping
        JSON that the integration wants to find again with the job.
    """

    integration: str = "api"
    details: Mapping[str, Any] = field(default_factory=dict)
