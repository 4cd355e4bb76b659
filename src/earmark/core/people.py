"""Who may do what: people, their roles in projects, and the tokens of their programs."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from earmark.errors import InvalidValue

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

_LOGIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,99}")


class Role(StrEnum):
    """What a person is in a project; each role may do all that the ones after it may."""

    ADMIN = "admin"
    MANAGER = "manager"
    ANNOTATOR = "annotator"
    VIEWER = "viewer"

    @property
    def rank(self) -> int:
        """Higher for those who may do more."""
        return len(Role) - list(Role).index(self)


class Permission(StrEnum):
    """Something that a role allows in a project."""

    READ = "read"
    """See, hear and export."""
    ANNOTATE = "annotate"
    """Make and change annotations of one's own; comment by notes and tags."""
    MANAGE = "manage"
    """Import and delete recordings, run jobs, set labels, pipeline, schedules and webhooks, review others' work."""
    ADMINISTER = "administer"
    """Choose members, delete the project."""


GRANTED: Mapping[Permission, Role] = {
    Permission.READ: Role.VIEWER,
    Permission.ANNOTATE: Role.ANNOTATOR,
    Permission.MANAGE: Role.MANAGER,
    Permission.ADMINISTER: Role.ADMIN,
}
"""The least role that has a permission."""


class Scope(StrEnum):
    """What an API token may be used for; never more than its owner may do."""

    TRANSCRIBE = "transcribe"
    """Send recordings and get transcripts, by the interfaces for programs; nothing of any project."""
    READ = "read"
    ANNOTATE = "annotate"
    MANAGE = "manage"
    ADMIN = "admin"
    """Everything, the people and settings of the server included."""


SCOPE_OF: Mapping[Permission, Scope] = {
    Permission.READ: Scope.READ,
    Permission.ANNOTATE: Scope.ANNOTATE,
    Permission.MANAGE: Scope.MANAGE,
    Permission.ADMINISTER: Scope.ADMIN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person with an account.

    Attributes
    ----------
    id : str
        Identifier.
    login : str
        What the person types to sign in; compared without regard to case.
    name : str
        What others see.
    is_administrator : bool
        May do everything on this server, in every project.
    active : bool
        False for people who may no longer sign in; their work stays theirs.
    created_at : datetime
        When the account was made.
    seen_at : datetime or None
        When the person last used it.
    """

    id: str
    login: str
    name: str
    is_administrator: bool
    active: bool
    created_at: datetime
    seen_at: datetime | None = None

    def __post_init__(self) -> None:
        if not _LOGIN.fullmatch(self.login):
            raise InvalidValue(f"a login is 1 to 100 letters, digits and ._@+- and begins with one, not {self.login!r}")
        if not self.name.strip() or len(self.name) > 200:
            raise InvalidValue("a name has 1 to 200 characters")


class UserSort(StrEnum):
    """By what people are sorted; those who never used their account come last where that is when they did."""

    LOGIN = "login"
    NAME = "name"
    CREATED_AT = "created_at"
    SEEN_AT = "seen_at"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What a person is in one of his or her projects."""

    project_id: str
    project_name: str
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """The key of a program that acts for a person; the secret itself is never kept.

    Attributes
    ----------
    scopes : frozenset of Scope
        What it may be used for.
    expires_at, used_at : datetime or None
        When it ends (None: never) and when it was last used.
    """

    id: str
    user_id: str
    name: str
    scopes: frozenset[Scope]
    created_at: datetime
    expires_at: datetime | None = None
    used_at: datetime | None = None


ALL_SCOPES = frozenset(Scope)


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who asks: a signed-in person, a program with a token, or Earmark itself.

    Attributes
    ----------
    user_id : str or None
        None for Earmark itself (schedules, set-up at the command line).
    name : str
        For the audit log.
    is_administrator : bool
        May do everything.
    scopes : frozenset of Scope
        Limits of the token used; all scopes for a person who signed in.
    address, request_id : str or None
        Where the request came from and its id, for the audit log.
    """

    user_id: str | None
    name: str
    is_administrator: bool = False
    scopes: frozenset[Scope] = field(default=ALL_SCOPES)
    address: str | None = None
    request_id: str | None = None


SYSTEM = Actor(user_id=None, name="earmark", is_administrator=True)
"""Earmark itself."""


def allowed(permission: Permission, *, actor: Actor, role: Role | None) -> bool:
    """Whether the actor, who has ``role`` in a project (None: is no member), has a permission there."""
    scope = SCOPE_OF[permission]
    if not (scope in actor.scopes or Scope.ADMIN in actor.scopes):
        return False
    return actor.is_administrator or (role is not None and role.rank >= GRANTED[permission].rank)
