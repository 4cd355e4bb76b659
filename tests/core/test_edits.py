"""Edits become changes, and changes can be undone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.core.edits import Change, Edit, EditOp, apply, changes_of
from earmark.core.segment import Segment
from earmark.errors import InvalidValue


def at(start: float, label: str = "speech") -> Segment:
    return Segment(start=start, end=start + 1, label=label)


NAMES = st.sampled_from(["a", "b", "c", "d"])
SEGMENTS = st.builds(at, st.integers(0, 50).map(float), st.sampled_from(["speech", "noise"]))


@given(before=st.dictionaries(NAMES, SEGMENTS), wanted=st.dictionaries(NAMES, st.none() | SEGMENTS))
def test_changes_lead_to_what_was_wanted_and_back(
    before: dict[str, Segment], wanted: dict[str, Segment | None]
) -> None:
    edits = [
        Edit(
            op=EditOp.DELETE if segment is None else EditOp.UPDATE if name in before else EditOp.ADD,
            id=name,
            segment=segment,
        )
        for name, segment in wanted.items()
        if segment is not None or name in before
    ]
    changes = changes_of(edits, before)
    state = dict(before)
    apply(changes, state)

    assert state == {name: s for name, s in {**before, **wanted}.items() if s is not None}
    apply((change.inverse() for change in reversed(changes)), state)
    assert state == before


def test_several_edits_of_one_segment_are_one_change() -> None:
    edits = [
        Edit(op=EditOp.ADD, id="a", segment=at(0)),
        Edit(op=EditOp.UPDATE, id="a", segment=at(1)),
    ]

    assert changes_of(edits, {}) == (Change(id="a", before=None, after=at(1)),)


def test_what_is_added_and_deleted_at_once_leaves_no_trace() -> None:
    edits = [Edit(op=EditOp.ADD, id="a", segment=at(0)), Edit(op=EditOp.DELETE, id="a")]

    assert changes_of(edits, {}) == ()


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (Edit(op=EditOp.ADD, id="a", segment=at(0)), "cannot be added: it is there"),
        (Edit(op=EditOp.UPDATE, id="b", segment=at(0)), "cannot be changed: it is not there"),
        (Edit(op=EditOp.DELETE, id="b"), "cannot be deleted: it is not there"),
    ],
)
def test_edits_that_do_not_fit_are_refused(edit: Edit, message: str) -> None:
    with pytest.raises(InvalidValue, match=message):
        changes_of([edit], {"a": at(0)})


@pytest.mark.parametrize("name", ["", "x" * 65, "a\nb", "a\n", "a b", "é"])
def test_hostile_ids_are_refused(name: str) -> None:
    with pytest.raises(InvalidValue, match="id of a segment"):
        Edit(op=EditOp.DELETE, id=name)


def test_a_segment_is_given_exactly_where_it_is_needed() -> None:
    with pytest.raises(InvalidValue, match="no segment is given"):
        Edit(op=EditOp.DELETE, id="a", segment=at(0))
    with pytest.raises(InvalidValue, match="segment is given"):
        Edit(op=EditOp.ADD, id="a")
