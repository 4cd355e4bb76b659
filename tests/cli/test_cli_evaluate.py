"""What `earmark eval` prints and how it ends."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from earmark.cli.evaluate import evaluate_command
from earmark.errors import InvalidValue


def run(*arguments: object) -> Result:
    app = typer.Typer()
    app.command()(evaluate_command)
    return CliRunner().invoke(app, [str(argument) for argument in arguments], env={"COLUMNS": "160"})


def write(path: Path, *rows: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(["start,end,label,text", *rows, ""]), encoding="utf-8")
    return path


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    reference = write(tmp_path / "ref" / "talk.csv", "0,2,speech,hello there", "2,4,music,")
    hypothesis = write(tmp_path / "hyp" / "talk.csv", "0,3,speech,hello", "3,4,noise,")
    return reference, hypothesis


def test_one_file_gives_a_table_of_scores_and_one_of_confusions(files: tuple[Path, Path]) -> None:
    result = run(*files, "--map", "music=noise")
    assert result.exit_code == 0
    scores = next(line for line in result.stdout.splitlines() if "talk" in line)
    assert "50.00" in scores
    assert "75.00" in scores
    noise = next(line for line in result.stdout.splitlines() if "noise" in line and "1.00" in line)
    assert [cell.strip() for cell in noise.strip("│ ").split("│")][:4] == ["noise", "1.00", "1.00", "100.00"]
    assert "-" in scores


def test_json_is_one_object_and_nothing_else(files: tuple[Path, Path]) -> None:
    result = run(*files, "--json")
    assert result.exit_code == 0
    assert result.stdout.count("\n") == 1
    report = json.loads(result.stdout)
    assert report["total"]["wer"] == {
        "rate": 0.5,
        "total": 2,
        "hits": 1,
        "substitutions": 0,
        "deletions": 1,
        "insertions": 0,
    }
    assert report["total"]["der"] is None


def test_a_file_without_partner_is_named_and_the_exit_code_tells(files: tuple[Path, Path]) -> None:
    reference, hypothesis = (path.parent for path in files)
    write(reference / "lonely [x].csv", "0,1,speech,")
    result = run(reference, hypothesis)
    assert result.exit_code == 1
    assert "total" not in result.stderr
    assert "lonely [x].csv: no hypothesis of that name" in result.stderr
    as_json = run(reference, hypothesis, "--json")
    assert as_json.exit_code == 1
    assert json.loads(as_json.stdout)["unpaired"]["reference"] == [str(reference / "lonely [x].csv")]


def test_folders_end_in_a_total_and_show_confusions_on_demand(files: tuple[Path, Path]) -> None:
    reference, hypothesis = (path.parent for path in files)
    write(reference / "more.csv", "0,1,speech,hello")
    write(hypothesis / "more.csv", "0,1,speech,hello")
    plain, detailed = run(reference, hypothesis), run(reference, hypothesis, "--confusion")
    assert plain.exit_code == detailed.exit_code == 0
    assert "33.33" in next(line for line in plain.stdout.splitlines() if "total" in line)
    assert "Seconds by label" not in plain.stdout
    assert "Seconds by label" in detailed.stdout


@pytest.mark.parametrize("wrong", ["music", "=noise", "music="])
def test_a_label_map_names_two_labels(files: tuple[Path, Path], wrong: str) -> None:
    result = run(*files, "--map", wrong)
    assert isinstance(result.exception, InvalidValue)
    assert "OLD=NEW" in str(result.exception)


def test_a_note_about_many_files_is_printed_once(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        write(tmp_path / "ref" / f"{name}.csv", "0,1,speech,")
        write(tmp_path / "hyp" / f"{name}.csv", "0,5,speech,")
    result = run(tmp_path / "ref", tmp_path / "hyp")
    assert result.exit_code == 0
    assert result.stderr.count("--background") == 1
    assert result.stderr.startswith("a and 2 more: ")
