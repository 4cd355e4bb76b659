"""Words and tags by which recordings are found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from earmark.core.search import terms_of
from earmark.store.tables import recording_terms

if TYPE_CHECKING:
    from collections.abc import Iterable

    import sqlalchemy as sa
    from sqlalchemy.engine import Connection

    from earmark.core.library import StoredRecording

LAST_CHARACTER = "\U0010ffff"
"""Sorts behind every other one, on all databases."""


def terms_of_recording(recording: StoredRecording) -> list[str]:
    """Terms by which a recording is found: of its tags, name, notes and source."""
    return terms_of((recording.name, recording.notes, recording.media.source), recording.tags)


def add(connection: Connection, recordings: Iterable[StoredRecording]) -> None:
    """Write down by which terms new recordings are found."""
    rows = [
        {"project_id": recording.project_id, "recording_id": recording.id, "term": term}
        for recording in recordings
        for term in terms_of_recording(recording)
    ]
    if rows:
        connection.execute(recording_terms.insert(), rows)


def replace(connection: Connection, before: StoredRecording, after: StoredRecording) -> None:
    """Write down by which terms a recording is found now."""
    if terms_of_recording(before) == terms_of_recording(after):
        return
    connection.execute(recording_terms.delete().where(recording_terms.c.recording_id == after.id))
    add(connection, [after])


def is_term(term: str) -> sa.ColumnElement[bool]:
    """Condition: the term itself."""
    return recording_terms.c.term == term


def begins_with(prefix: str) -> sa.ColumnElement[bool]:
    """Condition: a term that begins so."""
    return recording_terms.c.term.between(prefix, prefix + LAST_CHARACTER)
