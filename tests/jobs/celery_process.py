"""A Celery worker with the jobs of the tests: ``python -m tests.jobs.celery_process DATABASE BROKER QUEUE NUMBER``."""

from __future__ import annotations

import logging
import sys

from tests.jobs.bodies import BODIES

from earmark.jobs.celery import make_app, run_worker
from earmark.jobs.limits import Limits
from earmark.store.database import Database


def main() -> None:
    url, broker, queue, concurrency = sys.argv[1:]
    logging.basicConfig(level=logging.INFO)
    app = make_app(broker, queue=queue)
    limits = Limits(seconds=60.0, grace=1.0)
    sys.exit(run_worker(app, lambda: (Database(url), BODIES), concurrency=int(concurrency), limits=limits))


if __name__ == "__main__":
    main()
