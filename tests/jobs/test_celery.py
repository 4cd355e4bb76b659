"""What the sender tells a broker, and what happens while there is none."""

from __future__ import annotations

from collections.abc import Iterator

import psutil
import pytest
from tests.jobs.queues import BROKERS, broker_of, celery, wait_for

from earmark.core.job import JobState
from earmark.errors import InvalidSettings
from earmark.jobs.celery import CelerySender, make_app
from earmark.services.platform import Platform
from earmark.store import jobs, leases
from earmark.store.database import Database, now


@pytest.fixture
def sender(platform: Platform) -> Iterator[CelerySender]:
    """Sender to a broker in memory, which nobody reads."""
    app = make_app("memory://", queue=f"test-{id(platform)}")
    yield CelerySender(platform.database, app, resend=60.0)
    app.close()


def add(database: Database, number: int) -> None:
    with database.write() as connection:
        for _ in range(number):
            jobs.add(connection, "write_row", arguments={})


def age(database: Database) -> None:
    """Let all messages have been sent long ago."""
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE jobs SET sent_at = '2020-01-01 00:00:00.000000' WHERE sent_at IS NOT NULL")


def test_each_job_is_sent_once(platform: Platform, sender: CelerySender) -> None:
    add(platform.database, 3)

    assert [sender.send_new(), sender.send_new()] == [3, 0]
    add(platform.database, 1)
    assert sender.send_new() == 1


def test_what_the_broker_still_has_is_not_sent_again(platform: Platform, sender: CelerySender) -> None:
    add(platform.database, 3)
    sender.send_new()
    assert sender.send_again() == 0, "nobody had the time to take them"
    age(platform.database)
    assert sender.send_again() == 0, "the broker has them"


def test_what_the_broker_lost_is_sent_again(platform: Platform, sender: CelerySender) -> None:
    add(platform.database, 3)
    sender.send_new()
    age(platform.database)
    app = sender._app
    with app.connection_for_write() as connection:
        assert connection.default_channel.queue_purge(app.conf.task_default_queue) == 3

    assert sender.send_again() == 3
    assert sender.send_again() == 0


def test_a_job_that_is_put_back_at_once_is_sent_again(
    platform: Platform, sender: CelerySender, monkeypatch: pytest.MonkeyPatch
) -> None:
    def be_quicker(job_ids: object) -> None:
        with platform.database.write() as connection:
            job = leases.claim(connection, "a:1")
            assert job is not None
            leases.put_back(connection, job, "the database did not answer")

    add(platform.database, 1)
    monkeypatch.setattr(sender, "_publish", be_quicker)

    assert [sender.send_new(), sender.send_new()] == [1, 1]


def test_without_broker_jobs_wait_in_the_table(platform: Platform) -> None:
    sender = CelerySender(platform.database, make_app("redis://127.0.0.1:1/0"))
    sender.start()
    add(platform.database, 1)
    sender.wake("a job")
    sender.stop()

    with platform.database.read() as connection:
        assert len(leases.unsent(connection, before=now(), limit=5)) == 1


def test_jobs_are_sent_once_the_broker_is_there(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    sender = CelerySender(platform.database, make_app("memory://", queue="late"))
    publish, failures = sender._publish, iter(range(2))

    def fail_at_first(job_ids: object) -> None:
        if next(failures, None) is not None:
            raise ConnectionRefusedError
        publish(job_ids)

    monkeypatch.setattr(sender, "_publish", fail_at_first)
    sender.start()
    add(platform.database, 2)

    def sent() -> bool:
        sender.wake("a job")
        with platform.database.read() as connection:
            count = connection.exec_driver_sql("SELECT count(*) FROM jobs WHERE sent_at IS NOT NULL").scalar()
        return bool(count == 2)

    wait_for(sent)
    sender.stop()


@pytest.mark.parametrize("broker", BROKERS)
def test_a_worker_that_is_asked_to_end_puts_its_jobs_back(platform: Platform, broker: str) -> None:
    with celery(platform.database, broker_of(broker)) as queue:
        talks, is_silent = queue.add("write_row", steps=10_000, pause=0.05), queue.add("ignore_cancel")
        for job in (talks, is_silent):
            queue.wait(job, JobState.RUNNING)
        workers = queue.workers()

    for job in (talks, is_silent):
        found = queue.read(job)
        assert (found.state, found.worker, found.attempt, found.max_attempts) == (JobState.QUEUED, None, 1, 4)
    assert queue.rows(talks) == 0
    # Whoever adopts what is left of them may take a moment.
    wait_for(lambda: not any(psutil.pid_exists(pid) for pid in workers))


def test_a_broker_has_to_be_named() -> None:
    with pytest.raises(InvalidSettings, match="needs a message broker"):
        make_app("")
