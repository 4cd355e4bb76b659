"""The server is killed or cannot be reached while somebody works: no edit is lost, all arrive by themselves."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Dialog, Page, Route, expect
from tests.browser.conftest import Server
from tests.browser.things import (
    EXAMPLE,
    SLOW_MS,
    add_recording,
    eventually,
    has_segments,
    labels_of,
    listed,
    make_project,
    open_editor,
    saved,
    write_noise,
)

from earmark.client import Client
from earmark.core.edits import Edit, EditOp
from earmark.core.segment import Segment

pytestmark = pytest.mark.slow

COUNT = 8


@pytest.fixture(scope="module")
def client(server: Server) -> Iterator[Client]:
    with server.client() as client:
        yield client


@pytest.fixture(scope="module")
def recordings(client: Client, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Two recordings, so that one can look at another one."""
    project = make_project(client, "Pond")
    paths = [EXAMPLE, write_noise(tmp_path_factory.mktemp("files") / "noise.flac")]
    return [add_recording(client, project["id"], path)["id"] for path in paths]


@pytest.fixture
def annotation(client: Client, recordings: list[str]) -> str:
    segments = [Segment(start=2.0 * n, end=2.0 * n + 1.5, label="speech") for n in range(COUNT)]
    return str(client.annotations.create(recordings[0], segments)["id"])


@pytest.fixture
def page(page: Page, server: Server, recordings: list[str], annotation: str) -> Iterator[Page]:
    """The annotation in the editor."""
    open_editor(page, recordings[0], annotation, COUNT)
    yield page
    if not server.is_up:
        server.start()


def relabel(page: Page, count: int = 1) -> None:
    """Give the next segments another label, by keyboard."""
    for _ in range(count):
        page.keyboard.press("n")
        page.keyboard.press("2")


def kept_here(page: Page) -> None:
    """The page says that edits wait in the browser."""
    expect(page.get_by_role("button", name="kept here")).to_be_visible(timeout=SLOW_MS)


def labels(noise: int) -> list[str]:
    """Labels of all segments, of which the first ones were changed."""
    return ["noise"] * noise + ["speech"] * (COUNT - noise)


def test_edits_made_while_the_server_is_killed_and_started_arrive(
    page: Page, server: Server, client: Client, annotation: str
) -> None:
    relabel(page, 2)
    server.kill()
    relabel(page, 3)
    kept_here(page)
    relabel(page)
    server.start()
    relabel(page)
    eventually(page, lambda: labels_of(client, annotation), labels(7))
    saved(page)
    page.keyboard.press("Control+z")
    eventually(page, lambda: labels_of(client, annotation), labels(6))


def test_what_others_save_after_the_restart_is_seen(
    page: Page, server: Server, client: Client, annotation: str
) -> None:
    server.kill()
    server.start()
    [first, *_] = client.annotations.segments(annotation)
    gone = Edit(op=EditOp.DELETE, id=first.id)
    client.annotations.edit(annotation, [gone], base_revision=client.annotations.get(annotation)["revision"])
    has_segments(page, COUNT - 1)


def test_closing_the_page_while_edits_wait_warns(page: Page, server: Server, client: Client, annotation: str) -> None:
    server.kill()
    relabel(page)
    kept_here(page)
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", answer)
    page.close(run_before_unload=True)
    eventually(page, lambda: asked, ["beforeunload"])
    server.start()
    eventually(page, lambda: labels_of(client, annotation), labels(1))


@pytest.mark.parametrize("where", ["the same recording", "another recording"])
def test_edits_of_a_page_that_was_closed_arrive_when_one_is_opened(
    page: Page, server: Server, client: Client, recordings: list[str], annotation: str, where: str
) -> None:
    server.kill()
    relabel(page, 3)
    kept_here(page)
    context = page.context
    page.close()
    server.start()
    assert labels_of(client, annotation) == labels(0)
    opened = context.new_page()
    opened.goto(f"/recordings/{recordings[where == 'another recording']}")
    eventually(opened, lambda: labels_of(client, annotation), labels(3))


def test_edits_without_a_network_wait_for_it(page: Page, client: Client, annotation: str) -> None:
    page.context.set_offline(offline=True)
    relabel(page, 4)
    kept_here(page)
    expect(listed(page).nth(3)).to_contain_text("noise")
    page.context.set_offline(offline=False)
    eventually(page, lambda: labels_of(client, annotation), labels(4))
    saved(page)


def test_an_edit_whose_answer_is_lost_is_made_once(page: Page, client: Client, annotation: str) -> None:
    lost: list[str] = []

    def lose(route: Route) -> None:
        if not lost:
            route.fetch()
            lost.append(route.request.url)
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/edits", lose)
    page.keyboard.press("n")
    page.keyboard.press("Control+d")
    eventually(page, lambda: len(lost), 1)
    saved(page)
    assert len(labels_of(client, annotation)) == COUNT + 1
    assert client.annotations.get(annotation)["revision"] == 2
