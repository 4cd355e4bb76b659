"""Projects: recordings with their labels and what happens to new ones."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from earmark.core.speakers import SpeakerCount
from earmark.errors import InvalidValue

if TYPE_CHECKING:
    from datetime import datetime

    from earmark.core.people import Role

MAX_NAME = 200
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
PALETTE = ("#0072b2", "#e69f00", "#009e73", "#d55e00", "#cc79a7", "#56b4e9", "#f0e442", "#7f7f7f")
"""Colours that people with any colour vision tell apart (Okabe and Ito 2008, black replaced by grey)."""


DIARIZERS = ("none", "auto", "onnx", "spectral", "pyannote")
"""What may tell speakers apart: nothing; the best that is on the machine; segmentation and voices by ONNX models; a
weaker one that needs no model; pyannote's own pipeline."""


def require_name(name: str, *, what: str) -> str:
    """Return ``name`` without surrounding blanks; raise ``InvalidValue`` where nothing or too much is left."""
    stripped = name.strip()
    if not stripped or len(stripped) > MAX_NAME:
        raise InvalidValue(f"{what}: a name has 1 to {MAX_NAME} characters")
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in stripped):
        raise InvalidValue(f"{what}: a name holds no control characters")
    return stripped


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """One label of a project's label set.

    Attributes
    ----------
    name : str
        What segments carry.
    colour : str
        ``#rrggbb``.
    hotkey : str or None
        Key that gives it to a segment, one character.
    aliases : tuple of str
        Other names for the same, in other languages or from earlier days.
    """

    name: str
    colour: str = PALETTE[0]
    hotkey: str | None = None
    aliases: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        require_name(self.name, what="label")
        if not _COLOUR.fullmatch(self.colour):
            raise InvalidValue(f"label {self.name!r}: a colour is written #rrggbb, not {self.colour!r}")
        if self.hotkey is not None and len(self.hotkey) != 1:
            raise InvalidValue(f"label {self.name!r}: a hotkey is one character, not {self.hotkey!r}")
        for alias in self.aliases:
            require_name(alias, what=f"label {self.name!r}, alias")


def check_label_set(labels: tuple[Label, ...]) -> None:
    """Raise ``InvalidValue`` where two labels share a name, an alias or a hotkey."""
    names = [name for label in labels for name in (label.name, *label.aliases)]
    keys = [label.hotkey for label in labels if label.hotkey]
    for what, values in (("name or alias", names), ("hotkey", keys)):
        twice = sorted({value for value in values if values.count(value) > 1})
        if twice:
            raise InvalidValue(f"two labels share the {what} {twice[0]!r}: each stands for one label only")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """What is done with a new recording.

    Attributes
    ----------
    on_import : bool
        Whether new recordings are annotated by themselves.
    engine : str
        ``whisper``, ``pocketsphinx`` or ``none`` (timeline only).
    model : str or None
        Weights by name or folder, or a model of the registry as ``name@version``; None takes the registry's default
        for ``transcribe``, else the weights of the server's settings.
    language : str or None
        Spoken language; None lets the engine find out.
    channels : str
        ``mix``, ``each`` or a list such as ``1,3``.
    labels : bool
        Whether noise is named by the sound classifier.
    diarizer : str
        What tells speakers apart: one of `DIARIZERS`.
    min_speakers, max_speakers : int or None
        How many speakers there are at least and at most, where that is known.
    multilingual : bool
        Whether the language may change within a recording.
    """

    on_import: bool = False
    engine: str = "whisper"
    model: str | None = None
    language: str | None = None
    channels: str = "mix"
    labels: bool = False
    diarizer: str = "none"
    min_speakers: int | None = None
    max_speakers: int | None = None
    multilingual: bool = False

    @property
    def speakers(self) -> SpeakerCount:
        """How many speakers there may be."""
        return SpeakerCount(least=self.min_speakers, most=self.max_speakers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """Recordings with label set, members and pipeline.

    Attributes
    ----------
    known_voices : bool
        Whether the voices of people who were named are kept, to name them in later recordings.
    version : int
        Grows with each change, for optimistic concurrency.
    deleted_at : datetime or None
        When it was put into the trash.
    """

    id: str
    name: str
    description: str = ""
    labels: tuple[Label, ...] = ()
    pipeline: Pipeline = Pipeline()
    known_voices: bool = False
    version: int = 1
    created_at: datetime
    updated_at: datetime
    created_by: str | None = None
    deleted_at: datetime | None = None

    def __post_init__(self) -> None:
        require_name(self.name, what="project")
        check_label_set(self.labels)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A person's role in a project."""

    user_id: str
    login: str
    name: str
    role: Role
