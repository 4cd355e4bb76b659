"""Lists of recordings in a project of a million: milliseconds per page, by sort, place in the list, filter and search.

    python -m benchmarks.library [--recordings 1000000] [--rounds 20] [--database URL]

The table is filled on SQLite by SQL alone: names such as ``reef7_20260501_053000.wav`` with words of very different
frequency, 40 tags, lengths from a second to an hour, one in a hundred failed, a third without a clock time, one in ten
annotated by a model and one in a thousand by a person. Cursors of pages in the middle and at the end are those that
a reader who turned all the pages would hold.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa

from benchmarks.data import table
from earmark.core.library import RecordingState, StoredRecording
from earmark.core.page import Page
from earmark.core.search import AnnotatedBy, Order, RecordingFilter, RecordingSort
from earmark.store import listing
from earmark.store.database import Database
from earmark.store.tables import metadata, recording_terms

PROJECT = "0" * 26
ROW = """
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :recordings)
INSERT INTO recordings (id, project_id, name, state, source, duration, sample_rate, channels, container, codec, video,
    tags, notes, recorded_at, problems, version, created_at, updated_at, trashed)
SELECT printf('%026d', i), :project, printf('%s%d_%d_%06d.wav', CASE i % 3 WHEN 0 THEN 'reef' WHEN 1 THEN 'wood'
    ELSE 'meadow' END, i * 7919 % 1000, 20200101 + i % 2000, i),
    CASE WHEN i * 31 % 100 = 0 THEN 'failed' ELSE 'ready' END, '/data/' || i || '.wav',
    CASE WHEN i * 31 % 100 = 0 THEN NULL ELSE 1.0 + i * 104729 % 3600000 / 1000.0 END,
    48000, 1, 'wav', 'pcm_s16le', 0, printf('["tag%02d"]', i * 17 % 40),
    CASE WHEN i % 50000 = 7 THEN 'nightjar heard' ELSE
    'dawn chorus' END, CASE WHEN i % 3 = 0 THEN NULL ELSE strftime('%Y-%m-%d %H:%M:%S.000000', 1600000000 + i * 977 %
    100000000, 'unixepoch') END, '[]', 1, strftime('%Y-%m-%d %H:%M:%S.000000', 1700000000 + i * 60, 'unixepoch'),
    '2026-01-01 00:00:00.000000', i % 1000 = 999
FROM n
"""
TERMS = """
INSERT INTO recording_terms (project_id, recording_id, term, name, created_at, recorded_at, duration)
SELECT :project, id, term, name, created_at, recorded_at, duration FROM (
    SELECT *, substr(name, 1, instr(name, '_') - 1) AS term FROM recordings
    UNION ALL SELECT *, substr(name, instr(name, '_') + 1, 8) FROM recordings
    UNION ALL SELECT *, substr(name, -10, 6) FROM recordings
    UNION ALL SELECT *, 'wav' FROM recordings
    UNION ALL SELECT *, '#' || substr(tags, 3, 5) FROM recordings
    UNION ALL SELECT *, substr(notes, 1, instr(notes, ' ') - 1) FROM recordings
    UNION ALL SELECT *, substr(notes, instr(notes, ' ') + 1) FROM recordings
) ORDER BY term, id
"""
ANNOTATIONS = """
INSERT INTO annotations (id, recording_id, project_id, kind, source, status, revision, segment_count, notes, created_at,
    updated_at)
SELECT id, id, :project, CASE WHEN substr(id, -3) = '007' THEN 'person' ELSE 'model' END, 'x', 'submitted', 1, 1, '[]',
    created_at, created_at FROM recordings WHERE substr(id, -1) = '7'
