"""Keeps known voices."""

from __future__ import annotations

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Change the tables."""
    import sqlalchemy as sa
    from alembic import op

    from earmark.store.types import UtcDateTime, ascii_text, text

    op.add_column("projects", sa.Column("known_voices", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "voices",
        sa.Column("id", ascii_text(26), nullable=False),
        sa.Column("project_id", ascii_text(26), nullable=False),
        sa.Column("name", text(200), nullable=False),
        sa.Column("embedder", ascii_text(100), nullable=False),
        sa.Column("embedding", sa.JSON(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("samples", sa.Integer(), nullable=False),
        sa.Column("created_by", ascii_text(26), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_voices_project_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_voices_created_by"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voices")),
        sa.UniqueConstraint("project_id", "name", "embedder", name=op.f("uq_voices_project_id_name_embedder")),
    )
    op.create_table(
        "heard_voices",
        sa.Column("annotation_id", ascii_text(26), nullable=False),
        sa.Column("speaker", text(200), nullable=False),
        sa.Column("embedder", ascii_text(100), nullable=False),
        sa.Column("embedding", sa.JSON(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["annotation_id"], ["annotations.id"], name=op.f("fk_heard_voices_annotation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("annotation_id", "speaker", name=op.f("pk_heard_voices")),
    )
    op.create_index(op.f("ix_heard_voices_created_at"), "heard_voices", ["created_at"])
