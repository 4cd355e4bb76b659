"""All tables. A change here needs a migration in `store/migrations`; a test compares them."""

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    false,
)

from earmark.core.edits import MAX_SEGMENT_ID
from earmark.core.ids import ID_LENGTH
from earmark.core.project import MAX_NAME
from earmark.store.types import LongText, Number, UtcDateTime, ascii_text, text

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Id = ascii_text(ID_LENGTH)
Word = ascii_text(40)
Checksum = ascii_text(64)


def _ref(name: str, table: str, *, null: bool = False, ondelete: str | None = None) -> Column[Any]:
    """Refer to a row: without it the row that refers goes too, or forgets it where it may."""
    rule = ondelete or ("SET NULL" if null else "CASCADE")
    return Column(name, Id, ForeignKey(f"{table}.id", ondelete=rule), nullable=null)


def _needed(name: str, kind: Any, **more: Any) -> Column[Any]:
    return Column(name, kind, nullable=False, **more)


# People ---------------------------------------------------------------------------------------------------------------

users = Table(
    "users",
    metadata,
    Column("id", Id, primary_key=True),
    # In lower case: logins are compared without regard to case.
    _needed("login", text(100), unique=True),
    _needed("name", text(MAX_NAME)),
    Column("password_hash", ascii_text(255)),
    _needed("is_administrator", Boolean),
    _needed("active", Boolean),
    _needed("created_at", UtcDateTime),
    Column("seen_at", UtcDateTime),
)
"""Accounts."""

sessions = Table(
    "sessions",
    metadata,
    # SHA-256 of the secret in the cookie: who reads the database cannot sign in with it.
    Column("token_hash", Checksum, primary_key=True),
    _ref("user_id", "users"),
    _needed("created_at", UtcDateTime),
    _needed("expires_at", UtcDateTime),
    Index(None, "user_id"),
    Index(None, "expires_at"),
)
"""Browsers that are signed in."""

tokens = Table(
    "tokens",
    metadata,
    Column("id", Id, primary_key=True),
    _ref("user_id", "users"),
    _needed("name", text(MAX_NAME)),
    _needed("token_hash", Checksum, unique=True),
    _needed("scopes", JSON),
    _needed("created_at", UtcDateTime),
    Column("expires_at", UtcDateTime),
    Column("used_at", UtcDateTime),
    Index(None, "user_id"),
)
"""API tokens."""

sign_in_failures = Table(
    "sign_in_failures",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=True),
    _needed("login", text(100)),
    _needed("address", ascii_text(64)),
    _needed("at", UtcDateTime),
    Index(None, "login", "at"),
    Index(None, "address", "at"),
)
"""Wrong passwords of late, for the rate limit."""

audit = Table(
    "audit",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=True),
    _needed("at", UtcDateTime),
    Column("user_id", Id),
    _needed("user_name", text(MAX_NAME)),
    _needed("action", Word),
    Column("project_id", Id),
    _needed("subject_kind", Word),
    Column("subject_id", ascii_text(64)),
    _needed("details", JSON),
    Column("address", ascii_text(64)),
    Column("request_id", ascii_text(64)),
    Index(None, "project_id", "number"),
    Index(None, "subject_id", "number"),
    Index(None, "user_id", "number"),
)
"""Who changed what; outlives what it speaks of, hence no foreign keys."""

# Projects -------------------------------------------------------------------------------------------------------------

projects = Table(
    "projects",
    metadata,
    Column("id", Id, primary_key=True),
    _needed("name", text(MAX_NAME)),
    _needed("description", LongText),
    _needed("labels", JSON),
    _needed("pipeline", JSON),
    _needed("known_voices", Boolean, server_default=false()),
    _needed("version", Integer),
    _needed("created_at", UtcDateTime),
    _needed("updated_at", UtcDateTime),
    _ref("created_by", "users", null=True),
    Column("deleted_at", UtcDateTime),
    Index(None, "name", "id"),
)

