"""Chores go on whatever happens, and dead workers' jobs go back."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from tests.jobs.queues import wait_for
from tests.jobs.test_process import ended_process

from earmark.core.job import Job, JobState
from earmark.errors import StoreUnavailable
from earmark.jobs.housekeeping import Chore, Housekeeper, Reaper
from earmark.jobs.process import worker_name
from earmark.store import jobs, leases
from earmark.store.database import Database, now


def begin(database: Database, worker: str, *, lease: float = 60.0) -> Job:
    with database.write() as connection:
        jobs.add(connection, "write_row", arguments={})
        job = leases.claim(connection, worker)
        assert job is not None
        return jobs.change(connection, job, lease_until=now() + timedelta(seconds=lease))


def state_of(database: Database, job: Job) -> JobState:
    with database.read() as connection:
        found = jobs.get(connection, job.id)
    assert found is not None
    return found.state


def test_jobs_of_dead_workers_go_back_and_those_of_others_stay(database: Database) -> None:
    dead = begin(database, worker_name(ended_process()))
    alive, elsewhere = begin(database, worker_name()), begin(database, "elsewhere:0123456789ab:7")
    silent = begin(database, "elsewhere:0123456789ab:8", lease=-1.0)

    assert Reaper(database)() == 2

    assert [state_of(database, job) for job in (dead, silent)] == [JobState.QUEUED] * 2
    assert [state_of(database, job) for job in (alive, elsewhere)] == [JobState.RUNNING] * 2


def test_after_an_outage_workers_may_speak_first(platform: object, monkeypatch: pytest.MonkeyPatch) -> None:
    database: Database = platform.database  # type: ignore[attr-defined]
    clock = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    reaper = Reaper(database, patience=30.0)
    silent = begin(database, "elsewhere:0123456789ab:8", lease=-1.0)

    clock[0] += 100.0  # So long it could not look.
    assert reaper() == 0
    clock[0] += 20.0
    assert reaper() == 0
    assert state_of(database, silent) is JobState.RUNNING
    clock[0] += 20.0
    assert reaper() == 1


def test_a_chore_that_fails_is_tried_again() -> None:
    outcomes = iter([StoreUnavailable("x", "away"), ZeroDivisionError("bug"), None, 1, None])
    done: list[object] = []

    def chore() -> object:
        outcome = next(outcomes, None)
        done.append(outcome)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    housekeeper = Housekeeper([Chore(name="test", every=0.01, action=chore)])
    housekeeper.start()
    wait_for(lambda: len(done) > 5)
    housekeeper.stop()

    number = len(done)
    time.sleep(0.05)
    assert len(done) == number
