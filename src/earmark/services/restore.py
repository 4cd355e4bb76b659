"""A server out of a backup, into a database and a file store of whatever kind; see `earmark.services.backup`."""

from __future__ import annotations

import gzip
import hashlib
import json
import tarfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import IO, TYPE_CHECKING, Any, cast

import sqlalchemy as sa

from earmark.core.progress import Progress, Report, ignore
from earmark.errors import Conflict, EarmarkError, FormatError, InvalidValue
from earmark.files.local import require_readable
from earmark.files.store import BLOCK_BYTES, check_key
from earmark.services.backup import (
    CHECKSUM,
    END,
    FILES,
    FORMAT,
    MANIFEST,
    SUFFIX,
    TABLES,
    VERSION,
    BackupSummary,
    Spoken,
)
from earmark.services.parts import new_part
from earmark.store import dump
from earmark.store.migrate import current_revision, known_revisions, latest_revision, upgrade

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from sqlalchemy.engine import Connection

    from earmark.services.platform import Platform

OURS = ("blobs", "seen", "models", "exports", "transcriptions")
"""Where a server keeps files."""
BIGGEST = 1 << 62
"""Room for a file whose size was checked: that it fits the settings of this server is not asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Contents:
    """What a backup says that it holds; all of it was found there unharmed."""

    revision: str
    tables: Mapping[str, tuple[dump.Layout, int, str]]
    files: int
    size: int
    missing: frozenset[str]


def restore(platform: Platform, path: Path, *, force: bool = False, report: Report = ignore) -> BackupSummary:
    """Bring a server back as it was when a backup was made. No other process may use it meanwhile.

    The whole backup is checked first; all rows are then written in one transaction.

    Parameters
    ----------
    path : Path
        What `earmark.services.backup.back_up` wrote.
    force : bool
        Throw away what the server holds.
    report : callable, optional
        Gets the stages ``check`` and ``files`` (bytes) and ``tables`` (rows).

    Raises
    ------
    SourceNotFound, FormatError
        There is no such file; it is no backup, is damaged, incomplete or of a newer version.
    Conflict
        The server holds something, and ``force`` was not said.
    """
    contents = _checked(path, report)
    _prepare(platform, contents, force=force)
    new: list[str] = []
    try:
        _restore_files(platform, path, contents, new, report)
        _restore_rows(platform, path, contents, report)
    except BaseException:
        for key in new:
            platform.files.delete(key)
        raise
    upgrade(platform.database.engine)
    if force:
        _drop_others(platform)
    return BackupSummary(
        rows=sum(rows for _, rows, _ in contents.tables.values()),
        files=contents.files,
        size=contents.size,
        missing=tuple(sorted(contents.missing)),
    )


def _prepare(platform: Platform, contents: _Contents, *, force: bool) -> None:
    """Have tables as they were when the backup was made, with nothing in them that is not to be replaced."""
    engine = platform.database.engine
    with platform.database.read() as connection:
        fresh = current_revision(connection) is None
    if fresh or contents.revision == latest_revision():
        upgrade(engine, contents.revision)
    with platform.database.read() as connection:
        if current_revision(connection) != contents.revision:
            raise Conflict("this backup is of an older version of Earmark: restore it into a database without tables.")
        if dump.holds_anything(connection) and not force:
            raise Conflict("this server holds accounts, projects or models. Restore with --force to throw them away.")


def _checked(path: Path, report: Report) -> _Contents:
    """Read all of a backup, and compare it with what it says of itself."""
    require_readable(path)
    size = path.stat().st_size
    contents, end, found = None, None, _Found()
    with _opened(path) as archive:
        for entry in _entries(archive):
            content = _content(archive, entry)
            if contents is None:
                contents = _manifest(path, entry, content)
            elif entry.name == END:
                end = json.loads(content.read())
            else:
                found.add(path, entry, _checksum(content), contents)
            report(Progress(stage="check", done=archive.offset, total=size))
        if contents is None or end is None or found.tables != set(contents.tables) or found.files != end["files"]:
            raise FormatError(path.name, "its end is missing: the file was cut off. Get it again")
        missing = frozenset(map(str, end["missing"]))
        if not found.damaged <= missing:
            raise FormatError(path.name, f"{min(found.damaged - missing)!r} in it is damaged. Get it again")
        return replace(contents, files=found.files, size=int(end["size"]), missing=missing)


def _manifest(path: Path, entry: tarfile.TarInfo, content: IO[bytes]) -> _Contents:
    """Read what a backup says of itself; one that this version cannot read is refused before the rest is looked at."""
    told = json.loads(content.read()) if entry.name == MANIFEST else {}
    if told.get("format") != FORMAT:
        raise FormatError(path.name, "it is no backup of Earmark")
    if told["version"] != VERSION or told["revision"] not in known_revisions():
        made_by = f"it was made by Earmark {told['earmark']}, which is newer than this one"
        raise FormatError(path.name, f"{made_by}. Upgrade this one first")
    tables = {
        str(table["name"]): (dump.Layout.from_json(table), int(table["rows"]), str(table["checksum"]))
        for table in told["tables"]
    }
    return _Contents(revision=told["revision"], tables=tables, files=0, size=0, missing=frozenset())


class _Found:
    """What was found in a backup so far."""

    def __init__(self) -> None:
        self.tables: set[str] = set()
        self.files = 0
        self.damaged: set[str] = set()

    def add(self, path: Path, entry: tarfile.TarInfo, checksum: str, contents: _Contents) -> None:
        """Check an entry; a file may be damaged if it was so when the backup was made."""
        table = entry.name.removeprefix(TABLES).removesuffix(SUFFIX)
        if entry.name.startswith(FILES):
            key = check_key(entry.name.removeprefix(FILES))
            self.files += 1
            if entry.pax_headers[CHECKSUM] != checksum or key.partition("/")[0] not in OURS:
                self.damaged.add(key)
        elif table in contents.tables and contents.tables[table][2] == checksum:
            self.tables.add(table)
        else:
            raise FormatError(path.name, f"{entry.name!r} in it is damaged, or does not belong there. Get it again")


@contextmanager
def _opened(path: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(path, "r:") as archive:
            yield archive
    except EarmarkError as error:
        if isinstance(error, InvalidValue):
            raise FormatError(path.name, str(error)) from error
        raise
    except (tarfile.TarError, zlib.error, EOFError, LookupError, TypeError, ValueError, AttributeError) as error:
        raise FormatError(path.name, f"it is no backup of Earmark, or it is damaged ({error})") from error


def _entries(archive: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    while (entry := archive.next()) is not None:
        yield entry
        # Millions of entries would take their room in memory.
        cast("Any", archive).members.clear()


def _content(archive: tarfile.TarFile, entry: tarfile.TarInfo) -> IO[bytes]:
    content = archive.extractfile(entry) if entry.isreg() else None
    if content is None:
        raise ValueError(f"{entry.name!r} is no file")
    return content


def _checksum(content: IO[bytes]) -> str:
    content.seek(0)
    digest = hashlib.sha256()
    while block := content.read(BLOCK_BYTES):
        digest.update(block)
    return digest.hexdigest()


def _restore_files(platform: Platform, path: Path, contents: _Contents, new: list[str], report: Report) -> None:
    done = 0
    with _opened(path) as archive:
        for entry in _entries(archive):
            key = entry.name.removeprefix(FILES)
            if not entry.name.startswith(FILES) or key in contents.missing:
                continue
            if not platform.files.exists(key):
                new.append(key)
            _restore_file(platform, key, _content(archive, entry))
            done += entry.size
            report(Progress(stage="files", done=done, total=max(done, contents.size)))


def _restore_file(platform: Platform, key: str, content: IO[bytes]) -> None:
    with new_part(platform, room=BIGGEST) as part:
        while block := content.read(BLOCK_BYTES):
            part.write(block)
        part.close()
        platform.files.put_file(key, part.path, move=True)


def _restore_rows(platform: Platform, path: Path, contents: _Contents, report: Report) -> None:
    done, total = 0, sum(rows for _, rows, _ in contents.tables.values())
    with _opened(path) as archive, platform.database.write() as connection:
        dump.clear(connection)
        # They stand in the archive in the order in which they refer to each other.
        for entry in _entries(archive):
            if not entry.name.startswith(TABLES):
                continue
            layout, count, _ = contents.tables[entry.name.removeprefix(TABLES).removesuffix(SUFFIX)]
            if _insert(connection, layout, _content(archive, entry)) != count:
                raise FormatError(path.name, f"the table {layout.name!r} in it has not {count} rows")
            done += count
            report(Progress(stage="tables", done=done, total=total))


def _insert(connection: Connection, layout: dump.Layout, content: IO[bytes]) -> int:
    if not sa.inspect(connection).has_table(layout.name):
        raise ValueError(f"there is no table {layout.name!r}")
    with gzip.open(content, "rt", encoding="utf-8") as lines:
        return dump.insert(connection, layout, lines)


def _drop_others(platform: Platform) -> None:
    """Delete the files of what was thrown away."""
    with platform.database.read() as connection:
        spoken = Spoken.of(connection)
    for prefix in OURS:
        for key in [facts.key for facts in platform.files.list(prefix) if not spoken.covers(facts.key)]:
            platform.files.delete(key)
