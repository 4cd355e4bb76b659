"""What people see and hear of one recording: its file, excerpts, peaks and spectrogram."""

from __future__ import annotations

import hashlib
import mimetypes
import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from earmark.core.library import RecordingState
from earmark.core.people import Permission
from earmark.core.time import require_span
from earmark.errors import Conflict, InvalidValue, UnreadableMedia
from earmark.files.disk import blocks_of, private_folder
from earmark.services import library, seeing
from earmark.store.blobs import blob_key, seen_prefix

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from earmark.audio.encode import AudioFormat
    from earmark.audio.peaks import Peaks
    from earmark.audio.tiles import SpectrogramSettings
    from earmark.core.library import StoredRecording
    from earmark.core.people import Actor
    from earmark.services.platform import Platform
    from earmark.services.seeing import PyramidFacts

OTHER_TYPES = {
    ".flac": "audio/flac",
    ".m4a": "audio/mp4",
    ".mka": "audio/x-matroska",
    ".mkv": "video/x-matroska",
    ".oga": "audio/ogg",
    ".ogg": "audio/ogg",
    ".opus": "audio/ogg",
    ".wav": "audio/wav",
    ".webm": "video/webm",
}
"""What systems disagree on, or do not know."""
MIME_OF = {"wav": "audio/wav", "flac": "audio/flac", "opus": "audio/ogg"}
MOST_KEPT = 64_000_000
"""Largest encoded excerpt that is kept in the cache, so that its parts are not encoded again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sendable:
    """A file that may be sent whole or in parts.

    Attributes
    ----------
    name : str
        What it is called.
    media_type : str
        Content type; ``application/octet-stream`` for what is not known to be sound or video.
    size : int
        Bytes.
    tag : str
        Word that changes with every byte.
    read : callable
        Gives the bytes from a position to before another one.
    close : callable
        To be called after the last byte.
    """

    name: str
    media_type: str
    size: int
    tag: str
    read: Callable[[int, int], Iterator[bytes]]
    close: Callable[[], None] = lambda: None


def media(platform: Platform, actor: Actor, recording_id: str) -> Sendable:
    """Give the original file of a recording.

    Raises
    ------
    Conflict
        It is not here yet.
    """
    recording = library.get(platform, actor, recording_id)
    if recording.checksum is None:
        raise Conflict("the file of this recording is not here: it is being fetched, or that failed")
    key = blob_key(recording.checksum)
    size = platform.files.facts(key).size
    return Sendable(
        name=recording.name,
        media_type=media_type(recording),
        size=size,
        tag=recording.checksum,
        read=partial(platform.files.read, key),
    )


def media_type(recording: StoredRecording) -> str:
    """Content type of a recording by the ending of its name, if that is one of sound or video."""
    suffix = Path(recording.name).suffix.lower()
    guessed = OTHER_TYPES.get(suffix) or mimetypes.guess_type(f"x{suffix}")[0] or ""
    return guessed if guessed.startswith(("audio/", "video/")) else "application/octet-stream"


def _ready(platform: Platform, actor: Actor, recording_id: str) -> tuple[StoredRecording, str]:
    """Read a recording that was imported, and where what was drawn of it lies."""
    with platform.database.read() as connection:
        recording = library.find(connection, actor, recording_id, Permission.READ)
    if recording.state is RecordingState.FAILED:
        raise Conflict(f"this recording cannot be seen or heard, since its import failed: {recording.error}")
    if recording.state is not RecordingState.READY or recording.checksum is None:
        raise Conflict("this recording is waiting: it can be seen and heard once its import is done")
    return recording, recording.checksum


@contextmanager
def _named(recording: StoredRecording) -> Iterator[None]:
    """Call a recording by its name in errors: where its file lies is nobody's business."""
    try:
        yield
    except UnreadableMedia as error:
        raise UnreadableMedia(recording.name, error.why, error.do) from error


def _local(platform: Platform, checksum: str) -> Callable[[], AbstractContextManager[Path]]:
    return partial(platform.cache.copy_of, platform.files, blob_key(checksum))


def tile(
    platform: Platform,
    actor: Actor,
    recording_id: str,
    settings: SpectrogramSettings,
    *,
    level: int,
    index: int,
    channel: int | None,
    image: Literal["png", "webp"],
) -> bytes:
    """Draw one tile of a spectrogram, see `earmark.services.seeing.tile`."""
    recording, checksum = _ready(platform, actor, recording_id)
    with _named(recording):
        return seeing.tile(
            platform.files,
            seen_prefix(checksum),
            _local(platform, checksum),
            settings,
            level,
            index,
            channel,
            cache=platform.cache,
            image=image,
        )


def spectrogram(
    platform: Platform, actor: Actor, recording_id: str, settings: SpectrogramSettings
) -> tuple[StoredRecording, PyramidFacts]:
    """Describe the tiles of a spectrogram."""
    recording, checksum = _ready(platform, actor, recording_id)
    return recording, seeing.pyramid_facts(platform.files, seen_prefix(checksum), settings, cache=platform.cache)


