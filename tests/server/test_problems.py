"""Errors look alike, wherever they come from, and leak nothing."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from fastapi import FastAPI
from pydantic import Field
from sqlalchemy.exc import DataError
from starlette.exceptions import HTTPException
from starlette.testclient import TestClient
from tests.server.conftest import BASE, BROWSER

from earmark import errors
from earmark.server import problems
from earmark.server.app import create_app
from earmark.server.schemas import Body
from earmark.services.platform import Platform

PAGE = Path(__file__).parents[2] / "docs" / "errors.md"
FIELDS = {"type", "title", "status", "code", "detail", "request_id"}
HIDDEN = "the-secret-that-was-sent"


def leaves(kind: type[Exception] = errors.EarmarkError) -> Iterator[type[Exception]]:
    for below in kind.__subclasses__():
        if below.__module__ == errors.__name__:
            yield below
            yield from leaves(below)


def an(kind: type[Exception]) -> Exception:
    """One error of a kind."""
    if kind is errors.StaleEdit:
        return errors.StaleEdit("changed", current=7, changes=(Thing(name="a"),))
    if kind is errors.TooManyAttempts:
        return errors.TooManyAttempts("wait", retry_after=30)
    if kind is errors.InvalidField:
        return errors.InvalidField("model", "word")
    if kind is errors.QueueFull:
        return errors.QueueFull("later", retry_after=30)
    if kind is errors.InvalidItems:
        return errors.InvalidItems("odd", (("0", "word"),))
    numbers = {errors.UnreadableMedia: 3, errors.MissingExtra: 2, errors.FileMissing: 2, errors.FormatError: 2}
    numbers |= {errors.StoreUnavailable: 2, errors.NotFound: 2}
    return kind(*["word"] * numbers.get(kind, 1))


@dataclass(frozen=True)
class Thing:
    name: str


class ThingBody(Body):
    name: str = Field(min_length=1, max_length=10)
    numbers: list[int] = Field(default_factory=list)


@pytest.fixture
def failing(platform: Platform) -> Iterator[TestClient]:
    """Client of an application with a route that fails as it is told."""
    app = create_app(platform)
    with TestClient(app, base_url=BASE, headers=BROWSER) as client:
        _add_routes(app, client)
        yield client


def _add_routes(app: FastAPI, client: TestClient) -> None:
    @app.get("/fail")
    def fail() -> None:
        raise client.failure  # type: ignore[attr-defined]

    @app.post("/things")
    def things(body: ThingBody) -> None:
        """Take a thing."""


def answer(client: TestClient, error: Exception) -> dict[str, object]:
    client.failure = error  # type: ignore[attr-defined]
    response = client.get("/fail")
    assert response.headers["content-type"] == problems.MEDIA_TYPE
    assert response.json()["status"] == response.status_code
    return dict(response.json())


@pytest.mark.parametrize("kind", list(leaves()), ids=lambda kind: kind.__name__)
def test_every_error_has_its_kind(kind: type[Exception], failing: TestClient) -> None:
    assert kind in problems.KINDS
    told = answer(failing, an(kind))

    assert set(told) >= FIELDS
    assert told["code"] == problems.KINDS[kind].code
    assert told["type"] == f"/docs/errors#{told['code']}"


def test_codes_are_told_once() -> None:
    codes = [kind.code for kind in problems.KINDS.values()]

    assert len(codes) == len(set(codes))
    assert all(re.fullmatch("[a-z_]+", kind.code) and 400 <= kind.status < 600 for kind in problems.all_kinds())


def test_the_page_lists_every_code() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (\d+) \| (.+) \|$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)

    assert [(code, int(status), title) for code, status, title in rows] == [
        (kind.code, kind.status, kind.title) for kind in problems.all_kinds()
    ]


def test_an_error_of_a_subclass_is_what_its_base_is(failing: TestClient) -> None:
    class Special(errors.Conflict):
        pass

    assert answer(failing, Special("odd"))["code"] == "conflict"


def test_a_stale_edit_tells_what_changed(failing: TestClient) -> None:
    told = answer(failing, an(errors.StaleEdit))

    assert (told["status"], told["current"], told["changes"]) == (409, 7, [{"name": "a"}])


def test_a_stale_edit_is_a_failed_precondition_where_there_was_one(failing: TestClient) -> None:
    failing.failure = an(errors.StaleEdit)  # type: ignore[attr-defined]

    response = failing.get("/fail", headers={"If-Match": '"3"'})

    assert (response.status_code, response.json()["code"]) == (412, "stale")


def test_each_of_many_things_is_named(failing: TestClient) -> None:
    told = answer(failing, errors.InvalidItems("odd", (("segment 3", "too long"), ("segment 9", "too short"))))

    assert told["errors"] == [
        {"where": "segment 3", "message": "too long"},
        {"where": "segment 9", "message": "too short"},
    ]


@pytest.mark.parametrize(
    ("error", "headers"),
    [
        (an(errors.TooManyAttempts), {"retry-after": "30"}),
        (an(errors.StoreUnavailable), {"retry-after": "5"}),
        (an(errors.FilesUnavailable), {"retry-after": "5"}),
        (an(errors.NotSignedIn), {"www-authenticate": 'Bearer realm="earmark"'}),
    ],
)
def test_some_errors_say_more_in_headers(error: Exception, headers: dict[str, str], failing: TestClient) -> None:
    failing.failure = error  # type: ignore[attr-defined]

    assert headers.items() <= failing.get("/fail").headers.items()


@pytest.mark.parametrize(
    "error",
    [
        errors.StoreUnavailable(f"postgresql://{HIDDEN}@10.0.0.5/x", "refused"),
        errors.FilesUnavailable(f"/srv/{HIDDEN}: disk full"),
        errors.InvalidSettings(HIDDEN),
        errors.FileMissing(f"/srv/{HIDDEN}", "blobs/ab"),
        RuntimeError(HIDDEN),
    ],
)
def test_the_servers_own_trouble_goes_to_the_log(
    error: Exception, failing: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        told = answer(failing, error)

    assert HIDDEN not in json.dumps(told)
    assert told["request_id"]
    if told["status"] != 404:
        assert HIDDEN in caplog.text


def test_what_nobody_expected_is_logged_with_its_traceback(
    failing: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    told = answer(failing, ZeroDivisionError("odd"))

    assert (told["status"], told["code"]) == (500, "unexpected")
    assert "odd" not in json.dumps(told)
    assert "ZeroDivisionError: odd" in caplog.text
    assert "Traceback" in caplog.text


def test_a_value_that_the_database_refuses_is_the_requests_fault(failing: TestClient) -> None:
    told = answer(failing, DataError(f"INSERT {HIDDEN}", {}, Exception(HIDDEN)))

    assert (told["status"], told["code"]) == (422, "invalid_value")
    assert HIDDEN not in json.dumps(told)


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"name": ""}, "body.name"),
        ({}, "body.name"),
        ({"name": HIDDEN}, "body.name"),
        ({"name": "a", "numbers": [1, HIDDEN]}, "body.numbers.1"),
        ({"name": "a", "more": HIDDEN}, "body.more"),
        ({"name": {"deep": HIDDEN}}, "body.name"),
    ],
)
def test_values_that_make_no_sense_are_named_but_not_repeated(
    body: dict[str, object], where: str, failing: TestClient
) -> None:
    response = failing.post("/things", json=body)

    assert (response.status_code, response.json()["code"]) == (422, "invalid_request")
    assert response.json()["errors"][0]["where"] == where
    assert HIDDEN not in response.text


def test_a_thousand_mistakes_are_a_short_answer(failing: TestClient) -> None:
    response = failing.post("/things", json={"name": "a", "numbers": ["x"] * 1000, "k" * 5000: 1})

    assert len(response.json()["errors"]) == problems.MAX_ERRORS
    assert len(response.content) < 10_000


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"{", "bad_request"),
        (b'{"name": "a", "numbers": [' + b"9" * 6000 + b"]}", "bad_request"),
        (b"[" * 100_000, "bad_request"),
        (b'{"name": NaN}', "invalid_request"),
        (b'{"name": "\\ud800"}', "invalid_request"),
        (b'{"name": "a", "\\ud800": 1}', "invalid_request"),
        (b'{"name": "a\\u0000b"}', "invalid_value"),
        (b"\xff\xfe", "invalid_value"),
    ],
)
def test_bodies_that_are_hardly_json(content: bytes, code: str, failing: TestClient) -> None:
    response = failing.post("/things", content=content, headers={"content-type": "application/json"})

    assert response.json()["code"] == code
    assert response.status_code in (400, 422)


def test_a_backslash_before_u0000_is_text(failing: TestClient) -> None:
    response = failing.post("/things", json={"name": "a\\u0000"})

    assert response.status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [("GET", "/api/v1/nothing", 404, "no_such_address"), ("PUT", "/api/v1/session", 405, "method_not_allowed")],
)
def test_the_router_speaks_like_all_others(method: str, path: str, status: int, code: str, failing: TestClient) -> None:
    response = failing.request(method, path)

    assert (response.status_code, response.json()["code"]) == (status, code)
    assert set(response.json()) >= FIELDS


def test_odd_statuses_of_libraries_have_a_code(failing: TestClient) -> None:
    assert answer(failing, HTTPException(418))["code"] == "http_418"
