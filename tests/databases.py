"""Databases for tests: SQLite always, PostgreSQL and MariaDB where their URLs are given."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa
from sqlalchemy.engine import make_url
from tests import needed

from earmark.store.database import Database
from earmark.store.tables import metadata

URLS = {"postgresql": "EARMARK_TEST_POSTGRESQL_URL", "mariadb": "EARMARK_TEST_MARIADB_URL"}
"""Variables with the URL of a server on which the tests may make and drop databases."""


def url_of(kind: str) -> str:
    """URL of a database server; the test is skipped where there is none, or fails where all must be there."""
    return needed.variable(URLS[kind], f"{kind} server")


@cache
def _sqlite_with_tables() -> bytes:
    """File of a database with Earmark's tables; a copy is made faster than they are."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        database = Database(f"sqlite:///{path}")
        metadata.create_all(database.engine)
        database.close()
        return path.read_bytes()


@contextmanager
def fresh_database(kind: str, folder: Path, *, tables: bool = True) -> Iterator[Database]:
    """Give an empty database, with Earmark's tables unless told otherwise, and drop it afterwards."""
    if kind == "sqlite":
        path = folder / f"{secrets.token_hex(4)}.db"
        if tables:
            path.write_bytes(_sqlite_with_tables())
        database = Database(f"sqlite:///{path}")
        yield database
        database.close()
        return
    name = f"earmark_test_{secrets.token_hex(6)}"
    server = Database(url_of(kind))
    quoted = server.engine.dialect.identifier_preparer.quote(name)
    with server.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text(f"CREATE DATABASE {quoted}"))
        database = Database(make_url(url_of(kind)).set(database=name).render_as_string(hide_password=False))
        try:
            if tables:
                metadata.create_all(database.engine)
            yield database
        finally:
            database.close()
            connection.execute(sa.text(f"DROP DATABASE {quoted}"))
    server.close()


def empty(database: Database) -> None:
    """Delete all rows."""
    with database.write() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
