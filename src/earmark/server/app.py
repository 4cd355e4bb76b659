"""The HTTP application, put together from its routes."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from earmark import __version__
from earmark.server import metrics, openapi, problems, web, wire
from earmark.server.bodies import JsonBodies
from earmark.server.compression import Compression
from earmark.server.context import RequestContext
from earmark.server.events import Hub
from earmark.server.guard import Guard
from earmark.server.idempotency import HEADER, REPLAYED, Idempotency
from earmark.server.live import LiveSessions
from earmark.server.metrics import Metrics
from earmark.server.routes import (
    accepting,
    audit,
    comparisons,
    events,
    exports,
    finding,
    jobs,
    live,
    model_registry,
    overview,
    projects,
    recordings,
    review,
    schedules,
    seeing,
    session,
    system,
    tokens,
    uploads,
    users,
    voices,
    webhooks,
)
from earmark.server.routes import annotations as annotating
from earmark.server.waiting import Waiting

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from earmark.services.platform import Platform

PREFIX = "/api/v1"
ROUTERS = (
    session.router,
    users.router,
    tokens.router,
    projects.router,
    recordings.router,
    uploads.router,
    seeing.router,
    annotating.router,
    review.router,
    accepting.router,
    voices.router,
    finding.router,
    comparisons.router,
    exports.router,
    jobs.router,
    schedules.router,
    events.router,
    audit.router,
    model_registry.router,
    webhooks.router,
    overview.router,
    live.router,
)
"""What answers below ``/api/v1``."""
EXPOSED = (
    "ETag",
    "Location",
    "Retry-After",
    "X-Request-ID",
    REPLAYED,
    "Content-Range",
    "Accept-Ranges",
    *uploads.HEADERS,
)
"""Headers that scripts of other sites may read, where settings let them in at all."""


def create_app(platform: Platform, *, open_access: bool = False, integration: str | None = None) -> FastAPI:
    """Make the application of one server.

    Parameters
    ----------
    platform : Platform
        What it works with.
    open_access : bool
        Whoever asks from this machine needs no account; see `services/first_start.py`.
    integration : str, optional
        The one of `wire.INTEGRATIONS` that answers at the root too.

    Raises
    ------
    InvalidSettings
        There is no such integration.
    """
    app = FastAPI(
        title="Earmark",
        version=__version__,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
        # Names of operations in generated clients: those of our functions.
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.platform = platform
    app.state.open_access = open_access
    app.state.hub = hub = Hub(platform.database)
    app.state.waiting = Waiting(platform.database)
    app.state.live = sessions = LiveSessions(platform)
    app.state.metrics = Metrics(platform, streams=lambda: hub.watching, live=lambda: sessions.open)
    problems.install(app)
    for router in ROUTERS:
        app.include_router(router, prefix=PREFIX)
    wire.include(app, integration)
    app.include_router(system.router)
    app.include_router(metrics.router)
    app.include_router(system.pages)
    app.include_router(web.router)
    app.openapi = lambda: openapi.build(app)  # type: ignore[method-assign]
    _add_layers(app, platform, open_access=open_access)
    return app


def _add_layers(app: FastAPI, platform: Platform, *, open_access: bool) -> None:
    """Put the layers around the routes, the innermost first."""
    app.add_middleware(Idempotency, platform=platform)
    app.add_middleware(JsonBodies)
    app.add_middleware(Guard, platform=platform, open_access=open_access)
    app.add_middleware(Compression)
    if platform.settings.cors_origins:
        app.add_middleware(CORSMiddleware, **_cors(platform.settings.cors_origins))
    app.add_middleware(RequestContext, platform=platform, observe=app.state.metrics.observe)


def _cors(origins: tuple[str, ...]) -> dict[str, Any]:
    return {
        "allow_origins": [origin.rstrip("/") for origin in origins],
        "allow_methods": ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
        "allow_headers": [
            "Authorization",
            "Content-Type",
            "If-Match",
            "Last-Event-ID",
            "Range",
            "X-API-Key",
            HEADER,
            *uploads.HEADERS,
        ],
        "allow_credentials": True,
        "expose_headers": list(EXPOSED),
    }


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    yield
    app.state.waiting.close()
    app.state.hub.close()
