"""Reading the audit log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from earmark.core.people import Permission
from earmark.errors import InvalidValue
from earmark.services.access import require, require_administrator
from earmark.store import audit

if TYPE_CHECKING:
    from datetime import datetime

    from earmark.core.audit import AuditEntry
    from earmark.core.page import Page
    from earmark.core.people import Actor
    from earmark.services.platform import Platform


def list_entries(
    platform: Platform,
    actor: Actor,
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
    """List what was done, the latest first: in a project for those who manage it, else for administrators.

    Raises
    ------
    InvalidValue
        The time asked for, from ``since`` on and before ``until``, ends before it begins.
    """
    if since is not None and until is not None and until < since:
        raise InvalidValue(f"the time asked for ends ({until}) before it begins ({since})")
    with platform.database.read() as connection:
        if project_id is None:
            require_administrator(actor)
        else:
            require(connection, actor, project_id, Permission.MANAGE)
        return audit.page(
            connection,
            project_id=project_id,
            subject_id=subject_id,
            user_id=user_id,
            action=action,
            since=since,
            until=until,
            cursor=cursor,
            limit=limit,
        )
