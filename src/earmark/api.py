"""Earmark from Python: one call per job."""

from __future__ import annotations

import os
import warnings
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from earmark.app import Annotator, Context, Request, speakers_asked
from earmark.audio.channels import parse_channels
from earmark.audio.source import FileSource, Source, from_array
from earmark.core.annotation import Annotation
from earmark.core.progress import Report, ignore
from earmark.core.speakers import AUTO
from earmark.core.transcript import in_sentences, spoken
from earmark.engines.protocols import TranscribeOptions
from earmark.errors import InvalidValue, ModelNotFound
from earmark.services.annotate import AnnotateOptions
from earmark.services.timeline import TimelineOptions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike

    from earmark.services.listening import Heard


def annotate(
    recording: str | os.PathLike[str] | ArrayLike,
    sample_rate: int | None = None,
    *,
    engine: str = "whisper",
    model: str | os.PathLike[str] | None = None,
    channels: str | int = "mix",
    labels: Sequence[str] = (),
    transcript: TranscribeOptions | None = None,
    timeline: TimelineOptions | None = None,
    language: str | None = None,
    multilingual: bool | None = None,
    speakers: int | str | None = None,
    min_speakers: int | None = None,
    max_speakers: int | None = None,
    diarizer: str | None = None,
    report: Report = ignore,
) -> Annotation:
    """Cover a recording with speech, noise and silence segments, the speech written down.

    Parameters
    ----------
    recording : path or array
        An audio or video file, or samples of shape ``(samples,)`` or ``(channels, samples)`` in [-1, 1].
    sample_rate : int or None
        Samples per second of an array.
    engine : str
        ``whisper``, ``pocketsphinx`` or ``none``.
    model : str, path or None
        Name or folder of Whisper weights.
    channels : str or int
        ``mix``, ``each`` or numbers from 1 such as ``1,2``.
    labels : sequence of str
        Classes of sound to tell apart in the noise, such as ``music``.
    transcript, timeline : options or None
        Finer choices.
    language : str or None
        Language code; detected where None.
    multilingual : bool or None
        Whether the language may change within the recording; None leaves it to ``transcript``.
    speakers : int, str or None
        Number of people who speak, or ``auto`` where it is to be found out. Where neither this nor one of the next
        three is given, speakers are not told apart.
    min_speakers, max_speakers : int or None
        Bounds of their number, both included.
    diarizer : str or None
        What tells speakers apart: ``auto``, ``onnx``, ``spectral``, ``pyannote`` or ``none``.
    report : callable
        Gets a ``Progress`` now and then.

    Returns
    -------
    Annotation
        What could not be had, such as a model, is among its notes and given as a warning.

    Raises
    ------
    EarmarkError
        The recording cannot be read, or something makes no sense.
    """
    if isinstance(labels, str):
        raise InvalidValue(f"labels are a list such as [{labels!r}], not a text")
    found, count = speakers_asked(speakers, least=min_speakers, most=max_speakers, diarizer=diarizer)
    options = AnnotateOptions(
        channels=parse_channels(str(channels)),
        timeline=timeline or TimelineOptions(),
        transcript=_wanted(transcript, language=language, multilingual=multilingual),
        labels=tuple(labels),
        speakers=count,
    )
    source = _source(recording, sample_rate)
    annotator = _load(options, engine=engine, model=model, diarizer=found)
    _warn(annotator)
    _show_pictures()
    return annotator(source, report)


