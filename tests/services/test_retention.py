"""What is deleted when its time is over, and what is not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.library import add_actor, files, make_project, rows, upload, wav, work

from earmark.core.people import SYSTEM
from earmark.errors import NotFound
from earmark.services import library, projects, retention
from earmark.services.platform import Platform
from earmark.services.retention import run_purge
from earmark.store import events, jobs
from earmark.store.database import now
from earmark.store.forgetting import forget
from earmark.store.tables import events as events_table
from earmark.store.tables import projects as projects_table
from earmark.store.tables import recordings as table


def days_later(platform: Platform, monkeypatch: pytest.MonkeyPatch, days: float) -> None:
    """Make the clock of the retention run so many days ahead."""
    monkeypatch.setattr(retention, "now", lambda: now() + timedelta(days=days))


@pytest.mark.parametrize(("days", "left"), [(29, {"kept", "old", "older"}), (31, {"kept"})])
def test_the_trash_is_emptied_after_the_days_that_the_settings_say(
    any_platform: Platform, monkeypatch: pytest.MonkeyPatch, days: int, left: set[str]
) -> None:
    monkeypatch.setattr(retention, "BATCH", 1)
    owner = add_actor(any_platform.database, "owner")
    project = make_project(any_platform, owner)
    for seed, name in enumerate(("kept", "old", "older")):
        made = upload(any_platform, owner, project, wav(seed), name).recording
        if name != "kept":
            library.trash(any_platform, owner, made.id)
    days_later(any_platform, monkeypatch, days)
    with any_platform.database.write() as connection:
        jobs.add(connection, "purge", arguments={})
    work(any_platform, {"purge": run_purge, "import": lambda *_: None})

    with any_platform.database.read() as connection:
        assert set(connection.execute(table.select().with_only_columns(table.c.name)).scalars()) == left
    assert len(files(any_platform)) == len(left)


def test_projects_in_the_trash_go_with_all_they_hold(any_platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = add_actor(any_platform.database, "owner")
    kept, old = make_project(any_platform, owner, "kept"), make_project(any_platform, owner, "old")
    for seed in range(3):
        upload(any_platform, owner, old, wav(seed))
    upload(any_platform, owner, kept, wav(0))
    projects.trash(any_platform, owner, old.id)
    days_later(any_platform, monkeypatch, 31)
    gone = retention.clean_up(any_platform, lambda *_: None)

    assert (gone["projects"], gone["recordings"]) == (1, 3)
    assert rows(any_platform, projects_table) == 1
    assert len(files(any_platform)) == 1
    with pytest.raises(NotFound):
        projects.get(any_platform, SYSTEM, old.id)


def test_old_events_are_forgotten(any_platform: Platform) -> None:
    make_project(any_platform, add_actor(any_platform.database, "owner"))
    with any_platform.database.write() as connection:
        assert forget(connection, at=now()) == 0
        events.add(connection, "x.y", at=now() - timedelta(days=2), project_id=None, subject_id="x", data={})
    with any_platform.database.write() as connection:
        assert forget(connection, at=now()) == 1
    assert rows(any_platform, events_table) == 1
