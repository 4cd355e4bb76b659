"""Prometheus reads what the server does; who is elsewhere needs an administrator's token."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient
from tests.conftest import ROOT
from tests.server.conftest import BASE, AsUser

from earmark.core.people import SYSTEM, Scope
from earmark.errors import StoreUnavailable
from earmark.server.metrics import Metrics
from earmark.services import webhooks
from earmark.services.platform import Platform
from earmark.store import jobs
from earmark.store.database import now
from earmark.store.tables import jobs as job_rows


def samples(text: str) -> dict[tuple[str, ...], float]:
    """Read the text as Prometheus does: name and values of labels to value."""
    return {
        (sample.name, *(sample.labels[name] for name in sorted(sample.labels))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.fixture
def here(app: FastAPI, client: TestClient) -> TestClient:
    """A client on the same machine; the application runs by the fixture of the other one."""
    return TestClient(app, base_url=BASE, client=("127.0.0.1", 50000))


def test_requests_are_counted_by_route_and_status(here: TestClient, client: TestClient) -> None:
    for path in ("/api/v1/tokens", "/api/v1/tokens", f"/api/v1/tokens/{'0' * 26}", "/nowhere/1", "/nowhere/2"):
        client.request("DELETE" if path.endswith("0") else "GET", path)

    found = samples(here.get("/metrics").text)
    assert found["earmark_http_requests_total", "GET", "/api/v1/tokens", "200"] == 2
    assert found["earmark_http_requests_total", "DELETE", "/api/v1/tokens/{token_id}", "404"] == 1
    assert found["earmark_http_requests_total", "GET", "none", "404"] == 2
    assert found["earmark_http_request_seconds_count", "GET", "/api/v1/tokens"] == 2
    assert found["earmark_http_request_seconds_bucket", "+Inf", "GET", "/api/v1/tokens"] == 2
    assert 0 < found["earmark_http_request_seconds_sum", "GET", "/api/v1/tokens"] < 60


def test_invented_methods_make_no_series(platform: Platform) -> None:
    metrics = Metrics(platform, lambda: 0)
    for index in range(100):
        metrics.observe("", f"METHOD{index}", 405, 0.1)
    metrics.observe("/api/v1/events", "GET", 200, 3600.0)

    found = samples(metrics.text().decode())
    assert found["earmark_http_requests_total", "other", "none", "405"] == 100
    assert found["earmark_http_requests_total", "GET", "/api/v1/events", "200"] == 1
    assert ("earmark_http_request_seconds_count", "GET", "/api/v1/events") not in found


def test_jobs_are_told_with_their_speed(any_platform: Platform) -> None:
    moment = now()
    with any_platform.database.write() as connection:
        for index in range(3):
            job = jobs.add(connection, "annotate", arguments={}, available_at=moment - timedelta(seconds=90))
            done = {"state": "done", "audio_seconds": 600.0}
            times = {"started_at": moment - timedelta(seconds=30), "finished_at": moment}
            if index:
                connection.execute(job_rows.update().where(job_rows.c.id == job.id).values(**done, **times))
    webhooks.create_webhook(any_platform, SYSTEM, project_id=None, url="https://example.org")

    found = samples(Metrics(any_platform, lambda: 7).text().decode())
    assert found["earmark_jobs", "annotate", "queued"] == 1
    assert found["earmark_jobs", "annotate", "done"] == 2
    assert found["earmark_job_audio_seconds_total", "annotate"] == 1200
    assert found["earmark_job_seconds_total", "annotate"] == pytest.approx(60, abs=0.01)
    assert found["earmark_job_realtime_factor", "annotate"] == pytest.approx(20, rel=0.001)
    assert 90 <= found["earmark_job_oldest_queued_seconds",] < 200
    assert found["earmark_webhook_deliveries", "queued"] == 1
    assert found["earmark_event_streams",] == 7
    assert found["earmark_database_up",] == 1


def test_cache_memory_and_disk_are_told(platform: Platform) -> None:
    platform.cache.put("a", b"x" * 1000)
    platform.cache.get("a")
    platform.cache.get("b")

    found = samples(Metrics(platform, lambda: 0).text().decode())
    assert (found["earmark_cache_requests_total", "hit"], found["earmark_cache_requests_total", "miss"]) == (1, 1)
    assert found["earmark_cache_bytes",] == 1000
    assert found["earmark_cache_limit_bytes",] == platform.settings.cache_max_bytes
    assert found["earmark_memory_bytes", "server"] > 10_000_000
    assert found["earmark_disk_free_bytes", "data"] > 0


def test_a_database_that_is_down_is_told_so(
    platform: Platform, here: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down() -> Any:
        raise StoreUnavailable("here", "down")

    monkeypatch.setattr(platform.database, "read", down)
    answer = here.get("/metrics")

    assert answer.status_code == 200
    found = samples(answer.text)
    assert found["earmark_database_up",] == 0
    assert found["earmark_memory_bytes", "server"] > 0
    assert not [name for name, *_ in found if name.startswith("earmark_job")]


def test_who_is_elsewhere_needs_an_administrator(
    here: TestClient, client: TestClient, anonymous: TestClient, as_user: AsUser
) -> None:
    def token(*scopes: Scope) -> dict[str, str]:
        made = client.post("/api/v1/tokens", json={"name": "t", "scopes": list(scopes)})
        return {"authorization": f"Bearer {made.json()['secret']}"}

    assert anonymous.get("/metrics").status_code == 401
    assert as_user().get("/metrics").status_code == 403
    assert anonymous.get("/metrics", headers=token(Scope.READ, Scope.MANAGE)).status_code == 403
    assert anonymous.get("/metrics", headers=token(Scope.ADMIN)).status_code == 200
    assert here.get("/metrics").status_code == 200
    for header in ("X-Forwarded-For", "Forwarded", "Via"):
        assert here.get("/metrics", headers={header: "203.0.113.7"}).status_code == 401


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.9.1", "::1"])
def test_every_loopback_address_is_this_machine(app: FastAPI, client: TestClient, address: str) -> None:
    assert TestClient(app, base_url=BASE, client=(address, 1)).get("/metrics").status_code == 200


@pytest.mark.parametrize("address", ["10.0.0.1", "testclient", "::ffff:10.0.0.1", ""])
def test_others_are_not(app: FastAPI, client: TestClient, address: str) -> None:
    assert TestClient(app, base_url=BASE, client=(address, 1)).get("/metrics").status_code == 401


def test_each_application_counts_for_itself(platform: Platform, app: FastAPI, here: TestClient) -> None:
    read: Callable[[], dict[tuple[str, ...], float]] = lambda: samples(  # noqa: E731
        Metrics(platform, lambda: 0).text().decode()
    )
    here.get("/metrics")

    assert not [name for name, *_ in read() if name.startswith("earmark_http")]


def test_every_metric_is_documented(platform: Platform, client: TestClient, here: TestClient) -> None:
    client.get("/api/v1/tokens")
    with platform.database.write() as connection:
        jobs.add(connection, "annotate", arguments={})
    told = {family.name for family in text_string_to_metric_families(here.get("/metrics").text)}
    documented = (ROOT / "docs" / "operations.md").read_text()

    names = {name for name in told if not name.endswith("_created")}
    assert {name for name in names if f"`{name}`" not in documented and f"`{name}_total`" not in documented} == set()
