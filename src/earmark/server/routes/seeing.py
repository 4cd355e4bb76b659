"""``/recordings/...``: the sound of a recording, for ears and eyes."""

from __future__ import annotations

import base64
from typing import Annotated, Literal

from fastapi import APIRouter, Header, Path, Query, Request, Response
from pydantic import Field
from starlette.background import BackgroundTask

from earmark.audio.tiles import Scale, SpectrogramSettings
from earmark.server import ranges
from earmark.server.dependencies import ActorDep, PlatformDep
from earmark.server.problems import errors
from earmark.server.ranges import disposition
from earmark.server.routes.recordings import RecordingId
from earmark.server.schemas import Answer, Body
from earmark.services import library, viewing
from earmark.services.seeing import MOST_COLUMNS
from earmark.services.viewing import Sendable

router = APIRouter(tags=["seeing"])

FOREVER = "private, max-age=31536000, immutable"
"""The same address never gives other bytes: a recording keeps its content."""
BINARY = "application/octet-stream"
MAX_SECONDS = 1e7
_BYTES = {"schema": {"type": "string", "format": "binary"}}


class Look(Body):
    """How a spectrogram is drawn: one object, the same for people and for models."""

    scale: Scale = Field(default="mel", description="Bands: of equal width on the mel scale, in Hz, or in octaves.")
    window: Literal["hann", "hamming", "blackman", "bartlett", "rectangular"] = Field(
        default="hann", description="Window function."
    )
    window_seconds: float = Field(default=0.032, description="Length of the window.", ge=0.001, le=1)
    hop_seconds: float = Field(
        default=0.010, description="From one column to the next, at most a window.", ge=0.001, le=1
    )
    bands: int = Field(default=128, description="Rows of the picture.", ge=16, le=512)
    low_hz: float | None = Field(default=None, description="Lower end of the lowest band.", ge=0, le=1e6)
    high_hz: float | None = Field(
        default=None, description="Upper end of the highest band; half the sample rate if left out.", gt=0, le=1e6
    )
    floor_db: float = Field(
        default=-100.0, description="Level that is black; 0 dB is a full-scale sine.", ge=-300, le=200
    )
    ceiling_db: float = Field(default=0.0, description="Level that is white.", ge=-300, le=200)

    def settings(self) -> SpectrogramSettings:
        """The settings themselves."""
        return SpectrogramSettings(**self.model_dump(include=set(Look.model_fields)))


class TileQuery(Look):
    """Which tile, drawn how."""

    channel: int | None = Field(
        default=None, description="Channel from 0; leave it out for the mix of all.", ge=0, le=1023
    )
    image: Literal["png", "webp"] = Field(default="png", description="PNG without loss, or WebP, smaller and lossy.")


class PeaksQuery(Body):
    """Which part, in how many columns."""

    start: float = Field(default=0.0, description="Seconds.", ge=0, le=MAX_SECONDS)
    end: float | None = Field(
        default=None, description="Seconds; leave it out for the end of the recording.", gt=0, le=MAX_SECONDS
    )
    columns: int = Field(default=1000, description="Equal parts of the range.", ge=1, le=MOST_COLUMNS)
    channel: int | None = Field(
        default=None, description="Channel from 0; leave it out for the mix of all.", ge=0, le=1023
    )


class ExcerptQuery(Body):
    """Which part, as what."""

    start: float = Field(default=0.0, description="Seconds.", ge=0, le=MAX_SECONDS)
    end: float | None = Field(
        default=None, description="Seconds; leave it out for the end of the recording.", gt=0, le=MAX_SECONDS
    )
    channel: int | None = Field(
        default=None, description="Channel from 0; leave it out for all channels as they are.", ge=0, le=1023
    )
    format: Literal["wav", "flac", "opus"] = Field(default="wav", description="WAV has 16 bits per sample.")
    rate: int | None = Field(
        default=None, description="Samples per second; leave it out for that of the recording.", ge=1, le=768_000
    )
    download: bool = Field(default=False, description="Whether browsers should save it rather than play it.")


