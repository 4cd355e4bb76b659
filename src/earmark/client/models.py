"""Models."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterator
    from os import PathLike

    from earmark.client.http import Http

Item = dict[str, Any]
BLOCK = 1 << 20


class Models:
    """The registry of models."""

    def __init__(self, http: Http) -> None:
        self._http = http

    def list(self, **filters: Any) -> Iterator[Item]:
        """Give models, the latest first; filters (project_id, task, engine, status, q) as in the API."""
        return self._http.pages("/models", **filters)

    def get(self, model_id: str) -> Item:
        """Read a model."""
        model: Item = self._http.ask("GET", f"/models/{model_id}")
        return model

    def create(self, name: str, version: str, *, engine: str, task: str, **fields: Any) -> Item:
        """Write a model down as a draft; further fields as in the API."""
        body = {"name": name, "version": version, "engine": engine, "task": task, **fields}
        model: Item = self._http.ask("POST", "/models", json=body)
        return model

    def change(self, model_id: str, **fields: Any) -> Item:
        """Change status, notes, labels, metrics or training."""
        model: Item = self._http.ask("PATCH", f"/models/{model_id}", json=fields)
        return model

    def add_file(self, model_id: str, path: str | PathLike[str]) -> Item:
        """Add a local file to a draft."""
        file = Path(path)
        where = f"/models/{model_id}/files/{quote(file.name, safe='')}"
        headers = {"Content-Type": "application/octet-stream", "Content-Length": str(file.stat().st_size)}
        with file.open("rb") as source:
            # As an iterator it is not sent again by itself, which could only end in a conflict.
            model: Item = self._http.ask("PUT", where, content=iter(lambda: source.read(BLOCK), b""), headers=headers)
        return model

    def set_default(self, model_id: str, *, project_id: str | None = None) -> Item:
        """Use a model for its task wherever nothing else is asked for."""
        model: Item = self._http.ask("PUT", f"/models/{model_id}/default", json={"project_id": project_id})
        return model

    def export(self, model_id: str, target: str | PathLike[str]) -> None:
        """Write a model with its files into one local file."""
        self._http.download(f"/models/{model_id}/export", Path(target))

    def import_file(self, path: str | PathLike[str], *, project_id: str | None = None) -> Item:
        """Take in a model that was exported."""
        params = {} if project_id is None else {"project_id": project_id}
        with Path(path).open("rb") as file:
            model: Item = self._http.ask(
                "POST", "/models/import", files={"file": (Path(path).name, file)}, params=params
            )
        return model
