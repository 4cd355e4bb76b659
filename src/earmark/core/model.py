"""Models: engines with weights, a name, a version, metrics and the data that trained them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from earmark.core.project import require_name
from earmark.errors import InvalidValue

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


class ModelStatus(StrEnum):
    """How a model may be used."""

    DRAFT = "draft"
    READY = "ready"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFile:
    """One file of a model: name, SHA-256 in hexadecimal and bytes."""

    name: str
    checksum: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """An engine with weights.

    Attributes
    ----------
    name, version : str
        Together unique on a server.
    engine : str
        The engine that runs it, for example ``whisper``.
    task : str
        What it listens for, for example ``transcribe``, ``events``, ``clips``.
    project_id : str or None
        The project that it belongs to; None is for all.
    parent_id : str or None
        The model that it was trained from.
    labels : tuple of str
        What it can say.
    metrics, training : mapping
        JSON: figures on held-out recordings; what it was trained on and how.
    files : tuple of ModelFile
        Its files.
    revision : int
        Grows with each change, for optimistic concurrency.
    """

    id: str
    name: str
    version: str
    engine: str
    task: str
    project_id: str | None = None
    parent_id: str | None = None
    labels: tuple[str, ...] = ()
    metrics: Mapping[str, Any] = field(default_factory=dict)
    training: Mapping[str, Any] = field(default_factory=dict)
    status: ModelStatus = ModelStatus.DRAFT
    notes: str = ""
    files: tuple[ModelFile, ...] = ()
    revision: int = 1
    created_by: str | None = None
    created_at: datetime
    updated_at: datetime

    def __post_init__(self) -> None:
        for what in ("name", "version", "engine", "task"):
            require_name(getattr(self, what), what=f"model, {what}")
        if "@" in self.name:
            raise InvalidValue("a model's name holds no @: that stands between name and version")

    @property
    def title(self) -> str:
        """``name@version``, as annotations name it."""
        return f"{self.name}@{self.version}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """Where a model comes from and what came of it.

    Attributes
    ----------
    ancestors : tuple of Model
        The model that it was trained from, the one that this was trained from, and so on.
    children : tuple of Model
        The models that were trained from it.
    """

    ancestors: tuple[Model, ...]
    children: tuple[Model, ...]
