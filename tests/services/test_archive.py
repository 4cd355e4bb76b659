"""A project as one file, and out of it again: equal, or not at all."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.conftest import make_platform
from tests.databases import fresh_database
from tests.library import Work, add_actor, add_recording, do_job, encrypted, make_work, put_media
from tests.store.test_segments import any_segment

from earmark.core.annotation import Note, NoteKind
from earmark.core.areas import Area
from earmark.core.edits import Edit, EditOp
from earmark.core.ids import new_id
from earmark.core.job import Job, JobState
from earmark.core.library import RecordingState
from earmark.core.model import Model, ModelFile
from earmark.core.people import Actor, Role, Scope
from earmark.core.project import Label, Pipeline
from earmark.core.review import AnnotationKind, AnnotationStatus, Viewport
from earmark.core.segment import Segment
from earmark.errors import Forbidden, FormatError, NotFound, TooLarge
from earmark.services.annotations import (
    add_annotation,
    create_annotation,
    delete_annotation,
    list_annotations,
    named,
    own_annotation,
    view_segments,
)
from earmark.services.archive import queue_archive, run_archive
from earmark.services.archive_restore import queue_restore, run_restore_archive
from earmark.services.areas import change_areas
from earmark.services.exports import result_of
from earmark.services.model_files import key_of
from earmark.services.parts import measure
from earmark.services.platform import Platform
from earmark.services.review import edit, revert, set_status
from earmark.services.seen import seen_before
from earmark.store import annotations as headers
from earmark.store import history, models, projects, recordings, segments
from earmark.store.blobs import blob_key, seen_prefix
from earmark.store.database import now
from earmark.store.tables import jobs as job_table

RATE = 8000
SOUND = np.sin(np.arange(RATE) / 5)[None] * 0.3


@pytest.fixture
def elsewhere(tmp_path: Path) -> Any:
    """Another server: SQLite, with one administrator and an account called `author`."""
    (tmp_path / "elsewhere").mkdir()
    with fresh_database("sqlite", tmp_path / "elsewhere") as database:
        yield make_platform(database, tmp_path / "elsewhere")


@pytest.fixture
def work(any_platform: Platform, write_media: Callable[..., Path]) -> Work:
    """A project with all that a project can have."""
    made = make_work(any_platform)
    recording = put_media(any_platform, made.recording, write_media("dawn.wav", SOUND, RATE))
    noted = replace(
        recording,
        tags=("dawn", "été"),
        notes="first\nlight",
        recorded_at=now(),
        problems=("clipped",),
        thumbnail="AAAA",
        created_by=made.author.user_id,
        version=7,
    )
    with any_platform.database.write() as connection:
        recordings.save(connection, recording, noted)
        project = projects.get(connection, made.project_id)
        labels = (Label(name="bird", hotkey="b", aliases=("oiseau",)), Label(name="noise"))
        pipeline = Pipeline(engine="none", language="fr")
        projects.save(connection, replace(project, description="Été", labels=labels, pipeline=pipeline, version=3))
    fill(replace(made, recording=noted))
    return replace(made, recording=noted)


def seg(start: float, label: str | None = "bird") -> Segment:
    return Segment(start=start, end=start + 1, label=label)


def fill(work: Work) -> None:
    """Annotations of all kinds, with history, notes, a model, and one in the trash."""
    platform = work.platform
    header = create_annotation(platform, work.author, work.recording.id, segments_given=[seg(1), seg(2)], language="fr")
    add = [Edit(op=EditOp.ADD, id="x", segment=seg(5))]
    edit(platform, work.author, header.id, add, base_revision=1)
    edit(platform, work.manager, header.id, [replace(add[0], op=EditOp.UPDATE, segment=seg(6))], base_revision=2)
    revert(platform, work.author, header.id, base_revision=3, to_revision=1)
    areas = [Area(start=0.0, end=2.5), Area(start=4.0, end=5.0, channel=1)]
    change_areas(platform, work.author, header.id, mark=areas)
    set_status(platform, work.author, header.id, AnnotationStatus.SUBMITTED)
    gone = create_annotation(platform, work.colleague, work.recording.id, copy_of=header.id)
    delete_annotation(platform, work.colleague, gone.id)
    model = add_model(platform, work.project_id)
    machine = replace(
        own_annotation(work.author, work.recording),
        kind=AnnotationKind.MODEL,
        author_id=None,
        model_id=model.id,
        source="wren@1",
        notes=(Note(kind=NoteKind.DROPPED, message="made up", start=1.0, text="Thank you."),),
        job_id=new_id(),
    )
    with platform.database.write() as connection:
        add_annotation(connection, machine, named([seg(0.25, None)]))


def add_model(platform: Platform, project_id: str) -> Model:
    moment = now()
    file = ModelFile(name="weights.onnx", checksum="", size=7)
    path = platform.settings.data_dir / "weights"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"weights")
    file = replace(file, checksum=measure(path).checksum)
    values = {"name": "wren", "version": "1", "engine": "events", "task": "events", "labels": ("bird",)}
    model = Model(
        **values,
        id=new_id(),
        project_id=project_id,
        files=(file,),
        created_at=moment,
        updated_at=moment,
        metrics={"f1": 0.5},
    )
    with platform.database.write() as connection:
        models.add(connection, model)
    platform.files.put_file(key_of(model.id, file), path)
    return model


def archived(work: Work) -> bytes:
    job = do_job(work.platform, "archive", partial(run_archive, work.platform), project=work.project_id)
    assert job.state is JobState.DONE, job.error
    name, facts = result_of(work.platform, work.manager, job.id)
    assert name == "Birds.earmark-project.zip"
    return work.platform.files.get(facts.key)


def restored(platform: Platform, actor: Actor, data: bytes) -> Job:
    """Send an archive to a server and let it do its work."""
    path = platform.settings.data_dir / f"{new_id()}.zip"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    asked = queue_restore(platform, actor, measure(path), name="birds.zip")
    with platform.database.write() as connection:
        connection.execute(job_table.delete().where(job_table.c.id == asked.id))
    return do_job(platform, "restore_archive", partial(run_restore_archive, platform), actor=actor, **asked.arguments)


Everything = dict[str, Any]


def everything(platform: Platform, project_id: str) -> Everything:
    """All of a project, with names instead of ids."""
    with platform.database.read() as connection:
        project = projects.get(connection, project_id)
        own = [model for model in models.everything(connection) if model.project_id == project_id]
        found = recordings.get_all(connection, recordings.of_project(connection, project_id, limit=1000))
        all_headers = list(headers.of_project(connection, project_id))
        names: dict[str | None, Any] = {None: None, project_id: "project"}
        names |= {model.id: model.title for model in own} | {one.id: one.name for one in found}
        names |= {one.id: n for n, one in enumerate(sorted(all_headers, key=lambda one: one.created_at))}
        logins = {member.user_id: member.login for member in projects.members(connection, project_id)}

        def renamed(row: dict[str, Any]) -> dict[str, Any]:
            people = {k: logins.get(row[k]) for k in ("created_by", "author_id") if k in row}
            things = ("id", "project_id", "recording_id", "model_id", "annotation_id", "parent_id")
            return row | people | {k: names[row[k]] for k in things if k in row} | {"job_id": None}

        return {
            "project": {**renamed(asdict(project)), "deleted_at": None},
            "recordings": sorted((renamed(asdict(one)) for one in found), key=lambda row: row["name"]),
            "annotations": sorted((renamed(asdict(one)) for one in all_headers), key=lambda row: row["created_at"]),
            "revisions": sorted(
                (renamed(asdict(one)) for one in history.of_project(connection, project_id)),
                key=lambda row: (row["annotation_id"], row["number"]),
            ),
            "segments": sorted((names[a], s.id, s) for a, s in segments.of_project(connection, project_id)),
            "changes": sorted((names[a], n, c.id, c) for a, n, c in history.changes_of_project(connection, project_id)),
            "models": [renamed(asdict(model)) for model in own],
        }


def test_a_project_comes_in_elsewhere_as_it_went_out(work: Work, elsewhere: Platform) -> None:
    chief = add_actor(elsewhere.database, "chief")
    for login in ("author", "colleague", "manager", "viewer"):
        add_actor(elsewhere.database, login)
    job = restored(elsewhere, chief, archived(work))
    assert job.state is JobState.DONE, job.error

    project_id = str((job.result or {})["project_id"])
    before, after = everything(work.platform, work.project_id), everything(elsewhere, project_id)
    assert after["project"].pop("created_by") == "chief"
    before["project"].pop("created_by")
    for name, content in before.items():
        assert after[name] == content, name
    assert len(before["annotations"]) == 3
    assert [len(before[name]) for name in ("revisions", "changes", "segments")] == [6, 3, 5]

    checksum = str(work.recording.checksum)
    assert elsewhere.files.get(blob_key(checksum)) == work.platform.files.get(blob_key(checksum))
    assert seen_before(elsewhere.files, seen_prefix(checksum)).duration == 1.0
    with elsewhere.database.read() as connection:
        roles = {member.login: member.role for member in projects.members(connection, project_id)}
        (model,) = models.everything(connection)
    assert roles == {
        "chief": Role.ADMIN,
        "manager": Role.MANAGER,
        "author": Role.ANNOTATOR,
        "colleague": Role.ANNOTATOR,
        "viewer": Role.VIEWER,
    }
    assert elsewhere.files.get(key_of(model.id, model.files[0])) == b"weights"
    assert list(elsewhere.files.list("exports")) == []


def test_it_comes_in_again_on_the_same_server_beside_the_first(work: Work) -> None:
    job = restored(work.platform, work.manager, archived(work))
    assert job.state is JobState.DONE, job.error
    project_id = str((job.result or {})["project_id"])
    before, after = everything(work.platform, work.project_id), everything(work.platform, project_id)
    assert after["segments"] == before["segments"]
    assert after["changes"] == before["changes"]
    with work.platform.database.read() as connection:
        assert sorted(model.title for model in models.everything(connection)) == ["wren@1", "wren@1 (2)"]


def test_people_without_account_here_keep_their_names_on_their_work(work: Work, elsewhere: Platform) -> None:
    job = restored(elsewhere, add_actor(elsewhere.database, "chief", administrator=True), archived(work))
    project_id = str((job.result or {})["project_id"])
    with elsewhere.database.read() as connection:
        people = [one for one in headers.of_project(connection, project_id) if one.kind is AnnotationKind.PERSON]
        assert [member.login for member in projects.members(connection, project_id)] == ["chief"]
    assert {(one.source, one.author_id) for one in people} == {("author", None), ("colleague", None)}


def test_what_was_not_imported_yet_says_so(work: Work, elsewhere: Platform) -> None:
    late = add_recording(work.platform.database, work.project_id, name="late.wav")
    with work.platform.database.write() as connection:
        recordings.save(connection, late, replace(late, state=RecordingState.WAITING))
    job = restored(elsewhere, add_actor(elsewhere.database, "chief"), archived(work))
    after = everything(elsewhere, str((job.result or {})["project_id"]))
    row = next(row for row in after["recordings"] if row["name"] == "late.wav")
    assert (row["state"], "not imported yet" in row["error"]) == (RecordingState.FAILED, True)


def test_who_may_make_and_bring_archives(work: Work, tmp_path: Path) -> None:
    for actor, error in ((work.author, Forbidden), (work.viewer, Forbidden), (work.stranger, NotFound)):
        with pytest.raises(error):
            queue_archive(work.platform, actor, work.project_id)
    assert queue_archive(work.platform, work.manager, work.project_id).kind == "archive"
    path = tmp_path / "a.zip"
    path.write_bytes(b"x")
    with pytest.raises(Forbidden, match="scope"):
        queue_restore(work.platform, replace(work.author, scopes=frozenset({Scope.READ})), measure(path), name="a.zip")


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    import wave

    path = tmp_path_factory.mktemp("sound") / "a.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.zeros(RATE, np.int16).tobytes())
    return path.read_bytes()


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    steps=st.lists(st.lists(any_segment(), max_size=4), min_size=1, max_size=3),
    first=st.lists(any_segment(), max_size=4),
)
def test_whatever_people_did_comes_back_exactly(
    platform: Platform, elsewhere: Platform, first: list[Segment], steps: list[list[Segment]]
) -> None:
    work = make_work_once(platform)
    recording = add_recording(platform.database, work.project_id, name=new_id(), duration=1e6, channels=4)
    header = create_annotation(platform, work.author, recording.id, segments_given=first)
    for revision, step in enumerate(steps, 1):
        edits = [Edit(op=EditOp.ADD, id=f"{revision}.{n}", segment=segment) for n, segment in enumerate(step)]
        last = [Edit(op=EditOp.DELETE, id=f"{revision}.0")] if len(step) > 2 else []
        base = header.revision
        for some in (edits, last):
            if some:
                base = edit(platform, work.author, header.id, some, base_revision=base).annotation.revision
        header = replace(header, revision=base)
    chief = add_actor(elsewhere.database, new_id())
    job = restored(elsewhere, chief, archived(work))
    assert job.state is JobState.DONE, job.error
    before, after = everything(platform, work.project_id), everything(elsewhere, str((job.result or {})["project_id"]))
    for name in ("segments", "changes"):
        assert after[name] == before[name]


def make_work_once(platform: Platform) -> Work:
    """A new project for each example, of people of other names."""
    from tests.library import add_member, add_project

    project_id = add_project(platform.database)
    author = add_member(platform.database, project_id, Role.ANNOTATOR, new_id())
    manager = add_member(platform.database, project_id, Role.MANAGER, new_id())
    recording = add_recording(platform.database, project_id)
    return Work(
        platform=platform,
        project_id=project_id,
        recording=recording,
        author=author,
        colleague=author,
        manager=manager,
        viewer=author,
        stranger=author,
    )


# Archives that are not to be believed ---------------------------------------------------------------------------------


def changed(data: bytes, change: Callable[[dict[str, bytes]], object]) -> bytes:
    """Change the files in an archive."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            stored = name.startswith(("media/", "models/"))
            kind = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(name), content, kind)
    return out.getvalue()


