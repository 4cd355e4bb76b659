"""How the server is, over HTTP."""

from __future__ import annotations

from datetime import timedelta

from starlette.testclient import TestClient
from tests.server.conftest import AsUser

from earmark import __version__
from earmark.services.platform import Platform
from earmark.store import jobs, leases
from earmark.store.database import now
from earmark.store.tables import jobs as job_rows

API = "/api/v1"


def test_administrators_see_queue_workers_room_and_speed(client: TestClient, platform: Platform) -> None:
    with platform.database.write() as connection:
        for _ in range(3):
            jobs.add(connection, "annotate", arguments={})
        leases.claim(connection, "host:1")
        late = leases.claim(connection, "host:2")
        assert late is not None
        silent = {"lease_until": now() - timedelta(minutes=1)}
        connection.execute(job_rows.update().where(job_rows.c.id == late.id).values(**silent))

    found = client.get(f"{API}/system")

    assert found.status_code == 200, found.text
    told = found.json()
    assert (told["version"], told["database"], told["files"]) == (__version__, "sqlite", "folder")
    queue = {name: told["queue"][name] for name in ("kind", "queued", "running", "local_workers")}
    assert queue == {"kind": "local", "queued": 1, "running": 2, "local_workers": platform.settings.workers}
    assert [(one["name"], one["state"]) for one in told["workers"]] == [("host:1", "working"), ("host:2", "silent")]
    assert len(told["jobs_by_hour"]) == 48
    assert told["disk"]["total"] > told["disk"]["free"] > 0
    assert (told["people"], told["projects"], told["segments"], told["media_bytes"]) == (1, 0, 0, 0)


def test_administrators_see_what_the_doctor_finds(client: TestClient) -> None:
    told = client.get(f"{API}/system/doctor").json()
    assert told["state"] in ("ok", "warning", "failed")
    assert {"database", "files", "disk"} <= {finding["name"] for finding in told["findings"]}
    assert all(set(finding) == {"name", "state", "message", "do"} for finding in told["findings"])


def test_nobody_else_does(as_user: AsUser) -> None:
    for path in ("system", "system/doctor"):
        assert as_user().get(f"{API}/{path}").status_code == 403
