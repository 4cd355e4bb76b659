"""The Hugging Face hub: its cache on this machine, and downloads from it.

Downloaded bytes go through `earmark.services.download`, as those of recordings do: a download is bounded in time, can
be interrupted at once and goes on later, which the threads of ``huggingface_hub.snapshot_download`` do not offer.
"""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Any

from earmark.errors import FetchFailed, OutputFailed
from earmark.services.download import download, reason, within

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import httpx
    from huggingface_hub import CachedRepoInfo

CONNECT_SECONDS = 5.0
"""Time-out of each step of the first request."""
PATIENCE_SECONDS = 8.0
"""Bound on the whole first request. Name servers and addresses that swallow packets are tried one after the other, so
that time-outs per step would add up to a minute."""
STALL_SECONDS = 30.0
"""Time-out of the download itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HubFile:
    """One file of a repository, as the hub announces it.

    Attributes
    ----------
    name : str
        Name in the repository.
    size : int
        Bytes.
    sha256 : str or None
        Checksum in hexadecimal digits; None for small files, for which the hub announces none.
    url : str
        Where its bytes are.
    """

    name: str
    size: int
    sha256: str | None
    url: str


def snapshot(repository: str, cache: Path | None) -> Path | None:
    """Find the newest copy of a repository in a cache (None: the usual one); it may be incomplete."""
    from huggingface_hub import try_to_load_from_cache

    found = try_to_load_from_cache(repository, "model.bin", cache_dir=cache) if "/" in repository else None
    return Path(found).parent if isinstance(found, str) else None


def cached(cache: Path | None) -> list[CachedRepoInfo]:
    """List the model repositories in a cache (None: the usual one)."""
    from huggingface_hub import CacheNotFound, constants, scan_cache_dir

    try:
        found = scan_cache_dir(cache or constants.HF_HUB_CACHE)
        return [repository for repository in found.repos if repository.repo_type == "model"]
    except (CacheNotFound, ValueError):
        # No folder at all, or a file in its place.
        return []


def forget(repository: CachedRepoInfo, cache: Path | None) -> Path:
    """Delete a repository from a cache (None: the usual one); returns where it was."""
    from huggingface_hub import constants, scan_cache_dir

    # The library deletes by revision; where a copy of the repository has the same ones, it must not take that.
    alone = replace(scan_cache_dir(cache or constants.HF_HUB_CACHE), repos=frozenset({repository}))
    alone.delete_revisions(*(revision.commit_hash for revision in repository.revisions)).execute()
    return repository.repo_path


def hub_endpoint() -> str:
    """Give the address of the hub; ``HF_ENDPOINT`` names a mirror."""
    from huggingface_hub import constants

    return constants.ENDPOINT


def announced(repository: str, patterns: Iterable[str], *, endpoint: str) -> tuple[HubFile, ...]:
    """Ask the hub which files of a repository match any of the patterns; fails within a few seconds.

    Raises
    ------
    FetchFailed
        If the hub cannot be reached or has no such repository.
    """
    content = _metadata(repository, endpoint)
    wanted = tuple(patterns)
    files = (_hub_file(item, f"{endpoint}/{repository}/resolve/{content['sha']}") for item in content["siblings"])
    return tuple(
        file for file in files if "/" not in file.name and any(fnmatch(file.name, pattern) for pattern in wanted)
    )


def download_files(
    files: tuple[HubFile, ...], folder: Path, *, progress: Callable[[int, int | None], None] | None = None
) -> None:
    """Download files into a folder, going on where an earlier try broke off, and check their sizes and checksums.

    Raises
    ------
    FetchFailed
        If a file cannot be had whole.
    OutputFailed
        If the folder has no room or cannot be written to.
    """
    missing = [file for file in files if not _is_there(file, folder)]
    total = sum(file.size for file in files)
    done = total - sum(file.size for file in missing)
    _require_room(folder, sum(file.size for file in missing))
    for file in missing:
        _download_one(file, folder, progress=_shifted(progress, done, total))
        done += file.size


def _download_one(file: HubFile, folder: Path, *, progress: Callable[[int, int | None], None] | None) -> None:
    part = folder / f"{file.name}.part"
    download(file.url, part, timeout=STALL_SECONDS, max_bytes=file.size, progress=progress, headers=_authorisation())
    if part.stat().st_size != file.size or (file.sha256 and _sha256(part) != file.sha256):
        part.unlink()
        raise FetchFailed(f"{file.url}: what came is not what the hub announces. Run the command again.")
    part.replace(folder / file.name)


def _metadata(repository: str, endpoint: str) -> dict[str, Any]:
    response = _ask(f"{endpoint}/api/models/{repository}?blobs=true", endpoint)
    if response.status_code in (401, 404):
        why = f"there is no repository {repository}, or it needs a token (HF_TOKEN)"
        raise FetchFailed(f"{endpoint}: {why}. Check the name.")
    if response.status_code != 200:
        why = f"the hub, or a proxy before it, refuses with status {response.status_code}"
        raise FetchFailed(f"{endpoint}: {why}. Check HF_TOKEN and the network, or try again later.")
    try:
        content = response.json()
    except ValueError:
        content = None
    if not isinstance(content, dict) or not {"sha", "siblings"} <= content.keys():
        raise FetchFailed(
            f"{endpoint}: something other than the hub answers. Check the network's sign-in page or proxy."
        )
    return content


def _ask(url: str, endpoint: str) -> httpx.Response:
    import httpx

    headers = _authorisation()
    try:
        return within(
            PATIENCE_SECONDS,
            lambda: httpx.get(url, headers=headers, timeout=CONNECT_SECONDS, follow_redirects=True),
        )
    except TimeoutError:
        raise FetchFailed(f"{endpoint}: no answer within {PATIENCE_SECONDS:g} s.") from None
    except httpx.HTTPError as error:
        raise FetchFailed(f"{endpoint}: {reason(error, CONNECT_SECONDS)}.") from error


def _authorisation() -> dict[str, str]:
    from huggingface_hub import get_token

    token = get_token()
    return {"Authorization": f"Bearer {token}"} if token else {}


def _hub_file(item: dict[str, Any], base: str) -> HubFile:
    large = item.get("lfs") or {}
    name = str(item["rfilename"])
    return HubFile(name=name, size=int(item.get("size") or 0), sha256=large.get("sha256"), url=f"{base}/{name}")


def _is_there(file: HubFile, folder: Path) -> bool:
    path = folder / file.name
    return path.is_file() and path.stat().st_size == file.size


def _require_room(folder: Path, size: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < size:
        raise OutputFailed(
            f"{folder}: {size:,} bytes do not fit, {free:,} are free. Make room or choose another folder."
        )


def _shifted(
    progress: Callable[[int, int | None], None] | None, before: int, total: int
) -> Callable[[int, int | None], None] | None:
    return None if progress is None else lambda done, _total: progress(before + done, total)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
