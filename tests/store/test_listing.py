"""Lists of recordings: every page in order, nothing twice, nothing left out, the same on every database."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.library import add_project

from earmark.core.ids import new_id
from earmark.core.library import RecordingState, StoredRecording
from earmark.core.page import encode_cursor
from earmark.core.recording import Recording
from earmark.core.review import AnnotationStatus
from earmark.core.search import AnnotatedBy, Order, RecordingFilter, RecordingSort, words
from earmark.errors import InvalidValue
from earmark.store import conditions, listing, recordings
from earmark.store.database import Database
from earmark.store.tables import annotations, segments

MOMENT = datetime(2026, 5, 1, 6, 0, 0, 123456, tzinfo=UTC)


def a_recording(project_id: str, *, duration: float | None = 1.0, **more: Any) -> StoredRecording:
    known = {"name": "a.wav", "state": RecordingState.READY, "created_at": MOMENT, "updated_at": MOMENT} | more
    return StoredRecording(id=new_id(), project_id=project_id, media=Recording(source="x", duration=duration), **known)


def many(project_id: str) -> list[StoredRecording]:
    """Recordings with many equal values, and some without."""
    choose = random.Random(1)  # noqa: S311
    return [
        a_recording(
            project_id,
            duration=choose.choice([None, 0.0, 1.5, 1.5, 60.25]),
            # Several words of some begin alike.
            name=choose.choice(["A.wav", "a.wav", "ab a b.wav", "é.wav", "録.wav", "z"]),
            state=choose.choice(list(RecordingState)),
            created_at=MOMENT + timedelta(microseconds=choose.randrange(4)),
            recorded_at=choose.choice([None, None, MOMENT, MOMENT - timedelta(days=9)]),
            deleted_at=choose.choice([None, None, None, MOMENT]),
        )
        for _ in range(60)
    ]


def turn(database: Database, project_id: str, wanted: RecordingFilter, limit: int, **how: Any) -> Iterator[str]:
    """Names of pages, one after the other."""
    cursor = None
    while True:
        with database.read() as connection:
            page = listing.page(connection, project_id, wanted, cursor=cursor, limit=limit, **how)
        assert len(page.items) <= limit
        yield from (recording.id for recording in page.items)
        cursor = page.next
        if cursor is None:
            return


def value_of(recording: StoredRecording, sort: RecordingSort) -> Any:
    return recording.media.duration if sort is RecordingSort.DURATION else getattr(recording, sort.value)


def in_order(found: list[StoredRecording], sort: RecordingSort, order: Order) -> list[str]:
    """The same order, found in another way: those without a value last."""
    down = order is Order.DESC
    have = [recording for recording in found if value_of(recording, sort) is not None]
    have_not = [recording for recording in found if value_of(recording, sort) is None]
    by_value = sorted(have, key=lambda recording: (value_of(recording, sort), recording.id), reverse=down)
    return [recording.id for recording in [*by_value, *sorted(have_not, key=lambda r: r.id, reverse=down)]]


WAYS = {"few": (10_000, (250,)), "looked": (0, (250, 1000)), "far": (0, (1, 2))}
"""Conditions for few; for so many that a look along the order suffices; and for many at its far end."""


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each way to a page in turn, with few recordings."""
    few, look = WAYS[request.param]
    monkeypatch.setattr(conditions, "FEW", few)
    monkeypatch.setattr(conditions, "FEW_CARRIED", few)
    monkeypatch.setattr(listing, "LOOK", look)


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize(
    "wanted",
    [
        {"states": tuple(RecordingState)},
        {"q": "wav"},
        {"q": "a b"},
        {"q": "wav", "states": (RecordingState.FAILED,)},
        {"q": "a", "min_duration": 1.0},
        {"annotated": AnnotatedBy.NONE, "q": "wav a"},
    ],
    ids=str,
)
def test_pages_hold_everything_once_in_order(database: Database, wanted: dict[str, Any]) -> None:
    """Whichever way they are read: along the index of the order, by one that carries it, or gathered and sorted."""
    project_id, other = add_project(database), add_project(database)
    made = many(project_id)
    with database.write() as connection:
        recordings.add_all(connection, [*made, *many(other)])
    found = [recording for recording in made if fits(recording, **wanted)]
    assert found
    for sort in RecordingSort:
        for order in Order:
            for limit in (3, 100):
                ids = list(turn(database, project_id, RecordingFilter(**wanted), limit, sort=sort, order=order))
                assert ids == in_order(found, sort, order), (sort, order, limit)


