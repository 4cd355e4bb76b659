"""Cursors come back as they went out, and nothing else is taken for one."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.core.page import decode_cursor, decode_number, encode_cursor, require_limit
from earmark.errors import InvalidValue

TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
NUMBERS = st.integers(1 - 2**63, 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.none() | TEXTS | NUMBERS


@given(st.lists(VALUES, min_size=1, max_size=4))
def test_round_trip(values: list[str | float | None]) -> None:
    cursor = encode_cursor(*values)

    assert decode_cursor(cursor, size=len(values)) == values
    assert cursor.isascii()
    assert not set(cursor) & set("+/=&? ")


@pytest.mark.parametrize("cursor", ["", "x", "!!", "é", "bnVsbA", "W10", "W1tdXQ", "[" * 5000, encode_cursor("a", "b")])
def test_anything_else_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidValue, match="cursor"):
        decode_cursor(cursor, size=1)


@pytest.mark.parametrize("value", ["a\0b", "\ud800", 2**63, math.inf, math.nan])
def test_what_no_database_takes_is_no_cursor(value: str | float) -> None:
    with pytest.raises(InvalidValue, match="cursor"):
        decode_cursor(encode_cursor(value), size=1)


@pytest.mark.parametrize("value", ["1", 1.5, -1, None])
def test_a_number_is_one(value: str | float | None) -> None:
    assert decode_number(encode_cursor(7)) == 7
    with pytest.raises(InvalidValue, match="cursor"):
        decode_number(encode_cursor(value))


@pytest.mark.parametrize("limit", [0, -1, 501])
def test_pages_have_a_bounded_length(limit: int) -> None:
    with pytest.raises(InvalidValue, match="1 to 500"):
        require_limit(limit)
