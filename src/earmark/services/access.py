"""Who may do what in which project."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import sqlalchemy as sa

from earmark.core.people import Permission, Role, Scope, allowed
from earmark.errors import Forbidden, NotFound
from earmark.store.tables import memberships, projects

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from earmark.core.people import Actor


def role_of(connection: Connection, actor: Actor, project_id: str) -> Role | None:
    """The actor's role in a project, None for those who are not members."""
    if actor.user_id is None:
        return None
    query = sa.select(memberships.c.role).where(
        memberships.c.project_id == project_id, memberships.c.user_id == actor.user_id
    )
    role = connection.execute(query).scalar()
    return None if role is None else Role(role)


def require(connection: Connection, actor: Actor, project_id: str, permission: Permission) -> None:
    """Raise unless the actor has a permission in a project.

    Raises
    ------
    NotFound
        There is no such project, or the actor is not a member: who may not see it learns nothing of it.
    Forbidden
        The actor is a member, but of a lower role, or uses a token of too narrow a scope.
    """
    role = role_of(connection, actor, project_id)
    there = connection.execute(sa.select(projects.c.id).where(projects.c.id == project_id)).scalar() is not None
    if not there or (role is None and not actor.is_administrator):
        raise NotFound("project", project_id)
    if not allowed(permission, actor=actor, role=role):
        raise Forbidden(_why(permission, actor, role))


def _why(permission: Permission, actor: Actor, role: Role | None) -> str:
    if allowed(permission, actor=_with_all_scopes(actor), role=role):
        return f"this token has no scope to {permission} here. Make one with that scope."
    return f"your role in this project ({role}) does not let you {permission}. Ask one of its admins for another role."


def _with_all_scopes(actor: Actor) -> Actor:
    return replace(actor, scopes=frozenset(Scope))


def require_administrator(actor: Actor) -> None:
    """Raise ``Forbidden`` unless the actor is an administrator of the server (with a token of scope ``admin``)."""
    if not (actor.is_administrator and Scope.ADMIN in actor.scopes):
        raise Forbidden("only administrators of this server may do that.")