memberships = Table(
    "memberships",
    metadata,
    _ref("project_id", "projects"),
    _ref("user_id", "users"),
    _needed("role", Word),
    PrimaryKeyConstraint("project_id", "user_id"),
    Index(None, "user_id"),
)

# Recordings -----------------------------------------------------------------------------------------------------------

blobs = Table(
    "blobs",
    metadata,
    Column("checksum", Checksum, primary_key=True),
    _needed("size", BigInteger),
    _needed("created_at", UtcDateTime),
)
"""Media files in the file store, each content once; those without a recording are deleted."""

_SORTS = ["name", "created_at", "recorded_at", "duration"]
"""By what recordings are sorted, beside their state."""

recordings = Table(
    "recordings",
    metadata,
    Column("id", Id, primary_key=True),
    _ref("project_id", "projects"),
    _needed("name", text(255)),
    _needed("state", Word),
    Column("checksum", Checksum, ForeignKey("blobs.checksum")),
    Column("size", BigInteger),
    _needed("source", LongText),
    Column("duration", Double),
    Column("sample_rate", Integer),
    Column("channels", Integer),
    Column("container", text(100)),
    Column("codec", text(100)),
    _needed("video", Boolean),
    _needed("tags", JSON),
    _needed("notes", LongText),
    Column("recorded_at", UtcDateTime),
    _needed("problems", JSON),
    Column("error", LongText),
    Column("thumbnail", ascii_text(400)),
    _needed("version", Integer),
    _needed("created_at", UtcDateTime),
    _needed("updated_at", UtcDateTime),
    _ref("created_by", "users", null=True),
    # A flag beside the moment: equality on it lets an index carry the sort order after it.
    _needed("trashed", Boolean),
    Column("deleted_at", UtcDateTime),
    UniqueConstraint("project_id", "checksum"),
    Index(None, "checksum"),
    Index(None, "project_id", "trashed", "created_at", "id"),
    Index(None, "project_id", "trashed", "name", "id"),
    Index(None, "project_id", "trashed", "duration", "id"),
    Index(None, "project_id", "trashed", "recorded_at", "id"),
    # With what lists are sorted by: those in one state are sorted without looking at their rows.
    Index("ix_recordings_state_sorts", *("project_id", "trashed", "state", "id"), *_SORTS),
    Index(None, "deleted_at"),
)

recording_terms = Table(
    "recording_terms",
    metadata,
    _ref("project_id", "projects"),
    # A word of name, notes or source in lower case, or `#` and a whole tag.
    _needed("term", text(64)),
    _ref("recording_id", "recordings"),
    # The recording's own, again: what a word finds is sorted without looking at each recording, since the key holds all
    # columns (SQLite and MariaDB keep the rows of this table in it, PostgreSQL has them included).
    _needed("name", text(255)),
    _needed("created_at", UtcDateTime),
    Column("recorded_at", UtcDateTime),
    Column("duration", Double),
    PrimaryKeyConstraint("project_id", "term", "recording_id", postgresql_include=_SORTS),
    Index(None, "recording_id", "term"),
    sqlite_with_rowid=False,
)
"""Words by which recordings are found."""

uploads = Table(
    "uploads",
    metadata,
    Column("id", Id, primary_key=True),
    _ref("project_id", "projects"),
    _ref("user_id", "users", null=True),
    _needed("name", text(255)),
    _needed("size", BigInteger),
    _needed("received", BigInteger),
    # What the client said of it when it began, word by word.
    _needed("metadata", LongText),
    # The content that is on its way into the file store: until there is a recording, this keeps it from being swept.
    Column("checksum", Checksum),
    Column("recording_id", Id),
    _needed("created_at", UtcDateTime),
    _needed("expires_at", UtcDateTime),
    Index(None, "expires_at"),
    Index(None, "checksum"),
)
"""Files that are on their way in."""

# Annotations ----------------------------------------------------------------------------------------------------------

