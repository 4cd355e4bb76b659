"""Who may do what, for every operation that the API has: nobody more than `earmark.core.people` grants."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.library import add_project, add_recording, do_job, put_media, wav
from tests.server.conftest import AsUser

from earmark.audio.source import FileSource
from earmark.core.ids import new_id
from earmark.core.people import GRANTED, SCOPE_OF, Permission, Role, Scope
from earmark.core.schedule import Schedule
from earmark.server.openapi import METHODS
from earmark.services.platform import Platform
from earmark.services.seeing import see
from earmark.store import schedules
from earmark.store.blobs import seen_prefix
from earmark.store.database import now

ANYBODY, ACCOUNT, SERVER = "anybody", "account", "server"
"""Those who have not signed in; those who have, in whatever project; administrators of the server."""
READ, ANNOTATE, MANAGE, ADMINISTER = Permission
OWN = "own"
"""Only who made it; others learn nothing of it."""
TUS = {"tus-resumable": "1.0.0"}
NEVER = "0" * 26


@dataclass(frozen=True, kw_only=True)
class Case:
    """An operation: who may do it, and a request that makes sense."""

    least: Permission | str
    body: Any = None
    query: Mapping[str, str] = field(default_factory=dict)
    files: Any = None
    content: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


def case(least: Permission | str, body: Any = None, **more: Any) -> Case:
    return Case(least=least, body=body, **more)


A_FILE = {"file": ("a.txt", b"0.0\t1.0\tx\n")}
CASES: Mapping[str, Case] = {
    "live": case(ANYBODY),
    "ready": case(ANYBODY),
    "health": case(ANYBODY),
    "sign_in_with_password": case(ANYBODY, {"login": "nobody", "password": "nothing"}),
    "sign_out": case(ANYBODY),
    "describe_uploads": case(ANYBODY),
    "get_session": case(ACCOUNT),
    "list_users": case(ACCOUNT),
    "create_user": case(SERVER, {"login": "new", "name": "New", "password": "some words in a row"}),
    "get_user": case(ACCOUNT),
    "list_user_projects": case(SERVER),
    "change_user": case(SERVER, {"name": "Other"}),
    "set_password": case(SERVER, {"password": "some words in a row"}),
    "list_tokens": case(ACCOUNT),
    "create_token": case(ACCOUNT, {"name": "a", "scopes": ["read"]}),
    "revoke_token": case(OWN),
    "list_projects": case(ACCOUNT),
    "create_project": case(ACCOUNT, {"name": "Mine"}),
    "get_project": case(READ),
    "change_project": case(MANAGE, {"description": "Other"}),
    "delete_project": case(ADMINISTER),
    "restore_project": case(ADMINISTER),
    "purge_project": case(ADMINISTER),
    "put_labels": case(MANAGE, {"labels": []}),
    "list_members": case(READ),
    "set_member": case(ADMINISTER, {"role": "viewer"}),
    "remove_member": case(ADMINISTER),
    "list_voices": case(READ),
    "rename_voice": case(ANNOTATE, {"name": "Guest"}),
    "delete_voice": case(MANAGE),
    "delete_voices": case(MANAGE),
    "list_heard_voices": case(READ),
    "remember_voice": case(ANNOTATE, {"speaker": "SPEAKER_00", "name": "Guest"}),
    "list_recordings": case(READ),
    "count_recordings": case(READ),
    "upload_recordings": case(MANAGE, files={"file": ("b.wav", wav(1))}),
    "import_recordings": case(MANAGE, {"urls": ["https://example.org/a.wav"]}),
    "change_many": case(ANNOTATE, {"action": "tag", "tags": ["x"], "ids": [NEVER]}),
    "get_recording": case(READ),
    "change_recording": case(ANNOTATE, {"notes": "Other"}),
    "delete_recording": case(MANAGE),
    "restore_recording": case(MANAGE),
    "begin_upload": case(MANAGE, headers=TUS | {"upload-length": "10", "upload-metadata": "project {project_id}"}),
    "look_at_upload": case(OWN, headers=TUS),
    "send_piece": case(
        OWN, content=b"a", headers=TUS | {"upload-offset": "0", "content-type": "application/offset+octet-stream"}
    ),
    "end_upload": case(OWN, headers=TUS),
    "get_media": case(READ),
    "get_excerpt": case(READ),
    "get_peaks": case(READ),
    "get_spectrogram": case(READ),
    "get_tile": case(READ),
    "get_waveform": case(READ),
    "list_annotations": case(READ),
    "create_annotation": case(ANNOTATE, {"segments": []}),
    "get_annotation": case(READ),
    "change_annotation": case(MANAGE, {"status": "submitted"}),
    "delete_annotation": case(MANAGE),
    "restore_annotation": case(MANAGE),
    "view_segments": case(READ),
    "edit_segments": case(MANAGE, {"base_revision": 1, "edits": [{"op": "delete", "id": NEVER}]}),
    "mark_areas": case(MANAGE, {"mark": [{"start": 0, "end": 0.1}]}),
    "accept_segments": case(MANAGE, {"from": "{annotation_id}", "base_revision": 1}),
    "count_labels": case(READ),
    "find_project_segments": case(READ),
    "list_revisions": case(READ),
    "get_revision": case(READ),
    "revert_annotation": case(MANAGE, {"base_revision": 1, "to_revision": 1}),
    "compare_annotations": case(READ, query={"with": "{annotation_id}"}),
    "get_recording_agreement": case(READ),
    "get_project_agreement": case(READ),
    "list_formats": case(ACCOUNT),
    "import_annotation": case(ANNOTATE, files=A_FILE),
    "export_annotation": case(READ, query={"format": "json"}),
    "export_project": case(READ, {"formats": ["json"]}),
    "archive_project": case(MANAGE),
    "import_archive": case(ACCOUNT, files={"file": ("a.zip", b"no archive")}),
    "get_result": case(READ),
    "list_jobs": case(ACCOUNT),
    "annotate_recordings": case(MANAGE, {"recording_ids": ["{recording_id}"]}),
    "get_job": case(READ),
    "change_job": case(MANAGE, {"priority": 1}),
    "cancel_job": case(MANAGE),
    "retry_job": case(MANAGE),
    "read_log": case(READ),
    "list_project_schedules": case(MANAGE),
    # The settings of tests open no folder or bucket: 403 even for managers.
    "create_watch": case(MANAGE, {"name": "a", "arguments": {"bucket": "s3://field/2026"}}),
    "list_schedules": case(SERVER),
    "create_purge": case(SERVER, {"name": "a"}),
    "get_schedule": case(MANAGE),
    "change_schedule": case(MANAGE, {"name": "b"}),
    "delete_schedule": case(MANAGE),
    "run_schedule": case(MANAGE),
    "watch_events": case(READ, query={"project_id": "{project_id}"}),
    "list_audit": case(MANAGE, query={"project_id": "{project_id}"}),
    "list_models": case(READ, query={"project_id": "{project_id}"}),
    "create_model": case(
        MANAGE, {"name": "b", "version": "1", "engine": "events", "task": "events", "project_id": "{project_id}"}
    ),
    "import_model": case(MANAGE, files={"file": ("a.zip", b"no model")}, query={"project_id": "{project_id}"}),
    "get_defaults": case(READ, query={"project_id": "{project_id}"}),
    "clear_default": case(MANAGE, query={"task": "events", "project_id": "{project_id}"}),
    "get_model": case(READ),
    "change_model": case(MANAGE, {"notes": "Other"}),
    "delete_model": case(MANAGE),
    "get_lineage": case(READ),
    "set_default": case(MANAGE, {"project_id": "{project_id}"}),
    "export_model": case(READ),
    "get_file": case(READ),
    "put_file": case(MANAGE, content=b"a"),
    "remove_file": case(MANAGE),
    "list_project_webhooks": case(MANAGE),
    "create_project_webhook": case(MANAGE, {"url": "https://example.org/"}),
    "list_webhooks": case(SERVER),
    "create_webhook": case(SERVER, {"url": "https://example.org/"}),
    "get_webhook": case(MANAGE),
    "change_webhook": case(MANAGE, {"enabled": True}),
    "delete_webhook": case(MANAGE),
    "renew_secret": case(MANAGE),
    "test_webhook": case(MANAGE),
    "list_deliveries": case(MANAGE),
    "redeliver": case(MANAGE),
    "read_metrics": case(SERVER),
    "get_system": case(SERVER),
    "examine_system": case(SERVER),
}

LAST = ("end_upload", "revoke_token", "remove_", "delete_", "restore_", "purge_")
"""What takes away what others need is tried last."""


@dataclass(frozen=True, kw_only=True)
class World:
    """A project with one of everything in it, and what the API calls them."""

    ids: Mapping[str, str]
    operations: Mapping[str, tuple[str, str]]

    def ask(self, client: TestClient, name: str, ids: Mapping[str, str] | None = None, **headers: str) -> Any:
        """Send the request of an operation."""
        (method, path), one = self.operations[name], CASES[name]
        ids = {**self.ids, **(ids or {})}
        filled = _filled(one, ids)
        more = {"json": filled.body} if filled.body is not None else {}
        more |= {"content": filled.content} if filled.content is not None else {}
        more |= {"files": filled.files} if filled.files is not None else {}
        return client.request(
            method, path.format_map(ids), params=filled.query, headers={**filled.headers, **headers}, **more
        )


def _filled(one: Case, ids: Mapping[str, str]) -> Case:
    def fill(value: Any) -> Any:
        if isinstance(value, str) and value.startswith("project "):
            return f"project {base64.b64encode(ids['project_id'].encode()).decode()}"
        if isinstance(value, str):
            return ids[value[1:-1]] if value.startswith("{") else value
        if isinstance(value, dict):
            return {key: fill(part) for key, part in value.items()}
        return [fill(part) for part in value] if isinstance(value, list) else value

    values = {"body": fill(one.body), "query": fill(dict(one.query)), "headers": fill(dict(one.headers))}
    return Case(least=one.least, files=one.files, content=one.content, **values)


OTHERS = {"openai", "whisper-asr"}
"""Tags of the operations that other servers' clients know."""


