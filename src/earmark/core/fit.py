"""Whether segments fit the recording that they speak of, and the store that shall hold them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from earmark.errors import InvalidItems

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from earmark.core.recording import Recording
    from earmark.core.segment import Segment

TOLERANCE = 0.1
"""Seconds that a segment may end after the recording: programs and containers differ in how they count its end."""
MAX_SHORT = 200
"""Most characters of a label, a speaker, or the name or value of a tag."""
MAX_LANGUAGE = 35
MAX_TEXT = 100_000
MAX_WORDS = 20_000
MAX_TAGS = 100
_SHORT = {"label": MAX_SHORT, "speaker": MAX_SHORT, "language": MAX_LANGUAGE, "text": MAX_TEXT}


def require_fit(named: Iterable[tuple[str, Segment]], recording: Recording) -> None:
    """Check segments together.

    Parameters
    ----------
    named : iterable of (str, Segment)
        What messages call each of them, and the segment.
    recording : Recording
        What is not known of it is not checked.

    Raises
    ------
    InvalidItems
        Some do not fit; all of them are named.
    """
    wrong = tuple((name, why) for name, segment in named for why in _problems(segment, recording))
    if wrong:
        raise InvalidItems("some segments do not fit", wrong)


def _problems(segment: Segment, recording: Recording) -> Iterator[str]:
    if recording.duration is not None and segment.end > recording.duration + TOLERANCE:
        yield f"ends at {segment.end} s, after the recording ({recording.duration} s)"
    if recording.channels is not None and segment.channel is not None and segment.channel >= recording.channels:
        yield f"is on channel {segment.channel}; the recording has {recording.channels}, counted from 0"
    if len(segment.words) > MAX_WORDS or len(segment.tags) > MAX_TAGS:
        yield f"has more than {MAX_WORDS} words or {MAX_TAGS} tags"
    for name, value, most in _texts(segment):
        if len(value) > most:
            yield f"its {name} has {len(value)} characters, more than {most}"
        if "\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value if letter >= "\ud800"):
            yield f"its {name} holds characters that stand in no text (NUL, or halves of a surrogate pair)"


def _texts(segment: Segment) -> Iterator[tuple[str, str, int]]:
    for name, most in _SHORT.items():
        if value := getattr(segment, name):
            yield name, value, most
    yield from (("tag", text, MAX_SHORT) for tag in segment.tags for text in tag)
    yield from (("word", word.text, MAX_SHORT) for word in segment.words)
