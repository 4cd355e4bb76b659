"""The cache keeps its bound whoever uses it, and gives nothing away that is in use."""

from __future__ import annotations

import errno
import logging
import multiprocessing
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from earmark.errors import FileMissing, FilesUnavailable, InvalidValue
from earmark.files import disk
from earmark.files.cache import DiskCache
from earmark.files.disk import FORGOTTEN_SECONDS
from earmark.files.local import LocalFiles


class Elsewhere(LocalFiles):
    """A store whose files do not lie on this machine; counts how often one is fetched."""

    fetched = 0
    gate: threading.Event | None = None

    def local_path(self, key: str) -> None:  # type: ignore[override]
        return None

    def read(self, key: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        self.fetched += 1
        if self.gate is not None:
            self.gate.wait(10)
        return super().read(key, start, end)


@pytest.fixture
def elsewhere(tmp_path: Path) -> Elsewhere:
    return Elsewhere(tmp_path / "files")


def cache_in(folder: Path, max_bytes: int = 1000) -> DiskCache:
    return DiskCache(folder / "cache", max_bytes)


def on_disk(cache: DiskCache) -> int:
    """Bytes of everything that is kept, counted anew."""
    kept = [path for name in ("items", "large", ".incoming") for path in (cache.folder / name).rglob("*")]
    return sum(path.stat().st_size for path in kept if path.is_file())


def test_what_was_put_comes_back_and_is_counted(tmp_path: Path) -> None:
    cache = cache_in(tmp_path)
    assert cache.get("tile/1") is None
    cache.put("tile/1", b"picture")
    cache.put("tile/1", b"pictures")
    cache.put("tile/2", b"")
    assert cache.get("tile/1") == b"pictures"
    assert cache.get("tile/2") == b""
    assert (cache.hits, cache.misses, cache.size()) == (2, 1, 8)


def test_another_process_or_start_sees_the_same(tmp_path: Path) -> None:
    cache_in(tmp_path).put("tile", b"picture")
    assert cache_in(tmp_path).get("tile") == b"picture"
    assert cache_in(tmp_path).size() == 7


def test_the_least_recently_used_go_first_down_to_a_share(tmp_path: Path) -> None:
    cache = cache_in(tmp_path)
    for number in range(10):
        cache.put(str(number), bytes(100))
    assert cache.get("0") is not None
    cache.put("new", bytes(100))
    assert [key for key in (*"0123456789", "new") if cache.get(key) is not None] == [*"03456789", "new"]
    assert cache.size() == on_disk(cache) == 900


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 130), st.booleans()), max_size=40))
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_bound_and_the_sum_hold_after_every_step(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, int, bool]]
) -> None:
    cache = cache_in(tmp_path_factory.mktemp("bound"), 100)
    for key, size, put in steps:
        if put:
            cache.put(str(key), bytes([key]) * size)
        else:
            data = cache.get(str(key))
            assert data is None or set(data) <= {key}
        assert cache.size() == on_disk(cache) <= 100


@pytest.mark.parametrize("max_bytes", [0, 99])
def test_what_is_larger_than_the_cache_is_not_kept(tmp_path: Path, max_bytes: int) -> None:
    cache = cache_in(tmp_path, max_bytes)
    cache.put("small", b"")
    cache.put("large", bytes(100))
    assert cache.get("small") == b""
    assert cache.get("large") is None


def test_a_negative_bound_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidValue, match="-1 bytes"):
        cache_in(tmp_path, -1)


@pytest.mark.parametrize("sum_left", [None, "", "99999"])
def test_a_crash_between_file_and_sum_is_mended(tmp_path: Path, sum_left: str | None) -> None:
    cache = cache_in(tmp_path)
    for number in range(9):
        cache.put(str(number), bytes(100))
    if sum_left is None:
        (cache.folder / "total").unlink()
    else:
        (cache.folder / "total").write_text(sum_left)
    for number in range(10, 15):
        cache.put(str(number), bytes(100))
        assert on_disk(cache) <= 1000
    assert cache.size() == on_disk(cache)
    assert cache.get("14") is not None


def test_half_written_files_are_swept_at_the_next_start(tmp_path: Path) -> None:
    cache = cache_in(tmp_path)
    torn = cache.folder / ".incoming" / "torn"
    torn.write_bytes(b"ha")
    cache_in(tmp_path)
    assert torn.exists()
    long_ago = time.time() - FORGOTTEN_SECONDS - 1
    os.utime(torn, (long_ago, long_ago))
    cache_in(tmp_path)
    assert not torn.exists()


