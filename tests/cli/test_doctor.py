"""`earmark doctor` at the command line."""

from __future__ import annotations

import json

import pytest

from earmark.cli import EXIT_FAILED, run


@pytest.fixture(autouse=True)
def _data(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.setenv("EARMARK_DATA_DIR", f"{tmp_path}/data")


def test_each_part_is_told_with_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor"]) == EXIT_FAILED
    lines = capsys.readouterr().out.splitlines()

    assert any(line.startswith("ok      codecs: ") for line in lines)
    weights = next(index for index, line in enumerate(lines) if line.startswith("failed  weights: "))
    assert "earmark models pull small" in lines[weights + 1]


def test_programs_get_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor", "--json"]) == EXIT_FAILED
    told = json.loads(capsys.readouterr().out)

    assert told["state"] == "failed"
    codecs = next(one for one in told["findings"] if one["name"] == "codecs")
    assert codecs == {"name": "codecs", "state": "ok", "message": codecs["message"], "do": ""}


def test_settings_that_stop_the_start_are_a_finding(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EARMARK_PORT", "http")
    assert run(["doctor", "--json"]) == EXIT_FAILED
    (found,) = json.loads(capsys.readouterr().out)["findings"]

    assert found["name"] == "settings"
    assert "EARMARK_PORT" in found["message"]


def test_a_setting_that_is_mistyped_is_guessed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EARMARK_PROT", "1")
    run(["doctor", "--json"])
    (found,) = json.loads(capsys.readouterr().out)["findings"]
    assert found["do"] == "Did you mean EARMARK_PORT?"
