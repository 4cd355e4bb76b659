"""People's work on annotations: nothing is lost, everything can be undone, and nobody changes what is not theirs."""

from __future__ import annotations

import multiprocessing
import random
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.library import Work, add_project, add_recording, make_work
from tests.services import review_writer

from earmark.core.edits import Edit, EditOp, apply
from earmark.core.people import Actor, Scope
from earmark.core.review import AnnotationKind, AnnotationStatus, StoredAnnotation, Viewport
from earmark.core.segment import Segment, Word
from earmark.errors import Conflict, EarmarkError, Forbidden, InvalidItems, InvalidValue, NotFound, StaleEdit
from earmark.services.annotations import (
    add_annotation,
    create_annotation,
    delete_annotation,
    get_annotation,
    list_annotations,
    named,
    own_annotation,
    restore_annotation,
    view_segments,
)
from earmark.services.exchange import export_annotation
from earmark.services.platform import Platform
from earmark.services.review import MAX_EDITS, edit, revert, set_status
from earmark.services.revisions import list_changes, list_revisions, segments_at, view_segments_at
from earmark.store import annotations as headers
from earmark.store import audit, history, recordings, segments
from earmark.store.database import now
from earmark.store.tables import users

DRAFT, SUBMITTED, REVIEWED = AnnotationStatus


@pytest.fixture
def work(platform: Platform) -> Work:
    return make_work(platform)


@pytest.fixture
def any_work(any_platform: Platform) -> Work:
    return make_work(any_platform)


def seg(start: float, label: str | None = "call", *, length: float = 1.0, **fields: object) -> Segment:
    return Segment(start=start, end=start + length, label=label, **fields)  # type: ignore[arg-type]


def add(name: str, segment: Segment) -> Edit:
    return Edit(op=EditOp.ADD, id=name, segment=segment)


def update(name: str, segment: Segment) -> Edit:
    return Edit(op=EditOp.UPDATE, id=name, segment=segment)


def delete(name: str) -> Edit:
    return Edit(op=EditOp.DELETE, id=name)


def begun(work: Work, *edits: Edit) -> StoredAnnotation:
    """An annotation of the author's; with edits, at revision 2."""
    header = create_annotation(work.platform, work.author, work.recording.id)
    return edit(work.platform, work.author, header.id, edits, base_revision=1).annotation if edits else header


def by_machine(work: Work, *content: Segment) -> StoredAnnotation:
    """An annotation by a model."""
    header = own_annotation(work.author, work.recording)
    machine = {"kind": AnnotationKind.MODEL, "author_id": None, "source": "whisper", "status": SUBMITTED}
    with work.platform.database.write() as connection:
        return add_annotation(connection, replace(header, **machine), named(content))  # type: ignore[arg-type]


def held(work: Work, annotation_id: str) -> dict[str, Segment]:
    _, page = view_segments(work.platform, work.viewer, annotation_id, Viewport(), limit=10_000)
    return {stored.id: stored.segment for stored in page.items}


def test_edits_are_made_together_and_written_down(any_work: Work) -> None:
    work = any_work
    header = begun(work, add("a", seg(1)), add("b", seg(2)), add("c", seg(3)))

    edits = [update("a", seg(1, "song")), delete("b"), add("d", seg(4)), update("c", seg(3))]
    after = edit(work.platform, work.author, header.id, edits, base_revision=2).annotation

    assert (after.revision, after.segment_count) == (3, 3)
    assert held(work, header.id) == {"a": seg(1, "song"), "c": seg(3), "d": seg(4)}
    assert get_annotation(work.platform, work.viewer, header.id) == after
    revision, changes = list_changes(work.platform, work.viewer, header.id, 3)
    assert (revision.author, revision.change_count) == ("Author", 3)
    assert [(c.id, c.before, c.after) for c in changes.items] == [
        ("a", seg(1), seg(1, "song")),
        ("b", seg(2), None),
        ("d", None, seg(4)),
    ]
    with work.platform.database.read() as connection:
        (entry, *_) = audit.page(connection, subject_id=header.id).items
    assert (entry.action, entry.user_name) == ("annotation.edited", "author")
    assert (entry.details["added"], entry.details["changed"], entry.details["deleted"]) == (1, 1, 1)


