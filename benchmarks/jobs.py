"""How long jobs wait for workers, and what the queue itself costs, on SQLite with local worker processes.

Run as ``python -m benchmarks.jobs``; takes about a minute.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from benchmarks.data import table
from earmark.core.ids import new_id
from earmark.core.job import Job, JobState
from earmark.jobs.limits import Limits, memory_of
from earmark.jobs.pool import LocalPool
from earmark.jobs.process import end_with
from earmark.jobs.run import Body, JobRun
from earmark.jobs.worker import work
from earmark.store import jobs, leases
from earmark.store.database import Database, now
from earmark.store.tables import jobs as rows
from earmark.store.tables import metadata

ROUNDS = 10
MANY = 500
BACKLOG = 100_000


def nothing(run: JobRun) -> None:
    """Do nothing: what is measured is the queue."""


BODIES: Mapping[str, Body] = {"nothing": nothing}


def be_worker(url: str, parent: int) -> None:
    """Be a worker process."""
    end_with(parent)
    work(Database(url), BODIES, stopping=lambda: False)


def add(database: Database, pool: LocalPool, number: int = 1) -> Job:
    """Queue jobs; return the last one."""
    with database.write() as connection:
        for _ in range(number):
            job = jobs.add(connection, "nothing", arguments={})
    pool.wake(job.id)
    return job


def wait(database: Database) -> None:
    """Wait until nothing is queued or runs."""
    while True:
        with database.read() as connection:
            if not jobs.waiting(connection, most=1) and not leases.running(connection):
                return
        time.sleep(0.01)


def waited(database: Database, job: Job) -> float:
    """Seconds from the moment that a job was asked for to the one at which it began."""
    with database.read() as connection:
        done = jobs.get(connection, job.id)
    if done is None or done.started_at is None or done.state is not JobState.DONE:
        raise SystemExit(f"job {job.id} did not end well")
    return (done.started_at - done.created_at).total_seconds()


def measure(folder: Path) -> list[list[str]]:
    """Measure all."""
    database = Database(f"sqlite:///{folder}/jobs.db")
    metadata.create_all(database.engine)
    command = (sys.executable, "-m", "benchmarks.jobs", "--worker", f"sqlite:///{folder}/jobs.db", "--parent")
    pool = LocalPool(database, command=command, environ=os.environ, most=2, limits=Limits(seconds=600.0))
    pool.start()
    first = add(database, pool)
    wait(database)
    found = [["wait of a job while no worker process runs", f"{waited(database, first):.2f} s"]]
    waits = []
    for number in range(ROUNDS):
        # At no fixed distance from the looks of the worker.
        time.sleep(0.3 + number / ROUNDS)
        job = add(database, pool)
        wait(database)
        waits.append(waited(database, job))
    found.append([f"wait while one is idle, median of {ROUNDS}", f"{statistics.median(waits):.2f} s"])
    found.append(["longest of them", f"{max(waits):.2f} s"])
    found.append(["memory of an idle worker process", f"{memory_of(pool.processes()[0]) / 1e6:.0f} MB"])
    begun = time.perf_counter()
    add(database, pool, MANY)
    wait(database)
    found.append([f"{MANY} jobs that do nothing, 2 workers", f"{MANY / (time.perf_counter() - begun):.0f} jobs/s"])
    pool.stop()
    found.append([f"claim with {BACKLOG} jobs waiting, median", f"{claim_ms(database):.1f} ms"])
    database.close()
    return found


def claim_ms(database: Database) -> float:
    """Milliseconds to claim one of very many jobs."""
    moment = now()
    same = {"kind": "nothing", "arguments": {}, "progress": 0.0, "stage": "", "attempt": 0, "max_attempts": 3}
    same |= {"cancel_requested": False, "state": "queued", "created_at": moment, "available_at": moment}
    with database.write() as connection:
        connection.execute(rows.insert(), [{"id": new_id(), "priority": i % 5, **same} for i in range(BACKLOG)])
    times = []
    for _ in range(200):
        begun = time.perf_counter()
        with database.write() as connection:
            leases.claim(connection, "benchmark:1")
        times.append(time.perf_counter() - begun)
    return statistics.median(times) * 1000


def main() -> None:
    """Measure, or be one of the workers that are measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    parser.add_argument("--parent", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.worker:
        be_worker(arguments.worker, arguments.parent)
        return
    with tempfile.TemporaryDirectory() as folder:
        print(table(["what", "figure"], measure(Path(folder))))


if __name__ == "__main__":
    main()
