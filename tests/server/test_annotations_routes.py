"""Annotations over HTTP."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.library import add_project, add_recording
from tests.server.conftest import AsUser

from earmark.core.ids import new_id
from earmark.core.library import StoredRecording
from earmark.core.people import Actor
from earmark.core.review import AnnotationKind, AnnotationStatus
from earmark.core.segment import Segment
from earmark.server.routes.review import SegmentsAnswer
from earmark.services.annotations import add_annotation, named, own_annotation
from earmark.services.platform import Platform

API = "/api/v1"


@pytest.fixture
def recording(platform: Platform) -> StoredRecording:
    return add_recording(platform.database, add_project(platform.database))


@pytest.fixture
def annotator(as_user: AsUser, recording: StoredRecording) -> TestClient:
    return as_user("annotator", recording.project_id)


def begin(client: TestClient, recording: StoredRecording, *segments: dict[str, Any]) -> dict[str, Any]:
    address = f"{API}/recordings/{recording.id}/annotations"
    made = client.post(address, json={"segments": list(segments)})
    assert made.status_code == 201, made.text
    assert made.headers["Location"] == f"{API}/annotations/{made.json()['id']}"
    assert made.headers["ETag"] == '"1"'
    return dict(made.json())


FULL = {
    "start": 1.5,
    "end": 2.5,
    "channel": 1,
    "label": "speech",
    "text": "<b>Hello</b>",
    "speaker": "ann",
    "language": "en",
    "words": [{"text": "Hello", "start": 1.5, "end": 2.0, "score": 0.5}],
    "score": 0.25,
    "tags": [["species", "wren"]],
    "low_hz": 100.0,
    "high_hz": 900.5,
}


def edits(*rows: tuple[str, str, dict[str, Any] | None], **more: Any) -> dict[str, Any]:
    listed = [{"op": op, "id": name, **({"segment": segment} if segment else {})} for op, name, segment in rows]
    return {"edits": listed, **more}


def test_an_annotation_is_begun_read_and_listed(annotator: TestClient, recording: StoredRecording) -> None:
    made = begin(annotator, recording, FULL, {"start": 0, "end": 1})

    assert (made["kind"], made["status"], made["segment_count"]) == ("person", "draft", 2)
    read = annotator.get(f"{API}/annotations/{made['id']}")
    assert (read.json(), read.headers["ETag"]) == (made, '"1"')
    assert annotator.get(f"{API}/recordings/{recording.id}/annotations").json() == {"items": [made], "next": None}
    seen = annotator.get(f"{API}/annotations/{made['id']}/segments").json()
    first, second = seen["items"]
    assert (seen["revision"], first["start"], first.keys()) == (1, 0.0, {"id", "revision", "start", "end"})
    assert {name: value for name, value in second.items() if name not in ("id", "revision")} == FULL


def test_a_view_page_by_page(annotator: TestClient, recording: StoredRecording) -> None:
    made = begin(annotator, recording, *({"start": n, "end": n + 1.5, "label": "ab"[n % 2]} for n in range(10)))
    address = f"{API}/annotations/{made['id']}/segments"
    first = annotator.get(address, params={"start": 2, "end": 6, "limit": 3}).json()
    second = annotator.get(address, params={"start": 2, "end": 6, "limit": 3, "cursor": first["next"]}).json()
    assert [one["start"] for one in first["items"] + second["items"]] == [1, 2, 3, 4, 5]
    assert second["next"] is None
    labelled = annotator.get(address, params={"label": ["a", "x"]}).json()
    assert [one["start"] for one in labelled["items"]] == [0, 2, 4, 6, 8]


def test_the_latest_revision_looks_as_declared_whichever_way_it_is_read(
    annotator: TestClient, recording: StoredRecording
) -> None:
    odd = {"start": 0.1, "end": 1e-7 + 0.1, "text": 'é "録" \n\u2028 </script>', "score": 0, "tags": [["", "a\\b"]]}
    far = {"start": 12.000000000000001, "end": 99, "channel": 0, "label": "", "low_hz": 0, "high_hz": 1e5}
    made = begin(annotator, recording, FULL, odd, far)
    address = f"{API}/annotations/{made['id']}/segments"

    straight = annotator.get(address, params={"limit": 2})
    undone = annotator.get(address, params={"limit": 2, "revision": 1}).json()
    assert straight.headers["content-type"] == "application/json"
    assert (straight.json()["revision"], straight.json()["items"]) == (undone["revision"], undone["items"])
    rest = annotator.get(address, params={"cursor": straight.json()["next"]})
    (last,) = rest.json()["items"]
    assert {name: value for name, value in last.items() if name not in ("id", "revision")} == far

    for answer in (straight, rest):
        declared = SegmentsAnswer.model_validate_json(answer.content, strict=True, extra="forbid")
        assert declared.model_dump(mode="json", exclude_unset=True) == answer.json()


def test_who_has_seen_a_view_is_told_that_it_is_the_same(annotator: TestClient, recording: StoredRecording) -> None:
    made = begin(annotator, recording, FULL)
    address = f"{API}/annotations/{made['id']}"
    seen = annotator.get(f"{address}/segments").headers["ETag"]
    again = annotator.get(f"{address}/segments", headers={"If-None-Match": seen})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", seen)

    annotator.post(f"{address}/edits", json=edits(("add", "a", FULL), base_revision=1))
    changed = annotator.get(f"{address}/segments", headers={"If-None-Match": seen})
    assert (changed.status_code, len(changed.json()["items"])) == (200, 2)


def test_views_of_others_are_not_even_the_same(
    annotator: TestClient, as_user: AsUser, recording: StoredRecording, platform: Platform
) -> None:
    made = begin(annotator, recording, FULL)
    stranger = as_user("viewer", add_project(platform.database))
    asked = stranger.get(f"{API}/annotations/{made['id']}/segments", headers={"If-None-Match": '"1"'})
    assert asked.status_code == 404


def test_edits_by_body_or_if_match(annotator: TestClient, recording: StoredRecording) -> None:
    made = begin(annotator, recording)
    address = f"{API}/annotations/{made['id']}/edits"
    saved = annotator.post(address, json=edits(("add", "a", FULL), base_revision=1))
    assert (saved.status_code, saved.headers["ETag"]) == (200, '"2"')
    assert (saved.json()["annotation"]["segment_count"], saved.json()["others"]) == (1, [])
    saved = annotator.post(address, json=edits(("update", "a", {**FULL, "text": "Bye"})), headers={"If-Match": '"2"'})
    assert saved.json()["annotation"]["revision"] == 3

    for body, headers in (
        (edits(("delete", "a", None)), {}),
        (edits(("delete", "a", None), base_revision=2), {"If-Match": '"3"'}),
    ):
        refused = annotator.post(address, json=body, headers=headers)
        assert (refused.status_code, "If-Match" in refused.json()["detail"]) == (422, True)


def test_a_stale_edit_hears_what_changed(annotator: TestClient, as_user: AsUser, recording: StoredRecording) -> None:
    made = begin(annotator, recording)
    address = f"{API}/annotations/{made['id']}/edits"
    manager = as_user("manager", recording.project_id)
    manager.post(address, json=edits(("add", "a", FULL), base_revision=1))

    late = edits(("add", "b", {"start": 0, "end": 1}), base_revision=1)
    refused = annotator.post(address, json=late)
    assert (refused.status_code, refused.json()["code"], refused.json()["current"]) == (409, "stale", 2)
    (change,) = refused.json()["changes"]
    assert (change["revision"]["number"], change["changes"][0]["id"]) == (2, "a")
    assert change["changes"][0]["after"]["text"] == "<b>Hello</b>"
    with_header = {"edits": late["edits"]}
    assert annotator.post(address, json=with_header, headers={"If-Match": '"1"'}).status_code == 412

    merged = annotator.post(address, json={**late, "merge": True}).json()
    assert merged["annotation"]["revision"] == 3
    assert merged["others"][0]["changes"] == [{"id": "a", "before": None, "after": FULL}]


def test_history_and_undo(annotator: TestClient, recording: StoredRecording) -> None:
    made = begin(annotator, recording, {"start": 0, "end": 1})
    address = f"{API}/annotations/{made['id']}"
    annotator.post(f"{address}/edits", json=edits(("add", "a", FULL), base_revision=1))

    listed = annotator.get(f"{address}/revisions").json()["items"]
    assert [(one["number"], one["change_count"]) for one in listed] == [(2, 1), (1, 1)]
    shown = annotator.get(f"{address}/revisions/2").json()
    assert shown["changes"] == [{"id": "a", "before": None, "after": FULL}]
    assert annotator.get(f"{address}/revisions/3").status_code == 404
    assert len(annotator.get(f"{address}/segments", params={"revision": 1}).json()["items"]) == 1
    undone = annotator.post(f"{address}/revert", json={"base_revision": 2})
    assert undone.json()["annotation"]["segment_count"] == 1
    stale = annotator.post(f"{address}/revert", json={"to_revision": 1}, headers={"If-Match": '"2"'})
    assert stale.status_code == 412
    redone = annotator.post(f"{address}/revert", json={"to_revision": 2}, headers={"If-Match": '"3"'})
    assert (redone.json()["annotation"]["revision"], redone.headers["ETag"]) == (4, '"4"')


def test_the_life_of_an_annotation(annotator: TestClient, as_user: AsUser, recording: StoredRecording) -> None:
    made = begin(annotator, recording)
    address = f"{API}/annotations/{made['id']}"
    manager = as_user("manager", recording.project_id)
    assert annotator.patch(address, json={"status": "submitted"}).json()["status"] == "submitted"
    assert annotator.patch(address, json={"status": "reviewed"}).status_code == 403
    stale = manager.patch(address, json={"status": "reviewed"}, headers={"If-Match": '"7"'})
    assert (stale.status_code, stale.json()["current"]) == (412, 1)
    assert manager.patch(address, json={"status": "reviewed"}, headers={"If-Match": '"1"'}).status_code == 200
    assert annotator.post(f"{address}/edits", json=edits(("add", "a", FULL), base_revision=1)).status_code == 409
    assert manager.delete(address).status_code == 204
    assert annotator.get(f"{API}/recordings/{recording.id}/annotations").json()["items"] == []
    deleted = annotator.get(f"{API}/recordings/{recording.id}/annotations", params={"deleted": True}).json()["items"]
    assert [one["id"] for one in deleted] == [made["id"]]
    assert manager.post(f"{address}/restore").json()["deleted_at"] is None


def test_a_model_is_copied_not_changed(annotator: TestClient, platform: Platform, recording: StoredRecording) -> None:
    header = own_annotation(Actor(user_id=None, name="whisper"), recording)
    machine = replace(header, kind=AnnotationKind.MODEL, status=AnnotationStatus.SUBMITTED)
    with platform.database.write() as connection:
        add_annotation(connection, machine, named([Segment(start=0, end=1)]))
    refused = annotator.post(f"{API}/annotations/{machine.id}/edits", json=edits(("add", "a", FULL), base_revision=1))
    assert (refused.status_code, "copy" in refused.json()["detail"]) == (409, True)
    copied = annotator.post(f"{API}/recordings/{recording.id}/annotations", json={"copy_of": machine.id})
    assert (copied.status_code, copied.json()["segment_count"]) == (201, 1)


def test_comparison_and_agreement(annotator: TestClient, as_user: AsUser, recording: StoredRecording) -> None:
    colleague = as_user("annotator", recording.project_id)
    call = {"label": "call"}
    first = begin(annotator, recording, {"start": 0, "end": 50, **call}, {"start": 60, "end": 61, **call})
    second = begin(colleague, recording, {"start": 0, "end": 40, **call}, {"start": 60, "end": 61, "label": "song"})

    found = annotator.get(f"{API}/annotations/{first['id']}/compare", params={"with": second["id"], "limit": 1}).json()
    assert (found["same"], found["different"], found["next"]) == (0, 2, 1)
    assert found["differences"][0]["differs"] == ["borders"]
    assert found["differences"][0]["second"]["end"] == 40
    rest = annotator.get(
        f"{API}/annotations/{first['id']}/compare", params={"with": second["id"], "skip": found["next"]}
    ).json()
    assert (rest["differences"][0]["differs"], rest["next"]) == (["label"], None)

    for address in (f"recordings/{recording.id}", f"projects/{recording.project_id}"):
        measured = annotator.get(f"{API}/{address}/agreement").json()
        assert measured["recordings"] == 1
        assert {one["id"] for one in measured["people"]} == {first["author_id"], second["author_id"]}
        assert 0 < measured["pairs"][0]["kappa"] < 1
        assert {"first": "call", "second": "call", "frames": 4000} in measured["pairs"][0]["labels"]


BAD_EDITS = [
    ({"edits": [], "base_revision": 1}, "body.edits"),
    ({"edits": [{"op": "fly", "id": "a"}], "base_revision": 1}, "body.edits.0.op"),
    ({"edits": [{"op": "delete", "id": ""}], "base_revision": 1}, "body.edits.0.id"),
    ({"edits": [{"op": "delete", "id": "é"}], "base_revision": 1}, "body.edits.0.id"),
    ({"edits": [{"op": "delete", "id": "a" * 65}], "base_revision": 1}, "body.edits.0.id"),
    ({"edits": [{"op": "delete", "id": "a"}], "base_revision": 0}, "body.base_revision"),
    ({"edits": [{"op": "delete", "id": "a", "x": 1}], "base_revision": 1}, "body.edits.0.x"),
    (edits(("add", "a", {"start": -1, "end": 1}), base_revision=1), "body.edits.0.segment.start"),
    (edits(("add", "a", {"start": 0, "end": 1, "score": 2}), base_revision=1), "body.edits.0.segment.score"),
    (edits(("add", "a", {"start": 0, "end": 1, "tags": [["a"]]}), base_revision=1), "body.edits.0.segment.tags.0.1"),
    (edits(("add", "a", {"start": 2, "end": 1}), ("add", "b", {"start": 0, "end": 1}), base_revision=1), "edit 1"),
    (edits(("add", "a", {"start": 0, "end": 1}), ("add", "b", {"start": 0, "end": 900}), base_revision=1), "edit 2"),
    (edits(("delete", "a", {"start": 0, "end": 1}), base_revision=1), "edit 1"),
]


@pytest.mark.parametrize(("body", "where"), BAD_EDITS, ids=[str(n) for n in range(len(BAD_EDITS))])
def test_edits_that_make_no_sense(
    annotator: TestClient, recording: StoredRecording, body: dict[str, Any], where: str
) -> None:
    made = begin(annotator, recording)
    refused = annotator.post(f"{API}/annotations/{made['id']}/edits", json=body)
    assert refused.status_code == 422
    assert where in str(refused.json()["errors"])
    assert annotator.get(f"{API}/annotations/{made['id']}").json()["revision"] == 1


@pytest.mark.parametrize(
    "query",
    [
        {"start": 2, "end": 2},
        {"start": "nan"},
        {"end": "inf"},
        {"limit": 0},
        {"limit": 100_000},
        {"cursor": "x"},
        {"cursor": "WyJhIiwiYiJd"},
        {"revision": 9},
        {"channel": -1},
        {"min_score": 7},
        {"colour": "red"},
    ],
)
def test_views_that_make_no_sense(annotator: TestClient, recording: StoredRecording, query: dict[str, Any]) -> None:
    made = begin(annotator, recording)
    assert annotator.get(f"{API}/annotations/{made['id']}/segments", params=query).status_code == 422


def test_who_is_no_member_learns_nothing(annotator: TestClient, as_user: AsUser, recording: StoredRecording) -> None:
    made = begin(annotator, recording)
    stranger = as_user()
    for method, address in (
        ("GET", f"annotations/{made['id']}"),
        ("GET", f"annotations/{made['id']}/segments"),
        ("GET", f"annotations/{made['id']}/revisions"),
        ("GET", f"annotations/{made['id']}/export?format=json"),
        ("GET", f"annotations/{made['id']}/compare?with={made['id']}"),
        ("DELETE", f"annotations/{made['id']}"),
        ("POST", f"annotations/{made['id']}/restore"),
        ("GET", f"recordings/{recording.id}/annotations"),
        ("GET", f"recordings/{recording.id}/agreement"),
        ("GET", f"projects/{recording.project_id}/agreement"),
        ("POST", f"projects/{recording.project_id}/archive"),
        ("GET", f"annotations/{new_id()}"),
    ):
        answer = stranger.request(method, f"{API}/{address}")
        assert (answer.status_code, made["source"] in answer.text) == (404, False), address


def test_a_models_segments_are_taken_over(annotator: TestClient, as_user: AsUser, recording: StoredRecording) -> None:
    theirs = begin(as_user("annotator", recording.project_id), recording, FULL, {"start": 0, "end": 1, "score": 0.9})
    mine = begin(annotator, recording)
    address = f"{API}/annotations/{mine['id']}/accept"

    wanted = {"from": theirs["id"], "filter": {"min_score": 0.5, "start": 0, "end": 2}}
    done = annotator.post(address, json={**wanted, "base_revision": 1})
    assert (done.status_code, done.headers["ETag"]) == (200, '"2"'), done.text
    assert {name: done.json()[name] for name in ("added", "present", "others")} == {
        "added": 1,
        "present": 0,
        "others": [],
    }
    assert (done.json()["annotation"]["revision"], done.json()["annotation"]["segment_count"]) == (2, 1)

    late = annotator.post(address, json={"from": theirs["id"], "base_revision": 1})
    assert (late.status_code, late.json()["current"], len(late.json()["changes"])) == (409, 2, 1)
    assert annotator.post(address, json={"from": theirs["id"]}, headers={"If-Match": '"1"'}).status_code == 412
    rest = annotator.post(address, json={"from": theirs["id"]}, headers={"If-Match": '"2"'})
    assert (rest.json()["added"], rest.json()["present"]) == (1, 1)
    both = {"from": theirs["id"], "ids": [], "filter": {}, "base_revision": 3}
    assert annotator.post(address, json=both).status_code == 422
    gone = annotator.post(address, json={"from": theirs["id"], "ids": ["nothing"], "base_revision": 3})
    assert (gone.status_code, gone.json()["code"]) == (422, "invalid_items")


def test_spans_are_marked_as_fully_labelled(annotator: TestClient, recording: StoredRecording) -> None:
    made = begin(annotator, recording)
    address = f"{API}/annotations/{made['id']}/areas"
    assert made["areas"] == []
    body = {"mark": [{"start": 0, "end": 20}], "unmark": [{"start": 5, "end": 6, "channel": 1}]}
    marked = annotator.post(address, json=body)
    assert (marked.status_code, marked.headers["ETag"]) == (200, '"1"'), marked.text
    assert marked.json()["areas"] == [
        {"start": 0.0, "end": 5.0, "channel": None},
        {"start": 5.0, "end": 6.0, "channel": 0},
        {"start": 6.0, "end": 20.0, "channel": None},
    ]
    assert annotator.get(f"{API}/annotations/{made['id']}").json() == marked.json()
    for wrong in ({"start": 1, "end": 1}, {"start": 0, "end": 200}, {"start": 0, "end": 1, "channel": 7}):
        refused = annotator.post(address, json={"mark": [wrong]})
        assert (refused.status_code, refused.json()["code"]) == (422, "invalid_items"), refused.text
