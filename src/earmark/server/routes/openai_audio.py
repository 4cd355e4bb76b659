"""OpenAI's audio API at ``/v1``, for clients that speak it; see docs/openai.md."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from earmark.errors import EarmarkError
from earmark.integrations import openai_answers, openai_models, speaches
from earmark.integrations.openai_answers import Events, as_event
from earmark.integrations.openai_audio import FORMATS, LARGE_FIELDS, NAME, Ask, read_transcription, read_translation
from earmark.integrations.speaches import SpeachesAsk
from earmark.server.api_keys import ProgramDep, program_of
from earmark.server.dependencies import PlatformDep
from earmark.server.problems import problem_of
from earmark.server.schemas import Answer
from earmark.server.sound_forms import sound_form
from earmark.server.transcribing import begin, ended, with_pauses, written
from earmark.server.waiting import pieces_of
from earmark.services import transcriptions

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

    from earmark.core.annotation import Annotation
    from earmark.core.job import Job
    from earmark.core.people import Actor
    from earmark.services.platform import Platform

log = logging.getLogger(__name__)

KEEPALIVE_SECONDS = 10.0
"""Proxies and clients give up on streams on which nothing is said."""
STREAM_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}

audio = APIRouter(tags=["openai"])
"""Without the models, whose address is that of a page of ours at the root."""
router = APIRouter(tags=["openai"])


class ErrorInside(Answer):
    """The inside of an error as OpenAI writes it."""

    message: str = Field(description="What is wrong, and what to do.")
    type: str = Field(description="`invalid_request_error`, `rate_limit_error` or `server_error`.")
    param: str | None = Field(description="The field at fault.")
    code: str | None = Field(description="For programs, such as `model_not_found`.")


class OpenAIError(Answer):
    """An error as OpenAI writes it."""

    error: ErrorInside = Field(description="What went wrong.")


class ServedModelAnswer(Answer):
    """A model that may be asked for."""

    id: str = Field(description="Its name.", examples=["whisper-1"])
    object: str = Field(default="model", description="Always `model`.")
    created: int = Field(description="Seconds since 1970; 0 where nobody knows.")
    owned_by: str = Field(description="Whose it is.")


class ModelsAnswer(Answer):
    """The models that may be asked for."""

    object: str = Field(default="list", description="Always `list`.")
    data: list[ServedModelAnswer] = Field(description="The models.")


class TextAnswer(Answer):
    """A transcript in the format `json`."""

    text: str = Field(description="What was said; empty where nobody spoke.")


def shape(problem: Mapping[str, Any], headers: Mapping[str, str]) -> Response:
    """Write an error as OpenAI does."""
    status, more, content = openai_answers.error_of(problem)
    # ASCII, as problem documents are: a text of the request may hold halves of characters.
    return Response(json.dumps(content), status, media_type="application/json", headers={**headers, **more})


def _errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    words = {
        400: "A value makes no sense, or this is no recording",
        401: "No key, or a wrong one",
        403: "The token has not the scope `transcribe`",
        404: "There is no such model",
        408: "The request did not arrive",
        413: "Too large",
        415: "The body is no form",
        429: "Too much work waits: try again after `Retry-After`",
        500: "Something went wrong in the server",
        503: "Database or files do not answer: try again after `Retry-After`",
    }
    return {status: {"description": words[status], "model": OpenAIError} for status in statuses}


_OWN_ERRORS = {"x-errors": "openai"}
_UPLOAD_ERRORS = _errors(400, 401, 403, 404, 408, 413, 415, 429, 500, 503)


def _form(formats: tuple[str, ...], **more: dict[str, Any]) -> dict[str, Any]:
    fields = {
        "file": {"type": "string", "format": "binary", "description": "The recording, with its name."},
        "model": {"type": "string", "description": "A model by name, `whisper-1` for the default; see `/v1/models`."},
        "response_format": {"type": "string", "enum": list(formats), "description": "How the answer is written."},
        "prompt": {"type": "string", "description": "Text that the recording could follow."},
        "temperature": {"type": "number", "minimum": 0, "maximum": 1, "description": "0 leaves it to the engine."},
        "hotwords": {"type": "string", "description": "Words that are likely to occur. Not in OpenAI's API."},
    }
    schema = {"type": "object", "required": ["file", "model"], "properties": fields | more}
    return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}} | _OWN_ERRORS


def _words(kind: str, description: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "description": description, **more}


_SAMPLES = {
    "known_speaker_names[]": _words("array", "People who may speak.", items={"type": "string"}),
    "known_speaker_references[]": _words(
        "array", "A sample of the voice of each as a data URL, 2 to 10 s.", items={"type": "string"}
    ),
}
_TRANSCRIPTION = _form(
    FORMATS,
    language=_words("string", "Spoken language by code or English name; found out where it is not given."),
    stream=_words("boolean", "Tell the text as it comes, as server-sent events."),
    **{
        "timestamp_granularities[]": _words(
            "array", "What `verbose_json` holds.", items={"type": "string", "enum": ["word", "segment"]}
        ),
        "include[]": _words("array", "Tell probabilities of words.", items={"type": "string", "enum": ["logprobs"]}),
    },
    **_SAMPLES,
    diarize=_words("boolean", "Tell speakers apart. Not in OpenAI's API."),
    min_speakers=_words("integer", "How many speakers there are at least. Not in OpenAI's API."),
    max_speakers=_words("integer", "How many speakers there are at most. Not in OpenAI's API."),
    multilingual=_words("boolean", "Whether the language may change. Not in OpenAI's API."),
)
_OK: dict[int | str, dict[str, Any]] = {
    200: {
        "model": TextAnswer,
        "description": "The transcript, in the format that was asked for.",
        "content": {
            "text/plain": {"schema": {"type": "string"}},
            "text/vtt": {"schema": {"type": "string"}},
            "text/event-stream": {"schema": {"type": "string"}},
        },
    }
}


@audio.post(
    "/audio/transcriptions",
    summary="Write down a recording (OpenAI)",
    response_class=Response,
    responses=_OK | _UPLOAD_ERRORS,
    openapi_extra=_TRANSCRIPTION,
)
async def openai_transcription(request: Request, platform: PlatformDep, actor: ProgramDep) -> Response:
    """Answer as OpenAI's `audio/transcriptions` does: a form with `file`, `model` and options, in any order.

    The request waits until the work is done, and cancels it when the client goes away.
    """
    return await _answer(request, platform, actor, read_transcription)


@audio.post(
    "/audio/translations",
    summary="Translate a recording into English (OpenAI)",
    response_class=Response,
    responses=_OK | _UPLOAD_ERRORS,
    openapi_extra=_form(FORMATS[:-1]),
)
async def openai_translation(request: Request, platform: PlatformDep, actor: ProgramDep) -> Response:
    """Answer as OpenAI's `audio/translations` does; the engine has to be Whisper, with weights of all languages."""
    return await _answer(request, platform, actor, read_translation)


