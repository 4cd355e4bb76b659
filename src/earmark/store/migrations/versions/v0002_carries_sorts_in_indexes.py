"""Carries what lists are sorted by in the indexes of words and states."""

from __future__ import annotations

revision = "0002"
down_revision = "0001"

_SORTS = ["name", "created_at", "recorded_at", "duration"]


def upgrade() -> None:
    """Change the tables."""
    import sqlalchemy as sa
    from alembic import op

    from earmark.store.types import UtcDateTime, ascii_text, text

    # SQLite keeps the rows of new tables only in their key; names of keys are free once the old table is gone.
    op.execute("CREATE TABLE terms_before AS SELECT project_id, term, recording_id FROM recording_terms")
    op.drop_table("recording_terms")
    op.create_table(
        "recording_terms",
        sa.Column("project_id", ascii_text(26), nullable=False),
        sa.Column("term", text(64), nullable=False),
        sa.Column("recording_id", ascii_text(26), nullable=False),
        sa.Column("name", text(255), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=True),
        sa.Column("duration", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_recording_terms_project_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recordings.id"], name=op.f("fk_recording_terms_recording_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint(
            "project_id", "term", "recording_id", name=op.f("pk_recording_terms"), postgresql_include=_SORTS
        ),
        sqlite_with_rowid=False,
    )
    columns = ", ".join(("project_id", "term", "recording_id", *_SORTS))
    values = ", ".join(("b.project_id", "b.term", "b.recording_id", *(f"r.{name}" for name in _SORTS)))
    op.execute(
        f"INSERT INTO recording_terms ({columns}) SELECT {values} FROM terms_before b"  # noqa: S608 - names of columns
        " JOIN recordings r ON r.id = b.recording_id"
    )
    op.drop_table("terms_before")
    op.create_index(op.f("ix_recording_terms_recording_id_term"), "recording_terms", ["recording_id", "term"])
    op.create_index("ix_recordings_state_sorts", "recordings", ["project_id", "trashed", "state", "id", *_SORTS])
    op.drop_index(op.f("ix_recordings_project_id_trashed_state_id"), table_name="recordings")
