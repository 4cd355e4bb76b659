"""The models that find the times of words: one folder per language in ``alignment`` of the models folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from earmark.core.languages import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from earmark.engines.protocols import Aligner
    from earmark.services.transcribe import Aligners

FOLDER = "alignment"
"""Where they lie in the models folder."""
WEIGHTS = "model.onnx"
"""A folder without this file is none of them."""


def find_alignment(language: str, *, models_dir: Path) -> Path | None:
    """Find the folder of the alignment model of a language, None where there is none."""
    return {path.name: path for path in _folders(models_dir)}.get(language)


def alignment_languages(models_dir: Path) -> tuple[str, ...]:
    """Give the codes of the languages that there are alignment models for."""
    return tuple(path.name for path in _folders(models_dir))


def aligners_in(models_dir: Path, make: Callable[[Path, str], Aligner]) -> Aligners | None:
    """Give what ``transcribe`` takes as its ``aligner``; None where there is no alignment model at all.

    Parameters
    ----------
    models_dir : Path
        The models folder.
    make : callable
        Loads the model of a folder for a language. It is called once for each language that is spoken.
    """
    if not alignment_languages(models_dir):
        return None
    made: dict[str, Aligner | None] = {}

    def aligner(language: str) -> Aligner | None:
        if language not in made:
            folder = find_alignment(language, models_dir=models_dir)
            made[language] = make(folder, language) if folder is not None else None
        return made[language]

    return aligner


def _folders(models_dir: Path) -> list[Path]:
    folder = models_dir / FOLDER
    paths = sorted(folder.iterdir()) if folder.is_dir() else []
    return [path for path in paths if path.name in LANGUAGES and (path / WEIGHTS).is_file()]
