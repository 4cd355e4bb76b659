"""Plain transcript. Written only, for it has no times.

Without speakers one segment with text per line; with speakers a paragraph each, behind the name, blank lines between.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from earmark.core.transcript import Paragraph, paragraphs, speakers_of, spoken
from earmark.formats.format import Format, has_text
from earmark.formats.rendering import one_line

if TYPE_CHECKING:
    from earmark.core.annotation import Annotation


def dumps(annotation: Annotation) -> str:
    """Write the transcript, in order of time."""
    segments = spoken(annotation)
    if not speakers_of(segments):
        return "".join(f"{one_line(segment.text or '')}\n" for segment in segments)
    return "\n".join(f"{_named(paragraph)}\n" for paragraph in paragraphs(annotation))


def _named(paragraph: Paragraph) -> str:
    return f"{paragraph.speaker}: {paragraph.text}" if paragraph.speaker else paragraph.text


FORMAT = Format(
    name="txt",
    title="plain text",
    suffixes=(".txt",),
    keeps=frozenset({"text", "speaker"}),
    dumps=dumps,
    loads=None,
    takes=has_text,
    takes_what="segments with text",
    aliases=("text",),
)
