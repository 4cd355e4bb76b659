"""The job that has a recording annotated by engines."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, Protocol

from earmark.audio.source import FileSource
from earmark.core.ids import new_id
from earmark.core.library import RecordingState
from earmark.core.people import SYSTEM
from earmark.core.project import Pipeline
from earmark.core.review import AnnotationKind, AnnotationStatus, StoredAnnotation
from earmark.core.segment import SPEECH
from earmark.errors import Conflict, FileMissing, NotFound
from earmark.services import voices
from earmark.services.annotations import MAX_SOURCE, add_annotation, named, record, require_usable
from earmark.services.listening import Listening
from earmark.services.registered import find_model, weights_of
from earmark.store import models, projects, recordings
from earmark.store.blobs import blob_key
from earmark.store.database import now

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.engine import Connection

    from earmark.core.annotation import Annotation, Note
    from earmark.core.job import Job
    from earmark.core.library import StoredRecording
    from earmark.core.model import Model
    from earmark.core.progress import Progress
    from earmark.jobs.run import JobRun
    from earmark.services.listening import AnnotatorFor
    from earmark.services.platform import Platform
    from earmark.services.registered import Weights

STAGES = {"levels": 1.0, "speech": 3.0, "transcript": 12.0}
"""Passes over a recording, and how long each takes in proportion."""
DIARIZING = 8.0
"""How long telling speakers apart takes in the same proportion, within the pass for speech."""


def run_annotate(platform: Platform, run: JobRun, *, annotator_for: AnnotatorFor) -> Mapping[str, Any] | None:
    """Annotate the recording of a job, and write the annotation in the transaction that marks the job done.

    The arguments of the job are those of the project's pipeline; what they leave out is taken from there.

    Raises
    ------
    NotFound, FileMissing
        The recording or its file is not there any more.
    Conflict
        It was not imported yet, or lies in the trash.
    InvalidValue, BrokenModel
        The model of the registry that the pipeline names is not there, or cannot be used.
    UnreadableMedia
        It cannot be decoded.
    """
    with platform.database.read() as connection:
        recording = recordings.get(connection, run.job.arguments["recording_id"])
        project = projects.get(connection, recording.project_id)
        pipeline, checksum = pipeline_of(run.job, project.pipeline), _content(recording)
        model = find_model(connection, pipeline, project.id)
    run.plan(**stages_of(pipeline))
    weights = None if model is None else weights_of(platform, model)
    run.log(_loading(pipeline, weights))
    labels = tuple(label.name for label in project.labels)
    annotator = annotator_for(Listening(pipeline=pipeline, labels=labels, weights=weights))
    for note in annotator.missing:
        run.log(note.message, level="WARNING")
    run.log(f"reading {recording.name}, {_length(recording)}, channels: {pipeline.channels}")
    with platform.cache.copy_of(platform.files, blob_key(checksum)) as path:
        found = annotator(FileSource(path, recording.name), Stages(run, annotator.names))
    _write(run, recording, found, model=model, missing=annotator.missing)
    return None


def stages_of(pipeline: Pipeline) -> Mapping[str, float]:
    """The passes that a pipeline makes, and how long each takes in proportion."""
    stages = dict(STAGES)
    if pipeline.engine == "none":
        del stages["transcript"]
    if pipeline.diarizer != "none":
        stages["speech"] += DIARIZING
    return stages


def _loading(pipeline: Pipeline, weights: Weights | None) -> str:
    if pipeline.engine == "none":
        return "loading engines; speech is not to be written down"
    name = pipeline.model if weights is None else f"{weights.title} of the registry"
    return f"loading {pipeline.engine}" + ("" if name is None else f" with weights {name}")


def _length(recording: StoredRecording) -> str:
    duration = recording.media.duration
    return "of unknown length" if duration is None else f"{duration:.1f} s"


class Told(Protocol):
    """Who is told how far the work is: a job's run."""

    def log(self, message: str) -> None:
        """Take a line for the log."""

    def report(self, progress: Progress) -> None:
        """Take a step; may raise to cancel."""


class Stages:
    """Reports progress, and logs each stage when it begins."""

    def __init__(self, run: Told, names: Mapping[str, str]) -> None:
        self._run = run
        self._names = names
        self._stage = ""

    def __call__(self, progress: Progress) -> None:
        """Take a step."""
        if progress.stage != self._stage:
            self._stage = progress.stage
            name = self._names.get(progress.stage)
            self._run.log(_DOING.get(progress.stage, progress.stage) + (f" with {name}" if name else ""))
        self._run.report(progress)


_DOING = {"levels": "measuring levels", "speech": "listening for speech", "transcript": "transcribing"}


def _told(found: Annotation) -> str:
    """Say in a line what was heard."""
    speech = sum(segment.label == SPEECH for segment in found.segments)
    words = sum(len(segment.words) for segment in found.segments)
    language = "" if found.language is None else f"; language: {found.language}"
    return f"writing segments: {len(found.segments)}, of them speech: {speech}; words: {words}{language}"


def pipeline_of(job: Job, default: Pipeline) -> Pipeline:
    """Read the pipeline that a job was given."""
    given = {known.name: job.arguments[known.name] for known in fields(Pipeline) if known.name in job.arguments}
    return replace(default, **given, on_import=False)


def _content(recording: StoredRecording) -> str:
    require_usable(recording)
    if recording.state is not RecordingState.READY:
        raise Conflict(f"{recording.name} is {recording.state}: it can be annotated once it was imported.")
    if recording.checksum is None:
        raise FileMissing("this recording", recording.name)
    return recording.checksum


def _write(
    run: JobRun, recording: StoredRecording, found: Annotation, *, model: Model | None, missing: Sequence[Note]
) -> None:
    run.log(_told(found))
    moment = now()
    header = StoredAnnotation(
        id=new_id(),
        recording_id=recording.id,
        project_id=recording.project_id,
        kind=AnnotationKind.MODEL,
        source=(found.source or "")[:MAX_SOURCE],
        status=AnnotationStatus.SUBMITTED,
        language=found.language,
        job_id=run.job.id,
        created_at=moment,
        updated_at=moment,
    )
    result: dict[str, Any] = {"annotation_id": header.id, "segments": len(found.segments)}
    if missing:
        # The job is done, but not all that was asked for: who looks at the job alone has to see it too.
        result["missing"] = [note.message for note in missing]
    with run.finishing(result, audio_seconds=recording.media.duration) as connection:
        found = voices.name_known(connection, recording.project_id, found)
        # Raises where somebody deleted it for good meanwhile; else it stays until this is written.
        recordings.get(connection, recording.id, lock=True)
        header = replace(header, model_id=_still_there(connection, model), notes=found.notes)
        header = add_annotation(connection, header, named(found.segments))
        voices.keep_heard(connection, header, found.voices)
        actor = replace(SYSTEM, user_id=run.job.created_by)
        details = {"recording_id": recording.id, "segments": header.segment_count, "job_id": run.job.id}
        record(connection, actor, "annotation.created", header, **details)


def _still_there(connection: Connection, model: Model | None) -> str | None:
    """Give the id of a model, which stays until this is written; None where it was deleted meanwhile."""
    if model is None:
        return None
    try:
        return models.get(connection, model.id, lock=True).id
    except NotFound:
        return None
