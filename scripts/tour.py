"""Make the pictures of docs/browser.md: a fresh server, the bundled example, and a look at each page.

    python scripts/tour.py [--out docs/tour] [--chromium PATH]

It needs Playwright for Python, Pillow, a Chromium or Chrome, and the pages to be built (`make web`). Only the bundled
example is shown, whose licence lets everybody show it.
"""

from __future__ import annotations

import argparse
import csv
import io
import shutil
import sys
import tempfile
from collections.abc import Callable  # noqa: TC003 - the dataclass shows it
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.browser import DRAWN  # noqa: E402 - the path comes first
from benchmarks.server import Server, running_server  # noqa: E402

from earmark.client import Client  # noqa: E402
from earmark.core.segment import Segment, Word  # noqa: E402

EXAMPLE = ROOT / "src" / "earmark" / "example" / "example.flac"
LARGE, SMALL = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
MOST_BYTES = 120_000
LABELS = [
    {"name": "speech", "colour": "#0072b2", "hotkey": "1"},
    {"name": "noise", "colour": "#e69f00", "hotkey": "2"},
    {"name": "silence", "colour": "#7f7f7f", "hotkey": "3"},
]
SPEAKERS = {"en": "Chair", "fr": "Guest"}


@dataclass(frozen=True)
class Picture:
    """A page, how it is looked at, and what is done before the picture is taken."""

    name: str
    address: str
    dark: bool = False
    small: bool = False
    prepare: Callable[[Page], None] = Page.bring_to_front


def main() -> None:
    """Take all pictures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "tour")
    parser.add_argument("--chromium", default=shutil.which("chromium") or shutil.which("google-chrome"))
    arguments = parser.parse_args()
    if arguments.chromium is None:
        sys.exit("No Chromium: say where it is with --chromium PATH.")
    arguments.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, running_server(Path(folder)) as server, sync_playwright() as run:
        with Client(server.url, server.token) as client:
            pictures = furnish(client)
        microphone = spoken_into(Path(folder))
        browser = run.chromium.launch(executable_path=arguments.chromium, args=["--no-sandbox", *microphone])
        for picture in pictures:
            target = arguments.out / f"{picture.name}.webp"
            target.write_bytes(taken(browser, server, picture))
            print(f"{target}: {target.stat().st_size / 1000:.0f} kB")
        browser.close()


def furnish(client: Client) -> list[Picture]:
    """Put the example into a project with somebody's work in it; give what is to be seen."""
    project = client.projects.create("Town meetings", labels=LABELS, pipeline={"engine": "none"})
    recording = client.recordings.wait(client.recordings.upload(project["id"], EXAMPLE)["id"])
    client.recordings.change(recording["id"], tags=["hall"], notes="The fan was on.")
    for job in client.jobs.annotate(project["id"], [recording["id"]]):
        client.jobs.wait(job)
    mine = client.annotations.create(recording["id"], written())
    here, there = f"/recordings/{recording['id']}", f"/projects/{project['id']}"
    editor = f"{here}?annotation={mine['id']}"
    return [
        Picture("projects", "/"),
        Picture("library", there),
        Picture("editor", editor, prepare=select),
        Picture("editor-dark", editor, dark=True, prepare=select),
        Picture("editor-small", editor, small=True, prepare=drawn),
        Picture("keys", editor, prepare=keys),
        Picture("review", f"{there}/review", prepare=tiles),
        Picture("transcript", f"{here}/transcript?annotation={mine['id']}", prepare=read),
        Picture("labels", f"{there}/settings/labels"),
        Picture("voices", f"{there}/settings/voices"),
        Picture("jobs", "/jobs"),
        Picture("live", "/live", prepare=speak),
    ]


def spoken_into(folder: Path) -> tuple[str, ...]:
    """Let the browser hear the example again and again in place of a microphone."""
    import soundfile

    samples, rate = soundfile.read(EXAMPLE)
    soundfile.write(folder / "example.wav", samples, rate)
    fake = ("use-fake-device-for-media-stream", "use-fake-ui-for-media-stream")
    return (*(f"--{flag}" for flag in fake), f"--use-file-for-fake-audio-capture={folder / 'example.wav'}")


def written() -> list[Segment]:
    """Give what is true of the example, as somebody would have written it down."""
    with EXAMPLE.with_suffix(".csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [spoken(row) for row in rows]


def spoken(row: dict[str, str]) -> Segment:
    """Make a segment of a line; words of a text are spread evenly over it."""
    start, end, words = float(row["start"]), float(row["end"]), row["text"].split()
    step = (end - start) / max(1, len(words))
    told = tuple(Word(text=word, start=start + n * step, end=start + (n + 1) * step) for n, word in enumerate(words))
    if not words:
        return Segment(start=start, end=end, label=row["label"])
    speaker, language = SPEAKERS[row["language"]], row["language"]
    return Segment(
        start=start, end=end, label=row["label"], speaker=speaker, language=language, text=row["text"], words=told
    )


def taken(browser: Browser, server: Server, picture: Picture) -> bytes:
    """Open a page and take its picture, no larger than it may be."""
    from PIL import Image

    context = browser.new_context(
        base_url=server.url,
        viewport=SMALL if picture.small else LARGE,
        color_scheme="dark" if picture.dark else "light",
        locale="en-GB",
        reduced_motion="reduce",
        extra_http_headers=server.headers,
    )
    page = context.new_page()
    page.goto(picture.address)
    page.get_by_role("heading", level=1).wait_for()
    page.wait_for_function("() => !/Loading…/.test(document.body.innerText)")
    picture.prepare(page)
    image = Image.open(io.BytesIO(page.screenshot()))
    context.close()
    for quality in (90, 80, 70, 60):
        out = io.BytesIO()
        image.save(out, "webp", quality=quality, method=6)
        if out.tell() <= MOST_BYTES:
            break
    return out.getvalue()


def drawn(page: Page) -> None:
    """Wait until the sound is on the screen."""
    page.wait_for_function(DRAWN)


def select(page: Page) -> None:
    """Select a segment that has a text."""
    drawn(page)
    page.get_by_role("application").focus()
    for _ in range(4):
        page.keyboard.press("n")
    page.mouse.move(0, 0)


def keys(page: Page) -> None:
    """Show which keys there are."""
    drawn(page)
    page.keyboard.press("?")
    page.get_by_role("dialog").wait_for()


def tiles(page: Page) -> None:
    """Wait for the pictures of segments, and choose some."""
    page.get_by_role("grid").focus()
    for key in ("Shift+ArrowRight", "Shift+ArrowRight"):
        page.keyboard.press(key)
    page.wait_for_timeout(1500)  # their spectrograms come one by one


def speak(page: Page) -> None:
    """Speak until something was written down for good."""
    page.get_by_label("Who writes down").select_option("pocketsphinx")
    page.get_by_role("button", name="Start").click()
    page.get_by_role("log").get_by_role("listitem").nth(3).wait_for(timeout=90_000)


def read(page: Page) -> None:
    """Put the cursor onto a word."""
    page.get_by_text("weather").click(modifiers=["Control"])


if __name__ == "__main__":
    main()
