"""Files of models are kept byte for byte, and travel with their model; what others made up is refused."""

from __future__ import annotations

import hashlib
import io
import json
import struct
import tracemalloc
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.library import add_member, add_project, encrypted
from tests.services.test_registry import make

from earmark.core.model import Model, ModelStatus
from earmark.core.people import SYSTEM, Role
from earmark.errors import Conflict, FilesUnavailable, FormatError, InvalidValue, NotFound, TooLarge
from earmark.services import model_archive, model_files, registry
from earmark.services.platform import Platform
from earmark.store.database import now


def add(platform: Platform, model: Model, name: str, data: bytes) -> Model:
    path = platform.settings.data_dir / "incoming"
    path.write_bytes(data)
    return model_files.add_file(platform, SYSTEM, model.id, name, path, checksum=hashlib.sha256(data).hexdigest())


def read(platform: Platform, model: Model, name: str) -> bytes:
    return platform.files.get(model_files.key_of(model.id, model_files.find_file(model, name)))


def exported(platform: Platform, model: Model, folder: Path) -> Path:
    name, blocks = model_archive.export_model(platform, SYSTEM, model.id)
    path = folder / name
    path.write_bytes(b"".join(blocks))
    return path


def stored(platform: Platform) -> list[str]:
    return [facts.key for facts in platform.files.list()]


def test_files_are_kept_with_checksum_and_size(platform: Platform) -> None:
    model = add(platform, make(platform), "weights.onnx", b"\x00\x01" * 1000)
    model = add(platform, model, "labels.txt", b"wren")

    assert [file.name for file in model.files] == ["labels.txt", "weights.onnx"]
    assert registry.get_model(platform, SYSTEM, model.id) == model
    assert model_files.find_file(model, "weights.onnx").size == 2000
    assert read(platform, model, "weights.onnx") == b"\x00\x01" * 1000
    with pytest.raises(NotFound):
        model_files.find_file(model, "weights")


def test_files_of_a_model_that_is_in_use_stay_as_they_are(platform: Platform) -> None:
    model = add(platform, make(platform), "weights.onnx", b"1")
    with pytest.raises(Conflict, match="Remove it first"):
        add(platform, model, "weights.onnx", b"2")
    registry.change_model(platform, SYSTEM, model.id, status=ModelStatus.READY)
    for change in (
        lambda: add(platform, model, "more", b"2"),
        lambda: model_files.remove_file(platform, SYSTEM, model.id, "weights.onnx"),
    ):
        with pytest.raises(Conflict, match="new version"):
            change()


