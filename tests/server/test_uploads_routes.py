"""Resumable uploads by the tus protocol, request by request and with a client that others wrote."""

from __future__ import annotations

import base64
import hashlib
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from starlette.testclient import TestClient
from tests.library import checksum, files, parts, rows, wav, work
from tests.server.conftest import AsUser

from earmark.core.people import Actor, Scope
from earmark.server.app import create_app
from earmark.services import tokens
from earmark.services.platform import Platform
from earmark.store.blobs import blob_key
from earmark.store.tables import recordings

API = "/api/v1"
TUS = {"Tus-Resumable": "1.0.0"}
PIECE = {**TUS, "Content-Type": "application/offset+octet-stream"}
DATA = wav(1)


def text(value: str) -> str:
    return base64.b64encode(value.encode()).decode()


@pytest.fixture
def project(client: TestClient) -> str:
    return str(client.post(f"{API}/projects", json={"name": "Reef"}).json()["id"])


def metadata(project: str, name: str = "dawn.wav") -> str:
    return f"filename {text(name)},project {text(project)},filetype {text('audio/wav')}"


def begin(client: TestClient, project: str, size: int = len(DATA), **headers: str) -> Any:
    said = {**TUS, "Upload-Length": str(size), "Upload-Metadata": metadata(project), **headers}
    return client.post(f"{API}/uploads", headers=said)


def send(client: TestClient, address: str, data: bytes, at: int, **headers: str) -> Any:
    return client.patch(address, content=data, headers={**PIECE, "Upload-Offset": str(at), **headers})


def test_what_the_server_can_do(client: TestClient, platform: Platform) -> None:
    answer = client.options(f"{API}/uploads")
    assert answer.status_code == 204
    assert answer.headers["Tus-Version"] == "1.0.0"
    assert answer.headers["Tus-Max-Size"] == str(platform.settings.upload_max_bytes)
    assert {"creation", "termination", "checksum"} <= set(answer.headers["Tus-Extension"].split(","))


def test_pieces_become_a_recording(client: TestClient, platform: Platform, project: str) -> None:
    begun = begin(client, project)
    assert begun.status_code == 201
    assert (begun.headers["Upload-Offset"], begun.headers["Tus-Resumable"]) == ("0", "1.0.0")
    address = begun.headers["Location"]
    first = send(client, address, DATA[:1000], 0)
    assert (first.status_code, first.headers["Upload-Offset"]) == (204, "1000")
    assert first.headers["Upload-Expires"].endswith("GMT")
    look = client.head(address, headers=TUS)
    assert (look.status_code, look.headers["Upload-Offset"], look.headers["Upload-Length"]) == (
        200,
        "1000",
        str(len(DATA)),
    )
    assert look.headers["Cache-Control"] == "no-store"
    assert look.headers["Upload-Metadata"] == metadata(project)
    last = send(client, address, DATA[1000:], 1000)
    made = client.get(f"{API}/recordings/{last.headers['Earmark-Recording']}").json()
    assert (made["name"], made["checksum"]) == ("dawn.wav", checksum(DATA))
    again = client.head(address, headers=TUS)
    assert again.headers["Upload-Offset"] == str(len(DATA))
    assert again.headers["Earmark-Recording"] == made["id"]
    work(platform)
    assert client.get(f"{API}/recordings/{made['id']}").json()["state"] == "ready"


def test_the_first_piece_may_come_with_the_beginning(client: TestClient, platform: Platform, project: str) -> None:
    headers = {**PIECE, "Upload-Length": str(len(DATA)), "Upload-Metadata": metadata(project)}
    begun = client.post(f"{API}/uploads", content=DATA, headers=headers)
    assert (begun.status_code, begun.headers["Upload-Offset"]) == (201, str(len(DATA)))
    assert platform.files.get(blob_key(checksum(DATA))) == DATA


def test_a_new_server_goes_on_where_the_old_one_was(client: TestClient, platform: Platform, project: str) -> None:
    address = begin(client, project).headers["Location"]
    send(client, address, DATA[:1000], 0)
    with TestClient(create_app(platform), base_url="http://testserver", cookies=client.cookies) as other:
        other.headers["origin"] = "http://testserver"
        assert other.head(address, headers=TUS).headers["Upload-Offset"] == "1000"
        assert send(other, address, DATA[1000:], 1000).status_code == 204
    assert rows(platform, recordings) == 1


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_checksums_of_pieces(client: TestClient, project: str, algorithm: str) -> None:
    address = begin(client, project).headers["Location"]
    right = base64.b64encode(hashlib.new(algorithm, DATA[:10]).digest()).decode()
    wrong = base64.b64encode(hashlib.new(algorithm, b"x").digest()).decode()
    refused = send(client, address, DATA[:10], 0, **{"Upload-Checksum": f"{algorithm} {wrong}"})
    assert (refused.status_code, refused.json()["code"]) == (460, "checksum_mismatch")
    assert refused.headers["Tus-Resumable"] == "1.0.0"
    assert client.head(address, headers=TUS).headers["Upload-Offset"] == "0"
    taken = send(client, address, DATA[:10], 0, **{"Upload-Checksum": f"{algorithm} {right}"})
    assert taken.headers["Upload-Offset"] == "10"


