"""Annotate many recordings: find them, fetch them, write the results, remember what is done."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path, PurePath

from earmark import formats
from earmark.audio.source import FileSource, Source
from earmark.core.annotation import Annotation
from earmark.core.progress import Progress, Report
from earmark.errors import EarmarkError, InvalidValue, OutputFailed
from earmark.formats.files import write_bytes
from earmark.services.fetch import fetch, is_url, redact

MEDIA_SUFFIXES = frozenset(
    [
        ".3gp",
        ".aac",
        ".ac3",
        ".aif",
        ".aiff",
        ".amr",
        ".ape",
        ".au",
        ".avi",
        ".caf",
        ".dsf",
        ".eac3",
        ".flac",
        ".flv",
        ".m2ts",
        ".m4a",
        ".m4b",
        ".m4v",
        ".mka",
        ".mkv",
        ".mov",
        ".mp2",
        ".mp3",
        ".mp4",
        ".mpeg",
        ".mpg",
        ".mts",
        ".oga",
        ".ogg",
        ".ogv",
        ".opus",
        ".ra",
        ".rf64",
        ".tta",
        ".ts",
        ".voc",
        ".w64",
        ".wav",
        ".wave",
        ".weba",
        ".webm",
        ".wma",
        ".wmv",
        ".wv",
    ]
)
"""Endings that count as recordings inside a folder; a file named by the user may end in anything."""
LEDGER = ".earmark-done.jsonl"
"""File in the output folder that says what is done, for ``resume``."""

AnnotateOne = Callable[[Source, Report], Annotation]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One recording to annotate.

    Attributes
    ----------
    name : str
        What the user called it: a path or a URL.
    path : Path or None
        The file; None for a URL.
    target : PurePath
        Its results, relative to the output folder and without ending.
    """

    name: str
    path: Path | None
    target: PurePath


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one recording.

    Attributes
    ----------
    item : Item
        The recording.
    annotation : Annotation or None
        None where it failed or was done before.
    error : str or None
        Why it failed.
    outputs : tuple of Path
        The files that hold the results.
    skipped : bool
        Whether it had been done before with the same options.
    elapsed : float
        Seconds that it took.
    """

    item: Item
    annotation: Annotation | None = None
    error: str | None = None
    outputs: tuple[Path, ...] = ()
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
    options : str
        Everything that shapes a result, as text; compared by ``resume``.
    fetch_timeout, fetch_max_bytes
        Bounds of a download in seconds without an answer and in bytes.
    """

    out: Path
    formats: tuple[str, ...]
    picture: Path | None = None
    resume: bool = False
    options: str = ""
    fetch_timeout: float = 30.0
    fetch_max_bytes: int = 10_000_000_000


def find_items(inputs: Sequence[str], *, glob: str | None = None) -> list[Item]:
    """List the recordings that files, folders (searched to the bottom) and http(s) URLs stand for.

    Parameters
    ----------
    inputs : sequence of str
        As the user gave them.
    glob : str or None
        Pattern that the files in folders must match, such as ``*.wav``; by default all known media endings.

    Raises
    ------
    InvalidValue
        A folder holds no recording, or the pattern is malformed.
    """
    items: dict[str, Item] = {}
    for text in inputs:
        for item in _find(text, glob):
            items.setdefault(item.name, item)
    return _apart(list(items.values()))


def _find(text: str, glob: str | None) -> Iterator[Item]:
    if is_url(text):
        yield Item(name=text, path=None, target=PurePath(_url_stem(text)))
    elif Path(text).is_dir():
        yield from _in_folder(Path(text), glob)
    else:
        yield Item(name=text, path=Path(text), target=PurePath(Path(text).stem))


def _url_stem(url: str) -> str:
    from urllib.parse import unquote, urlsplit

    parts = urlsplit(url)
    stem = PurePath(unquote(parts.path).replace("\0", "")).stem
    safe = "".join(c if c.isprintable() and c not in '\\/:*?"<>|' else "_" for c in stem)[:100].strip(". ")
    return safe or parts.hostname or "recording"


def _in_folder(folder: Path, glob: str | None) -> Iterator[Item]:
    try:
        found = sorted(path for path in folder.rglob(glob or "*") if path.is_file() and _wanted(path, glob))
    except (ValueError, NotImplementedError) as error:
        raise InvalidValue(f"{glob!r} is not a pattern for file names: {error}") from None
    if not found:
        what = f"matches {glob!r}" if glob else "has an ending of a media file (choose others with --glob)"
        raise InvalidValue(f"{folder}: no file in this folder {what}.")
    for path in found:
        yield Item(name=str(path), path=path, target=path.relative_to(folder).with_suffix(""))


def _wanted(path: Path, glob: str | None) -> bool:
    return glob is not None or (path.suffix.lower() in MEDIA_SUFFIXES and not path.name.startswith("."))