def _fill(folder: Path, name: str) -> None:
    cache = cache_in(folder)
    for number in range(60):
        cache.put(f"{name}/{number % 20}", bytes(50))
        assert cache.size() <= 1000
        cache.get(f"{name}/{(number * 7) % 20}")


def test_processes_and_threads_share_one_bound(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    others = [context.Process(target=_fill, args=(tmp_path, name)) for name in "ab"]
    for other in others:
        other.start()
    with ThreadPoolExecutor(3) as threads:
        list(threads.map(lambda name: _fill(tmp_path, name), "cde"))
    for other in others:
        other.join()
    assert [other.exitcode for other in others] == [0, 0]
    cache = cache_in(tmp_path)
    assert 500 <= cache.size() == on_disk(cache) <= 1000


def test_a_full_disk_keeps_nothing_and_breaks_nothing(
    tmp_path: Path, elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    cache = cache_in(tmp_path)
    elsewhere.put("talk", b"sound")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch, caplog.at_level(logging.WARNING):
        patch.setattr(disk.os, "fsync", full)
        cache.put("tile", b"picture")
        assert "the disk is full" in caplog.text
        with pytest.raises(FilesUnavailable, match="the disk is full"), cache.copy_of(elsewhere, "talk"):
            pytest.fail("there is no copy")
    assert cache.get("tile") is None
    assert cache.size() == on_disk(cache) == 0
    with cache.copy_of(elsewhere, "talk") as path:
        assert path.read_bytes() == b"sound"


def test_a_file_of_this_machine_is_used_where_it_lies(tmp_path: Path) -> None:
    files, cache = LocalFiles(tmp_path / "files"), cache_in(tmp_path)
    files.put("blobs/talk", b"sound")
    with cache.copy_of(files, "blobs/talk") as path:
        assert path == files.local_path("blobs/talk")
    assert cache.size() == 0


def test_a_copy_is_fetched_once(tmp_path: Path, elsewhere: Elsewhere) -> None:
    cache = cache_in(tmp_path)
    elsewhere.put("blobs/talk", b"sound")
    for _ in range(3):
        with cache.copy_of(elsewhere, "blobs/talk") as path:
            assert path.read_bytes() == b"sound"
    assert elsewhere.fetched == 1
    assert (cache.hits, cache.misses, cache.size()) == (2, 1, 5)


@pytest.mark.parametrize("max_bytes", [1000, 3], ids=["kept", "too large to be kept"])
def test_two_who_ask_at_once_share_one_download(tmp_path: Path, elsewhere: Elsewhere, max_bytes: int) -> None:
    elsewhere.put("blobs/talk", b"sound")
    elsewhere.gate = threading.Event()
    all_have_it = threading.Barrier(4)

    def use() -> bytes:
        # Each with its own object, as processes have.
        with cache_in(tmp_path, max_bytes).copy_of(elsewhere, "blobs/talk") as path:
            all_have_it.wait(10)
            return path.read_bytes()

    with ThreadPoolExecutor(4) as threads:
        uses = [threads.submit(use) for _ in range(4)]
        elsewhere.gate.set()
        assert {use.result() for use in uses} == {b"sound"}
    assert elsewhere.fetched == 1
    assert on_disk(cache_in(tmp_path, max_bytes)) == (5 if max_bytes > 5 else 0)


def test_what_is_in_use_stays_and_what_is_not_goes(tmp_path: Path, elsewhere: Elsewhere) -> None:
    cache = cache_in(tmp_path)
    elsewhere.put("blobs/talk", bytes(600))
    with cache.copy_of(elsewhere, "blobs/talk") as path:
        for number in range(30):
            cache.put(str(number), bytes(100))
            assert path.read_bytes() == bytes(600)
            assert cache.size() == on_disk(cache) <= 1000
        assert cache.get("29") is not None
    for number in range(30):
        cache.put(str(number), bytes(100))
    assert not path.exists()


def test_copies_in_use_may_exceed_the_bound_until_they_are_done(tmp_path: Path, elsewhere: Elsewhere) -> None:
    cache = cache_in(tmp_path)
    for key in "abc":
        elsewhere.put(key, key.encode() * 500)
    with cache.copy_of(elsewhere, "a") as a, cache.copy_of(elsewhere, "b") as b, cache.copy_of(elsewhere, "c") as c:
        assert [path.read_bytes()[:1] for path in (a, b, c)] == [b"a", b"b", b"c"]
        cache.put("tile", b"no room")
        assert cache.get("tile") is None
    assert cache.size() == on_disk(cache) <= 1000


def test_a_copy_larger_than_the_cache_is_given_but_not_kept(tmp_path: Path, elsewhere: Elsewhere) -> None:
    cache = cache_in(tmp_path)
    cache.put("tile", b"picture")
    elsewhere.put("blobs/talk", bytes(5000))
    with cache.copy_of(elsewhere, "blobs/talk") as path, cache.copy_of(elsewhere, "blobs/talk") as again:
        assert path.read_bytes() == again.read_bytes() == bytes(5000)
        assert elsewhere.fetched == 1
        assert cache_in(tmp_path).get("tile") == b"picture"
        assert path.exists()
    assert not path.exists()
    assert cache.size() == on_disk(cache) == 7


def test_a_file_that_was_stored_anew_is_fetched_anew(tmp_path: Path, elsewhere: Elsewhere) -> None:
    cache = cache_in(tmp_path)
    elsewhere.put("models/1", b"first")
    with cache.copy_of(elsewhere, "models/1") as old:
        elsewhere.put("models/1", b"other")
        with cache.copy_of(elsewhere, "models/1") as path:
            assert path.read_bytes() == b"other"
        assert old.read_bytes() == b"first"


def test_a_missing_file_has_no_copy(tmp_path: Path, elsewhere: Elsewhere) -> None:
    cache = cache_in(tmp_path)
    for files in (elsewhere, LocalFiles(tmp_path / "files")):
        with pytest.raises(FileMissing), cache.copy_of(files, "none"):
            pytest.fail("there is no copy")
    elsewhere.put("talk", b"sound")
    with cache.copy_of(elsewhere, "talk"):
        pass
    elsewhere.delete("talk")
    with pytest.raises(FileMissing), cache.copy_of(elsewhere, "talk"):
        pytest.fail("the copy is of a file that was deleted")


def test_a_download_that_breaks_off_leaves_nothing(tmp_path: Path, elsewhere: Elsewhere) -> None:
    cache = cache_in(tmp_path)
    elsewhere.put("talk", b"sound")

    def breaks(key: str) -> Iterator[bytes]:
        yield b"so"
        raise FilesUnavailable("the server went away")

    elsewhere.read = breaks  # type: ignore[method-assign]
    with pytest.raises(FilesUnavailable, match="went away"), cache.copy_of(elsewhere, "talk"):
        pytest.fail("there is no copy")
    elsewhere.read = lambda key: iter([b"so"])  # type: ignore[method-assign]
    with pytest.raises(FilesUnavailable, match="changed while it was read"), cache.copy_of(elsewhere, "talk"):
        pytest.fail("there is no copy")
    assert cache.size() == on_disk(cache) == 0
    del elsewhere.read
    with cache.copy_of(elsewhere, "talk") as path:
        assert path.read_bytes() == b"sound"


@pytest.mark.skipif(sys.platform == "win32", reason="needs kill -9")
def test_the_copies_of_a_process_that_was_killed_can_go(tmp_path: Path, elsewhere: Elsewhere) -> None:
    elsewhere.put("talk", bytes(600))
    elsewhere.put("huge", bytes(6000))
    code = f"""
        import sys, time
        from pathlib import Path
        from earmark.files.cache import DiskCache
        from earmark.files.local import LocalFiles
        class Elsewhere(LocalFiles):
            def local_path(self, key): return None
        files, cache = Elsewhere(Path({str(elsewhere.folder)!r})), DiskCache(Path({str(tmp_path / "cache")!r}), 1000)
        with cache.copy_of(files, "talk"), cache.copy_of(files, "huge"):
            print("in use", flush=True)
            time.sleep(60)
    """
    user = subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)], stdout=subprocess.PIPE, text=True)
    assert user.stdout is not None
    with user.stdout as said:
        assert said.readline() == "in use\n"
        cache = cache_in(tmp_path)
        for number in range(10):
            cache.put(str(number), bytes(100))
        assert on_disk(cache) > 6600
        user.send_signal(signal.SIGKILL)
        user.wait()
    cache = cache_in(tmp_path)
    for number in range(10):
        cache.put(str(number), bytes(100))
    assert on_disk(cache) == cache.size() == 1000
    assert list((cache.folder / "pins").iterdir()) == []
