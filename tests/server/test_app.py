"""What every answer has, whatever route it comes from."""

from __future__ import annotations

import json
import logging
import re
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI, Response
from fastapi.responses import StreamingResponse
from starlette.testclient import TestClient
from tests.server.conftest import BASE

from earmark.config import Settings
from earmark.core.ids import ID_LENGTH
from earmark.errors import FilesUnavailable, StoreUnavailable
from earmark.server import logs
from earmark.server.app import create_app
from earmark.server.context import template_of
from earmark.services.platform import Platform

OTHER = "https://pages.example.org"


@pytest.mark.parametrize("path", ["/health", "/api/v1/session", "/api/v1/nothing", "/api/v1/openapi.json", "/docs"])
def test_every_answer_is_guarded(path: str, anonymous: TestClient) -> None:
    headers = anonymous.get(path).headers

    assert headers["x-content-type-options"] == "nosniff"
    assert "default-src 'self'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"
    assert "server" not in headers
    assert "access-control-allow-origin" not in headers


@pytest.mark.parametrize("given", ["abc-1", "01k9zq3m5t7v8w2x4y6z0a1b2c"])
def test_a_request_keeps_its_id(given: str, anonymous: TestClient) -> None:
    answer = anonymous.get("/api/v1/session", headers={"X-Request-ID": given})

    assert answer.headers["x-request-id"] == answer.json()["request_id"] == given


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, "a\tb", "é", "<script>"])
def test_a_request_gets_an_id_where_it_has_no_sane_one(given: str, anonymous: TestClient) -> None:
    answer = anonymous.get("/health/live", headers={b"X-Request-ID": given.encode()})

    assert re.fullmatch(f"[0-9a-z]{{{ID_LENGTH}}}", answer.headers["x-request-id"])


def test_long_json_is_compressed_and_short_is_not(anonymous: TestClient) -> None:
    answer, short = anonymous.get("/api/v1/openapi.json"), anonymous.get("/health/live")
    plain = anonymous.get("/api/v1/openapi.json", headers={"accept-encoding": "br"})

    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    assert len(answer.content) > 3 * int(answer.headers["content-length"])
    assert "content-encoding" not in short.headers
    assert "content-encoding" not in plain.headers
    assert plain.json() == answer.json()


@pytest.mark.parametrize("kind", ["audio/wav", "image/png", "application/octet-stream", "application/zip"])
def test_media_and_streams_go_out_as_they_are(kind: str, app: FastAPI) -> None:
    @app.get("/whole")
    def whole() -> Response:
        """Give much of the same."""
        return Response(b"a" * 5000, media_type=kind)

    @app.get("/streamed")
    def streamed() -> StreamingResponse:
        """Give JSON in pieces."""
        return StreamingResponse(iter([b"[", b"1" * 5000, b"]"]), media_type="application/json")

    with TestClient(app, base_url=BASE) as client:
        for path in ("/whole", "/streamed"):
            answer = client.get(path)
            assert "content-encoding" not in answer.headers
            assert len(answer.content) >= 5000


def test_other_sites_are_let_in_by_name_only(platform: Platform) -> None:
    app = create_app(replace(platform, settings=replace(platform.settings, cors_origins=(OTHER,))))
    ask = {"access-control-request-method": "POST", "access-control-request-headers": "content-type"}
    with TestClient(app, base_url=BASE) as client:
        allowed = client.options("/api/v1/session", headers={"origin": OTHER, **ask})
        refused = client.options("/api/v1/session", headers={"origin": "https://evil.example.org", **ask})
        sent = client.post("/api/v1/session", json={"login": "a", "password": "b"}, headers={"origin": OTHER})

    assert allowed.headers["access-control-allow-origin"] == OTHER
    assert allowed.headers["access-control-allow-credentials"] == "true"
    assert "access-control-allow-origin" not in refused.headers
    assert sent.status_code == 401
    assert sent.headers["access-control-allow-origin"] == OTHER


def test_bodies_of_json_are_bounded(client: TestClient) -> None:
    answer = client.post("/api/v1/tokens", json={"name": "x" * 11_000_000, "scopes": ["read"]})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")

    def parts() -> object:
        for _ in range(12):
            yield b" " * 1_000_000

    streamed = client.post("/api/v1/tokens", content=parts(), headers={"content-type": "application/json"})  # type: ignore[arg-type]
    assert streamed.status_code == 413


