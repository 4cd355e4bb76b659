"""Names and tags of recordings."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.core.library import MAX_NAME_BYTES, clean_name, require_recording_name, require_tags
from earmark.errors import InvalidValue


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ("dawn.wav", "dawn.wav"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\dawn.wav", "dawn.wav"),
        ("/srv/dawn.wav/", "dawn.wav"),
        ("a\x00b\r\n.wav", "ab.wav"),
        ("cafe\u0301.wav", "café.wav"),
        ("gnp.\u202ewav.exe", "gnp.wav.exe"),
        ("..", "recording"),
        ("", "recording"),
        (" . ", "recording"),
        ("\ud800.wav", ".wav"),
        ("é" * 200 + ".flac", "é" * 125 + ".flac"),
        ("x" * 300, "x" * 255),
        ("録音 ❤️.wav", "録音 ❤️.wav"),
    ],
)
def test_what_others_call_a_file_becomes_a_name(sent: str, name: str) -> None:
    assert clean_name(sent) == name


@given(st.text(alphabet=st.characters(), max_size=400))
def test_any_text_becomes_a_name_that_people_may_give_too(sent: str) -> None:
    name = clean_name(sent)
    assert 1 <= len(name.encode()) <= MAX_NAME_BYTES
    assert require_recording_name(name) == name
    assert not {"/", "\\"} & set(name)
    assert clean_name(name) == name


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "a\x00", "x" * 256, "é" * 128])
def test_names_that_people_may_not_give(name: str) -> None:
    with pytest.raises(InvalidValue, match="name of a recording"):
        require_recording_name(name)


def test_tags_are_put_in_order() -> None:
    assert require_tags([" wren", "#Blue tit", "wren", "cafe\u0301"]) == ("Blue tit", "café", "wren")
    assert all(unicodedata.is_normalized("NFC", tag) for tag in require_tags(["e\u0301"]))


@pytest.mark.parametrize(
    ("tags", "message"), [([""], "1 to 60"), (["#"], "1 to 60"), (["x" * 61], "1 to 60"), (["a\tb"], "control")]
)
def test_no_tags(tags: list[str], message: str) -> None:
    with pytest.raises(InvalidValue, match=message):
        require_tags(tags)


def test_not_too_many_tags() -> None:
    with pytest.raises(InvalidValue, match="at most 50"):
        require_tags([f"t{n}" for n in range(51)])
