"""Values in forms and queries, as programs write them."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from earmark.errors import InvalidField

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

_SWITCHES = dict.fromkeys(("true", "1", "yes", "on", "t", "y"), True) | dict.fromkeys(
    ("false", "0", "no", "off", "f", "n"), False
)
_NESTED = re.compile(r"(\w+)\[(\w*)\]")
SHOWN = 60


class Fields:
    """Named texts; lists are written ``name`` or ``name[]``, again and again, and what is within ``name[inner]``.

    Parameters
    ----------
    pairs : iterable of (str, str)
        Names and values in order; of several values for what takes one, the last holds. An empty value is none.
    """

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in pairs:
            nested = _NESTED.fullmatch(name)
            plain = nested[1] if nested is not None and not nested[2] else name
            self._values.setdefault(plain, []).append(value.replace("\0", ""))

    def many(self, name: str) -> list[str]:
        """All values that say something."""
        return [value.strip() for value in self._values.get(name, ()) if value.strip()]

    def text(self, name: str) -> str | None:
        """A text without blanks around it."""
        found = self.many(name)
        return found[-1] if found else None

    def choice(self, name: str, allowed: Collection[str], default: str) -> str:
        """One of some words."""
        value = self.text(name)
        if value is None:
            return default
        if value not in allowed:
            raise InvalidField(name, f"is one of {', '.join(allowed)}, not {value[:SHOWN]!r}.")
        return value

    def switch(self, name: str, *, default: bool = False) -> bool:
        """Yes or no."""
        value = self.text(name)
        if value is None:
            return default
        if value.lower() not in _SWITCHES:
            raise InvalidField(name, f"is true or false, not {value[:SHOWN]!r}.")
        return _SWITCHES[value.lower()]

    def number(self, name: str, *, least: float, most: float) -> float | None:
        """A number within bounds."""
        value = self.text(name)
        if value is None:
            return None
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if not least <= number <= most:
            raise InvalidField(name, f"is a number from {least:g} to {most:g}, not {value[:SHOWN]!r}.")
        return number

    def whole(self, name: str, *, least: int, most: int) -> int | None:
        """A whole number within bounds."""
        number = self.number(name, least=least, most=most)
        if number is not None and number != int(number):
            raise InvalidField(name, f"is a whole number, not {number:g}.")
        return None if number is None else int(number)