def peaks(
    platform: Platform,
    actor: Actor,
    recording_id: str,
    *,
    start: float,
    end: float | None,
    columns: int,
    channel: int | None,
) -> tuple[float, Peaks]:
    """Give smallest and largest samples of a range, see `earmark.services.seeing.peaks`; and the end of the range."""
    recording, checksum = _ready(platform, actor, recording_id)
    until = max(start, recording.media.duration or 0.0) if end is None else end
    with _named(recording):
        found = seeing.peaks(
            platform.files,
            seen_prefix(checksum),
            _local(platform, checksum),
            start,
            until,
            columns,
            channel,
            cache=platform.cache,
        )
    return min(until, recording.media.duration or until), found


def excerpt(
    platform: Platform,
    actor: Actor,
    recording_id: str,
    *,
    start: float,
    end: float | None,
    channel: int | None,
    audio_format: AudioFormat,
    rate: int | None,
) -> Sendable:
    """Give a part of a recording as a file of its own.

    WAV is made as it is read, so that any part of hours can be asked for at once. FLAC and Opus are encoded first.
    """
    recording, checksum = _ready(platform, actor, recording_id)
    duration = recording.media.duration or 0.0
    until = max(start, duration) if end is None else end
    require_span(start, until, what=recording.name)
    if start >= min(until, duration):
        raise InvalidValue(f"{recording.name}: there is no sound at {start} s, it lasts {duration} s")
    asked = f"{checksum}|{start!r}|{until!r}|{channel}|{audio_format}|{rate}"
    wanted = _Wanted(
        name=f"{Path(recording.name).stem[:150]}_{start:.3f}-{min(until, duration):.3f}.{audio_format}",
        tag=hashlib.sha256(asked.encode()).hexdigest(),
        checksum=checksum,
        duration=duration,
        start=start,
        end=until,
        channel=channel,
        audio_format=audio_format,
        rate=rate,
    )
    with _named(recording):
        return _wav(platform, wanted) if audio_format == "wav" else _encoded(platform, wanted)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    name: str
    tag: str
    checksum: str
    duration: float
    start: float
    end: float
    channel: int | None
    audio_format: AudioFormat
    rate: int | None


def _wav(platform: Platform, wanted: _Wanted) -> Sendable:
    from earmark.services.excerpts import wav_excerpt
    from earmark.services.seen import seek_points

    points = seek_points(platform.files, seen_prefix(wanted.checksum), cache=platform.cache)
    with ExitStack() as stack:
        path = stack.enter_context(_local(platform, wanted.checksum)())
        made = wav_excerpt(
            path,
            wanted.start,
            wanted.end,
            channel=wanted.channel,
            rate=wanted.rate,
            duration=wanted.duration,
            points=points,
        )
        # The local copy is held until the last byte is sent.
        held = stack.pop_all()
    return Sendable(
        name=wanted.name,
        media_type=MIME_OF["wav"],
        size=made.size,
        tag=wanted.tag,
        read=made.read,
        close=held.close,
    )


def _encoded(platform: Platform, wanted: _Wanted) -> Sendable:
    key = f"excerpts/{wanted.tag}"
    known = platform.cache.get(key)
    if known is not None:
        return _from_memory(wanted, known)
    private_folder(platform.uploads_dir)
    folder = tempfile.TemporaryDirectory(dir=platform.uploads_dir, prefix="excerpt-")
    try:
        path = Path(folder.name) / f"excerpt.{wanted.audio_format}"
        _encode(platform, wanted, path)
        size = path.stat().st_size
        if size <= MOST_KEPT:
            data = path.read_bytes()
            platform.cache.put(key, data)
            folder.cleanup()
            return _from_memory(wanted, data)
    except BaseException:
        folder.cleanup()
        raise
    return Sendable(
        name=wanted.name,
        media_type=MIME_OF[wanted.audio_format],
        size=size,
        tag=wanted.tag,
        read=partial(blocks_of, path),
        close=folder.cleanup,
    )


def _encode(platform: Platform, wanted: _Wanted, target: Path) -> None:
    from earmark.services.excerpts import write_excerpt
    from earmark.services.seen import seek_points

    points = seek_points(platform.files, seen_prefix(wanted.checksum), cache=platform.cache)
    with _local(platform, wanted.checksum)() as path:
        write_excerpt(
            path,
            target,
            wanted.start,
            min(wanted.end, wanted.duration),
            channel=wanted.channel,
            audio_format=wanted.audio_format,
            rate=wanted.rate,
            points=points,
        )


def _from_memory(wanted: _Wanted, data: bytes) -> Sendable:
    def read(start: int, end: int) -> Iterator[bytes]:
        yield data[start:end]

    return Sendable(
        name=wanted.name, media_type=MIME_OF[wanted.audio_format], size=len(data), tag=wanted.tag, read=read
    )
