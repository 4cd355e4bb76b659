"""Every page, on large and small screens, light and dark: it opens, complains of nothing, and everybody can use it."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import httpx
import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import Person, Server
from tests.browser.things import SLOW_MS, add_person, add_recording, annotate, make_project
from tests.needed import give_up

from earmark.client import Client

pytestmark = pytest.mark.slow

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
LARGE, SMALL = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
MOST_SCRIPT = 300_000
"""Bytes of script, compressed, that the first page may need."""
PAGES = {
    "projects": "/",
    "recordings": "/projects/{project}",
    "recordings that do not fit": "/projects/{project}?q=nothing",
    "trash": "/projects/{project}?trashed=true",
    "empty project": "/projects/{empty}",
    "review": "/projects/{project}/review",
    "general settings": "/projects/{project}/settings",
    "labels": "/projects/{project}/settings/labels",
    "pipeline": "/projects/{project}/settings/pipeline",
    "voices": "/projects/{project}/settings/voices",
    "members": "/projects/{project}/settings/members",
    "exchange": "/projects/{project}/settings/exchange",
    "schedules": "/projects/{project}/settings/schedules",
    "webhooks": "/projects/{project}/settings/webhooks",
    "editor": "/recordings/{recording}",
    "transcript": "/recordings/{recording}/transcript",
    "failed recording": "/recordings/{failed}",
    "live": "/live",
    "jobs": "/jobs",
    "job": "/jobs/{job}",
    "models": "/models",
    "model": "/models/{model}",
    "people": "/people",
    "audit log": "/people?tab=log",
    "account": "/account",
    "tokens": "/account/tokens",
    "preferences": "/account/preferences",
    "system": "/system",
    "no such recording": "/recordings/01jd0000000000000000000000",
    "no such page": "/jobs/at/the/moon",
}
WITHOUT_HEADING = ("no such recording", "no such page")
"""They say only what is wrong."""


@dataclass
class World:
    """A server on which somebody has worked."""

    names: dict[str, str]

    def address(self, page: str) -> str:
        """Where a page is."""
        return PAGES[page].format(**self.names)


def furnish(client: Client, folder: Path) -> dict[str, str]:
    """Give every page something to show; return the names of things by what they are."""
    project = make_project(client, "Reef 2026", description="Hydrophones at the outer reef, one hour each morning.")
    recording = add_recording(client, project["id"])
    found = annotate(client, recording)
    client.recordings.change(recording["id"], tags=["reef", "morning"], notes="A boat passes.")
    client.annotations.create(recording["id"], copy_of=found["id"])
    broken = folder / "broken.wav"
    broken.write_bytes(b"RIFF and nothing of use" * 50)
    failed = client.recordings.upload(project["id"], broken)
    model = client.models.create("few-shot", "1", engine="events", task="events", metrics={"f1": 0.93})
    add_person(client, "colleague", "a password of four words", project["id"])
    jobs = list(client.jobs.list(project_id=project["id"]))
    empty = make_project(client, "Empty", labels=[])
    return {
        "project": project["id"],
        "empty": empty["id"],
        "recording": recording["id"],
        "failed": failed["id"],
        "model": model["id"],
        "job": jobs[0]["id"],
    }


@pytest.fixture(scope="module")
def world(server: Server, tmp_path_factory: pytest.TempPathFactory) -> World:
    with server.client() as client:
        return World(furnish(client, tmp_path_factory.mktemp("files")))


@pytest.fixture(scope="session")
def axe() -> str:
    """The program that looks for what keeps people out."""
    if not AXE.is_file():
        give_up(f"no {AXE} (npm ci in web/)")
    return AXE.read_text(encoding="utf-8")


def settle(page: Page) -> None:
    """Wait until a page has what it shows."""
    main = page.get_by_role("main")
    expect(main.get_by_role("heading").or_(main.get_by_role("alert")).first).to_be_visible(timeout=SLOW_MS)
    expect(page.get_by_text(re.compile("^(Loading|Chargement)…$"))).to_have_count(0, timeout=SLOW_MS)
    # The page of the system looks at each part first.
    expect(page.get_by_text("looks at its parts")).to_have_count(0, timeout=SLOW_MS)
    # Half-shown until what they need is there.
    for name in ("Look again", "Choose files…"):
        expect(page.get_by_role("button", name=name, disabled=True)).to_have_count(0, timeout=SLOW_MS)


def light_up(page: Page, scheme: Literal["light", "dark"]) -> None:
    """Switch to light or dark, and let the browser draw that."""
    page.emulate_media(color_scheme=scheme)
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def barriers(page: Page, axe: str, rules: list[str] | None = None) -> list[str]:
    """What axe finds serious or critical, a line each; all rules, or only some."""
    page.evaluate(f"if (!window.axe) {{ {axe} }}")
    only: dict[str, Any] = {} if rules is None else {"runOnly": {"type": "rule", "values": rules}}
    found = page.evaluate("only => axe.run(document, {resultTypes: ['violations'], ...only})", only)
    return [
        f"{one['id']}: {one['help']}: {', '.join(str(node['target']) for node in one['nodes'][:5])}"
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
    ]


def width(page: Page) -> int:
    """How far the document can be scrolled sideways."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@pytest.mark.parametrize("name", PAGES)
def test_a_page_serves_everybody(open_browser: Callable[..., Person], world: World, axe: str, name: str) -> None:
    page = open_browser().page
    page.goto(world.address(name))
    settle(page)
    found = {"large, light": barriers(page, axe)}
    light_up(page, "dark")
    found["large, dark"] = barriers(page, axe, ["color-contrast"])
    page.set_viewport_size(SMALL)
    page.reload()
    settle(page)
    found["small, dark"] = barriers(page, axe)
    light_up(page, "light")
    found["small, light"] = barriers(page, axe, ["color-contrast"])
    assert {where: what for where, what in found.items() if what} == {}
    assert width(page) == 0
    assert page.get_by_role("heading", level=1).count() == (name not in WITHOUT_HEADING)


def test_signing_in_serves_everybody(open_browser: Callable[..., Person], axe: str) -> None:
    page = open_browser(login=None, **SMALL).page
    page.goto("/")
    settle(page)
    assert barriers(page, axe) == []
    light_up(page, "dark")
    assert barriers(page, axe) == []
    assert width(page) == 0


def test_all_pages_speak_french(open_browser: Callable[..., Person], world: World) -> None:
    page = open_browser(locale="fr-FR").page
    for name in PAGES:
        page.goto(world.address(name))
        settle(page)
        assert page.evaluate("document.documentElement.lang") == "fr", name
    expect(page.get_by_role("navigation").get_by_role("link", name="Projets")).to_be_visible()


@pytest.mark.parametrize("tab", ["segment", "list", "layers", "look"])
def test_the_panels_of_the_editor_serve_everybody(
    open_browser: Callable[..., Person], world: World, axe: str, tab: str
) -> None:
    page = open_browser().page
    page.goto(world.address("editor"))
    settle(page)
    page.locator("body").press("n")
    page.locator(f"#tab-{tab}").click()
    assert barriers(page, axe) == []
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert barriers(page, axe) == []


def test_the_first_page_needs_little_script(open_browser: Callable[..., Person], server: Server) -> None:
    page = open_browser().page
    scripts: list[str] = []
    page.on("response", lambda answer: scripts.append(answer.url) if answer.url.endswith(".js") else None)
    page.goto("/")
    settle(page)
    with httpx.Client() as client:
        size = sum(len(gzip.compress(client.get(url).content, 6)) for url in scripts)
    assert scripts
    assert size < MOST_SCRIPT
