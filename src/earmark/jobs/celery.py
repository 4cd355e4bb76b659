"""Workers on other machines, through Celery: its messages say that a job waits, the jobs table says which.

A message is taken as permission to claim one job, the one whose turn it is: so priorities hold to the last moment, and
a message that comes twice or late does no harm. One that is lost is missed soon, since the sender compares the table
with the broker's queue.
"""

from __future__ import annotations

import logging
import mmap
import os
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from earmark.errors import InvalidSettings, JobLost, MissingExtra, StoreUnavailable
from earmark.jobs import worker
from earmark.jobs.limits import enforced
from earmark.jobs.process import end_with, is_gone, worker_name
from earmark.store import jobs, leases
from earmark.store.database import now

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from celery import Celery

    from earmark.core.job import Job
    from earmark.jobs.limits import Limits
    from earmark.jobs.run import Body
    from earmark.store.database import Database

QUEUE = "earmark"
TASK = "earmark.job"
RESEND = 60.0
"""Seconds after which a job that nobody took is sent again, if the broker has fewer messages than there are jobs."""
AT_ONCE = 200
"""Messages that are sent before anything is written down about them."""
_LOOK = 1.0
_LONGEST_WAIT = 30.0
_PATIENCE = 2.0
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)

logger = logging.getLogger(__name__)

Open = Callable[[], "tuple[Database, Mapping[str, Body]]"]
"""Gives database and bodies."""


def make_app(broker: str, *, queue: str = QUEUE) -> Celery:
    """Make Celery's application for a broker.

    Raises
    ------
    InvalidSettings
        No broker is named.
    MissingExtra
        Celery is not installed.
    """
    try:
        from celery import Celery
    except ImportError as error:
        raise MissingExtra("the queue 'celery'", "celery") from error
    if not broker:
        raise InvalidSettings(
            "setting broker: the queue 'celery' needs a message broker, for example redis://host:6379/0."
        )
    app = Celery("earmark", broker=broker, set_as_current=False)
    app.conf.update(
        task_default_queue=queue,
        task_ignore_result=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        worker_enable_remote_control=False,
        broker_connection_retry_on_startup=True,
        broker_connection_timeout=4,
        broker_transport_options=_transport_options(broker),
    )
    return app


def _transport_options(broker: str) -> dict[str, Any]:
    if broker.startswith(("amqp", "pyamqp")):
        return {"confirm_publish": True}
    return {"socket_connect_timeout": 4, "socket_timeout": 10} if broker.startswith("redis") else {}


class CelerySender:
    """Tells Celery's workers of jobs that wait; while the broker is down they wait in the table.

    Parameters
    ----------
    database : Database
        Where the jobs are.
    app : Celery
        See `make_app`.
    resend : float
        Seconds after which a job that nobody took is sent again.
    """

    def __init__(self, database: Database, app: Celery, *, resend: float = RESEND) -> None:
        self._database, self._app, self._resend = database, app, resend
        self._woken, self._stop = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._send_all, name="earmark sender", daemon=True)

    def start(self) -> None:
        """Begin to watch the jobs table."""
        self._thread.start()

    def wake(self, job_id: str) -> None:  # noqa: ARG002 - the table says which
        """Look for jobs now; whoever adds one does not wait for the broker."""
        self._woken.set()

    def stop(self) -> None:
        """End."""
        self._stop.set()
        self._woken.set()
        self._thread.join()
        self._app.close()

    def _send_all(self) -> None:
        from kombu.exceptions import OperationalError

        errors = (OperationalError, OSError, *self._app.connection_for_write().recoverable_connection_errors)
        wait = _LOOK
        while not self._stop.is_set():
            self._woken.wait(wait)
            self._woken.clear()
            wait = min(2 * wait, _LONGEST_WAIT)
            try:
                self.send_new()
                self.send_again()
                wait = _LOOK
            except StoreUnavailable as error:
                logger.warning("the queue cannot be read: %s", error)
            except errors as error:
                logger.warning("the message broker does not answer (%s): jobs wait in the table", error)
            except Exception:
                logger.exception("the message broker cannot be told of jobs: they wait in the table")

    def send_new(self) -> int:
        """Tell the broker of jobs that it was not told of; return how many."""
        with self._database.read() as connection:
            found = leases.unsent(connection, before=_BEGINNING, limit=AT_ONCE)
        self._send(found)
        return len(found)

    def send_again(self) -> int:
        """Send messages for jobs that nobody takes, where the broker has too few; return how many."""
        with self._database.read() as connection:
            before = now() - timedelta(seconds=self._resend)
            old = leases.unsent(connection, before=before, limit=AT_ONCE)
            if not old:
                return 0
            missing = max(0, jobs.waiting(connection, most=AT_ONCE) - self._messages())
        self._send(old[:missing])
        return missing

    def _send(self, job_ids: Sequence[str]) -> None:
        if not job_ids:
            return
        # Written down first: a worker may have taken a job, and put it back to be sent again, before we come to it.
        self._mark(job_ids, sent=True)
        try:
            self._publish(job_ids)
        except BaseException:
            self._mark(job_ids, sent=False)
            raise

    def _mark(self, job_ids: Sequence[str], *, sent: bool) -> None:
        with self._database.write() as connection:
            leases.mark_sent(connection, job_ids, sent=sent)

    def _publish(self, job_ids: Sequence[str]) -> None:
        once = {"max_retries": 1, "interval_start": 0.0}
        # Not Celery's pool of connections: all applications of a process share it.
        with self._app.connection_for_write() as connection, self._app.amqp.Producer(connection) as producer:
            for job_id in job_ids:
                self._app.send_task(TASK, (job_id,), producer=producer, retry=True, retry_policy=once)

    def _messages(self) -> int:
        """How many messages wait at the broker."""
        with self._app.connection_for_write() as connection:
            try:
                name = self._app.conf.task_default_queue
                return int(connection.default_channel.queue_declare(name, passive=True).message_count)
            except connection.channel_errors:
                return 0  # There is no such queue yet.


