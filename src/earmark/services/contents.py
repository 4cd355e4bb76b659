"""Contents of media files in the file store: put there once, and deleted when nothing refers to them any more.

What refers to a content is written down before its file is put into the store, and a row that refers to it is deleted
before the file is. A process that dies in between leaves at worst a file that nobody needs; `sweep_unused` finds it by
its row. So none is lost, and none is kept for ever.
"""

from __future__ import annotations

import itertools
import re
from datetime import timedelta
from typing import TYPE_CHECKING

from earmark.errors import FileMissing
from earmark.store import blobs, locks
from earmark.store.blobs import blob_key, seen_prefix
from earmark.store.database import now

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from earmark.files.store import FileStore
    from earmark.services.platform import Platform

BATCH = 500
BACKUP_LOCK = "backup"
"""While somebody holds this lock, no file is deleted: the backup may be about to copy it."""
STRAY_AFTER = timedelta(days=1)
"""Files that belong to no content are left alone for so long."""
_KEY = re.compile(r"(?:blobs|seen)/[0-9a-f]{2}/([0-9a-f]{64})(?:/|$)")


def put_content(files: FileStore, checksum: str, size: int, path: Path) -> None:
    """Move a local file into the store, unless its content is there already; something must refer to it by now.

    Raises
    ------
    FilesUnavailable
        The store cannot take it; the local file is still there.
    """
    if stored_size(files, checksum) == size:
        path.unlink(missing_ok=True)
    else:
        files.put_file(blob_key(checksum), path, move=True)


def stored_size(files: FileStore, checksum: str) -> int | None:
    """Bytes of a content in the store, None where it is not there."""
    try:
        return files.facts(blob_key(checksum)).size
    except FileMissing:
        return None


def sweep(platform: Platform, checksums: Iterable[str]) -> int:
    """Delete those of some contents that nothing refers to, with their pictures; return how many went."""
    return sum(_sweep(platform, checksum) for checksum in dict.fromkeys(checksums))


def _sweep(platform: Platform, checksum: str) -> bool:
    with platform.database.write() as connection:
        if locks.held(connection, BACKUP_LOCK) or not blobs.lock_unused(connection, checksum):
            return False
        # Still locked: whoever brings this content now waits, and then finds that its file is gone.
        platform.files.delete(blob_key(checksum))
        platform.files.delete_all(seen_prefix(checksum))
        blobs.delete(connection, checksum)
    return True


def sweep_unused(platform: Platform) -> int:
    """Delete all contents that nothing refers to; return how many went."""
    gone = 0
    while True:
        with platform.database.read() as connection:
            found = blobs.unused(connection, limit=BATCH)
        swept = sweep(platform, found)
        gone += swept
        if swept < BATCH:
            return gone


def sweep_strays(platform: Platform) -> int:
    """Delete old files of contents that have no row: pictures that were drawn while their recording was deleted."""
    gone = 0
    for some in _batched(_old_contents(platform.files)):
        with platform.database.read() as connection:
            strays = blobs.missing(connection, some)
        for checksum in strays:
            with platform.database.write() as connection:
                blobs.hold(connection, checksum, 0)
            gone += sweep(platform, [checksum])
    return gone


def _old_contents(files: FileStore) -> Iterator[str]:
    before = now() - STRAY_AFTER
    last = None
    for facts in itertools.chain(files.list("blobs"), files.list("seen")):
        found = _KEY.match(facts.key)
        if found is not None and facts.modified < before and found[1] != last:
            last = found[1]
            yield last


def _batched(checksums: Iterator[str]) -> Iterator[list[str]]:
    while batch := list(itertools.islice(checksums, BATCH)):
        yield batch
