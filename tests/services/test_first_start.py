"""What the first start makes, and when a server is open."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from earmark.core.people import SYSTEM
from earmark.errors import InvalidSettings, NotSignedIn
from earmark.services import people, sign_in
from earmark.services.first_start import ensure_administrator, ensure_open_access
from earmark.services.platform import Platform
from earmark.services.sign_in import OPEN_LOGIN, Origin

WORDS = "four words are enough"
HERE = Origin(address="127.0.0.1")


def with_settings(platform: Platform, **values: str) -> Platform:
    return replace(platform, settings=replace(platform.settings, **values))


def test_a_password_is_made_up_once(any_platform: Platform) -> None:
    made = ensure_administrator(any_platform)

    assert made is not None
    assert made.password is not None
    assert sign_in.sign_in(any_platform, login="admin", password=made.password, origin=HERE).user.is_administrator
    assert ensure_administrator(any_platform) is None


def test_of_servers_that_start_together_one_makes_it(any_platform: Platform) -> None:
    with ThreadPoolExecutor(4) as pool:
        made = [one for one in pool.map(lambda _: ensure_administrator(any_platform), range(4)) if one]

    assert len(made) == 1
    password = made[0].password or ""
    assert sign_in.sign_in(any_platform, login="admin", password=password, origin=HERE).user.login == "admin"


def test_the_settings_may_give_it(platform: Platform) -> None:
    given = with_settings(platform, admin_login="Owner", admin_password=WORDS)
    made = ensure_administrator(given)

    assert made is not None
    assert (made.login, made.password) == ("owner", None)
    assert sign_in.sign_in(given, login="owner", password=WORDS, origin=HERE).user.is_administrator


@pytest.mark.parametrize(
    "values", [{"admin_password": "short"}, {"admin_login": "a b"}, {"admin_password": "password123"}]
)
def test_settings_that_are_no_good(values: dict[str, str], platform: Platform) -> None:
    with pytest.raises(InvalidSettings, match="admin_login or admin_password"):
        ensure_administrator(with_settings(platform, **values))


def test_an_account_of_open_access_is_not_taken_over(platform: Platform) -> None:
    ensure_open_access(platform, loopback=True)

    with pytest.raises(InvalidSettings, match="earmark users password"):
        ensure_administrator(with_settings(platform, admin_login=OPEN_LOGIN))
    assert ensure_administrator(platform) is not None


def test_open_access_is_for_this_machine(platform: Platform) -> None:
    with pytest.raises(InvalidSettings, match=r"127\.0\.0\.1"):
        ensure_open_access(platform, loopback=False)


def test_open_access_is_for_servers_without_accounts(any_platform: Platform) -> None:
    people.create_user(any_platform, SYSTEM, login="owner", name="Owner", password=WORDS, is_administrator=True)

    with pytest.raises(InvalidSettings, match="account"):
        ensure_open_access(any_platform, loopback=True)


def test_who_works_under_open_access_has_an_account_without_a_password(any_platform: Platform) -> None:
    ensure_open_access(any_platform, loopback=True)
    ensure_open_access(any_platform, loopback=True)

    known = sign_in.by_open_access(any_platform, HERE)
    assert known.actor.is_administrator
    assert known.user.login == OPEN_LOGIN
    for password in ("", "none", OPEN_LOGIN):
        with pytest.raises(NotSignedIn):
            sign_in.sign_in(any_platform, login=OPEN_LOGIN, password=password, origin=HERE)


def test_open_access_ends_with_the_first_password(platform: Platform) -> None:
    ensure_open_access(platform, loopback=True)
    people.create_user(platform, SYSTEM, login="owner", name="Owner", password=WORDS, is_administrator=True)

    with pytest.raises(NotSignedIn):
        sign_in.by_open_access(platform, HERE)
