"""Any part of a file is what reading it from its start gives there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from earmark.audio import ranges
from earmark.audio.decode import SeekPoint, open_reader
from earmark.audio.ranges import blocks_from, read_range, sample_blocks
from earmark.errors import InvalidValue, SourceNotFound, UnreadableMedia

SECONDS = 25

# File, codec, container, rate, and from where a part is read when there are no seek points.
CONTAINERS = [
    ("a.wav", "pcm_s16le", None, 16_000, "nearby"),
    ("b.wav", "pcm_f32le", None, 44_100, "nearby"),
    ("a.w64", "pcm_s24le", None, 16_000, "nearby"),
    ("a.aiff", "pcm_s16be", None, 22_050, "nearby"),
    ("a.caf", "pcm_s16le", None, 16_000, "nearby"),
    ("a.au", "pcm_s16be", None, 16_000, "nearby"),
    ("a.flac", "flac", None, 16_000, "nearby"),
    ("a.wv", "wavpack", None, 44_100, "nearby"),
    ("a.tta", "tta", None, 44_100, "nearby"),
    ("flac.ogg", "flac", "ogg", 16_000, "nearby"),
    ("cbr.mp3", "libmp3lame", None, 44_100, "nearby"),
    ("vbr.mp3", "libmp3lame", None, 44_100, "nearby"),
    ("low.mp3", "libmp3lame", None, 16_000, "nearby"),
    ("a.m4a", "aac", "ipod", 44_100, "nearby"),
    ("a.aac", "aac", "adts", 44_100, "nearby"),
    ("alac.m4a", "alac", "ipod", 44_100, "nearby"),
    ("a.opus", "libopus", "ogg", 48_000, "nearby"),
    ("a.webm", "libopus", "webm", 48_000, "start"),
    ("aac.mka", "aac", "matroska", 44_100, "start"),
    ("flac.mkv", "flac", "matroska", 44_100, "start"),
    ("pcm.mkv", "pcm_s16le", "matroska", 44_100, "start"),
    ("a.ts", "aac", "mpegts", 48_000, "start"),
    ("a.flv", "aac", "flv", 44_100, "start"),
    ("mp3.avi", "libmp3lame", "avi", 44_100, "start"),
    ("a.ac3", "ac3", None, 48_000, "start"),
]
OPTIONS = {"vbr.mp3": {"q": "4"}, "aac": {"aac_pns": "0"}}
"""Noise substitution is off: what a decoder makes up differs each time."""


def sound(rate: int, seconds: float = SECONDS, channels: int = 2) -> np.ndarray:
    rng, times = np.random.default_rng(4), np.arange(round(seconds * rate)) / rate
    tone = 0.3 * np.sin(2 * np.pi * (200 + 40 * times) * times) * (1 + np.sin(7 * times)) / 2
    return (tone + rng.normal(0, 0.05, (channels, len(times)))).astype(np.float32)


def write(
    path: Path,
    samples: np.ndarray,
    rate: int,
    codec: str,
    container: str | None,
    *,
    video: bool = False,
    times: Callable[[int], int] = int,
) -> Path:
    """Encode a second at a time; ``times`` moves the time stamps of frames."""
    import av

    with av.open(str(path), "w", format=container) as out:
        stream = out.add_stream(codec, rate=rate, options=OPTIONS.get(path.name, OPTIONS.get(codec, {})))
        stream.layout = {1: "mono", 2: "stereo"}[len(samples)]
        pictures = out.add_stream("mpeg4", rate=5) if video else None
        if pictures is not None:
            pictures.width = pictures.height = 64
        for begin in range(0, samples.shape[1], rate):
            piece = np.ascontiguousarray(samples[:, begin : begin + rate])
            frame = av.AudioFrame.from_ndarray(piece, format="fltp", layout=stream.layout.name)
            frame.rate, frame.pts = rate, times(begin)
            out.mux(stream.encode(frame))
            for _ in range(5 if pictures is not None else 0):
                out.mux(pictures.encode(av.VideoFrame(64, 64, "yuv420p")))
        out.mux(stream.encode(None))
        if pictures is not None:
            out.mux(pictures.encode(None))
    return path


def read_all(path: Path) -> tuple[np.ndarray, int, list[SeekPoint]]:
    with open_reader(path) as reader:
        return np.concatenate(list(reader.blocks()), axis=1), reader.rate, reader.seek_points


def parts(length: int, rate: int) -> list[tuple[int, int]]:
    rng = np.random.default_rng(length)
    begins = [0, 1, rate, length - 1, length - rate, *rng.integers(2 * rate, length, 6).tolist()]
    return [(begin, min(length, begin + int(rng.integers(1, rate)))) for begin in begins]


class Seeks:
    """Counts how often the place was found and how often the file was read from its start."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.found = self.lost = 0
        seek = ranges._seek

        def watch(*arguments: object) -> int | None:
            position = seek(*arguments)
            self.found += position is not None and position > 0
            self.lost += position is None
            return position

        monkeypatch.setattr(ranges, "_seek", watch)


def require_equal(path: Path, full: np.ndarray, rate: int, points: list[SeekPoint], tolerance: float = 0.0) -> None:
    for first, stop in parts(full.shape[1], rate):
        got = np.concatenate(list(sample_blocks(path, first, stop, points=points)), axis=1)
        assert got.shape == (len(full), stop - first)
        assert np.abs(got - full[:, first:stop]).max() <= tolerance


