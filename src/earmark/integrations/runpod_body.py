"""RunPod's request bodies, read as they come: the recording in ``input.audio_base64`` does not stay in memory."""

from __future__ import annotations

import binascii
import json
import re
from collections.abc import Callable
from typing import Any

from earmark.errors import InvalidValue, TooLarge

AUDIO = ("input", "audio_base64")
"""Where in the body the recording stands."""
PLACEHOLDER = "sent"
"""What stands there instead."""
MAX_REST = 1024 * 1024
"""Most bytes of a body besides the recording."""
MAX_DEPTH = 100

_STRUCTURE = re.compile(rb'["{}\[\],:]')
_IN_STRING = re.compile(rb'["\\]')
_BREAKS = b" \t\r\n"
_DATA_URL = re.compile(rb"data:[^,]{0,200};base64,", re.IGNORECASE)
_LONGEST_PREFIX = 256
_URL_SAFE = bytes.maketrans(b"-_", b"+/")

Write = Callable[[bytes], object]


class Body:
    """A JSON body that is fed in pieces.

    Parameters
    ----------
    write : callable
        Gets the bytes of the recording as they are decoded.
    """

    def __init__(self, write: Write) -> None:
        self.audio = Base64(write)
        self._rest = bytearray()
        self._stack: list[_Level] = []
        self._string: bytearray | None = None
        self._escaped = self._diverting = self._diverted = False

    def feed(self, data: bytes) -> None:
        """Take the next bytes.

        Raises
        ------
        TooLarge
            What is not the recording is too long.
        InvalidValue
            There are two recordings, or it is nested too deeply.
        """
        at = 0
        while at < len(data):
            at = self._in_string(data, at) if self._string is not None else self._between(data, at)

    def close(self) -> Any:
        """Read what is not the recording.

        Raises
        ------
        InvalidValue
            It is not JSON, or no text that can be stored.
        """
        self.audio.close()
        try:
            found = json.loads(bytes(self._rest).decode("utf-8"), parse_constant=_refuse)
            # Halves of characters, which JSON can write and no database can store.
            text = json.dumps(found, ensure_ascii=False)
            text.encode()
        except (ValueError, RecursionError):
            raise InvalidValue("the body is not JSON in UTF-8") from None
        if "\\u0000" in text:
            raise InvalidValue("the body holds a NUL character. Leave it out.")
        return found

    @property
    def has_audio(self) -> bool:
        """Whether there was a recording, readable or not."""
        return self._diverted

    def _keep(self, data: bytes) -> None:
        if len(self._rest) + len(data) > MAX_REST:
            raise TooLarge(
                f"the body holds more than {MAX_REST:,} bytes besides the recording: send that in input.audio_base64."
            )
        self._rest += data

    def _between(self, data: bytes, at: int) -> int:
        found = _STRUCTURE.search(data, at)
        end = len(data) if found is None else found.end()
        self._keep(data[at:end])
        if found is not None:
            self._take(found[0])
        return end

    def _take(self, token: bytes) -> None:
        level = self._stack[-1] if self._stack else None
        if token in b"{[":
            if len(self._stack) >= MAX_DEPTH:
                raise InvalidValue(f"the body is nested more than {MAX_DEPTH} levels deep")
            self._stack.append(_Level(is_object=token == b"{"))
        elif token in b"}]":
            if self._stack:
                self._stack.pop()
        elif token == b'"':
            self._string = bytearray()
            self._diverting = level is not None and not level.wants_key and self._is_audio()
            if self._diverting and self._diverted:
                raise InvalidValue("the body holds audio_base64 twice")
        elif level is not None and level.is_object:
            level.wants_key = token == b","

    def _is_audio(self) -> bool:
        return tuple(level.key for level in self._stack) == tuple(map(str.encode, AUDIO))

    def _in_string(self, data: bytes, at: int) -> int:
        if self._escaped:
            self._escaped = False
            self._text(data[at : at + 1], escaped=True)
            return at + 1
        found = _IN_STRING.search(data, at)
        end = len(data) if found is None else found.start()
        self._text(data[at:end])
        if found is None:
            return end
        if found[0] == b"\\":
            self._escaped = True
            if not self._diverting:
                self._keep(b"\\")
        else:
            self._end_string()
        return found.end()

    def _text(self, data: bytes, *, escaped: bool = False) -> None:
        if self._diverting:
            # Some write a slash with a backslash, and lines as \n.
            self._diverted = self._diverted or bool(data)
            self.audio.feed(
                (b"" if data in (b"n", b"r", b"t") else data if data == b"/" else b"!") if escaped else data
            )
            return
        self._keep(data)
        if self._string is not None and len(self._string) < 64:
            self._string += data

    def _end_string(self) -> None:
        level = self._stack[-1] if self._stack else None
        if self._diverting:
            self._keep(PLACEHOLDER.encode() if self._diverted else b"")
        elif level is not None and level.wants_key:
            level.key = bytes(self._string or b"")
        self._keep(b'"')
        self._string, self._diverting = None, False


class _Level:
    """An object or array that is open."""

    def __init__(self, *, is_object: bool) -> None:
        self.is_object = self.wants_key = is_object
        self.key: bytes | None = None


class Base64:
    """Decodes base64 in pieces: with or without line breaks, padding and ``data:...;base64,``, URL-safe or not.

    Parameters
    ----------
    write : callable
        Gets what is decoded.
    """

    def __init__(self, write: Write) -> None:
        self._write = write
        self._pending = b""
        self._begun = self._ended = False
        self.error: str | None = None

    def feed(self, data: bytes) -> None:
        """Take the next characters; after a mistake nothing more is decoded."""
        if self.error is None:
            self._pending += data.translate(_URL_SAFE, _BREAKS) if self._begun else data
            if not self._begun and len(self._pending) < _LONGEST_PREFIX:
                return
            self._begin()
            self._decode(len(self._pending) // 4 * 4)

    def _begin(self) -> None:
        if not self._begun:
            self._begun = True
            prefix = _DATA_URL.match(self._pending)
            found = self._pending[prefix.end() :] if prefix else self._pending
            self._pending = found.translate(_URL_SAFE, _BREAKS)

    def _decode(self, length: int) -> None:
        part, self._pending = self._pending[:length], self._pending[length:]
        if not part:
            return
        if self._ended:
            self.error = "something follows the end of the recording"
            return
        try:
            self._write(binascii.a2b_base64(part, strict_mode=True))
        except binascii.Error:
            self.error = "it is not base64"
        self._ended = part.endswith(b"=")

    def close(self) -> None:
        """Take the end."""
        if self.error is None:
            self._begin()
            self._pending += b"=" * (-len(self._pending) % 4)
            self._decode(len(self._pending))


def _refuse(name: str) -> None:
    raise ValueError(name)
