"""Recordings: changed by those who may, tagged by hundreds, put into the trash and taken out again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from tests.library import (
    add_actor,
    add_member,
    add_project,
    add_recording,
    files,
    make_project,
    rows,
    upload,
    waiting_jobs,
    wav,
    work,
)

from earmark.core.library import RecordingState
from earmark.core.people import Role
from earmark.core.project import Pipeline
from earmark.core.search import RecordingFilter
from earmark.errors import Forbidden, InvalidValue, NotFound, StaleEdit
from earmark.services import bulk, library
from earmark.services.annotate_requests import Reason
from earmark.services.bulk import BulkAction
from earmark.services.library import RecordingChange
from earmark.services.platform import Platform
from earmark.store import audit, events, recordings
from earmark.store.tables import recording_terms
from earmark.store.tables import recordings as table

DAWN = datetime(2026, 5, 1, 5, 30, tzinfo=UTC)


def test_what_people_say_of_a_recording_is_kept(any_platform: Platform) -> None:
    owner = add_actor(any_platform.database, "owner")
    project = make_project(any_platform, owner)
    annotator = add_member(any_platform.database, project.id, Role.ANNOTATOR)
    made = upload(any_platform, owner, project, wav(1)).recording
    change = RecordingChange(name="Dawn 🌅.wav", notes="Zaunkönig", tags=("wren", "dawn"), recorded_at=DAWN)
    changed = library.change(any_platform, annotator, made.id, change, version=1)

    read = library.get(any_platform, owner, made.id)
    assert read == changed
    assert (read.name, read.notes, read.tags, read.recorded_at) == ("Dawn 🌅.wav", "Zaunkönig", ("dawn", "wren"), DAWN)
    assert read.version == 2
    found = library.page(any_platform, owner, project.id, RecordingFilter(q="zaunk #wren")).items
    assert [recording.id for recording in found] == [made.id]
    cleared = library.change(any_platform, annotator, made.id, RecordingChange(forget_recorded_at=True, tags=()))
    assert (cleared.recorded_at, cleared.tags) == (None, ())


def test_a_change_of_what_somebody_else_changed_is_refused(any_platform: Platform) -> None:
    owner = add_actor(any_platform.database, "owner")
    made = upload(any_platform, owner, make_project(any_platform, owner), wav(1)).recording

    def change(number: int) -> bool:
        try:
            library.change(any_platform, owner, made.id, RecordingChange(name=f"{number}.wav"), version=1)
        except StaleEdit:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(change, range(6))) == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (RecordingChange(name=" "), "1 to 255"),
        (RecordingChange(name="a\x00"), "control"),
        (RecordingChange(notes="x" * 20_001), "notes"),
        (RecordingChange(tags=("x" * 61,)), "a tag has"),
        (RecordingChange(recorded_at=datetime(2026, 1, 1)), "time zone"),
    ],
)
def test_changes_that_make_no_sense(platform: Platform, change: RecordingChange, message: str) -> None:
    owner = add_actor(platform.database, "owner")
    made = upload(platform, owner, make_project(platform, owner), wav(1)).recording
    with pytest.raises(InvalidValue, match=message):
        library.change(platform, owner, made.id, change)
    assert library.get(platform, owner, made.id) == made


def test_others_learn_nothing_and_viewers_change_nothing(any_platform: Platform) -> None:
    owner, stranger = add_actor(any_platform.database, "owner"), add_actor(any_platform.database, "stranger")
    project = make_project(any_platform, owner)
    viewer = add_member(any_platform.database, project.id, Role.VIEWER)
    annotator = add_member(any_platform.database, project.id, Role.ANNOTATOR)
    made = upload(any_platform, owner, project, wav(1)).recording

    with pytest.raises(NotFound, match="no recording"):
        library.get(any_platform, stranger, made.id)
    with pytest.raises(NotFound):
        library.page(any_platform, stranger, project.id, RecordingFilter())
    assert library.get(any_platform, viewer, made.id) == made
    with pytest.raises(Forbidden):
        library.change(any_platform, viewer, made.id, RecordingChange(name="x"))
    for act in (library.trash, library.restore, library.purge):
        with pytest.raises(Forbidden):
            act(any_platform, annotator, made.id)
    with pytest.raises(Forbidden):
        upload(any_platform, annotator, project, wav(2))
    assert rows(any_platform, table) == 1


def test_trash_and_back(any_platform: Platform) -> None:
    owner = add_actor(any_platform.database, "owner")
    project = make_project(any_platform, owner)
    made = upload(any_platform, owner, project, wav(1)).recording
    gone = library.trash(any_platform, owner, made.id, version=1)
    assert library.trash(any_platform, owner, made.id) == gone

    assert library.page(any_platform, owner, project.id, RecordingFilter()).items == ()
    assert library.page(any_platform, owner, project.id, RecordingFilter(trashed=True)).items == (gone,)
    back = library.restore(any_platform, owner, made.id)
    assert library.page(any_platform, owner, project.id, RecordingFilter()).items == (back,)
    with any_platform.database.read() as connection:
        kinds = [event.kind for event in events.after(connection, 0) if event.subject_id == made.id]
    assert kinds == ["recording.created", "recording.deleted", "recording.restored"]


def test_nothing_is_left_of_what_is_deleted_for_good_but_the_word_that_it_was(any_platform: Platform) -> None:
    owner = add_actor(any_platform.database, "owner")
    made = upload(any_platform, owner, make_project(any_platform, owner), wav(1)).recording
    work(any_platform)
    assert len(files(any_platform)) > 1
    library.purge(any_platform, owner, made.id)

    assert files(any_platform) == set()
    assert (rows(any_platform, table), rows(any_platform, recording_terms)) == (0, 0)
    with any_platform.database.read() as connection:
        last = audit.page(connection, subject_id=made.id).items[0]
    assert (last.action, last.details["name"]) == ("recording.purged", "a.wav")
    with pytest.raises(NotFound):
        library.get(any_platform, owner, made.id)


def test_tags_are_given_and_taken_by_ids(any_platform: Platform) -> None:
    owner = add_actor(any_platform.database, "owner")
    project, other = make_project(any_platform, owner), make_project(any_platform, owner, "Other")
    made = [upload(any_platform, owner, project, wav(seed), f"{seed}.wav").recording for seed in range(3)]
    theirs = upload(any_platform, owner, other, wav(9)).recording
    ids = [*(recording.id for recording in made[:2]), theirs.id, "0" * 26, made[0].id]
    outcome = bulk.bulk_by_ids(any_platform, owner, project.id, BulkAction.TAG, ids, tags=["b", "a"])

    assert (outcome.matched, outcome.changed, outcome.next) == (2, 2, None)
    again = bulk.bulk_by_ids(any_platform, owner, project.id, BulkAction.TAG, ids, tags=["a"])
    assert (again.matched, again.changed) == (2, 0)
    bulk.bulk_by_ids(any_platform, owner, project.id, BulkAction.UNTAG, ids, tags=["b", "c"])
    found = library.page(any_platform, owner, project.id, RecordingFilter(tags=("a",))).items
    assert {recording.id: recording.tags for recording in found} == {made[0].id: ("a",), made[1].id: ("a",)}
    assert library.get(any_platform, owner, theirs.id).tags == ()


def test_actions_on_all_that_a_filter_fits(any_platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "BATCH", 2)
    monkeypatch.setattr(bulk, "MOST_AT_ONCE", 4)
    owner = add_actor(any_platform.database, "owner")
    project = make_project(any_platform, owner)
    for seed in range(5):
        upload(any_platform, owner, project, wav(seed), f"reef {seed}.wav")
    upload(any_platform, owner, project, wav(8), "wood.wav")
    wanted = RecordingFilter(q="reef")
    first = bulk.bulk_by_filter(any_platform, owner, project.id, BulkAction.TRASH, wanted)
    assert (first.matched, first.changed) == (4, 4)
    rest = bulk.bulk_by_filter(any_platform, owner, project.id, BulkAction.TRASH, wanted, cursor=first.next)
    assert (rest.changed, rest.next) == (1, None)

    left = library.page(any_platform, owner, project.id, RecordingFilter()).items
    assert [recording.name for recording in left] == ["wood.wav"]
    back = bulk.bulk_by_filter(
        any_platform, owner, project.id, BulkAction.RESTORE, RecordingFilter(trashed=True, q="4")
    )
    assert back.changed == 1


def test_recordings_that_are_ready_are_annotated_as_the_pipeline_says(any_platform: Platform) -> None:
    owner = add_actor(any_platform.database, "owner")
    project = make_project(any_platform, owner, pipeline=Pipeline(engine="none", channels="each"))
    for seed in range(2):
        upload(any_platform, owner, project, wav(seed))
    work(any_platform)
    waiting = upload(any_platform, owner, project, wav(3)).recording.id
    outcome = bulk.bulk_by_filter(any_platform, owner, project.id, BulkAction.ANNOTATE, RecordingFilter())

    assert (outcome.matched, outcome.changed) == (3, 2)
    assert waiting_jobs(any_platform, "annotate") == 2
    assert [(one.reason, one.recording_ids) for one in outcome.left_out] == [(Reason.IMPORTING, (waiting,))]
    foreign = add_recording(any_platform.database, add_project(any_platform.database)).id
    named = bulk.bulk_by_ids(any_platform, owner, project.id, BulkAction.ANNOTATE, [waiting, foreign])
    assert (named.matched, named.changed) == (1, 0)
    assert {one.reason: one.count for one in named.left_out} == {Reason.IMPORTING: 1, Reason.NOT_FOUND: 1}
    tagged = bulk.bulk_by_ids(any_platform, owner, project.id, BulkAction.TAG, [waiting, foreign], tags=["a"])
    assert (tagged.matched, tagged.changed, tagged.left_out) == (1, 1, ())
    viewer = add_member(any_platform.database, project.id, Role.ANNOTATOR)
    with pytest.raises(Forbidden):
        bulk.bulk_by_filter(any_platform, viewer, project.id, BulkAction.ANNOTATE, RecordingFilter())


@pytest.mark.parametrize(("action", "tags"), [(BulkAction.TAG, []), (BulkAction.TRASH, ["a"])])
def test_tags_belong_to_tagging(platform: Platform, action: BulkAction, tags: list[str]) -> None:
    owner = add_actor(platform.database, "owner")
    project = make_project(platform, owner)
    with pytest.raises(InvalidValue, match="tags are given"):
        bulk.bulk_by_ids(platform, owner, project.id, action, [], tags=tags)


def test_recordings_are_counted(any_platform: Platform) -> None:
    owner = add_actor(any_platform.database, "owner")
    project = make_project(any_platform, owner)
    first = upload(any_platform, owner, project, wav(1)).recording
    upload(any_platform, owner, project, wav(2))
    with any_platform.database.write() as connection:
        recordings.save(connection, first, replace(first, state=RecordingState.FAILED))

    assert library.count(any_platform, owner, project.id, RecordingFilter()) == 2
    assert library.counts_by_state(any_platform, owner, project.id) == {
        RecordingState.FAILED: 1,
        RecordingState.WAITING: 1,
    }
