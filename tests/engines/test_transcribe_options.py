"""What may be asked of a transcript."""

from __future__ import annotations

from typing import Any

import pytest

from earmark.engines.protocols import TranscribeOptions
from earmark.errors import InvalidValue

NONSENSE: list[tuple[dict[str, Any], str]] = [
    ({"temperature": -0.1}, "between 0"),
    ({"temperature": 1.01}, "between 0"),
    ({"temperature": float("nan")}, "between 0"),
    ({"task": "summarise"}, "transcribe, translate"),
    ({"beam_size": 0}, "at least one hypothesis"),
    ({"max_tokens": 0}, "at least one token"),
]


@pytest.mark.parametrize(("asked", "why"), NONSENSE)
def test_nonsense_is_refused_with_what_is_possible(asked: dict[str, Any], why: str) -> None:
    with pytest.raises(InvalidValue, match=why):
        TranscribeOptions(**asked)


@pytest.mark.parametrize("temperature", [None, 0, 0.0, 0.5, 1])
def test_temperatures_from_none_to_one_are_taken(temperature: float | None) -> None:
    assert TranscribeOptions(temperature=temperature).temperature == temperature


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_an_empty_prompt_is_none(text: str) -> None:
    options = TranscribeOptions(prompt=text, hotwords=text)
    assert (options.prompt, options.hotwords) == (None, None)
