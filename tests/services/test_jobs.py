"""Jobs as people see them: who may ask for them, see them, and end them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from functools import partial

import pytest
from tests import library
from tests.library import make_work

from earmark.core.job import Job, JobState
from earmark.core.people import SYSTEM, Actor, Scope
from earmark.errors import Conflict, Forbidden, NotFound
from earmark.services import jobs as service
from earmark.services.platform import Platform
from earmark.store import audit, events, leases, projects
from earmark.store import jobs as store
from earmark.store.database import now


@dataclass(frozen=True, kw_only=True)
class Work(library.Work):
    """A project with people, and a platform that notes of which jobs it told."""

    woken: list[str]

    def add(self, *, by: Actor | None = None, project: bool = True) -> Job:
        """Queue a job."""
        with self.platform.database.write() as connection:
            return store.add(
                connection,
                "export",
                arguments={},
                project_id=self.project_id if project else None,
                created_by=by.user_id if by else None,
            )

    def claim(self) -> Job:
        """Begin the job whose turn it is."""
        with self.platform.database.write() as connection:
            job = leases.claim(connection, "a:1")
        assert job is not None
        return job

    def audited(self) -> list[str]:
        """What the audit log says, the latest first."""
        with self.platform.database.read() as connection:
            return [entry.action for entry in audit.page(connection, limit=500).items]


@pytest.fixture
def work(any_platform: Platform) -> Work:
    woken: list[str] = []
    made = make_work(replace(any_platform, wake=woken.append))
    return Work(**{known.name: getattr(made, known.name) for known in fields(made)}, woken=woken)


def test_members_see_the_jobs_of_their_projects_and_nobody_elses(work: Work) -> None:
    ours, own, foreign = work.add(), work.add(by=work.viewer, project=False), work.add(project=False)

    def seen(actor: Actor) -> set[str]:
        return {job.id for job in service.list_jobs(work.platform, actor).items}

    assert seen(work.viewer) == {ours.id, own.id}
    assert seen(work.stranger) == set()
    assert seen(SYSTEM) == {ours.id, own.id, foreign.id}
    for actor, job in ((work.stranger, ours), (work.viewer, foreign)):
        for verb in (service.get_job, service.read_log, service.cancel_job, service.retry_job):
            with pytest.raises(NotFound):
                verb(work.platform, actor, job.id)
    with pytest.raises(NotFound):
        service.list_jobs(work.platform, work.stranger, project_id=work.project_id)


def test_a_job_tells_how_long_it_may_take(work: Work) -> None:
    first, second = work.add(), work.add()
    assert service.get_job(work.platform, work.viewer, second.id).position == 1

    claimed = work.claim()
    with work.platform.database.write() as connection:
        leases.renew(connection, claimed, progress=0.5, stage="work")

    status = service.get_job(work.platform, work.viewer, first.id)
    assert status.position is None
    assert status.eta is not None
    assert status.eta >= 0


def test_managers_and_those_who_asked_cancel_and_retry(work: Work) -> None:
    others, own = work.add(by=work.manager), work.add(by=work.author)
    for verb in (service.cancel_job, service.retry_job):
        with pytest.raises(Forbidden, match="may not manage"):
            verb(work.platform, work.author, others.id)

    assert service.cancel_job(work.platform, work.author, own.id).state is JobState.CANCELLED
    assert service.cancel_job(work.platform, work.manager, others.id).state is JobState.CANCELLED
    assert service.retry_job(work.platform, work.manager, others.id).state is JobState.QUEUED

    assert work.woken == [others.id]
    assert work.audited()[:3] == ["job.retried", "job.cancelled", "job.cancelled"]


def test_one_who_left_the_project_has_no_say(work: Work) -> None:
    job = work.add(by=work.author)
    with work.platform.database.write() as connection:
        projects.remove_member(connection, work.project_id, work.author.user_id)

    with pytest.raises(NotFound):
        service.cancel_job(work.platform, work.author, job.id)
    assert service.list_jobs(work.platform, work.author).items == ()


def test_a_token_for_reading_only_reads(work: Work) -> None:
    job = work.add(by=work.manager)
    reader = replace(work.manager, scopes=frozenset({Scope.READ}))

    assert service.get_job(work.platform, reader, job.id).job.id == job.id
    with pytest.raises(Forbidden, match="no scope"):
        service.cancel_job(work.platform, reader, job.id)


def test_a_running_job_is_asked_once(work: Work) -> None:
    job = work.add()
    work.claim()

    asked = [service.cancel_job(work.platform, work.manager, job.id) for _ in range(2)]

    assert [one.cancel_requested for one in asked] == [True, True]
    assert work.audited() == ["job.cancelled"]
    with work.platform.database.read() as connection:
        assert events.after(connection, 0)[-1].data["cancel_requested"]


@pytest.mark.parametrize("verb", [service.cancel_job, service.retry_job, partial(service.set_priority, priority=1)])
def test_what_is_over_is_over(work: Work, verb: Callable[..., Job]) -> None:
    job = work.add()
    claimed = work.claim()
    with work.platform.database.write() as connection:
        leases.finish(connection, claimed, result=None)

    with pytest.raises(Conflict, match="is done"):
        verb(work.platform, work.manager, job.id)


def test_a_waiting_job_goes_earlier(work: Work) -> None:
    work.add()
    second = work.add()

    moved = service.set_priority(work.platform, work.manager, second.id, 5)

    assert moved.priority == 5
    assert work.claim().id == second.id
    with pytest.raises(Conflict, match="is running"):
        service.set_priority(work.platform, work.manager, second.id, 6)


def test_a_failed_job_keeps_its_log(work: Work) -> None:
    job = work.add()
    claimed = work.claim()
    with work.platform.database.write() as connection:
        leases.write_lines(connection, claimed, [(now(), "INFO", "first"), (now(), "ERROR", "last")])
        leases.fail(connection, claimed, "no sound")
    service.retry_job(work.platform, work.manager, job.id)

    page = service.read_log(work.platform, work.viewer, job.id)

    assert [(line.level, line.message, line.attempt) for line in page.items] == [
        ("INFO", "first", 1),
        ("ERROR", "last", 1),
    ]
