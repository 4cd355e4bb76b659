"""``/schedules``: work that is done again and again."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Self

from fastapi import APIRouter, Path, Response
from pydantic import Field, field_validator, model_validator

from earmark.core.project import MAX_NAME
from earmark.core.schedule import LEAST_SECONDS, MOST_SECONDS, Schedule
from earmark.server.dependencies import ActorDep, Cursor, Limit, PlatformDep
from earmark.server.problems import errors
from earmark.server.routes.jobs import JobAnswer, ProjectId, job_answer
from earmark.server.schemas import Answer, Body, IdText, PageAnswer
from earmark.services import schedules

router = APIRouter(tags=["schedules"])

ScheduleId = Annotated[IdText, Path(description="Identifier of the schedule.")]
Name = Annotated[
    str, Field(description="What people call it.", min_length=1, max_length=MAX_NAME, examples=["Recorder at the pond"])
]
Seconds = Annotated[
    int,
    Field(description="Seconds from one beginning to the next.", ge=LEAST_SECONDS, le=MOST_SECONDS, examples=[3600]),
]
Place = Annotated[str | None, Field(max_length=1000)]


class Arguments(Body):
    """What a schedule of the kind `watch` looks at: one of the two."""

    folder: Place = Field(
        default=None,
        description="Folder of the server, below one that its owner opened for imports (`import_folders`).",
        examples=["/srv/recorder"],
    )
    bucket: Place = Field(default=None, description="Bucket on S3.", examples=["s3://field/2026"])

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.folder is None) == (self.bucket is None):
            raise ValueError("give either folder or bucket")
        return self


class ScheduleAnswer(Answer):
    """Work that is done again and again."""

    id: str = Field(description="Identifier.", examples=["01k9zq3m5t7v8w2x4y6z0a1b2c"])
    project_id: str | None = Field(description="Where; null for the whole server.")
    name: Name
    kind: str = Field(description="Kind of its jobs: watch (import what appears) or purge.", examples=["watch"])
    arguments: dict[str, Any] = Field(description="What each of its jobs begins with.")
    every_seconds: Seconds
    enabled: bool = Field(description="Whether it goes on.")
    next_at: datetime = Field(description="When the next job begins, while it goes on.")
    last_at: datetime | None = Field(description="When the last job was begun; null for never.")
    last_job_id: str | None = Field(description="The last job.")
    created_by: str | None = Field(description="Who made it; null for Earmark itself.")
    created_at: datetime = Field(description="When it was made.")

    @field_validator("arguments")
    @classmethod
    def _as_given(cls, value: dict[str, Any]) -> dict[str, Any]:
        """The project is said above; without it the rest can be sent back as it is."""
        return {name: given for name, given in value.items() if name != "project_id"}


class NewWatch(Body):
    """A place to be watched; what appears there and stands still is imported."""

    name: Name
    arguments: Arguments = Field(description="Where to look.")
    every_seconds: Seconds = 60
    enabled: bool = Field(default=True, description="Whether it begins now.")


class NewPurge(Body):
    """Deletion of what is past its time, on the whole server."""

    name: Name
    every_seconds: Seconds = schedules.DAY
    enabled: bool = Field(default=True, description="Whether it begins now.")


class ScheduleChange(Body):
    """What is to be changed; what is left out stays."""

    name: Name | None = None
    arguments: Arguments | None = Field(default=None, description="Where to look, for a watch.")
    every_seconds: Seconds | None = None
    enabled: bool | None = Field(default=None, description="Switch it off or on.", examples=[False])


@router.get(
    "/projects/{project_id}/schedules",
    summary="List a project's schedules",
    response_model=PageAnswer[ScheduleAnswer],
    responses=errors(403, 404),
)
def list_project_schedules(
    platform: PlatformDep, actor: ActorDep, project_id: ProjectId, cursor: Cursor = None, limit: Limit = 50
) -> object:
    """List what is done again and again in a project. For its managers."""
    return schedules.list_schedules(platform, actor, project_id=project_id, cursor=cursor, limit=limit)


@router.post(
    "/projects/{project_id}/schedules",
    summary="Watch a folder or bucket",
    status_code=201,
    response_model=ScheduleAnswer,
    responses=errors(403, 404),
)
def create_watch(
    platform: PlatformDep, actor: ActorDep, response: Response, project_id: ProjectId, body: NewWatch
) -> object:
    """Import what appears in a folder or bucket from now on. For managers of the project."""
    made = schedules.create_schedule(
        platform,
        actor,
        project_id=project_id,
        kind="watch",
        name=body.name,
        arguments=body.arguments.model_dump(exclude_none=True),
        every_seconds=body.every_seconds,
        enabled=body.enabled,
    )
    return _made(response, made)


@router.get(
    "/schedules",
    summary="List the server's schedules",
    response_model=PageAnswer[ScheduleAnswer],
    responses=errors(403),
)
def list_schedules(platform: PlatformDep, actor: ActorDep, cursor: Cursor = None, limit: Limit = 50) -> object:
    """List what is done again and again for the whole server. For administrators."""
    return schedules.list_schedules(platform, actor, project_id=None, cursor=cursor, limit=limit)


@router.post(
    "/schedules",
    summary="Delete old things again and again",
    status_code=201,
    response_model=ScheduleAnswer,
    responses=errors(403),
)
def create_purge(platform: PlatformDep, actor: ActorDep, response: Response, body: NewPurge) -> object:
    """Delete what is past its time, in the intervals given. For administrators; there is a daily one from the start."""
    made = schedules.create_schedule(
        platform,
        actor,
        project_id=None,
        kind="purge",
        name=body.name,
        every_seconds=body.every_seconds,
        enabled=body.enabled,
    )
    return _made(response, made)


@router.get(
    "/schedules/{schedule_id}", summary="Read a schedule", response_model=ScheduleAnswer, responses=errors(403, 404)
)
def get_schedule(platform: PlatformDep, actor: ActorDep, schedule_id: ScheduleId) -> object:
    """Read one schedule."""
    return schedules.get_schedule(platform, actor, schedule_id)


@router.patch(
    "/schedules/{schedule_id}", summary="Change a schedule", response_model=ScheduleAnswer, responses=errors(403, 404)
)
def change_schedule(platform: PlatformDep, actor: ActorDep, schedule_id: ScheduleId, body: ScheduleChange) -> object:
    """Change what is given; another interval counts from the last beginning."""
    values = body.model_dump(exclude_none=True)
    return schedules.change_schedule(platform, actor, schedule_id, **values)


@router.delete("/schedules/{schedule_id}", summary="Delete a schedule", status_code=204, responses=errors(403, 404))
def delete_schedule(platform: PlatformDep, actor: ActorDep, schedule_id: ScheduleId) -> None:
    """End a schedule; a job that it began goes on, and what it imported stays."""
    schedules.delete_schedule(platform, actor, schedule_id)


@router.post(
    "/schedules/{schedule_id}/run",
    summary="Run a schedule now",
    status_code=202,
    response_model=JobAnswer,
    responses=errors(403, 404),
)
def run_schedule(platform: PlatformDep, actor: ActorDep, schedule_id: ScheduleId) -> object:
    """Begin its job now, or name the one that has not ended yet; the intervals stay as they are."""
    return job_answer(platform, schedules.run_now(platform, actor, schedule_id))


def _made(response: Response, schedule: Schedule) -> Schedule:
    response.headers["Location"] = f"/api/v1/schedules/{schedule.id}"
    return schedule
