"""Spectrogram tiles."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from earmark.audio.images import decode_image, encode_png, encode_webp
from earmark.audio.pyramid import columns_per_level
from earmark.audio.tiles import SpectrogramSettings, Tile, TilePyramid, draw_tile
from earmark.errors import InvalidValue

RATE = 8000


def sweep(seconds: float, rate: int = RATE, channels: int = 1) -> np.ndarray:
    times = np.arange(round(seconds * rate)) / rate
    tone = 0.5 * np.sin(2 * np.pi * (100 + rate / 5 * times / seconds) * times)
    hiss = np.random.default_rng(1).normal(0, 0.003, (channels, len(times)))
    return (tone + hiss).astype(np.float32)


def build(samples: np.ndarray, settings: SpectrogramSettings, rate: int, lowest: int, size: int) -> list[Tile]:
    pyramid = TilePyramid(settings, rate, len(samples), lowest)
    tiles = [t for b in range(0, samples.shape[1], size) for t in pyramid.feed(samples[:, b : b + size])]
    return [*tiles, *pyramid.finish()]


def reader_of(samples: np.ndarray) -> Callable[[int, int], Iterator[np.ndarray]]:
    def read(first: int, stop: int) -> Iterator[np.ndarray]:
        assert 0 <= first < stop <= samples.shape[1]
        for begin in range(first, stop, 5000):
            yield samples[:, begin : min(begin + 5000, stop)]

    return read


@pytest.mark.parametrize(
    ("settings", "rate"),
    [
        (SpectrogramSettings(), RATE),
        (SpectrogramSettings(scale="linear", window="blackman", bands=64, hop_seconds=0.0107), 11_025),
        (SpectrogramSettings(scale="constant_q", bands=48, low_hz=60, high_hz=3000, hop_seconds=0.02), RATE),
    ],
)
def test_a_tile_drawn_alone_is_the_tile_of_the_whole(settings: SpectrogramSettings, rate: int) -> None:
    samples = sweep(50, rate)
    tiles = {(tile.level, tile.index): tile.pixels for tile in build(samples, settings, rate, 0, 70_001)}
    counts = columns_per_level(settings.grid(rate).count(samples.shape[1]))
    assert {level for level, _ in tiles} == set(range(len(counts)))
    for (level, index), pixels in tiles.items():
        alone = draw_tile(reader_of(samples), settings, rate, samples.shape[1], level=level, index=index)
        assert pixels.shape == (settings.bands, min(1024, counts[level] - 1024 * index))
        assert alone.shape == pixels.shape
        assert np.abs(alone.astype(int) - pixels).max() <= 1


def test_a_coarse_column_shows_the_loudest_of_four() -> None:
    tiles = {(t.level, t.index): t.pixels for t in build(sweep(25), SpectrogramSettings(), RATE, 0, 80_000)}
    fine = np.concatenate([tiles[0, 0], tiles[0, 1], tiles[0, 2]], axis=1)
    pooled = fine[:, : fine.shape[1] // 4 * 4].reshape(128, -1, 4).max(axis=2)
    assert np.array_equal(tiles[1, 0][:, : pooled.shape[1]], pooled)


def test_the_picture_is_upright() -> None:
    """A rising tone goes from the bottom left to the top right."""
    tile = build(sweep(8), SpectrogramSettings(scale="linear"), RATE, 0, 8000)[0].pixels
    rows = tile.argmax(axis=0)
    assert rows[100] > rows[400] > rows[700]


def test_levels_are_absolute() -> None:
    """Grey tells the level, whatever else is in the recording."""
    settings = SpectrogramSettings(scale="linear", floor_db=-80, ceiling_db=0)
    for amplitude in (1.0, 0.1, 0.01):
        tone = amplitude * np.sin(2 * np.pi * 1000 * np.arange(RATE) / RATE)[None]
        tile = build(tone.astype(np.float32), settings, RATE, 0, RATE)[0].pixels
        assert int(tile[:, 50].max()) == round((20 * math.log10(amplitude) + 80) / 80 * 255)


def test_levels_that_are_stored_go_up_to_the_one_that_fits_in_one_tile() -> None:
    settings = SpectrogramSettings(bands=16)
    tiles = build(np.zeros((2, 700 * 100), np.float32), settings, 100, 2, 3333)
    found = sorted({(tile.level, tile.index) for tile in tiles})
    assert found == [*((2, index) for index in range(5)), (3, 0), (3, 1), (4, 0)]
    assert {tile.row for tile in tiles} == {0, 1}
    assert tiles[-1].pixels.shape == (16, math.ceil(70_000 / 256))


@pytest.mark.parametrize("rate", [1, 50, 384_000])
@pytest.mark.parametrize("count", [1, 2, 700])
def test_any_rate_and_a_handful_of_samples(rate: int, count: int) -> None:
    settings = SpectrogramSettings()
    samples = np.full((1, count), 0.5, np.float32)
    tiles = build(samples, settings, rate, 0, 100)
    assert sum(t.pixels.shape[1] for t in tiles if t.level == 0) == settings.grid(rate).count(count) >= 1
    alone = draw_tile(reader_of(samples), settings, rate, count, level=0, index=0)
    assert np.array_equal(alone, tiles[0].pixels)


def test_memory_stays_flat_over_hours() -> None:
    """Two hours, two channels: what is held does not grow once every level has been begun."""
    pyramid = TilePyramid(SpectrogramSettings(), RATE, 2)
    block = np.random.default_rng(0).normal(0, 0.1, (2, 30 * RATE)).astype(np.float32)
    held, tiles = [], 0
    for _ in range(2 * 120):
        tiles += len(pyramid.feed(block))
        held.append(pyramid.held)
    # Less than a tile of each of the levels 2 to 5, for two channels.
    assert max(held) < 2 * 4 * 1024 * 128 + 2 * 4 * 2 * 256
    assert tiles == 2 * (43 + 10 + 2)


@pytest.mark.parametrize(("level", "index"), [(0, 1), (0, -1), (-1, 0), (3, 0), (2, 1)])
def test_there_is_no_such_tile(level: int, index: int) -> None:
    with pytest.raises(InvalidValue, match="no tile"):
        draw_tile(reader_of(sweep(1)), SpectrogramSettings(), RATE, RATE, level=level, index=index)


BAD_SETTINGS = [
    ({"scale": "bark"}, "scale is one of mel, linear, constant_q"),
    ({"window": "kaiser"}, "window is one of"),
    ({"bands": 15}, "bands is 16 to 512"),
    ({"bands": 513}, "bands is 16 to 512"),
    ({"bands": 20.5}, "whole number"),
    ({"window_seconds": 0}, "window_seconds"),
    ({"window_seconds": math.nan}, "window_seconds"),
    ({"hop_seconds": 0.05}, "skips sound"),
    ({"hop_seconds": 0.0}, "hop_seconds"),
    ({"low_hz": -1}, "low_hz"),
    ({"scale": "constant_q", "low_hz": 0}, "low_hz"),
    ({"low_hz": 100, "high_hz": 100}, "high_hz"),
    ({"high_hz": math.inf}, "high_hz"),
    ({"floor_db": 0}, "ceiling_db"),
    ({"floor_db": "-80"}, "floor_db"),
]


@pytest.mark.parametrize(("fields", "message"), BAD_SETTINGS)
def test_settings_that_make_no_sense(fields: dict, message: str) -> None:
    with pytest.raises(InvalidValue, match=message):
        SpectrogramSettings(**fields)


def test_settings_above_the_recording() -> None:
    with pytest.raises(InvalidValue, match="the sound ends at 4000 Hz"):
        SpectrogramSettings(low_hz=5000).bank(RATE)


def test_the_key_names_the_settings() -> None:
    assert SpectrogramSettings().key == SpectrogramSettings(low_hz=0, ceiling_db=0).key == "e758d045517e"
    others = [{"scale": "linear"}, {"bands": 64}, {"window": "hamming"}, {"high_hz": 8000}, {"hop_seconds": 0.02}]
    assert len({SpectrogramSettings(**fields).key for fields in [{}, *others]}) == 6


@pytest.mark.parametrize("scale", ["mel", "linear", "constant_q"])
def test_band_frequencies_are_those_of_the_rows(scale: str) -> None:
    settings = SpectrogramSettings(scale=scale, bands=64)
    for hz in (300.0, 1234.0, 3000.0):
        tone = 0.5 * np.sin(2 * np.pi * hz * np.arange(2 * RATE) / RATE)[None].astype(np.float32)
        tile = build(tone, settings, RATE, 0, RATE)[0].pixels
        strongest = 63 - int(tile[:, 100].argmax())
        nearest = int(np.abs(settings.band_hz(RATE) - hz).argmin())
        assert abs(strongest - nearest) <= 1


def test_pictures_survive_their_files() -> None:
    pixels = build(sweep(8), SpectrogramSettings(), RATE, 0, 8000)[0].pixels
    assert np.array_equal(decode_image(encode_png(pixels)), pixels)
    assert np.array_equal(decode_image(encode_webp(pixels, quality=None)), pixels)
    lossy = encode_webp(pixels)
    assert len(lossy) < len(encode_png(pixels)) / 2
    assert np.abs(decode_image(lossy).astype(int) - pixels).mean() < 8
