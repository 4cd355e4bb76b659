"""What a recording looks like: one pass at import stores coarse pictures, fine ones are drawn when asked for."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from earmark.audio.channels import MIX
from earmark.audio.decode import FileReader, SeekPoint
from earmark.audio.images import decode_image, encode_png, encode_webp
from earmark.audio.peaks import PeakColumns, Peaks, peaks_grid, to_columns
from earmark.audio.pyramid import FACTOR, TILE_COLUMNS, columns_per_level
from earmark.audio.ranges import sample_blocks
from earmark.audio.tiles import (
    LOWEST_STORED,
    SpectrogramSettings,
    draw_tile,
)
from earmark.core.progress import Report, ignore
from earmark.core.time import require_span, to_samples
from earmark.errors import InvalidValue, NotFound, UnreadableMedia
from earmark.services.drawing import Meter, PeaksWriter, TilesWriter, draw_all, scratch, take_rows, watched
from earmark.services.seen import Cache, Seen, drawn_rows, seek_points, seen_before, stored_peaks, tile_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from earmark.audio.decode import Samples
    from earmark.audio.source import Source
    from earmark.files.store import FileStore

Media = Callable[[], AbstractContextManager[Path]]
"""Gives the recording as a local file for as long as it is used; called only when something must be drawn."""
ImageFormat = Literal["png", "webp"]

DEFAULT = SpectrogramSettings()
"""Drawn at import."""
MOST_COLUMNS = 10_000
"""Most columns of peaks in one answer."""
MOST_LOOKS = 8
"""Settings other than the default whose pictures are kept for one recording."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PyramidFacts:
    """What a viewer needs to know before it asks for tiles.

    Attributes
    ----------
    key : str
        Name of the settings.
    column_seconds : float
        Length of a column of level 0; one of level ``n`` is ``factor ** n`` times as long.
    factor, tile_columns, bands : int
        Ratio of levels; columns of a full tile; rows of every tile.
    columns : tuple of int
        Columns of each level from 0 on; a level has one tile per 1024 of them, the last one narrower.
    band_hz : tuple of float
        Frequency at the middle of each row in Hz, from the bottom of the picture to its top.
    floor_db, ceiling_db : float
        Levels of grey 0 and 255.
    """

    key: str
    column_seconds: float
    factor: int
    tile_columns: int
    bands: int
    columns: tuple[int, ...]
    band_hz: tuple[float, ...]
    floor_db: float
    ceiling_db: float


def see(
    source: Source,
    files: FileStore,
    prefix: str,
    *,
    settings: SpectrogramSettings = DEFAULT,
    report: Report = ignore,
) -> Seen:
    """Look at a whole recording in one pass and store its waveform and coarse spectrogram tiles under ``prefix``.

    Everything is stored or, as far as readers can tell, nothing: ``index.json`` comes last. Memory does not grow with
    the recording; what is drawn waits in a temporary folder.

    Raises
    ------
    UnreadableMedia, SourceNotFound
        The source cannot be read.
    InvalidValue
        The settings do not fit the recording.
    FilesUnavailable, OutputFailed
        There is no room for the pictures.
    """
    with ExitStack() as stack:
        folder, reader = stack.enter_context(scratch()), stack.enter_context(source.open())
        rows = drawn_rows(reader.channels)
        peaks = stack.enter_context(PeaksWriter(folder, reader.rate, len(rows)))
        tiles = TilesWriter(folder, settings, reader.rate, len(rows))
        meter = Meter(reader.channels)
        for block in watched(reader, report):
            taken = take_rows(block, rows)
            meter.feed(block)
            peaks.feed(taken)
            tiles.feed(taken)
        if not meter.samples:
            raise UnreadableMedia(source.name, "holds no sound (0 samples)", "Record or export it again.")
        waveform = peaks.finish()
        points = reader.seek_points if isinstance(reader, FileReader) else []
        seen = Seen(
            duration=meter.samples / reader.rate,
            sample_rate=reader.rate,
            channels=reader.channels,
            samples=meter.samples,
            recording=reader.recording(),
            problems=tuple(dict.fromkeys(reader.problems)),
            peak_dbfs=meter.peak_dbfs(),
            rms_dbfs=meter.rms_dbfs(),
            waveform=waveform,
        )
        tiles.store(files, prefix)
        files.put_file(f"{prefix}/peaks", peaks.path, move=True)
        files.put(f"{prefix}/points", np.array(points, "<i8").tobytes())
        files.put(f"{prefix}/index.json", json.dumps(asdict(seen)).encode())
    return seen


def pyramid_facts(
    files: FileStore, prefix: str, settings: SpectrogramSettings = DEFAULT, *, cache: Cache | None = None
) -> PyramidFacts:
    """Describe the tiles of a recording; raises ``NotFound`` before `see`, ``InvalidValue`` if settings do not fit."""
    seen = seen_before(files, prefix, cache=cache)
    grid = settings.grid(seen.sample_rate)
    return PyramidFacts(
        key=settings.key,
        column_seconds=float(grid.step),
        factor=FACTOR,
        tile_columns=TILE_COLUMNS,
        bands=settings.bands,
        columns=tuple(columns_per_level(grid.count(seen.samples), lowest=LOWEST_STORED)),
        band_hz=tuple(settings.band_hz(seen.sample_rate).tolist()),
        floor_db=settings.floor_db,
        ceiling_db=settings.ceiling_db,
    )


