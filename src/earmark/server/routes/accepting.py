"""``/annotations/.../accept``: segments of a model taken over into one's own annotation."""

from __future__ import annotations

import math
from typing import Annotated, Self

from fastapi import APIRouter, Response
from pydantic import Field, model_validator

from earmark.core.review import Viewport
from earmark.server.dependencies import ActorDep, PlatformDep
from earmark.server.etags import IfMatch
from earmark.server.problems import errors
from earmark.server.routes.annotations import AnnotationId
from earmark.server.routes.review import Based, EditedAnswer, base_of, edited
from earmark.server.schemas import Body, IdText
from earmark.server.segments import SegmentName
from earmark.services.accepting import MAX_ACCEPTED, accept

router = APIRouter(tags=["annotations"])


class AcceptFilter(Body):
    """Which segments: those that a look at them with the same values would show."""

    min_score: float | None = Field(
        default=None, description="Leave out lower scores, not what has none.", ge=0, le=1, examples=[0.8]
    )
    label: list[Annotated[str, Field(max_length=200)]] = Field(
        default=[], description="These labels only.", max_length=100
    )
    start: float = Field(default=0.0, description="Seconds; meant is what overlaps the view.", ge=0, examples=[60.0])
    end: float | None = Field(default=None, description="Where the view ends, exclusive.", ge=0, examples=[90.0])
    channel: int | None = Field(
        default=None, description="This channel, from 0, and what belongs to all channels.", ge=0, le=1000
    )

    def view(self) -> Viewport:
        """Make the domain object."""
        return Viewport(
            start=self.start,
            end=math.inf if self.end is None else self.end,
            channel=self.channel,
            min_score=self.min_score,
            labels=tuple(self.label),
        )


class Accept(Based):
    """Which segments to take over; without `ids` and `filter`, all."""

    source: IdText = Field(alias="from", description="The other annotation, of the same recording.")
    ids: list[SegmentName] | None = Field(
        default=None, description="Its segments that are meant.", max_length=MAX_ACCEPTED
    )
    filter: AcceptFilter | None = Field(default=None, description="Or: all that fit.")
    merge: bool = Field(
        default=False,
        description="If there are later revisions: take the segments all the same where those touched none of them.",
    )

    @model_validator(mode="after")
    def _one(self) -> Self:
        if self.ids is not None and self.filter is not None:
            raise ValueError("give either ids or filter")
        return self


class AcceptedAnswer(EditedAnswer):
    """What became of segments that were taken over."""

    added: int = Field(description="How many are new.", examples=[120])
    present: int = Field(description="How many were there already, under the same names; they stay as they are.")


@router.post(
    "/annotations/{annotation_id}/accept",
    summary="Take segments over",
    response_model=AcceptedAnswer,
    response_model_exclude_unset=True,
    responses=errors(403, 404, 409, 412),
)
def accept_segments(
    response: Response,
    platform: PlatformDep,
    actor: ActorDep,
    annotation_id: AnnotationId,
    body: Accept,
    if_match: IfMatch,
) -> object:
    """Add segments of another annotation of the recording, mostly a model's, under the same names, as one revision.

    Errors are those of edits: 409 (412 with `If-Match`) with `current` and `changes` where others made revisions since
    the base.
    """
    done = accept(
        platform,
        actor,
        annotation_id,
        body.source,
        ids=body.ids,
        view=None if body.filter is None else body.filter.view(),
        base_revision=base_of(body, if_match),
        merge=body.merge,
    )
    return {**edited(response, done), "added": done.added, "present": done.present}
