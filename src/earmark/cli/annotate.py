"""``earmark annotate``: recordings become labelled, transcribed timelines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import typer

from earmark.cli.files_job import FilesJob, Printer, facts_of, written
from earmark.cli.options import Listen, with_options
from earmark.cli.text import printable

if TYPE_CHECKING:
    from earmark.core.annotation import Annotation
    from earmark.services.annotate_files import Outcome

ROWS = 60
"""Most rows of a timeline that are printed."""


@with_options(Listen)
def annotate_command(options: Listen) -> int:
    """Cover recordings with speech, noise and silence, and write down the speech.

    Exit codes: 0 all done; 1 some recording failed; 2 wrong usage; 3 done, but a model asked for could not be had;
    130 stopped by Ctrl-C.
    """
    return FilesJob(options, _TimelinePrinter(as_json=options.as_json, quiet=options.quiet)).run()


class _TimelinePrinter(Printer):
    """Prints timelines: as a table where there is one recording only."""

    def print_result(self, outcome: Outcome, *, alone: bool) -> None:
        if self.as_json:
            typer.echo(json.dumps(_as_dict(outcome), ensure_ascii=False))
        elif not self.quiet and outcome.error is None:
            typer.echo("\n".join(_as_text(outcome, alone=alone)))


def _as_dict(outcome: Outcome) -> dict[str, Any]:
    from earmark.core.transcript import speakers_of
    from earmark.formats.earmark_json import note_to_dict, segment_to_dict

    line: dict[str, Any] = {"file": outcome.item.name, "ok": outcome.error is None}
    if outcome.error is not None:
        line["error"] = outcome.error
    if outcome.annotation is not None:
        line["duration"] = outcome.annotation.duration
        if outcome.annotation.language:
            line["language"] = outcome.annotation.language
        if speakers := speakers_of(outcome.annotation.segments):
            line["speakers"] = speakers
        line["segments"] = [segment_to_dict(segment) for segment in outcome.annotation.segments]
        if outcome.annotation.notes:
            line["notes"] = [note_to_dict(note) for note in outcome.annotation.notes]
    line["outputs"] = [str(path) for path in outcome.outputs]
    return line


def _as_text(outcome: Outcome, *, alone: bool) -> Iterator[str]:
    name = printable(outcome.item.name)
    if outcome.annotation is None or outcome.skipped:
        yield f"{name}: done before"
        return
    yield facts_of(outcome)
    if alone:
        yield from _rows(outcome.annotation)
    yield from written(outcome)


def _rows(annotation: Annotation) -> Iterator[str]:
    from earmark.core.time import clock

    segments = annotation.segments
    several = len({segment.channel for segment in segments}) > 1
    width = max((len(printable(segment.speaker or "")) for segment in segments[:ROWS]), default=0)
    for segment in segments[:ROWS]:
        channel = f"  ch {segment.channel + 1}" if several and segment.channel is not None else ""
        speaker = f"  {printable(segment.speaker or ''):<{width}}" if width else ""
        text = f"  {segment.text}" if segment.text else ""
        times = f"{clock(segment.start)}  {clock(segment.end)}"
        yield f"  {times}{channel}  {segment.label or '':<8}{speaker}{text}".rstrip()
    if len(segments) > ROWS:
        yield f"  … and {len(segments) - ROWS} more segments"
