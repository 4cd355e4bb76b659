"""Keeps annotated areas."""

from __future__ import annotations

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Change the tables."""
    import sqlalchemy as sa
    from alembic import op

    op.add_column("annotations", sa.Column("areas", sa.JSON(none_as_null=True), nullable=True))
