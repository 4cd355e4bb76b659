"""``/projects``: projects with their labels and members."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field

from earmark.core.job import Job
from earmark.core.people import Role
from earmark.core.project import Label, Member, Pipeline, Project
from earmark.core.speakers import MOST_SPEAKERS
from earmark.server.dependencies import ActorDep, Cursor, Limit, PlatformDep
from earmark.server.etags import IfMatch, set_etag
from earmark.server.problems import errors
from earmark.server.schemas import Answer, Body, IdText, PageAnswer
from earmark.services import projects
from earmark.services.projects import MAX_DESCRIPTION, MAX_LABELS, ProjectChange

router = APIRouter(tags=["projects"])

ProjectId = Annotated[IdText, Path(description="Identifier of the project.")]
UserId = Annotated[IdText, Path(description="Identifier of the person.")]
Name = Annotated[str, Field(description="What people call it.", min_length=1, max_length=200, examples=["Reef 2026"])]
Description = Annotated[str, Field(description="What it is about.", max_length=MAX_DESCRIPTION)]


class LabelShape(Body):
    """One label of a label set."""

    name: str = Field(description="What segments carry.", min_length=1, max_length=200, examples=["song"])
    colour: str | None = Field(
        default=None,
        description="How it is shown, `#rrggbb`; if left out, the next one that the set does not use yet.",
        pattern="^#[0-9a-fA-F]{6}$",
        examples=["#0072b2"],
    )
    hotkey: str | None = Field(
        default=None, description="Key that gives it to a segment.", min_length=1, max_length=1, examples=["s"]
    )
    aliases: list[Annotated[str, Field(min_length=1, max_length=200)]] = Field(
        default=[], description="Other names for the same, in other languages or from earlier days.", max_length=50
    )


class NewLabel(LabelShape):
    """One label of a label set that is to be."""

    renamed_from: str | None = Field(
        default=None, description="Its name until now, if it gets another one; kept as an alias.", max_length=200
    )


def _labels(shapes: Sequence[LabelShape]) -> tuple[Label, ...]:
    colours = projects.with_colours([shape.colour for shape in shapes])
    return tuple(
        Label(name=shape.name, colour=colour, hotkey=shape.hotkey, aliases=tuple(shape.aliases))
        for shape, colour in zip(shapes, colours, strict=True)
    )


class PipelineShape(Body):
    """What is done with a new recording."""

    on_import: bool = Field(default=False, description="Whether new recordings are annotated by themselves.")
    engine: str = Field(
        default="whisper",
        description="Who listens: `whisper`, `pocketsphinx`, or `none` for speech, silence and noise only.",
        max_length=40,
        examples=["whisper"],
    )
    model: str | None = Field(
        default=None,
        description=(
            "Weights by name or folder, or a model of the registry as `name@version`; null for the default model for "
            "`transcribe` of project or server, else the weights that the server's settings name."
        ),
        max_length=500,
        examples=["small"],
    )
    language: str | None = Field(
        default=None,
        description="Spoken language: a code of Whisper's, or its English name; null lets the engine find out.",
        max_length=35,
        examples=["en"],
    )
    channels: str = Field(
        default="mix",
        description="`mix`, `each`, or channel numbers from 1 with commas between them.",
        max_length=400,
        examples=["mix"],
    )
    labels: bool = Field(default=False, description="Whether noise is named by the sound classifier.")
    diarizer: str = Field(
        default="none",
        description="Who tells speakers apart: `none`, `auto` (the best there is), `onnx`, `spectral`, `pyannote`.",
        max_length=40,
        examples=["auto"],
    )
    min_speakers: int | None = Field(default=None, ge=1, le=MOST_SPEAKERS, description="Speakers at least.")
    max_speakers: int | None = Field(default=None, ge=1, le=MOST_SPEAKERS, description="Speakers at most.")
    multilingual: bool = Field(default=False, description="Whether the language may change within a recording.")


class LabelAnswer(Answer):
    """One label of a label set."""

    name: str = Field(description="What segments carry.", examples=["song"])
    colour: str = Field(description="How it is shown, `#rrggbb`.", examples=["#0072b2"])
    hotkey: str | None = Field(description="Key that gives it to a segment.", examples=["s"])
    aliases: list[str] = Field(description="Other names for the same.")


class PipelineAnswer(Answer):
    """What is done with a new recording."""

    on_import: bool = Field(description="Whether new recordings are annotated by themselves.")
    engine: str = Field(description="Who listens.", examples=["whisper"])
    model: str | None = Field(description="Weights; null for the default of the server.")
    language: str | None = Field(description="Code of the spoken language; null lets the engine find out.")
    channels: str = Field(description="`mix`, `each`, or channel numbers from 1.", examples=["mix"])
    labels: bool = Field(description="Whether noise is named by the sound classifier.")
    diarizer: str = Field(description="Who tells speakers apart.", examples=["auto"])
    min_speakers: int | None = Field(description="Speakers at least, where known.")
    max_speakers: int | None = Field(description="Speakers at most, where known.")
    multilingual: bool = Field(description="Whether the language may change within a recording.")


class ProjectAnswer(Answer):
    """A project."""

    id: str = Field(description="Identifier.", examples=["01k9zq3m5t7v8w2x4y6z0a1b2c"])
    name: Name
    description: Description
    labels: list[LabelAnswer] = Field(description="Its label set, in the order in which it is shown.")
    pipeline: PipelineAnswer = Field(description="What is done with new recordings.")
    known_voices: bool = Field(
        description="Whether voices of people who were named are kept, to name them in later recordings."
    )
    version: int = Field(description="Grows with each change; the same as in `ETag`.", examples=[1])
    created_at: datetime = Field(description="When it was made.")
    updated_at: datetime = Field(description="When it was changed last.")
    created_by: str | None = Field(description="Who made it; null if that account is gone.")
    deleted_at: datetime | None = Field(description="When it was put into the trash; null if it is not there.")


class NewProject(Body):
    """A project to be made."""

    name: Name
    description: Description = ""
    labels: list[LabelShape] = Field(default=[], description="Its label set.", max_length=MAX_LABELS)
    pipeline: PipelineShape = Field(default=PipelineShape(), description="What is done with new recordings.")


class ProjectPatch(Body):
    """What is to be changed; what is left out, or null, stays."""

    name: Name | None = Field(default=None, description="What people call it.")
    description: Description | None = Field(default=None, description="What it is about.")
    pipeline: PipelineShape | None = Field(default=None, description="What is done with new recordings, all of it.")
    known_voices: bool | None = Field(
        default=None,
        description=(
            "Whether voices of people who were named are kept, to name them in later recordings. A voice identifies a "
            "person: switch it on only if all who are heard agreed. Switching it off deletes all voices of the project."
        ),
    )


class LabelSet(Body):
    """A whole label set."""

    labels: list[NewLabel] = Field(
        description="All labels, in the order in which they are shown.", max_length=MAX_LABELS
    )


class MemberAnswer(Answer):
    """A person's role in a project."""

    user_id: str = Field(description="Who.", examples=["01k9zq3m5t7v8w2x4y6z0a1b2c"])
    login: str = Field(description="What the person types to sign in.", examples=["annotator"])
    name: str = Field(description="What others see.", examples=["Annotator"])
    role: Role = Field(
        description="Each role may do all that the ones after it may: admin, manager, annotator, viewer."
    )


