"""Lines of the audit log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """Who did what to which thing, when and from where.

    Attributes
    ----------
    number : int
        Grows with time.
    action : str
        ``noun.verb``, for example ``recording.deleted``; the same words as the kinds of events.
    details : mapping
        JSON: what was changed.
    """

    number: int
    at: datetime
    user_id: str | None
    user_name: str
    action: str
    project_id: str | None
    subject_kind: str
    subject_id: str | None
    details: Mapping[str, Any]
    address: str | None
    request_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened, for those who watch: pages that update themselves, and webhooks.

    Attributes
    ----------
    number : int
        Grows with time; where a reader goes on after an interruption.
    kind : str
        ``noun.verb``, for example ``annotation.edited``.
    subject_id : str
        What it happened to.
    data : mapping
        JSON: what a page needs to show it.
    """

    number: int
    at: datetime
    kind: str
    project_id: str | None
    subject_id: str
    data: Mapping[str, Any]
