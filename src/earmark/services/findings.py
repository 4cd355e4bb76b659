"""What a look at one part of a server found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from earmark.config import Settings
    from earmark.files.store import FileStore
    from earmark.store.database import Database


class State(StrEnum):
    """How well a part is."""

    OK = "ok"
    WARNING = "warning"
    """It works, but not as well or as safely as it should."""
    FAILED = "failed"
    """It does not work."""
    SKIPPED = "skipped"
    """It could not be looked at, or there is nothing to look at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was found out about one part.

    Attributes
    ----------
    name : str
        The part.
    state : State
        How well it is.
    message : str
        What was seen.
    do : str
        What to do; empty where nothing is to be done.
    """

    name: str
    state: State
    message: str
    do: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The server that is looked at: its settings, and how its parts are opened.

    Attributes
    ----------
    settings : Settings
        What the owner of the server decided.
    sources : mapping from str to str
        Where each setting that is not the default comes from: a variable or a file.
    database, files : callable
        Open them; raise what their opening raises.
    """

    settings: Settings
    sources: Mapping[str, str]
    database: Callable[[], Database]
    files: Callable[[], FileStore]


def ok(name: str, message: str) -> Finding:
    """Say that a part is well."""
    return Finding(name=name, state=State.OK, message=message)


def warning(name: str, message: str, do: str) -> Finding:
    """Say that a part could be better."""
    return Finding(name=name, state=State.WARNING, message=message, do=do)


def failed(name: str, message: str, do: str) -> Finding:
    """Say that a part does not work."""
    return Finding(name=name, state=State.FAILED, message=message, do=do)


def skipped(name: str, message: str) -> Finding:
    """Say why a part was not looked at."""
    return Finding(name=name, state=State.SKIPPED, message=message)


def failed_by(name: str, error: Exception) -> Finding:
    """Say that a part does not work, in the words of an error: what is wrong, then what to do."""
    message, _, do = str(error).partition(". ")
    return failed(name, message.rstrip("."), do if not do or do.endswith((".", "?")) else f"{do}.")
