"""The registry of models: which there are, what they come from, how good they are, and which is used for a task."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import IntegrityError

from earmark.core.ids import new_id
from earmark.core.model import Lineage, Model, ModelStatus
from earmark.core.people import Permission, Role, allowed
from earmark.core.project import require_name
from earmark.errors import Conflict, Forbidden, InvalidValue, NotFound, StaleEdit
from earmark.services import access, chronicle
from earmark.services.contents import BACKUP_LOCK
from earmark.store import locks, models
from earmark.store.database import now

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy.engine import Connection

    from earmark.core.page import Page
    from earmark.core.people import Actor
    from earmark.services.platform import Platform

MAX_JSON = 256_000
"""Most bytes of metrics, and of training data, as JSON."""
MAX_NOTES = 20_000
MAX_LABELS = 10_000
PREFIX = "models"
"""Where the files of models lie in the file store: ``models/<id>/<checksum>/<name>``."""


def create_model(
    platform: Platform,
    actor: Actor,
    *,
    name: str,
    version: str,
    engine: str,
    task: str,
    project_id: str | None = None,
    parent_id: str | None = None,
    labels: Iterable[str] = (),
    metrics: Mapping[str, Any] | None = None,
    training: Mapping[str, Any] | None = None,
    notes: str = "",
) -> Model:
    """Write down a model, without files yet, as a draft.

    Raises
    ------
    Conflict
        There is a model of that name and version.
    Forbidden, NotFound
        The actor may not manage that project, is no administrator (``project_id`` None), or may not see the parent.
    """
    moment = now()
    model = Model(
        id=new_id(),
        name=name.strip(),
        version=version.strip(),
        engine=engine.strip(),
        task=task.strip(),
        project_id=project_id,
        parent_id=parent_id,
        labels=tuple(labels),
        metrics=metrics or {},
        training=training or {},
        notes=notes,
        created_by=actor.user_id,
        created_at=moment,
        updated_at=moment,
    )
    add_model(platform, actor, model)
    return model


def add_model(platform: Platform, actor: Actor, model: Model) -> None:
    """Write a new model down as it is; see `create_model`."""
    check_model(model)
    try:
        with platform.database.write() as connection:
            require_manage(connection, actor, model.project_id)
            if model.parent_id is not None:
                _require_read(connection, actor, models.get(connection, model.parent_id))
            models.add(connection, model)
            record(connection, actor, "model.created", model)
    except IntegrityError:
        raise Conflict(f"there is a model {model.title} already. Give this one another version.") from None


def get_model(platform: Platform, actor: Actor, model_id: str) -> Model:
    """Read a model."""
    with platform.database.read() as connection:
        return seen(connection, actor, model_id)


def list_models(
    platform: Platform,
    actor: Actor,
    *,
    project_id: str | None = None,
    task: str | None = None,
    engine: str | None = None,
    status: ModelStatus | None = None,
    q: str = "",
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Model]:
    """List the models that the actor may see, the latest first; see `earmark.store.models.page`."""
    with platform.database.read() as connection:
        _require_reader(actor)
        if project_id is not None:
            access.require(connection, actor, project_id, Permission.READ)
        return models.page(
            connection,
            member=actor.user_id,
            everything=actor.is_administrator,
            project_id=project_id,
            task=task,
            engine=engine,
            status=status,
            q=q,
            cursor=cursor,
            limit=limit,
        )


def change_model(
    platform: Platform,
    actor: Actor,
    model_id: str,
    *,
    expected: int | None = None,
    status: ModelStatus | None = None,
    notes: str | None = None,
    labels: Iterable[str] | None = None,
    metrics: Mapping[str, Any] | None = None,
    training: Mapping[str, Any] | None = None,
) -> Model:
    """Change what is given of a model.

    Raises
    ------
    StaleEdit
        The model is no longer at the revision ``expected``.
    Conflict
        It is a default and would not be ready any more.
    """
    given = {"status": status, "notes": notes, "metrics": metrics, "training": training}
    changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if labels is not None:
        changes["labels"] = tuple(labels)
    with platform.database.write() as connection:
        before = managed(connection, actor, model_id, expected)
        after = save_changed(connection, before, **changes)
        check_model(after)
        if after.status is not ModelStatus.READY and models.default_count(connection, model_id):
            raise Conflict(f"{after.title} is the default for {after.task}. Choose another default first.")
        record(connection, actor, "model.updated", after)
    return after


def delete_model(platform: Platform, actor: Actor, model_id: str, *, expected: int | None = None) -> None:
    """Delete a model with its files.

    Raises
    ------
    Conflict
        Something refers to it: annotations that it made, models that were trained from it, a default.
    """
    with platform.database.write() as connection:
        model = managed(connection, actor, model_id, expected)
        _require_unused(connection, model)
        models.delete(connection, model_id)
        record(connection, actor, "model.deleted", model)
        # A backup may be about to copy the files; `sweep_models` deletes them later.
        backup = locks.held(connection, BACKUP_LOCK)
    if backup is None:
        platform.files.delete_all(f"{PREFIX}/{model_id}")


def lineage(platform: Platform, actor: Actor, model_id: str) -> Lineage:
    """Tell what a model was trained from and what was trained from it, as far as the actor may see that."""
    with platform.database.read() as connection:
        model = seen(connection, actor, model_id)
        offspring = tuple(
            child for child in models.children(connection, model_id) if may_read(connection, actor, child)
        )
        ancestors: list[Model] = []
        while model.parent_id is not None:
            model = models.get(connection, model.parent_id)
            if not may_read(connection, actor, model):
                break
            ancestors.append(model)
    return Lineage(ancestors=tuple(ancestors), children=offspring)


def set_default(platform: Platform, actor: Actor, model_id: str, *, project_id: str | None = None) -> Model:
    """Use a model for its task wherever nothing else is asked for, in a project or on the whole server (None).

    Raises
    ------
    Conflict
        The model is not ready, or belongs to another project.
    """
    with platform.database.write() as connection:
        require_manage(connection, actor, project_id)
        seen(connection, actor, model_id)
        model = models.get(connection, model_id, lock=True)
        if model.status is not ModelStatus.READY:
            raise Conflict(f"{model.title} is {model.status}. Only a model that is ready can be the default.")
        if model.project_id not in (None, project_id):
            raise Conflict(f"{model.title} belongs to another project. A default is the project's or the server's.")
        models.set_default(connection, model.task, model_id, project_id=project_id or models.SERVER)
        record(connection, actor, "model.default_set", model, project_id=project_id)
    return model


def clear_default(platform: Platform, actor: Actor, task: str, *, project_id: str | None = None) -> None:
    """Have no default for a task any more, in a project or on the whole server (None)."""
    with platform.database.write() as connection:
        require_manage(connection, actor, project_id)
        models.clear_default(connection, task, project_id=project_id or models.SERVER)
        details = {"task": task, "model": None}
        where = project_id or "server"
        chronicle.record(
            connection, actor, "model.default_set", subject_id=where, project_id=project_id, details=details
        )


def default_models(platform: Platform, actor: Actor, *, project_id: str | None = None) -> dict[str, Model]:
    """Give the default of each task: the project's, else the server's."""
    with platform.database.read() as connection:
        _require_reader(actor)
        if project_id is None:
            return models.defaults(connection)
        access.require(connection, actor, project_id, Permission.READ)
        return models.defaults(connection, (models.SERVER, project_id))


def save_changed(connection: Connection, model: Model, **changes: Any) -> Model:
    """Write a model that was changed, at its next revision."""
    after = replace(model, **changes, revision=model.revision + 1, updated_at=now())
    models.save(connection, after)
    return after


def check_model(model: Model) -> None:
    """Raise `InvalidValue` where a model says more than can be kept."""
    for what, value in (("metrics", model.metrics), ("training", model.training)):
        _check_json(value, what=f"model, {what}")
    if len(model.notes) > MAX_NOTES or "\0" in model.notes:
        raise InvalidValue(f"model: notes have at most {MAX_NOTES} characters, none of them NUL")
    if len(model.labels) > MAX_LABELS:
        raise InvalidValue(f"model: there are at most {MAX_LABELS} labels, not {len(model.labels)}")
    for label in model.labels:
        require_name(label, what="model, label")


def _check_json(value: Mapping[str, Any], *, what: str) -> None:
    """Raise `InvalidValue` for what cannot be kept as JSON, or is more than a few pages of it."""
    try:
        written = json.dumps(dict(value), allow_nan=False, ensure_ascii=False).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidValue(f"{what}: this is not JSON ({error})") from error
    if len(written) > MAX_JSON:
        raise InvalidValue(f"{what}: at most {MAX_JSON} bytes of JSON, not {len(written)}. Put it into a file.")


def _require_unused(connection: Connection, model: Model) -> None:
    uses = {
        "annotations were made by it": models.annotation_count(connection, model.id),
        "models were trained from it": len(models.children(connection, model.id)),
        "defaults name it": models.default_count(connection, model.id),
    }
    for what, count in uses.items():
        if count:
            raise Conflict(f"{model.title} cannot be deleted: {count} {what}. Retire it instead.")


def managed(connection: Connection, actor: Actor, model_id: str, expected: int | None = None) -> Model:
    """Read and lock a model that the actor may change."""
    seen(connection, actor, model_id)
    model = models.get(connection, model_id, lock=True)
    require_manage(connection, actor, model.project_id)
    if expected is not None and expected != model.revision:
        message = f"{model.title} was changed meanwhile. Look at it again, then repeat what you wanted."
        raise StaleEdit(message, current=model.revision)
    return model


def seen(connection: Connection, actor: Actor, model_id: str) -> Model:
    """Read a model that the actor may see."""
    model = models.get(connection, model_id)
    _require_read(connection, actor, model)
    return model


def require_manage(connection: Connection, actor: Actor, project_id: str | None) -> None:
    """Raise unless the actor may change the models of a project, or of the whole server (None)."""
    if project_id is None:
        access.require_administrator(actor)
    else:
        access.require(connection, actor, project_id, Permission.MANAGE)


def _require_read(connection: Connection, actor: Actor, model: Model) -> None:
    """Raise `NotFound` where the actor may not know of a model."""
    _require_reader(actor)
    if not may_read(connection, actor, model):
        raise NotFound("model", model.id)


def _require_reader(actor: Actor) -> None:
    # Models of the whole server are for everybody who has an account.
    if not allowed(Permission.READ, actor=actor, role=Role.VIEWER):
        raise Forbidden("this token has no scope to read. Make one with that scope.")


def may_read(connection: Connection, actor: Actor, model: Model) -> bool:
    """Whether the actor may know of a model."""
    if model.project_id is None or actor.is_administrator:
        return True
    role = access.role_of(connection, actor, model.project_id)
    return role is not None


def record(connection: Connection, actor: Actor, action: str, model: Model, *, project_id: str | None = None) -> None:
    """Write down what was done with a model."""
    details = {"model": model.title, "task": model.task, "status": model.status.value}
    where = model.project_id if project_id is None else project_id
    chronicle.record(connection, actor, action, subject_id=model.id, project_id=where, details=details)
