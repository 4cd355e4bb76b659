"""Annotated areas: people say which spans of a recording they have labelled fully."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from earmark.core.areas import changed, require_areas
from earmark.services.annotations import record
from earmark.services.review import open_for_change
from earmark.store import annotations as headers
from earmark.store.database import now

if TYPE_CHECKING:
    from collections.abc import Sequence

    from earmark.core.areas import Area
    from earmark.core.people import Actor
    from earmark.core.review import StoredAnnotation
    from earmark.services.platform import Platform


def change_areas(
    platform: Platform,
    actor: Actor,
    annotation_id: str,
    *,
    mark: Sequence[Area] = (),
    unmark: Sequence[Area] = (),
) -> StoredAnnotation:
    """Mark areas as fully labelled, then unmark some.

    Segments stay as they are and there is no new revision: what several people mark and unmark needs no merging.

    Raises
    ------
    InvalidItems, InvalidValue
        Some areas do not fit the recording, or there would be too many.
    Conflict, Forbidden, NotFound
        As for `review.edit`.
    """
    with platform.database.write() as connection:
        header, media = open_for_change(connection, actor, annotation_id)
        require_areas((*mark, *unmark), media)
        areas = changed(header.areas, mark=mark, unmark=unmark, channels=media.channels or 1)
        if areas == header.areas:
            return header
        header = replace(header, areas=areas, updated_at=now())
        headers.save(connection, header)
        details = {
            "recording_id": header.recording_id,
            "revision": header.revision,
            "author_id": actor.user_id,
            "areas": len(areas),
        }
        record(connection, actor, "annotation.areas", header, **details)
        return header