def test_exports_have_the_words_of_a_corrected_text(work: Work) -> None:
    heard = tuple(
        Word(text=text, start=1 + n, end=1.5 + n, score=0.9) for n, text in enumerate(("the", "quack", "fox"))
    )
    before = seg(1, length=4, text="the quack fox", words=heard)
    header = begun(work, add("a", before))

    edit(work.platform, work.author, header.id, [update("a", replace(before, text="the quick fox"))], base_revision=2)

    file = export_annotation(work.platform, work.viewer, header.id, format_name="ctm")
    lines = [line.split()[2:] for line in file.data.decode().splitlines()]
    assert lines == [
        ["1.000", "0.500", "the", "0.900000"],
        ["2.000", "0.500", "quick"],
        ["3.000", "0.500", "fox", "0.900000"],
    ]
    edit(work.platform, work.author, header.id, [update("a", replace(before, text="fox"))], base_revision=3)
    assert held(work, header.id)["a"].words == heard[2:]


def test_edits_that_change_nothing_make_no_revision(work: Work) -> None:
    header = begun(work, add("a", seg(1)))
    nothing = [update("a", seg(1)), add("b", seg(2)), delete("b")]
    assert edit(work.platform, work.author, header.id, nothing, base_revision=2).annotation == header


def test_an_older_base_is_refused_with_what_changed_since(any_work: Work) -> None:
    work = any_work
    header = begun(work, add("a", seg(1)), add("b", seg(2)))
    edit(work.platform, work.manager, header.id, [update("a", seg(1, "song"))], base_revision=2)
    edit(work.platform, work.author, header.id, [delete("b")], base_revision=3)

    with pytest.raises(StaleEdit, match="at revision 4, the edits were made on 2") as caught:
        edit(work.platform, work.author, header.id, [add("c", seg(5))], base_revision=2)

    assert caught.value.current == 4
    first, second = caught.value.changes
    assert (first.revision.author, first.revision.number) == ("Manager", 3)  # type: ignore[attr-defined]
    assert [(c.id, c.after) for c in first.changes] == [("a", seg(1, "song"))]  # type: ignore[attr-defined]
    assert [(c.id, c.after) for c in second.changes] == [("b", None)]  # type: ignore[attr-defined]
    assert "c" not in held(work, header.id)


def test_edits_of_other_segments_are_merged_where_asked_for(any_work: Work) -> None:
    work = any_work
    header = begun(work, add("a", seg(1)), add("b", seg(2)))
    edit(work.platform, work.manager, header.id, [update("a", seg(1, "song"))], base_revision=2)

    merged = edit(work.platform, work.author, header.id, [update("b", seg(2, "noise"))], base_revision=2, merge=True)
    assert merged.annotation.revision == 4
    assert [(c.id, c.after) for one in merged.others for c in one.changes] == [("a", seg(1, "song"))]
    assert held(work, header.id) == {"a": seg(1, "song"), "b": seg(2, "noise")}

    with pytest.raises(StaleEdit, match="1 of the same segments, for example a"):
        edit(work.platform, work.author, header.id, [delete("a"), add("c", seg(9))], base_revision=2, merge=True)
    assert held(work, header.id) == {"a": seg(1, "song"), "b": seg(2, "noise")}


BAD = [
    ([add("a", seg(1))], "cannot be added"),
    ([update("x", seg(1))], "cannot be changed"),
    ([delete("x")], "cannot be deleted"),
    ([delete("a"), delete("a")], "cannot be deleted"),
    ([], "1 to 10000 edits"),
    ([add(f"n{i}", seg(1)) for i in range(MAX_EDITS + 1)], "1 to 10000 edits"),
    ([add("x", seg(99.2))], "edit 1, segment x: ends at 100.2 s, after the recording"),
    ([add("x", seg(1)), add("y", seg(1, channel=2)), add("z", seg(200))], "edit 2, segment y: is on channel 2.*edit 3"),
    ([add("x", seg(1, "l" * 201))], "its label has 201 characters"),
    ([add("x", seg(1, text="a\0b"))], "its text holds characters that stand in no text"),
    ([add("x", seg(1, tags=(("k", "\ud800"),)))], "its tag holds characters"),
]


