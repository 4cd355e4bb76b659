"""Voices: those that a project knows by name, and those that were heard of late and nobody has named yet."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from earmark.core.speakers import Voice
from earmark.core.voices import KnownVoice, of_length_one
from earmark.errors import NotFound
from earmark.store.tables import annotations as headers
from earmark.store.tables import heard_voices, segments, voices

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy.engine import Connection, RowMapping

    from earmark.core.voices import Spoken

_NAMES = tuple(field.name for field in fields(KnownVoice))


# Known by name.


def known(connection: Connection, project_id: str) -> tuple[KnownVoice, ...]:
    """List the voices of a project by name."""
    query = sa.select(voices).where(voices.c.project_id == project_id).order_by(voices.c.name, voices.c.embedder)
    return tuple(map(_known, connection.execute(query).mappings()))


def get(connection: Connection, project_id: str, voice_id: str) -> KnownVoice:
    """Read a voice of a project.

    Raises
    ------
    NotFound
        The project has none with this identifier.
    """
    query = sa.select(voices).where(voices.c.id == voice_id, voices.c.project_id == project_id)
    row = connection.execute(query).mappings().first()
    if row is None:
        raise NotFound("voice", voice_id)
    return _known(row)


def find(connection: Connection, project_id: str, name: str, embedder: str) -> KnownVoice | None:
    """Find the voice of a person, as one embedder has it."""
    mine = voices.c.project_id == project_id, voices.c.name == name, voices.c.embedder == embedder
    row = connection.execute(sa.select(voices).where(*mine)).mappings().first()
    return None if row is None else _known(row)


def count(connection: Connection, project_id: str) -> int:
    """Count the voices of a project."""
    query = sa.select(sa.func.count()).select_from(voices).where(voices.c.project_id == project_id)
    return connection.execute(query).scalar_one()


def add(connection: Connection, voice: KnownVoice) -> None:
    """Write a new voice."""
    connection.execute(voices.insert().values(_row(voice)))


def save(connection: Connection, voice: KnownVoice) -> None:
    """Write a voice that was changed."""
    connection.execute(voices.update().where(voices.c.id == voice.id).values(_row(voice)))


def delete(connection: Connection, voice_id: str) -> None:
    """Delete a voice."""
    connection.execute(voices.delete().where(voices.c.id == voice_id))


def delete_all(connection: Connection, project_id: str) -> int:
    """Delete all voices that a project knows, and all that were heard in it; return how many were known."""
    mine = sa.select(headers.c.id).where(headers.c.project_id == project_id)
    connection.execute(heard_voices.delete().where(heard_voices.c.annotation_id.in_(mine)))
    return connection.execute(voices.delete().where(voices.c.project_id == project_id)).rowcount


def _row(voice: KnownVoice) -> dict[str, Any]:
    return asdict(voice) | {"embedding": list(voice.embedding)}


def _known(row: RowMapping) -> KnownVoice:
    return KnownVoice(**{name: row[name] for name in _NAMES} | {"embedding": tuple(row["embedding"])})


# Heard, and not named yet.


def add_heard(connection: Connection, annotation_id: str, heard: Iterable[Voice], *, at: datetime) -> None:
    """Write down what the speakers of an annotation sound like."""
    rows = [
        {
            "annotation_id": annotation_id,
            "speaker": voice.speaker,
            "embedder": voice.embedder,
            "embedding": list(of_length_one(voice.embedding)),
            "seconds": voice.seconds,
            "created_at": at,
        }
        for voice in heard
    ]
    if rows:
        connection.execute(heard_voices.insert(), rows)


def heard_in(connection: Connection, recording_id: str) -> dict[str, dict[str, Voice]]:
    """Voices by speaker, by annotation of a recording, the newest annotation first; those in the trash left out."""
    joined = heard_voices.join(headers, headers.c.id == heard_voices.c.annotation_id)
    query = sa.select(heard_voices).select_from(joined)
    query = query.where(headers.c.recording_id == recording_id, headers.c.deleted_at.is_(None))
    found: dict[str, dict[str, Voice]] = {}
    order = heard_voices.c.annotation_id.desc(), heard_voices.c.speaker
    for row in connection.execute(query.order_by(*order)).mappings():
        found.setdefault(row["annotation_id"], {})[row["speaker"]] = _heard(row)
    return found


def forget_heard(connection: Connection, annotation_id: str, speaker: str) -> None:
    """Delete what a speaker of an annotation sounds like."""
    mine = heard_voices.c.annotation_id == annotation_id, heard_voices.c.speaker == speaker
    connection.execute(heard_voices.delete().where(*mine))


def _heard(row: RowMapping) -> Voice:
    return Voice(
        speaker=row["speaker"],
        embedding=tuple(row["embedding"]),
        embedder=row["embedder"],
        seconds=row["seconds"],
    )


def spoken(connection: Connection, annotation_id: str) -> list[Spoken]:
    """When who speaks in an annotation, in order of time."""
    columns = segments.c.start, segments.c.end, segments.c.speaker
    query = sa.select(*columns).where(segments.c.annotation_id == annotation_id, segments.c.speaker.is_not(None))
    return [(row[0], row[1], row[2]) for row in connection.execute(query.order_by(segments.c.start, segments.c.id))]
