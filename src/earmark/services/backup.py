"""A whole server in one file, made while it runs: a tar of all rows, and of all files that they speak of.

In this order: ``manifest.json``, ``tables/<name>.jsonl.gz``, ``files/<key>``, ``end.json``. All rows are of one moment.
Media files and models never change once they are stored, and none is deleted while the lock is held. The checksum of a
table stands in the manifest, that of a file in its entry.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import secrets
import tarfile
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from earmark.core.ids import new_id
from earmark.core.progress import Progress, Report, ignore
from earmark.errors import Conflict, FileMissing
from earmark.files.disk import disk_errors, place
from earmark.files.store import BLOCK_BYTES
from earmark.services.contents import BACKUP_LOCK
from earmark.services.model_files import key_of
from earmark.services.transcriptions import FOLDER
from earmark.store import dump, locks, models
from earmark.store.blobs import blob_key
from earmark.store.database import now
from earmark.store.migrate import current_revision, require_latest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy.engine import Connection

    from earmark.files.store import FileStore
    from earmark.services.platform import Platform

FORMAT = "earmark-backup"
VERSION = 1
MANIFEST = "manifest.json"
END = "end.json"
TABLES = "tables/"
SUFFIX = ".jsonl.gz"
FILES = "files/"
CHECKSUM = "EARMARK.sha256"
"""Name of the extended header of an entry that holds its checksum."""
SPOOL_BYTES = 16 << 20
LOCK_SECONDS = 900.0
"""How long the lock holds after its last renewal: a backup that was killed keeps files from being deleted so long."""
RENEW_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupSummary:
    """What a backup holds.

    Attributes
    ----------
    rows, files, size : int
        Rows, files, and bytes of these files.
    missing : tuple of str
        Keys of files that rows speak of and the file store does not have, or has damaged.
    """

    rows: int
    files: int
    size: int
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """The files that the rows of a database speak of.

    Attributes
    ----------
    contents : mapping from str to int
        Checksums and sizes of media files, which have pictures too.
    models : mapping from str to (str, int)
        Keys, checksums and sizes of files of models.
    jobs : frozenset of str
        Jobs, which may have results.
    """

    contents: Mapping[str, int]
    models: Mapping[str, tuple[str, int]]
    jobs: frozenset[str]

    @classmethod
    def of(cls, connection: Connection) -> Spoken:
        """Read them."""
        files = ((model.id, file) for model in models.everything(connection) for file in model.files)
        return cls(
            contents=dump.contents(connection),
            models={key_of(model_id, file): (file.checksum, file.size) for model_id, file in files},
            jobs=frozenset(dump.job_ids(connection)),
        )

    @property
    def size(self) -> int:
        """Bytes of the files that cannot be made again."""
        return sum(self.contents.values()) + sum(size for _, size in self.models.values())

    def needed(self) -> Iterator[tuple[str, str]]:
        """Give the key and the checksum of each file that cannot be made again."""
        yield from ((blob_key(checksum), checksum) for checksum in self.contents)
        yield from ((key, checksum) for key, (checksum, _) in self.models.items())

    def covers(self, key: str) -> bool:
        """Tell whether rows speak of a file."""
        if key in self.models:
            return True
        parts = key.split("/")
        if parts[0] in ("blobs", "seen"):
            return len(parts) > 2 and parts[2] in self.contents
        return parts[0] in ("exports", FOLDER) and parts[1] in self.jobs


def back_up(platform: Platform, path: Path, *, version: str, report: Report = ignore) -> BackupSummary:
    """Write everything that a server knows into a file: the whole of it, or nothing.

    Parameters
    ----------
    path : Path
        Where to; what is there is replaced in the end.
    version : str
        The version of Earmark, for those who find the backup later.
    report : callable, optional
        Gets the stages ``tables`` (rows) and ``files`` (bytes).

    Raises
    ------
    Conflict
        Another backup is being made.
    FilesUnavailable, StoreUnavailable
        The file cannot be written, or the server's database or files cannot be read.
    """
    with platform.database.read() as connection:
        require_latest(connection)
    with _whole(path) as target, _locked(platform) as keep, tempfile.TemporaryDirectory(dir=path.parent) as folder:
        tables, spoken, revision = _dump(platform, Path(folder), report)
        manifest = {"format": FORMAT, "version": VERSION, "earmark": version, "revision": revision}
        manifest |= {"made_at": now().isoformat(), "tables": tables}
        with tarfile.open(fileobj=target, mode="w", format=tarfile.PAX_FORMAT) as archive:
            _add(archive, MANIFEST, json.dumps(manifest).encode())
            for table in tables:
                archive.add(Path(folder) / table["name"], f"{TABLES}{table['name']}{SUFFIX}", recursive=False)
            copier = _Copier(platform.files, archive, keep, report, spoken.size)
            copier.copy_all(spoken)
            end = {"files": copier.files, "size": copier.size, "missing": copier.missing}
            _add(archive, END, json.dumps(end).encode())
    rows = sum(table["rows"] for table in tables)
    return BackupSummary(rows=rows, files=copier.files, size=copier.size, missing=tuple(copier.missing))


@contextmanager
def _whole(path: Path) -> Iterator[IO[bytes]]:
    """Write beside the file that it becomes in the end."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with disk_errors(path):
            with part.open("xb") as file:
                yield file
            place(part, path)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _locked(platform: Platform) -> Iterator[_Lock]:
    lock = _Lock(platform)
    lock.renew()
    try:
        yield lock
    finally:
        lock.release()


