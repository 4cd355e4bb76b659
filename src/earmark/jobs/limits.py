"""How much a job may take before it is ended, whatever it does."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from earmark.errors import JobLost, StoreUnavailable
from earmark.store import leases
from earmark.store.database import now

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import psutil
    from sqlalchemy.engine import Connection

    from earmark.core.job import Job
    from earmark.store.database import Database

logger = logging.getLogger(__name__)

GRACE = 10.0
"""Seconds that a job has to end by itself once somebody asked for its end."""
LOOK = 1.0
"""Seconds between two looks at what a job takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of one job.

    Attributes
    ----------
    seconds : float
        Longest time of one attempt.
    memory : int
        Most memory in bytes; 0 for no bound.
    grace : float
        Seconds to end by itself after it was cancelled.
    """

    seconds: float
    memory: int = 0
    grace: float = GRACE

    def excess(self, job: Job, *, memory: int, cancelled_for: float) -> str | None:
        """Say why a job has to be ended now, for its owner; None where it may go on."""
        begun = job.started_at or now()
        if cancelled_for > self.grace:
            return "cancelled"
        if (now() - begun).total_seconds() > self.seconds:
            return f"it took longer than {self.seconds:.0f} seconds, which is as long as a job may take here. {_ADVICE}"
        if 0 < self.memory < memory:
            most = f"{self.memory / 1e6:.0f} MB"
            return f"it needed more than {most} of memory, which is as much as a job may take here. {_ADVICE}"
        return None


_ADVICE = "The recording may be broken; if it is not, the owner of this server can raise the limit."


def memory_of(pid: int) -> int:
    """Bytes of memory that a process and those that it started hold; 0 where it is gone."""
    import psutil

    try:
        process = psutil.Process(pid)
        family = [process, *process.children(recursive=True)]
        return sum(_resident(member) for member in family)
    except psutil.NoSuchProcess:
        return 0


def _resident(process: psutil.Process) -> int:
    import psutil

    try:
        resident: int = process.memory_info().rss
    except psutil.NoSuchProcess:
        return 0
    return resident


def end_excessive(connection: Connection, job: Job, why: str) -> None:
    """Write down that a job was ended from outside: as its owner wished, or because it took too much."""
    if leases.hold(connection, job).cancel_requested:
        leases.end_cancelled(connection, job)
    else:
        leases.fail(connection, job, why)


@contextmanager
def enforced(database: Database, job: Job, limits: Limits, *, stopping: Callable[[], bool]) -> Iterator[None]:
    """End this process in the middle of the block, by force, when its job takes more than it may.

    Parameters
    ----------
    stopping : callable
        Whether the worker was asked to end; a job that does not give way is put back into the queue.
    """
    ended = threading.Event()
    watch = _Watch(database, job, limits, stopping)
    thread = threading.Thread(target=watch.until, args=(ended,), name="limits", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


class _Watch:
    def __init__(self, database: Database, job: Job, limits: Limits, stopping: Callable[[], bool]) -> None:
        self._database, self._job, self._limits, self._stopping = database, job, limits, stopping
        self._since: dict[str, float] = {}

    def until(self, ended: threading.Event) -> None:
        while not ended.wait(LOOK):
            try:
                self._look()
            except StoreUnavailable as error:
                logger.warning("job %s cannot be looked after: %s", self._job.id, error)
            except JobLost:
                return

    def _look(self) -> None:
        with self._database.read() as connection:
            found = leases.look(connection, self._job)
        memory = memory_of(os.getpid()) if self._limits.memory else 0
        cancelled_for = self._lasting("cancelled", holds=found.cancel_requested)
        why = self._limits.excess(found, memory=memory, cancelled_for=cancelled_for)
        if why is not None:
            self._end(partial(end_excessive, why=why), why)
        elif self._lasting("stopping", holds=self._stopping()) > self._limits.grace:
            self._end(leases.give_back, "the worker was asked to end")

    def _lasting(self, what: str, *, holds: bool) -> float:
        """For how many seconds something holds."""
        return time.monotonic() - self._since.setdefault(what, time.monotonic()) if holds else 0.0

    def _end(self, write: Callable[[Connection, Job], object], why: str) -> None:
        with self._database.write() as connection:
            write(connection, self._job)
        logger.warning("job %s is ended: %s", self._job.id, why)
        os.kill(os.getpid(), signal.SIGKILL)
