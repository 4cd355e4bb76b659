"""Telling those who watch: an event, and a delivery to each webhook that asked for it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from earmark.store import deliveries, events
from earmark.store.database import now

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.engine import Connection


def announce(
    connection: Connection, kind: str, *, subject_id: str, project_id: str | None, data: Mapping[str, Any]
) -> None:
    """Tell those who watch, without a line in the audit log: for what Earmark does by itself."""
    moment = now()
    events.add(connection, kind, at=moment, project_id=project_id, subject_id=subject_id, data=data)
    content = {"project_id": project_id, "subject_id": subject_id, **data}
    body = json.dumps({"type": kind, "timestamp": moment.isoformat(), "data": content})
    deliveries.enqueue(connection, kind, project_id=project_id, body=body, at=moment)
