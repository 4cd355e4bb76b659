"""Annotate many recordings: fetch them, write the results, remember what is done."""

from __future__ import annotations

import hashlib
import tempfile
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from earmark import formats
from earmark.audio.source import FileSource, Source
from earmark.core.annotation import Annotation
from earmark.core.progress import Progress, Report
from earmark.core.transcript import in_sentences
from earmark.errors import EarmarkError, InvalidValue
from earmark.formats.files import write_bytes
from earmark.services.fetch import fetch
from earmark.services.ledger import Ledger, make_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from earmark.formats import Format
    from earmark.services.items import Item

AnnotateOne = Callable[[Source, Report], Annotation]
PICTURE = ".png"
"""Ending of pictures."""
TRANSCRIPTS = frozenset(known.FORMAT.name for known in (formats.transcript, formats.txt, formats.docx))
"""Formats for readers of what was said; subtitles are cut into readable pieces by themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one recording.

    Attributes
    ----------
    item : Item
        The recording.
    annotation : Annotation or None
        None where it failed, or was done before and written in no format that keeps it whole.
    error : str or None
        Why it failed.
    outputs : tuple of Path
        The files that hold the results.
    empty : tuple of str
        Formats whose files hold nothing, because nothing in the annotation fits into them.
    skipped : bool
        Whether it had been done before with the same options.
    elapsed : float
        Seconds that it took, without writing the files.
    """

    item: Item
    annotation: Annotation | None = None
    error: str | None = None
    outputs: tuple[Path, ...] = ()
    empty: tuple[str, ...] = ()
    skipped: bool = False
    elapsed: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to do with every recording.

    Attributes
    ----------
    out : Path
        Output folder, made when needed.
    formats : tuple of str
        Names of formats to write.
    picture : Path or None
        Where to draw the timeline: a file that ends in .png, or a folder.
    resume : bool
        Whether to skip what is done with the same options.
    force : bool
        Whether to replace files that are not results of the same recording.
    options : str
        Everything that shapes a result, as text; compared by ``resume``.
    sentences : bool
        Whether `TRANSCRIPTS` have a segment for each sentence.
    fetch_timeout, fetch_max_bytes
        Bounds of a download in seconds without an answer and in bytes.
    """

    out: Path
    formats: tuple[str, ...]
    picture: Path | None = None
    resume: bool = False
    force: bool = False
    options: str = ""
    sentences: bool = False
    fetch_timeout: float = 30.0
    fetch_max_bytes: int = 10_000_000_000

    def __post_init__(self) -> None:
        for name in self.formats:
            known = formats.find(name)
            if not known.writes:
                raise InvalidValue(f"the format {name} can be read but not written.")
            known.require()
        if self.picture is not None and self.picture.suffix.lower() in (
            ".jpg",
            ".jpeg",
            ".svg",
            ".pdf",
            ".gif",
            ".webp",
        ):
            raise InvalidValue(f"{self.picture}: pictures are PNG; name a file that ends in .png, or a folder.")

    def check(self, items: Sequence[Item]) -> Ledger | None:
        """Find out before work begins whether its results can be written; open the ledger if there will be any."""
        if self.picture is not None:
            if self._is_one_picture and len(items) > 1:
                raise InvalidValue(f"{self.picture} is one picture for {len(items)} recordings: name a folder instead.")
            from earmark.services.picture import require_matplotlib

            require_matplotlib()
            make_folder(self.picture.parent if self._is_one_picture else self.picture)
        return Ledger(self.out) if self.formats else None

    @property
    def _is_one_picture(self) -> bool:
        return self.picture is not None and self.picture.suffix.lower() == PICTURE

    def paths_of(self, item: Item) -> dict[str, Path]:
        """Where the results of a recording go, by format."""
        base = self.out / item.target
        return {name: base.with_name(base.name + formats.find(name).suffixes[0]) for name in self.formats}

    def outputs_of(self, item: Item) -> tuple[Path, ...]:
        """All files that hold results of a recording: by format, then the picture."""
        picture = self.picture_of(item)
        return (*self.paths_of(item).values(), *([picture] if picture is not None else []))

    def picture_of(self, item: Item) -> Path | None:
        """Where the picture of a recording goes."""
        if self.picture is None or self._is_one_picture:
            return self.picture
        return self.picture / f"{item.target}{PICTURE}"

    def key_of(self, item: Item) -> str:
        """The work on a recording as it is now: another file, option or format makes another key."""
        parts = [item.identity, str(item.target), self.options, *self.formats, str(self.picture)]
        parts += ["sentences"] if self.sentences else []
        if item.path is not None:
            try:
                facts = item.path.stat()
            except OSError:
                # What is wrong with the file is told when it is read.
                facts = None
            parts += [str(facts.st_size), str(facts.st_mtime_ns)] if facts else []
        return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()


def annotate_files(
    items: Sequence[Item],
    annotate_one: AnnotateOne,
    *,
    plan: Plan,
    ledger: Ledger | None,
    report: Callable[[Item, Progress], None],
) -> Iterator[Outcome]:
    """Annotate recordings one after the other; a failed one stops nothing.

    Yields
    ------
    Outcome
        One per item, in order. Results are whole or absent, also when the work is interrupted.
    """
    for item in items:
        began = time.monotonic()
        done = _done_before(item, plan, ledger)
        if done is not None:
            yield done
            continue
        try:
            annotation, elapsed = _annotate(item, annotate_one, plan, ledger, partial(report, item))
        except EarmarkError as error:
            yield Outcome(item=item, error=_naming(item, error), elapsed=time.monotonic() - began)
        else:
            empty = tuple(name for name in plan.formats if not any(map(formats.find(name).takes, annotation.segments)))
            outputs = plan.outputs_of(item)
            yield Outcome(item=item, annotation=annotation, outputs=outputs, empty=empty, elapsed=elapsed)


def _naming(item: Item, error: EarmarkError) -> str:
    text = str(error)
    return text if item.name in text or item.target.name in text else f"{item.name}: {text}"


def _done_before(item: Item, plan: Plan, ledger: Ledger | None) -> Outcome | None:
    outputs = ledger.outputs_of(plan.key_of(item)) if ledger is not None and plan.resume else None
    if outputs is None or "json" not in plan.formats:
        return None if outputs is None else Outcome(item=item, outputs=outputs, skipped=True)
    try:
        annotation = formats.read(outputs[plan.formats.index("json")], name="json")
    except EarmarkError:
        # Damaged since: that recording is done again.
        return None
    return Outcome(item=item, annotation=annotation, outputs=outputs, skipped=True)


def _annotate(
    item: Item, annotate_one: AnnotateOne, plan: Plan, ledger: Ledger | None, report: Report
) -> tuple[Annotation, float]:
    """Annotate one recording and write the results; tell how many seconds the first took."""
    began = time.monotonic()
    outputs, picture = plan.outputs_of(item), plan.picture_of(item)
    guard = ledger if ledger is not None and not plan.force else None
    if guard is not None:
        guard.require_free(outputs, item.identity)
    with _source(item, plan, report) as source:
        annotation = annotate_one(source, report)
        elapsed = time.monotonic() - began
        if guard is not None:
            # Once more: the work took its time, and somebody may have written there meanwhile.
            guard.require_free(outputs, item.identity)
        if ledger is not None:
            ledger.begin(item.identity, outputs)
        for name, path in plan.paths_of(item).items():
            make_folder(path.parent)
            _write(annotation, path, formats.find(name), sentences=plan.sentences, seconds=elapsed)
        if picture is not None:
            _draw(annotation, source, picture)
    if ledger is not None:
        ledger.add(plan.key_of(item), item.identity, outputs)
    return annotation, elapsed


def _write(annotation: Annotation, path: Path, known: Format, *, sentences: bool, seconds: float) -> None:
    if sentences and known.name in TRANSCRIPTS:
        annotation = in_sentences(annotation)
    if known is formats.transcript.FORMAT:
        known = replace(known, dumps=partial(formats.transcript.dumps, processing_time=seconds))
    write_bytes(known.encode(annotation), path)


@contextmanager
def _source(item: Item, plan: Plan, report: Report) -> Iterator[Source]:
    if item.url is None:
        yield FileSource(item.path or Path(item.name), item.name)
        return
    with tempfile.TemporaryDirectory(prefix="earmark-") as folder:
        path = fetch(
            item.url,
            Path(folder),
            timeout=plan.fetch_timeout,
            max_bytes=plan.fetch_max_bytes,
            progress=lambda done, total: report(Progress(stage="download", done=done, total=total or 0.0)),
        )
        yield FileSource(path, item.name)


def _draw(annotation: Annotation, source: Source, path: Path) -> None:
    from earmark.services.picture import draw_picture, to_png

    make_folder(path.parent)
    write_bytes(to_png(draw_picture(annotation, source)), path)
