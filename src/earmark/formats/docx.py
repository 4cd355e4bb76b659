"""Word documents: minutes to read, to correct and to paste. Written only.

A title, a line of facts and a paragraph for each turn of a speaker, all in styles that Word's users can change at one
place; no tables and no text boxes, which do not survive copy and paste and which screen readers stumble over.
"""

from __future__ import annotations

import io
import re
import unicodedata
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from earmark.core.languages import NAMES
from earmark.core.transcript import language_of, paragraphs, speakers_note, speakers_of, spoken
from earmark.errors import MissingExtra
from earmark.formats.format import Format, has_text
from earmark.formats.rendering import one_line, recording_name, xml_text

if TYPE_CHECKING:
    from datetime import date

    from docx.document import Document

    from earmark.core.annotation import Annotation
    from earmark.core.transcript import Paragraph

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
GREY = 0x59, 0x59, 0x59
"""Seven times darker than white, as WCAG 2.2 asks for small text at level AAA."""
MOST_NAMED = 12
"""Speakers named in the line of facts; of more, their number stands there."""
LONGEST_PROPERTY = 255
"""Most characters of a property of a document (ECMA-376, part 2, core properties)."""

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")


def require_docx() -> None:
    """Raise `MissingExtra` unless python-docx is installed."""
    # Not imported: a server that only lists formats stays small.
    if find_spec("docx") is None:
        raise MissingExtra("Word documents", "docx")


def dumps(annotation: Annotation, *, date: date | None = None) -> bytes:
    """Write minutes, in order of time.

    Parameters
    ----------
    annotation
        Its segments without text are left out.
    date
        The day of the recording, where it is known.

    Raises
    ------
    MissingExtra
        python-docx is not installed.
    """
    require_docx()
    import docx

    document = docx.Document()
    title = one_line(xml_text(recording_name(annotation))) or "Transcript"
    _describe(document, annotation, title)
    _make_styles(document)
    document.add_paragraph(title, style="Title")
    document.add_paragraph(xml_text(_facts(annotation, date)), style="Subtitle")
    if note := speakers_note(annotation):
        document.add_paragraph(xml_text(note), style="Quote")
    document.add_heading("Transcript", level=1)
    _add_turns(document, annotation)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _describe(document: Document, annotation: Annotation, title: str) -> None:
    language = language_of(annotation)
    properties = document.core_properties
    properties.title = title[:LONGEST_PROPERTY]
    properties.author = xml_text(annotation.source or "Earmark")[:LONGEST_PROPERTY]
    properties.comments = ""
    properties.created = properties.modified = datetime.now(UTC)
    if tag := _language_tag(language):
        properties.language = tag
        for element in document.styles.element.iter(f"{_W}lang"):
            _set_language(element, tag)


def _facts(annotation: Annotation, date: date | None) -> str:
    language, speakers = language_of(annotation), speakers_of(spoken(annotation))
    names = ", ".join(speakers) if len(speakers) <= MOST_NAMED else f"{len(speakers)} speakers"
    facts = (
        date.isoformat() if date else "",
        _clock(annotation.duration),
        NAMES.get(language or "", language or "").title(),
        names,
    )
    return " · ".join(fact for fact in facts if fact)


def _clock(seconds: float) -> str:
    minutes, second = divmod(int(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{second:02d}"


def _make_styles(document: Document) -> None:
    from docx.enum.style import WD_STYLE_TYPE
    from docx.shared import Pt, RGBColor

    styles = document.styles
    turn: Any = styles.add_style("Turn", WD_STYLE_TYPE.PARAGRAPH)
    turn.base_style = styles["Normal"]
    turn.paragraph_format.space_after = Pt(9)
    speaker: Any = styles.add_style("Speaker", WD_STYLE_TYPE.CHARACTER)
    speaker.font.bold = speaker.font.cs_bold = True
    time: Any = styles.add_style("Time Stamp", WD_STYLE_TYPE.CHARACTER)
    time.font.color.rgb = RGBColor(*GREY)
    for style in (turn, speaker, time):
        style.quick_style = True


def _add_turns(document: Document, annotation: Annotation) -> None:
    """Add the paragraphs by way of lxml: python-docx takes minutes for the 100,000 of a long recording."""
    body = document.element.body
    layout = body[-1]
    body.remove(layout)
    usual = _language_tag(language_of(annotation))
    for paragraph in paragraphs(annotation):
        _add_turn(body, paragraph, usual)
    body.append(layout)


def _add_turn(body: Any, paragraph: Paragraph, usual: str | None) -> None:
    from lxml.etree import SubElement

    backwards = _is_right_to_left(paragraph.text)
    turn = SubElement(body, f"{_W}p")
    properties = SubElement(turn, f"{_W}pPr")
    SubElement(properties, f"{_W}pStyle").set(f"{_W}val", "Turn")
    if backwards:
        SubElement(properties, f"{_W}bidi")
    if paragraph.speaker:
        _add_run(turn, xml_text(paragraph.speaker), style="Speaker", backwards=_is_right_to_left(paragraph.speaker))
        _add_run(turn, " ")
    _add_run(turn, _clock(paragraph.start), style="TimeStamp")
    SubElement(SubElement(turn, f"{_W}r"), f"{_W}br")
    language = _language_tag(paragraph.language)
    _add_run(turn, xml_text(paragraph.text), backwards=backwards, language=language if language != usual else None)


def _add_run(turn: Any, text: str, *, style: str = "", backwards: bool = False, language: str | None = None) -> None:
    from lxml.etree import SubElement

    run = SubElement(turn, f"{_W}r")
    if style or backwards or language:
        properties = SubElement(run, f"{_W}rPr")
        if style:
            SubElement(properties, f"{_W}rStyle").set(f"{_W}val", style)
        if backwards:
            SubElement(properties, f"{_W}rtl")
        if language:
            _set_language(SubElement(properties, f"{_W}lang"), language)
    written = SubElement(run, f"{_W}t")
    written.set(_SPACE, "preserve")
    written.text = text


def _set_language(element: Any, tag: str) -> None:
    """Say in which language a text is, whichever script Word takes it for."""
    for script in ("val", "eastAsia", "bidi"):
        element.set(f"{_W}{script}", tag)


def _language_tag(language: str | None) -> str | None:
    return language if language and _LANGUAGE_TAG.fullmatch(language) else None


def _is_right_to_left(text: str) -> bool:
    """Whether the first letter with a direction runs to the left (Unicode bidirectional algorithm, rule P2)."""
    directions = (unicodedata.bidirectional(letter) for letter in text)
    return next((direction for direction in directions if direction in ("L", "R", "AL")), "L") != "L"


FORMAT = Format(
    name="docx",
    title="Word document",
    suffixes=(".docx",),
    keeps=frozenset({"text", "speaker"}),
    dumps=dumps,
    loads=None,
    takes=has_text,
    takes_what="segments with text",
    aliases=("word",),
    require=require_docx,
)
