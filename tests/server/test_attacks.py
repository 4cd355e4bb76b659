"""Requests that mean harm."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient
from tests.server.conftest import BASE, BROWSER

from earmark.core.people import SYSTEM, User
from earmark.server.openapi import METHODS
from earmark.services import people
from earmark.services.platform import Platform

PUBLIC = {"/health", "/health/live", "/health/ready", "/api/v1/session"}
TOKEN = {"name": "a", "scopes": ["read"]}
FORM = "application/x-www-form-urlencoded"
SCRIPT = "<img src=x onerror=alert(1)>\"'</script><script>alert(1)</script>"

PATHS = [
    "../../../../etc/passwd",
    "..%2f..%2f..%2fetc%2fpasswd",
    "%2e%2e/%2e%2e/etc/passwd",
    "..%5c..%5cwindows%5cwin.ini",
    "....//....//etc/passwd",
    "/etc/passwd",
    "%00",
    "a%00b",
    "a%0d%0aSet-Cookie:%20a=b",
    "%ff%fe",
    "%ed%a0%80",
    "'%20OR%20'1'='1",
    "1;DROP%20TABLE%20users",
    "%7B%7B7*7%7D%7D",
    "$(id)",
    "x" * 3000,
    "-1",
    "NaN",
    quote("𝕏" * 26),
]


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method in METHODS:
            if method in methods:
                yield method.upper(), path, methods[method]


@pytest.mark.slow
def test_no_path_leads_out(document: dict[str, Any], client: TestClient) -> None:
    """Each path parameter of each route, one at a time."""
    for method, path, operation in operations(document):
        names = [p["name"] for p in operation.get("parameters", ()) if p.get("in") == "path"]
        for name in names:
            fine = dict.fromkeys(names, "0" * 26)
            for value in PATHS:
                url = path.format_map(fine | {name: value})
                answer = client.request(method, url, headers={"content-type": "application/json"}, content="{}")
                what = f"{method} {url[:150]}: {answer.status_code} {answer.text[:200]}"
                assert answer.status_code < 500, what
                assert "root:" not in answer.text, what
                assert "set-cookie" not in answer.headers or "a=b" not in answer.headers["set-cookie"], what


@pytest.mark.slow
def test_no_value_of_a_query_breaks_anything(document: dict[str, Any], client: TestClient) -> None:
    values = [
        "%00",
        "%ff",
        "%0d%0aX-Evil:1",
        "-1",
        "1e999",
        "9" * 400,
        "NaN",
        "'%22%60",
        "%F0%9F%8E%B5",
        "[]",
        "x" * 9000,
    ]
    for method, path, operation in operations(document):
        if method != "GET" or path.endswith("/events"):
            continue
        names = {p["name"]: "0" * 26 for p in operation.get("parameters", ()) if p.get("in") == "path"}
        for parameter in operation.get("parameters", ()):
            for value in values if parameter.get("in") == "query" else ():
                url = f"{path.format_map(names)}?{parameter['name']}={value}"
                answer = client.get(url)
                assert answer.status_code < 500, f"{url[:200]}: {answer.status_code} {answer.text[:200]}"
                assert "x-evil" not in answer.headers


def test_no_route_but_a_few_answers_strangers(document: dict[str, Any], anonymous: TestClient) -> None:
    for method, path, operation in operations(document):
        names = {p["name"]: "0" * 26 for p in operation.get("parameters", ()) if p.get("in") == "path"}
        if operation.get("security") == []:
            assert path in PUBLIC, path
            continue
        if method == "OPTIONS":
            continue
        answer = anonymous.request(method, path.format_map(names), headers={"content-type": "application/json"})
        assert 400 <= answer.status_code < 500, f"{method} {path}: {answer.status_code}"
        needed = operation.get("requestBody", {}).get("required") or any(
            p.get("required") and p.get("in") != "path" for p in operation.get("parameters", ())
        )
        # That the tus protocol is spoken is asked for before anything else.
        if not needed and "tus-resumable" not in answer.headers:
            assert answer.status_code in (401, 403), f"{method} {path}: {answer.status_code} {answer.text[:200]}"


# Other sites ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "taken"),
    [
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "same-origin", "origin": BASE}, True),
        ({"sec-fetch-site": "none"}, True),
        ({"origin": BASE}, True),
        ({"origin": "https://testserver"}, True),
        # A program without a browser; it has the cookie since somebody gave it.
        ({}, True),
        ({"sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": "same-site"}, False),
        ({"sec-fetch-site": "cross-site", "origin": BASE}, False),
        ({"origin": "https://evil.example.org"}, False),
        ({"origin": "http://testserver.evil.example.org"}, False),
        ({"origin": "http://testserver:8080"}, False),
        ({"origin": "null"}, False),
        ({"origin": ""}, False),
        ({"origin": "http://"}, False),
        ({"origin": "http://[x"}, False),
        ({"content-type": FORM}, False),
        ({"content-type": "multipart/form-data; boundary=x"}, False),
        ({"content-type": "text/plain"}, False),
    ],
)
def test_other_sites_cannot_act_with_our_cookie(headers: dict[str, str], *, taken: bool, client: TestClient) -> None:
    del client.headers["origin"]
    answer = client.post(
        "/api/v1/tokens", content=json.dumps(TOKEN), headers={"content-type": "application/json", **headers}
    )

    assert answer.status_code == (201 if taken else 403)
    assert len(client.get("/api/v1/tokens").json()["items"]) == (1 if taken else 0)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "POST"])
def test_each_method_that_changes_something_is_guarded(method: str, client: TestClient) -> None:
    answer = client.request(method, "/api/v1/users/x", headers={"origin": "https://evil.example.org"})

    assert answer.status_code == 403


def test_nobody_is_signed_in_by_another_site(anonymous: TestClient) -> None:
    answer = anonymous.post(
        "/api/v1/session", json={"login": "a", "password": "b"}, headers={"origin": "https://evil.example.org"}
    )

    assert answer.status_code == 403


def test_a_token_needs_no_origin(client: TestClient, anonymous: TestClient) -> None:
    secret = client.post("/api/v1/tokens", json=TOKEN | {"scopes": ["admin"]}).json()["secret"]
    headers = {"authorization": f"Bearer {secret}", "origin": "https://evil.example.org"}

    # No site can make a browser send this header without asking first, which it is refused.
    assert anonymous.post("/api/v1/tokens", json=TOKEN, headers=headers).status_code == 201
    asked = anonymous.options(
        "/api/v1/tokens",
        headers={"origin": "https://evil.example.org", "access-control-request-method": "POST"},
    )
    assert "access-control-allow-origin" not in asked.headers


def test_a_wrong_token_is_not_saved_by_the_cookie(client: TestClient) -> None:
    headers = {"authorization": "Bearer x", "origin": "https://evil.example.org"}

    assert client.post("/api/v1/tokens", json=TOKEN, headers=headers).status_code == 401


# What is sent ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("text/plain", json.dumps(TOKEN)),
        ("application/xml", "<name>a</name>"),
        (FORM, "name=a&scopes=read"),
        ("application/json", '"a"'),
        ("application/json", "[]"),
        ("application/json", "null"),
        ("application/json", ""),
        ("", json.dumps(TOKEN)),
        ("application/json; charset=utf-16", json.dumps(TOKEN).encode("utf-16").decode("latin1")),
        ("a" * 5000, "{}"),
    ],
)
def test_content_of_another_kind_is_refused(content_type: str, body: str, client: TestClient) -> None:
    answer = client.post(
        "/api/v1/tokens", content=body.encode("latin1"), headers={**BROWSER, "content-type": content_type}
    )

    assert 400 <= answer.status_code < 500
    assert answer.headers["content-type"] == "application/problem+json"


def test_scripts_in_names_are_text(client: TestClient) -> None:
    made = client.post("/api/v1/tokens", json=TOKEN | {"name": SCRIPT})
    listed = client.get("/api/v1/tokens")

    assert made.json()["name"] == listed.json()["items"][0]["name"] == SCRIPT
    for answer in (made, listed):
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_scripts_in_errors_are_text(client: TestClient) -> None:
    answer = client.post("/api/v1/tokens", json=TOKEN | {SCRIPT: 1})

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


def test_pages_hold_no_words_of_others(client: TestClient, administrator: User, platform: Platform) -> None:
    people.change_user(platform, SYSTEM, administrator.id, name=SCRIPT)

    for path in ("/", "/docs", "/docs/errors", f"/{quote(SCRIPT)}"):
        assert "<script>alert" not in client.get(path).text


@pytest.mark.parametrize(
    "header", ["X-Request-ID", "Idempotency-Key", "If-Match", "X-Forwarded-For", "Cookie", "Range"]
)
@pytest.mark.parametrize("value", ["a" * 10_000, "\x01\x7f", "ü", "'; DROP TABLE users; --", "%0d%0aX-Evil: 1"])
def test_headers_that_are_odd(header: str, value: str, client: TestClient) -> None:
    answer = client.post("/api/v1/tokens", json=TOKEN, headers={header.encode(): value.encode("latin1")})

    assert answer.status_code < 500
    assert "x-evil" not in answer.headers


def test_a_body_that_is_announced_wrongly(client: TestClient) -> None:
    for length in ("-1", "x", "1e3", "9" * 30):
        answer = client.post("/api/v1/tokens", json=TOKEN, headers={"content-length": length})
        assert 400 <= answer.status_code < 500


def test_deep_json_does_not_break_the_server(client: TestClient) -> None:
    deep = '{"name": ' + "[" * 200_000 + "]" * 200_000 + "}"
    answer = client.post("/api/v1/tokens", content=deep, headers={"content-type": "application/json"})

    assert answer.status_code in (400, 422)
    assert client.get("/api/v1/session").status_code == 200


@pytest.mark.parametrize("kind", ["application/octet-stream", "image/png", ""])
def test_no_body_fills_the_memory(kind: str, anonymous: TestClient) -> None:
    """A route that wants JSON would read a body of another kind whole, before it asks who sends it."""
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        while sent < 40_000_000:
            sent += 1_000_000
            yield bytes(1_000_000)

    answer = anonymous.post("/api/v1/session", content=endless(), headers={**BROWSER, "content-type": kind})

    assert answer.status_code == 413
    assert answer.json()["code"] == "too_large"
