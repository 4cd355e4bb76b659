"""Words by which recordings are found."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from earmark.core.review import AnnotationStatus
from earmark.core.search import MAX_TERM, MAX_TERMS, AnnotatedBy, RecordingFilter, parse_query, terms_of, words
from earmark.errors import InvalidValue


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Site03_2026-05-01 Dawn.WAV", ["site03", "2026", "05", "01", "dawn", "wav"]),
        ("Zürich CAFÉ straße", ["zurich", "cafe", "strasse"]),
        ("ﬁeld", ["field"]),
        ("早上录音 a", ["早", "上", "录", "音", "a"]),
        ("한국어 녹음", ["한국어", "녹음"]),
        ("echo echo ECHO", ["echo"]),
        ("_-. \x00\n", []),
        ("x" * 100, ["x" * MAX_TERM]),
    ],
)
def test_words(text: str, found: list[str]) -> None:
    assert words(text) == found


def test_a_recording_has_so_many_terms_and_no_more() -> None:
    terms = terms_of([" ".join(f"w{n}" for n in range(1000))], ["Blue tit"])
    assert terms[:2] == ["#Blue tit", "w0"]
    assert len(terms) == MAX_TERMS


def test_a_query_is_beginnings_of_words_and_whole_tags() -> None:
    query = parse_query("Dawn-chor #Wren dawn # ")
    assert (query.prefixes, query.tags) == (("dawn", "chor"), ("Wren",))


HALF_PAST, NINE = datetime(2026, 5, 1, 8, 30, tzinfo=UTC), datetime(2026, 5, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("conditions", "message"),
    [
        ({"q": "x" * 301}, "300 characters"),
        ({"q": " ".join(f"w{n}" for n in range(11))}, "10 words"),
        ({"min_duration": float("nan")}, "0 or more"),
        ({"max_duration": float("inf")}, "0 or more"),
        ({"min_duration": -1.0}, "0 or more"),
        ({"min_duration": 2.0, "max_duration": 1.0}, "before it begins"),
        ({"created_from": datetime(2026, 5, 1)}, "time zone"),
        ({"recorded_from": NINE, "recorded_to": HALF_PAST}, "before it begins"),
        ({"annotated": AnnotatedBy.NONE, "label": "song"}, "neither status nor labels"),
        ({"annotated": AnnotatedBy.NONE, "status": AnnotationStatus.DRAFT}, "neither status nor labels"),
    ],
)
def test_conditions_that_make_no_sense(conditions: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidValue, match=message):
        RecordingFilter(**conditions)  # type: ignore[arg-type]
