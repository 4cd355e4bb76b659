"""The composition root: settings become a context that picks engines, database, files and queue, and calls services."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol, TypeVar

from earmark import __version__
from earmark.config import CONFIG_VARIABLE, Settings, load_settings, variable
from earmark.core.annotation import Annotation, Note, NoteKind
from earmark.core.progress import Report, ignore
from earmark.core.project import DIARIZERS
from earmark.core.speakers import SpeakerCount
from earmark.errors import BrokenModel, InvalidSettings, InvalidValue, MissingExtra, ModelNotFound
from earmark.services import speaker_models
from earmark.services.annotate import AnnotateOptions, Listeners, annotate, check

if TYPE_CHECKING:
    from earmark.audio.source import Source
    from earmark.core.project import Pipeline
    from earmark.core.speakers import Voice
    from earmark.engines.protocols import Diarizer, SoundClassifier, Transcriber
    from earmark.files.store import FileStore
    from earmark.jobs.housekeeping import Housekeeper
    from earmark.jobs.limits import Limits
    from earmark.jobs.run import Body
    from earmark.services.callbacks import Telling
    from earmark.services.listening import Heard, Listening
    from earmark.services.live_worker import LiveEngines
    from earmark.services.platform import Platform
    from earmark.services.tasks import Task
    from earmark.services.transcribe import Aligners
    from earmark.store.database import Database

ENGINES = ("whisper", "pocketsphinx", "none")
"""Engines that may be asked for to write down speech."""

CHILD = (sys.executable, "-m", "earmark", "worker")
"""Starts a process that computes for this one."""

Download = Callable[[int, int | None], None]
"""Gets bytes done and bytes in all while weights are downloaded."""

Engine = TypeVar("Engine")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the user asks of one run.

    Attributes
    ----------
    engine : str
        One of ``ENGINES``.
    model : str or None
        Name or folder of Whisper weights; None takes the one of the settings.
    batch_size : int or None
        Clips per run of Whisper; None leaves it to the engine.
    diarizer : str
        What tells speakers apart: one of ``DIARIZERS``.
    options : AnnotateOptions
        Everything else.
    """

    engine: str = "whisper"
    model: str | None = None
    batch_size: int | None = None
    diarizer: str = "none"
    options: AnnotateOptions = field(default_factory=AnnotateOptions)

    def __post_init__(self) -> None:
        if self.engine not in ENGINES:
            raise InvalidValue(f"there is no engine {self.engine!r}: choose one of {', '.join(ENGINES)}")
        if self.diarizer not in DIARIZERS:
            raise InvalidValue(f"there is no diarizer {self.diarizer!r}: choose one of {', '.join(DIARIZERS)}")
        if self.batch_size is not None and not 1 <= self.batch_size <= 256:
            raise InvalidValue(f"a batch holds 1 to 256 clips, not {self.batch_size}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotator:
    """Engines that are loaded, and what was asked of them; annotates any number of recordings.

    Attributes
    ----------
    listeners : Listeners
        The engines that could be had.
    options : AnnotateOptions
        What is wanted.
    missing : tuple of Note
        What was asked for and could not be had; part of every annotation.
    fingerprint : str
        Everything that shapes a result.
    """

    listeners: Listeners
    options: AnnotateOptions
    missing: tuple[Note, ...] = ()
    fingerprint: str = ""

    @property
    def names(self) -> Mapping[str, str]:
        """The engine of each stage in which one listens, with its weights."""
        heard = self.listeners
        by_stage = {"speech": (heard.detector, heard.classifier, heard.diarizer), "transcript": (heard.transcriber,)}
        named = {stage: [one.name for one in engines if one is not None] for stage, engines in by_stage.items()}
        return {stage: ", ".join(names) for stage, names in named.items() if names}

    def asked(self, listening: Listening) -> Annotator:
        """The same engines, of which something else is asked."""
        classifier = self.listeners.classifier
        options = options_of(listening, None if classifier is None else classifier.classes)
        check(self.listeners, options)
        return replace(self, options=options, fingerprint="")

    def __call__(self, source: Source, report: Report = ignore, heard: Heard | None = None) -> Annotation:
        """Annotate one recording; speech segments are given to ``heard`` as soon as they are written down."""
        made_by = f"earmark {__version__}"
        result = annotate(
            source, listeners=self.listeners, options=self.options, made_by=made_by, report=report, heard=heard
        )
        return replace(result, notes=(*self.missing, *result.notes))

    def detect_language(self, source: Source, report: Report = ignore) -> tuple[str, float]:
        """Find out which language is spoken at the beginning of a recording, and with what probability.

        Raises
        ------
        ModelNotFound
            There is nothing that could tell.
        InvalidValue
            The engine knows one language only.
        """
        from earmark.services.spoken_language import detect

        engine = self.listeners.transcriber
        if engine is None:
            raise ModelNotFound(" ".join(note.message for note in self.missing) or "There is no engine to tell it.")
        return detect(source, engine, report=report)

    def voice_of(self, source: Source) -> Voice | None:
        """Give the voice in a sample with one speaker; None where nothing here compares voices."""
        from earmark.services.voice_samples import voice_of

        diarizer = self.listeners.diarizer
        return None if diarizer is None else voice_of(source, diarizer)


class Queue(Protocol):
    """Who sees to it that jobs are done."""

    def start(self) -> None:
        """Begin."""

    def stop(self) -> None:
        """End; what is not done stays in the jobs table."""

    def wake(self, job_id: str) -> None:
        """Hear that a job waits; the jobs table tells as well, a little later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """What a server runs besides its web application.

    Attributes
    ----------
    platform : Platform
        What the use cases work with.
    queue : Queue
        Local workers, or what tells those of Celery.
    housekeeper : Housekeeper
        Schedules, webhooks, jobs of dead workers.
    """

    platform: Platform
    queue: Queue
    housekeeper: Housekeeper

    def start(self) -> None:
        """Begin, once the database has its tables."""
        from earmark.services.schedules import ensure_defaults

        ensure_defaults(self.platform)
        self.queue.start()
        self.housekeeper.start()

    def stop(self) -> None:
        """End all threads and processes; jobs that run go back into the queue."""
        self.housekeeper.stop()
        self.queue.stop()
        self.platform.database.close()


@dataclass(frozen=True, slots=True)
class Context:
    """The services with their settings."""

    settings: Settings

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Context:
        """Build the context that environment and configuration file ask for."""
        return cls(load_settings(os.environ if environ is None else environ))

    def platform(self, *, database: Database | None = None, wake: Callable[[str], None] | None = None) -> Platform:
        """Open database and files; the data folder is made where it is not there.

        Parameters
        ----------
        database : Database, optional
            One that is open already.
        wake : callable, optional
            Told of new jobs; by default they are found by those who look into the jobs table.
        """
        from earmark.files.cache import DiskCache
        from earmark.services.platform import Platform

        settings, database = self.settings, database or self.database()
        cache = DiskCache(settings.data_dir / "cache", settings.cache_max_bytes)
        platform = Platform(settings=settings, database=database, files=self.files(), cache=cache)
        return platform if wake is None else replace(platform, wake=wake)

    def database(self) -> Database:
        """Open the database that the settings name, by default SQLite in the data folder."""
        from earmark.store.database import Database

        _make_folder(self.settings.data_dir)
        return Database(self.settings.database or f"sqlite:///{self.settings.data_dir}/earmark.db")

    def files(self) -> FileStore:
        """Open the file store that the settings name, by default a folder in the data folder."""
        return _files(self.settings)

    def serving(self, tellings: Mapping[str, Telling] = MappingProxyType({})) -> Serving:
        """Put together what a server runs besides its web application.

        Parameters
        ----------
        tellings : mapping
            What the clients of each integration are told when their jobs have ended.
        """
        from earmark.jobs.housekeeping import Housekeeper
        from earmark.services.chores import chores

        database = self.database()
        queue = self.queue(database)
        platform = self.platform(database=database, wake=queue.wake)
        return Serving(platform=platform, queue=queue, housekeeper=Housekeeper(chores(platform, tellings)))

    def queue(self, database: Database) -> Queue:
        """Choose who does the jobs: processes of this machine, or Celery's workers."""
        if self.settings.queue == "celery":
            from earmark.jobs.celery import CelerySender, make_app

            return CelerySender(database, make_app(self.settings.broker))
        return self.local_pool(database, self.settings.workers)

    def local_pool(self, database: Database, most: int) -> Queue:
        """Make the supervisor of at most so many worker processes of this machine."""
        from earmark.jobs.pool import LocalPool

        return LocalPool(
            database,
            command=(*CHILD, "--child-of"),
            environ={**os.environ, **environment_of(self.settings)},
            most=most,
            limits=self.limits,
        )

    @property
    def limits(self) -> Limits:
        """What one job may take."""
        from earmark.jobs.limits import Limits

        return Limits(seconds=self.settings.job_time_limit, memory=self.settings.job_memory_limit)

    def open_worker(self) -> tuple[Database, Mapping[str, Body]]:
        """Open what a worker process needs: the database with the jobs, and what is done for each kind."""
        platform = self.platform()
        return platform.database, self.bodies(platform)

    def bodies(self, platform: Platform) -> Mapping[str, Body]:
        """Bind what is done for each kind of job to a platform; engines stay loaded from one job to the next."""
        from earmark.services.listening import keep_last
        from earmark.services.tasks import TASKS

        engines = keep_last(self.annotator_for)

        def bind(task: Task) -> Body:
            return lambda run: task.body(platform, run, engines)

        return {name: bind(task) for name, task in TASKS.items()}

    def annotator_for(self, listening: Listening) -> Annotator:
        """Load the engines that are asked for; noise gets those of the project's labels that can be heard.

        Raises
        ------
        BrokenModel
            Weights from the registry were given, and are none that the engine can load.
        """
        pipeline, weights = listening.pipeline, listening.weights
        request = Request(
            engine=pipeline.engine,
            model=pipeline.model,
            diarizer=pipeline.diarizer,
            options=options_of(listening, self._classes if pipeline.labels else None),
        )
        if weights is None:
            return self.annotator(request)
        with weights.folder() as folder:
            annotator = self.annotator(replace(request, model=str(folder)))
        if annotator.listeners.transcriber is None:
            raise BrokenModel(annotator.missing[0].message.replace(str(folder), f"model {weights.title}"))
        return annotator

    def live_engines(self, pipeline: Pipeline) -> LiveEngines:
        """Load what a live session listens with.

        Raises
        ------
        ModelNotFound
            What writes down cannot be had; the message says why.
        InvalidValue
            It cannot do what is asked.
        """
        from earmark.services.listening import Listening
        from earmark.services.live_worker import LiveEngines
        from earmark.services.registered import find_model, weights_of

        platform = self.platform()
        with platform.database.read() as connection:
            model = find_model(connection, pipeline, None)
        listening = Listening(pipeline=pipeline, weights=None if model is None else weights_of(platform, model))
        annotator = self.annotator_for(listening)
        heard = annotator.listeners
        if heard.transcriber is None:
            raise ModelNotFound(annotator.missing[0].message if annotator.missing else "no engine was asked for.")
        return LiveEngines(transcriber=heard.transcriber, detector=heard.detector, options=listening.options)

    @property
    def _classes(self) -> tuple[str, ...] | None:
        """What the sound classifier knows; None where there is none."""
        classifier, _ = _attempt(self._yamnet)
        return None if classifier is None else classifier.classes

    def annotator(self, request: Request, *, download: Download | None = None) -> Annotator:
        """Load the engines that a request needs; those that cannot be had become notes."""
        from earmark.engines.silero import SileroVad

        transcriber, no_text = _attempt(lambda: self._transcriber(request, download))
        classifier, no_names = _attempt(lambda: self._classifier(request))
        diarizer, no_speakers = _attempt(lambda: self._diarizer(request.diarizer))
        listeners = Listeners(
            detector=SileroVad(),
            transcriber=transcriber,
            classifier=classifier,
            diarizer=diarizer,
            aligner=None if transcriber is None else self._aligners(),
        )
        check(listeners, request.options)
        missing = (*no_text, *no_names, *no_speakers)
        lacking = (bool(no_text), bool(no_names), bool(no_speakers))
        shape = (__version__, request, self.settings.model, self.settings.compute_type, *lacking)
        return Annotator(listeners=listeners, options=request.options, missing=missing, fingerprint=repr(shape))

    def _transcriber(self, request: Request, download: Download | None) -> Transcriber | None:
        if request.engine == "none":
            return None
        if request.engine == "pocketsphinx":
            from earmark.engines.pocketsphinx import PocketSphinx

            return PocketSphinx()
        return self._whisper(request, download)

    def _whisper(self, request: Request, download: Download | None) -> Transcriber:
        from earmark.engines.whisper import Whisper
        from earmark.services.models import resolve_whisper

        settings = self.settings
        folder = resolve_whisper(
            request.model or settings.model,
            models_dir=settings.models_dir,
            offline=settings.offline,
            progress=download,
        )
        return Whisper(
            folder,
            device=settings.device,
            compute_type=settings.compute_type,
            threads=settings.threads,
            batch_size=request.batch_size,
        )

    def _diarizer(self, name: str) -> Diarizer | None:
        if name == "none":
            return None
        if name == "pyannote":
            from earmark.engines.pyannote import PyannotePipeline

            device = "cpu" if self.settings.device == "auto" else self.settings.device
            return PyannotePipeline(self.settings.pyannote, token=os.environ.get("HF_TOKEN"), device=device)
        if name == "spectral" or (name == "auto" and speaker_models.problem(self.settings.models_dir)):
            from earmark.engines.spectral_speakers import SpectralSpeakers

            return SpectralSpeakers()
        return self._pyannote_onnx()

    def _pyannote_onnx(self) -> Diarizer:
        from earmark.engines.embedders import open_embedder
        from earmark.engines.pyannote_onnx import PyannoteOnnx

        files = speaker_models.find_diarization(self.settings.models_dir)
        # By default one thread: two networks that are small enough gain little from more.
        threads = self.settings.threads or 1
        return PyannoteOnnx(files.segmentation, open_embedder(files.embedder, threads=threads), threads=threads)

    def _aligners(self) -> Aligners | None:
        from earmark.engines.ctc import CtcAligner
        from earmark.services.alignment_models import aligners_in

        threads = self.settings.threads
        return aligners_in(
            self.settings.models_dir, lambda folder, language: CtcAligner(folder, language=language, threads=threads)
        )

    def _classifier(self, request: Request) -> SoundClassifier | None:
        if not request.options.labels:
            return None
        return self._yamnet()

    def _yamnet(self) -> SoundClassifier:
        from earmark.engines.yamnet import Yamnet
        from earmark.services.models import find_sounds

        return Yamnet(find_sounds(self.settings.models_dir))


def options_of(listening: Listening, classes: tuple[str, ...] | None) -> AnnotateOptions:
    """Turn what is asked of engines into options.

    Parameters
    ----------
    classes : tuple of str or None
        What the sound classifier knows: labels that it does not are left to people. All are asked for where there is no
        classifier, which the annotation then says.
    """
    from earmark.audio.channels import parse_channels
    from earmark.services.sounds import is_class

    pipeline, labels = listening.pipeline, listening.labels if listening.pipeline.labels else ()
    return AnnotateOptions(
        channels=parse_channels(pipeline.channels),
        transcript=listening.options,
        labels=labels if classes is None else tuple(label for label in labels if is_class(label, classes)),
        speakers=None if pipeline.diarizer == "none" else pipeline.speakers,
    )


def speakers_asked(
    number: int | str | None, *, least: int | None, most: int | None, diarizer: str | None
) -> tuple[str, SpeakerCount | None]:
    """Tell which diarizer is asked for and how many speakers: to ask for one is to ask for the other.

    Parameters
    ----------
    number, least, most
        What is said of the number of speakers; see `SpeakerCount.asked`.
    diarizer : str or None
        One of ``DIARIZERS``; None leaves it to Earmark.
    """
    count = SpeakerCount.asked(number, least=least, most=most)
    if diarizer is None:
        return "none" if count is None else "auto", count
    if diarizer == "none" and count is not None:
        raise InvalidValue("a number of speakers is asked for, but the diarizer none tells nobody apart: leave one out")
    return diarizer, None if diarizer == "none" else count or SpeakerCount()


def _attempt(load: Callable[[], Engine | None]) -> tuple[Engine | None, tuple[Note, ...]]:
    try:
        return load(), ()
    except (ModelNotFound, BrokenModel, MissingExtra) as error:
        return None, (Note(kind=NoteKind.UNAVAILABLE, message=str(error)),)


def environment_of(settings: Settings) -> dict[str, str]:
    """Write settings as environment variables, so that another process has the same ones whatever its files say."""
    values = {variable(known.name): _written(getattr(settings, known.name)) for known in fields(settings)}
    return values | {CONFIG_VARIABLE: os.devnull}


def _written(value: object) -> str:
    return ",".join(value) if isinstance(value, tuple) else str(value)


def _files(settings: Settings) -> FileStore:
    if not settings.files.startswith("s3://"):
        from earmark.files.local import LocalFiles

        return LocalFiles(Path(settings.files).expanduser() if settings.files else settings.data_dir / "files")
    from earmark.files.s3 import S3Files, bucket_and_prefix

    bucket, prefix = bucket_and_prefix(settings.files)
    return S3Files(
        bucket,
        prefix,
        endpoint=settings.s3_endpoint or None,
        region=settings.s3_region or None,
        access_key=settings.s3_access_key or None,
        secret_key=settings.s3_secret_key or None,
    )


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise InvalidSettings(
            f"setting data_dir: {folder} cannot be made ({why}). Name a folder that may be written."
        ) from error
