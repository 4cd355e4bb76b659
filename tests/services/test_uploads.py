"""Uploads in pieces: nothing that came is lost, whatever breaks off."""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.library import (
    add_actor,
    add_member,
    checksum,
    files,
    make_project,
    parts,
    rows,
    upload,
    waiting_jobs,
    wav,
    work,
)

from earmark.core.people import Actor, Role
from earmark.core.project import Project
from earmark.errors import ChecksumMismatch, Conflict, FilesUnavailable, Forbidden, InvalidValue, NotFound, TooLarge
from earmark.services import contents, library, resumable
from earmark.services.parts import new_part
from earmark.services.platform import Platform
from earmark.services.resumable import Receiving
from earmark.store import uploads as store
from earmark.store.blobs import blob_key
from earmark.store.tables import blobs, recordings
from earmark.store.tables import uploads as table
from earmark.store.uploads import Upload

DATA = wav(1)


@pytest.fixture
def owner(any_platform: Platform) -> Actor:
    return add_actor(any_platform.database, "owner")


@pytest.fixture
def project(any_platform: Platform, owner: Actor) -> Project:
    return make_project(any_platform, owner)


@pytest.fixture
def begun(any_platform: Platform, owner: Actor, project: Project) -> Upload:
    return resumable.begin(any_platform, owner, project.id, name="dawn.wav", size=len(DATA), metadata="filename x")


def send(
    platform: Platform, actor: Actor, upload_id: str, data: bytes, *, at: int, sum_: tuple[str, bytes] | None = None
) -> tuple[Upload, int]:
    receiving = Receiving(platform, actor, upload_id, offset=at, checksum=sum_)
    try:
        receiving.write(data)
        return receiving.end()
    finally:
        receiving.close()


def test_pieces_become_a_recording(any_platform: Platform, owner: Actor, begun: Upload) -> None:
    half = len(DATA) // 2
    assert resumable.look(any_platform, owner, begun.id)[1] == 0
    assert send(any_platform, owner, begun.id, DATA[:half], at=0)[1] == half
    assert resumable.look(any_platform, owner, begun.id)[1] == half
    ended, here = send(any_platform, owner, begun.id, DATA[half:], at=half)

    assert here == len(DATA)
    made = library.get(any_platform, owner, ended.recording_id or "")
    assert (made.name, made.size, made.checksum) == ("dawn.wav", len(DATA), checksum(DATA))
    assert any_platform.files.get(blob_key(checksum(DATA))) == DATA
    assert resumable.look(any_platform, owner, begun.id) == (
        resumable.look(any_platform, owner, begun.id)[0],
        len(DATA),
    )
    assert parts(any_platform) == []
    work(any_platform)
    assert library.get(any_platform, owner, made.id).media.duration == 0.5


def test_the_upload_keeps_no_file_that_is_deleted_afterwards(
    any_platform: Platform, owner: Actor, begun: Upload
) -> None:
    ended, _ = send(any_platform, owner, begun.id, DATA, at=0)
    library.purge(any_platform, owner, ended.recording_id or "")
    assert files(any_platform) == set()


def test_a_piece_that_breaks_off_is_kept_as_far_as_it_came(any_platform: Platform, owner: Actor, begun: Upload) -> None:
    receiving = Receiving(any_platform, owner, begun.id, offset=0)
    receiving.write(DATA[:100])
    receiving.close()  # no end: the connection is gone

    assert resumable.look(any_platform, owner, begun.id)[1] == 100
    ended, _ = send(any_platform, owner, begun.id, DATA[100:], at=100)
    assert any_platform.files.get(blob_key(checksum(DATA))) == DATA
    assert ended.recording_id is not None


