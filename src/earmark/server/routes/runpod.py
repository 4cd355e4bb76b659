"""RunPod's interface: jobs that are put into the queue, watched, cancelled and tried again, as its clients know it.

Every route takes GET and POST and answers at three places: as the simulator of the SDK does (``/run``), as the cloud
does (``/v2/{endpoint}/run``), and as the SDK asks a base address for it (``/{endpoint}/run``). The names of endpoints
mean nothing here. See ``docs/runpod.md``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from earmark.core.job import Job, JobState
from earmark.core.people import Actor
from earmark.core.transcription import Asker
from earmark.errors import AddressRefused, Conflict, Forbidden, InvalidValue, NotFound, NotSignedIn, TooLarge
from earmark.integrations import runpod as jobs
from earmark.integrations.runpod_body import Body
from earmark.integrations.runpod_input import FAILED, Asked, read_input
from earmark.server.api_keys import key_of, program_of
from earmark.server.multipart import blocks
from earmark.server.waiting import wait_for
from earmark.services import transcriptions
from earmark.services.origins import url_name
from earmark.services.parts import Part, Received, new_part
from earmark.services.platform import Platform
from earmark.services.transcriptions import PRIORITY, Sound

router = APIRouter(include_in_schema=False)

RUN_BYTES, RUNSYNC_BYTES = 10 * 1024 * 1024, 20 * 1024 * 1024
"""Largest bodies, as in RunPod's cloud."""
WAIT, LEAST_WAIT, LONGEST_WAIT = 90_000, 1_000, 300_000
"""How long ``/runsync`` waits, in milliseconds."""
LOW_PRIORITY = PRIORITY - 5
DAY = 24 * 3600
TIMES = {"executionTimeout": (5, 7 * DAY), "ttl": (10, 7 * DAY)}
"""Least and most seconds that a policy may say."""
NO_S3 = "s3Config is ignored: outputs are in the status, and this server keeps credentials of others nowhere."
NAME = "audio"
"""Name of a recording that came in the body."""
_BEGIN = ("run", "runsync", "realtime")


# Where it answers -----------------------------------------------------------------------------------------------------


def takes_body(path: str) -> bool:
    """Whether a path gets a body that may hold a recording."""
    return path.rpartition("/")[2] in _BEGIN


def shape(content: Mapping[str, Any], headers: Mapping[str, str]) -> Response:
    """Write an error as RunPod does."""
    status, more, body = jobs.problem_of(content)
    return _json(body, status, {**headers, **more})


