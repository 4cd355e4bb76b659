"""Write sound as WAV, FLAC or Opus, block by block."""

from __future__ import annotations

import os
import struct
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from earmark.audio.resample import Resampler
from earmark.errors import InvalidValue, OutputFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from numpy.typing import NDArray

    from earmark.audio.decode import Samples

AudioFormat = Literal["wav", "flac", "opus"]
WAV_HEADER = 44
"""Bytes before the samples."""
RF64_HEADER = 80
"""Bytes before the samples of a file of more than 4 GiB."""
OPUS_RATE = 48_000
"""Opus is always decoded at this rate (RFC 6716, section 2)."""

_MOST_CHANNELS = {"wav": 32767, "flac": 8, "opus": 2}
"""WAV and FLAC by their headers; the channels of Opus files with more than two change places between programs."""
_WAV_MOST = 2**32 - WAV_HEADER - 1
_FLAC_MOST_RATE = 655_350
"""Highest rate in Hz that a FLAC header holds (RFC 9639, section 8.2)."""


def pcm24(block: Samples) -> NDArray[np.int32]:
    """Round samples of shape ``(channels, samples)`` to the upper 24 of 32 bits, shape ``(samples, channels)``."""
    return np.asarray(np.clip(np.rint(block.T * np.float32(2**23)), -(2**23), 2**23 - 1), np.int32) * 256


def require_format(audio_format: str, channels: int, rate: int) -> None:
    """Raise ``InvalidValue`` unless sound of that shape can be written in a format."""
    if audio_format not in get_args(AudioFormat):
        raise InvalidValue(f"sound is written as {', '.join(get_args(AudioFormat))}, not as {audio_format!r}")
    most = _MOST_CHANNELS[audio_format]
    if channels > most:
        raise InvalidValue(f"{audio_format} takes {most} channels at most, not {channels}: choose one of them, or wav")
    if audio_format == "flac" and rate > _FLAC_MOST_RATE:
        raise InvalidValue(f"flac holds {_FLAC_MOST_RATE} Hz at most, not {rate}: choose a lower rate, or wav")


def wav_header(rate: int, channels: int, samples: int) -> bytes:
    """Give the 44 bytes before the samples of a 16-bit WAV file.

    Raises
    ------
    InvalidValue
        The file would be longer than 4 GiB, which its header cannot say.
    """
    size = samples * 2 * channels
    if size > _WAV_MOST:
        raise InvalidValue(
            "that is more than the 4 GiB that a WAV file can hold: choose a shorter range, one channel, a lower rate, "
            "or flac"
        )
    form = _form(rate, channels)
    return struct.pack("<4sI4s", b"RIFF", WAV_HEADER - 8 + size, b"WAVE") + form + struct.pack("<4sI", b"data", size)


def long_wav_header(rate: int, channels: int, samples: int) -> bytes:
    """Give the bytes before the samples of a 16-bit WAV file of any length: as RF64 where it is longer than 4 GiB.

    RF64 (EBU Tech 3306) is WAV whose sizes stand in a chunk of their own, with 64 bits.
    """
    size = samples * 2 * channels
    if size <= _WAV_MOST:
        return wav_header(rate, channels, samples)
    sizes = struct.pack("<4sIQQQI", b"ds64", 28, RF64_HEADER - 8 + size, size, samples, 0)
    unsaid = 2**32 - 1
    begin = struct.pack("<4sI4s", b"RF64", unsaid, b"WAVE")
    return begin + sizes + _form(rate, channels) + struct.pack("<4sI", b"data", unsaid)


def endless_wav_header(rate: int, channels: int) -> bytes:
    """Give the 44 bytes before 16-bit samples of which nobody knows yet how many come; FFmpeg reads them to the end."""
    unsaid = struct.pack("<I", 2**32 - 1)
    return b"RIFF" + unsaid + b"WAVE" + _form(rate, channels) + b"data" + unsaid


def _form(rate: int, channels: int) -> bytes:
    frame = 2 * channels
    if rate * frame >= 2**32:
        raise InvalidValue(
            "that is more than the 4 GiB a second that a WAV file can hold: choose a lower rate, or flac"
        )
    return struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, channels, rate, rate * frame, frame, 16)


def pcm16(block: Samples) -> NDArray[np.int16]:
    """Round samples of shape ``(channels, samples)`` to 16 bits of shape ``(samples, channels)``, louder ones clipped.

    What was decoded from 16 bits comes out as it was.
    """
    return np.asarray(np.clip(np.rint(block.T * np.float32(32768)), -32768, 32767), "<i2")


def write_audio(
    target: Path, blocks: Iterable[Samples], *, audio_format: AudioFormat, rate: int, channels: int, bits: int = 16
) -> None:
    """Write a file of blocks of shape ``(channels, samples)``: the whole of it under its name, or nothing.

    Parameters
    ----------
    target : Path
        The file; one that is there is replaced.
    blocks : iterable of array
        The sound.
    audio_format : str
        ``wav`` (16 bits), ``flac`` (without loss) or ``opus`` (in Ogg, at 48 kHz and about 64 kbit/s per channel).
    rate, channels : int
        Sample rate and rows of the blocks.
    bits : int
        16 or 24 bits per sample of FLAC.

    Raises
    ------
    InvalidValue
        The format holds no such sound.
    OutputFailed
        The folder cannot be written to, or is full; what was at ``target`` is untouched.
    """
    require_format(audio_format, channels, rate)
    temporary = target.with_name(f".{os.urandom(8).hex()}.tmp")
    try:
        if audio_format == "wav":
            _write_wav(temporary, blocks, rate, channels)
        else:
            _write_coded(temporary, blocks, audio_format, rate, channels, bits)
        temporary.replace(target)
    except OSError as error:
        if isinstance(error, OutputFailed):
            raise
        why = error.strerror or error
        raise OutputFailed(f"{target}: {why}. Choose a folder that you can write to, with room in it.") from error
    finally:
        with suppress(OSError):
            temporary.unlink()


def _write_wav(path: Path, blocks: Iterable[Samples], rate: int, channels: int) -> None:
    samples = 0
    with path.open("wb") as file:
        file.write(wav_header(rate, channels, 0))
        for block in blocks:
            samples += block.shape[1]
            header = wav_header(rate, channels, samples)
            file.write(pcm16(block).tobytes())
        file.seek(0)
        file.write(header if samples else wav_header(rate, channels, 0))


def _write_coded(
    path: Path, blocks: Iterable[Samples], audio_format: AudioFormat, rate: int, channels: int, bits: int
) -> None:
    import soundfile

    opus = audio_format == "opus"
    out_rate = OPUS_RATE if opus else rate
    resampler = Resampler(rate, out_rate, channels)
    container, codec = ("OGG", "OPUS") if opus else ("FLAC", f"PCM_{bits}")
    number: Callable[[Samples], NDArray[Any]] = (lambda block: block.T) if opus else pcm16 if bits == 16 else pcm24
    try:
        with soundfile.SoundFile(str(path), "w", out_rate, channels, codec, format=container) as file:
            for block in blocks:
                file.write(number(resampler.feed(block)))
            if rate != out_rate:
                file.write(number(resampler.finish(channels)))
    except soundfile.LibsndfileError as error:
        raise OutputFailed(f"{path.parent}: sound could not be written there ({error.error_string})") from error
