"""Projects: who sees them, who may change them, and that none is left without an admin."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace

import pytest
from tests.library import (
    add_actor,
    add_member,
    files,
    make_project,
    rows,
    upload,
    waiting_jobs,
    wav,
    work,
)

from earmark.core.people import SYSTEM, Actor, Role, Scope
from earmark.core.project import PALETTE, Label, Pipeline
from earmark.errors import Conflict, Forbidden, InvalidValue, NotFound, StaleEdit
from earmark.services import projects
from earmark.services.platform import Platform
from earmark.services.projects import ProjectChange
from earmark.services.retention import run_purge
from earmark.store import audit
from earmark.store import projects as store
from earmark.store.tables import annotations, memberships, recording_terms, recordings
from earmark.store.tables import projects as table


def test_who_makes_a_project_is_its_admin(any_platform: Platform) -> None:
    owner = add_actor(any_platform.database, "owner")
    labels = (Label(name="song", colour="#112233", hotkey="s", aliases=("chant",)), Label(name="call"))
    made = projects.create(
        any_platform,
        owner,
        name=" Réef ",
        description="x",
        labels=labels,
        pipeline=Pipeline(on_import=True, channels="1,2"),
    )

    assert projects.get(any_platform, owner, made.id) == made
    assert (made.name, made.labels, made.pipeline.channels) == ("Réef", labels, "1,2")
    assert [(m.user_id, m.role) for m in projects.members(any_platform, owner, made.id)] == [
        (owner.user_id, Role.ADMIN)
    ]


@pytest.mark.parametrize(
    ("given", "colours"),
    [
        ([None, None, None], PALETTE[:3]),
        ([None, PALETTE[0].upper(), "#112233", None], (PALETTE[1], PALETTE[0].upper(), "#112233", PALETTE[2])),
        ([None] * 9, (*PALETTE, PALETTE[0])),
        ([*PALETTE, None], (*PALETTE, PALETTE[0])),
    ],
)
def test_labels_without_a_colour_get_different_ones(given: list[str | None], colours: tuple[str, ...]) -> None:
    assert projects.with_colours(given) == colours


def test_a_language_is_kept_as_its_code(any_platform: Platform) -> None:
    owner = add_actor(any_platform.database)
    made = projects.create(any_platform, owner, name="Reef", pipeline=Pipeline(language="German"))
    assert made.pipeline.language == "de"

    wanted = ProjectChange(pipeline=Pipeline(language="Haitian Creole"))
    assert projects.change(any_platform, owner, made.id, wanted).pipeline.language == "ht"
    assert projects.get(any_platform, owner, made.id).pipeline.language == "ht"


def test_what_an_older_earmark_took_as_language_does_not_keep_a_project_from_being_changed(platform: Platform) -> None:
    owner = add_actor(platform.database)
    made = make_project(platform, owner)
    with platform.database.write() as connection:
        store.save(connection, replace(made, pipeline=Pipeline(language="en-US")))

    assert projects.change(platform, owner, made.id, ProjectChange(name="Reef")).name == "Reef"
    assert projects.trash(platform, owner, made.id).deleted_at is not None


def test_people_see_their_projects_and_administrators_see_all(any_platform: Platform) -> None:
    owner, other, root = (
        add_actor(any_platform.database, "owner"),
        add_actor(any_platform.database, "other"),
        add_actor(any_platform.database, "root", administrator=True),
    )
    mine = [make_project(any_platform, owner, name) for name in ("b", "a", "c")]
    make_project(any_platform, other, "d")
    projects.trash(any_platform, owner, mine[2].id)

    def names(actor: object, **more: object) -> list[str]:
        return [project.name for project in projects.page(any_platform, actor, **more).items]  # type: ignore[arg-type]

    assert names(owner) == ["a", "b"]
    assert names(other) == ["d"]
    assert names(root) == ["a", "b", "d"]
    assert names(owner, trashed=True) == ["c"]
    assert names(root, q="D") == ["d"]
    assert names(root, q="%") == []
    with pytest.raises(NotFound):
        projects.get(any_platform, other, mine[0].id)
    first = projects.page(any_platform, root, limit=2)
    assert [p.name for p in projects.page(any_platform, root, limit=2, cursor=first.next).items] == ["d"]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"name": ""}, "1 to 200"),
        ({"name": "a\nb"}, "control"),
        ({"description": "x" * 20_001}, "description"),
        ({"pipeline": Pipeline(engine="magic")}, "no engine 'magic'"),
        ({"pipeline": Pipeline(channels="left")}, "channels are"),
        ({"pipeline": Pipeline(language="englsh")}, r"Did you mean en \(english\)\? Give one of af, am"),
        ({"pipeline": Pipeline(engine="pocketsphinx", language="german")}, "knows English"),
        ({"pipeline": Pipeline(model="small.en", language="de")}, "without .en"),
        ({"labels": (Label(name="a"), Label(name="a"))}, "two labels share"),
    ],
)
def test_projects_that_make_no_sense(platform: Platform, values: dict[str, object], message: str) -> None:
    owner = add_actor(platform.database, "owner")
    with pytest.raises(InvalidValue, match=message):
        projects.create(platform, owner, **{"name": "x", **values})  # type: ignore[arg-type]
    assert rows(platform, table) == 0


def test_a_change_of_what_somebody_else_changed_is_refused(any_platform: Platform) -> None:
    owner = add_actor(any_platform.database, "owner")
    project = make_project(any_platform, owner)
    changed = projects.change(any_platform, owner, project.id, ProjectChange(description="new"), version=1)

    assert (changed.description, changed.name, changed.version) == ("new", "Reef", 2)
    with pytest.raises(StaleEdit) as caught:
        projects.change(any_platform, owner, project.id, ProjectChange(name="x"), version=1)
    assert caught.value.current == 2
    same = projects.change(any_platform, owner, project.id, ProjectChange(description="new"))
    assert same.version == 2


def test_of_many_changes_of_one_version_one_is_taken(any_platform: Platform) -> None:
    owner = add_actor(any_platform.database, "owner")
    project = make_project(any_platform, owner)

    def change(number: int) -> bool:
        try:
            projects.change(any_platform, owner, project.id, ProjectChange(name=f"n{number}"), version=1)
        except StaleEdit:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(change, range(6))) == 1
    assert projects.get(any_platform, owner, project.id).version == 2


def test_a_label_that_was_renamed_keeps_its_old_name(any_platform: Platform) -> None:
    owner = add_actor(any_platform.database, "owner")
    project = make_project(any_platform, owner, labels=(Label(name="song"), Label(name="call")))
    changed = projects.set_labels(
        any_platform, owner, project.id, (Label(name="Song", aliases=("chant",)),), renamed={"song": "Song"}
    )

    assert changed.labels == (Label(name="Song", aliases=("chant", "song")),)
    again = projects.set_labels(any_platform, owner, project.id, changed.labels, renamed={"song": "Song"})
    assert again == changed


def test_what_each_role_may_do(any_platform: Platform) -> None:
    owner = add_actor(any_platform.database, "owner")
    project = make_project(any_platform, owner)
    manager = add_member(any_platform.database, project.id, Role.MANAGER)
    annotator = add_member(any_platform.database, project.id, Role.ANNOTATOR)

    projects.change(any_platform, manager, project.id, ProjectChange(description="y"))
    for act in (
        lambda: projects.change(any_platform, annotator, project.id, ProjectChange(description="z")),
        lambda: projects.set_labels(any_platform, annotator, project.id, ()),
        lambda: projects.trash(any_platform, manager, project.id),
        lambda: projects.purge(any_platform, manager, project.id),
        lambda: projects.set_member(any_platform, manager, project.id, manager.user_id or "", Role.ADMIN),
        lambda: projects.remove_member(any_platform, manager, project.id, owner.user_id or ""),
        lambda: projects.create(any_platform, replace(owner, scopes=frozenset({Scope.READ})), name="x"),
    ):
        with pytest.raises(Forbidden):
            act()


def test_no_project_is_left_without_admin(any_platform: Platform) -> None:
    owner = add_actor(any_platform.database, "owner")
    project = make_project(any_platform, owner)
    mine = owner.user_id or ""
    for act in (
        lambda: projects.set_member(any_platform, owner, project.id, mine, Role.VIEWER),
        lambda: projects.remove_member(any_platform, owner, project.id, mine),
    ):
        with pytest.raises(Conflict, match="needs an admin"):
            act()
    assert projects.members(any_platform, owner, project.id)[0].role is Role.ADMIN

    second = add_member(any_platform.database, project.id, Role.ADMIN)
    projects.remove_member(any_platform, owner, project.id, mine)
    with pytest.raises(NotFound):
        projects.get(any_platform, owner, project.id)
    projects.remove_member(any_platform, SYSTEM, project.id, second.user_id or "")
    with pytest.raises(NotFound, match="member"):
        projects.remove_member(any_platform, SYSTEM, project.id, mine)
    with pytest.raises(NotFound, match="person"):
        projects.set_member(any_platform, SYSTEM, project.id, "0" * 26, Role.VIEWER)


def test_two_admins_who_remove_each_other_at_once_leave_one(any_platform: Platform) -> None:
    owner = add_actor(any_platform.database, "owner")
    for _ in range(5):
        project = make_project(any_platform, owner)
        other = add_member(any_platform.database, project.id, Role.ADMIN)

        def leave(actor: Actor, project_id: str = project.id) -> None:
            with suppress(Conflict):
                projects.remove_member(any_platform, actor, project_id, actor.user_id or "")

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(leave, (owner, other)))
        assert len(projects.members(any_platform, SYSTEM, project.id)) == 1


def test_trash_and_back(any_platform: Platform) -> None:
    owner = add_actor(any_platform.database, "owner")
    project = make_project(any_platform, owner)
    projects.trash(any_platform, owner, project.id)
    with pytest.raises(Conflict, match="trash"):
        upload(any_platform, owner, project, wav(1))
    back = projects.restore(any_platform, owner, project.id)

    assert back.deleted_at is None
    with any_platform.database.read() as connection:
        done = [entry.action for entry in audit.page(connection, project_id=project.id).items]
    assert done == ["project.restored", "project.deleted", "project.created"]


def test_a_project_is_deleted_for_good_with_all_its_files(any_platform: Platform) -> None:
    owner = add_actor(any_platform.database, "owner")
    project, other = make_project(any_platform, owner), make_project(any_platform, owner, "Other")
    for seed in range(3):
        upload(any_platform, owner, project, wav(seed))
    upload(any_platform, owner, other, wav(0))
    work(any_platform)
    with pytest.raises(Conflict, match="in the trash"):
        projects.purge(any_platform, owner, project.id)
    projects.trash(any_platform, owner, project.id)
    projects.purge(any_platform, owner, project.id)
    assert waiting_jobs(any_platform, "purge") == 1
    (job,) = work(any_platform, {"purge": run_purge})

    assert (job.state, job.result) == ("done", {"recordings": 3})
    assert sum(key.startswith("blobs/") for key in files(any_platform)) == 1
    assert [rows(any_platform, one) for one in (table, recordings, memberships, annotations)] == [1, 1, 1, 0]
    assert rows(any_platform, recording_terms) > 0
    with pytest.raises(NotFound):
        projects.get(any_platform, SYSTEM, project.id)


def test_a_project_taken_out_of_the_trash_is_not_purged(any_platform: Platform) -> None:
    owner = add_actor(any_platform.database, "owner")
    project = make_project(any_platform, owner)
    upload(any_platform, owner, project, wav(1))
    projects.trash(any_platform, owner, project.id)
    projects.purge(any_platform, owner, project.id)
    projects.restore(any_platform, owner, project.id)
    work(any_platform, {"purge": run_purge, "import": lambda *_: None})

    assert rows(any_platform, recordings) == 1
