"""``earmark worker`` and the workers of a server: the real processes with the real jobs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from tests.jobs.queues import Running, wait_for

from earmark.app import Context, environment_of
from earmark.config import Settings, load_settings
from earmark.core.job import JobState
from earmark.core.people import SYSTEM
from earmark.services.schedules import list_schedules

AWAY = "sqlite:////nowhere/earmark.db"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data with blank", models_dir=tmp_path / "models", offline=True, workers=1)


def test_other_processes_get_the_same_settings(settings: Settings) -> None:
    odd = replace(settings, import_folders=("/a b", "/c"), job_time_limit=1.5, files="s3://b/p", offline=False)

    assert load_settings(environment_of(odd)) == odd


def test_a_server_does_jobs_and_leaves_nothing_behind(settings: Settings) -> None:
    serving = Context(settings).serving()
    serving.platform.database.migrate()
    # Other tests of this process may have left helpers of multiprocessing, which are nobody's workers.
    before = set(psutil.Process().children())
    serving.start()
    try:
        queue = Running(serving.platform.database, serving.queue.wake, list)
        done = queue.wait(queue.add("purge"))
        workers = set(psutil.Process().children()) - before
        schedules = list_schedules(serving.platform, SYSTEM, project_id=None).items
    finally:
        serving.stop()

    assert done.state is JobState.DONE, done.error
    assert [schedule.kind for schedule in schedules] == ["purge"]
    assert workers
    assert not any(worker.is_running() for worker in workers)


def start_worker(settings: Settings, *options: str) -> subprocess.Popen[bytes]:
    environ = {**os.environ, **environment_of(settings)}
    return subprocess.Popen([sys.executable, "-m", "earmark", "worker", *options], env=environ, stderr=subprocess.PIPE)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_of_its_own_does_jobs_until_asked_to_end(settings: Settings, how: signal.Signals) -> None:
    context = Context(settings)
    database = context.database()
    database.migrate()
    queue = Running(database, lambda _: None, list)
    process = start_worker(settings, "--concurrency", "1")

    with process:
        done = queue.wait(queue.add("purge"))
        children = psutil.Process(process.pid).children()
        process.send_signal(how)
        _, said = process.communicate(timeout=60)

    assert done.state is JobState.DONE, done.error
    assert process.returncode == 0
    assert b"up to 1 jobs side by side" in said
    assert b"Traceback" not in said
    wait_for(lambda: not any(child.is_running() for child in children))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"database": AWAY}, b"does not answer"),
        ({"queue": "celery"}, b"needs a message broker"),
    ],
)
def test_what_is_set_up_wrongly_is_one_line(settings: Settings, values: dict[str, str], message: bytes) -> None:
    process = start_worker(replace(settings, **values))
    _, said = process.communicate(timeout=60)

    assert process.returncode in (1, 2)
    assert message in said
    assert len(said.splitlines()) == 1
