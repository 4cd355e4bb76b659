"""``earmark convert``: annotations from one file format to another."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from earmark import formats
from earmark.errors import EarmarkError, InvalidValue, OutputFailed
from earmark.services import convert as service

if TYPE_CHECKING:
    from collections.abc import Sequence

Job = tuple[Path, Path]


def convert(
    files: Annotated[list[Path], typer.Argument(metavar="FILE TARGET | FILE... --out FOLDER", help="Annotations.")],
    *,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Folder for the results; needs --to.")] = None,
    source_format: Annotated[str | None, typer.Option("--from", help="Format to read, if not by file ending.")] = None,
    target_format: Annotated[str | None, typer.Option("--to", help="Format to write, if not by file ending.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace files that are there.")] = False,
) -> int:
    """Convert annotations between file formats, one file, or many into a folder."""
    failed = False
    for source, target in _jobs(files, out, target_format):
        try:
            _convert(source, target, source_format, target_format, force=force)
        except EarmarkError as error:
            failed = True
            typer.echo(f"earmark: {error}", err=True)
    return int(failed)


def _jobs(files: Sequence[Path], out: Path | None, target_format: str | None) -> list[Job]:
    """Pair what is read with what is written; raise `InvalidValue` where that is not clear."""
    if out is None:
        if len(files) != 2:
            raise InvalidValue("give one file to read and one to write, or several with --out FOLDER --to FORMAT.")
        service.target_of(files[1], target_format)
        return [(files[0], files[1])]
    if target_format is None:
        raise InvalidValue("with --out, name the format to write: --to csv, for example.")
    suffix = service.target_of(out, target_format).suffix
    jobs = [(path, out / f"{formats.stem(path)}{suffix}") for path in files]
    _require_different(jobs)
    _make_folder(out)
    return jobs


def _require_different(jobs: Sequence[Job]) -> None:
    first: dict[Path, Path] = {}
    for source, target in jobs:
        other = first.setdefault(target, source)
        if other != source:
            raise InvalidValue(f"{other} and {source} would both become {target}. Convert them into different folders.")


def _make_folder(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputFailed(f"{out}: {error.strerror or error}. Choose a folder that you can write to.") from error


def _convert(source: Path, target: Path, source_format: str | None, target_format: str | None, *, force: bool) -> None:
    if target.exists() and not force:
        raise OutputFailed(f"{target}: exists already. Choose another name, or replace it with --force.")
    annotation = service.convert(source, target, source_format=source_format, target_format=target_format)
    count = len(annotation.segments)
    typer.echo(f"{source} -> {target} ({count} {'segment' if count == 1 else 'segments'})")
    chosen = service.target_of(target, target_format)
    for loss in service.losses(annotation, chosen):
        typer.echo(f"  not in {chosen.title}: {loss}")
