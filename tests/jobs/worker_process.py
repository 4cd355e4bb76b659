"""A worker process with the jobs of the tests: ``python -m tests.jobs.worker_process DATABASE IDLE PARENT``."""

from __future__ import annotations

import logging
import signal
import sys

from tests.jobs.bodies import BODIES

from earmark.jobs.process import end_with
from earmark.jobs.worker import work
from earmark.store.database import Database


def main() -> None:
    url, idle, parent = sys.argv[1:]
    logging.basicConfig(level=logging.INFO)
    end_with(int(parent))
    asked: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _frame: asked.append(number))
    work(Database(url), BODIES, stopping=lambda: bool(asked), idle=float(idle))


if __name__ == "__main__":
    main()
