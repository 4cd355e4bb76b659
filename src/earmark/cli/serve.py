"""``earmark serve``: the server, with everything that it needs on one machine."""

from __future__ import annotations

import os
import shlex
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from earmark.config import load_settings

if TYPE_CHECKING:
    from earmark.server.running import Started


def serve_command(
    host: Annotated[
        str | None, typer.Option("--host", help="Address to listen on; setting 'host', by default this machine alone.")
    ] = None,
    port: Annotated[
        int | None, typer.Option("--port", "-p", min=0, max=65535, help="Port; setting 'port', by default 8000.")
    ] = None,
    open_access: Annotated[  # noqa: FBT002
        bool, typer.Option("--open", help="Work without signing in: on this machine, while nobody has a password.")
    ] = False,
    integration: Annotated[
        str | None,
        typer.Option("--integration", help="Interface that answers at the root too: runpod, openai or asr."),
    ] = None,
    workers: Annotated[
        int, typer.Option("--workers", "-w", min=1, max=64, help="Processes that answer requests; jobs have others.")
    ] = 1,
    data_dir: Annotated[
        Path | None, typer.Option("--data-dir", help="Folder for database and files; setting 'data_dir'.")
    ] = None,
) -> None:
    """Start the server; Ctrl-C ends it.

    The first start makes an administrator and prints the password, once, unless the setting 'admin_password' gives it.
    """
    from earmark.server import logs, running

    given: dict[str, Any] = {"host": host, "port": port, "data_dir": data_dir}
    given = {name: value for name, value in given.items() if value is not None}
    settings = replace(load_settings(os.environ), **given)
    logs.configure(settings)
    # Other commands have no such option: what is told to be typed has to find the same server.
    prefix = "" if data_dir is None else f"EARMARK_DATA_DIR={shlex.quote(str(settings.data_dir.absolute()))} "
    manner = running.Manner(open_access=open_access, integration=integration)
    running.serve(settings, manner, processes=workers, tell=lambda started: _tell(started, prefix))


def _tell(started: Started, prefix: str) -> None:
    """Say where the server is and how to sign in; on standard output, where no log line goes."""
    typer.echo(f"Earmark listens on {started.address}; Ctrl-C ends it.")
    made = started.administrator
    if started.manner.integration is not None:
        typer.echo(f"At its root it speaks as {started.manner.integration} does; the pages are there too.")
    if started.manner.open_access:
        typer.echo("Open access: whoever uses this machine needs no account.")
    elif made is not None and made.password is not None:
        typer.echo(f"Sign in as {made.login} with the password {made.password}")
        typer.echo(f"It is shown this once. Change it: {prefix}earmark users password {made.login}")
    elif made is not None:
        typer.echo(f"Sign in as {made.login} with the password of the setting admin_password.")
