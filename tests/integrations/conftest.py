"""Servers for tests of the APIs of other servers; one of each for a module, since starting takes its time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integrations.listening import Listening, listening


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listening]:
    """A server that writes down English, and takes small files only."""
    pytest.importorskip("pocketsphinx")
    with listening(tmp_path_factory.mktemp("server"), upload_max_bytes=2_000_000, transcriptions_waiting=3) as found:
        yield found


@pytest.fixture(scope="module")
def whisper(tmp_path_factory: pytest.TempPathFactory, test_data: Path) -> Iterator[Listening]:
    """A server with a Whisper that knows all languages and says nothing that makes sense."""
    model = str(test_data / "models" / "whisper-stub-random-ct2")
    with listening(tmp_path_factory.mktemp("whisper"), transcription_engine="whisper", model=model) as found:
        yield found


@pytest.fixture(scope="module")
def without_weights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listening]:
    """A server whose Whisper has no weights."""
    with listening(tmp_path_factory.mktemp("without"), transcription_engine="whisper") as found:
        yield found


@pytest.fixture(scope="module")
def open_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listening]:
    """A server under open access."""
    pytest.importorskip("pocketsphinx")
    with listening(tmp_path_factory.mktemp("open"), open_access=True) as found:
        yield found


@pytest.fixture(scope="module")
def with_voices(tmp_path_factory: pytest.TempPathFactory, test_data: Path) -> Iterator[Listening]:
    """A server that has the networks for speakers and voices."""
    pytest.importorskip("pocketsphinx")
    with listening(tmp_path_factory.mktemp("voices"), models_dir=test_data / "models") as found:
        yield found
