"""Names of models, as clients of OpenAI's audio API write them, and what they mean here."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from earmark.core.model import ModelStatus
from earmark.errors import BrokenModel, InvalidField, InvalidValue, ModelNotFound
from earmark.services import registered, transcriptions
from earmark.services.models import REPOSITORIES, find_whisper, list_models
from earmark.store import models

if TYPE_CHECKING:
    from collections.abc import Iterator

    from earmark.core.project import Pipeline
    from earmark.services.platform import Platform

DIARIZES = "gpt-4o-transcribe-diarize"
OWN = ("whisper-1", "gpt-4o-transcribe", "gpt-4o-mini-transcribe", DIARIZES, "gpt-transcribe")
"""OpenAI's own names: each means what the server writes down with by default."""
_DATED = re.compile(r"-\d{4}-\d\d-\d\d$")
MAX_NAME = 200
OWNER = "earmark"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A model that may be asked for.

    Attributes
    ----------
    id : str
        Its name.
    created : int
        Seconds since 1970; 0 where nobody knows.
    owner : str
        Whose it is.
    """

    id: str
    created: int = 0
    owner: str = OWNER


def pipeline_for(platform: Platform, name: str) -> Pipeline:
    """Give what listens for a client that asks for a model.

    - OpenAI's own names, also with a date, mean what the server uses by default; the one for speakers tells them apart.
    - ``pocketsphinx`` and ``whisper`` are the engines.
    - ``name@version`` is a model of the registry.
    - Whisper's sizes go by their names here (``large-v3``), OpenAI's (``openai/whisper-large-v3``) and those of the hub
      (``Systran/faster-whisper-large-v3``); weights that are not on the machine are downloaded if settings allow it.
    - Any other repository of the hub has to be on the machine: no client makes the server download what it likes.

    Raises
    ------
    ModelNotFound
        There is none of that name.
    InvalidField
        No model is called like that.
    """
    if not name or len(name) > MAX_NAME:
        raise InvalidField("model", "name a model; whisper-1 takes what this server uses by default.")
    default = transcriptions.default_pipeline(platform)
    plain = _DATED.sub("", name)
    if plain in OWN:
        return replace(default, diarizer="auto") if plain == DIARIZES else default
    if name in ("pocketsphinx", "whisper"):
        return replace(default, engine=name)
    weights = _size(name) or _registered(platform, name) or _on_machine(platform, name)
    if weights is None:
        raise _not_found(name)
    return replace(default, engine="whisper", model=weights)


def _size(name: str) -> str | None:
    """The name here of weights that everybody knows."""
    short = name.removeprefix("openai/").removeprefix("whisper-")
    if short in REPOSITORIES:
        return short
    return next((known for known, repository in REPOSITORIES.items() if repository == name), None)


def _registered(platform: Platform, name: str) -> str | None:
    title, at, version = name.partition("@")
    if not at or "/" in name:
        return None
    with platform.database.read() as connection:
        model = models.titled(connection, title, version)
    fits = model is not None and model.project_id is None and model.status is ModelStatus.READY
    return name if fits and model is not None and model.engine == registered.ENGINE else None


def _on_machine(platform: Platform, name: str) -> str | None:
    try:
        found = find_whisper(name, models_dir=platform.settings.models_dir)
    except (InvalidValue, BrokenModel):
        return None
    # By its folder: engines look for names in their working folder first, where a client has nothing to say.
    return None if found is None else str(found)


def _not_found(name: str) -> ModelNotFound:
    return ModelNotFound(
        f"The model {name[:MAX_NAME]!r} does not exist on this server, or you may not use it. GET /v1/models lists "
        "what there is; `earmark models pull` brings others."
    )


def models_of(platform: Platform) -> list[Listed]:
    """List what may be asked for and is there: OpenAI's names, models of the registry, weights on this machine."""
    return [
        *(Listed(id=name) for name in OWN),
        *_from_registry(platform),
        *_weights(platform),
        Listed(id="pocketsphinx"),
    ]


def _from_registry(platform: Platform) -> Iterator[Listed]:
    with platform.database.read() as connection:
        found = models.everything(connection)
    for model in found:
        if (model.project_id, model.status, model.engine) == (None, ModelStatus.READY, registered.ENGINE):
            yield Listed(id=f"{model.name}@{model.version}", created=int(model.created_at.timestamp()))


def _weights(platform: Platform) -> Iterator[Listed]:
    for weights in list_models(platform.settings.models_dir):
        if weights.kind == "whisper" and weights.problem is None:
            created = int(weights.path.stat().st_mtime)
            owner = weights.name.partition("/")[0] if "/" in weights.name else OWNER
            yield Listed(id=weights.name, created=created, owner=owner)


def model_of(platform: Platform, name: str) -> Listed:
    """Find a model by any name that requests may give.

    Raises
    ------
    ModelNotFound
        There is none.
    """
    found = next((one for one in models_of(platform) if one.id == name), None)
    if found is not None:
        return found
    pipeline_for(platform, name)
    return Listed(id=name)
