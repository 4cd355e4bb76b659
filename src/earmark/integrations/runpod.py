"""RunPod's jobs: their states, what a status says, and the outputs of Hearback and of worker-faster_whisper.

Sources: ``docs/runpod.md`` names the interface; what differs from RunPod's own is listed there.
"""

from __future__ import annotations

import math
import re
import zlib
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from earmark.core import sentences
from earmark.core.annotation import NoteKind
from earmark.core.job import ATTEMPTS, Job, JobState
from earmark.core.segment import SPEECH
from earmark.core.time import clock
from earmark.core.transcript import UNKNOWN_SPEAKER, speaker_of, spoken, transcript, transcript_segment
from earmark.errors import FileMissing, ModelNotFound
from earmark.formats import txt
from earmark.integrations.runpod_input import FAILED, WORKER
from earmark.services import transcriptions
from earmark.store.database import now

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from earmark.core.annotation import Annotation
    from earmark.core.segment import Segment
    from earmark.core.transcription import Wanted
    from earmark.services.platform import Platform

NAME = "runpod"
IN_QUEUE, IN_PROGRESS, COMPLETED = "IN_QUEUE", "IN_PROGRESS", "COMPLETED"
FAILED_STATE, CANCELLED, TIMED_OUT = "FAILED", "CANCELLED", "TIMED_OUT"
FINAL = frozenset({COMPLETED, FAILED_STATE, CANCELLED, TIMED_OUT})
REFUSED = "refused"
"""Among the details of a job: its input was wrong, so that nothing was or will be done."""
NOT_FOUND = "Job ID not found"
_STATES = {
    JobState.QUEUED: IN_QUEUE,
    JobState.RUNNING: IN_PROGRESS,
    JobState.DONE: COMPLETED,
    JobState.FAILED: FAILED_STATE,
    JobState.CANCELLED: CANCELLED,
}


# States ---------------------------------------------------------------------------------------------------------------


def state_of(job: Job) -> str:
    """Say how a job is, in RunPod's words."""
    if job.state is JobState.RUNNING and job.cancel_requested:
        return TIMED_OUT if _is_expired(job) else CANCELLED
    if job.state in (JobState.FAILED, JobState.CANCELLED) and (_took_too_long(job) or _is_expired(job)):
        return TIMED_OUT
    return _STATES[job.state]


def _took_too_long(job: Job) -> bool:
    limit = job.arguments.get("time_limit")
    if job.state is not JobState.FAILED or limit is None or job.started_at is None or job.finished_at is None:
        return False
    return (job.finished_at - job.started_at).total_seconds() >= float(limit)


def _is_expired(job: Job) -> bool:
    seconds = job.arguments.get("expires")
    return seconds is not None and (job.finished_at or now()) >= job.created_at + timedelta(seconds=float(seconds))


def is_refused(job: Job) -> bool:
    """Whether the input of a job was wrong."""
    return bool(transcriptions.asker_of(job).details.get(REFUSED))


def body_of(platform: Platform, job: Job) -> dict[str, Any]:
    """Write what ``/status`` says, and what webhooks are told; the same as often as it is asked."""
    status: dict[str, Any] = {"id": job.id, "status": state_of(job)}
    if status["status"] == COMPLETED:
        status |= _completed(platform, job)
    elif status["status"] in FINAL:
        status["error"] = error_of(job)
    elif job.state is JobState.RUNNING:
        # As with `runpod.serverless.progress_update`.
        eta = job.eta(now())
        said = {"progress": round(job.progress, 4), "stage": job.stage, "eta": None if eta is None else round(eta, 1)}
        status["output"] = said
    return status | _times(job)


def _completed(platform: Platform, job: Job) -> dict[str, Any]:
    try:
        found = transcriptions.result_of(platform, job)
        asked = transcriptions.asker_of(job).details
        seconds = float((job.result or {}).get("processing_time", 0.0))
        return {"output": output_of(found, asked, transcriptions.wanted_of(job), seconds, platform.settings.device)}
    except ModelNotFound as error:
        return {"status": FAILED_STATE, "error": f"{FAILED}{error}"}
    except FileMissing:
        return {"status": FAILED_STATE, "error": f"{FAILED}the result is not kept any longer"}


