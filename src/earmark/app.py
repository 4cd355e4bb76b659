"""The composition root: settings become a context that picks engines and calls services."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

from earmark import __version__
from earmark.config import Settings, load_settings
from earmark.core.annotation import Annotation, Note, NoteKind
from earmark.core.progress import Report, ignore
from earmark.errors import BrokenModel, InvalidValue, MissingExtra, ModelNotFound
from earmark.services.annotate import AnnotateOptions, Listeners, annotate, check

if TYPE_CHECKING:
    from earmark.audio.source import Source
    from earmark.engines.protocols import SoundClassifier, Transcriber

ENGINES = ("whisper", "pocketsphinx", "none")
"""Engines that may be asked for to write down speech."""

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
    options : AnnotateOptions
        Everything else.
    """

    engine: str = "whisper"
    model: str | None = None
    batch_size: int | None = None
    options: AnnotateOptions = field(default_factory=AnnotateOptions)

    def __post_init__(self) -> None:
        if self.engine not in ENGINES:
            raise InvalidValue(f"there is no engine {self.engine!r}: choose one of {', '.join(ENGINES)}")
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

    def __call__(self, source: Source, report: Report = ignore) -> Annotation:
        """Annotate one recording."""
        made_by = f"earmark {__version__}"
        result = annotate(source, listeners=self.listeners, options=self.options, made_by=made_by, report=report)
        return replace(result, notes=(*self.missing, *result.notes))


@dataclass(frozen=True, slots=True)
class Context:
    """The services with their settings."""

    settings: Settings

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Context:
        """Build the context that environment and configuration file ask for."""
        return cls(load_settings(os.environ if environ is None else environ))

    def annotator(self, request: Request, *, download: Download | None = None) -> Annotator:
        """Load the engines that a request needs; those that cannot be had become notes."""
        from earmark.engines.silero import SileroVad

        transcriber, no_text = _attempt(lambda: self._transcriber(request, download))
        classifier, no_names = _attempt(lambda: self._classifier(request))
        listeners = Listeners(detector=SileroVad(), transcriber=transcriber, classifier=classifier)
        check(listeners, request.options)
        missing = (*no_text, *no_names)
        shape = (__version__, request, self.settings.model, self.settings.compute_type, bool(no_text), bool(no_names))
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

    def _classifier(self, request: Request) -> SoundClassifier | None:
        if not request.options.labels:
            return None
        from earmark.engines.yamnet import Yamnet
        from earmark.services.models import find_sounds

        return Yamnet(find_sounds(self.settings.models_dir))


def _attempt(load: Callable[[], Engine | None]) -> tuple[Engine | None, tuple[Note, ...]]:
    try:
        return load(), ()
    except (ModelNotFound, BrokenModel, MissingExtra) as error:
        return None, (Note(kind=NoteKind.UNAVAILABLE, message=str(error)),)
