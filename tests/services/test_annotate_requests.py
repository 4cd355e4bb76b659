"""Asking for recordings to be annotated: those that can be get a job each, of the others people are told."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import pytest
from tests import library
from tests.library import add_project, add_recording, make_work

from earmark.core.ids import new_id
from earmark.core.library import RecordingState, StoredRecording
from earmark.core.project import Pipeline
from earmark.core.search import RecordingFilter
from earmark.errors import Conflict, Forbidden, InvalidValue, NotFound
from earmark.services import annotate_requests as service
from earmark.services import jobs
from earmark.services.platform import Platform
from earmark.store import audit, projects, recordings
from earmark.store.database import now


@dataclass(frozen=True, kw_only=True)
class Work(library.Work):
    """A project with people, and a platform that notes of which jobs it told."""

    woken: list[str]

    def record(self, name: str = "dawn.wav", **values: object) -> StoredRecording:
        """Make another recording."""
        made = add_recording(self.platform.database, self.project_id, name=name)
        after = replace(made, **values)
        with self.platform.database.write() as connection:
            recordings.save(connection, made, after)
        return after


@pytest.fixture
def work(any_platform: Platform) -> Work:
    woken: list[str] = []
    made = make_work(replace(any_platform, wake=woken.append))
    return Work(**{known.name: getattr(made, known.name) for known in fields(made)}, woken=woken)


def test_recordings_are_annotated_as_the_project_says_or_otherwise(work: Work) -> None:
    with work.platform.database.write() as connection:
        project = projects.get(connection, work.project_id)
        projects.save(connection, replace(project, pipeline=Pipeline(language="de", on_import=True)))
    ready, other = work.record(), work.record()
    waiting, trashed = work.record(state=RecordingState.WAITING), work.record(deleted_at=now())

    asked = service.annotate_recordings(
        work.platform,
        work.manager,
        work.project_id,
        [ready.id, other.id, other.id, waiting.id, trashed.id, new_id()],
        pipeline={"engine": "none", "channels": "each"},
        priority=7,
    )

    assert (asked.matched, len(asked.job_ids), asked.next) == (4, 2, None)
    assert work.woken == list(asked.job_ids)
    found = [jobs.get_job(work.platform, work.viewer, job_id).job for job_id in asked.job_ids]
    assert {job.recording_id for job in found} == {ready.id, other.id}
    assert found[0].arguments == {
        "recording_id": found[0].recording_id,
        "engine": "none",
        "model": None,
        "language": "de",
        "channels": "each",
        "labels": False,
        "diarizer": "none",
        "min_speakers": None,
        "max_speakers": None,
        "multilingual": False,
    }
    assert (found[0].priority, found[0].created_by) == (7, work.manager.user_id)
    with work.platform.database.read() as connection:
        assert audit.page(connection, limit=1).items[0].action == "job.queued"


def test_what_is_left_out_is_named_with_the_reason(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "BATCH", 2)
    monkeypatch.setattr(service, "MOST_NAMED", 2)
    waiting = sorted(work.record(state=RecordingState.WAITING).id for _ in range(3))
    failed, trashed = work.record(state=RecordingState.FAILED), work.record(deleted_at=now())
    foreign, nowhere = add_recording(work.platform.database, add_project(work.platform.database)), new_id()
    ids = [work.record().id, *waiting, failed.id, trashed.id, foreign.id, nowhere]

    asked = service.annotate_recordings(work.platform, work.manager, work.project_id, ids)

    assert (asked.matched, len(asked.job_ids)) == (6, 1)
    told = {one.reason.value: (one.count, set(one.recording_ids)) for one in asked.left_out}
    assert told == {
        "importing": (3, set(waiting[:2])),
        "failed": (1, {failed.id}),
        "trashed": (1, {trashed.id}),
        "not_found": (2, {foreign.id, nowhere}),
    }


def test_a_request_of_which_nothing_is_left_is_refused(work: Work) -> None:
    ids = [work.record(state=RecordingState.WAITING).id, work.record(deleted_at=now()).id]
    with pytest.raises(Conflict, match=r"1 still being imported: ask again .*; 1 in the trash: restore"):
        service.annotate_recordings(work.platform, work.manager, work.project_id, ids)
    waiting = RecordingFilter(states=(RecordingState.WAITING,))
    with pytest.raises(Conflict, match="1 still being imported"):
        service.annotate_filtered(work.platform, work.manager, work.project_id, waiting)


def test_a_part_of_many_with_nothing_for_engines_does_not_end_the_others(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "BATCH", 1)
    monkeypatch.setattr(service, "MOST_AT_ONCE", 1)
    work.record()
    work.record(state=RecordingState.FAILED)
    # The library has one that is ready already.
    jobs_made, reasons, cursor = 0, list[str](), None
    for _ in range(3):
        asked = service.annotate_filtered(
            work.platform, work.manager, work.project_id, RecordingFilter(), cursor=cursor
        )
        jobs_made, cursor = jobs_made + len(asked.job_ids), asked.next
        reasons += [one.reason.value for one in asked.left_out]
    assert (jobs_made, reasons, cursor) == (2, ["failed"], None)


def test_a_job_gets_the_code_of_a_language_that_was_named(work: Work) -> None:
    asked = service.annotate_recordings(
        work.platform, work.manager, work.project_id, [work.record().id], pipeline={"language": "French"}
    )
    job = jobs.get_job(work.platform, work.viewer, asked.job_ids[0]).job
    assert job.arguments["language"] == "fr"


def test_all_that_a_filter_fits_are_annotated_part_by_part(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "BATCH", 2)
    monkeypatch.setattr(service, "MOST_AT_ONCE", 4)
    wanted = {work.record(name=f"wren {number}").id for number in range(5)}
    work.record(name="owl")

    made, cursor = [], None
    for _ in range(2):
        asked = service.annotate_filtered(
            work.platform, work.manager, work.project_id, RecordingFilter(q="wren"), cursor=cursor
        )
        made, cursor = [*made, *asked.job_ids], asked.next

    assert cursor is None
    listed = jobs.list_jobs(work.platform, work.manager, kind="annotate", limit=50).items
    assert sorted(job.id for job in listed) == sorted(made)
    assert {job.recording_id for job in listed} == wanted


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"pipeline": {"engine": "magic"}}, "no engine"),
        ({"pipeline": {"channels": "left"}}, "channel"),
        ({"pipeline": {"language": "englsh"}}, "Did you mean en"),
        ({"pipeline": {"on_import": True}}, "no 'on_import'"),
        ({"priority": 101}, "priority"),
        ({"recording_ids": ["x"] * 1001}, "at most 1000"),
    ],
)
def test_a_request_that_makes_no_sense_is_refused(work: Work, values: dict[str, object], message: str) -> None:
    wanted = {"recording_ids": [work.record().id]} | values
    with pytest.raises(InvalidValue, match=message):
        service.annotate_recordings(work.platform, work.manager, work.project_id, **wanted)


def test_only_managers_have_recordings_annotated(work: Work) -> None:
    ids = [work.record().id]
    for actor, error in ((work.author, Forbidden), (work.stranger, NotFound)):
        with pytest.raises(error):
            service.annotate_recordings(work.platform, actor, work.project_id, ids)
        with pytest.raises(error):
            service.annotate_filtered(work.platform, actor, work.project_id, RecordingFilter())
