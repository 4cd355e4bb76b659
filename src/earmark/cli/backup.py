"""``earmark backup`` and ``earmark restore``: a whole server in one file, and back."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from earmark import __version__
from earmark.cli.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from earmark.core.progress import Progress, Report
    from earmark.services.backup import BackupSummary
    from earmark.services.platform import Platform

EXIT_INCOMPLETE = 3
SHOWN = 10
"""Missing files that are named."""


def backup_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where the backup is written, for example earmark.tar.")],
) -> int:
    """Write everything that the server knows into one file, while it runs.

    The exit code is 3 if files were missing or damaged: the rest is in the backup.
    """
    from earmark.services.backup import back_up

    with _platform() as platform, _bar() as report:
        made = back_up(platform, file, version=__version__, report=report)
    _tell(f"{printable(str(file))}: {made.rows:,} rows, {made.files:,} files, {made.size / 1e6:,.1f} MB", made)
    return EXIT_INCOMPLETE if made.missing else 0


def restore_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A backup.")],
    *,
    force: Annotated[bool, typer.Option("--force", help="Throw away what the server holds.")] = False,
) -> int:
    """Bring the server back as it was when a backup was made. Stop it first.

    Database and file store may be of another kind than they were. The exit code is 3 if the backup lacks files.
    """
    from earmark.services.restore import restore

    with _platform() as platform, _bar() as report:
        made = restore(platform, file, force=force, report=report)
    _tell(f"restored {made.rows:,} rows, {made.files:,} files, {made.size / 1e6:,.1f} MB", made)
    return EXIT_INCOMPLETE if made.missing else 0


@contextmanager
def _platform() -> Iterator[Platform]:
    from earmark.app import Context

    platform = Context.from_environment().platform()
    try:
        yield platform
    finally:
        platform.database.close()


@contextmanager
def _bar() -> Iterator[Report]:
    """Draw a bar on standard error, if that is a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f}%"))
    with Bars(
        *columns, TimeRemainingColumn(), console=console, transient=True, disable=not console.is_terminal
    ) as bars:
        tasks = {}

        def report(progress: Progress) -> None:
            if progress.stage not in tasks:
                tasks[progress.stage] = bars.add_task(progress.stage, total=None)
            bars.update(tasks[progress.stage], completed=progress.done, total=progress.total or None)

        yield report


def _tell(done: str, made: BackupSummary) -> None:
    typer.echo(done)
    if made.missing:
        some = ", ".join(made.missing[:SHOWN])
        typer.echo(f"earmark: {len(made.missing)} files are missing or damaged: {printable(some)}", err=True)
