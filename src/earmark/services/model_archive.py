"""A model as one file: a ZIP with ``model.json`` and the model's files under ``files/``, named ``*.earmark-model``.

Everything in such a file is checked before it is believed: names, sizes, checksums, the version of the format.
"""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import asdict, dataclass
from typing import IO, TYPE_CHECKING, Any, cast

from earmark.core.ids import new_id
from earmark.core.model import Model, ModelFile, ModelStatus
from earmark.errors import Conflict, FormatError, InvalidValue, TooLarge
from earmark.files.store import BLOCK_BYTES
from earmark.services import registry
from earmark.services.model_files import MAX_FILES, check_file_name, key_of
from earmark.services.parts import new_part
from earmark.services.zips import opened_zip
from earmark.store import models
from earmark.store.database import now

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from typing_extensions import Buffer

    from earmark.core.people import Actor
    from earmark.services.platform import Platform

FORMAT = "earmark-model"
VERSION = 1
SUFFIX = ".earmark-model"
MANIFEST = "model.json"
FOLDER = "files/"
MAX_MANIFEST = 2_000_000
MAX_READ = 4_000_000
"""More than a directory of `MAX_FILES` names takes."""
DESCRIBED = ("name", "version", "engine", "task", "labels", "metrics", "training", "notes")
"""What a model carries along to another server."""


def export_model(platform: Platform, actor: Actor, model_id: str) -> tuple[str, Iterator[bytes]]:
    """Give a model as one file: its name, and its bytes in blocks, read from the file store as they are asked for."""
    model = registry.get_model(platform, actor, model_id)
    with platform.database.read() as connection:
        parent = models.get(connection, model.parent_id) if model.parent_id else None
        # Of another project's model not even the name is told.
        parent = parent if parent and registry.may_read(connection, actor, parent) else None
    described = {name: getattr(model, name) for name in DESCRIBED}
    described |= {"status": model.status.value, "parent": parent and [parent.name, parent.version]}
    files = [asdict(file) for file in model.files]
    manifest = json.dumps({"format": FORMAT, "version": VERSION, "model": described, "files": files}, indent=1)
    return f"{model.name}-{model.version}{SUFFIX}", _zipped(platform, model, manifest)


def _zipped(platform: Platform, model: Model, manifest: str) -> Iterator[bytes]:
    sink = _Sink()
    # Weights do not shrink: they are stored as they are.
    with zipfile.ZipFile(cast("IO[bytes]", sink), "w") as archive:
        archive.writestr(MANIFEST, manifest)
        for file in model.files:
            with archive.open(zipfile.ZipInfo(FOLDER + file.name), "w", force_zip64=True) as entry:
                for block in platform.files.read(key_of(model.id, file)):
                    entry.write(block)
                    yield sink.take()
    yield sink.take()


class _Sink(io.RawIOBase):
    """A file that cannot be sought in: what is written is taken out again."""

    def __init__(self) -> None:
        self._written = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Buffer) -> int:
        self._written += data
        return memoryview(data).nbytes

    def take(self) -> bytes:
        data = bytes(self._written)
        self._written.clear()
        return data


def import_model(
    platform: Platform, actor: Actor, path: Path, *, project_id: str | None = None, name: str | None = None
) -> Model:
    """Take a model in from a file that `export_model` wrote.

    Parameters
    ----------
    path : Path
        The file.
    project_id : str or None
        The project that gets it; None is for all.
    name : str, optional
        What messages call the file.

    Raises
    ------
    FormatError
        It is no such file, is damaged, or tells lies about what is in it.
    TooLarge
        There is more in it than the server takes.
    Conflict
        There is a model of that name and version.
    """
    name = name or path.name
    require_may_import(platform, actor, project_id)
    what = "model as Earmark writes it"
    with opened_zip(path, name, what=what, most_entries=MAX_FILES + 1, most_read=MAX_READ) as archive:
        manifest = _manifest(archive, name)
        files = _files(manifest, archive, name)
        if sum(file.size for file in files) > platform.settings.upload_max_bytes:
            raise TooLarge(
                f"{name}: the files of this model are larger than {platform.settings.upload_max_bytes} bytes"
            )
        model = _model(platform, actor, manifest, files, project_id, name)
        try:
            for file in files:
                _store(platform, archive, model, file, name)
            registry.add_model(platform, actor, model)
        except BaseException:
            platform.files.delete_all(f"{registry.PREFIX}/{model.id}")
            raise
    return model


