"""Parts of recordings as files."""

from __future__ import annotations

import io
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from earmark.audio.decode import open_reader
from earmark.audio.encode import RF64_HEADER, long_wav_header
from earmark.errors import InvalidValue, OutputFailed
from earmark.services.excerpts import WavExcerpt, wav_excerpt, write_excerpt

RATE = 8000
SECONDS = 20


def sound(rate: int = RATE, channels: int = 2) -> np.ndarray:
    times = np.arange(SECONDS * rate) / rate
    tones = [0.4 * np.sin(2 * np.pi * (300 + 110 * n + 20 * times) * times) for n in range(channels)]
    return np.rint(np.array(tones) * 32768).astype(np.float32) / 32768


@pytest.fixture
def recording(write_media: Callable[..., Path]) -> Path:
    return write_media("a.flac", sound(), RATE, codec="flac")


def read(path: Path) -> tuple[np.ndarray, int]:
    with open_reader(path) as reader:
        return np.concatenate(list(reader.blocks()), axis=1), reader.rate


def whole(excerpt: WavExcerpt) -> bytes:
    return b"".join(excerpt.read())


def samples_of(data: bytes) -> np.ndarray:
    with wave.open(io.BytesIO(data)) as file:
        frames = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        return frames.reshape(-1, file.getnchannels()).T


def test_a_wav_excerpt_is_a_wav_file_of_its_samples(recording: Path) -> None:
    excerpt = wav_excerpt(recording, 3.0, 7.25)
    data = whole(excerpt)
    full, _ = read(recording)
    assert len(data) == excerpt.size
    with wave.open(io.BytesIO(data)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getnframes()) == (RATE, 2, 34_000)
    assert np.array_equal(samples_of(data), full[:, 24_000:58_000] * 32768)


def test_one_channel(recording: Path) -> None:
    full, _ = read(recording)
    got = samples_of(whole(wav_excerpt(recording, 1, 2, channel=1)))
    assert np.array_equal(got, full[1:, 8000:16_000] * 32768)


@given(cut=st.lists(st.integers(0, 64_100), min_size=2, max_size=2).map(sorted))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
def test_any_bytes_are_those_of_the_whole_file(recording: Path, cut: list[int]) -> None:
    excerpt = wav_excerpt(recording, 2.0, 4.0)
    assert b"".join(excerpt.read(*cut)) == whole(excerpt)[slice(*cut)]


def test_bytes_behind_the_end_are_none(recording: Path) -> None:
    excerpt = wav_excerpt(recording, 2.0, 4.0)
    assert b"".join(excerpt.read(excerpt.size, excerpt.size + 10)) == b""
    assert b"".join(excerpt.read(excerpt.size - 3, excerpt.size + 10)) == whole(excerpt)[-3:]


@pytest.mark.parametrize("cut", [(-1, 5), (9, 3)])
def test_bytes_that_make_no_sense(recording: Path, cut: tuple[int, int]) -> None:
    with pytest.raises(InvalidValue, match="there are no bytes"):
        wav_excerpt(recording, 2.0, 4.0).read(*cut)


