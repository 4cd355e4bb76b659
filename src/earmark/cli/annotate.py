"""``earmark annotate``: recordings become labelled, transcribed timelines."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from earmark import formats
from earmark.cli.bars import Bars, Task
from earmark.cli.text import printable

if TYPE_CHECKING:
    from rich.console import Console

    from earmark.app import Annotator, Context, Request
    from earmark.services.annotate_files import Outcome, Plan
    from earmark.services.items import Item

ROWS = 60
"""Most rows of a timeline that are printed."""
WRITABLE = ", ".join(known.name for known in formats.FORMATS if known.dumps is not None)


def annotate_command(
    inputs: Annotated[list[str], typer.Argument(metavar="FILE|FOLDER|URL...", help="Recordings to annotate.")],
    *,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the results.")] = Path(),
    formats_text: Annotated[
        str,
        typer.Option("--format", "-f", help=f"Formats to write, separated by commas: {WRITABLE}; none writes nothing."),
    ] = "json",
    glob: Annotated[str | None, typer.Option(help="Files to take from folders, such as '*.wav'.")] = None,
    channels: Annotated[str, typer.Option(help="mix, each, or numbers from 1 such as 1,2.")] = "mix",
    labels: Annotated[
        str | None, typer.Option(help="Labels to tell apart, such as speech,music,noise,silence (sound model).")
    ] = None,
    engine: Annotated[
        str, typer.Option(help="What writes down speech: whisper, pocketsphinx (English drafts) or none.")
    ] = "whisper",
    model: Annotated[
        str | None, typer.Option(help="Whisper weights: a name, or a folder (default: setting model, small).")
    ] = None,
    language: Annotated[str | None, typer.Option(help="Language code such as en or fr; detected by default.")] = None,
    task: Annotated[str, typer.Option(help="transcribe, or translate into English.")] = "transcribe",
    prompt: Annotated[str | None, typer.Option(help="Text that sets spelling and style.")] = None,
    hotwords: Annotated[str | None, typer.Option(help="Words that are likely to occur.")] = None,
    guards: Annotated[bool, typer.Option(help="Drop text that was probably invented.")] = True,
    beam_size: Annotated[int, typer.Option(help="Hypotheses kept while decoding; 1 is fastest.", min=1, max=20)] = 5,
    batch_size: Annotated[int | None, typer.Option(help="Clips per run of Whisper.", min=1, max=256)] = None,
    max_tokens: Annotated[int | None, typer.Option(help="Most tokens per clip.", min=1, max=440)] = None,
    device: Annotated[str | None, typer.Option(help="cpu, cuda or auto (default: setting device, auto).")] = None,
    compute_type: Annotated[
        str | None, typer.Option(help="Number type (default: int8 on a CPU, float16 on a GPU).")
    ] = None,
    silence_db: Annotated[
        float | None, typer.Option(help="Level in dBFS below which everything is silence (default -85).")
    ] = None,
    min_silence: Annotated[float | None, typer.Option(help="Shortest silence in seconds (default 0.7).")] = None,
    min_speech: Annotated[float | None, typer.Option(help="Shortest speech in seconds (default 0.1).")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Skip what is done with the same options.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace files that are there, whoever wrote them.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object per line and recording.")] = False,
    plot: Annotated[Path | None, typer.Option(help="Picture of the timeline: a PNG file, or a folder.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print errors and warnings only.")] = False,
) -> int:
    """Cover recordings with speech, noise and silence, and write down the speech.

    Exit codes: 0 all done; 1 some recording failed; 2 wrong usage; 3 done, but a model asked for could not be had;
    130 stopped by Ctrl-C.
    """
    from earmark.app import Context, Request
    from earmark.audio.channels import parse_channels
    from earmark.engines.protocols import TranscribeOptions
    from earmark.services.annotate import AnnotateOptions
    from earmark.services.annotate_files import Plan
    from earmark.services.items import find_items

    context = Context.from_environment()
    settings = context.settings
    context = Context(
        replace(settings, device=device or settings.device, compute_type=compute_type or settings.compute_type)
    )
    options = AnnotateOptions(
        channels=parse_channels(channels),
        timeline=_timeline(silence_db, min_silence, min_speech),
        transcript=TranscribeOptions(
            language=language.lower() if language else None,
            task=task,
            prompt=prompt,
            hotwords=hotwords,
            guards=guards,
            beam_size=beam_size,
            max_tokens=max_tokens,
        ),
        labels=_labels(labels),
    )
    request = Request(engine=engine, model=model, batch_size=batch_size, options=options)
    plan = Plan(
        out=out,
        formats=_formats(formats_text),
        picture=plot,
        resume=resume,
        force=force,
        fetch_timeout=context.settings.fetch_timeout,
        fetch_max_bytes=context.settings.fetch_max_bytes,
    )
    job = _Job(context, request, plan, find_items(inputs, glob=glob), _printer(as_json=as_json, quiet=quiet))
    return job.run()


def _timeline(silence_db: float | None, min_silence: float | None, min_speech: float | None) -> Any:
    from earmark.audio.silence import SilenceRule
    from earmark.services.timeline import TimelineOptions

    options = TimelineOptions()
    if min_silence is not None:
        options = replace(options, min_silence=min_silence)
    if min_speech is not None:
        options = replace(options, min_speech=min_speech)
    return options if silence_db is None else replace(options, silence=SilenceRule(absolute=silence_db))


def _labels(text: str | None) -> tuple[str, ...]:
    return tuple(name.strip() for name in (text or "").split(",") if name.strip())


def _formats(text: str) -> tuple[str, ...]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    return tuple(dict.fromkeys(formats.find(name).name for name in names if name != "none"))


@dataclass(slots=True)
class _Job:
    """One run of the command."""

    context: Context
    request: Request
    plan: Plan
    items: list[Item]
    printer: _Printer

    def run(self) -> int:
        from earmark.cli import EXIT_FAILED, EXIT_OK, EXIT_UNAVAILABLE
        from earmark.services.annotate_files import annotate_files

        ledger = self.plan.check(self.items)
        annotator = self._annotator()
        plan = replace(self.plan, options=annotator.fingerprint)
        index = {id(item): i for i, item in enumerate(self.items)}
        with self._bars(annotator) as bars:
            bars.begin(0)
            outcomes = annotate_files(
                self.items,
                annotator,
                plan=plan,
                ledger=ledger,
                report=lambda item, step: bars.update(index[id(item)], step),
            )
            for done, outcome in enumerate(outcomes, start=1):
                with bars.aside():
                    self.printer.show(outcome, alone=len(self.items) == 1)
                bars.begin(done)
        self.printer.sum_up()
        if self.printer.failed:
            return EXIT_FAILED
        return EXIT_UNAVAILABLE if annotator.missing else EXIT_OK

    def _annotator(self) -> Annotator:
        from earmark.cli.models import download_bar

        with download_bar(self.printer.console) as download:
            annotator = self.context.annotator(self.request, download=download)
        for note in annotator.missing:
            self.printer.warn(note.message)
        return annotator

    def _bars(self, annotator: Annotator) -> Bars:
        tasks = [Task(name=item.name, seconds=_announced(item), remote=item.url is not None) for item in self.items]
        return Bars(self.printer.console, tasks, with_text=annotator.listeners.transcriber is not None)


def _announced(item: Item) -> float | None:
    """Seconds that a file claims to last; whatever is wrong with it is told when its turn comes."""
    from earmark.audio.probe import probe
    from earmark.errors import EarmarkError

    try:
        return None if item.path is None else probe(item.path).duration
    except EarmarkError:
        return None


def _printer(*, as_json: bool, quiet: bool) -> _Printer:
    from rich.console import Console

    return _Printer(console=Console(stderr=True), as_json=as_json, quiet=quiet)


@dataclass(slots=True)
class _Printer:
    """Says what became of the recordings: results on standard output, the rest on standard error."""

    console: Console
    as_json: bool
    quiet: bool
    failed: list[Outcome] = field(default_factory=list)
    done: int = 0
    skipped: int = 0

    def show(self, outcome: Outcome, *, alone: bool) -> None:
        """Print the outcome of one recording as soon as it is there."""
        if outcome.error is not None:
            self.failed.append(outcome)
            self.warn(printable(outcome.error))
        self.done += outcome.annotation is not None and not outcome.skipped
        self.skipped += outcome.skipped
        self._warn_of_notes(outcome)
        if self.as_json:
            typer.echo(json.dumps(_as_dict(outcome), ensure_ascii=False))
        elif not self.quiet and outcome.error is None:
            typer.echo("\n".join(_as_text(outcome, alone=alone)))

    def warn(self, message: str) -> None:
        """Print a line on standard error, around the bars."""
        self.console.print(f"earmark: {message}", markup=False, highlight=False, soft_wrap=True)

    def sum_up(self) -> None:
        """After several recordings, count them and list the failed ones again."""
        total = self.done + self.skipped + len(self.failed)
        if total == 1 or self.as_json or self.quiet:
            return
        skipped = f", {self.skipped} done before" if self.skipped else ""
        self.console.print(f"{self.done} annotated{skipped}, {len(self.failed)} failed.", highlight=False)
        for outcome in self.failed:
            self.console.print(
                f"  failed: {printable(outcome.item.name)}", markup=False, highlight=False, soft_wrap=True
            )

    def _warn_of_notes(self, outcome: Outcome) -> None:
        from earmark.core.annotation import NoteKind

        if outcome.annotation is None or outcome.skipped:
            return
        name = printable(outcome.item.name)
        for title in outcome.empty:
            self.warn(f"{name}: the {title} file is empty: there is nothing in the result that it could hold")
        for note in outcome.annotation.notes:
            if note.kind is NoteKind.WARNING:
                self.warn(f"{name}: {note.message}")
        dropped = [note for note in outcome.annotation.notes if note.kind is NoteKind.DROPPED]
        if dropped:
            reasons = "; ".join(dict.fromkeys(note.message for note in dropped))
            self.warn(f"{name}: {len(dropped)} invented texts dropped ({reasons}); --no-guards keeps them")


def _as_dict(outcome: Outcome) -> dict[str, Any]:
    from earmark.formats.earmark_json import note_to_dict, segment_to_dict

    line: dict[str, Any] = {"file": outcome.item.name, "ok": outcome.error is None}
    if outcome.error is not None:
        line["error"] = outcome.error
    if outcome.annotation is not None:
        line["duration"] = outcome.annotation.duration
        if outcome.annotation.language:
            line["language"] = outcome.annotation.language
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
    duration = outcome.annotation.duration
    speed = f", {duration / outcome.elapsed:.0f}x real time" if outcome.elapsed > 0 else ""
    language = f", language {outcome.annotation.language}" if outcome.annotation.language else ""
    yield f"{name}: {duration:.2f} s{language}{speed}"
    if alone:
        yield from _rows(outcome)
    for path in outcome.outputs:
        yield f"  wrote {printable(str(path))}"


def _rows(outcome: Outcome) -> Iterator[str]:
    from earmark.core.time import clock

    segments: Sequence[Any] = outcome.annotation.segments if outcome.annotation else ()
    several = len({segment.channel for segment in segments}) > 1
    for segment in segments[:ROWS]:
        channel = f"  ch {segment.channel + 1}" if several else ""
        text = f"  {segment.text}" if segment.text else ""
        yield f"  {clock(segment.start)}  {clock(segment.end)}{channel}  {segment.label or '':<8}{text}".rstrip()
    if len(segments) > ROWS:
        yield f"  … and {len(segments) - ROWS} more segments"
