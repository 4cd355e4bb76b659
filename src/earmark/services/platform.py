"""What the use cases of the server work with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from earmark.config import Settings
    from earmark.files.cache import DiskCache
    from earmark.files.store import FileStore
    from earmark.store.database import Database


def _nobody(_job_id: str) -> None:
    """Tell nobody: workers look into the jobs table by themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """Database, files and settings of one server; made by `earmark.app`.

    Attributes
    ----------
    settings : Settings
        What the owner of the server decided.
    database : Database
        Everything but files.
    files : FileStore
        Media files, pyramids, models and exports.
    cache : DiskCache
        Bounded folder on this machine for what can be made again.
    wake : callable
        Called with the id of a job once it is in the jobs table for good; workers are told of it.
    """

    settings: Settings
    database: Database
    files: FileStore
    cache: DiskCache
    wake: Callable[[str], None] = _nobody

    @property
    def uploads_dir(self) -> Path:
        """Folder of uploads that are under way."""
        return self.settings.data_dir / "uploads"
