"""What comes out of media files, whole and broken."""

from __future__ import annotations

import os
import wave
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from earmark.audio.decode import open_reader
from earmark.errors import EarmarkError, SourceNotFound, UnreadableMedia

RATE = 16_000


def tone(seconds: float, rate: int = RATE, channels: int = 1, hz: float = 440.0) -> np.ndarray:
    times = np.arange(round(seconds * rate)) / rate
    return np.tile(0.5 * np.sin(2 * np.pi * hz * times), (channels, 1)).astype(np.float32)


def read(path: Path) -> tuple[np.ndarray, int, list[str]]:
    with open_reader(path) as reader:
        blocks = list(reader.blocks())
        return np.concatenate(blocks, axis=1), reader.rate, reader.problems


def float_wav(path: Path, samples: np.ndarray, rate: int = RATE) -> Path:
    """A WAV file of 32-bit floats, written by hand because the values may be NaN."""
    data = samples.T.astype("<f4").tobytes()
    channels = samples.shape[0]
    head = b"fmt " + (16).to_bytes(4, "little") + (3).to_bytes(2, "little") + channels.to_bytes(2, "little")
    head += rate.to_bytes(4, "little") + (rate * 4 * channels).to_bytes(4, "little")
    head += (4 * channels).to_bytes(2, "little") + (32).to_bytes(2, "little")
    body = b"WAVE" + head + b"data" + len(data).to_bytes(4, "little") + data
    path.write_bytes(b"RIFF" + len(body).to_bytes(4, "little") + body)
    return path


LOSSLESS = [
    ("a.wav", "pcm_s16le"),
    ("a.wav", "pcm_u8"),
    ("a.wav", "pcm_s24le"),
    ("a.wav", "pcm_f32le"),
    ("a.wav", "pcm_f64le"),
]
LOSSLESS += [("a.flac", "flac"), ("a.aiff", "pcm_s16be"), ("a.caf", "pcm_s16le"), ("a.mkv", "pcm_s32le")]


@pytest.mark.parametrize(("name", "codec"), LOSSLESS)
def test_lossless_files_give_back_their_samples(write_media, name: str, codec: str) -> None:
    samples = tone(0.5, channels=2)
    samples[1] *= 0.5
    got, rate, problems = read(write_media(name, samples, RATE, codec=codec))
    assert (rate, got.shape, got.dtype, problems) == (RATE, samples.shape, np.float32, [])
    assert np.abs(got - samples).max() < (0.012 if codec == "pcm_u8" else 1e-4)


LOSSY = [
    ("a.mp3", "libmp3lame"),
    ("a.m4a", "aac"),
    ("a.ogg", "libopus"),
    ("a.opus", "libopus"),
    ("a.webm", "libopus"),
    ("a.mp4", "aac"),
]


@pytest.mark.parametrize(("name", "codec"), LOSSY)
def test_lossy_files_give_back_their_sound_in_time(write_media, name: str, codec: str) -> None:
    samples = np.concatenate([np.zeros((1, 48_000), np.float32), tone(1.0, rate=48_000)], axis=1)
    got, rate, problems = read(write_media(name, samples, 48_000, codec=codec))
    onset = int(np.flatnonzero(np.abs(got[0]) > 0.1)[0]) / rate
    assert problems == []
    assert onset == pytest.approx(1.0, abs=0.06)
    assert got.shape[1] / rate == pytest.approx(2.0, abs=0.1)


@pytest.mark.parametrize("rate", [8_000, 11_025, 44_100, 96_000, 384_000])
def test_any_sample_rate(write_media, rate: int) -> None:
    got, found, _ = read(write_media("a.wav", tone(0.2, rate=rate), rate))
    assert (found, got.shape) == (rate, (1, round(0.2 * rate)))


def test_three_hundred_channels(tmp_path: Path) -> None:
    samples = np.linspace(-0.9, 0.9, 300, dtype=np.float32)[:, None].repeat(1600, axis=1)
    got, _, _ = read(float_wav(tmp_path / "many.wav", samples))
    assert got.shape == (300, 1600)
    assert np.allclose(got, samples)


@pytest.mark.parametrize("count", [1, 2, 159])
def test_a_handful_of_samples(tmp_path: Path, count: int) -> None:
    got, _, problems = read(float_wav(tmp_path / "short.wav", np.full((1, count), 0.25)))
    assert (got.shape, problems) == ((1, count), [])


def test_samples_that_are_not_numbers_become_zero_and_are_reported(tmp_path: Path) -> None:
    samples = tone(0.1)
    samples[0, 10:20] = np.nan
    samples[0, 30] = np.inf
    got, _, problems = read(float_wav(tmp_path / "nan.wav", samples))
    assert np.isfinite(got).all()
    assert problems == ["holds 11 samples that are not numbers (NaN); they were read as silence"]


