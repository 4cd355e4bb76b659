"""Proving who one is, on each kind of database."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from earmark.core.people import SYSTEM, Scope, User
from earmark.errors import NotSignedIn, TooManyAttempts
from earmark.services import passwords, people, sign_in, tokens
from earmark.services.platform import Platform
from earmark.services.sign_in import Origin, actor_of, network
from earmark.store import people as store
from earmark.store.database import now
from earmark.store.tables import sessions, sign_in_failures, users

WORDS = "four words are enough"
HERE = Origin(address="192.0.2.1", request_id="r-1")
ELSEWHERE = Origin(address="198.51.100.9")


@pytest.fixture
def owner(any_platform: Platform) -> User:
    return people.create_user(any_platform, SYSTEM, login="Owner", name="Owner", password=WORDS, is_administrator=True)


def enter(
    platform: Platform, password: str = WORDS, *, login: str = "owner", origin: Origin = HERE
) -> sign_in.SignedIn:
    return sign_in.sign_in(platform, login=login, password=password, origin=origin)


def fail(platform: Platform, times: int, *, login: str = "owner", origin: Origin = HERE) -> None:
    for _ in range(times):
        with pytest.raises(NotSignedIn):
            enter(platform, "wrong", login=login, origin=origin)


def test_a_session_tells_who_it_is_until_it_ends(any_platform: Platform, owner: User) -> None:
    signed_in = enter(any_platform, login="OWNER")

    known = sign_in.by_session(any_platform, signed_in.secret, HERE)
    assert known.user.id == known.actor.user_id == owner.id
    assert (known.actor.address, known.actor.request_id) == ("192.0.2.1", "r-1")
    assert known.renewed_until is None

    sign_in.sign_out(any_platform, signed_in.secret, HERE)
    sign_in.sign_out(any_platform, signed_in.secret, HERE)
    with pytest.raises(NotSignedIn):
        sign_in.by_session(any_platform, signed_in.secret, HERE)


def test_the_wait_grows_and_is_over_some_time(
    any_platform: Platform, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = now()
    monkeypatch.setattr(sign_in, "now", lambda: moment)
    fail(any_platform, 5)
    waits = []
    for _ in range(3):
        with pytest.raises(TooManyAttempts) as refused:
            enter(any_platform)
        waits.append(refused.value.retry_after)
        moment += timedelta(seconds=refused.value.retry_after)
        fail(any_platform, 1)
    assert waits == [2, 4, 8]

    moment += timedelta(seconds=16)
    assert enter(any_platform).user.id == owner.id


def test_an_hour_later_all_is_forgotten(any_platform: Platform, owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    fail(any_platform, 5)
    later = now() + timedelta(hours=1)
    monkeypatch.setattr(sign_in, "now", lambda: later)

    assert enter(any_platform).user.id == owner.id


def test_one_address_cannot_try_many_logins(any_platform: Platform, owner: User) -> None:
    for number in range(5):
        fail(any_platform, 1, login=f"person{number}")

    with pytest.raises(TooManyAttempts):
        enter(any_platform)
    assert enter(any_platform, origin=ELSEWHERE).user.id == owner.id


def test_many_addresses_cannot_try_one_login(any_platform: Platform, owner: User) -> None:
    for number in range(5):
        fail(any_platform, 1, origin=Origin(address=f"198.51.100.{number}"))

    with pytest.raises(TooManyAttempts):
        enter(any_platform)


def test_ones_own_password_does_not_forgive_what_was_tried_on_others(any_platform: Platform, owner: User) -> None:
    fail(any_platform, 4, login="victim")
    enter(any_platform)
    fail(any_platform, 1, login="victim")

    with pytest.raises(TooManyAttempts):
        enter(any_platform, login="victim")


def test_attempts_side_by_side_count(any_platform: Platform, owner: User) -> None:
    def attempt(_: int) -> type[Exception] | None:
        try:
            enter(any_platform, "wrong")
        except (NotSignedIn, TooManyAttempts) as error:
            return type(error)
        return None

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(attempt, range(40)))

    # Transactions that overlap may let a few more through than one after another would.
    assert found.count(NotSignedIn) <= 5 + 8
    assert found.count(TooManyAttempts) >= 40 - 5 - 8


def test_unknown_logins_take_the_time_of_a_hash(
    any_platform: Platform, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified: list[str | None] = []

    def is_right(password: str, hashed: str | None) -> bool:
        verified.append(hashed)
        return False

    monkeypatch.setattr(passwords, "is_right", is_right)
    fail(any_platform, 1, login="nobody")

    assert verified == [None]


def test_a_closed_account_does_not_open(any_platform: Platform, owner: User) -> None:
    colleague = people.create_user(any_platform, SYSTEM, login="colleague", name="Colleague", password=WORDS)
    secret = enter(any_platform, login="colleague").secret
    people.change_user(any_platform, SYSTEM, colleague.id, active=False)

    with pytest.raises(NotSignedIn):
        enter(any_platform, login="colleague")
    with pytest.raises(NotSignedIn):
        sign_in.by_session(any_platform, secret, HERE)
    people.change_user(any_platform, SYSTEM, colleague.id, active=True)
    with pytest.raises(NotSignedIn):
        sign_in.by_session(any_platform, secret, HERE)


def test_a_session_lasts_while_it_is_used(any_platform: Platform, owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    secret, moment = enter(any_platform).secret, now()
    length = timedelta(hours=any_platform.settings.session_hours)
    for part in (0.6, 1.2, 1.8):
        later = moment + part * length
        monkeypatch.setattr(sign_in, "now", lambda later=later: later)
        assert sign_in.by_session(any_platform, secret, HERE).renewed_until == later + length
    monkeypatch.setattr(sign_in, "now", lambda: moment + 2.9 * length)
    with pytest.raises(NotSignedIn):
        sign_in.by_session(any_platform, secret, HERE)


def test_the_last_use_is_written_once_a_minute(
    any_platform: Platform, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = actor_of(owner, HERE)
    token, secret = tokens.create_token(any_platform, actor, name="a", scopes={Scope.READ})
    moments: list[datetime | None] = []
    for seconds in (0, 30, 61):
        moment = token.created_at + timedelta(seconds=seconds)
        monkeypatch.setattr(sign_in, "now", lambda moment=moment: moment)
        sign_in.by_token(any_platform, secret, HERE)
        with any_platform.database.read() as connection:
            moments.append(store.get_token(connection, token.id).used_at)

    assert moments == [token.created_at, token.created_at, token.created_at + timedelta(seconds=61)]


def test_a_token_brings_its_scopes(any_platform: Platform, owner: User) -> None:
    _, secret = tokens.create_token(any_platform, actor_of(owner, HERE), name="a", scopes={Scope.READ, Scope.MANAGE})

    assert sign_in.by_token(any_platform, secret, HERE).actor.scopes == {Scope.READ, Scope.MANAGE}


def test_older_hashes_are_made_anew(any_platform: Platform, owner: User) -> None:
    from argon2 import PasswordHasher

    weak = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(WORDS)
    with any_platform.database.write() as connection:
        store.set_password(connection, owner.id, weak)
    enter(any_platform)

    with any_platform.database.read() as connection:
        hashed = store.get_password(connection, owner.id)
    assert hashed is not None
    assert not passwords.is_outdated(hashed)


def test_no_secret_is_kept(any_platform: Platform, owner: User) -> None:
    secret = enter(any_platform).secret
    with any_platform.database.read() as connection:
        rows = [connection.execute(sa.select(table)).all() for table in (users, sessions, sign_in_failures)]

    assert secret not in str(rows)
    assert WORDS not in str(rows)


@pytest.mark.parametrize(
    ("address", "counted_as"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8::ffff:2", "2001:db8::/64"),
        ("2001:db8:0:1::1", "2001:db8:0:1::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
        ("é" * 100, "?" * 64),
        (None, "unknown"),
    ],
)
def test_addresses_are_counted_by_household(address: str | None, counted_as: str) -> None:
    assert network(address) == counted_as
