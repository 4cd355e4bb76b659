"""Read any audio or video file that FFmpeg knows as blocks of samples, without holding the whole of it."""

from __future__ import annotations

import stat
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from earmark.audio.damage import cut_off, lost_index
from earmark.audio.frames import Samples as Samples
from earmark.audio.frames import frame_samples
from earmark.core.recording import Recording
from earmark.core.time import round_half_up, to_seconds
from earmark.errors import EarmarkError, SourceNotFound, UnreadableMedia

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from av import AudioFrame, AudioStream
    from av.container import InputContainer


BLOCK_SECONDS = 10.0
"""Longest block that a reader yields."""
BLOCK_VALUES = 1 << 20
"""Most values (channels x samples) in a block, so that many channels at a high rate stay small."""
LONGEST = 24 * 3600.0
"""A hole is filled only up to this many seconds, or to the announced end: time stamps may be damaged."""
GAP_SECONDS = 0.1
"""A hole between time stamps longer than this is filled with zeros; shorter ones are jitter."""
DAMAGE_SECONDS = 0.5
"""A file that ends this much before its announced duration is reported as cut off."""
SEEK_POINT_SECONDS = 10.0
"""Seconds between the places that a reader notes down for going back to."""

_NOT_SOUND = "Check that it is an audio or video file, or convert it to WAV or FLAC first."


class SeekPoint(NamedTuple):
    """Where reading can begin: a sample, counted from the start, and the time stamp of the frame that it starts."""

    sample: int
    pts: int


@contextmanager
def open_reader(path: str | Path, *, name: str | None = None) -> Iterator[FileReader]:
    """Open the first sound track of a media file; messages call it ``name``, by default its path.

    Raises
    ------
    SourceNotFound
        There is no such file or it may not be read.
    UnreadableMedia
        It holds no sound that can be decoded.
    """
    name = str(path) if name is None else name
    with open_container(path, name=name) as container:
        if not container.streams.audio:
            has = "only pictures" if container.streams.video else "no sound track"
            raise UnreadableMedia(name, f"holds {has}", "Choose a file with sound.")
        stream = container.streams.audio[0]
        if stream.codec_context is None:
            raise UnreadableMedia(name, "is coded in a way that is not known here", _NOT_SOUND)
        reader = FileReader(name, container, stream)
        reader.problems += cut_off(Path(path))
        if len(container.streams.audio) > 1:
            reader.problems.append(f"has {len(container.streams.audio)} sound tracks; only the first was listened to")
        yield reader


@contextmanager
def open_container(path: str | Path, *, name: str | None = None) -> Iterator[InputContainer]:
    """Open a media file with PyAV, its errors turned into Earmark's."""
    import av

    name = str(path) if name is None else name
    _require_file(Path(path), name)
    try:
        container = av.open(str(Path(path).absolute()), metadata_errors="ignore")
    except (av.error.FFmpegError, ValueError) as error:
        why = lost_index(Path(path)) or f"is not a recording ({_reason(error)})"
        raise UnreadableMedia(name, why, _NOT_SOUND) from None
    with container:
        # FFmpeg takes any text for a picture of a terminal.
        if container.format.name == "tty":
            raise UnreadableMedia(name, "is a text, not a recording", _NOT_SOUND)
        yield container


def _require_file(path: Path, name: str) -> None:
    try:
        facts = path.stat()
        if stat.S_ISDIR(facts.st_mode):
            raise SourceNotFound(f"{name} is a folder, not a recording.")
        if not stat.S_ISREG(facts.st_mode):
            raise SourceNotFound(f"{name} is a pipe or a device; save the recording to a file first.")
        with path.open("rb") as file:
            if not file.read(1):
                raise UnreadableMedia(name, "is empty (0 bytes)", "Copy or record it again.")
    except EarmarkError:
        raise
    except FileNotFoundError:
        raise SourceNotFound(f"{name}: no such file. Check the name and the folder.") from None
    except PermissionError:
        raise SourceNotFound(f"{name}: may not be read. Change its permissions (chmod +r) and try again.") from None
    except (OSError, ValueError) as error:
        raise SourceNotFound(f"{name}: cannot be opened ({getattr(error, 'strerror', error)}).") from None


