"""``/annotations``: what people and models found in recordings."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from earmark.core.annotation import NoteKind
from earmark.core.areas import MAX_AREAS, Area
from earmark.core.review import AnnotationKind, AnnotationStatus, StoredAnnotation
from earmark.server import segments as wire
from earmark.server.dependencies import ActorDep, Cursor, Limit, PlatformDep
from earmark.server.etags import IfMatch, set_etag
from earmark.server.problems import errors
from earmark.server.routes.recordings import RecordingId
from earmark.server.schemas import Answer, Body, IdText, PageAnswer
from earmark.server.segments import Seconds, SegmentBody
from earmark.services import annotations as work
from earmark.services import review
from earmark.services.areas import change_areas

router = APIRouter(tags=["annotations"])

AnnotationId = Annotated[IdText, Path(description="Identifier of the annotation.")]
MAX_BEGUN_WITH = 20_000


class NoteAnswer(Answer):
    """Something to know about an annotation."""

    kind: NoteKind = Field(description="Why it is there.")
    message: str = Field(description="What happened and what to do.")
    start: float | None = Field(description="Where it begins, in seconds, if it speaks of a part.")
    end: float | None = Field(description="Where it ends.")
    channel: int | None = Field(description="The channel that it speaks of.")
    text: str | None = Field(description="Text that was dropped.")


class AreaBody(Body):
    """A span of a recording."""

    start: Seconds = Field(description="Seconds from the start of the recording.", examples=[0.0])
    end: Seconds = Field(description="Where it ends, exclusive; after the start.", examples=[60.0])
    channel: int | None = Field(
        default=None, description="Channel from 0; null for all channels.", ge=0, le=1000, examples=[0]
    )

    def area(self) -> Area:
        """Make the domain object; raises `InvalidValue`."""
        return Area(start=self.start, end=self.end, channel=self.channel)


class AreasChange(Body):
    """What is to be marked, and then what unmarked."""

    mark: list[AreaBody] = Field(default=[], description="Spans that are fully labelled.", max_length=MAX_AREAS)
    unmark: list[AreaBody] = Field(default=[], description="Spans that are not.", max_length=MAX_AREAS)


class AreaAnswer(Answer):
    """A span of a recording that is fully labelled."""

    start: float = Field(description="Seconds from the start of the recording.", examples=[0.0])
    end: float = Field(description="Where it ends, exclusive.", examples=[60.0])
    channel: int | None = Field(description="Channel from 0; null for all channels.", examples=[0])


class AnnotationAnswer(Answer):
    """An annotation, without its segments."""

    id: str = Field(description="Identifier.", examples=["01k9zq3m5t7v8w2x4y6z0a1b2c"])
    recording_id: str = Field(description="Its recording.")
    project_id: str = Field(description="The project of the recording.")
    kind: AnnotationKind = Field(description="Who made it: person, model or file.")
    source: str = Field(
        description="Who or what made it, in words.", examples=["earmark 0.2.0 (silero, whisper small)"]
    )
    author_id: str | None = Field(description="The person, where a person made it.")
    model_id: str | None = Field(description="The model in the registry, where it has an entry.")
    status: AnnotationStatus = Field(description="draft, submitted (for review) or reviewed.")
    revision: int = Field(description="Number of its latest revision; the `ETag`.", examples=[1])
    segment_count: int = Field(description="How many segments it has.", examples=[312])
    language: str | None = Field(description="Language code of the speech as a whole.")
    notes: list[NoteAnswer] = Field(description="What to know about it.")
    areas: list[AreaAnswer] = Field(
        description="Spans that are fully labelled: sorted, none touching another of the same channel."
    )
    job_id: str | None = Field(description="The job that made it.")
    created_at: datetime = Field(description="When it was begun.")
    updated_at: datetime = Field(description="When it was changed last.")
    deleted_at: datetime | None = Field(description="When it was put into the trash.")


class NewAnnotation(Body):
    """How to begin."""

    copy_of: IdText | None = Field(
        default=None, description="An annotation of this recording to go on from, for example a model's."
    )
    segments: list[SegmentBody] = Field(
        default=[], description="Segments to begin with, where it is no copy.", max_length=MAX_BEGUN_WITH
    )
    language: str | None = Field(
        default=None, description="Language code of the speech as a whole.", max_length=35, examples=["en"]
    )


class StatusChange(Body):
    """What is to be changed."""

    status: AnnotationStatus = Field(
        description="submitted: hand it in, or take approval back from a model's; reviewed: approve it (managers); "
        "draft: open it again."
    )


# Of a recording -------------------------------------------------------------------------------------------------------


@router.get(
    "/recordings/{recording_id}/annotations",
    summary="List annotations",
    response_model=PageAnswer[AnnotationAnswer],
    responses=errors(404),
)
def list_annotations(
    platform: PlatformDep,
    actor: ActorDep,
    recording_id: RecordingId,
    deleted: Annotated[bool, Query(description="Those in the trash instead.")] = False,  # noqa: FBT002
    cursor: Cursor = None,
    limit: Limit = 50,
) -> object:
    """List the annotations of a recording, the oldest first."""
    return work.list_annotations(platform, actor, recording_id, deleted=deleted, cursor=cursor, limit=limit)


@router.post(
    "/recordings/{recording_id}/annotations",
    summary="Begin an annotation",
    status_code=201,
    response_model=AnnotationAnswer,
    responses=errors(403, 404, 409),
)
def create_annotation(
    response: Response, platform: PlatformDep, actor: ActorDep, recording_id: RecordingId, body: NewAnnotation
) -> StoredAnnotation:
    """Begin work of one's own: from nothing, from segments, or as a copy of what a model or a person did."""
    made = work.create_annotation(
        platform,
        actor,
        recording_id,
        segments_given=wire.segments(body.segments),
        copy_of=body.copy_of,
        language=body.language,
    )
    response.headers["Location"] = f"/api/v1/annotations/{made.id}"
    set_etag(response, made.revision)
    return made


