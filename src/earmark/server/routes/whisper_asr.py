"""The API of whisper-asr-webservice, for clients that speak it, such as Bazarr; see docs/openai.md."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from earmark.integrations import whisper_asr
from earmark.integrations.whisper_asr import NAME, read_asr, read_detection
from earmark.server.api_keys import ProgramDep
from earmark.server.dependencies import PlatformDep
from earmark.server.problems import errors
from earmark.server.schemas import Answer
from earmark.server.sound_forms import BYTES_OF_SECOND, sound_form
from earmark.server.transcribing import begin, ended, written
from earmark.services.spoken_language import SECONDS

router = APIRouter(tags=["whisper-asr"])


class DetectedLanguage(Answer):
    """The language that a recording begins in."""

    detected_language: str = Field(description="Its English name.", examples=["english"])
    language_code: str = Field(description="Its code.", examples=["en"])
    confidence: float = Field(description="Probability, 0 to 1.", examples=[0.98])


def _query(name: str, description: str, **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}


_FILE = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["audio_file"],
                "properties": {
                    "audio_file": {"type": "string", "format": "binary", "description": "The recording, with its name."}
                },
            }
        }
    },
}
_ENCODE = _query(
    "encode",
    "false: the file is bare samples, 16 bits, little-endian, mono, 16 kHz, as Bazarr sends them.",
    type="boolean",
    default=True,
)
_OPTIONS = [
    _ENCODE,
    _query("task", "What to do.", type="string", enum=list(whisper_asr.TASKS), default="transcribe"),
    _query("language", "Spoken language by code or English name.", type="string", maxLength=60),
    _query("initial_prompt", "Text that the recording could follow.", type="string", maxLength=4000),
    _query("vad_filter", "Changes nothing: speech is always looked for first.", type="boolean", default=False),
    _query("word_timestamps", "Whether JSON holds words with their times.", type="boolean", default=False),
    _query("diarize", "Tell speakers apart.", type="boolean", default=False),
    _query("min_speakers", "How many speakers there are at least.", type="integer", minimum=1, maximum=100),
    _query("max_speakers", "How many speakers there are at most.", type="integer", minimum=1, maximum=100),
    _query("output", "How the answer is written.", type="string", enum=list(whisper_asr.OUTPUTS), default="txt"),
]
_ERRORS = errors(404, 408, 409, 413, 415, 429, 504)


@router.post(
    "/asr",
    summary="Write down a recording (whisper-asr-webservice)",
    response_class=Response,
    responses={
        200: {"description": "The transcript.", "content": {"text/plain": {"schema": {"type": "string"}}}},
        **_ERRORS,
    },
    openapi_extra={"requestBody": _FILE, "parameters": _OPTIONS},
)
async def asr(request: Request, platform: PlatformDep, actor: ProgramDep) -> Response:
    """Answer as whisper-asr-webservice does: options in the query, the recording in a form.

    The request waits until the work is done, and cancels it when the client goes away.
    """
    ask = await run_in_threadpool(read_asr, platform, request.query_params.multi_items())
    async with sound_form(request, field="audio_file", raw=ask.raw) as form:
        job = await begin(request, actor, ask.wanted, form, integration=NAME)
    done = await ended(request, actor, job)
    annotation = await run_in_threadpool(written, platform, done)
    body = await run_in_threadpool(whisper_asr.answer, ask, annotation)
    headers = whisper_asr.headers(ask, form.name)
    return Response(body.encode(errors="replace"), media_type="text/plain", headers=headers)


@router.post(
    "/detect-language",
    summary="Tell which language is spoken (whisper-asr-webservice)",
    response_model=DetectedLanguage,
    responses=_ERRORS,
    openapi_extra={"requestBody": _FILE, "parameters": [_ENCODE]},
)
async def detect_language(request: Request, platform: PlatformDep, actor: ProgramDep) -> object:
    """Listen to the first 30 s, as whisper-asr-webservice does; the engine has to be Whisper."""
    ask = await run_in_threadpool(read_detection, platform, request.query_params.multi_items())
    # Bazarr sends the sound of the whole film.
    most = int(SECONDS * BYTES_OF_SECOND) if ask.raw else None
    async with sound_form(request, field="audio_file", raw=ask.raw, most=most) as form:
        job = await begin(request, actor, ask.wanted, form, integration=NAME)
    done = await ended(request, actor, job)
    return whisper_asr.detected(done.result or {})
