"""What is special about S3: servers that are away, refuse, or behave in their own way. A real one and crooked ones."""

from __future__ import annotations

import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from tests.swift import Bucket, s3_bucket

from earmark.errors import FilesUnavailable, InvalidValue, MissingExtra
from earmark.files.s3 import S3Files, bucket_and_prefix
from earmark.files.s3_errors import reason

SECRET = "a-very-secret-key"  # noqa: S105


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bucket]:
    with s3_bucket(tmp_path_factory.mktemp("swift")) as running:
        yield running


def asks(files: S3Files) -> list[Callable[[], object]]:
    return [
        lambda: files.put("a", b"1"),
        lambda: files.get("a"),
        lambda: files.read("a", 3, 9),
        lambda: files.facts("a"),
        lambda: files.exists("a"),
        lambda: list(files.list()),
        lambda: files.delete("a"),
        lambda: files.delete_all("a"),
        files.check,
    ]


def assert_all_say(files: S3Files, words: str) -> None:
    """Everything fails with one line that names the place, tells why, and keeps the secret."""
    for ask in asks(files):
        with pytest.raises(FilesUnavailable, match=words) as caught:
            ask()
        assert files.where in str(caught.value)
        assert "\n" not in str(caught.value)
        assert SECRET not in "".join(traceback.format_exception(caught.value))


def test_a_wrong_secret_is_told(bucket: Bucket) -> None:
    assert_all_say(bucket.files(secret_key=SECRET), "(refused|access key)")


def test_a_missing_bucket_is_told_from_a_missing_file(bucket: Bucket) -> None:
    assert_all_say(bucket.files(bucket="no-such-bucket"), "no bucket of that name. Create it")


def test_a_server_that_is_away_is_told(unused_port: int) -> None:
    away = f"http://127.0.0.1:{unused_port}"
    assert_all_say(
        S3Files("talks", endpoint=away, access_key="key", secret_key=SECRET, timeout=2.0),
        rf"^s3://talks/ on {away}: the server cannot be reached. Check the endpoint",
    )


@pytest.fixture
def unused_port() -> int:
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        return server.server_port


def test_a_session_of_somebody_else_in_the_environment_does_not_mix_in(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "other")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "other")
    bucket.files("environment").check()


def test_credentials_are_found_in_the_environment(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", bucket.access_key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", bucket.secret_key)
    bucket.files("environment", access_key=None, secret_key=None).check()


