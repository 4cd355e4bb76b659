"""What is special about a folder: crashes, full disks, links, and folders that come and go."""

from __future__ import annotations

import errno
import os
import threading
import time
from pathlib import Path

import pytest

from earmark.errors import FilesUnavailable, InvalidValue
from earmark.files import disk
from earmark.files.disk import FORGOTTEN_SECONDS
from earmark.files.local import INCOMING, LocalFiles


@pytest.fixture
def files(tmp_path: Path) -> LocalFiles:
    return LocalFiles(tmp_path / "data" / "files")


def everything(files: LocalFiles) -> list[str]:
    """All files in the folder, those half-written too."""
    return sorted(str(path.relative_to(files.folder)) for path in files.folder.rglob("*") if path.is_file())


def test_the_folder_is_for_its_owner_only(files: LocalFiles) -> None:
    assert files.folder.stat().st_mode & 0o777 == 0o700


def test_the_key_is_the_path(files: LocalFiles) -> None:
    files.put("blobs/ab/abc", b"1")
    assert files.local_path("blobs/ab/abc") == files.folder / "blobs" / "ab" / "abc"
    assert everything(files) == ["blobs/ab/abc"]


def test_another_start_sees_the_same_files(files: LocalFiles) -> None:
    files.put("blobs/ab/abc", b"1")
    assert LocalFiles(files.folder).get("blobs/ab/abc") == b"1"


def test_a_large_file_is_moved_without_a_copy(files: LocalFiles, tmp_path: Path) -> None:
    upload = tmp_path / "upload"
    upload.write_bytes(b"sound")
    number = upload.stat().st_ino
    files.put_file("blobs/talk", upload, move=True)
    assert files.local_path("blobs/talk").stat().st_ino == number


def test_a_file_of_another_disk_is_moved_by_copying(
    files: LocalFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = tmp_path / "upload"
    upload.write_bytes(b"sound")
    replace = Path.replace

    def other_disk(self: Path, target: Path) -> Path:
        if self == upload:
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", other_disk)
    files.put_file("blobs/talk", upload, move=True)
    assert files.get("blobs/talk") == b"sound"
    assert not upload.exists()


def test_a_link_is_moved_by_copying_what_it_leads_to(files: LocalFiles, tmp_path: Path) -> None:
    (tmp_path / "sound").write_bytes(b"sound")
    (tmp_path / "link").symlink_to(tmp_path / "sound")
    files.put_file("blobs/talk", tmp_path / "link", move=True)
    assert files.get("blobs/talk") == b"sound"
    assert not files.local_path("blobs/talk").is_symlink()
    assert not (tmp_path / "link").is_symlink()
    assert (tmp_path / "sound").read_bytes() == b"sound"


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.ENOSPC, "the disk is full. Make room"), (errno.EDQUOT, "quota"), (errno.EIO, "Check the disk")],
)
def test_a_full_or_broken_disk_leaves_what_was_there(
    files: LocalFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    files.put("models/1/weights", b"old")
    upload = tmp_path / "upload"
    upload.write_bytes(b"new")

    def refuse(_: int) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(disk.os, "fsync", refuse)
        for store in (
            lambda: files.put("models/1/weights", b"new"),
            lambda: files.put("models/2/weights", b"new"),
            lambda: files.put_file("models/1/weights", upload),
            lambda: files.put_file("models/2/weights", upload, move=True),
            files.check,
        ):
            with pytest.raises(FilesUnavailable, match=words) as caught:
                store()
            assert str(files.folder) in str(caught.value)
    assert everything(files) == ["models/1/weights"]
    assert files.get("models/1/weights") == b"old"
    assert upload.read_bytes() == b"new"
    files.put("models/1/weights", b"room again")
    assert files.get("models/1/weights") == b"room again"


def test_what_a_crash_left_is_swept_at_the_next_start_but_not_what_is_being_written(files: LocalFiles) -> None:
    files.put("talk", b"1")
    old, new = files.folder / INCOMING / "old", files.folder / INCOMING / "new"
    old.write_bytes(b"ha")
    new.write_bytes(b"ha")
    long_ago = time.time() - FORGOTTEN_SECONDS - 1
    os.utime(old, (long_ago, long_ago))
    assert [facts.key for facts in files.list()] == ["talk"]
    LocalFiles(files.folder)
    assert everything(files) == [f"{INCOMING}/new", "talk"]


def test_links_lead_nowhere_outside(files: LocalFiles, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_bytes(b"secret")
    (files.folder / "folder").symlink_to(outside)
    (files.folder / "file").symlink_to(outside / "secret")
    for key in ("folder/secret", "folder/new", "file"):
        for ask in (
            files.get,
            files.read,
            files.facts,
            files.delete,
            files.local_path,
            lambda key: files.put(key, b""),
        ):
            with pytest.raises(InvalidValue, match=r"leads out of .* Remove the symbolic link"):
                ask(key)
    assert list(files.list()) == []
    assert [path.read_bytes() for path in outside.iterdir()] == [b"secret"]


def test_empty_folders_go_with_their_last_file(files: LocalFiles) -> None:
    files.put("seen/ab/tiles/0/1", b"1")
    files.put("seen/ab/peaks", b"1")
    files.delete("seen/ab/tiles/0/1")
    assert not (files.folder / "seen" / "ab" / "tiles").exists()
    assert (files.folder / "seen" / "ab").is_dir()
    files.delete_all("seen")
    assert not (files.folder / "seen").exists()
    assert files.folder.is_dir()


def test_files_come_while_their_neighbours_go(files: LocalFiles) -> None:
    """The folder of both is removed and made all the time."""
    ended = threading.Event()

    def come_and_go() -> None:
        while not ended.is_set():
            files.put("seen/a/b/other", b"1")
            files.delete("seen/a/b/other")

    neighbour = threading.Thread(target=come_and_go)
    neighbour.start()
    try:
        for number in range(60):
            files.put("seen/a/b/mine", bytes([number]))
            assert files.get("seen/a/b/mine") == bytes([number])
            list(files.list())
            files.delete("seen/a/b/mine")
    finally:
        ended.set()
        neighbour.join()
    assert everything(files) == []


def test_a_folder_removed_while_it_is_looked_at_is_made_again(
    files: LocalFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`mkdir` fails with "exists" where the folder goes between its making and the look whether it is one."""
    mkdir = Path.mkdir
    refused = []

    def removed_meanwhile(self: Path, *args: object, **named: object) -> None:
        if self.name == "b" and not refused:
            refused.append(self)
            raise FileExistsError(errno.EEXIST, "File exists", str(self))
        mkdir(self, *args, **named)

    monkeypatch.setattr(Path, "mkdir", removed_meanwhile)
    files.put("seen/a/b/mine", b"1")
    assert refused
    assert files.get("seen/a/b/mine") == b"1"


def test_a_folder_that_cannot_be_one_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(FilesUnavailable, match=str(folder)):
            LocalFiles(folder)


def test_a_file_is_no_folder_for_others(files: LocalFiles) -> None:
    files.put("talk", b"1")
    with pytest.raises(FilesUnavailable, match="talk/peaks"):
        files.put("talk/peaks", b"2")
    assert files.get("talk") == b"1"
    assert everything(files) == ["talk"]
