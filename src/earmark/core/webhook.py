"""Webhooks: other programs that are told what happens here."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from earmark.errors import InvalidValue

if TYPE_CHECKING:
    from datetime import datetime

MAX_URL = 2000
EVENT_KINDS = tuple(
    f"{noun}.{verb}"
    for noun, verbs in {
        "project": "created updated deleted restored purged imported",
        "member": "set removed",
        "recording": "created updated imported failed deleted restored purged",
        "upload": "created",
        "annotation": "created edited reverted areas submitted reviewed reopened deleted restored",
        "model": "created updated deleted default_set",
        "job": "queued started progress done failed cancelled retried",
        "schedule": "created updated deleted",
        "webhook": "created updated deleted",
        "user": "created updated signed_in signed_out password_changed",
        "token": "created revoked",
        "voice": "named renamed deleted",
        "voices": "on off deleted",
    }.items()
    for verb in verbs.split()
)
"""Everything that can happen, as ``noun.verb``."""
TEST_KIND = "webhook.test"
"""Kind of the message by which people try an endpoint; it goes to that one only."""


class DeliveryState(StrEnum):
    """How far a message to an endpoint is."""

    QUEUED = "queued"
    """It will be sent, or sent again."""
    DELIVERED = "delivered"
    FAILED = "failed"
    """It was given up; ``last_error`` says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """An endpoint that wants to be told.

    Attributes
    ----------
    project_id : str or None
        The project whose events are sent; None is for those of the whole server.
    url : str
        Where they are posted.
    kinds : tuple of str
        The kinds of events that are sent; empty for all.
    enabled : bool
        Off: nothing is sent; what happens meanwhile is not told later.
    """

    id: str
    project_id: str | None
    url: str
    kinds: tuple[str, ...] = ()
    enabled: bool = True
    created_by: str | None = None
    created_at: datetime

    def __post_init__(self) -> None:
        _require_url(self.url)
        for kind in self.kinds:
            if kind not in EVENT_KINDS:
                close = difflib.get_close_matches(kind, EVENT_KINDS, n=1)
                advice = f"Did you mean {close[0]}?" if close else f"There are {', '.join(EVENT_KINDS)}."
                raise InvalidValue(f"webhook: no event is of the kind {kind[:60]!r}. {advice}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One message to one endpoint.

    Attributes
    ----------
    id : str
        Sent as ``webhook-id``; the same for each attempt, so that receivers can tell repetitions.
    kind, body : str
        Kind of event, and the JSON that is posted.
    attempts : int
        How often it was sent.
    next_at : datetime
        When it is sent next, while it is queued.
    last_status : int or None
        HTTP status of the last answer.
    last_error : str or None
        What went wrong last.
    """

    id: str
    webhook_id: str
    kind: str
    body: str
    state: DeliveryState
    attempts: int
    next_at: datetime
    last_status: int | None
    last_error: str | None
    created_at: datetime
    delivered_at: datetime | None


def _require_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None
        sound = sound and parts.port != 0 and url.isprintable() and " " not in url
    except ValueError:
        sound = False
    if not sound or len(url) > MAX_URL:
        raise InvalidValue(
            f"webhook: the address of an endpoint begins with http:// or https://, names a host, holds no user name "
            f"and has at most {MAX_URL} characters. {url[:80]!r} does not"
        )
