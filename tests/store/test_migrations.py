"""Migrations make the tables that the program works with, on every database, once, and touch nobody else's."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.databases import fresh_database

from earmark.core.search import Order, RecordingFilter, RecordingSort
from earmark.errors import InvalidSettings
from earmark.store import listing
from earmark.store.database import Database
from earmark.store.migrate import VERSIONS, current_revision, latest_revision, require_latest, upgrade
from earmark.store.tables import metadata, projects, recordings, users

KINDS = ["sqlite", "postgresql", "mariadb"]


@pytest.fixture(params=KINDS)
def bare(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without any table, of each kind in turn."""
    with fresh_database(request.param, tmp_path, tables=False) as database:
        yield database


def same_type(_context: object, _column: object, there: sa.Column, is_type: object, should: object) -> bool | None:
    """JSON is LONGTEXT on MariaDB; everything else is compared by Alembic."""
    return False if isinstance(should, sa.JSON) and "TEXT" in str(is_type).upper() else None


def differences(connection: sa.Connection) -> list[object]:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    context = MigrationContext.configure(connection, opts={"compare_type": same_type})
    return list(compare_metadata(context, metadata))


def collations(connection: sa.Connection) -> dict[tuple[str, str], str]:
    """Alembic does not compare collations, on which MariaDB's equality of texts hangs."""
    query = "SELECT table_name, column_name, collation_name FROM information_schema.columns WHERE table_schema = "
    rows = connection.execute(sa.text(query + "DATABASE() AND collation_name IS NOT NULL"))
    return {(row[0], row[1]): row[2] for row in rows if row[0] != VERSIONS.name}


def test_an_empty_database_gets_the_tables_that_the_program_works_with(bare: Database) -> None:
    bare.migrate()

    with bare.read() as connection:
        assert differences(connection) == []
        assert current_revision(connection) == latest_revision()
        require_latest(connection)


def test_texts_are_compared_as_in_tables_made_directly(tmp_path: Path) -> None:
    found = []
    for make in (lambda database: database.migrate(), lambda database: metadata.create_all(database.engine)):
        with fresh_database("mariadb", tmp_path, tables=False) as database:
            make(database)
            with database.read() as connection:
                found.append(collations(connection))

    assert found[0] == found[1]
    assert found[0]


def test_words_of_the_first_version_still_find_and_sort_recordings(bare: Database) -> None:
    upgrade(bare.engine, "0001")
    moment = datetime(2026, 5, 1, tzinfo=UTC)
    plain = {"description": "", "labels": [], "pipeline": {}, "version": 1, "created_at": moment, "updated_at": moment}
    more = {"state": "ready", "source": "", "video": False, "tags": [], "notes": "", "problems": [], "version": 1}
    more |= {"created_at": moment, "updated_at": moment, "trashed": False, "project_id": "p"}
    terms = sa.table("recording_terms", *map(sa.column, ("project_id", "term", "recording_id")))
    with bare.write() as connection:
        connection.execute(projects.insert().values(id="p", name="p", **plain))
        for name, duration in (("a", 2.0), ("b", 1.0), ("c", None)):
            row = {"id": name, "name": f"{name} wood.wav", "duration": duration, **more}
            connection.execute(recordings.insert().values(row))
            connection.execute(terms.insert().values(project_id="p", term="wood", recording_id=name))

    bare.migrate()

    with bare.read() as connection:
        found = listing.page(
            connection, "p", RecordingFilter(q="wo"), sort=RecordingSort.DURATION, order=Order.ASC, limit=2
        )
        rest = listing.page(
            connection, "p", RecordingFilter(q="wo"), sort=RecordingSort.DURATION, order=Order.ASC, cursor=found.next
        )
        assert [one.id for one in (*found.items, *rest.items)] == ["b", "a", "c"]


def test_migrating_again_keeps_what_is_there(bare: Database) -> None:
    bare.migrate()
    row = {"id": "u", "login": "u", "name": "u", "is_administrator": True, "active": True}
    with bare.write() as connection:
        connection.execute(users.insert().values(**row, created_at=sa.func.now()))

    bare.migrate()

    with bare.read() as connection:
        assert connection.execute(sa.select(users.c.id)).scalars().all() == ["u"]


def test_servers_that_start_together_migrate_once(bare: Database) -> None:
    code = "import sys; from earmark.store.database import Database; Database(sys.argv[1]).migrate()"
    command = [sys.executable, "-c", code, bare.url.render_as_string(hide_password=False)]
    started = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(4)]

    assert [(process.communicate()[1], process.returncode) for process in started] == [("", 0)] * 4
    with bare.read() as connection:
        assert differences(connection) == []


def test_a_database_of_a_newer_version_is_left_alone(bare: Database) -> None:
    bare.migrate()
    with bare.write() as connection:
        connection.execute(VERSIONS.update().values(version_num="9999"))

    with pytest.raises(InvalidSettings, match=r"newer Earmark.*9999.*Upgrade this program"):
        bare.migrate()
    with bare.read() as connection, pytest.raises(InvalidSettings, match="newer Earmark"):
        require_latest(connection)


def test_tables_of_another_program_are_left_alone(bare: Database) -> None:
    with bare.write() as connection:
        connection.execute(sa.text("CREATE TABLE users (name VARCHAR(10))"))

    with pytest.raises(InvalidSettings, match=r"'users'.*Use an empty database"):
        bare.migrate()


def test_an_empty_database_is_told_from_one_that_was_migrated(bare: Database) -> None:
    with bare.read() as connection, pytest.raises(InvalidSettings, match="earmark serve"):
        require_latest(connection)


@pytest.mark.parametrize(
    ("kind", "statements"),
    [
        ("postgresql", ["CREATE ROLE earmark_test_reader LOGIN", "DROP ROLE earmark_test_reader"]),
        ("mariadb", ["CREATE USER earmark_test_reader@127.0.0.1", "DROP USER earmark_test_reader@127.0.0.1"]),
    ],
)
def test_a_user_who_may_not_make_tables_is_told_so(kind: str, statements: list[str], tmp_path: Path) -> None:
    with fresh_database(kind, tmp_path, tables=False) as database:
        name = database.url.database
        with database.write() as connection:
            connection.execute(sa.text(statements[0]))
            if kind == "mariadb":
                connection.execute(sa.text(f"GRANT SELECT ON {name}.* TO earmark_test_reader@127.0.0.1"))
        url = database.url.set(username="earmark_test_reader").render_as_string(hide_password=False)
        other = Database(url)
        try:
            with pytest.raises(InvalidSettings, match="Grant that right"):
                other.migrate()
        finally:
            other.close()
            with database.write() as connection:
                connection.execute(sa.text(statements[1]))
