"""What a server runs for its jobs: ``python -m tests.jobs.server_process DATABASE WORKERS``."""

from __future__ import annotations

import logging
import signal
import sys
import time

from tests.jobs.queues import local_pool

from earmark.jobs.housekeeping import Chore, Housekeeper, Reaper
from earmark.store.database import Database


def main() -> None:
    url, workers = sys.argv[1:]
    logging.basicConfig(level=logging.INFO)
    asked: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _frame: asked.append(number))
    database = Database(url)
    pool = local_pool(database, most=int(workers))
    housekeeper = Housekeeper([Chore(name="reaper", every=0.5, action=Reaper(database))])
    pool.start()
    housekeeper.start()
    while not asked:
        time.sleep(0.1)
    housekeeper.stop()
    pool.stop()


if __name__ == "__main__":
    main()
