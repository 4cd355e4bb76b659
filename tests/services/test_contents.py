"""Contents are kept once, as long as a recording has them, whoever comes and goes at the same time."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from tests.library import add_actor, checksum, files, make_project, parts, rows, upload, wav, work

from earmark.errors import FilesUnavailable, NotFound
from earmark.services import contents, library
from earmark.services.platform import Platform
from earmark.store import locks
from earmark.store.blobs import blob_key, hold, seen_prefix
from earmark.store.tables import blobs, recordings, uploads


def test_a_file_that_two_projects_have_is_kept_once_and_goes_with_the_last(any_platform: Platform) -> None:
    owner = add_actor(any_platform.database, "owner")
    first = upload(any_platform, owner, make_project(any_platform, owner, "A"), wav(1))
    second = upload(any_platform, owner, make_project(any_platform, owner, "B"), wav(1))
    work(any_platform)

    assert not first.duplicate
    assert not second.duplicate
    assert rows(any_platform, blobs) == 1

    library.purge(any_platform, owner, first.recording.id)
    assert any_platform.files.exists(blob_key(checksum(wav(1))))

    library.purge(any_platform, owner, second.recording.id)
    assert files(any_platform) == set()
    assert rows(any_platform, blobs) == 0


def test_the_same_file_again_answers_the_recording_that_is_there(any_platform: Platform) -> None:
    owner = add_actor(any_platform.database, "owner")
    project = make_project(any_platform, owner)
    first = upload(any_platform, owner, project, wav(1), "dawn.wav")
    again = upload(any_platform, owner, project, wav(1), "copy of dawn.wav")

    assert again.duplicate
    assert not again.restored
    assert again.recording == first.recording
    assert rows(any_platform, recordings) == 1


def test_the_same_file_again_takes_it_out_of_the_trash(any_platform: Platform) -> None:
    owner = add_actor(any_platform.database, "owner")
    project = make_project(any_platform, owner)
    first = upload(any_platform, owner, project, wav(1))
    library.trash(any_platform, owner, first.recording.id)

    again = upload(any_platform, owner, project, wav(1))

    assert (again.duplicate, again.restored) == (True, True)
    assert library.get(any_platform, owner, first.recording.id).deleted_at is None


def test_of_many_who_send_the_same_file_at_once_one_makes_a_recording(any_platform: Platform) -> None:
    owner = add_actor(any_platform.database, "owner")
    project = make_project(any_platform, owner)
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: upload(any_platform, owner, project, wav(1)), range(8)))

    assert sum(not one.duplicate for one in taken) == 1
    assert len({one.recording.id for one in taken}) == 1
    assert rows(any_platform, uploads) == 0
    assert parts(any_platform) == []
    assert [job.state for job in work(any_platform)] == ["done"]


def test_files_sent_and_deleted_at_the_same_time_are_neither_lost_nor_left(any_platform: Platform) -> None:
    """Threads send and purge the same three contents in two projects, in any order.

    Afterwards every recording has its file, and every file has a recording.
    """
    owner = add_actor(any_platform.database, "owner")
    projects = [make_project(any_platform, owner, name) for name in ("A", "B")]
    start = threading.Barrier(6)

    def come_and_go(seed: int) -> None:
        choose = random.Random(seed)  # noqa: S311
        start.wait()
        for _ in range(12):
            taken = upload(any_platform, owner, choose.choice(projects), wav(choose.randrange(3)))
            if choose.random() < 0.7:
                try:
                    library.purge(any_platform, owner, taken.recording.id)
                except NotFound:
                    continue

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(come_and_go, range(6)))

    with any_platform.database.read() as connection:
        kept = set(connection.execute(recordings.select().with_only_columns(recordings.c.checksum)).scalars())
        known = set(connection.execute(blobs.select().with_only_columns(blobs.c.checksum)).scalars())
    assert files(any_platform) == {blob_key(one) for one in kept}
    assert known == kept
    assert parts(any_platform) == []


def test_a_content_that_is_on_its_way_is_not_swept(any_platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = add_actor(any_platform.database, "owner")
    project = make_project(any_platform, owner)
    there = upload(any_platform, owner, make_project(any_platform, owner, "B"), wav(1))
    put = contents.put_content

    def purge_in_between(*args: object) -> None:
        put(*args)  # type: ignore[arg-type]
        library.purge(any_platform, owner, there.recording.id)

    monkeypatch.setattr(contents, "put_content", purge_in_between)
    taken = upload(any_platform, owner, project, wav(1))

    assert any_platform.files.get(blob_key(taken.recording.checksum or "")) == wav(1)


def test_a_file_that_cannot_be_stored_leaves_nothing(any_platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = add_actor(any_platform.database, "owner")
    project = make_project(any_platform, owner)

    def full(*_args: object, **_more: object) -> None:
        raise FilesUnavailable("the disk is full")

    monkeypatch.setattr(type(any_platform.files), "put_file", full)
    with pytest.raises(FilesUnavailable, match="full"):
        upload(any_platform, owner, project, wav(1))

    assert [rows(any_platform, table) for table in (recordings, uploads, blobs)] == [0, 0, 0]
    assert parts(any_platform) == []


def test_what_a_crash_left_without_recording_is_swept(any_platform: Platform) -> None:
    with any_platform.database.write() as connection:
        hold(connection, checksum(b"a"), 1)
    any_platform.files.put(blob_key(checksum(b"a")), b"a")

    assert contents.sweep_unused(any_platform) == 1
    assert files(any_platform) == set()


def test_old_pictures_of_no_content_are_swept(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = add_actor(platform.database, "owner")
    kept = upload(platform, owner, make_project(platform, owner), wav(1)).recording
    stray = f"{seen_prefix(checksum(b'gone'))}/mel/tiles"
    for key in (stray, f"{seen_prefix(kept.checksum or '')}/mel/tiles", "exports/x/y"):
        platform.files.put(key, b"x")

    assert contents.sweep_strays(platform) == 0  # too young

    monkeypatch.setattr(contents, "STRAY_AFTER", timedelta(0))
    assert contents.sweep_strays(platform) == 1
    assert not platform.files.exists(stray)
    assert len(files(platform)) == 3


def test_while_a_backup_runs_no_file_is_deleted(any_platform: Platform) -> None:
    owner = add_actor(any_platform.database, "owner")
    taken = upload(any_platform, owner, make_project(any_platform, owner), wav(1))
    with any_platform.database.write() as connection:
        locks.take(connection, contents.BACKUP_LOCK, "backup", seconds=60)

    library.purge(any_platform, owner, taken.recording.id)
    assert len(files(any_platform)) == 1

    with any_platform.database.write() as connection:
        locks.release(connection, contents.BACKUP_LOCK, "backup")
    assert contents.sweep_unused(any_platform) == 1
    assert files(any_platform) == set()
