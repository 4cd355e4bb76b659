"""Recordings of projects; lists of them are in `store/listing.py`."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from earmark.core.library import RecordingState, StoredRecording
from earmark.core.recording import Recording
from earmark.errors import NotFound
from earmark.store import terms
from earmark.store.tables import jobs, recordings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.engine import Connection, RowMapping

_MEDIA = tuple(field.name for field in fields(Recording))
_OTHERS = tuple(field.name for field in fields(StoredRecording) if field.name != "media")


def add(connection: Connection, recording: StoredRecording) -> None:
    """Write a new recording, and by which words it is found."""
    add_all(connection, [recording])


def add_all(connection: Connection, new: Sequence[StoredRecording]) -> None:
    """Write new recordings, and by which words they are found."""
    if new:
        connection.execute(recordings.insert(), [_row(recording) for recording in new])
        terms.add(connection, new)


def get(connection: Connection, recording_id: str, *, lock: bool = False) -> StoredRecording:
    """Read a recording, in the trash or not; ``lock`` keeps others from changing it until the transaction ends.

    Raises
    ------
    NotFound
        There is none.
    """
    query = sa.select(recordings).where(recordings.c.id == recording_id)
    row = connection.execute(query.with_for_update() if lock else query).mappings().first()
    if row is None:
        raise NotFound("recording", recording_id)
    return _recording(row)


def get_all(connection: Connection, ids: Sequence[str], *, lock: bool = False) -> list[StoredRecording]:
    """Read recordings in the order of their ids; those that are not there are left out."""
    query = sa.select(recordings).where(recordings.c.id.in_(ids))
    # Always locked in the same order, so that no two transactions wait for each other.
    rows = connection.execute(query.order_by(recordings.c.id).with_for_update() if lock else query).mappings()
    found = {row["id"]: _recording(row) for row in rows}
    return [found[recording_id] for recording_id in dict.fromkeys(ids) if recording_id in found]


def find_content(connection: Connection, project_id: str, checksum: str) -> StoredRecording | None:
    """Find the recording of a project that has a content, in the trash or not, and lock it."""
    query = sa.select(recordings.c.id).where(recordings.c.project_id == project_id, recordings.c.checksum == checksum)
    # Locked by its id, as everybody does: MariaDB would lock the entry of this index first, and the row after it.
    found = get_all(connection, list(connection.execute(query).scalars()), lock=True)
    return found[0] if found else None


def save(connection: Connection, before: StoredRecording, after: StoredRecording) -> None:
    """Write a recording that was changed."""
    connection.execute(recordings.update().where(recordings.c.id == after.id).values(_row(after)))
    terms.replace(connection, before, after)


def delete_all(connection: Connection, ids: Sequence[str]) -> None:
    """Delete recordings for good, with all that refers to them; their contents stay, see `store/blobs.py`."""
    connection.execute(recordings.delete().where(recordings.c.id.in_(ids)))


def deleted_before(connection: Connection, moment: datetime, *, limit: int) -> list[str]:
    """Recordings that were put into the trash before a moment."""
    query = sa.select(recordings.c.id).where(recordings.c.deleted_at < moment).limit(limit)
    return list(connection.execute(query).scalars())


def of_project(connection: Connection, project_id: str, *, limit: int) -> list[str]:
    """Some recordings of a project, in the trash or not."""
    query = sa.select(recordings.c.id).where(recordings.c.project_id == project_id).limit(limit)
    return list(connection.execute(query).scalars())


def counts_by_state(connection: Connection, project_id: str) -> dict[RecordingState, int]:
    """Number of recordings of a project that are not in the trash, by state."""
    query = (
        sa.select(recordings.c.state, sa.func.count())
        .where(recordings.c.project_id == project_id, recordings.c.trashed.is_(False))
        .group_by(recordings.c.state)
    )
    return {RecordingState(state): number for state, number in connection.execute(query)}


def abandoned(connection: Connection, *, since: datetime) -> list[tuple[str, str | None]]:
    """Recordings that wait for an import that ended in vain since a moment, and why."""
    over, others = jobs.alias(), jobs.alias()
    ended = (over.c.finished_at >= since, over.c.kind == "import", over.c.state.in_(("failed", "cancelled")))
    going_on = sa.exists().where(
        others.c.recording_id == recordings.c.id, others.c.kind == "import", others.c.state.in_(("queued", "running"))
    )
    query = (
        sa.select(recordings.c.id, over.c.error)
        .join_from(over, recordings, over.c.recording_id == recordings.c.id)
        .where(*ended, recordings.c.state == RecordingState.WAITING.value, sa.not_(going_on))
        .order_by(over.c.finished_at)
    )
    return list({row.id: (row.id, row.error) for row in connection.execute(query)}.values())


def _row(recording: StoredRecording) -> dict[str, Any]:
    row = {name: getattr(recording, name) for name in _OTHERS}
    row |= {name: getattr(recording.media, name) for name in _MEDIA}
    row |= {"tags": list(recording.tags), "problems": list(recording.problems)}
    return row | {"state": recording.state.value, "trashed": recording.deleted_at is not None}


def _recording(row: RowMapping) -> StoredRecording:
    values = {name: row[name] for name in _OTHERS}
    values |= {"tags": tuple(row["tags"]), "problems": tuple(row["problems"]), "state": RecordingState(row["state"])}
    return StoredRecording(**values, media=Recording(**{name: row[name] for name in _MEDIA}))
