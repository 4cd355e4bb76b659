"""Bodies that hold files, alone or among fields: read as they come, a megabyte at a time, never whole in memory."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.concurrency import run_in_threadpool

from earmark.errors import InvalidField, InvalidValue
from earmark.server.bodies import PATIENCE, STREAMED
from earmark.server.problems import SlowRequest

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping
    from typing import Any

    from starlette.requests import Request

BLOCK = 1 << 20
"""Bytes that are gathered before a thread writes them."""
MAX_HEADER = 16_384
"""Most bytes of headers of one part."""
MAX_FILES = 200
MAX_FIELDS = 200
"""Most fields of a form."""
MAX_FIELD = 64 * 1024
"""Most bytes of one field."""
MAX_FIELDS_BYTES = 12 * 1024 * 1024
"""Fields are held in memory: after so many bytes of them no further one is taken."""


class Sink(Protocol):
    """Takes the bytes of one file."""

    def write(self, data: bytes) -> None:
        """Take some bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileHead:
    """What a form says of a file before its bytes come.

    Attributes
    ----------
    field : str
        Name of the field that it is sent in.
    name : str
        Name of the file.
    kind : str
        Media type with its parameters; empty where none is given.
    """

    field: str
    name: str
    kind: str = ""


async def blocks(request: Request) -> AsyncIterator[bytes]:
    """Yield a body in blocks of about `BLOCK` bytes; raises `SlowRequest` when nothing comes any more."""
    parts: list[bytes] = []
    size = 0
    request.scope["state"][STREAMED] = True
    stream = request.stream()
    while True:
        try:
            part = await asyncio.wait_for(anext(stream, b""), PATIENCE)
        except TimeoutError:
            raise SlowRequest from None
        parts.append(part)
        size += len(part)
        if parts and (size >= BLOCK or not part):
            yield b"".join(parts)
            parts, size = [], 0
        if not part:
            return


async def receive_files(request: Request, begin: Callable[[str], Sink], end: Callable[[], None]) -> int:
    """Hand over the files of a ``multipart/form-data`` body, one after the other.

    Parameters
    ----------
    request : Request
        Whose body is read.
    begin : callable
        Gets the name of a file as it was sent; gives what takes its bytes. Called in a thread, as `end` is.
    end : callable
        Called when a file is complete.

    Returns
    -------
    int
        How many files there were.

    Raises
    ------
    InvalidValue
        The body is not of that type, is malformed or cut off, or holds something else than files, or too many.
    """
    reader = _Reader(lambda head: begin(head.name), end)
    await _read(request, reader)
    return reader.files


async def receive_form(
    request: Request, begin: Callable[[FileHead], Sink], *, large: Mapping[str, int] = MappingProxyType({})
) -> list[tuple[str, str]]:
    """Read a ``multipart/form-data`` body of files and fields, in any order.

    Parameters
    ----------
    request : Request
        Whose body is read.
    begin : callable
        Gets what is said of a file; gives what takes its bytes. Called in a thread.
    large : mapping from str to int
        Most bytes of fields that may have more than `MAX_FIELD`.

    Returns
    -------
    list of (str, str)
        Names and values of the fields, in order.

    Raises
    ------
    InvalidValue
        The body is not of that type, is malformed or cut off, or holds too many fields, or too large ones.
    """
    fields: list[tuple[str, bytearray]] = []

    def begin_field(name: str) -> Sink:
        if len(fields) == MAX_FIELDS or sum(len(value) for _, value in fields) > MAX_FIELDS_BYTES:
            raise InvalidValue(f"a form has at most {MAX_FIELDS} fields, of {MAX_FIELDS_BYTES} bytes in all")
        value = bytearray()
        fields.append((name, value))
        return _Field(name, value, most=large.get(name, MAX_FIELD))

    await _read(request, _Reader(begin, lambda: None, begin_field))
    return [(name, value.decode("utf-8", errors="replace")) for name, value in fields]


class _Field:
    """Takes the value of one field."""

    def __init__(self, name: str, value: bytearray, *, most: int) -> None:
        self._name, self._value, self._most = name, value, most

    def write(self, data: bytes) -> None:
        if len(self._value) + len(data) > self._most:
            raise InvalidField(self._name[:60], f"has more than the {self._most} bytes that this field may have.")
        self._value += data


async def _read(request: Request, reader: _Reader) -> None:
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get(b"boundary", b"")
    if kind != b"multipart/form-data" or not 1 <= len(boundary) <= 200:
        raise InvalidValue("files are sent as multipart/form-data with a boundary (curl: -F file=@recording.wav)")
    parser = MultipartParser(boundary, reader.callbacks())
    async for block in blocks(request):
        await run_in_threadpool(_feed, parser, block)
    if not reader.complete:
        raise InvalidValue("the body breaks off in the middle. Send it again.")


def _feed(parser: MultipartParser, block: bytes) -> None:
    from python_multipart.exceptions import MultipartParseError

    try:
        parser.write(block)
    except MultipartParseError as error:
        raise InvalidValue(f"the body is not what multipart/form-data should be: {error}") from error


@dataclass
class _Reader:
    """What is known of the part that is being read."""

    begin: Callable[[FileHead], Sink]
    end: Callable[[], None]
    begin_field: Callable[[str], Sink] | None = None
    files: int = 0
    complete: bool = False
    _field: bytes = b""
    _value: bytes = b""
    _headers: dict[bytes, bytes] = field(default_factory=dict)
    _size: int = 0
    _sink: Sink | None = None

    def callbacks(self) -> Any:
        """For the parser."""
        return {
            "on_part_begin": self._part_begin,
            "on_header_field": self._header_field,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_finished,
            "on_part_data": self._data,
            "on_part_end": self._part_end,
            "on_end": self._end,
        }

    def _part_begin(self) -> None:
        self._headers, self._size = {}, 0

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._field += self._bounded(data[start:end])

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += self._bounded(data[start:end])

    def _bounded(self, data: bytes) -> bytes:
        self._size += len(data)
        if self._size > MAX_HEADER:
            raise InvalidValue(f"a part of the body has headers of more than {MAX_HEADER} bytes")
        return data

    def _header_end(self) -> None:
        self._headers[self._field.lower()] = self._value
        self._field = self._value = b""

    def _headers_finished(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        field, name = _text(options.get(b"name", b"")), options.get(b"filename")
        if name is not None:
            self.files += 1
            if self.files > MAX_FILES:
                raise InvalidValue(f"at most {MAX_FILES} files are taken at once")
            kind = _text(self._headers.get(b"content-type", b""))
            self._sink = self.begin(FileHead(field=field, name=_text(name), kind=kind))
        elif self.begin_field is not None:
            self._sink = self.begin_field(field)
        else:
            raise InvalidValue("the body holds a field that is no file: send files only")

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._sink is not None:
            self._sink.write(data[start:end])

    def _part_end(self) -> None:
        self._sink = None
        self.end()

    def _end(self) -> None:
        self.complete = True


def _text(value: bytes) -> str:
    return value.decode("utf-8", errors="replace")
