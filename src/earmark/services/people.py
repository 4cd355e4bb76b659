"""Accounts: administrators make and close them, everybody changes their own name and password."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import IntegrityError

from earmark.core.ids import new_id
from earmark.core.people import Scope, User, UserSort
from earmark.core.search import Order
from earmark.errors import Conflict, Forbidden, InvalidValue
from earmark.services import chronicle, passwords
from earmark.services.access import require_administrator
from earmark.services.sign_in import count_attempt, network
from earmark.store import people
from earmark.store.database import now

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.engine import Connection

    from earmark.core.page import Page
    from earmark.core.people import Actor, Place
    from earmark.services.platform import Platform


def create_user(
    platform: Platform, actor: Actor, *, login: str, name: str, password: str, is_administrator: bool = False
) -> User:
    """Make an account.

    Raises
    ------
    Forbidden
        The actor is no administrator.
    InvalidValue
        Login, name or password are not good.
    Conflict
        The login is taken.
    """
    require_administrator(actor)
    user = User(
        id=new_id(),
        login=login.lower(),
        name=name.strip(),
        is_administrator=is_administrator,
        active=True,
        created_at=now(),
    )
    hashed = passwords.make_hash(passwords.require_good(password, login=user.login))
    try:
        with platform.database.write() as connection:
            if not is_administrator and not people.administrators(connection):
                raise Conflict(
                    "the first account with a password has to be an administrator's: this one ends open access."
                )
            people.add(connection, user, password_hash=hashed)
            details = {"login": user.login, "is_administrator": is_administrator}
            chronicle.record(connection, actor, "user.created", subject_id=user.id, details=details)
    except IntegrityError:
        raise Conflict(f"the login {user.login!r} is taken. Choose another one.") from None
    return user


def list_users(
    platform: Platform,
    actor: Actor,
    *,
    q: str = "",
    active: bool | None = True,
    sort: UserSort = UserSort.LOGIN,
    order: Order = Order.ASC,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[User]:
    """List accounts. People of one server may find each other; closed accounts are shown to administrators."""
    _require_scope(actor, Scope.READ)
    if active is not True:
        require_administrator(actor)
    with platform.database.read() as connection:
        return people.page(connection, q=q, active=active, sort=sort, order=order, cursor=cursor, limit=limit)


def get_user(platform: Platform, actor: Actor, user_id: str) -> User:
    """Read an account; raise `NotFound` where there is none."""
    _require_scope(actor, Scope.READ)
    with platform.database.read() as connection:
        return people.get(connection, user_id)


def list_places(
    platform: Platform, actor: Actor, user_id: str, *, cursor: str | None = None, limit: int = 50
) -> Page[Place]:
    """List the projects of a person by name, with the role in each: one's own, or anybody's for administrators.

    Raises
    ------
    Forbidden
        It is somebody else, and the actor is no administrator.
    NotFound
        There is no such person.
    """
    if user_id == actor.user_id:
        _require_scope(actor, Scope.READ)
    else:
        require_administrator(actor)
    with platform.database.read() as connection:
        return people.places(connection, people.get(connection, user_id).id, cursor=cursor, limit=limit)


def change_user(
    platform: Platform,
    actor: Actor,
    user_id: str,
    *,
    name: str | None = None,
    is_administrator: bool | None = None,
    active: bool | None = None,
) -> User:
    """Change an account; closing it ends its sessions and makes its tokens useless at once.

    Raises
    ------
    Forbidden
        It is somebody else's, or more than the own name is to be changed, and the actor is no administrator.
    Conflict
        The server would be left without an administrator who can sign in.
    """
    own = user_id == actor.user_id and Scope.ADMIN in actor.scopes
    if not own or is_administrator is not None or active is not None:
        require_administrator(actor)
    wanted: dict[str, Any] = {"name": name and name.strip(), "is_administrator": is_administrator, "active": active}
    with platform.database.write() as connection:
        able = people.administrators(connection)
        before = people.get(connection, user_id, lock=True)
        changed = {field: value for field, value in wanted.items() if value not in (None, getattr(before, field))}
        after = replace(before, **changed)
        if changed:
            _save(connection, actor, after, changed=changed, able=able)
    return after


def _save(
    connection: Connection, actor: Actor, user: User, *, changed: Mapping[str, object], able: frozenset[str]
) -> None:
    if able == {user.id} and not (user.active and user.is_administrator):
        raise Conflict("this is the last administrator who can sign in. Make another one first.")
    people.save(connection, user)
    if not user.active:
        people.end_sessions(connection, user.id)
    chronicle.record(connection, actor, "user.updated", subject_id=user.id, details=changed)


def set_password(
    platform: Platform,
    actor: Actor,
    user_id: str,
    *,
    password: str,
    current: str | None = None,
    keep_session: str | None = None,
) -> None:
    """Change a password; all sessions end but the one that this is done in.

    Parameters
    ----------
    current : str or None
        The password until now; those who change their own have to know it.
    keep_session : str or None
        SHA-256 of the secret of the session that goes on.

    Raises
    ------
    Forbidden
        It is somebody else's and the actor is no administrator, or ``current`` is wrong.
    TooManyAttempts
        ``current`` was wrong too often of late.
    InvalidValue
        The password is not good.
    Conflict
        The account would get its first password while no administrator has one.
    """
    own = user_id == actor.user_id and Scope.ADMIN in actor.scopes
    if not own:
        require_administrator(actor)
    with platform.database.read() as connection:
        user, hashed = people.get(connection, user_id), people.get_password(connection, user_id)
    if own and hashed is not None:
        _require_current(platform, actor, user.login, current or "", hashed)
    fresh = passwords.make_hash(passwords.require_good(password, login=user.login))
    with platform.database.write() as connection:
        if not user.is_administrator and not people.administrators(connection):
            raise Conflict("the first account with a password has to be an administrator's: this one ends open access.")
        people.set_password(connection, user_id, fresh)
        people.end_sessions(connection, user_id, but=keep_session if own else None)
        chronicle.record(connection, actor, "user.password_changed", subject_id=user_id)


def _require_current(platform: Platform, actor: Actor, login: str, password: str, hashed: str) -> None:
    """Raise unless the password is right; who found a browser signed in may not guess more than at the front door."""
    address = network(actor.address)
    with platform.database.write() as connection:
        count_attempt(connection, login, address)
    if not passwords.is_right(passwords.normalise(password), hashed):
        raise Forbidden("the current password is wrong.")
    with platform.database.write() as connection:
        people.forgive(connection, login=login, address=address)


def find_user(platform: Platform, login: str) -> User:
    """Read the account of a login, for the command line.

    Raises
    ------
    InvalidValue
        There is none.
    """
    with platform.database.read() as connection:
        found = people.find(connection, login)
    if found is None:
        raise InvalidValue(f"there is no account {login!r}. `earmark users list` shows all.")
    return found[0]


def _require_scope(actor: Actor, scope: Scope) -> None:
    if not {scope, Scope.ADMIN} & actor.scopes:
        raise Forbidden(f"this token has no scope to {scope}. Make one with that scope.")
