"""A server comes back from its backup as it was, on any database, and a bad file changes nothing."""

from __future__ import annotations

import hashlib
import io
import itertools
import json
import os
import tarfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from tests.conftest import make_platform
from tests.databases import fresh_database
from tests.services.test_model_files import add as add_file
from tests.services.test_registry import make

from earmark.core.ids import new_id
from earmark.core.people import SYSTEM
from earmark.core.progress import Progress
from earmark.errors import Conflict, FilesUnavailable, FormatError, InvalidSettings, SourceNotFound
from earmark.services import backup, contents, registry
from earmark.services.platform import Platform
from earmark.services.restore import restore
from earmark.store import locks
from earmark.store.dump import LEFT_OUT
from earmark.store.migrate import VERSIONS
from earmark.store.tables import metadata

back_up = partial(backup.back_up, version="0.0.1")
KINDS = ["sqlite", "postgresql", "mariadb"]
MOMENT = datetime(2026, 3, 29, 1, 59, 59, 999999, tzinfo=UTC)


@pytest.fixture
def new_platform(tmp_path: Path) -> Iterator[Callable[..., Platform]]:
    """Make platforms on a migrated (or bare) database of some kind, each with a folder of its own."""
    with ExitStack() as stack:

        def build(kind: str = "sqlite", *, migrated: bool = True) -> Platform:
            folder = tmp_path / new_id()
            folder.mkdir()
            platform = make_platform(stack.enter_context(fresh_database(kind, folder, tables=False)), folder)
            if migrated:
                platform.database.migrate()
            return platform

        yield build


def insert(connection: sa.Connection, name: str, *rows: dict[str, Any]) -> None:
    connection.execute(metadata.tables[name].insert(), list(rows))


def fill(platform: Platform, *, texts: str = "Zaunkönig \U0001f426 'x'\\\n\t\u2028") -> str:
    """Put something into the tables that are hardest to carry over; name the content of the one recording."""
    data = os.urandom(3_000_000)
    checksum = hashlib.sha256(data).hexdigest()
    user, project, recording, annotation, job = (new_id() for _ in range(5))
    stamps = {"created_at": MOMENT, "updated_at": MOMENT}
    with platform.database.write() as connection:
        person = {"id": user, "login": user, "name": texts[:9], "is_administrator": True, "active": False}
        insert(connection, "users", {**person, "password_hash": None, "created_at": MOMENT, "seen_at": None})
        session = {"token_hash": "0" * 64, "user_id": user, "created_at": MOMENT, "expires_at": MOMENT}
        insert(connection, "sessions", session)
        labels = [{"name": texts[:4], "colour": "#000000", "hotkey": None, "aliases": []}]
        whole = {"id": project, "name": "p", "description": texts, "labels": labels, "pipeline": {"a": [1, 2.5, None]}}
        insert(connection, "projects", {**whole, "version": 1, "created_by": user, "deleted_at": None, **stamps})
        insert(connection, "blobs", {"checksum": checksum, "size": len(data), "created_at": MOMENT})
        media = {"id": recording, "project_id": project, "name": "r", "state": "ready", "source": "x.wav"}
        media |= {"video": False, "tags": ["a"], "notes": "", "problems": [], "version": 1, "trashed": False}
        media |= {"checksum": checksum, "size": len(data), "duration": 0.1 + 0.2}
        insert(connection, "recordings", {**media, **stamps})
        term = {"project_id": project, "term": "#a", "recording_id": recording}
        insert(connection, "recording_terms", {**term, "name": "a.wav", "created_at": MOMENT})
        header = {"id": annotation, "recording_id": recording, "project_id": project, "kind": "person"}
        header |= {"source": "m", "status": "draft", "revision": 2, "segment_count": 1, "notes": [], **stamps}
        insert(connection, "annotations", header)
        for number in (1, 2):
            row = {"annotation_id": annotation, "number": number, "created_at": MOMENT, "change_count": 1}
            insert(connection, "revisions", row)
        segment = {"annotation_id": annotation, "id": "s1", "bin": 1, "start": 1 / 3, "end": 1e5 / 3, "revision": 2}
        insert(
            connection, "segments", {**segment, "label": texts[:4], "score": 5e-324, "words": None, "tags": {"k": "v"}}
        )
        change = {"annotation_id": annotation, "revision": 2, "segment_id": "s1", "before": None, "after": {"end": 0.3}}
        insert(connection, "changes", change)
        work = {"id": job, "kind": "export", "arguments": {}, "state": "done", "priority": -1, "progress": 1.0}
        work |= {"stage": "", "attempt": 1, "max_attempts": 3, "cancel_requested": False, "available_at": MOMENT}
        insert(connection, "jobs", {**work, "created_at": MOMENT})
        insert(connection, "events", *({"at": MOMENT, "kind": "k", "subject_id": "s", "data": {}} for _ in range(3)))
    platform.files.put(contents.blob_key(checksum), data)
    platform.files.put(f"{contents.seen_prefix(checksum)}/index.json", b"{}")
    platform.files.put(f"exports/{job}/all.zip", b"PK")
    platform.files.put(f"transcriptions/{job}/annotation.json", b"{}")
    young = make(platform, version="2", parent_id=add_file(platform, make(platform), "w.onnx", b"weights").id)
    # A parent that was made after its child, as clocks of several servers allow.
    with platform.database.write() as connection:
        models = metadata.tables["models"]
        late = make_late(connection, young.id)
        connection.execute(models.update().where(models.c.id == young.id).values(parent_id=late))
    return checksum


