"""Who may make schedules, and that each of their jobs begins once."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from tests.library import add_actor, add_member, add_project

from earmark.core.job import Job
from earmark.core.people import SYSTEM, Role
from earmark.core.schedule import Schedule
from earmark.errors import Forbidden, InvalidValue, NotFound
from earmark.services import schedules as service
from earmark.services.platform import Platform
from earmark.store import audit, jobs, leases, projects, schedules
from earmark.store.database import now


def purge(platform: Platform, **values: object) -> Schedule:
    wanted = {"project_id": None, "name": "Purge", "kind": "purge", "every_seconds": 60} | values
    return service.create_schedule(platform, SYSTEM, **wanted)


def all_jobs(platform: Platform) -> tuple[Job, ...]:
    with platform.database.read() as connection:
        return jobs.page(connection).items


def end_job(platform: Platform) -> None:
    with platform.database.write() as connection:
        job = leases.claim(connection, "a:1")
        assert job is not None
        leases.finish(connection, job, result=None)


def come_round(platform: Platform, schedule: Schedule, *, ago: float = 0.0) -> None:
    """Let the time of a schedule come."""
    with platform.database.write() as connection:
        found = schedules.get(connection, schedule.id)
        assert found is not None
        schedules.save(connection, replace(found, next_at=now() - timedelta(seconds=ago)))


def test_a_job_begins_each_time_unless_the_last_one_still_runs(any_platform: Platform) -> None:
    schedule = purge(any_platform)
    assert service.tick(any_platform) == 1
    assert service.tick(any_platform) == 0, "its time has not come again"

    come_round(any_platform, schedule)
    assert service.tick(any_platform) == 0, "the last job waits still"
    end_job(any_platform)
    come_round(any_platform, schedule)
    assert service.tick(any_platform) == 1

    assert len(all_jobs(any_platform)) == 2
    now_it_is = service.get_schedule(any_platform, SYSTEM, schedule.id)
    assert now_it_is.last_job_id == all_jobs(any_platform)[0].id
    assert now_it_is.next_at > now()


def test_what_was_missed_is_done_once(any_platform: Platform) -> None:
    schedule = purge(any_platform)
    come_round(any_platform, schedule, ago=3600)

    assert [service.tick(any_platform) for _ in range(3)] == [1, 0, 0]


def test_many_servers_begin_each_job_once(any_platform: Platform) -> None:
    for _ in range(4):
        purge(any_platform)
    threads = [threading.Thread(target=service.tick, args=(any_platform,)) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(all_jobs(any_platform)) == 4


def test_run_now_begins_a_job_or_names_the_one_that_runs(platform: Platform) -> None:
    woken: list[str] = []
    platform = replace(platform, wake=woken.append)
    schedule = purge(platform, enabled=False)

    job = service.run_now(platform, SYSTEM, schedule.id)

    assert service.run_now(platform, SYSTEM, schedule.id).id == job.id
    assert len(all_jobs(platform)) == 1
    assert woken[0] == job.id


def test_every_server_deletes_what_is_past_its_time(any_platform: Platform) -> None:
    threads = [threading.Thread(target=service.ensure_defaults, args=(any_platform,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    service.ensure_defaults(any_platform)

    (schedule,) = service.list_schedules(any_platform, SYSTEM, project_id=None).items
    assert (schedule.kind, schedule.every_seconds, schedule.created_by) == ("purge", service.DAY, None)


def test_managers_watch_folders_that_the_owner_opened(platform: Platform, tmp_path: Path) -> None:
    platform = replace(platform, settings=replace(platform.settings, import_folders=(str(tmp_path),)))
    project_id = add_project(platform.database)
    manager = add_member(platform.database, project_id, Role.MANAGER, "manager")
    watch = {"project_id": project_id, "name": " Pond ", "kind": "watch", "every_seconds": 60}

    made = service.create_schedule(platform, manager, **watch, arguments={"folder": str(tmp_path)})

    assert made.name == "Pond"
    assert made.arguments == {"folder": str(tmp_path), "project_id": project_id}
    assert service.tick(platform) == 1
    (job,) = all_jobs(platform)
    assert (job.kind, job.project_id, job.created_by) == ("watch", project_id, manager.user_id)

    changed = service.change_schedule(platform, manager, made.id, every_seconds=120, enabled=False)
    assert changed.last_at is not None
    assert changed.next_at == changed.last_at + timedelta(seconds=120)
    service.delete_schedule(platform, manager, made.id)
    with pytest.raises(NotFound):
        service.get_schedule(platform, manager, made.id)
    with platform.database.read() as connection:
        lines = [entry.action for entry in audit.page(connection, project_id=project_id).items]
    assert lines == ["schedule.deleted", "schedule.updated", "schedule.created"]


def test_a_project_in_the_trash_is_watched_no_more(platform: Platform, tmp_path: Path) -> None:
    platform = replace(platform, settings=replace(platform.settings, import_folders=(str(tmp_path),)))
    project_id = add_project(platform.database)
    service.create_schedule(
        platform,
        SYSTEM,
        project_id=project_id,
        name="Pond",
        kind="watch",
        every_seconds=60,
        arguments={"folder": str(tmp_path)},
    )
    with platform.database.write() as connection:
        projects.save(connection, replace(projects.get(connection, project_id), deleted_at=now()))

    assert service.tick(platform) == 0


def test_others_may_not(platform: Platform) -> None:
    project_id = add_project(platform.database)
    viewer = add_member(platform.database, project_id, Role.ANNOTATOR, "viewer")
    stranger = add_actor(platform.database, "stranger")
    schedule = purge(platform)

    for actor, place, error in (
        (viewer, project_id, Forbidden),
        (stranger, project_id, NotFound),
        (viewer, None, Forbidden),
    ):
        with pytest.raises(error):
            service.list_schedules(platform, actor, project_id=place)
    for verb in (service.get_schedule, service.delete_schedule, service.run_now):
        with pytest.raises(Forbidden):
            verb(platform, stranger, schedule.id)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"kind": "annotate_new"}, "no schedule of the kind"),
        ({"arguments": {"folder": "/"}}, "takes no arguments"),
        ({"project_id": "p"}, "belongs to a project"),
        ({"kind": "watch"}, "belongs to a project"),
        ({"kind": "watch", "project_id": "p", "arguments": {"folder": "/", "also": 1}}, "no 'also'"),
        ({"kind": "watch", "project_id": "p"}, "needs project_id"),
        ({"every_seconds": 1}, "repeats every"),
    ],
)
def test_what_makes_no_sense_is_refused(platform: Platform, values: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidValue, match=message):
        purge(platform, **values)
