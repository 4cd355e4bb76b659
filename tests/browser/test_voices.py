"""A person is named once in a transcript; the next recording of the project proposes the name, until it is deleted."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import Person, Server
from tests.browser.things import SLOW_MS, add_recording, eventually, make_project, segments_of, write_noise

from earmark.client import Client
from earmark.core.annotation import Annotation
from earmark.core.ids import new_id
from earmark.core.review import AnnotationKind, AnnotationStatus, StoredAnnotation
from earmark.core.segment import Segment
from earmark.core.speakers import Voice
from earmark.services import voices
from earmark.services.annotations import add_annotation, named
from earmark.store.database import Database, now

pytestmark = pytest.mark.slow

HOST, GUEST, CALLER = 0.0, 90.0, 180.0
"""What people sound like: angles in the plane."""
TEXTS = ("welcome to the programme", "thank you for having me", "let us begin")


@dataclass
class Studio:
    """A project on the server, and a machine that tells speakers apart."""

    client: Client
    database: Database
    project: str
    folder: Path

    def record(self, seed: int) -> str:
        """Bring a recording in."""
        path = write_noise(self.folder / f"{seed}.wav", seconds=12.0, seed=seed)
        return str(add_recording(self.client, self.project, path)["id"])

    def listen(self, recording: str, *sounds: float) -> str:
        """Write what the job that annotates writes, of a machine that hears two people in turn; give the id."""
        segments = tuple(
            Segment(start=4.0 * n, end=4.0 * n + 4, label="speech", speaker=f"SPEAKER_0{n % 2}", text=text)
            for n, text in enumerate(TEXTS)
        )
        heard = tuple(
            Voice(
                speaker=f"SPEAKER_0{n}",
                embedding=(math.cos(math.radians(degrees)), math.sin(math.radians(degrees))),
                embedder="ge2e-256",
                seconds=30.0,
            )
            for n, degrees in enumerate(sounds)
        )
        moment = now()
        header = StoredAnnotation(
            id=new_id(),
            recording_id=recording,
            project_id=self.project,
            kind=AnnotationKind.MODEL,
            source="earmark (a scripted diarizer)",
            status=AnnotationStatus.SUBMITTED,
            created_at=moment,
            updated_at=moment,
        )
        with self.database.write() as connection:
            found = voices.name_known(connection, self.project, Annotation(segments=segments, voices=heard))
            header = add_annotation(connection, replace(header, notes=found.notes), named(found.segments))
            voices.keep_heard(connection, header, found.voices)
        return header.id

    def speakers(self, annotation: str) -> list[str | None]:
        return [one.speaker for one in segments_of(self.client, annotation)]

    def own(self, recording: str) -> str:
        """The latest annotation of a person."""
        return str([one for one in self.client.annotations.list(recording) if one["kind"] == "person"][-1]["id"])

    def voices(self) -> list[str]:
        found = self.client.http.ask("GET", f"/projects/{self.project}/voices")
        return [one["name"] for one in found["items"]]


@pytest.fixture
def studio(server: Server, tmp_path: Path) -> Iterator[Studio]:
    database = Database(f"sqlite:///{server.folder}/data/earmark.db")
    with server.client() as client:
        pipeline = {"engine": "none", "diarizer": "auto"}
        yield Studio(client, database, make_project(client, "Programme", pipeline=pipeline)["id"], tmp_path)
    database.close()


def switch_on(page: Page, project: str) -> None:
    page.goto(f"/projects/{project}/settings/voices")
    page.get_by_label("Know voices in this project").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("only if all who are heard in these recordings have agreed")
    dialog.get_by_role("button", name="All have agreed: switch on").click()
    expect(page.get_by_label("Know voices in this project")).to_be_checked()
    expect(page.get_by_text("No voice has a name yet")).to_be_visible()


def open_rename(page: Page, name: str) -> None:
    page.get_by_role("button", name=f"Rename {name}", exact=True).click()
    expect(page.get_by_role("dialog")).to_be_visible()


def test_who_is_named_once_is_known_in_the_next_recording(open_browser: Callable[..., Person], studio: Studio) -> None:
    page = open_browser().page
    switch_on(page, studio.project)
    first, second = studio.record(1), studio.record(2)
    studio.listen(first, HOST, GUEST)

    page.goto(f"/recordings/{first}/transcript")
    page.get_by_role("button", name="Correct this").or_(page.get_by_role("button", name="Correct a copy")).first.click(
        timeout=SLOW_MS
    )
    open_rename(page, "SPEAKER_00")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("New name").fill("Host")
    expect(dialog).to_contain_text("only with that person’s consent")
    dialog.get_by_label("Remember this voice in this project").check()
    dialog.get_by_role("button", name="Rename everywhere").click()
    expect(page.get_by_text("The voice of Host is remembered")).to_be_visible()
    eventually(page, lambda: studio.speakers(studio.own(first)), ["Host", "SPEAKER_01", "Host"])

    proposed = studio.listen(second, CALLER, HOST + 15)
    assert studio.speakers(proposed) == ["SPEAKER_00", "Host", "SPEAKER_00"]
    page.goto(f"/recordings/{second}/transcript?annotation={proposed}")
    expect(page.get_by_role("button", name="Turn of Host", exact=False).first).to_be_visible(timeout=SLOW_MS)

    page.goto(f"/projects/{studio.project}/settings/voices")
    expect(page.get_by_role("listitem").filter(has_text="Host")).to_contain_text("0:30 of speech, named once")
    page.get_by_role("button", name="Rename the voice of Host").click()
    page.get_by_role("dialog").get_by_label("Name").fill("Moderator")
    page.get_by_role("dialog").get_by_role("button", name="Rename").click()
    expect(page.get_by_role("listitem").filter(has_text="Moderator")).to_be_visible()
    page.get_by_role("button", name="Delete the voice of Moderator").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("No voice has a name yet")).to_be_visible()
    assert studio.voices() == []


def test_a_voice_is_remembered_while_reading_what_a_machine_wrote(
    open_browser: Callable[..., Person], studio: Studio
) -> None:
    page = open_browser().page
    switch_on(page, studio.project)
    recording = studio.record(5)
    machine = studio.listen(recording, HOST, GUEST)
    mine = studio.client.annotations.create(recording, segments_of(studio.client, machine))["id"]
    page.goto(f"/recordings/{recording}/transcript?annotation={machine}")
    expect(page.get_by_text(TEXTS[0])).to_be_visible(timeout=SLOW_MS)
    open_rename(page, "SPEAKER_01")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("only for reading")
    dialog.get_by_label("New name").fill("Guest")
    expect(dialog.get_by_role("button", name="Rename everywhere")).to_be_disabled()
    dialog.get_by_label("Remember this voice in this project").check()
    dialog.get_by_role("button", name="Remember", exact=True).click()
    expect(page.get_by_text("The voice of Guest is remembered")).to_be_visible()
    assert studio.voices() == ["Guest"]
    for annotation in (machine, mine):
        assert studio.speakers(annotation) == ["SPEAKER_00", "SPEAKER_01", "SPEAKER_00"]


def test_switched_off_all_voices_are_deleted_after_a_question(
    open_browser: Callable[..., Person], studio: Studio
) -> None:
    page = open_browser().page
    switch_on(page, studio.project)
    machine = studio.listen(studio.record(3), HOST, GUEST)
    for number, name in enumerate(("Host", "Guest")):
        body = {"speaker": f"SPEAKER_0{number}", "name": name}
        studio.client.http.ask("POST", f"/annotations/{machine}/voices", json=body)
    page.reload()
    expect(page.get_by_role("listitem").filter(has_text="Guest")).to_be_visible()

    page.get_by_label("Know voices in this project").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("2 voices with a name are deleted for good")
    dialog.get_by_role("button", name="Cancel").click()
    expect(page.get_by_label("Know voices in this project")).to_be_checked()
    assert studio.voices() == ["Guest", "Host"]
    page.get_by_label("Know voices in this project").click()
    dialog.get_by_role("button", name="Switch off and delete").click()
    expect(page.get_by_label("Know voices in this project")).not_to_be_checked()
    assert studio.voices() == []


def test_a_speaker_is_renamed_everywhere_in_the_editor_and_back(
    open_browser: Callable[..., Person], studio: Studio
) -> None:
    page = open_browser().page
    recording = studio.record(4)
    lines = [Segment(start=4.0 * n, end=4.0 * n + 4, label="speech", speaker=f"SPEAKER_0{n % 2}") for n in range(3)]
    annotation = studio.client.annotations.create(recording, lines)["id"]
    page.goto(f"/recordings/{recording}?annotation={annotation}")
    speakers = page.get_by_role("region", name="Speakers")
    expect(speakers).to_contain_text("2 segments · 0:08", timeout=SLOW_MS)
    open_rename(page, "SPEAKER_01")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("New name").fill("SPEAKER_00")
    expect(dialog).to_contain_text("both become one")
    # The project knows no voices: nothing is said of any.
    expect(dialog.get_by_text("Remember this voice")).to_have_count(0)
    dialog.get_by_role("button", name="Rename everywhere").click()
    expect(speakers).to_contain_text("3 segments · 0:12")
    eventually(page, lambda: studio.speakers(annotation), ["SPEAKER_00"] * 3)
    page.get_by_role("application").focus()
    page.keyboard.press("Control+z")
    eventually(page, lambda: studio.speakers(annotation), ["SPEAKER_00", "SPEAKER_01", "SPEAKER_00"])


def test_speakers_are_set_in_the_pipeline(open_browser: Callable[..., Person], studio: Studio) -> None:
    page = open_browser().page
    page.goto(f"/projects/{studio.project}/settings/pipeline")
    page.get_by_label("Who tells speakers apart").select_option("spectral")
    page.get_by_label("Speakers at least").fill("4")
    page.get_by_label("Speakers at most").fill("2")
    expect(page.get_by_role("alert")).to_contain_text("Less than there are at least")
    expect(page.get_by_role("button", name="Save")).to_be_disabled()
    page.get_by_label("Speakers at most").fill("6")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    pipeline = studio.client.projects.get(studio.project)["pipeline"]
    assert (pipeline["diarizer"], pipeline["min_speakers"], pipeline["max_speakers"]) == ("spectral", 4, 6)