def make_late(connection: sa.Connection, like: str) -> str:
    models = metadata.tables["models"]
    row = dict(connection.execute(sa.select(models).where(models.c.id == like)).mappings().one())
    insert(connection, "models", {**row, "id": "z" * 26, "version": "late"})
    return "z" * 26


def rows(platform: Platform) -> dict[str, list[tuple[object, ...]]]:
    """All rows that a backup holds, table by table."""
    with platform.database.read() as connection:
        return {
            name: [tuple(row) for row in connection.execute(sa.select(table).order_by(*table.primary_key))]
            for name, table in metadata.tables.items()
            if name not in LEFT_OUT
        }


def files(platform: Platform) -> dict[str, bytes]:
    return {facts.key: platform.files.get(facts.key) for facts in platform.files.list()}


@pytest.mark.parametrize("source", KINDS)
def test_a_server_comes_back_as_it_was_on_any_database(
    new_platform: Callable[..., Platform], source: str, tmp_path: Path
) -> None:
    old = new_platform(source)
    fill(old)
    old.files.put("blobs/00/" + "0" * 64, b"nobody speaks of it")
    steps: list[Progress] = []
    made = back_up(old, tmp_path / "backup.tar", report=steps.append)
    expected = rows(old)
    assert made.rows == sum(len(found) for found in expected.values())
    assert (made.files, made.missing) == (5, ())
    assert {step.stage for step in steps} == {"tables", "files"}
    assert all(before.done <= after.done for before, after in itertools.pairwise(steps) if before.stage == after.stage)

    for target in KINDS:
        new = new_platform(target, migrated=False)
        restored = restore(new, tmp_path / "backup.tar")
        assert rows(new) == expected
        assert files(new) == {key: data for key, data in files(old).items() if "0" * 64 not in key}
        assert restored == made
        # New rows are numbered after those that were there.
        with new.database.write() as connection:
            insert(connection, "events", {"at": MOMENT, "kind": "k", "subject_id": "s", "data": {}})


