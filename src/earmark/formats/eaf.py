"""ELAN annotation documents (EAF).

Format: https://www.mpi.nl/tools/elan/EAF_Annotation_Format_3.0_and_ELAN.pdf
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from earmark.core.annotation import Annotation
from earmark.core.recording import Recording
from earmark.core.time import require_span
from earmark.errors import FormatError
from earmark.formats.format import Format
from earmark.formats.parsing import at, whole
from earmark.formats.rendering import milliseconds, xml_text
from earmark.formats.tiers import KEEPS, Span, Tier, from_tiers, to_tiers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from xml.etree.ElementTree import Element

    from earmark.core.segment import Segment, Word

    Times = dict[str, tuple[float, float]]

_TYPE = "default-lt"


def dumps(annotation: Annotation) -> str:
    """Write time-aligned tiers, times rounded to milliseconds; points last one millisecond."""
    from xml.etree import ElementTree as Xml

    # The schema demands a date and Earmark does not know when the annotation was made.
    document = Xml.Element("ANNOTATION_DOCUMENT", AUTHOR="", DATE="1970-01-01T00:00:00Z", FORMAT="3.0", VERSION="3.0")
    header = Xml.SubElement(document, "HEADER", MEDIA_FILE="", TIME_UNITS="milliseconds")
    if annotation.recording is not None:
        _add_media(header, xml_text(annotation.recording.source))
    order = Xml.SubElement(document, "TIME_ORDER")
    tiers = to_tiers(_in_milliseconds(segment) for segment in annotation.segments)
    for tier in tiers or [Tier(name="label", spans=())]:
        _add_tier(document, order, tier)
    Xml.SubElement(
        document, "LINGUISTIC_TYPE", LINGUISTIC_TYPE_ID=_TYPE, TIME_ALIGNABLE="true", GRAPHIC_REFERENCES="false"
    )
    Xml.indent(document, space=" ")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(document, encoding="unicode") + "\n"


def _add_media(header: Element, source: str) -> None:
    from mimetypes import guess_type
    from xml.etree import ElementTree as Xml

    name = re.split(r"[/\\]", source)[-1]
    kind = guess_type(name)[0] or "audio/x-wav"
    Xml.SubElement(header, "MEDIA_DESCRIPTOR", MEDIA_URL=source, MIME_TYPE=kind, RELATIVE_MEDIA_URL=f"./{name}")


def _in_milliseconds(segment: Segment) -> Segment:
    start = milliseconds(segment.start)
    end = max(milliseconds(segment.end), start + 1)
    words = tuple(_word_in_milliseconds(word) for word in segment.words)
    return replace(segment, start=start / 1000, end=end / 1000, words=words)


def _word_in_milliseconds(word: Word) -> Word:
    return replace(word, start=milliseconds(word.start) / 1000, end=milliseconds(word.end) / 1000)


def _add_tier(document: Element, order: Element, tier: Tier) -> None:
    from xml.etree import ElementTree as Xml

    element = Xml.SubElement(document, "TIER", LINGUISTIC_TYPE_REF=_TYPE, TIER_ID=xml_text(tier.name))
    if tier.speaker:
        element.set("PARTICIPANT", xml_text(tier.speaker))
    for span in tier.spans:
        slots = [_add_slot(order, time) for time in (span.start, span.end)]
        identity = f"a{len(order) // 2}"
        holder = Xml.SubElement(element, "ANNOTATION")
        alignable = Xml.SubElement(
            holder,
            "ALIGNABLE_ANNOTATION",
            ANNOTATION_ID=identity,
            TIME_SLOT_REF1=slots[0],
            TIME_SLOT_REF2=slots[1],
        )
        Xml.SubElement(alignable, "ANNOTATION_VALUE").text = xml_text(span.text)


def _add_slot(order: Element, time: float) -> str:
    from xml.etree import ElementTree as Xml

    identity = f"ts{len(order) + 1}"
    Xml.SubElement(order, "TIME_SLOT", TIME_SLOT_ID=identity, TIME_VALUE=str(milliseconds(time)))
    return identity


def loads(text: str, *, source: str) -> Annotation:
    """Read aligned and dependent tiers."""
    document = _parse(text, source)
    header = document.find("HEADER")
    units = "milliseconds" if header is None else header.get("TIME_UNITS", "milliseconds")
    if units != "milliseconds":
        raise FormatError(source, f"counts time in {units}; save it in ELAN with milliseconds")
    slots = _slots(document, source)
    times: Times = {}
    tiers = [_tier(tier, slots, times, source) for tier in _parents_first(document, source)]
    media = document.find("HEADER/MEDIA_DESCRIPTOR")
    url = None if media is None else media.get("MEDIA_URL")
    return Annotation(segments=from_tiers(tiers), recording=Recording(source=url) if url else None)


def _parse(text: str, source: str) -> Element:
    """Parse XML that defines no entities of its own (they can make a small file grow without end)."""
    from xml.etree import ElementTree as Xml
    from xml.parsers import expat

    builder, parser = Xml.TreeBuilder(), expat.ParserCreate("utf-8")
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = lambda *_: _refuse(source)
    try:
        parser.Parse(text.encode("utf-8"), True)  # noqa: FBT003
    except expat.ExpatError as error:
        raise FormatError(source, f"is not XML: {expat.ErrorString(error.code)}", error.lineno) from error
    document = builder.close()
    if document.tag != "ANNOTATION_DOCUMENT":
        raise FormatError(source, f"is XML, but no ELAN document: it begins with <{document.tag[:40]}>")
    return document


def _refuse(source: str) -> None:
    raise FormatError(source, "has a DOCTYPE, which no ELAN document has")


def _slots(document: Element, source: str) -> Mapping[str, float]:
    """Return times in seconds by their id; slots without a time share out the gap between those around them."""
    elements = document.findall("TIME_ORDER/TIME_SLOT")
    slots: dict[str, float] = {}
    waiting: list[str] = []
    last = 0.0
    for element in elements:
        identity, value = element.get("TIME_SLOT_ID", ""), element.get("TIME_VALUE")
        waiting.append(identity)
        if value is not None:
            with at(f"{source}, time slot {identity}", None):
                time = whole(value) / 1000
            slots |= _shared(waiting, last, time)
            waiting, last = [], time
    return slots | dict.fromkeys(waiting, last)


def _shared(identities: Sequence[str], start: float, end: float) -> dict[str, float]:
    step = (end - start) / len(identities)
    inner = {identity: start + step * count for count, identity in enumerate(identities[:-1], 1)}
    return inner | {identities[-1]: end}


def _parents_first(document: Element, source: str) -> list[Element]:
    """Tiers in an order in which every tier comes after the one that it depends on."""
    waiting = document.findall("TIER")
    ordered: list[Element] = []
    known: set[str | None] = {None}
    while waiting:
        ready = [tier for tier in waiting if tier.get("PARENT_REF") in known]
        if not ready:
            raise FormatError(source, f"tier {waiting[0].get('TIER_ID')!r} depends on a tier that is not there")
        ordered += ready
        known |= {tier.get("TIER_ID") for tier in ready}
        waiting = [tier for tier in waiting if tier not in ready]
    return ordered


def _tier(tier: Element, slots: Mapping[str, float], times: Times, source: str) -> Tier:
    annotations = [child for holder in tier.findall("ANNOTATION") for child in holder]
    found = _aligned(annotations, slots, source) | _dependent(annotations, times, source)
    times |= found
    spans = []
    for element in annotations:
        identity = element.get("ANNOTATION_ID", "")
        text = element.findtext("ANNOTATION_VALUE") or ""
        if text.strip():
            spans.append(Span(start=found[identity][0], end=found[identity][1], text=text))
    return Tier(name=tier.get("TIER_ID", ""), spans=tuple(spans), speaker=tier.get("PARTICIPANT") or None)


def _aligned(annotations: Sequence[Element], slots: Mapping[str, float], source: str) -> Times:
    aligned = [element for element in annotations if element.tag == "ALIGNABLE_ANNOTATION"]
    return {element.get("ANNOTATION_ID", ""): _slot_times(element, slots, source) for element in aligned}


def _slot_times(element: Element, slots: Mapping[str, float], source: str) -> tuple[float, float]:
    what = f"annotation {element.get('ANNOTATION_ID')}"
    try:
        start, end = (slots[element.get(name, "")] for name in ("TIME_SLOT_REF1", "TIME_SLOT_REF2"))
    except KeyError as error:
        raise FormatError(source, f"{what}: there is no time slot {error}") from error
    with at(source, None):
        require_span(start, end, what=what)
    return start, end


def _dependent(annotations: Sequence[Element], times: Times, source: str) -> Times:
    """Annotations without times of their own: those of one parent share its time evenly."""
    children: dict[str, list[str]] = {}
    for element in annotations:
        if element.tag == "REF_ANNOTATION":
            children.setdefault(element.get("ANNOTATION_REF", ""), []).append(element.get("ANNOTATION_ID", ""))
    lost = next((parent for parent in children if parent not in times), None)
    if lost is not None:
        raise FormatError(source, f"annotation {children[lost][0]} refers to {lost!r}, which is not there")
    return {name: span for parent, names in children.items() for name, span in _even(names, *times[parent]).items()}


def _even(names: Sequence[str], start: float, end: float) -> Times:
    edges = [start + (end - start) * count / len(names) for count in range(len(names))] + [end]
    return dict(zip(names, pairwise(edges), strict=True))


FORMAT = Format(
    name="eaf",
    title="ELAN document",
    suffixes=(".eaf",),
    keeps=KEEPS,
    dumps=dumps,
    loads=loads,
    aliases=("elan",),
)