def _json(content: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return JSONResponse(dict(content), status_code=status, headers=dict(headers or {}))


Answer = Callable[[Request, Platform, Actor], Awaitable[Response]]


def _route(path: str, *, changes: bool = True) -> Callable[[Answer], Answer]:
    """Put a function behind a path at all places, for GET and POST."""

    def add(answer: Answer) -> Answer:
        async def endpoint(request: Request) -> Response:
            actor = await run_in_threadpool(_identify, request)
            if changes:
                _require_own(request)
            return await answer(request, request.app.state.platform, actor)

        endpoint.__name__ = f"runpod_{answer.__name__}"
        for place in ("", "/v2/{endpoint}", "/{endpoint}"):
            router.add_api_route(place + path, endpoint, methods=["GET", "POST"])
        return answer

    return add


def _identify(request: Request) -> Actor:
    """Tell who asks: by a key, since a page of another site can make browsers send their cookies by GET."""
    if key_of(request) is None and not request.app.state.open_access:
        raise NotSignedIn("send a token: Authorization: Bearer em_...")
    return program_of(request)


def _require_own(request: Request) -> None:
    """Let no page of another site begin or end work by a picture's address, where no key is needed."""
    if key_of(request) is None and request.method == "GET":
        site = request.headers.get("sec-fetch-site", "none")
        if site not in ("none", "same-origin"):
            raise Forbidden("this request comes from a page of another site. Programs send a token.")


# Beginning ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    """What the body of a request says besides its input."""

    webhook: str | None = None
    time_limit: float | None = None
    ttl: float = DAY
    priority: int = PRIORITY
    notes: Mapping[str, str] = field(default_factory=dict)


@_route("/run")
async def run(request: Request, platform: Platform, actor: Actor) -> Response:
    """Put a job into the queue."""
    job, notes = await _begin(request, platform, actor, most=RUN_BYTES)
    if job.state is JobState.QUEUED:
        return _json({"id": job.id, "status": jobs.IN_QUEUE, **notes})
    return _json({**await _body(platform, job), **notes})


@_route("/runsync")
async def runsync(request: Request, platform: Platform, actor: Actor) -> Response:
    """Put a job into the queue and wait for its end; who goes away cancels it."""
    seconds = _wait(request)
    job, notes = await _begin(request, platform, actor, most=RUNSYNC_BYTES)
    job = await wait_for(request, actor, job, seconds=seconds)
    return _json({**await _body(platform, job), **notes})


@_route("/realtime")
async def realtime(request: Request, platform: Platform, actor: Actor) -> Response:
    """Put a job into the queue and wait for its output alone."""
    seconds = _wait(request)
    job, _ = await _begin(request, platform, actor, most=RUNSYNC_BYTES)
    said = await _body(platform, await wait_for(request, actor, job, seconds=seconds))
    if said["status"] not in jobs.FINAL:
        return _json({"error": f"it takes longer: ask for /status/{job.id}"})
    return _json({name: said[name] for name in ("output", "error") if name in said})


def _wait(request: Request) -> float:
    """Seconds to wait; RunPod's bounds are kept."""
    given = request.query_params.get("wait") or str(WAIT)
    if not given.isascii() or not given.isdecimal() or len(given) > 12:
        raise InvalidValue(f"wait is a number of milliseconds from {LEAST_WAIT} to {LONGEST_WAIT}")
    return min(max(int(given), LEAST_WAIT), LONGEST_WAIT) / 1000


async def _begin(request: Request, platform: Platform, actor: Actor, *, most: int) -> tuple[Job, Mapping[str, str]]:
    """Read a request and put what it wants into the queue; what its input lacks becomes a job that failed."""
    with ExitStack() as stack:
        reading = _Reading(platform, stack)
        content, received = await reading.read(request, most=most)
        return await run_in_threadpool(_put, platform, actor, content, received)


class _Reading:
    """Reads a body: the recording in it goes to a file that lasts as long as the stack."""

    def __init__(self, platform: Platform, stack: ExitStack) -> None:
        self._platform, self._stack = platform, stack
        self._part: Part | None = None
        self._body = Body(self._write)

    def _write(self, data: bytes) -> None:
        if self._part is None:
            self._part = self._stack.enter_context(new_part(self._platform))
        self._part.write(data)

    async def read(self, request: Request, *, most: int) -> tuple[dict[str, Any], Received | str | None]:
        """Give what is not the recording, and the recording, or what is wrong with it."""
        announced = request.headers.get("content-length", "0")
        size, error = 0, TooLarge(f"this body is larger than {most:,} bytes. Send an audio_url instead.")
        if announced.isdecimal() and int(announced) > most:
            raise error
        async for block in blocks(request):
            size += len(block)
            if size > most:
                raise error
            await run_in_threadpool(self._body.feed, block)
        if not size:
            raise InvalidValue("the body is empty: send JSON with an object input")
        return await run_in_threadpool(self._complete)

    def _complete(self) -> tuple[dict[str, Any], Received | str | None]:
        content = self._body.close()
        if not isinstance(content, dict):
            raise InvalidValue("the body must be an object with an object input")
        if not self._body.has_audio:
            return content, None
        if self._body.audio.error is not None or self._part is None:
            return content, f"audio_base64 cannot be read: {self._body.audio.error or 'it is empty'}"
        return content, self._part.complete(NAME)


def _put(
    platform: Platform, actor: Actor, content: Mapping[str, Any], received: Received | str | None
) -> tuple[Job, Mapping[str, str]]:
    asked = _read_request(platform, content)
    if "input" not in content:
        raise InvalidValue("No input provided")
    try:
        said = read_input(content["input"], transcriptions.default_pipeline(platform), sent=received is not None)
        if isinstance(received, str):
            raise InvalidValue(f"{FAILED}{received}")
        return _queue(platform, actor, asked, said, received), asked.notes
    except InvalidValue as error:
        asker = Asker(integration=jobs.NAME, details={jobs.REFUSED: True})
        refused = transcriptions.refuse(platform, actor, str(error), name=NAME, asker=asker, callback=asked.webhook)
        return refused, asked.notes


def _queue(platform: Platform, actor: Actor, asked: _Request, said: Asked, received: Received | None) -> Job:
    name = NAME if said.url is None else url_name(said.url)[:200]
    try:
        return transcriptions.begin(
            platform,
            actor,
            said.wanted,
            Sound(name=name, file=received, url=said.url),
            asker=Asker(integration=jobs.NAME, details=said.details),
            priority=asked.priority,
            time_limit=asked.time_limit,
            callback=asked.webhook,
            expires=asked.ttl,
        )
    except (AddressRefused, InvalidValue) as error:
        raise InvalidValue(f"{FAILED}{error}") from error


def _read_request(platform: Platform, content: Mapping[str, Any]) -> _Request:
    """Understand what stands beside the input.

    Raises
    ------
    InvalidValue, AddressRefused
        It makes no sense, or the webhook may not be called.
    """
    webhook, policy = content.get("webhook"), content.get("policy")
    if webhook:
        if not isinstance(webhook, str):
            raise InvalidValue("webhook must be a string")
        transcriptions.require_open(platform, webhook)
    policy = {} if policy is None else policy
    if not isinstance(policy, dict):
        raise InvalidValue("policy must be an object")
    low = policy.get("lowPriority")
    if not isinstance(low, bool | None):
        raise InvalidValue("policy.lowPriority must be true or false")
    return _Request(
        webhook=webhook or None,
        time_limit=_seconds(policy, "executionTimeout"),
        ttl=_seconds(policy, "ttl") or DAY,
        priority=LOW_PRIORITY if low else PRIORITY,
        notes={"warning": NO_S3} if content.get("s3Config") else {},
    )


def _seconds(policy: Mapping[str, Any], name: str) -> float | None:
    value, (least, most) = policy.get(name), TIMES[name]
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not least * 1000 <= value <= most * 1000:
        raise InvalidValue(f"policy.{name} is a number of milliseconds from {least * 1000} to {most * 1000}")
    return value / 1000


# Watching -------------------------------------------------------------------------------------------------------------


@_route("/status/{job_id}", changes=False)
async def status(request: Request, platform: Platform, actor: Actor) -> Response:
    """Say how a job is, as often as anybody asks."""
    job = await run_in_threadpool(_find, platform, actor, _job_id(request))
    return _unknown(request) if job is None else _json(await _body(platform, job))


@_route("/stream/{job_id}", changes=False)
async def stream(request: Request, platform: Platform, actor: Actor) -> Response:
    """Give the segments that came since the last time somebody asked for them."""
    job = await run_in_threadpool(_find, platform, actor, _job_id(request))
    if job is None:
        return _unknown(request)
    found = await run_in_threadpool(transcriptions.next_pieces, platform, job.id)
    said = await _body(platform, job)
    said["stream"] = [{"output": jobs.piece_of(segment)} for segment in found]
    # What there is of it so far is in the stream.
    said.pop("output", None)
    return _json(said)


@_route("/health", changes=False)
async def health(_request: Request, platform: Platform, actor: Actor) -> Response:
    """Count the jobs of who asks, and the workers."""
    found = await run_in_threadpool(transcriptions.all_of, platform, actor, jobs.NAME)
    return _json(jobs.health_of(found, workers=platform.settings.workers))


# Changing -------------------------------------------------------------------------------------------------------------


@_route("/cancel/{job_id}")
async def cancel(request: Request, platform: Platform, actor: Actor) -> Response:
    """End a job."""
    try:
        job = await run_in_threadpool(transcriptions.cancel, platform, actor, _job_id(request))
        job = await run_in_threadpool(transcriptions.get, platform, actor, job.id)
    except NotFound:
        return _unknown(request)
    return _json({"id": job.id, "status": jobs.state_of(job)})


@_route("/retry/{job_id}")
async def retry(request: Request, platform: Platform, actor: Actor) -> Response:
    """Put a job that failed back into the queue."""

    def again() -> Job:
        job = transcriptions.get(platform, actor, _job_id(request))
        if jobs.is_refused(job):
            raise Conflict(f"this job cannot be tried again, since its input is wrong: {job.error}")
        if jobs.state_of(job) not in (jobs.FAILED_STATE, jobs.TIMED_OUT):
            raise Conflict(f"this job is {jobs.state_of(job)}: only FAILED and TIMED_OUT ones are tried again")
        return transcriptions.retry(platform, actor, job.id)

    try:
        job = await run_in_threadpool(again)
    except NotFound:
        return _unknown(request)
    except Conflict as error:
        return _json({"error": str(error)}, 400)
    return _json({"id": job.id, "status": jobs.state_of(job)})


@_route("/purge-queue")
async def purge(_request: Request, platform: Platform, actor: Actor) -> Response:
    """Cancel all jobs of who asks that wait."""
    removed = await run_in_threadpool(transcriptions.purge, platform, actor, jobs.NAME)
    return _json({"removed": removed, "status": "completed"})


def _job_id(request: Request) -> str:
    return str(request.path_params["job_id"])


def _find(platform: Platform, actor: Actor, job_id: str) -> Job | None:
    try:
        return transcriptions.get(platform, actor, job_id)
    except NotFound:
        return None


def _unknown(request: Request) -> Response:
    """Say that there is no such job, so that those stop asking who look at the state alone."""
    return _json({"id": _job_id(request)[:100], "status": jobs.FAILED_STATE, "error": jobs.NOT_FOUND}, 404)


async def _body(platform: Platform, job: Job) -> dict[str, Any]:
    return await run_in_threadpool(jobs.body_of, platform, job)
