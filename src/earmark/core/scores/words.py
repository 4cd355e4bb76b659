"""What counts as the same words: text is brought into one form before transcripts are compared."""

from __future__ import annotations

import re
import unicodedata

_APOSTROPHES = str.maketrans("‘’ʼ＇", "''''")
_INSIDE_WORD = re.compile(r"(?<=[^\W\d_])'(?=[^\W\d_])")
_INSIDE_NUMBER = re.compile(r"(?<=\d)[.,:](?=\d)")

_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
"""Thai, Lao, Burmese, Khmer, kana and Han: scripts that are written without spaces between words."""
_NEEDLESS_SPACE = re.compile(f" (?=[{_UNSPACED}])|(?<=[{_UNSPACED}]) ")


def normalised(text: str) -> str:
    """Bring a transcript into the form in which it is compared.

    Unicode NFKC and case folding; punctuation, symbols and control characters become spaces, except apostrophes
    between letters and the points, commas and colons between digits; invisible format characters vanish; runs of
    spaces become one. Numbers are not spelled out. Spaces beside a character of a script that is written without
    spaces (Chinese, Japanese, Thai ...) are dropped, for they stand there only in place of punctuation.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).translate(_APOSTROPHES)
    kept = {match.start() for pattern in (_INSIDE_WORD, _INSIDE_NUMBER) for match in pattern.finditer(folded)}
    plain = "".join(character if i in kept else _plain(character) for i, character in enumerate(folded))
    return _NEEDLESS_SPACE.sub("", " ".join(plain.split()))


def _plain(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cf":
        return ""
    return " " if category[0] in "PSCZ" else character
