"""The queues of the conformance suite, with real worker processes."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import psutil
import pytest
import sqlalchemy as sa

from earmark.core.job import Job, JobState
from earmark.jobs.celery import CelerySender, make_app
from earmark.jobs.housekeeping import Chore, Housekeeper, Reaper
from earmark.jobs.limits import Limits
from earmark.jobs.pool import LocalPool
from earmark.store import jobs
from earmark.store.database import Database
from earmark.store.tables import audit

ROOT = Path(__file__).parents[2]
BROKERS = {"redis": "EARMARK_TEST_REDIS_URL", "rabbitmq": "EARMARK_TEST_AMQP_URL"}
SECONDS = 60.0
"""Long enough for a machine that does much else."""


class Queue(Protocol):
    """A queue that runs."""

    database: Database

    def wake(self, job_id: str) -> None: ...
    def workers(self) -> list[int]: ...


class Running:
    """A queue with its database."""

    def __init__(self, database: Database, wake: Callable[[str], None], workers: Callable[[], list[int]]) -> None:
        self.database, self.wake, self.workers = database, wake, workers

    def add(self, kind: str, *, priority: int = 0, max_attempts: int = 3, **arguments: object) -> Job:
        """Put a job into the queue as services do."""
        with self.database.write() as connection:
            job = jobs.add(connection, kind, arguments=arguments, priority=priority, max_attempts=max_attempts)
        self.wake(job.id)
        return job

    def read(self, job: Job) -> Job:
        """How a job is now."""
        with self.database.read() as connection:
            found = jobs.get(connection, job.id)
        assert found is not None
        return found

    def cancel(self, job: Job) -> None:
        """Ask for the end of a job."""
        with self.database.write() as connection:
            held = jobs.get(connection, job.id, lock=True)
            assert held is not None
            jobs.cancel(connection, held)

    def wait(self, job: Job, *states: JobState) -> Job:
        """Wait until a job is in one of some states, by default until it ended."""
        wanted = states or (JobState.DONE, JobState.FAILED, JobState.CANCELLED)
        wait_for(lambda: self.read(job).state in wanted)
        return self.read(job)

    def worker_of(self, job: Job) -> int:
        """Process id of the worker that has a job."""
        name = self.read(job).worker
        assert name is not None
        return int(name.rpartition(":")[2])

    def rows(self, job: Job) -> int:
        """How many rows a job wrote."""
        with self.database.read() as connection:
            query = sa.select(sa.func.count()).select_from(audit).where(audit.c.subject_id == job.id)
            return connection.execute(query).scalar_one()


def wait_for(condition: Callable[[], bool], *, seconds: float = SECONDS) -> None:
    """Wait until something holds; fail where it does not for long."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)


def local_pool(database: Database, *, most: int = 2, limits: Limits | None = None, idle: float = 60.0) -> LocalPool:
    """Make a pool whose workers know the jobs of the tests."""
    url = database.url.render_as_string(hide_password=False)
    return LocalPool(
        database,
        command=(sys.executable, "-m", "tests.jobs.worker_process", url, str(idle)),
        environ=environment(),
        most=most,
        limits=limits or Limits(seconds=60.0, grace=1.0),
    )


def environment() -> dict[str, str]:
    """Environment in which the processes of the tests find the tests."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}


@contextmanager
def local(database: Database, **options: object) -> Iterator[Running]:
    """Run jobs by local processes."""
    pool = local_pool(database, **options)
    pool.start()
    try:
        yield Running(database, pool.wake, lambda: list(pool.processes()))
    finally:
        pool.stop()


def broker_of(kind: str) -> str:
    """URL of a message broker; the test is skipped where there is none, or fails where all must be there."""
    variable = BROKERS[kind]
    if variable not in os.environ:
        message = f"no {kind} (set {variable})"
        if os.environ.get("EARMARK_TEST_STRICT"):
            pytest.fail(message)
        pytest.skip(message)
    return os.environ[variable]


class CeleryWorker:
    """A Celery worker as a process of its own."""

    def __init__(self, database: Database, broker: str, queue: str, *, concurrency: int = 2) -> None:
        url = database.url.render_as_string(hide_password=False)
        command = (sys.executable, "-m", "tests.jobs.celery_process", url, broker, queue, str(concurrency))
        self.process = subprocess.Popen(command, env=environment(), cwd=ROOT, stdin=subprocess.DEVNULL)

    def children(self) -> list[int]:
        """Process ids of those that do the work."""
        return [child.pid for child in psutil.Process(self.process.pid).children()]

    def stop(self) -> None:
        """Ask it to end."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(SECONDS)
        finally:
            self.process.kill()
            self.process.wait()


@contextmanager
def celery(database: Database, broker: str, *, resend: float = 60.0) -> Iterator[Running]:
    """Run jobs by Celery on a real broker."""
    queue = f"earmark-test-{secrets.token_hex(4)}"
    app = make_app(broker, queue=queue)
    sender = CelerySender(database, app, resend=resend)
    housekeeper = Housekeeper([Chore(name="reaper", every=0.5, action=Reaper(database))])
    worker = CeleryWorker(database, broker, queue)
    sender.start()
    housekeeper.start()
    try:
        yield Running(database, sender.wake, worker.children)
    finally:
        worker.stop()
        housekeeper.stop()
        sender.stop()
        with make_app(broker, queue=queue).connection_for_write() as connection:
            connection.default_channel.queue_delete(queue)