annotations = Table(
    "annotations",
    metadata,
    Column("id", Id, primary_key=True),
    _ref("recording_id", "recordings"),
    _ref("project_id", "projects"),
    _needed("kind", Word),
    _ref("author_id", "users", null=True),
    _ref("model_id", "models", null=True),
    _needed("source", text(500)),
    _needed("status", Word),
    _needed("revision", Integer),
    _needed("segment_count", Integer),
    Column("language", text(35)),
    _needed("notes", JSON),
    # Start, end and channel of each; null for none.
    Column("areas", JSON(none_as_null=True)),
    # A job makes an annotation once, however often it is begun again.
    Column("job_id", Id, unique=True),
    _needed("created_at", UtcDateTime),
    _needed("updated_at", UtcDateTime),
    Column("deleted_at", UtcDateTime),
    Index(None, "recording_id", "id"),
    Index(None, "project_id", "id"),
    Index(None, "project_id", "recording_id"),
    Index(None, "project_id", "kind", "status", "recording_id"),
    Index(None, "model_id"),
)

segments = Table(
    "segments",
    metadata,
    _ref("annotation_id", "annotations"),
    _needed("id", ascii_text(MAX_SEGMENT_ID)),
    # Where in the recording it lies, for viewport queries: see store/bins.py.
    _needed("bin", Integer),
    _needed("start", Double),
    _needed("end", Double),
    Column("channel", Integer),
    Column("label", text(MAX_NAME)),
    Column("text", LongText),
    Column("speaker", text(MAX_NAME)),
    Column("language", text(35)),
    Column("score", Double),
    Column("low_hz", Double),
    Column("high_hz", Double),
    Column("words", JSON(none_as_null=True)),
    Column("tags", JSON(none_as_null=True)),
    _needed("revision", Integer),
    PrimaryKeyConstraint("annotation_id", "id"),
    Index(None, "annotation_id", "bin", "start"),
    Index(None, "annotation_id", "start", "id"),
    # Which recordings have a label at all.
    Index(None, "label", "annotation_id"),
)
"""The segments of every annotation as they are now."""

label_counts = Table(
    "label_counts",
    metadata,
    _ref("annotation_id", "annotations"),
    _needed("label", text(MAX_NAME)),
    _needed("segments", Integer),
    _needed("seconds", Double),
    PrimaryKeyConstraint("annotation_id", "label"),
)
"""How often each annotation has each label, kept with its segments: counting them takes too long for a list."""

revisions = Table(
    "revisions",
    metadata,
    _ref("annotation_id", "annotations"),
    _needed("number", Integer),
    Column("author_id", Id),
    _needed("created_at", UtcDateTime),
    _needed("change_count", Integer),
    Column("reverts_to", Integer),
    PrimaryKeyConstraint("annotation_id", "number"),
)

changes = Table(
    "changes",
    metadata,
    _needed("annotation_id", Id),
    _needed("revision", Integer),
    _needed("segment_id", ascii_text(MAX_SEGMENT_ID)),
    Column("before", JSON(none_as_null=True)),
    Column("after", JSON(none_as_null=True)),
    PrimaryKeyConstraint("annotation_id", "revision", "segment_id"),
    ForeignKeyConstraint(
        ["annotation_id", "revision"], ["revisions.annotation_id", "revisions.number"], ondelete="CASCADE"
    ),
)
"""What each revision after the first changed; the first follows from undoing all others."""

# Voices ---------------------------------------------------------------------------------------------------------------

voices = Table(
    "voices",
    metadata,
    Column("id", Id, primary_key=True),
    _ref("project_id", "projects"),
    _needed("name", text(MAX_NAME)),
    _needed("embedder", ascii_text(100)),
    _needed("embedding", JSON),
    _needed("seconds", Double),
    _needed("samples", Integer),
    _ref("created_by", "users", null=True),
    _needed("created_at", UtcDateTime),
    _needed("updated_at", UtcDateTime),
    UniqueConstraint("project_id", "name", "embedder"),
)
"""What people sound like who were named, in projects that know voices."""

