"""Projects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from earmark.client.http import Http

Item = dict[str, Any]


class Projects:
    """The projects that one may see."""

    def __init__(self, http: Http) -> None:
        self._http = http

    def list(self, *, q: str | None = None) -> Iterator[Item]:
        """Give all projects, or those with ``q`` in their name."""
        return self._http.pages("/projects", q=q)

    def get(self, project_id: str) -> Item:
        """Read a project."""
        project: Item = self._http.ask("GET", f"/projects/{project_id}")
        return project

    def create(self, name: str, **fields: Any) -> Item:
        """Make a project; further fields as in the API: description, labels, pipeline."""
        project: Item = self._http.ask("POST", "/projects", json={"name": name, **fields})
        return project

    def change(self, project_id: str, *, version: int | None = None, **fields: Any) -> Item:
        """Change fields of a project; with ``version`` only if it is still at that one (else `StaleEdit`)."""
        headers = {} if version is None else {"If-Match": f'"{version}"'}
        project: Item = self._http.ask("PATCH", f"/projects/{project_id}", json=fields, headers=headers)
        return project

    def set_labels(self, project_id: str, labels: Iterable[Item], *, version: int | None = None) -> Item:
        """Put another label set in place of the one there."""
        headers = {} if version is None else {"If-Match": f'"{version}"'}
        body = {"labels": list(labels)}
        project: Item = self._http.ask("PUT", f"/projects/{project_id}/labels", json=body, headers=headers)
        return project

    def delete(self, project_id: str) -> None:
        """Put a project into the trash."""
        self._http.send("DELETE", f"/projects/{project_id}")
