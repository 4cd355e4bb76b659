"""A look at all parts of a server: what works, what does not, and what to do about it."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import psutil
import sqlalchemy as sa

from earmark.errors import EarmarkError, FilesUnavailable, InvalidSettings, StoreUnavailable
from earmark.services.doctor_machine import look_at_clock, look_at_codecs, look_at_memory, look_at_models
from earmark.services.doctor_network import look_at_address, look_at_allowed_hosts
from earmark.services.doctor_queue import look_at_queue
from earmark.services.findings import Finding, State, Subject, failed, failed_by, ok, warning
from earmark.services.origins import S3, bucket
from earmark.store.database import Database, now
from earmark.store.migrate import current_revision, latest_revision, require_latest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from earmark.config import Settings
    from earmark.files.store import FileStore

GIGABYTE = 1_000_000_000
LEAST_FREE = 200_000_000
"""Bytes below which a disk counts as full."""
NETWORK_DISKS = ("nfs", "cifs", "smb", "9p", "fuse.sshfs", "afs", "ceph", "gluster", "lustre", "webdav", "fuse.s3fs")
"""Beginnings of file systems on which SQLite's locks do not hold (https://www.sqlite.org/faq.html#q5)."""
CLOCKS_APART = 5.0
"""Seconds by which the clocks of database and server may differ without harm."""
CLOCKS_BROKEN = 30.0
"""Seconds from which leases of jobs, which last a minute, are no longer sure to hold."""
_ADVICE = (
    (r"password|Access denied|1045|no pg_hba", "Correct user and password in EARMARK_DATABASE."),
    (r"does not exist|Unknown database|1049", "Create the database, or correct its name in EARMARK_DATABASE."),
    (
        r"resolve|Name or service|getaddrinfo|nodename",
        "Correct the host in EARMARK_DATABASE; names of containers are known in their own network only.",
    ),
    (r"refused|timeout|timed out|2003|unreachable", "Start the database server, or correct host and port."),
    (r"unable to open|readonly|read-only", "Give Earmark's user the right to write the file and its folder."),
    (r"malformed|not a database", "The file is damaged or something else: restore a backup, or name another file."),
    (r"full", "Make room on the disk of the database."),
)
"""What the text of a database's refusal holds, and what to do; the first that fits counts."""


def examine(subject: Subject) -> Iterator[Finding]:
    """Look at every part in turn; what is found is given as soon as it is known."""
    yield from _look_at_settings(subject)
    database = None
    for finding, opened in _look_at_database(subject):
        database = opened or database
        yield finding
    files = None
    for finding, store in _look_at_files(subject):
        files = store or files
        yield finding
    yield from _look_at_disks(subject)
    yield from look_at_clock(subject)
    yield from look_at_memory(subject)
    yield from look_at_codecs()
    yield from look_at_models(subject, database, files)
    yield from look_at_queue(subject, database)
    yield from look_at_address(subject, database)
    yield from look_at_allowed_hosts(subject)
    if database is not None:
        database.close()


def worst(findings: Iterable[Finding]) -> State:
    """Tell the state of a server by the worst of its parts."""
    order = (State.FAILED, State.WARNING, State.OK, State.SKIPPED)
    states = {finding.state for finding in findings}
    return next((state for state in order if state in states), State.OK)


def _look_at_settings(subject: Subject) -> Iterator[Finding]:
    settings = subject.settings
    told = ", ".join(f"{name} ({source})" for name, source in sorted(subject.sources.items()))
    yield ok("settings", f"set: {told}; all others have their defaults" if told else "all have their defaults")
    if settings.queue == "celery" and not settings.broker:
        yield failed(
            "settings", "queue is celery, but no broker is named", "Set EARMARK_BROKER, or EARMARK_QUEUE=local."
        )
    if settings.queue == "local" and settings.broker:
        yield warning(
            "settings", "a broker is named, but queue is local", "Set EARMARK_QUEUE=celery, or leave the broker out."
        )
    for place in settings.import_folders:
        yield _look_at_bucket(settings, place) if place.startswith(S3) else _look_at_import_folder(place)


def _look_at_import_folder(folder: str) -> Finding:
    from pathlib import Path

    try:
        count = sum(1 for _ in Path(folder).iterdir())
    except OSError as error:
        why = f"{folder}: {error.strerror or error}"
        return failed("import folders", why, "Correct EARMARK_IMPORT_FOLDERS, or make the folder readable.")
    return ok("import folders", f"{folder}: {count} entries")


def _look_at_bucket(settings: Settings, place: str) -> Finding:
    """See whether a bucket that is open for imports can be listed; writing there is not needed."""
    try:
        empty = next(bucket(settings, place).list(), None) is None
    except EarmarkError as error:
        return failed_by("import folders", error)
    return ok("import folders", f"{place}: can be read" + (", and is empty" if empty else ""))