class _Lock:
    """Keeps files from being deleted, as long as it is renewed."""

    def __init__(self, platform: Platform) -> None:
        self._platform, self._holder, self._due = platform, new_id(), 0.0

    def renew(self) -> None:
        """Hold it longer, where that is due."""
        if time.monotonic() < self._due:
            return
        with self._platform.database.write() as connection:
            if not locks.take(connection, BACKUP_LOCK, self._holder, seconds=LOCK_SECONDS):
                raise Conflict("another backup is being made. Wait for its end, or a quarter of an hour if it died.")
        self._due = time.monotonic() + RENEW_SECONDS

    def release(self) -> None:
        with self._platform.database.write() as connection:
            locks.release(connection, BACKUP_LOCK, self._holder)


def _dump(platform: Platform, folder: Path, report: Report) -> tuple[list[dict[str, Any]], Spoken, str]:
    """Write each table into a file; tell what files the rows speak of, and the revision of the tables."""
    tables: list[dict[str, Any]] = []
    with dump.snapshot(platform.database) as connection:
        for layout in dump.layouts():
            count, checksum = _write_table(connection, layout, folder / layout.name)
            tables.append({**layout.as_json(), "rows": count, "checksum": checksum})
            report(Progress(stage="tables", done=sum(table["rows"] for table in tables), total=0.0))
        return tables, Spoken.of(connection), str(current_revision(connection))


def _write_table(connection: Connection, layout: dump.Layout, path: Path) -> tuple[int, str]:
    count = 0
    with gzip.open(path, "wt", encoding="utf-8", compresslevel=6) as file:
        for line in dump.rows(connection, layout):
            file.write(line + "\n")
            count += 1
    with path.open("rb") as written:
        return count, hashlib.file_digest(written, "sha256").hexdigest()


class _Copier:
    """Copies files of a store into an archive."""

    def __init__(self, files: FileStore, archive: tarfile.TarFile, keep: _Lock, report: Report, total: int) -> None:
        self._store, self._archive, self._keep, self._report, self._total = files, archive, keep, report, total
        self.files = self.size = 0
        self.missing: list[str] = []

    def copy_all(self, spoken: Spoken) -> None:
        for key, checksum in spoken.needed():
            try:
                sound = self._add(key, checksum, self._store.facts(key).size, self._store.read(key))
            except FileMissing:
                sound = False
            if not sound:
                self.missing.append(key)
        for prefix in ("seen", "exports", FOLDER):
            for facts in self._store.list(prefix):
                if spoken.covers(facts.key):
                    self._copy_small(facts.key)

    def _copy_small(self, key: str) -> None:
        """Copy a file that may be stored anew, or deleted, at any time; it could be made again."""
        digest = hashlib.sha256()
        with tempfile.SpooledTemporaryFile(SPOOL_BYTES) as copy:
            try:
                for block in self._store.read(key):
                    copy.write(block)
                    digest.update(block)
            except FileMissing:
                return
            size = copy.tell()
            copy.seek(0)
            self._add(key, digest.hexdigest(), size, iter(lambda: copy.read(BLOCK_BYTES), b""))

    def _add(self, key: str, checksum: str, size: int, blocks: Iterator[bytes]) -> bool:
        """Add a file; False where it does not have that checksum."""
        source = _Blocks(self._watched(blocks))
        entry = tarfile.TarInfo(FILES + key)
        entry.size, entry.mtime, entry.pax_headers = size, int(time.time()), {CHECKSUM: checksum}
        self._archive.addfile(entry, cast("IO[bytes]", source))
        # Millions of entries would take their room in memory.
        cast("Any", self._archive).members.clear()
        self.files += 1
        return source.digest.hexdigest() == checksum

    def _watched(self, blocks: Iterator[bytes]) -> Iterator[bytes]:
        for block in blocks:
            self._keep.renew()
            self.size += len(block)
            self._report(Progress(stage="files", done=self.size, total=max(self.size, self._total)))
            yield block


class _Blocks:
    """Blocks as a file that is read from beginning to end, with its checksum."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self._rest = memoryview(b"")
        self.digest = hashlib.sha256()

    def read(self, size: int) -> bytes:
        """Give as many bytes as are asked for, fewer at the end."""
        parts = bytearray()
        while len(parts) < size:
            self._rest = self._rest or memoryview(next(self._blocks, b""))
            if not self._rest:
                break
            part, self._rest = self._rest[: size - len(parts)], self._rest[size - len(parts) :]
            parts += part
        self.digest.update(parts)
        return bytes(parts)


def _add(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mtime = len(data), int(time.time())
    archive.addfile(entry, io.BytesIO(data))