@pytest.mark.parametrize(("edits", "message"), BAD, ids=[row[1] for row in BAD])
def test_edits_that_make_no_sense_change_nothing(work: Work, edits: list[Edit], message: str) -> None:
    header = begun(work, add("a", seg(1)))
    with pytest.raises(InvalidValue, match=message):
        edit(work.platform, work.author, header.id, edits, base_revision=2)
    assert held(work, header.id) == {"a": seg(1)}
    assert get_annotation(work.platform, work.author, header.id).revision == 2


@pytest.mark.parametrize("base", [0, -1, 3, 10**9])
def test_a_base_that_never_was(work: Work, base: int) -> None:
    header = begun(work, add("a", seg(1)))
    with pytest.raises(InvalidValue, match="there is no revision"):
        edit(work.platform, work.author, header.id, [delete("a")], base_revision=base, merge=True)


def test_all_that_does_not_fit_is_told_at_once(work: Work) -> None:
    given_segments = [seg(1), seg(101), seg(1, channel=7)]
    with pytest.raises(InvalidItems) as caught:
        create_annotation(work.platform, work.author, work.recording.id, segments_given=given_segments)
    assert [where for where, _ in caught.value.errors] == ["segment 2", "segment 3"]
    assert list_annotations(work.platform, work.author, work.recording.id).items == ()


def test_a_segment_may_end_a_little_after_the_recording(work: Work) -> None:
    header = begun(work, add("a", seg(99.05)))
    assert held(work, header.id) == {"a": seg(99.05)}


# Who may do what ------------------------------------------------------------------------------------------------------


def test_only_the_author_and_managers_change_an_annotation(work: Work) -> None:
    header = begun(work)
    for actor, error in ((work.colleague, Forbidden), (work.viewer, Forbidden), (work.stranger, NotFound)):
        with pytest.raises(error):
            edit(work.platform, actor, header.id, [add("a", seg(1))], base_revision=1)
        with pytest.raises(error):
            delete_annotation(work.platform, actor, header.id)
        with pytest.raises(error):
            set_status(work.platform, actor, header.id, SUBMITTED)
    edit(work.platform, work.manager, header.id, [add("a", seg(1))], base_revision=1)


def test_a_token_without_the_scope_may_only_look(work: Work) -> None:
    header = begun(work)
    reader = replace(work.author, scopes=frozenset({Scope.READ}))
    assert get_annotation(work.platform, reader, header.id) == header
    with pytest.raises(Forbidden, match="scope"):
        edit(work.platform, reader, header.id, [add("a", seg(1))], base_revision=1)


def test_who_is_no_member_learns_nothing(work: Work) -> None:
    header = begun(work)
    with pytest.raises(NotFound, match="annotation"):
        get_annotation(work.platform, work.stranger, header.id)
    with pytest.raises(NotFound, match="recording"):
        list_annotations(work.platform, work.stranger, work.recording.id)
    with pytest.raises(NotFound, match="recording"):
        create_annotation(work.platform, work.stranger, work.recording.id)


def test_what_a_model_said_is_never_changed_but_copied(any_work: Work) -> None:
    work = any_work
    machine = by_machine(work, seg(1, score=0.9), seg(5, text="hello"))
    for actor in (work.author, work.manager):
        with pytest.raises(Conflict, match="copy"):
            edit(work.platform, actor, machine.id, [add("a", seg(1))], base_revision=1)

    copy = create_annotation(work.platform, work.author, work.recording.id, copy_of=machine.id)
    assert (copy.kind, copy.author_id, copy.segment_count) == (AnnotationKind.PERSON, work.author.user_id, 2)
    assert held(work, copy.id) == held(work, machine.id)
    edit(work.platform, work.author, copy.id, [delete(name) for name in held(work, copy.id)], base_revision=1)
    assert len(held(work, machine.id)) == 2
    assert len(segments_at(work.platform, work.author, copy.id, 1)[1]) == 2


