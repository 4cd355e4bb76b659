"""Finds annotations by recording."""

from __future__ import annotations

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Change the tables."""
    from alembic import op

    op.create_index(
        op.f("ix_annotations_project_id_recording_id"), "annotations", ["project_id", "recording_id"], unique=False
    )
