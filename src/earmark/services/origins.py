"""Where recordings may be imported from besides uploads: URLs, folders of the server, buckets on S3.

Folders and buckets are open only as far as the owner of the server says (``import_folders``); names with ``..`` and
symbolic links do not lead out of them.
"""

from __future__ import annotations

import os
import posixpath
import re
import stat
import tempfile
from collections.abc import Callable
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from earmark.errors import FetchFailed, Forbidden, InvalidValue, SourceNotFound, TooLarge
from earmark.files.disk import private_folder
from earmark.files.store import BLOCK_BYTES
from earmark.services.fetch import fetch, is_url, redact
from earmark.services.guard import guarded_client
from earmark.services.items import MEDIA_SUFFIXES
from earmark.services.parts import measure, new_part, write_blocks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from earmark.config import Settings
    from earmark.files.s3 import S3Files
    from earmark.services.parts import Received
    from earmark.services.platform import Platform

MAX_URL = 4_000
MAX_PLACE = 1_000
S3 = "s3://"

Watch = Callable[[int, int | None], None]
"""Gets bytes done and bytes in all (None where unknown); may raise to cancel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A media file in a folder or bucket.

    Attributes
    ----------
    key : str
        Its path below the place, with slashes.
    size : int
        Bytes.
    modified : datetime
        When it was changed last.
    """

    key: str
    size: int
    modified: datetime