def tile(
    files: FileStore,
    prefix: str,
    media: Media,
    settings: SpectrogramSettings,
    level: int,
    index: int,
    channel: int | None,
    *,
    cache: Cache | None = None,
    image: ImageFormat = "png",
    report: Report = ignore,
) -> bytes:
    """Give one tile as a grey picture.

    Levels from 2 on are stored for the mix and the first channels; with settings that nobody used before, the whole
    recording is drawn once for that (``report`` follows it, and may raise to cancel it). Others are drawn from their
    part of the recording.

    Parameters
    ----------
    files, prefix
        Where `see` stored.
    media : callable
        Opens the recording.
    settings : SpectrogramSettings
        What to draw.
    level, index : int
        Which tile, see `PyramidFacts`.
    channel : int or None
        Channel from 0; None is the mix of all.
    cache : Cache or None
        Keeps tiles.
    image : str
        ``png`` without loss, or ``webp``, lossy and a third of the size.

    Raises
    ------
    NotFound
        There is no such tile, or `see` has not been done.
    InvalidValue
        There is no such channel, or the settings do not fit the recording.
    """
    seen = seen_before(files, prefix, cache=cache)
    row = seen.row(channel)
    name = f"{prefix}/{settings.key}/{'mix' if channel is None else channel}/{level}/{index}.{image}"
    counts = columns_per_level(settings.grid(seen.sample_rate).count(seen.samples), lowest=LOWEST_STORED)
    if not (0 <= level < len(counts) and 0 <= index * TILE_COLUMNS < counts[level]):
        raise NotFound("tile", f"level {level}, index {index}")
    known = cache.get(name) if cache is not None else None
    if known is not None:
        return known
    if level >= LOWEST_STORED and row is not None:
        if not files.exists(f"{prefix}/{settings.key}/index.json"):
            _make_room(files, prefix)
            with media() as path:
                draw_all(path, files, prefix, settings, report)
        data = tile_at(files, prefix, settings.key, row=row, level=level, index=index, cache=cache)
        data = data if image == "png" else encode_webp(decode_image(data))
    else:
        points = seek_points(files, prefix, cache=cache)
        with media() as path:
            read = partial(_row_blocks, path, channel, points)
            pixels = draw_tile(read, settings, seen.sample_rate, seen.samples, level=level, index=index)
        data = encode_png(pixels) if image == "png" else encode_webp(pixels)
    if cache is not None:
        cache.put(name, data)
    return data


def _make_room(files: FileStore, prefix: str) -> None:
    """Forget the pictures with the settings that were drawn first, so that the store does not grow with every look."""
    standard = f"{prefix}/{DEFAULT.key}/"
    kept = [facts for facts in files.list(prefix) if facts.key.endswith("/index.json")]
    others = [facts for facts in kept if facts.key != f"{prefix}/index.json" and not facts.key.startswith(standard)]
    oldest = sorted(others, key=lambda facts: facts.modified)
    for facts in oldest[: max(0, len(oldest) - MOST_LOOKS + 1)]:
        files.delete_all(facts.key.removesuffix("/index.json"))


def peaks(
    files: FileStore,
    prefix: str,
    media: Media,
    start: float,
    end: float,
    columns: int,
    channel: int | None,
    *,
    cache: Cache | None = None,
) -> Peaks:
    """Give the smallest and largest sample of each of ``columns`` equal parts of a range.

    Parameters
    ----------
    files, prefix, media
        Where `see` stored, and what opens the recording: parts shorter than 10 ms are read from it.
    start, end : float
        Seconds; the end is cut at that of the recording.
    columns : int
        1 to 10000.
    channel : int or None
        Channel from 0; None is the mix of all.

    Returns
    -------
    array, shape (columns, 2)
        int16, full scale at 32767. Stored columns are not split: edges are true to a stored column, at most one wanted.

    Raises
    ------
    NotFound
        `see` has not been done.
    InvalidValue
        The range is negative, reversed, empty or begins after the end, or there is no such channel.
    """
    seen = seen_before(files, prefix, cache=cache)
    row = seen.row(channel)
    end = _require_range(seen, start, end, columns)
    edges = np.linspace(start, end, columns + 1)
    column_seconds = float(peaks_grid(seen.sample_rate).step)
    ratio = (end - start) / columns / column_seconds
    if row is not None and ratio >= 1:
        counts = seen.peak_columns()
        level = next(n for n in range(len(counts) - 1, -1, -1) if FACTOR**n <= ratio or n == 0)
        places = np.minimum((edges / (column_seconds * FACTOR**level)).astype(np.int64), counts[level] - 1)
        span = {"first": int(places[0]), "stop": int(places[-1]) + 1}
        values = stored_peaks(files, prefix, seen, row=row, level=level, **span)
        return to_columns(values, places[:-1] - places[0])
    found = PeakColumns(np.array([to_samples(edge, seen.sample_rate) for edge in edges], np.int64))
    with media() as path:
        for block in _row_blocks(path, channel, seek_points(files, prefix, cache=cache), found.begin, found.end):
            found.feed(block)
    return found.finish()


def _row_blocks(
    path: Path, channel: int | None, points: Sequence[SeekPoint], first: int, stop: int
) -> Iterator[Samples]:
    for block in sample_blocks(path, first, stop, channel=channel, points=points):
        yield MIX.take(block)


def _require_range(seen: Seen, start: float, end: float, columns: int) -> float:
    require_span(start, end, what="peaks")
    if start >= min(end, seen.duration):
        raise InvalidValue(f"peaks: there is no sound from {start} to {end} s in a recording of {seen.duration} s")
    if not 1 <= columns <= MOST_COLUMNS:
        raise InvalidValue(f"peaks: columns are 1 to {MOST_COLUMNS}, not {columns}")
    return min(end, seen.duration)
