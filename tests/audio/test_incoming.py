"""Sound that comes in piece by piece is decoded as it comes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Queue

import numpy as np
import pytest

from earmark.audio.incoming import incoming
from earmark.errors import InvalidValue, UnreadableMedia

RATE = 16_000


def pieces(data: bytes, size: int) -> Callable[[], bytes]:
    """Give bytes in pieces, as a connection does."""
    parts: Iterator[bytes] = (data[at : at + size] for at in range(0, len(data), size))
    return lambda: next(parts, b"")


def tone(seconds: float, rate: int) -> np.ndarray:
    return (0.5 * np.sin(2 * np.pi * 440 * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


def pcm(sound: np.ndarray) -> bytes:
    return np.round(sound * 32767).astype("<i2").tobytes()


@pytest.mark.parametrize("size", [1, 333, 6400])
def test_pcm_comes_in_whatever_pieces(size: int) -> None:
    sound = tone(0.2, RATE)
    found = np.concatenate([*incoming(pieces(pcm(sound), size), kind="pcm16", rate=RATE, wanted=RATE)])
    np.testing.assert_allclose(found, sound, atol=1e-4)


def test_pcm_of_another_rate_is_resampled() -> None:
    found = np.concatenate([*incoming(pieces(pcm(tone(1.0, 48_000)), 5000), kind="pcm16", rate=48_000, wanted=RATE)])
    assert len(found) == pytest.approx(RATE, abs=2)
    np.testing.assert_allclose(found[500:15_000], tone(1.0, RATE)[500:15_000], atol=0.01)


@pytest.mark.parametrize(("kind", "suffix"), [("webm", "webm"), ("ogg", "ogg")])
def test_opus_is_decoded(kind: str, suffix: str, write_media: Callable[..., Path]) -> None:
    path = write_media(f"tone.{suffix}", tone(2.0, 48_000)[None], 48_000, codec="libopus")
    found = np.concatenate([*incoming(pieces(path.read_bytes(), 700), kind=kind, rate=RATE, wanted=RATE)])
    assert len(found) / RATE == pytest.approx(2.0, abs=0.03)
    inner = found[4000:28_000]
    assert np.abs(np.fft.rfft(inner)).argmax() * RATE / len(inner) == pytest.approx(440, abs=1)


@pytest.mark.parametrize(("kind", "suffix"), [("webm", "webm"), ("ogg", "ogg")])
def test_opus_does_not_wait_for_its_end(kind: str, suffix: str, write_media: Callable[..., Path]) -> None:
    path = write_media(f"long.{suffix}", tone(20.0, 48_000)[None], 48_000, codec="libopus")
    data = path.read_bytes()
    sent: Queue[bytes] = Queue()
    heard: Queue[int] = Queue()

    def listen() -> None:
        for block in incoming(sent.get, kind=kind, rate=RATE, wanted=RATE):
            heard.put(len(block))

    listening = threading.Thread(target=listen, daemon=True)
    listening.start()
    for at in range(0, len(data) // 2, 1000):
        sent.put(data[at : at + 1000])
    seconds = 0.0
    while seconds < 5:
        seconds += heard.get(timeout=10) / RATE
    sent.put(data[(len(data) // 2 + 999) // 1000 * 1000 :])
    sent.put(b"")
    listening.join(10)
    assert not listening.is_alive()


@pytest.mark.parametrize("kind", ["webm", "ogg"])
@pytest.mark.parametrize(
    "data", [b"", b"RIFF" + bytes(20_000), bytes(range(256)) * 40], ids=["nothing", "wav", "noise"]
)
def test_what_is_no_opus_is_refused(kind: str, data: bytes) -> None:
    with pytest.raises(UnreadableMedia, match="the sound that was sent"):
        list(incoming(pieces(data, 1000), kind=kind, rate=RATE, wanted=RATE))


def test_other_codecs_are_refused(write_media: Callable[..., Path]) -> None:
    path = write_media("tone.mka", tone(1.0, 48_000)[None], 48_000, codec="pcm_s16le", container="matroska")
    with pytest.raises(UnreadableMedia, match="no track of Opus"):
        list(incoming(pieces(path.read_bytes(), 1000), kind="webm", rate=RATE, wanted=RATE))


@pytest.mark.parametrize(("kind", "rate"), [("mp3", RATE), ("pcm16", 100), ("pcm16", 10**7)])
def test_what_is_not_taken_is_said_at_once(kind: str, rate: int) -> None:
    with pytest.raises(InvalidValue):
        list(incoming(lambda: b"", kind=kind, rate=rate, wanted=RATE))
