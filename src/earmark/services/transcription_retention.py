"""What ends or is deleted of transcriptions that programs asked for when its time is over."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from earmark.services.transcriptions import FOLDER, KIND, folder_of
from earmark.store import jobs
from earmark.store.database import now

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from earmark.core.job import Job
    from earmark.services.platform import Platform

AT_ONCE = 100
STRAY_AGE = timedelta(days=2)
"""Files without a job may belong to a request that is just being taken; older ones do not."""


def expire(platform: Platform) -> int:
    """End transcriptions that nobody wants any more since they took too long in all; return how many."""
    moment = now()
    with platform.database.read() as connection:
        late = [job for job in jobs.unended(connection, kind=KIND) if _is_late(job, moment)]
    for one in late:
        with platform.database.write() as connection:
            job = jobs.get(connection, one.id, lock=True)
            if job is not None and not job.state.ended:
                jobs.cancel(connection, job)
    return len(late)


def _is_late(job: Job, moment: datetime) -> bool:
    seconds = job.arguments.get("expires")
    late = seconds is not None and job.created_at + timedelta(seconds=float(seconds)) <= moment
    return late and not job.cancel_requested


def forget_old(platform: Platform) -> int:
    """Delete transcriptions, with sound and result, that ended as long ago as the settings say; return how many."""
    before = now() - timedelta(hours=platform.settings.transcription_hours)
    with platform.database.read() as connection:
        old = jobs.ended_before(connection, kind=KIND, before=before, limit=AT_ONCE)
    forget(platform, old)
    return len(old)


def forget(platform: Platform, old: Iterable[Job]) -> None:
    """Delete transcriptions with sound and result."""
    for job in old:
        # Files first: what remains after a crash is found again by the row.
        platform.files.delete_all(folder_of(job.id) + "/")
        with platform.database.write() as connection:
            jobs.delete(connection, job.id)


def sweep(platform: Platform) -> int:
    """Delete files that belong to no transcription, as a crash may leave them; return how many."""
    before = now() - timedelta(hours=platform.settings.transcription_hours) - STRAY_AGE
    strays = [facts.key for facts in platform.files.list(FOLDER) if facts.modified < before]
    with platform.database.read() as connection:
        needed = {job.id for job in jobs.unended(connection, kind=KIND)}
    strays = [key for key in strays if key.split("/")[1] not in needed]
    for key in strays:
        platform.files.delete(key)
    return len(strays)
