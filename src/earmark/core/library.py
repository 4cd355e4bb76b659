"""Recordings as a project holds them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath
from typing import TYPE_CHECKING

from earmark.errors import InvalidValue

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from earmark.core.recording import Recording
    from earmark.core.review import AnnotationKind, AnnotationStatus

MAX_NAME_BYTES = 255
"""Longest name of a recording in UTF-8: what file systems take."""
MAX_TAG = 60
MAX_TAGS = 50
MAX_NOTES = 20_000


def clean_name(name: str) -> str:
    """Make a name for a recording of whatever a browser, a server or a folder calls its file.

    Folders before it, control characters and other characters that nobody sees are left out, letters are put together
    (NFC), and a name of more than `MAX_NAME_BYTES` is cut before its ending.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name).rstrip("/\\"))[-1]
    seen = "".join(c for c in last if unicodedata.category(c) not in _UNSEEN).strip()
    if seen.strip(". ") == "":
        return "recording"
    suffix = PurePath(seen).suffix[:16]
    suffix = suffix if len(suffix.encode()) <= 64 else ""
    stem = seen.removesuffix(suffix).encode()[: MAX_NAME_BYTES - len(suffix.encode())]
    return stem.decode(errors="ignore") + suffix


_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
"""Unicode categories of controls, formats, surrogates, unknown characters and line ends."""


def require_recording_name(name: str) -> str:
    """Return the name that a person gives a recording; raise ``InvalidValue`` where nothing or too much is left."""
    name = unicodedata.normalize("NFC", name).strip()
    if not 1 <= len(name.encode(errors="replace")) <= MAX_NAME_BYTES:
        raise InvalidValue(f"the name of a recording has 1 to {MAX_NAME_BYTES} bytes in UTF-8")
    if any(unicodedata.category(c) in ("Cc", "Cs") for c in name):
        raise InvalidValue("the name of a recording holds no control characters")
    return name


def require_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Return tags in alphabetical order, each once; raise ``InvalidValue`` where one is no tag or they are too many."""
    clean = sorted({_tag(tag) for tag in tags})
    if len(clean) > MAX_TAGS:
        raise InvalidValue(f"a recording has at most {MAX_TAGS} tags, not {len(clean)}")
    return tuple(clean)


def _tag(tag: str) -> str:
    tag = unicodedata.normalize("NFC", tag).strip().removeprefix("#").strip()
    if not 1 <= len(tag) <= MAX_TAG or any(unicodedata.category(c) in ("Cc", "Cs") for c in tag):
        raise InvalidValue(f"a tag has 1 to {MAX_TAG} characters and none that control something, not {tag[:80]!r}")
    return tag


class RecordingState(StrEnum):
    """How far the import of a recording is."""

    WAITING = "waiting"
    """Its file is not here yet (a URL that is to be fetched) or was not looked at."""
    READY = "ready"
    """It was decoded to its end: facts, peaks and spectrogram are there."""
    FAILED = "failed"
    """Its file could not be had or holds no sound; ``error`` says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRecording:
    """One recording of a project.

    Attributes
    ----------
    id, project_id : str
        Identifiers.
    name : str
        What people call it; the file name at first.
    state : RecordingState
        How far its import is.
    media : Recording
        Source and media facts.
    checksum : str or None
        SHA-256 of the file in hexadecimal, None while there is none.
    size : int or None
        Bytes of the file.
    tags : tuple of str
        In alphabetical order.
    notes : str
        Free text.
    recorded_at : datetime or None
        Clock time of the first sample.
    problems : tuple of str
        What was odd about the file.
    error : str or None
        Why the import failed.
    thumbnail : str or None
        Waveform of the mix in pairs of minimum and maximum, int8 in base64, 100 pairs.
    video : bool
        Whether the file has pictures too.
    version : int
        Grows with each change, for optimistic concurrency.
    deleted_at : datetime or None
        When it was put into the trash.
    """

    id: str
    project_id: str
    name: str
    state: RecordingState
    media: Recording
    checksum: str | None = None
    size: int | None = None
    tags: tuple[str, ...] = ()
    notes: str = ""
    recorded_at: datetime | None = None
    problems: tuple[str, ...] = ()
    error: str | None = None
    thumbnail: str | None = None
    video: bool = False
    version: int = 1
    created_at: datetime
    updated_at: datetime
    created_by: str | None = None
    deleted_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundLabel:
    """A label that was found in a recording.

    Attributes
    ----------
    name : str
        The label.
    segments : int
        How many segments carry it, in the annotation that has the most of them: a copy is not counted twice.
    """

    name: str
    segments: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkOnIt:
    """An annotation of a recording, as a list of recordings tells of it.

    Attributes
    ----------
    author : str or None
        Name of the person, where there still is an account.
    """

    id: str
    kind: AnnotationKind
    source: str
    author_id: str | None
    author: str | None
    status: AnnotationStatus
    segment_count: int
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingWork:
    """What was found in a recording, and who is on it.

    Attributes
    ----------
    labels : tuple of FoundLabel
        The most frequent ones, the most frequent first.
    label_count : int
        How many labels there are in all.
    annotations : tuple of WorkOnIt
        Those of people first, of these the latest first.
    """

    labels: tuple[FoundLabel, ...] = ()
    label_count: int = 0
    annotations: tuple[WorkOnIt, ...] = ()
