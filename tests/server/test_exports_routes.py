"""Files in and out over HTTP."""

from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.library import add_project, add_recording, work
from tests.server.conftest import AsUser

from earmark.core.library import StoredRecording
from earmark.jobs.run import JobRun
from earmark.services.archive import run_archive
from earmark.services.archive_restore import run_restore_archive
from earmark.services.exports import run_export
from earmark.services.platform import Platform

API = "/api/v1"
BODIES: dict[str, Callable[[Platform, JobRun], Mapping[str, Any] | None]] = {
    "export": run_export,
    "archive": run_archive,
    "restore_archive": run_restore_archive,
}


@pytest.fixture
def recording(platform: Platform) -> StoredRecording:
    return add_recording(platform.database, add_project(platform.database), name='d"é.wav')


def done(client: TestClient, platform: Platform, answer: Any) -> dict[str, Any]:
    """Do the job that was asked for."""
    assert answer.status_code == 202, answer.text
    (job,) = work(platform, BODIES)
    assert job.id == answer.json()["id"]
    found = client.get(f"{API}/jobs/{job.id}").json()
    assert found["state"] == "done", found["error"]
    return dict(found)


def send(client: TestClient, recording: StoredRecording, data: bytes, name: str = "a.csv", **query: Any) -> Any:
    address = f"{API}/recordings/{recording.id}/annotations/import"
    return client.post(address, params=query, files={"file": (name, data)})


def test_a_file_comes_in_and_goes_out(client: TestClient, recording: StoredRecording) -> None:
    made = send(client, recording, b"start,end,label,text\n1,2,call,'=1+1\n")
    assert (made.status_code, made.json()["kind"], made.json()["segment_count"]) == (201, "file", 1)
    address = made.headers["Location"]
    assert client.get(f"{address}/segments").json()["items"][0]["text"] == "=1+1"

    file = client.get(f"{address}/export", params={"format": "csv"})
    assert file.headers["content-type"] == "text/csv; charset=utf-8"
    assert file.headers["content-disposition"] == "attachment; filename=\"d__.csv\"; filename*=UTF-8''d_%C3%A9.csv"
    assert "'=1+1" in file.text
    assert "label" in client.get(f"{address}/export", params={"format": "srt"}).headers["x-earmark-losses"]
    assert client.get(f"{address}/export", params={"format": "odt"}).status_code == 422
    assert client.get(f"{address}/export", params={"format": "csv", "revision": 2}).status_code == 422


def test_the_format_may_be_named_and_the_work_be_mine(client: TestClient, recording: StoredRecording) -> None:
    made = send(client, recording, b"1\t2\tcall\n", "labels", format="audacity", mine=True)
    assert (made.status_code, made.json()["kind"], made.json()["status"]) == (201, "person", "draft")


@pytest.mark.parametrize(
    ("data", "name", "query", "status", "code"),
    [
        (b"start,end\n2,1\n", "a.csv", {}, 422, "format_error"),
        (b"start,end\n2,999\n", "a.csv", {}, 422, "invalid_items"),
        (b"x", "a.exe", {}, 422, "unknown_format"),
        (b"x", "a.csv", {"format": "odt"}, 422, "unknown_format"),
        (b"\xff\xfe\x00", "a.csv", {}, 422, "format_error"),
    ],
)
def test_a_file_that_cannot_be_taken(
    client: TestClient,
    recording: StoredRecording,
    data: bytes,
    name: str,
    query: dict[str, str],
    status: int,
    code: str,
) -> None:
    refused = send(client, recording, data, name, **query)
    assert (refused.status_code, refused.json()["code"]) == (status, code)


def test_one_file_is_sent(client: TestClient, recording: StoredRecording, monkeypatch: pytest.MonkeyPatch) -> None:
    address = f"{API}/recordings/{recording.id}/annotations/import"
    two = [("file", ("a.csv", b"start,end\n1,2\n")), ("file", ("b.csv", b"start,end\n1,2\n"))]
    assert client.post(address, files=two).status_code == 422
    assert client.post(address, json={}).status_code == 422
    monkeypatch.setattr("earmark.services.exchange.MAX_FILE", 10)
    assert send(client, recording, b"start,end\n1,2\n").status_code == 413


