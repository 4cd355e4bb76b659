"""All commands, put together."""

from __future__ import annotations

from typing import Annotated

import typer

from earmark import __version__
from earmark.cli.annotate import annotate_command
from earmark.cli.backup import backup_command, restore_command
from earmark.cli.convert import convert
from earmark.cli.doctor import doctor_command
from earmark.cli.evaluate import evaluate_command
from earmark.cli.models import models_app
from earmark.cli.probe import probe_command
from earmark.cli.runpod import ARGUMENTS, runpod_command
from earmark.cli.serve import serve_command
from earmark.cli.transcribe import transcribe_command
from earmark.cli.users import users_app
from earmark.cli.worker import worker_command

SUMMARY = "Turns recordings into labelled timelines, and people's corrections into better models."


def build() -> typer.Typer:
    """Make the command ``earmark``."""
    app = typer.Typer(
        name="earmark",
        help=SUMMARY,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_options)
    app.command("annotate")(annotate_command)
    app.command("transcribe")(transcribe_command)
    app.command("probe")(probe_command)
    app.command("convert")(convert)
    app.command("eval")(evaluate_command)
    app.add_typer(models_app, name="models")
    app.command("serve")(serve_command)
    app.command("doctor")(doctor_command)
    app.command("backup")(backup_command)
    app.command("restore")(restore_command)
    app.command("worker")(worker_command)
    app.command("runpod", context_settings=ARGUMENTS)(runpod_command)
    app.add_typer(users_app, name="users")
    return app


def _print_version(asked: bool) -> None:  # noqa: FBT001 - Typer calls it with the value alone
    if asked:
        typer.echo(f"earmark {__version__}")
        raise typer.Exit


def _options(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """Declare the options that stand before a command."""
