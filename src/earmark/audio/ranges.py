"""The samples of any part of a file, the same that reading it from its start would give."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import numpy as np

from earmark.audio.decode import FileReader, Samples, SeekPoint, open_reader
from earmark.core.time import require_span, round_half_up, to_samples
from earmark.errors import InvalidValue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from av import AudioFrame

WARM_UP_SECONDS = 1.0
"""Lossy codecs are decoded from this much earlier, since what came before shapes their sound: Opus asks for 80 ms (RFC
7845, section 4.6), MP3 for its bit reservoir. After a second MP3, AAC, Vorbis and Opus gave identical samples."""
PAGE_SECONDS = 2.0
"""Ogg is read from this much earlier: FFmpeg guesses the times of the first page after a seek, and was seen to be wrong
on the last one. Pages are about a second at most (RFC 7845, section 3, for Opus)."""
NEAR_SECONDS = 2.0
"""What begins this early is read from the start: a seek saves nothing."""
BLOCK_SECONDS = 1.0
"""Longest block, so that little is decoded past the end of a short range."""

_COUNTED = {"wav", "w64", "aiff", "caf", "au", "flac", "wv", "tta", "mp3", "aac", "ogg"}
"""Containers whose time stamps count samples, so that a frame tells its place without a look at those before it."""
_UNREPEATABLE = {"ac3", "eac3"}
"""Codecs whose decoder makes up noise everywhere by a generator that runs on: only the start gives the same samples."""


def read_range(
    path: str | Path, start: float, end: float, *, channel: int | None = None, points: Sequence[SeekPoint] = ()
) -> Samples:
    """Decode the samples from ``start`` to before ``end``, rounded half up to samples.

    Files are sought in where their time stamps can be trusted, and decoded from the start where not. After a seek
    lossless files give the very samples of `open_reader`; so did MP3, AAC, Vorbis and Opus, MP2 to 1e-4 of full scale.
    AAC with noise substitution is the exception: where the encoder noted "noise of this level", each decoding makes up
    other noise of that level.

    Parameters
    ----------
    path : path
        A media file.
    start, end : float
        Seconds; what lies behind the end of the recording is left out.
    channel : int or None
        Channel from 0; None gives all of them as they are.
    points : sequence of SeekPoint
        ``seek_points`` of a reader that read the whole file: with them seeks are exact in damaged files and in those
        (Matroska, WebM, MPEG-TS ...) whose time stamps are coarse or have holes.

    Returns
    -------
    array, shape (channels, samples)
        float32, full scale at +-1.

    Raises
    ------
    InvalidValue
        The range is negative, reversed or begins after the end, or there is no such channel.
    UnreadableMedia, SourceNotFound
        The file cannot be read.
    """
    blocks = list(blocks_from(path, start, end, channel=channel, points=points))
    if blocks:
        return np.concatenate(blocks, axis=1)
    with open_reader(path) as reader:
        return _pick(np.zeros((reader.channels, 0), np.float32), channel)


def blocks_from(
    path: str | Path, start: float, end: float, *, channel: int | None = None, points: Sequence[SeekPoint] = ()
) -> Iterator[Samples]:
    """Yield what `read_range` gives in blocks of at most a second."""
    require_span(start, end, what=str(path))
    found = False
    for block in _blocks(path, lambda rate: (to_samples(start, rate), to_samples(end, rate)), channel, points):
        found = True
        yield block
    if not found and end > start:
        with open_reader(path) as reader:
            # A range between two samples is empty and no mistake.
            if to_samples(start, reader.rate) < to_samples(end, reader.rate):
                raise InvalidValue(f"{path}: the range begins at {start} s, after the end of the recording")


def sample_blocks(
    path: str | Path, first: int, stop: int, *, channel: int | None = None, points: Sequence[SeekPoint] = ()
) -> Iterator[Samples]:
    """Yield the samples from ``first`` to before ``stop``, as far as there are any, in blocks of at most a second."""
    return _blocks(path, lambda _: (first, stop), channel, points)


def _blocks(
    path: str | Path, span: Callable[[int], tuple[int, int]], channel: int | None, points: Sequence[SeekPoint]
) -> Iterator[Samples]:
    with ExitStack() as stack:
        reader = stack.enter_context(open_reader(path))
        first, stop = span(reader.rate)
        position = _seek(reader, first, points)
        if position is None:
            stack.close()
            reader, position = stack.enter_context(open_reader(path)), 0
        blocks = reader.blocks(longest=BLOCK_SECONDS) if first < stop else iter(())
        for block in blocks:
            wanted = block[:, max(0, first - position) : stop - position]
            position += block.shape[1]
            if wanted.shape[1]:
                yield _pick(wanted, channel)
            if position >= stop:
                return


def _pick(block: Samples, channel: int | None) -> Samples:
    if channel is None:
        return block
    if not 0 <= channel < len(block):
        raise InvalidValue(f"channel {channel} was asked for, the recording has channels 0 to {len(block) - 1}")
    return block[channel : channel + 1]


def _seek(reader: FileReader, sample: int, points: Sequence[SeekPoint]) -> int | None:
    """Move near ``sample`` and give the sample reached, None where the place was not found for certain."""
    if sample < NEAR_SECONDS * reader.rate:
        return 0
    point, after = _around(reader, sample, points)
    if point is None:
        return None
    counted = _counts(reader, point, after)
    if not counted and point.sample < NEAR_SECONDS * reader.rate:
        return 0
    reached: list[int] = []

    def place(frame: AudioFrame) -> int | None:
        begin = point.sample if frame.pts == point.pts else None
        if counted and frame.pts is not None:
            begin = point.sample + round_half_up(float((frame.pts - point.pts) * reader.samples_per_tick))
            begin = begin if begin <= sample < begin + frame.samples else None
        if begin is not None:
            reached.append(begin)
        return begin

    ticks = 1 / reader.samples_per_tick
    target = point.pts + (int((sample - point.sample) * ticks) if counted else 0)
    earlier = int(_warm_up_seconds(reader) * reader.rate * ticks)
    return reached[0] if reader.resume(target - earlier, target, place) else None


def _warm_up_seconds(reader: FileReader) -> float:
    if reader.recording().container == "ogg":
        return PAGE_SECONDS
    return 0.0 if reader.lossless else WARM_UP_SECONDS


def _around(reader: FileReader, sample: int, points: Sequence[SeekPoint]) -> tuple[SeekPoint | None, SeekPoint | None]:
    """Give the seek points before and after a sample, as far as they are known."""
    recording = reader.recording()
    if recording.codec in _UNREPEATABLE or not reader.samples_per_tick:
        return None, None
    before = [point for point in points if point.sample <= sample]
    if before:
        return before[-1], points[len(before)] if len(before) < len(points) else None
    trusted = recording.container in _COUNTED or reader.contiguous
    start = reader.start if trusted and reader.samples_per_tick <= 1 else None
    return (start, None) if start is not None and start.sample <= sample else (None, None)


def _counts(reader: FileReader, point: SeekPoint, after: SeekPoint | None) -> bool:
    """Whether time stamps count samples from one point to the next, so that any frame between tells its place."""
    ratio = reader.samples_per_tick
    if ratio > 1:
        return False
    return after is None or round_half_up(float((after.pts - point.pts) * ratio)) == after.sample - point.sample
