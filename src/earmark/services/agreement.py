"""How well the people of a project agree."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from earmark.core.people import Permission
from earmark.core.review import AnnotationStatus
from earmark.core.scores.agreement import Agreement, agreement
from earmark.errors import TooLarge
from earmark.services import access
from earmark.services.annotations import find_recording
from earmark.store import annotations as headers
from earmark.store import recordings, segments

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from sqlalchemy.engine import Connection

    from earmark.core.people import Actor
    from earmark.core.review import StoredAnnotation
    from earmark.core.segment import Segment
    from earmark.services.platform import Platform

MAX_RECORDINGS = 2000
MAX_SEGMENTS = 200_000
"""Most that is compared while somebody waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementReport:
    """How well people agree.

    Attributes
    ----------
    agreement : Agreement
        The figures, people by their identifiers.
    names : mapping
        What the people are called.
    annotations : tuple of str
        The annotations that were compared: of each person and recording the furthest, reviewed before submitted before
        draft, and of those the latest.
    """

    agreement: Agreement
    names: Mapping[str, str]
    annotations: tuple[str, ...]


def recording_agreement(
    platform: Platform, actor: Actor, recording_id: str, *, people: Collection[str] = ()
) -> AgreementReport:
    """Measure how well people agree on a recording; ``people`` are identifiers, none of them means all."""
    with platform.database.snapshot() as connection:
        find_recording(connection, actor, recording_id, Permission.READ)
        return _measure(connection, [recording_id], people)


def project_agreement(
    platform: Platform, actor: Actor, project_id: str, *, people: Collection[str] = ()
) -> AgreementReport:
    """Measure how well people agree on all recordings of a project that two of them annotated.

    Raises
    ------
    TooLarge
        There are more than 2,000 such recordings or 200,000 segments: name the people, or ask recording by recording.
    """
    with platform.database.snapshot() as connection:
        access.require(connection, actor, project_id, Permission.READ)
        shared = headers.by_several(connection, project_id, people=people, limit=MAX_RECORDINGS + 1)
        if len(shared) > MAX_RECORDINGS:
            raise TooLarge(f"more than {MAX_RECORDINGS} recordings were annotated by several people. {_INSTEAD}")
        return _measure(connection, shared, people)


_INSTEAD = "Choose two people, or ask for one recording."


def _measure(connection: Connection, recording_ids: Sequence[str], people: Collection[str]) -> AgreementReport:
    chosen = [one for one in _furthest(headers.of_recordings(connection, recording_ids)) if _counts(one, people)]
    if sum(one.segment_count for one in chosen) > MAX_SEGMENTS:
        raise TooLarge(f"there are more than {MAX_SEGMENTS} segments to compare. {_INSTEAD}")
    found = agreement(_said(connection, chosen))
    names = {one.author_id: one.source for one in chosen if one.author_id}
    return AgreementReport(agreement=found, names=names, annotations=tuple(one.id for one in chosen))


def _counts(header: StoredAnnotation, people: Collection[str]) -> bool:
    return header.author_id is not None and (not people or header.author_id in people)


def _furthest(found: Iterable[StoredAnnotation]) -> Iterator[StoredAnnotation]:
    """Of each person and recording the annotation that is furthest, and of those the latest."""
    rank = {status: place for place, status in enumerate(AnnotationStatus)}
    ordered = sorted(found, key=lambda one: (one.recording_id, one.author_id or "", rank[one.status], one.updated_at))
    for _, group in groupby(ordered, key=lambda one: (one.recording_id, one.author_id)):
        yield list(group)[-1]


def _said(
    connection: Connection, chosen: Sequence[StoredAnnotation]
) -> Iterator[tuple[dict[str, list[Segment]], float]]:
    for recording_id, group in groupby(chosen, key=lambda one: one.recording_id):
        duration = recordings.get(connection, recording_id).media.duration or 0.0
        yield (
            {str(one.author_id): [stored.segment for stored in segments.every(connection, one.id)] for one in group},
            duration,
        )