def _reason(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error)).rstrip(".").lower()


class FileReader:
    """One pass over the sound track of a file.

    Attributes
    ----------
    rate : int
        Samples per second.
    channels : int
        Number of channels.
    announced : float or None
        Duration in seconds that the file claims, None if it does not.
    problems : list of str
        What was wrong with the file, complete once all blocks were read.
    seek_points : list of SeekPoint
        Places every ten seconds of what was read.
    """

    def __init__(self, source: str, container: InputContainer, stream: AudioStream) -> None:
        self.source = source
        self.problems: list[str] = []
        self.seek_points: list[SeekPoint] = []
        self.announced = announced_duration(container, stream)
        self._stream = stream
        self._container = container
        self._bad_packets = 0
        self._frames = self._decode()
        self._first = next(self._frames, None)
        if self._first is None:
            raise UnreadableMedia(source, f"holds no sound ({self._why_nothing()})", _NOT_SOUND)
        # The decoder knows better than the header: HE-AAC announces half of its rate.
        self.rate: int = self._first.sample_rate
        self.channels: int = self._first.layout.nb_channels
        self._samples = 0
        self._bad_values = 0

    def _why_nothing(self) -> str:
        return self.problems[0] if self.problems else "0 samples"

    @property
    def position(self) -> float:
        """Seconds of sound read so far."""
        return to_seconds(self._samples, self.rate)

    def recording(self) -> Recording:
        """What the file is; its duration is what was read so far."""
        return Recording(
            source=self.source,
            duration=self.position,
            sample_rate=self.rate,
            channels=self.channels,
            container=self._container.format.name,
            codec=self._stream.codec_context.codec.canonical_name,
        )

    @property
    def lossless(self) -> bool:
        """Whether the codec keeps every sample, and each of its frames stands for itself."""
        return bool(self._stream.codec_context.codec.lossless)

    @property
    def bits(self) -> int:
        """Bits per sample, 16 or 24, that keep what the file holds; sound made up by a lossy codec needs but 16."""
        kind = self._stream.codec_context.format
        return 24 if self.lossless and kind is not None and kind.bytes > 2 else 16

    @property
    def samples_per_tick(self) -> Fraction:
        """Samples in one unit of the time stamps."""
        tick = None if self._first is None else self._first.time_base
        return Fraction(0) if tick is None else tick * self.rate

    @property
    def start(self) -> SeekPoint | None:
        """Where the first frame lies, None where it has no time stamp."""
        if self._first is None or self._first.pts is None:
            return None
        return SeekPoint(self._missing(self._first), self._first.pts)

    @property
    def contiguous(self) -> bool:
        """Whether the file's own index of frames leaves no hole from its first to its last entry."""
        # PyAV before 17 does not show it.
        index: Sequence[Any] = getattr(self._stream, "index_entries", ())
        if len(index) < 2:
            return False
        first, last = index[0].timestamp, index[len(index) - 1].timestamp
        return bool(last - first == (index[1].timestamp - first) * (len(index) - 1))

    def resume(self, pts: int, last_pts: int, place: Callable[[AudioFrame], int | None]) -> bool:
        """Seek to ``pts`` or before it and go on with the first frame for which ``place`` knows the first sample.

        Returns
        -------
        bool
            False when there was none up to ``last_pts``: the reader is of no more use then.
        """
        import av

        tick, own = self._first and self._first.time_base, self._stream.time_base
        try:
            self._container.seek(int(pts * tick / own) if tick and own else pts, stream=self._stream)
        except (av.error.FFmpegError, OverflowError):
            return False
        self._frames = self._decode()
        for frame in self._frames:
            if frame.pts is None or frame.pts > last_pts:
                return False
            sample = place(frame)
            if sample is not None:
                self._first, self._samples = frame, sample
                return True
        return False

    def blocks(self, *, longest: float = BLOCK_SECONDS) -> Iterator[Samples]:
        """Yield the sound in order as float32 blocks of shape ``(channels, samples)``, ``longest`` seconds at most.

        Holes between time stamps (paused or lossy recordings) are filled with zeros so that times stay true; values
        that are not finite become 0.
        """
        size = max(1, min(int(longest * self.rate), BLOCK_VALUES // self.channels))
        pending: list[Samples] = []
        held = 0
        for piece in self._pieces(size):
            pending.append(piece)
            held += piece.shape[1]
            if held >= size:
                yield np.concatenate(pending, axis=1)
                pending, held = [], 0
        if pending:
            yield np.concatenate(pending, axis=1)
        self._report()

    def _pieces(self, size: int) -> Iterator[Samples]:
        frame = self._first
        while frame is not None:
            if (frame.sample_rate, frame.layout.nb_channels) != (self.rate, self.channels):
                when = f"changes its sample rate or channels at {self.position:.1f} s"
                self.problems.append(f"{when}; the rest was left out, convert the file first")
                return
            yield from self._hole_before(frame, size)
            self._note(frame)
            piece = self._finite(frame_samples(frame))
            self._samples += piece.shape[1]
            yield piece
            frame = next(self._frames, None)

    def _note(self, frame: AudioFrame) -> None:
        due = self.seek_points[-1].sample + SEEK_POINT_SECONDS * self.rate if self.seek_points else 0
        if frame.pts is not None and self._samples >= due:
            self.seek_points.append(SeekPoint(self._samples, frame.pts))

    def _missing(self, frame: AudioFrame) -> int:
        """Samples of the hole before a frame."""
        if frame.pts is None or frame.time_base is None:
            return 0
        origin = (self._container.start_time or 0) / 1_000_000
        tick = frame.time_base
        # Not pts * tick: fractions take as long as decoding FLAC does.
        missing = frame.pts * tick.numerator / tick.denominator - origin - self.position
        if missing <= GAP_SECONDS or self.position + missing > max(self.announced or 0.0, LONGEST):
            return 0
        return round_half_up(missing * self.rate)

    def _hole_before(self, frame: AudioFrame, size: int) -> Iterator[Samples]:
        left = self._missing(frame)
        while left > 0:
            count = min(left, size)
            self._samples += count
            left -= count
            yield np.zeros((self.channels, count), np.float32)

    def _finite(self, samples: Samples) -> Samples:
        if samples.dtype == np.float32 and not np.isfinite(samples).all():
            bad = ~np.isfinite(samples)
            self._bad_values += int(bad.sum())
            return np.where(bad, np.float32(0), samples)
        return samples

    def _decode(self) -> Iterator[AudioFrame]:
        import av

        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets)
            except StopIteration:
                return
            except (av.error.FFmpegError, ValueError) as error:
                self.problems.append(f"could not be read to its end ({_reason(error)})")
                return
            try:
                yield from packet.decode()
            except av.error.EOFError:
                return
            except (av.error.FFmpegError, ValueError):
                self._bad_packets += 1

    def _report(self) -> None:
        if self._bad_values == self._samples * self.channels:
            raise UnreadableMedia(self.source, "holds no number in any sample (NaN)", "Export it again.")
        if self._bad_values:
            self.problems.append(
                f"holds {self._bad_values} samples that are not numbers (NaN); they were read as silence"
            )
        if self._bad_packets:
            self.problems.append(f"is damaged: {self._bad_packets} packets could not be decoded and were skipped")
        if self.announced is not None and self.announced - self.position > DAMAGE_SECONDS:
            self.problems.append(
                f"is cut off: it announces {self.announced:.1f} s, {self.position:.1f} s could be read"
            )


def announced_duration(container: InputContainer, stream: AudioStream | None) -> float | None:
    """Duration in seconds that the headers claim, None where they do not."""
    if stream is not None and stream.duration and stream.time_base is not None and stream.duration > 0:
        return float(stream.duration * stream.time_base)
    if container.duration is not None and container.duration > 0:
        return container.duration / 1_000_000
    return None
