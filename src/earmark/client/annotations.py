"""Annotations and their segments."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from earmark.client import segments as wire

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from os import PathLike

    from earmark.client.http import Http
    from earmark.core.edits import Edit
    from earmark.core.review import StoredSegment
    from earmark.core.segment import Segment

Item = dict[str, Any]


class Annotations:
    """What people and models found in recordings."""

    def __init__(self, http: Http) -> None:
        self._http = http

    def list(self, recording_id: str) -> Iterator[Item]:
        """Give the annotations of a recording, the oldest first."""
        return self._http.pages(f"/recordings/{recording_id}/annotations")

    def get(self, annotation_id: str) -> Item:
        """Read an annotation, without its segments."""
        annotation: Item = self._http.ask("GET", f"/annotations/{annotation_id}")
        return annotation

    def create(
        self, recording_id: str, segments: Iterable[Segment] = (), *, copy_of: str | None = None, **fields: Any
    ) -> Item:
        """Begin an annotation of one's own: with segments, or as a copy of another one."""
        body = {"segments": [wire.written(segment) for segment in segments], "copy_of": copy_of, **fields}
        annotation: Item = self._http.ask("POST", f"/recordings/{recording_id}/annotations", json=body)
        return annotation

    def segments(self, annotation_id: str, **view: Any) -> Iterator[StoredSegment]:
        """Give segments in the order of their start; what is shown (start, end, channel, label ...) as in the API."""
        return map(wire.read, self._http.pages(f"/annotations/{annotation_id}/segments", **view))

    def edit(self, annotation_id: str, edits: Iterable[Edit], *, base_revision: int, merge: bool = False) -> Item:
        """Make edits together, all or none, on a revision.

        Raises
        ------
        StaleEdit
            There are later revisions; with ``merge`` only if they touched the same segments.
        """
        body = {
            "edits": [wire.written_edit(edit) for edit in edits],
            "base_revision": base_revision,
            "merge": merge,
        }
        edited: Item = self._http.ask("POST", f"/annotations/{annotation_id}/edits", json=body)
        return edited

    def accept(
        self, annotation_id: str, source_id: str, *, base_revision: int, ids: Iterable[str] | None = None, **more: Any
    ) -> Item:
        """Take over segments of another annotation: those named, all that a ``filter`` fits, or simply all."""
        body = {"from": source_id, "base_revision": base_revision, "ids": None if ids is None else [*ids], **more}
        accepted: Item = self._http.ask("POST", f"/annotations/{annotation_id}/accept", json=body)
        return accepted

    def mark(self, annotation_id: str, mark: Iterable[Item] = (), unmark: Iterable[Item] = ()) -> Item:
        """Mark spans (start, end, perhaps channel) as fully labelled, then unmark some."""
        body = {"mark": [*mark], "unmark": [*unmark]}
        annotation: Item = self._http.ask("POST", f"/annotations/{annotation_id}/areas", json=body)
        return annotation

    def revert(self, annotation_id: str, *, base_revision: int, to_revision: int | None = None) -> Item:
        """Bring an earlier state back as a new revision, by default the one before the latest."""
        body = {"base_revision": base_revision, "to_revision": to_revision}
        edited: Item = self._http.ask("POST", f"/annotations/{annotation_id}/revert", json=body)
        return edited

    def compare(self, annotation_id: str, other_id: str) -> Item:
        """Say what two annotations of a recording share, where they differ, and how well they agree."""
        found: Item = self._http.ask("GET", f"/annotations/{annotation_id}/compare", params={"with": other_id})
        return found

    def set_status(self, annotation_id: str, status: str) -> Item:
        """Hand an annotation in (submitted), approve it (reviewed) or open it again (draft)."""
        annotation: Item = self._http.ask("PATCH", f"/annotations/{annotation_id}", json={"status": status})
        return annotation

    def export(self, annotation_id: str, format: str) -> bytes:  # noqa: A002 - what it is called everywhere
        """Give an annotation as a file of some format."""
        return self._http.send("GET", f"/annotations/{annotation_id}/export", params={"format": format}).content

    def import_file(self, recording_id: str, path: str | PathLike[str], *, mine: bool = False) -> Item:
        """Add an annotation from a file of any format that the server reads."""
        file = Path(path)
        files = {"file": (file.name, file.read_bytes())}
        where = f"/recordings/{recording_id}/annotations/import"
        annotation: Item = self._http.ask("POST", where, files=files, params={"mine": mine})
        return annotation
