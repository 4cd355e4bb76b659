"""Column types that mean the same on every database."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, DateTime, Integer, String, Text
from sqlalchemy.dialects import mysql
from sqlalchemy.types import TypeDecorator

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect
    from sqlalchemy.types import TypeEngine

MYSQL = ("mysql", "mariadb")

Number = BigInteger().with_variant(Integer, "sqlite")
"""Integer key that counts up; SQLite does that for INTEGER only."""

LongText = (
    Text()
    .with_variant(mysql.LONGTEXT(collation="utf8mb4_bin"), "mysql")
    .with_variant(mysql.LONGTEXT(collation="utf8mb4_nopad_bin"), "mariadb")
)
"""Text of any length; MySQL's own TEXT ends at 64 KiB."""


def text(length: int) -> TypeEngine[str]:
    """Text of a bounded length, compared letter by letter with case on every database."""
    return _varchar(length, "utf8mb4")


def ascii_text(length: int) -> TypeEngine[str]:
    """Identifiers and other ASCII text of a bounded length."""
    return _varchar(length, "ascii")


def _varchar(length: int, charset: str) -> TypeEngine[str]:
    # MariaDB would take "a" and "a " for the same; MySQL's collation without that habit has another name.
    # PostgreSQL sorts by the rules of some language unless told otherwise, and could not look for beginnings of words.
    return (
        String(length)
        .with_variant(String(length, collation="C"), "postgresql")
        .with_variant(mysql.VARCHAR(length, charset=charset, collation=f"{charset}_bin"), "mysql")
        .with_variant(mysql.VARCHAR(length, charset=charset, collation=f"{charset}_nopad_bin"), "mariadb")
    )


class UtcDateTime(TypeDecorator[datetime]):
    """Moments in UTC with microseconds: aware in Python, without a zone in the database."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """MySQL drops fractions of seconds unless told otherwise."""
        kind: TypeEngine[Any] = mysql.DATETIME(fsp=6) if dialect.name in MYSQL else DateTime()
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Convert to UTC; a moment without a zone is a mistake in the program."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Say that it is UTC."""
        return None if value is None else value.replace(tzinfo=UTC)