class Members(Answer):
    """All members of a project."""

    items: list[MemberAnswer] = Field(description="By login.")


class NewRole(Body):
    """The role that a person is to have."""

    role: Role = Field(description="What the person may do: see, annotate, manage, or choose members too.")


class QueuedJob(Answer):
    """A job that will do what was asked for."""

    job_id: str = Field(description="See `/jobs/{job_id}`.", examples=["01k9zq3m5t7v8w2x4y6z0a1b2c"])


@router.get("/projects", summary="List projects", response_model=PageAnswer[ProjectAnswer])
def list_projects(
    platform: PlatformDep,
    actor: ActorDep,
    q: Annotated[str, Query(description="Part of the name.", max_length=200)] = "",
    trashed: Annotated[bool, Query(description="List those in the trash instead.")] = False,  # noqa: FBT002
    cursor: Cursor = None,
    limit: Limit = 50,
) -> object:
    """List the projects that you may see, by name. Administrators see all."""
    return projects.page(platform, actor, q=q, trashed=trashed, cursor=cursor, limit=limit)


@router.post("/projects", summary="Make a project", status_code=201, response_model=ProjectAnswer)
def create_project(
    request: Request, response: Response, platform: PlatformDep, actor: ActorDep, body: NewProject
) -> Project:
    """Make a project. Whoever makes it becomes its first admin."""
    made = projects.create(
        platform,
        actor,
        name=body.name,
        description=body.description,
        labels=_labels(body.labels),
        pipeline=Pipeline(**body.pipeline.model_dump()),
    )
    response.headers["Location"] = f"{request.url.path}/{made.id}"
    set_etag(response, made.version)
    return made


