"""A whole day of sound with 100,000 segments: it opens soon, and moving through it stays smooth and small.

Bounds are wide, so that they hold on a loaded machine; what an idle one does is measured by `benchmarks.browser`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from benchmarks.browser import day_of_sound, heap, many_segments, opened_in, pan, script_per_frame, zoom
from playwright.sync_api import Browser
from tests.browser.conftest import Person, Server
from tests.browser.things import make_project, show_list

from earmark.client import Client

pytestmark = pytest.mark.slow

SEGMENTS = 100_000
IMPORT_SECONDS = 600
OPEN_SECONDS = 15.0
"""2 s on an idle machine."""
SCRIPT_MS = 40.0
"""95 of 100 frames need less script; 20 ms on an idle machine."""
GROWTH = 16e6
"""Bytes that caches may come to hold while one moves."""
MOVES = 100


@pytest.fixture(scope="module")
def client(server: Server) -> Iterator[Client]:
    with server.client() as client:
        yield client


@pytest.fixture(scope="module")
def day(client: Client, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = day_of_sound(tmp_path_factory.mktemp("day") / "day.flac")
    project = make_project(client, "Forest")
    recording = client.recordings.upload(project["id"], path)
    return str(client.recordings.wait(recording["id"], timeout=IMPORT_SECONDS)["id"])


@pytest.fixture(scope="module")
def full(client: Client, day: str) -> str:
    return many_segments(client, day, SEGMENTS)


def test_a_day_opens_and_moving_through_it_needs_no_more_memory(open_browser: Callable[..., Person], day: str) -> None:
    page = open_browser().page
    assert opened_in(page, f"/recordings/{day}") < OPEN_SECONDS
    pan(page, MOVES)  # fills the caches
    before = heap(page)
    pan(page, MOVES)
    assert heap(page) - before < GROWTH


def test_many_segments_stay_smooth(chromium: Browser, open_browser: Callable[..., Person], day: str, full: str) -> None:
    page = open_browser().page
    assert opened_in(page, f"/recordings/{day}?annotation={full}") < OPEN_SECONDS
    show_list(page, SEGMENTS)
    page.get_by_role("tab", name="Segment").click()
    for key in ("", "0"):  # a minute, and the whole day on the screen
        page.get_by_role("application").press(key or "Escape")
        for move in (pan, zoom):
            frames = script_per_frame(chromium, page, lambda move=move: move(page, MOVES))
            assert len(frames) > MOVES / 10
            assert np.percentile(frames, 95) < SCRIPT_MS


def test_one_of_many_segments_is_corrected(
    open_browser: Callable[..., Person], client: Client, day: str, full: str
) -> None:
    page = open_browser().page
    page.goto(f"/recordings/{day}?annotation={full}&t=43200")
    show_list(page, SEGMENTS)
    page.get_by_role("application").focus()
    page.keyboard.press("n")
    page.keyboard.press("d")
    show_list(page, SEGMENTS - 1)
    page.keyboard.press("Control+z")
    show_list(page, SEGMENTS)
