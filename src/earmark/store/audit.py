"""Who changed what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from earmark.core.audit import AuditEntry
from earmark.core.page import Page, decode_cursor, encode_cursor, require_limit
from earmark.errors import InvalidValue
from earmark.store.tables import audit

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from earmark.core.people import Actor


def add(
    connection: Connection,
    actor: Actor,
    action: str,
    *,
    at: datetime,
    project_id: str | None,
    subject_kind: str,
    subject_id: str,
    details: Mapping[str, Any],
) -> None:
    """Write one line."""
    connection.execute(
        audit.insert().values(
            at=at,
            user_id=actor.user_id,
            user_name=actor.name,
            action=action,
            project_id=project_id,
            subject_kind=subject_kind,
            subject_id=subject_id,
            details=dict(details),
            address=actor.address,
            request_id=actor.request_id,
        )
    )


def page(
    connection: Connection,
    *,
    project_id: str | None = None,
    subject_id: str | None = None,
    user_id: str | None = None,
    action: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[AuditEntry]:
    """List entries, the latest first; ``since`` is included, ``until`` is not."""
    wanted = {"project_id": project_id, "subject_id": subject_id, "user_id": user_id, "action": action}
    query = sa.select(audit).where(*(audit.c[name] == value for name, value in wanted.items() if value is not None))
    if since is not None:
        query = query.where(audit.c.at >= since)
    if until is not None:
        query = query.where(audit.c.at < until)
    if cursor is not None:
        query = query.where(audit.c.number < _number(*decode_cursor(cursor, size=1)))
    rows = connection.execute(query.order_by(audit.c.number.desc()).limit(require_limit(limit) + 1)).mappings().all()
    more = encode_cursor(rows[limit - 1]["number"]) if len(rows) > limit else None
    return Page(items=tuple(AuditEntry(**row) for row in rows[:limit]), next=more)


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) >= 2**63:
        raise InvalidValue("the cursor is not one of this list: begin at the first page")
    return value
