"""The outbox of webhooks.

A message is taken by moving the moment of its next attempt beyond the longest time that an attempt takes. Whoever took
it and dies leaves it to be taken again then, by any server.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from earmark.core.ids import new_id
from earmark.core.page import Page, decode_cursor, encode_cursor, require_limit
from earmark.core.webhook import Delivery, DeliveryState
from earmark.store.tables import deliveries, webhooks

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.engine import Connection, RowMapping

LEASE = timedelta(seconds=60)
"""After so long an attempt of which nothing was heard is made again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A message that this process is to send now, with where to and the secret that signs it."""

    delivery: Delivery
    url: str
    secret: str


def enqueue(connection: Connection, kind: str, *, project_id: str | None, body: str, at: datetime) -> None:
    """Put a message into the outbox for every webhook that asked for it; to be sent at once."""
    theirs = sa.or_(webhooks.c.project_id.is_(None), webhooks.c.project_id == project_id)
    query = sa.select(webhooks.c.id, webhooks.c.kinds).where(webhooks.c.enabled, theirs)
    takers = [row.id for row in connection.execute(query) if not row.kinds or kind in row.kinds]
    add(connection, takers, kind, body=body, at=at)


def add(connection: Connection, webhook_ids: Sequence[str], kind: str, *, body: str, at: datetime) -> None:
    """Put a message into the outbox for each of some webhooks."""
    same = {"kind": kind, "body": body, "state": DeliveryState.QUEUED.value, "attempts": 0}
    rows = [{"id": new_id(), "webhook_id": taker, **same, "next_at": at, "created_at": at} for taker in webhook_ids]
    if rows:
        connection.execute(deliveries.insert(), rows)


def claim(connection: Connection, *, at: datetime, most: int, most_each: int) -> tuple[Claimed, ...]:
    """Take messages that are due: at most ``most_each`` for an endpoint, so that a slow one does not delay others."""
    due = (deliveries.c.state == DeliveryState.QUEUED.value, deliveries.c.next_at <= at, webhooks.c.enabled)
    joined = deliveries.join(webhooks, deliveries.c.webhook_id == webhooks.c.id)
    waiting = (
        sa.select(deliveries.c.webhook_id)
        .select_from(joined)
        .where(*due)
        .group_by(deliveries.c.webhook_id)
        .order_by(sa.func.min(deliveries.c.next_at))
        .limit(most)
    )
    taken: list[Claimed] = []
    for webhook_id in connection.execute(waiting).scalars().all():
        query = sa.select(deliveries, webhooks.c.url, webhooks.c.secret).select_from(joined)
        query = query.where(*due, deliveries.c.webhook_id == webhook_id)
        query = query.order_by(deliveries.c.next_at, deliveries.c.id).limit(min(most_each, most - len(taken)))
        rows = connection.execute(query).mappings().all()
        taken += [
            Claimed(
                delivery=replace(_delivery(row), attempts=row["attempts"] + 1), url=row["url"], secret=row["secret"]
            )
            for row in rows
            if _take(connection, row, at)
        ]
    return tuple(taken)


def _take(connection: Connection, row: RowMapping, at: datetime) -> bool:
    """Several servers may read the same row as due; only one of them finds it unchanged here."""
    same = (deliveries.c.id == row["id"], deliveries.c.attempts == row["attempts"])
    statement = deliveries.update().where(*same, deliveries.c.state == DeliveryState.QUEUED.value)
    return connection.execute(statement.values(attempts=row["attempts"] + 1, next_at=at + LEASE)).rowcount == 1


def settle(connection: Connection, delivery: Delivery) -> None:
    """Write how an attempt went, unless the message was taken again meanwhile."""
    names = ("state", "next_at", "last_status", "last_error", "delivered_at")
    same = (deliveries.c.id == delivery.id, deliveries.c.attempts == delivery.attempts)
    statement = deliveries.update().where(*same, deliveries.c.state == DeliveryState.QUEUED.value)
    connection.execute(statement.values({name: getattr(delivery, name) for name in names}))


def get(connection: Connection, delivery_id: str) -> Delivery | None:
    """Read a message, None where there is none of that name."""
    row = connection.execute(sa.select(deliveries).where(deliveries.c.id == delivery_id)).mappings().first()
    return None if row is None else _delivery(row)


def page(
    connection: Connection,
    webhook_id: str,
    *,
    state: DeliveryState | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Delivery]:
    """List the messages to an endpoint, the latest first."""
    query = sa.select(deliveries).where(deliveries.c.webhook_id == webhook_id)
    if state is not None:
        query = query.where(deliveries.c.state == state.value)
    if cursor is not None:
        query = query.where(deliveries.c.id < str(decode_cursor(cursor, size=1)[0]))
    rows = connection.execute(query.order_by(deliveries.c.id.desc()).limit(require_limit(limit) + 1)).mappings().all()
    more = encode_cursor(rows[limit - 1]["id"]) if len(rows) > limit else None
    return Page(items=tuple(_delivery(row) for row in rows[:limit]), next=more)


def counts(connection: Connection) -> dict[DeliveryState, int]:
    """Count messages by state."""
    query = sa.select(deliveries.c.state, sa.func.count()).group_by(deliveries.c.state)
    return {DeliveryState(state): number for state, number in connection.execute(query)}


def begin_again(connection: Connection, delivery_id: str, *, at: datetime) -> None:
    """Send a message once more, with all attempts before it."""
    values = {"state": DeliveryState.QUEUED.value, "attempts": 0, "next_at": at}
    connection.execute(deliveries.update().where(deliveries.c.id == delivery_id).values(values))


def _delivery(row: RowMapping) -> Delivery:
    values = {column.name: row[column.name] for column in deliveries.c if column.name != "state"}
    return Delivery(**values, state=DeliveryState(row["state"]))