def test_what_belongs_to_no_model_is_swept_after_a_day(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    model = add(platform, make(platform), "weights.onnx", b"1")
    model = add(platform, model, "old.onnx", b"2")
    model = model_files.remove_file(platform, SYSTEM, model.id, "old.onnx")
    platform.files.put(f"models/{model.id[:-1]}0/{'0' * 64}/lost", b"3")
    platform.files.put("exports/other", b"4")
    assert model_files.sweep_models(platform) == 0

    monkeypatch.setattr(model_files, "now", lambda: now() + timedelta(days=2))
    assert model_files.sweep_models(platform) == 2
    assert read(platform, model, "weights.onnx") == b"1"
    assert "exports/other" in stored(platform)


def test_deleting_a_model_frees_its_files(platform: Platform) -> None:
    model = add(platform, make(platform), "weights.onnx", b"1")
    registry.delete_model(platform, SYSTEM, model.id)

    assert stored(platform) == []


@pytest.mark.parametrize("name", ["", ".", "..", "../x", "a/b", "a\\b", ".hidden", "a\0", "a\n", "ä" * 100])
def test_names_that_are_no_files_are_refused(platform: Platform, name: str) -> None:
    with pytest.raises(InvalidValue):
        add(platform, make(platform), name, b"1")


def test_a_model_travels_as_one_file(platform: Platform, any_platform: Platform, tmp_path: Path) -> None:
    facts = {"labels": ["wren"], "metrics": {"f1": 0.9}, "training": {"recordings": 3}, "notes": "zwei\nZeilen"}
    parent = make(platform, version="0")
    model = make(platform, **facts, parent_id=parent.id)
    big = bytes(range(256)) * 10_000
    for name, data in (("weights.onnx", big), ("empty", b""), ("über.txt", b"x")):
        model = add(platform, model, name, data)
    model = registry.change_model(platform, SYSTEM, model.id, status=ModelStatus.READY)
    path = exported(platform, model, tmp_path)
    assert path.name == "wren-1.earmark-model"

    mine = make(any_platform, version="0")
    taken = model_archive.import_model(any_platform, SYSTEM, path)

    same = ("name", "version", "engine", "task", "status", "files", *facts)
    assert all(getattr(taken, name) == getattr(model, name) for name in same)
    assert taken.parent_id == mine.id
    assert registry.get_model(any_platform, SYSTEM, taken.id) == taken
    assert read(any_platform, taken, "weights.onnx") == big
    assert list(any_platform.uploads_dir.iterdir()) == []
    with pytest.raises(Conflict, match="already"):
        model_archive.import_model(any_platform, SYSTEM, path)


def changed(path: Path, change: Callable[[dict[str, Any], dict[str, bytes]], None]) -> Path:
    """Write a model's file anew with other contents."""
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(entries.pop("model.json"))
    change(manifest, entries)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("model.json", json.dumps(manifest))
        for name, data in entries.items():
            archive.writestr(name, data)
    return path


WRONG: list[tuple[Callable[[dict[str, Any], dict[str, bytes]], object], str]] = [
    (lambda manifest, files: manifest.update(version=2), "version 2; this Earmark knows 1. Upgrade"),
    (lambda manifest, files: manifest.update(format="zip"), "does not say"),
    (lambda manifest, files: manifest.pop("model"), "description.*'model'"),
    (lambda manifest, files: manifest["model"].update(name="a@b"), "description.*no @"),
    (lambda manifest, files: manifest["model"].update(status="best"), "description"),
    (lambda manifest, files: manifest["model"].update(labels={"a": 1}), "description"),
    (lambda manifest, files: manifest["model"].update(metrics=[1]), "description"),
    (lambda manifest, files: manifest.update(files=[{"name": "w"}]), "list of files"),
    (lambda manifest, files: manifest["files"][0].update(name="../../etc/cron"), "list of files"),
    (lambda manifest, files: manifest["files"][0].update(checksum="x"), "no SHA-256"),
    (lambda manifest, files: manifest["files"][0].update(size=-1), "list of files"),
    (lambda manifest, files: manifest["files"][0].update(size=2), "does not hold the files"),
    (lambda manifest, files: files.update({"../../evil": b"1"}), "does not hold the files"),
    (lambda manifest, files: files.update({"files/w": b"2"}), "checksum differs"),
    (lambda manifest, files: files.clear(), "does not hold the files"),
]


@pytest.mark.parametrize(("change", "message"), WRONG)
def test_files_that_others_made_up_are_refused(
    platform: Platform, tmp_path: Path, change: Callable[[dict[str, Any], dict[str, bytes]], None], message: str
) -> None:
    model = add(platform, make(platform), "w", b"1")
    path = changed(exported(platform, model, tmp_path), change)
    registry.delete_model(platform, SYSTEM, model.id)

    with pytest.raises(FormatError, match=message):
        model_archive.import_model(platform, SYSTEM, path)
    assert stored(platform) == []
    assert registry.list_models(platform, SYSTEM).items == ()


def bomb() -> bytes:
    """A small file that claims to hold what the manifest says, and unpacks to far more than is taken."""
    zeros = bytes(50_000_000)
    file = {"name": "w", "checksum": hashlib.sha256(zeros).hexdigest(), "size": len(zeros)}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("model.json", json.dumps({"format": "earmark-model", "version": 1, "files": [file]}))
        archive.writestr("files/w", zeros)
    return buffer.getvalue()


def test_bombs_are_refused_before_they_are_unpacked(platform: Platform, tmp_path: Path) -> None:
    path = tmp_path / "bomb.earmark-model"
    path.write_bytes(bomb())
    assert path.stat().st_size < 100_000
    small = replace(platform, settings=replace(platform.settings, upload_max_bytes=1_000_000))

    with pytest.raises(TooLarge, match="larger than 1000000"):
        model_archive.import_model(small, SYSTEM, path)


@pytest.mark.parametrize("part", [0.0, 0.3, 0.9])
def test_truncated_and_foreign_files_are_refused(platform: Platform, tmp_path: Path, part: float) -> None:
    model = add(platform, make(platform), "w", b"1" * 5000)
    path = exported(platform, model, tmp_path)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * part)])

    with pytest.raises(FormatError, match="no model as Earmark writes it"):
        model_archive.import_model(platform, SYSTEM, path)


