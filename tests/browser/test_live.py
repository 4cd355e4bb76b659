"""Somebody speaks into a microphone, and reads what they said."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr
from playwright.sync_api import Browser, Page, expect, sync_playwright
from tests.browser.conftest import FLAGS, Person, Server
from tests.browser.test_pages import AXE, barriers, light_up, width
from tests.browser.things import SLOW_MS, eventually, make_project, real_audio
from tests.needed import give_up

pytestmark = pytest.mark.slow

RATE = 48_000
WORDS = re.compile("welcome his gospel")


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is said into the microphone, again and again: a sentence and a pause."""
    pytest.importorskip("pocketsphinx")
    sound, rate = soundfile.read(real_audio("speech_en/leopard_en.wav"), dtype="float32")
    path = tmp_path_factory.mktemp("microphone") / "spoken.wav"
    pause = np.zeros(2 * RATE, np.float32)
    soundfile.write(path, np.concatenate([pause, soxr.resample(sound, rate, RATE), pause]), RATE, subtype="PCM_16")
    return path


@pytest.fixture(scope="module")
def chromium(spoken: Path) -> Iterator[Browser]:
    """A browser whose microphone hears a recording."""
    path = os.environ.get("EARMARK_TEST_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        give_up("no Chromium (install it, or set EARMARK_TEST_CHROMIUM)")
    flags = [
        *FLAGS,
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-audio-capture={spoken}",
    ]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        yield browser
        browser.close()


def open_live(page: Page, *, engine: str = "pocketsphinx") -> None:
    page.goto("/live")
    page.get_by_label("Who writes down").select_option(engine)


def said(page: Page) -> str:
    return " ".join(page.get_by_role("log").get_by_role("listitem").all_inner_texts())


def barriers_here(page: Page) -> list[str]:
    if not AXE.is_file():
        give_up(f"no {AXE} (npm ci in web/)")
    return barriers(page, AXE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("compressed", [False, True], ids=["PCM", "Opus"])
def test_what_is_said_is_read_and_taken_away(page: Page, compressed: bool) -> None:  # noqa: FBT001
    open_live(page)
    page.get_by_label("Send compressed sound").set_checked(compressed)
    page.get_by_label("Who writes down").blur()
    page.locator("body").press("r")
    expect(page.get_by_text("Listening.")).to_be_visible(timeout=SLOW_MS)
    # A text that may still change, then one that stays.
    expect(page.locator("p[aria-live=off]")).to_be_visible(timeout=SLOW_MS)
    expect(page.get_by_role("log")).to_contain_text(WORDS, timeout=SLOW_MS)
    assert barriers_here(page) == []
    page.locator("body").press("r")
    expect(page.get_by_text("Ended.")).to_be_visible(timeout=SLOW_MS)
    expect(page.locator("p[aria-live=off]")).to_have_count(0)

    page.get_by_role("button", name="Download").click()
    with page.expect_download() as subtitles:
        page.get_by_role("menuitem", name="SRT").click()
    text = Path(subtitles.value.path()).read_text(encoding="utf-8")
    assert re.match(r"1\n00:00:0\d,\d{3} --> 00:00:\d\d,\d{3}\n", text)
    assert WORDS.search(text)
    page.get_by_role("button", name="Download").click()
    with page.expect_download() as whole:
        page.get_by_role("menuitem", name="JSON").click()
    segments = json.loads(Path(whole.value.path()).read_text(encoding="utf-8"))["segments"]
    words = [word["text"] for segment in segments for word in segment["words"]]
    assert " ".join(words) == " ".join(segment["text"] for segment in segments)


def test_a_session_becomes_a_recording(page: Page, server: Server) -> None:
    with server.client() as client:
        project = make_project(client, "Talks")
        open_live(page)
        page.get_by_role("button", name="Start").click()
        expect(page.get_by_role("log")).to_contain_text(WORDS, timeout=SLOW_MS)
        page.get_by_role("button", name="Stop").click()
        expect(page.get_by_text("Ended.")).to_be_visible(timeout=SLOW_MS)
        text = said(page)
        page.get_by_role("button", name="Save as a recording").click()
        page.get_by_label("Name", exact=True).fill("First talk")
        page.get_by_role("dialog").get_by_role("button", name="Save as a recording").click()
        expect(page).to_have_url(re.compile(r"/recordings/.+/transcript\?annotation="), timeout=SLOW_MS)
        recording = next(iter(client.recordings.list(project["id"])))
        assert recording["name"].startswith("First talk")
        kept = [one.segment.text for one in client.annotations.segments(page.url.rpartition("=")[2])]
        assert WORDS.search(" ".join(filter(None, kept)))
        assert all(line in text for line in filter(None, kept))


def test_an_engine_that_is_missing_is_said(page: Page) -> None:
    open_live(page, engine="whisper")
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("alert")).to_contain_text("The engine is missing on the server", timeout=SLOW_MS)
    expect(page.get_by_role("alert")).to_contain_text("earmark models pull small")
    expect(page.get_by_role("button", name="Start")).to_be_enabled()


def test_a_microphone_that_may_not_be_used_is_said(page: Page) -> None:
    page.add_init_script(
        "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'))"
    )
    open_live(page)
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("alert")).to_contain_text("The microphone may not be used")


def test_it_fits_a_telephone(open_browser: Callable[..., Person]) -> None:
    page = open_browser(width=390, height=844, dark=True).page
    open_live(page)
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("log")).to_contain_text(WORDS, timeout=SLOW_MS)
    assert width(page) == 0
    assert barriers_here(page) == []
    light_up(page, "light")
    assert barriers_here(page) == []


def test_the_text_stops_following_who_reads_above(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 400})
    open_live(page)
    page.get_by_role("button", name="Start").click()
    text = page.get_by_role("region", name="Text")
    overflows = "element => element.scrollHeight > element.clientHeight + 80"
    eventually(page, lambda: text.evaluate(overflows), wanted=True)
    assert text.evaluate("element => element.scrollHeight - element.scrollTop - element.clientHeight") < 40
    text.evaluate("element => { element.scrollTop = 0 }")
    before = page.get_by_role("log").get_by_role("listitem").count()
    expect(page.get_by_role("log").get_by_role("listitem").nth(before)).to_be_attached(timeout=SLOW_MS)
    assert text.evaluate("element => element.scrollTop") == 0
