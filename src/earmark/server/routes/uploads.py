"""``/uploads``: large files in pieces that may be days apart, by the tus protocol 1.0.0 (https://tus.io/protocols).

With the extensions creation, creation-with-upload, expiration, termination and checksum.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Coroutine
from email.utils import format_datetime
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Header, Path, Request, Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from earmark.core.ids import require_id
from earmark.errors import EarmarkError, InvalidValue
from earmark.server import problems
from earmark.server.dependencies import ActorDep, PlatformDep
from earmark.server.multipart import blocks
from earmark.server.problems import errors
from earmark.server.schemas import IdText
from earmark.services import resumable
from earmark.services.resumable import Receiving

if TYPE_CHECKING:
    from earmark.core.people import Actor
    from earmark.services.platform import Platform
    from earmark.store.uploads import Upload

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,expiration,termination,checksum"
CONTENT_TYPE = "application/offset+octet-stream"
DIGESTS = {"sha1": 20, "sha256": 32}
"""Algorithms of checksums, and the bytes of each."""
RESUMABLE = "Tus-Resumable"
HEADERS = (
    RESUMABLE,
    "Upload-Length",
    "Upload-Offset",
    "Upload-Metadata",
    "Upload-Checksum",
    "Upload-Expires",
    "Earmark-Recording",
)
"""Headers of requests and answers, for pages of other sites that settings let in."""
UploadId = Annotated[IdText, Path(description="Identifier of the upload.")]
Resumable = Annotated[str | None, Header(description="Version of the protocol: 1.0.0.", max_length=20)]
Offset = Annotated[int, Header(description="Byte of the file at which the piece begins.", ge=0, le=2**62)]
Checksum = Annotated[
    str | None,
    Header(description="Algorithm (sha1 or sha256) and digest of the piece in base64.", max_length=100),
]
_BODY = {"requestBody": {"content": {CONTENT_TYPE: {"schema": {"type": "string", "format": "binary"}}}}}


class TusRoute(APIRoute):
    """Says the version of the protocol in every answer, errors included, and wants it in every request."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the handler of a route."""
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                if request.method != "OPTIONS" and request.headers.get(RESUMABLE) != VERSION:
                    why = f"this server speaks tus {VERSION}: say so in the header {RESUMABLE}"
                    raise HTTPException(412, why, headers={"Tus-Version": VERSION, RESUMABLE: VERSION})
                response = await handle(request)
            except EarmarkError as error:
                response = problems.respond(request, error)
            response.headers[RESUMABLE] = VERSION
            return response

        return answer


router = APIRouter(tags=["uploads"], route_class=TusRoute)


@router.options("/uploads", summary="Ask what uploads can do", status_code=204, response_class=Response)
def describe_uploads(platform: PlatformDep, actor: ActorDep) -> Response:  # noqa: ARG001 - for those signed in
    """Say which version and extensions of tus there are, and how large a file may be."""
    return Response(
        status_code=204,
        headers={
            "Tus-Version": VERSION,
            "Tus-Extension": EXTENSIONS,
            "Tus-Max-Size": str(platform.settings.upload_max_bytes),
            "Tus-Checksum-Algorithm": ",".join(DIGESTS),
        },
    )


@router.post(
    "/uploads",
    summary="Begin an upload",
    status_code=201,
    response_class=Response,
    responses=errors(404, 409, 412, 413, 460),
    openapi_extra=_BODY,
)
async def begin_upload(
    request: Request,
    platform: PlatformDep,
    actor: ActorDep,
    tus_resumable: Resumable = None,  # noqa: ARG001 - for the documentation; checked for all routes
    upload_length: Annotated[int | None, Header(description="Bytes of the whole file.", ge=0, le=2**62)] = None,
    upload_metadata: Annotated[
        str,
        Header(
            description="Names and values in base64, with commas between: `filename`, and `project` (its id).",
            max_length=resumable.MAX_METADATA,
            examples=["filename ZGF3bi53YXY=,project MDFrOXpxM201dDd2OHcyeDR5NnowYTFiMmM="],
        ),
    ] = "",
    upload_checksum: Checksum = None,
) -> Response:
    """Begin to upload a file; `Location` of the answer takes its pieces. A first piece may come with this request."""
    if upload_length is None:
        raise InvalidValue("Upload-Length must say how many bytes the whole file has")
    said = parse_metadata(upload_metadata)
    project_id = require_id(said.get("project", ""), what="project in Upload-Metadata")
    name = said.get("filename") or said.get("name") or "recording"
    upload: Upload = await run_in_threadpool(
        resumable.begin, platform, actor, project_id, name=name, size=upload_length, metadata=upload_metadata
    )
    here = 0
    if request.headers.get("content-type", "") == CONTENT_TYPE:
        upload, here = await _receive(request, platform, actor, upload.id, 0, upload_checksum)
    headers = {"Location": f"{request.url.path}/{upload.id}", **_state(upload, here)}
    return Response(status_code=201, headers=headers)


