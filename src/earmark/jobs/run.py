"""One attempt at a job, from its beginning to what is written down about its end."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from earmark.errors import EarmarkError, FilesUnavailable, JobCancelled, JobLost, StoreUnavailable
from earmark.store import leases, pieces
from earmark.store.database import now

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from earmark.core.job import Job
    from earmark.core.progress import Progress
    from earmark.store.database import Database

JOB_ID: ContextVar[str | None] = ContextVar("job_id", default=None)
"""The job that this code works for, for logs."""

BEAT = 1.0
"""Seconds between two looks at the jobs table while a job runs; between its first and its last, progress is written no
more often."""
MAX_LINES = 5000
"""Most lines in the log of one attempt."""
RETRY_SECONDS = 10.0
"""Wait after the first attempt that failed because database or files did not answer; longer after each further one."""
_LONGEST_WAIT = 5.0

logger = logging.getLogger(__name__)


class WorkerStops(Exception):
    """The worker was asked to end; its job goes back into the queue."""


def _never() -> bool:
    return False


class JobRun:
    """What a body sees of its job.

    Parameters
    ----------
    database : Database
        Where the job is.
    job : Job
        The job as it was claimed.
    stopping : callable
        Whether the worker was asked to end.
    """

    def __init__(self, database: Database, job: Job, *, stopping: Callable[[], bool] = _never) -> None:
        self.job = job
        self.database = database
        self.stopping = stopping
        self.finished = False
        self.cancelled = False
        self._lost = False
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._plan: dict[str, tuple[float, float]] = {}
        self._progress, self._stage = job.progress, job.stage
        self._told = (job.progress, job.stage)
        self._reported = False
        self._news = threading.Event()
        self._renewed = time.monotonic()
        self._lines: list[leases.Line] = []
        self._pieces: list[Any] = []
        self._logged = 0

    def plan(self, **parts: float) -> None:
        """Say which stages there are, in order, and how long each takes in proportion; else each begins at nothing."""
        begun, whole = 0.0, sum(parts.values())
        for stage, part in parts.items():
            self._plan[stage] = (begun / whole, part / whole)
            begun += part

    def report(self, progress: Progress) -> None:
        """Say how far the work is.

        Raises
        ------
        JobCancelled
            Somebody asked for the end of the job.
        JobLost
            Another worker has it.
        """
        with self._lock:
            self._stage = progress.stage[:100]
            self._progress = self._part(progress)
            # Who watches a short job would else see nothing of it before its end.
            if not self._reported or (self._progress >= 1.0 and self._told[0] < 1.0):
                self._reported = True
                self._news.set()
        self.check()

    def _part(self, progress: Progress) -> float:
        done = min(max(progress.done / progress.total, 0.0), 1.0) if progress.total > 0 else 0.0
        if not self._plan:
            return done
        if progress.stage not in self._plan:
            return self._progress
        begun, part = self._plan[progress.stage]
        return begun + part * done

    def check(self) -> None:
        """Raise what `report` raises; for work that has nothing to report."""
        if self._lost:
            raise JobLost(f"job {self.job.id} was given to another worker, because this one was silent for too long.")
        if self.cancelled:
            raise JobCancelled(f"job {self.job.id} was cancelled.")
        if self.stopping():
            raise WorkerStops

    def log(self, message: str, level: str = "INFO") -> None:
        """Write a line into the log of the job."""
        with self._lock:
            self._logged += 1
            if self._logged <= MAX_LINES:
                self._lines.append((now(), level, message))
            elif self._logged == MAX_LINES + 1:
                self._lines.append((now(), "WARNING", f"more than {MAX_LINES} lines: the others are left out"))

    def give(self, piece: Any) -> None:
        """Give a piece of the result, JSON, to those who do not wait for the end."""
        with self._lock:
            self._pieces.append(piece)
        self._news.set()

    @contextmanager
    def finishing(self, result: Mapping[str, Any] | None, audio_seconds: float | None = None) -> Iterator[Connection]:
        """Give a transaction in which the body writes what it made, and which marks the job done: both or neither.

        Nothing is written when the job was cancelled or given to another worker meanwhile.

        Parameters
        ----------
        result : mapping or None
            JSON; read when the block ends, so that it may be filled within.
        audio_seconds : float or None
            Sound that was worked on.
        """
        with self._unwritten() as (lines, given), self.database.write() as connection:
            if leases.hold(connection, self.job).cancel_requested:
                raise JobCancelled(f"job {self.job.id} was cancelled.")
            yield connection
            leases.write_lines(connection, self.job, lines)
            pieces.write(connection, self.job, given)
            leases.finish(connection, self.job, result=result, audio_seconds=audio_seconds)
        self.finished = True

    @contextmanager
    def _unwritten(self) -> Iterator[tuple[list[leases.Line], list[Any]]]:
        """Give the lines and pieces that are not in the tables yet; they stay so where writing them fails.

        One writes at a time: the job cannot end while a beat still has lines that belong before its end.
        """
        with self._writing:
            with self._lock:
                lines, self._lines = self._lines, []
                given, self._pieces = self._pieces, []
            try:
                yield lines, given
            except BaseException:
                with self._lock:
                    self._lines[:0] = lines
                    self._pieces[:0] = given
                raise

    def beat(self) -> None:
        """Keep the job, write progress and log, look whether somebody asked for its end."""
        with self._lock:
            told = (self._progress, self._stage)
        due = time.monotonic() - self._renewed > leases.LEASE.total_seconds() / 4
        with self._unwritten() as (lines, given):
            if lines or given or due or told != self._told:
                with self.database.write() as connection:
                    found = leases.renew(connection, self.job, progress=told[0], stage=told[1], lines=lines)
                    pieces.write(connection, self.job, given)
                self._told, self._renewed = told, time.monotonic()
            else:
                with self.database.read() as connection:
                    found = leases.look(connection, self.job)
        self.cancelled = found.cancel_requested

    @contextmanager
    def beating(self) -> Iterator[None]:
        """Keep the job from a thread of its own while the block runs."""
        ended = threading.Event()
        thread = threading.Thread(target=self._beat_until, args=(ended,), name=f"job {self.job.id}", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            self._news.set()
            thread.join()

    def _beat_until(self, ended: threading.Event) -> None:
        while True:
            self._news.wait(BEAT)
            self._news.clear()
            if ended.is_set():
                return
            try:
                self.beat()
            except JobLost:
                self._lost = True
                return
            except StoreUnavailable as error:
                logger.warning("job %s: %s", self.job.id, error)

    @contextmanager
    def logging(self) -> Iterator[None]:
        """Take what is logged within the block into the log of the job."""
        handler = _IntoJob(self)
        token = JOB_ID.set(self.job.id)
        logging.getLogger().addHandler(handler)
        try:
            yield
        finally:
            logging.getLogger().removeHandler(handler)
            JOB_ID.reset(token)

    def end(self, write: Callable[[Connection, Job], object]) -> None:
        """Write down how the job ended, as soon as the database answers; nothing where another worker has it."""
        wait = 0.5
        while True:
            try:
                with self._unwritten() as (lines, given), self.database.write() as connection:
                    leases.renew(connection, self.job, progress=self._progress, stage=self._stage, lines=lines)
                    pieces.write(connection, self.job, given)
                    write(connection, self.job)
            except JobLost as error:
                logger.info("%s", error)
            except StoreUnavailable as error:
                logger.warning("job %s waits for the database: %s", self.job.id, error)
                if not self.stopping():
                    time.sleep(wait)
                    wait = min(2 * wait, _LONGEST_WAIT)
                    continue
            return


Body = Callable[[JobRun], Mapping[str, Any] | None]
"""What does the work of one kind of job; a mapping that it returns becomes the result."""


class _IntoJob(logging.Handler):
    def __init__(self, run: JobRun) -> None:
        super().__init__(logging.INFO)
        self._run = run

    def emit(self, record: logging.LogRecord) -> None:
        # Other jobs may run in other threads.
        if JOB_ID.get() == self._run.job.id:
            self._run.log(self.format(record), record.levelname)


def run_job(
    database: Database,
    job: Job,
    body: Body,
    *,
    stopping: Callable[[], bool] = _never,
) -> None:
    """Do the work of a job that was claimed, and write down how it ended, whatever happens."""
    run = JobRun(database, job, stopping=stopping)
    with ExitStack() as stack:
        stack.enter_context(run.logging())
        stack.enter_context(run.beating())
        logger.info("%s begins, attempt %d", job.kind, job.attempt)
        try:
            result = body(run)
            if not run.finished:
                with run.finishing(result):
                    pass
        except (EarmarkError, WorkerStops) as error:
            run.end(_ending(run, error))
        except Exception as error:
            logger.exception("%s ended unexpectedly", job.kind)
            run.end(_ending(run, error))


def _ending(run: JobRun, error: Exception) -> Callable[[Connection, Job], object]:
    """Choose what an exception means for the job."""
    # A body may have turned what `report` raised into an error of its own.
    if run.cancelled or isinstance(error, JobCancelled):
        return leases.end_cancelled
    if isinstance(error, WorkerStops) or run.stopping():
        return leases.give_back
    if isinstance(error, StoreUnavailable | FilesUnavailable):
        # Nothing is wrong with the job.
        why, delay = str(error).rstrip("."), RETRY_SECONDS * run.job.attempt
        return lambda connection, job: leases.put_back(connection, job, why, delay=delay)
    if isinstance(error, EarmarkError):
        why = str(error)
        return lambda connection, job: leases.fail(connection, job, why)
    why = f"unexpected {type(error).__name__}: {error}. Its log says where; please report it."
    return lambda connection, job: leases.fail(connection, job, why)
