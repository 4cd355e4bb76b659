"""Words and tags by which recordings are found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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
        {"project_id": recording.project_id, "recording_id": recording.id, "term": term, **_sorts(recording)}
        for recording in recordings
        for term in terms_of_recording(recording)
    ]
    if rows:
        connection.execute(recording_terms.insert(), rows)


def _sorts(recording: StoredRecording) -> dict[str, Any]:
    """What lists are sorted by, which the index of words carries."""
    return {
        "name": recording.name,
        "created_at": recording.created_at,
        "recorded_at": recording.recorded_at,
        "duration": recording.media.duration,
    }


def replace(connection: Connection, before: StoredRecording, after: StoredRecording) -> None:
    """Write down by which terms a recording is found now, and in which place of lists."""
    mine = recording_terms.c.recording_id == after.id
    if terms_of_recording(before) != terms_of_recording(after):
        connection.execute(recording_terms.delete().where(mine))
        add(connection, [after])
    elif _sorts(before) != _sorts(after):
        connection.execute(recording_terms.update().where(mine).values(_sorts(after)))


def is_term(term: str) -> sa.ColumnElement[bool]:
    """Condition: the term itself."""
    return recording_terms.c.term == term


def begins_with(prefix: str) -> sa.ColumnElement[bool]:
    """Condition: a term that begins so."""
    return recording_terms.c.term.between(prefix, prefix + LAST_CHARACTER)
