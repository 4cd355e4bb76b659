"""Pictures of recordings: stored at import, drawn when asked for."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import numpy as np
import pytest

from earmark.audio.encode import write_audio
from earmark.audio.images import decode_image
from earmark.audio.peaks import peaks_grid
from earmark.audio.source import ArraySource, FileSource
from earmark.audio.tiles import SpectrogramSettings, TilePyramid
from earmark.core.progress import Progress
from earmark.errors import InvalidValue, NotFound, OutputFailed, UnreadableMedia
from earmark.files.local import LocalFiles
from earmark.services.seeing import DEFAULT, MOST_LOOKS, peaks, pyramid_facts, see, tile
from earmark.services.seen import seek_points, seen_before

RATE = 8000
SECONDS = 50
PREFIX = "seen/ab/abcdef"


def sound(channels: int = 1, seconds: float = SECONDS, rate: int = RATE) -> np.ndarray:
    times = np.arange(round(seconds * rate)) / rate
    tones = [0.1 * (n + 1) * np.sin(2 * np.pi * (300 + 100 * n + 20 * times) * times) for n in range(channels)]
    return (np.array(tones) + np.random.default_rng(1).normal(0, 0.002, (channels, len(times)))).astype(np.float32)


class Recorded:
    """A recording on disk, and how often it was opened."""

    def __init__(self, path: Path) -> None:
        self.path, self.opened = path, 0

    def __call__(self) -> AbstractContextManager[Path]:
        self.opened += 1
        return nullcontext(self.path)


class Shelf(dict[str, bytes]):
    """A cache without end."""

    def put(self, key: str, data: bytes) -> None:
        self[key] = data


@pytest.fixture
def files(tmp_path: Path) -> LocalFiles:
    return LocalFiles(tmp_path / "files")


@pytest.fixture
def stereo(write_media: Callable[..., Path], files: LocalFiles) -> Recorded:
    path = write_media("a.flac", sound(2), RATE, codec="flac")
    see(FileSource(path, "a.flac"), files, PREFIX)
    return Recorded(path)


def keys(files: LocalFiles) -> list[str]:
    return sorted(facts.key.removeprefix(PREFIX + "/") for facts in files.list())


def tiles_of(samples: np.ndarray, settings: SpectrogramSettings = DEFAULT) -> dict[tuple[int, int], np.ndarray]:
    pyramid = TilePyramid(settings, RATE, 1, 0)
    found = [*pyramid.feed(samples), *pyramid.finish()]
    return {(one.level, one.index): one.pixels for one in found}


def decoded(path: Path) -> np.ndarray:
    from earmark.audio.ranges import read_range

    return read_range(path, 0, SECONDS)


def test_what_was_seen_is_told_and_kept(write_media: Callable[..., Path], files: LocalFiles) -> None:
    path = write_media("a.flac", sound(2), RATE, codec="flac")
    steps: list[Progress] = []
    seen = see(FileSource(path, "a.flac"), files, PREFIX, report=steps.append)
    assert (seen.duration, seen.sample_rate, seen.channels, seen.problems) == (SECONDS, RATE, 2, ())
    assert (seen.recording.source, seen.recording.codec) == ("a.flac", "flac")
    assert seen.peak_dbfs == pytest.approx((-20, -14), abs=1)
    assert seen.rms_dbfs == pytest.approx((-23, -17), abs=0.1)
    assert len(seen.waveform) == 200
    assert all(-7100 < low < -6300 and 6300 < high < 7100 for low, high in seen.waveform)
    assert seen_before(files, PREFIX) == seen
    assert keys(files) == [f"{DEFAULT.key}/index.json", f"{DEFAULT.key}/tiles", "index.json", "peaks", "points"]
    assert [point.sample // RATE for point in seek_points(files, PREFIX)] == [0, 10, 20, 30, 40]
    assert (steps[-1].done, steps[-1].total) == (SECONDS, SECONDS)


@pytest.mark.parametrize("channel", [None, 0, 1])
def test_tiles_are_the_same_stored_and_drawn(files: LocalFiles, stereo: Recorded, channel: int | None) -> None:
    samples = decoded(stereo.path)
    row = samples.mean(axis=0, keepdims=True) if channel is None else samples[channel : channel + 1]
    expected = tiles_of(row)
    assert set(expected) == {(0, k) for k in range(5)} | {(1, 0), (1, 1), (2, 0)}
    for (level, index), pixels in expected.items():
        got = decode_image(tile(files, PREFIX, stereo, DEFAULT, level, index, channel))
        assert got.shape == pixels.shape
        assert np.abs(got.astype(int) - pixels).max() <= 1
    # The one of level 2 was drawn at import.
    assert stereo.opened == len(expected) - 1


def test_other_settings_are_drawn_once(files: LocalFiles, stereo: Recorded) -> None:
    settings = SpectrogramSettings(scale="linear", bands=32)
    steps: list[Progress] = []
    for channel in (None, 0, 1, 0):
        data = tile(files, PREFIX, stereo, settings, 2, 0, channel, report=steps.append)
    assert stereo.opened == 1
    assert steps[-1].done == SECONDS
    expected = tiles_of(decoded(stereo.path)[:1], settings)[2, 0]
    assert np.abs(decode_image(data).astype(int) - expected).max() <= 1


def test_pictures_with_odd_settings_are_bounded(files: LocalFiles, stereo: Recorded) -> None:
    looks = [SpectrogramSettings(floor_db=-80.0 - step) for step in range(MOST_LOOKS + 3)]
    for look in looks:
        tile(files, PREFIX, stereo, look, 2, 0, None)
    indices = {key for key in keys(files) if key.endswith("/index.json")}

    assert len(indices) == MOST_LOOKS + 1
    assert {f"{DEFAULT.key}/index.json", f"{looks[-1].key}/index.json"} <= indices
    assert f"{looks[0].key}/index.json" not in indices
    assert tile(files, PREFIX, stereo, looks[0], 2, 0, None)


def test_a_cache_spares_the_drawing(files: LocalFiles, stereo: Recorded) -> None:
    cache = Shelf()
    first = tile(files, PREFIX, stereo, DEFAULT, 0, 1, 0, cache=cache)
    assert tile(files, PREFIX, stereo, DEFAULT, 0, 1, 0, cache=cache) == first
    assert stereo.opened == 1
    assert tile(files, PREFIX, stereo, DEFAULT, 0, 1, 1, cache=cache) != first


def test_webp_is_smaller(files: LocalFiles, stereo: Recorded) -> None:
    for level in (0, 2):
        png = tile(files, PREFIX, stereo, DEFAULT, level, 0, 0)
        webp = tile(files, PREFIX, stereo, DEFAULT, level, 0, 0, image="webp")
        assert webp[:4] == b"RIFF"
        assert len(webp) < len(png)
        assert decode_image(webp).shape == decode_image(png).shape


def test_facts_tell_a_viewer_what_there_is(files: LocalFiles, stereo: Recorded) -> None:
    facts = pyramid_facts(files, PREFIX)
    assert (facts.key, facts.column_seconds, facts.factor, facts.tile_columns) == (DEFAULT.key, 0.01, 4, 1024)
    assert facts.columns == (5000, 1250, 313)
    assert len(facts.band_hz) == facts.bands == 128
    assert (facts.floor_db, facts.ceiling_db) == (-100, 0)
    assert 0 < facts.band_hz[0] < facts.band_hz[-1] < RATE / 2
    assert pyramid_facts(files, PREFIX, SpectrogramSettings(hop_seconds=0.02)).columns == (2500, 625, 157)


@pytest.mark.parametrize(("level", "index"), [(0, 5), (0, -1), (-1, 0), (3, 0), (2, 1), (9, 0)])
def test_tiles_that_are_not_there(files: LocalFiles, stereo: Recorded, level: int, index: int) -> None:
    with pytest.raises(NotFound, match="tile"):
        tile(files, PREFIX, stereo, DEFAULT, level, index, None)


@pytest.mark.parametrize("channel", [-1, 2])
def test_channels_that_are_not_there(files: LocalFiles, stereo: Recorded, channel: int) -> None:
    with pytest.raises(InvalidValue, match=f"channel {channel} was asked for"):
        tile(files, PREFIX, stereo, DEFAULT, 0, 0, channel)
    with pytest.raises(InvalidValue, match=f"channel {channel} was asked for"):
        peaks(files, PREFIX, stereo, 0, 1, 10, channel)


def test_before_it_was_seen(files: LocalFiles) -> None:
    media = Recorded(Path("none"))
    for ask in (
        lambda: tile(files, PREFIX, media, DEFAULT, 0, 0, None),
        lambda: peaks(files, PREFIX, media, 0, 1, 10, None),
        lambda: pyramid_facts(files, PREFIX),
    ):
        with pytest.raises(NotFound, match="picture of this recording"):
            ask()


@pytest.mark.parametrize(
    ("start", "end", "columns"),
    [
        (0, SECONDS, 500),
        (0, SECONDS, 3),
        (0, SECONDS, 1),
        (10.005, 41.2, 700),
        (49.5, 60, 20),
        (3, 3.5, 100),
        (7, 7.001, 50),
    ],
)
@pytest.mark.parametrize("channel", [None, 1])
def test_peaks_at_any_zoom(
    files: LocalFiles, stereo: Recorded, start: float, end: float, columns: int, channel: int | None
) -> None:
    samples = decoded(stereo.path)
    row = samples.mean(axis=0) if channel is None else samples[channel]
    got = peaks(files, PREFIX, stereo, start, end, columns, channel)
    assert (got.shape, got.dtype) == ((columns, 2), np.int16)
    edges = np.linspace(start, min(end, SECONDS), columns + 1)
    width = edges[1] - edges[0]
    # A stored column belongs to the wanted one in which it begins.
    slack = 0.0 if width < 0.01 else max(4 ** np.floor(np.log2(width / 0.01) / 2), 1) * 0.01
    for (low, high), a, b in zip(got / 32767, edges, edges[1:], strict=False):
        wide = row[max(0, int((a - slack) * RATE) - 1) : int((b + slack) * RATE) + 2]
        assert wide.min() - 1e-4 <= low <= high <= wide.max() + 1e-4
        core = row[int((a + slack) * RATE) + 1 : int((b - slack) * RATE) - 1]
        if len(core):
            assert low - 1e-4 <= core.min()
            assert core.max() <= high + 1e-4
    assert got[:, 0].min() <= got[:, 1].max()


def test_coarse_peaks_lose_no_click(write_media: Callable[..., Path], files: LocalFiles) -> None:
    samples = np.zeros((1, 60 * RATE), np.float32)
    samples[0, -1], samples[0, 12_345] = 0.5, -0.5
    path = write_media("click.wav", samples, RATE)
    seen = see(FileSource(path, "click.wav"), files, PREFIX)
    for columns in (1, 10, 997, 6000):
        got = peaks(files, PREFIX, Recorded(path), 0, 60, columns, None)
        assert (int(got.min()), int(got[-1, 1])) == (-16384, 16384)
    assert min(low for low, _ in seen.waveform) == -16384


@pytest.mark.parametrize(
    ("start", "end", "columns", "message"),
    [
        (-1, 1, 10, "starts before"),
        (2, 1, 10, "before it starts"),
        (1, 1, 10, "no sound from"),
        (SECONDS, SECONDS + 1, 10, "no sound from"),
        (0, float("nan"), 10, "finite"),
        (0, 1, 0, "columns are 1 to"),
        (0, 1, 10_001, "columns are 1 to"),
    ],
)
def test_peaks_that_make_no_sense(
    files: LocalFiles, stereo: Recorded, start: float, end: float, columns: int, message: str
) -> None:
    with pytest.raises(InvalidValue, match=message):
        peaks(files, PREFIX, stereo, start, end, columns, None)


def test_sixty_four_channels(tmp_path: Path, files: LocalFiles) -> None:
    """The mix and eight channels are drawn at import, the others when asked for."""
    path = tmp_path / "many.wav"
    write_audio(path, [sound(64, seconds=15) / 20], audio_format="wav", rate=RATE, channels=64)
    media = Recorded(path)
    seen = see(FileSource(path, "many.wav"), files, PREFIX)
    assert len(seen.peak_dbfs) == 64
    for channel in (None, 7, 63):
        assert decode_image(tile(files, PREFIX, media, DEFAULT, 2, 0, channel)).shape == (128, 94)
        assert peaks(files, PREFIX, media, 0, 15, 20, channel)[:, 1].min() > 50
    assert media.opened == 2


@pytest.mark.parametrize("rate", [1, 50, 384_000])
@pytest.mark.parametrize("count", [1, 2, 1000])
def test_odd_rates_and_a_handful_of_samples(
    write_media: Callable[..., Path], files: LocalFiles, rate: int, count: int
) -> None:
    path = write_media("a.wav", np.full((1, count), 0.25, np.float32), rate)
    seen = see(FileSource(path, "a.wav"), files, PREFIX)
    assert seen.samples == count
    assert {high for _, high in seen.waveform} == {8192}
    columns = pyramid_facts(files, PREFIX).columns
    assert columns[0] == peaks_grid(rate).count(count)
    for level in range(len(columns)):
        assert decode_image(tile(files, PREFIX, Recorded(path), DEFAULT, level, 0, None)).shape[1] == columns[level]
    assert peaks(files, PREFIX, Recorded(path), 0, seen.duration, 7, 0)[:, 1].tolist() == [8192] * 7


def test_silence_has_a_level(files: LocalFiles) -> None:
    seen = see(ArraySource(np.zeros((1, RATE), np.float32), RATE), files, PREFIX)
    assert (seen.peak_dbfs, seen.rms_dbfs) == ((-200.0,), (-200.0,))


def test_a_mix_that_cancels_itself_still_has_a_waveform(files: LocalFiles) -> None:
    one = sound(1, seconds=5)
    seen = see(ArraySource(np.concatenate([one, -one]), RATE), files, PREFIX)
    assert min(high for _, high in seen.waveform) > 3000


def test_an_empty_source_is_refused(files: LocalFiles) -> None:
    with pytest.raises(UnreadableMedia, match="holds no sound"):
        see(ArraySource(np.zeros((1, 0), np.float32), RATE), files, PREFIX)
    assert keys(files) == []


def test_damage_is_told(write_media: Callable[..., Path], files: LocalFiles) -> None:
    path = write_media("a.flac", sound(), RATE, codec="flac")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    seen = see(FileSource(path, "a.flac"), files, PREFIX)
    assert seen.duration < SECONDS
    assert any("cut off" in problem for problem in seen.problems)


def test_a_cancelled_look_leaves_nothing(write_media: Callable[..., Path], files: LocalFiles) -> None:
    def stop(progress: Progress) -> None:
        if progress.done > 20:
            raise KeyboardInterrupt

    path = write_media("a.flac", sound(), RATE, codec="flac")
    with pytest.raises(KeyboardInterrupt):
        see(FileSource(path, "a.flac"), files, PREFIX, report=stop)
    assert keys(files) == []


def test_a_store_that_fails_at_the_end_leaves_no_index(
    write_media: Callable[..., Path], files: LocalFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_file = LocalFiles.put_file

    def fail(self: LocalFiles, key: str, path: Path, *, move: bool = False) -> None:
        if key.endswith("/peaks"):
            raise OutputFailed("disk full")
        put_file(self, key, path, move=move)

    monkeypatch.setattr(LocalFiles, "put_file", fail)
    path = write_media("a.flac", sound(), RATE, codec="flac")
    with pytest.raises(OutputFailed, match="disk full"):
        see(FileSource(path, "a.flac"), files, PREFIX)
    with pytest.raises(NotFound):
        seen_before(files, PREFIX)
