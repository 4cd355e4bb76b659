"""Values into JSON, and out of JSON that comes from elsewhere, with messages that say which of them makes no sense."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any, NoReturn

from earmark.errors import FormatError, InvalidValue

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Reader = Callable[[Any], Any]


def as_json(value: object) -> str:
    """Write a value as JSON in one line."""
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    except ValueError as error:
        raise InvalidValue(f"a number in {str(value)[:80]} is not finite") from error


def parse(text: str, *, source: str) -> Any:
    """Parse JSON as the standard has it, which knows no NaN and no Infinity."""
    try:
        return json.loads(text, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        raise FormatError(source, f"is not JSON: {error.msg}", error.lineno) from error
    except InvalidValue as error:
        raise FormatError(source, str(error)) from error
    except (ValueError, RecursionError) as error:
        raise FormatError(source, f"is not JSON that can be read: {error}") from error


def _refuse(constant: str) -> NoReturn:
    raise InvalidValue(f"{constant} is not a number in JSON")


def fields(
    value: object, readers: Mapping[str, Reader], what: str, *, required: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Read the keys that ``readers`` knows; a null is as good as a key left out."""
    if not isinstance(value, dict):
        raise InvalidValue(f"{what}: should be an object, not {shown(value)}")
    missing = [name for name in required if value.get(name) is None]
    if missing:
        raise InvalidValue(f"{what}: {missing[0]!r} is missing")
    known = ((name, value[name]) for name in readers if value.get(name) is not None)
    return {name: _read(readers[name], item, f"{what}, {name}") for name, item in known}


def _read(reader: Reader, value: object, what: str) -> Any:
    try:
        return reader(value)
    except InvalidValue as error:
        raise InvalidValue(f"{what}: {error}") from error


def items(reader: Reader, what: str) -> Reader:
    """Read a list; ``what`` is what messages call an item, before its number."""

    def read(value: object) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise InvalidValue(f"should be a list, not {shown(value)}")
        return tuple(_read(reader, item, f"{what} {count}") for count, item in enumerate(value, 1))

    return read


def string(value: object) -> str:
    """Read a text."""
    if not isinstance(value, str):
        raise InvalidValue(f"should be a text, not {shown(value)}")
    return value


def number(value: object) -> float:
    """Read a finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidValue(f"should be a number, not {shown(value)}")
    read = float(value) if abs(value) < 1e300 else math.inf
    if not math.isfinite(read):
        raise InvalidValue("is no finite number")
    return read


def whole(value: object) -> int:
    """Read a whole number."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidValue(f"should be a whole number, not {shown(value)}")
    return value


def shown(value: object) -> str:
    """Write a value, or its beginning, for a message."""
    return json.dumps(value)[:60]
