"""Progress on the terminal: a bar for the whole, one for the current recording, with speed and time left."""

from __future__ import annotations

import time
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as RichProgress

from earmark.core.progress import Progress

STAGES = {"download": 0.05, "levels": 0.05, "speech": 0.2, "transcript": 0.7}
"""Rough share of the time that each stage takes."""


class Bars:
    """Draws progress on standard error while recordings are annotated.

    Parameters
    ----------
    console : Console
        Where to draw; nothing is drawn unless it is a terminal.
    weights : sequence of float
        Seconds of sound of every recording, as far as known; unknown ones count as the mean.
    with_text : bool
        Whether speech is written down.
    """

    def __init__(self, console: Console, weights: Sequence[float | None], *, with_text: bool) -> None:
        known = [weight for weight in weights if weight]
        mean = sum(known) / len(known) if known else 60.0
        self._weights = [weight or mean for weight in weights]
        self._stages = [stage for stage in STAGES if with_text or stage != "transcript"]
        self._rich = RichProgress(
            TextColumn("{task.description}", table_column=None),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f}%"),
            TextColumn("{task.fields[speed]}"),
            TimeRemainingColumn(compact=True),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._whole: TaskID | None = None
        if len(self._weights) > 1:
            self._whole = self._rich.add_task(f"{len(self._weights)} recordings", total=sum(self._weights), speed="")
        self._current = self._rich.add_task("", total=1.0, speed="")
        self._began = time.monotonic()
        self._file_began = self._began
        self._done = 0.0

    def __enter__(self) -> Self:
        self._rich.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._rich.stop()

    def update(self, index: int, name: str, progress: Progress) -> None:
        """Show how far the recording ``index`` is."""
        fraction = self._fraction(progress)
        seconds = progress.total or self._weights[index]
        speed = _speed(fraction * seconds, time.monotonic() - self._file_began)
        label = f"{_short(name)} [dim]{progress.stage}[/dim]"
        self._rich.update(self._current, description=label, completed=fraction, speed=speed)
        self._show_whole(self._done + fraction * self._weights[index])

    def finish(self, index: int) -> None:
        """The recording ``index`` is done; the next one begins."""
        self._done += self._weights[index]
        self._file_began = time.monotonic()
        self._rich.reset(self._current, total=1.0, description="", speed="")
        self._show_whole(self._done)

    def _show_whole(self, seconds: float) -> None:
        if self._whole is not None:
            speed = _speed(seconds, time.monotonic() - self._began)
            self._rich.update(self._whole, completed=seconds, speed=speed)

    def _fraction(self, progress: Progress) -> float:
        whole = sum(STAGES[stage] for stage in self._stages)
        before = sum(STAGES[s] for s in self._stages[: self._stages.index(progress.stage)])
        inside = min(1.0, progress.done / progress.total) if progress.total else 0.0
        return (before + inside * STAGES[progress.stage]) / whole


def _speed(sound: float, elapsed: float) -> str:
    return f"{sound / elapsed:.1f}x" if elapsed > 0.5 else ""


def _short(name: str) -> str:
    from rich.markup import escape

    shown = printable(name)
    return escape(shown if len(shown) <= 40 else "…" + shown[-39:])


def printable(name: str) -> str:
    """A name on one line: line breaks and control characters written out."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in name)
