"""``earmark users``: accounts, for whoever has the server's machine and so its database."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from earmark.core.people import Scope
from earmark.errors import Conflict, InvalidValue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from earmark.core.people import User
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
            if not page.items:
                typer.echo(f"earmark: {_nobody(platform)}", err=True)
            for user in page.items:
                state = "administrator" if user.is_administrator else "person"
                line = f"{user.login}\t{user.name}\t{state if user.active else 'closed'}"
                typer.echo(json.dumps(asdict(user), default=str) if as_json else line)
            cursor = page.next
            if cursor is None:
                return


@users_app.command("token")
def token_command(
    login: Login,
    name: Annotated[str, typer.Option("--name", help="What it is for.")] = "command line",
    scope: Annotated[
        list[Scope] | None,
        typer.Option("--scope", help="What it may be used for; may be given more than once.", show_default="all"),
    ] = None,
) -> None:
    """Make an API token for an account and print it; whoever has it may do what its scopes say, as that person."""
    from earmark.core.people import Actor
    from earmark.services import tokens

    with _platform() as platform:
        user = _account(platform, login)
        if not user.active:
            raise Conflict(f"the account {user.login!r} is closed: a token of it would open nothing.")
        actor = Actor(user_id=user.id, name=user.name, is_administrator=user.is_administrator)
        _, secret = tokens.create_token(platform, actor, name=name, scopes=scope or list(Scope))
    typer.echo(secret)


@users_app.command("password")
def password_command(login: Login) -> None:
    """Give an account a new password, asked for or read from standard input; its sessions end."""
    from earmark.core.people import SYSTEM
    from earmark.services import people

    with _platform() as platform:
        user = _account(platform, login)
        people.set_password(platform, SYSTEM, user.id, password=_new_password())
    typer.echo(f"{user.login}: changed; all sessions ended")


@users_app.command("deactivate")
def deactivate_command(login: Login) -> None:
    """Close an account: its sessions end, its tokens work no more, its work stays."""
    from earmark.core.people import SYSTEM
    from earmark.services import people

    with _platform() as platform:
        user = people.change_user(platform, SYSTEM, _account(platform, login).id, active=False)
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


def _account(platform: Platform, login: str) -> User:
    from earmark.core.people import SYSTEM
    from earmark.services import people

    if not people.list_users(platform, SYSTEM, active=None, limit=1).items:
        raise InvalidValue(_nobody(platform))
    return people.find_user(platform, login)


def _nobody(platform: Platform) -> str:
    """Say where there is no account: mostly the settings are not those of the server."""
    where = platform.database.url.render_as_string(hide_password=True)
    return (
        f"there are no accounts in {where}. Give the same settings as to the server (EARMARK_DATA_DIR, "
        "EARMARK_DATABASE); a new server gets its first account when `earmark serve` starts it."
    )


def _new_password() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\r\n")
