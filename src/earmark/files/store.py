"""What every file store does, and which keys it takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from earmark.errors import InvalidValue

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

BLOCK_BYTES = 1 << 20
"""Largest block that `FileStore.read` gives."""
MAX_KEY_LENGTH = 512
MAX_NAME_BYTES = 255
"""Longest name between two slashes that file systems take, in UTF-8."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFacts:
    """What a store knows of a file without reading it.

    Attributes
    ----------
    key : str
        Its name in the store, see `check_key`.
    size : int
        Bytes.
    modified : datetime
        When it was stored, aware, in UTC.
    """

    key: str
    size: int
    modified: datetime

    def __post_init__(self) -> None:
        if self.size < 0:
            raise InvalidValue(f"{self.key}: a size of {self.size} bytes makes no sense")
        if self.modified.utcoffset() is None:
            raise InvalidValue(f"{self.key}: the time of the last change has no time zone")


class FileStore(Protocol):
    """Files under keys such as ``blobs/ab/abcdef``; may be used by threads and processes at the same time.

    All methods raise `InvalidValue` for what is no key and `FilesUnavailable` when the store cannot be reached, has no
    room or refuses access. What they leave behind then is what was there before.
    """

    def put(self, key: str, data: bytes) -> None:
        """Store bytes under a key, whole or not at all, in place of what may be there."""

    def put_file(self, key: str, path: Path, *, move: bool = False) -> None:
        """Store a local file under a key, whole or not at all, never all of it in memory.

        Parameters
        ----------
        key : str
            Where it is put, in place of what may be there.
        path : Path
            The local file.
        move : bool
            The local file is not needed any longer: it is gone afterwards, and not copied where that can be avoided.

        Raises
        ------
        SourceNotFound
            There is no such local file, or it may not be read.
        """

    def get(self, key: str) -> bytes:
        """Give all bytes of a file; raises `FileMissing`."""
        ...

    def read(self, key: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Give the bytes [start, end) of a file in blocks of at most `BLOCK_BYTES`.

        Parameters
        ----------
        key : str
            The file.
        start, end : int
            Half-open range of bytes, cut at the end of the file; ``end`` None is the end of the file.

        Raises
        ------
        FileMissing
            There is no such file; raised by the call itself, before the first block is asked for.
        InvalidValue
            The range is negative or reversed.
        """
        ...

    def facts(self, key: str) -> FileFacts:
        """Tell size and age of a file; raises `FileMissing`."""
        ...

    def exists(self, key: str) -> bool:
        """Tell whether there is a file under a key."""
        ...

    def delete(self, key: str) -> None:
        """Delete a file; it is fine if there is none."""

    def delete_all(self, prefix: str) -> None:
        """Delete all files below a prefix, which is the beginning of keys up to a slash and never empty."""

    def list(self, prefix: str = "") -> Iterator[FileFacts]:
        """Give all files below a prefix, up to a slash (``a/b`` has ``a/b/c``, not ``a/bc``), in no certain order.

        Files of others whose names are no keys, such as folder markers, are left out.
        """
        ...

    def local_path(self, key: str) -> Path | None:
        """Tell where a file lies on this machine, to be read only; None in stores that are elsewhere.

        Raises
        ------
        FileMissing
            The store is on this machine and has no such file.
        """
        ...

    def check(self) -> None:
        """Write, read and delete a small file; raises `FilesUnavailable` if that does not work now."""


def check_key(key: str) -> str:
    """Give back a key if it is one: parts between slashes, printable, none of them hidden.

    No part is empty or begins with a dot, so that a key leads neither out of a store nor to files that the store keeps
    for itself. There is no backslash, which separates folders on some systems, and no control character.

    Raises
    ------
    InvalidValue
        It is no key, has more than `MAX_KEY_LENGTH` characters, or a name of more than `MAX_NAME_BYTES`.
    """
    shown = repr(key[:80])
    if len(key) > MAX_KEY_LENGTH:
        raise InvalidValue(f"{shown}...: a key has at most {MAX_KEY_LENGTH} characters, this one {len(key)}")
    if not key.isprintable() or "\\" in key:
        raise InvalidValue(f"{shown}: a key has no backslashes and no characters that cannot be printed")
    if any(part == "" or part.startswith(".") for part in key.split("/")):
        raise InvalidValue(f"{shown}: between the slashes of a key stands a name that does not begin with a dot")
    if any(len(part.encode()) > MAX_NAME_BYTES for part in key.split("/")):
        raise InvalidValue(f"{shown}...: a name between the slashes of a key has at most {MAX_NAME_BYTES} bytes")
    return key


def is_key(text: str) -> bool:
    """Tell whether a text is a key, see `check_key`."""
    try:
        check_key(text)
    except InvalidValue:
        return False
    return True


def check_prefix(prefix: str) -> str:
    """Give a prefix without slash at its end if it is one: a key, or empty; raises `InvalidValue`."""
    return check_key(prefix.removesuffix("/")) if prefix else ""


def check_range(key: str, start: int, end: int | None) -> None:
    """Raise `InvalidValue` for a range of bytes that is negative or reversed."""
    if start < 0 or (end is not None and end < start):
        raise InvalidValue(f"{key}: there are no bytes from {start} to {end}")
