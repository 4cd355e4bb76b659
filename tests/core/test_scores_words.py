"""Transcripts that sound the same are the same; others are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.core.scores import normalised


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello,  World!\n", "hello world"),
        ("Don’t stop — l'été, DON'T", "don't stop l'été don't"),
        ("'quoted' dogs' 'tis", "quoted dogs tis"),
        ("well-known", "well known"),
        ("3,5 % of 1,000 at 10:30.", "3,5 of 1,000 at 10:30"),
        ("Straße STRASSE", "strasse strasse"),
        ("ﬁne ｆｕｌｌ", "fine full"),
        ("e\u0301te\u0301", "été"),
        ("co\u00adoperate\ufeff", "cooperate"),
        ("♪ la la ♪ [music] …", "la la music"),
        ("你好，世界。", "你好世界"),
        ("你好 世界 ok then", "你好世界ok then"),
        ("สวัสดี ครับ", "สวัสดีครับ"),
        ("हिन्दी में", "हिन्दी में"),
        ("", ""),
        (" ?! ", ""),
    ],
)
def test_transcripts_are_compared_in_one_form(text: str, expected: str) -> None:
    assert normalised(text) == expected


@given(st.text())
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalised(normalised(text)) == normalised(text)