class PeaksAnswer(Answer):
    """Smallest and largest samples of equal parts of a range."""

    start: float = Field(description="Seconds.", examples=[0.0])
    end: float = Field(description="Seconds; not beyond the end of the recording.", examples=[61.25])
    columns: int = Field(description="Number of parts.", examples=[1000])
    values: list[int] = Field(
        description="Smallest, largest of the first part, then of the second ...; full scale is 32767."
    )


class SpectrogramAnswer(Answer):
    """What a viewer needs to know before it asks for tiles."""

    key: str = Field(description="Name of the settings.")
    duration: float | None = Field(description="Seconds of the recording.", examples=[61.25])
    column_seconds: float = Field(description="Length of a column of level 0.", examples=[0.01])
    factor: int = Field(description="A column of a level is so many columns of the level below it.", examples=[4])
    tile_columns: int = Field(
        description="Columns of a full tile; the last one of a level is narrower.", examples=[1024]
    )
    bands: int = Field(description="Rows of every tile, the highest frequency at the top.", examples=[128])
    columns: list[int] = Field(description="Columns of each level, from level 0 on.")
    band_hz: list[float] = Field(description="Frequency at the middle of each row, from the bottom to the top.")
    floor_db: float = Field(description="Level of grey 0.", examples=[-100.0])
    ceiling_db: float = Field(description="Level of grey 255.", examples=[0.0])


def _send(request: Request, file: Sendable, *, download: bool) -> Response:
    # Only what is sound or video may be shown in a page of ours.
    kind = "inline" if file.media_type.startswith(("audio/", "video/")) and not download else "attachment"
    try:
        return ranges.respond(
            request,
            size=file.size,
            etag=f'"{file.tag}"',
            media_type=file.media_type,
            read=file.read,
            headers={"Content-Disposition": disposition(kind, file.name), "Cache-Control": FOREVER},
            background=BackgroundTask(file.close),
        )
    except BaseException:
        file.close()
        raise


def _files(description: str, *types: str) -> dict[int | str, dict[str, object]]:
    content = dict.fromkeys(types, _BYTES)
    return {
        200: {"description": description, "content": content},
        206: {"description": "The part of it that `Range` asks for", "content": content},
        304: {"description": "You have it already"},
    }


@router.head("/recordings/{recording_id}/media", include_in_schema=False)
@router.get(
    "/recordings/{recording_id}/media",
    summary="Get the original file",
    response_class=Response,
    responses={**_files("The file as it came", "audio/*", "video/*", BINARY), **errors(404, 409, 416)},
)
def get_media(
    request: Request,
    platform: PlatformDep,
    actor: ActorDep,
    recording_id: RecordingId,
    download: Annotated[bool, Query(description="Whether browsers should save it rather than play it.")] = False,  # noqa: FBT002
) -> Response:
    """Give the file of a recording as it came, whole or in parts (`Range`)."""
    return _send(request, viewing.media(platform, actor, recording_id), download=download)


@router.head("/recordings/{recording_id}/audio", include_in_schema=False)
@router.get(
    "/recordings/{recording_id}/audio",
    summary="Get an excerpt",
    response_class=Response,
    responses={**_files("The excerpt", "audio/wav", "audio/flac", "audio/ogg"), **errors(404, 409, 416)},
)
def get_excerpt(
    request: Request,
    platform: PlatformDep,
    actor: ActorDep,
    recording_id: RecordingId,
    query: Annotated[ExcerptQuery, Query()],
) -> Response:
    """Give any part of a recording as WAV, FLAC or Opus, whole or in parts (`Range`), exact to the sample.

    WAV is made as it is read: any bytes of hours of sound are there at once.
    """
    file = viewing.excerpt(
        platform,
        actor,
        recording_id,
        start=query.start,
        end=query.end,
        channel=query.channel,
        audio_format=query.format,
        rate=query.rate,
    )
    return _send(request, file, download=query.download)