def _operations(document: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """The operations of our own interface; of those of other servers, tests/integrations asks who may."""
    found = ((path, method, one) for path, methods in document["paths"].items() for method, one in methods.items())
    return {
        one["operationId"]: (method.upper(), path)
        for path, method, one in found
        if method in METHODS and not OTHERS & set(one.get("tags", ()))
    }


@pytest.fixture
def world(platform: Platform, client: TestClient, as_user: AsUser, document: dict[str, Any], tmp_path: Path) -> World:
    project_id = add_project(platform.database)
    author = as_user(Role.ANNOTATOR, project_id)
    (tmp_path / "a.wav").write_bytes(wav())
    recording = put_media(platform, add_recording(platform.database, project_id, duration=0.5), tmp_path / "a.wav")
    see(FileSource(tmp_path / "a.wav", "a.wav"), platform.files, seen_prefix(recording.checksum or ""))
    ids = {"project_id": project_id, "recording_id": recording.id}
    made = World(ids=ids, operations=_operations(document))

    def make(name: str, what: str, by: TestClient = client) -> None:
        answer = made.ask(by, name)
        assert answer.status_code < 300, f"{name}: {answer.text}"
        ids[what] = answer.json()["id"] if "id" in answer.json() else answer.json()["items"][0]["id"]

    make("create_annotation", "annotation_id", author)
    make("create_model", "model_id")
    make("create_project_webhook", "webhook_id")
    make("create_token", "token_id")
    ids["user_id"] = author.user.id  # type: ignore[attr-defined]
    ids |= {"level": "0", "index": "0", "number": "1", "name": "weights.bin"}
    assert made.ask(client, "put_file").status_code < 300
    ids["upload_id"] = made.ask(client, "begin_upload").headers["location"].rpartition("/")[2]
    platform.files.put("exports/x/a.zip", b"")
    job = do_job(platform, "export", lambda run: {"file": "exports/x/a.zip", "name": "a.zip"}, project=project_id)
    ids["job_id"] = job.id
    ids["schedule_id"], ids["delivery_id"], ids["voice_id"] = _add_schedule(platform, project_id), NEVER, NEVER
    return made


def _add_schedule(platform: Platform, project_id: str) -> str:
    schedule = Schedule(
        id=new_id(),
        project_id=project_id,
        name="a",
        kind="watch",
        every_seconds=60,
        enabled=False,
        next_at=now(),
        created_at=now(),
    )
    with platform.database.write() as connection:
        schedules.add(connection, schedule)
    return schedule.id


def _in_order(*least: Permission | str) -> list[str]:
    names = [name for name, one in CASES.items() if one.least in least]
    return sorted(names, key=lambda name: next((n for n, part in enumerate(LAST) if name.startswith(part)), -1))


def test_every_operation_is_here(document: dict[str, Any]) -> None:
    assert set(CASES) == set(_operations(document))


def test_strangers_do_nothing(world: World, anonymous: TestClient) -> None:
    for name in _in_order(ACCOUNT, SERVER, OWN, *Permission):
        assert world.ask(anonymous, name).status_code == 401, name


def test_who_is_no_member_learns_nothing(world: World, as_user: AsUser) -> None:
    """What is not theirs answers as what is not there, to the letter."""
    outsider = as_user()
    for name in _in_order(OWN, *Permission):
        # Of watches see CASES.
        if name == "create_watch":
            continue
        answer = world.ask(outsider, name)
        assert answer.status_code == 404, f"{name}: {answer.text}"
        places = [
            part for part in world.operations[name][1].split("/") if part.startswith("{") and part.endswith("_id}")
        ]
        if places:
            nothing = world.ask(outsider, name, {places[0][1:-1]: NEVER})
            told = re.sub(r'"request_id": "\w+"', "", answer.text).replace(world.ids[places[0][1:-1]], NEVER)
            assert (nothing.status_code, re.sub(r'"request_id": "\w+"', "", nothing.text)) == (404, told), name


def test_nobody_does_more_than_the_role_grants(world: World, as_user: AsUser) -> None:
    roles = {role: as_user(role, world.ids["project_id"]) for role in (Role.VIEWER, Role.ANNOTATOR, Role.MANAGER)}
    for role, client in roles.items():
        for name in _in_order(*(one for one, least in GRANTED.items() if least.rank > role.rank), SERVER):
            answer = world.ask(client, name)
            assert answer.status_code == 403, f"{name} by {role}: {answer.status_code} {answer.text}"
        for name in _in_order(OWN):
            assert world.ask(client, name).status_code in (403, 404), f"{name} by {role}"


@pytest.mark.parametrize("permission", [READ, ANNOTATE, MANAGE, ADMINISTER])
def test_each_role_does_what_it_grants(permission: Permission, world: World, as_user: AsUser) -> None:
    client = as_user(GRANTED[permission], world.ids["project_id"])
    for name in _in_order(permission):
        # Events never end; of watches see CASES.
        if name in ("watch_events", "create_watch"):
            continue
        status, said = (answer := world.ask(client, name)).status_code, answer.text
        assert status not in (401, 403), f"{name}: {said}"
        # A delivery that is not there, and the project once it is purged.
        assert status != 404 or NEVER in said or "project" in said, f"{name}: {said}"


@pytest.mark.parametrize("permission", [READ, ANNOTATE, MANAGE, ADMINISTER])
def test_a_token_does_no_more_than_its_scopes(
    permission: Permission, world: World, client: TestClient, anonymous: TestClient
) -> None:
    """An administrator's token, with every scope but the one that is needed."""
    scopes = [scope.value for scope in Scope if scope not in (SCOPE_OF[permission], Scope.ADMIN)]
    made = client.post("/api/v1/tokens", json={"name": "narrow", "scopes": scopes}).json()
    more = (SERVER,) if permission is ADMINISTER else ()
    for name in _in_order(permission, *more):
        answer = world.ask(anonymous, name, authorization=f"Bearer {made['secret']}")
        assert answer.status_code == 403, f"{name}: {answer.status_code} {answer.text}"


def test_a_closed_account_does_nothing(world: World, client: TestClient, as_user: AsUser) -> None:
    person = as_user(Role.ADMIN, world.ids["project_id"])
    secret = person.post("/api/v1/tokens", json={"name": "a", "scopes": ["admin"]}).json()["secret"]
    url = f"/api/v1/users/{person.user.id}"  # type: ignore[attr-defined]
    assert client.patch(url, json={"active": False}).status_code == 200

    for name in _in_order(READ):
        assert world.ask(person, name).status_code == 401, name
        assert world.ask(person, name, authorization=f"Bearer {secret}").status_code == 401, name


def test_lists_show_nothing_of_others(world: World, as_user: AsUser) -> None:
    outsider = as_user()
    for path in ("projects", "jobs", "models", "tokens"):
        assert outsider.get(f"/api/v1/{path}").json()["items"] == [], path
    assert outsider.get("/api/v1/jobs", params={"recording_id": world.ids["recording_id"]}).json()["items"] == []


def test_what_others_have_cannot_be_drawn_in(world: World, as_user: AsUser) -> None:
    """Somebody's own project, and identifiers of another one in the bodies of requests."""
    thief = as_user()
    mine = thief.post("/api/v1/projects", json={"name": "Mine"}).json()["id"]
    assert thief.post(f"/api/v1/projects/{mine}/recordings", files={"file": ("b.wav", wav(1))}).status_code < 300
    recording = thief.get(f"/api/v1/projects/{mine}/recordings").json()["items"][0]["id"]
    theirs = world.ids

    asked = [
        thief.post(f"/api/v1/recordings/{recording}/annotations", json={"copy_of": theirs["annotation_id"]}),
        thief.put(f"/api/v1/models/{theirs['model_id']}/default", json={"project_id": mine}),
    ]
    own = thief.post(f"/api/v1/recordings/{recording}/annotations", json={"segments": []}).json()["id"]
    asked += [
        thief.get(f"/api/v1/annotations/{own}/compare", params={"with": theirs["annotation_id"]}),
        thief.get("/api/v1/models/defaults", params={"project_id": theirs["project_id"]}),
        thief.get("/api/v1/audit", params={"project_id": theirs["project_id"]}),
    ]
    model = {"name": "m", "version": "1", "engine": "events", "task": "events", "project_id": mine}
    asked.append(thief.post("/api/v1/models", json=model | {"parent_id": theirs["model_id"]}))
    assert [answer.status_code for answer in asked] == [404] * len(asked), [answer.text for answer in asked]

    ids = [theirs["recording_id"]]
    jobs = thief.post(f"/api/v1/projects/{mine}/jobs", json={"recording_ids": ids})
    assert jobs.status_code >= 400 or not jobs.json()["job_ids"], jobs.text
    bulk = thief.post(f"/api/v1/projects/{mine}/recordings/bulk", json={"action": "trash", "ids": ids})
    assert bulk.status_code >= 400 or not bulk.json().get("changed"), bulk.text