def test_formats_are_listed(client: TestClient) -> None:
    found = {one["name"]: one for one in client.get(f"{API}/formats").json()}
    assert (found["textgrid"]["reads"], found["txt"]["reads"], found["srt"]["writes"]) == (True, False, True)
    assert "words" in found["json"]["keeps"]


def test_minutes_are_fetched_as_a_word_document(client: TestClient, recording: StoredRecording) -> None:
    docx = pytest.importorskip("docx")
    made = send(client, recording, b"start,end,text,speaker\n1,2,Hello.,Host\n")
    file = client.get(f"{made.headers['Location']}/export", params={"format": "docx"})
    assert file.headers["content-type"] == "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    assert "d__.docx" in file.headers["content-disposition"]
    assert "Host 0:00:01\nHello." in [
        paragraph.text for paragraph in docx.Document(io.BytesIO(file.content)).paragraphs
    ]


def test_without_the_part_for_word_documents_it_is_not_offered(
    client: TestClient, recording: StoredRecording, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = send(client, recording, b"start,end,text\n1,2,Hello.\n")
    monkeypatch.setitem(sys.modules, "docx", None)
    assert {one["name"]: one["writes"] for one in client.get(f"{API}/formats").json()}["docx"] is False
    refused = client.get(f"{made.headers['Location']}/export", params={"format": "docx"})
    assert (refused.status_code, refused.json()["code"]) == (501, "missing_extra")
    asked = client.post(f"{API}/projects/{recording.project_id}/exports", json={"formats": ["docx"]})
    assert asked.status_code == 501


def test_an_export_is_asked_for_and_fetched(
    client: TestClient, as_user: AsUser, platform: Platform, recording: StoredRecording
) -> None:
    send(client, recording, b"start,end,label\n1,2,call\n")
    viewer = as_user("viewer", recording.project_id)
    asked = viewer.post(f"{API}/projects/{recording.project_id}/exports", json={"formats": ["json", "srt"]})
    address = f"{API}/jobs/{asked.json()['id']}/result"
    assert viewer.get(address).status_code == 409
    job = done(client, platform, asked)
    assert (job["result"]["annotations"], job["result"]["files"]) == (1, 2)

    whole = viewer.get(address)
    assert whole.headers["content-type"] == "application/zip"
    assert 'filename="Birds.zip"' in whole.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(whole.content)) as archive:
        assert set(archive.namelist()) == {"json/d_é.json", "srt/d_é.srt", "manifest.csv"}
    part = viewer.get(address, headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.content) == (206, b"PK\x03\x04")
    assert viewer.get(address, headers={"If-None-Match": whole.headers["etag"]}).status_code == 304
    assert viewer.head(address).headers["content-length"] == str(len(whole.content))
    assert as_user().get(address).status_code == 404


@pytest.mark.parametrize("body", [{}, {"formats": []}, {"formats": ["odt"]}, {"formats": ["json"], "which": "worst"}])
def test_an_export_that_makes_no_sense(client: TestClient, recording: StoredRecording, body: dict[str, Any]) -> None:
    assert client.post(f"{API}/projects/{recording.project_id}/exports", json=body).status_code == 422


def test_a_project_is_archived_and_restored(
    client: TestClient, as_user: AsUser, platform: Platform, recording: StoredRecording
) -> None:
    send(client, recording, b"start,end,label\n1,2,call\n")
    project = f"{API}/projects/{recording.project_id}"
    assert as_user("annotator", recording.project_id).post(f"{project}/archive").status_code == 403
    job = done(client, platform, client.post(f"{project}/archive"))
    data = client.get(f"{API}/jobs/{job['id']}/result").content

    restored = done(
        client, platform, client.post(f"{API}/projects/import-archive", files={"file": ("birds.zip", data)})
    )
    again = client.get(f"{API}/projects/{restored['result']['project_id']}").json()
    assert again["name"] == "Birds"
    (copy,) = client.get(f"{API}/projects/{again['id']}/recordings").json()["items"]
    (annotation,) = client.get(f"{API}/recordings/{copy['id']}/annotations").json()["items"]
    assert annotation["segment_count"] == 1


@pytest.mark.parametrize("data", [b"", b"hello", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_archive(client: TestClient, platform: Platform, data: bytes) -> None:
    refused = client.post(f"{API}/projects/import-archive", files={"file": ("birds.zip", data)})
    assert refused.status_code == 422
    assert client.get(f"{API}/projects").json()["items"] == []
    assert not list(platform.uploads_dir.glob("*"))
