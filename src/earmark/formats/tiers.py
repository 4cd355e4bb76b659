"""Segments on tiers whose spans do not overlap, as Praat and ELAN have them.

Earmark's tiers are called after what they hold: ``label``, ``text``, ``speaker``, ``words``, then ``ch2`` for the
second channel, ``#2`` where segments overlap, ``points`` for points in time. A tier of any other name comes from
elsewhere: what stands on it is text, and the name of the tier is kept as tag ``tier``.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from earmark.core.segment import Segment, Word, in_order

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

UNLABELLED = "unlabelled"
"""What stands on the label tier for a segment that has nothing to say: a blank span would be no segment."""

KEEPS = frozenset({"label", "text", "speaker", "words", "channel"})

_KINDS = ("label", "speaker", "text")
_WORDS = "words"
_NAME = re.compile(r"(label|speaker|text|words)(?: ch([1-9]\d{0,5}))?(?: #([1-9]\d{0,5}))?( points)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Text from ``start`` to ``end``, in seconds."""

    start: float
    end: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """Spans in order that do not overlap, or points.

    Attributes
    ----------
    name : str
        What users see.
    spans : tuple of Span
        None of them blank.
    points : bool
        Whether the spans are points in time.
    speaker : str or None
        Who speaks in all of them.
    """

    name: str
    spans: tuple[Span, ...]
    points: bool = False
    speaker: str | None = None


@dataclass(frozen=True, slots=True)
class _Place:
    """Segments that share tiers: one channel or foreign tier, spans or points."""

    channel: int
    tier: str
    speaker: str
    points: bool

    def order(self) -> tuple[str, str, int, bool]:
        return (self.tier, self.speaker, self.channel, self.points)

    def name(self, kind: str, layer: int) -> str:
        channel = f" ch{self.channel + 1}" if self.channel >= 0 else ""
        overlap = f" #{layer}" if layer > 1 else ""
        return f"{self.tier or kind}{channel}{overlap}{' points' if self.points else ''}"


def to_tiers(segments: Iterable[Segment]) -> list[Tier]:
    """Put segments on as few tiers as hold them without overlap."""
    places: dict[_Place, list[list[Segment]]] = {}
    for segment in sorted(segments, key=in_order):
        _put(segment, places.setdefault(_place(segment), []))
    ordered = sorted(places.items(), key=lambda item: item[0].order())
    return [
        tier for place, layers in ordered for layer, row in enumerate(layers, 1) for tier in _tiers(place, layer, row)
    ]


def _place(segment: Segment) -> _Place:
    foreign = segment.tag("tier") or ""
    points = segment.start == segment.end
    own = segment.label is not None or segment.words or not (segment.text or "").strip() or _NAME.fullmatch(foreign)
    channel = -1 if segment.channel is None else segment.channel
    if own or not foreign:
        return _Place(channel, "", "", points)
    return _Place(channel, foreign, segment.speaker or "", points)


def _put(segment: Segment, layers: list[list[Segment]]) -> None:
    for layer in layers:
        last = layer[-1]
        if last.end <= segment.start and (last.start < segment.start):
            layer.append(segment)
            return
    layers.append([segment])


def _tiers(place: _Place, layer: int, segments: Sequence[Segment]) -> Iterator[Tier]:
    for kind in ("text",) if place.tier else _KINDS:
        if spans := _spans(kind, segments):
            speaker = place.speaker or None
            yield Tier(name=place.name(kind, layer), spans=spans, points=place.points, speaker=speaker)
    if words := _word_spans(segments):
        yield Tier(name=place.name(_WORDS, layer), spans=words)


def _spans(kind: str, segments: Sequence[Segment]) -> tuple[Span, ...]:
    texts = ((segment, _text(kind, segment)) for segment in segments)
    return tuple(Span(start=s.start, end=s.end, text=text) for s, text in texts if text.strip())


def _text(kind: str, segment: Segment) -> str:
    values = {"label": segment.label or "", "speaker": segment.speaker or "", "text": segment.text or ""}
    if kind == "label" and not any(value.strip() for value in values.values()):
        return UNLABELLED
    return values[kind]


def _word_spans(segments: Sequence[Segment]) -> tuple[Span, ...]:
    spans: list[Span] = []
    for word in (word for segment in segments for word in segment.words):
        # A tier holds no span without length and none over another: such words stay in the text only.
        if word.end > word.start and word.text.strip() and (not spans or word.start >= spans[-1].end):
            spans.append(Span(start=word.start, end=word.end, text=word.text))
    return tuple(spans)


@dataclass(slots=True)
class _Row:
    """What is read from the tiers of one channel and layer."""

    segments: dict[tuple[float, float], dict[str, Any]] = field(default_factory=dict)
    words: list[Word] = field(default_factory=list)


def from_tiers(tiers: Iterable[Tier]) -> tuple[Segment, ...]:
    """Put together what stands at the same time on Earmark's tiers; spans of other tiers are segments each."""
    rows: dict[tuple[int, int], _Row] = {}
    foreign: list[Segment] = []
    for tier in tiers:
        name = _NAME.fullmatch(tier.name)
        if name is None:
            foreign += _foreign(tier)
            continue
        row = rows.setdefault((int(name[2] or 0), int(name[3] or 1)), _Row())
        _read(tier, name[1], row)
    own = (
        segment for (channel, _), row in rows.items() for segment in _segments(row, channel - 1 if channel else None)
    )
    return tuple(sorted((*own, *foreign), key=in_order))


def _foreign(tier: Tier) -> list[Segment]:
    tags = (("tier", tier.name),)
    return [
        Segment(start=span.start, end=span.end, text=span.text, speaker=tier.speaker, tags=tags) for span in tier.spans
    ]


def _read(tier: Tier, kind: str, row: _Row) -> None:
    for span in tier.spans:
        if kind == _WORDS:
            row.words.append(Word(text=span.text, start=span.start, end=span.end))
            continue
        fields = row.segments.setdefault((span.start, span.end), {"speaker": tier.speaker})
        fields[kind] = None if kind == "label" and span.text == UNLABELLED else span.text


def _segments(row: _Row, channel: int | None) -> list[Segment]:
    times = sorted(row.segments)
    words: dict[tuple[float, float], list[Word]] = {}
    alone: list[Segment] = []
    for word in sorted(row.words, key=lambda word: word.start):
        middle = (word.start + word.end) / 2
        home = bisect_right(times, (middle, float("inf"))) - 1
        if home >= 0 and middle <= times[home][1]:
            words.setdefault(times[home], []).append(word)
        else:
            alone.append(
                Segment(start=word.start, end=word.end, channel=channel, text=word.text, tags=(("tier", _WORDS),))
            )
    made = [
        Segment(start=start, end=end, channel=channel, words=tuple(words.get((start, end), ())), **fields)
        for (start, end), fields in row.segments.items()
    ]
    return made + alone
