"""Alignment models are found by their language in the models folder."""

from __future__ import annotations

from pathlib import Path

from tests.engines.ctc_model import write_model

from earmark.engines.ctc import CtcAligner
from earmark.services.alignment_models import aligners_in, alignment_languages, find_alignment


def test_models_are_found_by_language(tmp_path: Path) -> None:
    write_model(tmp_path / "alignment" / "de")
    write_model(tmp_path / "alignment" / "en")
    (tmp_path / "alignment" / "fr").mkdir()
    write_model(tmp_path / "alignment" / "my notes")
    assert alignment_languages(tmp_path) == ("de", "en")
    assert find_alignment("de", models_dir=tmp_path) == tmp_path / "alignment" / "de"
    assert find_alignment("fr", models_dir=tmp_path) is None
    assert find_alignment("../alignment/de", models_dir=tmp_path) is None


def test_without_a_folder_there_is_nothing_to_align_with(tmp_path: Path) -> None:
    assert alignment_languages(tmp_path / "absent") == ()
    assert aligners_in(tmp_path, lambda folder, language: CtcAligner(folder, language=language)) is None


def test_each_model_is_loaded_once_and_only_when_its_language_is_spoken(tmp_path: Path) -> None:
    for language in ("de", "en"):
        write_model(tmp_path / "alignment" / language)
    loaded: list[str] = []

    def make(folder: Path, language: str) -> CtcAligner:
        loaded.append(language)
        return CtcAligner(folder, language=language)

    aligners = aligners_in(tmp_path, make)
    assert aligners is not None
    assert loaded == []
    first, second = aligners("de"), aligners("de")
    assert first is second
    assert first is not None
    assert first.languages == ("de",)
    assert aligners("fr") is None
    assert loaded == ["de"]
