"""Signs that a file was cut off, which FFmpeg passes over in silence."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_RIFF_STREAMED = (8, 0xFFFFFFFF + 8)
"""Programs that write to a pipe leave 0 or the largest number as the size of a RIFF file."""
_OGG_PAGE = 65_307
"""Longest Ogg page in bytes (RFC 3533)."""
_OGG_LAST = 4
"""Flag of the last page of an Ogg stream (RFC 3533, section 6)."""


def cut_off(path: Path) -> Iterator[str]:
    """Say what is missing at the end of a WAV or Ogg file."""
    with path.open("rb") as file:
        head = file.read(12)
        if head[:4] == b"RIFF" and head[8:] == b"WAVE":
            announced = int.from_bytes(head[4:8], "little") + 8
            missing = announced - path.stat().st_size
            if announced not in _RIFF_STREAMED and missing > 1:
                yield f"is cut off: {missing} of the {announced} bytes that its header announces are missing"
        elif head[:4] == b"OggS":
            file.seek(max(0, path.stat().st_size - _OGG_PAGE), os.SEEK_SET)
            tail = file.read()
            page = tail.rfind(b"OggS")
            if page < 0 or page + 5 >= len(tail) or not tail[page + 5] & _OGG_LAST:
                yield "has no end mark: it may have been cut off"


def lost_index(path: Path) -> str | None:
    """Recognise an MP4 file without its index, which is written last: nothing of it can be played."""
    with path.open("rb") as file:
        if file.read(8)[4:] == b"ftyp":
            return "is cut off: its index (moov) is missing, so nothing of it can be read"
    return None