def fits(
    recording: StoredRecording,
    *,
    q: str = "",
    states: tuple[RecordingState, ...] = tuple(RecordingState),
    min_duration: float = -1.0,
    **_others: object,
) -> bool:
    """Whether a recording is meant; nobody has annotated any."""
    have = words(f"{recording.name} {recording.media.source}")
    named = all(any(word.startswith(prefix) for word in have) for prefix in q.split())
    long = min_duration < 0 or (recording.media.duration or -1.0) >= min_duration
    return named and long and recording.state in states and recording.deleted_at is None


def test_what_comes_while_pages_are_turned_moves_nothing(database: Database) -> None:
    project_id = add_project(database)
    old = [a_recording(project_id, created_at=MOMENT + timedelta(seconds=n)) for n in range(10)]
    with database.write() as connection:
        recordings.add_all(connection, old)
    pages = turn(database, project_id, RecordingFilter(), 3)
    seen = [next(pages) for _ in range(3)]
    with database.write() as connection:
        recordings.add(connection, a_recording(project_id, created_at=MOMENT + timedelta(days=1)))
        recordings.delete_all(connection, [seen[0]])

    assert [*seen, *pages] == [recording.id for recording in reversed(old)]


def annotate(connection: Any, recording: StoredRecording, kind: str, status: str, label: str | None = None) -> None:
    annotation_id = new_id()
    row = {
        "id": annotation_id,
        "recording_id": recording.id,
        "project_id": recording.project_id,
        "kind": kind,
        "source": "x",
        "status": status,
        "revision": 1,
        "segment_count": 1,
        "notes": [],
        "created_at": MOMENT,
        "updated_at": MOMENT,
        "deleted_at": MOMENT if label == "deleted" else None,
    }
    connection.execute(annotations.insert().values(row))
    segment = {
        "annotation_id": annotation_id,
        "id": "1",
        "bin": 0,
        "start": 0.0,
        "end": 1.0,
        "label": label,
        "revision": 1,
    }
    connection.execute(segments.insert().values(segment))


@pytest.fixture
def library(database: Database) -> dict[str, StoredRecording]:
    """Recordings by name, each with something of its own."""
    project_id = add_project(database)

    def make(name: str, **more: Any) -> StoredRecording:
        return a_recording(project_id, name=name, **more)

    made = [
        make("reef_01.wav", tags=("coral", "night dive"), notes="Snapping shrimp", duration=10.0),
        make("Reef_02.wav", tags=("coral",), duration=20.0, recorded_at=MOMENT),
        make("wood.flac", notes="Zaunkönig", duration=None, state=RecordingState.FAILED),
        make("old.wav", created_at=MOMENT - timedelta(days=400), recorded_at=MOMENT - timedelta(days=400)),
        make("gone reef.wav", deleted_at=MOMENT),
    ]
    with database.write() as connection:
        recordings.add_all(connection, made)
        annotate(connection, made[0], "person", "reviewed", "song")
        annotate(connection, made[0], "model", "submitted", "call")
        annotate(connection, made[1], "model", "submitted", "song")
        annotate(connection, made[2], "person", "draft", "deleted")
    return {recording.name: recording for recording in made}


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        ({}, {"reef_01.wav", "Reef_02.wav", "wood.flac", "old.wav"}),
        ({"trashed": True}, {"gone reef.wav"}),
        ({"q": "ree"}, {"reef_01.wav", "Reef_02.wav"}),
        ({"q": "ree", "trashed": True}, {"gone reef.wav"}),
        ({"q": "REEF 02"}, {"Reef_02.wav"}),
        ({"q": "shri"}, {"reef_01.wav"}),
        ({"q": "zaunkonig"}, {"wood.flac"}),
        ({"q": "eef"}, set()),
        ({"q": "%"}, {"reef_01.wav", "Reef_02.wav", "wood.flac", "old.wav"}),
        ({"q": "#coral"}, {"reef_01.wav", "Reef_02.wav"}),
        ({"q": "#cor"}, set()),
        ({"q": "coral"}, set()),
        ({"tags": ("night dive",)}, {"reef_01.wav"}),
        ({"tags": ("coral", "night dive")}, {"reef_01.wav"}),
        ({"tags": ("Coral",)}, set()),
        ({"states": (RecordingState.FAILED, RecordingState.WAITING)}, {"wood.flac"}),
        ({"min_duration": 10.0}, {"reef_01.wav", "Reef_02.wav"}),
        ({"max_duration": 10.0}, {"reef_01.wav", "old.wav"}),
        ({"min_duration": 10.0, "max_duration": 10.0}, {"reef_01.wav"}),
        ({"created_to": MOMENT}, {"old.wav"}),
        ({"created_from": MOMENT}, {"reef_01.wav", "Reef_02.wav", "wood.flac"}),
        ({"recorded_from": MOMENT - timedelta(days=400), "recorded_to": MOMENT}, {"old.wav"}),
        ({"annotated": AnnotatedBy.PEOPLE}, {"reef_01.wav"}),
        ({"annotated": AnnotatedBy.MODELS}, {"reef_01.wav", "Reef_02.wav"}),
        ({"annotated": AnnotatedBy.NONE}, {"wood.flac", "old.wav"}),
        ({"status": AnnotationStatus.REVIEWED}, {"reef_01.wav"}),
        ({"status": AnnotationStatus.DRAFT}, set()),
        ({"status": AnnotationStatus.REVIEWED, "annotated": AnnotatedBy.MODELS}, set()),
        ({"label": "song"}, {"reef_01.wav", "Reef_02.wav"}),
        ({"label": "song", "annotated": AnnotatedBy.PEOPLE}, {"reef_01.wav"}),
        ({"label": "deleted"}, set()),
        ({"q": "reef", "tags": ("coral",), "label": "song", "min_duration": 15.0}, {"Reef_02.wav"}),
    ],
    ids=lambda value: " ".join(sorted(value)) if isinstance(value, set) else str(value),
)
def test_filters(
    database: Database, library: dict[str, StoredRecording], wanted: dict[str, Any], names: set[str]
) -> None:
    project_id = library["old.wav"].project_id
    found = RecordingFilter(**wanted)
    with database.read() as connection:
        for sort in (RecordingSort.CREATED_AT, RecordingSort.DURATION):
            page = listing.page(connection, project_id, found, sort=sort)
            assert {recording.name for recording in page.items} == names
        assert listing.count(connection, project_id, found, most=10) == len(names)
        assert listing.count(connection, project_id, found, most=1) == min(len(names), 1)


