"""The kinds of jobs: what is done for each, and what people call it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from earmark.jobs.run import JobRun
    from earmark.services.listening import AnnotatorFor
    from earmark.services.platform import Platform


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One kind of job.

    Attributes
    ----------
    title : str
        What people read.
    body : callable
        Does the work of a job, with what loads engines; what it returns becomes the result.
    """

    title: str
    body: Callable[[Platform, JobRun, AnnotatorFor], Mapping[str, Any] | None]


# The bodies are imported when the work begins: the server, which only names them, stays small.


def _import(platform: Platform, run: JobRun, _engines: AnnotatorFor) -> Mapping[str, Any] | None:
    from earmark.services.imports import run_import

    return run_import(platform, run)


def _annotate(platform: Platform, run: JobRun, engines: AnnotatorFor) -> Mapping[str, Any] | None:
    from earmark.services.annotate_recording import run_annotate

    return run_annotate(platform, run, annotator_for=engines)


def _transcribe(platform: Platform, run: JobRun, engines: AnnotatorFor) -> Mapping[str, Any] | None:
    from earmark.services.transcribe_job import run_transcribe

    return run_transcribe(platform, run, annotator_for=engines)


def _export(platform: Platform, run: JobRun, _engines: AnnotatorFor) -> Mapping[str, Any] | None:
    from earmark.services.exports import run_export

    return run_export(platform, run)


def _archive(platform: Platform, run: JobRun, _engines: AnnotatorFor) -> Mapping[str, Any] | None:
    from earmark.services.archive import run_archive

    return run_archive(platform, run)


def _restore_archive(platform: Platform, run: JobRun, _engines: AnnotatorFor) -> Mapping[str, Any] | None:
    from earmark.services.archive_restore import run_restore_archive

    return run_restore_archive(platform, run)


def _watch(platform: Platform, run: JobRun, _engines: AnnotatorFor) -> Mapping[str, Any] | None:
    from earmark.services.watching import run_watch

    return run_watch(platform, run)


def _purge(platform: Platform, run: JobRun, _engines: AnnotatorFor) -> Mapping[str, Any] | None:
    from earmark.services.retention import run_purge

    return run_purge(platform, run)


TASKS: Mapping[str, Task] = {
    "import": Task(title="Import", body=_import),
    "annotate": Task(title="Annotate", body=_annotate),
    "transcribe": Task(title="Transcribe", body=_transcribe),
    "export": Task(title="Export", body=_export),
    "archive": Task(title="Archive a project", body=_archive),
    "restore_archive": Task(title="Restore a project from an archive", body=_restore_archive),
    "watch": Task(title="Look for new files", body=_watch),
    "purge": Task(title="Delete for good", body=_purge),
}
"""All kinds of jobs by name."""


def title_of(kind: str) -> str:
    """What people call a kind of job; its name for one that this version does not know."""
    return TASKS[kind].title if kind in TASKS else kind
