"""Words that are safe to print."""

from __future__ import annotations


def printable(text: str) -> str:
    """Write a text on one line: line breaks and control characters, which terminals obey, are written out."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
