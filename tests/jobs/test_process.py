"""Workers of this machine that are gone are known, others never taken for such."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from earmark.jobs.process import end_with, is_gone, worker_name


def ended_process() -> int:
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    return done.pid


def test_a_process_that_runs_is_not_gone_and_one_that_ended_is() -> None:
    assert not is_gone(worker_name())
    assert not is_gone(worker_name(1)), "one that we may not signal runs as well"
    assert is_gone(worker_name(ended_process()))


@pytest.mark.parametrize("name", ["", "nonsense", "elsewhere:0123456789ab:{}", "{}", "a:b:c", ":-1"])
def test_workers_of_other_machines_are_never_taken_for_gone(name: str) -> None:
    assert not is_gone(name.format(ended_process()))


def test_names_fit_their_column() -> None:
    assert len(worker_name(2**31)) <= 100
    assert worker_name().isascii()
    assert worker_name().endswith(f":{os.getpid()}")


def test_a_process_whose_parent_ended_already_leaves() -> None:
    with pytest.raises(SystemExit):
        end_with(os.getppid() + 1)