def test_sessions_are_left_out(new_platform: Callable[..., Platform], tmp_path: Path) -> None:
    old, new = new_platform(), new_platform()
    fill(old)
    back_up(old, tmp_path / "b.tar")
    restore(new, tmp_path / "b.tar")

    with new.database.read() as connection:
        assert connection.execute(sa.select(metadata.tables["sessions"])).all() == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_backup_is_of_one_moment_while_people_edit(
    new_platform: Callable[..., Platform], kind: str, tmp_path: Path
) -> None:
    """Each edit writes two rows that belong together, in tables that are dumped far from each other."""
    old, new = new_platform(kind), new_platform()
    fill(old)
    stop, failures = threading.Event(), []

    def edit() -> None:
        try:
            while not stop.is_set():
                with old.database.write() as connection:
                    subject = new_id()
                    event = {"at": MOMENT, "kind": "edit", "subject_id": subject, "data": {}}
                    insert(connection, "events", event)
                    line = {"at": MOMENT, "user_name": "u", "action": "edit", "subject_kind": "x", "details": {}}
                    insert(connection, "audit", {**line, "subject_id": subject})
        except Exception as error:
            failures.append(error)
            raise

    threads = [threading.Thread(target=edit) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(3):
            back_up(old, tmp_path / "b.tar")
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    restore(new, tmp_path / "b.tar")

    assert failures == []
    with new.database.read() as connection:
        audit, events = metadata.tables["audit"], metadata.tables["events"]
        told = connection.execute(sa.select(audit.c.subject_id).where(audit.c.action == "edit")).scalars().all()
        seen = connection.execute(sa.select(events.c.subject_id).where(events.c.kind == "edit")).scalars().all()
    assert sorted(told) == sorted(seen)
    assert told


def test_nothing_is_deleted_while_it_may_be_copied(new_platform: Callable[..., Platform], tmp_path: Path) -> None:
    old = new_platform()
    checksum = fill(old)
    model = add_file(old, make(old, name="other"), "w", b"1")

    def purge(progress: Progress) -> None:
        if progress.stage == "tables" and not done:
            done.append(progress)
        if progress.stage == "files" and len(done) == 1:
            done.append(progress)
            with old.database.write() as connection:
                recordings = metadata.tables["recordings"]
                connection.execute(recordings.delete().where(recordings.c.checksum == checksum))
            registry.delete_model(old, SYSTEM, model.id)
            assert contents.sweep(old, [checksum]) == 0
            with pytest.raises(Conflict, match="another backup"):
                back_up(old, tmp_path / "second.tar")

    done: list[Progress] = []
    made = back_up(old, tmp_path / "b.tar", report=purge)

    assert len(done) == 2
    assert made.missing == ()
    assert contents.sweep(old, [checksum]) == 1
    assert list(tmp_path.glob("*second*")) == []
    with old.database.read() as connection:
        assert locks.held(connection, contents.BACKUP_LOCK) is None


def test_files_that_are_missing_or_damaged_are_told(new_platform: Callable[..., Platform], tmp_path: Path) -> None:
    old, new = new_platform(), new_platform()
    checksum = fill(old)
    with old.database.write() as connection:
        insert(connection, "blobs", {"checksum": "1" * 64, "size": 1, "created_at": MOMENT})
    old.files.put(contents.blob_key(checksum), b"not what was stored")
    lost = (contents.blob_key("1" * 64), contents.blob_key(checksum))

    assert back_up(old, tmp_path / "b.tar").missing in (lost, lost[::-1])
    assert set(restore(new, tmp_path / "b.tar").missing) == set(lost)
    assert rows(new) == rows(old)
    assert not new.files.exists(lost[1])


def test_stopping_a_backup_leaves_nothing_half(new_platform: Callable[..., Platform], tmp_path: Path) -> None:
    old = new_platform()
    fill(old)
    (tmp_path / "out").mkdir()
    path = tmp_path / "out" / "b.tar"
    path.write_bytes(b"the one of yesterday")
    for stage in ("tables", "files"):

        def stop(progress: Progress, stage: str = stage) -> None:
            if progress.stage == stage:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            back_up(old, path, report=stop)
    assert [found.name for found in (tmp_path / "out").iterdir()] == ["b.tar"]
    assert path.read_bytes() == b"the one of yesterday"
    back_up(old, path)
    assert path.stat().st_size > 3_000_000


def test_stopping_a_restore_leaves_nothing_half(new_platform: Callable[..., Platform], tmp_path: Path) -> None:
    old, new = new_platform(), new_platform()
    fill(old)
    back_up(old, tmp_path / "b.tar")
    before = rows(new)
    for stage in ("check", "files", "tables"):

        def stop(progress: Progress, stage: str = stage) -> None:
            if progress.stage == stage and progress.done > 0:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            restore(new, tmp_path / "b.tar", report=stop)
        assert rows(new) == before
        assert files(new) == {}
    assert list(new.uploads_dir.iterdir()) == []


def test_a_server_that_holds_something_is_replaced_only_by_force(
    new_platform: Callable[..., Platform], tmp_path: Path
) -> None:
    old, new = new_platform(), new_platform()
    fill(old)
    back_up(old, tmp_path / "b.tar")
    fill(new, texts="other than that")
    before, kept = rows(new), files(new)
    with pytest.raises(Conflict, match="--force"):
        restore(new, tmp_path / "b.tar")
    assert (rows(new), files(new)) == (before, kept)

    restore(new, tmp_path / "b.tar", force=True)
    assert (rows(new), files(new)) == (rows(old), files(old))


def changed(path: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """Write a backup anew with other contents."""
    with tarfile.open(path) as archive:
        headers = {entry.name: entry.pax_headers for entry in archive}
        entries = {name: archive.extractfile(name).read() for name in headers}  # type: ignore[union-attr]
    change(entries)
    with tarfile.open(path, "w") as archive:
        for name, data in entries.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.pax_headers = len(data), headers.get(name, {})
            archive.addfile(entry, io.BytesIO(data))
    return path


def manifest(**values: object) -> Callable[[dict[str, bytes]], None]:
    def change(entries: dict[str, bytes]) -> None:
        entries["manifest.json"] = json.dumps(json.loads(entries["manifest.json"]) | values).encode()

    return change


def first(entries: dict[str, bytes], prefix: str) -> str:
    return next(name for name in entries if name.startswith(prefix))


def flip(prefix: str) -> Callable[[dict[str, bytes]], None]:
    def change(entries: dict[str, bytes]) -> None:
        name = first(entries, prefix)
        entries[name] = bytes([entries[name][0] ^ 1]) + entries[name][1:]

    return change


WRONG: list[tuple[Callable[[dict[str, bytes]], object], str]] = [
    (manifest(format="tar"), "no backup of Earmark"),
    (manifest(version=2, earmark="9.0"), "made by Earmark 9.0, which is newer.*Upgrade"),
    (manifest(revision="9999", earmark="9.0"), "made by Earmark 9.0, which is newer.*Upgrade"),
    (manifest(tables=[{"name": "users"}]), "damaged"),
    (lambda entries: entries.pop("manifest.json"), "no backup of Earmark"),
    (lambda entries: entries.pop("end.json"), "end is missing"),
    (lambda entries: entries.pop(first(entries, "files/")), "end is missing"),
    (lambda entries: entries.pop(first(entries, "tables/")), "end is missing"),
    (flip("tables/"), "tables/.*damaged"),
    (flip("files/blobs"), "blobs/.*damaged"),
    (lambda entries: entries.update({"../../etc/cron": b"x"}), "does not belong there"),
    (lambda entries: entries.update({"files/../../etc/cron": b"x"}), "begin with a dot"),
]


@pytest.mark.parametrize(("change", "message"), WRONG)
def test_a_bad_backup_changes_nothing(
    new_platform: Callable[..., Platform], tmp_path: Path, change: Callable[[dict[str, bytes]], None], message: str
) -> None:
    old, new = new_platform(), new_platform()
    fill(old)
    back_up(old, tmp_path / "b.tar")
    before = rows(new)

    with pytest.raises(FormatError, match=message):
        restore(new, changed(tmp_path / "b.tar", change), force=True)
    assert rows(new) == before
    assert files(new) == {}


@pytest.mark.parametrize("part", [0.0, 0.0001, 0.5, 0.999])
def test_a_backup_that_was_cut_off_is_refused(
    new_platform: Callable[..., Platform], tmp_path: Path, part: float
) -> None:
    old, new = new_platform(), new_platform()
    fill(old)
    path = tmp_path / "b.tar"
    back_up(old, path)
    # Behind its end the file is filled up with zeros, which nobody misses.
    whole = path.read_bytes().rstrip(b"\0")
    path.write_bytes(whole[: int(len(whole) * part)])

    with pytest.raises(FormatError, match=r"damaged|cut off"):
        restore(new, path)


def test_what_is_not_there_says_so(new_platform: Callable[..., Platform], tmp_path: Path) -> None:
    platform = new_platform()
    with pytest.raises(SourceNotFound, match="Check the name"):
        restore(platform, tmp_path / "none.tar")
    with pytest.raises(SourceNotFound):
        restore(platform, tmp_path)
    with pytest.raises(FilesUnavailable, match="no-folder"):
        back_up(platform, tmp_path / "no-folder" / "b.tar")
    with pytest.raises(InvalidSettings, match="earmark serve"):
        back_up(new_platform(migrated=False), tmp_path / "b.tar")


def test_a_newer_database_is_not_touched(new_platform: Callable[..., Platform], tmp_path: Path) -> None:
    old, new = new_platform(), new_platform()
    back_up(old, tmp_path / "b.tar")
    with new.database.write() as connection:
        connection.execute(VERSIONS.update().values(version_num="9999"))

    with pytest.raises(InvalidSettings, match="newer Earmark"):
        restore(new, tmp_path / "b.tar")


@pytest.mark.slow
def test_memory_does_not_grow_with_the_number_of_rows(new_platform: Callable[..., Platform], tmp_path: Path) -> None:
    import tracemalloc

    old, new = new_platform(), new_platform()
    with old.database.write() as connection:
        event = {"at": MOMENT, "kind": "k", "subject_id": "s", "data": {"text": "x" * 500}}
        insert(connection, "events", *[event] * 10_000)
    tracemalloc.start()
    back_up(old, tmp_path / "b.tar")
    restore(new, tmp_path / "b.tar")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    # As objects, all of them would take 15 MB.
    assert peak < 6_000_000
