"""Reading the audit log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from earmark.core.people import Permission
from earmark.services.access import require, require_administrator
from earmark.store import audit

if TYPE_CHECKING:
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
    cursor: str | None = None,
    limit: int = 50,
) -> Page[AuditEntry]:
    """List what was done, the latest first: in a project for those who manage it, else for administrators."""
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
            cursor=cursor,
            limit=limit,
        )