def test_a_copy_stays_with_its_recording(work: Work) -> None:
    header = begun(work)
    other = add_recording(work.platform.database, work.project_id, name="dusk.wav")
    with pytest.raises(InvalidValue, match="own recording"):
        create_annotation(work.platform, work.author, other.id, copy_of=header.id)
    elsewhere = add_recording(work.platform.database, add_project(work.platform.database, "Secret"))
    with pytest.raises(NotFound):
        create_annotation(work.platform, work.author, elsewhere.id)


def test_the_life_of_an_annotation(work: Work) -> None:
    header = begun(work, add("a", seg(1)))
    change = [update("a", seg(2))]
    assert set_status(work.platform, work.author, header.id, SUBMITTED).status is SUBMITTED
    with pytest.raises(Conflict, match="handed in"):
        edit(work.platform, work.author, header.id, change, base_revision=2)
    with pytest.raises(Forbidden):
        set_status(work.platform, work.author, header.id, REVIEWED)
    # Who reviews may correct.
    edit(work.platform, work.manager, header.id, change, base_revision=2)
    with pytest.raises(StaleEdit):
        set_status(work.platform, work.manager, header.id, REVIEWED, revision=2)
    assert set_status(work.platform, work.manager, header.id, REVIEWED, revision=3).status is REVIEWED
    for actor in (work.author, work.manager):
        with pytest.raises(Conflict, match="reviewed"):
            edit(work.platform, actor, header.id, [delete("a")], base_revision=3)
    with pytest.raises(Forbidden):
        set_status(work.platform, work.author, header.id, DRAFT)
    set_status(work.platform, work.manager, header.id, DRAFT)
    edit(work.platform, work.author, header.id, [delete("a")], base_revision=3)
    with pytest.raises(Conflict, match="draft does not become reviewed"):
        set_status(work.platform, work.manager, header.id, REVIEWED)


def test_a_model_is_approved_but_never_a_draft(work: Work) -> None:
    machine = by_machine(work, seg(1))
    with pytest.raises(Conflict):
        set_status(work.platform, work.manager, machine.id, DRAFT)
    assert set_status(work.platform, work.manager, machine.id, REVIEWED).status is REVIEWED
    assert set_status(work.platform, work.manager, machine.id, SUBMITTED).status is SUBMITTED


def test_trash_and_back(work: Work) -> None:
    header = begun(work, add("a", seg(1)))
    delete_annotation(work.platform, work.author, header.id, revision=2)
    assert list_annotations(work.platform, work.author, work.recording.id).items == ()
    assert [one.id for one in list_annotations(work.platform, work.author, work.recording.id, deleted=True).items] == [
        header.id
    ]
    with pytest.raises(Conflict, match="Restore"):
        edit(work.platform, work.author, header.id, [delete("a")], base_revision=2)
    restore_annotation(work.platform, work.author, header.id)
    edit(work.platform, work.author, header.id, [delete("a")], base_revision=2)


def test_deleted_annotations_are_forgotten_in_the_end(any_work: Work) -> None:
    work = any_work
    gone, kept = begun(work, add("a", seg(1))), begun(work, add("a", seg(1)))
    delete_annotation(work.platform, work.author, gone.id)
    with work.platform.database.write() as connection:
        assert headers.forget_deleted(connection, before=now()) == 1
        assert segments.by_id(connection, gone.id, ["a"]) == {}
    assert held(work, kept.id) == {"a": seg(1)}


def test_a_recording_in_the_trash_is_not_worked_on(work: Work) -> None:
    header = begun(work, add("a", seg(1)))
    with work.platform.database.write() as connection:
        recordings.save(connection, work.recording, replace(work.recording, deleted_at=now()))
    for action in (
        lambda: edit(work.platform, work.author, header.id, [delete("a")], base_revision=2),
        lambda: create_annotation(work.platform, work.author, work.recording.id),
        lambda: set_status(work.platform, work.author, header.id, SUBMITTED),
    ):
        with pytest.raises(Conflict, match="trash"):
            action()


