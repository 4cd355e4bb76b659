"""Segments in the database: exact, and found by where they are."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.library import add_actor, add_project, add_recording

from earmark.core.ids import new_id
from earmark.core.review import AnnotationKind, StoredAnnotation, StoredSegment, Viewport
from earmark.core.segment import Segment, Word
from earmark.errors import InvalidValue
from earmark.services.platform import Platform
from earmark.store import annotations as headers
from earmark.store import segments
from earmark.store.database import Database, now

texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
times = st.floats(0, 1e6) | st.integers(0, 200).map(lambda n: n / 2) | st.integers(0, 90_000)
shares = st.none() | st.floats(0, 1)
frequencies = st.floats(0, 1e5, allow_subnormal=True)


@st.composite
def any_segment(draw: st.DrawFn) -> Segment:
    """Any segment that can be."""
    start, end = sorted((draw(times), draw(times)))
    low, high = sorted((draw(frequencies), draw(frequencies)))
    words = draw(st.lists(st.tuples(texts, shares), max_size=2))
    return Segment(
        start=start,
        end=end,
        channel=draw(st.none() | st.integers(0, 3)),
        label=draw(st.none() | texts | st.sampled_from(["speech", "Speech", "spèech", "speech "])),
        text=draw(st.none() | texts),
        speaker=draw(st.none() | texts),
        language=draw(st.none() | st.just("en")),
        words=tuple(Word(text=text, start=start, end=end, score=score) for text, score in words),
        score=draw(shares),
        tags=tuple(draw(st.lists(st.tuples(texts, texts), max_size=2))),
        low_hz=draw(st.none() | st.just(low)),
        high_hz=draw(st.none() | st.just(high)),
    )


@pytest.fixture
def annotation_id(database: Database) -> str:
    """An annotation without segments."""
    return add_annotation(database)


def add_annotation(database: Database) -> str:
    project_id = add_project(database)
    recording = add_recording(database, project_id)
    author = add_actor(database, new_id())
    moment = now()
    header = StoredAnnotation(
        id=new_id(),
        recording_id=recording.id,
        project_id=project_id,
        kind=AnnotationKind.PERSON,
        source="author",
        author_id=author.user_id,
        created_at=moment,
        updated_at=moment,
    )
    with database.write() as connection:
        headers.add(connection, header)
    return header.id


def fill(database: Database, annotation_id: str, content: list[Segment]) -> list[StoredSegment]:
    """Replace the segments of an annotation."""
    stored = [StoredSegment(id=f"s{n:03d}", segment=segment) for n, segment in enumerate(content)]
    with database.write() as connection:
        held = [one.id for one in segments.every(connection, annotation_id)]
        segments.remove(connection, annotation_id, held)
        segments.add(connection, annotation_id, stored)
    return stored


# The annotation is emptied for each example.
many = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])


@many
@given(content=st.lists(any_segment(), max_size=8))
def test_segments_come_back_exactly_as_they_were(
    database: Database, annotation_id: str, content: list[Segment]
) -> None:
    stored = fill(database, annotation_id, content)

    with database.read() as connection:
        assert segments.by_id(connection, annotation_id, [one.id for one in stored]) == {
            one.id: one.segment for one in stored
        }
        ordered = sorted(stored, key=lambda one: (one.segment.start, one.id))
        assert list(segments.every(connection, annotation_id)) == ordered


@given(any_segment())
def test_history_holds_segments_exactly(segment: Segment) -> None:
    assert segments.from_json(segments.to_json(segment)) == segment


@st.composite
def viewports(draw: st.DrawFn) -> Viewport:
    """Any viewport of the first hundred seconds, and of everything."""
    start = draw(st.integers(0, 200).map(lambda n: n / 2))
    end = draw(st.just(math.inf) | st.integers(1, 100).map(lambda n: start + n / 2))
    low, high = sorted((draw(frequencies), draw(frequencies)))
    return Viewport(
        start=start,
        end=end,
        channel=draw(st.none() | st.integers(0, 3)),
        low_hz=draw(st.none() | st.just(low)),
        high_hz=draw(st.none() | st.just(high)),
        min_score=draw(shares),
        labels=tuple(draw(st.lists(st.sampled_from(["speech", "Speech", "spèech"]), max_size=2))),
    )


def from_plain(values: dict[str, Any]) -> StoredSegment:
    assert None not in values.values(), "what has no value is left out"
    return StoredSegment(id=values["id"], revision=values["revision"], segment=segments.from_json(values))


@many
@given(content=st.lists(any_segment(), max_size=20), view=viewports(), limit=st.integers(1, 6))
def test_a_viewport_shows_what_looking_at_all_segments_shows_page_by_page(
    database: Database, annotation_id: str, content: list[Segment], view: Viewport, limit: int
) -> None:
    stored = fill(database, annotation_id, content)
    expected = sorted((one for one in stored if view.shows(one.segment)), key=lambda one: (one.segment.start, one.id))

    found: list[StoredSegment] = []
    cursor = None
    with database.read() as connection:
        while True:
            page = segments.within(connection, annotation_id, view, cursor=cursor, limit=limit)
            plain = segments.plain_within(connection, annotation_id, view, cursor=cursor, limit=limit)
            assert len(page.items) == limit or page.next is None
            assert (tuple(map(from_plain, plain.items)), plain.next) == (page.items, page.next)
            found += page.items
            cursor = page.next
            if cursor is None:
                break
    assert found == expected


def seg(start: float, end: float, **fields: object) -> Segment:
    return Segment(start=start, end=end, **fields)  # type: ignore[arg-type]


SHOWN = [
    (seg(1, 2), Viewport(start=0, end=1), False, "begins where the view ends"),
    (seg(1, 2), Viewport(start=2, end=3), False, "ends where the view begins"),
    (seg(1, 2), Viewport(start=1.5, end=1.6), True, "reaches over the whole view"),
    (seg(2, 2), Viewport(start=2, end=3), True, "a point at the first moment"),
    (seg(3, 3), Viewport(start=2, end=3), False, "a point at the end"),
    (seg(1, 2, channel=None), Viewport(channel=1), True, "belongs to all channels mixed"),
    (seg(1, 2, channel=0), Viewport(channel=1), False, "is on another channel"),
    (seg(1, 2), Viewport(low_hz=100, high_hz=200), True, "has no band"),
    (seg(1, 2, low_hz=200, high_hz=300), Viewport(low_hz=100, high_hz=200), True, "touches the band"),
    (seg(1, 2, low_hz=201, high_hz=300), Viewport(low_hz=100, high_hz=200), False, "lies above"),
    (seg(1, 2, score=0.4), Viewport(min_score=0.5), False, "has a lower score"),
    (seg(1, 2), Viewport(min_score=0.5), True, "has no score"),
    (seg(1, 2), Viewport(labels=("a",)), False, "has no label"),
    (seg(1, 2, label="a"), Viewport(labels=("a", "b")), True, "has one of the labels"),
    (seg(1, 2, label="A"), Viewport(labels=("a",)), False, "has its label in another case"),
    (seg(0, 86_400.0), Viewport(start=43_000, end=43_001), True, "lasts a day"),
]


@pytest.mark.parametrize(("segment", "view", "expected", "why"), SHOWN, ids=[row[3] for row in SHOWN])
def test_what_is_seen(
    database: Database, annotation_id: str, segment: Segment, view: Viewport, *, expected: bool, why: str
) -> None:
    fill(database, annotation_id, [segment])
    with database.read() as connection:
        assert bool(segments.within(connection, annotation_id, view).items) is expected, why
    assert view.shows(segment) is expected, why


@pytest.mark.parametrize(
    ("start", "end"), [(1, 1), (2, 1), (-1, 1), (math.nan, 1), (0, math.nan), (math.inf, math.inf)]
)
def test_a_view_of_nothing_is_refused(start: float, end: float) -> None:
    with pytest.raises(InvalidValue, match="nothing is seen"):
        Viewport(start=start, end=end)


@pytest.mark.parametrize(("limit", "cursor"), [(0, None), (10_001, None), (5, "WyJhIiwiYiJd"), (5, "WzEsMl0")])
def test_pages_that_cannot_be(database: Database, annotation_id: str, limit: int, cursor: str | None) -> None:
    with database.read() as connection, pytest.raises(InvalidValue):
        segments.within(connection, annotation_id, Viewport(), limit=limit, cursor=cursor)


def test_a_copy_has_the_same_segments_and_a_life_of_its_own(database: Database, annotation_id: str) -> None:
    stored = fill(database, annotation_id, [seg(1, 2, label="a", tags=(("k", "v"),)), seg(3, 4)])
    other = add_annotation(database)
    with database.write() as connection:
        segments.copy(connection, annotation_id, other)
        segments.remove(connection, annotation_id, ["s000"])
    with database.read() as connection:
        assert list(segments.every(connection, other)) == stored
        assert [one.id for one in segments.every(connection, annotation_id)] == ["s001"]


def test_views_are_read_from_indexes(platform: Platform) -> None:
    """Neither the beginning of a long recording nor its end makes the database look at all segments.

    SQLite tells its plan plainly; the others are measured by benchmarks/review.py.
    """
    database = platform.database
    annotation_id = add_annotation(database)
    statements: list[tuple[str, object]] = []
    sa.event.listen(
        database.engine,
        "before_cursor_execute",
        lambda c, cursor, text, values, *rest: statements.append((text, values)),
    )
    with database.read() as connection:
        segments.within(connection, annotation_id, Viewport(start=50, end=60, channel=1, min_score=0.5))
        asked = [(text, values) for text, values in statements if text.startswith("SELECT")]
        plans = [
            " ".join(row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values))  # type: ignore[arg-type]
            for text, values in asked
        ]
    assert "annotation_id=? AND bin=? AND start<?" in plans[0]
    assert "annotation_id=? AND start>? AND start<?" in plans[1]
    assert not any("SCAN" in plan or "TEMP B-TREE" in plan for plan in plans)


def test_a_snapshot_does_not_see_what_is_written_meanwhile(database: Database, annotation_id: str) -> None:
    fill(database, annotation_id, [seg(1, 2)])
    with database.snapshot() as connection:
        before = headers.get(connection, annotation_id)
        with ThreadPoolExecutor(1) as other:
            other.submit(fill, database, annotation_id, [seg(3, 4), seg(5, 6)]).result()
        assert headers.get(connection, annotation_id) == before
        assert [one.segment.start for one in segments.every(connection, annotation_id)] == [1]
    with database.read() as connection:
        assert [one.segment.start for one in segments.every(connection, annotation_id)] == [3, 5]
