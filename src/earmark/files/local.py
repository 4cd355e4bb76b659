"""Files in a folder of this machine, or of a disk that several machines share."""

from __future__ import annotations

import errno
import os
import secrets
import stat
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from earmark.errors import FileMissing, FilesUnavailable, InvalidValue, SourceNotFound
from earmark.files.disk import blocks_of, complete_file, disk_errors, place, private_folder, sweep
from earmark.files.store import FileFacts, check_key, check_prefix, check_range, is_key

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

INCOMING = ".incoming"
"""Folder of half-written files; no key leads there, and it lies on the same disk as the files."""


class LocalFiles:
    """A `earmark.files.store.FileStore` in a folder: the key is the path in it.

    A file is written beside the others, brought on to the disk and renamed, so that a crash leaves the old one or the
    new one. Symbolic links are followed only where they stay in the folder.

    Parameters
    ----------
    folder : Path
        Made, for its owner only, if it is not there.

    Raises
    ------
    FilesUnavailable
        The folder cannot be made or looked into.
    """

    def __init__(self, folder: Path) -> None:
        with disk_errors(folder):
            self.folder = private_folder(folder).resolve(strict=True)
            self._incoming = self.folder / INCOMING
            sweep(self._incoming)

    def put(self, key: str, data: bytes) -> None:
        """See `earmark.files.store.FileStore.put`."""
        target = self._path(key)
        with disk_errors(target), complete_file([data], self._incoming) as complete:
            place(complete, target)

    def put_file(self, key: str, path: Path, *, move: bool = False) -> None:
        """See `earmark.files.store.FileStore.put_file`; a file to be moved is renamed if it is on the same disk."""
        target = self._path(key)
        require_readable(path)
        with disk_errors(target):
            if move and _renamed(path, target):
                return
            with complete_file(blocks_of(path), self._incoming) as complete:
                place(complete, target)
            if move:
                path.unlink()

    def get(self, key: str) -> bytes:
        """See `earmark.files.store.FileStore.get`."""
        return b"".join(self.read(key))

    def read(self, key: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """See `earmark.files.store.FileStore.read`."""
        check_range(key, start, end)
        path, _ = self._found(key)
        return self._blocks(key, path, start, end)

    def facts(self, key: str) -> FileFacts:
        """See `earmark.files.store.FileStore.facts`."""
        return _facts(key, self._found(key)[1])

    def exists(self, key: str) -> bool:
        """See `earmark.files.store.FileStore.exists`."""
        try:
            self._found(key)
        except FileMissing:
            return False
        return True

    def delete(self, key: str) -> None:
        """See `earmark.files.store.FileStore.delete`; folders that are empty then go too."""
        if not self.exists(key):
            return
        path = self._path(key)
        with disk_errors(path):
            path.unlink(missing_ok=True)
        for folder in path.parents:
            if folder == self.folder:
                return
            try:
                folder.rmdir()
            except OSError:
                # Not empty, or gone.
                return

    def delete_all(self, prefix: str) -> None:
        """See `earmark.files.store.FileStore.delete_all`."""
        for facts in self.list(check_key(prefix.removesuffix("/"))):
            self.delete(facts.key)

    def list(self, prefix: str = "") -> Iterator[FileFacts]:
        """See `earmark.files.store.FileStore.list`."""
        waiting = [check_prefix(prefix)]
        while waiting:
            folder = waiting.pop()
            for name, facts in self._entries(folder):
                key = f"{folder}/{name}" if folder else name
                if stat.S_ISDIR(facts.st_mode) and is_key(key):
                    waiting.append(key)
                elif stat.S_ISREG(facts.st_mode) and is_key(key):
                    yield _facts(key, facts)

    def local_path(self, key: str) -> Path:
        """See `earmark.files.store.FileStore.local_path`."""
        return self._found(key)[0]

    def check(self) -> None:
        """See `earmark.files.store.FileStore.check`."""
        data = secrets.token_bytes(32)
        with disk_errors(self.folder), complete_file([data], self._incoming) as path:
            if path.read_bytes() != data:
                raise FilesUnavailable(f"{self.folder}: what is written there reads differently. Check the disk.")

    def _path(self, key: str) -> Path:
        path = self.folder.joinpath(*check_key(key).split("/"))
        with disk_errors(path):
            inside = path.resolve().is_relative_to(self.folder)
        if not inside:
            # A symbolic link, or the name of a drive.
            raise InvalidValue(f"{key!r} leads out of {self.folder}. Remove the symbolic link there.")
        return path

    def _found(self, key: str) -> tuple[Path, os.stat_result]:
        path = self._path(key)
        with disk_errors(path):
            try:
                facts = path.stat()
            except (FileNotFoundError, NotADirectoryError):
                raise FileMissing(str(self.folder), key) from None
        if not stat.S_ISREG(facts.st_mode):
            raise FileMissing(str(self.folder), key)
        return path, facts

    def _blocks(self, key: str, path: Path, start: int, end: int | None) -> Iterator[bytes]:
        with disk_errors(path):
            try:
                yield from blocks_of(path, start, end)
            except FileNotFoundError:
                raise FileMissing(str(self.folder), key) from None

    def _entries(self, folder: str) -> Iterator[tuple[str, os.stat_result]]:
        path = self._path(folder) if folder else self.folder
        names: list[str] = []
        with disk_errors(path), suppress(FileNotFoundError, NotADirectoryError):
            names = [found.name for found in path.iterdir()]
        for name in names:
            # What is deleted meanwhile is left out.
            with disk_errors(path), suppress(FileNotFoundError):
                yield name, (path / name).lstat()


def require_readable(path: Path) -> None:
    """Raise `SourceNotFound` unless a local file can be read."""
    try:
        with path.open("rb"):
            return
    except OSError as error:
        raise SourceNotFound(f"{path}: {error.strerror or error}. Check the name and who may read it.") from error


def _renamed(path: Path, target: Path) -> bool:
    if path.is_symlink():
        return False
    with path.open("rb") as file:
        os.fsync(file.fileno())
    try:
        place(path, target)
    except OSError as error:
        if error.errno == errno.EXDEV:
            return False
        raise
    return True


def _facts(key: str, facts: os.stat_result) -> FileFacts:
    return FileFacts(key=key, size=facts.st_size, modified=datetime.fromtimestamp(facts.st_mtime, UTC))
