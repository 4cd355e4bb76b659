"""What every server does again and again; several servers on one database do not get in each other's way."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from earmark.jobs.housekeeping import Chore, Reaper
from earmark.services import callbacks
from earmark.services.imports import settle
from earmark.services.schedules import tick
from earmark.services.transcription_retention import expire, forget_old
from earmark.services.webhooks import deliver_due

if TYPE_CHECKING:
    from collections.abc import Mapping

    from earmark.services.callbacks import Telling
    from earmark.services.platform import Platform


def chores(platform: Platform, tellings: Mapping[str, Telling] = MappingProxyType({})) -> tuple[Chore, ...]:
    """List the chores of a server.

    Parameters
    ----------
    tellings : mapping
        What the clients of each integration are told when their jobs have ended.
    """
    return (
        Chore(name="schedules", every=1.0, action=lambda: tick(platform)),
        Chore(name="jobs of dead workers", every=2.0, action=Reaper(platform.database)),
        Chore(name="imports that were killed", every=5.0, action=lambda: settle(platform)),
        Chore(name="old transcriptions", every=60.0, action=lambda: forget_old(platform)),
        Chore(name="transcriptions that took too long", every=5.0, action=lambda: expire(platform)),
        Chore(name="callbacks", every=1.0, action=lambda: callbacks.deliver_due(platform, tellings)),
        Chore(name="webhooks", every=1.0, action=lambda: deliver_due(platform)),
    )
