"""How often annotations have their labels is kept right, whatever is done with their segments."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
import sqlalchemy as sa
from tests.library import Work, add_project, add_recording, make_work

from earmark.core.edits import Edit, EditOp
from earmark.core.found import LabelUse, Use
from earmark.core.review import AnnotationKind
from earmark.core.segment import Segment
from earmark.services.annotations import (
    add_annotation,
    create_annotation,
    delete_annotation,
    named,
    own_annotation,
)
from earmark.services.finding import label_use
from earmark.services.platform import Platform
from earmark.services.review import edit, revert
from earmark.store import labels
from earmark.store.tables import label_counts

LABELS = [None, "", "call", "Call", "call ", "chant d’oiseau", "歌"]


@pytest.fixture
def work(any_platform: Platform) -> Work:
    return make_work(any_platform)


def kept(work: Work, annotation_id: str) -> dict[str, tuple[int, float]]:
    query = sa.select(label_counts).where(label_counts.c.annotation_id == annotation_id)
    with work.platform.database.read() as connection:
        return {row.label: (row.segments, pytest.approx(row.seconds)) for row in connection.execute(query)}


def counted(work: Work, annotation_id: str) -> dict[str, tuple[int, float]]:
    with work.platform.database.read() as connection:
        rows = connection.execute(labels.counted(annotation_id)).all()
    return {row[1]: (row[2], row[3]) for row in rows}


def some_segment(choose: random.Random) -> Segment:
    start = choose.uniform(0, 90)
    return Segment(start=start, end=start + choose.uniform(0, 9), label=choose.choice(LABELS))


def test_counts_follow_every_edit_and_undo(work: Work) -> None:
    choose = random.Random(5)  # noqa: S311
    begun = create_annotation(
        work.platform, work.author, work.recording.id, segments_given=[some_segment(choose) for _ in range(50)]
    )
    assert kept(work, begun.id) == counted(work, begun.id)
    held: list[str] = []
    for number in range(1, 12):
        edits = [Edit(op=EditOp.ADD, id=f"{number}-{n}", segment=some_segment(choose)) for n in range(8)]
        edits += [Edit(op=EditOp.UPDATE, id=name, segment=some_segment(choose)) for name in held[:5]]
        edits += [Edit(op=EditOp.DELETE, id=name) for name in held[5:9]]
        held = [name for name in held if name not in held[5:9]] + [f"{number}-{n}" for n in range(8)]
        edit(work.platform, work.author, begun.id, edits, base_revision=number)
        assert kept(work, begun.id) == counted(work, begun.id)
    revert(work.platform, work.author, begun.id, base_revision=12, to_revision=1)
    assert kept(work, begun.id) == counted(work, begun.id)
    copy = create_annotation(work.platform, work.colleague, work.recording.id, copy_of=begun.id)
    assert kept(work, copy.id) == counted(work, begun.id)


def test_a_label_that_is_gone_leaves_nothing(work: Work) -> None:
    header = create_annotation(work.platform, work.author, work.recording.id)
    added = [Edit(op=EditOp.ADD, id="a", segment=Segment(start=0.1, end=0.4, label="call"))]
    edit(work.platform, work.author, header.id, added, base_revision=1)
    edit(work.platform, work.author, header.id, [Edit(op=EditOp.DELETE, id="a")], base_revision=2)
    assert kept(work, header.id) == {}


def test_more_labels_than_one_statement_holds(work: Work) -> None:
    header = create_annotation(work.platform, work.author, work.recording.id)
    added = [
        Edit(op=EditOp.ADD, id=f"s{n}", segment=Segment(start=0.0, end=1.0, label=f"cluster {n}"))
        for n in range(labels.CHUNK + 3)
    ]
    edit(work.platform, work.author, header.id, added, base_revision=1)
    assert kept(work, header.id) == counted(work, header.id)
    assert len(kept(work, header.id)) == labels.CHUNK + 3


def test_a_project_tells_how_often_it_has_its_labels(work: Work) -> None:
    def annotate(kind: AnnotationKind, *found: str | None, project_id: str = work.project_id) -> str:
        recording = add_recording(work.platform.database, project_id)
        header = replace(own_annotation(work.author, recording), kind=kind)
        content = [Segment(start=0.0, end=n + 0.5, label=label) for n, label in enumerate(found)]
        with work.platform.database.write() as connection:
            return add_annotation(connection, header, named(content)).id

    annotate(AnnotationKind.PERSON, "call", "song", None)
    annotate(AnnotationKind.PERSON, "song")
    annotate(AnnotationKind.MODEL, "song", "song")
    annotate(AnnotationKind.FILE, "Call")
    annotate(AnnotationKind.MODEL, "elsewhere", project_id=add_project(work.platform.database))
    delete_annotation(work.platform, work.author, annotate(AnnotationKind.PERSON, "gone"))

    assert label_use(work.platform, work.viewer, work.project_id) == (
        LabelUse(name="song", people=Use(segments=2, seconds=2.0), models=Use(segments=2, seconds=2.0), files=Use()),
        LabelUse(name="Call", people=Use(), models=Use(), files=Use(segments=1, seconds=0.5)),
        LabelUse(name="call", people=Use(segments=1, seconds=0.5), models=Use(), files=Use()),
    )
