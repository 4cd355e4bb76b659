"""``earmark users``: accounts, for whoever has the server's machine and so its database."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from earmark.services.platform import Platform

users_app = typer.Typer(help="Accounts of the server on this machine.", no_args_is_help=True)

Login = Annotated[str, typer.Argument(help="What the person types to sign in.")]


@users_app.command("add")
def add_command(
    login: Login,
    name: Annotated[str, typer.Option("--name", help="What others see; the login if left out.")] = "",
    administrator: Annotated[  # noqa: FBT002
        bool, typer.Option("--administrator", help="Let the person do everything on this server.")
    ] = False,
) -> None:
    """Make an account; the password is asked for, or read from standard input."""
    from earmark.core.people import SYSTEM
    from earmark.services import people

    with _platform() as platform:
        password = _new_password()
        user = people.create_user(
            platform, SYSTEM, login=login, name=name or login, password=password, is_administrator=administrator
        )
    typer.echo(f"{user.login}: made")


@users_app.command("list")
def list_command(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on each line.")] = False,  # noqa: FBT002
) -> None:
    """List all accounts, closed ones too."""
    import json
    from dataclasses import asdict

    from earmark.core.page import MAX_LIMIT
    from earmark.core.people import SYSTEM
    from earmark.services import people

    cursor: str | None = None
    with _platform() as platform:
        while True:
            page = people.list_users(platform, SYSTEM, active=None, cursor=cursor, limit=MAX_LIMIT)
            for user in page.items:
                state = "administrator" if user.is_administrator else "person"
                line = f"{user.login}\t{user.name}\t{state if user.active else 'closed'}"
                typer.echo(json.dumps(asdict(user), default=str) if as_json else line)
            cursor = page.next
            if cursor is None:
                return


@users_app.command("password")
def password_command(login: Login) -> None:
    """Give an account a new password, asked for or read from standard input; its sessions end."""
    from earmark.core.people import SYSTEM
    from earmark.services import people

    with _platform() as platform:
        user = people.find_user(platform, login)
        people.set_password(platform, SYSTEM, user.id, password=_new_password())
    typer.echo(f"{user.login}: changed; all sessions ended")


@users_app.command("deactivate")
def deactivate_command(login: Login) -> None:
    """Close an account: its sessions end, its tokens work no more, its work stays."""
    from earmark.core.people import SYSTEM
    from earmark.services import people

    with _platform() as platform:
        user = people.change_user(platform, SYSTEM, people.find_user(platform, login).id, active=False)
    typer.echo(f"{user.login}: closed")


@contextmanager
def _platform() -> Iterator[Platform]:
    from earmark.app import Context

    platform = Context.from_environment(os.environ).platform()
    try:
        platform.database.migrate()
        yield platform
    finally:
        platform.database.close()


def _new_password() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\r\n")
