"""Parts of a recording as files: WAV of which any bytes can be asked for, FLAC and Opus."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from earmark.audio.decode import Samples, SeekPoint, open_reader
from earmark.audio.encode import AudioFormat, long_wav_header, pcm16, require_format, write_audio
from earmark.audio.ranges import blocks_from, sample_blocks
from earmark.audio.resample import Resampler
from earmark.core.time import require_span, round_half_up, to_samples
from earmark.errors import InvalidValue

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

MOST_RATE = 768_000
"""Highest sample rate in Hz that an excerpt is brought to."""
_FILTER_SAMPLES = 1000
"""Samples, at the lower rate, after which a resampler has forgotten where it began."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WavExcerpt:
    """A WAV file of 16 bits that exists only as far as it is read.

    Attributes
    ----------
    size : int
        Bytes of the whole file.
    rate, channels, samples : int
        What its header says.
    path : Path
        The recording.
    begin, stop : int
        Samples of the recording that it holds, at its own rate ``source_rate``.
    """

    size: int
    rate: int
    channels: int
    samples: int
    path: Path
    begin: int
    stop: int
    source_rate: int
    channel: int | None
    points: tuple[SeekPoint, ...]

    def read(self, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Yield the bytes from ``start`` to before ``end``, cut at the end of the file.

        Where the recording is shorter than was said, silence follows: the size is promised before the sound is read.

        Raises
        ------
        InvalidValue
            The range is negative or reversed.
        """
        end = self.size if end is None else min(end, self.size)
        if start < 0 or (end < start and start < self.size):
            raise InvalidValue(f"there are no bytes from {start} to {end} in an excerpt of {self.size} bytes")
        return self._bytes(start, end)

    def _bytes(self, start: int, end: int) -> Iterator[bytes]:
        header = long_wav_header(self.rate, self.channels, self.samples)
        if start < min(len(header), end):
            yield header[start:end]
        frame = 2 * self.channels
        start, end = max(0, start - len(header)), end - len(header)
        first, stop = start // frame, -(-end // frame)
        position = first * frame
        for block in self._frames(first, stop) if first < stop else ():
            data = pcm16(block).tobytes()
            yield data[max(0, start - position) : end - position]
            position += len(data)

    def _frames(self, first: int, stop: int) -> Iterator[Samples]:
        """Yield the samples from ``first`` to before ``stop`` at the excerpt's rate, then silence."""
        left = stop - first
        blocks = self._as_recorded(first, stop) if self.rate == self.source_rate else self._resampled(first, stop)
        for block in blocks:
            if block.shape[1]:
                yield block[:, :left]
                left -= min(left, block.shape[1])
        while left > 0:
            yield np.zeros((self.channels, min(left, self.rate)), np.float32)
            left -= min(left, self.rate)

    def _as_recorded(self, first: int, stop: int) -> Iterator[Samples]:
        return self._recorded(self.begin + first, self.begin + stop)

    def _resampled(self, first: int, stop: int) -> Iterator[Samples]:
        # Whole seconds are whole numbers of samples at both rates, so every piece lies on the same grid.
        warm_up = 1 + _FILTER_SAMPLES // min(self.rate, self.source_rate)
        second = max(0, first // self.rate - warm_up)
        skip = first - second * self.rate
        until = min(self.stop, self.begin + (stop // self.rate + 1 + warm_up) * self.source_rate)
        resampler = Resampler(self.source_rate, self.rate, self.channels)
        for block in self._recorded(self.begin + second * self.source_rate, until):
            ready = resampler.feed(block)
            yield ready[:, skip:]
            skip = max(0, skip - ready.shape[1])
        yield resampler.finish(self.channels)[:, skip:]

    def _recorded(self, first: int, stop: int) -> Iterator[Samples]:
        return sample_blocks(self.path, first, min(stop, self.stop), channel=self.channel, points=self.points)


def wav_excerpt(
    path: Path,
    start: float,
    end: float,
    *,
    channel: int | None = None,
    rate: int | None = None,
    duration: float | None = None,
    points: Sequence[SeekPoint] = (),
) -> WavExcerpt:
    """Make a WAV file of a part of a recording without writing or reading it; as RF64 if it exceeds 4 GiB.

    Parameters
    ----------
    path : Path
        The recording.
    start, end : float
        Seconds.
    channel : int or None
        Channel from 0; None keeps all channels as they are.
    rate : int or None
        Sample rate in Hz; None keeps that of the recording.
    duration : float or None
        True duration of the recording, at which the range is cut; None takes ``end`` at its word.
    points : sequence of SeekPoint
        Seek points of the recording, see `earmark.audio.ranges.read_range`.

    Raises
    ------
    InvalidValue
        The range is negative, reversed, empty or begins after the end; or there is no such channel.
    UnreadableMedia, SourceNotFound
        The recording cannot be read.
    """
    end = _cut(path, start, end, duration)
    with open_reader(path) as reader:
        source_rate, channels = reader.rate, _channels(reader.channels, channel)
    begin, stop = to_samples(start, source_rate), to_samples(end, source_rate)
    out_rate = _rate(rate, source_rate)
    samples = round_half_up((stop - begin) * out_rate / source_rate)
    return WavExcerpt(
        size=len(long_wav_header(out_rate, channels, samples)) + 2 * channels * samples,
        rate=out_rate,
        channels=channels,
        samples=samples,
        path=path,
        begin=begin,
        stop=stop,
        source_rate=source_rate,
        channel=channel,
        points=tuple(points),
    )


def write_excerpt(
    path: Path,
    target: Path,
    start: float,
    end: float,
    *,
    channel: int | None = None,
    audio_format: AudioFormat = "flac",
    rate: int | None = None,
    points: Sequence[SeekPoint] = (),
) -> None:
    """Write a part of a recording to a file, whole or not at all.

    FLAC has 24 bits per sample where the recording has more than 16.

    Parameters
    ----------
    path, target : Path
        The recording, and the file to write.
    start, end : float
        Seconds; what lies behind the end of the recording is left out.
    channel, rate, points
        As in `wav_excerpt`.
    audio_format : str
        ``flac``, ``opus`` or ``wav``.

    Raises
    ------
    InvalidValue
        The range is negative, reversed, empty or begins after the end; there is no such channel; or the format holds
        no such sound.
    OutputFailed
        The target cannot be written.
    UnreadableMedia, SourceNotFound
        The recording cannot be read.
    """
    end = _cut(path, start, end, None)
    with open_reader(path) as reader:
        source_rate, channels, bits = reader.rate, _channels(reader.channels, channel), reader.bits
    out_rate = _rate(rate, source_rate)
    require_format(audio_format, channels, out_rate)
    blocks = blocks_from(path, start, end, channel=channel, points=points)
    brought = _at_rate(blocks, Resampler(source_rate, out_rate, channels), channels)
    write_audio(target, brought, audio_format=audio_format, rate=out_rate, channels=channels, bits=bits)


def _at_rate(blocks: Iterable[Samples], resampler: Resampler, channels: int) -> Iterator[Samples]:
    for block in blocks:
        yield resampler.feed(block)
    yield resampler.finish(channels)


def _cut(path: Path, start: float, end: float, duration: float | None) -> float:
    require_span(start, end, what=str(path))
    if duration is not None:
        if start >= duration:
            raise InvalidValue(f"{path}: the range begins at {start} s, after the end of the recording ({duration} s)")
        end = min(end, duration)
    if start == end:
        raise InvalidValue(f"{path}: the range from {start} to {end} s is empty")
    return end


def _channels(available: int, channel: int | None) -> int:
    if channel is None:
        return available
    if not 0 <= channel < available:
        raise InvalidValue(f"channel {channel} was asked for, the recording has channels 0 to {available - 1}")
    return 1


def _rate(rate: int | None, source_rate: int) -> int:
    if rate is None:
        return source_rate
    if not 1 <= rate <= MOST_RATE:
        raise InvalidValue(f"a sample rate of {rate} Hz makes no sense here: choose 1 to {MOST_RATE}")
    return rate
