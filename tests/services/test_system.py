"""Administrators see how their server is."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.library import add_actor, add_recording, make_work

from earmark.core.job import JobHour
from earmark.core.people import Actor
from earmark.core.segment import Segment
from earmark.errors import Forbidden
from earmark.services.annotations import create_annotation, delete_annotation
from earmark.services.findings import Finding, State, ok
from earmark.services.platform import Platform
from earmark.services.system import HOURS, diagnose, look_at_system, within
from earmark.store import jobs, leases, recordings
from earmark.store.database import now
from earmark.store.tables import jobs as job_rows


def administrator(platform: Platform) -> Actor:
    return add_actor(platform.database, "boss", administrator=True)


def add_job(platform: Platform, **values: object) -> str:
    with platform.database.write() as connection:
        job = jobs.add(connection, "annotate", arguments={})
        if values:
            connection.execute(job_rows.update().where(job_rows.c.id == job.id).values(**values))
    return job.id


def test_jobs_are_told_by_the_hour_with_their_speed(any_platform: Platform) -> None:
    moment = now()
    earlier = moment - timedelta(hours=3)
    begun = {"started_at": earlier - timedelta(seconds=30), "finished_at": earlier}
    for _ in range(2):
        add_job(any_platform, state="done", audio_seconds=600.0, **begun)
    add_job(any_platform, state="done", **begun)
    add_job(any_platform, state="failed", **begun)
    add_job(any_platform, state="done", finished_at=moment - timedelta(hours=HOURS + 1))

    found = look_at_system(any_platform, administrator(any_platform)).hours

    assert len(found) == HOURS
    assert [hour.hour - found[0].hour for hour in found] == [timedelta(hours=n) for n in range(HOURS)]
    assert found[-1].hour <= now() < found[-1].hour + timedelta(hours=1, seconds=5)
    (busy,) = (hour for hour in found if hour != JobHour(hour=hour.hour))
    assert busy.hour <= earlier < busy.hour + timedelta(hours=1)
    assert (busy.done, busy.failed, busy.audio_seconds) == (3, 1, 1200.0)
    assert busy.run_seconds == pytest.approx(60.0, abs=0.1)


def test_who_works_on_what_and_what_waits(any_platform: Platform) -> None:
    add_job(any_platform)
    first = add_job(any_platform, priority=5)
    with any_platform.database.write() as connection:
        leases.claim(connection, "host:1")

    found = look_at_system(any_platform, administrator(any_platform))

    assert (found.queued, found.running, found.queue) == (1, 1, "local")
    assert found.waiting_since is not None
    (hand,) = found.workers
    assert (hand.name, hand.job_id, hand.kind, hand.progress) == ("host:1", first, "annotate", 0.0)
    assert hand.heard_until is not None
    assert hand.heard_until > found.at


def test_how_much_there_is_and_how_much_room(any_platform: Platform) -> None:
    work = make_work(any_platform)
    two = [Segment(start=0, end=1), Segment(start=1, end=2)]
    create_annotation(any_platform, work.author, work.recording.id, segments_given=two)
    gone = create_annotation(any_platform, work.author, work.recording.id, segments_given=two)
    delete_annotation(any_platform, work.author, gone.id)
    other = add_recording(any_platform.database, work.project_id, name="gone.wav")
    with any_platform.database.write() as connection:
        recordings.save(connection, other, replace(other, deleted_at=now()))

    found = look_at_system(any_platform, administrator(any_platform))

    assert found.amounts == {
        "people": 6,
        "projects": 1,
        "recordings": 1,
        "seconds": 100.0,
        "annotations": 1,
        "segments": 2,
        "bytes": 0,
    }
    assert (found.database, found.files) == (any_platform.database.dialect, "folder")
    assert 0 < found.disk_free <= found.disk_total
    assert 0 < found.memory_free <= found.memory_total
    assert found.started_at < found.at


def test_only_administrators_see_it(platform: Platform) -> None:
    for look in (look_at_system, diagnose):
        with pytest.raises(Forbidden):
            look(platform, add_actor(platform.database))


def test_the_doctor_looks_at_the_server_that_runs(platform: Platform) -> None:
    found = {finding.name: finding for finding in diagnose(platform, administrator(platform))}
    assert {"settings", "database", "files", "disk", "jobs"} <= set(found)
    assert found["files"].state is State.OK
    platform.database.check()


def test_what_takes_too_long_is_not_waited_for() -> None:
    def look() -> Iterator[Finding]:
        yield ok("first", "quick")
        time.sleep(30)
        yield ok("second", "late")

    begun = time.monotonic()
    found = within(0.2, look)
    assert time.monotonic() - begun < 5
    assert [(one.name, one.state) for one in found] == [("first", State.OK), ("doctor", State.SKIPPED)]
    assert "longer than" in found[1].message
