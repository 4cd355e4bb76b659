"""Uploads in pieces that may be days apart (tus): what came is kept, whatever breaks off."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from earmark.core.ids import new_id
from earmark.core.library import clean_name
from earmark.errors import ChecksumMismatch, Conflict, InvalidValue, NotFound, TooLarge
from earmark.files.disk import disk_errors, private_folder
from earmark.services import chronicle, contents
from earmark.services.parts import Part, measure, part_path, part_size
from earmark.services.uploads import KEPT, forget, require_open_project, turn_into_recording
from earmark.store import blobs
from earmark.store import uploads as store
from earmark.store.database import now
from earmark.store.uploads import Upload

if TYPE_CHECKING:
    from filelock import FileLock

    from earmark.core.people import Actor
    from earmark.services.platform import Platform

MAX_METADATA = 4_000


def begin(platform: Platform, actor: Actor, project_id: str, *, name: str, size: int, metadata: str = "") -> Upload:
    """Begin an upload in pieces.

    Raises
    ------
    InvalidValue
        The size is 0, or too much was said about the file.
    TooLarge
        The server takes no files of that size.
    """
    if size < 1:
        raise InvalidValue(f"{name[:100]}: this file is empty (0 bytes). Check it, and send it again.")
    if size > platform.settings.upload_max_bytes:
        most = platform.settings.upload_max_bytes
        raise TooLarge(f"{name[:100]}: {size} bytes are more than the {most} that this server takes.")
    if len(metadata) > MAX_METADATA:
        raise InvalidValue(f"the metadata of an upload has at most {MAX_METADATA} characters")
    moment = now()
    upload = Upload(
        id=new_id(),
        project_id=project_id,
        user_id=actor.user_id,
        name=clean_name(name),
        size=size,
        metadata=metadata,
        created_at=moment,
        expires_at=moment + KEPT,
    )
    with platform.database.write() as connection:
        require_open_project(connection, actor, project_id)
        store.add(connection, upload)
        details = {"name": upload.name, "size": size}
        chronicle.record(
            connection, actor, "upload.created", subject_id=upload.id, project_id=project_id, details=details
        )
    with disk_errors(platform.uploads_dir):
        private_folder(platform.uploads_dir)
        part_path(platform, upload.id).touch()
    return upload


def look(platform: Platform, actor: Actor, upload_id: str) -> tuple[Upload, int]:
    """Tell how far an upload is: what is known of it, and the bytes that have come.

    An upload whose bytes are all here, but which did not become a recording because the server was stopped or a store
    was down, becomes one now.

    Raises
    ------
    NotFound
        There is no such upload of this person, or it has expired.
    """
    upload = _mine(platform, actor, upload_id)
    if upload.recording_id is not None:
        return upload, upload.size
    here = part_size(platform, upload_id)
    if here is not None and here < upload.size:
        return upload, here
    lock = _lock(platform, actor, upload_id)
    try:
        return finish(platform, actor, _mine(platform, actor, upload_id)), upload.size
    finally:
        lock.release()


def _mine(platform: Platform, actor: Actor, upload_id: str) -> Upload:
    with platform.database.read() as connection:
        upload = store.get(connection, upload_id)
        # Asked first: to others there is no such upload, whatever became of its project.
        if upload.expires_at < now() or (upload.user_id != actor.user_id and not actor.is_administrator):
            raise NotFound("upload", upload_id)
        require_open_project(connection, actor, upload.project_id)
    return upload


class Receiving:
    """A piece of an upload while it is received; nobody else adds to that upload until it is closed.

    Parameters
    ----------
    upload_id : str
        The upload.
    offset : int
        Where the piece begins.
    checksum : (str, bytes) or None
        Algorithm and digest of the piece, if its sender told.

    Raises
    ------
    NotFound
        There is no such upload of this person on this machine, or it has expired.
    Conflict
        Another offset is due, it is complete already, or a piece of it is being received.
    """

    def __init__(
        self,
        platform: Platform,
        actor: Actor,
        upload_id: str,
        *,
        offset: int,
        checksum: tuple[str, bytes] | None = None,
    ) -> None:
        self._platform, self._actor, self._digest = platform, actor, checksum[1] if checksum else None
        self._lock = _lock(platform, actor, upload_id)
        try:
            self.upload = _mine(platform, actor, upload_id)
            due = self.upload.size if self.upload.recording_id else part_size(platform, upload_id)
            if due is None:
                raise NotFound("upload", upload_id)
            if offset != due or due == self.upload.size:
                what = "is complete" if due == self.upload.size else f"goes on at byte {due}, not at {offset}"
                raise Conflict(f"this upload {what}. Ask for its offset (HEAD), then go on from there.")
            path, algorithm = part_path(platform, upload_id), checksum[0] if checksum else "sha256"
            self._part = Part(path, room=self.upload.size - due, algorithm=algorithm)
        except BaseException:
            self._lock.release()
            raise

    def write(self, data: bytes) -> None:
        """Add bytes; raises `TooLarge` if they are more than was announced."""
        self._part.write(data)

    def end(self) -> tuple[Upload, int]:
        """Finish the piece, and the upload if that was the last one; return it with the bytes that are here.

        Raises
        ------
        ChecksumMismatch
            The piece is not what its sender meant; it was dropped.
        """
        if self._digest is not None and self._digest != self._part.digest:
            self._part.undo()
            raise ChecksumMismatch("what arrived has another checksum than what was sent. Send this piece again.")
        self._digest = None
        self._part.close()
        here = self._part.begin + self._part.added
        with self._platform.database.write() as connection:
            upload = replace(self.upload, received=here, expires_at=now() + KEPT)
            store.change(connection, upload.id, received=here, expires_at=upload.expires_at)
        return (upload if here < upload.size else finish(self._platform, self._actor, upload)), here

    def close(self) -> None:
        """Let others go on; a piece that broke off is kept, unless its checksum can never be verified."""
        try:
            if self._digest is not None:
                self._part.undo()
            self._part.close()
        finally:
            self._lock.release()


def _lock(platform: Platform, actor: Actor, upload_id: str) -> FileLock:
    from filelock import FileLock, Timeout

    # Before the lock, which is a file: nobody fills the disk with locks of uploads that are not theirs.
    _mine(platform, actor, upload_id)
    with disk_errors(platform.uploads_dir):
        private_folder(platform.uploads_dir)
        # Acquired and released by different threads of the server.
        lock = FileLock(part_path(platform, upload_id).with_suffix(".lock"), thread_local=False)
        try:
            lock.acquire(blocking=False)
        except Timeout:
            raise Conflict(
                "a piece of this upload is being received. Wait for that, then ask for its offset."
            ) from None
    return lock


def finish(platform: Platform, actor: Actor, upload: Upload) -> Upload:
    """Make a recording of an upload whose bytes are all here; only for who holds its lock.

    It can be called again after it broke off anywhere: the upload refers to its content before the file is moved.
    """
    if upload.recording_id is not None:
        return upload
    path = part_path(platform, upload.id)
    if path.exists():
        received = measure(path)
        upload = replace(upload, checksum=received.checksum)
        with platform.database.write() as connection:
            blobs.hold(connection, received.checksum, received.size)
            store.change(connection, upload.id, checksum=received.checksum)
        contents.put_content(platform.files, received.checksum, received.size, path)
    elif upload.checksum is None or contents.stored_size(platform.files, upload.checksum) != upload.size:
        raise NotFound("upload", upload.id)
    taken = turn_into_recording(platform, actor, upload)
    path.with_suffix(".lock").unlink(missing_ok=True)
    return replace(upload, recording_id=taken.recording.id, checksum=None)


def terminate(platform: Platform, actor: Actor, upload_id: str) -> None:
    """Give an upload up; a recording that it became already stays."""
    lock = _lock(platform, actor, upload_id)
    try:
        _drop(platform, _mine(platform, actor, upload_id))
    finally:
        lock.release()


def _drop(platform: Platform, upload: Upload) -> None:
    forget(platform, upload)
    for suffix in (".part", ".lock"):
        part_path(platform, upload.id).with_suffix(suffix).unlink(missing_ok=True)


def drop_expired(platform: Platform) -> int:
    """Forget uploads that nobody finished in time, and delete what came of them; return how many."""
    with platform.database.read() as connection:
        expired = [store.get(connection, upload_id) for upload_id in store.expired(connection, now())]
    for upload in expired:
        _drop(platform, upload)
    _drop_strays(platform)
    return len(expired)


def _drop_strays(platform: Platform) -> None:
    """Delete files of requests that a stop of the server broke off."""
    before = (now() - KEPT).timestamp()
    with disk_errors(platform.uploads_dir):
        for path in private_folder(platform.uploads_dir).iterdir():
            with suppress(FileNotFoundError):
                if path.is_file() and path.stat().st_mtime < before and not _is_known(platform, path.stem):
                    path.unlink()


def _is_known(platform: Platform, upload_id: str) -> bool:
    with platform.database.read() as connection, suppress(NotFound):
        store.get(connection, upload_id)
        return True
    return False
