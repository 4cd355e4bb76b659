"""WhisperSeg's label files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from earmark import formats
from earmark.core.segment import Segment
from earmark.errors import FormatError
from earmark.formats.whisperseg import loads

if TYPE_CHECKING:
    from pathlib import Path


def test_labels_are_told_apart_from_annotations_of_earmark(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(
        json.dumps({"onset": [1, 2.5], "offset": [2, 3], "cluster": ["a", 0], "species": "mouse", "sr": 8000})
    )
    tags = (("species", "mouse"),)
    assert formats.read(path).segments == (
        Segment(start=1, end=2, label="a", tags=tags),
        Segment(start=2.5, end=3, label="0", tags=tags),
    )


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ({"onset": [1], "offset": [2]}, "three lists"),
        ({"onset": [1], "offset": [2], "cluster": []}, "three lists of one length"),
        ([1], "three lists"),
        ({"onset": [1], "offset": ["x"], "cluster": ["a"]}, "label 1: not a number: 'x'"),
        ({"onset": [1, 3], "offset": [2, 2], "cluster": ["a", "b"]}, "label 2: .*before it starts"),
    ],
)
def test_nonsense_is_told(content: Any, why: str) -> None:
    with pytest.raises(FormatError, match=why):
        loads(json.dumps(content), source="x.json")
