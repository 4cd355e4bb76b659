"""Schedules in the store, and when they come again."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.core.ids import new_id
from earmark.core.schedule import Schedule
from earmark.errors import InvalidValue
from earmark.store import schedules
from earmark.store.database import Database, now

BEGIN = datetime(2026, 5, 1, 6, tzinfo=UTC)


def schedule(**values: object) -> Schedule:
    return replace(
        Schedule(
            id=new_id(),
            project_id=None,
            name="Purge",
            kind="purge",
            every_seconds=60,
            next_at=now() - timedelta(seconds=1),
            created_at=now(),
        ),
        **values,
    )


@given(every=st.integers(10, 366 * 24 * 3600), late=st.floats(0, 1e8))
def test_the_next_time_is_in_step_and_comes(every: int, late: float) -> None:
    made = schedule(every_seconds=every, next_at=BEGIN)
    moment = BEGIN + timedelta(seconds=late)

    following = made.after(moment)

    assert moment < following <= moment + timedelta(seconds=every)
    assert (following - BEGIN).total_seconds() % every == 0


@pytest.mark.parametrize("values", [{"every_seconds": 9}, {"every_seconds": 10**9}, {"name": " "}, {"name": "a\nb"}])
def test_a_schedule_that_makes_no_sense_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(InvalidValue):
        schedule(**values)


def test_schedules_are_written_changed_listed_and_deleted(database: Database) -> None:
    first, second = schedule(arguments={"folder": "/a"}), schedule(name="Zwei")
    with database.write() as connection:
        schedules.add(connection, first)
        schedules.add(connection, second)
        changed = replace(first, name="Anders", enabled=False, last_at=now(), last_job_id=new_id())
        schedules.save(connection, changed)

    with database.read() as connection:
        assert schedules.get(connection, first.id) == changed
        page = schedules.page(connection, project_id=None, limit=1)
        assert page.items == (changed,)
        assert schedules.page(connection, project_id=None, cursor=page.next).items == (second,)
        assert schedules.page(connection, project_id=new_id()).items == ()
    with database.write() as connection:
        schedules.delete(connection, first.id)
        assert schedules.get(connection, first.id) is None


def test_of_servers_that_look_at_once_one_gets_what_is_due(database: Database) -> None:
    asleep, later = schedule(enabled=False), schedule(next_at=now() + timedelta(hours=1))
    ready = [schedule() for _ in range(5)]
    with database.write() as connection:
        for one in (asleep, later, *ready):
            schedules.add(connection, one)
    got: list[str] = []

    def look() -> None:
        with database.write() as connection:
            for one in schedules.due(connection, at=now(), limit=10):
                got.append(one.id)
                schedules.save(connection, replace(one, next_at=one.after(now())))

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(got) == sorted(one.id for one in ready)
