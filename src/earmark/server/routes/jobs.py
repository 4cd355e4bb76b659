"""``/jobs``: long work."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import AwareDatetime, Field, field_validator

from earmark.core.job import Job, JobSort, JobState
from earmark.core.library import RecordingState
from earmark.core.review import AnnotationStatus
from earmark.core.search import MAX_QUERY, AnnotatedBy, Order, RecordingFilter
from earmark.server.dependencies import ActorDep, Cursor, Limit, PlatformDep
from earmark.server.problems import errors
from earmark.server.schemas import Answer, Body, IdText, PageAnswer
from earmark.services import annotate_requests, jobs
from earmark.services.annotate_requests import MOST_AT_ONCE, MOST_NAMED, Reason
from earmark.services.fetch import redact
from earmark.services.platform import Platform
from earmark.services.tasks import title_of
from earmark.store.database import now

router = APIRouter(tags=["jobs"])

ADDRESSES = ("url", "callback")
"""Arguments of jobs that are addresses."""

JobId = Annotated[IdText, Path(description="Identifier of the job.")]
ProjectId = Annotated[IdText, Path(description="Identifier of the project.")]
Priority = Annotated[
    int,
    Field(description="Larger ones go first; 0 is usual.", ge=-jobs.MAX_PRIORITY, le=jobs.MAX_PRIORITY, examples=[10]),
]
Word = Annotated[str, Field(max_length=200)]


class JobAnswer(Answer):
    """A piece of long work."""

    id: str = Field(description="Identifier.", examples=["01k9zq3m5t7v8w2x4y6z0a1b2c"])
    kind: str = Field(description="What is done, for programs.", examples=["annotate"])
    title: str = Field(description="What is done, for people.", examples=["Annotate"])
    arguments: dict[str, Any] = Field(description="What it began with.")
    project_id: str | None = Field(description="Where; null for work of the whole server.")
    project_name: str | None = Field(description="What that project is called; null without one.")
    recording_id: str | None = Field(description="What it works on, where that is one recording.")
    recording_name: str | None = Field(description="What that recording is called; null without one.")
    state: JobState = Field(description="queued, running, done, failed or cancelled.")
    priority: int = Field(description="Larger ones go first.")
    progress: float = Field(description="Part done, 0 to 1.", examples=[0.25])
    stage: str = Field(description="What is being done now.", examples=["transcript"])
    eta: float | None = Field(description="Seconds to go if it goes on as it did so far; null if that is not known.")
    attempt: int = Field(description="How often it was begun.")
    max_attempts: int = Field(description="How often it may be begun when workers die over it.")
    cancel_requested: bool = Field(description="Somebody asked for its end; it ends within seconds.")
    result: dict[str, Any] | None = Field(
        description="What it ended with: what it made, and in `missing` what was asked for and could not be had."
    )
    error: str | None = Field(description="Why it failed, and what to do.")
    audio_seconds: float | None = Field(description="Seconds of sound that it worked on.")
    created_by: str | None = Field(description="Who asked for it; null for Earmark itself.")
    created_at: datetime = Field(description="When it was asked for.")
    available_at: datetime = Field(description="Before this it does not begin.")
    started_at: datetime | None = Field(description="When it began last.")
    finished_at: datetime | None = Field(description="When it ended.")

    @field_validator("arguments")
    @classmethod
    def _without_secrets(cls, arguments: dict[str, Any]) -> dict[str, Any]:
        """Addresses may hold keys in their query; who looks at a job need not know them."""
        hidden: dict[str, Any] = {
            name: redact(arguments[name]) for name in ADDRESSES if isinstance(arguments.get(name), str)
        }
        origin = arguments.get("origin")
        if isinstance(origin, dict) and "url" in origin:
            hidden["origin"] = {**origin, "url": redact(origin["url"])}
        return {**arguments, **hidden}


class JobStatusAnswer(JobAnswer):
    """A piece of long work, and where it stands in the queue."""

    position: int | None = Field(description="How many jobs go before it; null if it does not wait.")


class LogLineAnswer(Answer):
    """One line of the log of a job."""

    number: int = Field(description="Grows with time.")
    attempt: int = Field(description="The attempt that wrote it.")
    at: datetime = Field(description="When.")
    level: str = Field(description="DEBUG, INFO, WARNING, ERROR or CRITICAL.", examples=["INFO"])
    message: str = Field(description="What was written; may have several lines.")


class Chosen(Body):
    """Which recordings are meant; all conditions that are given must hold. An empty object means all of the project."""

    q: str = Field(
        default="",
        description="Beginnings of words in name, notes or source, and #tag for whole tags.",
        max_length=MAX_QUERY,
        examples=["dawn #wren"],
    )
    tags: list[Word] = Field(default=[], description="Tags that a recording has, all of them.", max_length=20)
    states: list[RecordingState] = Field(default=[], description="States of which it has one.", max_length=10)
    min_duration: float | None = Field(default=None, description="Least seconds.", ge=0)
    max_duration: float | None = Field(default=None, description="Most seconds.", ge=0)
    created_from: AwareDatetime | None = Field(default=None, description="Imported at this moment or later.")
    created_to: AwareDatetime | None = Field(default=None, description="Imported before this moment.")
    recorded_from: AwareDatetime | None = Field(default=None, description="Recorded at this moment or later.")
    recorded_to: AwareDatetime | None = Field(default=None, description="Recorded before this moment.")
    annotated: AnnotatedBy | None = Field(default=None, description="By whom it was annotated.")
    status: AnnotationStatus | None = Field(default=None, description="That one of its annotations has.")
    label: Word | None = Field(default=None, description="That one of its segments carries.")


class PipelineChange(Body):
    """How to annotate this time; what is left out is as the project's pipeline says."""

    engine: Word | None = Field(default=None, description="whisper, pocketsphinx or none.", examples=["whisper"])
    model: Word | None = Field(
        default=None,
        description="Weights of the engine, or a model of the registry as `name@version`.",
        examples=["large-v3"],
    )
    language: Word | None = Field(
        default=None, description="Spoken language: a code of Whisper's, or its English name.", examples=["de"]
    )
    channels: Word | None = Field(default=None, description="mix, each, or numbers from 1.", examples=["each"])
    labels: bool | None = Field(default=None, description="Whether noise is named by the sound classifier.")

    def given(self) -> dict[str, Any]:
        """What is to be different; null stands for the default of model and language, else for nothing."""
        values = self.model_dump(exclude_unset=True)
        return {name: value for name, value in values.items() if value is not None or name in ("model", "language")}