async def _answer(request: Request, platform: Platform, actor: Actor, read: Callable[..., Ask]) -> Response:
    async with sound_form(request, field="file", large=LARGE_FIELDS) as form:
        ask = await run_in_threadpool(read, platform, form.fields)
        job = await begin(request, actor, ask.wanted, form, integration=NAME, samples=ask.samples)
    if ask.stream:
        events = _events(request, platform, actor, job, ask)
        return StreamingResponse(events, media_type="text/event-stream", headers=STREAM_HEADERS)
    done = await ended(request, actor, job)
    annotation = await run_in_threadpool(written, platform, done)
    body, kind = await run_in_threadpool(openai_answers.answer, ask, annotation)
    return Response(body.encode(errors="replace"), headers={"Content-Type": kind})


async def _events(request: Request, platform: Platform, actor: Actor, job: Job, ask: Ask) -> AsyncIterator[bytes]:
    events = Events(ask)
    async for piece in with_pauses(pieces_of(request, actor, job), KEEPALIVE_SECONDS):
        if piece is None:
            yield b": still at work\n\n"
            continue
        for event in events.of(piece.segments):
            yield as_event(event)
    try:
        done = await run_in_threadpool(transcriptions.get, platform, actor, job.id)
        annotation = await run_in_threadpool(written, platform, done)
    except EarmarkError as error:
        # The status went out long ago: the error is the last event.
        _, _, content = openai_answers.error_of(problem_of(request, error))
        yield as_event(content)
        return
    for event in events.end(annotation):
        yield as_event(event)
    yield as_event(openai_answers.DONE)


