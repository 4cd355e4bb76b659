"""The models on this machine: find them, check them, download and remove them.

Weights lie in the models folder, one folder for each model, or in the local cache of the Hugging Face hub, which other
programs fill too.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from earmark.errors import BrokenModel, FetchFailed, InvalidValue, ModelNotFound, OutputFailed
from earmark.services import hub, speaker_models
from earmark.services.weights import WHISPER_FILES, check_whisper_folder, looks_like_whisper

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from huggingface_hub import CachedRepoInfo

    Progress = Callable[[int, int | None], None]

REPOSITORIES = {
    "tiny.en": "Systran/faster-whisper-tiny.en",
    "tiny": "Systran/faster-whisper-tiny",
    "base.en": "Systran/faster-whisper-base.en",
    "base": "Systran/faster-whisper-base",
    "small.en": "Systran/faster-whisper-small.en",
    "small": "Systran/faster-whisper-small",
    "medium.en": "Systran/faster-whisper-medium.en",
    "medium": "Systran/faster-whisper-medium",
    "large-v1": "Systran/faster-whisper-large-v1",
    "large-v2": "Systran/faster-whisper-large-v2",
    "large-v3": "Systran/faster-whisper-large-v3",
    "large": "Systran/faster-whisper-large-v3",
    "distil-large-v2": "Systran/faster-distil-whisper-large-v2",
    "distil-medium.en": "Systran/faster-distil-whisper-medium.en",
    "distil-small.en": "Systran/faster-distil-whisper-small.en",
    "distil-large-v3": "Systran/faster-distil-whisper-large-v3",
    "distil-large-v3.5": "distil-whisper/distil-large-v3.5-ct2",
    "large-v3-turbo": "mobiuslabsgmbh/faster-whisper-large-v3-turbo",
    "turbo": "mobiuslabsgmbh/faster-whisper-large-v3-turbo",
}
"""Names of Whisper weights and their repositories on the hub, as ``faster_whisper.utils`` has them."""

SOUNDS_FOLDER = "yamnet"
SOUNDS_FILES = ("yamnet.tflite", "yamnet_class_map.csv")

MAX_NAME = 200
MODELS_FOLDER, HUB_CACHE = "models folder", "hub cache"


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """A model that is on this machine.

    Attributes
    ----------
    name : str
        What to call it, as in ``--model`` and ``earmark models remove``.
    path : Path
        Its folder.
    kind : str
        ``whisper``, ``sounds``, ``speakers`` or ``other``.
    size : int
        Bytes on disk.
    origin : str
        ``models folder`` or ``hub cache``.
    problem : str or None
        Why it cannot be used; None where it can.
    """

    name: str
    path: Path
    kind: str
    size: int
    origin: str
    problem: str | None = None


def resolve_whisper(
    name_or_folder: str,
    *,
    models_dir: Path,
    offline: bool,
    progress: Progress | None = None,
    hub_cache: Path | None = None,
) -> Path:
    """Find a folder of Whisper weights, downloading it where it is not on this machine.

    Looks for a folder of that name, then in the models folder, then in the local hub cache, then on the hub.

    Parameters
    ----------
    name_or_folder : str
        ``small``, ``large-v3`` ..., an ``organisation/repository`` of the hub, or a folder.
    models_dir : Path
        The models folder.
    offline : bool
        Never download.
    progress : callable, optional
        Called with bytes done and bytes in all during a download.
    hub_cache : Path, optional
        The local hub cache; None takes the one of ``huggingface_hub``.

    Raises
    ------
    ModelNotFound
        If the weights cannot be had.
    BrokenModel
        If there is a folder that cannot be used.
    """
    folder = _given_folder(name_or_folder) or find_whisper(name_or_folder, models_dir=models_dir, hub_cache=hub_cache)
    return folder or pull(name_or_folder, models_dir=models_dir, offline=offline, progress=progress)


def find_whisper(name: str, *, models_dir: Path, hub_cache: Path | None = None) -> Path | None:
    """Find Whisper weights by name in the models folder and in the hub cache, without the network; None if not there.

    Raises
    ------
    BrokenModel
        If the models folder has them and they cannot be used. An incomplete copy in the hub cache counts as none.
    """
    folder = _stored(name, models_dir)
    if folder is not None:
        check_whisper_folder(folder)
        return folder
    snapshots = (hub.snapshot(REPOSITORIES.get(name, name), cache) for cache in (models_dir, hub_cache))
    return next((path for path in snapshots if path is not None and _problem(path) is None), None)


def pull(name: str, *, models_dir: Path, offline: bool = False, progress: Progress | None = None) -> Path:
    """Download Whisper weights, or the networks for speakers, into the models folder, unless they are there.

    They appear there complete and checked, or not at all; a download that broke off goes on from where it was.

    Raises
    ------
    ModelNotFound
        If they cannot be had, with what to do.
    """
    from filelock import FileLock
    from huggingface_hub import constants

    if name == SOUNDS_FOLDER:
        return find_sounds(models_dir)
    if name == speaker_models.SPEAKERS_FOLDER:
        return speaker_models.pull_diarization(models_dir, offline=offline, progress=progress)
    repository = _repository(name)
    target = models_dir / _folder_name(name)
    if _problem(target) is None:
        return target
    if offline or constants.HF_HUB_OFFLINE:
        raise _not_found(name, target, "downloads are switched off (EARMARK_OFFLINE or HF_HUB_OFFLINE)")
    try:
        models_dir.mkdir(parents=True, exist_ok=True)
        with FileLock(models_dir / f".{target.name}.lock"):
            return target if _problem(target) is None else _pull(repository, target, progress)
    except (FetchFailed, OutputFailed) as error:
        raise _not_found(name, target, str(error).rstrip(".")) from error
    except OSError as error:
        raise _not_found(name, target, f"{models_dir} cannot be written to: {error.strerror}") from error


def _pull(repository: str, target: Path, progress: Progress | None) -> Path:
    staging = target.with_name(f".{target.name}.part")
    staging.mkdir(exist_ok=True)
    hub.download_files(
        hub.announced(repository, WHISPER_FILES, endpoint=hub.hub_endpoint()), staging, progress=progress
    )
    try:
        check_whisper_folder(staging)
    except BrokenModel as error:
        shutil.rmtree(staging)
        raise FetchFailed(f"{repository} holds no Whisper weights for CTranslate2: {error}") from error
    _delete(target)
    return staging.rename(target)


def remove(name: str, *, models_dir: Path, hub_cache: Path | None = None) -> Path:
    """Delete a model of the models folder or, where that has none of the name, of the hub cache; returns its folder.

    Raises
    ------
    InvalidValue
        If the name is not one that a model can have.
    ModelNotFound
        If there is no such model.
    """
    _require_name(name)
    folder = _stored(name, models_dir)
    if folder is not None:
        _delete(folder)
        return folder
    for cache in (models_dir, hub_cache):
        for repository in hub.cached(cache):
            if repository.repo_id == REPOSITORIES.get(name, name):
                return hub.forget(repository, cache)
    raise ModelNotFound(f"There is no model {name} on this machine. `earmark models list` shows what there is.")


def locate(name: str, *, models_dir: Path, hub_cache: Path | None = None) -> Path:
    """Find the folder of any model by name, whatever its kind and state, without the network.

    Raises
    ------
    InvalidValue
        If the name is not one that a model can have.
    ModelNotFound
        If there is no such model.
    """
    _require_name(name)
    folder = (
        _stored(name, models_dir)
        or hub.snapshot(REPOSITORIES.get(name, name), models_dir)
        or hub.snapshot(REPOSITORIES.get(name, name), hub_cache)
    )
    if folder is None:
        raise ModelNotFound(f"There is no model {name} on this machine. `earmark models pull {name}` may get it.")
    return folder


def list_models(models_dir: Path, *, hub_cache: Path | None = None) -> list[Weights]:
    """List the models in the models folder, usable or not, and the Whisper weights in the hub cache, by name."""
    found = [_described(path) for path in _folders(models_dir)]
    found += [weights for repository in hub.cached(models_dir) for weights in _hub_weights(repository, MODELS_FOLDER)]
    found += [weights for repository in hub.cached(hub_cache) for weights in _hub_weights(repository, HUB_CACHE)]
    return sorted(found, key=lambda weights: (weights.origin != MODELS_FOLDER, weights.name))


def find_sounds(models_dir: Path) -> Path:
    """Find the folder of the sound-class model YAMNet.

    Raises
    ------
    ModelNotFound
        If it is not there, with how to get it.
    BrokenModel
        If one of its files is empty.
    """
    folder = models_dir / SOUNDS_FOLDER
    missing = [name for name in SOUNDS_FILES if not (folder / name).is_file()]
    if missing:
        how = (
            f"Copy YAMNet's TensorFlow Lite file and its class map to {' and '.join(str(folder / n) for n in missing)}"
        )
        raise ModelNotFound(f"The sound-class model is not on this machine. {how}; docs/models.md says where they are.")
    for name in SOUNDS_FILES:
        if (folder / name).stat().st_size == 0:
            raise BrokenModel(f"{folder / name} is empty. Copy it again.")
    return folder


def _given_folder(name: str) -> Path | None:
    path = Path(name).expanduser() if name.startswith("~/") else Path(name)
    if name and name not in REPOSITORIES and path.exists():
        check_whisper_folder(path)
        return path
    if path.is_absolute() or name.startswith(("./", "../", "~/")):
        raise ModelNotFound(f"{name}: there is no such folder of Whisper weights. Check the path.")
    return None


def _stored(name: str, models_dir: Path) -> Path | None:
    plain = _folder_name(name)
    repository = REPOSITORIES.get(name, name)
    names = (plain, f"whisper-{plain}", repository.rpartition("/")[2], _folder_name(repository))
    return next((models_dir / each for each in names if (models_dir / each).is_dir()), None)


def _folder_name(name: str) -> str:
    return _require_name(name).replace("/", "--")


def _repository(name: str) -> str:
    repository = REPOSITORIES.get(name, name)
    if "/" not in repository:
        known = ", ".join(REPOSITORIES)
        raise ModelNotFound(
            f"There is no Whisper model {name}. Give a folder, organisation/repository or one of {known}."
        )
    return repository


def _require_name(name: str) -> str:
    part = "[A-Za-z0-9_][A-Za-z0-9._-]*"
    if re.fullmatch(f"{part}(/{part})?", name) is None or "--" in name or ".." in name or len(name) > MAX_NAME:
        raise InvalidValue(
            f"{name!r} cannot be the name of a model. Give one such as small, or organisation/repository."
        )
    return name


def _not_found(name: str, target: Path, why: str) -> ModelNotFound:
    files = ", ".join(WHISPER_FILES)
    return ModelNotFound(
        f"Whisper weights {name} are not on this machine and cannot be downloaded: {why}. "
        f"Where there is a network, run `earmark models pull {name}`; then copy the folder that "
        f"`earmark models path {name}` names ({files}) to {target} on this machine. "
        "For a rough English draft without weights there is --engine pocketsphinx."
    )


def _problem(path: Path) -> str | None:
    try:
        check_whisper_folder(path)
    except BrokenModel as error:
        return str(error)
    return None


def _folders(models_dir: Path) -> Iterator[Path]:
    if models_dir.is_dir():
        for path in models_dir.iterdir():
            if path.is_dir() and not path.name.startswith((".", "models--")) and any(path.iterdir()):
                yield path


def _described(path: Path) -> Weights:
    kind, problem = _kind(path)
    size = sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    return Weights(name=path.name, path=path, kind=kind, size=size, origin=MODELS_FOLDER, problem=problem)


def _kind(path: Path) -> tuple[str, str | None]:
    """Give the kind of a folder, and why it cannot be used."""
    if looks_like_whisper(path):
        return "whisper", _problem(path)
    if path.name == speaker_models.SPEAKERS_FOLDER:
        return "speakers", speaker_models.problem(path.parent)
    return ("sounds" if (path / SOUNDS_FILES[0]).is_file() else "other"), None


def _hub_weights(repository: CachedRepoInfo, origin: str) -> Iterator[Weights]:
    """Yield the weights of a cached repository where they are usable Whisper; the rest belongs to other programs."""
    path = next((revision.snapshot_path for revision in repository.revisions if "main" in revision.refs), None)
    if path is not None and _problem(path) is None:
        names = {known: name for name, known in reversed(REPOSITORIES.items())}
        name = names.get(repository.repo_id, repository.repo_id)
        yield Weights(name=name, path=path, kind="whisper", size=repository.size_on_disk, origin=origin)


def _delete(folder: Path) -> None:
    try:
        if folder.is_symlink():
            folder.unlink()
        elif folder.exists():
            shutil.rmtree(folder)
    except OSError as error:
        raise OutputFailed(f"{folder}: cannot be deleted ({error.strerror}). Check its permissions.") from error
