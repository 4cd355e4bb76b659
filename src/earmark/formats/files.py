"""Text files: read in whatever encoding they come, written whole or not at all."""

from __future__ import annotations

import codecs
import os
import re
from contextlib import suppress
from typing import TYPE_CHECKING

from earmark.errors import FormatError, OutputFailed, SourceNotFound

if TYPE_CHECKING:
    from pathlib import Path

# What stands in no text: control characters other than tab, line ends and form feed.
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def read_text(path: Path) -> str:
    """Read a text file, see `decode`."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SourceNotFound(f"{path}: {error.strerror or error}. Check the name and who may read it.") from error
    return decode(data, source=str(path))


def decode(data: bytes, *, source: str) -> str:
    """Decode UTF-8, UTF-16 with a byte order mark, else the Western code page of Windows."""
    marked = next((encoding for mark, encoding in _BYTE_ORDER_MARKS if data.startswith(mark)), None)
    try:
        return data.decode(marked or "utf-8")
    except UnicodeDecodeError as error:
        if marked or _BINARY.search(data):
            raise FormatError(source, "is not text, so it is no annotation file") from error
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def write_bytes(data: bytes, path: Path) -> None:
    """Write a file: the whole of it under its name, or nothing.

    Raises
    ------
    OutputFailed
        When the folder does not exist or cannot be written; what was at ``path`` is untouched.
    """
    temporary = path.with_name(f".{os.urandom(8).hex()}.tmp")
    try:
        _replace(path, temporary, data)
    except OSError as error:
        raise OutputFailed(f"{path}: {error.strerror or error}. Choose a folder that you can write to.") from error
    finally:
        with suppress(OSError):
            temporary.unlink()


def _replace(path: Path, temporary: Path, data: bytes) -> None:
    with temporary.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
