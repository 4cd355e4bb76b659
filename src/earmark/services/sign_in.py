"""Proving who one is: passwords, sessions of browsers, API tokens, open access.

Secrets of sessions and tokens are 256 random bits; the database holds their SHA-256 alone, so that who reads it cannot
sign in with it. Nothing slower than SHA-256 is needed: nobody guesses 256 bits.
"""

from __future__ import annotations

import hashlib
import ipaddress
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from earmark.core.people import Actor
from earmark.errors import NotSignedIn, TooManyAttempts
from earmark.services import chronicle, passwords
from earmark.store import people
from earmark.store.database import now

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from earmark.core.people import User
    from earmark.services.platform import Platform

TOKEN_PREFIX = "em_"  # noqa: S105 - tells Earmark's tokens from others, also to those who look for leaked ones
OPEN_LOGIN = "local"
"""Login of the account without a password that work under open access is written to."""
WINDOW = timedelta(minutes=15)
FREE_ATTEMPTS = 5
"""Attempts within the window after which one has to wait."""
LONGEST_WAIT = 900
SEEN_EVERY = timedelta(minutes=1)
"""How exact the last use of accounts and tokens is known: writing it at each request would be slow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a request came from, for the audit log."""

    address: str | None = None
    request_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A session that was begun.

    Attributes
    ----------
    secret : str
        For the browser's cookie; it is not kept.
    """

    user: User
    secret: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Who asks.

    Attributes
    ----------
    renewed_until : datetime or None
        New end of the session, where it was moved.
    """

    user: User
    actor: Actor
    renewed_until: datetime | None = None


