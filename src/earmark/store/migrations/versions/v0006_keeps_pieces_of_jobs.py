"""Keeps what jobs gave before their end."""

from __future__ import annotations

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Change the tables."""
    import sqlalchemy as sa
    from alembic import op

    from earmark.store.types import Number, ascii_text

    op.create_table(
        "job_pieces",
        sa.Column("number", Number, autoincrement=True, nullable=False),
        sa.Column("job_id", ascii_text(26), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_job_pieces_job_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_job_pieces")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_job_pieces_job_id_number"), "job_pieces", ["job_id", "number"])
