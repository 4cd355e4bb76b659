"""Praat TextGrids.

Read as Praat reads them: only numbers that stand free, quoted texts and ``<flags>`` count, all else is comment, so that
the long and the short form are one. praatio, which looks for key words, stumbles over texts that contain them.
Format: https://www.fon.hum.uva.nl/praat/manual/TextGrid_file_formats.html
"""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING

from earmark.core.annotation import Annotation
from earmark.core.time import require_span
from earmark.errors import FormatError, InvalidValue
from earmark.formats.format import Format
from earmark.formats.parsing import at, number, whole
from earmark.formats.rendering import decimal
from earmark.formats.tiers import KEEPS, Span, Tier, from_tiers, to_tiers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_TOKEN = re.compile(
    r'"(?P<text>[^"]*(?:""[^"]*)*)"|<(?P<flag>\w+)>|(?P<open>")|![^\r\n]*'
    r"|(?<!\S)(?P<number>[-+]?\d[\d.]*(?:[eE][-+]?\d+)?)(?!\S)"
)
_INTERVALS, _POINTS = "IntervalTier", "TextTier"


def dumps(annotation: Annotation) -> str:
    """Write the long form, all numbers exactly."""
    tiers = to_tiers(annotation.segments)
    end = max([annotation.duration, *(span.end for tier in tiers for span in tier.spans)])
    # Praat opens no TextGrid without length or without a tier.
    end, tiers = end or 1.0, tiers or [Tier(name="label", spans=())]
    head = ['File type = "ooTextFile"', 'Object class = "TextGrid"', "", "xmin = 0", f"xmax = {decimal(end)}"]
    head += ["tiers? <exists>", f"size = {len(tiers)}", "item []:"]
    body = (line for count, tier in enumerate(tiers, 1) for line in _tier_lines(count, tier, end))
    return "\n".join([*head, *body]) + "\n"


def _tier_lines(count: int, tier: Tier, end: float) -> Iterator[str]:
    yield f"    item [{count}]:"
    yield f'        class = "{_POINTS if tier.points else _INTERVALS}"'
    yield f"        name = {_quoted(tier.name)}"
    yield "        xmin = 0"
    yield f"        xmax = {decimal(end)}"
    yield from _points(tier) if tier.points else _intervals(tier, end)


def _points(tier: Tier) -> Iterator[str]:
    yield f"        points: size = {len(tier.spans)}"
    for count, span in enumerate(tier.spans, 1):
        yield f"        points [{count}]:"
        yield f"            number = {decimal(span.start)}"
        yield f"            mark = {_quoted(span.text)}"


def _intervals(tier: Tier, end: float) -> Iterator[str]:
    spans = list(_without_gaps(tier.spans, end))
    yield f"        intervals: size = {len(spans)}"
    for count, span in enumerate(spans, 1):
        yield f"        intervals [{count}]:"
        yield f"            xmin = {decimal(span.start)}"
        yield f"            xmax = {decimal(span.end)}"
        yield f"            text = {_quoted(span.text)}"


def _without_gaps(spans: Iterable[Span], end: float) -> Iterator[Span]:
    reached = 0.0
    for span in chain(spans, (Span(start=end, end=end, text=""),)):
        if span.start > reached:
            yield Span(start=reached, end=span.start, text="")
        if span.end > span.start:
            yield span
        reached = span.end


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def loads(text: str, *, source: str) -> Annotation:
    """Read the long and the short form; blank intervals are no segments."""
    tokens = _Tokens(text, source)
    tokens.header()
    for what in ("xmin", "xmax"):
        tokens.take("number", what)
    if tokens.take("flag", "<exists>") != "exists":
        return Annotation(segments=())
    return Annotation(segments=from_tiers([_tier(tokens) for _ in range(tokens.count("number of tiers"))]))


def _tier(tokens: _Tokens) -> Tier:
    kind = tokens.take("text", "class of a tier")
    if kind not in (_INTERVALS, _POINTS):
        raise tokens.error(f"a tier is an IntervalTier or a TextTier, not {kind[:40]!r}")
    name = tokens.take("text", "name of a tier")
    for what in ("xmin", "xmax"):
        tokens.take("number", what)
    spans = [_span(tokens, points=kind == _POINTS) for _ in range(tokens.count("number of intervals"))]
    return Tier(name=name, spans=tuple(span for span in spans if span.text.strip()), points=kind == _POINTS)


def _span(tokens: _Tokens, *, points: bool) -> Span:
    start = tokens.number("time of a point" if points else "xmin of an interval")
    end = start if points else tokens.number("xmax of an interval")
    text = tokens.take("text", "mark of a point" if points else "text of an interval")
    try:
        if text.strip():
            require_span(start, end, what=f"interval {text[:40]!r}")
    except InvalidValue as error:
        raise tokens.error(str(error)) from error
    return Span(start=start, end=end, text=text)


class _Tokens:
    """What counts in a file of Praat's, one after the other."""

    def __init__(self, text: str, source: str) -> None:
        self.source, self._text, self._position = source, text, 0
        self._found = (match for match in _TOKEN.finditer(text) if match.lastgroup)

    @property
    def line(self) -> int:
        """Line of the last token."""
        return len(re.findall(r"\r\n|\r|\n", self._text[: self._position])) + 1

    def error(self, why: str) -> FormatError:
        """Say what is wrong at the last token."""
        return FormatError(self.source, why, self.line)

    def header(self) -> None:
        """Pass the names of file type and object class."""
        if self._text.startswith("ooBinaryFile"):
            raise FormatError(self.source, "is a binary TextGrid; save it in Praat as text")
        if '"TextGrid"' not in self._text[:400]:
            raise FormatError(self.source, 'is no TextGrid: the first lines do not say Object class = "TextGrid"', 1)
        while self.take("text", "object class") != "TextGrid":
            pass

    def take(self, kind: str, what: str) -> str:
        """Return the next token, which has to be of this kind."""
        match = next(self._found, None)
        if match is None:
            self._position = len(self._text)
            raise self.error(f"the file ends where the {what} should stand")
        self._position = match.start()
        if match.lastgroup == "open":
            raise self.error("a quote is opened here and never closed")
        if match.lastgroup != kind:
            raise self.error(f"expected the {what}, found {match[0][:40]!r}")
        return match[kind].replace('""', '"')

    def number(self, what: str) -> float:
        """Return the next token as a number."""
        text = self.take("number", what)
        try:
            return number(text)
        except InvalidValue as error:
            raise self.error(f"{what}: {error}") from error

    def count(self, what: str) -> int:
        """Return the next token as a count."""
        text = self.take("number", what)
        with at(self.source, self.line):
            return whole(text)


FORMAT = Format(
    name="textgrid",
    title="Praat TextGrid",
    suffixes=(".TextGrid",),
    keeps=KEEPS,
    dumps=dumps,
    loads=loads,
    aliases=("praat",),
)
