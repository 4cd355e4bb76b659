"""``/health`` for those who watch the server, and the pages that the server makes itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import Field

from earmark import __version__
from earmark.errors import EarmarkError
from earmark.server import reference
from earmark.server.dependencies import PlatformDep
from earmark.server.schemas import Answer

router = APIRouter(tags=["system"])
pages = APIRouter(include_in_schema=False)


class PartHealth(Answer):
    """One part that the server works with."""

    name: str = Field(description="The part.", examples=["database"])
    state: Literal["ok", "failed"] = Field(description="Whether it answers.")


class Health(Answer):
    """Whether the server can do its work."""

    state: Literal["ok", "failed"] = Field(description="failed if one part is.")
    version: str = Field(description="Version of Earmark.", examples=[__version__])
    parts: list[PartHealth] = Field(description="What the server works with.")


class Live(Answer):
    """That the process is there."""

    state: Literal["ok"] = Field(description="Always ok: else there would be no answer.")


_FAILED: dict[int | str, dict[str, Any]] = {503: {"model": Health, "description": "A part does not answer."}}


@router.get("/health/live", summary="Is the process there?", response_model=Live, openapi_extra={"security": []})
async def live() -> Live:
    """Answer at once and look at nothing: a process that does not answer should be started again."""
    return Live(state="ok")


@router.get(
    "/health/ready",
    summary="Can it do its work?",
    response_model=Health,
    responses=_FAILED,
    openapi_extra={"security": []},
)
def ready(platform: PlatformDep) -> Response:
    """Ask database and files; a server that is not ready should get no requests for now.

    It does not say why a part failed, since it answers everybody: `earmark doctor` and the log do.
    """
    checks: tuple[tuple[str, Callable[[], None]], ...] = (
        ("database", platform.database.check),
        ("files", platform.files.check),
    )
    parts = [PartHealth(name=name, state="ok" if _works(check) else "failed") for name, check in checks]
    good = all(part.state == "ok" for part in parts)
    health = Health(state="ok" if good else "failed", version=__version__, parts=parts)
    return JSONResponse(health.model_dump(), status_code=200 if good else 503)


@router.get(
    "/health", summary="Can it do its work?", response_model=Health, responses=_FAILED, openapi_extra={"security": []}
)
def health(platform: PlatformDep) -> Response:
    """Answer like `/health/ready`."""
    return ready(platform)


def _works(check: Callable[[], None]) -> bool:
    try:
        check()
    except EarmarkError:
        return False
    return True


# The first time the document is put together, which takes half a second: not in the thread that serves all others.
@pages.get("/api/v1/openapi.json")
def openapi_document(request: Request) -> JSONResponse:
    """Give the OpenAPI document."""
    return JSONResponse(request.app.openapi())


@pages.get("/docs")
@pages.get("/api/v1/docs")
def api_reference(request: Request) -> HTMLResponse:
    """Show the reference of the API."""
    return HTMLResponse(reference.of(request.app.openapi()))


@pages.get("/docs/errors")
async def error_reference() -> HTMLResponse:
    """Explain the codes of errors."""
    return HTMLResponse(reference.of_errors())
