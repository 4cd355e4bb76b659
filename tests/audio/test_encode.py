"""Sound written as WAV, FLAC and Opus."""

from __future__ import annotations

import io
import struct
import wave
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from earmark.audio.decode import open_reader
from earmark.audio.encode import RF64_HEADER, WAV_HEADER, long_wav_header, pcm16, wav_header, write_audio
from earmark.errors import InvalidValue, OutputFailed

RATE = 16_000


def sound(channels: int, rate: int = RATE, seconds: float = 1.5) -> np.ndarray:
    times = np.arange(round(seconds * rate)) / rate
    tones = [0.4 * np.sin(2 * np.pi * (300 + 110 * number) * times) for number in range(channels)]
    return np.rint(np.array(tones) * 32768).astype(np.float32) / 32768


def blocks(samples: np.ndarray, size: int = 7001) -> list[np.ndarray]:
    return [samples[:, begin : begin + size] for begin in range(0, samples.shape[1], size)]


def read(path: Path) -> tuple[np.ndarray, int, int]:
    with open_reader(path) as reader:
        got = np.concatenate(list(reader.blocks()), axis=1)
        assert reader.problems == []
        return got, reader.rate, reader.bits


@pytest.mark.parametrize("audio_format", ["wav", "flac"])
@pytest.mark.parametrize(("channels", "rate"), [(1, RATE), (2, 44_100), (8, 384_000), (5, 8000), (1, 1)])
def test_lossless_formats_give_back_every_sample(tmp_path: Path, audio_format: str, channels: int, rate: int) -> None:
    samples = sound(channels, rate, max(0.2, 40 / rate))
    path = tmp_path / f"a.{audio_format}"
    write_audio(path, blocks(samples), audio_format=audio_format, rate=rate, channels=channels)
    got, found, bits = read(path)
    assert (found, bits) == (rate, 16)
    assert np.array_equal(got, samples)


def test_flac_of_24_bits(tmp_path: Path) -> None:
    samples = np.rint(sound(2) * 0.77 * 2**23).astype(np.float32) / 2**23
    write_audio(tmp_path / "a.flac", blocks(samples), audio_format="flac", rate=RATE, channels=2, bits=24)
    got, _, bits = read(tmp_path / "a.flac")
    assert bits == 24
    assert np.array_equal(got, samples)


@pytest.mark.parametrize("rate", [8000, 16_000, 44_100, 48_000])
@pytest.mark.parametrize("channels", [1, 2])
def test_opus_keeps_the_sound_in_its_place(tmp_path: Path, rate: int, channels: int) -> None:
    samples = sound(channels, rate)
    write_audio(tmp_path / "a.opus", blocks(samples), audio_format="opus", rate=rate, channels=channels)
    got, found, _ = read(tmp_path / "a.opus")
    assert found == 48_000
    assert got.shape == (channels, 72_000)
    times = np.arange(72_000) / 48_000
    for number in range(channels):
        tone = 0.4 * np.sin(2 * np.pi * (300 + 110 * number) * times)
        assert np.abs(got[number] - tone)[5000:-5000].max() < 0.03


def test_sixty_four_channels_fit_in_wav_alone(tmp_path: Path) -> None:
    samples = sound(64, seconds=0.1)
    write_audio(tmp_path / "a.wav", blocks(samples), audio_format="wav", rate=RATE, channels=64)
    assert np.array_equal(read(tmp_path / "a.wav")[0], samples)


def test_eight_planes_are_eight_channels(tmp_path: Path) -> None:
    """Frames of 7.1 sound made the decoder's library read from nowhere."""
    samples = sound(8, 48_000)
    with soundfile.SoundFile(str(tmp_path / "a.ogg"), "w", 48_000, 8, "OPUS", format="OGG") as file:
        file.write(samples.T)
    assert read(tmp_path / "a.ogg")[0].shape == (8, 72_000)


def test_the_header_is_that_of_the_standard_library() -> None:
    expected = io.BytesIO()
    with wave.open(expected, "wb") as file:
        file.setparams((2, 2, 44_100, 1000, "NONE", "not compressed"))
        file.writeframes(bytes(4000))
    assert wav_header(44_100, 2, 1000) == expected.getvalue()[:WAV_HEADER]


