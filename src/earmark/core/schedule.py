"""Work that is done again and again."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from earmark.core.project import require_name
from earmark.errors import InvalidValue

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

LEAST_SECONDS = 10
MOST_SECONDS = 366 * 24 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A job that begins every so many seconds.

    Attributes
    ----------
    project_id : str or None
        Where; None for the whole server.
    kind : str
        Kind of the jobs.
    arguments : mapping
        JSON that each of them begins with.
    every_seconds : int
        Seconds from one beginning to the next.
    enabled : bool
        Whether it goes on.
    next_at : datetime
        When the next job begins.
    last_at : datetime or None
        When the last one was begun.
    last_job_id : str or None
        The last one.
    """

    id: str
    project_id: str | None
    name: str
    kind: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    every_seconds: int
    enabled: bool = True
    next_at: datetime
    last_at: datetime | None = None
    last_job_id: str | None = None
    created_by: str | None = None
    created_at: datetime

    def __post_init__(self) -> None:
        require_name(self.name, what="schedule")
        if not LEAST_SECONDS <= self.every_seconds <= MOST_SECONDS:
            raise InvalidValue(
                f"a schedule repeats every {LEAST_SECONDS} to {MOST_SECONDS} seconds, not {self.every_seconds}"
            )

    def after(self, moment: datetime) -> datetime:
        """When it begins next after a moment: in step with before, however many times were missed."""
        missed = math.floor((moment - self.next_at).total_seconds() / self.every_seconds) + 1
        return self.next_at + timedelta(seconds=max(0, missed) * self.every_seconds)
