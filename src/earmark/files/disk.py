"""Files on a disk of this machine: written whole or not at all, and what the disk refuses said in words."""

from __future__ import annotations

import errno
import os
import secrets
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from earmark.errors import EarmarkError, FilesUnavailable
from earmark.files.store import BLOCK_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

FORGOTTEN_SECONDS = 3600.0
"""A half-written file that has not grown for so long was left by a process that died."""
TRIES = 100
"""How often a folder is made again that somebody else finds empty and removes in the same moment; a try takes µs."""
_ADVICE = {
    errno.ENOSPC: "the disk is full. Make room, then try again",
    errno.EDQUOT: "the disk quota is used up. Make room, then try again",
    errno.EFBIG: "the file is larger than the file system takes. Choose another folder",
    errno.EROFS: "the disk is read-only. Choose another folder, or mount it for writing",
    errno.EACCES: "access is refused. Give Earmark's user the right to read and write there",
    errno.EPERM: "access is refused. Give Earmark's user the right to read and write there",
    errno.EMFILE: "too many files are open. Raise the limit of open files (ulimit -n)",
}


@contextmanager
def disk_errors(where: object) -> Iterator[None]:
    """Turn what the file system refuses into `FilesUnavailable` that says where, why and what to do."""
    try:
        yield
    except EarmarkError:
        raise
    except OSError as error:
        other = f"{error.strerror or error}. Check the disk and the folder"
        raise FilesUnavailable(f"{where}: {_ADVICE.get(error.errno or 0, other)}.") from error


def private_folder(folder: Path) -> Path:
    """Make a folder that only its owner may look into, if it is not there."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


@contextmanager
def complete_file(blocks: Iterable[bytes], incoming: Path) -> Iterator[Path]:
    """Write a new file into a folder and on to the disk; it is gone afterwards unless it was moved elsewhere."""
    path = private_folder(incoming) / secrets.token_hex(16)
    try:
        with path.open("xb") as file:
            for block in blocks:
                file.write(block)
            file.flush()
            os.fsync(file.fileno())
        yield path
    finally:
        with suppress(OSError):
            path.unlink()


def place(complete: Path, target: Path) -> None:
    """Move a complete file to where it belongs, in place of what may be there; its folder is made where needed.

    Raises
    ------
    OSError
        As the file system says; ``EXDEV`` where the two are on different ones.
    """
    for left in reversed(range(TRIES)):
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            complete.replace(target)
            break
        except (FileNotFoundError, FileExistsError):
            # `mkdir` says that a folder "exists" too where it is removed before it can be looked at.
            if left == 0:
                raise
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder on to the disk, on systems where folders can be opened; one just removed is fine."""
    if os.name != "posix":
        return
    with suppress(FileNotFoundError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def blocks_of(path: Path, start: int = 0, end: int | None = None) -> Iterator[bytes]:
    """Read the bytes [start, end) of a file in blocks of at most `BLOCK_BYTES`."""
    with path.open("rb") as file:
        file.seek(start)
        left = None if end is None else end - start
        while block := file.read(BLOCK_BYTES if left is None else min(BLOCK_BYTES, left)):
            yield block
            left = None if left is None else left - len(block)


def sweep(incoming: Path) -> None:
    """Delete half-written files that a crash left behind."""
    before = time.time() - FORGOTTEN_SECONDS
    for path in incoming.iterdir() if incoming.is_dir() else ():
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < before:
                path.unlink()
