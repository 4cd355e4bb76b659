"""Recordings over HTTP: sent, listed, changed, deleted."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.library import files, parts, rows, wav, work
from tests.server.conftest import AsUser

from earmark.core.ids import new_id
from earmark.core.page import encode_cursor
from earmark.core.people import User
from earmark.server import multipart
from earmark.services.platform import Platform
from earmark.store.tables import recordings

API = "/api/v1"


@pytest.fixture
def address(client: TestClient) -> str:
    """Recordings of a project."""
    made = client.post(f"{API}/projects", json={"name": "Reef"}).json()
    return f"{API}/projects/{made['id']}/recordings"


def send(client: TestClient, address: str, *names_and_data: tuple[str, bytes]) -> Any:
    return client.post(address, files=[("file", pair) for pair in names_and_data])


def test_a_file_becomes_a_recording_that_a_job_listens_to(client: TestClient, platform: Platform, address: str) -> None:
    sent = send(client, address, ("dawn.wav", wav(1)))
    assert sent.status_code == 201
    (item,) = sent.json()["items"]
    assert (item["name"], item["duplicate"], item["error"]) == ("dawn.wav", False, None)
    assert item["recording"]["state"] == "waiting"
    work(platform)
    read = client.get(sent.headers["Location"])
    assert read.json()["state"] == "ready"
    assert (read.json()["duration"], read.json()["sample_rate"], read.json()["source"]) == (0.5, 8000, "dawn.wav")
    assert read.headers["ETag"] == '"2"'
    assert parts(platform) == []


def test_several_files_each_say_what_became_of_them(client: TestClient, platform: Platform, address: str) -> None:
    first = send(client, address, ("a.wav", wav(1)), ("b.wav", wav(2))).json()["items"]
    sent = send(client, address, ("c.wav", wav(3)), ("again.wav", wav(1)), ("empty.wav", b""))
    assert sent.status_code == 201
    new, again, empty = sent.json()["items"]
    assert new["recording"]["name"] == "c.wav"
    assert (again["duplicate"], again["recording"]["id"]) == (True, first[0]["recording"]["id"])
    assert empty["recording"] is None
    assert "empty" in empty["error"]
    assert rows(platform, recordings) == 3


def test_what_is_there_already_answers_200_and_comes_out_of_the_trash(client: TestClient, address: str) -> None:
    first = send(client, address, ("a.wav", wav(1)))
    client.delete(first.headers["Location"])
    again = send(client, address, ("a.wav", wav(1)))
    assert again.status_code == 200
    assert (again.json()["items"][0]["duplicate"], again.json()["items"][0]["restored"]) == (True, True)
    assert again.headers["Location"] == first.headers["Location"]


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("a\x00b.wav", "ab.wav"),
        ("<img src=x onerror=alert(1)>.wav", "<img src=x onerror=alert(1)>.wav"),
        ("é" * 150 + ".wav", "é" * 125 + ".wav"),
        ("", "recording"),
    ],
)
def test_hostile_names_are_made_harmless(
    client: TestClient, platform: Platform, address: str, name: str, kept: str
) -> None:
    quoted = name.replace('"', "%22")
    body = (
        f'--b\r\nContent-Disposition: form-data; name="file"; filename="{quoted}"\r\n\r\n'.encode()
        + wav(1)
        + b"\r\n--b--\r\n"
    )
    sent = client.post(address, content=body, headers={"Content-Type": "multipart/form-data; boundary=b"})
    assert sent.status_code == 201, sent.text
    assert sent.json()["items"][0]["recording"]["name"] == kept
    assert all(key.startswith("blobs/") for key in files(platform))


HEAD = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n'


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"", "multipart/form-data; boundary=b", 422),
        (b"--b--\r\n", "multipart/form-data; boundary=b", 422),
        (HEAD + b"x", "multipart/form-data; boundary=b", 422),
        (HEAD + b"\r\n--b--\r\n", "multipart/form-data; boundary=b", 422),
        (
            b'--b\r\nContent-Disposition: form-data; name="x"\r\n\r\n1\r\n--b--\r\n',
            "multipart/form-data; boundary=b",
            422,
        ),
        (b"--c\r\n\r\n", "multipart/form-data; boundary=b", 422),
        (b"--b\r\nX: " + b"y" * 20_000, "multipart/form-data; boundary=b", 422),
        (HEAD + b"x\r\n--b--\r\n", "multipart/form-data", 422),
        (HEAD + b"x\r\n--b--\r\n", "application/octet-stream", 422),
        (b"{}", "application/json", 422),
    ],
)
def test_bodies_that_are_no_files(
    client: TestClient, platform: Platform, address: str, body: bytes, kind: str, status: int
) -> None:
    sent = client.post(address, content=body, headers={"Content-Type": kind})
    assert (sent.status_code, sent.headers["content-type"]) == (status, "application/problem+json")
    assert parts(platform) == []
    assert files(platform) == set()


def test_a_file_may_be_so_large_and_no_larger(
    client: TestClient, platform: Platform, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    object.__setattr__(platform.settings, "upload_max_bytes", 5000)
    monkeypatch.setattr(multipart, "BLOCK", 1000)
    assert send(client, address, ("a.wav", b"x" * 5000)).status_code == 201
    too_large = send(client, address, ("b.wav", b"x" * 5001))
    assert (too_large.status_code, too_large.json()["code"]) == (413, "too_large")
    assert parts(platform) == []


def test_a_body_is_written_as_it_comes(
    client: TestClient, platform: Platform, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(multipart, "BLOCK", 1000)
    grown = []

    def body() -> Iterator[bytes]:
        yield HEAD
        data = io.BytesIO(wav(1, seconds=2.0))
        while block := data.read(4000):
            yield block
            grown.append(sum(path.stat().st_size for path in parts(platform)))
        yield b"\r\n--b--\r\n"

    sent = client.post(address, content=body(), headers={"Content-Type": "multipart/form-data; boundary=b"})
    assert sent.status_code == 201
    assert sent.json()["items"][0]["recording"]["size"] == len(wav(1, seconds=2.0))


def test_who_may_not_import_may_not_send(client: TestClient, as_user: AsUser, platform: Platform, address: str) -> None:
    project_id = address.split("/")[4]
    assert send(as_user(), address, ("a.wav", wav(1))).status_code == 404
    assert send(as_user("annotator", project_id), address, ("a.wav", wav(1))).status_code == 403
    assert send(as_user("manager", project_id), address, ("a.wav", wav(1))).status_code == 201
    assert parts(platform) == []


def test_lists_are_filtered_sorted_and_turned(client: TestClient, platform: Platform, address: str) -> None:
    for seed, name in enumerate(("reef 1.wav", "reef 2.wav", "wood.wav")):
        send(client, address, (name, wav(seed, seconds=0.1 * (seed + 1))))
    work(platform)
    one = client.get(address, params={"q": "wood"}).json()["items"][0]
    client.patch(f"{API}/recordings/{one['id']}", json={"tags": ["dawn"]})

    def names(**params: Any) -> list[str]:
        return [item["name"] for item in client.get(address, params=params).json()["items"]]

    assert names(sort="name", order="asc") == ["reef 1.wav", "reef 2.wav", "wood.wav"]
    assert names(sort="duration") == ["wood.wav", "reef 2.wav", "reef 1.wav"]
    assert names(q="reef", sort="name") == ["reef 2.wav", "reef 1.wav"]
    assert names(tag="dawn") == names(q="#dawn") == ["wood.wav"]
    assert names(min_duration=0.15, max_duration=0.25) == ["reef 2.wav"]
    assert names(state=["failed", "waiting"]) == []
    assert names(created_from="2100-01-01T00:00:00Z") == []
    assert len(names(annotated="none")) == 3
    first = client.get(address, params={"limit": 2, "sort": "name", "order": "asc", "count": True}).json()
    assert (first["count"], first["count_is_more"]) == (3, False)
    assert names(limit=2, sort="name", order="asc", cursor=first["next"]) == ["wood.wav"]
    assert client.get(f"{address}/states").json() == {"waiting": 0, "ready": 3, "failed": 0}


@pytest.mark.parametrize(
    "params",
    [
        {"limit": 0},
        {"limit": 501},
        {"sort": "size"},
        {"order": "up"},
        {"min_duration": -1},
        {"min_duration": "nan"},
        {"max_duration": "1e300"},
        {"min_duration": 2, "max_duration": 1},
        {"q": "x" * 301},
        {"q": " ".join(f"w{n}" for n in range(11))},
        {"tag": "x" * 61},
        {"state": "done"},
        {"created_from": "yesterday"},
        {"created_from": "2026-01-01T00:00:00"},
        {"annotated": "none", "label": "song"},
        {"cursor": "x"},
        {"cursor": encode_cursor("name", "desc", "a", "b")},
        {"colour": "red"},
    ],
    ids=str,
)
def test_lists_that_make_no_sense(client: TestClient, address: str, params: dict[str, Any]) -> None:
    answer = client.get(address, params=params)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


def test_a_recording_is_changed_by_who_saw_its_latest_version(client: TestClient, address: str) -> None:
    one = send(client, address, ("a.wav", wav(1))).headers["Location"]
    body = {"name": "b.wav", "notes": "Zaunkönig", "tags": ["b", "a"], "recorded_at": "2026-05-01T07:30:00+02:00"}
    changed = client.patch(one, json=body, headers={"If-Match": '"1"'})
    assert changed.status_code == 200
    assert changed.json()["tags"] == ["a", "b"]
    assert changed.json()["recorded_at"] == "2026-05-01T05:30:00Z"
    assert client.patch(one, json={"name": "c"}, headers={"If-Match": '"1"'}).status_code == 412
    assert client.patch(one, json={}).json()["version"] == 2
    assert client.patch(one, json={"recorded_at": None}).json()["recorded_at"] is None
    for bad in (
        {"name": ""},
        {"name": "a\nb"},
        {"name": "é" * 200},
        {"tags": [""]},
        {"recorded_at": "now"},
        {"id": "x"},
    ):
        assert client.patch(one, json=bad).status_code == 422


def test_trash_restore_purge(client: TestClient, platform: Platform, address: str) -> None:
    one = send(client, address, ("a.wav", wav(1))).headers["Location"]
    assert client.delete(one, headers={"If-Match": '"9"'}).status_code == 412
    assert client.delete(one).status_code == 204
    assert client.get(address).json()["items"] == []
    assert len(client.get(address, params={"trashed": True}).json()["items"]) == 1
    assert client.post(f"{one}/restore").json()["deleted_at"] is None
    assert client.delete(one, params={"purge": True}).status_code == 204
    assert client.get(one).status_code == 404
    assert files(platform) == set()


def test_many_at_once(client: TestClient, address: str) -> None:
    ids = [
        item["recording"]["id"]
        for item in send(client, address, *((f"{n}.wav", wav(n)) for n in range(3))).json()["items"]
    ]
    tagged = client.post(f"{address}/bulk", json={"action": "tag", "tags": ["x"], "ids": [*ids[:2], new_id()]})
    assert tagged.json() == {"matched": 2, "changed": 2, "left_out": [], "next": None}
    trashed = client.post(f"{address}/bulk", json={"action": "trash", "filter": {"tag": ["x"]}})
    assert trashed.json()["changed"] == 2
    asked = client.post(f"{address}/bulk", json={"action": "annotate", "ids": ids})
    left_out = {one["reason"]: one["recording_ids"] for one in asked.json()["left_out"]}
    assert left_out == {"importing": [ids[2]], "trashed": sorted(ids[:2])}
    assert len(client.get(address).json()["items"]) == 1
    for bad in (
        {"action": "tag", "ids": ids},
        {"action": "trash", "ids": ids, "tags": ["x"]},
        {"action": "trash"},
        {"action": "trash", "ids": ids, "filter": {}},
        {"action": "burn", "ids": ids},
        {"action": "trash", "ids": ["x"]},
        {"action": "trash", "filter": {"min_duration": -1}},
    ):
        assert client.post(f"{address}/bulk", json=bad).status_code == 422


def test_imports_are_begun(client: TestClient, platform: Platform, address: str) -> None:
    imports = address.replace("/recordings", "/imports")
    begun = client.post(imports, json={"urls": ["https://example.org/a.wav"]})
    assert begun.status_code == 202
    assert begun.json()["recordings"][0]["name"] == "a.wav"
    for bad in (
        {},
        {"urls": []},
        {"urls": ["file:///etc/passwd"]},
        {"urls": ["https://x/a.wav"], "folder": "/x"},
        {"folder": "relative"},
        {"bucket": "/etc"},
    ):
        assert client.post(imports, json=bad).status_code == 422, bad
    for closed in ({"folder": "/etc"}, {"bucket": "s3://theirs"}):
        assert client.post(imports, json=closed).status_code == 403
    assert rows(platform, recordings) == 1


def test_a_list_tells_what_was_found_and_who_is_on_it(
    client: TestClient, platform: Platform, administrator: User, address: str
) -> None:
    sent = [send(client, address, (f"{n}.wav", wav(n))).json()["items"][0]["recording"]["id"] for n in (1, 2)]
    work(platform)
    segments = [{"start": 0.0, "end": 0.1, "label": label} for label in ("call", "song", "call")]
    made = client.post(f"{API}/recordings/{sent[0]}/annotations", json={"segments": segments}).json()

    listed = {one["id"]: one for one in client.get(address, params={"with_work": True}).json()["items"]}

    assert listed[sent[0]]["work"] == {
        "labels": [{"name": "call", "segments": 2}, {"name": "song", "segments": 1}],
        "label_count": 2,
        "annotations": [
            {
                name: made[name]
                for name in ("id", "kind", "source", "author_id", "status", "segment_count", "updated_at")
            }
            | {"author": administrator.name}
        ],
    }
    assert listed[sent[1]]["work"] == {"labels": [], "label_count": 0, "annotations": []}
    one = f"{API}/recordings/{sent[0]}"
    assert client.get(one, params={"with_work": True}).json() == listed[sent[0]]
    assert client.get(one).json() == listed[sent[0]] | {"work": None}
    assert {item["work"] for item in client.get(address).json()["items"]} == {None}
