"""What lists of recordings tell of the work on them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.library import Work, add_recording, make_work

from earmark.core.library import FoundLabel
from earmark.core.review import AnnotationKind, StoredAnnotation
from earmark.core.segment import Segment
from earmark.services.annotations import add_annotation, delete_annotation, named, own_annotation
from earmark.services.platform import Platform
from earmark.store import work as store


@pytest.fixture
def work(any_platform: Platform) -> Work:
    return make_work(any_platform)


def annotated(work: Work, *labels: str | None, by_model: bool = False, recording: object = None) -> StoredAnnotation:
    header = own_annotation(work.author, recording or work.recording)  # type: ignore[arg-type]
    if by_model:
        header = replace(header, kind=AnnotationKind.MODEL, author_id=None, source="whisper")
    content = [Segment(start=n, end=n + 1, label=label) for n, label in enumerate(labels)]
    with work.platform.database.write() as connection:
        return add_annotation(connection, header, named(content))


def told(work: Work, *recording_ids: str) -> dict[str, store.RecordingWork]:
    with work.platform.database.read() as connection:
        return store.of_recordings(connection, work.project_id, recording_ids)


def test_labels_and_people_of_each_recording(work: Work) -> None:
    other = add_recording(work.platform.database, work.project_id, name="other.wav")
    mine = annotated(work, "call", "call", "song", None)
    machine = annotated(work, "song", "song", "song", "call", by_model=True)
    gone = annotated(work, "gone")
    delete_annotation(work.platform, work.author, gone.id)

    found = told(work, work.recording.id, other.id)

    first = found[work.recording.id]
    assert first.labels == (FoundLabel(name="song", segments=3), FoundLabel(name="call", segments=2))
    assert first.label_count == 2
    assert [(one.id, one.kind, one.author, one.segment_count) for one in first.annotations] == [
        (mine.id, AnnotationKind.PERSON, "Author", 4),
        (machine.id, AnnotationKind.MODEL, None, 4),
    ]
    assert found[other.id] == store.RecordingWork()


def test_only_the_most_frequent_labels_and_the_latest_people_are_told(work: Work) -> None:
    annotated(work, *(f"label {n}" for n in range(12) for _ in range(n + 1)))
    for _ in range(11):
        annotated(work, by_model=True)
        last = annotated(work)

    found = told(work, work.recording.id)[work.recording.id]

    assert [label.name for label in found.labels] == [f"label {n}" for n in range(11, 3, -1)]
    assert found.label_count == 12
    assert found.annotations[0].id == last.id
    assert {one.kind for one in found.annotations} == {AnnotationKind.PERSON}
    assert len(found.annotations) == store.MOST_ANNOTATIONS


def test_other_projects_tell_nothing(work: Work) -> None:
    annotated(work, "call")
    with work.platform.database.read() as connection:
        assert store.of_recordings(connection, "0" * 26, [work.recording.id]) == {
            work.recording.id: store.RecordingWork()
        }
