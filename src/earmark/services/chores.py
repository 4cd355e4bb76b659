"""What every server does again and again; several servers on one database do not get in each other's way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from earmark.jobs.housekeeping import Chore, Reaper
from earmark.services.imports import settle
from earmark.services.schedules import tick
from earmark.services.transcriptions import forget_old
from earmark.services.webhooks import deliver_due

if TYPE_CHECKING:
    from earmark.services.platform import Platform


def chores(platform: Platform) -> tuple[Chore, ...]:
    """List the chores of a server."""
    return (
        Chore(name="schedules", every=1.0, action=lambda: tick(platform)),
        Chore(name="jobs of dead workers", every=2.0, action=Reaper(platform.database)),
        Chore(name="imports that were killed", every=5.0, action=lambda: settle(platform)),
        Chore(name="old transcriptions", every=60.0, action=lambda: forget_old(platform)),
        Chore(name="webhooks", every=1.0, action=lambda: deliver_due(platform)),
    )
