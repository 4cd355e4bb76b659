"""Answers to requests that carried an idempotency key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from earmark.store.tables import idempotency

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.engine import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request of which at most one happens.

    Attributes
    ----------
    fingerprint : str
        SHA-256 of all that was asked for.
    """

    actor: str
    key: str
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is known of a request.

    Attributes
    ----------
    status : int or None
        Of the answer; None while there is none.
    """

    fingerprint: str
    status: int | None
    headers: Mapping[str, str] | None
    body: str | None


def begin(connection: Connection, request: Request, *, at: datetime) -> None:
    """Write that a request is under way; where one of that key was, the database raises ``IntegrityError``."""
    row = {"actor": request.actor, "key": request.key, "fingerprint": request.fingerprint, "created_at": at}
    connection.execute(idempotency.insert().values(row))


def find(connection: Connection, request: Request) -> Kept | None:
    """Read what is known of a key."""
    row = connection.execute(sa.select(idempotency).where(_same(request))).mappings().first()
    if row is None:
        return None
    return Kept(fingerprint=row["fingerprint"], status=row["status"], headers=row["headers"], body=row["body"])


def keep(connection: Connection, request: Request, *, status: int, headers: Mapping[str, str], body: str) -> None:
    """Write the answer to a request."""
    values = {"status": status, "headers": dict(headers), "body": body}
    connection.execute(idempotency.update().where(_same(request)).values(values))


def drop(connection: Connection, request: Request) -> None:
    """Forget a request that changed nothing."""
    connection.execute(idempotency.delete().where(_same(request)))


def _same(request: Request) -> sa.ColumnElement[bool]:
    return sa.and_(idempotency.c.actor == request.actor, idempotency.c.key == request.key)