def require_may_import(platform: Platform, actor: Actor, project_id: str | None) -> None:
    """Raise unless the actor may add models to a project, or to the whole server (None)."""
    with platform.database.read() as connection:
        registry.require_manage(connection, actor, project_id)


def _manifest(archive: zipfile.ZipFile, name: str) -> dict[str, Any]:
    entry = next((entry for entry in archive.infolist() if entry.filename == MANIFEST), None)
    if entry is None:
        raise FormatError(name, f"there is no {MANIFEST} in it, so it is no model as Earmark writes it")
    if entry.file_size > MAX_MANIFEST:
        raise FormatError(name, f"its {MANIFEST} is larger than {MAX_MANIFEST} bytes")
    manifest = json.loads(archive.read(entry))
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise FormatError(name, f"its {MANIFEST} does not say that this is a model")
    if manifest.get("version") != VERSION:
        raise FormatError(
            name, f"it is of version {manifest.get('version')!r}; this Earmark knows {VERSION}. Upgrade it"
        )
    return manifest


def _files(manifest: dict[str, Any], archive: zipfile.ZipFile, name: str) -> tuple[ModelFile, ...]:
    """Read what files the model should have; the archive has just these, of these sizes."""
    try:
        files = tuple(_File(**file).checked() for file in manifest["files"])
    except (KeyError, TypeError, InvalidValue) as error:
        raise FormatError(name, f"its list of files makes no sense ({error})") from error
    there = {entry.filename: entry.file_size for entry in archive.infolist() if entry.filename != MANIFEST}
    if there != {FOLDER + file.name: file.size for file in files}:
        raise FormatError(name, "it does not hold the files that it lists")
    return files


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """A file as the manifest tells it, of which nothing is believed yet."""

    name: Any
    checksum: Any
    size: Any

    def checked(self) -> ModelFile:
        if not (isinstance(self.name, str) and isinstance(self.size, int) and self.size >= 0):
            raise InvalidValue("a file has a name and a size")
        if not (isinstance(self.checksum, str) and len(self.checksum) == 64 and set(self.checksum) <= set(_HEX)):
            raise InvalidValue(f"the checksum of {self.name[:60]!r} is no SHA-256")
        check_file_name(self.name)
        return ModelFile(name=self.name, checksum=self.checksum, size=self.size)


_HEX = "0123456789abcdef"


def _model(
    platform: Platform,
    actor: Actor,
    manifest: dict[str, Any],
    files: tuple[ModelFile, ...],
    project_id: str | None,
    name: str,
) -> Model:
    moment = now()
    try:
        told = {key: manifest["model"][key] for key in (*DESCRIBED, "status", "parent")}
        texts = ("name", "version", "engine", "task", "notes")
        if not all(isinstance(told[key], str) for key in texts) or not isinstance(told["labels"], list):
            raise InvalidValue("names and notes are texts, and labels a list of them")
        parent, status = told.pop("parent"), ModelStatus(told.pop("status"))
        labels = tuple(str(label) for label in told.pop("labels"))
        model = Model(
            **told,
            id=new_id(),
            labels=labels,
            status=status,
            project_id=project_id,
            parent_id=_parent(platform, actor, parent),
            files=tuple(sorted(files, key=lambda file: file.name)),
            created_by=actor.user_id,
            created_at=moment,
            updated_at=moment,
        )
        registry.check_model(model)
    except (KeyError, TypeError, ValueError) as error:
        raise FormatError(name, f"its description of the model makes no sense ({error})") from error
    with platform.database.read() as connection:
        if models.titled(connection, model.name, model.version):
            raise Conflict(f"there is a model {model.title} already. Delete that one first, if this is another.")
    return model


def _parent(platform: Platform, actor: Actor, told: object) -> str | None:
    """Find the model that it was trained from, where that is here too."""
    if not (isinstance(told, list) and len(told) == 2 and all(isinstance(part, str) for part in told)):
        return None
    with platform.database.read() as connection:
        parent = models.titled(connection, *told)
        return parent.id if parent and registry.may_read(connection, actor, parent) else None


def _store(platform: Platform, archive: zipfile.ZipFile, model: Model, file: ModelFile, name: str) -> None:
    with new_part(platform) as part:
        with archive.open(FOLDER + file.name) as source:
            while block := source.read(BLOCK_BYTES):
                part.write(block)
        part.close()
        if part.digest.hex() != file.checksum:
            raise FormatError(name, f"the file {file.name!r} in it is damaged: its checksum differs")
        platform.files.put_file(key_of(model.id, file), part.path, move=True)
