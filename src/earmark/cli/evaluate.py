"""``earmark eval``: how well hypotheses agree with references."""

import json
from collections import defaultdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from earmark.core.scores import Confusion, Detection
from earmark.errors import InvalidValue
from earmark.services.evaluate import Evaluation, EvaluationOptions
from earmark.services.evaluate_files import EvaluationReport, evaluate_paths


def evaluate_command(
    reference: Annotated[Path, typer.Argument(metavar="REFERENCE", help="File or folder of what is right.")],
    hypothesis: Annotated[Path, typer.Argument(metavar="HYPOTHESIS", help="File or folder of what is measured.")],
    *,
    tolerance: Annotated[
        float, typer.Option(help="Segments match if both ends differ by this many seconds at most.")
    ] = 0.2,
    frame: Annotated[float, typer.Option(help="Frame length for the accuracy of labels, in seconds.")] = 0.01,
    collar: Annotated[
        float, typer.Option(help="Seconds on each side of a change of speaker that DER does not score.")
    ] = 0.0,
    rename: Annotated[
        list[str] | None, typer.Option("--map", metavar="OLD=NEW", help="Take label OLD for NEW on both sides.")
    ] = None,
    ignore: Annotated[list[str] | None, typer.Option(metavar="LABEL", help="Do not score this label.")] = None,
    background: Annotated[
        str | None, typer.Option(metavar="LABEL", help="The label of time that has none, for example silence.")
    ] = None,
    join: Annotated[
        bool, typer.Option("--join", help="Join touching segments of the same label before they are matched.")
    ] = False,
    confusion: Annotated[
        bool, typer.Option("--confusion", help="Show how labels were confused, also for folders.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Measure HYPOTHESIS against REFERENCE: two files, or two folders whose files have the same names.

    Whatever both sides tell is measured: text by WER and CER, labels by frames and by whole segments, speakers by
    DER. Exit code 1 when a file has no partner or cannot be read.
    """
    options = EvaluationOptions(
        tolerance=tolerance,
        frame=frame,
        collar=collar,
        labels=_renames(rename or []),
        ignore=frozenset(ignore or []),
        background=background,
        join=join,
    )
    report = evaluate_paths(reference, hypothesis, options=options)
    if as_json:
        typer.echo(json.dumps(report.to_dict(), ensure_ascii=False))
    else:
        _print(report, confusion=confusion)
    if not report.complete:
        raise typer.Exit(1)


def _renames(texts: list[str]) -> dict[str, str]:
    names = {}
    for text in texts:
        old, equals, new = text.partition("=")
        if not (old and equals and new):
            raise InvalidValue(f"--map {text}: give two labels as OLD=NEW, for example music=noise.")
        names[old] = new
    return names


def _print(report: EvaluationReport, *, confusion: bool) -> None:
    console = Console()
    console.print(_scores(report))
    total = report.total
    if total.frames is not None and (confusion or len(report.files) == 1):
        console.print(_confusion(total, total.frames, frame=report.options.frame))
    _print_left_out(report)


def _print_left_out(report: EvaluationReport) -> None:
    """Say on standard error what is not in the tables, and why."""
    console = Console(stderr=True)
    lines = [f"{file.name}: {file.error}" for file in report.files if file.error]
    lines += [f"{path}: no hypothesis of that name, not measured" for path in report.unpaired_references]
    lines += [f"{path}: no reference of that name, not measured" for path in report.unpaired_hypotheses]
    for line in [*lines, *_notes(report)]:
        console.print(Text(line), soft_wrap=True)


def _notes(report: EvaluationReport) -> list[str]:
    """Each note once, with the first file that it is about and the number of the others."""
    names: dict[str, list[str]] = defaultdict(list)
    for file in report.files:
        for note in file.evaluation.notes:
            names[note].append(file.name)
    others = {note: f" and {len(about) - 1} more" if len(about) > 1 else "" for note, about in names.items()}
    return [f"{about[0]}{others[note]}: {note}" for note, about in names.items()]


def _scores(report: EvaluationReport) -> Table:
    table = Table("file", title="Scores in percent")
    for heading in ("WER", "CER", "frame accuracy", "frame F1", "segment F1", "DER"):
        table.add_column(heading, justify="right")
    for file in report.files:
        table.add_row(Text(file.name), *_rates(file.evaluation))
    if len(report.files) != 1:
        table.add_section()
        table.add_row(Text("total"), *_rates(report.total), style="bold")
    return table


def _rates(scores: Evaluation) -> list[str]:
    return [_percent(rate) for rate in scores.rates.values()]


def _percent(rate: float | None) -> str:
    return "-" if rate is None else f"{100 * rate:.2f}"


def _confusion(scores: Evaluation, frames: Confusion, *, frame: float) -> Table:
    """One row per label of the reference: seconds heard as each label, then precision, recall and F1."""
    heard = [*frames.labels, *([None] if any(label is None for _, label in frames.counts) else [])]
    table = Table("reference", title="Seconds by label of the hypothesis; scores in percent")
    for label in heard:
        table.add_column(Text("(none)" if label is None else label), justify="right")
    for heading in ("precision", "recall", "F1", "segment F1"):
        table.add_column(heading, justify="right")
    for said in frames.labels:
        seconds = [f"{frames.counts.get((said, label), 0) * frame:.2f}" for label in heard]
        segments = scores.segments.labels.get(said, Detection()) if scores.segments else Detection()
        table.add_row(Text(said), *seconds, *_detection(frames.of(said)), _percent(segments.f1))
    return table


def _detection(detection: Detection) -> list[str]:
    return [_percent(detection.precision), _percent(detection.recall), _percent(detection.f1)]