def test_a_piece_whose_checksum_is_wrong_is_dropped(any_platform: Platform, owner: Actor, begun: Upload) -> None:
    piece = DATA[:100]
    for algorithm in ("sha1", "sha256"):
        wrong = hashlib.new(algorithm, b"other").digest()
        with pytest.raises(ChecksumMismatch, match="checksum"):
            send(any_platform, owner, begun.id, piece, at=0, sum_=(algorithm, wrong))
        assert resumable.look(any_platform, owner, begun.id)[1] == 0
    right = ("sha1", hashlib.new("sha1", piece).digest())  # noqa: S324 - what the protocol asks for
    assert send(any_platform, owner, begun.id, piece, at=0, sum_=right)[1] == 100
    broken_off = Receiving(any_platform, owner, begun.id, offset=100, checksum=right)
    broken_off.write(DATA[100:150])
    broken_off.close()
    assert resumable.look(any_platform, owner, begun.id)[1] == 100


def test_wrong_offsets_too_many_bytes_and_two_at_once_are_refused(
    any_platform: Platform, owner: Actor, begun: Upload
) -> None:
    send(any_platform, owner, begun.id, DATA[:10], at=0)
    for offset in (0, 9, 11, len(DATA), 10**18):
        with pytest.raises(Conflict, match="at byte 10"):
            send(any_platform, owner, begun.id, b"x", at=offset)
    with pytest.raises(TooLarge):
        send(any_platform, owner, begun.id, DATA, at=10)
    assert resumable.look(any_platform, owner, begun.id)[1] == 10
    first = Receiving(any_platform, owner, begun.id, offset=10)
    with pytest.raises(Conflict, match="being received"):
        Receiving(any_platform, owner, begun.id, offset=10)
    first.close()
    send(any_platform, owner, begun.id, DATA[10:], at=10)
    with pytest.raises(Conflict, match="complete"):
        send(any_platform, owner, begun.id, b"", at=len(DATA))


def test_of_many_who_send_the_same_piece_at_once_one_is_taken(
    any_platform: Platform, owner: Actor, begun: Upload
) -> None:
    def try_it(_: int) -> bool:
        try:
            send(any_platform, owner, begun.id, DATA, at=0)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(try_it, range(6))) == 1
    assert any_platform.files.get(blob_key(checksum(DATA))) == DATA
    assert rows(any_platform, recordings) == 1


