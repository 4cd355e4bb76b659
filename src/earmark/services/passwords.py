"""Passwords: what is taken, and Argon2 hashes of them."""

from __future__ import annotations

import secrets
import threading
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from earmark.errors import InvalidValue

if TYPE_CHECKING:
    from argon2 import PasswordHasher

MIN_LENGTH = 10
MAX_LENGTH = 200
_COMMON = """
0000000000 0123456789 0987654321 0987654321q 1029384756 1111111111 1122334455 11223344556 12345678900 1234567890
123456789a 123456789q 1234567891 12345678910 1234512345 123123123123 123454321a 123qweasdzxc 1357924680 147258369a
1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx3edc 1qazxsw23edc 2222222222 5555555555 6666666666 7777777777 8888888888 9876543210
9999999999 aa12345678 aaaaaaaaaa abc1234567 abcd123456 abcdefghij admin12345 admin123456 administrator asdfasdfasdf
asdfghjkl1 asdfghjkl; basketball changeme12 changeme123 chocolate1 earmark123 earmarkadmin football12 football123
iloveyou12 iloveyou123 letmein123 letmein1234 liverpool1 mypassword mypassword1 p@ssw0rd12 p@ssw0rd123 pass123456
passw0rd12 passw0rd123 password00 password01 password10 password11 password12 password123 password1234
password12345 passwordpassword princess12 q1w2e3r4t5 q1w2e3r4t5y6 qazwsxedcr qazwsxedcrfv qwe1234567 qwer123456
qwerasdfzxcv qwerty1234 qwerty12345 qwerty123456 qwertyuiop qwertyuiop123 qwertzuiop sunshine12 superman12
testtest12 testtest123 trustno1234 unbelievable welcome123 welcome1234 zaq12wsxcde zxcvbnm123
"""
COMMON = frozenset(_COMMON.split())
"""Passwords of ten and more characters that are among the first to be tried."""

# Each takes 19 MiB while it is computed: a rush of people who sign in may not take the memory of the machine.
_AT_ONCE = threading.BoundedSemaphore(4)


def normalise(password: str) -> str:
    """Write the same characters in the same way, whatever keyboard they were typed on."""
    return unicodedata.normalize("NFC", password)


def require_good(password: str, *, login: str) -> str:
    """Return the password as it is hashed, or raise ``InvalidValue`` saying what is wrong with it."""
    password = normalise(password)
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise InvalidValue(
            f"a password has {MIN_LENGTH} to {MAX_LENGTH} characters. Three or four words make a good one."
        )
    plain = password.casefold()
    if plain in COMMON or len(set(plain)) < 4:
        raise InvalidValue("this password is among the first that others try. Three or four words make a good one.")
    if plain.strip("0123456789!?. ") == login.casefold() or plain == login.casefold():
        raise InvalidValue("the password may not be the login. Three or four words make a good one.")
    return password


def make_up() -> str:
    """Make a password of 100 random bits that can be read aloud."""
    alphabet = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(alphabet) for _ in range(5)) for _ in range(4))


def make_hash(password: str) -> str:
    """Hash a password."""
    with _AT_ONCE:
        return _hasher().hash(password)


def is_right(password: str, hashed: str | None) -> bool:
    """Whether a password is the one that was hashed; without a hash it takes as long to find that it is not."""
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        with _AT_ONCE:
            _hasher().verify(hashed or _of_nobody(), password)
    except (VerificationError, InvalidHashError):
        return False
    return hashed is not None


def is_outdated(hashed: str) -> bool:
    """Whether a hash was made with other parameters than those of today."""
    return _hasher().check_needs_rehash(hashed)


@cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher

    # The second configuration of RFC 9106 takes 64 MiB; this is the least that OWASP's cheat sheet of 2024 asks for.
    return PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


@cache
def _of_nobody() -> str:
    return _hasher().hash(secrets.token_hex(32))
