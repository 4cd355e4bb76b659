"""Plain transcript: one segment with text per line, behind its speaker. Written only, for it has no times."""

from __future__ import annotations

from typing import TYPE_CHECKING

from earmark.core.segment import in_order
from earmark.formats.format import Format, has_text
from earmark.formats.rendering import transcript_line

if TYPE_CHECKING:
    from earmark.core.annotation import Annotation


def dumps(annotation: Annotation) -> str:
    """Write the transcript, in order of time."""
    return "".join(f"{transcript_line(s)}\n" for s in sorted(annotation.segments, key=in_order) if has_text(s))


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
