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
    """Make an identifier of 26 characters that sorts after those made before it on the same machine.

    It is a ULID in lower case (48 bits of milliseconds since 1970, 80 random bits) whose first 20 random bits are the
    nanoseconds within the millisecond, as RFC 9562 section 6.2 (method 3) proposes for UUIDs.
    """
    milliseconds, nanoseconds = divmod(time.time_ns(), 1_000_000)
    value = milliseconds << 80 | nanoseconds << 60 | secrets.randbits(60)
    return "".join(_ALPHABET[value >> shift & 31] for shift in range(5 * (ID_LENGTH - 1), -1, -5))


def require_id(value: str, *, what: str) -> str:
    """Return ``value``, or raise ``InvalidValue`` where it is not an identifier."""
    if not _VALID.fullmatch(value):
        raise InvalidValue(f"{what}: {value[:60]!r} is not an identifier of {ID_LENGTH} letters and digits")
    return value
