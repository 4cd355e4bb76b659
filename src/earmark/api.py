"""Earmark from Python: one call per job."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from earmark.app import Context, Request
from earmark.audio.channels import parse_channels
from earmark.audio.source import FileSource, Source, from_array
from earmark.core.annotation import Annotation
from earmark.core.progress import Report, ignore
from earmark.engines.protocols import TranscribeOptions
from earmark.errors import InvalidValue
from earmark.services.annotate import AnnotateOptions
from earmark.services.timeline import TimelineOptions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike


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
    from dataclasses import replace

    if isinstance(labels, str):
        raise InvalidValue(f"labels are a list such as [{labels!r}], not a text")
    wanted = transcript or TranscribeOptions()
    options = AnnotateOptions(
        channels=parse_channels(str(channels)),
        timeline=timeline or TimelineOptions(),
        transcript=wanted if language is None else replace(wanted, language=language),
        labels=tuple(labels),
    )
    request = Request(engine=engine, model=None if model is None else os.fspath(model), options=options)
    source = _source(recording, sample_rate)
    annotator = Context.from_environment().annotator(request)
    for note in annotator.missing:
        warnings.warn(note.message, stacklevel=2)
    _show_pictures()
    return annotator(source, report)


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
