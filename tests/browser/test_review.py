"""Deciding on many segments at once: accept, relabel, reject, and taking that back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import Person, Server
from tests.browser.things import add_recording, annotate, eventually, labels_of, make_project, segments_of

from earmark.client import Client
from earmark.core.segment import Segment

pytestmark = pytest.mark.slow


def own(client: Client, recording_id: str) -> list[Segment]:
    """Segments of the person's own annotation."""
    mine = [one for one in client.annotations.list(recording_id) if one["kind"] == "person"]
    return segments_of(client, mine[0]["id"]) if mine else []


def open_grid(page: Page, project_id: str, count: int) -> None:
    page.goto(f"/projects/{project_id}/review?sort=time")
    expect(page.get_by_role("toolbar", name="What to do")).to_contain_text(f"{count} segments")
    page.get_by_role("grid", name="Segments").focus()


def test_segments_are_decided_on_in_bulk_and_taken_back(open_browser: Callable[..., Person], server: Server) -> None:
    page = open_browser().page
    with server.client() as client:
        project = make_project(client, "Calls")
        recording = add_recording(client, project["id"])
        model = annotate(client, recording)
        found = segments_of(client, model["id"])
        open_grid(page, project["id"], len(found))

        for key in ("Shift+ArrowRight", "Shift+ArrowRight", "y"):
            page.keyboard.press(key)
        expect(page.get_by_text("3 segments accepted")).to_be_visible()
        eventually(page, lambda: own(client, recording["id"]), found[:3])

        page.keyboard.press("Control+z")
        expect(page.get_by_text("3 decisions taken back")).to_be_visible()
        eventually(page, lambda: own(client, recording["id"]), [])

        page.keyboard.press("Escape")
        page.keyboard.press("Home")
        page.keyboard.press("Shift+ArrowRight")
        page.keyboard.press("2")
        expect(page.get_by_text("2 segments are noise now")).to_be_visible()
        eventually(page, lambda: [one.label for one in own(client, recording["id"])], ["noise", "noise"])

        page.reload()
        open_grid(page, project["id"], len(found) - 2)
        page.keyboard.press("r")
        expect(page.get_by_role("gridcell").first).to_contain_text("Rejected")
        page.reload()
        open_grid(page, project["id"], len(found) - 3)
        assert segments_of(client, model["id"]) == found
        assert len(own(client, recording["id"])) == 2
        assert labels_of(client, model["id"]) == [one.label for one in found]
