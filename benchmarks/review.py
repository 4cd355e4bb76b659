"""Annotations of 100,000 segments on a recording of a day: milliseconds of views, edits and undo; seconds of the rest.

    python -m benchmarks.review [--segments 100000] [--others 4] [--rounds 100] [--database URL]

Segments last from nothing to six hours, most of them a second; each third has a word. Views are drawn at random places;
each gives at most 2000 segments, which is the default of the API. Other annotations of the same size lie in the same
table. Times are those of the service, transaction included, and of HTTP to a server that runs beside it.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.data import table
from benchmarks.server import running_server
from earmark.app import Context
from earmark.config import load_settings
from earmark.core.edits import Edit, EditOp
from earmark.core.ids import new_id
from earmark.core.library import RecordingState, StoredRecording
from earmark.core.people import Actor
from earmark.core.project import Project
from earmark.core.recording import Recording
from earmark.core.review import StoredAnnotation, Viewport
from earmark.core.segment import Segment, Word
from earmark.services.annotations import add_annotation, create_annotation, named, own_annotation, view_plain_segments
from earmark.services.comparison import compare
from earmark.services.exchange import export_annotation
from earmark.services.platform import Platform
from earmark.services.review import edit, revert
from earmark.store import projects, recordings
from earmark.store.database import now

DAY = 86_400.0
ADMINISTRATOR = Actor(user_id=None, name="benchmark", is_administrator=True)
VIEWS = {"10 s": 10.0, "1 min": 60.0, "10 min": 600.0, "the whole day": DAY}


def main() -> None:
    """Measure and print a Markdown table."""
    arguments = _arguments()
    with tempfile.TemporaryDirectory() as folder:
        environ = {"EARMARK_DATA_DIR": folder, "EARMARK_DATABASE": arguments.database}
        with running_server(Path(folder), settings={"EARMARK_DATABASE": arguments.database}) as server:
            platform = Context(load_settings(environ)).platform()
            recording = _recording(platform)
            rows, header = _fill(platform, recording, arguments.segments, arguments.others)
            rows += _views(platform, header, arguments.rounds)
            with server.client() as client:
                rows += _timed_views(
                    lambda view: client.get(
                        f"/annotations/{header.id}/segments", params={"start": view.start, "end": view.end}
                    ).raise_for_status(),
                    arguments.rounds,
                    "HTTP, ",
                )
            rows += _work(platform, recording, header, arguments.rounds)
            platform.database.close()
        print(table(["what", "median", "p95"], rows))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--segments", type=int, default=100_000)
    parser.add_argument("--others", type=int, default=4, help="further annotations in the same table")
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--database", default="", help="URL of an empty database; SQLite without it")
    return parser.parse_args()


def _recording(platform: Platform) -> StoredRecording:
    moment = now()
    project = Project(id=new_id(), name="Benchmark", created_at=moment, updated_at=moment)
    recording = StoredRecording(
        id=new_id(),
        project_id=project.id,
        name="day.wav",
        state=RecordingState.READY,
        media=Recording(source="day.wav", duration=DAY, sample_rate=48_000, channels=2),
        created_at=moment,
        updated_at=moment,
    )
    with platform.database.write() as connection:
        projects.add(connection, project)
        recordings.add(connection, recording)
    return recording


def _segments(count: int, seed: int) -> Iterator[Segment]:
    chooser = random.Random(seed)  # noqa: S311 - no secret
    for number in range(count):
        start = chooser.uniform(0, DAY)
        length = (
            chooser.choice([3600.0, 20_000.0]) if number % 1000 == 0 else chooser.choice([0.0, 0.2, 1.0, 1.0, 10.0])
        )
        end = min(start + length, DAY)
        yield Segment(
            start=start,
            end=end,
            channel=chooser.choice([None, 0, 1]),
            label=chooser.choice(["speech", "noise", "wren"]),
            text="what was said here",
            score=chooser.random(),
            words=(Word(text="what", start=start, end=end),) if number % 3 == 0 else (),
        )


def _fill(
    platform: Platform, recording: StoredRecording, count: int, others: int
) -> tuple[list[list[str]], StoredAnnotation]:
    taken, header = [], own_annotation(ADMINISTRATOR, recording)
    for seed in range(others + 1):
        header = replace(header, id=new_id())
        content = named(_segments(count, seed))
        begun = time.perf_counter()
        with platform.database.write() as connection:
            header = add_annotation(connection, header, content)
        taken.append(time.perf_counter() - begun)
    return [_row(f"write {count} segments", taken, unit="s")], header


def _views(platform: Platform, header: StoredAnnotation, rounds: int) -> list[list[str]]:
    rows = _timed_views(lambda view: view_plain_segments(platform, ADMINISTRATOR, header.id, view), rounds, "")
    narrow = {"channel": 1, "min_score": 0.5, "labels": ("wren",)}
    return rows + _timed_views(
        lambda view: view_plain_segments(platform, ADMINISTRATOR, header.id, replace(view, **narrow)),  # type: ignore[arg-type]
        rounds,
        "channel, score and label, ",
    )


def _timed_views(look: Callable[[Viewport], object], rounds: int, what: str) -> list[list[str]]:
    chooser = random.Random(7)  # noqa: S311 - no secret
    rows = []
    for name, width in VIEWS.items():
        taken = []
        for _ in range(rounds):
            start = chooser.uniform(0, DAY - width)
            begun = time.perf_counter()
            look(Viewport(start=start, end=start + width))
            taken.append(time.perf_counter() - begun)
        rows.append(_row(f"view, {what}{name}", taken))
    return rows


def _work(platform: Platform, recording: StoredRecording, header: StoredAnnotation, rounds: int) -> list[list[str]]:
    begun = time.perf_counter()
    copy = create_annotation(platform, ADMINISTRATOR, recording.id, copy_of=header.id)
    copied = time.perf_counter() - begun
    saves, reverts = [], []
    for number in range(rounds):
        segment = Segment(start=number, end=number + 1, label="wren")
        begun = time.perf_counter()
        one = [Edit(op=EditOp.ADD, id=f"new{number}", segment=segment)]
        edit(platform, ADMINISTRATOR, copy.id, one, base_revision=2 * number + 1)
        saves.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        revert(platform, ADMINISTRATOR, copy.id, base_revision=2 * number + 2)
        reverts.append(time.perf_counter() - begun)
    many = [Edit(op=EditOp.ADD, id=f"m{n}", segment=Segment(start=n, end=n + 1)) for n in range(10_000)]
    begun = time.perf_counter()
    edit(platform, ADMINISTRATOR, copy.id, many, base_revision=2 * rounds + 1)
    bulk = time.perf_counter() - begun
    begun = time.perf_counter()
    export_annotation(platform, ADMINISTRATOR, header.id, format_name="json")
    exported = time.perf_counter() - begun
    begun = time.perf_counter()
    compare(platform, ADMINISTRATOR, header.id, header.id)
    return [
        _row("save one edit", saves),
        _row("undo it", reverts),
        _row("save 10,000 edits", [bulk], unit="s"),
        _row("begin with a copy", [copied], unit="s"),
        _row("export all as JSON", [exported], unit="s"),
        _row("compare with itself", [time.perf_counter() - begun], unit="s"),
    ]


def _row(what: str, taken: list[float], *, unit: str = "ms") -> list[str]:
    factor = {"ms": 1000.0, "s": 1.0}[unit]
    return [what, *(f"{factor * float(np.quantile(taken, part)):.1f} {unit}" for part in (0.5, 0.95))]


if __name__ == "__main__":
    main()