def broken_files(folder: Path) -> dict[str, Path]:
    paths = {
        name: folder / name
        for name in ("empty.wav", "text.mp3", "page.ogg", "no-samples.wav", "all-nan.wav", "zeros.m4a")
    }
    paths["empty.wav"].write_bytes(b"")
    paths["text.mp3"].write_text("This is not a recording, whatever its name says.\n" * 50)
    paths["page.ogg"].write_text("<!doctype html><title>404</title>" * 30)
    with wave.open(str(paths["no-samples.wav"]), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
    float_wav(paths["all-nan.wav"], np.full((1, 1600), np.nan))
    paths["zeros.m4a"].write_bytes(bytes(5000))
    return paths


EXPECTED = {
    "empty.wav": "is empty (0 bytes)",
    "text.mp3": "is not a recording",
    "page.ogg": "is not a recording",
    "no-samples.wav": "holds no sound",
    "all-nan.wav": "holds no number in any sample",
    "zeros.m4a": "is not a recording",
}


@pytest.mark.parametrize("name", EXPECTED)
def test_what_is_not_a_recording_is_named_in_one_line(tmp_path: Path, name: str) -> None:
    path = broken_files(tmp_path)[name]
    with pytest.raises(UnreadableMedia) as caught:
        read(path)
    assert EXPECTED[name] in str(caught.value)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_video_without_sound(test_data: Path) -> None:
    with pytest.raises(UnreadableMedia, match="holds only pictures"):
        read(test_data / "audio" / "video" / "pose_squats.mp4")


@pytest.mark.parametrize(("name", "codec"), [("a.flac", "flac"), ("a.wav", "pcm_s16le"), ("a.mp3", "libmp3lame")])
def test_a_truncated_file_gives_what_is_there_and_says_so(write_media, name: str, codec: str) -> None:
    rng = np.random.default_rng(3)
    path = write_media(name, (rng.normal(size=(1, 20 * RATE)) * 0.1).astype(np.float32), RATE, codec=codec)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    got, rate, problems = read(path)
    assert 5 < got.shape[1] / rate < 15
    # An MP3 stream carries no duration of its own; half of it is a whole shorter one.
    assert any("is cut off" in problem for problem in problems) or name == "a.mp3"


def test_damage_in_the_middle_is_survived(write_media) -> None:
    path = write_media("a.mp3", tone(10), RATE, codec="libmp3lame")
    data = bytearray(path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 3000] = os.urandom(3000)
    path.write_bytes(bytes(data))
    got, rate, _ = read(path)
    assert got.shape[1] / rate > 8


def test_missing_and_unreadable_files(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound, match="no such file"):
        read(tmp_path / "none.wav")
    with pytest.raises(SourceNotFound, match="is a folder"):
        read(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_forbidden_file(write_media) -> None:
    path = write_media("a.wav", tone(0.1), RATE)
    path.chmod(0)
    with pytest.raises(SourceNotFound, match="may not be read"):
        read(path)


@pytest.mark.parametrize(
    "name", ["with space.wav", "quote'\".wav", "🎙️.wav", "line\nbreak.wav", "-dash.wav", "a:b.wav", "%d.wav", "*.wav"]
)
def test_hostile_names(write_media, name: str) -> None:
    got, _, _ = read(write_media(name, tone(0.1), RATE))
    assert got.shape == (1, 1600)


def test_a_pause_between_time_stamps_keeps_later_times_true(tmp_path: Path) -> None:
    import av

    path = tmp_path / "paused.mkv"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("pcm_s16le", rate=RATE, layout="mono")
        for begin in (0, 3 * RATE):
            frame = av.AudioFrame.from_ndarray((tone(1.0) * 32767).astype(np.int16), format="s16", layout="mono")
            frame.rate, frame.pts = RATE, begin
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    got, rate, _ = read(path)
    assert got.shape[1] / rate == pytest.approx(4.0, abs=0.05)
    assert np.abs(got[0, int(1.2 * rate) : int(2.8 * rate)]).max() == 0
    assert np.abs(got[0, int(3.1 * rate) :]).max() > 0.4


def test_garbage_never_ends_in_anything_but_an_earmark_error(tmp_path: Path) -> None:
    rng = np.random.default_rng(11)
    heads = [
        b"RIFF\x24\x00\x00\x00WAVEfmt ",
        b"fLaC\x00\x00\x00\x22",
        b"OggS\x00\x02",
        b"ID3\x04\x00",
        b"\x1aE\xdf\xa3",
        b"#!AMR\n",
        b"",
    ]
    for index, head in enumerate(heads * 4):
        path = tmp_path / f"{index}.bin"
        path.write_bytes(head + rng.integers(0, 256, 4000, np.uint8).tobytes())
        with suppress(EarmarkError):
            read(path)
