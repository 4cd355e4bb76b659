"""Label sets and names."""

from __future__ import annotations

import pytest

from earmark.core.project import Label, Project
from earmark.errors import InvalidValue
from earmark.store.database import now


def project(*labels: Label, name: str = "Birds") -> Project:
    return Project(id="1", name=name, labels=labels, created_at=now(), updated_at=now())


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ((Label(name="song"), Label(name="song")), "name or alias 'song'"),
        ((Label(name="song"), Label(name="call", aliases=("song",))), "name or alias 'song'"),
        ((Label(name="song", hotkey="s"), Label(name="silence", hotkey="s")), "hotkey 's'"),
    ],
)
def test_labels_of_a_set_are_told_apart(labels: tuple[Label, ...], message: str) -> None:
    with pytest.raises(InvalidValue, match=message):
        project(*labels)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"name": "x", "colour": "red"}, "#rrggbb"),
        ({"name": "x", "colour": "#12345g"}, "#rrggbb"),
        ({"name": "x", "hotkey": "ab"}, "one character"),
        ({"name": "x", "hotkey": ""}, "one character"),
        ({"name": " "}, "1 to 200"),
        ({"name": "a\x00b"}, "control"),
        ({"name": "x", "aliases": ("",)}, "1 to 200"),
    ],
)
def test_a_label_that_cannot_be_used_is_refused(fields: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidValue, match=message):
        Label(**fields)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["", "  ", "x" * 201, "a\nb"])
def test_a_project_needs_a_name(name: str) -> None:
    with pytest.raises(InvalidValue):
        project(name=name)
