"""Names of models."""

from __future__ import annotations

import pytest

from earmark.core.model import Model
from earmark.errors import InvalidValue
from earmark.store.database import now


def model(**fields: str) -> Model:
    named = {"name": "finch", "version": "3", "engine": "tcn", "task": "events"} | fields
    return Model(id="1", created_at=now(), updated_at=now(), **named)


def test_the_title_names_the_version() -> None:
    assert model().title == "finch@3"


@pytest.mark.parametrize("fields", [{"name": ""}, {"name": "a@b"}, {"version": " "}, {"engine": ""}, {"task": "a\nb"}])
def test_names_that_cannot_be_used_are_refused(fields: dict[str, str]) -> None:
    with pytest.raises(InvalidValue):
        model(**fields)