def _look_at_database(subject: Subject) -> Iterator[tuple[Finding, Database | None]]:
    try:
        database = subject.database()
    except EarmarkError as error:
        yield failed_by("database", error), None
        return
    try:
        database.check()
    except StoreUnavailable as error:
        database.close()
        yield failed("database", f"{error.where} does not answer: {error.why}", advice(error.why)), None
        return
    except sa.exc.DatabaseError as error:
        database.close()
        yield failed("database", f"{database.url}: {error.orig}", advice(str(error.orig))), None
        return
    yield _version(database), database
    yield _tables(database), None
    yield from ((finding, None) for finding in _clocks(database))
    yield from ((finding, None) for finding in _place(database))


def advice(reason: str) -> str:
    """Say what to do about a database that gives this reason."""
    known = (do for pattern, do in _ADVICE if re.search(pattern, reason, re.IGNORECASE))
    return next(known, "Check that it runs and that EARMARK_DATABASE is right.")


def _version(database: Database) -> Finding:
    query = "SELECT sqlite_version()" if database.dialect == "sqlite" else "SELECT version()"
    with database.read() as connection:
        version = str(connection.execute(sa.text(query)).scalar())
    return ok("database", f"{database.url.render_as_string(hide_password=True)}, {database.dialect} {version[:80]}")


def _tables(database: Database) -> Finding:
    try:
        with database.read() as connection:
            if current_revision(connection) is None:
                return warning("tables", "there are none yet", "Start `earmark serve` once: it makes them.")
            require_latest(connection)
    except InvalidSettings as error:
        return failed_by("tables", error)
    return ok("tables", f"at revision {latest_revision()}, which is the latest")


def _clocks(database: Database) -> Iterator[Finding]:
    if database.dialect == "sqlite":
        return
    on_postgresql = database.dialect == "postgresql"
    query = "SELECT EXTRACT(EPOCH FROM clock_timestamp())" if on_postgresql else "SELECT UNIX_TIMESTAMP(NOW(6))"
    with database.read() as connection:
        connection.execute(sa.text("SELECT 1"))
        before = now().timestamp()
        there = float(connection.execute(sa.text(query)).scalar_one())
        apart = abs(there - (before + now().timestamp()) / 2)
    yield clock_finding(apart)


def clock_finding(apart: float) -> Finding:
    """Judge by how many seconds the clocks of database and server differ."""
    message = f"clocks of database and server are {apart:.1f} s apart"
    do = "Set both clocks by NTP: jobs are believed dead or alive by them."
    if apart >= CLOCKS_BROKEN:
        return failed("clocks", message, do)
    return warning("clocks", message, do) if apart >= CLOCKS_APART else ok("clocks", message)


def _place(database: Database) -> Iterator[Finding]:
    """Warn of SQLite on a disk that other machines share: two writers there destroy the file."""
    from pathlib import Path

    if database.dialect != "sqlite" or not database.url.database:
        return
    kind = _file_system(Path(database.url.database).resolve())
    if kind.startswith(NETWORK_DISKS):
        yield warning(
            "database",
            f"SQLite lies on a network file system ({kind}), where its locks may not hold",
            "Move the data folder to a disk of this machine, or use PostgreSQL.",
        )


def _file_system(path: Path) -> str:
    mounts = [part for part in psutil.disk_partitions(all=True) if path.is_relative_to(part.mountpoint)]
    return max(mounts, key=lambda part: len(part.mountpoint)).fstype if mounts else ""


def _look_at_files(subject: Subject) -> Iterator[tuple[Finding, FileStore | None]]:
    try:
        files = subject.files()
        files.check()
    except (FilesUnavailable, EarmarkError) as error:
        yield failed_by("files", error), None
    else:
        where = subject.settings.files or str(subject.settings.data_dir / "files")
        yield ok("files", f"{where} can be read and written"), files


def _look_at_disks(subject: Subject) -> Iterator[Finding]:
    settings = subject.settings
    folder = settings.data_dir
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    room = f"{free / GIGABYTE:.1f} GB free on the disk of {settings.data_dir}"
    if free < LEAST_FREE:
        yield failed("disk", room, "Make room: uploads and drawing stop when the disk is full.")
    elif free < settings.upload_max_bytes:
        most = f"an upload may have {settings.upload_max_bytes / GIGABYTE:.1f} GB"
        yield warning("disk", f"{room}, but {most}", "Make room, or lower EARMARK_UPLOAD_MAX_BYTES.")
    elif free < settings.cache_max_bytes:
        most = f"the cache may grow to {settings.cache_max_bytes / GIGABYTE:.1f} GB"
        yield warning("disk", f"{room}, but {most}", "Make room, or lower EARMARK_CACHE_MAX_BYTES.")
    else:
        yield ok("disk", room)
