"""Segments as the API writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from earmark.core.review import StoredSegment
from earmark.core.segment import Segment, Word

if TYPE_CHECKING:
    from collections.abc import Mapping

    from earmark.core.edits import Edit

PLAIN = ("start", "end", "channel", "label", "text", "speaker", "language", "score", "low_hz", "high_hz")


def written(segment: Segment) -> dict[str, Any]:
    """Write a segment."""
    words = [{"text": w.text, "start": w.start, "end": w.end, "score": w.score} for w in segment.words]
    plain = {name: getattr(segment, name) for name in PLAIN}
    return {**plain, "words": words, "tags": [list(tag) for tag in segment.tags]}


def written_edit(edit: Edit) -> dict[str, Any]:
    """Write an edit."""
    done = {"op": edit.op.value, "id": edit.id}
    return done if edit.segment is None else {**done, "segment": written(edit.segment)}


def read(told: Mapping[str, Any]) -> StoredSegment:
    """Read a segment with its name."""
    words = tuple(Word(**word) for word in told.get("words", ()))
    tags = tuple((name, value) for name, value in told.get("tags", ()))
    plain = {name: told[name] for name in PLAIN if name in told}
    return StoredSegment(id=told["id"], revision=told["revision"], segment=Segment(**plain, words=words, tags=tags))
