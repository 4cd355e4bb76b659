"""Segments across a project over HTTP."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient
from tests.library import add_project, add_recording
from tests.server.conftest import AsUser

from earmark.services.platform import Platform

API = "/api/v1"


@pytest.fixture
def project_id(platform: Platform) -> str:
    return add_project(platform.database)


@pytest.fixture
def annotator(as_user: AsUser, project_id: str) -> TestClient:
    return as_user("annotator", project_id)


def test_segments_are_found_sorted_and_turned_page_by_page(
    annotator: TestClient, platform: Platform, project_id: str
) -> None:
    made = []
    for name in ("a.wav", "b.wav"):
        recording = add_recording(platform.database, project_id, name=name)
        segments = [
            {"start": 1.0, "end": 2.0, "label": "call", "score": 0.9},
            {"start": 0.0, "end": 1.0, "score": 0.45, "tags": [["uncertain", "1"]]},
        ]
        address = f"{API}/recordings/{recording.id}/annotations"
        made.append(annotator.post(address, json={"segments": segments}).json())
    address = f"{API}/projects/{project_id}/segments"

    first = annotator.get(address, params={"limit": 3}).json()
    rest = annotator.get(address, params={"limit": 3, "cursor": first["next"]}).json()
    listed = [*first["items"], *rest["items"]]
    assert [(item["recording_name"], item["segment"]["start"]) for item in listed] == [
        ("a.wav", 0.0),
        ("a.wav", 1.0),
        ("b.wav", 0.0),
        ("b.wav", 1.0),
    ]
    assert rest["next"] is None
    by = {"source": made[0]["source"]}
    assert len(annotator.get(address, params=by).json()["items"]) == 4
    assert annotator.get(address, params={"source": "somebody else"}).json()["items"] == []
    assert listed[1] == {
        "annotation_id": made[0]["id"],
        "kind": "person",
        "source": made[0]["source"],
        "status": "draft",
        "author_id": made[0]["author_id"],
        "revision": 1,
        "recording_id": made[0]["recording_id"],
        "recording_name": "a.wav",
        "recording_duration": 100.0,
        "segment": {
            "id": listed[1]["segment"]["id"],
            "revision": 1,
            "start": 1.0,
            "end": 2.0,
            "label": "call",
            "score": 0.9,
        },
    }
    asked = {
        "kind": ["person", "model"],
        "tag": "uncertain",
        "max_score": 0.5,
        "unlabelled": True,
        "sort": "uncertainty",
    }
    found = annotator.get(address, params={**asked, "annotation_id": [made[1]["id"]]}).json()["items"]
    assert [item["recording_name"] for item in found] == ["b.wav"]
    assert annotator.get(address, params={"label": ["call"], "min_duration": 2}).json()["items"] == []


@pytest.mark.parametrize(
    "wrong",
    [{"limit": 501}, {"kind": "nobody"}, {"min_score": 2}, {"sort": "x"}, {"cursor": "x"}, {"what": 1}],
    ids=str,
)
def test_questions_that_make_no_sense(annotator: TestClient, project_id: str, wrong: dict[str, object]) -> None:
    refused = annotator.get(f"{API}/projects/{project_id}/segments", params=wrong)  # type: ignore[arg-type]
    assert refused.status_code == 422, refused.text


def test_labels_are_counted(annotator: TestClient, platform: Platform, project_id: str) -> None:
    recording = add_recording(platform.database, project_id)
    segments = [{"start": 1.0, "end": 2.5, "label": "call"}, {"start": 0.0, "end": 1.0}]
    annotator.post(f"{API}/recordings/{recording.id}/annotations", json={"segments": segments})
    nothing = {"segments": 0, "seconds": 0.0}
    assert annotator.get(f"{API}/projects/{project_id}/labels").json() == {
        "items": [{"name": "call", "people": {"segments": 1, "seconds": 1.5}, "models": nothing, "files": nothing}]
    }
