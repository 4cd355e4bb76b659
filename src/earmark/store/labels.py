"""How often annotations have their labels: written down with each change, since counting takes too long for a list."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from earmark.core.found import LabelUse, Use
from earmark.core.review import AnnotationKind
from earmark.store.tables import annotations as headers
from earmark.store.tables import label_counts, recordings, segments

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy.engine import Connection, RowMapping

    from earmark.core.edits import Change

CHUNK = 500
"""Most labels in one statement: databases bound what one may hold."""


def count(connection: Connection, annotation_id: str) -> None:
    """Write down how often a new annotation has each label, once all its segments are there."""
    connection.execute(label_counts.insert().from_select(list(label_counts.c.keys()), counted(annotation_id)))


def counted(annotation_id: str) -> sa.Select[tuple[str, str, int, float]]:
    """Count the labels of an annotation by looking at all its segments."""
    mine = segments.c.annotation_id, segments.c.label
    numbers = sa.func.count(), sa.func.sum(segments.c.end - segments.c.start)
    query = sa.select(*mine, *numbers).where(mine[0] == annotation_id, mine[1].is_not(None))
    return query.group_by(*mine)


def change(connection: Connection, annotation_id: str, made: Iterable[Change]) -> None:
    """Write down how often an annotation has each label after a revision; its row is locked meanwhile."""
    for moved in _chunks(_moved(made)):
        these = label_counts.c.annotation_id == annotation_id, label_counts.c.label.in_(moved)
        held = {row.label: row for row in connection.execute(sa.select(label_counts).where(*these))}
        connection.execute(label_counts.delete().where(*these))
        rows = [
            {
                "annotation_id": annotation_id,
                "label": label,
                "segments": number + (held[label].segments if label in held else 0),
                "seconds": seconds + (held[label].seconds if label in held else 0.0),
            }
            for label, (number, seconds) in moved.items()
        ]
        # The seconds of a label that is gone would be some rounding error.
        if left := [row for row in rows if row["segments"]]:
            connection.execute(label_counts.insert(), left)


def of_project(connection: Connection, project_id: str, *, limit: int) -> tuple[LabelUse, ...]:
    """Tell how often a project has its labels, the most frequent first; what lies in the trash is left out."""
    c = label_counts.c
    joined = label_counts.join(headers, headers.c.id == c.annotation_id)
    joined = joined.join(recordings, recordings.c.id == headers.c.recording_id)
    sums = [_sum(kind, column) for kind in AnnotationKind for column in (c.segments, c.seconds)]
    query = sa.select(c.label, *sums).select_from(joined)
    query = query.where(
        headers.c.project_id == project_id, headers.c.deleted_at.is_(None), recordings.c.trashed.is_(False)
    )
    query = query.group_by(c.label).order_by(sa.func.sum(c.segments).desc(), c.label).limit(limit)
    return tuple(_use(row) for row in connection.execute(query).mappings())


def _sum(kind: AnnotationKind, column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    of_kind = sa.case((headers.c.kind == kind.value, column), else_=0)
    return sa.func.sum(of_kind).label(f"{kind.value}_{column.key}")


def _use(row: RowMapping) -> LabelUse:
    people, models, files = (
        Use(segments=int(row[f"{kind.value}_segments"]), seconds=float(row[f"{kind.value}_seconds"]))
        for kind in (AnnotationKind.PERSON, AnnotationKind.MODEL, AnnotationKind.FILE)
    )
    return LabelUse(name=row["label"], people=people, models=models, files=files)


def _moved(made: Iterable[Change]) -> dict[str, tuple[int, float]]:
    found: dict[str, tuple[int, float]] = {}
    for one in made:
        for sign, segment in ((-1, one.before), (1, one.after)):
            if segment is not None and segment.label is not None:
                number, seconds = found.get(segment.label, (0, 0.0))
                found[segment.label] = number + sign, seconds + sign * segment.duration
    return {label: moved for label, moved in found.items() if moved != (0, 0.0)}


def _chunks(moved: dict[str, tuple[int, float]]) -> Iterator[dict[str, tuple[int, float]]]:
    rest = iter(moved.items())
    while chunk := dict(islice(rest, CHUNK)):
        yield chunk
