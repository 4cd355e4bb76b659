"""What a key is; what is none is tested with every store in tests/conformance."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.errors import InvalidValue
from earmark.files.store import MAX_KEY_LENGTH, FileFacts, check_key, check_prefix


@given(st.text(alphabet=st.sampled_from("a/.\\ \0é\n"), max_size=12))
def test_a_key_never_leaves_a_folder(text: str) -> None:
    try:
        parts = check_key(text).split("/")
    except InvalidValue:
        return
    assert parts
    assert all(part and part not in (".", "..") and not set(part) & set("\\\0\n") for part in parts)


def test_the_longest_key_is_a_key() -> None:
    assert check_key("a/" * (MAX_KEY_LENGTH // 2 - 1) + "ab")
    with pytest.raises(InvalidValue, match="at most 512 characters, this one 513"):
        check_key("a/" * (MAX_KEY_LENGTH // 2) + "a")


def test_a_prefix_is_empty_or_a_key_with_or_without_slash() -> None:
    assert [check_prefix(prefix) for prefix in ("", "a", "a/b/")] == ["", "a", "a/b"]
    for prefix in ("/", "a//", "../a/"):
        with pytest.raises(InvalidValue):
            check_prefix(prefix)


@pytest.mark.parametrize(
    ("size", "modified", "message"),
    [
        (-1, datetime(2026, 1, 1, tzinfo=UTC), "talk: a size of -1 bytes"),
        (1, datetime(2026, 1, 1), "talk: the time of the last change has no time zone"),
    ],
)
def test_facts_make_sense(size: int, modified: datetime, message: str) -> None:
    with pytest.raises(InvalidValue, match=message):
        FileFacts(key="talk", size=size, modified=modified)
