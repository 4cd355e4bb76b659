"""One run of a command that listens to recordings: engines loaded, recordings done one by one, a bar, a last word."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import typer

from earmark.cli.bars import Bars, Task
from earmark.cli.text import printable

if TYPE_CHECKING:
    from rich.console import Console

    from earmark.app import Annotator
    from earmark.cli.options import Listen
    from earmark.core.segment import Segment
    from earmark.services.annotate_files import AnnotateOne, Outcome
    from earmark.services.items import Item


class Printer(ABC):
    """Says what became of the recordings: results on standard output, the rest on standard error.

    Parameters
    ----------
    as_json : bool
        Whether results are JSON.
    quiet : bool
        Whether errors and warnings are all that is printed besides JSON.
    """

    done_word = "annotated"
    """What was done with the recordings."""

    def __init__(self, *, as_json: bool, quiet: bool) -> None:
        from rich.console import Console

        self.console: Console = Console(stderr=True)
        self.as_json = as_json
        self.quiet = quiet
        self.failed: list[Outcome] = []
        self._done = 0
        self._skipped = 0

    def show(self, outcome: Outcome, *, alone: bool) -> None:
        """Print the outcome of one recording as soon as it is there; ``alone`` where there is no other."""
        if outcome.error is not None:
            self.failed.append(outcome)
            self.warn(printable(outcome.error))
        self._done += outcome.annotation is not None and not outcome.skipped
        self._skipped += outcome.skipped
        self._warn_of_notes(outcome)
        self.print_result(outcome, alone=alone)

    @property
    def follows(self) -> bool:
        """Whether something is printed while a recording is listened to."""
        return False

    def heard(self, item: Item, segments: Sequence[Segment], *, alone: bool) -> str:
        """Take speech of a recording as soon as it is written down; give what is to be printed of it."""
        del item, segments, alone
        return ""

    @abstractmethod
    def print_result(self, outcome: Outcome, *, alone: bool) -> None:
        """Print what was found in one recording."""

    def say(self, message: str) -> None:
        """Print a line on standard error, around the bars."""
        self.console.print(message, markup=False, highlight=False, soft_wrap=True)

    def warn(self, message: str) -> None:
        """Print a line on standard error that says who speaks."""
        self.say(f"earmark: {message}")

    def sum_up(self) -> None:
        """After several recordings, count them and list the failed ones again."""
        total = self._done + self._skipped + len(self.failed)
        if total == 1 or self.as_json or self.quiet:
            return
        skipped = f", {self._skipped} done before" if self._skipped else ""
        self.say(f"{self._done} {self.done_word}{skipped}, {len(self.failed)} failed.")
        for outcome in self.failed:
            self.say(f"  failed: {printable(outcome.item.name)}")

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


class FilesJob:
    """Listens to the recordings that a command names.

    Parameters
    ----------
    options : Listen
        What the user typed.
    printer : Printer
        Says what was found.
    text_only : bool
        Whether recordings are left alone where nothing can write down speech.
    """

    def __init__(self, options: Listen, printer: Printer, *, text_only: bool = False) -> None:
        self._printer = printer
        self._text_only = text_only
        self._at = 0
        self._context = options.context()
        self._request = options.request()
        self._plan = options.plan(self._context)
        self._items = options.items()

    def run(self) -> int:
        """Do it, and return the exit code."""
        from earmark.cli import EXIT_FAILED, EXIT_OK, EXIT_UNAVAILABLE
        from earmark.services.annotate_files import annotate_files

        ledger = self._plan.check(self._items)
        annotator = self._annotator()
        plan = replace(self._plan, options=annotator.fingerprint)
        if self._text_only and annotator.listeners.transcriber is None:
            self._printer.warn("without it there is no transcript; earmark annotate draws the timeline alone")
            return EXIT_UNAVAILABLE
        with self._bars(annotator) as bars:
            bars.begin(0)
            outcomes = annotate_files(
                self._items,
                self._listener(annotator, bars),
                plan=plan,
                ledger=ledger,
                report=lambda _, step: bars.update(self._at, step),
            )
            for outcome in outcomes:
                with bars.aside():
                    self._printer.show(outcome, alone=self._alone)
                self._at += 1
                bars.begin(self._at)
        self._printer.sum_up()
        if self._printer.failed:
            return EXIT_FAILED
        return EXIT_UNAVAILABLE if annotator.missing else EXIT_OK

    @property
    def _alone(self) -> bool:
        return len(self._items) == 1

    def _listener(self, annotator: Annotator, bars: Bars) -> AnnotateOne:
        def heard(segments: Sequence[Segment]) -> None:
            text = self._printer.heard(self._items[self._at], segments, alone=self._alone)
            if text:
                with bars.aside():
                    typer.echo(text)

        return partial(annotator, heard=heard if self._printer.follows else None)

    def _annotator(self) -> Annotator:
        from earmark.cli.models import download_bar

        with download_bar(self._printer.console) as download:
            annotator = self._context.annotator(self._request, download=download)
        for note in annotator.missing:
            self._printer.warn(note.message)
        return annotator

    def _bars(self, annotator: Annotator) -> Bars:
        tasks = [Task(name=item.name, seconds=_announced(item), remote=item.url is not None) for item in self._items]
        return Bars(self._printer.console, tasks, with_text=annotator.listeners.transcriber is not None)


def _announced(item: Item) -> float | None:
    """Seconds that a file claims to last; whatever is wrong with it is told when its turn comes."""
    from earmark.audio.probe import probe
    from earmark.errors import EarmarkError

    try:
        return None if item.path is None else probe(item.path).duration
    except EarmarkError:
        return None


def facts_of(outcome: Outcome) -> str:
    """Say in one line what a recording is and how fast it was done."""
    from earmark.core.transcript import speakers_of

    found = outcome.annotation
    if found is None:
        return printable(outcome.item.name)
    speakers = len(speakers_of(found.segments))
    facts = (
        f"{found.duration:.2f} s",
        f"language {found.language}" if found.language else "",
        f"{speakers} speaker{'s' * (speakers > 1)}" if speakers else "",
        f"{found.duration / outcome.elapsed:.0f}x real time" if outcome.elapsed > 0 else "",
    )
    return f"{printable(outcome.item.name)}: {', '.join(fact for fact in facts if fact)}"


def written(outcome: Outcome) -> Iterator[str]:
    """Name the files that were written, a line each."""
    for path in outcome.outputs:
        yield f"  wrote {printable(str(path))}"
