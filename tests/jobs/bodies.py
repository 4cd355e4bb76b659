"""Jobs that tests give to workers; each writes one row when it is done."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Mapping
from typing import Any

from earmark.core.progress import Progress
from earmark.errors import EngineFailed, StoreUnavailable
from earmark.jobs.run import Body, JobRun
from earmark.store.database import now
from earmark.store.tables import audit

logger = logging.getLogger("earmark.tests")


def write_row(run: JobRun) -> Mapping[str, Any]:
    """Work for some time, then write one row and the result in one transaction."""
    steps = int(run.job.arguments.get("steps", 1))
    pause = float(run.job.arguments.get("pause", 0.0))
    for step in range(steps):
        run.report(Progress(stage="work", done=step, total=steps))
        time.sleep(pause)
    logger.info("worked %d steps", steps)
    row: dict[str, Any] = {}
    with run.finishing(row, audio_seconds=60.0) as connection:
        values = {"at": now(), "user_name": "test", "action": "row.written", "subject_kind": "job", "details": {}}
        written = connection.execute(audit.insert().values(**values, subject_id=run.job.id))
        row["number"] = written.inserted_primary_key[0] if written.inserted_primary_key else None
    return row


def fail(run: JobRun) -> None:
    """Fail as an engine does."""
    run.log("about to fail", "WARNING")
    raise EngineFailed("the engine gave up on this recording. Try another.")


def crash(run: JobRun) -> None:
    """Fail as nobody thought of."""
    raise ZeroDivisionError("division by zero")


def ignore_cancel(run: JobRun) -> None:
    """Look neither left nor right, as a decoder in a loop."""
    while True:
        time.sleep(0.05)


def die(run: JobRun) -> None:
    """End the process in the middle."""
    os._exit(7)


def hoard(run: JobRun) -> None:
    """Take ever more memory."""
    held = []
    while True:
        held.append(os.urandom(4_000_000))
        # Not faster than a busy machine looks.
        time.sleep(0.05)


def store_down_once(run: JobRun) -> Mapping[str, Any]:
    """Meet a database that does not answer, the first time."""
    if run.job.attempt == 1:
        raise StoreUnavailable("postgresql://test", "connection refused")
    return {"attempt": run.job.attempt}


BODIES: Mapping[str, Body] = {
    "write_row": write_row,
    "fail": fail,
    "crash": crash,
    "ignore_cancel": ignore_cancel,
    "die": die,
    "hoard": hoard,
    "store_down_once": store_down_once,
}
