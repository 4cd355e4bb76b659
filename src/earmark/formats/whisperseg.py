"""WhisperSeg's label files: JSON with the lists ``onset``, ``offset`` and ``cluster``. Read only."""

from __future__ import annotations

from typing import Any

from earmark.core.annotation import Annotation
from earmark.core.segment import Segment
from earmark.errors import FormatError
from earmark.formats.earmark_json import NAME
from earmark.formats.format import Format
from earmark.formats.json_values import parse
from earmark.formats.parsing import at, number


def recognises(text: str) -> bool:
    """Look for onsets in what does not call itself an annotation of Earmark."""
    return '"onset"' in text and f'"{NAME}"' not in text


def loads(text: str, *, source: str) -> Annotation:
    """Read onsets, offsets and clusters; the species, where there is one, becomes a tag."""
    content = parse(text, source=source)
    onsets, offsets, clusters = _lists(content, source)
    species = content.get("species")
    tags = (("species", species),) if isinstance(species, str) and species else ()
    segments = []
    for count, (onset, offset, cluster) in enumerate(zip(onsets, offsets, clusters, strict=True), 1):
        with at(f"{source}, label {count}", None):
            start, end = number(str(onset)), number(str(offset))
            segments.append(Segment(start=start, end=end, label=str(cluster), tags=tags))
    return Annotation(segments=tuple(segments))


def _lists(content: Any, source: str) -> list[list[Any]]:
    values = [content.get(name) for name in ("onset", "offset", "cluster")] if isinstance(content, dict) else []
    lists = [value for value in values if isinstance(value, list)]
    if len(lists) != 3 or len({len(value) for value in lists}) != 1:
        raise FormatError(source, "WhisperSeg labels are three lists of one length: onset, offset and cluster")
    return lists


FORMAT = Format(
    name="whisperseg",
    title="WhisperSeg labels",
    suffixes=(".json",),
    keeps=frozenset(),
    dumps=None,
    loads=loads,
    recognises=recognises,
)