class Crooked(BaseHTTPRequestHandler):
    """Speaks S3 nearly: what it answers is up to the test."""

    answer: Callable[[BaseHTTPRequestHandler], None]

    def do_GET(self) -> None:
        type(self).answer(self)

    def do_HEAD(self) -> None:
        type(self).answer(self)

    def do_PUT(self) -> None:
        type(self).answer(self)

    def do_DELETE(self) -> None:
        type(self).answer(self)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def crooked() -> Iterator[Callable[..., S3Files]]:
    """Give a store on a server that answers everything as told."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Crooked)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()

    def start(answer: Callable[[BaseHTTPRequestHandler], None], **changes: Any) -> S3Files:
        Crooked.answer = staticmethod(answer)
        given = {"endpoint": f"http://127.0.0.1:{server.server_port}", "access_key": "key", "secret_key": SECRET}
        return S3Files("talks", **{**given, "timeout": 10.0, **changes})

    yield start
    server.shutdown()
    server.server_close()
    thread.join()


def sends(body: bytes, status: int = 200, announce: int | None = None, **headers: str) -> Callable[..., None]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        if size := int(handler.headers.get("Content-Length", 0)):
            handler.rfile.read(size)
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(body) if announce is None else announce))
        handler.send_header("Last-Modified", "Sat, 21 Nov 2026 05:48:39 GMT")
        handler.send_header("ETag", '"1"')
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        if handler.command != "HEAD":
            handler.wfile.write(body)

    return answer


def test_a_server_that_gives_the_whole_file_instead_of_a_part_is_found_out(crooked: Callable[..., S3Files]) -> None:
    files = crooked(sends(b"0123456789"))
    assert files.get("a") == b"0123456789"
    with pytest.raises(FilesUnavailable, match="does not give parts of files as S3 does"):
        files.read("a", 2, 6)


def test_a_part_that_is_too_short_is_found_out(crooked: Callable[..., S3Files]) -> None:
    files = crooked(sends(b"23", 206, Content_Range="bytes 2-5/10"))
    with pytest.raises(FilesUnavailable, match="2 bytes of a came, 4 were announced"):
        list(files.read("a", 2, 6))


def test_a_server_that_says_nothing_is_given_up(crooked: Callable[..., S3Files]) -> None:
    ended = threading.Event()
    files = crooked(lambda _: ended.wait(60), timeout=0.5)
    try:
        with pytest.raises(FilesUnavailable, match="does not answer in time"):
            files.get("a")
        with pytest.raises(FilesUnavailable, match="does not answer in time"):
            files.put("a", b"1")
    finally:
        ended.set()


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (500, b"", "a problem of its own"),
        (503, b"<Error><Code>SlowDown</Code></Error>", "a problem of its own"),
        (507, b"", "there is no room"),
        (403, b"<Error><Code>RequestTimeTooSkewed</Code></Error>", "clock"),
        (403, b"<Error><Code>AccessDenied</Code></Error>", "access is refused"),
        (401, b"", "access is refused"),
        (301, b"", "another region"),
        (418, b"<Error><Code>Teapot</Code></Error>", "the server answers Teapot. Look into its log"),
    ],
)
def test_what_the_server_says_is_put_into_words(
    crooked: Callable[..., S3Files], status: int, body: bytes, words: str
) -> None:
    files = crooked(sends(body, status))
    with pytest.raises(FilesUnavailable, match=words):
        files.get("a")


def test_something_else_than_s3_is_told(crooked: Callable[..., S3Files]) -> None:
    with pytest.raises(FilesUnavailable, match=r"does not speak S3\. Check the endpoint"):
        list(crooked(sends(b"Welcome")).list())
    with pytest.raises(FilesUnavailable, match="what is written there reads differently"):
        crooked(sends(b"<html>Welcome</html>")).check()


def listing(**sizes: int) -> bytes:
    """Answer of a server that has these keys."""
    entry = "<Contents><Key>{}</Key><LastModified>2026-11-21T05:48:39.000Z</LastModified><Size>{}</Size></Contents>"
    entries = "".join(entry.format(key, size) for key, size in sizes.items())
    return f"<ListBucketResult><IsTruncated>false</IsTruncated>{entries}</ListBucketResult>".encode()


def test_names_that_are_no_paths_are_told(crooked: Callable[..., S3Files]) -> None:
    files = crooked(sends(listing(**{"a//b.wav": 1})))
    with pytest.raises(FilesUnavailable, match="a name that is no path, such as a//b"):
        list(files.list())


def test_markers_of_folders_and_hidden_files_are_left_out(crooked: Callable[..., S3Files]) -> None:
    keys = {"north/": 0, "north/talk": 1, "north/empty": 0, "north/.DS_Store": 9}

    def answer(handler: BaseHTTPRequestHandler) -> None:
        known = handler.command == "GET" or handler.path.removeprefix("/talks/") in keys
        sends(listing(**keys) if known else b"", 200 if known else 404)(handler)

    assert [facts.key for facts in crooked(answer).list()] == ["north/talk", "north/empty"]


def test_machines_without_credentials_are_told() -> None:
    text = "Error performing PUT http://169.254.169.254/latest/api/token in 1.6ms - HTTP error: error sending request"
    assert "no credentials are found" in reason(text)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"bucket": ""}, "'' is no name of a bucket"),
        ({"bucket": "a/b"}, "'a/b' is no name"),
        ({"prefix": "../other"}, "begin with a dot"),
        ({"endpoint": "minio:9000"}, "http://host:9000"),
        ({"endpoint": "ftp://minio"}, "http://host:9000"),
        ({"endpoint": "http://"}, "http://host:9000"),
        ({"endpoint": f"http://key:{SECRET}@minio:9000"}, "without user name"),
        ({"access_key": "key"}, "one of them is not set"),
        ({"secret_key": SECRET}, "one of them is not set"),
    ],
)
def test_settings_that_make_no_sense_are_refused(changes: dict[str, str], words: str) -> None:
    given = {"bucket": "talks", "prefix": "", "endpoint": None, **changes}
    with pytest.raises(InvalidValue, match=words) as caught:
        S3Files(given.pop("bucket"), given.pop("prefix"), **given)
    assert SECRET not in str(caught.value)


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "obstore.store", None)
    with pytest.raises(MissingExtra, match=r"pip install 'earmark\[s3\]'"):
        S3Files("talks")


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("s3://talks", ("talks", "")),
        ("s3://talks/", ("talks", "")),
        ("s3://talks/2024/north/", ("talks", "2024/north")),
    ],
)
def test_an_address_on_s3_is_taken_apart(url: str, parts: tuple[str, str]) -> None:
    assert bucket_and_prefix(url) == parts


@pytest.mark.parametrize("url", ["s3://", "s3:///a", "talks/a", "https://s3/talks", ""])
def test_what_is_no_address_on_s3_is_refused(url: str) -> None:
    with pytest.raises(InvalidValue, match="s3://bucket/prefix"):
        bucket_and_prefix(url)
