"""Recordings, and getting them to the server."""

from __future__ import annotations

import base64
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from earmark.client.problems import error_of
from earmark.errors import Conflict, EarmarkError, FetchFailed, InvalidValue, SourceNotFound

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from os import PathLike

    from earmark.client.http import Http

Item = dict[str, Any]

PIECE = 8 << 20
"""Bytes that are sent at once; what breaks off in between is sent again."""
TUS = {"Tus-Resumable": "1.0.0"}
MAX_TRIES = 5
"""Tries in a row that may bring nothing before an upload is given up."""


class Recordings:
    """The recordings of projects."""

    def __init__(self, http: Http) -> None:
        self._http = http

    def list(self, project_id: str, **filters: Any) -> Iterator[Item]:
        """Give the recordings of a project; filters, sort and order as in the API."""
        return self._http.pages(f"/projects/{project_id}/recordings", **filters)

    def get(self, recording_id: str) -> Item:
        """Read a recording."""
        recording: Item = self._http.ask("GET", f"/recordings/{recording_id}")
        return recording

    def change(self, recording_id: str, *, version: int | None = None, **fields: Any) -> Item:
        """Change name, tags, notes or clock time; with ``version`` only if it is still at that one."""
        headers = {} if version is None else {"If-Match": f'"{version}"'}
        recording: Item = self._http.ask("PATCH", f"/recordings/{recording_id}", json=fields, headers=headers)
        return recording

    def delete(self, recording_id: str, *, purge: bool = False) -> None:
        """Put a recording into the trash, or delete it for good with its annotations."""
        self._http.send("DELETE", f"/recordings/{recording_id}", params={"purge": purge})

    def restore(self, recording_id: str) -> Item:
        """Take a recording out of the trash."""
        recording: Item = self._http.ask("POST", f"/recordings/{recording_id}/restore")
        return recording

    def upload(
        self,
        project_id: str,
        path: str | PathLike[str],
        *,
        progress: Callable[[int, int], None] | None = None,
        upload: str | None = None,
        began: Callable[[str], None] | None = None,
    ) -> Item:
        """Send a file to a project, in pieces that go on where the connection broke (tus 1.0.0).

        Parameters
        ----------
        project_id : str
            The project.
        path : str or path
            The file.
        progress : callable, optional
            Called with the bytes that are there and the bytes of the file.
        upload : str, optional
            What ``began`` was told by an earlier try of the same file: goes on with that.
        began : callable, optional
            Called with the name of the upload, once there is one.

        Returns
        -------
        dict
            The recording, which is imported from now on; see `wait`. If the project has the same content already, that
            recording.

        Raises
        ------
        SourceNotFound
            There is no such file.
        FetchFailed
            The connection broke too often.
        """
        file = Path(path)
        try:
            size = file.stat().st_size
        except OSError as error:
            raise SourceNotFound(f"{file}: {error.strerror}. Check the name and who may read it.") from error
        if not file.is_file():
            raise SourceNotFound(f"{file}: this is not a file. Files of a folder are sent one by one.")
        upload = upload or self._begin(project_id, file.name, size)
        if began is not None:
            began(upload)
        recording_id = self._send_pieces(upload, file, size, progress or (lambda _done, _size: None))
        return self.get(recording_id)

    def _begin(self, project_id: str, name: str, size: int) -> str:
        said = {"filename": name, "project": project_id}
        metadata = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in said.items())
        headers = {**TUS, "Upload-Length": str(size), "Upload-Metadata": metadata}
        location: str = self._http.send("POST", "/uploads", headers=headers).headers["location"]
        return location.rpartition("/")[2]

    def _send_pieces(self, upload: str, file: Path, size: int, progress: Callable[[int, int], None]) -> str:
        offset, recording_id = self._offset(upload)
        failures = 0
        with file.open("rb") as source:
            while recording_id is None:
                progress(offset, size)
                source.seek(offset)
                try:
                    sent = self._send_piece(upload, offset, source.read(PIECE))
                    failures = 0
                except (FetchFailed, Conflict):
                    # The connection broke, or an earlier one still holds the upload: ask how far it came.
                    failures += 1
                    if failures >= MAX_TRIES:
                        raise
                    time.sleep(0.5 * failures)
                    sent = self._offset(upload)
                if sent == (offset, None) and offset >= size:
                    raise InvalidValue(f"{file}: the server has all {size} bytes, but makes no recording of them")
                offset, recording_id = sent
        progress(size, size)
        return recording_id

    def _send_piece(self, upload: str, offset: int, piece: bytes) -> tuple[int, str | None]:
        headers = {**TUS, "Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
        return _state(self._http.send("PATCH", f"/uploads/{upload}", content=piece, headers=headers))

    def _offset(self, upload: str) -> tuple[int, str | None]:
        return _state(self._http.send("HEAD", f"/uploads/{upload}", headers=TUS))

    def import_from(self, project_id: str, urls: Sequence[str]) -> Item:
        """Have the server fetch recordings from web addresses."""
        answer: Item = self._http.ask("POST", f"/projects/{project_id}/imports", json={"urls": list(urls)})
        return answer

    def import_place(self, project_id: str, place: str) -> str:
        """Have the server import a folder of its own, or ``s3://bucket/prefix``; return the id of the job that looks.

        The server's owner opens places by the setting ``import_folders``. Each file becomes a recording with a job of
        its own, once the job that looks is done.
        """
        kind = "bucket" if place.startswith("s3://") else "folder"
        job_id: str = self._http.ask("POST", f"/projects/{project_id}/imports", json={kind: place})["job_id"]
        return job_id

    def wait(self, recording_id: str, *, timeout: float = 3600.0) -> Item:
        """Wait until a recording is imported.

        Raises
        ------
        UnreadableMedia
            It could not be imported: its file holds no sound, or was not to be had.
        EarmarkError
            It takes longer than ``timeout`` seconds.
        """
        until = time.monotonic() + timeout
        wait = 0.2
        while time.monotonic() < until:
            recording = self.get(recording_id)
            if recording["state"] == "ready":
                return recording
            if recording["state"] == "failed":
                raise error_of({"code": "unreadable_media", "detail": recording["error"]})
            time.sleep(wait)
            wait = min(2 * wait, 2.0)
        raise EarmarkError(f"recording {recording_id} was not imported within {timeout:.0f} s. Ask again later.")

    def download(self, recording_id: str, target: str | PathLike[str]) -> None:
        """Write the original file of a recording into a local one."""
        self._http.download(f"/recordings/{recording_id}/media", Path(target))

    def excerpt(self, recording_id: str, target: str | PathLike[str], start: float, end: float, **how: Any) -> None:
        """Write seconds ``start`` to ``end`` into a local file; channel, format and rate as in the API."""
        params = {"start": start, "end": end, **how}
        self._http.download(f"/recordings/{recording_id}/audio", Path(target), params=params)


def _state(answer: Any) -> tuple[int, str | None]:
    """Bytes that are there, and the recording that an upload became."""
    return int(answer.headers["upload-offset"]), answer.headers.get("earmark-recording")