def line(name: str, /, **values: Any) -> Callable[[dict[str, bytes]], None]:
    """Change values in the first line of a list."""

    def change(files: dict[str, bytes]) -> None:
        first, *others = files[name].splitlines(keepends=True)
        content = json.loads(first)
        files[name] = json.dumps(content | values).encode() + b"\n" + b"".join(others)

    return change


def media_of(files: dict[str, bytes]) -> str:
    return next(name for name in files if name.startswith("media/"))


BAD: list[tuple[str, Callable[[dict[str, bytes]], object], str]] = [
    ("zip slip", lambda f: f.update({"../../evil": b""}), "holds '../../evil'"),
    ("absolute path", lambda f: f.update({"/etc/passwd": b""}), "holds '/etc/passwd'"),
    ("slip among models", lambda f: f.update({"models/" + "a" * 26 + "/../x": b""}), "which no archive"),
    ("no description", lambda f: f.pop("archive.json"), "holds no archive.json"),
    ("no segments", lambda f: f.pop("segments.jsonl"), "holds no segments.jsonl"),
    ("other format", line("archive.json", format="other"), "does not say that this is a project"),
    ("newer version", line("archive.json", version=2), "of version 2; this Earmark knows 1"),
    ("no project", line("archive.json", project=None), "should be an object"),
    ("many labels", line("archive.json", project={}), "should be an object with"),
    ("members", line("archive.json", members={"author": "emperor"}), "emperor"),
    ("models", line("archive.json", models=7), "should be a list"),
    ("other models", line("archive.json", other_models={"a": ["x"]}), "a name and a version"),
    ("not JSON", lambda f: f.update({"segments.jsonl": b"{\n"}), "line 1 of segments.jsonl is not JSON"),
    ("NaN", lambda f: f.update({"segments.jsonl": b'{"a":NaN}\n'}), "is not JSON"),
    ("NUL", line("recordings.jsonl", notes="a\0b"), "characters that cannot be stored"),
    ("surrogate", line("recordings.jsonl", notes="\ud800"), "is not JSON"),
    ("unknown field", line("recordings.jsonl", more=1), "should be an object with"),
    ("wrong type", line("recordings.jsonl", version="7"), "version: should be a whole number"),
    ("hostile name", line("recordings.jsonl", name="a\nb"), "control characters"),
    ("media of nobody", lambda f: f.update({"media/" + "0" * 64: b"x"}), "does not hold the media files"),
    ("media missing", lambda f: f.pop(media_of(f)), "does not hold the media files"),
    ("media changed", lambda f: f.update({media_of(f): b"other"}), "holds a damaged file"),
    ("segment too late", line("segments.jsonl", segment={"start": 200, "end": 300}), "after the recording"),
    ("segment backwards", line("segments.jsonl", segment={"start": 2, "end": 1}), "before it starts"),
    ("segment of nobody", line("segments.jsonl", annotation_id="nobody"), "speaks of 'nobody'"),
    ("segment of a recording", lambda f: segment_of_recording(f), "speaks of the annotation"),
    ("segment twice", lambda f: f.update({"segments.jsonl": 2 * f["segments.jsonl"]}), "rows that do not fit together"),
    ("segments missing", lambda f: f.update({"segments.jsonl": b""}), "does not hold all segments"),
    ("revision skipped", line("revisions.jsonl", number=2), "where 1 is next"),
    ("revisions missing", lambda f: f.update({"revisions.jsonl": b""}), "does not hold all revisions"),
    ("change of the future", line("changes.jsonl", revision=99), "that has 4"),
    ("annotation twice", lambda f: f.update({"annotations.jsonl": 2 * f["annotations.jsonl"]}), "two things called"),
]


