"""One run of a command that listens to recordings: engines loaded, recordings done one by one, a bar, a last word."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from earmark.cli.bars import Bars, Task
from earmark.cli.text import printable

if TYPE_CHECKING:
    from rich.console import Console

    from earmark.app import Annotator
    from earmark.cli.options import Listen
    from earmark.services.annotate_files import Outcome
    from earmark.services.items import Item


class Printer:
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

    def print_result(self, outcome: Outcome, *, alone: bool) -> None:
        """Print what was found in one recording."""
        raise NotImplementedError

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
    """

    def __init__(self, options: Listen, printer: Printer) -> None:
        self._printer = printer
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
        index = {id(item): i for i, item in enumerate(self._items)}
        with self._bars(annotator) as bars:
            bars.begin(0)
            outcomes = annotate_files(
                self._items,
                annotator,
                plan=plan,
                ledger=ledger,
                report=lambda item, step: bars.update(index[id(item)], step),
            )
            for done, outcome in enumerate(outcomes, start=1):
                with bars.aside():
                    self._printer.show(outcome, alone=len(self._items) == 1)
                bars.begin(done)
        self._printer.sum_up()
        if self._printer.failed:
            return EXIT_FAILED
        return EXIT_UNAVAILABLE if annotator.missing else EXIT_OK

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
