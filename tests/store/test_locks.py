"""What only one process may do at a time."""

from __future__ import annotations

import threading

from earmark.store import locks
from earmark.store.database import Database


def take(database: Database, holder: str, *, seconds: float = 60.0) -> bool:
    with database.write() as connection:
        return locks.take(connection, "backup", holder, seconds=seconds)


def test_a_lock_has_one_holder_until_it_gives_it_back(database: Database) -> None:
    assert take(database, "a")
    assert take(database, "a"), "the holder may keep it longer"
    assert not take(database, "b")
    with database.write() as connection:
        locks.release(connection, "backup", "b")
    assert not take(database, "b")

    with database.write() as connection:
        assert locks.held(connection, "backup") == "a"
        locks.release(connection, "backup", "a")
        assert locks.held(connection, "backup") is None
    assert take(database, "b")


def test_the_lock_of_a_dead_holder_falls_open(database: Database) -> None:
    assert take(database, "a", seconds=0.0)

    assert take(database, "b")


def test_of_many_that_ask_at_once_one_gets_it(database: Database) -> None:
    got: list[bool] = []
    threads = [
        threading.Thread(target=lambda number=number: got.append(take(database, f"holder {number}")))
        for number in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(got) == [False] * 7 + [True]
