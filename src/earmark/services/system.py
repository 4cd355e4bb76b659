"""How a server is: what it has to do, who does it, how fast, and how much room is left. Administrators may see it."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic
from typing import TYPE_CHECKING

import psutil

from earmark.config import sources
from earmark.core.job import JobState
from earmark.services.access import require_administrator
from earmark.services.doctor import examine
from earmark.services.findings import Finding, Subject, skipped
from earmark.services.origins import S3
from earmark.store import jobs, load
from earmark.store.database import Database, now

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from earmark.core.job import Hand, JobHour
    from earmark.core.people import Actor
    from earmark.services.platform import Platform

HOURS = 48
"""Hours of which is told what jobs ended."""
DOCTOR_SECONDS = 30.0
"""After so long the look at all parts is given up; parts that do not answer have their own, shorter times."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemState:
    """How a server is.

    Attributes
    ----------
    started_at : datetime
        When this process of it began.
    database, files, queue : str
        What kind they are: ``sqlite``, ``postgresql``, ``mysql`` or ``mariadb``; ``folder`` or ``s3``; ``local`` or
        ``celery``.
    disk_free, disk_total : int
        Bytes of the disk of the data folder.
    memory_free, memory_total : int
        Bytes of memory of this machine.
    cache_bytes, cache_limit : int
        Bytes of pictures and copies on this machine, and how many there may be.
    queued, running : int
        Jobs that wait and that run.
    waiting_since : datetime or None
        Since when the job waits that waits longest and might begin.
    local_workers : int or None
        How many processes the server starts for jobs at most; None where Celery does.
    workers : tuple of Hand
        Those that have a job; of idle ones nothing is known.
    hours : tuple of JobHour
        What jobs ended in each of the last hours, the earliest first.
    amounts : mapping from str to number
        How much there is: people, projects, recordings, seconds, annotations, segments, bytes.
    """

    at: datetime
    started_at: datetime
    database: str
    files: str
    queue: str
    disk_free: int
    disk_total: int
    memory_free: int
    memory_total: int
    cache_bytes: int
    cache_limit: int
    queued: int
    running: int
    waiting_since: datetime | None
    local_workers: int | None
    workers: tuple[Hand, ...]
    hours: tuple[JobHour, ...]
    amounts: Mapping[str, float]


def look_at_system(platform: Platform, actor: Actor) -> SystemState:
    """Tell how a server is."""
    require_administrator(actor)
    settings, moment = platform.settings, now()
    disk, memory = shutil.disk_usage(_existing(platform)), psutil.virtual_memory()
    with platform.database.read() as connection:
        states = load.states(connection)
        return SystemState(
            at=moment,
            started_at=datetime.fromtimestamp(psutil.Process().create_time(), UTC),
            database=platform.database.dialect,
            files="s3" if settings.files.startswith(S3) else "folder",
            queue=settings.queue,
            disk_free=disk.free,
            disk_total=disk.total,
            memory_free=memory.available,
            memory_total=memory.total,
            cache_bytes=platform.cache.size(),
            cache_limit=platform.cache.max_bytes,
            queued=states.get(JobState.QUEUED, 0),
            running=states.get(JobState.RUNNING, 0),
            waiting_since=jobs.oldest_waiting(connection),
            local_workers=settings.workers if settings.queue == "local" else None,
            workers=load.hands(connection),
            hours=load.hours(connection, moment, number=HOURS),
            amounts=load.amounts(connection),
        )


def _existing(platform: Platform) -> str:
    folder = platform.settings.data_dir
    while not folder.exists():
        folder = folder.parent
    return str(folder)


def diagnose(platform: Platform, actor: Actor) -> tuple[Finding, ...]:
    """Look at all parts of the server that runs, as ``earmark doctor`` does, for a bounded time."""
    require_administrator(actor)
    url = platform.database.url.render_as_string(hide_password=False)
    subject = Subject(
        settings=platform.settings,
        sources=sources(os.environ),
        database=lambda: Database(url),
        files=lambda: platform.files,
    )
    return tuple(within(DOCTOR_SECONDS, lambda: examine(subject)))


def within(seconds: float, look: Callable[[], Iterable[Finding]]) -> list[Finding]:
    """Gather what a look finds within some seconds; what comes later is not waited for."""
    queue: SimpleQueue[Finding | None] = SimpleQueue()

    def gather() -> None:
        try:
            for finding in look():
                queue.put(finding)
        finally:
            queue.put(None)

    # It ends with the process, should something never answer.
    Thread(target=gather, name="earmark doctor", daemon=True).start()
    found: list[Finding] = []
    until = monotonic() + seconds
    while True:
        try:
            finding = queue.get(timeout=max(0.0, until - monotonic()))
        except Empty:
            return [*found, skipped("doctor", f"the rest was not looked at: that took longer than {seconds:.0f} s")]
        if finding is None:
            return found
        found.append(finding)
