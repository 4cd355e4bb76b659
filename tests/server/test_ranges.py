"""Parts of files: what every kind of Range header gives."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from earmark.server.ranges import disposition, find_range, respond

DATA = bytes(range(100))


@pytest.mark.parametrize(
    ("header", "span"),
    [
        (None, None),
        ("bytes=0-9", (0, 10)),
        ("bytes=10-", (10, 100)),
        ("bytes=-10", (90, 100)),
        ("bytes=-1000", (0, 100)),
        ("bytes=99-99", (99, 100)),
        ("bytes=90-1000", (90, 100)),
        (" Bytes = 0-0 ", (0, 1)),
        # To be taken for no range at all:
        ("bytes=5-4", None),
        ("bytes=", None),
        ("bytes=-", None),
        ("bytes=a-b", None),
        ("bytes=0-1,5-6", None),
        ("lines=0-1", None),
        ("bytes=0-1x", None),
        ("bytes=" + "9" * 5000 + "-", None),
    ],
)
def test_ranges(header: str | None, span: tuple[int, int] | None) -> None:
    assert find_range(header, 100) == span


@pytest.mark.parametrize(("header", "size"), [("bytes=100-", 100), ("bytes=-0", 100), ("bytes=0-", 0), ("bytes=-5", 0)])
def test_ranges_outside_of_the_file(header: str, size: int) -> None:
    with pytest.raises(HTTPException) as caught:
        find_range(header, size)
    assert caught.value.status_code == 416
    assert caught.value.headers == {"Content-Range": f"bytes */{size}"}


@given(st.integers(0, 300), st.integers(0, 300), st.integers(1, 200))
def test_any_range_is_the_bytes_that_it_names(first: int, last: int, size: int) -> None:
    data = bytes(n % 256 for n in range(size))
    try:
        span = find_range(f"bytes={first}-{last}", size)
    except HTTPException:
        assert data[first : last + 1] == b""
        return
    if last < first:
        assert span is None
    else:
        assert span is not None
        assert data[slice(*span)] == data[first : last + 1]


def read(start: int, end: int) -> Iterator[bytes]:
    yield DATA[start : (start + end) // 2]
    yield DATA[(start + end) // 2 : end]


def serve(request: Request) -> Response:
    return respond(request, size=100, etag='"x"', media_type="audio/wav", read=read)


@pytest.fixture
def client() -> Iterator[TestClient]:
    with TestClient(Starlette(routes=[Route("/", serve, methods=["GET", "HEAD"])])) as client:
        yield client


@pytest.mark.parametrize(
    ("headers", "status", "body", "content_range"),
    [
        ({}, 200, DATA, None),
        ({"Range": "bytes=10-19"}, 206, DATA[10:20], "bytes 10-19/100"),
        ({"Range": "bytes=10-19", "If-Range": '"x"'}, 206, DATA[10:20], "bytes 10-19/100"),
        ({"Range": "bytes=10-19", "If-Range": '"old"'}, 200, DATA, None),
        ({"Range": "bytes=10-19", "If-Range": "Fri, 01 May 2026 06:00:00 GMT"}, 200, DATA, None),
        ({"Range": "bytes=0-1,3-4"}, 200, DATA, None),
        ({"If-None-Match": '"y", "x"'}, 304, b"", None),
        ({"If-None-Match": '"y"'}, 200, DATA, None),
    ],
)
def test_answers(
    client: TestClient, headers: dict[str, str], status: int, body: bytes, content_range: str | None
) -> None:
    answer = client.get("/", headers=headers)
    assert (answer.status_code, answer.content) == (status, body)
    assert answer.headers.get("Content-Range") == content_range
    assert (answer.headers["ETag"], answer.headers["Accept-Ranges"]) == ('"x"', "bytes")
    if status != 304:
        assert answer.headers["Content-Length"] == str(len(body))


def test_head_says_what_get_would_give(client: TestClient) -> None:
    answer = client.head("/", headers={"Range": "bytes=10-19"})
    assert (answer.status_code, answer.content, answer.headers["Content-Length"]) == (200, b"", "100")


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("dawn.wav", "inline; filename=\"dawn.wav\"; filename*=UTF-8''dawn.wav"),
        ('a"b\\é;\r\n.wav', "inline; filename=\"a_b__;__.wav\"; filename*=UTF-8''a%22b%5C%C3%A9%3B%0D%0A.wav"),
    ],
)
def test_names_cannot_break_out_of_the_header(name: str, header: str) -> None:
    assert disposition("inline", name) == header
