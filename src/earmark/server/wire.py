"""The interfaces of other programs: where each answers, and in which shape it tells errors.

All of them answer at their own place always; the one that `earmark serve --integration` names answers at the root too,
for clients that know a host and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter

from earmark.errors import InvalidSettings
from earmark.integrations import openai_audio as openai
from earmark.integrations import runpod as runpod_jobs
from earmark.integrations import whisper_asr as asr
from earmark.server.routes import openai_audio, runpod, whisper_asr
from earmark.server.web import PAGES

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.responses import Response
    from starlette.types import Scope

    from earmark.services.callbacks import Telling

Shape = Callable[[Mapping[str, Any], Mapping[str, str]], "Response"]
"""Writes an error: gets the content of a problem document, and headers."""
OURS = frozenset({"", "api", "docs", "assets", "metrics", "asr", "detect-language", *PAGES})
"""First parts of addresses that stay what they are when an integration answers at the root."""


def _nothing(_path: str) -> bool:
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Integration:
    """The interface of another program.

    Attributes
    ----------
    router : APIRouter
        Its routes, from the root.
    prefix : str
        Where they answer always; empty for the root.
    at_root : APIRouter or None
        What of it answers at the root where it is the one that does; None for all of it.
    shape : callable or None
        How it tells errors; None leaves them problem documents.
    takes_body : callable
        Whether a path reads a JSON body by itself, in pieces; else it is read whole before.
    telling : callable or None
        What callbacks are told when a job has ended.
    """

    router: APIRouter
    prefix: str
    at_root: APIRouter | None = None
    shape: Shape | None = None
    takes_body: Callable[[str], bool] = _nothing
    telling: Telling | None = None


INTEGRATIONS: Mapping[str, Integration] = MappingProxyType(
    {
        runpod_jobs.NAME: Integration(
            router=runpod.router,
            prefix="/runpod",
            shape=runpod.shape,
            takes_body=runpod.takes_body,
            telling=runpod_jobs.body_of,
        ),
        openai.NAME: Integration(
            router=openai_audio.router, prefix="/v1", at_root=openai_audio.audio, shape=openai_audio.shape
        ),
        asr.NAME: Integration(router=whisper_asr.router, prefix=""),
    }
)
"""Every integration with an interface of its own."""


def tellings() -> dict[str, Telling]:
    """What the clients of each integration are told when their jobs have ended."""
    return {name: one.telling for name, one in INTEGRATIONS.items() if one.telling is not None}


def require_integration(name: str | None) -> None:
    """Raise ``InvalidSettings`` where there is no integration of that name."""
    if name is not None and name not in INTEGRATIONS:
        raise InvalidSettings(f"there is no integration {name!r}: choose one of {', '.join(INTEGRATIONS)}")


def include(app: FastAPI, at_root: str | None) -> None:
    """Add the routes of all integrations to an application, before those that they may hide at the root."""
    require_integration(at_root)
    app.state.at_root = at_root
    for one in INTEGRATIONS.values():
        app.include_router(one.router, prefix=one.prefix)
    if at_root is not None and INTEGRATIONS[at_root].prefix:
        app.include_router(INTEGRATIONS[at_root].at_root or INTEGRATIONS[at_root].router, include_in_schema=False)


def integration_of(scope: Scope) -> Integration | None:
    """The integration to which a request belongs; None for our own interface and pages."""
    path = str(scope["path"])
    for one in INTEGRATIONS.values():
        if one.prefix and (path == one.prefix or path.startswith(f"{one.prefix}/")):
            return one
    state: Any = getattr(scope.get("app"), "state", None)
    at_root = getattr(state, "at_root", None)
    return None if at_root is None or path.split("/")[1] in OURS else INTEGRATIONS[at_root]


def takes_body(scope: Scope) -> bool:
    """Whether a request goes to who reads JSON bodies by itself."""
    one = integration_of(scope)
    return one is not None and one.takes_body(str(scope["path"]))
