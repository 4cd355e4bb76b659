"""Keeps counts of labels."""

from __future__ import annotations

from typing import Any

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Change the tables."""
    import sqlalchemy as sa
    from alembic import op

    from earmark.store.types import ascii_text, text

    op.create_table(
        "label_counts",
        sa.Column("annotation_id", ascii_text(26), nullable=False),
        sa.Column("label", text(200), nullable=False),
        sa.Column("segments", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["annotation_id"], ["annotations.id"], name=op.f("fk_label_counts_annotation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("annotation_id", "label", name=op.f("pk_label_counts")),
    )
    _count(sa, op)


def _count(sa: Any, op: Any) -> None:
    """Count the labels of the annotations that are there."""
    names = ("annotation_id", "label", "start", "end")
    segments = sa.table("segments", *(sa.column(name) for name in names)).c
    counts = sa.table("label_counts", *(sa.column(name) for name in ("annotation_id", "label", "segments", "seconds")))
    each = segments.annotation_id, segments.label
    found = sa.select(*each, sa.func.count(), sa.func.sum(segments.end - segments.start)).where(each[1].is_not(None))
    op.execute(counts.insert().from_select(list(counts.c.keys()), found.group_by(*each)))
