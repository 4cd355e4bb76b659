"""File formats for annotations: one module each, all listed in `FORMATS`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from earmark.errors import FormatError, UnknownFormat
from earmark.formats import (
    audacity,
    csv,
    ctm,
    docx,
    eaf,
    earmark_json,
    raven,
    rttm,
    srt,
    textgrid,
    transcript,
    tsv,
    txt,
    vtt,
    whisperseg,
)
from earmark.formats.earmark_json import segment_to_dict
from earmark.formats.files import decode, read_text, write_bytes
from earmark.formats.format import Format

if TYPE_CHECKING:
    from earmark.core.annotation import Annotation

__all__ = ["FORMATS", "Format", "find", "for_path", "loads", "read", "segment_to_dict", "stem", "write"]

FORMATS: tuple[Format, ...] = (
    earmark_json.FORMAT,
    transcript.FORMAT,
    srt.FORMAT,
    vtt.FORMAT,
    txt.FORMAT,
    docx.FORMAT,
    tsv.FORMAT,
    csv.FORMAT,
    textgrid.FORMAT,
    audacity.FORMAT,
    raven.FORMAT,
    rttm.FORMAT,
    ctm.FORMAT,
    eaf.FORMAT,
    whisperseg.FORMAT,
)
"""All formats; of those with the same file ending the first is the one for writing."""


def find(name: str) -> Format:
    """Return the format of that name or alias, whatever the case."""
    wanted = name.strip().lower()
    for known in FORMATS:
        if wanted == known.name or wanted in known.aliases:
            return known
    raise UnknownFormat(f"no format is called {name!r}. There are: {', '.join(known.name for known in FORMATS)}.")


def for_path(path: str | Path) -> Format:
    """Return the format in which a file of that name is written."""
    return _by_suffix(Path(path))[0]


def stem(path: str | Path) -> str:
    """Return the name of a file without folder and without the ending of its format."""
    name = Path(path).name
    return name[: len(name) - max((_suffix_length(known, name) for known in FORMATS), default=0)]


def read(path: str | Path, *, name: str | None = None) -> Annotation:
    """Read an annotation.

    Parameters
    ----------
    path
        File to read.
    name
        Name of its format; by default the format follows from the file ending and, where several formats share it,
        from the content.

    Raises
    ------
    SourceNotFound
        The file is not there or may not be read.
    UnknownFormat
        The file ending belongs to no format that can be read.
    FormatError
        The file does not hold what its format demands.
    """
    path = Path(path)
    readable = _readable(path, name)
    return _load(readable, read_text(path), source=str(path))


def loads(data: bytes, file_name: str, *, name: str | None = None) -> Annotation:
    """Read an annotation from the content of a file, of which only the name is known; see `read`."""
    readable = _readable(Path(file_name), name)
    return _load(readable, decode(data, source=file_name), source=file_name)


def _readable(path: Path, name: str | None) -> list[Format]:
    known = (find(name),) if name else _by_suffix(path)
    readable = [candidate for candidate in known if candidate.reads]
    if not readable:
        raise UnknownFormat(f"{path}: {known[0].title} can be written, but not read: it has no times of segments.")
    return readable


def _load(readable: list[Format], text: str, *, source: str) -> Annotation:
    chosen = readable if len(readable) == 1 else [known for known in readable if known.recognises(text)]
    if not chosen or chosen[0].loads is None:
        titles = " nor ".join(known.title for known in readable)
        raise FormatError(source, f"is neither {titles}. If it is something else, name its format")
    return chosen[0].loads(text, source=source)


def write(annotation: Annotation, path: str | Path, *, name: str | None = None) -> None:
    """Write an annotation, the whole of it or nothing.

    Parameters
    ----------
    annotation
        What to write.
    path
        File to write; one that is there is replaced.
    name
        Name of the format; by default it follows from the file ending.

    Raises
    ------
    UnknownFormat
        The file ending belongs to no format that can be written.
    MissingExtra
        The format needs an optional part that is not installed.
    OutputFailed
        The file could not be written; what was there before is untouched.
    """
    path = Path(path)
    chosen = find(name) if name else for_path(path)
    if not chosen.writes:
        raise UnknownFormat(f"{path}: {chosen.title} can be read, but not written.")
    write_bytes(chosen.encode(annotation), path)


def _by_suffix(path: Path) -> tuple[Format, ...]:
    """Find the formats with the longest file ending that fits."""
    lengths = {known.name: _suffix_length(known, path.name) for known in FORMATS}
    longest = max(lengths.values())
    if not longest:
        endings = ", ".join(dict.fromkeys(known.suffix for known in FORMATS))
        raise UnknownFormat(
            f"{path}: no format has this file ending. There are: {endings}. Or name the format with --from or --to."
        )
    return tuple(known for known in FORMATS if lengths[known.name] == longest)


def _suffix_length(known: Format, name: str) -> int:
    lowered = name.lower()
    return max((len(suffix) for suffix in known.suffixes if lowered.endswith(suffix.lower())), default=0)
