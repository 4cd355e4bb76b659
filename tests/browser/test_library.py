"""The list of recordings: finding, doing something with many, and bringing files in."""

from __future__ import annotations

import re
import wave
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Request, Route, expect
from tests.browser.conftest import Person, Server
from tests.browser.things import SLOW_MS, add_recording, eventually, make_project, write_noise

from earmark.client import Client

pytestmark = pytest.mark.slow

NAMES = ["reef dawn", "reef noon", "reef dusk", "pond dawn", "pond noon", "pond dusk"]
PIECE = 32 << 20
"""Bytes that the page sends at once."""


@pytest.fixture(scope="module")
def client(server: Server) -> Iterator[Client]:
    with server.client() as client:
        yield client


@pytest.fixture(scope="module")
def stocked(client: Client, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A project with six recordings, each longer than the one before."""
    project = make_project(client, "Water")["id"]
    folder = tmp_path_factory.mktemp("files")
    for n, name in enumerate(NAMES):
        add_recording(client, project, write_noise(folder / f"{name}.flac", seconds=1.0 + n, seed=n))
    return str(project)


@pytest.fixture
def empty(client: Client) -> str:
    """A project to bring files into."""
    return str(make_project(client, "New")["id"])


def names(page: Page) -> list[str]:
    """Recordings in the order in which they are listed."""
    return page.get_by_role("row").get_by_role("link", name=".flac").all_inner_texts()


def shows(page: Page, *wanted: str) -> None:
    """Wait until these recordings are listed."""
    eventually(page, lambda: names(page), [f"{name}.flac" for name in wanted])


def choose(page: Page, *files: Path, by: str = "Upload") -> None:
    """Choose files, or a folder, for upload."""
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name=by, exact=True).or_(page.get_by_role("menuitem", name=by)).first.click()
    chooser.value.set_files(files if len(files) > 1 else files[0])


def uploads(page: Page) -> Locator:
    return page.get_by_role("region", name="Uploads")


def large_wave(path: Path, bytes_: int = 3 * PIECE) -> Path:
    """Write silence, quickly."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(48_000)
        file.writeframes(bytes(bytes_))
    return path


def test_what_one_looks_for_is_kept_in_the_address(open_browser: Callable[..., Person], stocked: str) -> None:
    page = open_browser().page
    page.goto(f"/projects/{stocked}")
    page.get_by_label("Sort by").select_option("Name")
    shows(page, *sorted(NAMES))
    page.keyboard.press("/")
    page.keyboard.type("reef")
    shows(page, "reef dawn", "reef dusk", "reef noon")
    page.get_by_label("Sort by").select_option("Duration")
    shows(page, "reef dusk", "reef noon", "reef dawn")
    page.get_by_role("button", name="Filter", exact=True).click()
    page.get_by_label("At most").fill("2.5")
    page.get_by_role("button", name="Apply").click()
    shows(page, "reef noon", "reef dawn")
    address = page.url
    page.goto("/")
    page.goto(address)
    shows(page, "reef noon", "reef dawn")
    page.get_by_role("button", name="Clear filters").click()
    shows(page, "reef dusk", "reef noon", "reef dawn")


def test_many_are_chosen_by_shift_and_tagged(open_browser: Callable[..., Person], client: Client, stocked: str) -> None:
    page = open_browser().page
    page.goto(f"/projects/{stocked}?sort=name")
    shows(page, *sorted(NAMES))
    page.get_by_label("Select pond dawn.flac").click()
    page.get_by_label("Select reef dawn.flac").click(modifiers=["Shift"])
    bar = page.get_by_role("region", name="What to do with the chosen recordings")
    expect(bar).to_contain_text("4 selected")
    bar.get_by_role("button", name="Tag", exact=True).click()
    page.get_by_role("dialog").get_by_label("Tags").fill("quiet, 2026")
    page.keyboard.press("Enter")
    expect(page.get_by_text("4 recordings tagged")).to_be_visible()
    tagged = [one["name"] for one in client.recordings.list(stocked) if set(one["tags"]) == {"quiet", "2026"}]
    assert sorted(tagged) == [f"{name}.flac" for name in sorted(NAMES)[:4]]
    page.get_by_role("button", name="#quiet").first.click()
    shows(page, *sorted(NAMES)[:4])


def test_a_folder_is_uploaded_without_what_is_no_recording(
    open_browser: Callable[..., Person], empty: str, tmp_path: Path
) -> None:
    page = open_browser().page
    folder = tmp_path / "monday"
    (folder / "site b").mkdir(parents=True)
    write_noise(folder / "one.flac", seed=11)
    write_noise(folder / "site b" / "two.flac", seed=12)
    (folder / "notes.txt").write_text("windy")
    page.goto(f"/projects/{empty}?sort=name")
    page.get_by_role("button", name="From…").first.click()
    choose(page, folder, by="A folder…")
    expect(uploads(page)).to_contain_text("left out: notes.txt", timeout=SLOW_MS)
    expect(uploads(page)).to_contain_text("2 files have arrived", timeout=SLOW_MS)
    shows(page, "one", "two")


def test_what_is_there_already_and_what_is_no_sound_is_told(
    open_browser: Callable[..., Person], empty: str, tmp_path: Path
) -> None:
    page = open_browser().page
    good, broken = write_noise(tmp_path / "good.flac", seed=21), tmp_path / "broken.wav"
    broken.write_bytes(b"this is no sound " * 100)
    page.goto(f"/projects/{empty}")
    choose(page, good)
    shows(page, "good")
    choose(page, good, broken)
    expect(uploads(page)).to_contain_text("The project had it already", timeout=SLOW_MS)
    line = uploads(page).get_by_role("listitem").filter(has_text="broken.wav")
    expect(line).to_contain_text(re.compile("sound|audio|read"), timeout=SLOW_MS)


def test_a_large_upload_is_paused_goes_on_where_it_was_and_can_be_cancelled(
    open_browser: Callable[..., Person], client: Client, empty: str, tmp_path: Path
) -> None:
    page = open_browser().page
    held: list[Route] = []
    offsets: list[int] = []

    def hold(route: Route) -> None:
        """Let the first piece through, and no other."""
        if route.request.method == "PATCH" and route.request.headers["upload-offset"] != "0":
            held.append(route)
        else:
            route.continue_()

    def note(request: Request) -> None:
        if request.method == "PATCH":
            offsets.append(int(request.headers["upload-offset"]))

    page.route("**/api/v1/uploads/*", hold)
    page.on("request", note)
    page.goto(f"/projects/{empty}")
    choose(page, large_wave(tmp_path / "long.wav"))
    eventually(page, lambda: len(held), 1)
    page.get_by_role("button", name="Pause long.wav").click()
    expect(uploads(page)).to_contain_text("Paused")
    assert list(client.recordings.list(empty)) == []
    page.unroute("**/api/v1/uploads/*")
    offsets.clear()
    page.get_by_role("button", name="Go on with long.wav").click()
    expect(uploads(page)).to_contain_text("1 file has arrived", timeout=SLOW_MS)
    assert offsets[0] == PIECE

    held.clear()
    page.route("**/api/v1/uploads/*", hold)
    choose(page, large_wave(tmp_path / "other.wav", 2 * PIECE))
    eventually(page, lambda: len(held), 1)
    page.get_by_role("button", name="Cancel other.wav").click()
    expect(uploads(page).get_by_role("listitem").filter(has_text="other.wav")).to_contain_text("Cancelled")
    assert [one["name"] for one in client.recordings.list(empty)] == ["long.wav"]
