"""Annotations in and out as files."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import replace
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.library import Work, add_project, add_recording, do_job, make_work

from earmark import formats
from earmark.core.annotation import Annotation
from earmark.core.areas import Area
from earmark.core.edits import Edit, EditOp
from earmark.core.job import Job, JobState
from earmark.core.people import Actor
from earmark.core.review import AnnotationKind, AnnotationStatus, StoredAnnotation, Viewport
from earmark.core.segment import Segment, Word
from earmark.errors import (
    Conflict,
    FileMissing,
    FormatError,
    InvalidItems,
    InvalidValue,
    NotFound,
    TooLarge,
    UnknownFormat,
)
from earmark.services.annotations import create_annotation, delete_annotation, view_segments
from earmark.services.areas import change_areas
from earmark.services.exchange import export_annotation, file_stem, import_annotation, read, written
from earmark.services.exports import MANIFEST, Which, best, forget_exports, queue_export, result_of, run_export
from earmark.services.platform import Platform
from earmark.services.review import edit, set_status
from earmark.store import jobs, recordings
from earmark.store.database import now


@pytest.fixture
def work(platform: Platform) -> Work:
    return make_work(platform)


CONTENT = (
    Segment(start=0.5, end=1.25, channel=0, label="speech", text="Hello there", speaker="ann", score=0.5),
    Segment(
        start=2.0,
        end=3.0,
        channel=1,
        label="bird",
        words=(Word(text="x", start=2.0, end=2.5),),
        tags=(("species", "wren"),),
        low_hz=100.0,
        high_hz=9000.5,
    ),
)


def annotated(work: Work, actor: Actor, *content: Segment, recording_id: str | None = None) -> StoredAnnotation:
    return create_annotation(work.platform, actor, recording_id or work.recording.id, segments_given=content)


def content_of(work: Work, annotation_id: str) -> tuple[Segment, ...]:
    _, page = view_segments(work.platform, work.viewer, annotation_id, Viewport())
    return tuple(stored.segment for stored in page.items)


@pytest.mark.parametrize("known", [known for known in formats.FORMATS if known.writes], ids=lambda known: known.name)
def test_every_format_goes_out_and_what_can_be_read_comes_in(work: Work, known: formats.Format) -> None:
    header = annotated(work, work.author, *CONTENT)

    file = export_annotation(work.platform, work.viewer, header.id, format_name=known.name)

    assert file.name == f"dawn{known.suffix}"
    assert file.data
    if known.reads:
        again = import_annotation(
            work.platform, work.colleague, work.recording.id, file.data, file_name=file.name, format_name=known.name
        )
        assert (again.kind, again.status, again.author_id) == (AnnotationKind.FILE, AnnotationStatus.SUBMITTED, None)
        assert again.segment_count == len(content_of(work, again.id)) >= 1
    if known.name == "json":
        assert content_of(work, again.id) == CONTENT
        assert file.losses == ()
    else:
        assert file.losses


def test_annotated_areas_go_out_and_come_in(work: Work) -> None:
    header = annotated(work, work.author, *CONTENT)
    areas = (Area(start=0.0, end=5.0), Area(start=5.0, end=7.5, channel=1))
    change_areas(work.platform, work.author, header.id, mark=areas)

    exported = partial(export_annotation, work.platform, work.viewer, header.id)
    again = import_annotation(
        work.platform, work.colleague, work.recording.id, exported(format_name="json").data, file_name="a.json"
    )

    assert again.areas == areas
    assert "2 annotated areas" in exported(format_name="csv").losses
    late = b'{"format": "earmark-annotation", "version": 1, "segments": [], "areas": [{"start": 0, "end": 500}]}'
    with pytest.raises(InvalidItems, match="area 1: ends at 500"):
        import_annotation(work.platform, work.colleague, work.recording.id, late, file_name="a.json")


def test_an_earlier_revision_goes_out(work: Work) -> None:
    header = annotated(work, work.author)
    later = [Edit(op=EditOp.ADD, id="a", segment=CONTENT[0])]
    edit(work.platform, work.author, header.id, later, base_revision=1)
    exported = {
        revision: formats.loads(
            export_annotation(work.platform, work.author, header.id, format_name="json", revision=revision).data,
            "a.json",
        ).segments
        for revision in (1, 2)
    }
    assert exported == {1: (), 2: (CONTENT[0],)}
    with pytest.raises(InvalidValue, match="no revision 3"):
        export_annotation(work.platform, work.author, header.id, format_name="json", revision=3)


def test_a_file_of_ones_own_is_worked_on(work: Work) -> None:
    data = b"start,end,label\n1,2,call\n"
    mine = import_annotation(work.platform, work.author, work.recording.id, data, file_name="a.csv", mine=True)
    assert (mine.kind, mine.status, mine.author_id) == (
        AnnotationKind.PERSON,
        AnnotationStatus.DRAFT,
        work.author.user_id,
    )
    edit(work.platform, work.author, mine.id, [Edit(op=EditOp.ADD, id="x", segment=CONTENT[0])], base_revision=1)
    other = import_annotation(work.platform, work.author, work.recording.id, data, file_name="../a.csv")
    assert other.source == "file a.csv"
    with pytest.raises(Conflict, match="copy"):
        edit(work.platform, work.manager, other.id, [Edit(op=EditOp.DELETE, id="x")], base_revision=1)


BAD = [
    (b"start,end\n1,2\n", "a.xyz", UnknownFormat, "no format has this file ending"),
    (b"hello", "a.txt", FormatError, "a.txt"),
    (b"\x00\x01\x02\xff", "a.csv", FormatError, "is not text"),
    (b"start,end\n2,1\n", "a.csv", FormatError, "line 2"),
    (b"start,end,channel\n1,2,0\n1,2,7\n1,200,0\n", "a.csv", InvalidItems, "segment 2: is on channel 7.*segment 3"),
    (b"start,end,label\n1,2," + b"x" * 300, "a.csv", InvalidItems, "label has 300 characters"),
]


@pytest.mark.parametrize(("data", "name", "error", "message"), BAD, ids=[row[3] for row in BAD])
def test_a_file_that_cannot_be_taken(work: Work, data: bytes, name: str, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        import_annotation(work.platform, work.author, work.recording.id, data, file_name=name)


def test_a_file_that_is_too_large(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("earmark.services.exchange.MAX_FILE", 10)
    with pytest.raises(TooLarge):
        import_annotation(work.platform, work.author, work.recording.id, b"x" * 11, file_name="a.csv")


def test_who_may_bring_and_fetch_files(work: Work) -> None:
    header = annotated(work, work.author, *CONTENT)
    with pytest.raises(NotFound):
        export_annotation(work.platform, work.stranger, header.id, format_name="json")
    with pytest.raises(NotFound):
        import_annotation(work.platform, work.stranger, work.recording.id, b"", file_name="a.csv")
    with pytest.raises(UnknownFormat):
        export_annotation(work.platform, work.author, header.id, format_name="odt")


# Spreadsheets ---------------------------------------------------------------------------------------------------------

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "'=1", "''=1", "＝1+1"]
cells = st.sampled_from([*FORMULAS, "plain", "'plain", "", "a=b"]) | st.text(
    st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=5
)


@pytest.mark.parametrize("name", ["csv", "tsv"])
@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_of_a_table_is_run_by_a_spreadsheet(name: str, text: str) -> None:
    segment = Segment(start=0, end=1, label=text, speaker=text, text=text, tags=((text, text),))
    data = written(Annotation(segments=(segment,)), formats.find(name)).decode()
    rows = list(csv.reader(io.StringIO(data, newline=""), delimiter="\t" if name == "tsv" else ","))
    assert rows[1]
    assert all(cell[:1] not in {"=", "+", "-", "@", "\t", "\r", "＝"} for cell in rows[1])


@pytest.mark.parametrize("name", ["csv", "tsv"])
@given(label=cells, text=cells, speaker=cells)
def test_a_guarded_table_comes_back_as_it_was(name: str, label: str, text: str, speaker: str) -> None:
    segment = Segment(start=0, end=1, label=label, text=text, speaker=speaker)
    plain = formats.find(name)
    assert plain.dumps is not None
    direct = formats.loads(plain.dumps(Annotation(segments=(segment,))).encode(), f"a.{name}")
    data = written(Annotation(segments=(segment,)), plain)
    assert read(data, f"a.{name}").segments == direct.segments


# Many -----------------------------------------------------------------------------------------------------------------


def exported(work: Work, actor: Actor, **choice: object) -> tuple[Job, dict[str, bytes]]:
    """Ask for a ZIP, have it made, and read it."""
    asked = queue_export(work.platform, actor, work.project_id, **{"format_names": ["json"], **choice})  # type: ignore[arg-type]
    with work.platform.database.write() as connection:
        job = jobs.cancel(connection, asked)
    done = do_job(work.platform, "export", partial(run_export, work.platform), project=work.project_id, **job.arguments)
    assert done.state is JobState.DONE, done.error
    name, facts = result_of(work.platform, work.viewer, done.id)
    assert (name, facts.size) == ("Birds.zip", (done.result or {})["size"])
    with zipfile.ZipFile(io.BytesIO(work.platform.files.get(facts.key))) as archive:
        return done, {entry: archive.read(entry) for entry in archive.namelist()}


def manifest(files: dict[str, bytes]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(files[MANIFEST].decode(), newline="")))


def test_a_project_as_zip_with_a_manifest(work: Work) -> None:
    header = annotated(work, work.author, *CONTENT)
    other = add_recording(work.platform.database, work.project_id, name="DAWN.flac")
    annotated(work, work.colleague, *CONTENT[:1], recording_id=other.id)
    add_recording(work.platform.database, work.project_id, name="nothing here.wav")

    job, files = exported(work, work.viewer, format_names=["json", "srt", "json"])

    assert set(files) == {"json/dawn.json", "json/DAWN (2).json", "srt/dawn.srt", "srt/DAWN (2).srt", MANIFEST}
    assert formats.loads(files["json/dawn.json"], "dawn.json").segments == CONTENT
    assert (job.result or {})["annotations"] == 2
    rows = {row["file"]: row for row in manifest(files)}
    assert rows["json/dawn.json"] == {
        "file": "json/dawn.json",
        "recording_id": work.recording.id,
        "recording": "dawn.wav",
        "annotation_id": header.id,
        "kind": "person",
        "source": "author",
        "status": "draft",
        "revision": "1",
        "segments": "2",
        "left_out": "",
    }
    assert "segment" in rows["srt/dawn.srt"]["left_out"]


def test_one_annotation_speaks_for_a_recording_unless_all_are_wanted(work: Work) -> None:
    draft = annotated(work, work.author, *CONTENT)
    submitted = annotated(work, work.colleague, *CONTENT)
    set_status(work.platform, work.colleague, submitted.id, AnnotationStatus.SUBMITTED)
    import_annotation(work.platform, work.author, work.recording.id, b"start,end\n1,2\n", file_name="a.csv")
    gone = annotated(work, work.colleague, *CONTENT)
    delete_annotation(work.platform, work.colleague, gone.id)

    _, files = exported(work, work.viewer)
    assert [row["annotation_id"] for row in manifest(files)] == [submitted.id]
    _, files = exported(work, work.viewer, which=Which.ALL)
    assert len(manifest(files)) == 3
    assert {"json/dawn.json", "json/dawn (2).json", "json/dawn (3).json"} < set(files)
    assert draft.id in {row["annotation_id"] for row in manifest(files)}


def test_the_order_of_annotations() -> None:
    def header(kind: AnnotationKind, status: AnnotationStatus) -> StoredAnnotation:
        moment = now()
        return StoredAnnotation(
            id=f"{kind}{status}",
            recording_id="r",
            project_id="p",
            kind=kind,
            status=status,
            source="x",
            created_at=moment,
            updated_at=moment,
        )

    draft, submitted, reviewed = AnnotationStatus
    person, model, file = AnnotationKind
    ordered = [
        header(model, submitted),
        header(model, reviewed),
        header(file, submitted),
        header(person, draft),
        header(person, submitted),
        header(person, reviewed),
    ]
    assert [best(ordered[: n + 1]) for n in range(len(ordered))] == ordered
    assert best([ordered[3], replace(ordered[3], id="later", updated_at=now())]).id == "later"


def test_some_recordings_only_and_none_of_other_projects_or_the_trash(work: Work) -> None:
    database = work.platform.database
    first, second = (add_recording(database, work.project_id, name=f"{n}.wav") for n in range(2))
    elsewhere = add_recording(database, add_project(database, "Other"), name="secret.wav")
    administrator = Actor(user_id=None, name="earmark", is_administrator=True)
    for recording, actor in ((first, work.author), (second, work.author), (elsewhere, administrator)):
        annotated(work, actor, *CONTENT, recording_id=recording.id)
    with database.write() as connection:
        recordings.save(connection, second, replace(second, deleted_at=now()))
    _, files = exported(work, work.viewer, recording_ids=[first.id, second.id, elsewhere.id])
    assert set(files) == {"json/0.json", MANIFEST}


def test_hostile_names(work: Work) -> None:
    names = ["=cmd|' /C calc'!A0.wav", "..", "../../etc/passwd", "CON.wav", "a:b?.wav", "x" * 240 + ".wav", "é" * 120]
    for name in names:
        recording = add_recording(work.platform.database, work.project_id, name=name)
        annotated(work, work.author, *CONTENT, recording_id=recording.id)
    _, files = exported(work, work.viewer)
    paths = [path for path in files if path != MANIFEST]
    assert len(paths) == len(names)
    for path in paths:
        folder, name = path.split("/")
        assert folder == "json"
        assert not set(name) & set('\\:?*"<>|')
        assert not name.startswith(".")
        assert len(name.encode()) <= 255
        assert not name.lower().startswith("con.")
    assert any(row["recording"].startswith("'=cmd") for row in manifest(files))


@pytest.mark.parametrize(
    ("name", "expected"), [("", "recording"), (". .", "recording"), ("nul", "_nul"), ("a.b.wav", "a.b")]
)
def test_file_names(name: str, expected: str) -> None:
    assert file_stem(name) == expected


def test_who_may_ask_and_fetch(work: Work) -> None:
    with pytest.raises(NotFound):
        queue_export(work.platform, work.stranger, work.project_id, format_names=["json"])
    with pytest.raises(UnknownFormat):
        queue_export(work.platform, work.viewer, work.project_id, format_names=["odt"])
    with pytest.raises(InvalidValue, match="one format"):
        queue_export(work.platform, work.viewer, work.project_id, format_names=[])
    job = queue_export(work.platform, work.viewer, work.project_id, format_names=["json"])
    with pytest.raises(Conflict, match="queued"):
        result_of(work.platform, work.viewer, job.id)
    for actor, job_id in ((work.stranger, job.id), (work.viewer, "nothing")):
        with pytest.raises(NotFound, match="job"):
            result_of(work.platform, actor, job_id)


def test_exports_are_kept_for_some_days(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    annotated(work, work.author, *CONTENT)
    job, _ = exported(work, work.viewer)
    assert forget_exports(work.platform) == 0
    monkeypatch.setattr("earmark.services.exports.KEPT", -now().resolution)
    assert forget_exports(work.platform) == 1
    with pytest.raises(FileMissing):
        result_of(work.platform, work.viewer, job.id)
