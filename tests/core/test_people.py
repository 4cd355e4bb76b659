"""Roles, scopes and what they allow."""

from __future__ import annotations

from dataclasses import replace

import pytest

from earmark.core.people import SYSTEM, Actor, Permission, Role, Scope, User, allowed
from earmark.errors import InvalidValue
from earmark.store.database import now

PERSON = Actor(user_id="someone", name="someone")


@pytest.mark.parametrize(
    ("role", "granted"),
    [
        (Role.VIEWER, {Permission.READ}),
        (Role.ANNOTATOR, {Permission.READ, Permission.ANNOTATE}),
        (Role.MANAGER, {Permission.READ, Permission.ANNOTATE, Permission.MANAGE}),
        (Role.ADMIN, set(Permission)),
        (None, set()),
    ],
)
def test_each_role_may_what_the_table_says(role: Role | None, granted: set[Permission]) -> None:
    assert {permission for permission in Permission if allowed(permission, actor=PERSON, role=role)} == granted


def test_a_token_never_does_more_than_its_scopes() -> None:
    reader = replace(PERSON, scopes=frozenset({Scope.READ}))

    assert allowed(Permission.READ, actor=reader, role=Role.ADMIN)
    assert not any(allowed(p, actor=reader, role=Role.ADMIN) for p in set(Permission) - {Permission.READ})


def test_a_token_of_scope_admin_does_all_that_its_owner_may() -> None:
    program = replace(PERSON, scopes=frozenset({Scope.ADMIN}))

    assert allowed(Permission.MANAGE, actor=program, role=Role.MANAGER)
    assert not allowed(Permission.ADMINISTER, actor=program, role=Role.MANAGER)


def test_administrators_of_the_server_need_no_role() -> None:
    assert all(allowed(permission, actor=SYSTEM, role=None) for permission in Permission)


@pytest.mark.parametrize("login", ["", " ", "a b", "-x", "é", "x" * 101, "a\n", "a/b", "<b>"])
def test_hostile_logins_are_refused(login: str) -> None:
    with pytest.raises(InvalidValue, match="login"):
        User(id="1", login=login, name="x", is_administrator=False, active=True, created_at=now())