def test_work_outlives_the_account(any_work: Work) -> None:
    work = any_work
    header = begun(work, add("a", seg(1)))
    with work.platform.database.write() as connection:
        connection.execute(users.delete().where(users.c.id == work.author.user_id))
    after = get_annotation(work.platform, work.viewer, header.id)
    assert (after.author_id, after.source) == (None, "author")
    assert list_revisions(work.platform, work.viewer, header.id).items[0].author is None
    # An account without id, such as Earmark itself, is not taken for its author.
    with pytest.raises(Forbidden):
        edit(work.platform, work.colleague, header.id, [delete("a")], base_revision=2)


# History --------------------------------------------------------------------------------------------------------------


def test_undo_and_redo(any_work: Work) -> None:
    work = any_work
    header = begun(work, add("a", seg(1)), add("b", seg(2)))
    edit(work.platform, work.author, header.id, [delete("a"), update("b", seg(2, "song"))], base_revision=2)

    undone = revert(work.platform, work.author, header.id, base_revision=3).annotation
    assert (undone.revision, undone.segment_count) == (4, 2)
    assert held(work, header.id) == {"a": seg(1), "b": seg(2)}
    revert(work.platform, work.author, header.id, base_revision=4)
    assert held(work, header.id) == {"b": seg(2, "song")}
    revert(work.platform, work.author, header.id, base_revision=5, to_revision=1)
    assert held(work, header.id) == {}
    latest, *_ = list_revisions(work.platform, work.author, header.id).items
    assert (latest.number, latest.reverts_to, latest.change_count) == (6, 1, 1)

    for base, to, error in ((5, 2, StaleEdit), (6, 6, InvalidValue), (6, 7, InvalidValue), (6, 0, InvalidValue)):
        with pytest.raises(error):
            revert(work.platform, work.author, header.id, base_revision=base, to_revision=to)


def test_history_page_by_page(work: Work) -> None:
    header = begun(work)
    for n in range(5):
        edit(work.platform, work.author, header.id, [add(f"s{n}", seg(n)), add(f"t{n}", seg(n))], base_revision=n + 1)
    numbers, cursor = [], None
    while True:
        page = list_revisions(work.platform, work.viewer, header.id, cursor=cursor, limit=4)
        numbers += [one.number for one in page.items]
        cursor = page.next
        if cursor is None:
            break
    assert numbers == [6, 5, 4, 3, 2, 1]
    _, first = list_changes(work.platform, work.viewer, header.id, 6, limit=1)
    _, second = list_changes(work.platform, work.viewer, header.id, 6, limit=1, cursor=first.next)
    assert [c.id for c in (*first.items, *second.items)] == ["s4", "t4"]
    assert second.next is None
    with pytest.raises(NotFound, match="revision"):
        list_changes(work.platform, work.viewer, header.id, 7)
    with pytest.raises(InvalidValue, match="no revision 7"):
        segments_at(work.platform, work.viewer, header.id, 7)


def test_an_earlier_state_in_a_viewport(work: Work) -> None:
    header = begun(work, *(add(f"s{n}", seg(n * 10)) for n in range(5)))
    edit(work.platform, work.author, header.id, [delete("s1"), update("s2", seg(90))], base_revision=2)
    view = Viewport(start=5, end=35)
    _, first = view_segments_at(work.platform, work.viewer, header.id, view, revision=2, limit=2)
    _, second = view_segments_at(work.platform, work.viewer, header.id, view, revision=2, limit=2, cursor=first.next)
    assert [one.id for one in (*first.items, *second.items)] == ["s1", "s2", "s3"]
    assert {one.revision for one in first.items} == {2}
    with pytest.raises(InvalidValue, match="cursor"):
        view_segments_at(work.platform, work.viewer, header.id, view, revision=2, cursor="WyJhIl0")


names = st.sampled_from([f"s{n}" for n in range(6)])
steps = st.lists(
    st.lists(st.tuples(names, st.integers(0, 20), st.sampled_from(["a", "b", None])), min_size=1, max_size=5),
    min_size=1,
    max_size=6,
)


