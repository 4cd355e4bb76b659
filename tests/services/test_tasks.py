"""Every kind of job that is asked for can be done, and every body can be imported."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.library import add_project, add_recording

from earmark.app import Context
from earmark.core.job import JobState
from earmark.jobs.worker import work
from earmark.services import tasks
from earmark.services.platform import Platform
from earmark.services.schedules import KINDS
from earmark.store import jobs

SERVICES = Path(tasks.__file__).parent


def kinds_asked_for() -> Iterator[str]:
    """Second arguments of all calls of ``jobs.add`` in services."""
    for path in SERVICES.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            called = isinstance(node, ast.Call) and ast.unparse(node.func).endswith("jobs.add")
            if called and len(node.args) > 1 and isinstance(node.args[1], ast.Constant):
                yield node.args[1].value


def test_every_kind_that_is_asked_for_is_known() -> None:
    assert {"import", "annotate", "export"} <= set(kinds_asked_for())
    assert set(kinds_asked_for()) | set(KINDS) <= set(tasks.TASKS)


@pytest.mark.parametrize("kind", tasks.TASKS)
def test_every_kind_reaches_its_body(platform: Platform, kind: str) -> None:
    """What is not there is said in words: nothing fails for want of a module or an argument."""
    project_id = add_project(platform.database)
    recording = add_recording(platform.database, project_id)
    with platform.database.write() as connection:
        arguments = {"recording_id": recording.id, "engine": "none", "formats": ["json"], "which": "best"}
        job = jobs.add(connection, kind, arguments=arguments, project_id=project_id)

    work(platform.database, Context(platform.settings).bodies(platform), stopping=lambda: False, idle=0)

    with platform.database.read() as connection:
        ended = jobs.get(connection, job.id)
    assert ended is not None
    assert ended.state in (JobState.DONE, JobState.FAILED)
    assert "ImportError" not in (ended.error or "")
    assert "TypeError" not in (ended.error or "")


def test_a_kind_of_another_version_keeps_its_name() -> None:
    assert tasks.title_of("annotate") == "Annotate"
    assert tasks.title_of("train") == "train"