def error_of(job: Job) -> str:
    """Say why a job ended without output, in one line."""
    if job.error is None:
        timed_out = state_of(job) == TIMED_OUT
        return "the job waited longer than its ttl allows" if timed_out else "the job was cancelled"
    return job.error if is_refused(job) else f"{FAILED}{job.error}"


def _times(job: Job) -> dict[str, int]:
    """Milliseconds: from being asked for to beginning, and from there to the end."""
    begun = job.started_at or job.finished_at
    times = {} if begun is None else {"delayTime": _milliseconds(job.created_at, begun)}
    return times if begun is None or job.finished_at is None else times | {"executionTime": _between(job)}


def _between(job: Job) -> int:
    return 0 if job.started_at is None or job.finished_at is None else _milliseconds(job.started_at, job.finished_at)


def _milliseconds(start: datetime, end: datetime) -> int:
    return max(0, round((end - start).total_seconds() * 1000))


# Outputs --------------------------------------------------------------------------------------------------------------


def output_of(
    annotation: Annotation, asked: Mapping[str, Any], wanted: Wanted, seconds: float, device: str = "auto"
) -> dict[str, Any] | str:
    """Write the output of a job, in the form that its input asked for.

    Parameters
    ----------
    annotation : Annotation
        What was heard.
    asked : mapping
        ``form``, ``output`` and ``words``: see `runpod_input.Asked.details`.
    wanted : Wanted
        What was done.
    seconds : float
        How long it took.

    Raises
    ------
    ModelNotFound
        There was nobody who could write it down: an empty text would be a lie.
    """
    require_transcribed(annotation)
    if asked.get("form") == WORKER:
        return _worker_output(_cut(annotation), asked, wanted, device)
    annotation = _cut(annotation if asked.get("words", True) else _without_words(annotation))
    write = _TEXTS.get(asked.get("output", "json"))
    return write(annotation) if write else _hearback_json(annotation, wanted, seconds)


def require_transcribed(annotation: Annotation) -> None:
    """Raise ``ModelNotFound`` where there was speech and nobody who could write it down."""
    speech = [segment for segment in annotation.segments if segment.label == SPEECH]
    if not speech or any(segment.text is not None for segment in speech):
        return
    missing = (note.message for note in annotation.notes if note.kind is NoteKind.UNAVAILABLE)
    why = next((message for message in missing if not _SPEAKERS.search(message)), "there is nobody to write it down.")
    raise ModelNotFound(why)


_SPEAKERS = re.compile(r"speaker|diari[sz]|voices?\b", re.IGNORECASE)


def _cut(annotation: Annotation) -> Annotation:
    """One sentence per segment, as those get them who align with WhisperX."""
    return replace(annotation, segments=tuple(part for one in spoken(annotation) for part in sentences.split(one)))


def _without_words(annotation: Annotation) -> Annotation:
    cut = _cut(annotation)
    return replace(cut, segments=tuple(replace(segment, words=()) for segment in cut.segments))


def _hearback_json(annotation: Annotation, wanted: Wanted, seconds: float) -> dict[str, Any]:
    if annotation.language is None and wanted.pipeline.language is not None:
        annotation = replace(annotation, language=wanted.pipeline.language)
    said = transcript(annotation, processing_time=seconds)
    if not said["speakers"]:
        said["diarization"] = {"enabled": False, "reason": _why_nobody(annotation, wanted)}
    return said


def _why_nobody(annotation: Annotation, wanted: Wanted) -> str:
    if wanted.pipeline.diarizer == "none":
        return "the input asked for no speakers"
    if not spoken(annotation):
        return "nothing was said"
    notes = (note.message for note in annotation.notes if _SPEAKERS.search(note.message))
    return next(notes, "no speakers could be told apart")


def _speaker(segment: Segment) -> str:
    return speaker_of(segment) or UNKNOWN_SPEAKER


def _line(segment: Segment) -> str:
    return " ".join((segment.text or "").split())


def _srt(annotation: Annotation) -> str:
    return _cues(annotation, lambda segment: f"[{_speaker(segment)}] {_line(segment)}")


def _vtt(annotation: Annotation) -> str:
    cues = (
        f"{clock(one.start)} --> {clock(one.end)}\n<v {_escaped(_speaker(one))}>{_escaped(_line(one))}\n"
        for one in spoken(annotation)
    )
    return "\n".join(("WEBVTT\n", *cues))


