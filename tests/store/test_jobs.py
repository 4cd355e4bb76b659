"""The jobs table: each job goes to one worker, and only its present attempt can write."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa
from tests.library import add_project, add_recording

from earmark.core.ids import new_id
from earmark.core.job import ATTEMPTS, Job, JobSort, JobState
from earmark.core.page import encode_cursor
from earmark.core.search import Order
from earmark.errors import InvalidValue, JobLost
from earmark.store import events, jobs, leases
from earmark.store.database import Database, now
from earmark.store.tables import jobs as table


def add(database: Database, **values: object) -> Job:
    with database.write() as connection:
        return jobs.add(connection, "annotate", arguments={"recording_id": "r"}, **values)


def claim(database: Database, worker: str = "a:1") -> Job | None:
    with database.write() as connection:
        return leases.claim(connection, worker)


def begin(database: Database, **values: object) -> Job:
    add(database, **values)
    job = claim(database)
    assert job is not None
    return job


def read(database: Database, job: Job) -> Job:
    with database.read() as connection:
        found = jobs.get(connection, job.id)
    assert found is not None
    return found


def expire(database: Database, job: Job) -> None:
    with database.write() as connection:
        connection.execute(table.update().where(table.c.id == job.id).values(lease_until=now() - timedelta(seconds=1)))


def messages(database: Database, job: Job) -> list[str]:
    with database.read() as connection:
        return [line.message for line in jobs.log_page(connection, job.id).items]


@contextmanager
def counted(connection: sa.Connection) -> Iterator[list[str]]:
    """Collect the statements that a connection is given."""
    statements: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        statements.append(statement)

    sa.event.listen(connection, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        sa.event.remove(connection, "before_cursor_execute", note)


def announced(database: Database) -> list[str]:
    with database.read() as connection:
        return [event.kind for event in events.after(connection, 0)]


def test_the_most_urgent_goes_first_then_the_oldest(database: Database) -> None:
    low, first, second, high = (add(database, priority=priority) for priority in (-1, 0, 0, 5))

    order = [claim(database) for _ in range(5)]

    assert [job and job.id for job in order] == [high.id, first.id, second.id, low.id, None]


def test_a_job_waits_until_its_time_has_come(database: Database) -> None:
    add(database, available_at=now() + timedelta(hours=1), priority=9)
    today = add(database)

    claimed = claim(database)

    assert claimed is not None
    assert claimed.id == today.id
    assert claim(database) is None


def test_workers_that_ask_at_once_share_the_jobs_among_them(database: Database) -> None:
    for number in range(40):
        add(database, priority=number % 3)
    taken: list[str] = []

    def take(worker: str) -> None:
        while True:
            job = claim(database, worker)
            if job is None:
                return
            taken.append(job.id)

    threads = [threading.Thread(target=take, args=(f"a:{number}",)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(taken) == 40
    assert set(Counter(taken).values()) == {1}


def test_a_worker_that_was_believed_dead_can_write_nothing(database: Database) -> None:
    ghost = begin(database)
    expire(database, ghost)
    with database.write() as connection:
        (late,) = leases.overdue(connection)
        leases.put_back(connection, late, "nothing was heard")
    heir = claim(database, "b:2")
    assert heir is not None

    def renew(connection: sa.Connection) -> object:
        return leases.renew(connection, ghost, progress=0.5, stage="x", lines=[(now(), "INFO", "boo")])

    for write in (
        renew,
        lambda connection: leases.look(connection, ghost),
        lambda connection: leases.finish(connection, ghost, result={"by": "ghost"}),
        lambda connection: leases.fail(connection, ghost, "no"),
        lambda connection: leases.end_cancelled(connection, ghost),
        lambda connection: leases.give_back(connection, ghost),
        lambda connection: leases.put_back(connection, ghost, "no"),
    ):
        with pytest.raises(JobLost, match="attempt 1"), database.write() as connection:
            write(connection)

    assert read(database, heir) == heir
    assert "boo" not in messages(database, heir)


def test_a_job_whose_workers_keep_dying_fails_in_the_end(database: Database) -> None:
    job = begin(database)
    for _ in range(ATTEMPTS - 1):
        with database.write() as connection:
            assert leases.put_back(connection, job, "the worker was killed").state is JobState.QUEUED
        again = claim(database)
        assert again is not None
        job = again

    with database.write() as connection:
        failed = leases.put_back(connection, job, "the worker was killed")

    assert failed.state is JobState.FAILED
    assert failed.error == "the worker was killed. It was begun 3 times; look into its log, then retry."
    assert messages(database, job)[-1] == "attempt 3 of 3: the worker was killed"


def test_an_attempt_that_a_worker_gave_back_does_not_count(database: Database) -> None:
    job = begin(database, max_attempts=1)

    with database.write() as connection:
        assert leases.give_back(connection, job).state is JobState.QUEUED

    again = claim(database)
    assert again is not None
    assert (again.attempt, again.max_attempts) == (2, 2)


def test_a_job_put_back_for_later_waits(database: Database) -> None:
    job = begin(database)

    with database.write() as connection:
        leases.put_back(connection, job, "the database did not answer", delay=60)

    assert claim(database) is None


def test_retry_begins_anew_and_keeps_old_workers_out(database: Database) -> None:
    job = begin(database, max_attempts=1)
    with database.write() as connection:
        leases.fail(connection, job, "no sound")
    with database.write() as connection:
        again = jobs.retry(connection, job)

    assert (again.state, again.error, again.finished_at) == (JobState.QUEUED, None, None)
    second = claim(database)
    assert second is not None
    assert (second.attempt, second.max_attempts) == (2, 1 + ATTEMPTS)
    with pytest.raises(JobLost), database.write() as connection:
        leases.finish(connection, job, result=None)


def test_cancelling_ends_what_waits_and_asks_what_runs(database: Database) -> None:
    waiting, running = add(database, priority=-1), begin(database)
    with database.write() as connection:
        assert jobs.cancel(connection, waiting).state is JobState.CANCELLED
        assert jobs.cancel(connection, running).cancel_requested

    with database.read() as connection:
        assert leases.look(connection, running).cancel_requested
    with database.write() as connection:
        ended = leases.put_back(connection, running, "the worker died")
    assert ended.state is JobState.CANCELLED
    assert claim(database) is None


def test_a_result_comes_with_the_end(database: Database) -> None:
    job = begin(database)

    with database.write() as connection:
        done = leases.finish(connection, job, result={"annotation_id": "x"}, audio_seconds=12.5)

    assert (done.state, done.progress, done.audio_seconds) == (JobState.DONE, 1.0, 12.5)
    assert done.result == {"annotation_id": "x"}
    assert done.finished_at is not None


def test_everything_that_happens_is_announced_once(database: Database) -> None:
    job = begin(database)
    for progress in (0.25, 0.25, 0.5):
        with database.write() as connection:
            leases.renew(connection, job, progress=progress, stage="speech")
    with database.write() as connection:
        leases.put_back(connection, job, "the worker died")
    again = claim(database)
    assert again is not None
    with database.write() as connection:
        leases.finish(connection, again, result=None)

    assert announced(database) == [
        "job.queued",
        "job.started",
        "job.progress",
        "job.progress",
        "job.queued",
        "job.started",
        "job.done",
    ]


def test_a_log_is_read_page_by_page(database: Database) -> None:
    job = begin(database)
    with database.write() as connection:
        leases.write_lines(connection, job, [(now(), "INFO", f"line {number}") for number in range(5)])

    read_lines, cursor = [], None
    with database.read() as connection:
        for _ in range(3):
            page = jobs.log_page(connection, job.id, cursor=cursor, limit=2)
            read_lines += [line.message for line in page.items]
            cursor = page.next

    assert read_lines == [f"line {number}" for number in range(5)]
    assert cursor is None


def test_lists_are_filtered_and_read_page_by_page(database: Database) -> None:
    made = [add(database) for _ in range(5)]
    first = claim(database)
    assert first is not None

    with database.read() as connection:
        page = jobs.page(connection, limit=3)
        rest = jobs.page(connection, limit=3, cursor=page.next)
        waiting = jobs.page(connection, states=[JobState.QUEUED], kind="annotate")
        others = jobs.page(connection, kind="export")
        unknown = jobs.page(connection, seen_by=new_id())

    assert {job.id for job in (*page.items, *rest.items)} == {job.id for job in made}
    assert rest.next is None
    assert {job.id for job in waiting.items} == {job.id for job in made} - {first.id}
    assert others.items == unknown.items == ()


def made_for_sorting(database: Database) -> list[Job]:
    """Jobs of all states and several priorities, three ended at once; as they are now, in the order they were made."""
    ended = now()
    states = ["queued", "done", "failed", "cancelled", "running", "done", "queued", "done"]
    made = [add(database, priority=number % 3) for number in range(len(states))]
    with database.write() as connection:
        for number, (job, state) in enumerate(zip(made, states, strict=True)):
            finished = {"done": ended, "failed": ended - timedelta(hours=number)}.get(state)
            jobs.change(connection, job, state=state, finished_at=finished)
    return [read(database, job) for job in made]


def by_end(job: Job) -> tuple[float, str]:
    assert job.finished_at is not None
    return job.finished_at.timestamp(), job.id


@pytest.mark.parametrize("order", Order)
@pytest.mark.parametrize("limit", [1, 3, 100])
@pytest.mark.parametrize("sort", JobSort)
def test_jobs_are_sorted_and_read_page_by_page(database: Database, sort: JobSort, limit: int, order: Order) -> None:
    made = made_for_sorting(database)
    reverse = order is Order.DESC
    ended = sorted((job for job in made if job.finished_at), key=by_end, reverse=reverse)
    going = sorted((job for job in made if not job.finished_at), key=lambda job: job.id, reverse=reverse)
    wanted = {
        JobSort.CREATED_AT: sorted(made, key=lambda job: job.id, reverse=reverse),
        JobSort.FINISHED_AT: ended + going,
        JobSort.PRIORITY: sorted(made, key=lambda job: (job.priority, job.id), reverse=reverse),
        JobSort.STATE: sorted(made, key=lambda job: (job.state, job.priority, job.id), reverse=reverse),
    }[sort]

    def listed(**more: object) -> list[Job]:
        items: list[Job] = []
        cursor = None
        while True:
            with database.read() as connection:
                page = jobs.page(connection, sort=sort, order=order, cursor=cursor, limit=limit, **more)
            items += page.items
            if (cursor := page.next) is None:
                return items

    assert listed() == wanted
    some = [JobState.DONE, JobState.QUEUED]
    assert listed(states=some) == [job for job in wanted if job.state in some]


@pytest.mark.parametrize(
    "cursor",
    [
        encode_cursor("created_at", "asc", "0" * 26),
        encode_cursor("finished_at", "desc", "0" * 26),
        encode_cursor("priority", "desc", "1", "0" * 26),
        encode_cursor("priority", "desc", 1.5, "0" * 26),
        encode_cursor("priority", "desc", None, "0" * 26),
        encode_cursor("priority", "desc", 1, 1),
        encode_cursor("0" * 26),
    ],
)
def test_cursors_of_other_lists_are_refused(database: Database, cursor: str) -> None:
    with database.read() as connection, pytest.raises(InvalidValue, match="first page"):
        jobs.page(connection, sort=JobSort.PRIORITY, cursor=cursor)


@pytest.mark.parametrize("moment", ["yesterday", "2026-01-01T00:00:00", 5])
def test_cursors_with_moments_that_are_none_are_refused(database: Database, moment: str | int) -> None:
    cursor = encode_cursor("finished_at", "desc", moment, "0" * 26)
    with database.read() as connection, pytest.raises(InvalidValue, match="first page"):
        jobs.page(connection, sort=JobSort.FINISHED_AT, cursor=cursor)


def test_jobs_are_named_by_one_query(database: Database) -> None:
    project_id = add_project(database, "Reef")
    recording = add_recording(database, project_id)
    made = [
        add(database, project_id=project_id, recording_id=recording.id),
        add(database, project_id=project_id),
        add(database),
    ]
    with database.read() as connection, counted(connection) as statements:
        named = jobs.names(connection, made)
        none = jobs.names(connection, [])

    assert named == {project_id: "Reef", recording.id: recording.name}
    assert none == {}
    assert [statement[:6] for statement in statements if statement != "BEGIN"] == ["SELECT"] * 2


def test_a_waiting_job_knows_how_many_go_before_it(database: Database) -> None:
    first, second, urgent = add(database), add(database), add(database, priority=1)
    with database.read() as connection:
        positions = [jobs.position(connection, job) for job in (first, second, urgent)]
    assert positions == [1, 2, 0]

    claimed = claim(database)
    assert claimed is not None
    with database.read() as connection:
        assert jobs.position(connection, claimed) is None


def test_totals_tell_how_long_the_work_took(database: Database) -> None:
    begun = now() - timedelta(days=1)
    for seconds in (10.25, 20.5):
        job = begin(database)
        with database.write() as connection:
            leases.finish(connection, job, result=None, audio_seconds=100.0)
            times = {"started_at": begun, "finished_at": begun + timedelta(seconds=seconds)}
            jobs.change(connection, job, **times)
    add(database)

    with database.read() as connection:
        (total,) = jobs.totals(connection)
        oldest = jobs.oldest_waiting(connection)
        assert jobs.waiting(connection, most=10) == 1

    assert (total.kind, total.states) == ("annotate", {JobState.DONE: 2, JobState.QUEUED: 1})
    assert total.done_seconds == pytest.approx(30.75, abs=0.01)
    assert total.audio_seconds == 200.0
    assert oldest is not None
    assert oldest <= now()


def test_a_broker_is_told_again_of_what_nobody_took(database: Database) -> None:
    told, untold = add(database), add(database)
    with database.write() as connection:
        leases.mark_sent(connection, [told.id])

    with database.read() as connection:
        fresh = leases.unsent(connection, before=now() - timedelta(seconds=60), limit=10)
        later = leases.unsent(connection, before=now() + timedelta(seconds=60), limit=10)

    assert fresh == (untold.id,)
    assert later == (told.id, untold.id)
