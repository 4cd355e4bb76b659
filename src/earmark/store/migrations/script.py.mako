"""${message}."""

from __future__ import annotations

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    """Change the tables."""
    import sqlalchemy as sa
    from alembic import op

    from earmark.store.types import LongText, Number, UtcDateTime, ascii_text, text

    ${upgrades if upgrades else "pass"}