def random_edits(rows: list[tuple[str, int, str | None]], state: dict[str, Segment]) -> list[Edit]:
    """Edits that are possible in a state: what is there is changed or deleted, what is not is added."""
    now_there, edits = set(state), []
    for name, place, label in rows:
        if name not in now_there:
            edits.append(add(name, seg(place, label)))
            now_there.add(name)
        elif label is None:
            edits.append(delete(name))
            now_there.discard(name)
        else:
            edits.append(update(name, seg(place, label)))
    return edits


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps, data=st.data())
def test_every_earlier_state_can_be_seen_and_brought_back_exactly(
    any_work: Work, steps: list[list[tuple[str, int, str | None]]], data: st.DataObject
) -> None:
    work = any_work
    header = begun(work)
    states: dict[int, dict[str, Segment]] = {1: {}}
    for rows in steps:
        edits = random_edits(rows, states[header.revision])
        header = edit(work.platform, work.author, header.id, edits, base_revision=header.revision).annotation
        states[header.revision] = held(work, header.id)
    for revision, state in states.items():
        _, content = segments_at(work.platform, work.viewer, header.id, revision)
        assert {one.id: one.segment for one in content} == state
        assert all(one.revision <= revision for one in content)
    if header.revision > 1:
        target = data.draw(st.integers(1, header.revision - 1))
        after = revert(
            work.platform, work.author, header.id, base_revision=header.revision, to_revision=target
        ).annotation
        assert held(work, header.id) == states[target]
        assert after.segment_count == len(states[target])
        _, before = segments_at(work.platform, work.viewer, header.id, header.revision)
        assert {one.id: one.segment for one in before} == states[header.revision]


# Many at once ---------------------------------------------------------------------------------------------------------


def replayed(work: Work, annotation_id: str) -> tuple[int, dict[str, Segment]]:
    """The state that follows from the first revision and all changes since, and the number of revisions."""
    with work.platform.database.read() as connection:
        found = history.changes_of_project(connection, work.project_id)
        made = [(number, change) for changed, number, change in found if changed == annotation_id]
        state: dict[str, Segment] = {}
        for _, change in made:
            # Each change begins where the one before it on the same segment ended.
            assert state.get(change.id) == change.before
            apply([change], state)
        numbers = {number for number, _ in made}
        assert numbers == set(range(2, max(numbers) + 1))
        return max(numbers), state


def save_until_taken(work: Work, actor: Actor, annotation_id: str, writer: int, step: int, *, merge: bool) -> int:
    """One save of one person, who reloads when others were faster; the revision that it became."""
    chooser = random.Random(writer * 1000 + step)  # noqa: S311 - no secret
    for _ in range(500):
        header, page = view_segments(work.platform, actor, annotation_id, Viewport(), limit=10_000)
        state, base = {stored.id: stored.segment for stored in page.items}, header.revision
        own = f"w{writer}-{step}"
        edits = [add(own, seg(chooser.uniform(0, 90)))]
        if shared := sorted(name for name in state if name.startswith("shared")):
            name = chooser.choice(shared)
            edits.append(update(name, replace(state[name], text=f"{state[name].text or ''} {own}")))
        try:
            return edit(work.platform, actor, annotation_id, edits, base_revision=base, merge=merge).annotation.revision
        except StaleEdit:
            continue
    raise AssertionError("never taken")


def test_no_edit_is_lost_when_many_write_at_the_same_time(any_work: Work) -> None:
    """Strict and merging writers on one annotation: each save that was answered is there, once."""
    work = any_work
    writers, saves = 6, 6
    header = begun(work, *(add(f"shared{n}", seg(n)) for n in range(8)))
    with ThreadPoolExecutor(writers) as pool:
        runs = [
            pool.submit(
                save_until_taken, work, work.author if w % 2 else work.manager, header.id, w, step, merge=w % 3 > 0
            )
            for w in range(writers)
            for step in range(saves)
        ]
        revisions = [run.result() for run in runs]

    assert sorted(revisions) == list(range(3, 3 + writers * saves))
    final = held(work, header.id)
    own = {f"w{w}-{step}" for w in range(writers) for step in range(saves)}
    assert own <= set(final)
    # Each save also wrote its name into a shared segment, on top of what others had written there.
    written = " ".join(segment.text or "" for segment in final.values()).split()
    assert sorted(written) == sorted(own)
    assert replayed(work, header.id) == (2 + writers * saves, final)
    after = get_annotation(work.platform, work.viewer, header.id)
    assert (after.revision, after.segment_count) == (2 + writers * saves, len(final))
    with work.platform.database.read() as connection:
        entries = audit.page(connection, subject_id=header.id, action="annotation.edited", limit=500).items
    assert sorted(entry.details["revision"] for entry in entries) == list(range(2, 3 + writers * saves))


