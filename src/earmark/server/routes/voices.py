"""``/projects/.../voices`` and ``/annotations/.../voices``: voices that a project knows by name."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field

from earmark.server.dependencies import ActorDep, PlatformDep
from earmark.server.problems import errors
from earmark.server.routes.annotations import AnnotationId
from earmark.server.routes.projects import ProjectId
from earmark.server.schemas import Answer, Body, IdText
from earmark.services import voices

router = APIRouter(tags=["voices"])

VoiceId = Annotated[IdText, Path(description="Identifier of the voice.")]
VoiceName = Annotated[
    str, Field(description="What the person is called.", min_length=1, max_length=200, examples=["Guest"])
]


class VoiceAnswer(Answer):
    """A voice that a project knows; the numbers that tell it apart stay on the server."""

    id: str = Field(description="Identifier.", examples=["01k9zq3m5t7v8w2x4y6z0a1b2c"])
    name: str = Field(description="What the person is called.", examples=["Guest"])
    embedder: str = Field(description="What listened to it: only its own voices are compared.", examples=["ge2e-256"])
    seconds: float = Field(description="Seconds of speech that it was taken from.", examples=[184.5])
    samples: int = Field(description="How often the person was named.", examples=[2])
    created_by: str | None = Field(description="Who named the person first; null if that account is gone.")
    created_at: datetime = Field(description="When the person was named first.")
    updated_at: datetime = Field(description="When it was changed last.")


class Voices(Answer):
    """All voices that a project knows."""

    items: list[VoiceAnswer] = Field(description="By name.")


class VoicePatch(Body):
    """What is to be changed."""

    name: VoiceName


class DeletedVoices(Answer):
    """What was deleted."""

    deleted: int = Field(description="How many voices had a name.", examples=[3])


class HeardAnswer(Answer):
    """A speaker whose voice can be remembered."""

    speaker: str = Field(description="What this annotation calls the speaker.", examples=["Guest"])
    annotation_id: str = Field(description="The annotation of the model that heard the voice.")
    heard_as: str = Field(description="What that one calls the speaker.", examples=["SPEAKER_00"])
    seconds: float = Field(description="Seconds of speech that the voice was taken from.", examples=[61.2])


class HeardVoices(Answer):
    """Speakers of an annotation whose voices can be remembered."""

    items: list[HeardAnswer] = Field(description="By what the annotation calls them.")


class NewVoice(Body):
    """Who a speaker is."""

    speaker: str = Field(
        description="What the annotation calls the speaker.", min_length=1, max_length=200, examples=["SPEAKER_00"]
    )
    name: VoiceName


@router.get("/projects/{project_id}/voices", summary="List known voices", response_model=Voices, responses=errors(404))
def list_voices(platform: PlatformDep, actor: ActorDep, project_id: ProjectId) -> object:
    """List the voices that a project knows: names and where they come from, not the numbers that tell them apart.

    A project knows voices only while `known_voices` is on (see `PATCH /projects/{project_id}`).
    """
    return {"items": voices.list_voices(platform, actor, project_id)}


@router.delete(
    "/projects/{project_id}/voices", summary="Delete all voices", response_model=DeletedVoices, responses=errors(404)
)
def delete_voices(platform: PlatformDep, actor: ActorDep, project_id: ProjectId) -> DeletedVoices:
    """Delete all voices for good, also those that nobody has named. Segments keep their names. Managers may."""
    return DeletedVoices(deleted=voices.delete_all(platform, actor, project_id))


@router.patch(
    "/projects/{project_id}/voices/{voice_id}",
    summary="Rename a voice",
    response_model=VoiceAnswer,
    responses=errors(404, 409),
)
def rename_voice(
    platform: PlatformDep, actor: ActorDep, project_id: ProjectId, voice_id: VoiceId, body: VoicePatch
) -> object:
    """Give a voice another name, which later recordings get. Segments keep theirs. Annotators may."""
    return voices.rename(platform, actor, project_id, voice_id, body.name)


@router.delete(
    "/projects/{project_id}/voices/{voice_id}", summary="Delete a voice", status_code=204, responses=errors(404)
)
def delete_voice(platform: PlatformDep, actor: ActorDep, project_id: ProjectId, voice_id: VoiceId) -> None:
    """Delete a voice for good. Segments keep its name. Managers may."""
    voices.delete(platform, actor, project_id, voice_id)


@router.get(
    "/annotations/{annotation_id}/voices",
    summary="List voices that were heard",
    response_model=HeardVoices,
    responses=errors(404),
)
def list_heard_voices(platform: PlatformDep, actor: ActorDep, annotation_id: AnnotationId) -> object:
    """List the speakers of an annotation whose voices can be remembered.

    Engines hear voices where the project knows voices and speakers are told apart; those that nobody names are
    forgotten after 30 days. In an annotation of a person, who is whose voice is told by who speaks when.
    """
    return {"items": voices.speakers_heard(platform, actor, annotation_id)}


@router.post(
    "/annotations/{annotation_id}/voices",
    summary="Remember a voice",
    response_model=VoiceAnswer,
    responses=errors(404, 409),
)
def remember_voice(platform: PlatformDep, actor: ActorDep, annotation_id: AnnotationId, body: NewVoice) -> object:
    """Know the voice of a speaker by a name: later recordings of the project get it where the voice is alike.

    Annotators may. Do so only if the person agreed. A voice that is known by this name already gets better.
    The segments of this annotation stay as they are: rename the speaker there, too.
    """
    return voices.remember(platform, actor, annotation_id, body.speaker, body.name)
