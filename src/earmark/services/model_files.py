"""Files of models: bytes that are kept and given back under their checksum; nothing here ever loads one."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from earmark.core.model import Model, ModelFile, ModelStatus
from earmark.errors import Conflict, FileMissing, InvalidValue, NotFound
from earmark.files.store import MAX_NAME_BYTES, check_key
from earmark.services import registry
from earmark.services.contents import BACKUP_LOCK
from earmark.services.registry import PREFIX
from earmark.services.zips import folded
from earmark.store import locks, models
from earmark.store.database import now

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from earmark.core.people import Actor
    from earmark.services.platform import Platform

MAX_FILES = 1_000
ORPHANED_AFTER = timedelta(days=1)
"""Files without a model are deleted then; younger ones may be on their way in."""


def require_draft(platform: Platform, actor: Actor, model_id: str, name: str) -> Model:
    """Raise unless the actor may put a file of that name to a model now.

    Raises
    ------
    Conflict
        The model is no draft, and what refers to it relies on its files; or it has a file of that name, capital letters
        aside.
    InvalidValue
        The name is not one of a file.
    """
    check_file_name(name)
    with platform.database.read() as connection:
        model = registry.managed(connection, actor, model_id)
        _require_room(model, name)
        return model


def add_file(platform: Platform, actor: Actor, model_id: str, name: str, path: Path, *, checksum: str) -> Model:
    """Take a local file into a model; the local file is gone afterwards.

    Parameters
    ----------
    path : Path
        A file of this process alone.
    checksum : str
        Its SHA-256 in hexadecimal.
    """
    require_draft(platform, actor, model_id, name)
    file = ModelFile(name=name, checksum=checksum, size=path.stat().st_size)
    platform.files.put_file(key_of(model_id, file), path, move=True)
    with platform.database.write() as connection:
        model = registry.managed(connection, actor, model_id)
        _require_room(model, name)
        after = registry.save_changed(
            connection, model, files=tuple(sorted((*model.files, file), key=lambda one: one.name))
        )
        registry.record(connection, actor, "model.updated", after)
    return after


def remove_file(platform: Platform, actor: Actor, model_id: str, name: str) -> Model:
    """Take a file out of a draft; its bytes are deleted by `sweep_models`."""
    with platform.database.write() as connection:
        model = registry.managed(connection, actor, model_id)
        find_file(model, name)
        _require_is_draft(model)
        after = registry.save_changed(connection, model, files=tuple(file for file in model.files if file.name != name))
        registry.record(connection, actor, "model.updated", after)
    return after


def find_file(model: Model, name: str) -> ModelFile:
    """Find a file of a model by name; raises `NotFound`."""
    for file in model.files:
        if file.name == name:
            return file
    raise NotFound("file of this model", name)


def key_of(model_id: str, file: ModelFile) -> str:
    """Name a file in the file store; what is there never changes, since its checksum is part of the name."""
    return f"{PREFIX}/{model_id}/{file.checksum}/{file.name}"


def check_file_name(name: str) -> None:
    """Raise `InvalidValue` unless a name is one of a file: no path, nothing hidden, nothing that cannot be printed."""
    if "/" in name or not name or len(name.encode()) > MAX_NAME_BYTES // 2:
        raise InvalidValue(f"{name[:60]!r} is no name of a file: 1 to {MAX_NAME_BYTES // 2} bytes, no slashes")
    check_key(name)


def sweep_models(platform: Platform) -> int:
    """Delete files that belong to no model any more; return how many.

    They are left by uploads that did not come to their end, by removed files and by crashes.
    """
    with platform.database.read() as connection:
        if locks.held(connection, BACKUP_LOCK):
            return 0
    orphans = list(_orphans(platform))
    for key in orphans:
        platform.files.delete(key)
    return len(orphans)


def _orphans(platform: Platform) -> Iterator[str]:
    limit = now() - ORPHANED_AFTER
    old = [facts.key for facts in platform.files.list(PREFIX) if facts.modified < limit]
    for key in old:
        if not _belongs(platform, key) and _still_old(platform, key, limit):
            yield key


def _belongs(platform: Platform, key: str) -> bool:
    model_id = key.split("/")[1]
    with platform.database.read() as connection:
        try:
            model = models.get(connection, model_id)
        except NotFound:
            return False
    return key in {key_of(model_id, file) for file in model.files}


def _still_old(platform: Platform, key: str, limit: datetime) -> bool:
    """Whether nobody stored the same file again since the list was made."""
    try:
        return platform.files.facts(key).modified < limit
    except FileMissing:
        return False


def _require_room(model: Model, name: str) -> None:
    _require_is_draft(model)
    if any(folded(file.name) == folded(name) for file in model.files):
        raise Conflict(f"{model.title} has a file {name!r} already, capital letters aside. Remove it first.")
    if len(model.files) >= MAX_FILES:
        raise Conflict(f"{model.title} has {MAX_FILES} files, which is as many as it may have.")


def _require_is_draft(model: Model) -> None:
    if model.status is not ModelStatus.DRAFT:
        raise Conflict(f"{model.title} is {model.status}: its files stay as they are. Make a new version.")
