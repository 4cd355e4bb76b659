"""Things that only one process may do at a time, whichever machine it runs on."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from earmark.store.database import now
from earmark.store.tables import locks

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection


def take(connection: Connection, name: str, holder: str, *, seconds: float) -> bool:
    """Take a lock, or keep it longer; False while somebody else has it.

    Parameters
    ----------
    holder : str
        Who takes it; the same holder may take it again and again.
    seconds : float
        When it falls open by itself, should the holder die.
    """
    moment = now()
    until = moment + timedelta(seconds=seconds)
    mine = sa.or_(locks.c.holder == holder, locks.c.until <= moment)
    kept = locks.update().where(locks.c.name == name, mine).values(holder=holder, until=until)
    if connection.execute(kept).rowcount == 1:
        return True
    if held(connection, name) is not None:
        return False
    try:
        with connection.begin_nested():
            connection.execute(locks.insert().values(name=name, holder=holder, until=until))
    except IntegrityError:
        return False  # Somebody was quicker.
    return True


def held(connection: Connection, name: str) -> str | None:
    """Who has a lock now, None where nobody has."""
    query = sa.select(locks.c.holder).where(locks.c.name == name, locks.c.until > now())
    return connection.execute(query).scalar()


def release(connection: Connection, name: str, holder: str) -> None:
    """Give a lock back; nothing happens where the holder has it no more."""
    connection.execute(locks.delete().where(locks.c.name == name, locks.c.holder == holder))
