"""``/models``: the registry of models."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from earmark.core.model import Model, ModelStatus
from earmark.core.project import MAX_NAME
from earmark.files.store import MAX_NAME_BYTES
from earmark.server.dependencies import ActorDep, Cursor, Limit, PlatformDep
from earmark.server.etags import IfMatch, set_etag
from earmark.server.one_file import ONE_FILE, receive_one
from earmark.server.problems import errors
from earmark.server.ranges import disposition, respond
from earmark.server.receive import BINARY, receive
from earmark.server.schemas import Answer, Body, IdText, PageAnswer
from earmark.services import model_archive, model_files, registry
from earmark.services.parts import new_part

router = APIRouter(tags=["models"])

ModelId = Annotated[IdText, Path(description="Identifier of the model.")]
FileName = Annotated[str, Path(description="Name of the file.", min_length=1, max_length=MAX_NAME_BYTES)]
InProject = Annotated[IdText | None, Query(description="The project; leave it out for the whole server.")]
Task = Annotated[str, Query(description="What is listened for.", max_length=100, examples=["transcribe"])]
Labels = Annotated[
    list[Annotated[str, Field(max_length=MAX_NAME)]],
    Field(description="What the model can say.", max_length=registry.MAX_LABELS, examples=[["wren", "robin"]]),
]
Metrics = Annotated[
    dict[str, Any],
    Field(description="Figures on recordings that it was not trained on.", examples=[{"segment_f1": 0.97}]),
]
Training = Annotated[
    dict[str, Any],
    Field(description="What it was trained on and how.", examples=[{"recordings": 12, "seconds": 30.5}]),
]
Notes = Annotated[str, Field(description="Free text.", max_length=registry.MAX_NOTES, examples=["wind filtered out"])]


def _bytes(description: str, kind: str) -> dict[int | str, dict[str, Any]]:
    """Describe an answer that is a file."""
    return {200: {"description": description, "content": {kind: {}}}}


class ModelFileAnswer(Answer):
    """One file of a model."""

    name: str = Field(description="Name.", examples=["weights.onnx"])
    checksum: str = Field(description="SHA-256 in hexadecimal.")
    size: int = Field(description="Bytes.", examples=[1048576])


class ModelAnswer(Answer):
    """An engine with weights."""

    id: str = Field(description="Identifier.", examples=["01k9zq3m5t7v8w2x4y6z0a1b2c"])
    name: str = Field(description="Name; together with the version there is one on a server.", examples=["birds"])
    version: str = Field(description="Version.", examples=["2"])
    engine: str = Field(description="The engine that runs it.", examples=["events"])
    task: str = Field(description="What it listens for.", examples=["events"])
    project_id: str | None = Field(description="The project that it belongs to; null for all.")
    parent_id: str | None = Field(description="The model that it was trained from.")
    labels: Labels
    metrics: Metrics
    training: Training
    status: ModelStatus = Field(description="draft while it is put together, ready for use, or retired.")
    notes: Notes
    files: list[ModelFileAnswer] = Field(description="Its files, by name.")
    revision: int = Field(description="Grows with each change; the `ETag`.")
    created_by: str | None = Field(description="Who made it.")
    created_at: datetime = Field(description="When it was made.")
    updated_at: datetime = Field(description="When it was changed last.")


class NewModel(Body):
    """A model to be written down."""

    name: str = Field(description="Name, without @.", min_length=1, max_length=MAX_NAME, examples=["birds"])
    version: str = Field(description="Version.", min_length=1, max_length=100, examples=["2"])
    engine: str = Field(description="The engine that runs it.", min_length=1, max_length=100, examples=["events"])
    task: str = Field(description="What it listens for.", min_length=1, max_length=100, examples=["events"])
    project_id: IdText | None = Field(default=None, description="The project that it belongs to; null for all.")
    parent_id: IdText | None = Field(default=None, description="The model that it was trained from.")
    labels: Labels = Field(default_factory=list)
    metrics: Metrics = Field(default_factory=dict)
    training: Training = Field(default_factory=dict)
    notes: Notes = ""


class ModelChange(Body):
    """What is to be changed; what is left out stays."""

    status: ModelStatus | None = Field(
        default=None, description="Files can be changed in a draft only; only a ready model can be a default."
    )
    notes: Notes | None = None
    labels: Labels | None = None
    metrics: Metrics | None = None
    training: Training | None = None


class LineageAnswer(Answer):
    """Where a model comes from and what came of it."""

    ancestors: list[ModelAnswer] = Field(description="What it was trained from, what that was trained from, and so on.")
    children: list[ModelAnswer] = Field(description="What was trained from it.")


class DefaultBody(Body):
    """Where a model is to be the default for its task."""

    project_id: IdText | None = Field(default=None, description="The project; null for the whole server.")


class DefaultsAnswer(Answer):
    """The models that are used where nothing else is asked for."""

    defaults: dict[str, ModelAnswer] = Field(description="The model for each task.")


@router.get("/models", summary="List models", response_model=PageAnswer[ModelAnswer], responses=errors(403, 404))
def list_models(
    platform: PlatformDep,
    actor: ActorDep,
    project_id: Annotated[
        IdText | None, Query(description="Only models that can be used in this project: its own and the server's.")
    ] = None,
    task: Annotated[str | None, Query(description="Only models for this task.", max_length=100)] = None,
    engine: Annotated[str | None, Query(description="Only models of this engine.", max_length=100)] = None,
    status: Annotated[ModelStatus | None, Query(description="Only models of this status.")] = None,
    q: Annotated[str, Query(description="Part of the name.", max_length=MAX_NAME)] = "",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> object:
    """List the models that one may see, the latest first."""
    return registry.list_models(
        platform,
        actor,
        project_id=project_id,
        task=task,
        engine=engine,
        status=status,
        q=q,
        cursor=cursor,
        limit=limit,
    )


@router.post(
    "/models",
    summary="Write a model down",
    status_code=201,
    response_model=ModelAnswer,
    responses=errors(403, 404, 409),
)
def create_model(platform: PlatformDep, actor: ActorDep, response: Response, body: NewModel) -> Model:
    """Write a model down as a draft; its files follow. For managers of the project, or administrators."""
    return _made(response, registry.create_model(platform, actor, **body.model_dump()))


@router.post(
    "/models/import",
    summary="Import a model",
    status_code=201,
    response_model=ModelAnswer,
    responses=errors(403, 404, 409, 413),
    openapi_extra=ONE_FILE,
)
async def import_model(
    request: Request, platform: PlatformDep, actor: ActorDep, response: Response, project_id: InProject = None
) -> Model:
    """Take in a model from a file that the export of another server gave (`.earmark-model`)."""
    await run_in_threadpool(model_archive.require_may_import, platform, actor, project_id)
    with new_part(platform) as part:
        name = await receive_one(request, part)
        part.close()
        made = await run_in_threadpool(
            model_archive.import_model, platform, actor, part.path, project_id=project_id, name=name
        )
    return _made(response, made)


@router.get(
    "/models/defaults", summary="See the default models", response_model=DefaultsAnswer, responses=errors(403, 404)
)
def get_defaults(platform: PlatformDep, actor: ActorDep, project_id: InProject = None) -> object:
    """Tell which model is used for each task where nothing else is asked for: the project's, else the server's."""
    return {"defaults": registry.default_models(platform, actor, project_id=project_id)}


@router.delete("/models/defaults", summary="Have no default model", status_code=204, responses=errors(403, 404))
def clear_default(platform: PlatformDep, actor: ActorDep, task: Task, project_id: InProject = None) -> None:
    """Have no default for a task any more, in a project or on the whole server."""
    registry.clear_default(platform, actor, task, project_id=project_id)


@router.get("/models/{model_id}", summary="Read a model", response_model=ModelAnswer, responses=errors(403, 404))
def get_model(platform: PlatformDep, actor: ActorDep, response: Response, model_id: ModelId) -> Model:
    """Read a model."""
    return _shown(response, registry.get_model(platform, actor, model_id))


@router.patch(
    "/models/{model_id}",
    summary="Change a model",
    response_model=ModelAnswer,
    responses=errors(403, 404, 409, 412),
)
def change_model(
    platform: PlatformDep,
    actor: ActorDep,
    response: Response,
    model_id: ModelId,
    body: ModelChange,
    expected: IfMatch,
) -> Model:
    """Change status, notes, labels, figures, or what is known of the training."""
    return _shown(response, registry.change_model(platform, actor, model_id, expected=expected, **body.model_dump()))


@router.delete("/models/{model_id}", summary="Delete a model", status_code=204, responses=errors(403, 404, 409, 412))
def delete_model(platform: PlatformDep, actor: ActorDep, model_id: ModelId, expected: IfMatch) -> None:
    """Delete a model with its files. One that annotations, other models or defaults refer to stays: retire it."""
    registry.delete_model(platform, actor, model_id, expected=expected)


@router.get(
    "/models/{model_id}/lineage",
    summary="See where a model comes from",
    response_model=LineageAnswer,
    responses=errors(403, 404),
)
def get_lineage(platform: PlatformDep, actor: ActorDep, model_id: ModelId) -> object:
    """Tell what a model was trained from and what was trained from it, as far as one may see these."""
    return registry.lineage(platform, actor, model_id)


@router.put(
    "/models/{model_id}/default",
    summary="Make a model the default",
    response_model=ModelAnswer,
    responses=errors(403, 404, 409),
)
def set_default(platform: PlatformDep, actor: ActorDep, model_id: ModelId, body: DefaultBody) -> Model:
    """Use a model for its task wherever nothing else is asked for, in a project or on the whole server."""
    return registry.set_default(platform, actor, model_id, project_id=body.project_id)


@router.get(
    "/models/{model_id}/export",
    summary="Export a model",
    response_class=Response,
    responses=_bytes("The model as one file.", "application/zip") | errors(403, 404),
)
def export_model(platform: PlatformDep, actor: ActorDep, model_id: ModelId) -> Response:
    """Give a model with its files as one file (`.earmark-model`), which another server can import."""
    name, blocks = model_archive.export_model(platform, actor, model_id)
    headers = {"Content-Disposition": disposition("attachment", name)}
    return StreamingResponse(blocks, media_type="application/zip", headers=headers)


@router.get(
    "/models/{model_id}/files/{name}",
    summary="Download a file of a model",
    response_class=Response,
    responses=_bytes("The file.", "application/octet-stream") | errors(403, 404, 416),
)
def get_file(request: Request, platform: PlatformDep, actor: ActorDep, model_id: ModelId, name: FileName) -> Response:
    """Give the bytes of a file, whole or in parts (`Range`)."""
    file = model_files.find_file(registry.get_model(platform, actor, model_id), name)
    return respond(
        request,
        size=file.size,
        etag=f'"{file.checksum}"',
        media_type="application/octet-stream",
        read=lambda start, end: platform.files.read(model_files.key_of(model_id, file), start, end),
        headers={"Content-Disposition": disposition("attachment", name), "Cache-Control": "private, no-cache"},
    )


@router.put(
    "/models/{model_id}/files/{name}",
    summary="Upload a file of a model",
    response_model=ModelAnswer,
    responses=errors(403, 404, 409, 413),
    openapi_extra=BINARY,
)
async def put_file(
    request: Request, platform: PlatformDep, actor: ActorDep, response: Response, model_id: ModelId, name: FileName
) -> Model:
    """Add a file to a draft. One that is there already has to be removed first."""
    await run_in_threadpool(model_files.require_draft, platform, actor, model_id, name)
    with new_part(platform) as part:
        await receive(request, part)
        part.close()
        checksum = part.digest.hex()
        model = await run_in_threadpool(
            model_files.add_file, platform, actor, model_id, name, part.path, checksum=checksum
        )
    return _shown(response, model)


@router.delete(
    "/models/{model_id}/files/{name}",
    summary="Remove a file of a model",
    response_model=ModelAnswer,
    responses=errors(403, 404, 409),
)
def remove_file(platform: PlatformDep, actor: ActorDep, response: Response, model_id: ModelId, name: FileName) -> Model:
    """Take a file out of a draft."""
    return _shown(response, model_files.remove_file(platform, actor, model_id, name))


def _made(response: Response, model: Model) -> Model:
    response.headers["Location"] = f"/api/v1/models/{model.id}"
    return _shown(response, model)


def _shown(response: Response, model: Model) -> Model:
    set_etag(response, model.revision)
    return model
