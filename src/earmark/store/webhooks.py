"""Endpoints of webhooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from earmark.core.page import Page, decode_cursor, encode_cursor, require_limit
from earmark.core.webhook import Webhook
from earmark.store.tables import webhooks

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, RowMapping


def add(connection: Connection, webhook: Webhook, *, secret: str) -> None:
    """Write an endpoint down."""
    columns = ("id", "project_id", "url", "enabled", "created_by", "created_at")
    row = {name: getattr(webhook, name) for name in columns}
    connection.execute(webhooks.insert().values(**row, kinds=list(webhook.kinds), secret=secret))


def get(connection: Connection, webhook_id: str) -> Webhook | None:
    """Read an endpoint, None where there is none of that name."""
    row = connection.execute(sa.select(webhooks).where(webhooks.c.id == webhook_id)).mappings().first()
    return None if row is None else _webhook(row)


def page(
    connection: Connection, *, project_id: str | None, cursor: str | None = None, limit: int = 50
) -> Page[Webhook]:
    """List the endpoints of a project, or those of the whole server (None), the oldest first."""
    query = sa.select(webhooks).where(webhooks.c.project_id.is_not_distinct_from(project_id))
    if cursor is not None:
        query = query.where(webhooks.c.id > str(decode_cursor(cursor, size=1)[0]))
    rows = connection.execute(query.order_by(webhooks.c.id).limit(require_limit(limit) + 1)).mappings().all()
    more = encode_cursor(rows[limit - 1]["id"]) if len(rows) > limit else None
    return Page(items=tuple(_webhook(row) for row in rows[:limit]), next=more)


def change(connection: Connection, webhook: Webhook) -> None:
    """Write what may change of an endpoint."""
    values = {"url": webhook.url, "kinds": list(webhook.kinds), "enabled": webhook.enabled}
    connection.execute(webhooks.update().where(webhooks.c.id == webhook.id).values(values))


def set_secret(connection: Connection, webhook_id: str, secret: str) -> None:
    """Replace the secret that signs messages."""
    connection.execute(webhooks.update().where(webhooks.c.id == webhook_id).values(secret=secret))


def delete(connection: Connection, webhook_id: str) -> None:
    """Delete an endpoint with its messages."""
    connection.execute(webhooks.delete().where(webhooks.c.id == webhook_id))


def _webhook(row: RowMapping) -> Webhook:
    values = {name: row[name] for name in ("id", "project_id", "url", "enabled", "created_by", "created_at")}
    return Webhook(**values, kinds=tuple(row["kinds"]))
