"""``earmark probe`` as a user runs it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from earmark.cli import run

RATE = 16_000


@pytest.fixture
def stereo(write_media) -> Path:
    samples = np.random.default_rng(1).normal(0, 0.1, (2, 3 * RATE // 2)).astype(np.float32)
    return write_media("two channels.flac", samples, RATE, codec="flac")


def probe(*arguments: str | Path) -> int:
    return run(["probe", *map(str, arguments)])


def test_a_recording_is_described_in_words(stereo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert probe(stereo) == 0
    printed = capsys.readouterr()
    name, *lines = printed.out.splitlines()
    facts = {line.split()[0]: line.split(maxsplit=1)[1] for line in lines}
    assert name == str(stereo)
    assert facts["container"].startswith("flac, ")
    assert facts["container"].endswith(" kB")
    assert facts["duration"] == "00:00:01.500"
    assert facts["sound"].startswith("flac, 16000 Hz, 2 channels (stereo)")
    assert printed.err == ""


def test_json_is_one_object_per_line_without_what_is_not_known(
    stereo: Path, write_media, capsys: pytest.CaptureFixture[str]
) -> None:
    other = write_media("ünï 🎙\n.wav", np.zeros((1, RATE), np.float32), RATE)
    assert probe(stereo, other, "--json") == 0
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert (first["file"], first["size"], first["duration"]) == (str(stereo), stereo.stat().st_size, 1.5)
    assert (first["audio"][0]["sample_rate"], first["audio"][0]["channels"]) == (RATE, 2)
    assert "video" not in first
    assert (second["file"], second["audio"][0]["codec"]) == (str(other), "pcm_s16le")


def test_a_broken_file_stops_nothing_and_the_exit_code_tells(
    stereo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = tmp_path / "text.mp3"
    text.write_text("This is not a recording.\n" * 50)
    assert probe(text, stereo, tmp_path / "gone.wav", "--json") == 1
    printed = capsys.readouterr()
    assert [json.loads(line)["file"] for line in printed.out.splitlines()] == [str(stereo)]
    first, second = printed.err.splitlines()
    assert first.startswith(f"earmark: {text}: is not a recording")
    assert second.startswith(f"earmark: {tmp_path / 'gone.wav'}: no such file")


def test_a_live_recording_without_a_duration_says_so(
    monkeypatch: pytest.MonkeyPatch, stereo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from dataclasses import replace

    from earmark.audio.probe import probe as look

    monkeypatch.setattr("earmark.audio.probe.probe", lambda path: replace(look(path), duration=None))
    assert probe(stereo) == 0
    assert "duration   unknown" in capsys.readouterr().out
    assert probe(stereo, "--json") == 0
    assert "duration" not in json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("size", ["999 bytes", "1.0 kB", "12.3 MB", "4.6 GB", "2000.0 GB"])
def test_sizes_are_readable(
    size: str, monkeypatch: pytest.MonkeyPatch, stereo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from dataclasses import replace

    from earmark.audio.probe import probe as look

    number, unit = size.split()
    count = round(float(number) * {"bytes": 1, "kB": 1e3, "MB": 1e6, "GB": 1e9}[unit])
    monkeypatch.setattr("earmark.audio.probe.probe", lambda path: replace(look(path), size=count))
    assert probe(stereo) == 0
    assert f"container  flac, {size}\n" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["--yaml", "a.wav"]])
def test_wrong_usage_ends_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert probe(*arguments) == 2
    assert "Traceback" not in capsys.readouterr().err
