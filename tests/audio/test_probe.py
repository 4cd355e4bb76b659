"""What files say that they are."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from earmark.audio.probe import AudioTrack, VideoTrack, probe
from earmark.errors import EarmarkError, SourceNotFound, UnreadableMedia

RATE = 16_000


def noise(seconds: float, channels: int = 1, rate: int = RATE) -> np.ndarray:
    return np.random.default_rng(2).normal(0, 0.1, (channels, round(seconds * rate))).astype(np.float32)


def write_video(path: Path, *, sounds: int, tags: dict[str, str] | None = None) -> Path:
    """Two seconds of grey pictures at 25 a second with tracks of silence."""
    with av.open(str(path), "w") as out:
        out.metadata.update(tags or {})
        pictures = out.add_stream("mpeg4", rate=25)
        pictures.width, pictures.height, pictures.pix_fmt = 64, 48, "yuv420p"
        tracks = [out.add_stream("aac", rate=44_100, layout="stereo") for _ in range(sounds)]
        for index in range(50):
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 100 + index, np.uint8), format="rgb24")
            out.mux(pictures.encode(frame))
        out.mux(pictures.encode(None))
        for track in tracks:
            sound = av.AudioFrame.from_ndarray(np.zeros((2, 88_200), np.float32), format="fltp", layout="stereo")
            sound.rate = 44_100
            out.mux([*track.encode(sound), *track.encode(None)])
    return path


@pytest.mark.parametrize(
    ("name", "codec", "rate", "channels", "container", "found"),
    [
        ("a.wav", "pcm_s16le", 8000, 1, "wav", "pcm_s16le"),
        ("a.flac", "flac", 96_000, 2, "flac", "flac"),
        ("a.mp3", "libmp3lame", 44_100, 2, "mp3", "mp3"),
        ("a.ogg", "libopus", 48_000, 1, "ogg", "opus"),
        ("a.mka", "pcm_s24le", RATE, 2, "matroska", "pcm_s24le"),
    ],
)
def test_the_headers_of_sound_files(
    write_media, name: str, codec: str, rate: int, channels: int, container: str, found: str
) -> None:
    path = write_media(name, noise(2.0, channels, rate), rate, codec=codec)
    facts = probe(path)
    (track,) = facts.audio
    assert (facts.file, facts.size, facts.video) == (str(path), path.stat().st_size, ())
    assert container in facts.container
    assert facts.duration == pytest.approx(2.0, abs=0.06)
    assert (track.sample_rate, track.channels) == (rate, channels)
    assert track.codec.startswith(found)


def test_the_bit_rate_is_told_where_it_is_known(write_media) -> None:
    wav = probe(write_media("a.wav", noise(1.0, 2), RATE))
    assert wav.audio[0].bit_rate == 2 * 16 * RATE
    assert probe(write_media("a.flac", noise(1.0), RATE, codec="flac")).audio[0].bit_rate is None


def test_a_video_lists_its_pictures_sounds_and_tags(tmp_path: Path) -> None:
    facts = probe(write_video(tmp_path / "a.mp4", sounds=2, tags={"title": "Réunion", "artist": "team"}))
    assert facts.video == (VideoTrack(codec="mpeg4", width=64, height=48, frame_rate=25.0),)
    assert [(t.codec, t.sample_rate, t.channels, t.layout) for t in facts.audio] == [("aac", 44_100, 2, "stereo")] * 2
    assert all(isinstance(track, AudioTrack) for track in facts.audio)
    assert facts.duration == pytest.approx(2.0, abs=0.1)
    tags = dict(facts.tags)
    assert (tags["title"], tags["artist"]) == ("Réunion", "team")
    assert [name for name, _ in facts.tags] == sorted(tags)


def test_a_video_without_sound_can_be_looked_at(tmp_path: Path) -> None:
    facts = probe(write_video(tmp_path / "mute.mp4", sounds=0))
    assert facts.audio == ()
    assert facts.video[0].width == 64
    assert facts.duration == pytest.approx(2.0, abs=0.1)


class Pipe:
    """Takes bytes in order, as a live recorder's pipe does: the writer cannot go back and fill in the duration."""

    def __init__(self) -> None:
        self.data = b""

    def write(self, data: bytes) -> int:
        self.data += bytes(data)
        return len(data)


def test_a_live_stream_does_not_say_how_long_it_is(tmp_path: Path) -> None:
    pipe, path = Pipe(), tmp_path / "live.webm"
    with av.open(pipe, "w", format="webm") as out:
        track = out.add_stream("libopus", rate=48_000, layout="mono")
        sound = av.AudioFrame.from_ndarray(noise(1.0, rate=48_000), format="flt", layout="mono")
        sound.rate = 48_000
        out.mux([*track.encode(sound), *track.encode(None)])
    path.write_bytes(pipe.data)
    facts = probe(path)
    assert facts.duration is None
    assert facts.audio[0].codec == "opus"


@pytest.mark.parametrize(
    ("name", "content", "error", "why"),
    [
        ("text.mp3", b"This is not a recording.\n" * 50, UnreadableMedia, "is not a recording"),
        ("empty.wav", b"", UnreadableMedia, "is empty"),
        ("words.srt", b"1\n00:00:00,000 --> 00:00:01,000\nhello\n\n", UnreadableMedia, "neither sound nor pictures"),
        ("gone.wav", None, SourceNotFound, "no such file"),
    ],
)
def test_what_is_no_recording_is_named(
    tmp_path: Path, name: str, content: bytes | None, error: type[EarmarkError], why: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(error, match=why) as caught:
        probe(path)
    assert str(path) in str(caught.value)


def test_a_folder_is_no_recording(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound, match="is a folder"):
        probe(tmp_path)
