"""Keeps who is to be told when a transcription has ended, and how far readers of its pieces are."""

from __future__ import annotations

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Change the tables."""
    import sqlalchemy as sa
    from alembic import op

    from earmark.store.types import LongText, Number, UtcDateTime, ascii_text

    op.create_table(
        "callbacks",
        sa.Column("job_id", ascii_text(26), nullable=False),
        sa.Column("integration", ascii_text(40), nullable=False),
        sa.Column("url", LongText, nullable=False),
        sa.Column("state", ascii_text(40), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", UtcDateTime, nullable=False),
        sa.Column("last_status", sa.Integer(), nullable=True),
        sa.Column("last_error", LongText, nullable=True),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_callbacks_job_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_callbacks")),
    )
    op.create_index(op.f("ix_callbacks_state_next_at"), "callbacks", ["state", "next_at"])
    op.create_table(
        "job_readers",
        sa.Column("job_id", ascii_text(26), nullable=False),
        sa.Column("number", Number, autoincrement=False, nullable=False),
        sa.Column("given", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_job_readers_job_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_job_readers")),
    )
