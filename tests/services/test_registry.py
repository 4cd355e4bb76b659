"""Models: who may see and change them, what they come from, what keeps them from being deleted."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.library import add_member, add_project

from earmark.core.ids import new_id
from earmark.core.model import Model, ModelStatus
from earmark.core.people import SYSTEM, Actor, Role, Scope
from earmark.errors import Conflict, Forbidden, InvalidValue, NotFound, StaleEdit
from earmark.services import registry
from earmark.services.platform import Platform
from earmark.store.database import now
from earmark.store.tables import annotations as annotation_rows
from earmark.store.tables import projects, recordings


def make(platform: Platform, name: str = "wren", version: str = "1", **more: object) -> Model:
    return registry.create_model(
        platform, SYSTEM, **{"name": name, "version": version, "engine": "clips", "task": "events"} | more
    )


def add_annotation(platform: Platform, model: Model) -> None:
    project_id, recording_id = add_project(platform.database), new_id()
    recording = {"id": recording_id, "project_id": project_id, "name": "r", "state": "ready", "source": "r"}
    recording |= {"video": False, "tags": [], "notes": "", "problems": [], "version": 1, "trashed": False}
    annotation = {"id": new_id(), "recording_id": recording_id, "project_id": project_id, "kind": "model"}
    annotation |= {"model_id": model.id, "source": "m", "status": "submitted", "revision": 1, "segment_count": 0}
    with platform.database.write() as connection:
        connection.execute(recordings.insert().values(**recording, created_at=now(), updated_at=now()))
        connection.execute(annotation_rows.insert().values(**annotation, notes=[], created_at=now(), updated_at=now()))


def test_what_is_written_down_is_read_again(any_platform: Platform) -> None:
    more = {"labels": ["wren", "Zaunkönig \U0001f426"], "metrics": {"f1": 0.97, "per label": {"wren": 1e-9}}}
    made = make(any_platform, **more, training={"seconds": 30, "from": ["a", "b"]}, notes="first\nattempt")

    assert registry.get_model(any_platform, SYSTEM, made.id) == made
    assert made.status is ModelStatus.DRAFT
    assert made.title == "wren@1"


def test_name_and_version_are_there_once(any_platform: Platform) -> None:
    make(any_platform)
    make(any_platform, version="2")

    with pytest.raises(Conflict, match="another version"):
        make(any_platform)


def test_models_are_listed_page_by_page_and_filtered(any_platform: Platform) -> None:
    project_id = add_project(any_platform.database)
    made = [make(any_platform, version=str(index), task="events" if index % 2 else "clips") for index in range(5)]
    own = make(any_platform, name="Robin", project_id=project_id)
    ready = registry.change_model(any_platform, SYSTEM, made[3].id, status=ModelStatus.READY)

    def listed(**more: object) -> list[str]:
        found, cursor = [], None
        while True:
            page = registry.list_models(any_platform, SYSTEM, limit=2, cursor=cursor, **more)
            found += [model.id for model in page.items]
            cursor = page.next
            if cursor is None:
                return found

    assert listed() == [own.id, *(model.id for model in reversed(made))]
    assert listed(task="clips") == [made[4].id, made[2].id, made[0].id]
    assert listed(status=ModelStatus.READY, engine="clips") == [ready.id]
    assert listed(q="ROB") == [own.id]
    assert listed(q="%") == []
    assert len(listed(project_id=project_id)) == 6


def test_a_change_needs_the_revision_that_was_seen(any_platform: Platform) -> None:
    made = make(any_platform)
    changed = registry.change_model(any_platform, SYSTEM, made.id, expected=1, notes="better", metrics={"f1": 0.5})

    assert (changed.notes, changed.metrics, changed.revision) == ("better", {"f1": 0.5}, 2)
    assert registry.get_model(any_platform, SYSTEM, made.id) == changed
    with pytest.raises(StaleEdit) as stale:
        registry.change_model(any_platform, SYSTEM, made.id, expected=1, notes="worse")
    assert stale.value.current == 2
    with pytest.raises(StaleEdit):
        registry.delete_model(any_platform, SYSTEM, made.id, expected=1)


def test_a_model_that_something_refers_to_stays(any_platform: Platform) -> None:
    parent = make(any_platform)
    child = make(any_platform, version="2", parent_id=parent.id)
    used, chosen = make(any_platform, version="3"), make(any_platform, version="4")
    add_annotation(any_platform, used)
    registry.change_model(any_platform, SYSTEM, chosen.id, status=ModelStatus.READY)
    registry.set_default(any_platform, SYSTEM, chosen.id)

    for model, why in ((parent, "1 models were trained"), (used, "1 annotations"), (chosen, "1 defaults")):
        with pytest.raises(Conflict, match=why):
            registry.delete_model(any_platform, SYSTEM, model.id)
    registry.delete_model(any_platform, SYSTEM, child.id)
    registry.delete_model(any_platform, SYSTEM, parent.id)
    with pytest.raises(NotFound):
        registry.get_model(any_platform, SYSTEM, parent.id)


def test_lineage_tells_parents_and_children(any_platform: Platform) -> None:
    oldest = make(any_platform)
    middle = make(any_platform, version="2", parent_id=oldest.id)
    young = [make(any_platform, version=f"3.{index}", parent_id=middle.id) for index in range(2)]

    found = registry.lineage(any_platform, SYSTEM, middle.id)
    assert found.ancestors == (oldest,)
    assert found.children == tuple(young)
    assert registry.lineage(any_platform, SYSTEM, young[0].id).ancestors == (middle, oldest)


def test_a_project_may_have_another_default_than_the_server(any_platform: Platform) -> None:
    project_id, other_id = add_project(any_platform.database), add_project(any_platform.database)
    ready = {"status": ModelStatus.READY}
    general, own = make(any_platform), make(any_platform, version="2", project_id=project_id)
    with pytest.raises(Conflict, match="Only a model that is ready"):
        registry.set_default(any_platform, SYSTEM, general.id)
    general = registry.change_model(any_platform, SYSTEM, general.id, **ready)
    own = registry.change_model(any_platform, SYSTEM, own.id, **ready)
    registry.set_default(any_platform, SYSTEM, general.id)
    registry.set_default(any_platform, SYSTEM, own.id, project_id=project_id)
    registry.set_default(any_platform, SYSTEM, own.id, project_id=project_id)

    def default(project_id: str | None) -> Model | None:
        return registry.default_models(any_platform, SYSTEM, project_id=project_id).get("events")

    assert (default(None), default(project_id), default(other_id)) == (general, own, general)
    for place in (None, other_id):
        with pytest.raises(Conflict, match="another project"):
            registry.set_default(any_platform, SYSTEM, own.id, project_id=place)
    with pytest.raises(Conflict, match="another default"):
        registry.change_model(any_platform, SYSTEM, own.id, status=ModelStatus.RETIRED)
    registry.clear_default(any_platform, SYSTEM, "events", project_id=project_id)
    registry.clear_default(any_platform, SYSTEM, "events")
    assert (default(None), default(project_id)) == (None, None)


def test_models_of_a_project_are_for_its_members(any_platform: Platform) -> None:
    project_id, other_id = add_project(any_platform.database), add_project(any_platform.database)
    manager, viewer = (add_member(any_platform.database, project_id, role) for role in (Role.MANAGER, Role.VIEWER))
    stranger = add_member(any_platform.database, other_id, Role.ADMIN)
    general = make(any_platform, name="general")
    own = registry.create_model(
        any_platform, manager, name="own", version="1", engine="e", task="t", project_id=project_id
    )
    child = make(any_platform, name="child", parent_id=own.id)

    def visible(actor: Actor) -> set[str]:
        return {model.name for model in registry.list_models(any_platform, actor).items}

    assert visible(viewer) == visible(manager) == {"general", "own", "child"}
    assert visible(stranger) == {"general", "child"}
    assert registry.lineage(any_platform, stranger, child.id).ancestors == ()
    with pytest.raises(NotFound):
        registry.get_model(any_platform, stranger, own.id)
    with pytest.raises(NotFound):
        registry.list_models(any_platform, stranger, project_id=project_id)
    for actor, model_id in ((viewer, own.id), (manager, general.id)):
        with pytest.raises(Forbidden):
            registry.change_model(any_platform, actor, model_id, notes="mine")
    with pytest.raises(Forbidden, match="scope"):
        registry.list_models(any_platform, replace(manager, scopes=frozenset({Scope.MANAGE})))
    assert registry.change_model(any_platform, manager, own.id, notes="mine").notes == "mine"


def test_models_of_a_project_go_with_it(any_platform: Platform) -> None:
    project_id = add_project(any_platform.database)
    own = make(any_platform, project_id=project_id)
    child = make(any_platform, version="2", parent_id=own.id)
    with any_platform.database.write() as connection:
        connection.execute(projects.delete().where(projects.c.id == project_id))

    assert registry.list_models(any_platform, SYSTEM).items == (replace(child, parent_id=None),)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"name": "a@b"}, "no @"),
        ({"name": " "}, "name: a name has"),
        ({"version": "1\x00"}, "control"),
        ({"metrics": {"f1": float("nan")}}, "metrics: this is not JSON"),
        ({"metrics": {"f1": {1, 2}}}, "not JSON"),
        ({"training": {"log": "\ud800"}}, "training: this is not JSON"),
        ({"training": {"log": "x" * 300_000}}, "Put it into a file"),
        ({"notes": "x" * 20_001}, "at most 20000"),
        ({"notes": "a\0"}, "NUL"),
        ({"labels": ["wren", ""]}, "label"),
        ({"labels": ["x"] * 10_001}, "at most 10000 labels"),
    ],
)
def test_what_makes_no_sense_is_refused(platform: Platform, wrong: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidValue, match=message):
        make(platform, **wrong)
