"""Identifiers are unique, valid and in the order of their making."""

from __future__ import annotations

import time

import pytest

from earmark.core.ids import ID_LENGTH, new_id, require_id
from earmark.errors import InvalidValue


def test_ids_are_unique_and_valid() -> None:
    made = [new_id() for _ in range(2000)]

    assert len(set(made)) == len(made)
    assert all(require_id(one, what="thing") == one and len(one) == ID_LENGTH for one in made)


def test_later_ids_sort_after_earlier_ones() -> None:
    made = [new_id() for _ in range(2000)]

    assert made == sorted(made)


def test_the_time_is_that_of_the_ulid_specification(monkeypatch: pytest.MonkeyPatch) -> None:
    # The example of the specification: 1469918176385 ms are written 01ARYZ6S41.
    monkeypatch.setattr(time, "time_ns", lambda: 1469918176385 * 1_000_000)

    assert new_id()[:10] == "01aryz6s41"


@pytest.mark.parametrize("name", ["", "x", "U" * 26, "0" * 25 + "\n", "../" + "0" * 23, "0" * 27, "é" * 26])
def test_other_texts_are_refused(name: str) -> None:
    with pytest.raises(InvalidValue, match="not an identifier"):
        require_id(name, what="recording")
