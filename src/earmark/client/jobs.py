"""Long work, and what it makes."""

from __future__ import annotations

import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from earmark.errors import EarmarkError, JobCancelled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from os import PathLike

    from earmark.client.http import Http

Item = dict[str, Any]


class Jobs:
    """Jobs of the server."""

    def __init__(self, http: Http) -> None:
        self._http = http

    def list(self, **filters: Any) -> Iterator[Item]:
        """Give jobs; filters (project_id, recording_id, kind, state) as in the API."""
        return self._http.pages("/jobs", **filters)

    def get(self, job_id: str) -> Item:
        """Read a job."""
        job: Item = self._http.ask("GET", f"/jobs/{job_id}")
        return job

    def annotate(self, project_id: str, recording_ids: Sequence[str], **pipeline: Any) -> tuple[str, ...]:
        """Have recordings annotated, as the project's pipeline says but for what is given; return the jobs' ids.

        Recordings that are not ready get no job: a ``UserWarning`` says how many and why. What could not be had, such
        as weights, is in ``missing`` of the ``result`` of the job.

        Raises
        ------
        Conflict
            None of them is ready.
        """
        body = {"recording_ids": list(recording_ids), "pipeline": pipeline}
        asked = self._http.ask("POST", f"/projects/{project_id}/jobs", json=body)
        for some in asked["left_out"]:
            named = ", ".join(some["recording_ids"][:3]) + (" ..." if some["count"] > 3 else "")
            warnings.warn(f"no job for {some['count']} of these recordings, {some['reason']}: {named}", stacklevel=2)
        return tuple(asked["job_ids"])

    def cancel(self, job_id: str) -> Item:
        """Ask for the end of a job."""
        job: Item = self._http.ask("POST", f"/jobs/{job_id}/cancel")
        return job

    def retry(self, job_id: str) -> Item:
        """Have a job that failed or was cancelled done again."""
        job: Item = self._http.ask("POST", f"/jobs/{job_id}/retry")
        return job

    def log(self, job_id: str) -> Iterator[Item]:
        """Give the lines of a job's log."""
        return self._http.pages(f"/jobs/{job_id}/log")

    def wait(
        self, job_id: str, *, timeout: float = 6 * 3600.0, progress: Callable[[float, str], None] | None = None
    ) -> Item:
        """Wait until a job is done.

        Parameters
        ----------
        progress : callable, optional
            Called with the part that is done, 0 to 1, and the name of the stage.

        Raises
        ------
        JobCancelled
            Somebody cancelled it.
        EarmarkError
            It failed, or takes longer than ``timeout`` seconds.
        """
        until = time.monotonic() + timeout
        wait = 0.1
        while time.monotonic() < until:
            job = self.get(job_id)
            if progress is not None:
                progress(job["progress"], job["stage"])
            if job["state"] == "done":
                return job
            if job["state"] == "cancelled":
                raise JobCancelled(f"job {job_id} was cancelled")
            if job["state"] == "failed":
                raise EarmarkError(f"job {job_id} failed: {job['error']}")
            time.sleep(wait)
            wait = min(1.5 * wait, 2.0)
        raise EarmarkError(f"job {job_id} was not done within {timeout:.0f} s. It goes on; ask again later.")


class Exports:
    """Results in the formats of other programs."""

    def __init__(self, http: Http, jobs: Jobs) -> None:
        self._http, self._jobs = http, jobs

    def project(self, project_id: str, target: str | PathLike[str], *, formats: Sequence[str], **which: Any) -> None:
        """Write the annotations of a project, or of some recordings, as a ZIP into a local file."""
        body = {"formats": list(formats), **which}
        self._fetch(self._http.ask("POST", f"/projects/{project_id}/exports", json=body), target)

    def archive(self, project_id: str, target: str | PathLike[str]) -> None:
        """Write a whole project, media and history included, into a local file."""
        self._fetch(self._http.ask("POST", f"/projects/{project_id}/archive"), target)

    def restore_archive(self, path: str | PathLike[str]) -> Item:
        """Make a project of an archive, of this server or another; return it once it is there."""
        file = Path(path)
        with file.open("rb") as source:
            job = self._http.ask("POST", "/projects/import-archive", files={"file": (file.name, source)})
        project_id = self._jobs.wait(job["id"])["result"]["project_id"]
        project: Item = self._http.ask("GET", f"/projects/{project_id}")
        return project

    def _fetch(self, job: Item, target: str | PathLike[str]) -> None:
        self._jobs.wait(job["id"])
        self._http.download(f"/jobs/{job['id']}/result", Path(target))
