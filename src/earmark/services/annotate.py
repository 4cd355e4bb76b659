"""The main job: a recording becomes a labelled, transcribed timeline."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from earmark.audio.channels import MIX, Channels
from earmark.core.annotation import Annotation, Note, NoteKind
from earmark.core.progress import Report, ignore
from earmark.core.segment import NOISE, SILENCE, SPEECH, Segment, in_order
from earmark.engines.protocols import Diarizer, SoundClassifier, SpeechDetector, TranscribeOptions, Transcriber
from earmark.errors import InvalidValue
from earmark.services.analyse import Analysis, analyse, even
from earmark.services.sounds import name_noise, wanted_classes
from earmark.services.tell_apart import ToldApart, tell_apart
from earmark.services.timeline import TimelineOptions, draw, speech_spans
from earmark.services.transcribe import transcribe

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from earmark.audio.source import Source
    from earmark.core.speakers import SpeakerCount
    from earmark.services.listening import Heard
    from earmark.services.transcribe import Aligners


@dataclass(frozen=True, slots=True, kw_only=True)
class Listeners:
    """The engines that listen.

    Attributes
    ----------
    detector : SpeechDetector
        Finds speech.
    transcriber : Transcriber or None
        Writes it down; None leaves the timeline without text.
    classifier : SoundClassifier or None
        Names noise; None leaves it noise.
    diarizer : Diarizer or None
        Tells speakers apart; None leaves speech without speakers.
    aligner : callable or None
        Gives what finds the times of words in a language; None leaves those of the transcriber.
    """

    detector: SpeechDetector
    transcriber: Transcriber | None = None
    classifier: SoundClassifier | None = None
    diarizer: Diarizer | None = None
    aligner: Aligners | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnotateOptions:
    """What the user wants.

    Attributes
    ----------
    channels : Channels
        Which channels to listen to.
    timeline : TimelineOptions
        How the timeline is drawn.
    transcript : TranscribeOptions
        How speech is written down.
    labels : tuple of str
        Labels wanted besides speech, noise and silence: classes of the sound classifier.
    speakers : SpeakerCount or None
        How many speakers there may be; None does not ask who speaks.
    """

    channels: Channels = MIX
    timeline: TimelineOptions = field(default_factory=TimelineOptions)
    transcript: TranscribeOptions = field(default_factory=TranscribeOptions)
    labels: tuple[str, ...] = ()
    speakers: SpeakerCount | None = None

    def __post_init__(self) -> None:
        others = tuple(label for label in dict.fromkeys(self.labels) if label not in (SPEECH, NOISE, SILENCE))
        object.__setattr__(self, "labels", others)


def check(listeners: Listeners, options: AnnotateOptions) -> None:
    """Raise ``InvalidValue`` if the engines cannot do what is asked, before any time is spent."""
    if listeners.transcriber is not None:
        listeners.transcriber.check(options.transcript)
    if listeners.classifier is not None:
        wanted_classes(options.labels, listeners.classifier.classes)
    if listeners.diarizer is not None and listeners.diarizer.sample_rate != listeners.detector.sample_rate:
        raise InvalidValue(f"{listeners.diarizer.name} and {listeners.detector.name} listen at different rates")


def annotate(
    source: Source,
    *,
    listeners: Listeners,
    options: AnnotateOptions,
    made_by: str,
    report: Report = ignore,
    heard: Heard | None = None,
) -> Annotation:
    """Listen to a recording and cover it with segments, speech written down.

    Parameters
    ----------
    source : Source
        What to listen to.
    listeners : Listeners
        The engines.
    options : AnnotateOptions
        What is wanted.
    made_by : str
        Name and version of the program, for the record.
    report : callable
        Gets a ``Progress`` now and then; may raise to cancel.
    heard : callable, optional
        Gets segments of speech, with text and speaker, as soon as they will not change any more.

    Returns
    -------
    Annotation
        For each chosen channel, segments that cover the whole recording without gap; none overlap, but those of people
        who speak at the same time where speakers are told apart.

    Raises
    ------
    UnreadableMedia, SourceNotFound
        The source cannot be read.
    InvalidValue
        Something is asked for that the recording or an engine does not have.
    """
    check(listeners, options)
    analysis = analyse(
        source,
        channels=options.channels,
        detector=listeners.detector,
        classifier=listeners.classifier,
        labels=options.labels,
        diarizer=listeners.diarizer,
        speakers=options.speakers,
        report=report,
    )
    rows = [_timeline(analysis, row, listeners, options) for row in range(len(analysis.channels))]
    notes = [Note(kind=NoteKind.WARNING, message=f"the recording {problem}") for problem in analysis.problems]
    told = tell_apart(analysis, rows, listeners.diarizer, options.speakers)
    rows, notes = told.rows, [*notes, *told.notes]
    language = None
    if (engine := listeners.transcriber) is not None:
        blocks = even(
            source,
            analysis.picked,
            analysis.loudness,
            rate=engine.sample_rate,
            report=report,
            stage="transcript",
        )
        written = transcribe(
            blocks,
            rows,
            engine=engine,
            options=options.transcript,
            activity=[_activity(analysis, row, told, listeners, options) for row in range(len(rows))],
            aligner=listeners.aligner,
            heard=told.passed_on(heard),
        )
        rows, language = written.rows, written.language
        notes += written.notes
    segments = [segment for row in rows for segment in told.spoken(row)]
    return Annotation(
        segments=tuple(sorted(segments, key=in_order)),
        recording=analysis.recording,
        source=_credit(made_by, listeners),
        language=language,
        notes=tuple(notes),
        voices=told.voices,
    )


def _timeline(analysis: Analysis, row: int, listeners: Listeners, options: AnnotateOptions) -> list[Segment]:
    segments = draw(
        analysis.levels[row],
        analysis.speech[row],
        hop=listeners.detector.hop / listeners.detector.sample_rate,
        loudness=analysis.loudness[row],
        duration=analysis.recording.duration or 0.0,
        channel=analysis.channels[row],
        options=options.timeline,
    )
    classifier = listeners.classifier
    if classifier is None or analysis.sounds is None:
        return segments
    hop = classifier.hop / classifier.sample_rate
    return list(name_noise(segments, analysis.sounds[row], hop=hop, labels=options.labels))


def _activity(
    analysis: Analysis, row: int, told: ToldApart, listeners: Listeners, options: AnnotateOptions
) -> NDArray[np.float64]:
    """When somebody speaks on a channel, by the speech detector and by who tells speakers apart."""
    detector = listeners.detector
    hop = detector.hop / detector.sample_rate
    spans = speech_spans(
        analysis.levels[row],
        analysis.speech[row],
        hop=hop,
        loudness=analysis.loudness[row],
        options=options.timeline,
    )
    turns = told.turns.get(analysis.channels[row])
    if turns is None:
        return spans
    return np.array(sorted([*spans.tolist(), *([turn.start, turn.end] for turn in turns.all)])).reshape(-1, 2)


def _credit(made_by: str, listeners: Listeners) -> str:
    return f"{made_by} ({', '.join(_names(listeners))})"


def _names(listeners: Listeners) -> Iterator[str]:
    engines: Sequence[SpeechDetector | SoundClassifier | Diarizer | Transcriber | None] = (
        listeners.detector,
        listeners.classifier,
        listeners.diarizer,
        listeners.transcriber,
    )
    return (engine.name for engine in engines if engine is not None)
