"""What every queue does, shown with real worker processes and real brokers."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.databases import fresh_database
from tests.jobs.queues import Running, broker_of, celery, local, wait_for

from earmark.core.job import JobState
from earmark.store import jobs


@pytest.fixture(scope="module", params=["local", "redis", "rabbitmq"])
def queue(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with fresh_database("sqlite", Path(tmp_path_factory.mktemp("queue"))) as database:
        opened = local(database) if request.param == "local" else celery(database, broker_of(request.param))
        with opened as running:
            yield running


def log_of(queue: Running, job: object) -> list[str]:
    with queue.database.read() as connection:
        return [line.message for line in jobs.log_page(connection, job.id).items]


def test_a_job_is_done_with_result_and_log(queue: Running) -> None:
    job = queue.wait(queue.add("write_row", steps=3))

    assert (job.state, job.progress, job.attempt, job.error) == (JobState.DONE, 1.0, 1, None)
    assert queue.rows(job) == 1
    assert job.result is not None
    assert "worked 3 steps" in log_of(queue, job)


def test_progress_is_seen_while_it_runs(queue: Running) -> None:
    job = queue.add("write_row", steps=100, pause=0.05)

    wait_for(lambda: 0.1 < queue.read(job).progress < 1.0)
    assert queue.read(job).stage == "work"
    assert queue.wait(job).state is JobState.DONE


def test_a_failure_says_why(queue: Running) -> None:
    failed, crashed = queue.add("fail"), queue.add("crash")

    assert queue.wait(failed).error == "the engine gave up on this recording. Try another."
    error = queue.wait(crashed).error
    assert error is not None
    assert error.startswith("unexpected ZeroDivisionError")
    assert any("Traceback" in line for line in log_of(queue, crashed))


def test_a_kind_that_nobody_knows_fails(queue: Running) -> None:
    error = queue.wait(queue.add("dream")).error

    assert error is not None
    assert "knows no jobs of the kind 'dream'" in error


def test_a_running_job_is_cancelled_at_its_next_word(queue: Running) -> None:
    job = queue.add("write_row", steps=10_000, pause=0.05)
    queue.wait(job, JobState.RUNNING)

    queue.cancel(job)

    assert queue.wait(job).state is JobState.CANCELLED
    assert queue.rows(job) == 0


def test_a_running_job_that_hears_nothing_is_cancelled_by_force(queue: Running) -> None:
    job = queue.add("ignore_cancel")
    queue.wait(job, JobState.RUNNING)
    worker = queue.worker_of(job)

    queue.cancel(job)

    assert queue.wait(job).state is JobState.CANCELLED
    wait_for(lambda: worker not in queue.workers())
    assert queue.wait(queue.add("write_row")).state is JobState.DONE


def test_what_waits_goes_by_priority_and_may_be_cancelled(queue: Running) -> None:
    blockers = [queue.add("write_row", steps=10_000, pause=0.05) for _ in range(2)]
    for blocker in blockers:
        queue.wait(blocker, JobState.RUNNING)
    low, high, middle, unwanted = (queue.add("write_row", priority=priority) for priority in (-5, 5, 0, 9))
    queue.cancel(unwanted)
    assert queue.read(unwanted).state is JobState.CANCELLED

    for blocker in blockers[:1]:
        queue.cancel(blocker)
    ended = [queue.wait(job) for job in (high, middle, low)]
    queue.cancel(blockers[1])

    assert [job.state for job in ended] == [JobState.DONE] * 3
    begun = [job.started_at for job in ended if job.started_at]
    assert begun == sorted(begun)
    assert queue.wait(blockers[1]).state is JobState.CANCELLED


def test_a_job_that_failed_can_be_tried_again(queue: Running) -> None:
    job = queue.wait(queue.add("fail"))
    with queue.database.write() as connection:
        jobs.retry(connection, job)
    queue.wake(job.id)

    wait_for(lambda: queue.read(job).attempt == 2 and queue.read(job).state is JobState.FAILED)


def test_the_job_of_a_killed_worker_runs_again_and_its_result_is_there_once(queue: Running) -> None:
    job = queue.add("write_row", steps=100, pause=0.05)
    queue.wait(job, JobState.RUNNING)

    os.kill(queue.worker_of(job), signal.SIGKILL)

    done = queue.wait(job)
    assert (done.state, done.attempt) == (JobState.DONE, 2)
    assert queue.rows(job) == 1
    assert any("the worker process" in line for line in log_of(queue, job))


def test_a_job_that_kills_its_workers_fails_in_the_end(queue: Running) -> None:
    job = queue.wait(queue.add("die", max_attempts=2))

    assert (job.state, job.attempt) == (JobState.FAILED, 2)
    assert job.error is not None
    assert "begun 2 times" in job.error


def test_being_told_twice_does_no_harm(queue: Running) -> None:
    job = queue.add("write_row", steps=20, pause=0.05)
    for _ in range(5):
        queue.wake(job.id)
    with queue.database.write() as connection:
        jobs.change(connection, job, sent_at=None)

    assert queue.wait(job).attempt == 1
    other = queue.wait(queue.add("write_row"))
    assert (queue.rows(job), queue.rows(other)) == (1, 1)


def test_a_store_that_was_away_for_a_moment_is_no_failure(queue: Running) -> None:
    job = queue.add("store_down_once")
    wait_for(lambda: queue.read(job).attempt == 1 and queue.read(job).state is JobState.QUEUED)
    with queue.database.write() as connection:
        found = jobs.get(connection, job.id, lock=True)
        assert found is not None
        assert found.available_at > found.created_at
        jobs.change(connection, found, available_at=found.created_at)
    queue.wake(job.id)

    assert queue.wait(job).result == {"attempt": 2}
