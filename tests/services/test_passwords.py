"""Which passwords are taken, and that hashes of them tell right from wrong."""

from __future__ import annotations

import pytest

from earmark.errors import InvalidValue
from earmark.services import passwords

WORDS = "four words are enough"


@pytest.mark.parametrize("password", [WORDS, "пароль-длинный", "correct horse", "ünïcödé wörds", "x7!x7!x7!A"])
def test_good_passwords(password: str) -> None:
    assert passwords.require_good(password, login="annotator") == passwords.normalise(password)


@pytest.mark.parametrize(
    ("password", "message"),
    [
        ("", "10 to 200"),
        ("nine char", "10 to 200"),
        ("x" * 201, "10 to 200"),
        ("Password123", "first"),
        ("QWERTYUIOP", "first"),
        ("aaaaaaaaaaaaaaa", "first"),
        ("abababababab", "first"),
        ("field.listener", "login"),
        ("FIELD.LISTENER", "login"),
        ("field.listener2026!", "login"),
    ],
)
def test_passwords_that_are_refused(password: str, message: str) -> None:
    with pytest.raises(InvalidValue, match=message):
        passwords.require_good(password, login="field.listener")


def test_only_the_right_password_is_right() -> None:
    hashed = passwords.make_hash(WORDS)

    assert hashed.startswith("$argon2id$")
    assert passwords.is_right(WORDS, hashed)
    assert not passwords.is_right(WORDS + " ", hashed)
    assert passwords.make_hash(WORDS) != hashed
    assert not passwords.is_outdated(hashed)


def test_without_a_hash_nothing_is_right() -> None:
    assert not passwords.is_right(WORDS, None)
    assert not passwords.is_right("", None)
    assert not passwords.is_right(WORDS, "no hash")


def test_it_does_not_matter_on_what_keyboard_it_is_typed() -> None:
    composed, decomposed = "caf\u00e9 au lait", "cafe\u0301 au lait"

    assert passwords.is_right(passwords.normalise(decomposed), passwords.make_hash(passwords.normalise(composed)))


def test_passwords_that_are_made_up_differ_and_are_good() -> None:
    made = {passwords.make_up() for _ in range(100)}

    assert len(made) == 100
    assert all(passwords.require_good(password, login="admin") == password for password in made)


def test_weaker_hashes_are_found() -> None:
    from argon2 import PasswordHasher

    weak = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(WORDS)

    assert passwords.is_right(WORDS, weak)
    assert passwords.is_outdated(weak)
