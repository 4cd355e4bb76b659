"""What a media file says it is, from its headers alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from earmark.audio.decode import announced_duration, open_container
from earmark.errors import UnreadableMedia

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioTrack:
    """One sound track; rates in Hz and bit/s."""

    codec: str
    sample_rate: int
    channels: int
    layout: str
    sample_format: str
    bit_rate: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoTrack:
    """One picture track; size in pixels."""

    codec: str
    width: int
    height: int
    frame_rate: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaFacts:
    """What the headers of a file say.

    Attributes
    ----------
    file : str
        The file as the user named it.
    size : int
        Bytes.
    container : str
        Name as FFmpeg gives it.
    duration : float or None
        Seconds that the file announces.
    audio, video : tuple
        Its tracks.
    tags : tuple of (name, value)
        Its metadata.
    """

    file: str
    size: int
    container: str
    duration: float | None
    audio: tuple[AudioTrack, ...]
    video: tuple[VideoTrack, ...]
    tags: tuple[tuple[str, str], ...]


def probe(path: Path) -> MediaFacts:
    """Read the headers of a file.

    Raises
    ------
    SourceNotFound, UnreadableMedia
        There is no such file, or it is not a recording.
    """
    with open_container(path) as container:
        if not container.streams.audio and not container.streams.video:
            raise UnreadableMedia(str(path), "holds neither sound nor pictures", "Check what kind of file it is.")
        first = container.streams.audio[0] if container.streams.audio else None
        known = [stream for stream in container.streams.audio if stream.codec_context is not None]
        return MediaFacts(
            file=str(path),
            size=path.stat().st_size,
            container=container.format.name,
            duration=announced_duration(container, first),
            audio=tuple(
                AudioTrack(
                    codec=stream.codec_context.codec.canonical_name,
                    sample_rate=stream.codec_context.sample_rate,
                    channels=stream.codec_context.channels,
                    layout=stream.codec_context.layout.name,
                    sample_format=stream.codec_context.format.name if stream.codec_context.format else "unknown",
                    bit_rate=stream.codec_context.bit_rate or None,
                )
                for stream in known
            ),
            video=tuple(
                VideoTrack(
                    codec=stream.codec_context.name,
                    width=stream.codec_context.width,
                    height=stream.codec_context.height,
                    frame_rate=float(stream.average_rate or 0),
                )
                for stream in container.streams.video
                if stream.codec_context is not None
            ),
            tags=tuple(sorted(container.metadata.items())),
        )
