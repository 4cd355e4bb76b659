"""Accounts, sessions and API tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from earmark.core.page import Page, decode_cursor, encode_cursor, require_limit
from earmark.core.people import Place, Role, Scope, Token, User, UserSort
from earmark.core.search import Order
from earmark.errors import InvalidValue, NotFound
from earmark.store.keyset import Keyset
from earmark.store.tables import memberships, projects, sessions, sign_in_failures, tokens, users

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy.engine import Connection, RowMapping

_USER = tuple(column for column in users.c if column.name != "password_hash")
_TOKEN = tuple(column for column in tokens.c if column.name != "token_hash")

# Accounts -------------------------------------------------------------------------------------------------------------


def add(connection: Connection, user: User, *, password_hash: str | None) -> None:
    """Write a new account; its login is free, or the database raises ``IntegrityError``."""
    connection.execute(users.insert().values(_row(user) | {"password_hash": password_hash}))


def get(connection: Connection, user_id: str, *, lock: bool = False) -> User:
    """Read an account; ``lock`` keeps others from changing it until the transaction ends.

    Raises
    ------
    NotFound
        There is none.
    """
    query = sa.select(*_USER).where(users.c.id == user_id)
    row = connection.execute(query.with_for_update() if lock else query).mappings().first()
    if row is None:
        raise NotFound("person", user_id)
    return User(**row)


def find(connection: Connection, login: str) -> tuple[User, str | None] | None:
    """Read the account of a login, in whatever case, with the hash of its password."""
    row = connection.execute(sa.select(users).where(users.c.login == login.lower())).mappings().first()
    if row is None:
        return None
    return User(**{column.name: row[column.name] for column in _USER}), row["password_hash"]


def save(connection: Connection, user: User) -> None:
    """Write an account that was changed."""
    connection.execute(users.update().where(users.c.id == user.id).values(_row(user)))


def set_password(connection: Connection, user_id: str, password_hash: str) -> None:
    """Write the hash of a new password."""
    connection.execute(users.update().where(users.c.id == user_id).values(password_hash=password_hash))


def get_password(connection: Connection, user_id: str) -> str | None:
    """Read the hash of a password, None for an account that has none."""
    return connection.execute(sa.select(users.c.password_hash).where(users.c.id == user_id)).scalar()


def set_seen(connection: Connection, user_id: str, at: datetime) -> None:
    """Write when a person last used the account."""
    connection.execute(users.update().where(users.c.id == user_id).values(seen_at=at))


def administrators(connection: Connection) -> frozenset[str]:
    """Ids of those who can sign in and may do everything; no other transaction can change them meanwhile."""
    query = sa.select(users.c.id).where(users.c.is_administrator, users.c.active, users.c.password_hash.is_not(None))
    return frozenset(connection.execute(query.with_for_update()).scalars())


def any_administrator(connection: Connection) -> str | None:
    """Id of somebody who may do everything, also where nobody has a password, as under open access."""
    query = sa.select(users.c.id).where(users.c.is_administrator, users.c.active).order_by(users.c.id).limit(1)
    return connection.execute(query).scalar()


def any_password(connection: Connection) -> bool:
    """Whether somebody could sign in."""
    query = sa.select(users.c.id).where(users.c.password_hash.is_not(None)).limit(1)
    return connection.execute(query).first() is not None


_SORTED_BY = {
    UserSort.LOGIN: (users.c.login,),
    UserSort.NAME: (users.c.name, users.c.id),
    # Identifiers grow with time.
    UserSort.CREATED_AT: (users.c.id,),
    UserSort.SEEN_AT: (users.c.seen_at, users.c.id),
}


def page(
    connection: Connection,
    *,
    q: str = "",
    active: bool | None = None,
    sort: UserSort = UserSort.LOGIN,
    order: Order = Order.ASC,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[User]:
    """List accounts, by login unless told otherwise.

    Parameters
    ----------
    q : str
        Part of the login or of the name, in whatever case.
    active : bool or None
        Only those who may sign in, or who may not.
    """
    query = sa.select(*_USER)
    if q:
        part = q.lower()
        named = sa.func.lower(users.c.name).contains(part, autoescape=True)
        query = query.where(sa.or_(users.c.login.contains(part, autoescape=True), named))
    if active is not None:
        query = query.where(users.c.active.is_(active))
    way = Keyset(name=sort.value, columns=_SORTED_BY[sort], order=order)
    rows = way.rows(connection, query, way.read_cursor(cursor), require_limit(limit) + 1)
    more = way.write_cursor(rows[limit - 1]) if len(rows) > limit else None
    return Page(items=tuple(User(**row) for row in rows[:limit]), next=more)


def _row(user: User) -> dict[str, Any]:
    return {column.name: getattr(user, column.name) for column in _USER} | {"login": user.login.lower()}


# Sessions -------------------------------------------------------------------------------------------------------------


def add_session(
    connection: Connection, token_hash: str, user_id: str, *, created_at: datetime, expires_at: datetime
) -> None:
    """Write that a browser is signed in."""
    row = {"token_hash": token_hash, "user_id": user_id, "created_at": created_at, "expires_at": expires_at}
    connection.execute(sessions.insert().values(row))


def find_session(connection: Connection, token_hash: str, *, at: datetime) -> tuple[User, datetime] | None:
    """Read whose session it is and when it ends, if it has not ended and the account is active."""
    query = (
        sa.select(*_USER, sessions.c.expires_at)
        .join_from(sessions, users)
        .where(sessions.c.token_hash == token_hash, sessions.c.expires_at > at, users.c.active)
    )
    row = connection.execute(query).mappings().first()
    if row is None:
        return None
    return User(**{column.name: row[column.name] for column in _USER}), row["expires_at"]


def renew_session(connection: Connection, token_hash: str, *, expires_at: datetime) -> None:
    """Move the end of a session."""
    connection.execute(sessions.update().where(sessions.c.token_hash == token_hash).values(expires_at=expires_at))


def end_session(connection: Connection, token_hash: str) -> bool:
    """Delete a session; tell whether there was one."""
    return connection.execute(sessions.delete().where(sessions.c.token_hash == token_hash)).rowcount > 0


def end_sessions(connection: Connection, user_id: str, *, but: str | None = None) -> int:
    """Delete the sessions of a person, except for one; return how many."""
    theirs = sessions.delete().where(sessions.c.user_id == user_id)
    return connection.execute(theirs if but is None else theirs.where(sessions.c.token_hash != but)).rowcount


# Tokens ---------------------------------------------------------------------------------------------------------------


def add_token(connection: Connection, token: Token, *, token_hash: str) -> None:
    """Write a new token."""
    row = {column.name: getattr(token, column.name) for column in _TOKEN}
    connection.execute(tokens.insert().values(row | {"scopes": sorted(token.scopes), "token_hash": token_hash}))


def find_token(connection: Connection, token_hash: str, *, at: datetime) -> tuple[User, Token] | None:
    """Read a token and whose it is, if it has not ended and the account is active."""
    lives = sa.or_(tokens.c.expires_at.is_(None), tokens.c.expires_at > at)
    query = (
        sa.select(*_USER, *(column.label(f"token_{column.name}") for column in _TOKEN))
        .join_from(tokens, users)
        .where(tokens.c.token_hash == token_hash, lives, users.c.active)
    )
    row = connection.execute(query).mappings().first()
    if row is None:
        return None
    user = User(**{column.name: row[column.name] for column in _USER})
    return user, _token({column.name: row[f"token_{column.name}"] for column in _TOKEN})


def get_token(connection: Connection, token_id: str) -> Token:
    """Read a token.

    Raises
    ------
    NotFound
        There is none.
    """
    row = connection.execute(sa.select(*_TOKEN).where(tokens.c.id == token_id)).mappings().first()
    if row is None:
        raise NotFound("token", token_id)
    return _token(row)


def set_token_used(connection: Connection, token_id: str, at: datetime) -> None:
    """Write when a token was last used."""
    connection.execute(tokens.update().where(tokens.c.id == token_id).values(used_at=at))


def delete_token(connection: Connection, token_id: str) -> None:
    """End a token."""
    connection.execute(tokens.delete().where(tokens.c.id == token_id))


def token_page(connection: Connection, user_id: str, *, cursor: str | None = None, limit: int = 50) -> Page[Token]:
    """List the tokens of a person, the latest first."""
    query = sa.select(*_TOKEN).where(tokens.c.user_id == user_id)
    if cursor is not None:
        query = query.where(tokens.c.id < _text(*decode_cursor(cursor, size=1)))
    rows = connection.execute(query.order_by(tokens.c.id.desc()).limit(require_limit(limit) + 1)).mappings().all()
    more = encode_cursor(rows[limit - 1]["id"]) if len(rows) > limit else None
    return Page(items=tuple(_token(row) for row in rows[:limit]), next=more)


def _token(row: RowMapping | dict[str, Any]) -> Token:
    return Token(**{**row, "scopes": frozenset(map(Scope, row["scopes"]))})


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise InvalidValue("the cursor is not one of this list: begin at the first page")
    return value


# Wrong passwords ------------------------------------------------------------------------------------------------------


def failures(connection: Connection, *, login: str, address: str, since: datetime) -> tuple[list[datetime], ...]:
    """Moments of late at which somebody tried this login, and at which this address tried any."""
    late = sa.select(sign_in_failures.c.at).where(sign_in_failures.c.at > since).order_by(sign_in_failures.c.at)
    by_login = late.where(sign_in_failures.c.login == login)
    by_address = late.where(sign_in_failures.c.address == address)
    return tuple(list(connection.execute(query).scalars()) for query in (by_login, by_address))


def add_failure(connection: Connection, *, login: str, address: str, at: datetime) -> None:
    """Write that somebody tried to sign in."""
    connection.execute(sign_in_failures.insert().values(login=login, address=address, at=at))


def forgive(connection: Connection, *, login: str, address: str) -> None:
    """Forget what an address tried with one login, now that the password was right."""
    mine = (sign_in_failures.c.login == login, sign_in_failures.c.address == address)
    connection.execute(sign_in_failures.delete().where(*mine))


# Who may see what -----------------------------------------------------------------------------------------------------


def places(connection: Connection, user_id: str, *, cursor: str | None = None, limit: int = 50) -> Page[Place]:
    """List the projects of a person by name, without those in the trash."""
    query = (
        sa.select(projects.c.id, projects.c.name, memberships.c.role)
        .join_from(memberships, projects)
        .where(memberships.c.user_id == user_id, projects.c.deleted_at.is_(None))
    )
    way = Keyset(name="projects", columns=(projects.c.name, projects.c.id), order=Order.ASC)
    rows = way.rows(connection, query, way.read_cursor(cursor), require_limit(limit) + 1)
    more = way.write_cursor(rows[limit - 1]) if len(rows) > limit else None
    found = (Place(project_id=row["id"], project_name=row["name"], role=Role(row["role"])) for row in rows[:limit])
    return Page(items=tuple(found), next=more)


def members_among(
    connection: Connection, user_ids: Collection[str], project_ids: Collection[str]
) -> frozenset[tuple[str, str]]:
    """Which of some people are members of which of some projects, as pairs of ids."""
    query = sa.select(memberships.c.user_id, memberships.c.project_id).where(
        memberships.c.user_id.in_(user_ids), memberships.c.project_id.in_(project_ids)
    )
    return frozenset((row.user_id, row.project_id) for row in connection.execute(query))
