"""``earmark doctor``: what of a server works, what does not, and what to do about it."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from earmark import __version__
from earmark.cli.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from earmark.services.findings import Finding

MARKS = {"ok": "[green]ok[/]     ", "warning": "[yellow]warning[/]", "failed": "[red]failed[/] ", "skipped": "skipped"}


def doctor_command(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> int:
    """Look at settings, database, files, disk, queue, models, codecs, memory, clock and network of a server.

    The exit code is 1 if something does not work.
    """
    from earmark.services.doctor import worst
    from earmark.services.findings import State

    found = []
    for finding in _findings():
        found.append(finding)
        if not as_json:
            _show(finding)
    state = worst(found)
    if as_json:
        told = {"version": __version__, "state": state, "findings": [asdict(finding) for finding in found]}
        typer.echo(json.dumps(told, indent=1))
    return int(state is State.FAILED)


def _findings() -> Iterator[Finding]:
    from earmark.app import Context
    from earmark.config import sources
    from earmark.errors import InvalidSettings
    from earmark.services.doctor import examine
    from earmark.services.findings import Subject, failed_by

    try:
        context = Context.from_environment()
    except InvalidSettings as error:
        yield failed_by("settings", error)
        return
    yield from examine(
        Subject(
            settings=context.settings,
            sources=sources(os.environ),
            database=context.database,
            files=context.files,
        )
    )


def _show(finding: Finding) -> None:
    from rich.console import Console
    from rich.markup import escape

    console = Console(highlight=False, soft_wrap=True)
    console.print(f"{MARKS[finding.state]} {escape(printable(f'{finding.name}: {finding.message}'))}")
    if finding.do:
        console.print(f"        → {escape(printable(finding.do))}")
