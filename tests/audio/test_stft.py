"""The transform, its windows and its bands, against slow ways that share no code with them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.audio.bands import (
    LONGEST_FRAME,
    MelBands,
    PeakBands,
    constant_q,
    hz_to_mel,
    linear_edges,
    mel_points,
    mel_to_hz,
    octave_edges,
)
from earmark.audio.pyramid import Grid
from earmark.audio.stft import WINDOW_NAMES, Lines, Stft, fast_size, window_of

RATE = 16_000


def sine(hz: float, seconds: float = 1.0, rate: int = RATE) -> np.ndarray:
    return np.sin(2 * np.pi * hz * np.arange(round(seconds * rate)) / rate).astype(np.float32)[None]


def spectra(samples: np.ndarray, bank: list, grid: Grid, sizes: list[int]) -> np.ndarray:
    stft, parts, begin = Stft(bank, grid, len(samples)), [], 0
    for size in [*sizes, samples.shape[1]]:
        parts.append(stft.feed(samples[:, begin : begin + size]))
        begin += size
    return np.concatenate([*parts, stft.finish()], axis=1)


def mel_of(hz: float) -> float:
    """Slaney, Auditory Toolbox, 1998."""
    return hz * 3 / 200 if hz < 1000 else 15 + 27 * math.log(hz / 1000) / math.log(6.4)


def slow_mel(samples: np.ndarray, size: int, hop: int, bands: int, rate: int) -> np.ndarray:
    """Mel power written out as sums, in double precision."""
    low, high = mel_of(0.0), mel_of(rate / 2)
    corners = np.interp(
        np.linspace(low, high, bands + 2), [mel_of(f) for f in np.linspace(0, rate / 2, 400_001)],
        np.linspace(0, rate / 2, 400_001),
    )  # fmt: skip
    window = np.array([0.5 - 0.5 * math.cos(2 * math.pi * n / size) for n in range(size)])
    padded = np.concatenate([np.zeros(size // 2), samples[0].astype(float), np.zeros(size)])
    share = size * np.square(window).sum() / window.sum() ** 2
    rows = []
    for begin in range(0, samples.shape[1], hop):
        power = np.abs(np.fft.fft(padded[begin : begin + size] * window)) ** 2 / (window.sum() / 2) ** 2
        row = []
        for left, middle, right in zip(corners, corners[1:], corners[2:], strict=False):
            hz = np.arange(size // 2 + 1) * rate / size
            weight = np.clip(np.minimum((hz - left) / (middle - left), (right - hz) / (right - middle)), 0, None)
            row.append((weight * power[: size // 2 + 1]).sum() / share)
        rows.append(row)
    return np.array(rows)


def decibels(power: np.ndarray) -> np.ndarray:
    return 10 * np.log10(np.maximum(power, 1e-12))


def test_mel_bands_equal_the_definition_within_a_hundredth_of_a_decibel() -> None:
    rng = np.random.default_rng(5)
    samples = (0.2 * sine(700, 0.5) + 0.02 * rng.normal(size=(1, RATE // 2))).astype(np.float32)
    bank = [MelBands.of("hann", 512, RATE, mel_points(64, 0, RATE / 2))]
    got = spectra(samples, bank, Grid.every(0.01, RATE), [100, 3000])[0]
    expected = slow_mel(samples, 512, 160, 64, RATE)
    assert got.shape == expected.shape
    assert np.abs(decibels(got) - decibels(expected)).max() < 0.01


@given(st.lists(st.integers(0, 4000), max_size=5), st.integers(1, 9000), st.sampled_from([8000, 11_025, 22_050]))
def test_frames_do_not_depend_on_the_blocks(sizes: list[int], count: int, rate: int) -> None:
    samples = np.random.default_rng(count).normal(0, 0.1, (2, count)).astype(np.float32)
    bank, grid = [PeakBands.of("hann", 256, rate, linear_edges(16, 0, rate / 2))], Grid.every(0.01, rate)
    whole = spectra(samples, bank, grid, [])
    assert whole.shape == (2, grid.count(count), 16)
    assert np.allclose(spectra(samples, bank, grid, sizes), whole, rtol=1e-4, atol=1e-12)


def test_a_frame_is_centred_on_its_time() -> None:
    click = np.zeros((1, 8000), np.float32)
    click[0, 4000] = 1
    power = spectra(click, [PeakBands.of("hann", 400, 8000, linear_edges(16, 0, 4000))], Grid.every(0.01, 8000), [])
    assert power[0].sum(axis=1).argmax() == 50


@pytest.mark.parametrize("window", WINDOW_NAMES)
def test_a_full_scale_sine_is_0_db(window: str) -> None:
    lines = Lines.of(window, 512, 512)
    power = lines.power(sine(1000)[:, :512])
    assert power.argmax() == 32
    assert decibels(power.max()) == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize("hz", [440.0, 1000.0, 3210.0, 7000.0])
@pytest.mark.parametrize(
    ("bank", "below"),
    [
        ([MelBands.of("hann", 512, RATE, mel_points(40, 0, 8000))], 3.1),
        ([PeakBands.of("hann", 512, RATE, linear_edges(128, 0, 8000))], 1.5),
        (constant_q("hann", 0.032, RATE, octave_edges(96, 32.7, 8000)), 1.5),
    ],
    ids=["mel", "linear", "constant_q"],
)
def test_a_full_scale_sine_reads_about_0_db_in_its_band_at_any_frequency(bank: list, below: float, hz: float) -> None:
    # Hann loses 1.4 dB half way between lines; a triangle loses half the power half way between bands.
    middle = spectra(sine(hz), bank, Grid.every(0.01, RATE), [])[0, 50]
    assert -below <= decibels(middle.max()) <= 0.1


@pytest.mark.parametrize("name", WINDOW_NAMES)
def test_windows_are_periodic(name: str) -> None:
    window = window_of(name, 64)
    assert window.max() == pytest.approx(1)
    assert np.allclose(window[1:], window[1:][::-1])


def test_hamming_and_blackman_equal_numpy() -> None:
    assert np.allclose(window_of("hamming", 64), np.hamming(65)[:-1])
    assert np.allclose(window_of("blackman", 64), np.blackman(65)[:-1])
    assert np.allclose(window_of("bartlett", 64), np.bartlett(65)[:-1])
    assert np.allclose(window_of("hann", 64), np.hanning(65)[:-1])


@pytest.mark.parametrize(("least", "size"), [(1, 2), (16, 16), (511, 512), (706, 720), (1411, 1440), (12_287, 12_288)])
def test_fast_sizes(least: int, size: int) -> None:
    assert fast_size(least) == size


@given(st.floats(0, 100_000))
def test_mel_and_back(hz: float) -> None:
    assert float(mel_to_hz(hz_to_mel(np.array([hz])))[0]) == pytest.approx(hz, rel=1e-9, abs=1e-9)
    assert float(hz_to_mel(np.array([hz]))[0]) == pytest.approx(mel_of(hz), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("bands", [16, 128, 512])
@pytest.mark.parametrize("rate", [1, 8000, 48_000, 384_000])
def test_no_band_is_ever_blank(bands: int, rate: int) -> None:
    size = max(16, round(0.032 * rate))
    click = np.zeros((1, max(32, rate // 4)), np.float32)
    click[0, click.shape[1] // 2] = 1
    low, top = rate / 1000, rate / 2
    for bank in (
        [MelBands.of("hann", size, rate, mel_points(bands, 0, top))],
        [PeakBands.of("hann", size, rate, linear_edges(bands, 0, top))],
        constant_q("hann", 0.032, rate, octave_edges(bands, low, top)),
    ):
        power = spectra(click, list(bank), Grid.every(0.01, rate), [])[0].max(axis=0)
        assert power.shape == (bands,)
        assert power.min() > 0
        assert max(analyser.lines.fft_size for analyser in bank) <= LONGEST_FRAME


def test_constant_q_tells_neighbouring_semitones_apart_in_the_bass() -> None:
    edges = octave_edges(96, 32.7, 8372)
    low, next_one = math.sqrt(edges[12] * edges[13]), math.sqrt(edges[13] * edges[14])
    both = (sine(low, 4) + sine(math.sqrt(edges[18] * edges[19]), 4)) / 2
    power = decibels(spectra(both, list(constant_q("hann", 0.032, RATE, edges)), Grid.every(0.01, RATE), [])[0, 200])
    assert next_one / low == pytest.approx(2 ** (1 / 12), rel=1e-3)
    assert power[12] > power[15] + 20
    assert power[18] > power[15] + 20


def test_damaged_samples_do_not_overflow() -> None:
    power = spectra(
        np.full((1, 4000), 3e38, np.float32), [MelBands.of("hann", 512, RATE, mel_points(32, 0, 8000))],
        Grid.every(0.01, RATE), [],
    )  # fmt: skip
    assert np.isfinite(power).all()
