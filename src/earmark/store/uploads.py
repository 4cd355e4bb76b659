"""Files that are on their way in: in pieces, or whole and not yet in the file store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from earmark.errors import NotFound
from earmark.store.tables import uploads

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.engine import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file that is on its way in.

    Attributes
    ----------
    name : str
        What the recording will be called.
    size : int
        Bytes in all.
    received : int
        Bytes that had come when it was last written down; the file that it grows in knows better.
    metadata : str
        What the client said of it, word by word.
    checksum : str or None
        SHA-256, while the file is being put into the file store.
    recording_id : str or None
        What became of it.
    """

    id: str
    project_id: str
    user_id: str | None
    name: str
    size: int
    received: int = 0
    metadata: str = ""
    checksum: str | None = None
    recording_id: str | None = None
    created_at: datetime
    expires_at: datetime


def add(connection: Connection, upload: Upload) -> None:
    """Write a new upload."""
    row = {name: getattr(upload, name) for name in Upload.__dataclass_fields__}
    connection.execute(uploads.insert().values(row))


def get(connection: Connection, upload_id: str) -> Upload:
    """Read an upload; raises `NotFound`."""
    row = connection.execute(sa.select(uploads).where(uploads.c.id == upload_id)).mappings().first()
    if row is None:
        raise NotFound("upload", upload_id)
    return Upload(**row)


def change(connection: Connection, upload_id: str, **values: Any) -> None:
    """Write new values for some columns."""
    connection.execute(uploads.update().where(uploads.c.id == upload_id).values(values))


def delete(connection: Connection, upload_id: str) -> None:
    """Forget an upload."""
    connection.execute(uploads.delete().where(uploads.c.id == upload_id))


def expired(connection: Connection, moment: datetime) -> list[str]:
    """Uploads that nobody finished in time."""
    return list(connection.execute(sa.select(uploads.c.id).where(uploads.c.expires_at < moment)).scalars())
