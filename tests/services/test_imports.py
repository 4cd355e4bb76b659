"""Recordings that come in: from uploads, URLs, folders; what becomes of those that are none."""

from __future__ import annotations

import base64
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.library import (
    add_actor,
    add_member,
    checksum,
    files,
    find_job,
    make_project,
    parts,
    rows,
    upload,
    waiting_jobs,
    wav,
    work,
)

from earmark.core.job import JobState
from earmark.core.library import RecordingState, StoredRecording
from earmark.core.people import SYSTEM, Actor, Role
from earmark.core.progress import Progress
from earmark.core.project import Pipeline, Project
from earmark.core.search import RecordingFilter
from earmark.errors import Conflict, FilesUnavailable, Forbidden, InvalidValue, JobCancelled
from earmark.jobs.run import JobRun
from earmark.services import import_requests, imports, library, projects, seeing
from earmark.services.platform import Platform
from earmark.store import events, jobs
from earmark.store.blobs import blob_key, seen_prefix
from earmark.store.tables import blobs
from earmark.store.tables import recordings as table


class Site(ThreadingHTTPServer):
    """Gives files by path."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.pages: dict[str, bytes] = {}

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_port}{path}"


class Handler(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        body = self.server.pages.get(self.path.partition("?")[0])
        self.send_response(404 if body is None else 200)
        self.send_header("Content-Length", str(len(body or b"")))
        self.send_header("Content-Type", "audio/wav")
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def open_platform(platform: Platform, tmp_path: Path) -> Platform:
    """A platform that may fetch from this machine and import from a folder of it."""
    (tmp_path / "field").mkdir()
    settings = replace(
        platform.settings, allowed_hosts=("127.0.0.1",), import_folders=(str(tmp_path / "field"),), fetch_timeout=5.0
    )
    return replace(platform, settings=settings)


def owner_and_project(platform: Platform, **more: Any) -> tuple[Actor, Project]:
    owner = add_actor(platform.database, "owner")
    return owner, make_project(platform, owner, **more)


def all_of(platform: Platform, project: Project) -> dict[str, StoredRecording]:
    return {one.name: one for one in library.page(platform, SYSTEM, project.id, RecordingFilter()).items}


def test_a_new_recording_is_listened_to_and_can_be_seen(any_platform: Platform) -> None:
    owner, project = owner_and_project(any_platform)
    made = upload(any_platform, owner, project, wav(1, seconds=2.0), "dawn.wav").recording
    assert (made.state, made.media.duration) == (RecordingState.WAITING, None)
    (job,) = work(any_platform)

    assert (job.state, job.audio_seconds) == (JobState.DONE, 2.0)
    ready = library.get(any_platform, owner, made.id)
    assert (ready.state, ready.error, ready.video) == (RecordingState.READY, None, False)
    media = ready.media
    assert (media.duration, media.sample_rate, media.channels, media.codec) == (2.0, 8000, 1, "pcm_s16le")
    pairs = np.frombuffer(base64.b64decode(ready.thumbnail or ""), np.int8).reshape(-1, 2)
    assert pairs.shape == (100, 2)
    assert (pairs[:, 0] < 0).all()
    assert (pairs[:, 1] > 0).all()
    facts = seeing.pyramid_facts(any_platform.files, seen_prefix(ready.checksum or ""))
    assert facts.columns[0] == 200
    with any_platform.database.read() as connection:
        kinds = [event.kind for event in events.after(connection, 0) if event.subject_id == made.id]
    assert kinds == ["recording.created", "recording.imported"]


def test_what_another_project_has_is_not_decoded_again(any_platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    owner, project = owner_and_project(any_platform)
    upload(any_platform, owner, project, wav(1))
    work(any_platform)

    def never(*_args: object, **_more: object) -> None:
        raise AssertionError

    monkeypatch.setattr(imports, "see", never)
    second = upload(any_platform, owner, make_project(any_platform, owner, "B"), wav(1)).recording
    work(any_platform)
    assert library.get(any_platform, owner, second.id).media.duration == 0.5


def test_new_recordings_are_annotated_if_the_project_says_so(any_platform: Platform) -> None:
    pipeline = Pipeline(on_import=True, engine="none", channels="each")
    owner, project = owner_and_project(any_platform, pipeline=pipeline)
    made = upload(any_platform, owner, project, wav(1)).recording
    work(any_platform, {"import": imports.run_import, "annotate": lambda *_: None})
    with any_platform.database.read() as connection:
        (job,) = jobs.page(connection, kind="annotate").items
    assert job.recording_id == made.id
    assert job.arguments["engine"] == "none"
    assert job.created_by == owner.user_id


def flac(write_media: Callable[..., Path]) -> bytes:
    samples = np.random.default_rng(1).normal(0, 0.1, (1, 16000)).astype(np.float32)
    return write_media("x.flac", samples, 8000, codec="flac").read_bytes()


def test_files_that_are_no_recordings_say_so(platform: Platform) -> None:
    owner, project = owner_and_project(platform)
    bad = {"text.wav": b"Dear diary, nothing happened today.\n" * 50, "zero.wav": b"\0", "head.wav": wav(1)[:20]}
    for name, data in bad.items():
        upload(platform, owner, project, data, name)
    ended = work(platform)

    assert {job.state for job in ended} == {JobState.DONE}
    for name, recording in all_of(platform, project).items():
        assert recording.state is RecordingState.FAILED, name
        assert name in (recording.error or "")
        assert str(platform.settings.data_dir) not in (recording.error or "")
    assert all("error" in (job.result or {}) for job in ended)


def test_a_file_that_was_cut_off_is_a_recording_with_a_problem(
    platform: Platform, write_media: Callable[..., Path]
) -> None:
    owner, project = owner_and_project(platform)
    data = flac(write_media)
    made = upload(platform, owner, project, data[: len(data) // 2], "cut.flac").recording
    work(platform)
    ready = library.get(platform, owner, made.id)
    assert ready.state is RecordingState.READY
    assert 0 < (ready.media.duration or 0) < 2.0
    assert ready.problems


def test_urls_are_fetched_by_jobs(open_platform: Platform, site: Site) -> None:
    owner, project = owner_and_project(open_platform)
    site.pages = {"/a/dawn%20chorus.wav": wav(1), "/dusk.wav": wav(2)}
    urls = [site.url("/a/dawn%20chorus.wav?token=secret"), site.url("/dusk.wav"), site.url("/dusk.wav")]
    made = import_requests.import_urls(open_platform, owner, project.id, urls)
    assert [recording.name for recording in made] == ["dawn chorus.wav", "dusk.wav"]
    work(open_platform)

    found = all_of(open_platform, project)
    assert {name: one.state for name, one in found.items()} == {
        "dawn chorus.wav": RecordingState.READY,
        "dusk.wav": RecordingState.READY,
    }
    assert found["dusk.wav"].checksum == checksum(wav(2))
    assert "secret" not in found["dawn chorus.wav"].media.source
    assert parts(open_platform) == []


def test_a_url_that_gives_what_is_there_gives_way(open_platform: Platform, site: Site) -> None:
    owner, project = owner_and_project(open_platform)
    there = upload(open_platform, owner, project, wav(1), "mine.wav").recording
    work(open_platform)
    library.trash(open_platform, owner, there.id)
    site.pages = {"/same.wav": wav(1)}
    import_requests.import_urls(open_platform, owner, project.id, [site.url("/same.wav")])
    (job,) = work(open_platform)

    assert job.result == {"recording_id": there.id, "duplicate": True, "restored": True}
    assert [*all_of(open_platform, project)] == ["mine.wav"]
    assert rows(open_platform, table) == 1
    assert rows(open_platform, blobs) == 1


def test_urls_of_the_same_content_fetched_at_once_become_one_recording(any_platform: Platform, site: Site) -> None:
    platform = replace(any_platform, settings=replace(any_platform.settings, allowed_hosts=("127.0.0.1",)))
    owner, project = owner_and_project(platform)
    site.pages = {f"/{n}.wav": wav(1) for n in range(4)}
    import_requests.import_urls(platform, owner, project.id, [site.url(path) for path in site.pages])
    with ThreadPoolExecutor(4) as pool:
        ended = [job for some in pool.map(lambda _: work(platform), range(4)) for job in some]

    assert {job.state for job in ended} == {JobState.DONE}
    assert [one.state for one in all_of(platform, project).values()] == [RecordingState.READY]
    assert rows(platform, blobs) == 1
    assert sum(key.startswith("blobs/") for key in files(platform)) == 1


def test_a_url_that_gives_nothing_fails_and_can_be_tried_again(open_platform: Platform, site: Site) -> None:
    owner, project = owner_and_project(open_platform)
    (made,) = import_requests.import_urls(open_platform, owner, project.id, [site.url("/late.wav")])
    (job,) = work(open_platform)
    failed = library.get(open_platform, owner, made.id)
    assert (job.state, failed.state) == (JobState.FAILED, RecordingState.FAILED)
    assert "404" in (failed.error or "")

    site.pages = {"/late.wav": wav(1)}
    with open_platform.database.write() as connection:
        jobs.retry(connection, job)
    work(open_platform)
    assert library.get(open_platform, owner, made.id).state is RecordingState.READY


def test_urls_into_the_network_of_the_server_are_refused(platform: Platform, site: Site) -> None:
    owner, project = owner_and_project(platform)
    site.pages = {"/a.wav": wav(1)}
    (made,) = import_requests.import_urls(platform, owner, project.id, [site.url("/a.wav")])
    work(platform)
    failed = library.get(platform, owner, made.id)
    assert failed.state is RecordingState.FAILED
    assert "not on the public internet" in (failed.error or "")


@pytest.mark.parametrize(
    "urls",
    [[], ["ftp://x/y.wav"], ["file:///etc/passwd"], ["http://"], ["/etc/passwd"], ["http://x/a b"], ["http://[::1"]],
)
def test_what_is_no_url(platform: Platform, urls: list[str]) -> None:
    owner, project = owner_and_project(platform)
    with pytest.raises(InvalidValue, match="address"):
        import_requests.import_urls(platform, owner, project.id, urls)
    assert rows(platform, table) == 0


def test_a_folder_is_imported_to_its_bottom(open_platform: Platform, tmp_path: Path) -> None:
    owner, project = owner_and_project(open_platform)
    folder = tmp_path / "field"
    (folder / "day 1" / ".hidden").mkdir(parents=True)
    for name, seed in {"a.wav": 1, "day 1/b.WAV": 2, "day 1/.c.wav": 3, "day 1/.hidden/d.wav": 4, "e.txt": 5}.items():
        (folder / name).write_bytes(wav(seed))
    (tmp_path / "secret.wav").write_bytes(wav(6))
    (folder / "link.wav").symlink_to(tmp_path / "secret.wav")
    (folder / "out").symlink_to(tmp_path)
    (folder / "loop").symlink_to(folder)
    os.mkfifo(folder / "pipe.wav")
    job = import_requests.import_place(open_platform, owner, project.id, str(folder))
    work(open_platform)

    assert find_job(open_platform, job.id).result == {"found": 2}
    found = all_of(open_platform, project)
    assert {name: one.state for name, one in found.items()} == {
        "a.wav": RecordingState.READY,
        "b.WAV": RecordingState.READY,
    }
    assert found["b.WAV"].media.source == f"{folder}/day 1/b.WAV"
    assert (folder / "a.wav").read_bytes() == wav(1)

    import_requests.import_place(open_platform, owner, project.id, str(folder))
    work(open_platform)
    assert {one.id for one in all_of(open_platform, project).values()} == {one.id for one in found.values()}


def test_folders_that_are_not_open_stay_closed(open_platform: Platform, tmp_path: Path) -> None:
    owner, project = owner_and_project(open_platform)
    (tmp_path / "field" / "way out").symlink_to(tmp_path)
    for place in (
        "/etc",
        str(tmp_path),
        f"{tmp_path}/field/..",
        f"{tmp_path}/field/../data",
        f"{tmp_path}/field/way out",
        f"{tmp_path}/fieldwork",
        "s3://bucket/x",
    ):
        with pytest.raises(Forbidden, match="not open"):
            import_requests.import_place(open_platform, owner, project.id, place)
    for place in ("field", "../field", "", "http://x/y", "a\0b"):
        with pytest.raises(InvalidValue):
            import_requests.import_place(open_platform, owner, project.id, place)
    viewer = add_member(open_platform.database, project.id, Role.ANNOTATOR)
    with pytest.raises(Forbidden, match="role"):
        import_requests.import_place(open_platform, viewer, project.id, f"{tmp_path}/field")
    assert waiting_jobs(open_platform, "import") == 0


def test_a_file_that_leads_out_when_its_turn_comes_is_refused(open_platform: Platform, tmp_path: Path) -> None:
    owner, project = owner_and_project(open_platform)
    (tmp_path / "secret.wav").write_bytes(wav(6))
    (tmp_path / "field" / "a.wav").write_bytes(wav(1))
    import_requests.import_place(open_platform, owner, project.id, f"{tmp_path}/field")

    def swap_then(platform: Platform, run: JobRun) -> Any:
        if "recording_id" in run.job.arguments:
            (tmp_path / "field" / "a.wav").unlink()
            (tmp_path / "field" / "a.wav").symlink_to(tmp_path / "secret.wav")
        return imports.run_import(platform, run)

    work(open_platform, {"import": swap_then})
    (failed,) = all_of(open_platform, project).values()
    assert failed.state is RecordingState.FAILED
    assert files(open_platform) == set()


def test_a_recording_deleted_for_good_while_it_is_listened_to_leaves_nothing(
    any_platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, project = owner_and_project(any_platform)
    made = upload(any_platform, owner, project, wav(1)).recording
    see = imports.see

    def purge_before(*args: Any, **more: Any) -> Any:
        library.purge(any_platform, owner, made.id)
        any_platform.files.put(blob_key(made.checksum or ""), wav(1))  # as if it had been opened before
        return see(*args, **more)

    monkeypatch.setattr(imports, "see", purge_before)
    monkeypatch.setattr("earmark.services.contents.STRAY_AFTER", -imports.timedelta(days=1))
    work(any_platform)
    from earmark.services.contents import sweep_strays

    sweep_strays(any_platform)
    assert files(any_platform) == set()


def test_a_cancelled_import_says_so(platform: Platform) -> None:
    owner, project = owner_and_project(platform)
    made = upload(platform, owner, project, wav(1)).recording

    def cancel(platform: Platform, run: JobRun) -> Any:
        def report(_: Progress) -> None:
            raise JobCancelled("the job was cancelled.")

        run.report = report  # type: ignore[method-assign]
        return imports.run_import(platform, run)

    (job,) = work(platform, {"import": cancel})
    assert job.state is JobState.CANCELLED
    assert library.get(platform, owner, made.id).state is RecordingState.FAILED
    again = upload(platform, owner, project, wav(1))
    work(platform)
    assert library.get(platform, owner, again.recording.id).state is RecordingState.READY


def test_recordings_whose_import_was_killed_do_not_wait_for_ever(any_platform: Platform) -> None:
    owner, project = owner_and_project(any_platform)
    made = [upload(any_platform, owner, project, wav(seed), f"{seed}.wav").recording for seed in range(3)]
    killed, cancelled, _ = made
    with any_platform.database.write() as connection:
        for job in jobs.page(connection, kind="import").items:
            if job.recording_id == killed.id:
                jobs.change(connection, job, state="failed", error="it took too long", finished_at=imports.now())
            if job.recording_id == cancelled.id:
                jobs.cancel(connection, job)

    assert imports.settle(any_platform) == 2
    found = all_of(any_platform, project)
    assert (found["0.wav"].state, found["0.wav"].error) == (RecordingState.FAILED, "it took too long")
    assert found["1.wav"].state is RecordingState.FAILED
    assert "cancelled" in (found["1.wav"].error or "")
    assert found["2.wav"].state is RecordingState.WAITING
    assert imports.settle(any_platform) == 0


def test_the_store_down_is_not_the_recordings_fault(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    owner, project = owner_and_project(platform)
    made = upload(platform, owner, project, wav(1)).recording

    def down(*_args: object, **_more: object) -> None:
        raise FilesUnavailable("down")

    with monkeypatch.context() as patched:
        patched.setattr(imports, "see", down)
        work(platform)
    assert library.get(platform, owner, made.id).state is RecordingState.WAITING


def test_nothing_is_imported_into_the_trash(open_platform: Platform, tmp_path: Path) -> None:
    owner, project = owner_and_project(open_platform)
    projects.trash(open_platform, owner, project.id)
    for act in (
        lambda: import_requests.import_urls(open_platform, owner, project.id, ["http://x/a.wav"]),
        lambda: import_requests.import_place(open_platform, owner, project.id, f"{tmp_path}/field"),
    ):
        with pytest.raises(Conflict, match="trash"):
            act()