def run_worker(
    app: Celery,
    open_bodies: Open,
    *,
    concurrency: int,
    limits: Limits,
) -> int:
    """Be a Celery worker until asked to end; jobs that run then go back into the queue. Returns the exit code.

    Parameters
    ----------
    open_bodies : callable
        Gives database and bodies; called in each worker process.
    concurrency : int
        Worker processes.
    limits : Limits
        Bounds of one job.
    """
    from celery import signals

    # Shared with the worker processes, which are forked from this one.
    ending = mmap.mmap(-1, 1)
    parent = os.getpid()

    def begin(**_: object) -> None:
        end_with(parent)

    def end(**_: object) -> None:
        ending[0] = 1

    def leave_logs_alone(**_: object) -> None:
        pass

    taker = _Taker(open_bodies, limits=limits, stopping=lambda: ending[0] == 1)
    app.task(name=TASK)(taker.take)
    signals.worker_process_init.connect(begin)
    signals.worker_shutting_down.connect(end)
    signals.setup_logging.connect(leave_logs_alone)
    process = app.Worker(
        concurrency=concurrency,
        hostname=f"earmark@{worker_name()}",
        without_gossip=True,
        without_mingle=True,
        optimization="fair",
    )
    process.start()
    return int(process.exitcode or 0)


class _Taker:
    """Takes one job for each message, in a worker process."""

    def __init__(
        self,
        open_bodies: Open,
        *,
        limits: Limits,
        stopping: Callable[[], bool],
    ) -> None:
        self._open = open_bodies
        self._opened: tuple[Database, Mapping[str, Body]] | None = None
        self._limits, self._stopping = limits, stopping

    def take(self, job_id: str) -> None:
        """Do one job."""
        # Connections do not survive the fork: each process opens its own.
        database, bodies = self._opened = self._opened or self._open()
        job = self._claim(database, job_id)
        if job is not None:
            with enforced(database, job, self._limits, stopping=self._stopping):
                worker.do(database, bodies, job, stopping=self._stopping)

    def _claim(self, database: Database, job_id: str) -> Job | None:
        while not self._stopping():
            try:
                _take_from_the_dead(database, job_id)
                return worker.claim(database)
            except StoreUnavailable as error:
                logger.warning("no job can be taken: %s", error)
                time.sleep(_PATIENCE)
        return None


def _take_from_the_dead(database: Database, job_id: str) -> None:
    """Put a job back whose worker process died on this machine: the broker sends its message again."""
    with database.read() as connection:
        job = jobs.get(connection, job_id)
    if job is not None and job.worker and is_gone(job.worker):
        try:
            with database.write() as connection:
                leases.put_back(connection, job, "the worker process ended")
        except JobLost:
            return
