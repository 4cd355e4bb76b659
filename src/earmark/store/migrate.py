"""Bring the tables of a database to the state that this version of Earmark needs.

The steps are revisions of Alembic in `store/migrations/versions`. ``scripts/make_migration.py`` writes the one that
leads to a changed `store/tables.py`; a test compares the two on every database.
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from earmark.errors import InvalidSettings, StoreUnavailable
from earmark.store.tables import metadata

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alembic.config import Config
    from sqlalchemy.engine import Connection, Engine

SCRIPTS = Path(__file__).parent / "migrations"
VERSIONS = sa.table("alembic_version", sa.column("version_num"))
"""Where Alembic keeps the revision."""
LOCK_SECONDS = 600
"""How long a server waits for another one that migrates the same database."""
LOCK_NUMBER = 0x6561726D61726B
"""Number of the advisory lock on PostgreSQL: "earmark" in ASCII."""
NOT_ALLOWED = frozenset({"42501", "1044", "1142"})
"""What PostgreSQL (SQLSTATE) and MariaDB or MySQL (error number) say to those who may not make tables."""


def upgrade(engine: Engine, revision: str | None = None) -> None:
    """Make or change the tables; nothing happens where all is done. Of servers that start together one does it.

    Parameters
    ----------
    engine : Engine
        The database.
    revision : str, optional
        How far; the latest revision by default. A database that is further stays as it is.

    Raises
    ------
    InvalidSettings
        The database was made by a newer Earmark or something else, or its user may not make tables.
    StoreUnavailable
        Another server has been migrating for ten minutes.
    """
    from alembic import command

    with engine.connect().execution_options(earmark_write=True) as connection, _locked(connection):
        _require_ours(connection)
        if current_revision(connection) != latest_revision():
            with _told_if_not_allowed(connection):
                command.upgrade(alembic_config(connection), revision or "head")
        connection.commit()


def latest_revision() -> str:
    """Name the revision that this version of Earmark needs."""
    return known_revisions()[0]


def known_revisions() -> tuple[str, ...]:
    """Name all revisions that this version of Earmark knows, the latest first."""
    from alembic.script import ScriptDirectory

    return tuple(script.revision for script in ScriptDirectory.from_config(alembic_config()).walk_revisions())


def current_revision(connection: Connection) -> str | None:
    """Name the revision of a database, None where it has none of Earmark's tables."""
    if not sa.inspect(connection).has_table(VERSIONS.name):
        return None
    revision: str | None = connection.execute(sa.select(VERSIONS.c.version_num)).scalar()
    return revision


def require_latest(connection: Connection) -> None:
    """Raise `InvalidSettings` unless the tables are those that this version of Earmark needs."""
    _require_ours(connection)
    if current_revision(connection) != latest_revision():
        raise InvalidSettings(f"{_where(connection)} has no tables of this version yet. Start `earmark serve` first.")


def alembic_config(connection: Connection | None = None) -> Config:
    """Say to Alembic where the migrations are and which connection they change."""
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    # Alembic reads the value with ConfigParser, to which a percent sign means something.
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "v%%(rev)s_%%(slug)s")
    return config


def _require_ours(connection: Connection) -> None:
    """Refuse databases of newer versions and of other programs."""
    revision = current_revision(connection)
    if revision is not None and revision not in known_revisions():
        why = f"was made by a newer Earmark (its tables are at {revision}, this version knows {latest_revision()})"
        raise InvalidSettings(f"{_where(connection)} {why}. Upgrade this program, or use another database.")
    taken = sorted(set(metadata.tables) & set(sa.inspect(connection).get_table_names()))
    if revision is None and taken:
        why = f"holds a table {taken[0]!r} but no version: it is another program's, or its making was interrupted"
        raise InvalidSettings(f"{_where(connection)} {why}. Use an empty database.")


@contextmanager
def _locked(connection: Connection) -> Iterator[None]:
    """Keep other servers out; the transaction that SQLite begins here does that by itself."""
    dialect = connection.dialect.name
    if dialect == "postgresql":
        connection.execute(sa.text(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'"))
        # Ends with the transaction, which holds all changes of the tables too.
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK_NUMBER)))
    if dialect not in ("mysql", "mariadb"):
        connection.execute(sa.text("SELECT 1"))
        yield
        return
    # Locks of this kind belong to the whole server, hence the name of the database in theirs (at most 64 letters).
    name = sa.func.concat("earmark:", sa.func.md5(sa.func.database()))
    if connection.execute(sa.select(sa.func.get_lock(name, LOCK_SECONDS))).scalar() != 1:
        raise StoreUnavailable(_where(connection), "another server has been changing its tables for ten minutes")
    try:
        yield
    finally:
        connection.execute(sa.select(sa.func.release_lock(name)))


@contextmanager
def _told_if_not_allowed(connection: Connection) -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        said = {str(code) for code in (getattr(error.orig, "sqlstate", None), *getattr(error.orig, "args", ()))}
        if not said & NOT_ALLOWED:
            raise
        why = f"its user may not make or change tables in it ({str(error.orig).splitlines()[0]})"
        raise InvalidSettings(f"{_where(connection)}: {why}. Grant that right, or make it the owner.") from error


def _where(connection: Connection) -> str:
    return f"the database {connection.engine.url.render_as_string(hide_password=True)}"