@pytest.mark.parametrize("where", ["put_content", "turn_into_recording"])
def test_an_upload_that_broke_off_at_its_end_is_finished_by_the_next_look(
    any_platform: Platform, owner: Actor, begun: Upload, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    def down(*_: object) -> None:
        raise FilesUnavailable("the store is down")

    with monkeypatch.context() as patched:
        patched.setattr(contents if where == "put_content" else resumable, where, down)
        with pytest.raises(FilesUnavailable):
            send(any_platform, owner, begun.id, DATA, at=0)
        with pytest.raises(FilesUnavailable):
            resumable.look(any_platform, owner, begun.id)
    assert contents.sweep_unused(any_platform) == 0

    ended, here = resumable.look(any_platform, owner, begun.id)
    assert here == len(DATA)
    assert library.get(any_platform, owner, ended.recording_id or "").checksum == checksum(DATA)
    assert rows(any_platform, recordings) == 1
    assert waiting_jobs(any_platform, "import") == 1
    assert any_platform.files.get(blob_key(checksum(DATA))) == DATA


def test_an_upload_whose_bytes_are_gone_is_gone(any_platform: Platform, owner: Actor, begun: Upload) -> None:
    for path in parts(any_platform):
        path.unlink()
    with pytest.raises(NotFound, match="upload"):
        resumable.look(any_platform, owner, begun.id)
    with pytest.raises(NotFound, match="upload"):
        send(any_platform, owner, begun.id, b"x", at=0)


def test_an_upload_is_its_owners(any_platform: Platform, owner: Actor, project: Project, begun: Upload) -> None:
    other = add_member(any_platform.database, project.id, Role.MANAGER)
    viewer = add_member(any_platform.database, project.id, Role.VIEWER)
    root = add_actor(any_platform.database, "root", administrator=True)
    for act in (
        lambda: resumable.look(any_platform, other, begun.id),
        lambda: send(any_platform, other, begun.id, b"x", at=0),
        lambda: resumable.terminate(any_platform, other, begun.id),
        lambda: resumable.look(any_platform, owner, "0" * 26),
    ):
        with pytest.raises(NotFound):
            act()
    with pytest.raises(Forbidden):
        resumable.begin(any_platform, viewer, project.id, name="x", size=1)
    assert resumable.look(any_platform, root, begun.id)[1] == 0


def test_an_upload_that_is_given_up_leaves_nothing(any_platform: Platform, owner: Actor, begun: Upload) -> None:
    send(any_platform, owner, begun.id, DATA[:10], at=0)
    resumable.terminate(any_platform, owner, begun.id)
    assert parts(any_platform) == []
    with pytest.raises(NotFound):
        resumable.look(any_platform, owner, begun.id)


def test_uploads_expire(any_platform: Platform, owner: Actor, project: Project, begun: Upload) -> None:
    fresh = resumable.begin(any_platform, owner, project.id, name="b.wav", size=10)
    send(any_platform, owner, begun.id, DATA[:10], at=0)
    with any_platform.database.write() as connection:
        store.change(connection, begun.id, expires_at=begun.created_at - timedelta(seconds=1))
    with pytest.raises(NotFound):
        resumable.look(any_platform, owner, begun.id)
    crashed = any_platform.uploads_dir / f"{'z' * 26}.part"
    crashed.write_bytes(b"x")
    os.utime(crashed, (0, 0))

    assert resumable.drop_expired(any_platform) == 1
    assert [path.stem for path in parts(any_platform)] == [fresh.id]
    assert rows(any_platform, table) == 1


def test_an_upload_that_expired_at_its_end_is_swept(
    any_platform: Platform, owner: Actor, begun: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: object) -> None:
        raise FilesUnavailable("down")

    with monkeypatch.context() as patched:
        patched.setattr(resumable, "turn_into_recording", down)
        with pytest.raises(FilesUnavailable):
            send(any_platform, owner, begun.id, DATA, at=0)
    with any_platform.database.write() as connection:
        store.change(connection, begun.id, expires_at=begun.created_at - timedelta(seconds=1))
    resumable.drop_expired(any_platform)

    assert files(any_platform) == set()
    assert (rows(any_platform, table), rows(any_platform, blobs)) == (0, 0)


@pytest.mark.parametrize(
    ("values", "error", "message"),
    [
        ({"size": 0}, InvalidValue, "empty"),
        ({"size": -1}, InvalidValue, "empty"),
        ({"size": 10**18}, TooLarge, "more than"),
        ({"metadata": "x" * 5000}, InvalidValue, "metadata"),
    ],
)
def test_uploads_that_cannot_begin(
    platform: Platform, values: dict[str, object], error: type[Exception], message: str
) -> None:
    actor = add_actor(platform.database, "owner")
    project = make_project(platform, actor)
    with pytest.raises(error, match=message):
        resumable.begin(platform, actor, project.id, **{"name": "x", "size": 1, **values})  # type: ignore[arg-type]
    assert parts(platform) == []


def test_a_file_is_empty_too_large_or_meets_a_full_disk(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    actor = add_actor(platform.database, "owner")
    project = make_project(platform, actor)
    with pytest.raises(InvalidValue, match="empty"):
        upload(platform, actor, project, b"")
    small = replace(platform, settings=replace(platform.settings, upload_max_bytes=10))
    with pytest.raises(TooLarge, match="10 bytes"):
        upload(small, actor, project, b"x" * 11)
    if os.path.exists("/dev/full"):  # noqa: PTH110
        platform.uploads_dir.mkdir(parents=True, exist_ok=True)
        monkeypatch.setattr("earmark.services.parts.new_id", lambda: "full")
        (platform.uploads_dir / "full.part").symlink_to("/dev/full")
        with pytest.raises(FilesUnavailable, match="disk is full"), new_part(platform) as part:
            part.write(b"x")
    assert parts(platform) == []


def test_a_failed_recording_is_tried_again_when_its_file_comes_again(platform: Platform) -> None:
    actor = add_actor(platform.database, "owner")
    project = make_project(platform, actor)
    upload(platform, actor, project, b"this is no sound", "notes.wav")
    work(platform)
    again = upload(platform, actor, project, b"this is no sound", "notes.wav")

    assert (again.duplicate, again.recording.state) == (True, "waiting")
    assert len(work(platform)) == 1
