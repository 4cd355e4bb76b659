"""What a server does again and again besides answering requests."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from earmark.errors import JobLost, StoreUnavailable
from earmark.jobs.process import is_gone
from earmark.store import leases

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from earmark.core.job import Job
    from earmark.store.database import Database

STOP_SECONDS = 5.0
"""How long chores may take to end: whatever one of them leaves undone is done after the next start."""
_LONGEST_WAIT = 30.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chore:
    """Something that is done every so many seconds.

    Attributes
    ----------
    name : str
        For logs.
    every : float
        Seconds from its end to its next beginning.
    action : callable
        What is done; what it returns is true where there is more to do at once.
    """

    name: str
    every: float
    action: Callable[[], object]


class Housekeeper:
    """Does chores, each in a thread of its own, until told to stop; what fails is tried again later."""

    def __init__(self, chores: Iterable[Chore]) -> None:
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._repeat, args=(chore,), name=f"earmark {chore.name}", daemon=True)
            for chore in chores
        ]

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End; what is being done may take a moment longer, and is left then."""
        self._stop.set()
        deadline = time.monotonic() + STOP_SECONDS
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _repeat(self, chore: Chore) -> None:
        wait = chore.every
        while not self._stop.wait(wait):
            try:
                wait = 0.0 if chore.action() else chore.every
            except StoreUnavailable as error:
                wait = min(2 * max(wait, chore.every), _LONGEST_WAIT)
                logger.warning("%s: %s", chore.name, error)
            except Exception:
                wait = min(2 * max(wait, chore.every), _LONGEST_WAIT)
                logger.exception("%s failed", chore.name)


class Reaper:
    """Puts the jobs of dead workers back into the queue: at once for those of this machine, else when their lease ends.

    After a time without database the workers that live are given a moment to say so first.
    """

    def __init__(self, database: Database, *, patience: float = leases.LEASE.total_seconds() / 2) -> None:
        self._database = database
        self._patience = patience
        self._looked_at = self._trusts_at = time.monotonic()

    def __call__(self) -> int:
        """Look once; return how many jobs were put back."""
        with self._database.read() as connection:
            left = [job for job in leases.running(connection) if job.worker and is_gone(job.worker)]
        if time.monotonic() - self._looked_at > self._patience:
            self._trusts_at = time.monotonic() + self._patience
        self._looked_at = time.monotonic()
        number = sum(self._put_back(job, "the worker process ended") for job in left)
        return number if self._looked_at < self._trusts_at else number + self._reap()

    def _reap(self) -> int:
        with self._database.write() as connection:
            late = leases.overdue(connection)
            for job in late:
                leases.put_back(connection, job, "nothing was heard of the worker for a minute")
        return len(late)

    def _put_back(self, job: Job, why: str) -> bool:
        try:
            with self._database.write() as connection:
                leases.put_back(connection, job, why)
        except JobLost:
            return False  # Somebody else did, or its result was there already.
        return True
