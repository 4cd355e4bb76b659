"""The job that transcribes a recording for a program; see `services/transcriptions.py`."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from earmark.audio.source import FileSource
from earmark.core.progress import Progress
from earmark.core.segment import SPEECH
from earmark.core.transcription import DETECT
from earmark.errors import EarmarkError, JobCancelled, JobLost, TimedOut, UnreadableMedia
from earmark.formats.earmark_json import dumps, segment_to_dict
from earmark.services.annotate_recording import Stages, stages_of
from earmark.services.listening import Listening
from earmark.services.origins import brought
from earmark.services.registered import find_model, weights_of
from earmark.services.transcriptions import FAILURE, RESULT, SOUND, key_of, options_of, sample_name, wanted_of
from earmark.services.voice_samples import called_by_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from earmark.core.annotation import Annotation
    from earmark.core.segment import Segment
    from earmark.core.speakers import Voice
    from earmark.jobs.run import JobRun
    from earmark.services.listening import Annotates, AnnotatorFor
    from earmark.services.platform import Platform

FETCH_PART = 2.0
"""How long fetching takes in proportion to the passes over a recording."""


def run_transcribe(platform: Platform, run: JobRun, *, annotator_for: AnnotatorFor) -> Mapping[str, Any] | None:
    """Transcribe the recording of a job: pieces are given as they are ready, the whole is kept as a file.

    Raises
    ------
    FetchFailed, AddressRefused
        The URL gives no recording.
    UnreadableMedia
        It cannot be decoded.
    InvalidValue, BrokenModel
        The model cannot be used.
    TimedOut
        It took longer than who asked for it allows.
    """
    platform.files.delete(key_of(run.job.id, FAILURE))
    try:
        _run(platform, run, annotator_for)
    except (JobCancelled, JobLost):
        raise
    except EarmarkError as error:
        # Beside the sound, which stays for another try; of what was fetched nothing stays.
        if run.job.arguments["url"] is None:
            platform.files.put(key_of(run.job.id, FAILURE), type(error).__name__.encode())
        raise
    return None


def _run(platform: Platform, run: JobRun, annotator_for: AnnotatorFor) -> None:
    began = time.monotonic()
    wanted, watch = wanted_of(run.job), _Watch(run, began)
    with platform.database.read() as connection:
        model = find_model(connection, wanted.pipeline, None)
    weights = None if model is None else weights_of(platform, model)
    fetched = {"fetch": FETCH_PART} if run.job.arguments["url"] else {}
    run.plan(**fetched, **stages_of(wanted.pipeline))
    run.log(f"loading {wanted.pipeline.engine}")
    listening = Listening(pipeline=wanted.pipeline, weights=weights, transcript=options_of(wanted))
    annotator = annotator_for(listening)
    for note in annotator.missing:
        run.log(note.message, level="WARNING")
    with _sound(platform, run, watch) as path:
        if wanted.task == DETECT:
            _detect(platform, run, annotator, path, watch)
            return
        found = _listen(run, annotator, path, watch)
        if wanted.known:
            found = called_by_name(found, _voices(platform, run, annotator, wanted.known))
    _write(platform, run, found, seconds=time.monotonic() - began)


@contextmanager
def _sound(platform: Platform, run: JobRun, watch: _Watch) -> Iterator[Path]:
    url = run.job.arguments["url"]
    if url is None:
        with platform.cache.copy_of(platform.files, key_of(run.job.id, SOUND)) as path:
            yield path
        return
    run.log("fetching the recording")
    with brought(platform, {"url": url}, watch.fetching) as (_, received):
        yield received.path


def _listen(run: JobRun, annotator: Annotates, path: Path, watch: _Watch) -> Annotation:
    name = str(run.job.arguments["name"])

    def heard(segments: Sequence[Segment]) -> None:
        given = [segment_to_dict(segment) for segment in segments if segment.label == SPEECH]
        if given:
            run.give(given)

    with _called(name):
        return annotator(FileSource(path, name), Stages(watch, annotator.names), heard)


@contextmanager
def _called(name: str) -> Iterator[None]:
    """Call a recording by its name: where the file lies is nobody's business."""
    try:
        yield
    except UnreadableMedia as error:
        raise UnreadableMedia(name, error.why, error.do) from error


def _voices(platform: Platform, run: JobRun, annotator: Annotates, known: Sequence[str]) -> Mapping[str, Voice | None]:
    """Listen to the samples of voices that came with a recording."""
    found: dict[str, Voice | None] = {}
    for number, name in enumerate(known):
        key, called = key_of(run.job.id, sample_name(number)), f"the sample of {name}"
        with platform.cache.copy_of(platform.files, key) as path, _called(called):
            found[name] = annotator.voice_of(FileSource(path, called))
    return found


def _detect(platform: Platform, run: JobRun, annotator: Annotates, path: Path, watch: _Watch) -> None:
    name = str(run.job.arguments["name"])
    with _called(name):
        code, probability = annotator.detect_language(FileSource(path, name), Stages(watch, annotator.names))
    with run.finishing({"language": code, "probability": round(probability, 4)}):
        pass
    platform.files.delete(key_of(run.job.id, SOUND))


def _write(platform: Platform, run: JobRun, found: Annotation, *, seconds: float) -> None:
    platform.files.put(key_of(run.job.id, RESULT), dumps(found).encode())
    speakers = sorted({segment.speaker for segment in found.segments if segment.speaker is not None})
    result = {
        "segments": len(found.segments),
        "words": sum(len(segment.words) for segment in found.segments),
        "language": found.language,
        "duration": found.duration,
        "speakers": speakers,
        "processing_time": round(seconds, 3),
    }
    with run.finishing(result, audio_seconds=found.duration):
        pass
    platform.files.delete(key_of(run.job.id, SOUND))
    for number in range(len(wanted_of(run.job).known)):
        platform.files.delete(key_of(run.job.id, sample_name(number)))


class _Watch:
    """A job's run that ends with `TimedOut` where the work takes too long."""

    def __init__(self, run: JobRun, began: float) -> None:
        self._run = run
        limit = run.job.arguments.get("time_limit")
        self._until = None if limit is None else began + float(limit)

    def log(self, message: str) -> None:
        self._run.log(message)

    def report(self, progress: Progress) -> None:
        if self._until is not None and time.monotonic() > self._until:
            raise TimedOut(
                f"it took longer than the {self._run.job.arguments['time_limit']:g} seconds that were allowed for it."
            )
        self._run.report(progress)

    def fetching(self, done: int, total: int | None) -> None:
        self.report(Progress(stage="fetch", done=float(done), total=float(total or 0)))
