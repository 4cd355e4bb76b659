"""The interfaces of other programs: where each answers, and in which words it tells errors.

All of them answer at their own place always; the one that `earmark serve --integration` names answers at the root too,
for clients that know a host and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from fastapi import APIRouter

from earmark.errors import InvalidSettings
from earmark.integrations import runpod as runpod_jobs
from earmark.server.dialects import Dialect
from earmark.server.routes import openai_audio, runpod, whisper_asr
from earmark.server.web import PAGES

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.types import Scope

    from earmark.services.callbacks import Telling

OURS = frozenset({"", "api", "docs", "assets", "metrics", "v1", "asr", "detect-language", *PAGES})
"""First parts of addresses that stay what they are when an integration answers at the root."""


def _nothing(_path: str) -> bool:
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Integration:
    """The interface of another program.

    Attributes
    ----------
    router : APIRouter
        Its routes.
    prefix : str
        Where they answer always; empty for those whose addresses are nobody else's.
    dialect : Dialect or None
        How it tells errors there; None leaves them problem documents.
    takes_body : callable
        Whether a path reads a JSON body by itself, in pieces; else it is read whole before.
    telling : callable or None
        What callbacks are told when a job has ended.
    """

    router: APIRouter
    prefix: str = ""
    dialect: Dialect | None = None
    takes_body: Callable[[str], bool] = _nothing
    telling: Telling | None = None


INTEGRATIONS: Mapping[str, Integration] = MappingProxyType(
    {
        runpod_jobs.NAME: Integration(
            router=runpod.router,
            prefix="/runpod",
            dialect=Dialect(prefix="/runpod/", write=runpod_jobs.problem_of),
            takes_body=runpod.takes_body,
            telling=runpod_jobs.body_of,
        ),
        "openai": Integration(router=openai_audio.router, dialect=openai_audio.DIALECT),
        "asr": Integration(router=whisper_asr.router),
    }
)
"""Every integration with an interface of its own, by the name that ``earmark serve --integration`` takes."""


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
        app.include_router(INTEGRATIONS[at_root].router)


def dialects(at_root: str | None) -> tuple[Dialect, ...]:
    """In which words errors are told, and where."""
    spoken = [one.dialect for one in INTEGRATIONS.values() if one.dialect is not None]
    chosen = None if at_root is None else INTEGRATIONS[at_root]
    if chosen is not None and chosen.dialect is not None and chosen.prefix:
        spoken.append(replace(chosen.dialect, prefix="/", without=OURS))
    return tuple(spoken)


def takes_body(scope: Scope) -> bool:
    """Whether a request goes to who reads JSON bodies by itself."""
    path, at_root = str(scope["path"]), getattr(scope["app"].state, "at_root", None)
    return any(
        one.takes_body(path)
        for name, one in INTEGRATIONS.items()
        if path.startswith(f"{one.prefix}/") or (name == at_root and path.split("/")[1] not in OURS)
    )
