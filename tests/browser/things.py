"""Projects and recordings for the tests in the browser, made through the API as programs of users make them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from playwright.sync_api import Locator, Page, expect
from tests.needed import give_up

import earmark
from earmark.client import Client
from earmark.core.segment import Segment

EXAMPLE = Path(earmark.__file__).parent / "example" / "example.flac"
"""17 s: two sentences, noise and silence."""
LABELS = [
    {"name": "speech", "colour": "#0072b2"},
    {"name": "noise", "colour": "#e69f00"},
    {"name": "silence", "colour": "#7f7f7f"},
]
"""Without hotkeys of their own: the digits 1, 2 and 3 give them."""
PIPELINE = {"engine": "none"}
PATIENCE = 90
"""Seconds for an import or an engine on a loaded machine."""
SLOW_MS = 1000 * PATIENCE

Item = dict[str, Any]


def real_audio(name: str) -> Path:
    """A recording with ground truth, of the folder that EARMARK_TEST_DATA names."""
    default = Path(__file__).parents[3] / "shared"
    path = Path(os.environ.get("EARMARK_TEST_DATA") or default) / "audio" / name
    return path if path.is_file() else give_up(f"no {path} (set EARMARK_TEST_DATA)")


def write_noise(path: Path, seconds: float = 2.0, rate: int = 8000, seed: int = 1) -> Path:
    """Write a recording that is nobody else's."""
    noise = np.random.default_rng(seed).normal(0, 0.05, round(seconds * rate))
    soundfile.write(path, noise.astype(np.float32), rate)
    return path


def make_project(client: Client, name: str, **more: Any) -> Item:
    """Make a project with labels whose engine needs no weights."""
    return client.projects.create(name, **({"labels": LABELS, "pipeline": PIPELINE} | more))


def add_recording(client: Client, project_id: str, path: Path = EXAMPLE) -> Item:
    """Upload a recording and wait until it can be opened."""
    return client.recordings.wait(client.recordings.upload(project_id, path)["id"], timeout=PATIENCE)


def annotate(client: Client, recording: Item) -> Item:
    """Have an engine listen to a recording; give what it found."""
    for job in client.jobs.annotate(recording["project_id"], [recording["id"]]):
        client.jobs.wait(job, timeout=PATIENCE)
    return next(one for one in client.annotations.list(recording["id"]) if one["kind"] == "model")


def segments_of(client: Client, annotation_id: str) -> list[Segment]:
    """Segments that the server has, in the order of their start."""
    return [one.segment for one in client.annotations.segments(annotation_id)]


def add_person(client: Client, login: str, password: str, project_id: str, role: str = "annotator") -> Item:
    """Make an account that has a role in a project."""
    person: Item = client.http.ask("POST", "/users", json={"login": login, "name": login.title(), "password": password})
    client.http.ask("PUT", f"/projects/{project_id}/members/{person['id']}", json={"role": role})
    return person


def add_project_by_hand(page: Page, name: str) -> str:
    """Make a project on the page of projects; give its id."""
    page.goto("/")
    page.get_by_role("button", name="New project").or_(page.get_by_role("button", name="Make your first")).click()
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("button", name="Create").click()
    page.get_by_role("heading", name=name).wait_for()
    return page.url.rpartition("/")[2]


def saved(page: Page) -> None:
    """Wait until the editor says that the server has everything; what takes less than a moment, it says early."""
    expect(page.locator("header [data-kind=saved]")).to_be_visible(timeout=SLOW_MS)


def eventually(page: Page, seen: Callable[[], object], wanted: object) -> None:
    """Wait until something is as it should be."""
    until = time.monotonic() + PATIENCE
    while (found := seen()) != wanted and time.monotonic() < until:
        page.wait_for_timeout(100)
    assert found == wanted, f"{found}\n  is not\n{wanted}"


def labels_of(client: Client, annotation_id: str) -> list[str | None]:
    """Labels that the server has, in the order of their segments."""
    return [one.label for one in segments_of(client, annotation_id)]


def open_editor(page: Page, recording_id: str, annotation_id: str, segments: int) -> None:
    """Open an annotation in the editor with its segments listed, the keyboard on the timeline."""
    page.goto(f"/recordings/{recording_id}?annotation={annotation_id}")
    show_list(page, segments)
    page.get_by_role("application").focus()


def show_list(page: Page, segments: int) -> None:
    """Have the editor list its segments, and wait until they are so many."""
    page.get_by_role("tab", name="List").click()
    has_segments(page, segments)


def has_segments(page: Page, count: int) -> None:
    """Wait until the list of the editor has so many segments."""
    expect(page.get_by_role("tabpanel")).to_contain_text(f"{count:,} segment", timeout=SLOW_MS)


def listed(page: Page) -> Locator:
    """Segments as the editor lists them, those that are on the screen."""
    return page.get_by_role("listbox", name="Segments").get_by_role("option")
