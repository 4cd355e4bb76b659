"""What users say of the number of speakers."""

from __future__ import annotations

import pytest

from earmark.core.speakers import SpeakerCount
from earmark.errors import InvalidValue


@pytest.mark.parametrize(
    ("number", "least", "most", "expected"),
    [
        (None, None, None, None),
        ("auto", None, None, SpeakerCount()),
        ("auto", 2, None, SpeakerCount(least=2)),
        (None, 2, 4, SpeakerCount(least=2, most=4)),
        (None, None, 4, SpeakerCount(most=4)),
        (3, None, None, SpeakerCount(least=3, most=3)),
        ("3", None, None, SpeakerCount(least=3, most=3)),
    ],
)
def test_a_number_bounds_or_none_at_all(
    number: int | str | None, least: int | None, most: int | None, expected: SpeakerCount | None
) -> None:
    assert SpeakerCount.asked(number, least=least, most=most) == expected


@pytest.mark.parametrize(
    ("number", "least", "most", "why"),
    [
        ("two", None, None, "a number or auto, not 'two'"),
        ("", None, None, "a number or auto"),
        ("-1", None, None, "a number or auto"),
        ("2.5", None, None, "a number or auto"),
        (True, None, None, "a number or auto"),
        (0, None, None, "lies between 1 and"),
        ("101", None, None, "lies between 1 and 100"),
        (2, 1, None, "cannot both be asked for"),
        ("2", None, 3, "cannot both be asked for"),
        (None, 3, 2, "cannot both be"),
    ],
)
def test_what_makes_no_sense_is_refused(
    number: int | str | None, least: int | None, most: int | None, why: str
) -> None:
    with pytest.raises(InvalidValue, match=why):
        SpeakerCount.asked(number, least=least, most=most)