@audio.post(
    "/audio/diarization",
    summary="Tell who speaks when (speaches)",
    response_class=Response,
    responses=_OK | _UPLOAD_ERRORS,
    openapi_extra=_form(
        ("json", "rttm"),
        min_speakers=_words("integer", "How many speakers there are at least."),
        max_speakers=_words("integer", "How many speakers there are at most."),
        **_SAMPLES,
    ),
)
async def speaches_diarization(request: Request, platform: PlatformDep, actor: ProgramDep) -> Response:
    """Answer as speaches does: `duration` and `segments`, or RTTM; nothing is written down."""
    return await _speaches(request, platform, actor, speaches.read_diarization, speaches.diarization)


@audio.post(
    "/audio/speech/timestamps",
    summary="Tell when anybody speaks (speaches)",
    response_class=Response,
    responses=_OK | _UPLOAD_ERRORS,
    openapi_extra=_form(("json",)),
)
async def speaches_timestamps(request: Request, platform: PlatformDep, actor: ProgramDep) -> Response:
    """Answer as speaches does: begin and end of each stretch of speech in milliseconds."""
    return await _speaches(request, platform, actor, speaches.read_timestamps, speaches.timestamps)


async def _speaches(
    request: Request,
    platform: Platform,
    actor: Actor,
    read: Callable[[Platform, list[tuple[str, str]]], SpeachesAsk],
    write: Callable[[SpeachesAsk, Annotation], tuple[str, str]],
) -> Response:
    async with sound_form(request, field="file", large=LARGE_FIELDS) as form:
        ask = await run_in_threadpool(read, platform, form.fields)
        job = await begin(request, actor, ask.wanted, form, integration=NAME, samples=ask.samples)
    done = await ended(request, actor, job)
    annotation = await run_in_threadpool(transcriptions.result_of, platform, done)
    body, kind = await run_in_threadpool(write, ask, annotation)
    return Response(body.encode(errors="replace"), headers={"Content-Type": kind})


@router.get(
    "/models",
    summary="List models (OpenAI)",
    response_model=ModelsAnswer,
    dependencies=[Depends(program_of)],
    responses=_errors(401, 403, 500, 503),
    openapi_extra=_OWN_ERRORS,
)
def openai_models_list(platform: PlatformDep) -> object:
    """List OpenAI's names, models of the registry, and weights on this machine."""
    return {"object": "list", "data": [_model(one) for one in openai_models.models_of(platform)]}


@router.get(
    "/models/{model_id:path}",
    summary="Find a model (OpenAI)",
    response_model=ServedModelAnswer,
    dependencies=[Depends(program_of)],
    responses=_errors(400, 401, 403, 404, 500, 503),
    openapi_extra=_OWN_ERRORS,
)
def openai_model(
    platform: PlatformDep,
    model_id: Annotated[str, Path(description="Its name, which may hold slashes.", max_length=1000)],
) -> object:
    """Find a model by any name that requests may give."""
    return _model(openai_models.model_of(platform, model_id))


def _model(found: openai_models.Listed) -> dict[str, Any]:
    content = asdict(found)
    return {"id": content["id"], "object": "model", "created": content["created"], "owned_by": content["owner"]}


router.include_router(audio)
