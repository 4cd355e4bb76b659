"""Known voices over HTTP: named, listed, renamed and deleted, and never a number of theirs told."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.library import Work, make_work
from tests.server.conftest import AsUser

from earmark.core.people import Role
from earmark.core.review import AnnotationKind, AnnotationStatus, StoredSegment
from earmark.core.segment import Segment
from earmark.core.speakers import Voice
from earmark.services.annotations import add_annotation, own_annotation
from earmark.services.platform import Platform
from earmark.store import voices
from earmark.store.database import now

API = "/api/v1"
EMBEDDING = (0.6, 0.8)


@pytest.fixture
def work(platform: Platform) -> Work:
    return make_work(platform)


@pytest.fixture
def machine(work: Work) -> str:
    """An annotation of a model that heard two voices."""
    header = replace(own_annotation(work.author, work.recording), kind=AnnotationKind.MODEL, author_id=None)
    header = replace(header, status=AnnotationStatus.SUBMITTED)
    spoken = [Segment(start=10.0 * n, end=10.0 * n + 10, speaker=f"SPEAKER_0{n}") for n in range(2)]
    heard = [Voice(speaker=s.speaker or "", embedding=EMBEDDING, embedder="ge2e-256", seconds=10.0) for s in spoken]
    with work.platform.database.write() as connection:
        add_annotation(connection, header, [StoredSegment(id=s.speaker or "", segment=s) for s in spoken])
        voices.add_heard(connection, header.id, heard, at=now())
    return header.id


def switch(client: TestClient, work: Work, *, on: bool) -> Any:
    answer = client.patch(f"{API}/projects/{work.project_id}", json={"known_voices": on})
    assert answer.status_code == 200, answer.text
    return answer.json()["known_voices"]


def test_a_voice_is_named_listed_renamed_and_deleted(
    client: TestClient, as_user: AsUser, work: Work, machine: str
) -> None:
    assert switch(client, work, on=True) is True
    annotator = as_user(Role.ANNOTATOR, work.project_id)
    place = f"{API}/projects/{work.project_id}/voices"

    heard = annotator.get(f"{API}/annotations/{machine}/voices").json()["items"]
    assert heard[0] == {
        "speaker": "SPEAKER_00",
        "annotation_id": machine,
        "heard_as": "SPEAKER_00",
        "seconds": 10.0,
    }
    body = {"speaker": "SPEAKER_00", "name": "Guest"}
    named = annotator.post(f"{API}/annotations/{machine}/voices", json=body)
    assert (named.status_code, named.json()["name"], named.json()["samples"]) == (200, "Guest", 1)
    listed = annotator.get(place).json()["items"]
    assert listed == [named.json()]
    assert listed[0].keys() == {
        "id", "name", "embedder", "seconds", "samples", "created_by", "created_at", "updated_at",
    }  # fmt: skip
    address = f"{place}/{listed[0]['id']}"
    assert annotator.patch(address, json={"name": "Host"}).json()["name"] == "Host"
    assert annotator.delete(address).status_code == 403
    assert client.delete(address).status_code == 204
    assert client.get(place).json() == {"items": []}
    assert client.delete(address).status_code == 404


def test_no_answer_holds_the_numbers(client: TestClient, work: Work, machine: str) -> None:
    switch(client, work, on=True)
    client.post(f"{API}/annotations/{machine}/voices", json={"speaker": "SPEAKER_00", "name": "Guest"})

    for address in (
        f"projects/{work.project_id}",
        f"projects/{work.project_id}/voices",
        f"annotations/{machine}",
        f"annotations/{machine}/voices",
        f"annotations/{machine}/export?format=json",
        f"audit?project_id={work.project_id}",
    ):
        answer = client.get(f"{API}/{address}")
        assert answer.status_code == 200, address
        assert "embedding" not in answer.text, address
        numbers: list[float] = []
        json.loads(answer.text, parse_float=lambda text: numbers.append(float(text)))  # noqa: B023 - used at once
        assert not set(EMBEDDING) & set(numbers), address


def test_all_are_deleted_at_once_or_by_switching_off(client: TestClient, work: Work, machine: str) -> None:
    switch(client, work, on=True)
    for number in range(2):
        body = {"speaker": f"SPEAKER_0{number}", "name": f"Person {number}"}
        assert client.post(f"{API}/annotations/{machine}/voices", json=body).status_code == 200
    place = f"{API}/projects/{work.project_id}/voices"
    assert client.delete(place).json() == {"deleted": 2}
    assert switch(client, work, on=False) is False
    refused = client.post(f"{API}/annotations/{machine}/voices", json={"speaker": "SPEAKER_00", "name": "Guest"})
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    assert "switch known voices on" in refused.json()["detail"]


def test_who_changes_other_things_leaves_voices_as_they_are(client: TestClient, work: Work, machine: str) -> None:
    """Clients of before there were voices send a pipeline, and nothing of voices."""
    switch(client, work, on=True)
    client.post(f"{API}/annotations/{machine}/voices", json={"speaker": "SPEAKER_00", "name": "Guest"})

    changed = client.patch(f"{API}/projects/{work.project_id}", json={"pipeline": {"engine": "none"}}).json()

    assert changed["known_voices"] is True
    assert [one["name"] for one in client.get(f"{API}/projects/{work.project_id}/voices").json()["items"]] == ["Guest"]


def test_a_speaker_who_was_not_heard_is_not_there(client: TestClient, work: Work, machine: str) -> None:
    switch(client, work, on=True)
    answer = client.post(f"{API}/annotations/{machine}/voices", json={"speaker": "SPEAKER_09", "name": "Guest"})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    for body in ({"speaker": "SPEAKER_00"}, {"speaker": "", "name": "x"}, {"speaker": "SPEAKER_00", "name": ""}):
        assert client.post(f"{API}/annotations/{machine}/voices", json=body).status_code == 422
