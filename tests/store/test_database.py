"""Transactions and moments mean the same on every database, and its failures are said in words."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa

from earmark.errors import InvalidSettings, StoreUnavailable
from earmark.store.database import Database, now
from earmark.store.tables import locks, users


def add_user(connection: sa.Connection, name: str, moment: datetime) -> None:
    row = {"id": name, "login": name, "name": name, "is_administrator": False, "active": True, "created_at": moment}
    connection.execute(users.insert().values(row))


def count(database: Database) -> int:
    with database.read() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(users)).scalar_one()


def test_a_transaction_is_kept_whole_or_not_at_all(database: Database) -> None:
    def fail_half_way() -> None:
        with database.write() as connection:
            add_user(connection, "a", now())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()

    assert count(database) == 0


@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=-11)), timezone(timedelta(hours=5, minutes=45))])
def test_moments_keep_their_microseconds_and_come_back_in_utc(database: Database, zone: timezone) -> None:
    moment = datetime(2026, 3, 29, 1, 30, 0, 123457, tzinfo=zone)
    with database.write() as connection:
        add_user(connection, "a", moment)
    with database.read() as connection:
        read = connection.execute(sa.select(users.c.created_at)).scalar_one()

    assert read == moment
    assert read.tzinfo is UTC


def test_a_moment_without_zone_is_a_mistake(database: Database) -> None:
    with pytest.raises(sa.exc.StatementError, match="time zone"), database.write() as connection:
        add_user(connection, "a", datetime(2026, 1, 1))


def test_texts_are_told_apart_by_case_and_accent(database: Database) -> None:
    names = ["wren", "Wren", "wrén", "wren\U0001f426", "wren "]
    with database.write() as connection:
        for name in names:
            row = {"id": str(names.index(name)), "login": name, "name": name}
            row |= {"is_administrator": False, "active": True, "created_at": now()}
            connection.execute(users.insert().values(row))
    with database.read() as connection:
        found = connection.execute(sa.select(users.c.name).where(users.c.name == "wren")).scalars().all()

    assert "wren" in found
    assert not {"Wren", "wrén", "wren\U0001f426"} & set(found)


def test_counting_up_by_many_threads_loses_nothing(database: Database) -> None:
    with database.write() as connection:
        connection.execute(locks.insert().values(name="n", holder="0", until=now()))

    def count_up() -> None:
        for _ in range(5):
            with database.write() as connection:
                query = sa.select(locks.c.holder).where(locks.c.name == "n").with_for_update()
                value = int(connection.execute(query).scalar_one())
                connection.execute(locks.update().values(holder=str(value + 1)))

    threads = [threading.Thread(target=count_up) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with database.read() as connection:
        assert connection.execute(sa.select(locks.c.holder)).scalar_one() == "40"


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("", "database URL"),
        ("not a url", "database URL"),
        ("oracle://x/y", "no database 'oracle'"),
    ],
)
def test_a_url_that_cannot_be_used_is_said(url: str, message: str) -> None:
    with pytest.raises(InvalidSettings, match=message):
        Database(url)


@pytest.mark.parametrize(
    "url", ["postgresql://u:secret@127.0.0.1:1/x", "mariadb://u:secret@127.0.0.1:1/x", "sqlite:////nowhere/at/all.db"]
)
def test_a_database_that_does_not_answer_is_said_without_its_password(url: str) -> None:
    with pytest.raises(StoreUnavailable, match="does not answer") as raised:
        Database(url).check()

    assert "secret" not in str(raised.value)


def test_a_commit_survives_in_the_file(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/earmark.db"
    first = Database(url)
    users.metadata.create_all(first.engine)
    with first.write() as connection:
        add_user(connection, "a", now())

    assert count(Database(url)) == 1


@pytest.mark.parametrize("content", [b"minutes of the meeting\n" * 500, b"SQLite format 3\0" + b"\xff" * 8000])
def test_a_file_that_is_no_database_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "earmark.db").write_bytes(content)
    database = Database(f"sqlite:///{tmp_path / 'earmark.db'}")

    for ask in (database.check, database.migrate):
        with pytest.raises(StoreUnavailable, match="not a database") as error:
            ask()
        assert "\n" not in str(error.value)
    database.close()
    assert (tmp_path / "earmark.db").read_bytes() == content


def test_errors_hold_no_values(database: Database) -> None:
    """They are logged, and hashes of passwords are among the values."""
    row = {"id": "a", "login": "a", "name": "a", "is_administrator": False, "active": True, "created_at": now()}

    def add_twice() -> None:
        with database.write() as connection:
            for _ in range(2):
                connection.execute(users.insert().values(row | {"password_hash": "hash-of-it"}))

    with pytest.raises(sa.exc.IntegrityError) as error:
        add_twice()
    assert "hash-of-it" not in str(error.value)