class NewAnnotateJobs(Body):
    """Recordings to be annotated: named one by one, or all that a filter fits."""

    recording_ids: list[IdText] | None = Field(
        default=None, description="These recordings.", min_length=1, max_length=MOST_AT_ONCE
    )
    filter: Chosen | None = Field(default=None, description="All recordings that fit, if none are named.")
    cursor: str | None = Field(
        default=None, description="`next` of the answer before, to go on with the same filter.", max_length=1000
    )
    pipeline: PipelineChange = Field(
        default=PipelineChange(), description="How, if not as the project's pipeline says."
    )
    priority: Priority = 0


class LeftOutAnswer(Answer):
    """Recordings that get no job for the same reason."""

    reason: Reason = Field(
        description="importing (still on its way in), failed (the import did), trashed, or not_found (in this project)."
    )
    count: int = Field(description="How many.", examples=[1])
    recording_ids: list[str] = Field(description=f"The first {MOST_NAMED} of them.")


class AskedAnswer(Answer):
    """What became of the request."""

    matched: int = Field(description="Recordings of the project that were meant.")
    job_ids: list[str] = Field(description="The jobs.")
    left_out: list[LeftOutAnswer] = Field(description="Recordings that have no job, by the reason.")
    next: str | None = Field(description="Pass it as `cursor` to go on; null if all that fit were taken.")


class PriorityChange(Body):
    """What is to be changed."""

    priority: Priority


def job_answers(platform: Platform, found: Sequence[Job]) -> list[dict[str, Any]]:
    """Write jobs for the wire; without the names of their workers, which tell of the machine."""
    names, moment = jobs.names(platform, found), now()
    plain = [name for name in Job.__dataclass_fields__ if name != "worker"]
    return [
        {name: getattr(job, name) for name in plain}
        | {"title": title_of(job.kind), "eta": job.eta(moment)}
        | {"project_name": names.get(job.project_id or ""), "recording_name": names.get(job.recording_id or "")}
        for job in found
    ]


def job_answer(platform: Platform, job: Job) -> dict[str, Any]:
    """Write one job for the wire."""
    return job_answers(platform, [job])[0]


