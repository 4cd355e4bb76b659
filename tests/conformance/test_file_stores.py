"""Every file store, through one suite; S3 against a real server."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.swift import Bucket, s3_bucket

from earmark.errors import FileMissing, InvalidValue, SourceNotFound
from earmark.files.local import LocalFiles
from earmark.files.store import BLOCK_BYTES, FileStore

DATA = bytes(range(256)) * 10_000
"""2,560,000 bytes: several blocks."""

NOT_KEYS = {
    "empty": "",
    "absolute": "/etc/passwd",
    "parent": "blobs/../../etc/passwd",
    "parent at the end": "blobs/..",
    "same folder": "blobs/./a",
    "hidden": "blobs/.a",
    "folder": "blobs/",
    "empty part": "blobs//a",
    "backslash": "blobs\\..\\a",
    "nul": "blobs/a\0.wav",
    "line end": "blobs/a\n",
    "half a character": "blobs/\ud800",
    "too long": "a/" * 300 + "a",
    "part too long": "é" * 128,
}


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bucket]:
    with s3_bucket(tmp_path_factory.mktemp("swift")) as running:
        yield running


@pytest.fixture(params=["local", "s3"])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[FileStore]:
    if request.param == "local":
        yield LocalFiles(tmp_path / "files")
        return
    prefix = f"tests/{secrets.token_hex(8)}"
    store = request.getfixturevalue("bucket").files(prefix)
    yield store
    request.getfixturevalue("bucket").files().delete_all(prefix)


def keys(files: FileStore, prefix: str = "") -> list[str]:
    return sorted(facts.key for facts in files.list(prefix))


@pytest.mark.parametrize("size", [0, 1, BLOCK_BYTES, BLOCK_BYTES + 1], ids=str)
def test_what_is_put_comes_back(files: FileStore, size: int) -> None:
    data = secrets.token_bytes(size)
    files.put("blobs/ab/abcdef", data)
    assert files.get("blobs/ab/abcdef") == data
    assert files.facts("blobs/ab/abcdef").size == size
    assert files.exists("blobs/ab/abcdef")


def test_a_file_is_replaced(files: FileStore) -> None:
    files.put("models/1/weights", b"a long first version")
    files.put("models/1/weights", b"second")
    assert files.get("models/1/weights") == b"second"
    assert keys(files) == ["models/1/weights"]


@pytest.mark.parametrize("size", [0, 1000, 20_000_000], ids=str)
@pytest.mark.parametrize("move", [False, True], ids=["copy", "move"])
def test_a_local_file_is_stored(files: FileStore, tmp_path: Path, size: int, *, move: bool) -> None:
    path = tmp_path / "talk.wav"
    data = secrets.token_bytes(size)
    path.write_bytes(data)
    files.put_file("blobs/talk", path, move=move)
    assert files.get("blobs/talk") == data
    assert path.exists() is not move


def test_a_copy_does_not_change_with_the_local_file(files: FileStore, tmp_path: Path) -> None:
    path = tmp_path / "talk.wav"
    path.write_bytes(b"before")
    files.put_file("blobs/talk", path)
    path.write_bytes(b"after.")
    assert files.get("blobs/talk") == b"before"


def test_a_local_file_that_is_not_there_is_not_stored(files: FileStore, tmp_path: Path) -> None:
    files.put("blobs/talk", b"old")
    for path in (tmp_path / "none.wav", tmp_path):
        with pytest.raises(SourceNotFound, match=path.name):
            files.put_file("blobs/talk", path, move=True)
    assert files.get("blobs/talk") == b"old"


def test_any_range_can_be_read_in_blocks(files: FileStore) -> None:
    files.put("talk", DATA)
    size = len(DATA)
    ranges = [(0, None), (0, 0), (5, 5), (0, 1), (1, 2), (BLOCK_BYTES - 1, BLOCK_BYTES + 1), (0, size), (7, size - 7)]
    ends = [
        (size - 1, None),
        (size, None),
        (size + 5, None),
        (size - 2, size + 10),
        (size, size + 1),
        (size + 9, size + 9),
    ]
    for start, end in [*ranges, *ends]:
        blocks = list(files.read("talk", start, end))
        assert b"".join(blocks) == DATA[start:end], (start, end)
        assert all(0 < len(block) <= BLOCK_BYTES for block in blocks), (start, end)


@pytest.mark.parametrize(("start", "end"), [(-1, None), (-3, -1), (2, 1), (0, -1)])
def test_ranges_that_are_none_are_refused(files: FileStore, start: int, end: int | None) -> None:
    files.put("talk", b"0123456789")
    with pytest.raises(InvalidValue, match=f"talk: there are no bytes from {start} to {end}"):
        files.read("talk", start, end)


def test_a_missing_file_is_told_before_the_first_block(files: FileStore) -> None:
    files.put("blobs/ab", b"1")
    for key in ("blobs/none", "blobs", "blobs/ab/none"):
        for ask in (
            files.get,
            files.read,
            files.facts,
            lambda key: files.read(key, 3, 3),
            lambda key: files.read(key, 3),
        ):
            with pytest.raises(FileMissing, match=key):
                ask(key)
        assert not files.exists(key)


def test_facts_tell_size_and_time(files: FileStore) -> None:
    before = datetime.now(UTC)
    files.put("talk", DATA)
    facts = files.facts("talk")
    assert (facts.key, facts.size) == ("talk", len(DATA))
    assert facts.modified.utcoffset() == timedelta(0)
    # S3 counts in seconds.
    assert abs(facts.modified - before) < timedelta(minutes=5)
    assert list(files.list()) == [facts]


def test_deleting_frees_a_key_and_may_be_repeated(files: FileStore) -> None:
    files.put("a/b", b"1")
    files.put("a/c", b"2")
    files.delete("a/b")
    files.delete("a/b")
    files.delete("a/none/none")
    files.delete("a")
    assert keys(files) == ["a/c"]
    files.delete("a/c")
    files.put("a", b"now a file")
    assert keys(files) == ["a"]


def test_a_list_goes_down_from_a_slash(files: FileStore) -> None:
    for key in ("seen/ab/peaks", "seen/ab/tiles/0/1", "seen/abc/peaks", "seen/other", "models/1"):
        files.put(key, key.encode())
    assert keys(files) == ["models/1", "seen/ab/peaks", "seen/ab/tiles/0/1", "seen/abc/peaks", "seen/other"]
    assert keys(files, "seen/ab") == keys(files, "seen/ab/") == ["seen/ab/peaks", "seen/ab/tiles/0/1"]
    assert keys(files, "seen/other") == keys(files, "none") == []


def test_delete_all_takes_what_is_below_a_prefix(files: FileStore) -> None:
    for key in ("seen/ab/peaks", "seen/ab/tiles/0/1", "seen/abc/peaks", "seen/other"):
        files.put(key, b"1")
    files.delete_all("seen/ab/")
    assert keys(files) == ["seen/abc/peaks", "seen/other"]
    files.delete_all("seen/none")
    for nothing in ("", "/"):
        with pytest.raises(InvalidValue):
            files.delete_all(nothing)
    assert keys(files) == ["seen/abc/peaks", "seen/other"]


@pytest.mark.parametrize("key", NOT_KEYS.values(), ids=NOT_KEYS)
def test_what_is_no_key_is_refused(files: FileStore, tmp_path: Path, key: str) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"1")
    asks = (files.get, files.read, files.facts, files.exists, files.delete, files.local_path)
    for ask in asks:
        with pytest.raises(InvalidValue):
            ask(key)
    for store in (lambda: files.put(key, b"1"), lambda: files.put_file(key, source, move=True)):
        with pytest.raises(InvalidValue):
            store()
    assert source.read_bytes() == b"1"
    assert keys(files) == []


@pytest.mark.parametrize(
    "key", ["Zürich 1/Vögel im Wald.wav", "a~#?+&*%41 {}[]^`\"<>|'.wav", "x=1,2;3@$!().wav", "100%"]
)
def test_keys_hold_what_people_name_their_files(files: FileStore, key: str) -> None:
    files.put(key, b"found")
    assert files.get(key) == b"found"
    assert keys(files) == [key]
    files.delete(key)
    assert keys(files) == []


def test_a_store_that_works_passes_its_check_and_is_left_as_it_was(files: FileStore) -> None:
    files.put("talk", b"1")
    files.check()
    assert keys(files) == ["talk"]


def test_a_reader_sees_one_whole_version(files: FileStore) -> None:
    versions = {bytes([number]) * 300_000 for number in range(6)}
    files.put("talk", min(versions))
    with ThreadPoolExecutor(6) as threads:
        puts = [threads.submit(files.put, "talk", version) for version in versions]
        seen = [threads.submit(files.get, "talk") for _ in range(20)]
        assert {future.result() for future in seen} <= versions
        assert all(future.result() is None for future in puts)
    assert keys(files) == ["talk"]


@pytest.mark.slow
def test_a_list_longer_than_a_page_is_whole(files: FileStore) -> None:
    names = [f"many/{number:04d}" for number in range(1_010)]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda name: files.put(name, b"1"), names))
    assert keys(files, "many") == names
    files.delete_all("many")
    assert keys(files) == []
