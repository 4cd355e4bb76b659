"""Every change leaves traces in its own transaction: audit log, event, a delivery to each webhook that asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from earmark.store import audit
from earmark.store.announcements import announce as announce
from earmark.store.database import now

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.engine import Connection

    from earmark.core.people import Actor


def record(
    connection: Connection,
    actor: Actor,
    action: str,
    *,
    subject_id: str,
    project_id: str | None = None,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Write down what an actor changed.

    Parameters
    ----------
    connection : Connection
        The transaction of the change itself: both are kept, or neither.
    actor : Actor
        Who did it.
    action : str
        ``noun.verb``; the noun is the kind of subject.
    subject_id : str
        What was changed.
    project_id : str or None
        Where.
    details : mapping, optional
        JSON: what was changed; no secrets.
    """
    moment, details = now(), details or {}
    noun = action.partition(".")[0]
    audit.add(
        connection,
        actor,
        action,
        at=moment,
        project_id=project_id,
        subject_kind=noun,
        subject_id=subject_id,
        details=details,
    )
    announce(connection, action, subject_id=subject_id, project_id=project_id, data={**details, "by": actor.name})
