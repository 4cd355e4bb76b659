"""The text of a recording: words are edited and keep their times, speakers renamed, expressions replaced everywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page, expect
from tests.browser.conftest import Person, Server
from tests.browser.things import SLOW_MS, add_recording, eventually, make_project, segments_of

from earmark.client import Client
from earmark.core.segment import Segment, Word

pytestmark = pytest.mark.slow

LINES = [
    ("Anna", "good morning to the committee"),
    ("Ben", "thank you the committee is here"),
    ("Anna", "then we begin"),
]


def spoken(speaker: str, text: str, start: float) -> Segment:
    """A line whose words last half a second each."""
    words = text.split()
    told = tuple(Word(text=word, start=start + n / 2, end=start + (n + 1) / 2) for n, word in enumerate(words))
    end = start + len(words) / 2
    return Segment(start=start, end=end, label="speech", speaker=speaker, text=text, words=told)


@dataclass
class Opened:
    """A transcript on the screen."""

    page: Page
    client: Client
    annotation: str

    def segments(self) -> list[Segment]:
        return segments_of(self.client, self.annotation)

    def texts(self) -> list[str | None]:
        return [one.text for one in self.segments()]

    def word(self, text: str) -> Locator:
        return self.page.locator("[data-piece]").filter(has_text=text).first


@pytest.fixture(scope="module")
def client(server: Server) -> Iterator[Client]:
    with server.client() as client:
        yield client


@pytest.fixture(scope="module")
def recording(client: Client) -> str:
    return str(add_recording(client, make_project(client, "Council")["id"])["id"])


@pytest.fixture
def opened(open_browser: Callable[..., Person], client: Client, recording: str) -> Opened:
    segments = [spoken(speaker, text, 4.0 * n) for n, (speaker, text) in enumerate(LINES)]
    annotation = client.annotations.create(recording, segments)["id"]
    page = open_browser().page
    page.goto(f"/recordings/{recording}/transcript?annotation={annotation}")
    expect(page.get_by_text("then we begin")).to_be_visible(timeout=SLOW_MS)
    return Opened(page, client, annotation)


def test_a_word_is_corrected_and_the_others_keep_their_times(opened: Opened) -> None:
    before = opened.segments()[0].words
    opened.word("committee").dblclick()
    field = opened.page.get_by_label("Text of the line")
    field.fill("good morning to the council")
    field.press("Enter")
    eventually(opened.page, lambda: opened.texts()[0], "good morning to the council")
    after = opened.segments()[0].words
    assert after[:4] == before[:4]
    assert (after[4].text, after[4].start, after[4].end) == ("council", before[4].start, before[4].end)
    opened.page.keyboard.press("Control+z")
    eventually(opened.page, lambda: opened.segments()[0].words, before)


def test_a_click_on_a_word_plays_from_there(opened: Opened) -> None:
    opened.word("here").click()
    now = opened.page.locator("[data-now]").filter(has_text="here")
    expect(now.first).to_be_visible()


def test_a_speaker_is_renamed_everywhere(opened: Opened) -> None:
    opened.word("good").click(modifiers=["Control"])
    opened.page.keyboard.press("r")
    dialog = opened.page.get_by_role("dialog")
    expect(dialog).to_contain_text("2 lines are theirs")
    dialog.get_by_label("New name").fill("Dr Anna Berg")
    dialog.get_by_role("button", name="Rename everywhere").click()
    eventually(opened.page, lambda: [one.speaker for one in opened.segments()], ["Dr Anna Berg", "Ben", "Dr Anna Berg"])


def test_an_expression_is_replaced_everywhere_and_back(opened: Opened) -> None:
    opened.page.keyboard.press("Control+h")
    opened.page.get_by_role("searchbox", name="Find").fill("the committee")
    opened.page.get_by_label("Replace with").fill("our council")
    opened.page.get_by_role("button", name="Replace all 2").click()
    wanted = [text.replace("the committee", "our council") for _, text in LINES]
    eventually(opened.page, opened.texts, wanted)
    first = opened.segments()[0].words
    assert [(word.text, word.start) for word in first[-2:]] == [("our", 1.5), ("council", 2.0)]
    opened.page.keyboard.press("Escape")
    opened.page.keyboard.press("Control+z")
    eventually(opened.page, opened.texts, [text for _, text in LINES])
