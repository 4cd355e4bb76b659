"""Languages are named by the codes that Whisper has, or in English."""

from __future__ import annotations

import pytest

from earmark.core.languages import CODES, LANGUAGES, language_code
from earmark.errors import InvalidValue


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("en", "en"),
        ("DE", "de"),
        (" English ", "en"),
        ("haitian  creole", "ht"),
        ("Flemish", "nl"),
        ("yue", "yue"),
        ("tamil", "ta"),
    ],
)
def test_codes_and_names_are_understood(text: str, code: str) -> None:
    assert language_code(text) == code


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("englsh", r"Did you mean en \(english\)\? Give one of af, am, "),
        ("", "Give one of"),
        ("xx", "no language 'xx'"),
    ],
)
def test_what_is_no_language_is_refused_with_what_is(text: str, message: str) -> None:
    with pytest.raises(InvalidValue, match=message):
        language_code(text)


def test_they_are_those_of_the_engine() -> None:
    from faster_whisper.tokenizer import _LANGUAGE_CODES

    assert set(LANGUAGES) == set(_LANGUAGE_CODES)
    assert all(name == name.lower() for name in CODES)
