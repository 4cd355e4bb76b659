"""A person is named once; later recordings of the project propose the name; whoever wants it gone has it gone."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa
from tests.library import Work, add_recording, do_job, make_work, put_media, rows

from earmark.audio.source import Source
from earmark.core.annotation import Annotation, Note
from earmark.core.edits import Edit, EditOp
from earmark.core.job import JobState
from earmark.core.library import StoredRecording
from earmark.core.people import SYSTEM
from earmark.core.progress import Report
from earmark.core.review import AnnotationKind, StoredAnnotation, Viewport
from earmark.core.segment import Segment
from earmark.core.speakers import Voice
from earmark.core.voices import LEAST_SECONDS
from earmark.errors import Conflict, Forbidden, InvalidValue, NotFound
from earmark.services import archive_rows, projects, voices
from earmark.services.annotate_recording import run_annotate
from earmark.services.annotations import create_annotation, delete_annotation, list_annotations, view_segments
from earmark.services.library import erase
from earmark.services.listening import Annotates, Heard, Listening
from earmark.services.platform import Platform
from earmark.services.projects import ProjectChange
from earmark.services.review import edit
from earmark.services.voices import HeardSpeaker
from earmark.store import annotations as headers
from earmark.store import audit, forgetting, recordings
from earmark.store import projects as stored_projects
from earmark.store.database import now
from earmark.store.tables import audit as audit_table
from earmark.store.tables import events, heard_voices
from earmark.store.tables import voices as known_voices

EMBEDDER = "ge2e-256"
RATE = 8000
HOST, GUEST, CALLER = 0.0, 90.0, 200.0
"""What people sound like: angles in the plane."""


def sounds(degrees: float) -> tuple[float, ...]:
    return (math.cos(math.radians(degrees)), math.sin(math.radians(degrees)))


def voice(number: int, degrees: float, *, seconds: float = 20.0, embedder: str = EMBEDDER) -> Voice:
    return Voice(speaker=f"SPEAKER_{number:02d}", embedding=sounds(degrees), embedder=embedder, seconds=seconds)


def turns(*speakers: int) -> tuple[Segment, ...]:
    """Ten seconds each, one after the other."""
    return tuple(
        Segment(start=10.0 * n, end=10.0 * n + 10, label="speech", speaker=f"SPEAKER_{speaker:02d}")
        for n, speaker in enumerate(speakers)
    )


@dataclass
class Engines:
    """Stand-in for engines that tell speakers apart."""

    segments: tuple[Segment, ...]
    voices: tuple[Voice, ...]
    meanwhile: Callable[[], object] = lambda: None
    missing: tuple[Note, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, source: Source, report: Report, heard: Heard | None = None) -> Annotation:
        self.meanwhile()
        return Annotation(segments=self.segments, source="earmark 1 (script)", voices=self.voices)

    def load(self, listening: Listening) -> Annotates:
        return self

    def asked(self, listening: Listening) -> Annotates:
        return self


@pytest.fixture
def work(any_platform: Platform, write_media: Callable[..., Path]) -> Work:
    """A project that knows voices, with a recording."""
    made = make_work(any_platform)
    switch(made, on=True)
    return replace(made, recording=with_sound(made, made.recording, write_media, 1))


def with_sound(work: Work, recording: StoredRecording, write_media: Callable[..., Path], seed: int) -> StoredRecording:
    sound = np.random.default_rng(seed).normal(0, 0.1, (1, RATE))
    return put_media(work.platform, recording, write_media(f"{seed}.wav", sound, RATE))


@pytest.fixture
def later(work: Work, write_media: Callable[..., Path]) -> StoredRecording:
    """Another recording of the project."""
    return with_sound(work, add_recording(work.platform.database, work.project_id, name="later.wav"), write_media, 2)


def switch(work: Work, *, on: bool) -> None:
    projects.change(work.platform, work.manager, work.project_id, ProjectChange(known_voices=on))


def listened(work: Work, engines: Engines, recording: StoredRecording | None = None) -> StoredAnnotation:
    """Have the engines listen; give their annotation."""
    recording = recording or work.recording
    body = partial(run_annotate, work.platform, annotator_for=engines.load)
    job = do_job(work.platform, "annotate", body, recording_id=recording.id, project=work.project_id, engine="none")
    assert job.state is JobState.DONE, job.error
    found = list_annotations(work.platform, work.viewer, recording.id).items
    return next(one for one in found if one.job_id == job.id)


def two_people(first: float = HOST, second: float = GUEST) -> Engines:
    return Engines(turns(0, 1, 0), (voice(0, first), voice(1, second, seconds=10.0)))


def speakers(work: Work, annotation: StoredAnnotation) -> list[str | None]:
    _, page = view_segments(work.platform, work.viewer, annotation.id, Viewport(), limit=100)
    return [stored.segment.speaker for stored in page.items]


def names(work: Work) -> list[str]:
    return [one.name for one in voices.list_voices(work.platform, work.viewer, work.project_id)]


def remember(work: Work, annotation: StoredAnnotation, speaker: str, name: str) -> None:
    voices.remember(work.platform, work.author, annotation.id, speaker, name)


def kept(work: Work) -> tuple[int, int]:
    """How many voices are there: named, and not."""
    return rows(work.platform, known_voices), rows(work.platform, heard_voices)


def traces(work: Work) -> list[tuple[str, Any]]:
    with work.platform.database.read() as connection:
        found = connection.execute(
            sa.select(audit_table.c.action, audit_table.c.details).order_by(audit_table.c.number)
        )
        return [(row[0], row[1]) for row in found if row[0].startswith("voice")]


# The loop.


def test_who_was_named_once_is_named_in_the_next_recording(work: Work, later: StoredRecording) -> None:
    first = listened(work, two_people())
    assert speakers(work, first) == ["SPEAKER_00", "SPEAKER_01", "SPEAKER_00"]
    assert first.notes == ()
    remember(work, first, "SPEAKER_01", "Guest")

    second = listened(work, two_people(GUEST + 10, CALLER), later)

    assert speakers(work, second) == ["Guest", "SPEAKER_01", "Guest"]
    assert [note.message for note in second.notes] == [
        "SPEAKER_00 sounds like Guest (similarity 0.98) and is called so; check it"
    ]
    assert second.kind is AnnotationKind.MODEL


def test_a_name_gets_surer_with_each_sample(work: Work, later: StoredRecording) -> None:
    remember(work, listened(work, two_people()), "SPEAKER_00", "Host")
    remember(work, listened(work, two_people(HOST + 40, CALLER), later), "SPEAKER_00", "Host")

    (known,) = voices.list_voices(work.platform, work.viewer, work.project_id)
    assert (known.samples, known.seconds, known.created_by) == (2, 40.0, work.author.user_id)
    assert known.embedding == pytest.approx(sounds(HOST + 20), abs=1e-5)


def test_a_wrong_proposal_is_corrected_by_naming_the_speaker(work: Work, later: StoredRecording) -> None:
    remember(work, listened(work, two_people()), "SPEAKER_00", "Host")
    wrong = listened(work, two_people(HOST + 20, CALLER), later)
    assert speakers(work, wrong)[0] == "Host"

    remember(work, wrong, "Host", "Twin")

    assert names(work) == ["Host", "Twin"]
    assert (known := {one.name: one.samples for one in voices.list_voices(work.platform, work.viewer, work.project_id)})
    assert known == {"Host": 1, "Twin": 1}


def test_in_ones_own_annotation_a_voice_is_told_by_who_speaks_when(work: Work) -> None:
    machine = listened(work, two_people())
    mine = create_annotation(work.platform, work.author, work.recording.id, copy_of=machine.id)
    _, page = view_segments(work.platform, work.author, mine.id, Viewport(), limit=100)
    edits = [
        Edit(op=EditOp.UPDATE, id=one.id, segment=replace(one.segment, speaker="Host"))
        for one in page.items
        if one.segment.speaker == "SPEAKER_00"
    ]
    edit(work.platform, work.author, mine.id, edits, base_revision=1)

    assert voices.speakers_heard(work.platform, work.viewer, mine.id) == (
        HeardSpeaker(speaker="Host", annotation_id=machine.id, heard_as="SPEAKER_00", seconds=20.0),
        HeardSpeaker(speaker="SPEAKER_01", annotation_id=machine.id, heard_as="SPEAKER_01", seconds=10.0),
    )
    remember(work, mine, "Host", "Host")
    (known,) = voices.list_voices(work.platform, work.viewer, work.project_id)
    assert known.embedding == pytest.approx(sounds(HOST), abs=1e-5)
    # What was named is not offered again: it would count twice.
    assert [one.speaker for one in voices.speakers_heard(work.platform, work.viewer, mine.id)] == ["SPEAKER_01"]
    with pytest.raises(NotFound, match="voice of the speaker"):
        remember(work, mine, "Host", "Somebody")


def test_the_latest_time_that_a_machine_listened_counts(work: Work) -> None:
    listened(work, two_people(HOST, GUEST))
    second = listened(work, two_people(CALLER, GUEST))
    own = [replace(one, speaker=f"P{one.speaker}") for one in turns(0, 1, 0)]
    mine = create_annotation(work.platform, work.author, work.recording.id, segments_given=own)

    found = voices.speakers_heard(work.platform, work.viewer, mine.id)

    assert [(one.speaker, one.annotation_id) for one in found] == [
        ("PSPEAKER_00", second.id),
        ("PSPEAKER_01", second.id),
    ]


def test_nobody_is_called_as_another_speaker_of_the_recording_is(work: Work, later: StoredRecording) -> None:
    remember(work, listened(work, two_people()), "SPEAKER_00", "SPEAKER_01")

    assert speakers(work, listened(work, two_people(), later)) == ["SPEAKER_00", "SPEAKER_01", "SPEAKER_00"]


# What is kept.


def test_nothing_is_kept_unless_it_is_switched_on(work: Work, later: StoredRecording) -> None:
    machine = listened(work, two_people())
    switch(work, on=False)
    listened(work, two_people(), later)

    assert kept(work) == (0, 0)
    assert voices.speakers_heard(work.platform, work.viewer, machine.id) == ()
    with pytest.raises(Conflict, match="keeps no voices"):
        remember(work, machine, "SPEAKER_00", "Host")


def test_projects_begin_without_known_voices(any_platform: Platform) -> None:
    work = make_work(any_platform)

    assert projects.get(any_platform, work.manager, work.project_id).known_voices is False
    made = projects.create(any_platform, work.manager, name="New")
    assert made.known_voices is False


def test_switched_off_all_is_deleted(work: Work, later: StoredRecording) -> None:
    first = listened(work, two_people())
    remember(work, first, "SPEAKER_00", "Host")
    assert kept(work) == (1, 1)

    switch(work, on=False)
    assert kept(work) == (0, 0)

    switch(work, on=True)
    assert speakers(work, listened(work, two_people(), later)) == ["SPEAKER_00", "SPEAKER_01", "SPEAKER_00"]


def test_switched_off_while_an_engine_listens_nothing_is_kept(work: Work) -> None:
    engines = replace(two_people(), meanwhile=lambda: switch(work, on=False))

    listened(work, engines)

    assert kept(work) == (0, 0)


def test_switching_off_in_one_project_leaves_others_alone(work: Work, later: StoredRecording) -> None:
    remember(work, listened(work, two_people()), "SPEAKER_00", "Host")
    other = projects.create(work.platform, work.manager, name="Other")
    change = partial(projects.change, work.platform, work.manager, other.id)
    change(ProjectChange(known_voices=True))
    change(ProjectChange(known_voices=False))
    voices.delete_all(work.platform, work.manager, other.id)

    assert kept(work) == (1, 1)
    assert "Host" in speakers(work, listened(work, two_people(), later))


def test_too_short_and_incomparable_voices_are_not_kept(work: Work) -> None:
    found = (voice(0, HOST, seconds=LEAST_SECONDS - 1), voice(1, GUEST, embedder="of somebody else"))

    machine = listened(work, Engines(turns(0, 1), found))

    assert kept(work) == (0, 0)
    assert voices.speakers_heard(work.platform, work.viewer, machine.id) == ()


def test_a_voice_is_deleted_for_good(work: Work, later: StoredRecording) -> None:
    machine = listened(work, two_people())
    remember(work, machine, "SPEAKER_00", "Host")
    remember(work, machine, "SPEAKER_01", "Guest")
    host = next(one for one in voices.list_voices(work.platform, work.viewer, work.project_id) if one.name == "Host")

    voices.delete(work.platform, work.manager, work.project_id, host.id)

    assert (names(work), kept(work)) == (["Guest"], (1, 0))
    assert speakers(work, listened(work, two_people(), later)) == ["SPEAKER_00", "Guest", "SPEAKER_00"]


def test_all_voices_are_deleted_for_good(work: Work) -> None:
    remember(work, listened(work, two_people()), "SPEAKER_00", "Host")

    assert voices.delete_all(work.platform, work.manager, work.project_id) == 1
    assert kept(work) == (0, 0)


def test_what_nobody_named_is_forgotten_after_a_month(work: Work) -> None:
    remember(work, listened(work, two_people()), "SPEAKER_00", "Host")
    with work.platform.database.write() as connection:
        forgetting.forget(connection, at=now() + timedelta(days=29))
    assert kept(work) == (1, 1)
    with work.platform.database.write() as connection:
        forgetting.forget(connection, at=now() + timedelta(days=31))
    assert kept(work) == (1, 0)


def test_voices_go_with_the_recording_the_annotation_and_the_project(work: Work, later: StoredRecording) -> None:
    machine = listened(work, two_people())
    listened(work, two_people(), later)
    assert kept(work) == (0, 4)

    delete_annotation(work.platform, work.manager, machine.id)
    assert voices.speakers_heard(work.platform, work.viewer, machine.id) == ()
    with work.platform.database.write() as connection:
        headers.forget_deleted(connection, before=now() + timedelta(seconds=1))
    assert kept(work) == (0, 2)

    with work.platform.database.write() as connection:
        erase(connection, SYSTEM, recordings.get_all(connection, [later.id], lock=True))
    assert kept(work) == (0, 0)

    remember(work, listened(work, two_people()), "SPEAKER_00", "Host")
    with work.platform.database.write() as connection:
        stored_projects.delete(connection, work.project_id)
    assert kept(work) == (0, 0)


def test_archives_say_nothing_of_voices(work: Work) -> None:
    remember(work, listened(work, two_people()), "SPEAKER_00", "Host")
    project = projects.get(work.platform, work.manager, work.project_id)

    line = archive_rows.to_line(archive_rows.project_to_json(project))

    assert b"voice" not in line
    assert archive_rows.project_from_json(archive_rows.from_line(line)) == replace(project, known_voices=False)


def test_traces_say_what_was_done_but_not_whose_voice_it_is(work: Work) -> None:
    remember(work, machine := listened(work, two_people()), "SPEAKER_00", "Host")
    (known,) = voices.list_voices(work.platform, work.viewer, work.project_id)
    voices.rename(work.platform, work.author, work.project_id, known.id, "Moderator")
    voices.delete(work.platform, work.manager, work.project_id, known.id)
    voices.delete_all(work.platform, work.manager, work.project_id)
    switch(work, on=False)

    assert traces(work) == [
        ("voices.on", {}),
        ("voice.named", {"annotation_id": machine.id, "samples": 1}),
        ("voice.renamed", {}),
        ("voice.deleted", {}),
        ("voices.deleted", {"voices": 0}),
        ("voices.off", {"voices": 0}),
    ]
    with work.platform.database.read() as connection:
        told = [json.dumps(data) for data in connection.execute(sa.select(events.c.data)).scalars()]
        told += [json.dumps(entry.details) for entry in audit.page(connection, limit=200).items]
    assert [line for line in told if "Host" in line or "Moderator" in line] == []


# Names, and who may give them.


def test_a_voice_is_renamed(work: Work, later: StoredRecording) -> None:
    remember(work, listened(work, two_people()), "SPEAKER_00", "Hots")
    (known,) = voices.list_voices(work.platform, work.viewer, work.project_id)

    renamed = voices.rename(work.platform, work.author, work.project_id, known.id, " Host ")

    assert renamed.name == "Host"
    assert "Host" in speakers(work, listened(work, two_people(), later))


def test_two_voices_do_not_share_a_name(work: Work) -> None:
    machine = listened(work, two_people())
    remember(work, machine, "SPEAKER_00", "Host")
    remember(work, machine, "SPEAKER_01", "Guest")
    guest = next(one for one in voices.list_voices(work.platform, work.viewer, work.project_id) if one.name == "Guest")

    with pytest.raises(Conflict, match="called Host already"):
        voices.rename(work.platform, work.author, work.project_id, guest.id, "Host")
    with pytest.raises(InvalidValue, match="characters"):
        remember(work, machine, "SPEAKER_00", " ")


def test_annotators_name_and_managers_delete(work: Work) -> None:
    machine = listened(work, two_people())
    with pytest.raises(Forbidden):
        voices.remember(work.platform, work.viewer, machine.id, "SPEAKER_00", "Host")
    remember(work, machine, "SPEAKER_00", "Host")
    (known,) = voices.list_voices(work.platform, work.viewer, work.project_id)

    for refused in (
        lambda: voices.rename(work.platform, work.viewer, work.project_id, known.id, "X"),
        lambda: voices.delete(work.platform, work.author, work.project_id, known.id),
        lambda: voices.delete_all(work.platform, work.author, work.project_id),
        lambda: projects.change(work.platform, work.author, work.project_id, ProjectChange(known_voices=False)),
    ):
        with pytest.raises(Forbidden):
            refused()
    for hidden in (
        lambda: voices.list_voices(work.platform, work.stranger, work.project_id),
        lambda: voices.speakers_heard(work.platform, work.stranger, machine.id),
        lambda: voices.remember(work.platform, work.stranger, machine.id, "SPEAKER_00", "Host"),
    ):
        with pytest.raises(NotFound):
            hidden()
    assert names(work) == ["Host"]


def test_a_voice_is_found_in_its_own_project_only(work: Work) -> None:
    remember(work, listened(work, two_people()), "SPEAKER_00", "Host")
    (known,) = voices.list_voices(work.platform, work.viewer, work.project_id)
    other = projects.create(work.platform, work.manager, name="Other")

    with pytest.raises(NotFound, match="voice"):
        voices.delete(work.platform, work.manager, other.id, known.id)
    assert names(work) == ["Host"]


def test_a_project_knows_so_many_voices_at_most(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(voices, "MAX_VOICES", 1)
    machine = listened(work, two_people())
    remember(work, machine, "SPEAKER_00", "Host")

    with pytest.raises(Conflict, match="at most 1"):
        remember(work, machine, "SPEAKER_01", "Guest")
