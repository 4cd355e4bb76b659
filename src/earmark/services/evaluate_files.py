"""Measure annotation files: one against another, or two folders paired by name."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import TYPE_CHECKING, Any

from earmark import formats
from earmark.core.annotation import Annotation
from earmark.core.segment import Segment
from earmark.errors import EarmarkError, InvalidValue, SourceNotFound, UnknownFormat
from earmark.formats.files import read_text
from earmark.services.evaluate import DEFAULTS, Evaluation, EvaluationOptions, evaluate, kinds_of

if TYPE_CHECKING:
    from pathlib import Path

TRANSCRIPTS = frozenset({".txt", ".lab"})
"""Endings of files that are one whole transcript without times, unless they are recognised as an annotation format."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileEvaluation:
    """One hypothesis file measured against its reference file.

    Attributes
    ----------
    name : str
        Path inside the folders without its ending; the name of the reference for single files.
    reference, hypothesis : Path
        The files.
    evaluation : Evaluation
        Empty where one of the files could not be read.
    error : str or None
        Why one of the files could not be read.
    """

    name: str
    reference: Path
    hypothesis: Path
    evaluation: Evaluation
    error: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return what was measured, for a report."""
        return {
            "name": self.name,
            "reference": str(self.reference),
            "hypothesis": str(self.hypothesis),
            "error": self.error,
            **self.evaluation.to_dict(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationReport:
    """All files that were measured, and those that were not.

    Attributes
    ----------
    files : tuple of FileEvaluation
        In order of their names.
    options : EvaluationOptions
        What counted as right.
    unpaired_references, unpaired_hypotheses : tuple of Path
        Files without a partner; they are in no score.
    """

    files: tuple[FileEvaluation, ...]
    options: EvaluationOptions
    unpaired_references: tuple[Path, ...] = ()
    unpaired_hypotheses: tuple[Path, ...] = ()

    @property
    def total(self) -> Evaluation:
        """The sum of the counts of all files (micro-average)."""
        return reduce(add, (file.evaluation for file in self.files), Evaluation())

    @property
    def complete(self) -> bool:
        """Whether every file had a partner and could be read."""
        unpaired = self.unpaired_references or self.unpaired_hypotheses
        return not unpaired and all(file.error is None for file in self.files)

    def to_dict(self) -> dict[str, Any]:
        """Return everything, for a report."""
        return {
            "files": [file.to_dict() for file in self.files],
            "total": self.total.to_dict(),
            "unpaired": {
                "reference": [str(path) for path in self.unpaired_references],
                "hypothesis": [str(path) for path in self.unpaired_hypotheses],
            },
            "options": self.options.to_dict(),
        }


def evaluate_paths(reference: Path, hypothesis: Path, *, options: EvaluationOptions = DEFAULTS) -> EvaluationReport:
    """Measure a file against a file, or all files of a folder against those of another with the same names.

    Folders are searched with their subfolders; files pair by their path in the folder without the ending. Where
    several files of one folder have that name, the hypothesis takes the one with the ending of the reference, else
    Earmark JSON, else the first by alphabet.

    Parameters
    ----------
    reference, hypothesis : Path
        Two files or two folders.
    options : EvaluationOptions
        What counts as right.

    Raises
    ------
    EarmarkError
        A path does not exist, a file is compared with a folder, a folder holds no annotation, or one of two single
        files cannot be read. In folders, a file that cannot be read is told in the report and the others go on.
    """
    for path in (reference, hypothesis):
        if not path.exists():
            raise SourceNotFound(f"{path}: no such file or folder. Check the name.")
    if reference.is_dir() != hypothesis.is_dir():
        raise InvalidValue(f"{reference} and {hypothesis}: give two files or two folders, not one of each.")
    if reference.is_dir():
        return _folders(reference, hypothesis, options)
    evaluation = evaluate(read(reference), read(hypothesis), options=options)
    single = FileEvaluation(name=_name(reference), reference=reference, hypothesis=hypothesis, evaluation=evaluation)
    return EvaluationReport(files=(single,), options=options)


def read(path: Path) -> Annotation:
    """Read an annotation file, or a plain transcript (.txt, .lab) as one text without times."""
    if not _may_be_transcript(path):
        return formats.read(path)
    text = read_text(path)
    sharing = [known for known in formats.FORMATS if path.suffix.lower() in known.suffixes and known.reads]
    if text.strip() and any(known.recognises(text) for known in sharing):
        return formats.read(path)
    return Annotation(segments=(Segment(start=0.0, end=0.0, text=text),))


def _may_be_transcript(path: Path) -> bool:
    """Whether the ending says no more than text: ``.txt``, but not ``.selections.txt``."""
    ending = path.name.removeprefix(formats.stem(path)) or path.suffix
    return ending.lower() in TRANSCRIPTS


def _is_annotation(path: Path) -> bool:
    try:
        return formats.for_path(path).reads
    except UnknownFormat:
        return False


def _folders(reference: Path, hypothesis: Path, options: EvaluationOptions) -> EvaluationReport:
    said, heard = _by_name(reference), _by_name(hypothesis)
    chosen = {name: _choose(said[name], heard[name]) for name in sorted(said.keys() & heard.keys())}
    return EvaluationReport(
        files=_measure(chosen, options),
        options=options,
        unpaired_references=tuple(path for name in sorted(said.keys() - heard.keys()) for path in said[name]),
        unpaired_hypotheses=tuple(path for name in sorted(heard.keys() - said.keys()) for path in heard[name]),
    )


def _by_name(folder: Path) -> dict[str, list[Path]]:
    """Annotation files of a folder by their path in it without the ending, Earmark JSON first."""
    files: dict[str, list[Path]] = defaultdict(list)
    for path in sorted(folder.rglob("*"), key=lambda path: (path.suffix.lower() != ".json", path)):
        readable = _is_annotation(path) or _may_be_transcript(path)
        if readable and path.is_file() and not path.name.startswith("."):
            files[path.relative_to(folder).with_name(_name(path)).as_posix()].append(path)
    if not files:
        raise SourceNotFound(f"{folder}: holds no annotation file. Give the folder with the .json, .srt, ... files.")
    return files


def _name(path: Path) -> str:
    stem = formats.stem(path)
    return path.stem if stem == path.name else stem


def _choose(references: list[Path], hypotheses: list[Path]) -> tuple[Path, Path]:
    reference = references[0]
    same = [path for path in hypotheses if path.suffix.lower() == reference.suffix.lower()]
    return reference, (same or hypotheses)[0]


def _measure(chosen: dict[str, tuple[Path, Path]], options: EvaluationOptions) -> tuple[FileEvaluation, ...]:
    """Measure all pairs, knowing from all of them what the source of the hypotheses can tell."""
    pairs: dict[str, tuple[Annotation, Annotation]] = {}
    errors: dict[str, str] = {}
    for name, (reference, hypothesis) in chosen.items():
        try:
            pairs[name] = read(reference), read(hypothesis)
        except EarmarkError as error:
            errors[name] = str(error)
    offered = kinds_of(hypothesis for _, hypothesis in pairs.values())
    scores = {name: evaluate(*pair, options=options, offered=offered) for name, pair in pairs.items()}
    return tuple(
        FileEvaluation(
            name=name,
            reference=reference,
            hypothesis=hypothesis,
            evaluation=scores.get(name, Evaluation()),
            error=errors.get(name),
        )
        for name, (reference, hypothesis) in chosen.items()
    )