heard_voices = Table(
    "heard_voices",
    metadata,
    _ref("annotation_id", "annotations"),
    _needed("speaker", text(MAX_NAME)),
    _needed("embedder", ascii_text(100)),
    _needed("embedding", JSON),
    _needed("seconds", Double),
    _needed("created_at", UtcDateTime),
    PrimaryKeyConstraint("annotation_id", "speaker"),
    Index(None, "created_at"),
)
"""What the speakers of models' annotations sound like, until somebody names them; only in projects that know voices."""

# Models ---------------------------------------------------------------------------------------------------------------

models = Table(
    "models",
    metadata,
    Column("id", Id, primary_key=True),
    # A project's own models go with it; without a project they would be everybody's.
    _ref("project_id", "projects", null=True, ondelete="CASCADE"),
    _ref("parent_id", "models", null=True),
    _needed("name", text(MAX_NAME)),
    _needed("version", text(100)),
    _needed("engine", text(100)),
    _needed("task", text(100)),
    _needed("labels", JSON),
    _needed("metrics", JSON),
    _needed("training", JSON),
    _needed("status", Word),
    _needed("notes", LongText),
    _needed("files", JSON),
    _needed("revision", Integer),
    _needed("created_at", UtcDateTime),
    _needed("updated_at", UtcDateTime),
    _ref("created_by", "users", null=True),
    UniqueConstraint("name", "version"),
    Index(None, "parent_id"),
    Index(None, "task", "id"),
)

model_defaults = Table(
    "model_defaults",
    metadata,
    # The empty string stands for the whole server.
    _needed("project_id", Id),
    _needed("task", text(100)),
    _ref("model_id", "models"),
    PrimaryKeyConstraint("project_id", "task"),
    Index(None, "model_id"),
)
"""The model that is used for a task where nothing else is asked for."""

# Jobs -----------------------------------------------------------------------------------------------------------------

jobs = Table(
    "jobs",
    metadata,
    Column("id", Id, primary_key=True),
    _needed("kind", Word),
    _needed("arguments", JSON),
    _ref("project_id", "projects", null=True),
    _ref("recording_id", "recordings", null=True),
    _needed("state", Word),
    _needed("priority", Integer),
    _needed("progress", Double),
    _needed("stage", text(100)),
    _needed("attempt", Integer),
    _needed("max_attempts", Integer),
    Column("worker", ascii_text(100)),
    Column("lease_until", UtcDateTime),
    # When a message broker was last told of it.
    Column("sent_at", UtcDateTime),
    _needed("cancel_requested", Boolean),
    Column("result", JSON(none_as_null=True)),
    Column("error", LongText),
    Column("audio_seconds", Double),
    _ref("created_by", "users", null=True),
    _needed("created_at", UtcDateTime),
    _needed("available_at", UtcDateTime),
    Column("started_at", UtcDateTime),
    Column("finished_at", UtcDateTime),
    Index(None, "state", "priority", "id"),
    Index(None, "project_id", "id"),
    Index(None, "recording_id"),
    Index(None, "finished_at"),
)

job_log = Table(
    "job_log",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=True),
    _ref("job_id", "jobs"),
    _needed("attempt", Integer),
    _needed("at", UtcDateTime),
    _needed("level", Word),
    _needed("message", LongText),
    Index(None, "job_id", "number"),
)

job_pieces = Table(
    "job_pieces",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=True),
    _ref("job_id", "jobs"),
    _needed("attempt", Integer),
    _needed("content", JSON),
    Index(None, "job_id", "number"),
    # Readers go on from the last one that they saw.
    sqlite_autoincrement=True,
)
"""What jobs gave before their end."""

