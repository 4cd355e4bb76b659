"""``earmark models`` as a user types it."""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING

import pytest
from huggingface_hub import constants

from earmark.cli import run

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def models_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A models folder with one usable model and one that lacks a file."""
    monkeypatch.setenv("EARMARK_MODELS_DIR", str(tmp_path / "models"))
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    for name in ("small", "broken"):
        folder = tmp_path / "models" / name
        folder.mkdir(parents=True)
        (folder / "model.bin").write_bytes(struct.pack("<IH12sIII", 6, 12, b"WhisperSpec\0", 3, 0, 0))
        for file in ("config.json", "tokenizer.json", "vocabulary.json"):
            (folder / file).write_text("{}")
    (tmp_path / "models" / "broken" / "tokenizer.json").unlink()
    return tmp_path / "models"


def test_list_shows_what_is_there_and_what_is_wrong_with_it(
    models_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["models", "list"]) == 0
    shown = "".join(capsys.readouterr().out.split())
    assert f"smallwhisper36bytes{models_dir / 'small'}" in shown
    assert "tokenizer.jsonismissing" in shown


def test_list_as_json_is_one_array(models_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["models", "list", "--json"]) == 0
    broken, small = json.loads(capsys.readouterr().out)
    assert small == {
        "name": "small",
        "path": str(models_dir / "small"),
        "kind": "whisper",
        "size": 36,
        "origin": "models folder",
        "problem": None,
    }
    assert "tokenizer.json is missing" in broken["problem"]


def test_an_empty_list_says_how_to_get_one(
    tmp_path: Path, models_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EARMARK_MODELS_DIR", str(tmp_path / "none"))
    assert run(["models", "list"]) == 0
    assert "earmark models pull small" in capsys.readouterr().out


def test_path_prints_the_folder_alone(models_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["models", "path"]) == 0
    assert run(["models", "path", "small"]) == 0
    assert capsys.readouterr().out.splitlines() == [str(models_dir), str(models_dir / "small")]


def test_path_of_a_model_that_is_not_there_fails(models_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["models", "path", "tiny"]) == 1
    assert "earmark models pull tiny" in capsys.readouterr().err


def test_pull_of_what_is_there_names_its_folder(models_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["models", "pull", "small"]) == 0
    assert capsys.readouterr().out == f"small: {models_dir / 'small'}\n"


def test_pull_without_a_network_is_one_line(models_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["models", "pull", "tiny"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("earmark: Whisper weights tiny are not on this machine")
    assert len(err.splitlines()) == 1


def test_remove_with_yes_deletes(models_dir: Path) -> None:
    assert run(["models", "remove", "small", "broken", "--yes"]) == 0
    assert list(models_dir.iterdir()) == []


def test_remove_of_a_hostile_name_deletes_nothing(models_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["models", "remove", "../models/small", "--yes"]) == 2
    assert (models_dir / "small").exists()