def require_url(url: str) -> str:
    """Return an address that can be imported; raises `InvalidValue` for what is none."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme.lower() in ("http", "https") and bool(parts.hostname)
    except ValueError:
        usable = False
    if not usable or len(url) > MAX_URL or re.search(r"[\x00-\x20\x7f]", url):
        raise InvalidValue(f"{redact(url[:200])}: this is no http or https address of a recording")
    return url


def url_name(url: str) -> str:
    """Name for a recording from an address, until the server says a better one."""
    return posixpath.basename(unquote(urlsplit(url).path).rstrip("/")) or urlsplit(url).hostname or "recording"


def require_place(settings: Settings, place: str) -> str:
    """Return a folder or ``s3://bucket/prefix`` as it is used, if the server's owner opened it.

    Raises
    ------
    Forbidden
        It lies outside of what was opened.
    InvalidValue
        It is neither an absolute path nor such an address.
    """
    if len(place) > MAX_PLACE or "\0" in place:
        raise InvalidValue("this is neither a folder nor an address on S3")
    if place.startswith(S3):
        inside = any(_within(place, opened) for opened in settings.import_folders if opened.startswith(S3))
        # A part ".." of a key is no way up, but some servers take it for one.
        inside = inside and ".." not in place.split("/")
    elif is_url(place) or not Path(place).is_absolute():
        raise InvalidValue(f"{place[:100]!r} is neither an absolute path of the server nor s3://bucket/prefix")
    else:
        opened_folders = [opened for opened in settings.import_folders if not opened.startswith(S3)]
        inside = any(_real(place).is_relative_to(_real(opened)) for opened in opened_folders)
    if not inside:
        raise Forbidden(
            f"{place[:100]!r} is not open for imports. The server's owner can open it with EARMARK_IMPORT_FOLDERS."
        )
    return place


def _within(place: str, opened: str) -> bool:
    return f"{place.rstrip('/')}/".startswith(f"{opened.rstrip('/')}/")


def _real(folder: str) -> Path:
    return Path(os.path.realpath(folder))


def find(settings: Settings, place: str) -> Iterator[Found]:
    """List the media files below a place that is open, hidden ones left out.

    Raises
    ------
    SourceNotFound
        There is no such folder, or it may not be read.
    FilesUnavailable
        The bucket cannot be read.
    """
    require_place(settings, place)
    yield from _in_bucket(settings, place) if place.startswith(S3) else _in_folder(Path(place))


def _is_media(key: str) -> bool:
    parts = key.split("/")
    return not any(part.startswith(".") for part in parts) and Path(parts[-1]).suffix.lower() in MEDIA_SUFFIXES


def _in_folder(folder: Path) -> Iterator[Found]:
    if not os.access(folder, os.R_OK | os.X_OK) or not folder.is_dir():
        raise SourceNotFound(f"{folder}: there is no such folder, or it may not be read.")
    real = _real(str(folder))
    # Links to folders are not followed, so no walk goes on for ever.
    for here, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = Path(here) / name
            key = path.relative_to(folder).as_posix()
            with suppress(OSError):
                facts = path.stat()
                inside = _real(str(path)).is_relative_to(real)
                if _is_media(key) and inside and stat.S_ISREG(facts.st_mode):
                    yield Found(key=key, size=facts.st_size, modified=datetime.fromtimestamp(facts.st_mtime, UTC))


def _in_bucket(settings: Settings, place: str) -> Iterator[Found]:
    for facts in bucket(settings, place).list():
        if _is_media(facts.key):
            yield Found(key=facts.key, size=facts.size, modified=facts.modified)


def bucket(settings: Settings, place: str) -> S3Files:
    """Open a bucket with the credentials of the settings."""
    from earmark.files.s3 import S3Files, bucket_and_prefix

    name, prefix = bucket_and_prefix(place)
    return S3Files(
        name,
        prefix,
        endpoint=settings.s3_endpoint or None,
        region=settings.s3_region or None,
        access_key=settings.s3_access_key or None,
        secret_key=settings.s3_secret_key or None,
    )


@contextmanager
def brought(platform: Platform, origin: dict[str, str], watch: Watch) -> Iterator[tuple[str, Received]]:
    """Bring a file to this machine for as long as it is needed: its name, and what was received.

    Parameters
    ----------
    origin : dict
        ``{"url": ...}``, or ``{"place": folder or s3 address, "key": path below it}``.
    """
    if "url" in origin:
        with _fetched(platform, origin["url"], watch) as path:
            yield path.name, measure(path)
        return
    settings, place, key = platform.settings, require_place(platform.settings, origin["place"]), origin["key"]
    blocks, size = _open_bucket(settings, place, key) if place.startswith(S3) else _open_file(Path(place), key)
    if size > settings.upload_max_bytes:
        raise TooLarge(f"{key}: {size} bytes are more than the {settings.upload_max_bytes} that this server takes.")
    with new_part(platform) as part:
        yield posixpath.basename(key), write_blocks(part, blocks, name=key, watch=lambda done: watch(done, size))


@contextmanager
def _fetched(platform: Platform, url: str, watch: Watch) -> Iterator[Path]:
    settings = platform.settings
    most = min(settings.fetch_max_bytes, settings.upload_max_bytes)
    private_folder(platform.uploads_dir)
    with (
        tempfile.TemporaryDirectory(dir=platform.uploads_dir, prefix="fetch-") as folder,
        closing(guarded_client(settings.allowed_hosts, settings.fetch_timeout)) as client,
    ):
        path = fetch(url, Path(folder), timeout=settings.fetch_timeout, max_bytes=most, progress=watch, client=client)
        if not path.stat().st_size:
            raise FetchFailed(f"{redact(url)}: the answer was empty (0 bytes). Check the address.")
        yield path


def _open_file(folder: Path, key: str) -> tuple[Iterator[bytes], int]:
    path = folder / key
    if not _real(str(path)).is_relative_to(_real(str(folder))):
        raise SourceNotFound(f"{path}: this leads out of the folder that is open for imports.")
    try:
        facts = path.stat()
    except OSError as error:
        raise SourceNotFound(f"{path}: {error.strerror or error}. It was moved, deleted or may not be read.") from error
    if not stat.S_ISREG(facts.st_mode):
        # Opening a pipe would wait for ever.
        raise SourceNotFound(f"{path}: this is not a file.")
    return _blocks(path), facts.st_size


def _blocks(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            while block := file.read(BLOCK_BYTES):
                yield block
    except OSError as error:
        raise SourceNotFound(f"{path}: {error.strerror or error}. It was moved, deleted or may not be read.") from error


def _open_bucket(settings: Settings, place: str, key: str) -> tuple[Iterator[bytes], int]:
    files = bucket(settings, place)
    return files.read(key), files.facts(key).size
