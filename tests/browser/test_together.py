"""Two people on one annotation: each sees what the other saved, and is asked where both changed the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import Person, Server
from tests.browser.things import (
    SLOW_MS,
    add_person,
    add_recording,
    eventually,
    labels_of,
    listed,
    make_project,
    open_editor,
    saved,
)

from earmark.client import Client

pytestmark = pytest.mark.slow

LOGIN, SECRET = "mira", "another four good words"
SPANS = [(1.0, 3.0), (4.0, 6.0), (8.0, 9.5)]


@dataclass
class Shared:
    """An annotation and two people who have it open: its author, and a manager who looks through it."""

    client: Client
    annotation: str
    author: Page
    manager: Page

    def labels(self) -> list[str | None]:
        """What the server has."""
        return labels_of(self.client, self.annotation)


@pytest.fixture(scope="module")
def client(server: Server) -> Iterator[Client]:
    with server.client() as client:
        yield client


@pytest.fixture(scope="module")
def recording(client: Client) -> str:
    project = make_project(client, "Pond")
    add_person(client, LOGIN, SECRET, project["id"])
    return str(add_recording(client, project["id"])["id"])


@pytest.fixture
def shared(open_browser: Callable[..., Person], server: Server, client: Client, recording: str) -> Shared:
    author = open_browser(login=LOGIN, password=SECRET)
    segments = [{"start": start, "end": end, "label": "speech"} for start, end in SPANS]
    answer = author.page.request.post(f"/api/v1/recordings/{recording}/annotations", data={"segments": segments})
    assert answer.ok, answer.text()
    annotation = answer.json()["id"]
    manager = open_browser()
    for person in (author, manager):
        open_editor(person.page, recording, annotation, len(SPANS))
    return Shared(client, annotation, author.page, manager.page)


def relabel(page: Page, number: int, digit: str) -> None:
    """Give the segment of that number, from 1, another label by keyboard."""
    for key in ["Escape", "Home", *["n"] * number, digit]:
        page.keyboard.press(key)


def shown(page: Page) -> list[str]:
    """Labels of the segments as the page lists them."""
    return [row.split()[-1] for row in listed(page).all_inner_texts()]


def test_each_sees_what_the_other_saved(shared: Shared) -> None:
    relabel(shared.author, 1, "2")
    eventually(shared.manager, lambda: shown(shared.manager), ["noise", "speech", "speech"])
    relabel(shared.manager, 3, "3")
    eventually(shared.author, lambda: shown(shared.author), ["noise", "speech", "silence"])
    expect(shared.author.get_by_role("img", name="admin worked here")).to_be_visible()
    assert shared.labels() == ["noise", "speech", "silence"]


@pytest.mark.parametrize(("choice", "kept"), [("Keep mine", "noise"), ("Take theirs", "silence")])
def test_a_conflict_is_offered_and_what_is_chosen_is_kept(shared: Shared, choice: str, kept: str) -> None:
    shared.author.context.set_offline(offline=True)
    relabel(shared.author, 1, "2")
    relabel(shared.author, 2, "2")
    relabel(shared.manager, 1, "3")
    eventually(shared.manager, shared.labels, ["silence", "speech", "speech"])

    shared.author.context.set_offline(offline=False)
    badge = shared.author.get_by_role("button", name="1 conflict: choose")
    expect(badge).to_be_visible(timeout=SLOW_MS)
    # Whatever nobody else touched has gone through.
    eventually(shared.author, shared.labels, ["silence", "noise", "speech"])
    badge.click()
    dialog = shared.author.get_by_role("dialog")
    for words in ("Yours", "noise", "Theirs", "silence"):
        expect(dialog).to_contain_text(words)
    dialog.get_by_role("button", name=choice).click()
    expect(dialog).to_be_hidden()
    eventually(shared.author, shared.labels, [kept, "noise", "speech"])
    saved(shared.author)
    for page in (shared.author, shared.manager):
        eventually(page, lambda page=page: shown(page), [kept, "noise", "speech"])


def test_a_conflict_with_a_deletion_brings_back_what_was_changed(shared: Shared) -> None:
    shared.author.context.set_offline(offline=True)
    relabel(shared.author, 2, "2")
    relabel(shared.manager, 2, "d")
    eventually(shared.manager, lambda: len(shared.labels()), 2)
    shared.author.context.set_offline(offline=False)
    shared.author.get_by_role("button", name="1 conflict: choose").click(timeout=SLOW_MS)
    dialog = shared.author.get_by_role("dialog")
    expect(dialog).to_contain_text("Deleted")
    dialog.get_by_role("button", name="Keep mine").click()
    eventually(shared.author, shared.labels, ["speech", "noise", "speech"])