@router.get("/projects/{project_id}", summary="See a project", response_model=ProjectAnswer, responses=errors(404))
def get_project(response: Response, platform: PlatformDep, actor: ActorDep, project_id: ProjectId) -> Project:
    """Read one project, in the trash or not."""
    found = projects.get(platform, actor, project_id)
    set_etag(response, found.version)
    return found


@router.patch(
    "/projects/{project_id}",
    summary="Change a project",
    response_model=ProjectAnswer,
    responses=errors(404, 409, 412),
)
def change_project(
    response: Response,
    platform: PlatformDep,
    actor: ActorDep,
    project_id: ProjectId,
    body: ProjectPatch,
    version: IfMatch,
) -> Project:
    """Change name, description, pipeline, or whether voices are known (see `/projects/{project_id}/voices`).

    Managers may.
    """
    pipeline = None if body.pipeline is None else Pipeline(**body.pipeline.model_dump())
    wanted = ProjectChange(
        name=body.name, description=body.description, pipeline=pipeline, known_voices=body.known_voices
    )
    changed = projects.change(platform, actor, project_id, wanted, version=version)
    set_etag(response, changed.version)
    return changed


@router.put(
    "/projects/{project_id}/labels",
    summary="Put a label set",
    response_model=ProjectAnswer,
    responses=errors(404, 409, 412),
)
def put_labels(
    response: Response,
    platform: PlatformDep,
    actor: ActorDep,
    project_id: ProjectId,
    body: LabelSet,
    version: IfMatch,
) -> Project:
    """Put another label set in place of the one there. Managers may.

    Segments keep the label that they were given. A label that says `renamed_from` keeps that name as an alias, so that
    those segments still have its colour; labels that are left out are shown as they are written.
    """
    labels = _labels(body.labels)
    renamed = {shape.renamed_from: shape.name for shape in body.labels if shape.renamed_from}
    changed = projects.set_labels(platform, actor, project_id, labels, renamed=renamed, version=version)
    set_etag(response, changed.version)
    return changed


@router.delete(
    "/projects/{project_id}",
    summary="Put a project into the trash",
    response_model=ProjectAnswer,
    responses=errors(404, 409, 412),
)
def delete_project(
    response: Response, platform: PlatformDep, actor: ActorDep, project_id: ProjectId, version: IfMatch
) -> Project:
    """Put a project into the trash; it can be restored for some weeks. Its admins may."""
    gone = projects.trash(platform, actor, project_id, version=version)
    set_etag(response, gone.version)
    return gone


@router.post(
    "/projects/{project_id}/restore", summary="Restore a project", response_model=ProjectAnswer, responses=errors(404)
)
def restore_project(response: Response, platform: PlatformDep, actor: ActorDep, project_id: ProjectId) -> Project:
    """Take a project out of the trash. Its admins may."""
    back = projects.restore(platform, actor, project_id)
    set_etag(response, back.version)
    return back


@router.post(
    "/projects/{project_id}/purge",
    summary="Delete a project for good",
    status_code=202,
    response_model=QueuedJob,
    responses=errors(404, 409),
)
def purge_project(platform: PlatformDep, actor: ActorDep, project_id: ProjectId) -> QueuedJob:
    """Delete a project that lies in the trash with all recordings and annotations; a job does it. Its admins may."""
    job: Job = projects.purge(platform, actor, project_id)
    return QueuedJob(job_id=job.id)


@router.get("/projects/{project_id}/members", summary="List members", response_model=Members, responses=errors(404))
def list_members(platform: PlatformDep, actor: ActorDep, project_id: ProjectId) -> object:
    """List who is in a project, and in which role."""
    return {"items": projects.members(platform, actor, project_id)}


@router.put(
    "/projects/{project_id}/members/{user_id}",
    summary="Give a person a role",
    response_model=MemberAnswer,
    responses=errors(404, 409),
)
def set_member(platform: PlatformDep, actor: ActorDep, project_id: ProjectId, user_id: UserId, body: NewRole) -> Member:
    """Take a person into a project, or give a member another role. Its admins may; one admin must be left."""
    return projects.set_member(platform, actor, project_id, user_id, body.role)


@router.delete(
    "/projects/{project_id}/members/{user_id}",
    summary="Take a person out",
    status_code=204,
    responses=errors(404, 409),
)
def remove_member(platform: PlatformDep, actor: ActorDep, project_id: ProjectId, user_id: UserId) -> None:
    """Take a person out of a project. Its admins may, and everybody may leave; one admin must be left."""
    projects.remove_member(platform, actor, project_id, user_id)
