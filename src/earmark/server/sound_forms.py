"""Forms with one recording and some fields, as programs send them that want a transcript."""

from __future__ import annotations

import re
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import TYPE_CHECKING

from python_multipart.multipart import parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from earmark.audio.encode import endless_wav_header
from earmark.errors import InvalidField, TooLarge
from earmark.server.multipart import receive_form
from earmark.services.parts import new_part

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping

    from starlette.requests import Request

    from earmark.server.multipart import FileHead, Sink
    from earmark.services.parts import Part, Received
    from earmark.services.platform import Platform

RAW_TYPES = frozenset({"audio/pcm", "audio/raw", "audio/x-raw", "audio/l16", "audio/x-pcm"})
"""Media types of bare samples: 16 bits, little-endian."""
RAW_RATE = 16_000
"""Samples per second of bare samples where nobody says it."""
ROUND_IT = 1 << 20
"""Bytes that the form around a file may have."""
MAX_NAME = 200
NONE: Mapping[str, int] = MappingProxyType({})
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundForm:
    """What came.

    Attributes
    ----------
    name : str
        What the client calls the recording, without folders.
    file : Received
        Where it lies now.
    fields : list of (str, str)
        The other fields, in order.
    """

    name: str
    file: Received
    fields: list[tuple[str, str]]


@asynccontextmanager
async def sound_form(
    request: Request, *, field: str, raw: bool = False, most: int | None = None, large: Mapping[str, int] = NONE
) -> AsyncIterator[SoundForm]:
    """Receive a form; its file is gone at the end of the context unless it was moved away.

    Parameters
    ----------
    request : Request
        Whose body is read.
    field : str
        Name of the field that holds the recording.
    raw : bool
        Whether it is bare samples (16 bits, little-endian, mono, 16 kHz) whatever its media type says.
    most : int, optional
        Bytes of the recording after which the rest is not kept.
    large : mapping from str to int
        Most bytes of fields that are larger than others.

    Raises
    ------
    HTTPException
        With status 415: the body is no form.
    InvalidField
        There is no file in that field, more than one, or it is empty.
    InvalidValue
        The body is malformed.
    TooLarge
        The file is larger than the settings allow.
    """
    platform: Platform = request.app.state.platform
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "multipart/form-data":
        raise HTTPException(415, f"send a form, multipart/form-data, with the recording in the field {field!r}.")
    _require_size(request, platform.settings.upload_max_bytes)
    with _spooled(platform) as part:
        file = _File(part, wanted=field, raw=raw, most=most)
        fields = await receive_form(request, file.begin, large=large)
        received = await run_in_threadpool(file.finish)
        yield SoundForm(name=file.name, file=received, fields=fields)


@contextmanager
def _spooled(platform: Platform) -> Iterator[Part]:
    with new_part(platform) as part:
        yield part


def _require_size(request: Request, most: int) -> None:
    """Refuse at once what says that it is too large, before it is sent."""
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > most + ROUND_IT:
        raise TooLarge(f"more than the {most} bytes that a recording may have on this server.")


@dataclass
class _File:
    """Takes the one file of a form."""

    part: Part
    wanted: str
    raw: bool
    most: int | None
    name: str = ""
    _seen: int = 0

    def begin(self, head: FileHead) -> Sink:
        if head.field != self.wanted:
            raise InvalidField(
                head.field[:60] or "file", f"send the recording in the field {self.wanted!r}, and no other."
            )
        if self.name:
            raise InvalidField(self.wanted, "send one recording at a time.")
        self.name = plain_name(head.name)
        header = self._header(head)
        if header:
            self.part.write(header)
        return self

    def _header(self, head: FileHead) -> bytes:
        """What stands before bare samples, so that they are a file like all others."""
        kind, options = parse_options_header(head.kind)
        if self.raw:
            return endless_wav_header(RAW_RATE, 1)
        if kind.decode("ascii", "replace").lower() not in RAW_TYPES:
            return b""
        rate = _number(options.get(b"rate"), RAW_RATE, least=1000, most=768_000, field=self.wanted)
        channels = _number(options.get(b"channels"), 1, least=1, most=32, field=self.wanted)
        return endless_wav_header(rate, channels)

    def write(self, data: bytes) -> None:
        if self.most is not None:
            data = data[: max(0, self.most - self._seen)]
        self._seen += len(data)
        if data:
            self.part.write(data)

    def finish(self) -> Received:
        if not self.name:
            raise InvalidField(self.wanted, f"there is no file. Send the recording in the field {self.wanted!r}.")
        if not self._seen:
            raise InvalidField(self.wanted, f"{self.name}: this file is empty (0 bytes). Check it, and send it again.")
        return self.part.complete(self.name)


def _number(value: bytes | None, default: int, *, least: int, most: int, field: str) -> int:
    if value is None:
        return default
    number = int(value) if value.isdigit() and len(value) < 10 else -1
    if not least <= number <= most:
        raise InvalidField(field, "its media type names a rate or a number of channels that makes no sense.")
    return number


def plain_name(name: str) -> str:
    r"""The name of a file without folders and without what no name holds; ``recording`` where nothing is left.

    >>> plain_name("C:\\calls\\monday.wav"), plain_name("../../etc/passwd"), plain_name("")
    ('monday.wav', 'passwd', 'recording')
    """
    last = PurePosixPath(_CONTROL.sub("", name).replace("\\", "/")).name
    return last.strip()[:MAX_NAME] or "recording"


BYTES_OF_SECOND = 2 * RAW_RATE
"""Bytes of a second of bare samples."""