def test_undo_and_status_among_edits_lose_nothing_either(any_work: Work) -> None:
    work = any_work
    header = begun(work, add("a", seg(1)))

    def act(n: int) -> None:
        base = get_annotation(work.platform, work.manager, header.id).revision
        try:
            if n % 3 == 0 and base > 1:
                revert(work.platform, work.manager, header.id, base_revision=base)
            elif n % 3 == 1:
                status = SUBMITTED if n % 2 else DRAFT
                set_status(work.platform, work.manager, header.id, status)
            else:
                edit(work.platform, work.manager, header.id, [add(f"n{n}", seg(n))], base_revision=base, merge=True)
        except (StaleEdit, Conflict):
            pass

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(act, range(36)))
    after = get_annotation(work.platform, work.manager, header.id)
    final = held(work, header.id)
    number, state = replayed(work, header.id)
    assert state == final
    assert (after.segment_count, number <= after.revision) == (len(final), True)


@pytest.mark.slow
def test_no_answered_edit_is_lost_when_processes_are_killed(any_work: Work, tmp_path: Path) -> None:
    """Four processes edit one annotation and are killed (-9) in the middle, again and again."""
    work, writers, rounds = any_work, 4, 3
    # Each process would take a second of its own to import what it needs.
    forks = multiprocessing.get_context("forkserver")
    forks.set_forkserver_preload([review_writer.__name__])
    header = begun(work)
    url = work.platform.database.url.render_as_string(hide_password=False)
    logs = []
    for count in range(rounds):
        names = [f"w{count}{n}" for n in range(writers)]
        logs += [tmp_path / name for name in names]
        processes = [
            forks.Process(target=review_writer.main, args=(url, header.id, work.author.user_id, name, tmp_path / name))
            for name in names
        ]
        for process in processes:
            process.start()
        while not all(log.exists() and log.read_text().count("\n") > 3 for log in logs):
            assert all(process.is_alive() for process in processes)
            time.sleep(0.05)
        for process in processes:
            process.kill()
            process.join()
    # A commit that was sent before its sender died takes effect all the same: whoever locks the row comes after it.
    with work.platform.database.write() as connection:
        assert headers.get(connection, header.id, lock=True)

    answered = {name for log in logs for name in log.read_text().split("\n")[:-1]}
    assert len(answered) > writers * rounds
    number, state = replayed(work, header.id)
    assert answered <= set(state)
    # A save that was made, but whose answer nobody heard: one for each process at most.
    assert len(set(state) - answered) <= writers * rounds
    after = get_annotation(work.platform, work.viewer, header.id)
    _, page = view_segments(work.platform, work.viewer, header.id, Viewport(), limit=10_000)
    assert {one.id: one.segment for one in page.items} == state
    assert (after.revision, after.segment_count) == (number, len(state))


def test_the_database_itself_refuses_two_revisions_of_one_number(any_work: Work) -> None:
    work = any_work
    header = begun(work, add("a", seg(1)))
    with work.platform.database.read() as connection:
        revision = history.get(connection, header.id, 2)
    with pytest.raises(Exception, match=r"(?i)unique|duplicate"), work.platform.database.write() as connection:
        history.add_revision(connection, revision)


def test_a_save_that_fails_half_way_leaves_nothing(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    header = begun(work, add("a", seg(1)))

    def broken(*_: object, **__: object) -> None:
        raise EarmarkError("the disk is full")

    monkeypatch.setattr("earmark.services.annotations.chronicle.record", broken)
    with pytest.raises(EarmarkError, match="full"):
        edit(work.platform, work.author, header.id, [delete("a"), add("b", seg(2))], base_revision=2)
    monkeypatch.undo()
    assert held(work, header.id) == {"a": seg(1)}
    assert get_annotation(work.platform, work.author, header.id) == header