@router.get("/jobs", summary="List jobs", response_model=PageAnswer[JobAnswer], responses=errors(404))
def list_jobs(
    platform: PlatformDep,
    actor: ActorDep,
    project_id: Annotated[IdText | None, Query(description="Only jobs of this project.")] = None,
    recording_id: Annotated[IdText | None, Query(description="Only jobs on this recording.")] = None,
    kind: Annotated[str | None, Query(description="Only jobs of this kind.", max_length=40)] = None,
    state: Annotated[list[JobState] | None, Query(description="Only jobs in one of these states.")] = None,
    sort: Annotated[
        JobSort,
        Query(description="By what: those of the same state, too, by priority; those that have not ended come last."),
    ] = JobSort.CREATED_AT,
    order: Annotated[Order, Query(description="Which way.")] = Order.DESC,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> object:
    """List the jobs of one's projects, and those of no project that one asked for; the latest first by itself."""
    page = jobs.list_jobs(
        platform,
        actor,
        project_id=project_id,
        recording_id=recording_id,
        kind=kind,
        states=state or (),
        sort=sort,
        order=order,
        cursor=cursor,
        limit=limit,
    )
    return {"items": job_answers(platform, page.items), "next": page.next}


@router.post(
    "/projects/{project_id}/jobs",
    summary="Annotate recordings",
    status_code=202,
    response_model=AskedAnswer,
    responses=errors(403, 404, 409),
)
def annotate_recordings(platform: PlatformDep, actor: ActorDep, project_id: ProjectId, body: NewAnnotateJobs) -> object:
    """Have recordings annotated by engines, a job for each. For managers of the project.

    What is not ready is left out, and told; where that is all of it, the answer is 409.
    """
    pipeline = body.pipeline.given()
    if body.recording_ids is not None:
        return annotate_requests.annotate_recordings(
            platform, actor, project_id, body.recording_ids, pipeline=pipeline, priority=body.priority
        )
    wanted = (body.filter or Chosen()).model_dump()
    return annotate_requests.annotate_filtered(
        platform,
        actor,
        project_id,
        RecordingFilter(**wanted | {"tags": tuple(wanted["tags"]), "states": tuple(wanted["states"])}),
        pipeline=pipeline,
        priority=body.priority,
        cursor=body.cursor,
    )


@router.get("/jobs/{job_id}", summary="Read a job", response_model=JobStatusAnswer, responses=errors(404))
def get_job(platform: PlatformDep, actor: ActorDep, job_id: JobId) -> object:
    """Read how a job is, how long it may take, and how many go before it."""
    status = jobs.get_job(platform, actor, job_id)
    return job_answer(platform, status.job) | {"eta": status.eta, "position": status.position}


@router.patch(
    "/jobs/{job_id}", summary="Change a job's priority", response_model=JobAnswer, responses=errors(403, 404, 409)
)
def change_job(platform: PlatformDep, actor: ActorDep, job_id: JobId, body: PriorityChange) -> object:
    """Let a job that waits go earlier or later. For who asked for it, and managers of the project."""
    return job_answer(platform, jobs.set_priority(platform, actor, job_id, body.priority))


@router.post(
    "/jobs/{job_id}/cancel",
    summary="Cancel a job",
    status_code=202,
    response_model=JobAnswer,
    responses=errors(403, 404, 409),
)
def cancel_job(platform: PlatformDep, actor: ActorDep, job_id: JobId) -> object:
    """End a job: at once if it waits, within seconds if it runs."""
    return job_answer(platform, jobs.cancel_job(platform, actor, job_id))


@router.post(
    "/jobs/{job_id}/retry",
    summary="Try a job again",
    status_code=202,
    response_model=JobAnswer,
    responses=errors(403, 404, 409),
)
def retry_job(platform: PlatformDep, actor: ActorDep, job_id: JobId) -> object:
    """Put a job that failed or was cancelled back into the queue."""
    return job_answer(platform, jobs.retry_job(platform, actor, job_id))


@router.get(
    "/jobs/{job_id}/log",
    summary="Read a job's log",
    response_model=PageAnswer[LogLineAnswer],
    responses=errors(404),
)
def read_log(platform: PlatformDep, actor: ActorDep, job_id: JobId, cursor: Cursor = None, limit: Limit = 50) -> object:
    """Read what a job wrote while it ran, the earliest line first."""
    return jobs.read_log(platform, actor, job_id, cursor=cursor, limit=limit)
