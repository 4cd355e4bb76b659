"""The connection to the database: one class for SQLite, PostgreSQL, MySQL and MariaDB."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, DBAPIError, InterfaceError, InternalError, OperationalError

from earmark.errors import InvalidSettings, MissingExtra, StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

DRIVERS = {
    "sqlite": "sqlite",
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mariadb+pymysql",
}
EXTRAS = {"postgresql+psycopg": "postgresql", "mysql+pymysql": "mysql", "mariadb+pymysql": "mysql"}
BUSY_SECONDS = 30
"""How long SQLite waits for another process that writes."""
POOL_SIZE = 20
"""Connections kept open; twice as many may be opened in a rush."""
CONNECT_SECONDS = 10
"""How long a server may take to accept a connection."""
SILENT_SECONDS = 30
"""After so long without a sign of life a connection to PostgreSQL counts as lost."""
_PATIENCE: dict[str, dict[str, int]] = {
    "postgresql": {
        "connect_timeout": CONNECT_SECONDS,
        "keepalives_idle": SILENT_SECONDS // 2,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": SILENT_SECONDS * 1000,
    },
    "mysql": {"connect_timeout": CONNECT_SECONDS},
    "mariadb": {"connect_timeout": CONNECT_SECONDS},
}
"""Options of the drivers: without them a network that swallows packets holds a thread for minutes."""


def now() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)


class Database:
    """A database with Earmark's tables.

    Parameters
    ----------
    url : str
        ``sqlite:///path``, ``postgresql://user:password@host/name``, ``mysql://...`` or ``mariadb://...``.

    Raises
    ------
    InvalidSettings
        The URL cannot be used.
    MissingExtra
        The driver of the database is not installed.
    """

    def __init__(self, url: str) -> None:
        self.url = _with_driver(url)
        self.dialect = self.url.get_backend_name()
        self._engine = _engine(self.url)
        # Threads of one process queue here rather than in SQLite's own retry loop, which is not fair.
        self._writing: Any = threading.Lock() if self.dialect == "sqlite" else None

    @property
    def engine(self) -> Engine:
        """The engine of SQLAlchemy, for migrations."""
        return self._engine

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection for reading: on SQLite a snapshot that does not wait for writers."""
        with _translated(self.url), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Give a connection for reading: all that is read with it is as it was at one moment, on every database."""
        with self.read() as connection:
            once = {} if self.dialect == "sqlite" else {"isolation_level": "REPEATABLE READ"}
            yield connection.execution_options(**once)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give a connection in one transaction: all that is done with it is kept, or nothing.

        It is not to be used while another one of the same thread is open.
        """
        if self._writing is None:
            with self._transaction() as connection:
                yield connection
            return
        with self._writing, self._transaction() as connection:
            yield connection

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with _translated(self.url), self._engine.connect() as connection:
            connection = connection.execution_options(earmark_write=True)
            with connection.begin():
                yield connection

    def check(self) -> None:
        """Raise ``StoreUnavailable`` unless the database answers."""
        with self.read() as connection:
            connection.execute(sa.text("SELECT 1"))

    def migrate(self) -> None:
        """Bring the tables to the state that this version of Earmark needs; see `store/migrate.py`."""
        from earmark.store.migrate import upgrade

        with _translated(self.url):
            upgrade(self._engine)

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()


def _with_driver(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise InvalidSettings("the database URL is not one. It looks like sqlite:///earmark.db.") from None
    backend = parsed.drivername.split("+")[0]
    if backend not in DRIVERS:
        raise InvalidSettings(f"there is no database {backend!r}: use {', '.join(DRIVERS)}.")
    parsed = parsed if "+" in parsed.drivername else parsed.set(drivername=DRIVERS[backend])
    return parsed.update_query_dict({"charset": "utf8mb4"}) if backend in ("mysql", "mariadb") else parsed


def _engine(url: URL) -> Engine:
    options: dict[str, Any] = {"pool_pre_ping": True, "pool_size": POOL_SIZE, "max_overflow": POOL_SIZE}
    backend = url.get_backend_name()
    if backend == "sqlite":
        options = {"connect_args": {"timeout": BUSY_SECONDS, "check_same_thread": False}, "pool_size": POOL_SIZE}
    else:
        # What the URL says itself goes first.
        options["connect_args"] = {name: value for name, value in _PATIENCE[backend].items() if name not in url.query}
    if backend in ("mysql", "mariadb"):
        # What others commit in between is seen, as on PostgreSQL; the default would hold gap locks.
        options["isolation_level"] = "READ COMMITTED"
    try:
        # Values are hidden in errors, which are logged: hashes and secrets are among them.
        engine = sa.create_engine(url, hide_parameters=True, **options)
    except ModuleNotFoundError as error:
        raise MissingExtra(f"the database {backend}", EXTRAS[url.drivername]) from error
    if backend == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver's own transactions begin too late (at the first write); ours are begun below.
    connection.isolation_level = None
    cursor = connection.cursor()
    # FULL: a commit that was answered survives a power cut.
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-16000", "temp_store=MEMORY"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
    # SQLite's own knows the letters of ASCII only.
    connection.create_function("lower", 1, _lower, deterministic=True)


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that will write takes the lock at once: one that reads first could not get it later.
    write = connection.get_execution_options().get("earmark_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


@contextmanager
def _translated(url: URL) -> Iterator[None]:
    """Say in Earmark's words that the database cannot be reached, is full, locked, read-only or damaged."""
    try:
        yield
    except (OperationalError, InterfaceError, InternalError) as error:
        raise StoreUnavailable(_where(url), _reason(error)) from error
    except DBAPIError as error:
        # SQLite has no kind of its own for a file that is damaged or holds something else.
        if not error.connection_invalidated and type(error) is not DatabaseError:
            raise
        raise StoreUnavailable(_where(url), _reason(error)) from error
    except sa.exc.TimeoutError as error:
        raise StoreUnavailable(_where(url), "all connections are in use") from error


def _where(url: URL) -> str:
    return url.render_as_string(hide_password=True)


def _reason(error: DBAPIError) -> str:
    return str(error.orig).strip().splitlines()[0] if error.orig else type(error).__name__
