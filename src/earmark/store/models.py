"""Models and which of them are the defaults."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from earmark.core.model import Model, ModelFile, ModelStatus
from earmark.core.page import Page, decode_cursor, encode_cursor, require_limit
from earmark.errors import NotFound
from earmark.store import tables
from earmark.store.tables import memberships, model_defaults, models

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.engine import Connection, RowMapping

SERVER = ""
"""Stands for the whole server among the projects that have defaults."""


def add(connection: Connection, model: Model) -> None:
    """Write a new model."""
    connection.execute(models.insert().values(_row(model)))


def get(connection: Connection, model_id: str, *, lock: bool = False) -> Model:
    """Read a model; ``lock`` keeps others from changing it, and from referring to it, until the transaction ends.

    Raises
    ------
    NotFound
        There is none.
    """
    query = sa.select(models).where(models.c.id == model_id)
    row = connection.execute(query.with_for_update() if lock else query).mappings().first()
    if row is None:
        raise NotFound("model", model_id)
    return _model(row)


def titled(connection: Connection, name: str, version: str) -> Model | None:
    """Read the model of that name and version, None where there is none."""
    query = sa.select(models).where(models.c.name == name, models.c.version == version)
    row = connection.execute(query).mappings().first()
    return None if row is None else _model(row)


def save(connection: Connection, model: Model) -> None:
    """Write a model that was changed."""
    connection.execute(models.update().where(models.c.id == model.id).values(_row(model)))


def delete(connection: Connection, model_id: str) -> None:
    """Delete a model."""
    connection.execute(models.delete().where(models.c.id == model_id))


def page(
    connection: Connection,
    *,
    member: str | None,
    everything: bool,
    project_id: str | None = None,
    task: str | None = None,
    engine: str | None = None,
    status: ModelStatus | None = None,
    q: str = "",
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Model]:
    """List models, the latest first.

    Parameters
    ----------
    member : str or None
        Models of this person's projects are listed.
    everything : bool
        Models of all projects are.
    project_id : str or None
        Only models that can be used in this project: its own, and those of the server.
    q : str
        Part of the name.
    """
    query = sa.select(models)
    if not everything:
        mine = sa.select(memberships.c.project_id).where(memberships.c.user_id == member)
        query = query.where(sa.or_(models.c.project_id.is_(None), models.c.project_id.in_(mine)))
    if project_id is not None:
        query = query.where(sa.or_(models.c.project_id.is_(None), models.c.project_id == project_id))
    wanted = {"task": task, "engine": engine, "status": status and status.value}
    query = query.where(*(models.c[name] == value for name, value in wanted.items() if value is not None))
    if q:
        query = query.where(sa.func.lower(models.c.name).contains(q.lower(), autoescape=True))
    if cursor is not None:
        query = query.where(models.c.id < str(decode_cursor(cursor, size=1)[0]))
    rows = connection.execute(query.order_by(models.c.id.desc()).limit(require_limit(limit) + 1)).mappings().all()
    more = encode_cursor(rows[limit - 1]["id"]) if len(rows) > limit else None
    return Page(items=tuple(_model(row) for row in rows[:limit]), next=more)


def everything(connection: Connection) -> tuple[Model, ...]:
    """Read all models, the oldest first."""
    return tuple(_model(row) for row in connection.execute(sa.select(models).order_by(models.c.id)).mappings())


def children(connection: Connection, model_id: str) -> tuple[Model, ...]:
    """List the models that were trained from a model, the oldest first."""
    query = sa.select(models).where(models.c.parent_id == model_id).order_by(models.c.id)
    return tuple(_model(row) for row in connection.execute(query).mappings())


def annotation_count(connection: Connection, model_id: str) -> int:
    """Count the annotations that a model made."""
    made = tables.annotations.c.model_id == model_id
    return connection.execute(sa.select(sa.func.count()).where(made)).scalar_one()


def set_default(connection: Connection, task: str, model_id: str, *, project_id: str = SERVER) -> None:
    """Make a model the default for a task."""
    clear_default(connection, task, project_id=project_id)
    row = {"project_id": project_id, "task": task, "model_id": model_id}
    connection.execute(model_defaults.insert().values(row))


def clear_default(connection: Connection, task: str, *, project_id: str = SERVER) -> None:
    """Have no default for a task."""
    same = (model_defaults.c.project_id == project_id, model_defaults.c.task == task)
    connection.execute(model_defaults.delete().where(*same))


def defaults(connection: Connection, project_ids: Sequence[str] = (SERVER,)) -> dict[str, Model]:
    """Give the default of each task: where several projects have one, that of the last of ``project_ids``."""
    query = sa.select(model_defaults.c.project_id.label("at"), model_defaults.c.task.label("for_task"), models)
    query = query.join_from(model_defaults, models).where(model_defaults.c.project_id.in_(project_ids))
    rows = sorted(connection.execute(query).mappings(), key=lambda row: project_ids.index(row["at"]))
    return {row["for_task"]: _model(row) for row in rows}


def default_count(connection: Connection, model_id: str) -> int:
    """Count for how many projects (and the server) a model is a default."""
    return connection.execute(sa.select(sa.func.count()).where(model_defaults.c.model_id == model_id)).scalar_one()


def _row(model: Model) -> dict[str, Any]:
    row = {column.name: getattr(model, column.name) for column in models.c}
    files = [asdict(file) for file in model.files]
    mappings = {"metrics": dict(model.metrics), "training": dict(model.training)}
    return row | mappings | {"labels": list(model.labels), "files": files, "status": model.status.value}


def _model(row: RowMapping) -> Model:
    values = {column.name: row[column.name] for column in models.c}
    files = tuple(ModelFile(**file) for file in row["files"])
    return Model(**values | {"labels": tuple(row["labels"]), "files": files, "status": ModelStatus(row["status"])})
