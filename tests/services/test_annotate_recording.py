"""The job that has a recording annotated: its result is there once, whole, and says who made it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from tests.library import Work, add_project, do_job, make_work, put_media

from earmark.app import Annotator
from earmark.audio.source import Source
from earmark.core.annotation import Annotation, Note, NoteKind
from earmark.core.job import Job, JobState
from earmark.core.library import RecordingState
from earmark.core.model import Model, ModelStatus
from earmark.core.people import SYSTEM
from earmark.core.progress import Progress, Report
from earmark.core.project import Label, Pipeline
from earmark.core.review import AnnotationKind, AnnotationStatus, StoredAnnotation
from earmark.core.segment import Segment
from earmark.errors import InvalidValue, UnreadableMedia
from earmark.services import registry
from earmark.services.annotate import AnnotateOptions, Listeners, annotate
from earmark.services.annotate_recording import run_annotate
from earmark.services.annotate_requests import annotate_recordings
from earmark.services.annotations import list_annotations
from earmark.services.listening import Annotates, Heard, Listening, keep_last
from earmark.services.model_files import add_file
from earmark.services.platform import Platform
from earmark.services.projects import ProjectChange, change
from earmark.services.registered import Weights
from earmark.store import jobs, projects, recordings
from earmark.store.database import now

RATE = 16_000
SEGMENTS = (Segment(start=0, end=1, label="silence"), Segment(start=1, end=2, label="noise", score=0.5))


@pytest.fixture
def work(any_platform: Platform, write_media: Callable[..., Path]) -> Work:
    made = make_work(any_platform)
    sound = np.sin(np.arange(2 * RATE) / 5)[None] * np.r_[np.zeros(RATE), np.ones(RATE)] * 0.3
    recording = put_media(any_platform, made.recording, write_media("dawn.wav", sound, RATE))
    return replace(made, recording=recording)


@dataclass
class Engines:
    """Stand-in for engines: gives two segments, and remembers what it was asked for."""

    wanted: list[tuple[Pipeline, tuple[str, ...]]]
    missing: tuple[Note, ...] = ()
    error: Exception | None = None
    meanwhile: Callable[[], object] = lambda: None
    weights: list[Weights | None] = field(default_factory=list)
    names: Mapping[str, str] = field(default_factory=lambda: {"speech": "silero"})

    def __call__(self, source: Source, report: Report, heard: Heard | None = None) -> Annotation:
        report(Progress(stage="speech", done=1, total=2))
        with source.open() as reader:
            assert sum(block.shape[1] for block in reader.blocks()) == 2 * RATE
        self.meanwhile()
        if self.error:
            raise self.error
        return Annotation(segments=SEGMENTS, source="earmark 1 (silero)", language="en", notes=self.missing)

    def load(self, listening: Listening) -> Annotates:
        self.wanted.append((listening.pipeline, listening.labels))
        self.weights.append(listening.weights)
        return self

    def asked(self, listening: Listening) -> Annotates:
        self.wanted.append((listening.pipeline, listening.labels))
        return self


def annotated(work: Work, engines: Engines, **arguments: object) -> Job:
    body = partial(run_annotate, work.platform, annotator_for=engines.load)
    more = {"project": work.project_id, "actor": work.manager, **arguments}
    return do_job(work.platform, "annotate", body, recording_id=work.recording.id, **more)


def test_the_annotation_says_who_made_it_and_is_ready_for_review(work: Work) -> None:
    note = Note(kind=NoteKind.UNAVAILABLE, message="no whisper here", start=1.0)
    job = annotated(work, Engines([], missing=(note,)))

    assert (job.state, job.audio_seconds) == (JobState.DONE, 100.0)
    (made,) = list_annotations(work.platform, work.viewer, work.recording.id).items
    assert job.result == {"annotation_id": made.id, "segments": 2, "missing": ["no whisper here"]}
    assert (made.kind, made.status, made.author_id) == (AnnotationKind.MODEL, AnnotationStatus.SUBMITTED, None)
    assert (made.source, made.language, made.notes, made.job_id) == ("earmark 1 (silero)", "en", (note,), job.id)
    assert (made.revision, made.segment_count) == (1, 2)
    with work.platform.database.read() as connection:
        lines = jobs.log_page(connection, job.id).items
    assert any(line.level == "WARNING" and "no whisper here" in line.message for line in lines)


def logged(work: Work, job: Job) -> list[str]:
    """What the job itself wrote; that it begins is logged where the program logs at all."""
    with work.platform.database.read() as connection:
        lines = [line.message for line in jobs.log_page(connection, job.id).items]
    return [line for line in lines if not line.startswith("annotate begins")]


def test_the_log_tells_the_stages_and_what_came_of_them(work: Work) -> None:
    job = annotated(work, Engines([]), engine="whisper", model="base", channels="each")

    assert logged(work, job) == [
        "loading whisper with weights base",
        "reading dawn.wav, 100.0 s, channels: each",
        "listening for speech with silero",
        "writing segments: 2, of them speech: 0; words: 0; language: en",
    ]


def test_the_log_names_the_engines_of_each_stage_once(work: Work) -> None:
    def load(_: Listening) -> Annotates:
        return Annotator(listeners=Listeners(detector=SileroVad()), options=AnnotateOptions())

    from earmark.engines.silero import SileroVad

    job = do_job(
        work.platform,
        "annotate",
        partial(run_annotate, work.platform, annotator_for=load),
        recording_id=work.recording.id,
        project=work.project_id,
        actor=work.manager,
        engine="none",
    )

    loading, _, *stages, writing = logged(work, job)
    assert loading == "loading engines; speech is not to be written down"
    assert stages == ["measuring levels", "listening for speech with silero-vad-6"]
    assert writing.startswith("writing ")


def test_the_pipeline_is_that_of_the_job_else_that_of_the_project(work: Work) -> None:
    with work.platform.database.write() as connection:
        project = projects.get(connection, work.project_id)
        pipeline = Pipeline(engine="none", language="fr", labels=True, on_import=True)
        projects.save(connection, replace(project, pipeline=pipeline, labels=(Label(name="bird"),)))
    engines = Engines([])
    annotated(work, engines)
    annotated(work, engines, language="de", channels="each")
    assert engines.wanted == [
        (Pipeline(engine="none", language="fr", labels=True), ("bird",)),
        (Pipeline(engine="none", language="de", channels="each", labels=True), ("bird",)),
    ]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"deleted_at": now()}, "trash"),
        ({"state": RecordingState.WAITING}, "once it was imported"),
        ({"checksum": None}, "no file"),
    ],
)
def test_a_recording_that_cannot_be_listened_to(work: Work, changes: dict[str, object], message: str) -> None:
    with work.platform.database.write() as connection:
        recordings.save(connection, work.recording, replace(work.recording, **changes))  # type: ignore[arg-type]
    job = annotated(work, Engines([]))
    assert job.state is JobState.FAILED
    assert message in str(job.error)


@pytest.fixture
def model(work: Work) -> Model:
    return ready_model(work)


def ready_model(work: Work, version: str = "2", *, engine: str = "whisper", project_id: str | None = None) -> Model:
    """A model of the registry with a file."""
    platform = work.platform
    project_id = work.project_id if project_id is None else project_id
    draft = registry.create_model(
        platform, SYSTEM, name="meetings", version=version, engine=engine, task="transcribe", project_id=project_id
    )
    path = platform.settings.data_dir / "incoming"
    path.write_bytes(b"weights")
    add_file(platform, SYSTEM, draft.id, "model.bin", path, checksum=hashlib.sha256(b"weights").hexdigest())
    return registry.change_model(platform, SYSTEM, draft.id, status=ModelStatus.READY)


def only(work: Work) -> StoredAnnotation:
    (made,) = list_annotations(work.platform, work.viewer, work.recording.id).items
    return made


def test_an_annotation_names_the_model_of_the_registry_that_made_it(work: Work, model: Model) -> None:
    engines = Engines([])
    job = annotated(work, engines, engine="whisper", model="meetings@2")

    assert (job.state, only(work).model_id) == (JobState.DONE, model.id)
    (weights,) = engines.weights
    assert weights is not None
    with weights.folder() as folder:
        assert (folder.name, (folder / "model.bin").read_bytes()) == ("meetings@2", b"weights")
    assert not folder.exists()


def test_the_default_model_is_used_where_no_weights_are_named(work: Work, model: Model) -> None:
    registry.set_default(work.platform, SYSTEM, model.id, project_id=work.project_id)
    annotated(work, Engines([]), engine="whisper", model=None)
    assert only(work).model_id == model.id


@pytest.mark.parametrize("arguments", [{"model": "small"}, {"model": None}, {"engine": "none", "model": "meetings@2"}])
def test_weights_that_are_not_in_the_registry_are_named_by_the_source(
    work: Work, model: Model, arguments: dict[str, object]
) -> None:
    annotated(work, Engines([]), **{"engine": "whisper"} | arguments)
    assert (only(work).model_id, only(work).source) == (None, "earmark 1 (silero)")


@pytest.mark.parametrize(
    ("name", "message"),
    [("meetings@9", "no model 'meetings@9'"), ("meetings@other", "no model"), ("meetings@e", "events")],
)
def test_a_model_that_cannot_be_used_fails_the_job_and_the_request(work: Work, name: str, message: str) -> None:
    ready_model(work, "other", project_id=add_project(work.platform.database))
    ready_model(work, "e", engine="events")

    job = annotated(work, Engines([]), engine="whisper", model=name)

    assert (job.state, message in str(job.error)) == (JobState.FAILED, True)
    with pytest.raises(InvalidValue, match=message):
        annotate_recordings(work.platform, work.manager, work.project_id, [work.recording.id], pipeline={"model": name})
    with pytest.raises(InvalidValue, match=message):
        change(work.platform, work.manager, work.project_id, ProjectChange(pipeline=Pipeline(model=name)))


def test_a_model_that_is_deleted_meanwhile_leaves_the_work(work: Work, model: Model) -> None:
    engines = Engines([], meanwhile=lambda: registry.delete_model(work.platform, SYSTEM, model.id))
    annotated(work, engines, engine="whisper", model="meetings@2")
    assert only(work).model_id is None


def test_what_fails_leaves_nothing(work: Work) -> None:
    error = UnreadableMedia("dawn.wav", "is damaged", "Send another one.")
    job = annotated(work, Engines([], error=error))
    assert (job.state, job.error) == (JobState.FAILED, "dawn.wav: is damaged. Send another one.")
    assert list_annotations(work.platform, work.viewer, work.recording.id).items == ()


def test_a_recording_that_is_deleted_meanwhile(work: Work) -> None:
    def purge() -> None:
        with work.platform.database.write() as connection:
            recordings.delete_all(connection, [work.recording.id])

    job = annotated(work, Engines([], meanwhile=purge))
    assert job.state is JobState.FAILED
    assert "there is no recording" in str(job.error)


def test_a_worker_that_lost_the_job_writes_nothing(work: Work) -> None:
    """It was silent for too long; another one has the job, and has made the annotation already."""
    engines = Engines([])

    def other_worker() -> None:
        with work.platform.database.write() as connection:
            found = jobs.page(connection).items[0]
            jobs.change(connection, found, attempt=found.attempt + 1)

    annotated(work, replace(engines, meanwhile=other_worker))
    assert list_annotations(work.platform, work.viewer, work.recording.id).items == ()


class Loads:
    """Counts what is loaded."""

    def __init__(self, *missing: Note) -> None:
        self.loaded: list[Pipeline] = []
        self.missing = missing

    def __call__(self, listening: Listening) -> Annotates:
        self.loaded.append(listening.pipeline)
        return Engines([], missing=self.missing)


def test_engines_stay_loaded_while_the_same_ones_are_asked_for() -> None:
    load = Loads()
    annotator_for = keep_last(load)
    first, second = Pipeline(engine="none"), Pipeline(engine="none", diarizer="auto")
    german = Pipeline(engine="none", language="de", channels="each", min_speakers=2)
    for pipeline in (first, german, first, second, first):
        annotator_for(Listening(pipeline=pipeline))
    assert load.loaded == [first, second, first], "language, channels and number of speakers need nothing loaded"


def test_engines_that_are_kept_do_what_is_asked_now() -> None:
    annotator_for = keep_last(Loads())
    kept = annotator_for(Listening(pipeline=Pipeline()))
    german = Pipeline(language="de")
    assert annotator_for(Listening(pipeline=german)) is kept
    assert isinstance(kept, Engines)
    assert kept.wanted == [(german, ())]


def test_engines_of_which_something_was_missing_are_looked_for_again() -> None:
    load = Loads(Note(kind=NoteKind.UNAVAILABLE, message="no model"))
    annotator_for = keep_last(load)
    annotator_for(Listening(pipeline=Pipeline()))
    annotator_for(Listening(pipeline=Pipeline()))
    assert len(load.loaded) == 2


def test_with_the_real_speech_detector(work: Work) -> None:
    from earmark.engines.silero import SileroVad

    class Real:
        missing = ()
        names: Mapping[str, str] = {}

        def asked(self, listening: Listening) -> Annotates:
            return self

        def __call__(self, source: Source, report: Report, heard: Heard | None = None) -> Annotation:
            listeners = Listeners(detector=SileroVad())
            return annotate(source, listeners=listeners, options=AnnotateOptions(), made_by="earmark", report=report)

    body = partial(run_annotate, work.platform, annotator_for=lambda _: Real())
    job = do_job(work.platform, "annotate", body, recording_id=work.recording.id, engine="none")
    assert job.state is JobState.DONE
    (made,) = list_annotations(work.platform, work.viewer, work.recording.id).items
    assert (made.source, made.segment_count >= 2) == ("earmark (silero-vad-6)", True)
