"""Contents of media files: each is kept once, for as long as something refers to it.

A content is referred to by recordings and by uploads that are on their way to one. Whoever wants to refer to it calls
`hold` first, whoever wants to delete it calls `lock_unused`: both lock its row, so that of two at the same time one
sees what the other did.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from earmark.store.database import now
from earmark.store.tables import blobs, recordings, uploads

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.engine import Connection


def blob_key(checksum: str) -> str:
    """Key of a content in the file store."""
    return f"blobs/{checksum[:2]}/{checksum}"


def seen_prefix(checksum: str) -> str:
    """Where peaks and pictures of a content lie in the file store."""
    return f"seen/{checksum[:2]}/{checksum}"


def hold(connection: Connection, checksum: str, size: int) -> None:
    """Make sure that there is a row for a content, and lock it until the transaction ends."""
    values = {"checksum": checksum, "size": size, "created_at": now()}
    connection.execute(_upsert(connection.dialect.name, values))


def _upsert(dialect: str, values: dict[str, Any]) -> sa.Executable:
    if dialect in ("mysql", "mariadb"):
        from sqlalchemy.dialects import mysql

        return mysql.insert(blobs).values(values).on_duplicate_key_update(size=values["size"])
    if dialect == "postgresql":
        from sqlalchemy.dialects import postgresql

        insert = postgresql.insert(blobs).values(values)
        return insert.on_conflict_do_update(index_elements=["checksum"], set_={"size": values["size"]})
    from sqlalchemy.dialects import sqlite

    return (
        sqlite.insert(blobs)
        .values(values)
        .on_conflict_do_update(index_elements=["checksum"], set_={"size": values["size"]})
    )


def lock_unused(connection: Connection, checksum: str) -> bool:
    """Lock the row of a content; tell whether it is there and nothing refers to it."""
    row = connection.execute(sa.select(blobs.c.checksum).where(blobs.c.checksum == checksum).with_for_update()).first()
    return row is not None and not connection.execute(sa.select(_in_use(sa.literal(checksum)))).scalar_one()


def _in_use(checksum: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    return sa.or_(
        sa.exists().where(recordings.c.checksum == checksum),
        sa.exists().where(uploads.c.checksum == checksum),
    )


def unused(connection: Connection, *, limit: int) -> list[str]:
    """Contents that nothing refers to."""
    query = sa.select(blobs.c.checksum).where(sa.not_(_in_use(blobs.c.checksum))).limit(limit)
    return list(connection.execute(query).scalars())


def missing(connection: Connection, checksums: Iterable[str]) -> set[str]:
    """Those of some contents for which there is no row."""
    wanted = set(checksums)
    query = sa.select(blobs.c.checksum).where(blobs.c.checksum.in_(wanted))
    return wanted - set(connection.execute(query).scalars())


def delete(connection: Connection, checksum: str) -> None:
    """Delete the row of a content."""
    connection.execute(blobs.delete().where(blobs.c.checksum == checksum))
