"""One attempt at a job: what a body says is written down, and so is every way to end."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import pytest
from tests.jobs.bodies import BODIES

from earmark.core.job import Job, JobState
from earmark.core.progress import Progress
from earmark.errors import EngineFailed, JobCancelled, JobLost, StoreUnavailable
from earmark.jobs import run as running
from earmark.jobs.run import JOB_ID, JobRun, run_job
from earmark.store import jobs, leases
from earmark.store.database import Database


@pytest.fixture(autouse=True)
def quick_beats(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "BEAT", 0.02)


def begin(database: Database, kind: str = "write_row", **arguments: object) -> Job:
    with database.write() as connection:
        jobs.add(connection, kind, arguments=arguments)
    return claim(database)


def claim(database: Database) -> Job:
    with database.write() as connection:
        job = leases.claim(connection, "test:1")
    assert job is not None
    return job


def read(database: Database, job: Job) -> Job:
    with database.read() as connection:
        found = jobs.get(connection, job.id)
    assert found is not None
    return found


def log_of(database: Database, job: Job) -> list[tuple[str, str]]:
    with database.read() as connection:
        return [(line.level, line.message) for line in jobs.log_page(connection, job.id).items]


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)


def test_what_a_body_makes_and_its_end_are_one_transaction(database: Database) -> None:
    job = begin(database)

    def break_off(run: JobRun) -> None:
        with run.finishing({}) as connection:
            jobs.add(connection, "export", arguments={})
            raise EngineFailed("no room")

    run_job(database, job, break_off)

    assert read(database, job).state is JobState.FAILED
    with database.read() as connection:
        assert jobs.page(connection, kind="export").items == ()


def test_a_job_is_done_with_its_result_and_its_log(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "earmark")
    job = begin(database, steps=3)

    run_job(database, job, BODIES["write_row"])

    done = read(database, job)
    assert (done.state, done.audio_seconds, done.worker) == (JobState.DONE, 60.0, "test:1")
    assert done.result is not None
    assert done.result["number"] > 0
    assert log_of(database, job) == [("INFO", "write_row begins, attempt 1"), ("INFO", "worked 3 steps")]


def test_what_a_body_returns_is_the_result(database: Database) -> None:
    job = begin(database)

    run_job(database, job, lambda run: {"found": 3})

    assert read(database, job).result == {"found": 3}


def test_a_failure_says_why(database: Database) -> None:
    job = begin(database)

    run_job(database, job, BODIES["fail"])

    failed = read(database, job)
    assert failed.error == "the engine gave up on this recording. Try another."
    assert ("WARNING", "about to fail") in log_of(database, job)


def test_an_unexpected_failure_leaves_its_traceback_in_the_log(database: Database) -> None:
    job = begin(database)

    run_job(database, job, BODIES["crash"])

    failed = read(database, job)
    assert failed.state is JobState.FAILED
    assert failed.error is not None
    assert failed.error.startswith("unexpected ZeroDivisionError: division by zero.")
    ((_, message),) = [line for line in log_of(database, job) if line[0] == "ERROR"]
    assert "in crash" in message


def test_progress_is_seen_while_the_work_goes_on(database: Database) -> None:
    job = begin(database)
    seen: list[Job] = []

    def body(run: JobRun) -> None:
        run.plan(levels=1, speech=3)
        run.report(Progress(stage="speech", done=50.0, total=100.0))
        run.log("half way")
        wait_until(lambda: read(database, job).progress > 0)
        seen.append(read(database, job))

    run_job(database, job, body)

    assert (seen[0].stage, seen[0].progress) == ("speech", 0.625)


def test_the_first_and_the_last_progress_of_a_job_are_seen_at_once(
    platform: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "BEAT", 3600.0)
    database, seen = platform.database, list[float]()
    job = begin(database)

    def body(run: JobRun) -> None:
        for done in (0.25, 0.5, 1.0):
            run.report(Progress(stage="work", done=done, total=1.0))
            if done != 0.5:
                wait_until(lambda done=done: read(database, job).progress >= done)  # type: ignore[misc]
                seen.append(read(database, job).progress)

    run_job(database, job, body)

    assert seen == [0.25, 1.0]


def test_a_job_that_fails_says_how_far_it_came(platform: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "BEAT", 3600.0)
    job = begin(platform.database)

    def body(run: JobRun) -> None:
        for done in (0.25, 0.5):
            run.report(Progress(stage="speech", done=done, total=1.0))
        raise EngineFailed("the engine gave up. Try another.")

    run_job(platform.database, job, body)

    failed = read(platform.database, job)
    assert (failed.state, failed.progress, failed.stage) == (JobState.FAILED, 0.5, "speech")


@pytest.mark.parametrize(
    ("stages", "progress"),
    [
        ([("levels", 1.0, 2.0)], 0.125),
        ([("levels", 2.0, 2.0), ("speech", 0.0, 0.0)], 0.25),
        ([("speech", 9.0, 3.0)], 1.0),
        ([("levels", 1.0, 2.0), ("unplanned", 1.0, 1.0)], 0.125),
    ],
)
def test_stages_add_up(platform: Any, stages: list[tuple[str, float, float]], progress: float) -> None:
    run = JobRun(platform.database, begin(platform.database))
    run.plan(levels=1, speech=3)
    for stage, done, total in stages:
        run.report(Progress(stage=stage, done=done, total=total))

    run.beat()

    assert read(platform.database, run.job).progress == pytest.approx(progress)


def report_for_ever(run: JobRun) -> None:
    while True:
        run.report(Progress(stage="work", done=0.0, total=0.0))
        time.sleep(0.01)


def report_and_misunderstand(run: JobRun) -> None:
    try:
        report_for_ever(run)
    except JobCancelled as error:
        raise EngineFailed("something happened") from error


def finish_late(run: JobRun) -> None:
    wait_until(lambda: read(run.database, run.job).cancel_requested)
    with run.finishing({"too": "late"}):
        pass


@pytest.mark.parametrize("body", [report_for_ever, report_and_misunderstand, finish_late])
def test_a_cancelled_job_ends_without_result(database: Database, body: Callable[[JobRun], None]) -> None:
    job = begin(database)
    worker = threading.Thread(target=run_job, args=(database, job, body))
    worker.start()

    with database.write() as connection:
        jobs.cancel(connection, job)
    worker.join(60)

    cancelled = read(database, job)
    assert (cancelled.state, cancelled.result, cancelled.error) == (JobState.CANCELLED, None, None)
    assert cancelled.finished_at is not None


def test_a_worker_that_is_asked_to_end_puts_its_job_back(database: Database) -> None:
    job, stopping = begin(database), threading.Event()
    worker = threading.Thread(
        target=run_job, args=(database, job, report_for_ever), kwargs={"stopping": stopping.is_set}
    )
    worker.start()

    stopping.set()
    worker.join(60)

    queued = read(database, job)
    assert (queued.state, queued.worker, queued.max_attempts) == (JobState.QUEUED, None, job.max_attempts + 1)


def test_a_job_that_went_elsewhere_is_left_alone(database: Database) -> None:
    job = begin(database)
    with database.write() as connection:
        leases.give_back(connection, job)
    heir = claim(database)

    with pytest.raises(JobLost):
        JobRun(database, job).finishing({}).__enter__()
    run_job(database, job, report_for_ever)
    run_job(database, job, lambda run: {"by": "ghost"})

    assert read(database, job) == heir


def test_a_database_that_is_away_for_a_moment_costs_an_attempt_at_most(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "RETRY_SECONDS", 0.0)
    job = begin(database)
    run_job(database, job, BODIES["store_down_once"])
    assert read(database, job).state is JobState.QUEUED

    run_job(database, claim(database), BODIES["store_down_once"])

    assert read(database, job).result == {"attempt": 2}


def test_the_end_is_written_once_the_database_answers_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, write, failures = begin(database), leases.fail, iter(range(2))

    def fail_late(*arguments: Any) -> object:
        if next(failures, None) is not None:
            raise StoreUnavailable("postgresql://test", "connection refused")
        return write(*arguments)

    monkeypatch.setattr(leases, "fail", fail_late)
    monkeypatch.setattr(time, "sleep", lambda _: None)
    run_job(database, job, BODIES["fail"])

    assert read(database, job).state is JobState.FAILED
    assert next(line for line in log_of(database, job) if line[0] == "WARNING") == ("WARNING", "about to fail")


def test_jobs_side_by_side_keep_their_logs_apart(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "earmark")
    both = threading.Barrier(2)

    def body(run: JobRun) -> Mapping[str, Any]:
        both.wait(60)
        logging.getLogger("earmark.anything").info("I am %s", JOB_ID.get())
        both.wait(60)
        return {}

    pair = [begin(database), begin(database)]
    threads = [threading.Thread(target=run_job, args=(database, job, body)) for job in pair]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    for job in pair:
        assert log_of(database, job)[-1] == ("INFO", f"I am {job.id}")
    assert JOB_ID.get() is None


def test_lines_that_are_about_to_be_written_are_not_lost_when_the_job_ends(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, write = JobRun(database, begin(database)), database.write
    has_lines, ended = threading.Event(), threading.Event()

    def write_late() -> object:
        if threading.current_thread() is beater:
            has_lines.set()
            ended.wait(0.5)
        return write()

    def beat() -> None:
        with suppress(JobLost):
            run.beat()

    monkeypatch.setattr(database, "write", write_late)
    beater = threading.Thread(target=beat)
    run.log("last words")
    beater.start()
    has_lines.wait(60)
    with run.finishing({}):
        pass
    ended.set()
    beater.join()

    assert log_of(database, run.job) == [("INFO", "last words")]


def test_a_log_without_end_is_cut(platform: Any) -> None:
    def chatter(run: JobRun) -> None:
        for number in range(running.MAX_LINES + 100):
            run.log(f"line {number}")

    job = begin(platform.database)
    run_job(platform.database, job, chatter)

    with platform.database.read() as connection:
        count = connection.exec_driver_sql("SELECT count(*), max(message) FROM job_log").one()
    assert count[0] == running.MAX_LINES + 1
    assert "left out" in count[1]
