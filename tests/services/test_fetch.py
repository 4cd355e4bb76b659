"""Recordings by URL, against a server on this machine that behaves as badly as real ones."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from earmark.errors import FetchFailed, OutputFailed
from earmark.services.download import Answer
from earmark.services.fetch import fetch, file_name, is_url, redact

if TYPE_CHECKING:
    from pathlib import Path

SOUND = bytes(range(256)) * 1200
"""What the good addresses give: 307,200 bytes."""

Page = Callable[[BaseHTTPRequestHandler], None]


class Server(ThreadingHTTPServer):
    """Answers each path with the function that a test gives for it."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.pages: dict[str, Page] = {}
        self.ranges: list[str | None] = []
        self.ended = threading.Event()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_port}{path}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that hang up are part of the tests."""


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.ranges.append(self.headers["Range"])
        self.server.pages[self.path.partition("?")[0]](self)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield running
        running.ended.set()
        running.shutdown()
        thread.join()


def answer(
    body: bytes = SOUND, *, status: int = 200, announce: int | None = -1, kind: str = "audio/ogg", **headers: str
) -> Page:
    """A page with a body; ``announce`` is its Content-Length: -1 the true one, None none at all."""

    def page(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        if announce is not None:
            handler.send_header("Content-Length", str(len(body) if announce == -1 else announce))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return page


def redirect(to: str) -> Page:
    return answer(b"", status=302, Location=to)


def cutting(piece: int, *, etag: str = '"1"', body: bytes = SOUND) -> Page:
    """A page that honours ranges and sends at most ``piece`` bytes a request."""

    def page(handler: BaseHTTPRequestHandler) -> None:
        wanted = handler.headers["Range"]
        if wanted is None or handler.headers["If-Range"] not in (None, etag):
            answer(body[:piece], announce=len(body), ETag=etag)(handler)
            return
        start = int(re.fullmatch(r"bytes=(\d+)-", wanted)[1])
        place = f"bytes {start}-{min(len(body), start + piece) - 1}/{len(body)}"
        answer(body[start : start + piece], status=206, ETag=etag, Content_Range=place)(handler)

    return page


def get(url: str, folder: Path, *, timeout: float = 5.0, max_bytes: int = 10_000_000, **more: object) -> Path:
    return fetch(url, folder, timeout=timeout, max_bytes=max_bytes, **more)


def assert_refused(url: str, folder: Path, words: str, **limits: float) -> None:
    """The address fails with one line that has these words, and leaves nothing behind."""
    with pytest.raises(FetchFailed, match=words) as caught:
        get(url, folder, **limits)
    assert "\n" not in str(caught.value)
    assert not folder.exists() or list(folder.iterdir()) == []


def test_a_recording_arrives_whole_with_its_name_and_progress(server: Server, tmp_path: Path) -> None:
    server.pages["/talks/first%20talk.ogg"] = answer()
    steps: list[tuple[int, int | None]] = []
    path = get(
        server.url("/talks/first%20talk.ogg?key=1#t=3"),
        tmp_path / "new folder",
        progress=lambda *step: steps.append(step),
    )
    assert path == tmp_path / "new folder" / "first talk.ogg"
    assert path.read_bytes() == SOUND
    assert steps[-1] == (len(SOUND), len(SOUND))
    assert steps == sorted(steps)
    assert list(path.parent.iterdir()) == [path]


def test_a_recording_of_unannounced_length_arrives_whole(server: Server, tmp_path: Path) -> None:
    server.pages["/a.ogg"] = answer(announce=None)
    assert get(server.url("/a.ogg"), tmp_path).read_bytes() == SOUND


def test_nothing_is_overwritten(server: Server, tmp_path: Path) -> None:
    server.pages["/a/talk.ogg"], server.pages["/b/talk.ogg"] = answer(b"first"), answer(b"second")
    paths = [get(server.url(f"/{folder}/talk.ogg"), tmp_path) for folder in "ab"]
    assert [path.name for path in paths] == ["talk.ogg", "talk-2.ogg"]
    assert [path.read_bytes() for path in paths] == [b"first", b"second"]


def test_redirects_are_followed(server: Server, tmp_path: Path) -> None:
    server.pages["/a"], server.pages["/b"] = redirect("/b"), redirect("/c.ogg")
    server.pages["/c.ogg"] = answer()
    assert get(server.url("/a"), tmp_path).name == "c.ogg"


@pytest.mark.parametrize(
    ("page", "words"),
    [
        (redirect("/x"), "redirects more than 5 times"),
        (redirect("file:///etc/hostname"), "neither http nor https"),
        (redirect("ftp://127.0.0.1/x.ogg"), "neither http nor https"),
        (answer(b"<html>", kind="text/html; charset=utf-8"), "gives a web page, not a recording"),
        (answer(b"#EXTM3U", kind="application/x-mpegURL"), "gives a playlist, not a recording"),
        (answer(announce=None, kind="audio/mpeg", icy_name="Radio"), "live stream"),
        (answer(Content_Encoding="gzip"), "packs the file"),
        (answer(b""), "is empty"),
        (answer(status=401), r"sign-in.* \(401\)"),
        (answer(status=403), r"does not allow.* \(403\)"),
        (answer(status=404), r"nothing is there.* \(404\)"),
        (answer(status=418), r"refuses.* \(418\)"),
        (answer(status=502), r"problem of its own \(502\)"),
    ],
)
def test_an_address_without_a_recording_is_refused(server: Server, tmp_path: Path, page: Page, words: str) -> None:
    server.pages["/x"] = page
    assert_refused(server.url("/x"), tmp_path / "out", words)


@pytest.mark.parametrize("announce", [-1, None])
def test_a_recording_above_the_limit_is_refused(server: Server, tmp_path: Path, announce: int | None) -> None:
    server.pages["/x"] = answer(announce=announce)
    assert_refused(server.url("/x"), tmp_path / "out", "EARMARK_FETCH_MAX_BYTES", max_bytes=len(SOUND) - 1)


def test_a_recording_as_large_as_the_limit_is_taken(server: Server, tmp_path: Path) -> None:
    server.pages["/x"] = answer()
    assert get(server.url("/x"), tmp_path, max_bytes=len(SOUND)).stat().st_size == len(SOUND)


def test_a_server_that_breaks_off_is_asked_for_the_rest(server: Server, tmp_path: Path) -> None:
    server.pages["/x"] = cutting(70_000)
    assert get(server.url("/x"), tmp_path).read_bytes() == SOUND
    assert server.ranges == [None, *(f"bytes={start}-" for start in range(70_000, len(SOUND), 70_000))]


def test_a_proxy_that_stops_without_closing_is_asked_for_the_rest(server: Server, tmp_path: Path) -> None:
    whole = cutting(200_000)

    def page(handler: BaseHTTPRequestHandler) -> None:
        whole(handler)
        if handler.headers["Range"] is None:
            handler.wfile.flush()
            server.ended.wait(60)

    server.pages["/x"] = page
    assert get(server.url("/x"), tmp_path, timeout=0.3).read_bytes() == SOUND


def test_a_file_that_changes_under_way_is_fetched_anew(server: Server, tmp_path: Path) -> None:
    changed = bytes(reversed(SOUND))
    old, new = cutting(100_000), cutting(len(SOUND), etag='"2"', body=changed)
    server.pages["/x"] = lambda handler: (old if handler.headers["Range"] is None else new)(handler)
    assert get(server.url("/x"), tmp_path).read_bytes() == changed


def test_a_server_that_always_breaks_off_is_given_up(server: Server, tmp_path: Path) -> None:
    server.pages["/x"] = answer(SOUND[:100_000], announce=len(SOUND))
    assert_refused(server.url("/x"), tmp_path / "out", "breaks the connection off, after 100,000 bytes", timeout=0.2)


def test_a_server_that_resumes_elsewhere_is_refused(server: Server, tmp_path: Path) -> None:
    wrong = answer(status=206, Content_Range=f"bytes 0-{len(SOUND) - 1}/{len(SOUND)}")
    first = answer(SOUND[:100_000], announce=len(SOUND))
    server.pages["/x"] = lambda handler: (first if handler.headers["Range"] is None else wrong)(handler)
    assert_refused(server.url("/x"), tmp_path / "out", "resumes at the wrong place")


def test_a_trickling_server_is_given_up(server: Server, tmp_path: Path) -> None:
    def page(handler: BaseHTTPRequestHandler) -> None:
        answer(b"", announce=100_000)(handler)
        while not server.ended.wait(0.02):
            handler.wfile.write(b"x")

    server.pages["/x"] = page
    started = time.monotonic()
    assert_refused(server.url("/x"), tmp_path / "out", "less than 1024 bytes per second", timeout=0.4)
    assert time.monotonic() - started < 20


def test_a_silent_server_is_given_up(server: Server, tmp_path: Path) -> None:
    server.pages["/x"] = lambda _handler: server.ended.wait(60) and None
    assert_refused(server.url("/x"), tmp_path / "out", "says nothing for 0.2 s", timeout=0.2)


def test_a_host_that_does_not_exist_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert_refused("http://recordings.invalid/a.ogg", tmp_path / "out", "recordings.invalid.*no server of that name")


def test_a_port_without_a_server_is_told(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/a.ogg"
    assert_refused(url, tmp_path / "out", "does not accept the connection")


def test_a_server_without_encryption_is_told(server: Server, tmp_path: Path) -> None:
    assert_refused(server.url("/x").replace("http:", "https:"), tmp_path / "out", "no secure connection")


def test_secrets_in_an_address_stay_out_of_messages(server: Server, tmp_path: Path) -> None:
    server.pages["/x.ogg"] = answer(status=404)
    url = server.url("/x.ogg?token=s3cret").replace("//", "//me:passw0rd@")
    with pytest.raises(FetchFailed) as caught:
        get(url, tmp_path)
    assert "s3cret" not in str(caught.value)
    assert "passw0rd" not in str(caught.value)
    assert server.url("/x.ogg") in str(caught.value)


def test_secrets_in_an_address_reach_its_server_only(server: Server, tmp_path: Path) -> None:
    seen: list[str | None] = []

    def page(handler: BaseHTTPRequestHandler) -> None:
        seen.append(handler.headers["Authorization"])
        answer()(handler)

    server.pages["/x.ogg"] = page
    server.pages["/away"] = redirect(server.url("/x.ogg").replace("127.0.0.1", "localhost"))
    get(server.url("/x.ogg").replace("//", "//me:passw0rd@"), tmp_path)
    get(server.url("/away").replace("//", "//me:passw0rd@"), tmp_path)
    assert seen[0] is not None
    assert seen[1] is None


def test_a_folder_that_cannot_be_written_is_told(server: Server, tmp_path: Path) -> None:
    server.pages["/x"] = answer()
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(OutputFailed, match="cannot be written"):
        get(server.url("/x"), tmp_path / "file" / "folder")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("file:///home/a.wav", "give the path of the file"),
        ("FILE:///home/a.wav", "give the path of the file"),
        ("s3://bucket/a.wav", "only http and https"),
        ("data:audio/wav;base64,UklGRg==", r"data:\.\.\.: only http and https"),
        ("http:///a.wav", "names no server"),
        ("https://?a", "names no server"),
        ("http://[::1/a.wav", "not a valid address"),
        ("http://127.0.0.1:99999/a.wav", "not a valid address|not accept"),
        ("http://a\nb/x.wav", r"http://a\?b/x.wav: this is not a valid address"),
    ],
)
def test_an_address_of_another_kind_is_refused(tmp_path: Path, url: str, words: str) -> None:
    assert is_url(url)
    assert_refused(url, tmp_path / "out", words)


@pytest.mark.parametrize("path", ["a.wav", "/a/b.wav", r"C:\a.wav", "http.wav", "a: b.wav", "notes//a.wav", ""])
def test_a_path_is_no_address(path: str) -> None:
    assert not is_url(path)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://me:pw@host:8080/a.wav?x=1#y", "https://host:8080/a.wav?..."),
        ("https://host/a@b.wav", "https://host/a@b.wav"),
        ("https://me:p@w@host", "https://host"),
        ("https://host/a\x1b[31m.wav", "https://host/a?[31m.wav"),
    ],
)
def test_an_address_is_shown_without_secrets(url: str, shown: str) -> None:
    assert redact(url) == shown


@pytest.mark.parametrize(
    ("path", "disposition", "kind", "name"),
    [
        ("/a/talk.ogg", "", "audio/ogg", "talk.ogg"),
        ("/a/%C3%A9t%C3%A9.wav", "", "", "été.wav"),
        ("/get", 'attachment; filename="my talk.mp3"', "", "my talk.mp3"),
        ("/get", "attachment; filename*=UTF-8''%C3%A9t%C3%A9.mp3", "", "été.mp3"),
        ("/get", 'attachment; filename="../../etc/passwd.wav"', "", "passwd.wav"),
        ("/get", r'attachment; filename="C:\\temp\\x.wav"', "", "x.wav"),
        ("/a/..%2f..%2fx.wav", "", "", "x.wav"),
        ("/a/.hidden.wav", "", "", "hidden.wav"),
        ("/a/b%00%0a%1b%3c.wav", "", "", "b.wav"),
        ("/a/" + "x" * 500 + ".flac", "", "", "x" * 115 + ".flac"),
        ("/a/" + "%C3%A9" * 500 + ".flac", "", "", "é" * 57 + ".flac"),
        ("/", "", "audio/mpeg", "recording.mp3"),
        ("/..", "", "", "recording"),
        ("", 'attachment; filename=""', "audio/flac; x=y", "recording.flac"),
        ("/stream", "", "video/mp4", "stream.mp4"),
    ],
)
def test_a_local_name_is_safe(path: str, disposition: str, kind: str, name: str) -> None:
    headers = {"content-disposition": disposition, "content-type": kind}
    assert file_name(Answer(url=f"http://host{path}", headers=headers, total=None)) == name


def test_a_server_that_trickles_its_headers_is_given_up(tmp_path: Path) -> None:
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def trickle() -> None:
            connection, _ = listener.accept()
            with connection, contextlib.suppress(OSError):
                connection.recv(4096)
                connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
                while not stop.wait(0.05):
                    connection.sendall(b"x")

        thread = threading.Thread(target=trickle, daemon=True)
        thread.start()
        began = time.monotonic()
        with pytest.raises(FetchFailed, match=r"came to no answer within 0\.6 s"):
            fetch(f"http://127.0.0.1:{listener.getsockname()[1]}/talk.mp3", tmp_path, timeout=0.2, max_bytes=10_000)
        assert time.monotonic() - began < 20
        stop.set()
        thread.join(5)
    assert list(tmp_path.iterdir()) == []
