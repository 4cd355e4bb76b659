"""What was found in recordings and who is on them, for a page of a list at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from earmark.core.library import FoundLabel, RecordingWork, WorkOnIt
from earmark.core.review import AnnotationKind, AnnotationStatus
from earmark.store.tables import annotations as headers
from earmark.store.tables import label_counts, users

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.engine import Connection, RowMapping

MOST_LABELS = 8
"""Labels of each recording that are told."""
MOST_ANNOTATIONS = 10
"""Annotations of each recording that are told."""
_TOLD = ("id", "kind", "source", "author_id", "status", "segment_count", "updated_at")


def of_recordings(connection: Connection, project_id: str, recording_ids: Sequence[str]) -> dict[str, RecordingWork]:
    """Tell what was found in each of some recordings of a project, and who is on it."""
    theirs = (
        headers.c.recording_id.in_(recording_ids),
        headers.c.project_id == project_id,
        headers.c.deleted_at.is_(None),
    )
    labels: dict[str, list[FoundLabel]] = {}
    numbers: dict[str, int] = {}
    for row in connection.execute(_labels(*theirs)):
        labels.setdefault(row.recording_id, []).append(FoundLabel(name=row.label, segments=row.most))
        numbers[row.recording_id] = row.labels
    work: dict[str, list[WorkOnIt]] = {}
    for found in connection.execute(_annotations(*theirs)).mappings():
        work.setdefault(found["recording_id"], []).append(_work(found))
    return {
        one: RecordingWork(
            labels=tuple(labels.get(one, ())), label_count=numbers.get(one, 0), annotations=tuple(work.get(one, ()))
        )
        for one in recording_ids
    }


def _labels(*theirs: sa.ColumnElement[bool]) -> sa.Select[Any]:
    most = sa.func.max(label_counts.c.segments).label("most")
    joined = headers.join(label_counts, label_counts.c.annotation_id == headers.c.id)
    found = sa.select(headers.c.recording_id, label_counts.c.label, most).select_from(joined)
    found = found.where(*theirs).group_by(headers.c.recording_id, label_counts.c.label)
    each = found.subquery()
    place = sa.func.row_number().over(partition_by=each.c.recording_id, order_by=(each.c.most.desc(), each.c.label))
    number = sa.func.count().over(partition_by=each.c.recording_id)
    return _first(sa.select(each, place.label("place"), number.label("labels")), MOST_LABELS)


def _annotations(*theirs: sa.ColumnElement[bool]) -> sa.Select[Any]:
    mine = headers.c
    columns = mine.recording_id, *(mine[name] for name in _TOLD), users.c.name.label("author")
    people_first = sa.case((mine.kind == AnnotationKind.PERSON.value, 0), else_=1)
    order = people_first, mine.updated_at.desc(), mine.id
    place = sa.func.row_number().over(partition_by=mine.recording_id, order_by=order).label("place")
    joined = headers.outerjoin(users, users.c.id == mine.author_id)
    found = sa.select(*columns, place).select_from(joined).where(*theirs)
    return _first(found, MOST_ANNOTATIONS)


def _first(ranked: sa.Select[Any], most: int) -> sa.Select[Any]:
    each = ranked.subquery()
    return sa.select(each).where(each.c.place <= most).order_by(each.c.recording_id, each.c.place)


def _work(row: RowMapping) -> WorkOnIt:
    told = {name: row[name] for name in (*_TOLD, "author")}
    return WorkOnIt(**{**told, "kind": AnnotationKind(row["kind"]), "status": AnnotationStatus(row["status"])})
