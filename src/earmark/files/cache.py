"""A bounded cache on a disk of this machine, for what can be made or fetched again."""

from __future__ import annotations

import hashlib
import logging
import os
import secrets
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from earmark.errors import FilesUnavailable, InvalidValue
from earmark.files.disk import complete_file, disk_errors, place, private_folder, sweep

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from earmark.files.store import FileFacts, FileStore

KEPT_SHARE = 0.9
"""Eviction goes on until the cache is filled to this share, so that not each new item has to look for room."""
POLL_SECONDS = 0.005
"""How often a process looks whether another one has left the cache's lock, which is held for milliseconds."""

logger = logging.getLogger(__name__)


class DiskCache:
    """Least recently used items go first; threads and processes of one machine share a folder.

    An item is a file named by the checksum of its key; the time of its last change is that of its last use. The file
    ``total`` holds the sum of their sizes, changed under a lock before an item comes and after it goes: a process that
    dies in between leaves a sum that is too large, and the next eviction counts anew. Who uses a copy holds a lock on a
    file in ``pins``, which the system lets go when that process dies.

    Parameters
    ----------
    folder : Path
        Made, for its owner only, if it is not there. It may be deleted while nobody uses it.
    max_bytes : int
        Bound on the sum of all items; only copies that are in use may exceed it, for as long as they are used. What is
        larger is delivered, but not kept.

    Attributes
    ----------
    hits, misses : int
        How often this object had what was asked for, and had not.

    Raises
    ------
    FilesUnavailable
        The folder cannot be made.
    """

    def __init__(self, folder: Path, max_bytes: int) -> None:
        if max_bytes < 0:
            raise InvalidValue(f"{folder}: a cache of {max_bytes} bytes makes no sense")
        self.folder, self.max_bytes = folder, max_bytes
        self.hits = self.misses = 0
        self._counting, self._threads = threading.Lock(), threading.Lock()
        self._processes = FileLock(folder / "lock")
        self._incoming = folder / ".incoming"
        with disk_errors(folder):
            for name in ("", "items", "large", "pins", "fetching", ".incoming"):
                private_folder(folder / name)
            sweep(self._incoming)
        with self._locked():
            self._drop_large()

    def get(self, key: str) -> bytes | None:
        """Give what was put under a key; None where it is not here any more, or cannot be read."""
        item = self._item(key)
        try:
            data = item.read_bytes()
            _touch(item)
        except FileNotFoundError:
            data = None
        except OSError as error:
            logger.warning("%s cannot be read (%s)", item, error.strerror, extra={"action": "cache.unreadable"})
            data = None
        self._count(hit=data is not None)
        return data

    def put(self, key: str, data: bytes) -> None:
        """Keep bytes for as long as there is room; where the disk refuses, they are not kept and the log says so."""
        if len(data) > self.max_bytes:
            return
        try:
            with disk_errors(self.folder), complete_file([data], self._incoming) as complete, self._locked():
                self._drop(self._item(key))
                if self._make_room(len(data)) <= self.max_bytes:
                    self._add(complete, self._item(key))
        except FilesUnavailable as error:
            logger.warning("The cache keeps nothing: %s", error, extra={"action": "cache.unwritable"})

    @contextmanager
    def copy_of(self, files: FileStore, key: str) -> Iterator[Path]:
        """Give the path of a stored file on this machine, to be read while the context lasts.

        That is where the store itself has it, or a copy here. Who asks for a copy that is just being fetched waits for
        it. A file that was stored anew under its key is fetched anew.

        Raises
        ------
        FileMissing
            There is no such file.
        FilesUnavailable
            The store cannot be read, or there is no room for the copy.
        """
        path = files.local_path(key)
        if path is not None:
            yield path
            return
        facts = files.facts(key)
        name = f"{key}\n{facts.size}\n{facts.modified.isoformat()}"
        copy = self._item(name, large=facts.size > self.max_bytes)
        pin = self._pinned(copy)
        self._count(hit=pin is not None)
        pin = pin or self._fetched(files, facts, copy)
        try:
            yield copy
        finally:
            self._release(pin, copy)

    def size(self) -> int:
        """Sum of the sizes of all items, in bytes."""
        with self._locked():
            return self._total()

    def _item(self, key: str, *, large: bool = False) -> Path:
        name = hashlib.sha256(key.encode()).hexdigest()
        return self.folder / "large" / name if large else self.folder / "items" / name[:2] / name

    def _count(self, *, hit: bool) -> None:
        with self._counting:
            self.hits += hit
            self.misses += not hit

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with disk_errors(self.folder), self._threads, self._processes.acquire(poll_interval=POLL_SECONDS):
            yield

    # Copies in use

    def _fetched(self, files: FileStore, facts: FileFacts, copy: Path) -> FileLock:
        waiting = self.folder / "fetching" / copy.name
        with disk_errors(self.folder), FileLock(waiting):
            pin = self._pinned(copy)
            if pin is None:
                with complete_file(files.read(facts.key), self._incoming) as complete:
                    pin = self._kept(complete, facts, copy)
            with suppress(OSError):
                waiting.unlink()
            return pin

    def _kept(self, complete: Path, facts: FileFacts, copy: Path) -> FileLock:
        if complete.stat().st_size != facts.size:
            raise FilesUnavailable(f"{facts.key}: the file changed while it was read. Try again.")
        with self._locked():
            if facts.size > self.max_bytes:
                place(complete, copy)
            else:
                self._make_room(facts.size)
                self._add(complete, copy)
            return self._pin(copy)

    def _pinned(self, copy: Path) -> FileLock | None:
        with self._locked():
            if not copy.is_file():
                return None
            _touch(copy)
            return self._pin(copy)

    def _pin(self, copy: Path) -> FileLock:
        # One user's pin may be let go by another thread.
        pin = FileLock(self.folder / "pins" / f"{copy.name}.{secrets.token_hex(8)}", thread_local=False)
        pin.acquire()
        return pin

    def _release(self, pin: FileLock, copy: Path) -> None:
        with self._locked():
            pin.release()
            with suppress(FileNotFoundError):
                os.unlink(pin.lock_file)  # noqa: PTH108
            if copy.parent.name == "large":
                self._drop_large()
            elif self._total() > self.max_bytes:
                self._make_room(0)

    def _in_use(self) -> set[str]:
        names = set()
        for path in (self.folder / "pins").iterdir():
            pin = FileLock(path)
            try:
                pin.acquire(timeout=0)
            except Timeout:
                names.add(path.stem)
            else:
                # Its user died.
                path.unlink()
                pin.release()
        return names

    def _drop_large(self) -> None:
        in_use = self._in_use()
        for path in (self.folder / "large").iterdir():
            if path.name not in in_use:
                path.unlink()

    # Items and their sum; all with the lock held

    def _make_room(self, size: int) -> int:
        """Evict until ``size`` more bytes fit, if they do not; gives the total with them."""
        if (total := self._total() + size) <= self.max_bytes:
            return total
        goal = KEPT_SHARE * self.max_bytes
        items = self._items()
        total = size + sum(facts.st_size for _, facts in items)
        in_use = self._in_use()
        for path, facts in sorted(items, key=lambda item: item[1].st_mtime_ns):
            if total <= goal:
                break
            if path.name not in in_use:
                path.unlink(missing_ok=True)
                total -= facts.st_size
        self._write_total(total - size)
        return total

    def _add(self, complete: Path, item: Path) -> None:
        self._write_total(self._total() + complete.stat().st_size)
        _touch(complete)
        place(complete, item)

    def _drop(self, item: Path) -> None:
        with suppress(FileNotFoundError):
            size = item.stat().st_size
            item.unlink()
            self._write_total(max(0, self._total() - size))

    def _items(self) -> list[tuple[Path, os.stat_result]]:
        found = []
        for path in (self.folder / "items").glob("*/*"):
            with suppress(FileNotFoundError):
                found.append((path, path.stat()))
        return found

    def _total(self) -> int:
        try:
            return int((self.folder / "total").read_text())
        except (FileNotFoundError, ValueError):
            # New, or cut off by a crash.
            return sum(facts.st_size for _, facts in self._items())

    def _write_total(self, total: int) -> None:
        (self.folder / "total").write_text(str(total))


def _touch(path: Path) -> None:
    now = time.time_ns()
    with suppress(FileNotFoundError):
        os.utime(path, ns=(now, now))
