"""``/annotations/.../segments``, ``/edits``, ``/revisions``: the work on annotations."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field
from pydantic_core import to_json

from earmark.core.people import Actor
from earmark.core.review import StoredAnnotation, Viewport
from earmark.errors import InvalidValue
from earmark.server import segments as wire
from earmark.server.dependencies import ActorDep, Cursor, Limit, PlatformDep
from earmark.server.etags import IfMatch, set_etag
from earmark.server.problems import errors
from earmark.server.ranges import matches
from earmark.server.routes.annotations import AnnotationAnswer, AnnotationId
from earmark.server.schemas import Answer, Body, PageAnswer
from earmark.server.segments import ChangeAnswer, EditBody, SegmentAnswer
from earmark.services import review, revisions
from earmark.services.annotations import get_annotation, view_plain_segments
from earmark.services.platform import Platform
from earmark.services.review import MAX_EDITS
from earmark.store.segments import MOST_SEGMENTS

router = APIRouter(tags=["annotations"])

Number = Annotated[int, Path(description="Number of the revision.", ge=1, le=2**31 - 1)]
Revision = Annotated[int | None, Field(ge=1, le=2**31 - 1)]


class SegmentsAnswer(Answer):
    """Segments of an annotation, in order of their start."""

    revision: int = Field(description="The latest revision of the annotation: what edits are based on.")
    items: list[SegmentAnswer] = Field(description="The segments of this page.")
    next: str | None = Field(description="Pass it as `cursor` for the next page; null on the last one.")


class SegmentQuery(Body):
    """What is looked at; everything by default."""

    start: float = Field(default=0.0, description="Seconds; shown is what overlaps the view.", ge=0, examples=[60.0])
    end: float | None = Field(default=None, description="Where the view ends, exclusive.", ge=0, examples=[90.0])
    channel: int | None = Field(
        default=None, description="Show this channel, from 0, and what belongs to all channels.", ge=0, le=1000
    )
    low_hz: float | None = Field(default=None, description="Hide bands below; what has none is shown.", ge=0)
    high_hz: float | None = Field(default=None, description="Hide bands above; what has none is shown.", ge=0)
    min_score: float | None = Field(
        default=None, description="Hide lower scores; what has none is shown.", ge=0, le=1, examples=[0.5]
    )
    label: list[Annotated[str, Field(max_length=200)]] = Field(
        default=[], description="Show these labels only.", max_length=100
    )
    revision: Revision = Field(default=None, description="Show an earlier revision; the latest by default.")
    cursor: str | None = Field(default=None, description="`next` of the page before.", max_length=1000)
    limit: int = Field(default=2000, description="Most segments on the page.", ge=1, le=MOST_SEGMENTS)

    def view(self) -> Viewport:
        """Make the domain object."""
        return Viewport(
            start=self.start,
            end=math.inf if self.end is None else self.end,
            channel=self.channel,
            low_hz=self.low_hz,
            high_hz=self.high_hz,
            min_score=self.min_score,
            labels=tuple(self.label),
        )


class Based(Body):
    """Something that is decided on a revision."""

    base_revision: Revision = Field(
        default=None,
        description="The revision that this was decided on; may be said by `If-Match` instead.",
        examples=[1],
    )


class Edits(Based):
    """Edits that are made together: all of them, or none."""

    merge: bool = Field(
        default=False,
        description="If there are later revisions: take the edits all the same where those touched none of the same "
        "segments.",
    )
    edits: list[EditBody] = Field(description="In the order in which they apply.", min_length=1, max_length=MAX_EDITS)


class RevisionAnswer(Answer):
    """One step in the history of an annotation."""

    number: int = Field(description="1 for the first.", examples=[2])
    author_id: str | None = Field(description="Who made it; null for models and Earmark itself.")
    author: str | None = Field(description="The person's name, while there is an account.")
    created_at: datetime = Field(description="When.")
    change_count: int = Field(description="How many segments it changed; of the first, how many it began with.")
    reverts_to: int | None = Field(description="The revision whose state it brought back, where it is an undo.")


class RevisionChangesAnswer(Answer):
    """A revision with what it changed."""

    revision: RevisionAnswer = Field(description="The revision.")
    changes: list[ChangeAnswer] = Field(description="What it changed.")


class EditedAnswer(Answer):
    """What became of edits."""

    annotation: AnnotationAnswer = Field(description="The annotation at its new revision.")
    others: list[RevisionChangesAnswer] = Field(
        description="What others changed since the base, where the edits were merged; at most 1000 changes."
    )


class ChangesAnswer(RevisionChangesAnswer):
    """A revision with one page of what it changed."""

    next: str | None = Field(description="Pass it as `cursor` for more changes; null on the last page.")


class Revert(Based):
    """Which state to bring back."""

    to_revision: Revision = Field(
        default=None, description="The state to bring back; by default the one before the latest.", examples=[1]
    )


def base_of(body: Based, if_match: int | None) -> int:
    """The revision that a request was made on, said in its body or by ``If-Match``."""
    told = {revision for revision in (body.base_revision, if_match) if revision is not None}
    if len(told) != 1:
        raise InvalidValue("say on which revision this was made, once: as base_revision or by If-Match.")
    return told.pop()


def edited(response: Response, done: review.Edited) -> dict[str, object]:
    """Tell what became of edits."""
    set_etag(response, done.annotation.revision)
    others = [{"revision": one.revision, "changes": [wire.change(made) for made in one.changes]} for one in done.others]
    return {"annotation": done.annotation, "others": others}


# Segments -------------------------------------------------------------------------------------------------------------


@router.get(
    "/annotations/{annotation_id}/segments",
    summary="Look at segments",
    response_model=SegmentsAnswer,
    responses={304: {"description": "You have it already"}, **errors(404)},
)
def view_segments(
    request: Request,
    platform: PlatformDep,
    actor: ActorDep,
    annotation_id: AnnotationId,
    query: Annotated[SegmentQuery, Query()],
) -> Response:
    """Give the segments in a stretch of time, on a channel, in a frequency band ..., now or at an earlier revision."""
    if not_changed := _not_changed(request, platform, actor, annotation_id):
        return not_changed
    view, cursor, limit = query.view(), query.cursor, query.limit
    if query.revision is None:
        header, page = view_plain_segments(platform, actor, annotation_id, view, cursor=cursor, limit=limit)
        items = [wire.stored_plain(one) for one in page.items]
        return _segments(header, items, page.next)
    header, found = revisions.view_segments_at(
        platform, actor, annotation_id, view, revision=query.revision, cursor=cursor, limit=limit
    )
    return _segments(header, [wire.stored(one) for one in found.items], found.next)


def _segments(header: StoredAnnotation, items: list[dict[str, Any]], more: str | None) -> Response:
    # Written without validation, which would take longer than all the rest.
    content = to_json({"revision": header.revision, "items": items, "next": more})
    response = Response(content, media_type="application/json")
    set_etag(response, header.revision)
    return response


def _not_changed(request: Request, platform: Platform, actor: Actor, annotation_id: str) -> Response | None:
    """Answer those who have seen this view at the revision that the annotation still has."""
    asked = request.headers.get("if-none-match")
    if asked is None:
        return None
    response = Response(status_code=304)
    set_etag(response, get_annotation(platform, actor, annotation_id).revision)
    return response if matches(asked, response.headers["ETag"]) else None


@router.post(
    "/annotations/{annotation_id}/edits",
    summary="Edit segments",
    response_model=EditedAnswer,
    response_model_exclude_unset=True,
    responses=errors(403, 404, 409, 412),
)
def edit_segments(
    response: Response,
    platform: PlatformDep,
    actor: ActorDep,
    annotation_id: AnnotationId,
    body: Edits,
    if_match: IfMatch,
) -> object:
    """Add, update and delete segments together, as one revision: all edits are made, or none.

    If others made revisions since the base, the answer is 409 (412 with `If-Match`) with `current`, the latest
    revision, and `changes`, what they changed. Their work is never overwritten.
    """
    base = base_of(body, if_match)
    made = wire.edits(body.edits)
    return edited(response, review.edit(platform, actor, annotation_id, made, base_revision=base, merge=body.merge))


# History --------------------------------------------------------------------------------------------------------------


@router.get(
    "/annotations/{annotation_id}/revisions",
    summary="List revisions",
    response_model=PageAnswer[RevisionAnswer],
    responses=errors(404),
)
def list_revisions(
    platform: PlatformDep, actor: ActorDep, annotation_id: AnnotationId, cursor: Cursor = None, limit: Limit = 50
) -> object:
    """List who changed an annotation when, the latest first."""
    return revisions.list_revisions(platform, actor, annotation_id, cursor=cursor, limit=limit)


@router.get(
    "/annotations/{annotation_id}/revisions/{number}",
    summary="Read what a revision changed",
    response_model=ChangesAnswer,
    response_model_exclude_unset=True,
    responses=errors(404),
)
def get_revision(
    platform: PlatformDep,
    actor: ActorDep,
    annotation_id: AnnotationId,
    number: Number,
    cursor: Cursor = None,
    limit: Limit = 500,
) -> object:
    """Read what a revision changed, before and after. The first one is where the history begins: it shows nothing."""
    revision, page = revisions.list_changes(platform, actor, annotation_id, number, cursor=cursor, limit=limit)
    return {"revision": revision, "changes": [wire.change(made) for made in page.items], "next": page.next}


@router.post(
    "/annotations/{annotation_id}/revert",
    summary="Undo",
    response_model=EditedAnswer,
    response_model_exclude_unset=True,
    responses=errors(403, 404, 409, 412),
)
def revert_annotation(
    response: Response,
    platform: PlatformDep,
    actor: ActorDep,
    annotation_id: AnnotationId,
    body: Revert,
    if_match: IfMatch,
) -> object:
    """Bring an earlier state back as a new revision; nothing is taken out of the history."""
    base = base_of(body, if_match)
    done = review.revert(platform, actor, annotation_id, base_revision=base, to_revision=body.to_revision)
    return edited(response, done)
