"""People say which spans of a recording they have labelled fully."""

from __future__ import annotations

import pytest
from tests.library import Work, make_work

from earmark.core.areas import Area
from earmark.core.review import AnnotationStatus
from earmark.errors import Conflict, Forbidden, InvalidItems, NotFound
from earmark.services.annotations import create_annotation, get_annotation
from earmark.services.areas import change_areas
from earmark.services.platform import Platform
from earmark.services.review import set_status
from earmark.store import audit, events


@pytest.fixture
def work(any_platform: Platform) -> Work:
    return make_work(any_platform)


def area(start: float, end: float, channel: int | None = None) -> Area:
    return Area(start=start, end=end, channel=channel)


def test_what_two_people_mark_is_put_together_and_kept(work: Work) -> None:
    header = create_annotation(work.platform, work.author, work.recording.id)
    change_areas(work.platform, work.author, header.id, mark=[area(0, 10, 0)])
    change_areas(work.platform, work.manager, header.id, mark=[area(5, 20, 1), area(30, 40)])
    done = change_areas(work.platform, work.author, header.id, mark=[area(40, 50)], unmark=[area(32, 33, 1)])

    expected = (area(0, 5, 0), area(5, 10), area(10, 20, 1), area(30, 32), area(32, 33, 0), area(33, 50))
    assert done.areas == expected
    assert done.revision == 1
    assert get_annotation(work.platform, work.viewer, header.id) == done
    copy = create_annotation(work.platform, work.colleague, work.recording.id, copy_of=header.id)
    assert get_annotation(work.platform, work.viewer, copy.id).areas == expected
    cleared = change_areas(work.platform, work.author, header.id, unmark=[area(0, 100)])
    assert cleared.areas == get_annotation(work.platform, work.viewer, header.id).areas == ()


def test_others_hear_of_it_once(work: Work) -> None:
    header = create_annotation(work.platform, work.author, work.recording.id)
    for _ in range(2):
        change_areas(work.platform, work.author, header.id, mark=[area(0, 10)])
    with work.platform.database.read() as connection:
        told = [event for event in events.after(connection, 0) if event.kind == "annotation.areas"]
        (entry,) = audit.page(connection, subject_id=header.id, action="annotation.areas").items
    expected = {"recording_id": work.recording.id, "revision": 1, "author_id": work.author.user_id, "areas": 1}
    assert [event.subject_id for event in told] == [header.id]
    assert told[0].data == {**expected, "by": "author"}
    assert entry.details == expected


def test_areas_that_do_not_fit_are_refused_together(work: Work) -> None:
    header = create_annotation(work.platform, work.author, work.recording.id)
    with pytest.raises(InvalidItems) as refused:
        change_areas(work.platform, work.author, header.id, mark=[area(0, 101)], unmark=[area(0, 1, 2)])
    assert [where for where, _ in refused.value.errors] == ["area 1", "area 2"]
    assert get_annotation(work.platform, work.viewer, header.id).areas == ()


def test_only_those_who_may_edit_may_mark(work: Work) -> None:
    header = create_annotation(work.platform, work.author, work.recording.id)
    for actor, error in ((work.colleague, Forbidden), (work.viewer, Forbidden), (work.stranger, NotFound)):
        with pytest.raises(error):
            change_areas(work.platform, actor, header.id, mark=[area(0, 1)])
    set_status(work.platform, work.author, header.id, AnnotationStatus.SUBMITTED)
    with pytest.raises(Conflict, match="handed in"):
        change_areas(work.platform, work.author, header.id, mark=[area(0, 1)])