@router.head(
    "/uploads/{upload_id}",
    summary="Ask how far an upload is",
    response_class=Response,
    responses=errors(404, 409, 412),
)
def look_at_upload(
    platform: PlatformDep,
    actor: ActorDep,
    upload_id: UploadId,
    tus_resumable: Resumable = None,  # noqa: ARG001
) -> Response:
    """Say in `Upload-Offset` how many bytes are here; `Earmark-Recording` names what became of a complete upload."""
    upload, here = resumable.look(platform, actor, upload_id)
    headers = {"Upload-Length": str(upload.size), "Cache-Control": "no-store", **_state(upload, here)}
    if upload.metadata:
        headers["Upload-Metadata"] = upload.metadata
    return Response(status_code=200, headers=headers)


@router.patch(
    "/uploads/{upload_id}",
    summary="Send a piece of an upload",
    status_code=204,
    response_class=Response,
    responses=errors(404, 409, 412, 413, 415, 460),
    openapi_extra=_BODY,
)
async def send_piece(
    request: Request,
    platform: PlatformDep,
    actor: ActorDep,
    upload_id: UploadId,
    upload_offset: Offset,
    tus_resumable: Resumable = None,  # noqa: ARG001
    upload_checksum: Checksum = None,
) -> Response:
    """Add bytes at the offset that is due. With the last ones the upload becomes a recording: `Earmark-Recording`."""
    if request.headers.get("content-type", "") != CONTENT_TYPE:
        raise HTTPException(415, f"pieces are sent as {CONTENT_TYPE}")
    upload, here = await _receive(request, platform, actor, upload_id, upload_offset, upload_checksum)
    return Response(status_code=204, headers=_state(upload, here))


@router.delete(
    "/uploads/{upload_id}",
    summary="Give an upload up",
    status_code=204,
    responses=errors(404, 409, 412),
)
def end_upload(
    platform: PlatformDep,
    actor: ActorDep,
    upload_id: UploadId,
    tus_resumable: Resumable = None,  # noqa: ARG001
) -> None:
    """Delete what came of an upload. A recording that it became already stays."""
    resumable.terminate(platform, actor, upload_id)


@router.post("/uploads/{upload_id}", include_in_schema=False)
async def override_method(
    request: Request,
    platform: PlatformDep,
    actor: ActorDep,
    upload_id: UploadId,
    x_http_method_override: Annotated[str, Header(max_length=10)],
    upload_offset: Offset = 0,
    upload_checksum: Checksum = None,
) -> Response:
    """Do what the protocol wants for clients that can send no PATCH or DELETE."""
    if x_http_method_override.upper() == "PATCH":
        return await send_piece(
            request, platform, actor, upload_id, upload_offset=upload_offset, upload_checksum=upload_checksum
        )
    if x_http_method_override.upper() == "DELETE":
        await run_in_threadpool(resumable.terminate, platform, actor, upload_id)
        return Response(status_code=204)
    raise HTTPException(405, "X-HTTP-Method-Override is PATCH or DELETE", headers={"Allow": "HEAD, PATCH, DELETE"})


async def _receive(
    request: Request, platform: Platform, actor: Actor, upload_id: str, offset: int, checksum: str | None
) -> tuple[Upload, int]:
    digest = None if checksum is None else parse_checksum(checksum)
    receiving = await run_in_threadpool(Receiving, platform, actor, upload_id, offset=offset, checksum=digest)
    try:
        async for block in blocks(request):
            await run_in_threadpool(receiving.write, block)
        return await run_in_threadpool(receiving.end)
    finally:
        await run_in_threadpool(receiving.close)


def _state(upload: Upload, here: int) -> dict[str, str]:
    headers = {"Upload-Offset": str(here)}
    if upload.recording_id is not None:
        return headers | {"Earmark-Recording": upload.recording_id}
    return headers | {"Upload-Expires": format_datetime(upload.expires_at, usegmt=True)}


def parse_metadata(header: str) -> dict[str, str]:
    """Read ``Upload-Metadata``; raises `InvalidValue` where it is malformed."""
    found: dict[str, str] = {}
    for pair in header.split(","):
        name, _, value = pair.strip().partition(" ")
        try:
            text = base64.b64decode(value.strip(), validate=True).decode()
        except (binascii.Error, ValueError):
            text = None
        if text is None or name in found:
            raise InvalidValue("Upload-Metadata is made of names and values in base64 (UTF-8), with commas between")
        if name:
            found[name] = text
    return found


def parse_checksum(header: str) -> tuple[str, bytes]:
    """Read ``Upload-Checksum``; raises `InvalidValue` where it is malformed or of an unknown algorithm."""
    algorithm, _, value = header.strip().partition(" ")
    try:
        digest = base64.b64decode(value.strip(), validate=True)
    except (binascii.Error, ValueError):
        digest = b""
    if len(digest) != DIGESTS.get(algorithm.lower()):
        raise InvalidValue(f"Upload-Checksum is one of {', '.join(DIGESTS)}, then the digest in base64")
    return algorithm.lower(), digest
