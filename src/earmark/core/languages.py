"""The languages that Whisper writes down, by code and by English name.

Source: ``LANGUAGES`` and ``TO_LANGUAGE_CODE`` in https://github.com/openai/whisper/blob/main/whisper/tokenizer.py.
"""

from __future__ import annotations

from difflib import get_close_matches
from types import MappingProxyType
from typing import TYPE_CHECKING

from earmark.errors import InvalidValue

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAMES = """
af afrikaans, am amharic, ar arabic, as assamese, az azerbaijani, ba bashkir, be belarusian, bg bulgarian, bn bengali,
bo tibetan, br breton, bs bosnian, ca catalan, cs czech, cy welsh, da danish, de german, el greek, en english,
es spanish, et estonian, eu basque, fa persian, fi finnish, fo faroese, fr french, gl galician, gu gujarati, ha hausa,
haw hawaiian, he hebrew, hi hindi, hr croatian, ht haitian creole, hu hungarian, hy armenian, id indonesian,
is icelandic, it italian, ja japanese, jw javanese, ka georgian, kk kazakh, km khmer, kn kannada, ko korean, la latin,
lb luxembourgish, ln lingala, lo lao, lt lithuanian, lv latvian, mg malagasy, mi maori, mk macedonian, ml malayalam,
mn mongolian, mr marathi, ms malay, mt maltese, my myanmar, ne nepali, nl dutch, nn nynorsk, no norwegian, oc occitan,
pa punjabi, pl polish, ps pashto, pt portuguese, ro romanian, ru russian, sa sanskrit, sd sindhi, si sinhala, sk slovak,
sl slovenian, sn shona, so somali, sq albanian, sr serbian, su sundanese, sv swedish, sw swahili, ta tamil, te telugu,
tg tajik, th thai, tk turkmen, tl tagalog, tr turkish, tt tatar, uk ukrainian, ur urdu, uz uzbek, vi vietnamese,
yi yiddish, yo yoruba, yue cantonese, zh chinese
"""
_OTHER_NAMES = """
my burmese, ca valencian, nl flemish, ht haitian, lb letzeburgesch, ps pushto, pa panjabi, ro moldavian, ro moldovan,
si sinhalese, es castilian, zh mandarin
"""


def _pairs(text: str) -> dict[str, str]:
    pairs = (entry.split(maxsplit=1) for entry in text.split(","))
    return {name.strip(): code for code, name in pairs}


CODES: Mapping[str, str] = MappingProxyType(_pairs(_NAMES + "," + _OTHER_NAMES))
"""Codes by English names in small letters; some languages have several names."""
NAMES: Mapping[str, str] = MappingProxyType({code: name for name, code in _pairs(_NAMES).items()})
"""The usual English name in small letters of each code."""
LANGUAGES = tuple(sorted(set(CODES.values())))
"""All codes."""


def language_code(text: str) -> str:
    """Give the code of a language that is named by code or in English.

    >>> language_code("German"), language_code("de")
    ('de', 'de')

    Raises
    ------
    InvalidValue
        There is no such language, or Whisper does not know it.
    """
    wanted = " ".join(text.lower().split())
    if wanted in LANGUAGES:
        return wanted
    if wanted in CODES:
        return CODES[wanted]
    near = get_close_matches(wanted, CODES, n=1)
    advice = f"Did you mean {CODES[near[0]]} ({near[0]})? " if near else ""
    raise InvalidValue(
        f"there is no language {text[:40]!r} to be written down. {advice}Give one of {', '.join(LANGUAGES)}"
    )
