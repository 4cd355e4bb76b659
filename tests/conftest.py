"""What all tests share."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from tests.databases import empty, fresh_database
from tests.needed import give_up

from earmark.config import Settings
from earmark.services.platform import Platform
from earmark.store.database import Database

# Machines that run tests are busy: how long an example takes says nothing. The examples are the same in each run, so
# that a change is not blamed for what it did not do; `pytest --hypothesis-profile=search` looks for new ones.
hypothesis_settings.register_profile("search", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.register_profile("earmark", hypothesis_settings.get_profile("search"), derandomize=True)
hypothesis_settings.load_profile("earmark")

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def test_data() -> Path:
    """Folder of labelled recordings and small models; tests that need it are skipped where it is absent."""
    folder = Path(os.environ.get("EARMARK_TEST_DATA", ROOT.parent / "shared"))
    if not (folder / "audio").is_dir():
        give_up(f"no test recordings in {folder} (set EARMARK_TEST_DATA)")
    return folder


@pytest.fixture(autouse=True)
def _own_settings(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No test reads the settings, models or caches of the person who runs it, or reaches a model hub."""
    home = tmp_path_factory.mktemp("home")
    for name in [name for name in os.environ if name.startswith("EARMARK_") and not name.startswith("EARMARK_TEST_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "config"))
    monkeypatch.setenv("EARMARK_MODELS_DIR", str(home / "models"))
    monkeypatch.setenv("EARMARK_OFFLINE", "1")
    monkeypatch.setenv("HF_HUB_CACHE", str(home / "hub"))


@pytest.fixture
def write_media(tmp_path: Path) -> Callable[..., Path]:
    """Encode samples of shape (channels, samples) into a media file with PyAV."""

    def write(
        name: str, samples: np.ndarray, rate: int, *, codec: str = "pcm_s16le", container: str | None = None
    ) -> Path:
        import av

        path = tmp_path / name
        with av.open(str(path), "w", format=container) as out:
            stream = out.add_stream(codec, rate=rate)
            channels = samples.shape[0]
            stream.layout = {1: "mono", 2: "stereo"}.get(channels, f"{channels}c")
            kind = stream.codec_context.codec.audio_formats[0].name
            planar = kind.endswith("p")
            scaled = _as_kind(samples, kind.removesuffix("p"))
            values = np.ascontiguousarray(scaled if planar else scaled.T.reshape(1, -1))
            frame = av.AudioFrame.from_ndarray(values, format=kind, layout=stream.layout.name)
            frame.rate = rate
            for packet in [*stream.encode(frame), *stream.encode(None)]:
                out.mux(packet)
        return path

    return write


def _as_kind(samples: np.ndarray, kind: str) -> np.ndarray:
    if kind == "u8":
        return np.round(np.clip(samples, -1, 1) * 127 + 128).astype(np.uint8)
    if kind in ("s16", "s32", "s64"):
        bits = int(kind[1:])
        return np.round(np.clip(samples, -1, 1) * (2 ** (bits - 1) - 1)).astype(f"int{bits}")
    return samples.astype(np.float64 if kind == "dbl" else np.float32)


@pytest.fixture(scope="session", params=["sqlite", "postgresql", "mariadb"])
def _database_of_session(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    with fresh_database(request.param, tmp_path_factory.mktemp("database")) as database:
        yield database


@pytest.fixture
def database(_database_of_session: Database) -> Iterator[Database]:
    """Empty database with Earmark's tables, on each kind of server in turn."""
    yield _database_of_session
    empty(_database_of_session)


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Platform]:
    """Platform on SQLite and a folder; no worker runs."""
    with fresh_database("sqlite", tmp_path) as database:
        yield make_platform(database, tmp_path)


@pytest.fixture
def any_platform(database: Database, tmp_path: Path) -> Platform:
    """Platform on each kind of database in turn."""
    return make_platform(database, tmp_path)


def make_platform(database: Database, folder: Path) -> Platform:
    """Put a platform together in a folder."""
    from earmark.files.cache import DiskCache
    from earmark.files.local import LocalFiles

    settings = Settings(data_dir=folder / "data", models_dir=folder / "models", offline=True)
    files = LocalFiles(settings.data_dir / "files")
    cache = DiskCache(settings.data_dir / "cache", settings.cache_max_bytes)
    return Platform(settings=settings, database=database, files=files, cache=cache)