@pytest.mark.parametrize(
    ("name", "codec", "container", "rate", "alone"), CONTAINERS, ids=[case[0] for case in CONTAINERS]
)
def test_every_container_gives_the_same_samples(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    codec: str,
    container: str | None,
    rate: int,
    alone: str,
) -> None:
    path = write(tmp_path / name, sound(rate, channels=1), rate, codec, container)
    full, rate, points = read_all(path)
    seeks = Seeks(monkeypatch)
    require_equal(path, full, rate, [])
    assert bool(seeks.found) == (alone == "nearby")
    assert bool(seeks.lost) == (alone == "start")
    seeks.found = seeks.lost = 0
    require_equal(path, full, rate, points)
    # AC-3 makes up noise as it goes.
    assert bool(seeks.found) == (codec != "ac3")
    assert bool(seeks.lost) == (codec == "ac3")


def test_vorbis(tmp_path: Path) -> None:
    import soundfile

    path = tmp_path / "a.ogg"
    with soundfile.SoundFile(str(path), "w", 44_100, 2, "VORBIS", format="OGG") as file:
        for piece in np.split(sound(44_100).T, SECONDS):
            file.write(piece)
    full, rate, points = read_all(path)
    require_equal(path, full, rate, [])
    require_equal(path, full, rate, points)


@pytest.mark.parametrize(("name", "container"), [("a.mp4", "mp4"), ("a.mkv", "matroska")])
def test_sound_beside_pictures(tmp_path: Path, name: str, container: str) -> None:
    path = write(tmp_path / name, sound(48_000), 48_000, "aac", container, video=True)
    full, rate, points = read_all(path)
    require_equal(path, full, rate, [])
    require_equal(path, full, rate, points)


@pytest.mark.parametrize(("codec", "container"), [("pcm_s16le", "matroska"), ("aac", "mp4"), ("libopus", "webm")])
@pytest.mark.parametrize("gap", [0.05, 3.0])
def test_holes_are_where_reading_from_the_start_puts_them(
    tmp_path: Path, codec: str, container: str, gap: float
) -> None:
    rate = 48_000
    hole = lambda begin: begin + (round(gap * rate) if begin >= 12 * rate else 0)  # noqa: E731
    path = write(tmp_path / f"a.{container}", sound(rate), rate, codec, container, times=hole)
    full, rate, points = read_all(path)
    assert full.shape[1] / rate == pytest.approx(SECONDS + (gap if gap > 0.1 else 0), abs=0.06)
    require_equal(path, full, rate, points)
    require_equal(path, full, rate, [])


def test_damage_in_the_middle_moves_nothing_that_has_seek_points(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mp3", sound(44_100), 44_100, "libmp3lame", None)
    data = bytearray(path.read_bytes())
    data[100_000:103_000] = np.random.default_rng(1).bytes(3000)
    path.write_bytes(bytes(data))
    full, rate, points = read_all(path)
    first = full.shape[1] - 4 * rate
    got = np.concatenate(list(sample_blocks(path, first, first + rate, points=points)), axis=1)
    assert np.array_equal(got, full[:, first : first + rate])


def test_one_channel(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", sound(8000), 8000, "pcm_s16le", None)
    full, _, _ = read_all(path)
    assert np.array_equal(read_range(path, 3, 4, channel=1), full[1:, 24_000:32_000])
    assert np.array_equal(read_range(path, 3, 4), full[:, 24_000:32_000])


def test_seconds_become_samples_rounded_half_up(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", sound(8000), 8000, "pcm_s16le", None)
    full, _, _ = read_all(path)
    assert np.array_equal(read_range(path, 2.5 / 8000, 6.49 / 8000), full[:, 3:6])
    assert read_range(path, 3, 3).shape == (2, 0)
    assert read_range(path, 3.00001, 3.00002).shape == (2, 0)


def test_what_lies_behind_the_end_is_left_out(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", sound(8000), 8000, "pcm_s16le", None)
    full, _, _ = read_all(path)
    assert np.array_equal(read_range(path, SECONDS - 1, SECONDS + 100), full[:, -8000:])


@pytest.mark.parametrize(
    ("start", "end", "channel", "message"),
    [
        (-1, 2, None, "starts before the recording"),
        (2, 1, None, "before it starts"),
        (0, float("nan"), None, "finite"),
        (0, float("inf"), None, "finite"),
        (SECONDS + 1, SECONDS + 2, None, "after the end"),
        (1, 2, 2, "channel 2 was asked for"),
        (1, 2, -1, "channel -1 was asked for"),
    ],
)
def test_ranges_that_make_no_sense(tmp_path: Path, start: float, end: float, channel: int | None, message: str) -> None:
    path = write(tmp_path / "a.wav", sound(8000), 8000, "pcm_s16le", None)
    with pytest.raises(InvalidValue, match=message):
        read_range(path, start, end, channel=channel)


def test_what_is_no_recording(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound):
        read_range(tmp_path / "none.wav", 0, 1)
    (tmp_path / "text.wav").write_text("not a recording at all\n" * 50)
    with pytest.raises(UnreadableMedia):
        read_range(tmp_path / "text.wav", 0, 1)


def test_a_long_range_comes_in_small_blocks(tmp_path: Path) -> None:
    path = write(tmp_path / "a.flac", sound(8000), 8000, "flac", None)
    sizes = [block.shape[1] for block in blocks_from(path, 1, 24)]
    assert sum(sizes) == 23 * 8000
    assert max(sizes) < 2 * 8000


def test_seek_points_lie_ten_seconds_apart(tmp_path: Path) -> None:
    path = write(tmp_path / "a.flac", sound(8000), 8000, "flac", None)
    _, _, points = read_all(path)
    assert [round(point.sample / 8000) for point in points] == [0, 10, 20]
    assert [point.pts for point in points] == [point.sample for point in points]
