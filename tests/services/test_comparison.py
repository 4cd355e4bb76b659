"""Two annotations side by side, and how well people agree."""

from __future__ import annotations

import pytest
from tests.library import Work, add_recording, make_work

from earmark.core.edits import Edit, EditOp
from earmark.core.people import Actor
from earmark.core.review import AnnotationStatus, Viewport
from earmark.core.segment import Segment
from earmark.errors import InvalidValue, NotFound, TooLarge
from earmark.services.agreement import project_agreement, recording_agreement
from earmark.services.annotations import create_annotation, view_segments
from earmark.services.comparison import compare
from earmark.services.platform import Platform
from earmark.services.review import edit, set_status


@pytest.fixture
def work(any_platform: Platform) -> Work:
    return make_work(any_platform)


def seg(start: float, end: float, label: str | None = "call", **fields: object) -> Segment:
    return Segment(start=start, end=end, label=label, **fields)  # type: ignore[arg-type]


def annotated(work: Work, actor: Actor, *content: Segment, recording_id: str | None = None) -> str:
    header = create_annotation(work.platform, actor, recording_id or work.recording.id, segments_given=content)
    return header.id


def test_differences_in_order_of_time(work: Work) -> None:
    first = annotated(
        work, work.author, seg(0, 1), seg(10, 12), seg(20, 21, text="hello"), seg(30, 31, score=0.5), seg(50, 51)
    )
    second = annotated(
        work,
        work.colleague,
        seg(0, 1, "song"),
        seg(10.2, 12),
        seg(20, 21, text="hallo"),
        seg(30, 31, score=0.9),
        seg(40, 41),
    )

    found = compare(work.platform, work.viewer, first, second)

    assert (found.same, found.different, found.only_first, found.only_second) == (1, 3, 1, 1)
    assert [(d.start, d.differs) for d in found.differences] == [
        (0, ("label",)),
        (10, ("borders",)),
        (20, ("text",)),
        (40, ()),
        (50, ()),
    ]
    assert found.agreement.segments.true_positives == 3
    assert found.agreement.frames.counts["call", "song"] == 100


def test_a_copy_is_compared_by_name_even_where_little_overlap_is_left(work: Work) -> None:
    first = annotated(work, work.author, seg(0, 10), seg(20, 30))
    copy = create_annotation(work.platform, work.colleague, work.recording.id, copy_of=first)
    names = [one.id for one in view_segments(work.platform, work.colleague, copy.id, Viewport())[1].items]
    moved = [Edit(op=EditOp.UPDATE, id=names[0], segment=seg(9, 15)), Edit(op=EditOp.DELETE, id=names[1])]
    edit(work.platform, work.colleague, copy.id, moved, base_revision=1)

    found = compare(work.platform, work.author, first, copy.id)

    assert (found.same, found.different, found.only_first, found.only_second) == (0, 1, 1, 0)
    assert found.differences[0].differs == ("borders",)


def test_an_annotation_is_like_itself(work: Work) -> None:
    first = annotated(work, work.author, seg(0, 1, channel=0), seg(0, 1, channel=1), seg(5, 5))
    found = compare(work.platform, work.author, first, first)
    assert (found.same, found.differences) == (3, ())
    assert found.agreement.kappa == 1.0


def test_only_annotations_of_one_recording_that_may_be_seen(work: Work) -> None:
    first = annotated(work, work.author, seg(0, 1))
    other = add_recording(work.platform.database, work.project_id, name="dusk.wav")
    second = annotated(work, work.author, seg(0, 1), recording_id=other.id)
    with pytest.raises(InvalidValue, match="same recording"):
        compare(work.platform, work.author, first, second)
    with pytest.raises(NotFound):
        compare(work.platform, work.stranger, first, first)


def test_agreement_of_a_recording(work: Work) -> None:
    annotated(work, work.author, seg(0, 50))
    annotated(work, work.colleague, seg(0, 40))

    report = recording_agreement(work.platform, work.viewer, work.recording.id)

    (pair,) = report.agreement.pairs
    assert pair.kappa == pytest.approx(0.8)
    assert {report.names[name] for name in report.agreement.annotators} == {"author", "colleague"}


def test_of_each_person_the_furthest_annotation_counts(work: Work) -> None:
    done = annotated(work, work.author, seg(0, 50))
    set_status(work.platform, work.author, done, AnnotationStatus.SUBMITTED)
    annotated(work, work.author, seg(90, 99))
    annotated(work, work.colleague, seg(90, 99))
    latest = annotated(work, work.colleague, seg(0, 50))

    report = recording_agreement(work.platform, work.viewer, work.recording.id)

    assert set(report.annotations) == {done, latest}
    assert report.agreement.alpha == 1.0


def test_agreement_of_a_project(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    others = [add_recording(work.platform.database, work.project_id, name=f"{n}.wav") for n in range(3)]
    for recording, people in zip(
        others, [(work.author, work.colleague), (work.author, work.manager), (work.author,)], strict=True
    ):
        for person in people:
            annotated(work, person, seg(0, 50), recording_id=recording.id)

    report = project_agreement(work.platform, work.viewer, work.project_id)
    assert report.agreement.recordings == 2
    assert len(report.agreement.pairs) == 2
    chosen = [str(work.author.user_id), str(work.colleague.user_id)]
    few = project_agreement(work.platform, work.viewer, work.project_id, people=chosen)
    assert (few.agreement.recordings, few.agreement.alpha) == (1, 1.0)
    with pytest.raises(NotFound):
        project_agreement(work.platform, work.stranger, work.project_id)
    monkeypatch.setattr("earmark.services.agreement.MAX_RECORDINGS", 1)
    with pytest.raises(TooLarge, match="Choose two people"):
        project_agreement(work.platform, work.viewer, work.project_id)
