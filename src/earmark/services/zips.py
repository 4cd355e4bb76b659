"""ZIP files that anybody may have made, opened once their directory was found to make sense."""

from __future__ import annotations

import io
import itertools
import unicodedata
import zipfile
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING

from earmark.errors import EarmarkError, FormatError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Others take memory that the archive itself chooses."""
ENCRYPTED = 0x1 | 0x40 | 0x2000
"""Flags of entries that are encrypted, strongly, or together with the directory.
Source: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, section 4.4.4."""
_HEADER = 30
"""Bytes before the name of an entry where it begins; the lengths of name and extra field are the last four of them."""


@contextmanager
def opened_zip(path: Path, name: str, *, what: str, most_entries: int, most_read: int) -> Iterator[zipfile.ZipFile]:
    """Open a ZIP file; whatever turns out to be wrong with it while it is open is said as `FormatError`.

    Parameters
    ----------
    name : str
        What messages call the file.
    what : str
        What it should be, for messages.
    most_entries : int
        Most files that may be in it.
    most_read : int
        Most bytes that are read at once, the directory among them: what claims to be larger is not read.
    """
    try:
        with _Wary(path, most_read) as file, zipfile.ZipFile(file) as archive:
            if wrong := _wrong(archive, file, most_entries):
                raise FormatError(name, wrong)
            yield archive
    except EarmarkError:
        raise
    except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError, ValueError, KeyError) as error:
        raise FormatError(name, f"this is no {what}, or it is damaged ({error})") from error


def folded(name: str) -> str:
    """Give what names have in common that many file systems take for the same: letters, whatever their case."""
    return unicodedata.normalize("NFC", name).casefold()


class _Wary(io.FileIO):
    """A file of which no large part is read at once, as that of a directory that claims gigabytes is."""

    def __init__(self, path: Path, most: int) -> None:
        super().__init__(path)
        self._most = most

    def read(self, size: int | None = -1) -> bytes:
        wanted = self._most if size is None or size < 0 else size
        if wanted > self._most:
            raise zipfile.BadZipFile("its directory is too large")
        return super().read(wanted) or b""


def _wrong(archive: zipfile.ZipFile, file: io.FileIO, most: int) -> str | None:
    """Say what no honest ZIP file has; None where there is nothing of it."""
    entries = archive.infolist()
    names = {folded(entry.filename) for entry in entries}
    if len(entries) > most:
        return f"it holds more than {most} files"
    if len(names) != len(entries):
        return "it holds two files of the same name, capital letters aside"
    if any(entry.compress_type not in METHODS for entry in entries):
        return "it is compressed in another way than Earmark's are"
    if any(entry.flag_bits & ENCRYPTED for entry in entries):
        return "it is encrypted. Send it as it is, over HTTPS"
    stored = (entry for entry in entries if entry.compress_type == zipfile.ZIP_STORED)
    if any(entry.file_size != entry.compress_size for entry in stored):
        return "it holds files of other sizes than it says"
    return "it holds entries that overlap" if _overlap(entries, file, archive.start_dir) else None


def _overlap(entries: Sequence[zipfile.ZipInfo], file: io.FileIO, directory: int) -> bool:
    """Whether entries share bytes with each other, or with the directory, which comes after all of them."""
    ordered = sorted(entries, key=lambda entry: entry.header_offset)
    ends = [_end(entry, file) for entry in ordered]
    begins = [entry.header_offset for entry in ordered] + [directory]
    return any(end > begin for end, begin in zip(ends, itertools.islice(begins, 1, None), strict=True))


def _end(entry: zipfile.ZipInfo, file: io.FileIO) -> int:
    # The directory does not tell how long the extra field is that lies before the content.
    file.seek(entry.header_offset)
    header = file.read(_HEADER)
    lengths = int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
    return entry.header_offset + _HEADER + lengths + entry.compress_size
