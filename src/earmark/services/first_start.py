"""What a server needs before anybody can use it: an administrator, or open access for who works on this machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy.exc import IntegrityError

from earmark.core.ids import new_id
from earmark.core.people import SYSTEM, User
from earmark.errors import Conflict, InvalidSettings, InvalidValue
from earmark.services import chronicle, passwords
from earmark.services.people import create_user
from earmark.services.sign_in import OPEN_LOGIN
from earmark.store import people
from earmark.store.database import now

if TYPE_CHECKING:
    from earmark.services.platform import Platform


@dataclass(frozen=True, slots=True, kw_only=True)
class Administrator:
    """The account that the first start made.

    Attributes
    ----------
    password : str or None
        To be shown once, where it was made up; None where the settings gave it.
    """

    login: str
    password: str | None


def ensure_administrator(platform: Platform) -> Administrator | None:
    """Make the administrator of the settings unless somebody can sign in already.

    Of servers that start together one makes it.

    Returns
    -------
    Administrator or None
        None where nothing was made.

    Raises
    ------
    InvalidSettings
        Login or password of the settings are not good.
    """
    settings = platform.settings
    with platform.database.read() as connection:
        if people.any_password(connection):
            return None
    made_up = None if settings.admin_password else passwords.make_up()
    try:
        create_user(
            platform,
            SYSTEM,
            login=settings.admin_login,
            name=settings.admin_login,
            password=settings.admin_password or made_up or "",
            is_administrator=True,
        )
    except InvalidValue as error:
        raise InvalidSettings(f"setting admin_login or admin_password: {error}") from error
    except Conflict:
        _require_someone_else(platform)
        return None
    return Administrator(login=settings.admin_login.lower(), password=made_up)


def _require_someone_else(platform: Platform) -> None:
    with platform.database.read() as connection:
        if not people.any_password(connection):
            login = platform.settings.admin_login
            raise InvalidSettings(
                f"setting admin_login: there is an account {login!r} without a password, of open access. "
                f"Choose another login, or give it a password: earmark users password {login}"
            )


def ensure_open_access(platform: Platform, *, loopback: bool) -> None:
    """Make the account that stands for the person who works on this machine without signing in.

    Parameters
    ----------
    loopback : bool
        Whether the server listens to this machine alone.

    Raises
    ------
    InvalidSettings
        Others could reach the server, or there is an account with a password.
    """
    if not loopback:
        raise InvalidSettings(
            "open access is for this machine only, but the server would listen to others too. "
            "Leave --open out, or listen on 127.0.0.1."
        )
    with platform.database.read() as connection:
        if people.any_password(connection):
            raise InvalidSettings(
                "open access is for servers where nobody has a password, but here is an account with one. "
                "Leave --open out."
            )
        if people.find(connection, OPEN_LOGIN) is not None:
            return
    user = User(
        id=new_id(), login=OPEN_LOGIN, name="This computer", is_administrator=True, active=True, created_at=now()
    )
    try:
        with platform.database.write() as connection:
            people.add(connection, user, password_hash=None)
            chronicle.record(connection, SYSTEM, "user.created", subject_id=user.id, details={"login": user.login})
    except IntegrityError:
        # Another server that starts at the same moment made it.
        return
