"""Draws a recording while it streams by, into files of a temporary folder."""

from __future__ import annotations

import json
import math
import tempfile
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from earmark.audio.channels import MIX
from earmark.audio.decode import open_reader
from earmark.audio.images import encode_png
from earmark.audio.peaks import Peaks, PeaksPyramid, peaks_grid, to_columns
from earmark.audio.pyramid import columns_per_level
from earmark.audio.tiles import SpectrogramSettings, Tile, TilePyramid
from earmark.core.progress import Progress, Report
from earmark.errors import EarmarkError, OutputFailed
from earmark.services.seen import drawn_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

    from numpy.typing import NDArray

    from earmark.audio.decode import Samples
    from earmark.audio.source import Reader
    from earmark.files.store import FileStore

WAVEFORM_COLUMNS = 200
"""Columns of the small waveform of lists."""
SILENT_DBFS = -200.0
"""Level given to a channel of zeros."""


@contextmanager
def scratch() -> Iterator[Path]:
    """Give a folder for what waits to be stored; it is gone afterwards.

    Raises
    ------
    OutputFailed
        It has no room left.
    """
    with tempfile.TemporaryDirectory(prefix="earmark-") as name:
        try:
            yield Path(name)
        except EarmarkError:
            raise
        except OSError as error:
            raise OutputFailed(f"{name}: {error.strerror or error}. Make room there, or set TMPDIR.") from error


def watched(reader: Reader, report: Report) -> Iterator[Samples]:
    """Yield the blocks of a recording and report each when it was used."""
    done = 0
    for block in reader.blocks():
        yield block
        done += block.shape[1]
        report(Progress(stage="pictures", done=done / reader.rate, total=reader.announced or 0.0))


def take_rows(block: Samples, rows: tuple[int | None, ...]) -> Samples:
    """Give the rows that are drawn of a block of all channels."""
    if len(rows) == 1:
        return block
    return np.concatenate([MIX.take(block), block[: len(rows) - 1]])


def draw_all(path: Path, files: FileStore, prefix: str, settings: SpectrogramSettings, report: Report) -> None:
    """Draw and store the coarse tiles of a file with other settings than those of its import."""
    with scratch() as folder, open_reader(path) as reader:
        rows = drawn_rows(reader.channels)
        tiles = TilesWriter(folder, settings, reader.rate, len(rows))
        for block in watched(reader, report):
            tiles.feed(take_rows(block, rows))
        tiles.store(files, prefix)


class Meter:
    """Peak and power of each channel."""

    def __init__(self, channels: int) -> None:
        self.samples = 0
        self._peaks = np.zeros(channels)
        self._squares = np.zeros(channels)

    def feed(self, block: Samples) -> None:
        """Take the next block of all channels."""
        self.samples += block.shape[1]
        self._peaks = np.maximum(self._peaks, np.abs(block).max(axis=1, initial=0.0))
        self._squares += np.square(block, dtype=np.float64).sum(axis=1)

    def peak_dbfs(self) -> tuple[float, ...]:
        """Largest sample of each channel in dB relative to full scale."""
        return tuple(_decibels(peak) for peak in self._peaks)

    def rms_dbfs(self) -> tuple[float, ...]:
        """Root mean square of each channel in dB relative to full scale."""
        return tuple(_decibels(math.sqrt(square / max(1, self.samples))) for square in self._squares)


def _decibels(amplitude: float) -> float:
    return round(20 * math.log10(amplitude), 2) if amplitude > 10 ** (SILENT_DBFS / 20) else SILENT_DBFS


class PeaksWriter:
    """Writes the waveform: each row and level to a file of its own, which are joined at the end."""

    def __init__(self, folder: Path, rate: int, rows: int) -> None:
        self.path = folder / "peaks"
        self._folder, self._rate, self._rows = folder, rate, rows
        self._pyramid = PeaksPyramid(rate, rows)
        self._samples = 0
        self._open: dict[tuple[int, int], BinaryIO] = {}
        self._stack = ExitStack()

    def __enter__(self) -> PeaksWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def feed(self, block: Samples) -> None:
        """Take the next block of rows."""
        self._samples += block.shape[1]
        self._write(self._pyramid.feed(block))

    def finish(self) -> tuple[tuple[int, int], ...]:
        """Join the levels to one file at ``path``; give the small waveform over all rows but the mix."""
        self._write(self._pyramid.finish())
        self._stack.close()
        counts = columns_per_level(peaks_grid(self._rate).count(self._samples))
        with self.path.open("wb") as joined:
            for row in range(self._rows):
                for level in range(len(counts)):
                    with self._part(row, level).open("rb") as part:
                        while piece := part.read(1 << 20):
                            joined.write(piece)
        return self._small(counts)

    def _part(self, row: int, level: int) -> Path:
        return self._folder / f"peaks-{row}-{level}"

    def _write(self, found: Iterable[tuple[int, Peaks]]) -> None:
        for level, columns in found:
            for row, values in enumerate(columns):
                if (row, level) not in self._open:
                    self._open[row, level] = self._stack.enter_context(self._part(row, level).open("wb"))
                self._open[row, level].write(values.astype("<i2").tobytes())

    def _small(self, counts: list[int]) -> tuple[tuple[int, int], ...]:
        fine = [level for level, columns in enumerate(counts) if columns >= WAVEFORM_COLUMNS or level == 0]
        starts: NDArray[np.int64] = np.arange(WAVEFORM_COLUMNS) * counts[fine[-1]] // WAVEFORM_COLUMNS
        # The mix of channels in opposite phase would be flat.
        rows = [self._part(row, fine[-1]).read_bytes() for row in range(self._rows)][-max(1, self._rows - 1) :]
        found = np.stack([to_columns(np.frombuffer(raw, "<i2").reshape(-1, 2), starts) for raw in rows])
        return tuple(zip(found[:, :, 0].min(axis=0).tolist(), found[:, :, 1].max(axis=0).tolist(), strict=True))


class TilesWriter:
    """Writes the coarse tiles end to end into one file and notes where each lies."""

    def __init__(self, folder: Path, settings: SpectrogramSettings, rate: int, rows: int) -> None:
        self._path, self._key = folder / "tiles", settings.key
        self._pyramid = TilePyramid(settings, rate, rows)
        self._table: dict[str, list[tuple[int, int]]] = {}
        self._path.write_bytes(b"")

    def feed(self, block: Samples) -> None:
        """Take the next block of rows."""
        self._write(self._pyramid.feed(block))

    def store(self, files: FileStore, prefix: str) -> None:
        """Finish, and store the tiles and then their places."""
        self._write(self._pyramid.finish())
        files.put_file(f"{prefix}/{self._key}/tiles", self._path, move=True)
        files.put(f"{prefix}/{self._key}/index.json", json.dumps(self._table).encode())

    def _write(self, tiles: list[Tile]) -> None:
        with self._path.open("ab") as file:
            for tile in tiles:
                data = encode_png(tile.pixels)
                self._table.setdefault(f"{tile.row}/{tile.level}", []).append((file.tell(), len(data)))
                file.write(data)
