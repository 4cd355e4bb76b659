"""States of jobs and the time they need."""

from __future__ import annotations

from datetime import timedelta

import pytest

from earmark.core.job import TRANSITIONS, Job, JobState
from earmark.store.database import now


def test_a_job_that_is_done_stays_done() -> None:
    assert not TRANSITIONS[JobState.DONE]
    assert all(JobState.DONE not in following for state, following in TRANSITIONS.items() if state != JobState.RUNNING)


def test_what_ended_badly_can_be_tried_again() -> None:
    assert {state for state, following in TRANSITIONS.items() if state.ended and JobState.QUEUED in following} == {
        JobState.FAILED,
        JobState.CANCELLED,
    }


@pytest.mark.parametrize(
    ("state", "progress", "eta"),
    [
        (JobState.RUNNING, 0.25, 30.0),
        (JobState.RUNNING, 1.0, 0.0),
        (JobState.RUNNING, 0.0, None),
        (JobState.QUEUED, 0.5, None),
        (JobState.DONE, 1.0, None),
    ],
)
def test_eta_follows_from_the_time_so_far(state: JobState, progress: float, eta: float | None) -> None:
    begun = now()
    job = Job(
        id="1", kind="annotate", state=state, progress=progress, created_at=begun, available_at=begun, started_at=begun
    )

    assert job.eta(begun + timedelta(seconds=10)) == (None if eta is None else pytest.approx(eta))
