"""The loop of a worker: take a job, do it, take the next."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from earmark.errors import InvalidValue, StoreUnavailable
from earmark.jobs.process import worker_name
from earmark.jobs.run import run_job
from earmark.store import leases

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from earmark.core.job import Job
    from earmark.jobs.run import Body, JobRun
    from earmark.store.database import Database

POLL = 0.5
"""Seconds between two looks for jobs."""
IDLE = 60.0
"""Seconds without a job after which a worker process ends: an idle server keeps none in memory."""
_AFTER_FAILURE = 2.0

logger = logging.getLogger(__name__)


def work(database: Database, bodies: Mapping[str, Body], *, stopping: Callable[[], bool], idle: float = IDLE) -> None:
    """Do jobs one after the other until told to stop, or until none came for ``idle`` seconds (0: none waits).

    While the database does not answer it waits, and goes on afterwards.
    """
    busy_at = time.monotonic()
    while not stopping():
        try:
            job = claim(database)
        except StoreUnavailable as error:
            logger.warning("no job can be taken: %s", error)
            time.sleep(_AFTER_FAILURE)
            continue
        if job is not None:
            do(database, bodies, job, stopping=stopping)
            busy_at = time.monotonic()
        elif time.monotonic() - busy_at >= idle:
            return
        else:
            time.sleep(POLL)


def claim(database: Database) -> Job | None:
    """Take the job whose turn it is, None where none waits."""
    with database.write() as connection:
        return leases.claim(connection, worker_name())


def do(database: Database, bodies: Mapping[str, Body], job: Job, *, stopping: Callable[[], bool]) -> None:
    """Do the work of a job that was claimed."""
    run_job(database, job, bodies.get(job.kind, _unknown), stopping=stopping)


def _unknown(run: JobRun) -> None:
    raise InvalidValue(
        f"this worker knows no jobs of the kind {run.job.kind!r}. Give it the version that the server has."
    )
