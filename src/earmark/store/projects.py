"""Projects and their members."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from earmark.core.page import Page, decode_cursor, encode_cursor, require_limit
from earmark.core.people import Role
from earmark.core.project import Label, Member, Pipeline, Project
from earmark.errors import InvalidValue, NotFound
from earmark.store.tables import memberships, projects, users

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.engine import Connection, RowMapping


def add(connection: Connection, project: Project) -> None:
    """Write a new project."""
    connection.execute(projects.insert().values(_row(project)))


def get(connection: Connection, project_id: str, *, lock: bool = False) -> Project:
    """Read a project; ``lock`` keeps others from changing it until the transaction ends.

    Raises
    ------
    NotFound
        There is none.
    """
    query = sa.select(projects).where(projects.c.id == project_id)
    row = connection.execute(query.with_for_update() if lock else query).mappings().first()
    if row is None:
        raise NotFound("project", project_id)
    return _project(row)


def save(connection: Connection, project: Project) -> None:
    """Write a project that was changed."""
    connection.execute(projects.update().where(projects.c.id == project.id).values(_row(project)))


def delete(connection: Connection, project_id: str) -> None:
    """Delete a project for good, with all that refers to it."""
    connection.execute(projects.delete().where(projects.c.id == project_id))


def page(
    connection: Connection,
    *,
    member: str | None,
    q: str = "",
    trashed: bool = False,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Project]:
    """List projects by name.

    Parameters
    ----------
    member : str or None
        Only those of which this person is a member.
    q : str
        Part of the name, as it is written.
    """
    query = sa.select(projects).where(
        projects.c.deleted_at.is_not(None) if trashed else projects.c.deleted_at.is_(None)
    )
    if member is not None:
        mine = sa.select(memberships.c.project_id).where(memberships.c.user_id == member)
        query = query.where(projects.c.id.in_(mine))
    if q:
        query = query.where(sa.func.lower(projects.c.name).contains(q.lower(), autoescape=True))
    if cursor is not None:
        query = query.where(_after(*decode_cursor(cursor, size=2)))
    rows = connection.execute(query.order_by(projects.c.name, projects.c.id).limit(require_limit(limit) + 1)).mappings()
    items = tuple(_project(row) for row in rows)
    more = encode_cursor(items[limit - 1].name, items[limit - 1].id) if len(items) > limit else None
    return Page(items=items[:limit], next=more)


def _after(name: object, project_id: object) -> sa.ColumnElement[bool]:
    if not (isinstance(name, str) and isinstance(project_id, str)):
        raise InvalidValue("the cursor is not one of this list: begin at the first page")
    return sa.or_(projects.c.name > name, sa.and_(projects.c.name == name, projects.c.id > project_id))


def deleted_before(connection: Connection, moment: datetime) -> list[str]:
    """Projects that were put into the trash before a moment."""
    return list(connection.execute(sa.select(projects.c.id).where(projects.c.deleted_at < moment)).scalars())


def members(connection: Connection, project_id: str) -> tuple[Member, ...]:
    """List the members of a project by login."""
    query = (
        sa.select(users.c.id, users.c.login, users.c.name, memberships.c.role)
        .join_from(memberships, users)
        .where(memberships.c.project_id == project_id)
        .order_by(users.c.login)
    )
    found = connection.execute(query)
    return tuple(Member(user_id=row.id, login=row.login, name=row.name, role=Role(row.role)) for row in found)


def set_member(connection: Connection, project_id: str, user_id: str, role: Role) -> None:
    """Give a person a role.

    Raises
    ------
    NotFound
        There is no such person.
    """
    if connection.execute(sa.select(users.c.id).where(users.c.id == user_id)).first() is None:
        raise NotFound("person", user_id)
    mine = _membership(project_id, user_id)
    # Not by the number of rows changed: MariaDB counts a row that stays as it was as not changed.
    if connection.execute(sa.select(memberships.c.role).where(mine)).first() is None:
        row = {"project_id": project_id, "user_id": user_id, "role": role.value}
        connection.execute(memberships.insert().values(row))
    else:
        connection.execute(memberships.update().where(mine).values(role=role.value))


def remove_member(connection: Connection, project_id: str, user_id: str) -> bool:
    """Take a person's role away; tell whether there was one."""
    return connection.execute(memberships.delete().where(_membership(project_id, user_id))).rowcount > 0


def _membership(project_id: str, user_id: str) -> sa.ColumnElement[bool]:
    return sa.and_(memberships.c.project_id == project_id, memberships.c.user_id == user_id)


def _row(project: Project) -> dict[str, Any]:
    plain = ("id", "name", "description", "known_voices", "version")
    row = {name: getattr(project, name) for name in (*plain, "created_at", "updated_at", "created_by", "deleted_at")}
    labels = [asdict(label) | {"aliases": list(label.aliases)} for label in project.labels]
    return row | {"labels": labels, "pipeline": asdict(project.pipeline)}


def _project(row: RowMapping) -> Project:
    labels = tuple(Label(**{**label, "aliases": tuple(label["aliases"])}) for label in row["labels"])
    return Project(**{**row, "labels": labels, "pipeline": Pipeline(**row["pipeline"])})
