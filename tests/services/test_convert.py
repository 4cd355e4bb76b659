"""From one file format to another: the service and the command."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import typer
from typer.testing import CliRunner, Result

from earmark import formats
from earmark.cli.convert import convert as command
from earmark.core.annotation import Annotation, Note, NoteKind
from earmark.core.segment import Segment, Word
from earmark.errors import InvalidValue, UnknownFormat
from earmark.services.convert import convert, losses

if TYPE_CHECKING:
    from pathlib import Path

SPEECH = Segment(
    start=0,
    end=1.5,
    channel=0,
    label="speech",
    text="hello",
    speaker="A",
    language="en",
    score=0.5,
    words=(Word(text="hello", start=0.25, end=1.0),),
    tags=(("mood", "calm"),),
    low_hz=100,
    high_hz=4000,
)
TALK = Annotation(
    segments=(SPEECH, Segment(start=1.5, end=2, label="noise")),
    notes=(Note(kind=NoteKind.WARNING, message="quiet"),),
)


@pytest.fixture
def talk(tmp_path: Path) -> Path:
    path = tmp_path / "my talk.json"
    formats.write(TALK, path)
    return path


def test_a_file_becomes_another(talk: Path, tmp_path: Path) -> None:
    assert convert(talk, tmp_path / "b.srt") == TALK
    assert (tmp_path / "b.srt").read_text() == "1\n00:00:00,000 --> 00:00:01,500\n[A] hello\n"


def test_formats_may_be_named(talk: Path, tmp_path: Path) -> None:
    source = talk.rename(tmp_path / "talk.dat")
    convert(source, tmp_path / "labels.txt", source_format="json", target_format="Audacity")
    assert (tmp_path / "labels.txt").read_text() == "0.0\t1.5\tA: hello\n\\\t100.0\t4000.0\n1.5\t2.0\tnoise\n"


def test_the_file_names_the_recording_where_nothing_else_does(talk: Path, tmp_path: Path) -> None:
    convert(talk, tmp_path / "x.rttm")
    assert (tmp_path / "x.rttm").read_text().split()[1] == "my_talk"


def test_an_unknown_target_is_told_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(UnknownFormat, match="odt"):
        convert(tmp_path / "missing.srt", tmp_path / "b.odt")


@pytest.mark.parametrize(
    ("name", "lost"),
    [
        ("json", []),
        ("csv", ["times of words of 1 segment", "1 note"]),
        (
            "srt",
            [
                "1 segment left out: SRT holds segments with text only",
                "label of 1 segment",
                "language of 1 segment",
                "times of words of 1 segment",
                "score of 1 segment",
                "tags of 1 segment",
                "frequency band of 1 segment",
                "channel of 1 segment",
                "1 note",
            ],
        ),
        (
            "textgrid",
            [
                "language of 1 segment",
                "score of 1 segment",
                "tags of 1 segment",
                "frequency band of 1 segment",
                "1 note",
            ],
        ),
        (
            "audacity",
            [
                "label of 1 segment",
                "language of 1 segment",
                "times of words of 1 segment",
                "score of 1 segment",
                "tags of 1 segment",
                "channel of 1 segment",
                "1 note",
            ],
        ),
    ],
)
def test_losses_are_said(name: str, lost: list[str]) -> None:
    assert losses(TALK, formats.find(name)) == lost


def run(*arguments: str | Path) -> Result:
    app = typer.Typer()
    app.command()(command)
    return CliRunner().invoke(app, [str(argument) for argument in arguments], standalone_mode=False)


def test_the_command_says_what_it_wrote_and_what_was_lost(talk: Path, tmp_path: Path) -> None:
    result = run(talk, tmp_path / "b.csv")
    assert (result.return_value, result.exception) == (0, None)
    assert result.stdout.splitlines() == [
        f"{talk} -> {tmp_path / 'b.csv'} (2 segments)",
        "  not in CSV: times of words of 1 segment",
        "  not in CSV: 1 note",
    ]


def test_many_files_go_into_a_folder_and_a_broken_one_stops_nothing(talk: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.srt"
    broken.write_text("nonsense")
    result = run(broken, talk, "--out", tmp_path / "new" / "folder", "--to", "textgrid")
    assert result.return_value == 1
    assert f"{broken}, line 1: is no SRT" in result.stderr
    assert [path.name for path in (tmp_path / "new" / "folder").iterdir()] == ["my talk.TextGrid"]


def test_a_file_that_is_there_is_replaced_only_by_force(talk: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    other.write_text("mine")
    result = run(talk, other)
    assert (result.return_value, other.read_text()) == (1, "mine")
    assert "--force" in result.stderr
    assert run(talk, other, "--force").return_value == 0
    assert formats.read(other) == TALK


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["a.srt"], "one file to read and one to write"),
        (["a.srt", "b.srt", "c.srt"], "--out FOLDER"),
        (["a.srt", "--out", "x"], "--to csv"),
        (["a/t.srt", "b/t.vtt", "--out", "x", "--to", "csv"], "a/t.srt and b/t.vtt would both become x/t.csv"),
    ],
)
def test_wrong_usage_is_told_before_anything_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], why: str
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(*arguments)
    assert isinstance(result.exception, InvalidValue)
    assert why in str(result.exception)
    assert list(tmp_path.iterdir()) == []


def test_the_sonnet_is_converted(test_data: Path, tmp_path: Path) -> None:
    result = run(test_data / "audio" / "sync" / "sonnet001.textgrid", tmp_path / "b.srt")
    assert result.return_value == 0
    assert len(formats.read(tmp_path / "b.srt").segments) == 15
