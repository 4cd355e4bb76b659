"""Makes all tables."""

from __future__ import annotations

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Change the tables."""
    import sqlalchemy as sa
    from alembic import op

    from earmark.store.types import LongText, Number, UtcDateTime, ascii_text, text

    op.create_table(
        "audit",
        sa.Column("number", Number, autoincrement=True, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("user_id", ascii_text(26), nullable=True),
        sa.Column("user_name", text(200), nullable=False),
        sa.Column("action", ascii_text(40), nullable=False),
        sa.Column("project_id", ascii_text(26), nullable=True),
        sa.Column("subject_kind", ascii_text(40), nullable=False),
        sa.Column("subject_id", ascii_text(64), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("address", ascii_text(64), nullable=True),
        sa.Column("request_id", ascii_text(64), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_project_id_number"), "audit", ["project_id", "number"], unique=False)
    op.create_index(op.f("ix_audit_subject_id_number"), "audit", ["subject_id", "number"], unique=False)
    op.create_index(op.f("ix_audit_user_id_number"), "audit", ["user_id", "number"], unique=False)
    op.create_table(
        "blobs",
        sa.Column("checksum", ascii_text(64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("checksum", name=op.f("pk_blobs")),
    )
    op.create_table(
        "events",
        sa.Column("number", Number, autoincrement=True, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("kind", ascii_text(40), nullable=False),
        sa.Column("project_id", ascii_text(26), nullable=True),
        sa.Column("subject_id", ascii_text(64), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_events")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_events_at"), "events", ["at"], unique=False)
    op.create_table(
        "idempotency",
        sa.Column("actor", ascii_text(64), nullable=False),
        sa.Column("key", text(255), nullable=False),
        sa.Column("fingerprint", ascii_text(64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("headers", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("body", LongText, nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("actor", "key", name=op.f("pk_idempotency")),
    )
    op.create_index(op.f("ix_idempotency_created_at"), "idempotency", ["created_at"], unique=False)
    op.create_table(
        "locks",
        sa.Column("name", ascii_text(40), nullable=False),
        sa.Column("holder", ascii_text(100), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_locks")),
    )
    op.create_table(
        "sign_in_failures",
        sa.Column("number", Number, autoincrement=True, nullable=False),
        sa.Column("login", text(100), nullable=False),
        sa.Column("address", ascii_text(64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_sign_in_failures")),
    )
    op.create_index(op.f("ix_sign_in_failures_address_at"), "sign_in_failures", ["address", "at"], unique=False)
    op.create_index(op.f("ix_sign_in_failures_login_at"), "sign_in_failures", ["login", "at"], unique=False)
    op.create_table(
        "users",
        sa.Column("id", ascii_text(26), nullable=False),
        sa.Column("login", text(100), nullable=False),
        sa.Column("name", text(200), nullable=False),
        sa.Column("password_hash", ascii_text(255), nullable=True),
        sa.Column("is_administrator", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("login", name=op.f("uq_users_login")),
    )
    op.create_table(
        "projects",
        sa.Column("id", ascii_text(26), nullable=False),
        sa.Column("name", text(200), nullable=False),
        sa.Column("description", LongText, nullable=False),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("pipeline", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", ascii_text(26), nullable=True),
        sa.Column("deleted_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_projects_created_by"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_projects")),
    )
    op.create_index(op.f("ix_projects_name_id"), "projects", ["name", "id"], unique=False)
    op.create_table(
        "sessions",
        sa.Column("token_hash", ascii_text(64), nullable=False),
        sa.Column("user_id", ascii_text(26), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sessions_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sessions")),
    )
    op.create_index(op.f("ix_sessions_expires_at"), "sessions", ["expires_at"], unique=False)
    op.create_index(op.f("ix_sessions_user_id"), "sessions", ["user_id"], unique=False)
    op.create_table(
        "tokens",
        sa.Column("id", ascii_text(26), nullable=False),
        sa.Column("user_id", ascii_text(26), nullable=False),
        sa.Column("name", text(200), nullable=False),
        sa.Column("token_hash", ascii_text(64), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=True),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_tokens_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_tokens_token_hash")),
    )
    op.create_index(op.f("ix_tokens_user_id"), "tokens", ["user_id"], unique=False)
    op.create_table(
        "memberships",
        sa.Column("project_id", ascii_text(26), nullable=False),
        sa.Column("user_id", ascii_text(26), nullable=False),
        sa.Column("role", ascii_text(40), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_memberships_project_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_memberships_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("project_id", "user_id", name=op.f("pk_memberships")),
    )
    op.create_index(op.f("ix_memberships_user_id"), "memberships", ["user_id"], unique=False)
    op.create_table(
        "models",
        sa.Column("id", ascii_text(26), nullable=False),
        sa.Column("project_id", ascii_text(26), nullable=True),
        sa.Column("parent_id", ascii_text(26), nullable=True),
        sa.Column("name", text(200), nullable=False),
        sa.Column("version", text(100), nullable=False),
        sa.Column("engine", text(100), nullable=False),
        sa.Column("task", text(100), nullable=False),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("metrics", sa.JSON(), nullable=False),
        sa.Column("training", sa.JSON(), nullable=False),
        sa.Column("status", ascii_text(40), nullable=False),
        sa.Column("notes", LongText, nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", ascii_text(26), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_models_created_by"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["parent_id"], ["models.id"], name=op.f("fk_models_parent_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_models_project_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_models")),
        sa.UniqueConstraint("name", "version", name=op.f("uq_models_name_version")),
    )
    op.create_index(op.f("ix_models_parent_id"), "models", ["parent_id"], unique=False)
    op.create_index(op.f("ix_models_task_id"), "models", ["task", "id"], unique=False)
    op.create_table(
        "recordings",
        sa.Column("id", ascii_text(26), nullable=False),
        sa.Column("project_id", ascii_text(26), nullable=False),
        sa.Column("name", text(255), nullable=False),
        sa.Column("state", ascii_text(40), nullable=False),
        sa.Column("checksum", ascii_text(64), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("source", LongText, nullable=False),
        sa.Column("duration", sa.Double(), nullable=True),
        sa.Column("sample_rate", sa.Integer(), nullable=True),
        sa.Column("channels", sa.Integer(), nullable=True),
        sa.Column("container", text(100), nullable=True),
        sa.Column("codec", text(100), nullable=True),
        sa.Column("video", sa.Boolean(), nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("notes", LongText, nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=True),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.Column("error", LongText, nullable=True),
        sa.Column("thumbnail", ascii_text(400), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", ascii_text(26), nullable=True),
        sa.Column("trashed", sa.Boolean(), nullable=False),
        sa.Column("deleted_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["checksum"], ["blobs.checksum"], name=op.f("fk_recordings_checksum")),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name=op.f("fk_recordings_created_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_recordings_project_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recordings")),
        sa.UniqueConstraint("project_id", "checksum", name=op.f("uq_recordings_project_id_checksum")),
    )
    op.create_index(op.f("ix_recordings_checksum"), "recordings", ["checksum"], unique=False)
    op.create_index(op.f("ix_recordings_deleted_at"), "recordings", ["deleted_at"], unique=False)
    op.create_index(
        op.f("ix_recordings_project_id_trashed_created_at_id"),
        "recordings",
        ["project_id", "trashed", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_recordings_project_id_trashed_duration_id"),
        "recordings",
        ["project_id", "trashed", "duration", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_recordings_project_id_trashed_name_id"),
        "recordings",
        ["project_id", "trashed", "name", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_recordings_project_id_trashed_recorded_at_id"),
        "recordings",
        ["project_id", "trashed", "recorded_at", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_recordings_project_id_trashed_state_id"),
        "recordings",
        ["project_id", "trashed", "state", "id"],
        unique=False,
    )
    op.create_table(
        "schedules",
        sa.Column("id", ascii_text(26), nullable=False),
        sa.Column("project_id", ascii_text(26), nullable=True),
        sa.Column("name", text(200), nullable=False),
        sa.Column("kind", ascii_text(40), nullable=False),
        sa.Column("arguments", sa.JSON(), nullable=False),
        sa.Column("every_seconds", sa.Integer(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("next_at", UtcDateTime(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=True),
        sa.Column("last_job_id", ascii_text(26), nullable=True),
        sa.Column("created_by", ascii_text(26), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name=op.f("fk_schedules_created_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_schedules_project_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedules")),
    )
    op.create_index(op.f("ix_schedules_enabled_next_at"), "schedules", ["enabled", "next_at"], unique=False)
    op.create_table(
        "uploads",
        sa.Column("id", ascii_text(26), nullable=False),
        sa.Column("project_id", ascii_text(26), nullable=False),
        sa.Column("user_id", ascii_text(26), nullable=True),
        sa.Column("name", text(255), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("metadata", LongText, nullable=False),
        sa.Column("checksum", ascii_text(64), nullable=True),
        sa.Column("recording_id", ascii_text(26), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_uploads_project_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_uploads_user_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uploads")),
    )
    op.create_index(op.f("ix_uploads_checksum"), "uploads", ["checksum"], unique=False)
    op.create_index(op.f("ix_uploads_expires_at"), "uploads", ["expires_at"], unique=False)
    op.create_table(
        "webhooks",
        sa.Column("id", ascii_text(26), nullable=False),
        sa.Column("project_id", ascii_text(26), nullable=True),
        sa.Column("url", LongText, nullable=False),
        sa.Column("secret", ascii_text(100), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("created_by", ascii_text(26), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_webhooks_created_by"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_webhooks_project_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhooks")),
    )
    op.create_index(op.f("ix_webhooks_project_id"), "webhooks", ["project_id"], unique=False)
    op.create_table(
        "annotations",
        sa.Column("id", ascii_text(26), nullable=False),
        sa.Column("recording_id", ascii_text(26), nullable=False),
        sa.Column("project_id", ascii_text(26), nullable=False),
        sa.Column("kind", ascii_text(40), nullable=False),
        sa.Column("author_id", ascii_text(26), nullable=True),
        sa.Column("model_id", ascii_text(26), nullable=True),
        sa.Column("source", text(500), nullable=False),
        sa.Column("status", ascii_text(40), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("segment_count", sa.Integer(), nullable=False),
        sa.Column("language", text(35), nullable=True),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("job_id", ascii_text(26), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("deleted_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["author_id"], ["users.id"], name=op.f("fk_annotations_author_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["model_id"], ["models.id"], name=op.f("fk_annotations_model_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_annotations_project_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recordings.id"], name=op.f("fk_annotations_recording_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_annotations")),
        sa.UniqueConstraint("job_id", name=op.f("uq_annotations_job_id")),
    )
    op.create_index(op.f("ix_annotations_model_id"), "annotations", ["model_id"], unique=False)
    op.create_index(op.f("ix_annotations_project_id_id"), "annotations", ["project_id", "id"], unique=False)
    op.create_index(
        op.f("ix_annotations_project_id_kind_status_recording_id"),
        "annotations",
        ["project_id", "kind", "status", "recording_id"],
        unique=False,
    )
    op.create_index(op.f("ix_annotations_recording_id_id"), "annotations", ["recording_id", "id"], unique=False)
    op.create_table(
        "deliveries",
        sa.Column("id", ascii_text(26), nullable=False),
        sa.Column("webhook_id", ascii_text(26), nullable=False),
        sa.Column("kind", ascii_text(40), nullable=False),
        sa.Column("body", LongText, nullable=False),
        sa.Column("state", ascii_text(40), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", UtcDateTime(), nullable=False),
        sa.Column("last_status", sa.Integer(), nullable=True),
        sa.Column("last_error", LongText, nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("delivered_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["webhooks.id"], name=op.f("fk_deliveries_webhook_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
    )
    op.create_index(op.f("ix_deliveries_state_next_at"), "deliveries", ["state", "next_at"], unique=False)
    op.create_index(op.f("ix_deliveries_webhook_id_id"), "deliveries", ["webhook_id", "id"], unique=False)
    op.create_table(
        "jobs",
        sa.Column("id", ascii_text(26), nullable=False),
        sa.Column("kind", ascii_text(40), nullable=False),
        sa.Column("arguments", sa.JSON(), nullable=False),
        sa.Column("project_id", ascii_text(26), nullable=True),
        sa.Column("recording_id", ascii_text(26), nullable=True),
        sa.Column("state", ascii_text(40), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("progress", sa.Double(), nullable=False),
        sa.Column("stage", text(100), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("max_attempts", sa.Integer(), nullable=False),
        sa.Column("worker", ascii_text(100), nullable=True),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("cancel_requested", sa.Boolean(), nullable=False),
        sa.Column("result", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("error", LongText, nullable=True),
        sa.Column("audio_seconds", sa.Double(), nullable=True),
        sa.Column("created_by", ascii_text(26), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("available_at", UtcDateTime(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_jobs_created_by"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_jobs_project_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recordings.id"], name=op.f("fk_jobs_recording_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
    )
    op.create_index(op.f("ix_jobs_finished_at"), "jobs", ["finished_at"], unique=False)
    op.create_index(op.f("ix_jobs_project_id_id"), "jobs", ["project_id", "id"], unique=False)
    op.create_index(op.f("ix_jobs_recording_id"), "jobs", ["recording_id"], unique=False)
    op.create_index(op.f("ix_jobs_state_priority_id"), "jobs", ["state", "priority", "id"], unique=False)
    op.create_table(
        "model_defaults",
        sa.Column("project_id", ascii_text(26), nullable=False),
        sa.Column("task", text(100), nullable=False),
        sa.Column("model_id", ascii_text(26), nullable=False),
        sa.ForeignKeyConstraint(
            ["model_id"], ["models.id"], name=op.f("fk_model_defaults_model_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("project_id", "task", name=op.f("pk_model_defaults")),
    )
    op.create_index(op.f("ix_model_defaults_model_id"), "model_defaults", ["model_id"], unique=False)
    op.create_table(
        "recording_terms",
        sa.Column("project_id", ascii_text(26), nullable=False),
        sa.Column("term", text(64), nullable=False),
        sa.Column("recording_id", ascii_text(26), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_recording_terms_project_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recordings.id"], name=op.f("fk_recording_terms_recording_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("project_id", "term", "recording_id", name=op.f("pk_recording_terms")),
    )
    op.create_index(
        op.f("ix_recording_terms_recording_id_term"), "recording_terms", ["recording_id", "term"], unique=False
    )
    op.create_table(
        "watched_files",
        sa.Column("schedule_id", ascii_text(26), nullable=False),
        sa.Column("key_hash", ascii_text(64), nullable=False),
        sa.Column("key", LongText, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("modified", UtcDateTime(), nullable=False),
        sa.Column("recording_id", ascii_text(26), nullable=True),
        sa.Column("error", LongText, nullable=True),
        sa.ForeignKeyConstraint(
            ["schedule_id"], ["schedules.id"], name=op.f("fk_watched_files_schedule_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("schedule_id", "key_hash", name=op.f("pk_watched_files")),
    )
    op.create_table(
        "job_log",
        sa.Column("number", Number, autoincrement=True, nullable=False),
        sa.Column("job_id", ascii_text(26), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("level", ascii_text(40), nullable=False),
        sa.Column("message", LongText, nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_job_log_job_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_job_log")),
    )
    op.create_index(op.f("ix_job_log_job_id_number"), "job_log", ["job_id", "number"], unique=False)
    op.create_table(
        "revisions",
        sa.Column("annotation_id", ascii_text(26), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("author_id", ascii_text(26), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("change_count", sa.Integer(), nullable=False),
        sa.Column("reverts_to", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["annotation_id"], ["annotations.id"], name=op.f("fk_revisions_annotation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("annotation_id", "number", name=op.f("pk_revisions")),
    )
    op.create_table(
        "segments",
        sa.Column("annotation_id", ascii_text(26), nullable=False),
        sa.Column("id", ascii_text(64), nullable=False),
        sa.Column("bin", sa.Integer(), nullable=False),
        sa.Column("start", sa.Double(), nullable=False),
        sa.Column("end", sa.Double(), nullable=False),
        sa.Column("channel", sa.Integer(), nullable=True),
        sa.Column("label", text(200), nullable=True),
        sa.Column("text", LongText, nullable=True),
        sa.Column("speaker", text(200), nullable=True),
        sa.Column("language", text(35), nullable=True),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("low_hz", sa.Double(), nullable=True),
        sa.Column("high_hz", sa.Double(), nullable=True),
        sa.Column("words", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("tags", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["annotation_id"], ["annotations.id"], name=op.f("fk_segments_annotation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("annotation_id", "id", name=op.f("pk_segments")),
    )
    op.create_index(
        op.f("ix_segments_annotation_id_bin_start"), "segments", ["annotation_id", "bin", "start"], unique=False
    )
    op.create_index(
        op.f("ix_segments_annotation_id_start_id"), "segments", ["annotation_id", "start", "id"], unique=False
    )
    op.create_index(op.f("ix_segments_label_annotation_id"), "segments", ["label", "annotation_id"], unique=False)
    op.create_table(
        "changes",
        sa.Column("annotation_id", ascii_text(26), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("segment_id", ascii_text(64), nullable=False),
        sa.Column("before", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("after", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["annotation_id", "revision"],
            ["revisions.annotation_id", "revisions.number"],
            name=op.f("fk_changes_annotation_id_revision"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("annotation_id", "revision", "segment_id", name=op.f("pk_changes")),
    )
