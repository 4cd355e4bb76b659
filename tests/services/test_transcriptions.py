"""Transcriptions that programs ask for: done by workers, seen by who asked, forgotten in time, never too many."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from tests.library import Work, find_job, make_work

from earmark.app import Context
from earmark.core.job import Job, JobState
from earmark.core.people import Scope
from earmark.core.project import Pipeline
from earmark.core.transcription import Asker, Wanted
from earmark.errors import AddressRefused, Conflict, Forbidden, InvalidValue, NotFound, QueueFull
from earmark.jobs.run import run_job
from earmark.services import transcription_retention, transcriptions
from earmark.services.parts import measure
from earmark.services.platform import Platform
from earmark.services.transcriptions import Sound
from earmark.store import jobs, leases
from earmark.store.database import now

RATE = 16_000
ENGLISH = Wanted(pipeline=Pipeline(engine="pocketsphinx"))
SILENT = Wanted(pipeline=Pipeline(engine="none"))


@pytest.fixture
def work(any_platform: Platform) -> Work:
    return make_work(any_platform)


def sent(platform: Platform, source: Path) -> Sound:
    """A file as a request leaves it on the disk."""
    platform.uploads_dir.mkdir(parents=True, exist_ok=True)
    path = platform.uploads_dir / f"{now().timestamp()}.part"
    path.write_bytes(source.read_bytes())
    return Sound(name="meeting.flac", file=measure(path))


def work_off(platform: Platform) -> None:
    """Do what waits, as a worker does."""
    bodies = Context(platform.settings).bodies(platform)
    while True:
        with platform.database.write() as connection:
            job = leases.claim(connection, "worker")
        if job is None:
            return
        run_job(platform.database, job, bodies[job.kind])


@pytest.fixture
def tone(write_media: Callable[..., Path]) -> Path:
    return write_media("tone.wav", 0.3 * np.sin(np.arange(2 * RATE) / 5)[None], RATE)


def test_a_recording_becomes_text_piece_by_piece_and_as_a_whole(work: Work, test_data: Path) -> None:
    platform, me = work.platform, work.manager
    speech = test_data / "audio" / "speech_en" / "LJ001-0002.flac"
    job = transcriptions.begin(platform, me, ENGLISH, sent(platform, speech), asker=Asker(details={"format": "srt"}))
    assert transcriptions.get(platform, me, job.id).state is JobState.QUEUED
    with pytest.raises(Conflict, match="queued"):
        transcriptions.result_of(platform, job)

    work_off(platform)

    done = transcriptions.get(platform, me, job.id)
    found = transcriptions.result_of(platform, done)
    assert done.state is JobState.DONE, done.error
    assert "comparatively" in found.text
    assert found.duration == pytest.approx(1.9, abs=0.1)
    assert done.result is not None
    assert (done.result["language"], done.result["words"] > 2) == ("en", True)
    given = [segment for piece in transcriptions.pieces_after(platform, job.id) for segment in piece.segments]
    assert given == [segment for segment in found.segments if segment.label == "speech"]
    assert transcriptions.asker_of(done).details == {"format": "srt"}
    left = {facts.key.rpartition("/")[2] for facts in platform.files.list(transcriptions.folder_of(done.id))}
    assert left == {"annotation.json"}, "the sound is gone as soon as nobody needs it"


def test_only_who_asked_sees_it(work: Work, tone: Path) -> None:
    job = transcriptions.begin(work.platform, work.manager, SILENT, sent(work.platform, tone))
    for other in (work.viewer, replace(work.manager, user_id=work.viewer.user_id)):
        with pytest.raises(NotFound):
            transcriptions.get(work.platform, other, job.id)
        with pytest.raises(NotFound):
            transcriptions.cancel(work.platform, other, job.id)
    assert transcriptions.counts(work.platform, work.viewer) == {}
    assert transcriptions.counts(work.platform, work.manager) == {JobState.QUEUED: 1}


def test_a_token_needs_the_scope(work: Work, tone: Path) -> None:
    narrow = replace(work.manager, scopes=frozenset({Scope.READ, Scope.ANNOTATE}))
    with pytest.raises(Forbidden, match="scope to transcribe"):
        transcriptions.begin(work.platform, narrow, SILENT, sent(work.platform, tone))
    enough = replace(work.manager, scopes=frozenset({Scope.TRANSCRIBE}))
    assert transcriptions.begin(work.platform, enough, SILENT, sent(work.platform, tone)).state is JobState.QUEUED


def test_more_than_the_settings_allow_do_not_wait(work: Work, tone: Path) -> None:
    platform = replace(work.platform, settings=replace(work.platform.settings, transcriptions_waiting=2))
    for _ in range(2):
        transcriptions.begin(platform, work.manager, SILENT, sent(platform, tone))
    with pytest.raises(QueueFull) as caught:
        transcriptions.begin(platform, work.manager, SILENT, sent(platform, tone))
    assert caught.value.retry_after > 0
    assert transcriptions.purge(platform, work.manager) == 2
    assert transcriptions.begin(platform, work.manager, SILENT, sent(platform, tone)).state is JobState.QUEUED


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        (Wanted(pipeline=Pipeline(engine="ears")), "no engine 'ears'"),
        (Wanted(pipeline=Pipeline(language="xx")), "xx"),
        (Wanted(pipeline=Pipeline(diarizer="oracle")), "no diarizer 'oracle'"),
        (Wanted(pipeline=Pipeline(min_speakers=3, max_speakers=2)), "at least 3 speakers and at most 2"),
        (Wanted(pipeline=Pipeline(min_speakers=0)), "between 1 and 100"),
        (Wanted(pipeline=Pipeline(model="nobody@1")), "no model 'nobody@1'"),
        (Wanted(task="sing"), "'sing'"),
    ],
)
def test_what_makes_no_sense_is_refused_before_it_waits(work: Work, tone: Path, wanted: Wanted, message: str) -> None:
    with pytest.raises(InvalidValue, match=message):
        transcriptions.begin(work.platform, work.manager, wanted, sent(work.platform, tone))
    assert transcriptions.counts(work.platform, work.manager) == {}


@pytest.mark.parametrize("url", ["http://127.0.0.1/a.mp3", "http://169.254.169.254/latest", "http://[::1]:9/a.wav"])
def test_addresses_of_private_networks_are_refused(work: Work, url: str) -> None:
    with pytest.raises(AddressRefused):
        transcriptions.begin(work.platform, work.manager, SILENT, Sound(name="a", url=url))


def test_what_is_no_recording_fails_with_its_name_and_can_be_tried_again(work: Work, tmp_path: Path) -> None:
    (tmp_path / "notes.mp3").write_text("these are no sounds")
    job = transcriptions.begin(work.platform, work.manager, SILENT, sent(work.platform, tmp_path / "notes.mp3"))
    work_off(work.platform)
    failed = transcriptions.get(work.platform, work.manager, job.id)
    assert failed.state is JobState.FAILED
    assert str(failed.error).startswith("meeting.flac: "), failed.error
    assert transcriptions.retry(work.platform, work.manager, job.id).state is JobState.QUEUED
    with pytest.raises(Conflict):
        transcriptions.retry(work.platform, work.manager, job.id)


def test_a_limit_of_time_ends_the_work(work: Work, tone: Path) -> None:
    job = transcriptions.begin(work.platform, work.manager, SILENT, sent(work.platform, tone), time_limit=1e-9)
    work_off(work.platform)
    failed = find_job(work.platform, job.id)
    assert failed.state is JobState.FAILED
    assert "longer than" in str(failed.error)


def test_a_job_that_waits_is_cancelled_at_once_and_one_that_ended_stays(work: Work, tone: Path) -> None:
    job = transcriptions.begin(work.platform, work.manager, SILENT, sent(work.platform, tone))
    assert transcriptions.cancel(work.platform, work.manager, job.id).state is JobState.CANCELLED
    assert transcriptions.cancel(work.platform, work.manager, job.id).state is JobState.CANCELLED


def test_results_are_forgotten_in_time_with_all_files(work: Work, tone: Path) -> None:
    platform = work.platform
    job = transcriptions.begin(platform, work.manager, SILENT, sent(platform, tone))
    work_off(platform)
    assert transcription_retention.forget_old(platform) == 0
    with platform.database.write() as connection:
        jobs.change(connection, find_job(platform, job.id), finished_at=now() - timedelta(hours=25))
    assert transcription_retention.forget_old(platform) == 1
    assert list(platform.files.list("transcriptions")) == []
    with pytest.raises(NotFound):
        transcriptions.get(platform, work.manager, job.id)


def test_a_worker_that_died_leaves_the_job_to_the_next_one(work: Work, test_data: Path) -> None:
    platform = work.platform
    speech = test_data / "audio" / "speech_en" / "LJ001-0002.flac"
    job = transcriptions.begin(platform, work.manager, ENGLISH, sent(platform, speech))

    def dies(_run: object) -> None:
        raise KeyboardInterrupt

    with platform.database.write() as connection:
        claimed = leases.claim(connection, "first")
    assert isinstance(claimed, Job)
    with pytest.raises(KeyboardInterrupt):
        run_job(platform.database, claimed, dies)
    with platform.database.write() as connection:
        leases.put_back(connection, claimed, "the worker died")
    work_off(platform)
    assert "comparatively" in transcriptions.result_of(platform, find_job(platform, job.id)).text


@pytest.mark.parametrize("engine", ["whisper", "pocketsphinx"])
def test_a_program_that_names_no_engine_gets_that_of_the_settings(platform: Platform, engine: str) -> None:
    chosen = replace(platform, settings=replace(platform.settings, transcription_engine=engine))
    assert transcriptions.default_pipeline(chosen) == Pipeline(engine=engine)