def _apart(items: list[Item]) -> list[Item]:
    """Keep results of recordings apart that differ in their ending or folder only."""
    for step in (_with_ending, _with_number):
        shared = Counter(str(item.target).casefold() for item in items)
        items = [
            step(item, index) if shared[str(item.target).casefold()] > 1 else item for index, item in enumerate(items)
        ]
    return items


def _with_ending(item: Item, _: int) -> Item:
    suffix = item.path.suffix if item.path is not None else ""
    return replace(item, target=item.target.with_name(item.target.name + suffix)) if suffix else item


def _with_number(item: Item, index: int) -> Item:
    return replace(item, target=item.target.with_name(f"{item.target.name}-{index + 1}"))


def annotate_files(
    items: Sequence[Item], annotate_one: AnnotateOne, *, plan: Plan, report: Callable[[Item, Progress], None]
) -> Iterator[Outcome]:
    """Annotate recordings one after the other; a failed one stops nothing.

    Yields
    ------
    Outcome
        One per item, in order. Results are whole or absent, also when the work is interrupted.
    """
    ledger = _Ledger(plan)
    for item in items:
        began = time.monotonic()
        done = ledger.outputs_of(item) if plan.resume else None
        if done is not None:
            yield Outcome(item=item, outputs=done, skipped=True)
            continue
        try:
            annotation, outputs = _annotate(item, annotate_one, plan, partial(report, item))
            ledger.add(item, outputs)
        except EarmarkError as error:
            yield Outcome(item=item, error=str(error), elapsed=time.monotonic() - began)
        else:
            yield Outcome(item=item, annotation=annotation, outputs=outputs, elapsed=time.monotonic() - began)


def _annotate(item: Item, annotate_one: AnnotateOne, plan: Plan, report: Report) -> tuple[Annotation, tuple[Path, ...]]:
    with _source(item, plan, report) as source:
        annotation = annotate_one(source, report)
        outputs = _write(annotation, item, plan)
        if plan.picture is None:
            return annotation, outputs
        return annotation, (*outputs, _draw(annotation, source, item, plan.picture))


@contextmanager
def _source(item: Item, plan: Plan, report: Report) -> Iterator[Source]:
    if item.path is not None:
        yield FileSource(item.path, item.name)
        return
    with tempfile.TemporaryDirectory(prefix="earmark-") as folder:
        path = fetch(
            item.name,
            Path(folder),
            timeout=plan.fetch_timeout,
            max_bytes=plan.fetch_max_bytes,
            progress=lambda done, total: report(Progress(stage="download", done=done, total=total or 0.0)),
        )
        yield FileSource(path, redact(item.name))


def _write(annotation: Annotation, item: Item, plan: Plan) -> tuple[Path, ...]:
    base = plan.out / item.target
    outputs = []
    for name in plan.formats:
        path = base.with_name(base.name + formats.find(name).suffixes[0])
        _make_folder(path.parent)
        formats.write(annotation, path, name=name)
        outputs.append(path)
    return tuple(outputs)


def _draw(annotation: Annotation, source: Source, item: Item, picture: Path) -> Path:
    from earmark.services.picture import draw_picture, to_png

    path = picture if picture.suffix.lower() == ".png" else picture / f"{item.target}.png"
    _make_folder(path.parent)
    write_bytes(to_png(draw_picture(annotation, source)), path)
    return path


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputFailed(
            f"{folder}: this folder cannot be made ({error.strerror}). Choose another with --out."
        ) from None


@dataclass(slots=True)
class _Ledger:
    """What is done in an output folder: one JSON object per line, the last line of a recording counts."""

    plan: Plan
    _known: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.plan.resume and self._path.is_file():
            for line in self._path.read_text(encoding="utf-8", errors="replace").splitlines():
                self._learn(line)

    @property
    def _path(self) -> Path:
        return self.plan.out / LEDGER

    def _learn(self, line: str) -> None:
        try:
            entry = json.loads(line)
            self._known[entry["key"]] = list(entry["outputs"])
        except (ValueError, KeyError, TypeError):
            # A line cut off by a crash: that recording is done again.
            return

    def outputs_of(self, item: Item) -> tuple[Path, ...] | None:
        """The results of a recording that is done and unchanged, else None."""
        outputs = self._known.get(self._key(item))
        if outputs is None or not all(Path(self.plan.out, name).is_file() for name in outputs):
            return None
        return tuple(Path(self.plan.out, name) for name in outputs)

    def add(self, item: Item, outputs: Sequence[Path]) -> None:
        """Remember that a recording is done."""
        if not outputs:
            return
        entry = {
            "key": self._key(item),
            "file": item.name,
            "outputs": [os.path.relpath(path, self.plan.out) for path in outputs],
        }
        try:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(entry) + "\n")
        except OSError as error:
            raise OutputFailed(f"{self._path}: cannot be written ({error.strerror}).") from None

    def _key(self, item: Item) -> str:
        parts = [item.name, str(item.target), self.plan.options, *self.plan.formats]
        if item.path is not None and item.path.is_file():
            facts = item.path.stat()
            parts += [str(item.path.resolve()), str(facts.st_size), str(facts.st_mtime_ns)]
        return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()
