"""From one annotation format to another."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from earmark import formats
from earmark.core.recording import Recording
from earmark.errors import UnknownFormat
from earmark.formats.format import has_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from earmark.core.annotation import Annotation
    from earmark.core.segment import Segment

_FIELDS: Mapping[str, tuple[str, Callable[[Segment], bool]]] = {
    "label": ("label", lambda segment: segment.label is not None),
    "text": ("text", has_text),
    "speaker": ("speaker", lambda segment: segment.speaker is not None),
    "language": ("language", lambda segment: segment.language is not None),
    "words": ("times of words", lambda segment: bool(segment.words)),
    "score": ("score", lambda segment: segment.score is not None),
    "tags": ("tags", lambda segment: bool(segment.tags)),
    "band": ("frequency band", lambda segment: segment.low_hz is not None or segment.high_hz is not None),
    "channel": ("channel", lambda segment: segment.channel is not None),
}


def convert(
    source: Path, target: Path, *, source_format: str | None = None, target_format: str | None = None
) -> Annotation:
    """Read an annotation and write it in another format.

    Parameters
    ----------
    source, target : Path
        File to read and file to write; a file that is there is replaced.
    source_format, target_format : str or None
        Names of the formats; by default they follow from the file endings.

    Returns
    -------
    Annotation
        What was read; `losses` says what of it the other format has no place for.
    """
    chosen = target_of(target, target_format)
    annotation = formats.read(source, name=source_format)
    if chosen.names_recording and annotation.recording is None:
        annotation = replace(annotation, recording=Recording(source=formats.stem(source)))
    formats.write(annotation, target, name=chosen.name)
    return annotation


def target_of(target: Path, name: str | None = None) -> formats.Format:
    """Return the format to write, by name or by file ending.

    Raises
    ------
    UnknownFormat, MissingExtra
        It cannot be written at all, or not with what is installed.
    """
    chosen = formats.find(name) if name else formats.for_path(target)
    if not chosen.writes:
        raise UnknownFormat(f"{target}: {chosen.title} can be read, but not written.")
    chosen.require()
    return chosen


def losses(annotation: Annotation, target: formats.Format) -> list[str]:
    """Say what of an annotation a format has no place for, one line each; none where it keeps all."""
    written = [segment for segment in annotation.segments if target.takes(segment)]
    lost = []
    if left_out := len(annotation.segments) - len(written):
        lost.append(f"{_segments(left_out)} left out: {target.title} holds {target.takes_what} only")
    for field, (what, present) in _FIELDS.items():
        count = sum(present(segment) and not _kept(field, segment, target) for segment in written)
        if count:
            lost.append(f"{what} of {_segments(count)}")
    if annotation.areas and "areas" not in target.keeps:
        lost.append(f"{len(annotation.areas)} annotated {'area' if len(annotation.areas) == 1 else 'areas'}")
    if annotation.notes and "notes" not in target.keeps:
        lost.append(f"{len(annotation.notes)} {'note' if len(annotation.notes) == 1 else 'notes'}")
    return lost


def _kept(field: str, segment: Segment, target: formats.Format) -> bool:
    if target.one_string and field in ("label", "speaker"):
        return has_text(segment) == (field == "speaker")
    return field in target.keeps


def _segments(count: int) -> str:
    return f"{count} {'segment' if count == 1 else 'segments'}"
