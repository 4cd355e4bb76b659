"""``/live``: speech becomes text while it is spoken, over a WebSocket; see docs/live.md."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fastapi import APIRouter, WebSocket
from starlette.concurrency import run_in_threadpool

from earmark.audio.incoming import PCM16, check_incoming
from earmark.core.transcription import Wanted
from earmark.errors import EarmarkError, InvalidValue
from earmark.server.identity import recognise
from earmark.server.live import LiveSessions, LiveWanted, end_with_error
from earmark.server.problems import respond
from earmark.services import transcriptions

if TYPE_CHECKING:
    from earmark.services.platform import Platform

router = APIRouter()

PARAMETERS = frozenset({"language", "model", "engine", "format", "rate"})


@router.websocket("/live")
async def live(websocket: WebSocket) -> None:
    """Take sound and give texts.

    Who may not do that is told so by an HTTP answer. What else is wrong is told in a message, since pages learn nothing
    of the answer to a handshake that failed.
    """
    platform: Platform = websocket.app.state.platform
    sessions: LiveSessions = websocket.app.state.live
    try:
        transcriptions.require_may_ask((await run_in_threadpool(recognise, websocket)).actor)
    except EarmarkError as error:
        await respond(websocket, error)(websocket.scope, websocket.receive, websocket.send)
        return
    await websocket.accept()
    try:
        wanted = wanted_of(websocket, platform)
    except EarmarkError as error:
        await end_with_error(websocket, error)
        return
    await sessions.run(websocket, wanted)


def wanted_of(websocket: WebSocket, platform: Platform) -> LiveWanted:
    """Read what a client asks for.

    Raises
    ------
    InvalidValue
        There is no such engine, language, format or sample rate.
    """
    given = {name: value for name, value in websocket.query_params.items() if value}
    if unknown := sorted(given.keys() - PARAMETERS):
        raise InvalidValue(f"there is no parameter {unknown[0][:40]!r}: there are {', '.join(sorted(PARAMETERS))}")
    pipeline = transcriptions.default_pipeline(platform)
    pipeline = replace(
        pipeline,
        engine=given.get("engine", pipeline.engine),
        model=given.get("model"),
        language=given.get("language"),
    )
    pipeline = transcriptions.checked(Wanted(pipeline=pipeline)).pipeline
    kind, rate = given.get("format", PCM16), _whole(given.get("rate", "16000"))
    check_incoming(kind, rate)
    return LiveWanted(pipeline=pipeline, format=kind, rate=rate)


def _whole(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise InvalidValue("the sample rate is a whole number in Hz")
    return int(text)
