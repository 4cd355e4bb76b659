"""Names for things in the store: unique, and in the order in which they were made."""

from __future__ import annotations

import re
import secrets
import time

from earmark.errors import InvalidValue

ID_LENGTH = 26
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_VALID = re.compile(f"[{_ALPHABET}]{{{ID_LENGTH}}}")


def new_id() -> str:
    """Make an identifier of 26 characters: milliseconds since 1970, then 80 random bits (a ULID in lower case)."""
    value = (time.time_ns() // 1_000_000) << 80 | secrets.randbits(80)
    return "".join(_ALPHABET[value >> shift & 31] for shift in range(5 * (ID_LENGTH - 1), -1, -5))


def require_id(value: str, *, what: str) -> str:
    """Return ``value``, or raise ``InvalidValue`` where it is not an identifier."""
    if not _VALID.fullmatch(value):
        raise InvalidValue(f"{what}: {value[:60]!r} is not an identifier of {ID_LENGTH} letters and digits")
    return value
