"""Worker processes of this machine: started when jobs wait, watched while they run, ended with their owner."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from earmark.errors import JobLost, StoreUnavailable
from earmark.jobs.limits import Limits, end_excessive, memory_of
from earmark.jobs.process import worker_name
from earmark.store import jobs, leases

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.engine import Connection

    from earmark.core.job import Job
    from earmark.store.database import Database

TICK = 1.0
"""Seconds between two looks at jobs and workers."""
STOP_SECONDS = 10.0
"""How long workers may take to end when they are asked to."""
_YOUNG = 10.0
_LONGEST_BACKOFF = 60.0
_LONGEST_WAIT = 15.0

_Ending = Callable[["Connection", "Job"], object]

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class _Worker:
    process: subprocess.Popen[bytes]
    name: str
    born: float = field(default_factory=time.monotonic)
    worked: bool = False
    cancelled: tuple[Job, float] | None = None

    def cancelled_for(self, job: Job) -> float:
        """Seconds since its job was seen to be cancelled."""
        if not job.cancel_requested:
            return 0.0
        if self.cancelled is None or (self.cancelled[0].id, self.cancelled[0].attempt) != (job.id, job.attempt):
            self.cancelled = (job, time.monotonic())
        return time.monotonic() - self.cancelled[1]

    def kill(self) -> None:
        # With whatever it started: it leads a session of its own.
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        self.process.wait()


class LocalPool:
    """Supervisor of local worker processes.

    Parameters
    ----------
    database : Database
        Where the jobs are.
    command : sequence of str
        Starts one worker process; the process id of this one is appended.
    environ : mapping
        Environment of the workers.
    most : int
        Worker processes at most.
    limits : Limits
        Bounds of one job.
    """

    def __init__(
        self,
        database: Database,
        *,
        command: Sequence[str],
        environ: Mapping[str, str],
        most: int,
        limits: Limits,
    ) -> None:
        self._database = database
        self._command = (*command, str(os.getpid()))
        self._environ = dict(environ)
        self._most = most
        self._limits = limits
        self._workers: dict[str, _Worker] = {}
        # Workers that are gone, and what is to be written about the jobs that they had.
        self._gone: dict[str, _Ending] = {}
        self._failures = 0
        self._not_before = 0.0
        self._woken = threading.Event()
        self._stop = threading.Event()
        # Workers end with the thread that started them (see `process.end_with`): this one outlives them.
        self._thread = threading.Thread(target=self._supervise, name="earmark workers", daemon=True)

    def start(self) -> None:
        """Begin to watch the queue."""
        self._thread.start()

    def wake(self, job_id: str) -> None:  # noqa: ARG002 - workers take the job whose turn it is
        """Look for jobs now."""
        self._woken.set()

    def stop(self) -> None:
        """End all workers; what they were doing goes back into the queue."""
        self._stop.set()
        self._woken.set()
        self._thread.join()

    def processes(self) -> tuple[int, ...]:
        """Process ids of the workers."""
        return tuple(worker.process.pid for worker in tuple(self._workers.values()))

    def _supervise(self) -> None:
        wait = TICK
        while not self._stop.is_set():
            self._woken.wait(wait)
            self._woken.clear()
            wait = TICK if self._try(self._tick) else min(2 * wait, _LONGEST_WAIT)
            # Many jobs that are added one by one shall not make as many looks.
            self._stop.wait(TICK / 20)
        self._end_all()
        self._try(self._settle)

    def _try(self, action: Callable[[], None]) -> bool:
        """Do something that shall not end the supervision when it fails."""
        try:
            action()
        except StoreUnavailable as error:
            logger.warning("the queue cannot be read: %s", error)
            return False
        except Exception:
            logger.exception("the workers could not be looked after")
            return False
        return True

    def _tick(self) -> None:
        self._bury()
        self._settle()
        with self._database.read() as connection:
            running = {job.worker: job for job in leases.running(connection) if job.worker in self._workers}
            waiting = jobs.waiting(connection, most=self._most)
        for name, worker in tuple(self._workers.items()):
            if name in running:
                worker.worked, self._failures = True, 0
                self._check(worker, running[name])
        idle = len(self._workers) - len(running)
        for _ in range(min(waiting - idle, self._most - len(self._workers))):
            if time.monotonic() >= self._not_before:
                self._spawn()

    def _spawn(self) -> None:
        process = subprocess.Popen(  # noqa: S603 - the command is ours
            self._command, env=self._environ, stdin=subprocess.DEVNULL, start_new_session=True
        )
        worker = _Worker(process, worker_name(process.pid))
        self._workers[worker.name] = worker
        threading.Thread(target=self._await, args=(process,), name=f"worker {process.pid}", daemon=True).start()

    def _await(self, process: subprocess.Popen[bytes]) -> None:
        process.wait()
        self._woken.set()

    def _bury(self) -> None:
        for worker in tuple(self._workers.values()):
            code = worker.process.poll()
            if code is not None:
                how = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
                self._remove(worker, partial(leases.put_back, why=f"the worker process {how}"))
                self._note_failure(worker, code, how)

    def _note_failure(self, worker: _Worker, code: int, how: str) -> None:
        if code == 0:
            return
        logger.warning("worker %s %s", worker.name, how)
        if not worker.worked and time.monotonic() - worker.born < _YOUNG:
            self._failures += 1
            self._not_before = time.monotonic() + min(2.0**self._failures, _LONGEST_BACKOFF)

    def _check(self, worker: _Worker, job: Job) -> None:
        memory = memory_of(worker.process.pid) if self._limits.memory else 0
        why = self._limits.excess(job, memory=memory, cancelled_for=worker.cancelled_for(job))
        # Written first: a worker that is gone has its job put back into the queue.
        if why is not None and self._end_job(job, partial(end_excessive, why=why)):
            logger.warning("job %s is ended: %s", job.id, why)
            worker.kill()
            del self._workers[worker.name]

    def _remove(self, worker: _Worker, ending: _Ending) -> None:
        del self._workers[worker.name]
        self._gone[worker.name] = ending

    def _settle(self) -> None:
        """Write down what became of the jobs of workers that are gone."""
        for name, ending in tuple(self._gone.items()):
            with self._database.read() as connection:
                left = [job for job in leases.running(connection) if job.worker == name]
            for job in left:
                self._end_job(job, ending)
                # It was the job that ended the worker: others can begin.
                self._failures, self._not_before = 0, 0.0
            del self._gone[name]

    def _end_job(self, job: Job, ending: _Ending) -> bool:
        try:
            with self._database.write() as connection:
                ending(connection, job)
        except JobLost:
            return False  # It ended by itself meanwhile, or others put it back.
        return True

    def _end_all(self) -> None:
        workers = tuple(self._workers.values())
        for worker in workers:
            worker.process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for worker in workers:
            try:
                worker.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                worker.kill()
            self._remove(worker, leases.give_back)
