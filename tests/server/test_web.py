"""The browser application is served whole, at every address that it shows by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from earmark import __version__
from earmark.server import web

SOURCE = Path(__file__).parents[2] / "web" / "src" / "app.tsx"
INDEX = "<!doctype html><script type=module src=/assets/index-1a2b3c4d.js></script>"


@pytest.fixture
def static(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of pages in place of the built ones, since the tests of the server need no Node.js."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text(INDEX)
    (tmp_path / "icon.svg").write_text("<svg/>")
    (tmp_path / "theme.js").write_text("// theme")
    (tmp_path / "assets" / "index-1a2b3c4d.js").write_text("// " + "earmark " * 500)
    (tmp_path / "secret").write_text("secret")
    monkeypatch.setattr(web, "STATIC", tmp_path)
    return tmp_path


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app) as client:
        yield client


@pytest.mark.parametrize("path", ["/", "/projects/01k9zq3m5t7v8w2x4y6z0a1b2c/review", "/jobs", "/account/tokens"])
def test_the_application_is_there_at_every_address_of_its_own(client: TestClient, static: Path, path: str) -> None:
    found = client.get(path)
    assert (found.status_code, found.text) == (200, INDEX)
    assert found.headers["content-type"].startswith("text/html")
    assert found.headers["cache-control"] == "no-cache"
    assert "default-src 'self'" in found.headers["content-security-policy"]
    assert client.get(path, headers={"if-none-match": found.headers["etag"]}).status_code == 304
    assert client.head(path).headers["etag"] == found.headers["etag"]


def test_scripts_are_kept_and_compressed(client: TestClient, static: Path) -> None:
    found = client.get("/assets/index-1a2b3c4d.js", headers={"accept-encoding": "gzip"})
    assert found.headers["content-type"].startswith("text/javascript")
    assert "immutable" in found.headers["cache-control"]
    assert found.headers["content-encoding"] == "gzip"


@pytest.mark.parametrize("name", ["missing.js", "..%2Fsecret", "%2e%2e/secret", "..%5csecret", "index%00.js"])
def test_nothing_but_built_scripts_is_given(client: TestClient, static: Path, name: str) -> None:
    found = client.get(f"/assets/{name}")
    assert found.status_code in (404, 422)
    assert found.headers["content-type"] == "application/problem+json"
    assert "secret" not in found.text


def test_other_addresses_are_missing(client: TestClient, static: Path) -> None:
    for path in ("/nothing", "/api/v1/nothing", "/projectsx"):
        assert client.get(path).json()["code"] == "no_such_address"


def test_without_a_build_the_server_says_what_is_here(client: TestClient, static: Path) -> None:
    (static / "index.html").unlink()
    text = client.get("/").text
    assert "make web" in text
    assert __version__ in text
    for link in re.findall('href="([^"]+)"', text):
        assert client.get(link).status_code == 200


def test_the_server_knows_the_addresses_of_the_application() -> None:
    routes = re.findall(r'path="/([a-z]*)', SOURCE.read_text())
    assert {route for route in routes if route} == set(web.PAGES)