def test_the_reference_works_without_a_network(anonymous: TestClient) -> None:
    text = anonymous.get("/api/v1/docs").text

    assert "POST /api/v1/session" in text
    assert "<script" not in text
    assert not re.findall(r"""(?:src|href|url|import)[\s="'(]+(?:\w+:)?//""", text)


def test_every_code_has_its_place_on_the_page_of_errors(anonymous: TestClient) -> None:
    place = anonymous.get("/api/v1/session").json()["type"]
    page, _, code = place.partition("#")

    assert f'id="{code}"' in anonymous.get(page).text


# Health ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/health", "/health/ready"])
def test_health_tells_which_part_fails(
    path: str, anonymous: TestClient, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert anonymous.get(path).json()["state"] == "ok"

    def fail() -> None:
        raise FilesUnavailable("/srv/secret: no space left on device")

    monkeypatch.setattr(platform.files, "check", fail)
    answer = anonymous.get(path)

    assert answer.status_code == 503
    assert answer.json()["parts"] == [{"name": "database", "state": "ok"}, {"name": "files", "state": "failed"}]
    assert "secret" not in answer.text
    assert anonymous.get("/health/live").status_code == 200


def test_a_server_whose_database_is_down_lives(
    client: TestClient, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> object:
        raise StoreUnavailable("postgresql://10.0.0.5/x", "refused")

    with monkeypatch.context() as broken:
        broken.setattr(platform.database, "read", fail)
        broken.setattr(platform.database, "write", fail)
        answer = client.get("/api/v1/session")
        assert (answer.status_code, answer.json()["code"]) == (503, "store_unavailable")
        assert client.get("/health").status_code == 503

    assert client.get("/api/v1/session").status_code == 200


# Logs -----------------------------------------------------------------------------------------------------------------


def test_each_request_leaves_a_line(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "earmark.access"):
        client.get("/api/v1/users", params={"q": "somebody"}, headers={"X-Request-ID": "mine"})
    line = json.loads(logs.JsonLines().format(caplog.records[-1]))

    assert (line["action"], line["method"], line["path"], line["status"]) == ("request", "GET", "/api/v1/users", 200)
    assert line["level"] == "info"
    assert line["user_id"]
    assert line["seconds"] >= 0
    assert "somebody" not in json.dumps(line)


def test_lines_that_are_written_meanwhile_carry_the_id() -> None:
    record = logging.LogRecord("x", logging.INFO, "x", 1, "first\nsecond %s", ("a",), None)
    with logs.request("r-1"):
        text, line = logs.TextLines().format(record), json.loads(logs.JsonLines().format(record))

    assert text.endswith("first\\nsecond a request_id=r-1")
    assert (line["request_id"], line["message"]) == ("r-1", "first\nsecond a")
    assert "request_id" not in json.loads(logs.JsonLines().format(record))


def test_tracebacks_are_kept() -> None:
    try:
        raise ValueError("odd")
    except ValueError as error:
        record = logging.LogRecord("x", logging.ERROR, "x", 1, "broke", (), (ValueError, error, error.__traceback__))

    assert "ValueError: odd" in json.loads(logs.JsonLines().format(record))["traceback"]
    assert "ValueError: odd" in logs.TextLines().format(record)


@pytest.mark.parametrize(("form", "begins"), [("json", "{"), ("text", "20")])
def test_the_settings_choose_form_and_level(
    form: str, begins: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    root, ours = logging.getLogger(), logging.getLogger("earmark")
    before = (root.handlers[:], root.level, ours.level)
    try:
        logs.configure(Settings(data_dir=tmp_path, log_format=form, log_level="warning"))
        ours.info("not this")
        ours.warning("but this")
    finally:
        root.handlers[:] = before[0]
        root.setLevel(before[1])
        ours.setLevel(before[2])

    said = capsys.readouterr().err
    assert said.startswith(begins)
    assert "but this" in said
    assert "not this" not in said


def test_the_template_of_a_route_holds_no_values(app: FastAPI) -> None:
    seen: list[str] = []

    async def watched(scope: dict[str, object], receive: object, send: object) -> None:
        await app(scope, receive, send)  # type: ignore[arg-type]
        if scope["type"] == "http":
            seen.append(template_of(scope))

    with TestClient(watched, base_url=BASE) as client:  # type: ignore[arg-type]
        client.get(f"/api/v1/users/{'0' * 26}")
        client.get("/api/v1/nothing/here")

    assert seen == ["/api/v1/users/{user_id}", ""]