def transcribe(
    recording: str | os.PathLike[str] | ArrayLike,
    sample_rate: int | None = None,
    *,
    engine: str = "whisper",
    model: str | os.PathLike[str] | None = None,
    channels: str | int = "mix",
    transcript: TranscribeOptions | None = None,
    language: str | None = None,
    multilingual: bool | None = None,
    speakers: int | str | None = AUTO,
    min_speakers: int | None = None,
    max_speakers: int | None = None,
    diarizer: str | None = None,
    report: Report = ignore,
    heard: Heard | None = None,
) -> Annotation:
    """Write down what is said in a recording, sentence by sentence, and who says it.

    >>> annotation = transcribe("meeting.mp3", language="en")  # doctest: +SKIP
    >>> for sentence in annotation.segments:  # doctest: +SKIP
    ...     print(sentence.speaker, sentence.text)

    Parameters
    ----------
    recording : path or array
        An audio or video file, or samples of shape ``(samples,)`` or ``(channels, samples)`` in [-1, 1].
    sample_rate : int or None
        Samples per second of an array.
    engine : str
        ``whisper`` or ``pocketsphinx``.
    model : str, path or None
        Name or folder of Whisper weights.
    channels : str or int
        ``mix``, ``each`` or numbers from 1 such as ``1,2``.
    transcript : TranscribeOptions or None
        Finer choices.
    language : str or None
        Language code; detected where None.
    multilingual : bool or None
        Whether the language may change within the recording; None leaves it to ``transcript``.
    speakers : int, str or None
        Number of people who speak; ``auto`` finds it out, None does not tell speakers apart.
    min_speakers, max_speakers : int or None
        Bounds of their number, both included.
    diarizer : str or None
        What tells speakers apart: ``auto``, ``onnx``, ``spectral`` or ``pyannote``.
    report : callable
        Gets a ``Progress`` now and then.
    heard : callable or None
        Gets lists of speech segments, with text and speaker but not yet cut into sentences, as soon as they are
        written down, in order of time.

    Returns
    -------
    Annotation
        Its segments are the sentences, in order of time; `annotate` gives silence and noise as well. What could not be
        had, such as what tells speakers apart, is among its notes and given as a warning. ``earmark.write`` makes
        JSON, subtitles or minutes of it.

    Raises
    ------
    ModelNotFound
        What writes down speech cannot be had: without it there is no transcript.
    EarmarkError
        The recording cannot be read, or something makes no sense.
    """
    if engine == "none":
        raise InvalidValue("the engine none writes nothing down; earmark.annotate draws the timeline alone")
    found, count = speakers_asked(speakers, least=min_speakers, most=max_speakers, diarizer=diarizer)
    options = AnnotateOptions(
        channels=parse_channels(str(channels)),
        transcript=_wanted(transcript, language=language, multilingual=multilingual),
        speakers=count,
    )
    source = _source(recording, sample_rate)
    annotator = _load(options, engine=engine, model=model, diarizer=found)
    if annotator.listeners.transcriber is None:
        raise ModelNotFound(annotator.missing[0].message)
    _warn(annotator)
    _show_pictures()
    annotation = in_sentences(annotator(source, report, heard))
    return replace(annotation, segments=spoken(annotation))


def _load(options: AnnotateOptions, *, engine: str, model: str | os.PathLike[str] | None, diarizer: str) -> Annotator:
    named = None if model is None else os.fspath(model)
    request = Request(engine=engine, model=named, diarizer=diarizer, options=options)
    return Context.from_environment().annotator(request)


def _wanted(given: TranscribeOptions | None, *, language: str | None, multilingual: bool | None) -> TranscribeOptions:
    """Put what is said twice together: the argument counts, not the options."""
    wanted = given or TranscribeOptions()
    wanted = wanted if language is None else replace(wanted, language=language)
    return wanted if multilingual is None else replace(wanted, multilingual=multilingual)


def _warn(annotator: Annotator) -> None:
    for note in annotator.missing:
        # Points at who called the function of this module that calls this one.
        warnings.warn(note.message, stacklevel=3)


def plot(
    annotation: Annotation, recording: str | os.PathLike[str] | ArrayLike | None = None, sample_rate: int | None = None
) -> Figure:
    """Draw a timeline over the spectrogram of its recording.

    Parameters
    ----------
    annotation : Annotation
        What to draw.
    recording : path, array or None
        The sound; None takes the file that the annotation names, if it is there.
    sample_rate : int or None
        Samples per second of an array.
    """
    from earmark.services.picture import draw_picture

    source = _own_source(annotation) if recording is None else _source(recording, sample_rate)
    return draw_picture(annotation, source)


def _source(recording: Any, sample_rate: int | None) -> Source:
    if isinstance(recording, str) and recording.lower().startswith(("http://", "https://")):
        raise InvalidValue("an address is fetched by the command 'earmark annotate'; here, give a file or samples")
    if isinstance(recording, str | os.PathLike):
        return FileSource(Path(recording), os.fspath(recording))
    if sample_rate is None:
        raise InvalidValue("samples need their rate: annotate(samples, sample_rate)")
    return from_array(recording, sample_rate)


def _own_source(annotation: Annotation) -> Source | None:
    named = annotation.recording.source if annotation.recording is not None else ""
    return FileSource(Path(named), named) if named and Path(named).is_file() else None


def _show_pictures() -> None:
    """Let a running notebook show annotations as pictures as well as tables."""
    import sys

    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if shell is not None:
        shell.display_formatter.formatters["image/png"].for_type(Annotation, _png)


def _png(annotation: Annotation) -> bytes | None:
    from earmark.errors import MissingExtra
    from earmark.services.picture import draw_picture, to_png

    try:
        return to_png(draw_picture(annotation, _own_source(annotation)))
    except MissingExtra:
        return None