def test_what_is_refused(client: TestClient, as_user: AsUser, platform: Platform, project: str) -> None:
    address = begin(client, project).headers["Location"]
    refused = {
        409: [send(client, address, b"x", 5)],
        413: [send(client, address, DATA + b"x", 0), begin(client, project, 10**18)],
        415: [send(client, address, b"x", 0, **{"Content-Type": "text/plain"})],
        412: [send(client, address, b"x", 0, **{"Tus-Resumable": "0.2.2"}), client.head(address)],
        404: [
            send(client, f"{API}/uploads/{'0' * 26}", b"x", 0),
            as_user().head(address, headers=TUS),
            begin(as_user(), project),
        ],
        403: [begin(as_user("annotator", project), project)],
        422: [
            begin(client, project, 0),
            begin(client, "x"),
            begin(client, project, **{"Upload-Length": "many"}),
            begin(client, project, **{"Upload-Metadata": "filename !!"}),
            begin(client, project, **{"Upload-Metadata": f"filename {text('a')},filename {text('b')}"}),
            begin(client, project, **{"Upload-Metadata": "x" * 5000}),
            client.post(f"{API}/uploads", headers={**TUS, "Upload-Metadata": metadata(project)}),
            send(client, address, b"x", 0, **{"Upload-Checksum": "md5 abc"}),
            send(client, address, b"x", 0, **{"Upload-Checksum": "sha1 abc"}),
            send(client, address, b"x", -1),
            send(client, f"{API}/uploads/..%2f..%2fetc", b"x", 0),
        ],
    }
    for status, answers in refused.items():
        for answer in answers:
            assert answer.status_code in (status, 404), (status, answer.status_code, answer.text)
    assert client.head(address, headers=TUS).headers["Upload-Offset"] == "0"
    assert rows(platform, recordings) == 0


def test_an_upload_is_given_up(client: TestClient, platform: Platform, project: str) -> None:
    address = begin(client, project).headers["Location"]
    send(client, address, DATA[:10], 0)
    assert client.delete(address, headers=TUS).status_code == 204
    assert client.head(address, headers=TUS).status_code == 404
    assert parts(platform) == []


def test_clients_without_patch_and_delete(client: TestClient, project: str) -> None:
    address = begin(client, project).headers["Location"]
    headers = {**PIECE, "Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH"}
    assert client.post(address, content=DATA[:10], headers=headers).headers["Upload-Offset"] == "10"
    assert client.post(address, headers={**TUS, "X-HTTP-Method-Override": "PUT"}).status_code == 405
    assert client.post(address, headers={**TUS, "X-HTTP-Method-Override": "DELETE"}).status_code == 204
    assert client.head(address, headers=TUS).status_code == 404


# With a client that others wrote --------------------------------------------------------------------------------------


@pytest.fixture
def running(platform: Platform) -> Iterator[str]:
    """A real server on this machine."""
    server = uvicorn.Server(uvicorn.Config(create_app(platform), host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


def test_tuspy_uploads_in_pieces_and_goes_on_after_an_interruption(
    client: TestClient, administrator: Any, platform: Platform, project: str, running: str, tmp_path: Path
) -> None:
    from tusclient.client import TusClient

    actor = Actor(user_id=administrator.id, name="admin", is_administrator=True)
    _, secret = tokens.create_token(platform, actor, name="tus", scopes=[Scope.ADMIN], expires_at=None)
    data = wav(2, seconds=60.0)
    path = tmp_path / "long.wav"
    path.write_bytes(data)
    tus = TusClient(f"{running}{API}/uploads", headers={"Authorization": f"Bearer {secret}"})
    said = {"filename": "long.wav", "project": project}
    with path.open("rb") as file:
        first = tus.uploader(file_stream=file, chunk_size=100_000, metadata=said, upload_checksum=True)
        first.upload(stop_at=300_000)
        rest = tus.uploader(file_stream=file, chunk_size=200_000, url=first.url)
        assert rest.offset == 300_000
        rest.upload()

    assert platform.files.get(blob_key(checksum(data))) == data
    assert [one["name"] for one in client.get(f"{API}/projects/{project}/recordings").json()["items"]] == ["long.wav"]
    assert len(files(platform)) == 1
