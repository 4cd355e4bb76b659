"""What a file format is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from earmark.errors import MissingExtra, UnknownFormat

if TYPE_CHECKING:
    from collections.abc import Callable

    from earmark.core.annotation import Annotation
    from earmark.core.segment import Segment


class Loads(Protocol):
    """How a format is read."""

    def __call__(self, text: str, *, source: str) -> Annotation:
        """Read the text of a file; ``source`` is what error messages call it."""


def any_text(_text: str) -> bool:
    """Recognise everything: for formats that share their file ending with no other."""
    return True


def nothing_more() -> None:
    """Need nothing beyond the base install."""


def any_segment(_segment: Segment) -> bool:
    """Take every segment: for formats that leave none out."""
    return True


def has_text(segment: Segment) -> bool:
    """Whether somebody wrote down what was said."""
    return bool(segment.text and segment.text.strip())


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One file format for annotations.

    Attributes
    ----------
    name : str
        What users type, in lower case.
    title : str
        What messages call it.
    suffixes : tuple of str
        File endings, the one for writing first; matched without regard to case, the longest wins.
    keeps : frozenset of str
        The fields of a segment that a file carries: ``label``, ``text``, ``speaker``, ``language``, ``words``,
        ``score``, ``tags``, ``band``, ``channel``; and ``areas`` and ``notes`` of the annotation.
    dumps : callable or None
        Annotation to text, or to bytes where files are no text; None where the format is only read. See `encode`.
    loads : Loads or None
        Text to annotation; None where the format is only written.
    recognises : callable
        Whether a text looks like this format; asked where several formats share a file ending.
    takes : callable
        Whether a segment is written at all.
    takes_what : str
        The segments that ``takes`` lets through, in words.
    aliases : tuple of str
        Other names that users type.
    one_string : bool
        A segment has room for one string: its text, else its label.
    names_recording : bool
        A file says by name which recording it belongs to.
    require : callable
        Raises `MissingExtra` where an optional part that it needs is not installed; asked before long work.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    keeps: frozenset[str]
    dumps: Callable[[Annotation], str | bytes] | None
    loads: Loads | None
    recognises: Callable[[str], bool] = any_text
    takes: Callable[[Segment], bool] = any_segment
    takes_what: str = "segments"
    aliases: tuple[str, ...] = ()
    one_string: bool = False
    names_recording: bool = False
    require: Callable[[], None] = nothing_more

    @property
    def suffix(self) -> str:
        """The ending of files that Earmark writes."""
        return self.suffixes[0]

    def encode(self, annotation: Annotation) -> bytes:
        """Write an annotation as the content of a file; texts as UTF-8.

        Raises
        ------
        UnknownFormat
            The format is only read.
        MissingExtra
            It needs an optional part that is not installed.
        """
        if self.dumps is None:
            raise UnknownFormat(f"{self.title} can be read, but not written.")
        written = self.dumps(annotation)
        return written if isinstance(written, bytes) else written.encode("utf-8", errors="backslashreplace")

    @property
    def reads(self) -> bool:
        """Whether files of this format can be read."""
        return self.loads is not None

    @property
    def writes(self) -> bool:
        """Whether files of this format can be written."""
        return self.dumps is not None

    @property
    def installed(self) -> bool:
        """Whether all that it needs is installed."""
        try:
            self.require()
        except MissingExtra:
            return False
        return True
