"""Progress on the terminal: a bar for the whole, one for the current recording, with speed and time left."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from rich.markup import escape
from rich.progress import BarColumn, TextColumn
from rich.progress import Progress as RichProgress
from rich.table import Column

from earmark.cli.text import printable
from earmark.core.time import clock

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import TracebackType

    from rich.console import Console

    from earmark.core.progress import Progress

SHARES = {"download": 0.05, "levels": 0.05, "speech": 0.2, "transcript": 0.7}
"""Rough share of the time that each stage takes."""
NAME_WIDTH = 32
"""Characters for the name of a recording."""
SETTLED = 0.5
"""Seconds before a speed is told; earlier ones jump."""
GUESS = 60.0
"""Seconds that a recording is taken to last where nothing is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A recording that will be worked on.

    Attributes
    ----------
    name : str
        What the user called it.
    seconds : float or None
        How long it claims to be.
    remote : bool
        Whether it is downloaded first.
    """

    name: str
    seconds: float | None
    remote: bool


class Bars:
    """Draws progress on standard error while recordings are annotated.

    Parameters
    ----------
    console : Console
        Where to draw; nothing is drawn unless it is a terminal.
    tasks : sequence of Task
        All recordings; those of unknown length count as the mean.
    with_text : bool
        Whether speech is written down.
    """

    def __init__(self, console: Console, tasks: Sequence[Task], *, with_text: bool) -> None:
        known = [task.seconds for task in tasks if task.seconds]
        mean = sum(known) / len(known) if known else GUESS
        self._tasks = tasks
        self._weights = [task.seconds or mean for task in tasks]
        self._with_text = with_text
        self._console = console
        self._index = 0
        self._step: Progress | None = None
        self._began = self._file_began = time.monotonic()
        self._draw()

    def _draw(self) -> None:
        """Make new bars: rich takes back the lines of bars that were stopped, and with them what was printed since."""
        self._rich = RichProgress(
            TextColumn("{task.description}", table_column=Column(width=NAME_WIDTH, no_wrap=True)),
            BarColumn(bar_width=20),
            TextColumn("{task.percentage:>3.0f}%"),
            TextColumn("{task.fields[pace]:>20}"),
            TextColumn("[dim]{task.fields[stage]}[/dim]"),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
            # Standard output is left alone: it may be a file that a program reads.
            redirect_stdout=False,
            redirect_stderr=False,
        )
        several = f"{len(self._tasks)} recordings"
        self._whole = self._rich.add_task(several, total=1.0, pace="", stage="", visible=len(self._tasks) > 1)
        self._current = self._rich.add_task("", total=1.0, pace="", stage="", visible=False)
        self._name()
        if self._step is not None:
            self.update(self._index, self._step)

    def __enter__(self) -> Self:
        self._rich.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._rich.stop()

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Take the bars away while something is printed."""
        self._rich.stop()
        yield
        self._draw()
        self._rich.start()

    def begin(self, index: int) -> None:
        """The recordings before ``index`` are done; show its name. An index past the end ends the bars."""
        self._index, self._step, self._file_began = index, None, time.monotonic()
        self._name()

    def _name(self) -> None:
        shown = self._index < len(self._tasks)
        name = escape(_short(self._tasks[self._index].name)) if shown else ""
        self._rich.update(self._current, description=name, completed=0.0, pace="", stage="", visible=shown)
        self._show_whole(sum(self._weights[: self._index]))

    def update(self, index: int, progress: Progress) -> None:
        """Show how far the recording ``index`` is."""
        self._step = progress
        fraction = self._fraction(self._tasks[index], progress)
        elapsed = time.monotonic() - self._file_began
        if progress.stage == "download":
            pace = f"{progress.done / 1e6 / elapsed:.1f} MB/s" if elapsed > SETTLED else ""
        else:
            pace = _pace(fraction, progress.total or self._weights[index], elapsed)
        self._rich.update(self._current, completed=fraction, pace=pace, stage=progress.stage)
        self._show_whole(sum(self._weights[:index]) + fraction * self._weights[index])

    def _show_whole(self, seconds: float) -> None:
        whole = sum(self._weights)
        pace = _pace(seconds / whole, whole, time.monotonic() - self._began)
        self._rich.update(self._whole, completed=seconds / whole, pace=pace)

    def _fraction(self, task: Task, progress: Progress) -> float:
        left_out = {*([] if task.remote else ["download"]), *([] if self._with_text else ["transcript"])}
        stages = [stage for stage in SHARES if stage not in left_out]
        before = sum(SHARES[stage] for stage in stages[: stages.index(progress.stage)])
        inside = min(1.0, progress.done / progress.total) if progress.total else 0.0
        return (before + inside * SHARES[progress.stage]) / sum(SHARES[stage] for stage in stages)


def _pace(fraction: float, seconds: float, elapsed: float) -> str:
    """Speed in times real time, and the time left if it stays so."""
    if elapsed <= SETTLED or not fraction:
        return ""
    left = clock(elapsed * (1 - fraction) / fraction).split(".")[0]
    return f"{fraction * seconds / elapsed:.1f}x {left.removeprefix('00:')} left"


def _short(name: str) -> str:
    shown = printable(name)
    return shown if len(shown) <= NAME_WIDTH else "…" + shown[1 - NAME_WIDTH :]