def test_a_disk_that_is_full_leaves_nothing_half(
    platform: Platform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = add(platform, add(platform, make(platform), "a", b"1"), "b", b"2")
    path = exported(platform, model, tmp_path)
    registry.delete_model(platform, SYSTEM, model.id)
    put, calls = platform.files.put_file, []

    def full(key: str, file: Path, *, move: bool = False) -> None:
        calls.append(key)
        if len(calls) > 1:
            raise FilesUnavailable("the disk is full")
        put(key, file, move=move)

    monkeypatch.setattr(platform.files, "put_file", full)
    with pytest.raises(FilesUnavailable):
        model_archive.import_model(platform, SYSTEM, path)
    assert stored(platform) == []
    assert registry.list_models(platform, SYSTEM).items == ()


def test_a_directory_that_claims_gigabytes_is_not_read(platform: Platform, tmp_path: Path) -> None:
    """Python would read it whole into memory."""
    path, size = tmp_path / "huge.earmark-model", 1 << 30
    with path.open("wb") as file:
        file.truncate(size)
        file.seek(size)
        file.write(struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, size, 0, 0))

    tracemalloc.start()
    try:
        with pytest.raises(FormatError, match="directory is too large"):
            model_archive.import_model(platform, SYSTEM, path)
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_only_what_earmark_writes_is_unpacked(platform: Platform, tmp_path: Path, method: int) -> None:
    """Decoders of LZMA take as much memory as the archive tells them to."""
    path = tmp_path / "a.earmark-model"
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("model.json", "{}")

    with pytest.raises(FormatError, match="compressed in another way"):
        model_archive.import_model(platform, SYSTEM, path)


def test_what_no_honest_file_has_is_refused(platform: Platform, tmp_path: Path) -> None:
    model = add(platform, make(platform), "w", b"1")
    path = exported(platform, model, tmp_path)
    registry.delete_model(platform, SYSTEM, model.id)
    path.write_bytes(encrypted(path.read_bytes()))

    with pytest.raises(FormatError, match="it is encrypted"):
        model_archive.import_model(platform, SYSTEM, path)


def test_names_of_files_differ_by_more_than_capital_letters(platform: Platform) -> None:
    model = add(platform, make(platform), "weights.onnx", b"1")
    with pytest.raises(Conflict, match="capital letters aside"):
        add(platform, model, "Weights.onnx", b"2")


def test_the_name_of_a_parent_is_told_to_those_who_may_see_it(platform: Platform, tmp_path: Path) -> None:
    mine, theirs = add_project(platform.database), add_project(platform.database, "Secret")
    model: dict[str, Any] = {"engine": "events", "task": "events"}
    parent = registry.create_model(platform, SYSTEM, name="hidden", version="7", project_id=theirs, **model)
    child = registry.create_model(
        platform, SYSTEM, name="a", version="1", project_id=mine, parent_id=parent.id, **model
    )

    _, blocks = model_archive.export_model(platform, add_member(platform.database, mine, Role.VIEWER), child.id)
    with zipfile.ZipFile(io.BytesIO(b"".join(blocks))) as archive:
        assert b"hidden" not in archive.read("model.json")
    _, blocks = model_archive.export_model(platform, SYSTEM, child.id)
    with zipfile.ZipFile(io.BytesIO(b"".join(blocks))) as archive:
        assert json.loads(archive.read("model.json"))["model"]["parent"] == ["hidden", "7"]
