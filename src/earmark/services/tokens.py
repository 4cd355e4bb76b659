"""API tokens: keys with which programs act for a person, within the person's rights and the token's scopes.

Scopes narrow what a person may do and never widen it: `core.people.allowed` asks for both at every use, so that a
token of scope ``admin`` of somebody who administers nothing does no more than its owner.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from earmark.core.ids import new_id
from earmark.core.people import Scope, Token
from earmark.errors import Forbidden, InvalidValue, NotFound
from earmark.services import chronicle
from earmark.services.sign_in import TOKEN_PREFIX, hash_of
from earmark.store import people
from earmark.store.database import now

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from earmark.core.page import Page
    from earmark.core.people import Actor
    from earmark.services.platform import Platform

MAX_NAME = 200


def create_token(
    platform: Platform, actor: Actor, *, name: str, scopes: Collection[Scope], expires_at: datetime | None = None
) -> tuple[Token, str]:
    """Make a token for oneself; return it with its secret, which is not kept.

    Raises
    ------
    Forbidden
        The actor uses a token without scope ``admin``: it could make itself a wider one.
    InvalidValue
        No name, no scope, or an end in the past.
    """
    user_id = _owner(actor)
    if not name.strip() or len(name) > MAX_NAME:
        raise InvalidValue(f"a token has a name of 1 to {MAX_NAME} characters, by which you know what uses it")
    if not scopes:
        raise InvalidValue(f"a token has at least one scope of {', '.join(Scope)}")
    moment = now()
    if expires_at is not None and expires_at <= moment:
        raise InvalidValue("a token cannot have expired before it is made")
    token = Token(
        id=new_id(),
        user_id=user_id,
        name=name.strip(),
        scopes=frozenset(scopes),
        created_at=moment,
        expires_at=expires_at,
    )
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    with platform.database.write() as connection:
        people.add_token(connection, token, token_hash=hash_of(secret))
        details = {"name": token.name, "scopes": sorted(token.scopes)}
        chronicle.record(connection, actor, "token.created", subject_id=token.id, details=details)
    return token, secret


def list_tokens(
    platform: Platform, actor: Actor, *, user_id: str | None = None, cursor: str | None = None, limit: int = 50
) -> Page[Token]:
    """List tokens, the latest first: one's own, or as an administrator somebody's."""
    owner = _owner(actor) if user_id is None else user_id
    _require_own(actor, owner, what=owner)
    with platform.database.read() as connection:
        return people.token_page(connection, owner, cursor=cursor, limit=limit)


def revoke_token(platform: Platform, actor: Actor, token_id: str) -> None:
    """End a token: one's own, or as an administrator anybody's.

    Raises
    ------
    NotFound
        There is none, or it is somebody else's.
    """
    with platform.database.write() as connection:
        token = people.get_token(connection, token_id)
        _require_own(actor, token.user_id, what=token_id)
        people.delete_token(connection, token_id)
        chronicle.record(connection, actor, "token.revoked", subject_id=token_id, details={"name": token.name})


def _owner(actor: Actor) -> str:
    if Scope.ADMIN not in actor.scopes:
        raise Forbidden("a token does not manage tokens, unless its scope is admin. Sign in with your password.")
    if actor.user_id is None:
        raise InvalidValue("tokens belong to people; Earmark itself needs none")
    return actor.user_id


def _require_own(actor: Actor, owner: str, *, what: str) -> None:
    if Scope.ADMIN not in actor.scopes or not (actor.is_administrator or owner == actor.user_id):
        raise NotFound("token", what)
