"""``earmark models``: which models are on this machine, and getting more of them."""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from earmark.config import load_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import Console
    from rich.table import Table

    from earmark.config import Settings
    from earmark.services.models import Weights

models_app = typer.Typer(help="Models on this machine: list, download, remove, find.", no_args_is_help=True)


@models_app.command("list")
def list_command(as_json: Annotated[bool, typer.Option("--json", help="One JSON array.")] = False) -> None:  # noqa: FBT002
    """List the models in the models folder and the Whisper weights in the hub cache."""
    from rich.console import Console

    from earmark.services.models import list_models

    settings = _settings()
    found = list_models(settings.models_dir)
    if as_json:
        typer.echo(json.dumps([asdict(weights) for weights in found], default=str))
    elif found:
        Console().print(_table(found))
    else:
        typer.echo(f"No models yet in {settings.models_dir}. Get one with: earmark models pull {settings.model}")


@models_app.command()
def pull(
    names: Annotated[
        list[str], typer.Argument(metavar="NAME...", help="small, large-v3, organisation/repository, diarization ...")
    ],
) -> None:
    """Download Whisper weights, or the networks that tell speakers apart, into the models folder."""
    from rich.console import Console

    from earmark.services import models

    settings = _settings()
    for name in names:
        with download_bar(Console(stderr=True)) as progress:
            path = models.pull(name, models_dir=settings.models_dir, offline=settings.offline, progress=progress)
        typer.echo(f"{name}: {path}")


@models_app.command()
def remove(
    names: Annotated[list[str], typer.Argument(metavar="NAME...", help="Names as `earmark models list` shows them.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,  # noqa: FBT002
) -> None:
    """Delete models from the models folder or, those that are not there, from the hub cache."""
    from earmark.services import models

    settings = _settings()
    for name in names:
        folder = models.locate(name, models_dir=settings.models_dir)
        if yes or typer.confirm(f"Delete {folder}?"):
            typer.echo(f"deleted {models.remove(name, models_dir=settings.models_dir)}")


@models_app.command()
def path(name: Annotated[str | None, typer.Argument(help="A model; without it, the models folder.")] = None) -> None:
    """Print the models folder, or the folder of one model."""
    from earmark.services.models import locate

    models_dir = _settings().models_dir
    typer.echo(models_dir if name is None else locate(name, models_dir=models_dir))


def _settings() -> Settings:
    return load_settings(os.environ)


def _table(found: list[Weights]) -> Table:
    from rich.filesize import decimal
    from rich.table import Table

    table = Table("name", "kind", box=None, pad_edge=False)
    table.add_column("size", justify="right")
    table.add_column("where", overflow="fold")
    for weights in found:
        where = f"{weights.path}" if weights.problem is None else f"unusable: {weights.problem}"
        table.add_row(weights.name, weights.kind, decimal(weights.size), where)
    return table


@contextmanager
def download_bar(console: Console) -> Iterator[Callable[[int, int | None], None]]:
    """Offer a progress callback for a download; a bar with speed and time left shows from its first call on."""
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    columns = (TextColumn("downloading"), BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=None, visible=False)
        yield lambda done, total: bar.update(task, completed=done, total=total, visible=True)
