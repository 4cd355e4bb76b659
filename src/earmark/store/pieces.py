"""What jobs gave before their end, for those who do not want to wait for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from earmark.store.tables import job_pieces, job_readers

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy.engine import Connection

    from earmark.core.job import Job

AT_ONCE = 200


def write(connection: Connection, job: Job, contents: Iterable[Any]) -> None:
    """Add pieces, JSON each, to those that this attempt of a job gave."""
    rows = [{"job_id": job.id, "attempt": job.attempt, "content": content} for content in contents]
    if rows:
        connection.execute(job_pieces.insert(), rows)


def after(connection: Connection, job_id: str, number: int, *, limit: int = AT_ONCE) -> Sequence[tuple[int, int, Any]]:
    """Read pieces of a job after number ``number``: number, attempt and content of each, in order."""
    columns = (job_pieces.c.number, job_pieces.c.attempt, job_pieces.c.content)
    query = sa.select(*columns).where(job_pieces.c.job_id == job_id, job_pieces.c.number > number)
    found = connection.execute(query.order_by(job_pieces.c.number).limit(limit))
    return [(row[0], row[1], row[2]) for row in found]


def reading(connection: Connection, job_id: str) -> tuple[int, dict[str, float]]:
    """How far the pieces of a job were read: the last number, and the latest start given on each channel."""
    query = sa.select(job_readers.c.number, job_readers.c.given).where(job_readers.c.job_id == job_id)
    row = connection.execute(query).first()
    return (0, {}) if row is None else (row[0], dict(row[1]))


def read_until(connection: Connection, job_id: str, *, number: int, given: Mapping[str, float]) -> None:
    """Remember how far the pieces of a job were read. Call with the job locked."""
    values = {"number": number, "given": dict(given)}
    updated = connection.execute(job_readers.update().where(job_readers.c.job_id == job_id).values(values))
    # Some databases count changed rows only, but the number always grows.
    if not updated.rowcount:
        connection.execute(job_readers.insert().values(job_id=job_id, **values))
