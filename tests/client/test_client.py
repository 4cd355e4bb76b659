"""The Python client against a real server: its documentation runs, and errors and breaks are what it says."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

import earmark
from earmark import errors
from earmark.client.problems import KINDS, error_of
from earmark.core.edits import Edit, EditOp
from earmark.errors import (
    Conflict,
    EarmarkError,
    FetchFailed,
    Forbidden,
    InvalidValue,
    NotFound,
    NotSignedIn,
    OutputFailed,
    SourceNotFound,
    StaleEdit,
    TooManyAttempts,
    UnreadableMedia,
)
from earmark.server import problems

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "src" / "earmark" / "example" / "example.flac"
START_SECONDS = 60
PASSWORD = "correct horse battery"  # noqa: S105 - of a server that lives for these tests


@dataclass(frozen=True)
class Server:
    """A server that runs, and a token of its administrator."""

    url: str
    token: str


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("server")
    environ = {name: value for name, value in os.environ.items() if not name.startswith("EARMARK_")}
    environ |= {"EARMARK_DATA_DIR": str(folder), "EARMARK_PORT": "0", "EARMARK_CONFIG": os.devnull}
    environ |= {"EARMARK_ADMIN_PASSWORD": PASSWORD, "EARMARK_OFFLINE": "1", "EARMARK_WORKERS": "1"}
    log = (folder / "log").open("wb")
    process = subprocess.Popen([sys.executable, "-m", "earmark", "serve"], env=environ, stdout=log, stderr=log)
    try:
        url = address_in(process, folder / "log")
        yield Server(url, make_token(url))
    finally:
        process.terminate()
        process.wait(timeout=START_SECONDS)
        log.close()


def address_in(process: subprocess.Popen[bytes], log: Path) -> str:
    """Wait until the server says where it listens."""
    until = time.monotonic() + START_SECONDS
    while (said := re.search(r"listens on (\S+);", log.read_text())) is None:
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < until, log.read_text()
        time.sleep(0.05)
    return said[1]


def make_token(url: str) -> str:
    with httpx.Client(base_url=url, headers={"Origin": url}, timeout=60) as browser:
        browser.post("/api/v1/session", json={"login": "admin", "password": PASSWORD}).raise_for_status()
        made = browser.post("/api/v1/tokens", json={"name": "test", "scopes": ["admin"]})
        return str(made.raise_for_status().json()["secret"])


@pytest.fixture
def client(server: Server) -> Iterator[earmark.Client]:
    with earmark.Client(server.url, server.token) as client:
        yield client


@pytest.fixture
def project_id(client: earmark.Client) -> str:
    return str(client.projects.create("a project")["id"])


@pytest.mark.slow
def test_the_documentation_runs(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(EXAMPLE, tmp_path / "meeting.flac")
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"^```python\n(.*?)^```", (ROOT / "docs" / "client.md").read_text(), re.MULTILINE | re.DOTALL)
    assert len(blocks) > 5
    code = "\n".join(blocks).replace("https://earmark.example.org", server.url).replace("em_...", server.token)
    seen: dict[str, object] = {}
    exec(compile(code, "docs/client.md", "exec"), seen)  # noqa: S102 - our own documentation

    assert (tmp_path / "opening.wav").read_bytes()[:4] == b"RIFF"
    assert "laughter" not in (tmp_path / "meeting.TextGrid").read_text()
    assert "speech" in (tmp_path / "meeting.TextGrid").read_text()
    for name in ("meetings.zip", "meetings.earmark.zip", "birds.earmark-model"):
        assert (tmp_path / name).read_bytes()[:2] == b"PK"
    assert not list(tmp_path.glob(".*"))


def test_lists_go_over_all_pages(client: earmark.Client) -> None:
    made = {client.projects.create(f"listed {index}")["id"] for index in range(5)}
    assert {project["id"] for project in client.http.pages("/projects", limit=2, q="listed")} == made
    assert [project["id"] for project in client.projects.list(q="listed 3")] == [
        project["id"] for project in client.projects.list() if project["name"] == "listed 3"
    ]


def test_edits_need_the_version_that_was_seen(client: earmark.Client, project_id: str) -> None:
    version = client.projects.get(project_id)["version"]
    client.projects.change(project_id, version=version, name="renamed")
    with pytest.raises(StaleEdit) as stale:
        client.projects.change(project_id, version=version, name="again")
    assert stale.value.current == version + 1


def test_what_cannot_be_annotated_is_said(client: earmark.Client, project_id: str) -> None:
    with pytest.raises(Conflict, match="1 not in this project"):
        client.jobs.annotate(project_id, ["01k9zq3m5t7v8w2x4y6z0a1b2c"])
    ready = client.recordings.upload(project_id, EXAMPLE)
    client.recordings.wait(ready["id"])
    with pytest.warns(UserWarning, match="no job for 1 of these recordings, not_found: 01k9zq"):
        made = client.jobs.annotate(project_id, [ready["id"], "01k9zq3m5t7v8w2x4y6z0a1b2c"], engine="none")
    assert len(made) == 1


def test_an_upload_goes_on_where_it_broke(
    client: earmark.Client, project_id: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The proxy between cuts the line in the middle of every third piece."""
    from earmark.client import recordings

    monkeypatch.setattr(recordings, "PIECE", 50_000)
    monkeypatch.setattr(recordings.time, "sleep", lambda _seconds: None)
    began: list[str] = []
    offsets: list[int] = []
    send, count = client.http.send, [0]

    def cut(method: str, path: str, **options: object) -> httpx.Response:
        if method == "PATCH":
            count[0] += 1
            if count[0] % 3 == 0:
                piece = options["content"]
                assert isinstance(piece, bytes)
                send(method, path, **options | {"content": piece[: len(piece) // 2]})
                raise FetchFailed("cut")
        return send(method, path, **options)

    monkeypatch.setattr(client.http, "send", cut)
    file = tmp_path / "größe 'x'.flac"
    shutil.copy(EXAMPLE, file)
    made = client.recordings.upload(
        project_id, file, progress=lambda done, _size: offsets.append(done), began=began.append
    )

    assert made["name"] == "größe 'x'.flac"
    assert made["size"] == EXAMPLE.stat().st_size
    assert offsets == sorted(offsets)
    assert offsets[-1] == made["size"]
    assert any(offset % 50_000 for offset in offsets[:-1])
    # A program that is started again after the last piece was sent gets the same recording.
    assert client.recordings.upload(project_id, file, upload=began[0])["id"] == made["id"]


def test_an_upload_that_gets_nowhere_is_given_up(
    client: earmark.Client, project_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from earmark.client import recordings

    monkeypatch.setattr(recordings.time, "sleep", lambda _seconds: None)
    send = client.http.send

    def cut(method: str, path: str, **options: object) -> httpx.Response:
        if method == "PATCH":
            raise FetchFailed("cut")
        return send(method, path, **options)

    monkeypatch.setattr(client.http, "send", cut)
    with pytest.raises(FetchFailed, match="cut"):
        client.recordings.upload(project_id, EXAMPLE)


def test_what_is_no_recording_is_told(client: earmark.Client, project_id: str, tmp_path: Path) -> None:
    (tmp_path / "text.wav").write_text("no sound")
    made = client.recordings.upload(project_id, tmp_path / "text.wav")
    with pytest.raises(UnreadableMedia) as refused:
        client.recordings.wait(made["id"], timeout=60)
    assert str(refused.value) == client.recordings.get(made["id"])["error"]
    for nothing in (tmp_path / "none.wav", tmp_path):
        with pytest.raises(SourceNotFound):
            client.recordings.upload(project_id, nothing)


def test_a_project_is_undone_and_moved(client: earmark.Client, tmp_path: Path) -> None:
    project = client.projects.create("moved", labels=[{"name": "a"}])
    labels = client.projects.set_labels(project["id"], [{"name": "b"}, {"name": "c"}])["labels"]
    assert [label["name"] for label in labels] == ["b", "c"]
    recording = client.recordings.wait(client.recordings.upload(project["id"], EXAMPLE)["id"])
    first = client.annotations.create(recording["id"], [earmark.Segment(start=0, end=1, label="b")])
    second = client.annotations.create(recording["id"], copy_of=first["id"])
    add = Edit(op=EditOp.ADD, id="x", segment=earmark.Segment(start=2, end=3, label="c"))
    client.annotations.edit(second["id"], [add], base_revision=1)
    assert client.annotations.compare(first["id"], second["id"])["only_second"] == 1
    client.annotations.revert(second["id"], base_revision=2)
    assert client.annotations.compare(first["id"], second["id"])["only_second"] == 0

    client.recordings.delete(recording["id"])
    assert client.recordings.restore(recording["id"])["deleted_at"] is None
    client.exports.archive(project["id"], tmp_path / "moved.zip")
    client.recordings.delete(recording["id"], purge=True)
    assert list(client.recordings.list(project["id"])) == []
    back = client.exports.restore_archive(tmp_path / "moved.zip")
    assert [one["name"] for one in client.recordings.list(back["id"])] == [recording["name"]]


def test_a_job_that_failed_is_tried_again(client: earmark.Client, project_id: str) -> None:
    with pytest.raises(Forbidden, match="EARMARK_IMPORT_FOLDERS"):
        client.recordings.import_place(project_id, "/srv")
    (made,) = client.recordings.import_from(project_id, ["http://127.0.0.1:9/a.wav"])["recordings"]
    with pytest.raises(UnreadableMedia, match="public internet"):
        client.recordings.wait(made["id"])
    (job,) = client.jobs.list(project_id=project_id, state="failed")
    assert client.jobs.retry(job["id"])["state"] == "queued"


def test_errors_are_those_of_earmark(client: earmark.Client, project_id: str, server: Server, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no project"):
        client.projects.get("0" * 26)
    with pytest.raises(InvalidValue, match=r"body\.name"):
        client.projects.create("")
    model = client.models.create("twice", "1", engine="e", task="t")
    with pytest.raises(Conflict, match="another version"):
        client.models.create("twice", "1", engine="e", task="t")
    with pytest.raises(NotFound):
        client.models.export("0" * 26, tmp_path / "x")
    with pytest.raises(OutputFailed):
        client.models.export(model["id"], tmp_path / "no-folder" / "x")
    with earmark.Client(server.url, "em_wrong") as stranger, pytest.raises(NotSignedIn):
        stranger.who()
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    from earmark.client import http

    monkeypatch.setattr(http.time, "sleep", lambda _seconds: None)
    # Taken, so that nobody else listens there, but not listened on.
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with earmark.Client(url, "em_x") as client, pytest.raises(FetchFailed, match="server runs"):
            client.who()


@pytest.fixture
def unsteady(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, list[dict[str, str]], list[int | None]]]:
    """A server that answers with the statuses it is told (None: breaks the connection), then with what was sent."""
    from earmark.client import http

    monkeypatch.setattr(http.time, "sleep", lambda _seconds: None)
    requests: list[dict[str, str]] = []
    statuses: list[int | None] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            requests.append({name.lower(): value for name, value in self.headers.items()})
            status = statuses.pop(0) if statuses else 200
            if status is None:
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            self.send_response(status)
            self.send_header("content-length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        do_GET = do_POST  # noqa: N815 - the library's name

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", requests, statuses
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_creation_is_sent_again_under_the_same_key(
    unsteady: tuple[str, list[dict[str, str]], list[int | None]],
) -> None:
    url, requests, statuses = unsteady
    statuses += [None, 503]
    with earmark.Client(url, "em_x") as client:
        client.projects.create("once")

    assert len(requests) == 3
    assert len({request["idempotency-key"] for request in requests}) == 1
    assert requests[0]["authorization"] == "Bearer em_x"


def test_it_does_not_try_for_ever(unsteady: tuple[str, list[dict[str, str]], list[int | None]]) -> None:
    url, requests, statuses = unsteady
    statuses += [503] * 10
    with earmark.Client(url, "em_x") as client, pytest.raises(EarmarkError):
        client.who()
    assert len(requests) == 3


def test_every_error_of_the_server_has_a_class_here() -> None:
    mine = {kind.code for kind in problems.KINDS.values() if kind.status < 500 or kind.status == 503}
    assert mine <= set(KINDS)
    for error, kind in problems.KINDS.items():
        if kind.code in KINDS:
            assert issubclass(error, KINDS[kind.code])


def test_problems_become_errors_with_what_they_say() -> None:
    stale = error_of({"code": "stale", "detail": "changed", "current": 7, "changes": [1]})
    assert isinstance(stale, StaleEdit)
    assert (str(stale), stale.current, stale.changes) == ("changed", 7, (1,))
    later = error_of({"code": "too_many_attempts", "detail": "wait", "retry_after": 30})
    assert isinstance(later, TooManyAttempts)
    assert later.retry_after == 30
    odd = error_of({"code": "invented"})
    assert type(odd) is EarmarkError
    for kind in set(KINDS.values()):
        assert str(error_of({"code": next(code for code in KINDS if KINDS[code] is kind), "detail": "x"})) == "x"
    assert issubclass(errors.StaleEdit, errors.Conflict)
