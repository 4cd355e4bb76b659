"""Models of the registry that pipelines ask for: found, and laid out as a folder from which engines load them."""

from __future__ import annotations

import re
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from earmark.core.model import Model, ModelFile, ModelStatus
from earmark.errors import InvalidValue
from earmark.services.model_files import key_of
from earmark.store import models

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy.engine import Connection

    from earmark.core.project import Pipeline
    from earmark.services.platform import Platform

ENGINE, TASK = "whisper", "transcribe"
"""What pipelines can use so far: models of this engine, by default the one for this task."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """The files of a model; equal where an engine that has loaded one of them has loaded the other.

    Attributes
    ----------
    title : str
        Name and version of the model.
    files : tuple of ModelFile
        Its files.
    folder : callable
        Gives a folder that holds them while a context lasts.
    """

    title: str
    files: tuple[ModelFile, ...]
    folder: Callable[[], AbstractContextManager[Path]] = field(compare=False)


def find_model(connection: Connection, pipeline: Pipeline, project_id: str | None) -> Model | None:
    """Find the model that a pipeline uses in a project (None: in none); None where its weights are not in the registry.

    That is the one which it names (``name@version``), or, where it names no weights at all, the default of the project
    or else of the server for `TASK`.

    Raises
    ------
    InvalidValue
        It names a model that this project does not have, that is not ready, or that belongs to another engine.
    """
    if pipeline.engine != ENGINE:
        return None
    if pipeline.model is None:
        model = models.defaults(connection, (models.SERVER, project_id or models.SERVER)).get(TASK)
        return model if model is not None and model.engine == ENGINE else None
    name, at, version = pipeline.model.partition("@")
    if not at or "/" in pipeline.model:
        return None
    model = models.titled(connection, name, version)
    if model is None or model.project_id not in (None, project_id) or model.status is not ModelStatus.READY:
        raise InvalidValue(
            f"no model {pipeline.model[:80]!r} is ready, here or on the whole server. Look at the list of models"
        )
    if model.engine != ENGINE:
        raise InvalidValue(f"{model.title} is a model for the engine {model.engine}; a pipeline takes {ENGINE} only")
    return model


def weights_of(platform: Platform, model: Model) -> Weights:
    """Give the files of a model to an engine."""
    return Weights(title=model.title, files=model.files, folder=partial(_laid_out, platform, model))


@contextmanager
def _laid_out(platform: Platform, model: Model) -> Iterator[Path]:
    with TemporaryDirectory(prefix="earmark-") as place, ExitStack() as stack:
        # Its name becomes that of the engine, by which annotations tell who made them.
        folder = Path(place) / re.sub(r"[^\w.@-]", "_", model.title)[:60]
        folder.mkdir()
        for file in model.files:
            path = stack.enter_context(platform.cache.copy_of(platform.files, key_of(model.id, file)))
            (folder / file.name).symlink_to(path.absolute())
        yield folder
