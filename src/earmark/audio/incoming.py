"""Sound that comes in piece by piece, as from a microphone far away: PCM, or Opus in WebM or Ogg.

What comes in can be read once and in order only; each piece is decoded as soon as it is there.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from earmark.audio.frames import frame_samples
from earmark.audio.resample import Resampler
from earmark.errors import InvalidValue, UnreadableMedia

if TYPE_CHECKING:
    from collections.abc import Iterator

    from av import AudioFrame, AudioStream
    from av.container import InputContainer

    from earmark.audio.decode import Samples

PCM16 = "pcm16"
CONTAINERS = {"webm": "matroska", "ogg": "ogg"}
"""What FFmpeg calls the containers in which browsers send Opus."""
FORMATS = (PCM16, *CONTAINERS)
RATES = (8000, 192_000)
"""Least and greatest sample rate in Hz of PCM."""
CODECS = ("opus", "vorbis")
NAME = "the sound that was sent"

Read = Callable[[], bytes]
"""Waits for the next bytes; none at the end."""


def check_incoming(kind: str, rate: int) -> None:
    """Raise ``InvalidValue`` where sound of that kind is not taken."""
    if kind not in FORMATS:
        raise InvalidValue(f"there is no format {kind[:40]!r}: choose one of {', '.join(FORMATS)}")
    if not RATES[0] <= rate <= RATES[1]:
        raise InvalidValue(f"the sample rate lies between {RATES[0]} and {RATES[1]} Hz, not at {rate}")


def incoming(read: Read, *, kind: str, rate: int, wanted: int) -> Iterator[Samples]:
    """Decode sound as it comes in.

    Parameters
    ----------
    read : callable
        Waits for the next bytes; none at the end.
    kind : str
        One of ``FORMATS``.
    rate : int
        Sample rate in Hz of PCM; the other formats know theirs.
    wanted : int
        Sample rate in Hz of what is given.

    Yields
    ------
    array, shape (samples,)
        All channels mixed.

    Raises
    ------
    UnreadableMedia
        It is not what ``kind`` says.
    """
    check_incoming(kind, rate)
    if kind == PCM16:
        yield from _resampled(_pcm(read), rate, wanted)
    else:
        yield from _decoded(read, CONTAINERS[kind], wanted)


def _pcm(read: Read) -> Iterator[Samples]:
    half = b""
    while data := read():
        data = half + data
        whole = len(data) // 2 * 2
        data, half = data[:whole], data[whole:]
        if data:
            yield np.frombuffer(data, "<i2").astype(np.float32) / np.float32(32768)


def _resampled(blocks: Iterator[Samples], rate: int, wanted: int) -> Iterator[Samples]:
    resampler = Resampler(rate, wanted, 1)
    for block in blocks:
        yield resampler.feed(block[None])[0]
    yield resampler.finish(1)[0]


def _decoded(read: Read, container: str, wanted: int) -> Iterator[Samples]:
    resampler, rate = None, 0
    for frame in _frames(read, container):
        if resampler is None:
            rate = frame.sample_rate
            resampler = Resampler(rate, wanted, 1)
        if frame.sample_rate != rate:
            raise UnreadableMedia(NAME, "changes its sample rate", "Begin another session.")
        block = np.nan_to_num(frame_samples(frame).mean(axis=0), posinf=0.0, neginf=0.0)
        yield resampler.feed(np.clip(block, -1, 1)[None])[0]
    if resampler is not None:
        yield resampler.finish(1)[0]


def _frames(read: Read, container: str) -> Iterator[AudioFrame]:
    import av

    try:
        # A few bytes are enough to know the only codec that is taken; more would have to be waited for.
        options = {"fflags": "nobuffer", "analyzeduration": "0", "probesize": "2048"}
        opened: Any = av.open(_Pipe(read), format=container, options=options, metadata_errors="ignore")
        with opened:
            yield from _of(opened, _track(opened))
    except UnreadableMedia:
        raise
    except (av.error.FFmpegError, ValueError) as error:
        why = (getattr(error, "strerror", None) or str(error)).rstrip(".").lower()
        raise UnreadableMedia(NAME, f"cannot be decoded ({why})", "Send it as the format that was named.") from error


def _of(opened: InputContainer, stream: AudioStream) -> Iterator[AudioFrame]:
    import av

    for packet in opened.demux(stream):
        try:
            yield from packet.decode()
        except av.error.EOFError:
            return
        except av.error.InvalidDataError:
            continue  # One packet is 20 to 60 ms; the next one can be decoded again.


def _track(opened: InputContainer) -> AudioStream:
    for stream in opened.streams.audio:
        if stream.codec_context is not None and stream.codec_context.codec.canonical_name in CODECS:
            return stream
    raise UnreadableMedia(NAME, "holds no track of Opus", "Record it as Opus, or send PCM.")


class _Pipe(io.RawIOBase):
    """What FFmpeg reads from: it waits for bytes, and cannot go back."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._rest = b""
        self._ended = False

    def readable(self) -> bool:
        """It is."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Give what is there, at most ``size`` bytes; wait where nothing is."""
        if not self._rest and not self._ended:
            self._rest = self._read()
            self._ended = not self._rest  # FFmpeg asks again after the end.
        size = len(self._rest) if size < 0 else size
        data, self._rest = self._rest[:size], self._rest[size:]
        return data