@pytest.mark.parametrize("rate", [4000, 11_025, 16_000, 44_100])
def test_another_rate_is_the_same_sound_whatever_bytes_are_asked_for(recording: Path, rate: int) -> None:
    excerpt = wav_excerpt(recording, 5.0, 15.0, channel=0, rate=rate)
    data = whole(excerpt)
    assert len(data) == excerpt.size == 44 + 2 * 10 * rate
    times = 5 + np.arange(10 * rate) / rate
    tone = 0.4 * np.sin(2 * np.pi * (300 + 20 * times) * times)
    assert np.abs(samples_of(data)[0] / 32768 - tone)[500:-500].max() < 0.002
    for begin in (45, 44 + 2 * rate, 44 + 7 * rate, len(data) - 400):
        part = np.frombuffer(b"".join(excerpt.read(begin // 2 * 2, begin // 2 * 2 + 400)), "<i2")
        expected = np.frombuffer(data[begin // 2 * 2 : begin // 2 * 2 + 400], "<i2")
        assert np.abs(part.astype(int) - expected).max() <= 1


def test_a_day_of_sound_needs_no_reading(tmp_path: Path) -> None:
    """The last bytes of 24 hours come as fast as the first ones; the file is sparse."""
    path, samples = tmp_path / "day.wav", 24 * 3600 * RATE
    with path.open("wb") as file:
        from earmark.audio.encode import wav_header

        file.write(wav_header(RATE, 1, samples))
        file.truncate(44 + 2 * samples)
    excerpt = wav_excerpt(path, 0, 24 * 3600)
    assert excerpt.size == 44 + 2 * samples
    assert b"".join(excerpt.read(excerpt.size - 1000)) == bytes(1000)


def test_what_was_promised_and_is_missing_is_silence(recording: Path) -> None:
    data = whole(wav_excerpt(recording, SECONDS - 1, SECONDS + 2))
    assert samples_of(data).shape == (2, 3 * RATE)
    assert np.abs(samples_of(data)[:, :RATE]).max() > 10_000
    assert not samples_of(data)[:, RATE:].any()


def test_a_known_duration_cuts_the_range(recording: Path) -> None:
    assert wav_excerpt(recording, SECONDS - 1, 1e6, duration=float(SECONDS)).samples == RATE


BAD = [
    ({"start": -1.0, "end": 1.0}, "starts before"),
    ({"start": 2.0, "end": 1.0}, "before it starts"),
    ({"start": 2.0, "end": 2.0}, "is empty"),
    ({"start": 0.0, "end": float("inf")}, "finite"),
    ({"start": 0.0, "end": 1.0, "channel": 2}, "channel 2 was asked for"),
    ({"start": 0.0, "end": 1.0, "channel": -1}, "channel -1 was asked for"),
    ({"start": 0.0, "end": 1.0, "rate": 0}, "sample rate of 0 Hz"),
    ({"start": 0.0, "end": 1.0, "rate": 10_000_000}, "sample rate of 10000000 Hz"),
]


@pytest.mark.parametrize(("fields", "message"), BAD)
def test_excerpts_that_make_no_sense(recording: Path, tmp_path: Path, fields: dict, message: str) -> None:
    with pytest.raises(InvalidValue, match=message):
        wav_excerpt(recording, **fields)
    with pytest.raises(InvalidValue, match=message):
        write_excerpt(recording, tmp_path / "out.flac", **fields)
    assert not (tmp_path / "out.flac").exists()


def test_a_long_day_is_more_than_four_gigabytes_and_any_bytes_of_it_can_be_asked_for(recording: Path) -> None:
    excerpt = wav_excerpt(recording, 0, 24 * 3600, rate=48_000)
    assert excerpt.size == RF64_HEADER + 4 * 24 * 3600 * 48_000
    head = b"".join(excerpt.read(0, RF64_HEADER + 4000))
    assert head[:RF64_HEADER] == long_wav_header(48_000, 2, 24 * 3600 * 48_000)
    assert b"".join(excerpt.read(70, 90)) == head[70:90]
    assert b"".join(excerpt.read(RF64_HEADER, RF64_HEADER + 4000)) == head[RF64_HEADER:]
    assert b"".join(excerpt.read(excerpt.size - 10)) == bytes(10)


def test_excerpts_that_begin_behind_the_end(recording: Path, tmp_path: Path) -> None:
    with pytest.raises(InvalidValue, match="after the end"):
        wav_excerpt(recording, 30.0, 31.0, duration=float(SECONDS))
    with pytest.raises(InvalidValue, match="after the end"):
        write_excerpt(recording, tmp_path / "out.flac", 30.0, 31.0)
    assert not (tmp_path / "out.flac").exists()


@pytest.mark.parametrize("audio_format", ["flac", "wav"])
def test_a_written_excerpt_holds_its_samples(recording: Path, tmp_path: Path, audio_format: str) -> None:
    path = tmp_path / "out"
    write_excerpt(recording, path, 12.0, 25.0, audio_format=audio_format)
    full, _ = read(recording)
    got, rate = read(path)
    assert rate == RATE
    assert np.array_equal(got, full[:, 12 * RATE :])


def test_twenty_four_bits_stay(write_media: Callable[..., Path], tmp_path: Path) -> None:
    source = write_media("a.wav", sound() * 0.77, RATE, codec="pcm_s24le")
    write_excerpt(source, tmp_path / "out.flac", 1.0, 2.0)
    assert np.array_equal(read(tmp_path / "out.flac")[0], read(source)[0][:, RATE : 2 * RATE])


def test_opus_of_one_channel(recording: Path, tmp_path: Path) -> None:
    write_excerpt(recording, tmp_path / "out.opus", 3.0, 5.0, channel=1, audio_format="opus")
    got, rate = read(tmp_path / "out.opus")
    times = 3 + np.arange(2 * 48_000) / 48_000
    tone = 0.4 * np.sin(2 * np.pi * (410 + 20 * times) * times)
    assert (rate, got.shape) == (48_000, (1, 96_000))
    assert np.abs(got[0] - tone)[5000:-5000].max() < 0.05


def test_another_rate(recording: Path, tmp_path: Path) -> None:
    write_excerpt(recording, tmp_path / "out.flac", 3.0, 5.0, rate=16_000)
    got, rate = read(tmp_path / "out.flac")
    assert (rate, got.shape) == (16_000, (2, 32_000))


def test_a_target_that_cannot_be_written(recording: Path, tmp_path: Path) -> None:
    with pytest.raises(OutputFailed):
        write_excerpt(recording, tmp_path / "none" / "out.flac", 3.0, 5.0)
