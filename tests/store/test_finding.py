"""Segments across a project: every page in order, nothing twice, nothing left out, the same on every database."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from tests.library import Work, add_project, add_recording, make_work

from earmark.core.found import FoundSegment, SegmentFilter, SegmentSort
from earmark.core.library import StoredRecording
from earmark.core.page import encode_cursor
from earmark.core.review import AnnotationKind, AnnotationStatus, StoredSegment
from earmark.core.search import Order
from earmark.core.segment import Segment, Word
from earmark.errors import InvalidValue
from earmark.services.annotations import add_annotation, delete_annotation, own_annotation
from earmark.services.platform import Platform
from earmark.store import finding, recordings
from earmark.store.database import now

PERSON, MODEL, _ = AnnotationKind


@pytest.fixture
def work(any_platform: Platform) -> Work:
    return make_work(any_platform)


def annotate(work: Work, recording: StoredRecording, content: dict[str, Segment], **more: Any) -> str:
    header = replace(own_annotation(work.author, recording), **more)
    stored = [StoredSegment(id=name, segment=segment) for name, segment in content.items()]
    with work.platform.database.write() as connection:
        add_annotation(connection, header, stored)
    return header.id


def found(work: Work, limit: int = 100, **how: Any) -> Iterator[FoundSegment]:
    """Segments of pages, one after the other."""
    wanted, cursor = how.pop("wanted", SegmentFilter()), None
    while True:
        with work.platform.database.read() as connection:
            page = finding.page(connection, work.project_id, wanted, cursor=cursor, limit=limit, **how)
        assert len(page.items) <= limit
        yield from page.items
        cursor = page.next
        if cursor is None:
            return


def many(work: Work) -> list[tuple[str, str, str, Segment]]:
    """Segments with many equal values, and some without; each with the ids of recording and annotation."""
    choose = random.Random(3)  # noqa: S311
    all_of_them = []
    for number in range(3):
        recording = add_recording(work.platform.database, work.project_id, name=f"{number}.wav")
        for kind in (PERSON, MODEL):
            content = {}
            for n in range(15):
                start = choose.choice([0.0, 0.5, 1.5, 7.25])
                content[f"s{n:02}"] = Segment(
                    start=start,
                    end=start + choose.choice([0.0, 0.25, 1.0]),
                    label=choose.choice([None, "a", "B", "b", "é"]),
                    text=choose.choice([None, "", "one", "Two", "x" * 70 + str(n), "zoé"]),
                    score=choose.choice([None, 0.0, 0.4, 0.6, 0.9]),
                )
            mine = annotate(work, recording, content, kind=kind)
            all_of_them += [(recording.id, mine, name, segment) for name, segment in content.items()]
    return all_of_them


def value_of(segment: Segment, sort: SegmentSort) -> Any:
    if sort is SegmentSort.UNCERTAINTY:
        return None if segment.score is None else abs(segment.score - 0.5)
    if sort is SegmentSort.TEXT:
        return None if segment.text is None else segment.text[: finding.SORTED_BY].lower()
    return getattr(segment, sort.value)


def in_order(rows: list[tuple[str, str, str, Segment]], sort: SegmentSort, order: Order) -> list[tuple[str, str]]:
    """The same order, found in another way: those without a value last."""
    down = order is Order.DESC
    by_place = sorted(rows, key=lambda row: (row[0], row[3].start, row[1], row[2]))
    if sort is SegmentSort.START:
        ordered = by_place[::-1] if down else by_place
    else:
        have = [row for row in by_place if value_of(row[3], sort) is not None]
        have_not = [row for row in by_place if value_of(row[3], sort) is None]
        values = sorted({value_of(row[3], sort) for row in have}, reverse=down)
        ordered = [row for value in values for row in have if value_of(row[3], sort) == value] + have_not
    return [(row[1], row[2]) for row in ordered]


@pytest.mark.parametrize("recordings_at_once", [1, 50])
def test_pages_hold_everything_once_in_order(
    work: Work, monkeypatch: pytest.MonkeyPatch, recordings_at_once: int
) -> None:
    monkeypatch.setattr(finding, "FIRST_RECORDINGS", recordings_at_once)
    rows = many(work)
    for sort in SegmentSort:
        for order in Order:
            for limit in (7, 100):
                items = list(found(work, limit, sort=sort, order=order))
                names = [(item.annotation_id, item.segment.id) for item in items]
                assert names == in_order(rows, sort, order), (sort, order, limit)


def test_a_segment_comes_with_what_is_known_of_its_annotation_and_recording(work: Work) -> None:
    segment = Segment(
        start=1.5,
        end=2.5,
        channel=1,
        label="speech",
        text="Hi",
        words=(Word(text="Hi", start=1.5, end=2.0, score=0.5),),
        tags=(("species", "wren"),),
        low_hz=100.0,
    )
    mine = annotate(work, work.recording, {"a": segment}, status=AnnotationStatus.REVIEWED)
    assert list(found(work)) == [
        FoundSegment(
            annotation_id=mine,
            kind=PERSON,
            source=work.author.name,
            status=AnnotationStatus.REVIEWED,
            author_id=work.author.user_id,
            revision=1,
            recording_id=work.recording.id,
            recording_name="dawn.wav",
            recording_duration=100.0,
            segment=StoredSegment(id="a", segment=segment),
        )
    ]


@dataclass(frozen=True)
class Filled:
    """What the filters look through."""

    work: Work
    mine: str
    machine: str


@pytest.fixture
def filled(work: Work) -> Filled:
    content = {
        "a": Segment(start=0, end=1, label="call", score=0.2, tags=(("species", "Wren"), ("uncertain", "1"))),
        "b": Segment(start=0.1, end=0.3, label="Call", text="Say “École” 100%", speaker="ann"),
        "c": Segment(start=2, end=4, score=0.5, tags=(("note", '["species", "wren"]'),)),
    }
    machine = {
        "d": Segment(start=0, end=1, label="call", score=0.9, tags=(("spéciès", 'Zaunkönig \\ "x"'),)),
        "e": Segment(start=5, end=5, text="100 x", speaker="Ann"),
    }
    mine = annotate(work, work.recording, content)
    by = {"kind": MODEL, "author_id": None, "status": AnnotationStatus.SUBMITTED, "source": "earmark 1 (whisper base)"}
    other = add_recording(work.platform.database, work.project_id, name="other.wav")
    filled = Filled(work, mine, annotate(work, other, machine, **by))
    annotate(work, add_recording(work.platform.database, add_project(work.platform.database)), {"x": content["a"]})
    return filled


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        ({}, "abcde"),
        ({"kinds": (PERSON,)}, "abc"),
        ({"kinds": (PERSON, MODEL)}, "abcde"),
        ({"kinds": (AnnotationKind.FILE,)}, ""),
        ({"author_id": "author"}, "abc"),
        ({"annotation_ids": ("machine",)}, "de"),
        ({"annotation_ids": ("mine", "machine")}, "abcde"),
        ({"recording_id": "dawn"}, "abc"),
        ({"source": "earmark 1 (whisper base)"}, "de"),
        ({"source": "earmark 1 (Whisper base)"}, ""),
        ({"status": AnnotationStatus.SUBMITTED}, "de"),
        ({"labels": ("call",)}, "ad"),
        ({"labels": ("call", "Call")}, "abd"),
        ({"labels": ("call ",)}, ""),
        ({"unlabelled": True}, "ce"),
        ({"unlabelled": True, "labels": ("Call",)}, "bce"),
        ({"min_score": 0.5}, "cd"),
        ({"max_score": 0.5}, "ac"),
        ({"min_score": 0.5, "max_score": 0.5}, "c"),
        ({"tag": "uncertain"}, "a"),
        ({"tag": "uncertain:1"}, "a"),
        ({"tag": "uncertain:2"}, ""),
        ({"tag": "species"}, "a"),
        ({"tag": "species:wren"}, ""),
        ({"tag": "1"}, ""),
        ({"tag": "spéciès"}, "d"),
        ({"tag": 'spéciès:Zaunkönig \\ "x"'}, "d"),
        ({"q": "école"}, "b"),
        ({"q": "100%"}, "b"),
        ({"q": "100"}, "be"),
        ({"speaker": "ann"}, "b"),
        ({"min_duration": 1.0}, "acd"),
        ({"min_duration": 0.2, "max_duration": 0.2}, "b"),
        ({"max_duration": 0.0}, "e"),
        ({"labels": ("call",), "kinds": (MODEL,), "min_score": 0.1}, "d"),
    ],
    ids=str,
)
def test_filters(filled: Filled, wanted: dict[str, Any], names: str) -> None:
    known = {
        "author": filled.work.author.user_id,
        "mine": filled.mine,
        "machine": filled.machine,
        "dawn": filled.work.recording.id,
    }
    for name in ("author_id", "recording_id"):
        if name in wanted:
            wanted = wanted | {name: known[wanted[name]]}
    if "annotation_ids" in wanted:
        wanted = wanted | {"annotation_ids": tuple(known[one] for one in wanted["annotation_ids"])}
    for sort in SegmentSort:
        items = found(filled.work, wanted=SegmentFilter(**wanted), sort=sort)
        assert "".join(sorted(item.segment.id for item in items)) == names


def test_what_is_in_the_trash_is_left_out(filled: Filled) -> None:
    work = filled.work
    delete_annotation(work.platform, work.author, filled.mine)
    assert {item.segment.id for item in found(work)} == {"d", "e"}
    with work.platform.database.write() as connection:
        (item, *_) = found(work)
        other = recordings.get(connection, item.recording_id)
        recordings.save(connection, other, replace(other, deleted_at=now()))
    assert list(found(work)) == []


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        encode_cursor("start", "desc", None, "r", 0.0, "a", "s"),
        encode_cursor("label", "asc", "x", "r", 0.0, "a", "s"),
        encode_cursor("start", "asc", 1.0, "r", 0.0, "a", "s"),
        encode_cursor("start", "asc", None, 1, 0.0, "a", "s"),
        encode_cursor("start", "asc", None, "r", "0", "a", "s"),
        encode_cursor("start", "asc", None, "r", 0.0, "a", None),
    ],
)
def test_cursors_of_other_lists_are_refused(work: Work, cursor: str) -> None:
    with work.platform.database.read() as connection, pytest.raises(InvalidValue, match="begin at the first page"):
        finding.page(connection, work.project_id, SegmentFilter(), cursor=cursor)


@pytest.mark.parametrize(
    "wrong", [{"min_score": 0.5, "max_score": 0.4}, {"min_duration": 1.0, "max_duration": 0.0}], ids=str
)
def test_ranges_that_end_before_they_begin_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(InvalidValue, match="before it begins"):
        SegmentFilter(**wrong)  # type: ignore[arg-type]


def test_the_longest_labels_and_texts_fit_into_cursors(work: Work) -> None:
    from earmark.server.routes.finding import MAX_CURSOR

    letters = "\U0001f426" * 200
    content = {"s" * 63 + str(n): Segment(start=math.pi, end=4.0, label=letters, text=letters) for n in range(2)}
    annotate(work, work.recording, content)
    for sort in (SegmentSort.LABEL, SegmentSort.TEXT):
        with work.platform.database.read() as connection:
            first = finding.page(connection, work.project_id, SegmentFilter(), sort=sort, limit=1)
        assert len(first.next or "") <= MAX_CURSOR
        assert len(list(found(work, 1, sort=sort))) == 2
