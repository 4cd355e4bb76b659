"""Annotations in and out as files of other programs."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import TYPE_CHECKING

from earmark import formats
from earmark.core.annotation import Annotation
from earmark.core.areas import fitting_areas
from earmark.core.fit import require_fit
from earmark.core.library import clean_name
from earmark.core.people import Permission
from earmark.core.review import AnnotationKind, AnnotationStatus
from earmark.core.segment import in_order
from earmark.errors import InvalidValue, TooLarge, UnknownFormat
from earmark.formats import docx
from earmark.services.annotations import (
    MAX_SEGMENTS,
    MAX_SOURCE,
    add_annotation,
    find,
    find_recording,
    named,
    own_annotation,
    record,
    require_usable,
)
from earmark.services.convert import losses
from earmark.services.items import fitting
from earmark.services.revisions import earlier
from earmark.store import recordings, segments

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from earmark.core.library import StoredRecording
    from earmark.core.people import Actor
    from earmark.core.review import StoredAnnotation, StoredSegment
    from earmark.core.segment import Segment
    from earmark.formats.format import Format
    from earmark.services.platform import Platform

MAX_FILE = 64_000_000
"""Most bytes of an annotation file; 100,000 segments with words are 30 MB of JSON."""
SPREADSHEETS = ("csv", "tsv")
"""Formats that are opened in spreadsheet programs, which run cells that look like formulas."""
_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_GUARDED = re.compile(r"'+[=+\-@\t\r\n＝＋－＠]")
_MEDIA_TYPES = {
    "json": "application/json",
    "transcript": "application/json",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "eaf": "text/xml",
    "docx": docx.MEDIA_TYPE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedFile:
    """An annotation as a file.

    Attributes
    ----------
    name : str
        File name.
    media_type : str
        Content type.
    data : bytes
        Its content.
    losses : tuple of str
        What the format has no place for.
    """

    name: str
    media_type: str
    data: bytes
    losses: tuple[str, ...]


def import_annotation(
    platform: Platform,
    actor: Actor,
    recording_id: str,
    data: bytes,
    *,
    file_name: str,
    format_name: str | None = None,
    mine: bool = False,
) -> StoredAnnotation:
    """Add an annotation to a recording from a file of any format that can be read.

    Parameters
    ----------
    data : bytes
        Content of the file.
    file_name : str
        Its name, from whose ending its format follows.
    format_name : str or None
        Name of its format, where the ending does not tell.
    mine : bool
        It is the actor's own work, to go on with; else it stays as it is and can be copied.

    Raises
    ------
    TooLarge, UnknownFormat, FormatError
        The file is too large, of no known format, or does not hold what its format demands.
    InvalidItems
        Some segments do not fit the recording.
    """
    if len(data) > MAX_FILE:
        raise TooLarge(f"{file_name}: an annotation file has at most {MAX_FILE} bytes.")
    with platform.database.read() as connection:
        find_recording(connection, actor, recording_id, Permission.ANNOTATE)
    file_name = clean_name(file_name)
    found = read(data, file_name, format_name)
    if len(found.segments) > MAX_SEGMENTS:
        raise TooLarge(f"{file_name}: an annotation has at most {MAX_SEGMENTS} segments, not {len(found.segments)}.")
    with platform.database.write() as connection:
        recording = find_recording(connection, actor, recording_id, Permission.ANNOTATE)
        require_usable(recording)
        require_fit(((f"segment {n}", segment) for n, segment in enumerate(found.segments, 1)), recording.media)
        header = add_annotation(
            connection, _header(actor, recording, found, file_name, mine=mine), named(found.segments)
        )
        details = {"recording_id": recording_id, "segments": header.segment_count, "file": file_name}
        record(connection, actor, "annotation.created", header, **details)
        return header


def _header(
    actor: Actor, recording: StoredRecording, found: Annotation, file_name: str, *, mine: bool
) -> StoredAnnotation:
    areas = fitting_areas(found.areas, recording.media)
    header = replace(own_annotation(actor, recording, language=found.language), notes=found.notes, areas=areas)
    if mine:
        return header
    source = (found.source or f"file {file_name}")[:MAX_SOURCE]
    return replace(header, kind=AnnotationKind.FILE, status=AnnotationStatus.SUBMITTED, source=source, author_id=None)


def writable(name: str) -> Format:
    """Return the format of that name; raise `UnknownFormat` or `MissingExtra` where it cannot be written."""
    chosen = formats.find(name)
    if not chosen.writes:
        raise UnknownFormat(f"{chosen.title} can be read, but not written.")
    chosen.require()
    return chosen


def export_annotation(
    platform: Platform, actor: Actor, annotation_id: str, *, format_name: str, revision: int | None = None
) -> ExportedFile:
    """Give an annotation as a file, as it is or as it was at a revision."""
    chosen = writable(format_name)
    with platform.database.snapshot() as connection:
        header = find(connection, actor, annotation_id, Permission.READ)
        if revision is not None and not 1 <= revision <= header.revision:
            raise InvalidValue(f"there is no revision {revision}: the latest is {header.revision}.")
        recording = recordings.get(connection, header.recording_id)
        if revision is None:
            content: Iterable[StoredSegment] = list(segments.every(connection, annotation_id))
        else:
            content = earlier(connection, annotation_id, revision)
    annotation = as_annotation(recording, header, content)
    return ExportedFile(
        name=file_stem(recording.name) + chosen.suffix,
        media_type=_MEDIA_TYPES.get(chosen.name, "text/plain"),
        data=written(annotation, chosen),
        losses=tuple(losses(annotation, chosen)),
    )


def as_annotation(recording: StoredRecording, header: StoredAnnotation, content: Iterable[StoredSegment]) -> Annotation:
    """Put together what formats write; the recording goes by the name that people gave it."""
    return Annotation(
        segments=tuple(sorted((stored.segment for stored in content), key=in_order)),
        recording=replace(recording.media, source=recording.name),
        source=header.source,
        language=header.language,
        notes=header.notes,
        areas=header.areas,
    )


def written(annotation: Annotation, chosen: Format) -> bytes:
    """Write an annotation; in tables, cells that a spreadsheet would run as formulas get an apostrophe before them."""
    if chosen.name in SPREADSHEETS:
        annotation = _cells_changed(annotation, guard)
    return chosen.encode(annotation)


def read(data: bytes, file_name: str, format_name: str | None = None) -> Annotation:
    """Read an annotation file; the apostrophes of `written` are taken away again."""
    annotation = formats.loads(data, file_name, name=format_name)
    if (format_name or PurePath(file_name).suffix[1:]).lower() not in SPREADSHEETS:
        return annotation
    return _cells_changed(annotation, lambda cell: cell[1:] if _GUARDED.match(cell) else cell)


def guard(cell: str) -> str:
    """Put an apostrophe before what a spreadsheet would run: the sign by which it takes a cell for text."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _cells_changed(annotation: Annotation, change: Callable[[str], str]) -> Annotation:
    return replace(annotation, segments=tuple(_segment_changed(segment, change) for segment in annotation.segments))


def _segment_changed(segment: Segment, change: Callable[[str], str]) -> Segment:
    values = (segment.label, segment.text, segment.speaker, segment.language)
    label, text, speaker, language = (None if value is None else change(value) for value in values)
    # Tags share one cell, which begins with the name of the first.
    tags = tuple((change(name) if n == 0 else name, value) for n, (name, value) in enumerate(segment.tags))
    return replace(segment, label=label, text=text, speaker=speaker, language=language, tags=tags)


def file_stem(name: str) -> str:
    """Make a file name without ending that every system takes of the name of a recording."""
    stem = re.sub(r'[\\/:*?"<>|]', "_", PurePath(clean_name(name)).stem).strip(". ")
    stem = f"_{stem}" if _RESERVED.fullmatch(stem) else stem
    return fitting(stem) or "recording"


_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)
"""Names of devices on Windows."""
