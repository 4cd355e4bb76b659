"""ZIP files that somebody made to do harm are refused before anything in them is unpacked."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.library import encrypted, patched

from earmark.errors import FormatError
from earmark.services.zips import opened_zip

DIRECTORY, LOCAL = b"PK\x01\x02", b"PK\x03\x04"


def made(*names: str, method: int = zipfile.ZIP_STORED) -> bytes:
    """A ZIP file with a few bytes under each name."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name in names or ("a", "b", "c"):
            archive.writestr(name, name.encode() * 100)
    return out.getvalue()


def twice() -> bytes:
    with pytest.warns(UserWarning, match="Duplicate"):
        return made("a", "a")


WRONG: list[tuple[str, Callable[[], bytes], str]] = [
    ("LZMA", lambda: made(method=zipfile.ZIP_LZMA), "compressed in another way"),
    ("BZIP2", lambda: made(method=zipfile.ZIP_BZIP2), "compressed in another way"),
    ("encrypted", lambda: encrypted(made()), "it is encrypted"),
    ("strongly encrypted", lambda: patched(made(), DIRECTORY, 1, 8, b"\x40\x00"), "encrypted|damaged"),
    ("the same name", twice, "two files of the same name"),
    ("the same name but for capitals", lambda: made("files/Ä", "files/ä"), "two files of the same name"),
    ("the same name in another form", lambda: made("\u00e9", "e\u0301"), "two files of the same name"),
    ("too many", lambda: made("a", "b", "c", "d"), "more than 3 files"),
    ("the same place", lambda: patched(made(), DIRECTORY, 1, 42, bytes(4)), "overlap"),
    ("a long field before the content", lambda: patched(made(), LOCAL, 0, 28, b"\x40\x00"), "overlap"),
    ("into the directory", lambda: patched(made(), LOCAL, 2, 28, b"\x01\x00"), "overlap"),
    ("larger than stored", lambda: patched(made(), DIRECTORY, 0, 24, b"\xff\xff\xff\x00"), "other sizes"),
    ("beyond the file", lambda: patched(made(), DIRECTORY, 0, 42, b"\x00\x00\xff\x00"), "overlap|damaged"),
    ("no ZIP", lambda: b"hello", "this is no box, or it is damaged"),
    ("a checksum that differs", lambda: patched(made(), DIRECTORY, 0, 16, b"abcd"), "this is no box, or it is damaged"),
]


@pytest.mark.parametrize(("data", "message"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_what_no_honest_file_has_is_refused(tmp_path: Path, data: Callable[[], bytes], message: str) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(data())
    with (
        pytest.raises(FormatError, match=f"^mine.zip: .*({message})"),
        opened_zip(path, "mine.zip", what="box", most_entries=3, most_read=10_000) as archive,
    ):
        archive.read("a")


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("before", [b"", b"something else"])
def test_an_honest_file_is_read(tmp_path: Path, method: int, before: bytes) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(before + made(method=method))
    with opened_zip(path, "mine.zip", what="box", most_entries=3, most_read=10_000) as archive:
        assert {name: archive.read(name)[:1] for name in archive.namelist()} == {"a": b"a", "b": b"b", "c": b"c"}