def _cues(annotation: Annotation, text: Callable[[Segment], str]) -> str:
    return "\n".join(
        f"{number}\n{clock(segment.start, separator=',')} --> {clock(segment.end, separator=',')}\n{text(segment)}\n"
        for number, segment in enumerate(spoken(annotation), 1)
    )


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


_TEXTS: Mapping[str, Callable[[Annotation], str]] = {"srt": _srt, "vtt": _vtt, "txt": txt.dumps}


def piece_of(segment: Segment) -> dict[str, Any]:
    """Write a segment as ``/stream`` gives it."""
    return transcript_segment(segment)


# The output of worker-faster_whisper ----------------------------------------------------------------------------------


def _worker_output(annotation: Annotation, asked: Mapping[str, Any], wanted: Wanted, device: str) -> dict[str, Any]:
    text = _WORKER_TEXTS[asked.get("output", "plain_text")](annotation)
    translated = wanted.task == "translate"
    found = spoken(annotation)
    said: dict[str, Any] = {
        "segments": [_worker_segment(number, segment, wanted) for number, segment in enumerate(found, 1)],
        "detected_language": annotation.language or wanted.pipeline.language,
        # One pass gives one of the two; the other would have to be made up.
        "transcription": None if translated else text,
        "translation": text if translated else None,
        "device": device,
        "model": wanted.pipeline.model or wanted.pipeline.engine,
    }
    if asked.get("words"):
        words = [word for segment in found for word in segment.words]
        said["word_timestamps"] = [{"word": word.text, "start": word.start, "end": word.end} for word in words]
    return said


def _worker_segment(number: int, segment: Segment, wanted: Wanted) -> dict[str, Any]:
    text = segment.text or ""
    return {
        "id": number,
        "seek": int(segment.start * 100),
        "start": round(segment.start, 3),
        "end": round(segment.end, 3),
        "text": text,
        "tokens": [],
        "temperature": wanted.temperature or 0.0,
        "avg_logprob": _log_probability(segment),
        "compression_ratio": len(text.encode()) / len(zlib.compress(text.encode())),
        "no_speech_prob": None,
    }


def _log_probability(segment: Segment) -> float | None:
    scores = [word.score for word in segment.words if word.score]
    return sum(map(math.log, scores)) / len(scores) if scores else None


def _worker_vtt(annotation: Annotation) -> str:
    cues = (f"{clock(one.start)} --> {clock(one.end)}\n{_escaped(_line(one))}\n" for one in spoken(annotation))
    return "\n".join(("WEBVTT\n", *cues))


_WORKER_TEXTS: Mapping[str, Callable[[Annotation], str]] = {
    "plain_text": lambda annotation: annotation.text,
    "formatted_text": lambda annotation: "\n".join(_line(segment) for segment in spoken(annotation)),
    "srt": lambda annotation: _cues(annotation, _line),
    "vtt": _worker_vtt,
}


# Errors ---------------------------------------------------------------------------------------------------------------


def problem_of(problem: Mapping[str, Any]) -> tuple[int, Mapping[str, str], dict[str, str]]:
    """Write an error as RunPod does; what is wrong with a request is 400 there, whatever it is."""
    status = 400 if problem["status"] == 422 else int(problem["status"])
    return status, {}, {"error": str(problem.get("detail", ""))}


# Health ---------------------------------------------------------------------------------------------------------------


def health_of(found: Sequence[Job], *, workers: int) -> dict[str, dict[str, int]]:
    """Count jobs and workers as RunPod does.

    Parameters
    ----------
    found : sequence of Job
        All that are known.
    workers : int
        How many jobs may run side by side.
    """
    states = Counter(state_of(job) for job in found)
    running = states[IN_PROGRESS]
    return {
        "jobs": {
            "completed": states[COMPLETED],
            "failed": states[FAILED_STATE] + states[TIMED_OUT],
            "inProgress": running,
            "inQueue": states[IN_QUEUE],
            "retried": sum(job.attempt > 1 or job.max_attempts > ATTEMPTS for job in found),
        },
        "workers": {"idle": max(workers - running, 0), "running": running},
    }
