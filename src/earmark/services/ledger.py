"""What Earmark has written into an output folder: so that work is not done twice and nobody's file is lost."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from earmark.errors import OutputFailed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

LEDGER = ".earmark-done.jsonl"
"""Its name in the output folder: one JSON object per line, the last one that names a file counts."""
UNFINISHED = {"size": -1, "changed": -1}
"""State of a file that is being written."""


@dataclass(frozen=True, slots=True)
class _Written:
    """A file as Earmark left it."""

    key: str
    identity: str
    size: int
    changed: int


class Ledger:
    """The ledger of one output folder.

    Parameters
    ----------
    folder : Path
        The output folder; made if it is not there.

    Raises
    ------
    OutputFailed
        The folder cannot be made or its ledger cannot be read.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / LEDGER
        self._files: dict[str, _Written] = {}
        self._done: dict[str, tuple[str, ...]] = {}
        make_folder(folder)
        try:
            text = self._path.read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return
        except OSError as error:
            raise OutputFailed(f"{self._path}: cannot be read ({error.strerror}). Choose another --out.") from None
        for line in text.splitlines():
            self._learn(line)

    def _learn(self, line: str) -> None:
        try:
            entry = json.loads(line)
            key, identity = str(entry["key"]), str(entry["identity"])
            files = {str(f["path"]): _Written(key, identity, int(f["size"]), int(f["changed"])) for f in entry["files"]}
        except (ValueError, KeyError, TypeError):
            # A line that a crash cut off: that recording is done again.
            return
        self._files.update(files)
        self._done[key] = tuple(files)

    def outputs_of(self, key: str) -> tuple[Path, ...] | None:
        """The results of work that is done, if they are as they were left; else None."""
        names = self._done.get(key)
        if names is None or not all(self._files[name].key == key and self._is_untouched(name) for name in names):
            return None
        return tuple(self._folder / name for name in names)

    def require_free(self, paths: Iterable[Path], identity: str) -> None:
        """Raise ``OutputFailed`` if writing would replace a file that is not an untouched result of that recording."""
        for path in paths:
            name = self._name(path)
            if not os.path.lexists(path):
                continue
            written = self._files.get(name)
            if written is None or not self._is_untouched(name):
                why = "is there already and was not written by Earmark, or was changed since"
            elif written.identity != identity:
                why = f"holds the result of another recording ({written.identity})"
            else:
                continue
            raise OutputFailed(f"{path} {why}. Choose another --out, or replace it with --force.")

    def begin(self, identity: str, paths: Iterable[Path]) -> None:
        """Remember which new files are about to be written: if that is interrupted, they may be written again."""
        new = [path for path in paths if not os.path.lexists(path)]
        self._write("", identity, [{"path": self._name(path), **UNFINISHED} for path in new])

    def add(self, key: str, identity: str, paths: Sequence[Path]) -> None:
        """Remember that work is done and what it wrote."""
        self._write(key, identity, [{"path": self._name(path), **_state(path)} for path in paths])

    def _write(self, key: str, identity: str, files: list[dict[str, Any]]) -> None:
        entry = {"key": key, "identity": identity, "files": files}
        self._learn(json.dumps(entry))
        try:
            with self._path.open("ab+") as file:
                # A line that a crash cut off must not swallow this one.
                file.seek(max(0, file.seek(0, os.SEEK_END) - 1))
                torn = file.read(1) not in (b"", b"\n")
                file.write(b"\n" * torn + json.dumps(entry).encode() + b"\n")
        except OSError as error:
            raise OutputFailed(f"{self._path}: cannot be written ({error.strerror}). Choose another --out.") from None

    def _name(self, path: Path) -> str:
        return os.path.relpath(path, self._folder)

    def _is_untouched(self, name: str) -> bool:
        written = self._files[name]
        if written.size == UNFINISHED["size"]:
            return True
        try:
            state = _state(self._folder / name)
        except OSError:
            return False
        return (written.size, written.changed) == (state["size"], state["changed"])


def _state(path: Path) -> dict[str, Any]:
    facts = path.stat()
    return {"size": facts.st_size, "changed": facts.st_mtime_ns}


def make_folder(folder: Path) -> None:
    """Make an output folder, if it is not there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        why = f"this folder cannot be made ({error.strerror})"
        raise OutputFailed(f"{folder}: {why}. Choose another with --out.") from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise OutputFailed(f"{folder}: this folder cannot be written to. Choose another with --out.")