"""
SEGMENTS = """
INSERT INTO segments (annotation_id, id, bin, start, "end", label, revision)
SELECT id, 's', 1, 0.0, 1.0, CASE WHEN substr(id, -5) = '00007' THEN 'nightjar' ELSE 'song' END, 1 FROM annotations
"""
FILTERS = {
    "none": RecordingFilter(),
    "rare word": RecordingFilter(q="nightjar"),
    "common word": RecordingFilter(q="chorus"),
    "beginning of a word": RecordingFilter(q="ree"),
    "common and rare word": RecordingFilter(q="wav nightj"),
    "two common words": RecordingFilter(q="reef wav"),
    "word and tag": RecordingFilter(q="reef12 #tag03"),
    "no such word": RecordingFilter(q="albatross"),
    "tag": RecordingFilter(tags=("tag07",)),
    "failed": RecordingFilter(states=(RecordingState.FAILED,)),
    "3 s to 5 s long": RecordingFilter(min_duration=3.0, max_duration=5.0),
    "annotated by people": RecordingFilter(annotated=AnnotatedBy.PEOPLE),
    "annotated by models": RecordingFilter(annotated=AnnotatedBy.MODELS),
    "not annotated": RecordingFilter(annotated=AnnotatedBy.NONE),
    "common label": RecordingFilter(label="song"),
    "rare label": RecordingFilter(label="nightjar"),
    "trash": RecordingFilter(trashed=True),
}


def fill(database: Database, recordings: int) -> None:
    """Make a project of many recordings, with what they are found by."""
    metadata.create_all(database.engine)
    # Made when all is there: sorted, instead of entry by entry.
    (later,) = recording_terms.indexes
    later.drop(database.engine)
    now = "2026-01-01 00:00:00.000000"
    with database.write() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO projects (id, name, description, labels, pipeline, version, created_at, updated_at)"
                " VALUES (:project, 'Reef', '', '[]', '{}', 1, :now, :now)"
            ),
            {"project": PROJECT, "now": now},
        )
        for statement in (ROW, TERMS, ANNOTATIONS, SEGMENTS):
            values = {"project": PROJECT} | ({"recordings": recordings} if statement is ROW else {})
            connection.execute(sa.text(statement), values)
    later.create(database.engine)


def milliseconds(work: Callable[[], object], rounds: int) -> list[float]:
    """Wall times of a piece of work."""
    times = []
    for _ in range(rounds):
        begin = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - begin))
    return times


def read(
    database: Database, wanted: RecordingFilter, sort: RecordingSort, order: Order, cursor: str | None
) -> Page[StoredRecording]:
    """One page, as a request reads it."""
    with database.read() as connection:
        return listing.page(connection, PROJECT, wanted, sort=sort, order=order, cursor=cursor, limit=50)


def cursor_at(database: Database, sort: RecordingSort, order: Order, part: float, recordings: int) -> str | None:
    """The cursor of the page that begins after a part of the list."""
    if not part:
        return None
    with database.read() as connection:
        column = sa.literal_column(sort.value)
        by = [
            column.is_(None),
            *((column, sa.text("id")) if order is Order.ASC else (column.desc(), sa.text("id DESC"))),
        ]
        rows = sa.select(sa.literal_column("id")).select_from(sa.text("recordings")).where(sa.text("NOT trashed"))
        last = connection.execute(rows.order_by(*by).limit(1).offset(int(part * recordings * 0.999) - 60)).scalar_one()
        found = listing.get_all(connection, [last])[0]
    return listing.write_cursor(found, sort, order)


def main() -> None:
    """Fill, list, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recordings", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--file", type=Path, help="keep the database here, and use it where it exists")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = options.file or Path(folder) / "library.db"
        there = path.exists()
        database = Database(f"sqlite:///{path}")
        begin = time.perf_counter()
        if not there:
            fill(database, options.recordings)
            print(f"filled in {time.perf_counter() - begin:.0f} s, {path.stat().st_size / 1e9:.2f} GB", flush=True)
        report(database, options)


def report(database: Database, options: argparse.Namespace) -> None:
    """Print both tables."""
    rows, every = [], []
    for sort in RecordingSort:
        for order in Order:
            for place, part in (("first", 0.0), ("middle", 0.5), ("last", 1.0)):
                cursor = cursor_at(database, sort, order, part, options.recordings)
                times = milliseconds(lambda: read(database, RecordingFilter(), sort, order, cursor), options.rounds)  # noqa: B023
                every += times
                rows.append([f"{sort} {order}", place, *figures(times)])
    print(table(["sort", "page", "p50 ms", "p95 ms"], rows), flush=True)
    rows = []
    for name, wanted in FILTERS.items():
        times, worst = [], ("", 0.0)
        for sort in RecordingSort:
            for order in Order:
                some = milliseconds(lambda: read(database, wanted, sort, order, None), max(options.rounds // 4, 2))  # noqa: B023
                times += some
                worst = max(worst, (f"{sort} {order}", max(some)), key=lambda pair: pair[1])
        every += times
        rows.append([name, *figures(times), f"{worst[0]} {worst[1]:.0f}"])
    print(table(["filter, all sorts", "p50 ms", "p95 ms", "slowest"], rows))
    print(f"\nall lists: p50 {figures(every)[0]} ms, p95 {figures(every)[1]} ms")


def figures(times: list[float]) -> tuple[str, str]:
    """Median and 95th percentile."""
    return f"{statistics.median(times):.1f}", f"{statistics.quantiles(times, n=20)[-1]:.1f}"


if __name__ == "__main__":
    main()