def hash_of(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def actor_of(user: User, origin: Origin) -> Actor:
    """A person who signed in, as the one who asks."""
    return Actor(
        user_id=user.id,
        name=user.name,
        is_administrator=user.is_administrator,
        address=origin.address,
        request_id=origin.request_id,
    )


# Passwords ------------------------------------------------------------------------------------------------------------


def sign_in(platform: Platform, *, login: str, password: str, origin: Origin) -> SignedIn:
    """Begin a session.

    Raises
    ------
    NotSignedIn
        Login or password are wrong, or the account is closed; which of these is not told.
    TooManyAttempts
        Five attempts of late with this login, or from this address, failed. The wait doubles with each more.
    """
    login, address = login.lower()[:100], network(origin.address)
    with platform.database.write() as connection:
        count_attempt(connection, login, address)
        found = people.find(connection, login)
    user, hashed = found or (None, None)
    right = passwords.is_right(passwords.normalise(password), hashed)
    if user is None or hashed is None or not right or not user.active:
        raise NotSignedIn("login or password are wrong, or the account is closed.")
    with platform.database.write() as connection:
        people.forgive(connection, login=login, address=address)
        if passwords.is_outdated(hashed):
            people.set_password(connection, user.id, passwords.make_hash(passwords.normalise(password)))
        return begin_session(platform, connection, user, origin)


def begin_session(platform: Platform, connection: Connection, user: User, origin: Origin) -> SignedIn:
    """Begin a session of somebody who is known."""
    secret, moment = secrets.token_urlsafe(32), now()
    expires_at = moment + timedelta(hours=platform.settings.session_hours)
    people.add_session(connection, hash_of(secret), user.id, created_at=moment, expires_at=expires_at)
    people.set_seen(connection, user.id, moment)
    chronicle.record(connection, actor_of(user, origin), "user.signed_in", subject_id=user.id)
    return SignedIn(user=user, secret=secret, expires_at=expires_at)


def count_attempt(connection: Connection, login: str, address: str) -> None:
    """Note an attempt to guess a password, before it is looked at: those that are made side by side count too.

    Raises
    ------
    TooManyAttempts
        Five attempts of late failed.
    """
    _require_patience(connection, login, address)
    people.add_failure(connection, login=login, address=address, at=now())


def _require_patience(connection: Connection, login: str, address: str) -> None:
    moment = now()
    tried = people.failures(connection, login=login, address=address, since=moment - WINDOW)
    wait = max(_wait(attempts, moment) for attempts in tried)
    if wait > 0:
        raise TooManyAttempts(
            f"too many attempts with a wrong password: wait {wait} s and try again.", retry_after=wait
        )


def _wait(attempts: list[datetime], moment: datetime) -> int:
    """Whole seconds to wait: 2 after the fifth attempt, then 4, 8 ... up to 15 minutes, counted from the last one."""
    if len(attempts) < FREE_ATTEMPTS:
        return 0
    seconds = min(2 ** (len(attempts) - FREE_ATTEMPTS + 1), LONGEST_WAIT)
    return -int((moment - attempts[-1] - timedelta(seconds=seconds)).total_seconds() // 1)


def network(address: str | None) -> str:
    """The address that attempts are counted by: of IPv6 the network, since each household has 2^64 addresses."""
    try:
        parsed = ipaddress.ip_address((address or "").partition("%")[0])
    except ValueError:
        return (address or "unknown").encode("ascii", "replace").decode()[:64]
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    return str(parsed.ipv4_mapped or ipaddress.ip_network((parsed, 64), strict=False))


# Sessions -------------------------------------------------------------------------------------------------------------


def by_session(platform: Platform, secret: str, origin: Origin) -> Known:
    """Find out who asks from the secret in a cookie; a session of which half the time is over is made longer.

    Raises
    ------
    NotSignedIn
        The session has ended.
    """
    moment, hashed = now(), hash_of(secret)
    with platform.database.read() as connection:
        found = people.find_session(connection, hashed, at=moment)
    if found is None:
        raise NotSignedIn("your session has ended. Sign in again.")
    user, expires_at = found
    length = timedelta(hours=platform.settings.session_hours)
    renewed = moment + length if expires_at - moment < length / 2 else None
    if renewed is not None or _long_ago(user.seen_at, moment):
        with platform.database.write() as connection:
            people.set_seen(connection, user.id, moment)
            if renewed is not None:
                people.renew_session(connection, hashed, expires_at=renewed)
    return Known(user=user, actor=actor_of(user, origin), renewed_until=renewed)


def sign_out(platform: Platform, secret: str, origin: Origin) -> None:
    """End a session; one that has ended already is fine."""
    with platform.database.write() as connection:
        found = people.find_session(connection, hash_of(secret), at=now())
        if people.end_session(connection, hash_of(secret)) and found is not None:
            user, _ = found
            chronicle.record(connection, actor_of(user, origin), "user.signed_out", subject_id=user.id)


# Tokens and open access -----------------------------------------------------------------------------------------------


def by_token(platform: Platform, secret: str, origin: Origin) -> Known:
    """Find out who asks from an API token.

    Raises
    ------
    NotSignedIn
        There is no such token, it has expired, or its owner's account is closed.
    """
    moment = now()
    with platform.database.read() as connection:
        found = people.find_token(connection, hash_of(secret), at=moment)
    if found is None:
        raise NotSignedIn("there is no such token, it has expired, or its owner's account is closed. Make a new one.")
    user, token = found
    if _long_ago(token.used_at, moment):
        with platform.database.write() as connection:
            people.set_token_used(connection, token.id, moment)
            people.set_seen(connection, user.id, moment)
    actor = Actor(
        user_id=user.id,
        name=user.name,
        is_administrator=user.is_administrator,
        scopes=token.scopes,
        address=origin.address,
        request_id=origin.request_id,
    )
    return Known(user=user, actor=actor)


def by_open_access(platform: Platform, origin: Origin) -> Known:
    """Take whoever asks for the one person who works on this machine.

    Raises
    ------
    NotSignedIn
        Somebody has a password by now, which ends open access.
    """
    with platform.database.read() as connection:
        found = people.find(connection, OPEN_LOGIN)
        closed = people.any_password(connection)
    if closed or found is None or not found[0].active:
        raise NotSignedIn("open access has ended, since there is an account with a password now. Sign in.")
    return Known(user=found[0], actor=actor_of(found[0], origin))


def _long_ago(at: datetime | None, moment: datetime) -> bool:
    return at is None or moment - at > SEEN_EVERY