job_readers = Table(
    "job_readers",
    metadata,
    Column("job_id", Id, ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    _needed("number", Number),
    _needed("given", JSON),
)
"""How far who asked for a job has read its pieces, where the server has to remember it."""

callbacks = Table(
    "callbacks",
    metadata,
    Column("job_id", Id, ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    _needed("integration", Word),
    _needed("url", LongText),
    _needed("state", Word),
    _needed("attempts", Integer),
    _needed("next_at", UtcDateTime),
    Column("last_status", Integer),
    Column("last_error", LongText),
    Index(None, "state", "next_at"),
)
"""Who is told when a job has ended: written with the job, called until it was heard or is given up."""

schedules = Table(
    "schedules",
    metadata,
    Column("id", Id, primary_key=True),
    _ref("project_id", "projects", null=True, ondelete="CASCADE"),
    _needed("name", text(MAX_NAME)),
    _needed("kind", Word),
    _needed("arguments", JSON),
    _needed("every_seconds", Integer),
    _needed("enabled", Boolean),
    _needed("next_at", UtcDateTime),
    Column("last_at", UtcDateTime),
    Column("last_job_id", Id),
    _ref("created_by", "users", null=True),
    _needed("created_at", UtcDateTime),
    Index(None, "enabled", "next_at"),
)
"""Work that is done again and again."""

watched_files = Table(
    "watched_files",
    metadata,
    _ref("schedule_id", "schedules"),
    _needed("key_hash", Checksum),
    _needed("key", LongText),
    _needed("size", BigInteger),
    _needed("modified", UtcDateTime),
    Column("recording_id", Id),
    Column("error", LongText),
    PrimaryKeyConstraint("schedule_id", "key_hash"),
)
"""Files of watched folders and buckets: seen once they stand still, imported once."""

# Telling others -------------------------------------------------------------------------------------------------------

events = Table(
    "events",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=True),
    _needed("at", UtcDateTime),
    _needed("kind", Word),
    Column("project_id", Id),
    _needed("subject_id", ascii_text(64)),
    _needed("data", JSON),
    Index(None, "at"),
    # Numbers only grow, also after all events were deleted: readers go on from the last one that they saw.
    sqlite_autoincrement=True,
)
"""What happened, for live updates; kept for a day."""

webhooks = Table(
    "webhooks",
    metadata,
    Column("id", Id, primary_key=True),
    _ref("project_id", "projects", null=True, ondelete="CASCADE"),
    _needed("url", LongText),
    _needed("secret", ascii_text(100)),
    _needed("kinds", JSON),
    _needed("enabled", Boolean),
    _ref("created_by", "users", null=True),
    _needed("created_at", UtcDateTime),
    Index(None, "project_id"),
)
"""Who wants to be told of events."""

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Id, primary_key=True),
    _ref("webhook_id", "webhooks"),
    _needed("kind", Word),
    _needed("body", LongText),
    _needed("state", Word),
    _needed("attempts", Integer),
    _needed("next_at", UtcDateTime),
    Column("last_status", Integer),
    Column("last_error", LongText),
    _needed("created_at", UtcDateTime),
    Column("delivered_at", UtcDateTime),
    Index(None, "state", "next_at"),
    Index(None, "webhook_id", "id"),
)
"""The outbox: written with the change that it speaks of, sent until it is taken."""

# Housekeeping ---------------------------------------------------------------------------------------------------------

idempotency = Table(
    "idempotency",
    metadata,
    _needed("actor", ascii_text(64)),
    _needed("key", text(255)),
    _needed("fingerprint", Checksum),
    # None while the first request is under way.
    Column("status", Integer),
    Column("headers", JSON(none_as_null=True)),
    Column("body", LongText),
    _needed("created_at", UtcDateTime),
    PrimaryKeyConstraint("actor", "key"),
    Index(None, "created_at"),
)
"""Answers to requests that carried an idempotency key; kept for a day."""

locks = Table(
    "locks",
    metadata,
    Column("name", Word, primary_key=True),
    _needed("holder", ascii_text(100)),
    _needed("until", UtcDateTime),
)
"""Things that only one process may do at a time."""
