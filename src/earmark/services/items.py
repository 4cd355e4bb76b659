"""Which recordings the user means, and where their results go."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from earmark.errors import InvalidValue, SourceNotFound
from earmark.services.fetch import is_url, redact

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MEDIA_SUFFIXES = frozenset(
    [
        ".3gp",
        ".aac",
        ".ac3",
        ".aif",
        ".aiff",
        ".amr",
        ".ape",
        ".au",
        ".avi",
        ".caf",
        ".dsf",
        ".eac3",
        ".flac",
        ".flv",
        ".m2ts",
        ".m4a",
        ".m4b",
        ".m4v",
        ".mka",
        ".mkv",
        ".mov",
        ".mp2",
        ".mp3",
        ".mp4",
        ".mpeg",
        ".mpg",
        ".mts",
        ".oga",
        ".ogg",
        ".ogv",
        ".opus",
        ".ra",
        ".rf64",
        ".tta",
        ".ts",
        ".voc",
        ".w64",
        ".wav",
        ".wave",
        ".weba",
        ".webm",
        ".wma",
        ".wmv",
        ".wv",
    ]
)
"""Endings that count as recordings inside a folder; a file named by the user may end in anything."""
STEM_BYTES = 200
"""Longest name of a result without its ending; file systems allow 255 bytes in all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One recording to annotate.

    Attributes
    ----------
    name : str
        What the user called it: a path, or a URL without its secrets.
    path : Path or None
        The file; None for a URL.
    url : str or None
        The URL; None for a file.
    target : PurePath
        Its results, relative to the output folder and without ending.
    """

    name: str
    path: Path | None = None
    url: str | None = None
    target: PurePath

    @property
    def identity(self) -> str:
        """What tells this recording from all others: its URL, or its file wherever it is called from."""
        return self.url or os.path.realpath(self.path or self.name)


def find_items(inputs: Sequence[str], *, glob: str | None = None) -> list[Item]:
    """List the recordings that files, folders (searched to the bottom) and http(s) URLs stand for, each once.

    Parameters
    ----------
    inputs : sequence of str
        As the user gave them.
    glob : str or None
        Pattern that the files in folders must match, such as ``*.wav``; by default all known media endings.

    Raises
    ------
    InvalidValue
        An input is empty, a folder holds no recording, or the pattern is malformed.
    SourceNotFound
        A folder may not be read.
    """
    if glob is not None and (not glob.strip() or ".." in PurePath(glob).parts or PurePath(glob).is_absolute()):
        raise InvalidValue(f"{glob!r} is not a pattern for files inside a folder: give one such as '*.wav'.")
    items: dict[str, Item] = {}
    for text in inputs:
        for item in _find(text, glob):
            items.setdefault(item.identity, item)
    return _apart(list(items.values()))


def _find(text: str, glob: str | None) -> Iterator[Item]:
    if not text.strip():
        raise InvalidValue("an empty name stands for no recording; is a variable of your shell not set?")
    if is_url(text):
        yield Item(name=redact(text), url=text, target=PurePath(_url_stem(text)))
    # Not Path.is_dir, which raises where it may not look.
    elif os.path.isdir(text):  # noqa: PTH112
        yield from _in_folder(Path(text), glob)
    else:
        yield Item(name=text, path=Path(text), target=PurePath(fitting(Path(text).stem)))


def _url_stem(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        # What is wrong with the address is told when its turn comes.
        return "recording"
    stem = PurePath(unquote(parts.path).replace("\0", "")).stem
    safe = "".join(c if c.isprintable() and c not in '\\/:*?"<>|' else "_" for c in stem)
    return fitting(safe).strip(". ") or parts.hostname or "recording"


def fitting(stem: str) -> str:
    """Shorten a name to what file systems take, with room for an ending."""
    raw = os.fsencode(stem)
    return raw[:STEM_BYTES].decode(errors="ignore") if len(raw) > STEM_BYTES else stem


def _in_folder(folder: Path, glob: str | None) -> Iterator[Item]:
    if not os.access(folder, os.R_OK | os.X_OK):
        raise SourceNotFound(f"{folder}: this folder may not be read. Change its permissions and try again.")
    try:
        found = sorted(path for path in folder.rglob(glob or "*") if _wanted(path, folder, glob))
    except (ValueError, NotImplementedError) as error:
        raise InvalidValue(f"{glob!r} is not a pattern for file names: {error}") from None
    if not found:
        what = f"matches {glob!r}" if glob else "has an ending of a media file (choose others with --glob)"
        raise InvalidValue(f"{folder}: no file in this folder {what}.")
    for path in found:
        target = path.relative_to(folder)
        yield Item(name=str(path), path=path, target=target.with_name(fitting(target.stem)))


def _wanted(path: Path, folder: Path, glob: str | None) -> bool:
    hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
    return not hidden and (glob is not None or path.suffix.lower() in MEDIA_SUFFIXES) and path.is_file()


def _apart(items: list[Item]) -> list[Item]:
    """Keep results of recordings apart that differ in their ending or folder only."""
    shared = Counter(_key(item.target) for item in items)
    items = [_with_ending(item) if shared[_key(item.target)] > 1 else item for item in items]
    taken: set[str] = set()
    return [_with_number(item, taken) for item in items]


def _key(target: PurePath) -> str:
    """Targets of the same key would be the same file on some systems."""
    return str(target).casefold()


def _with_ending(item: Item) -> Item:
    suffix = item.path.suffix if item.path is not None else ""
    return replace(item, target=item.target.with_name(item.target.name + suffix))


def _with_number(item: Item, taken: set[str]) -> Item:
    target, number = item.target, 2
    while _key(target) in taken:
        target, number = item.target.with_name(f"{item.target.name}-{number}"), number + 1
    taken.add(_key(target))
    return replace(item, target=target)
