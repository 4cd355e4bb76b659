"""What is asked of the engines in a job, and how they stay loaded from one job to the next."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from earmark.engines.protocols import TranscribeOptions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from earmark.audio.source import Source
    from earmark.core.annotation import Annotation, Note
    from earmark.core.progress import Report
    from earmark.core.project import Pipeline
    from earmark.core.segment import Segment
    from earmark.core.speakers import Voice
    from earmark.services.registered import Weights


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """What is asked of the engines.

    Attributes
    ----------
    pipeline : Pipeline
        Which engines, and how they listen.
    labels : tuple of str
        The labels of the project.
    weights : Weights or None
        Weights from the registry, where such are used.
    transcript : TranscribeOptions or None
        How speech is written down; None takes what the pipeline says.
    """

    pipeline: Pipeline
    labels: tuple[str, ...] = ()
    weights: Weights | None = None
    transcript: TranscribeOptions | None = None

    @property
    def engines(self) -> Hashable:
        """What has to be loaded for it: engines that serve one serve all that are equal in this."""
        pipeline = self.pipeline
        return pipeline.engine, pipeline.model, pipeline.labels, pipeline.diarizer, self.weights

    @property
    def options(self) -> TranscribeOptions:
        """How speech is written down."""
        pipeline = self.pipeline
        return self.transcript or TranscribeOptions(language=pipeline.language, multilingual=pipeline.multilingual)


class Annotates(Protocol):
    """Engines that are loaded, and what is asked of them."""

    @property
    def missing(self) -> tuple[Note, ...]:
        """What was asked for and could not be had."""

    @property
    def names(self) -> Mapping[str, str]:
        """The engine of each stage in which one listens, with its weights."""

    def asked(self, listening: Listening) -> Annotates:
        """The same engines, of which something else is asked."""

    def __call__(self, source: Source, report: Report, heard: Heard | None = None) -> Annotation:
        """Annotate one recording; speech segments are given to ``heard`` as soon as they are written down."""

    def detect_language(self, source: Source, report: Report) -> tuple[str, float]:
        """Find out which language is spoken at the beginning of a recording, and with what probability."""

    def voice_of(self, source: Source) -> Voice | None:
        """Give the voice in a sample with one speaker; None where voices cannot be compared."""


Heard = Callable[["Sequence[Segment]"], None]
"""Gets segments that will not change any more, in order of time per channel."""
AnnotatorFor = Callable[[Listening], Annotates]
"""Loads the engines that are asked for."""


def keep_last(load: AnnotatorFor) -> AnnotatorFor:
    """Load engines anew only when other ones are asked for than last time, or when something was missing."""
    kept: dict[Hashable, Annotates] = {}

    def annotator_for(listening: Listening) -> Annotates:
        found = kept.get(listening.engines)
        if found is not None:
            return found.asked(listening)
        kept.clear()  # Before others are loaded: two models may not fit into memory.
        found = load(listening)
        if not found.missing:
            kept[listening.engines] = found
        return found

    return annotator_for
