"""Files of watched folders and buckets: how they were when somebody looked last, and what became of them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from earmark.store.tables import schedules, watched_files

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy.engine import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedFile:
    """One file of a watched place.

    Attributes
    ----------
    key : str
        Its path below the place.
    size, modified : int, datetime
        How it was when somebody looked last.
    recording_id : str or None
        The recording that was made of it as it is.
    """

    key: str
    size: int
    modified: datetime
    recording_id: str | None = None


def schedule_of_job(connection: Connection, job_id: str) -> str | None:
    """The schedule that began a job last, None where none did."""
    return connection.execute(sa.select(schedules.c.id).where(schedules.c.last_job_id == job_id)).scalar()


def known(connection: Connection, schedule_id: str, keys: Iterable[str]) -> dict[str, WatchedFile]:
    """Files that were seen before, by key."""
    query = sa.select(watched_files).where(
        watched_files.c.schedule_id == schedule_id, watched_files.c.key_hash.in_([_hash(key) for key in keys])
    )
    return {
        row.key: WatchedFile(key=row.key, size=row.size, modified=row.modified, recording_id=row.recording_id)
        for row in connection.execute(query)
    }


def write(connection: Connection, schedule_id: str, file: WatchedFile, *, new: bool) -> None:
    """Write down how a file is now."""
    values = {"size": file.size, "modified": file.modified, "recording_id": file.recording_id}
    if new:
        mine = {"schedule_id": schedule_id, "key_hash": _hash(file.key), "key": file.key}
        connection.execute(watched_files.insert().values(mine | values))
        return
    this = (watched_files.c.schedule_id == schedule_id, watched_files.c.key_hash == _hash(file.key))
    connection.execute(watched_files.update().where(*this).values(values))


def _hash(key: str) -> str:
    # Keys are longer than what every database takes into an index.
    return hashlib.sha256(key.encode(errors="surrogateescape")).hexdigest()
