"""What recordings are looked for, and the words by which they are found."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from earmark.errors import InvalidValue

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from earmark.core.library import RecordingState
    from earmark.core.review import AnnotationStatus

MAX_TERM = 64
MAX_TERMS = 300
"""Words of one recording by which it is found; longer notes are found by their first words."""
MAX_QUERY = 300
MAX_QUERY_WORDS = 10
_WORD = re.compile(r"[^\W_]+")
# Scripts that set no blanks between words: each letter is a word, so that any part of a text is found.
_NO_BLANKS = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]"
)


def fold(text: str) -> str:
    """Write a text as it is compared: without case, accents and differences of form."""
    apart = unicodedata.normalize("NFKD", text)
    return unicodedata.normalize("NFC", "".join(c for c in apart if not unicodedata.combining(c)).casefold())


def words(text: str) -> list[str]:
    """Split a text into words as they are compared, in order, each once."""
    spaced = _NO_BLANKS.sub(lambda letter: f" {letter.group()} ", fold(text))
    return list(dict.fromkeys(word[:MAX_TERM] for word in _WORD.findall(spaced)))


def tag_term(tag: str) -> str:
    """The term of a whole tag."""
    return f"#{tag}"


def terms_of(texts: Iterable[str], tags: Iterable[str]) -> list[str]:
    """Terms by which a recording with these texts and tags is found: its tags, then words, as many as are kept."""
    found = [tag_term(tag) for tag in tags] + [word for text in texts for word in words(text)]
    return list(dict.fromkeys(found))[:MAX_TERMS]


class AnnotatedBy(StrEnum):
    """By whom a recording was annotated."""

    PEOPLE = "people"
    MODELS = "models"
    NONE = "none"


class RecordingSort(StrEnum):
    """By what recordings are sorted; those without a value come last, whatever the order."""

    CREATED_AT = "created_at"
    NAME = "name"
    DURATION = "duration"
    RECORDED_AT = "recorded_at"
    STATE = "state"


class Order(StrEnum):
    """Which way."""

    ASC = "asc"
    DESC = "desc"


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What somebody types to find recordings.

    Attributes
    ----------
    prefixes : tuple of str
        Beginnings of words; each must be found.
    tags : tuple of str
        Whole tags, typed as ``#tag``; each must be found.
    """

    prefixes: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


def parse_query(text: str) -> Query:
    """Read what somebody typed.

    Raises
    ------
    InvalidValue
        It is too long, or has too many words.
    """
    if len(text) > MAX_QUERY:
        raise InvalidValue(f"a search has at most {MAX_QUERY} characters, not {len(text)}")
    parts = text.split()
    tags = [unicodedata.normalize("NFC", part[1:]) for part in parts if part.startswith("#") and len(part) > 1]
    prefixes = [word for part in parts if not part.startswith("#") for word in words(part)]
    query = Query(prefixes=tuple(dict.fromkeys(prefixes)), tags=tuple(dict.fromkeys(tags)))
    if len(query.prefixes) + len(query.tags) > MAX_QUERY_WORDS:
        raise InvalidValue(f"a search has at most {MAX_QUERY_WORDS} words; leave out the commonest")
    return query


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingFilter:
    """Which recordings of a project are meant; all conditions that are given must hold.

    Attributes
    ----------
    q : str
        Words, each the beginning of one in name, notes or source, and ``#tag`` for whole tags.
    tags : tuple of str
        Tags that a recording must have, all of them.
    states : tuple of RecordingState
        States of which a recording has one; empty for any.
    min_duration, max_duration : float or None
        Seconds, both included.
    created_from, created_to, recorded_from, recorded_to : datetime or None
        Half-open ranges of time.
    annotated : AnnotatedBy or None
        By whom; ``none`` finds those that nobody annotated.
    status : AnnotationStatus or None
        That one of its annotations has.
    label : str or None
        That one of its segments carries.
    trashed : bool
        Those in the trash instead of those that are not.

    Raises
    ------
    InvalidValue
        A range is reversed or not finite, a moment has no time zone, or conditions exclude each other.
    """

    q: str = ""
    tags: tuple[str, ...] = ()
    states: tuple[RecordingState, ...] = ()
    min_duration: float | None = None
    max_duration: float | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None
    recorded_from: datetime | None = None
    recorded_to: datetime | None = None
    annotated: AnnotatedBy | None = None
    status: AnnotationStatus | None = None
    label: str | None = None
    trashed: bool = False

    def __post_init__(self) -> None:
        parse_query(self.q)
        for seconds in (self.min_duration, self.max_duration):
            if seconds is not None and not (math.isfinite(seconds) and seconds >= 0):
                raise InvalidValue(f"a duration is a number of seconds, 0 or more, not {seconds}")
        _require_order(self.min_duration, self.max_duration, what="durations")
        for begin, end in ((self.created_from, self.created_to), (self.recorded_from, self.recorded_to)):
            if any(moment is not None and moment.tzinfo is None for moment in (begin, end)):
                raise InvalidValue("a moment needs its time zone, for example 2026-05-01T06:00:00Z")
            _require_order(begin, end, what="times")
        if self.annotated is AnnotatedBy.NONE and (self.status or self.label):
            raise InvalidValue("recordings that nobody annotated have neither status nor labels: leave those out")


def _require_order(low: float | datetime | None, high: float | datetime | None, *, what: str) -> None:
    if low is not None and high is not None and high < low:  # type: ignore[operator]
        raise InvalidValue(f"the range of {what} ends ({high}) before it begins ({low})")