# One ------------------------------------------------------------------------------------------------------------------


@router.get(
    "/annotations/{annotation_id}", summary="Read an annotation", response_model=AnnotationAnswer, responses=errors(404)
)
def get_annotation(
    response: Response, platform: PlatformDep, actor: ActorDep, annotation_id: AnnotationId
) -> StoredAnnotation:
    """Read an annotation without its segments, in the trash or not."""
    found = work.get_annotation(platform, actor, annotation_id)
    set_etag(response, found.revision)
    return found


@router.patch(
    "/annotations/{annotation_id}",
    summary="Submit, approve or reopen",
    response_model=AnnotationAnswer,
    responses=errors(403, 404, 409, 412),
)
def change_annotation(
    response: Response,
    platform: PlatformDep,
    actor: ActorDep,
    annotation_id: AnnotationId,
    body: StatusChange,
    revision: IfMatch,
) -> StoredAnnotation:
    """Hand an annotation in for review (its author), approve it (managers), or open it again.

    With `If-Match` exactly the revision is approved that was looked at.
    """
    changed = review.set_status(platform, actor, annotation_id, body.status, revision=revision)
    set_etag(response, changed.revision)
    return changed


@router.delete(
    "/annotations/{annotation_id}",
    summary="Delete an annotation",
    status_code=204,
    response_class=Response,
    responses=errors(403, 404, 409, 412),
)
def delete_annotation(
    platform: PlatformDep, actor: ActorDep, annotation_id: AnnotationId, revision: IfMatch
) -> Response:
    """Put an annotation into the trash: its author or managers may."""
    work.delete_annotation(platform, actor, annotation_id, revision=revision)
    return Response(status_code=204)


@router.post(
    "/annotations/{annotation_id}/restore",
    summary="Restore an annotation",
    response_model=AnnotationAnswer,
    responses=errors(403, 404),
)
def restore_annotation(
    response: Response, platform: PlatformDep, actor: ActorDep, annotation_id: AnnotationId
) -> StoredAnnotation:
    """Take an annotation out of the trash."""
    found = work.restore_annotation(platform, actor, annotation_id)
    set_etag(response, found.revision)
    return found


@router.post(
    "/annotations/{annotation_id}/areas",
    summary="Mark what is fully labelled",
    response_model=AnnotationAnswer,
    responses=errors(403, 404, 409),
)
def mark_areas(
    response: Response, platform: PlatformDep, actor: ActorDep, annotation_id: AnnotationId, body: AreasChange
) -> StoredAnnotation:
    """Mark spans of the recording as fully labelled, then unmark some.

    What is not labelled in them was not heard: training needs such spans. Segments and revision stay as they are, and
    what several people mark and unmark is put together.
    """
    mark, unmark = wire.read("area", body.mark, AreaBody.area), wire.read("area", body.unmark, AreaBody.area)
    found = change_areas(platform, actor, annotation_id, mark=mark, unmark=unmark)
    set_etag(response, found.revision)
    return found
