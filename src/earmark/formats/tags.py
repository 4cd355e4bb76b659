r"""Tags in one cell: ``species=zebra finch;individual=bird 1``, with ``\`` before ``;``, ``=`` and ``\`` themselves."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

Tags = tuple[tuple[str, str], ...]

_SPECIAL = re.compile(r"([\\;=])")
_ENTRY = re.compile(r"(?:[^\\;]|\\.)+", re.DOTALL)
_PAIR = re.compile(r"((?:[^\\=]|\\.)*)=(.*)", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def dump_tags(tags: Iterable[tuple[str, str]]) -> str:
    """Write tags in one cell."""
    return ";".join("=".join(_SPECIAL.sub(r"\\\1", part) for part in pair) for pair in tags)


def load_tags(cell: str, *, name: str) -> Tags:
    """Read tags; a cell that does not hold name and value pairs is one tag called ``name``."""
    pairs = [_PAIR.fullmatch(entry) for entry in _ENTRY.findall(cell)]
    if not all(pairs):
        return ((name, cell),)
    return tuple((_ESCAPED.sub(r"\1", pair[1]), _ESCAPED.sub(r"\1", pair[2])) for pair in pairs if pair)
