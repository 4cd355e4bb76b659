"""Segments of models taken over into people's own annotations."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.library import Work, add_recording, make_work

from earmark.core.edits import Edit, EditOp
from earmark.core.review import AnnotationKind, AnnotationStatus, StoredAnnotation, StoredSegment, Viewport
from earmark.core.segment import Segment
from earmark.errors import Conflict, Forbidden, InvalidItems, InvalidValue, NotFound, StaleEdit
from earmark.services import accepting
from earmark.services.accepting import accept
from earmark.services.annotations import (
    add_annotation,
    create_annotation,
    delete_annotation,
    get_annotation,
    own_annotation,
    view_segments,
)
from earmark.services.platform import Platform
from earmark.services.review import edit, revert, set_status
from earmark.services.revisions import list_changes
from earmark.store import events

FOUND = {
    "a": Segment(start=0.0, end=1.0, label="call", score=0.9, tags=(("species", "wren"),)),
    "b": Segment(start=2.0, end=3.0, label="song", score=0.3, channel=0),
    "c": Segment(start=4.0, end=5.0, label="call", score=0.6, channel=1),
    "d": Segment(start=6.0, end=7.0),
}


@pytest.fixture
def work(any_platform: Platform) -> Work:
    return make_work(any_platform)


def by_machine(work: Work, content: dict[str, Segment] | None = None, **more: object) -> StoredAnnotation:
    header = replace(own_annotation(work.author, more.pop("recording", work.recording)), source="whisper")  # type: ignore[arg-type]
    header = replace(header, kind=AnnotationKind.MODEL, author_id=None, status=AnnotationStatus.SUBMITTED)
    stored = [StoredSegment(id=name, segment=one) for name, one in (FOUND if content is None else content).items()]
    with work.platform.database.write() as connection:
        return add_annotation(connection, header, stored)


def begun(work: Work) -> StoredAnnotation:
    return create_annotation(work.platform, work.author, work.recording.id)


def held(work: Work, annotation_id: str) -> dict[str, Segment]:
    _, page = view_segments(work.platform, work.viewer, annotation_id, Viewport(), limit=10_000)
    return {stored.id: stored.segment for stored in page.items}


def add(name: str, segment: Segment) -> Edit:
    return Edit(op=EditOp.ADD, id=name, segment=segment)


def test_segments_come_over_as_one_revision_that_can_be_undone(work: Work) -> None:
    mine, machine = begun(work), by_machine(work)

    done = accept(work.platform, work.author, mine.id, machine.id, ids=["a", "c", "a"], base_revision=1)

    assert (done.added, done.present, done.others) == (2, 0, ())
    assert (done.annotation.revision, done.annotation.segment_count) == (2, 2)
    assert get_annotation(work.platform, work.viewer, mine.id) == done.annotation
    assert held(work, mine.id) == {"a": FOUND["a"], "c": FOUND["c"]}
    revision, changes = list_changes(work.platform, work.viewer, mine.id, 2)
    assert revision.author_id == work.author.user_id
    assert [(one.id, one.before, one.after) for one in changes.items] == [(n, None, FOUND[n]) for n in "ac"]
    revert(work.platform, work.author, mine.id, base_revision=2)
    assert held(work, mine.id) == {}
    assert held(work, machine.id) == FOUND


def test_what_is_there_already_stays_as_it_is(work: Work) -> None:
    mine, machine = begun(work), by_machine(work)
    corrected = Segment(start=0.0, end=1.5, label="alarm")
    edit(work.platform, work.author, mine.id, [add("a", corrected)], base_revision=1)

    done = accept(work.platform, work.author, mine.id, machine.id, base_revision=2)
    again = accept(work.platform, work.author, mine.id, machine.id, base_revision=3)

    assert (done.added, done.present, again.added, again.present) == (3, 1, 0, 4)
    assert again.annotation.revision == 3
    assert held(work, mine.id) == FOUND | {"a": corrected}


@pytest.mark.parametrize(
    ("view", "names"),
    [
        (Viewport(), "abcd"),
        (Viewport(min_score=0.5), "acd"),
        (Viewport(labels=("call",)), "ac"),
        (Viewport(start=2.5, end=4.5), "bc"),
        (Viewport(channel=0), "abd"),
        (Viewport(labels=("call",), min_score=0.7), "a"),
        (Viewport(labels=("none",)), ""),
    ],
    ids=str,
)
def test_what_a_view_shows_is_taken_over(work: Work, view: Viewport, names: str) -> None:
    mine, machine = begun(work), by_machine(work)
    done = accept(work.platform, work.author, mine.id, machine.id, view=view, base_revision=1)
    assert "".join(sorted(held(work, mine.id))) == names
    assert done.added == len(names)


def test_those_who_come_late_are_told_or_merged(work: Work) -> None:
    mine, machine = begun(work), by_machine(work)
    edit(work.platform, work.author, mine.id, [add("x", FOUND["d"])], base_revision=1)
    with pytest.raises(StaleEdit) as refused:
        accept(work.platform, work.author, mine.id, machine.id, base_revision=1)
    assert refused.value.current == 2
    done = accept(work.platform, work.manager, mine.id, machine.id, ids=["a"], base_revision=1, merge=True)
    assert [one.revision.number for one in done.others] == [2]
    assert set(held(work, mine.id)) == {"a", "x"}

    edit(work.platform, work.author, mine.id, [Edit(op=EditOp.DELETE, id="a")], base_revision=3)
    with pytest.raises(StaleEdit, match="for example a"):
        accept(work.platform, work.manager, mine.id, machine.id, base_revision=3, merge=True)
    assert set(held(work, mine.id)) == {"x"}


def test_others_hear_which_revision_it_is_and_whose(work: Work) -> None:
    mine, machine = begun(work), by_machine(work)
    accept(work.platform, work.manager, mine.id, machine.id, ids=["a"], base_revision=1)
    with work.platform.database.read() as connection:
        *_, event = events.after(connection, 0, limit=100)
    assert (event.kind, event.subject_id) == ("annotation.edited", mine.id)
    told = {name: event.data[name] for name in ("recording_id", "revision", "author_id", "added", "accepted_from")}
    assert told == {
        "recording_id": work.recording.id,
        "revision": 2,
        "author_id": work.manager.user_id,
        "added": 1,
        "accepted_from": machine.id,
    }


def test_what_cannot_be_taken_over_is_refused(work: Work) -> None:
    mine, machine = begun(work), by_machine(work)
    other = by_machine(work, recording=add_recording(work.platform.database, work.project_id, name="b.wav"))
    platform, author = work.platform, work.author
    with pytest.raises(InvalidItems, match="segment x: is not there"):
        accept(platform, author, mine.id, machine.id, ids=["a", "x"], base_revision=1)
    with pytest.raises(InvalidValue, match="same recording"):
        accept(platform, author, mine.id, other.id, base_revision=1)
    with pytest.raises(InvalidValue, match="not by both"):
        accept(platform, author, mine.id, machine.id, ids=["a"], view=Viewport(), base_revision=1)
    with pytest.raises(NotFound):
        accept(platform, author, mine.id, "0" * 26, base_revision=1)
    with pytest.raises(Conflict, match="stays as it is"):
        accept(platform, author, machine.id, mine.id, base_revision=1)
    for actor, error in ((work.colleague, Forbidden), (work.viewer, Forbidden), (work.stranger, NotFound)):
        with pytest.raises(error):
            accept(platform, actor, mine.id, machine.id, base_revision=1)
    delete_annotation(platform, work.manager, machine.id)
    with pytest.raises(Conflict, match="trash"):
        accept(platform, author, mine.id, machine.id, base_revision=1)
    set_status(platform, author, mine.id, AnnotationStatus.SUBMITTED)
    with pytest.raises(Conflict, match="handed in"):
        accept(platform, author, mine.id, machine.id, base_revision=1)
    assert held(work, mine.id) == {}


def test_too_many_at_once_are_refused(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    mine, machine = begun(work), by_machine(work)
    monkeypatch.setattr(accepting, "MAX_ACCEPTED", 3)
    monkeypatch.setattr(accepting.segments, "MOST_SEGMENTS", 2)
    for how in ({"ids": list(FOUND)}, {}):
        with pytest.raises(InvalidValue, match=r"at most 3 .* not 4.*copy"):
            accept(work.platform, work.author, mine.id, machine.id, base_revision=1, **how)  # type: ignore[arg-type]
    assert accept(work.platform, work.author, mine.id, machine.id, ids=["a", "b", "c"], base_revision=1).added == 3