@router.get(
    "/recordings/{recording_id}/peaks",
    summary="Get a waveform",
    response_model=PeaksAnswer,
    responses={200: {"description": "The waveform", "content": {BINARY: _BYTES}}, **errors(404, 409)},
)
def get_peaks(
    platform: PlatformDep,
    actor: ActorDep,
    recording_id: RecordingId,
    query: Annotated[PeaksQuery, Query()],
    accept: Annotated[
        str, Header(description=f"`{BINARY}` for int16 pairs, little-endian, instead of JSON.", max_length=500)
    ] = "",
) -> object:
    """Give smallest and largest samples of equal parts of a range, as JSON or as bytes."""
    end, found = viewing.peaks(
        platform,
        actor,
        recording_id,
        start=query.start,
        end=query.end,
        columns=query.columns,
        channel=query.channel,
    )
    if BINARY in accept.lower():
        headers = {"Cache-Control": FOREVER, "Vary": "Accept"}
        return Response(found.astype("<i2").tobytes(), media_type=BINARY, headers=headers)
    return {"start": query.start, "end": end, "columns": query.columns, "values": found.ravel().tolist()}


@router.get(
    "/recordings/{recording_id}/spectrogram",
    summary="Describe a spectrogram",
    response_model=SpectrogramAnswer,
    responses=errors(404, 409),
)
def get_spectrogram(
    platform: PlatformDep, actor: ActorDep, recording_id: RecordingId, look: Annotated[Look, Query()]
) -> object:
    """Say which levels and tiles the spectrogram of a recording has, and which frequencies its rows are."""
    recording, facts = viewing.spectrogram(platform, actor, recording_id, look.settings())
    known = {name: getattr(facts, name) for name in SpectrogramAnswer.model_fields if name != "duration"}
    return {**known, "duration": recording.media.duration}


@router.get(
    "/recordings/{recording_id}/tiles/{level}/{index}",
    summary="Get a tile of a spectrogram",
    response_class=Response,
    responses={
        200: {"description": "A grey picture", "content": {"image/png": _BYTES, "image/webp": _BYTES}},
        304: {"description": "You have it already"},
        **errors(404, 409),
    },
)
def get_tile(
    request: Request,
    platform: PlatformDep,
    actor: ActorDep,
    recording_id: RecordingId,
    level: Annotated[int, Path(description="Level; 0 is the finest.", ge=0, le=30)],
    index: Annotated[int, Path(description="Which tile of the level, from 0.", ge=0, le=10_000_000)],
    query: Annotated[TileQuery, Query()],
) -> Response:
    """Give one tile of the spectrogram as a grey picture, on a scale of levels that is the same for all tiles."""
    settings = query.settings()
    channel = "mix" if query.channel is None else query.channel
    etag = f'"{recording_id}-{settings.key}-{channel}-{level}-{index}.{query.image}"'
    headers = {"ETag": etag, "Cache-Control": FOREVER}
    if ranges.matches(request.headers.get("if-none-match"), etag):
        library.get(platform, actor, recording_id)
        return Response(status_code=304, headers=headers)
    data = viewing.tile(
        platform, actor, recording_id, settings, level=level, index=index, channel=query.channel, image=query.image
    )
    return Response(data, media_type=f"image/{query.image}", headers=headers)


@router.get(
    "/recordings/{recording_id}/waveform",
    summary="Get a small picture of the waveform",
    response_class=Response,
    responses={200: {"description": "A picture", "content": {"image/svg+xml": _BYTES}}, **errors(404)},
)
def get_waveform(platform: PlatformDep, actor: ActorDep, recording_id: RecordingId) -> Response:
    """Give the waveform of the whole recording as a small SVG picture in the colour of the text around it."""
    recording = library.get(platform, actor, recording_id)
    raw = base64.b64decode(recording.thumbnail or "")
    values = memoryview(raw).cast("b").tolist()
    upper = [f"{x},{-high}" for x, high in enumerate(values[1::2])]
    lower = [f"{x},{-low}" for x, low in enumerate(values[::2])]
    points = " ".join([*upper, *reversed(lower)])
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 -128 100 256" preserveAspectRatio="none">'
        f'<polygon fill="currentColor" stroke="currentColor" stroke-width="1" points="{points}"/></svg>'
    )
    return Response(svg, media_type="image/svg+xml", headers={"Cache-Control": "private, no-cache"})
