"""Workers and servers are killed in the middle of many jobs: each has its result, once."""

from __future__ import annotations

import os
import random
import secrets
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
import sqlalchemy as sa
from tests.databases import fresh_database
from tests.jobs.queues import ROOT, CeleryWorker, broker_of, environment, wait_for

from earmark.core.job import JobState
from earmark.jobs.celery import CelerySender, make_app
from earmark.jobs.housekeeping import Chore, Housekeeper, Reaper
from earmark.store import jobs, leases
from earmark.store.database import Database
from earmark.store.tables import audit
from earmark.store.tables import jobs as table


def add_jobs(database: Database, number: int) -> None:
    with database.write() as connection:
        for _ in range(number):
            jobs.add(connection, "write_row", arguments={"steps": 4, "pause": 0.03}, max_attempts=1000)


def left(database: Database) -> int:
    with database.read() as connection:
        query = sa.select(sa.func.count()).select_from(table).where(table.c.state != JobState.DONE.value)
        return connection.execute(query).scalar_one()


def check_results(database: Database, number: int) -> None:
    """Every job is done and wrote one row, by the attempt that is its last."""
    with database.read() as connection:
        ended = {row.id: row.result for row in connection.execute(sa.select(table.c.id, table.c.result))}
        rows = [(row.subject_id, row.number) for row in connection.execute(sa.select(audit))]
    written = Counter(job_id for job_id, _ in rows)
    assert len(ended) == number
    assert set(written) == set(ended), "lost or unknown"
    assert set(written.values()) == {1}, "twice"
    assert {job_id: {"number": row} for job_id, row in rows} == ended


def kill(pid: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
        return True
    return False


def running_workers(database: Database) -> list[int]:
    with database.read() as connection:
        return [int((job.worker or "").rpartition(":")[2]) for job in leases.running(connection)]


class Server:
    """A supervising process that can be killed."""

    def __init__(self, database: Database) -> None:
        self.found = left(database)
        url = database.url.render_as_string(hide_password=False)
        command = (sys.executable, "-m", "tests.jobs.server_process", url, "2")
        self.process = subprocess.Popen(command, env=environment(), cwd=ROOT, stdin=subprocess.DEVNULL)

    def family(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def end(self, how: signal.Signals) -> None:
        """End it, and see that none of its workers is left, alive or as a zombie."""
        workers = self.family()
        self.process.send_signal(how)
        self.process.wait(30)
        wait_for(lambda: not any(worker.is_running() for worker in workers))


@pytest.mark.slow
def test_200_jobs_survive_kills_of_workers_and_server(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chance, kills, restarts = random.Random(3), 0, 0  # noqa: S311 - chance, no secret
    with fresh_database("sqlite", tmp_path) as database:
        add_jobs(database, 200)
        begun, server = time.monotonic(), Server(database)
        restart_at = begun + 2
        try:
            while left(database):
                assert time.monotonic() - begun < 400, f"{left(database)} jobs are left"
                time.sleep(chance.uniform(0.1, 1.2))
                workers = running_workers(database)
                kills += bool(workers) and kill(chance.choice(workers))
                # A busy machine may take longer to start a server than this one is left alive.
                if time.monotonic() > restart_at and restarts < 8 and left(database) < server.found:
                    server.end(signal.SIGKILL)
                    server, restarts = Server(database), restarts + 1
                    restart_at = time.monotonic() + chance.uniform(3, 5)
        finally:
            server.end(signal.SIGTERM)

        check_results(database, 200)
        assert kills >= 10
        assert restarts >= 3
        with capsys.disabled():
            seconds = time.monotonic() - begun
            print(f"\n200 jobs, {kills} workers and {restarts} servers killed, {seconds:.0f} s")  # noqa: T201


@pytest.mark.slow
def test_jobs_of_celery_survive_kills(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broker, queue, kills = broker_of("redis"), f"earmark-test-{secrets.token_hex(4)}", 0
    chance = random.Random(5)  # noqa: S311 - chance, no secret
    with fresh_database("postgresql", tmp_path) as database:
        add_jobs(database, 60)
        sender = CelerySender(database, make_app(broker, queue=queue), resend=2.0)
        housekeeper = Housekeeper([Chore(name="reaper", every=0.5, action=Reaper(database))])
        begun, worker = time.monotonic(), CeleryWorker(database, broker, queue)
        sender.start()
        housekeeper.start()
        try:
            for step in range(6):
                time.sleep(chance.uniform(0.3, 1.0))
                workers = running_workers(database)
                kills += bool(workers) and kill(chance.choice(workers))
                if step == 3:
                    children = [psutil.Process(pid) for pid in worker.children()]
                    kill(worker.process.pid)
                    worker.process.wait()
                    wait_for(lambda: not any(child.is_running() for child in children))  # noqa: B023
                    worker = CeleryWorker(database, broker, queue)
            wait_for(lambda: left(database) == 0, seconds=120)
        finally:
            worker.stop()
            housekeeper.stop()
            sender.stop()
            with make_app(broker, queue=queue).connection_for_write() as connection:
                connection.default_channel.queue_delete(queue)

        check_results(database, 60)
        with capsys.disabled():
            print(f"\n60 jobs, {kills} processes and a worker killed, {time.monotonic() - begun:.0f} s")  # noqa: T201
