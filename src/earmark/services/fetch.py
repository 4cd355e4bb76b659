"""Recordings that a user names by URL."""

from __future__ import annotations

import itertools
import mimetypes
import re
import secrets
from contextlib import suppress
from email.message import Message
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from earmark.errors import FetchFailed
from earmark.services.download import download, redact, writing

if TYPE_CHECKING:
    import httpx

    from earmark.services.download import Answer, Progress

__all__ = ["fetch", "file_name", "is_url", "redact"]

MAX_NAME_BYTES = 120
NOT_RECORDINGS = {
    "text/html": "a web page",
    "application/xhtml+xml": "a web page",
    "application/json": "JSON data",
    "application/vnd.apple.mpegurl": "a playlist",
    "application/x-mpegurl": "a playlist",
    "audio/mpegurl": "a playlist",
    "audio/x-mpegurl": "a playlist",
    "audio/x-scpls": "a playlist",
    "application/dash+xml": "a playlist",
}


def is_url(text: str) -> bool:
    """Tell whether an input is an address rather than a path: ``scheme://...`` or ``data:...``."""
    return re.match(r"[a-z][a-z0-9+.-]*://|data:", text, re.IGNORECASE) is not None


def fetch(
    url: str,
    folder: Path,
    *,
    timeout: float,
    max_bytes: int,
    progress: Progress | None = None,
    client: httpx.Client | None = None,
) -> Path:
    """Download a recording.

    Parameters
    ----------
    url : str
        An ``http`` or ``https`` address.
    folder : Path
        Where the file is put, under the name that the server or the address gives it; made where it does not exist.
        Nothing there is overwritten, and nothing is left there when the download fails.
    timeout : float
        Seconds to wait for a connection or for the next bytes.
    max_bytes : int
        Larger recordings are refused.
    progress : callable, optional
        Called with the bytes done and the bytes in all (None where unknown).
    client : httpx.Client, optional
        Who makes the requests: `earmark.services.guard.guarded_client` where the URL comes from somebody who is not at
        this machine. Without one, any address may be fetched.

    Raises
    ------
    FetchFailed
        If the address does not give a recording; `AddressRefused` if the client may not go there.
    OutputFailed
        If the folder cannot be written to.
    """
    _require_http(url)
    part = folder / f".{secrets.token_hex(8)}.part"
    try:
        answer = download(
            url,
            part,
            timeout=timeout,
            max_bytes=max_bytes,
            progress=progress,
            require=_require_recording,
            client=client,
        )
        return _put(part, folder, file_name(answer))
    finally:
        with suppress(OSError):
            part.unlink()


def file_name(answer: Answer) -> str:
    """Choose a safe local name for a download: from Content-Disposition, else from the address."""
    disposition = Message()
    disposition["Content-Disposition"] = answer.headers.get("content-disposition", "")
    name = _safe(disposition.get_filename() or "") or _safe(unquote(urlsplit(answer.url).path)) or "recording"
    return name if Path(name).suffix else name + (mimetypes.guess_extension(_media_type(answer)) or "")


def _safe(name: str) -> str:
    last = re.split(r"[/\\]", name.rstrip("/\\"))[-1]
    kept = "".join(character for character in last if character.isprintable() and character not in '<>:"|?*')
    stem, suffix = Path(kept.strip(" .")).stem, Path(kept.strip(" .")).suffix[:16]
    room = MAX_NAME_BYTES - len(suffix.encode())
    return stem.encode()[:room].decode(errors="ignore") + suffix


def _put(part: Path, folder: Path, name: str) -> Path:
    for number in itertools.count(1):
        target = folder / (name if number == 1 else f"{Path(name).stem}-{number}{Path(name).suffix}")
        with writing(target):
            try:
                target.touch(exist_ok=False)
            except FileExistsError:
                continue
            return part.replace(target)
    raise AssertionError("numbers do not end")


def _require_http(url: str) -> None:
    shown = redact(url)
    scheme = url.partition(":")[0].lower()
    if scheme == "file":
        raise FetchFailed(f"{shown}: give the path of the file instead of a file:// address.")
    if scheme not in ("http", "https"):
        raise FetchFailed(f"{shown}: only http and https addresses can be downloaded. Save it to a file first.")
    if re.match(r"https?://[^/?#]", url, re.IGNORECASE) is None:
        raise FetchFailed(f"{shown}: the address names no server. Check the address.")


def _require_recording(url: str, answer: Answer) -> None:
    what = NOT_RECORDINGS.get(_media_type(answer))
    if any(name.lower().startswith("icy-") for name in answer.headers) and answer.total is None:
        what = "a live stream without an end"
    if what is not None:
        advice = "Give the address of the media file itself"
        raise FetchFailed(f"{redact(url)}: the address gives {what}, not a recording. {advice}.")


def _media_type(answer: Answer) -> str:
    return answer.headers.get("content-type", "").partition(";")[0].strip().lower()
