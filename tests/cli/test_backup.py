"""`earmark backup` and `earmark restore` at the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.services.test_registry import make

from earmark.app import Context
from earmark.cli import EXIT_FAILED, EXIT_OK, EXIT_UNAVAILABLE, EXIT_USAGE, run
from earmark.core.people import SYSTEM
from earmark.services import registry
from earmark.services.platform import Platform


def platform_at(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Platform:
    monkeypatch.setenv("EARMARK_DATA_DIR", str(folder))
    return Context.from_environment().platform()


def test_a_server_moves_to_another_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    old = platform_at(tmp_path / "old", monkeypatch)
    old.database.migrate()
    model = make(old)
    old.database.close()
    file = str(tmp_path / "b.tar")
    assert run(["backup", file]) == EXIT_OK
    assert "rows" in capsys.readouterr().out

    new = platform_at(tmp_path / "new", monkeypatch)
    assert run(["restore", file]) == EXIT_OK
    assert registry.get_model(new, SYSTEM, model.id) == model
    assert run(["restore", file]) == EXIT_FAILED
    assert "--force" in capsys.readouterr().err
    assert run(["restore", "--force", file]) == EXIT_OK
    new.database.close()


def test_missing_files_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from tests.services.test_model_files import add

    old = platform_at(tmp_path / "old", monkeypatch)
    old.database.migrate()
    model = add(old, make(old), "w", b"1")
    old.files.delete_all(f"models/{model.id}")
    old.database.close()

    assert run(["backup", str(tmp_path / "b.tar")]) == EXIT_UNAVAILABLE
    assert f"1 files are missing or damaged: models/{model.id}/" in capsys.readouterr().err


def test_wrong_use_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    platform_at(tmp_path / "old", monkeypatch).database.close()
    for arguments, code in (
        (["backup", str(tmp_path / "b.tar")], EXIT_USAGE),
        (["restore", str(tmp_path / "none.tar")], EXIT_FAILED),
        (["restore", __file__], EXIT_FAILED),
    ):
        assert run(arguments) == code
        assert len(capsys.readouterr().err.splitlines()) == 1
    assert list(tmp_path.glob("*b.tar*")) == []