def segment_of_recording(files: dict[str, bytes]) -> None:
    recording_id = json.loads(files["recordings.jsonl"].splitlines()[0])["id"]
    line("segments.jsonl", annotation_id=recording_id)(files)


@pytest.fixture(scope="module")
def an_archive(tmp_path_factory: pytest.TempPathFactory, sound: bytes) -> bytes:
    """The archive of a small project, made once."""
    folder = tmp_path_factory.mktemp("archive")
    with fresh_database("sqlite", folder) as database, pytest.MonkeyPatch.context() as patch:
        patch.setenv("EARMARK_MODELS_DIR", str(folder))
        work = make_work(make_platform(database, folder))
        path = folder / "dawn.wav"
        path.write_bytes(sound)
        work = replace(work, recording=put_media(work.platform, work.recording, path))
        fill(work)
        return archived(work)


@pytest.mark.parametrize(("change", "message"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_an_archive_that_lies_leaves_nothing_behind(
    elsewhere: Platform, an_archive: bytes, change: Callable[[dict[str, bytes]], object], message: str
) -> None:
    chief = add_actor(elsewhere.database, "chief")
    try:
        error = str(restored(elsewhere, chief, changed(an_archive, change)).error)
    except FormatError as refused:
        error = str(refused)
    assert message in error
    assert error.startswith("birds.zip: ")
    with elsewhere.database.read() as connection:
        assert projects.page(connection, member=None).items == ()
        assert models.everything(connection) == ()
    assert list(elsewhere.files.list("models")) == []


def test_an_archive_that_was_not_changed_comes_in(elsewhere: Platform, an_archive: bytes) -> None:
    job = restored(elsewhere, add_actor(elsewhere.database, "chief"), changed(an_archive, lambda files: None))
    assert job.state is JobState.DONE, job.error


@pytest.mark.parametrize("part", [0.0, 0.3, 0.99])
def test_an_archive_that_was_cut_off(elsewhere: Platform, an_archive: bytes, part: float) -> None:
    with pytest.raises(FormatError, match="is no archive of a project, or it is damaged"):
        restored(elsewhere, add_actor(elsewhere.database, "chief"), an_archive[: int(len(an_archive) * part)])


def test_every_flipped_byte_is_found_or_harmless(elsewhere: Platform, an_archive: bytes) -> None:
    chief = add_actor(elsewhere.database, "chief")
    for place in range(40, len(an_archive), len(an_archive) // 40):
        data = bytearray(an_archive)
        data[place] ^= 0x55
        try:
            job = restored(elsewhere, chief, bytes(data))
        except (FormatError, TooLarge):
            continue
        assert job.state in (JobState.FAILED, JobState.DONE)
        assert "unexpected" not in str(job.error), job.error


def test_bombs_are_refused_unopened(elsewhere: Platform, an_archive: bytes) -> None:
    chief = add_actor(elsewhere.database, "chief")
    with pytest.raises(TooLarge, match="would unpack to 50000000 bytes"):
        restored(elsewhere, chief, changed(an_archive, lambda f: f.update({"segments.jsonl": b" " * 50_000_000})))
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(an_archive)) as archive, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bomb:
        for name in archive.namelist():
            bomb.writestr(name, bytes(5_000_000) if name.startswith("media/") else archive.read(name))
    with pytest.raises(TooLarge, match="media/"):
        restored(elsewhere, chief, out.getvalue())


def test_entries_on_top_of_each_other_are_refused(elsewhere: Platform, an_archive: bytes) -> None:
    """What the directory claims is packed is more than there is: stretches of the file are used several times."""
    data = bytearray(an_archive)
    begin = data.find(b"PK\x01\x02")
    while begin >= 0:
        for field in (20, 24):
            size = int.from_bytes(data[begin + field : begin + field + 4], "little") + len(data) // 3
            data[begin + field : begin + field + 4] = size.to_bytes(4, "little")
        begin = data.find(b"PK\x01\x02", begin + 4)
    with pytest.raises(FormatError, match="entries that overlap"):
        restored(elsewhere, add_actor(elsewhere.database, "chief"), bytes(data))


def test_what_no_honest_archive_has_is_refused(elsewhere: Platform, an_archive: bytes) -> None:
    with pytest.raises(FormatError, match="it is encrypted"):
        restored(elsewhere, add_actor(elsewhere.database, "chief"), encrypted(an_archive))


def test_a_list_that_is_shorter_than_it_claims_is_refused(elsewhere: Platform, an_archive: bytes) -> None:
    data = bytearray(an_archive)
    begin = data.find(b"recordings.jsonl", data.find(b"PK\x01\x02")) - 46
    size = int.from_bytes(data[begin + 24 : begin + 28], "little")
    data[begin + 24 : begin + 28] = (size + 1).to_bytes(4, "little")
    job = restored(elsewhere, add_actor(elsewhere.database, "chief"), bytes(data))
    assert "recordings.jsonl of another size than it says" in str(job.error)


def test_a_long_line_is_refused(elsewhere: Platform, an_archive: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("earmark.services.archive_check.MAX_LINE", 100)
    job = restored(elsewhere, add_actor(elsewhere.database, "chief"), an_archive)
    assert (job.state, "more than 100 bytes" in str(job.error)) == (JobState.FAILED, True)


def test_a_restored_project_is_worked_on(elsewhere: Platform, an_archive: bytes) -> None:
    chief = add_actor(elsewhere.database, "chief")
    job = restored(elsewhere, chief, an_archive)
    with elsewhere.database.read() as connection:
        (recording_id,) = recordings.of_project(connection, str((job.result or {})["project_id"]), limit=10)
    first, *_ = list_annotations(elsewhere, chief, recording_id).items
    set_status(elsewhere, chief, first.id, AnnotationStatus.DRAFT)
    revert(elsewhere, chief, first.id, base_revision=4, to_revision=3)
    _, page = view_segments(elsewhere, chief, first.id, Viewport())
    assert [(one.id == "x", one.segment.start) for one in page.items] == [(False, 1), (False, 2), (True, 6)]
