"""Mel features against Kaldi's own code, and against their definitions written out with sums of sines."""

from __future__ import annotations

import numpy as np
import pytest

from earmark.audio.fbank import GE2E_BANDS, HOP, KALDI_FFT, KALDI_FRAME, cepstra, kaldi_fbank, mel_power

RATE = 16_000
KALDI_TOLERANCE = 2e-3
"""In natural logarithms, where a band holds more than rounding; Kaldi computes in single precision as well."""
TOLERANCE = 1e-4
"""Relative, against sums in double precision."""


def sound(seconds: float = 1.0) -> np.ndarray:
    """A gliding tone over noise, with a constant in it."""
    time = np.arange(round(seconds * RATE)) / RATE
    noise = np.random.default_rng(5).normal(0, 0.05, len(time))
    return (0.3 * np.sin(2 * np.pi * (200 + 900 * time) * time) + noise + 0.1).astype(np.float32)


def transform(frame: np.ndarray, size: int) -> np.ndarray:
    """Power of each line, by the sum that defines it."""
    angles = -2j * np.pi * np.outer(np.arange(size // 2 + 1), np.arange(len(frame))) / size
    return np.abs(np.exp(angles) @ frame) ** 2


def triangle(lines: np.ndarray, low: float, peak: float, high: float) -> np.ndarray:
    return np.clip(np.minimum((lines - low) / (peak - low), (high - lines) / (high - peak)), 0, None)


def test_the_bands_are_those_of_kaldi() -> None:
    kaldi = pytest.importorskip("kaldi_native_fbank")
    options = kaldi.FbankOptions()
    options.frame_opts.dither, options.frame_opts.snip_edges, options.frame_opts.samp_freq = 0, True, RATE
    options.mel_opts.num_bins = 80
    theirs = kaldi.OnlineFbank(options)
    theirs.accept_waveform(RATE, sound().tolist())
    theirs.input_finished()
    expected = np.stack([theirs.get_frame(i) for i in range(theirs.num_frames_ready)])
    ours = kaldi_fbank(sound())
    assert ours.shape == expected.shape
    assert np.abs(ours - expected).max() < KALDI_TOLERANCE


def test_kaldis_bands_follow_from_their_definition() -> None:
    samples, which = sound().astype(np.float64), 37
    frame = samples[which * HOP : which * HOP + KALDI_FRAME]
    frame = frame - frame.mean()
    frame = np.array([frame[i] - 0.97 * frame[max(i - 1, 0)] for i in range(KALDI_FRAME)])
    phase = 2 * np.pi * np.arange(KALDI_FRAME) / (KALDI_FRAME - 1)
    power = transform(frame * (0.5 - 0.5 * np.cos(phase)) ** 0.85, KALDI_FFT)
    lines = 1127 * np.log(1 + np.arange(KALDI_FFT // 2 + 1) * RATE / KALDI_FFT / 700)
    corners = np.linspace(1127 * np.log(1 + 20 / 700), 1127 * np.log(1 + 8000 / 700), 82)
    expected = [np.log(power @ triangle(lines, *corners[band : band + 3])) for band in range(80)]
    assert kaldi_fbank(sound())[which] == pytest.approx(np.array(expected), abs=TOLERANCE)


def test_the_bands_for_ge2e_follow_from_their_definition() -> None:
    samples, which = np.pad(sound().astype(np.float64), 200), 37
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(400) / 400)
    power = transform(samples[which * HOP : which * HOP + 400] * window, 400)
    lines = np.arange(201) * 40.0
    top = 15 + 27 * np.log(8) / np.log(6.4)
    mels = np.linspace(0, top, GE2E_BANDS + 2)
    corners = np.where(mels < 15, mels * 200 / 3, 1000 * np.exp((mels - 15) * np.log(6.4) / 27))
    expected = [
        power @ triangle(lines, *corners[band : band + 3]) * 2 / (corners[band + 2] - corners[band])
        for band in range(GE2E_BANDS)
    ]
    assert mel_power(sound())[which] == pytest.approx(np.array(expected), rel=TOLERANCE)


def test_the_bands_for_ge2e_are_those_of_librosa() -> None:
    librosa = pytest.importorskip("librosa")
    expected = librosa.feature.melspectrogram(y=sound(), sr=RATE, n_fft=400, hop_length=160, n_mels=40).T
    assert mel_power(sound()) == pytest.approx(expected, rel=1e-3, abs=1e-6)


def test_cepstra_turn_back_into_the_shape_of_the_bands() -> None:
    bands = kaldi_fbank(sound(), 40).astype(np.float64)
    angles = np.pi / 40 * (np.arange(40)[:, None] + 0.5) * np.arange(1, 40)
    back = cepstra(sound(), count=39).astype(np.float64) @ (np.cos(angles) * np.sqrt(2 / 40)).T
    assert np.abs(back - (bands - bands.mean(axis=1, keepdims=True))).max() < 1e-3


@pytest.mark.parametrize("make", [kaldi_fbank, cepstra])
@pytest.mark.parametrize(("samples", "frames"), [(0, 0), (1, 0), (399, 0), (400, 1), (559, 1), (560, 2), (RATE, 98)])
def test_there_is_a_frame_for_each_whole_25_ms(make: object, samples: int, frames: int) -> None:
    assert len(make(sound()[:samples])) == frames  # type: ignore[operator]


@pytest.mark.parametrize(("samples", "frames"), [(0, 1), (1, 1), (159, 1), (160, 2), (RATE, 101)])
def test_frames_for_ge2e_are_centred_on_every_10_ms(samples: int, frames: int) -> None:
    assert len(mel_power(sound()[:samples])) == frames


@pytest.mark.parametrize("make", [kaldi_fbank, cepstra, mel_power])
def test_digital_zeros_give_finite_numbers(make: object) -> None:
    assert np.isfinite(make(np.zeros(RATE, np.float32))).all()  # type: ignore[operator]


def test_long_sound_gives_the_same_frames_as_its_parts() -> None:
    long = np.tile(sound(), 5)
    for begin in (0, 300, 400):
        part = kaldi_fbank(long[begin * HOP : begin * HOP + RATE])
        assert kaldi_fbank(long)[begin : begin + len(part)] == pytest.approx(part, abs=1e-4)
