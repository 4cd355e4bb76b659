"""Annotations and projects in and out as files."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from earmark import formats
from earmark.core.review import StoredAnnotation
from earmark.errors import TooLarge
from earmark.server import ranges
from earmark.server.dependencies import ActorDep, PlatformDep
from earmark.server.etags import set_etag
from earmark.server.one_file import ONE_FILE, receive_one
from earmark.server.problems import errors
from earmark.server.ranges import disposition
from earmark.server.routes.annotations import AnnotationAnswer, AnnotationId
from earmark.server.routes.jobs import JobAnswer, JobId, job_answer
from earmark.server.routes.projects import ProjectId
from earmark.server.routes.recordings import RecordingId
from earmark.server.schemas import Answer, Body, IdText
from earmark.services import archive, archive_restore, exchange, exports
from earmark.services.exports import MAX_RECORDINGS, Which
from earmark.services.parts import new_part

router = APIRouter(tags=["exports"])

FormatName = Annotated[str, Field(min_length=1, max_length=40, examples=["textgrid"])]
_BYTES: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}


class FormatAnswer(Answer):
    """An annotation format."""

    name: str = Field(description="What to call it in requests.", examples=["srt"])
    title: str = Field(description="What people call it.", examples=["SubRip subtitles"])
    suffixes: list[str] = Field(description="File endings, the one for writing first.", examples=[[".srt"]])
    reads: bool = Field(description="Whether files of it can be imported.")
    writes: bool = Field(description="Whether files of it can be exported.")
    keeps: list[str] = Field(description="What of a segment it has room for.", examples=[["speaker", "text"]])


class NewExport(Body):
    """What to export."""

    formats: list[FormatName] = Field(
        description="One format or more; each gets a folder of its own.", min_length=1, max_length=20
    )
    which: Which = Field(
        default=Which.BEST,
        description="best: of each recording one annotation, of people the latest that was reviewed, else submitted, "
        "else a draft, else from a file, else a model's; all: every one.",
    )
    recording_ids: list[IdText] = Field(
        default=[], description="Only these recordings; all of the project by default.", max_length=MAX_RECORDINGS
    )


class _Memory:
    """Takes a small file."""

    def __init__(self, room: int) -> None:
        self.data, self._room = bytearray(), room

    def write(self, data: bytes) -> None:
        """Take some bytes."""
        self.data += data
        if len(self.data) > self._room:
            raise TooLarge(f"an annotation file has at most {self._room} bytes.")


@router.get("/formats", summary="List annotation formats", response_model=list[FormatAnswer])
def list_formats(_actor: ActorDep) -> object:
    """List the formats in which annotations come in and go out."""
    return [
        {
            "name": known.name,
            "title": known.title,
            "suffixes": known.suffixes,
            "reads": known.reads,
            "writes": known.writes and known.installed,
            "keeps": sorted(known.keeps),
        }
        for known in formats.FORMATS
    ]


@router.post(
    "/recordings/{recording_id}/annotations/import",
    summary="Import an annotation file",
    status_code=201,
    response_model=AnnotationAnswer,
    responses=errors(403, 404, 409, 413),
    openapi_extra=ONE_FILE,
)
async def import_annotation(
    request: Request,
    response: Response,
    platform: PlatformDep,
    actor: ActorDep,
    recording_id: RecordingId,
    format: Annotated[  # noqa: A002 - what it is called on the wire
        FormatName | None, Query(description="Format of the file, where its ending does not tell.")
    ] = None,
    mine: Annotated[  # noqa: FBT002
        bool, Query(description="It is your own work, to go on with; else it stays as it is and can be copied.")
    ] = False,
) -> StoredAnnotation:
    """Add an annotation to a recording from a file of any format that can be read (see `/formats`)."""
    sink = _Memory(exchange.MAX_FILE)
    name = await receive_one(request, sink)
    made = await run_in_threadpool(
        exchange.import_annotation,
        platform,
        actor,
        recording_id,
        bytes(sink.data),
        file_name=name,
        format_name=format,
        mine=mine,
    )
    response.headers["Location"] = f"/api/v1/annotations/{made.id}"
    set_etag(response, made.revision)
    return made


@router.get(
    "/annotations/{annotation_id}/export",
    summary="Export an annotation",
    response_class=Response,
    responses={200: {"description": "The file", "content": {"*/*": _BYTES}}, **errors(404)},
)
def export_annotation(
    platform: PlatformDep,
    actor: ActorDep,
    annotation_id: AnnotationId,
    format: Annotated[FormatName, Query(description="Format to write.")],  # noqa: A002
    revision: Annotated[int | None, Query(description="An earlier revision.", ge=1, le=2**31 - 1)] = None,
) -> Response:
    """Give an annotation as a file. The header `X-Earmark-Losses` says what the format has no place for.

    In CSV and TSV a cell that a spreadsheet would run as a formula has an apostrophe before it; importing the file here
    takes it away again.
    """
    file = exchange.export_annotation(platform, actor, annotation_id, format_name=format, revision=revision)
    headers = {"Content-Disposition": disposition("attachment", file.name), "Cache-Control": "private, no-cache"}
    if file.losses:
        headers["X-Earmark-Losses"] = quote("; ".join(file.losses), safe=" ;:,()")
    return Response(file.data, media_type=file.media_type, headers=headers)


@router.post(
    "/projects/{project_id}/exports",
    summary="Export a project",
    status_code=202,
    response_model=JobAnswer,
    responses=errors(404),
)
def export_project(platform: PlatformDep, actor: ActorDep, project_id: ProjectId, body: NewExport) -> object:
    """Have a job write the annotations of a project, or of some recordings, into a ZIP.

    When the job is done, fetch the ZIP from `/jobs/{job_id}/result` within a week. Its `manifest.csv` says which file
    is what.
    """
    job = exports.queue_export(
        platform,
        actor,
        project_id,
        format_names=body.formats,
        which=body.which,
        recording_ids=body.recording_ids,
    )
    return job_answer(platform, job)


@router.post(
    "/projects/{project_id}/archive",
    summary="Archive a project",
    status_code=202,
    response_model=JobAnswer,
    responses=errors(403, 404),
)
def archive_project(platform: PlatformDep, actor: ActorDep, project_id: ProjectId) -> object:
    """Have a job write a whole project into one file: recordings with media, annotations with history, models.

    When the job is done, fetch it from `/jobs/{job_id}/result`; `/projects/import-archive` of this server or another
    takes it in. For managers of the project.
    """
    return job_answer(platform, archive.queue_archive(platform, actor, project_id))


@router.post(
    "/projects/import-archive",
    summary="Restore an archived project",
    status_code=202,
    response_model=JobAnswer,
    responses=errors(403, 413),
    openapi_extra=ONE_FILE,
)
async def import_archive(request: Request, platform: PlatformDep, actor: ActorDep) -> object:
    """Take in an archive of a project; a job makes a new project of it, all of it or nothing.

    The `result` of the job names the project. People are known again by their logins.
    """
    archive_restore.require_may_restore(actor)
    with new_part(platform) as part:
        name = await receive_one(request, part)
        received = await run_in_threadpool(part.complete, name)
        job = await run_in_threadpool(archive_restore.queue_restore, platform, actor, received, name=name)
    return job_answer(platform, job)


@router.head("/jobs/{job_id}/result", include_in_schema=False)
@router.get(
    "/jobs/{job_id}/result",
    summary="Fetch what a job made",
    response_class=Response,
    responses={
        200: {"description": "The file", "content": {"application/zip": _BYTES}},
        206: {"description": "The part of it that `Range` asks for", "content": {"application/zip": _BYTES}},
        304: {"description": "You have it already"},
        **errors(404, 409, 416),
    },
)
def get_result(request: Request, platform: PlatformDep, actor: ActorDep, job_id: JobId) -> Response:
    """Give the file that an export or archive job made, whole or in parts (`Range`)."""
    name, facts = exports.result_of(platform, actor, job_id)
    return ranges.respond(
        request,
        size=facts.size,
        etag=f'"{facts.size:x}-{facts.modified.timestamp():.0f}"',
        media_type="application/zip",
        read=lambda start, end: platform.files.read(facts.key, start, end),
        headers={"Content-Disposition": disposition("attachment", name), "Cache-Control": "private, no-cache"},
    )