def test_rounding_to_sixteen_bits() -> None:
    values = np.array([[-2.0, -1.0, -0.5, 0.0, 1 / 32768, 32767 / 32768, 1.0, 9.0]], np.float32)
    assert pcm16(values)[:, 0].tolist() == [-32768, -32768, -16384, 0, 1, 32767, 32767, 32767]


@pytest.mark.parametrize(
    ("audio_format", "rate", "channels", "message"),
    [
        ("mp3", RATE, 1, "sound is written as wav, flac, opus"),
        ("flac", RATE, 9, "8 channels at most, not 9"),
        ("opus", RATE, 3, "2 channels at most, not 3"),
        ("flac", 700_000, 1, "655350 Hz at most"),
    ],
)
def test_sound_that_a_format_does_not_hold(
    tmp_path: Path, audio_format: str, rate: int, channels: int, message: str
) -> None:
    with pytest.raises(InvalidValue, match=message):
        write_audio(
            tmp_path / "a", [np.zeros((channels, 10), np.float32)],
            audio_format=audio_format, rate=rate, channels=channels,
        )  # fmt: skip
    assert list(tmp_path.iterdir()) == []


def test_more_than_four_gigabytes_are_refused() -> None:
    day = 24 * 3600
    assert len(wav_header(16_000, 1, day * 16_000)) == WAV_HEADER
    with pytest.raises(InvalidValue, match="4 GiB"):
        wav_header(48_000, 2, day * 48_000)


def test_longer_files_have_sizes_of_64_bits(tmp_path: Path) -> None:
    """Field by field as EBU Tech 3306 has it, and as libsndfile and FFmpeg read it; the file is sparse."""
    samples = 24 * 3600 * 48_000
    header = long_wav_header(48_000, 2, samples)
    assert len(header) == RF64_HEADER
    assert header[:12] == b"RF64" + b"\xff\xff\xff\xff" + b"WAVE"
    assert header[12:20] == b"ds64" + struct.pack("<I", 28)
    assert struct.unpack("<QQQI", header[20:48]) == (4 * samples + RF64_HEADER - 8, 4 * samples, samples, 0)
    assert header[48:72] == wav_header(48_000, 2, 0)[12:36]
    assert header[72:] == b"data" + b"\xff\xff\xff\xff"

    path = tmp_path / "day.wav"
    with path.open("wb") as file:
        file.write(header)
        file.truncate(RF64_HEADER + 4 * samples)
    with soundfile.SoundFile(str(path)) as sound_file:
        assert (sound_file.frames, sound_file.samplerate, sound_file.channels) == (samples, 48_000, 2)
    with av.open(str(path)) as container:
        assert container.duration == 24 * 3600 * av.time_base


def test_the_longest_file_of_each_kind() -> None:
    most = (2**32 - 1 - WAV_HEADER) // 2
    assert long_wav_header(8000, 1, most) == wav_header(8000, 1, most)
    assert long_wav_header(8000, 1, most + 1)[:4] == b"RF64"
    with pytest.raises(InvalidValue, match="choose a lower rate"):
        long_wav_header(768_000, 32_767, 1)


@pytest.mark.parametrize("audio_format", ["wav", "flac", "opus"])
def test_a_source_that_fails_leaves_what_was_there(tmp_path: Path, audio_format: str) -> None:
    def broken():
        yield sound(1)
        raise InvalidValue("gone")

    path = tmp_path / "a"
    path.write_bytes(b"before")
    with pytest.raises(InvalidValue, match="gone"):
        write_audio(path, broken(), audio_format=audio_format, rate=RATE, channels=1)
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("a", b"before")]


@pytest.mark.parametrize("audio_format", ["wav", "flac", "opus"])
def test_a_folder_that_is_not_there(tmp_path: Path, audio_format: str) -> None:
    with pytest.raises(OutputFailed, match="none"):
        write_audio(tmp_path / "none" / "a", [sound(1)], audio_format=audio_format, rate=RATE, channels=1)
