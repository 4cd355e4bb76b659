"""The documentation of the command line names all that there is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from earmark.cli.commands import build

PAGE = Path(__file__).parents[1] / "docs" / "commands.md"


def commands(command: Any, path: tuple[str, ...] = ("earmark",)) -> Iterator[tuple[tuple[str, ...], Any]]:
    """The command itself and all below it, with the words that call them."""
    yield path, command
    for name, below in getattr(command, "commands", {}).items():
        yield from commands(below, (*path, name))


def long_names(command: Any) -> Iterator[str]:
    for parameter in command.params:
        names = [*parameter.opts, *parameter.secondary_opts]
        yield from (name for name in names if name.startswith("--"))


ALL = dict(commands(get_command(build())))
OPTIONS = [(path, name) for path, command in ALL.items() for name in long_names(command)]


@cache
def sections() -> dict[str, str]:
    """The page by the headings that begin with `earmark`; what stands before them all belongs to `earmark` itself."""
    parts = re.split(r"^#+ +(earmark .*)$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {"earmark": parts[0], **dict(zip(parts[1::2], parts[2::2], strict=True))}


def section_of(path: tuple[str, ...]) -> str:
    """The section of a command, or of the group that it belongs to."""
    for length in range(len(path), 1, -1):
        words = list(path[:length])
        found = [text for heading, text in sections().items() if heading.split()[:length] == words]
        if found:
            return "\n".join(found)
    return ""


def mentions(text: str, word: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text) is not None


@pytest.mark.parametrize("path", [path for path in ALL if len(path) > 1], ids=" ".join)
def test_every_command_has_its_place(path: tuple[str, ...]) -> None:
    text = section_of(path) or sections()["earmark"]
    assert " ".join(path) in PAGE.read_text(encoding="utf-8") or mentions(text, path[-1])


@pytest.mark.parametrize(("path", "name"), OPTIONS, ids=lambda value: value if isinstance(value, str) else value[-1])
def test_every_option_is_explained_where_its_command_is(path: tuple[str, ...], name: str) -> None:
    text = section_of(path) if len(path) > 1 else PAGE.read_text(encoding="utf-8")
    assert mentions(text, name), f"{PAGE.name} does not tell what {' '.join(path)} {name} does"


def test_the_commands_are_found() -> None:
    assert ("earmark", "models", "pull") in ALL
    assert (("earmark", "annotate"), "--no-guards") in OPTIONS
    assert (("earmark",), "--version") in OPTIONS
