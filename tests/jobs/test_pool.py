"""The supervisor of local workers: as many as are needed, none that works on without it, none that takes too much."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from tests.databases import fresh_database
from tests.jobs.queues import ROOT, Running, environment, local, local_pool, wait_for

from earmark.core.job import JobState
from earmark.errors import StoreUnavailable
from earmark.jobs import pool as supervision
from earmark.jobs.limits import Limits
from earmark.jobs.pool import LocalPool
from earmark.store import jobs, leases
from earmark.store.database import Database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with fresh_database("sqlite", tmp_path) as database:
        yield database


def children() -> list[psutil.Process]:
    """Worker processes of this one, zombies too."""
    return [child for child in psutil.Process().children() if "worker_process" in " ".join(_command(child))]


def _command(process: psutil.Process) -> list[str]:
    return [] if process.status() == psutil.STATUS_ZOMBIE else process.cmdline()


def test_an_idle_machine_keeps_no_worker(database: Database) -> None:
    with local(database, idle=0.5) as queue:
        assert queue.workers() == []
        assert queue.wait(queue.add("write_row")).state is JobState.DONE
        wait_for(lambda: queue.workers() == [])
        assert children() == []
        assert queue.wait(queue.add("write_row")).state is JobState.DONE


def test_there_are_no_more_workers_than_jobs(database: Database) -> None:
    with local(database, most=3) as queue:
        long = queue.add("write_row", steps=10_000, pause=0.05)
        queue.wait(long, JobState.RUNNING)
        time.sleep(3 * supervision.TICK)
        assert len(queue.workers()) == 1

        more = [queue.add("write_row", steps=10_000, pause=0.05) for _ in range(4)]
        wait_for(lambda: len(queue.workers()) == 3)
        assert sum(queue.read(job).state is JobState.RUNNING for job in more) <= 2


def test_stopping_puts_jobs_back_and_leaves_no_process(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervision, "STOP_SECONDS", 1.0)
    with local(database) as queue:
        talks, is_silent = queue.add("write_row", steps=10_000, pause=0.05), queue.add("ignore_cancel")
        for job in (talks, is_silent):
            queue.wait(job, JobState.RUNNING)

    assert children() == []
    for job in (talks, is_silent):
        found = queue.read(job)
        assert (found.state, found.worker, found.max_attempts) == (JobState.QUEUED, None, 4)
    assert queue.rows(talks) == 0


def test_workers_end_with_a_supervisor_that_is_killed(database: Database) -> None:
    url = database.url.render_as_string(hide_password=False)
    command = (sys.executable, "-m", "tests.jobs.server_process", url, "2")
    server = subprocess.Popen(command, env=environment(), cwd=ROOT)
    queue = Running(database, lambda _: None, list)
    job = queue.add("ignore_cancel")
    queue.wait(job, JobState.RUNNING)
    worker = psutil.Process(queue.worker_of(job))

    server.kill()
    server.wait()

    wait_for(lambda: not worker.is_running())


@pytest.mark.parametrize(
    ("kind", "limits", "message"),
    [
        ("ignore_cancel", Limits(seconds=5.0), "longer than 5 seconds"),
        ("hoard", Limits(seconds=60.0, memory=300_000_000), "more than 300 MB of memory"),
    ],
)
def test_a_job_that_takes_too_much_is_ended(database: Database, kind: str, limits: Limits, message: str) -> None:
    with local(database, limits=limits) as queue:
        job = queue.wait(queue.add(kind))

        assert (job.state, job.attempt) == (JobState.FAILED, 1)
        assert message in (job.error or "")
        assert queue.wait(queue.add("write_row")).state is JobState.DONE, "others go on"


def test_workers_that_cannot_start_are_not_started_again_and_again(database: Database) -> None:
    pool = LocalPool(
        database,
        command=(sys.executable, "-c", "raise SystemExit(3)"),
        environ=environment(),
        most=4,
        limits=Limits(seconds=60.0),
    )
    with database.write() as connection:
        for _ in range(4):
            jobs.add(connection, "write_row", arguments={})
    begun: list[int] = []
    spawn = pool._spawn
    pool._spawn = lambda: (begun.append(1), spawn())[1]  # type: ignore[method-assign]
    pool.start()
    time.sleep(4 * supervision.TICK)
    pool.stop()

    assert 4 <= len(begun) <= 8


def test_a_worker_that_is_killed_while_it_waits_is_replaced(database: Database) -> None:
    with local(database, most=1) as queue:
        queue.wait(queue.add("write_row"))
        (worker,) = queue.workers()
        os.kill(worker, signal.SIGKILL)

        assert queue.wait(queue.add("write_row")).state is JobState.DONE


def test_the_pool_goes_on_when_the_database_was_away(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervision, "TICK", 0.1)
    running, failures = leases.running, iter(range(3))

    def fail_at_first(connection: object) -> object:
        if next(failures, None) is not None:
            raise StoreUnavailable("sqlite", "disk I/O error")
        return running(connection)

    monkeypatch.setattr(leases, "running", fail_at_first)
    pool = local_pool(database)
    pool.start()
    try:
        queue = Running(database, pool.wake, lambda: list(pool.processes()))
        assert queue.wait(queue.add("write_row")).state is JobState.DONE
    finally:
        pool.stop()
