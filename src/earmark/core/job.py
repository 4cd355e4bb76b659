"""Long work: its states, and which may follow which."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


class JobState(StrEnum):
    """Where a job is in its life."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """Whether nothing more happens unless somebody asks for a retry."""
        return self in (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


class JobSort(StrEnum):
    """By what jobs are sorted; those that have not ended come last where that is when they ended."""

    CREATED_AT = "created_at"
    FINISHED_AT = "finished_at"
    PRIORITY = "priority"
    STATE = "state"


TRANSITIONS: Mapping[JobState, frozenset[JobState]] = {
    JobState.QUEUED: frozenset({JobState.RUNNING, JobState.CANCELLED}),
    # Back to the queue: the worker died or asked for it.
    JobState.RUNNING: frozenset({JobState.QUEUED, JobState.DONE, JobState.FAILED, JobState.CANCELLED}),
    JobState.DONE: frozenset(),
    JobState.FAILED: frozenset({JobState.QUEUED}),
    JobState.CANCELLED: frozenset({JobState.QUEUED}),
}
"""The states that may follow each state."""

ATTEMPTS = 3
"""How often a job is begun at most when workers die over it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One piece of long work.

    Attributes
    ----------
    kind : str
        What is done: a name in the registry of job kinds.
    arguments : mapping
        JSON that the work begins with.
    project_id, recording_id : str or None
        What it belongs to.
    state : JobState
        Where it is.
    priority : int
        Larger ones go first; 0 by default.
    progress : float
        Part done, 0 to 1.
    stage : str
        What is being done now.
    attempt, max_attempts : int
        How often it was begun, and how often it may be after workers died.
    worker : str or None
        Who has it.
    cancel_requested : bool
        Somebody asked for its end; the worker will see it.
    result : mapping or None
        JSON that the work ended with.
    error : str or None
        Why it failed, and what to do.
    audio_seconds : float or None
        Sound that was worked on, for the real-time factor.
    created_at, available_at, started_at, finished_at : datetime
        When it was asked for, when it may begin, began last, ended.
    """

    id: str
    kind: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    project_id: str | None = None
    recording_id: str | None = None
    state: JobState = JobState.QUEUED
    priority: int = 0
    progress: float = 0.0
    stage: str = ""
    attempt: int = 0
    max_attempts: int = ATTEMPTS
    worker: str | None = None
    cancel_requested: bool = False
    result: Mapping[str, Any] | None = None
    error: str | None = None
    audio_seconds: float | None = None
    created_by: str | None = None
    created_at: datetime
    available_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None

    def eta(self, now: datetime) -> float | None:
        """Seconds to go if it goes on as it did so far; None where that cannot be said yet."""
        if self.state is not JobState.RUNNING or self.started_at is None or not 0.01 <= self.progress <= 1:
            return None
        return (now - self.started_at).total_seconds() * (1 - self.progress) / self.progress


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """One line of the log of a job; ``level`` as in the standard library (``INFO``, ``WARNING`` ...)."""

    number: int
    attempt: int
    at: datetime
    level: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobTotals:
    """What happened to all jobs of one kind so far.

    Attributes
    ----------
    kind : str
        Kind of job.
    states : mapping from JobState to int
        How many are in each state; states of no job are left out.
    done_seconds : float
        Seconds that those which are done took, each from its last beginning.
    audio_seconds : float
        Sound that they worked on.
    """

    kind: str
    states: Mapping[JobState, int]
    done_seconds: float
    audio_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class JobHour:
    """What jobs ended in one hour.

    Attributes
    ----------
    hour : datetime
        When it began.
    done, failed : int
        How many jobs ended well, and how many did not.
    audio_seconds, run_seconds : float
        Sound that those worked on which are done and had some, and how long they took: their quotient is how many
        times faster than sound they were.
    """

    hour: datetime
    done: int = 0
    failed: int = 0
    audio_seconds: float = 0.0
    run_seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """A worker that has a job.

    Attributes
    ----------
    name : str
        The worker.
    since : datetime or None
        When it began.
    heard_until : datetime or None
        Until when it counts as alive if nothing more is heard of it.
    """

    name: str
    job_id: str
    kind: str
    project_id: str | None
    recording_id: str | None
    stage: str
    progress: float
    since: datetime | None
    heard_until: datetime | None