def test_a_recording_comes_back_as_it_was_written(database: Database, library: dict[str, StoredRecording]) -> None:
    with database.read() as connection:
        for recording in library.values():
            assert recordings.get(connection, recording.id) == recording


def test_words_follow_the_changes_of_a_recording(database: Database, library: dict[str, StoredRecording]) -> None:
    from dataclasses import replace

    before = library["old.wav"]
    with database.write() as connection:
        recordings.save(connection, before, replace(before, name="new.wav", tags=("t",)))

    def names(q: str) -> list[str]:
        with database.read() as connection:
            return [r.name for r in listing.page(connection, before.project_id, RecordingFilter(q=q)).items]

    assert names("old") == []
    assert names("new #t") == ["new.wav"]


def test_what_a_word_finds_follows_the_changes_of_what_it_is_sorted_by(
    database: Database, library: dict[str, StoredRecording]
) -> None:
    from dataclasses import replace

    before = library["reef_01.wav"]
    with database.write() as connection:
        moved = replace(before, recorded_at=MOMENT + timedelta(days=1), media=replace(before.media, duration=30.0))
        recordings.save(connection, before, moved)

    def names(**how: Any) -> list[str]:
        with database.read() as connection:
            page = listing.page(connection, before.project_id, RecordingFilter(q="reef"), **how)
        return [recording.name for recording in page.items]

    for sort in (RecordingSort.DURATION, RecordingSort.RECORDED_AT):
        assert names(sort=sort, order=Order.DESC) == ["reef_01.wav", "Reef_02.wav"]
        assert names(sort=sort, order=Order.ASC) == ["Reef_02.wav", "reef_01.wav"]


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "x",
        encode_cursor("name", "desc", "a", "b"),
        encode_cursor("created_at", "asc", MOMENT.isoformat(), "b"),
        encode_cursor("created_at", "desc", "yesterday", "b"),
        encode_cursor("created_at", "desc", "2026-05-01T00:00:00", "b"),
        encode_cursor("created_at", "desc", 5, "b"),
        encode_cursor("created_at", "desc", None, "b"),
        encode_cursor("created_at", "desc", MOMENT.isoformat(), 1),
        encode_cursor("a", "b"),
        "[" * 1000,
    ],
)
def test_cursors_of_other_lists_are_refused(database: Database, bad: str) -> None:
    with database.read() as connection, pytest.raises(InvalidValue, match="cursor"):
        listing.page(connection, new_id(), RecordingFilter(), cursor=bad)
