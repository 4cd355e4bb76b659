"""The loop of every day: upload, let an engine listen, correct by keyboard, find it again, export."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import Server
from tests.browser.things import (
    PIPELINE,
    SLOW_MS,
    add_project_by_hand,
    eventually,
    has_segments,
    listed,
    real_audio,
    saved,
    segments_of,
    show_list,
)

import earmark
from earmark.client import Client
from earmark.core.segment import Segment

pytestmark = pytest.mark.slow

ARROW = 0.01
"""Part of what is on the screen that an arrow key moves the playhead by."""
NUDGE = 1 / 400
"""Part of what is on the screen that a key moves an edge by."""


def press(page: Page, *keys: str) -> None:
    """Press keys one after the other."""
    for key in keys:
        page.keyboard.press(key)


def own(client: Client, recording_id: str) -> str:
    """The one annotation that a person made of a recording."""
    [found] = [one for one in client.annotations.list(recording_id) if one["kind"] == "person"]
    return str(found["id"])


def near(segments: list[Segment]) -> list[tuple[object, ...]]:
    """What segments say, times to the millisecond."""
    return [(round(one.start, 3), round(one.end, 3), one.label, one.text, one.channel) for one in segments]


def correct(page: Page, found: list[Segment], duration: float) -> list[Segment]:
    """Correct by keyboard what a model found; give what must come of it."""
    press(page, "0", "Tab", "y")
    expect(page.get_by_role("dialog")).to_contain_text("Begin your annotation")
    press(page, "Enter")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(listed(page).first).to_have_attribute("aria-selected", "true")
    saved(page)
    first, second, _, *rest = found

    press(page, "Home", "Escape", "n", "n", "3", "Shift+ArrowRight", "Shift+ArrowRight", "Shift+ArrowLeft")
    second = dataclasses.replace(second, label="silence", end=second.end + duration * NUDGE)

    press(page, "n", "d", "Escape")  # the third one goes

    press(page, "Home", "ArrowRight", "ArrowRight", "Shift+A", "ArrowRight", "ArrowRight", "ArrowRight", "Shift+A")
    made = Segment(start=2 * ARROW * duration, end=5 * ARROW * duration, label="silence")

    press(page, "Control+z", "Control+z")  # neither made nor deleted
    expect(page.get_by_role("button", name="Undo: resize")).to_be_enabled()
    press(page, "Control+Shift+Z", "Control+y")
    expect(page.get_by_role("button", name="Redo")).to_be_disabled()
    return sorted([first, second, made, *rest], key=lambda one: (one.start, one.end))


def test_a_recording_is_corrected_by_keyboard(page: Page, server: Server, tmp_path: Path) -> None:
    source = real_audio("composites/timeline_01.flac")
    project_id = add_project_by_hand(page, "Radio")
    with server.client() as client:
        client.projects.change(project_id, pipeline=PIPELINE)

        with page.expect_file_chooser() as chooser:
            page.get_by_role("button", name="Upload", exact=True).first.click()
        chooser.value.set_files(source)
        link = page.get_by_role("link", name=source.name)
        row = page.get_by_role("row").filter(has=link)
        expect(row).to_contain_text("1:07", timeout=SLOW_MS)  # it was imported: its duration is known
        expect(page.get_by_role("region", name="Uploads")).to_contain_text("1 file has arrived")

        row.get_by_role("checkbox").check()
        page.get_by_role("region", name="What to do with the chosen recordings").get_by_role(
            "button", name="Annotate"
        ).click()
        page.get_by_role("dialog").get_by_role("button", name="Annotate").click()
        expect(row).to_contain_text("speech", timeout=SLOW_MS)

        row.get_by_role("link", name=source.name).first.click()
        expect(page.get_by_role("heading", name=source.name)).to_be_visible()
        recording_id = page.url.partition("/recordings/")[2].partition("?")[0]
        duration = client.recordings.get(recording_id)["duration"]
        [model] = client.annotations.list(recording_id)
        found = segments_of(client, model["id"])
        assert len(found) > 5
        expect(page.get_by_text("No annotation of yours yet")).to_be_visible()
        show_list(page, len(found))

        page.locator("[data-timeline]").get_by_role("application").focus()
        wanted = correct(page, found, duration)
        mine = own(client, recording_id)
        eventually(page, lambda: near(segments_of(client, mine)), near(wanted))
        saved(page)
        assert segments_of(client, model["id"]) == found

        page.reload()
        saved(page)
        has_segments(page, len(wanted))
        expect(listed(page).nth(1)).to_contain_text("silence")

        page.get_by_role("button", name="More", exact=True).click()
        page.get_by_role("menuitem", name="Export…").click()
        line = (
            page.get_by_role("dialog").locator("div").filter(has_text=".csv").filter(has=page.get_by_role("link")).last
        )
        with page.expect_download() as download:
            line.get_by_role("link", name="Download").click()
        download.value.save_as(tmp_path / "corrected.csv")
    read = earmark.read(tmp_path / "corrected.csv")
    assert near(list(read.segments)) == near(wanted)
