"""Files that grow on this machine's disk while they are received."""

from __future__ import annotations

import hashlib
import os
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from earmark.core.ids import new_id
from earmark.errors import InvalidValue, TooLarge
from earmark.files.disk import disk_errors, private_folder
from earmark.files.store import BLOCK_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from earmark.services.platform import Platform

SUFFIX = ".part"


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A file that is complete: where it lies on this machine, its bytes, and its SHA-256 in hexadecimal."""

    path: Path
    size: int
    checksum: str


def part_path(platform: Platform, upload_id: str) -> Path:
    """Where an upload grows."""
    return platform.uploads_dir / f"{upload_id}{SUFFIX}"


def part_size(platform: Platform, upload_id: str) -> int | None:
    """Bytes of an upload that have come, None where its file is not on this machine."""
    with disk_errors(platform.uploads_dir):
        try:
            return part_path(platform, upload_id).stat().st_size
        except FileNotFoundError:
            return None


class Part:
    """A file that grows; to be closed.

    Parameters
    ----------
    path : Path
        Where it grows; what is there is kept.
    room : int
        Bytes that may be added.
    algorithm : str
        Of the checksum of what is added.

    Raises
    ------
    FilesUnavailable
        The disk refuses, also by `write` and `close`.
    """

    def __init__(self, path: Path, *, room: int, algorithm: str = "sha256") -> None:
        self.path, self.room, self.added = path, room, 0
        self._hash = hashlib.new(algorithm)
        with disk_errors(path.parent):
            private_folder(path.parent)
            self._file = path.open("ab", buffering=0)
            self.begin = self._file.tell()

    def write(self, data: bytes) -> None:
        """Add bytes; raises `TooLarge` if they are more than there is room for."""
        if self.added + len(data) > self.room:
            raise TooLarge(f"more than the {self.begin + self.room} bytes that this file may have. Nothing was kept.")
        view = memoryview(data)
        with disk_errors(self.path.parent):
            while view:
                view = view[self._file.write(view) :]
        self._hash.update(data)
        self.added += len(data)

    @property
    def digest(self) -> bytes:
        """Checksum of what was added."""
        return self._hash.digest()

    def undo(self) -> None:
        """Drop what was added."""
        with disk_errors(self.path.parent):
            self._file.truncate(self.begin)

    def close(self) -> None:
        """Add no more."""
        self._file.close()

    def complete(self, name: str) -> Received:
        """Close a file that was written from its beginning; raises `InvalidValue` if it is empty."""
        self.close()
        if not self.added:
            raise InvalidValue(f"{name}: this file is empty (0 bytes). Check it, and send it again.")
        return Received(path=self.path, size=self.added, checksum=self.digest.hex())


@contextmanager
def new_part(platform: Platform, *, room: int | None = None) -> Iterator[Part]:
    """Give a new file that may grow to what the settings allow; it is gone afterwards unless it was moved elsewhere."""
    most = platform.settings.upload_max_bytes if room is None else room
    part = Part(part_path(platform, new_id()), room=most)
    try:
        yield part
    finally:
        part.close()
        part.path.unlink(missing_ok=True)


def write_blocks(part: Part, blocks: Iterable[bytes], *, name: str, watch: Callable[[int], None]) -> Received:
    """Fill a file with blocks; ``watch`` gets the bytes done and may raise."""
    for block in blocks:
        part.write(block)
        watch(part.added)
    return part.complete(name)


def measure(path: Path) -> Received:
    """Read a whole file to tell its size and checksum."""
    digest = hashlib.sha256()
    with disk_errors(path), path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            digest.update(block)
        return Received(path=path, size=os.fstat(file.fileno()).st_size, checksum=digest.hexdigest())
