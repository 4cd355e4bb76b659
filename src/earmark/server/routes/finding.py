"""``/projects/.../segments``: segments of many recordings side by side."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse
from pydantic import Field

from earmark.core.fit import MAX_SHORT
from earmark.core.found import FoundSegment, SegmentFilter, SegmentSort
from earmark.core.page import MAX_LIMIT
from earmark.core.review import AnnotationKind, AnnotationStatus
from earmark.core.search import MAX_QUERY, Order
from earmark.server import segments as wire
from earmark.server.dependencies import ActorDep, PlatformDep
from earmark.server.problems import errors
from earmark.server.routes.projects import ProjectId
from earmark.server.schemas import Answer, Body, IdText, PageAnswer
from earmark.server.segments import SegmentAnswer
from earmark.services.annotations import MAX_SOURCE
from earmark.services.finding import MOST_LABELS, find_segments, label_use

router = APIRouter(tags=["annotations"])

MOST_NAMED = 100
"""Labels or annotations that one request may name."""
MAX_CURSOR = 4000
Share = Annotated[float | None, Field(ge=0, le=1)]
Length = Annotated[float | None, Field(ge=0, le=1e9)]


class FoundSegmentAnswer(Answer):
    """A segment, with what has to be known of its annotation and its recording to judge it."""

    annotation_id: str = Field(description="Its annotation.", examples=["01k9zq3m5t7v8w2x4y6z0a1b2c"])
    kind: AnnotationKind = Field(description="Who made the annotation: person, model or file.")
    source: str = Field(
        description="What made the annotation: engines with their weights, or a file.",
        examples=["earmark 1.0 (silero-vad-6, whisper base)"],
    )
    status: AnnotationStatus = Field(description="Of the annotation: draft, submitted or reviewed.")
    author_id: str | None = Field(description="The person, where a person made it.")
    revision: int = Field(description="The latest revision of the annotation: what edits are based on.", examples=[1])
    recording_id: str = Field(description="Its recording.", examples=["01k9zq3m5t7v8w2x4y6z0a1b2d"])
    recording_name: str = Field(description="What people call the recording.", examples=["dawn.wav"])
    recording_duration: float | None = Field(description="Seconds of the recording.", examples=[61.25])
    segment: SegmentAnswer = Field(description="The segment.")


class UseAnswer(Answer):
    """How much is labelled so."""

    segments: int = Field(description="How many segments.", examples=[120])
    seconds: float = Field(description="How long they are together.", examples=[93.5])


class LabelUseAnswer(Answer):
    """How often a project has a label."""

    name: str = Field(description="The label, as segments carry it.", examples=["song"])
    people: UseAnswer = Field(description="In the annotations of people.")
    models: UseAnswer = Field(description="In those of models.")
    files: UseAnswer = Field(description="In those that came from files.")


class LabelUses(Answer):
    """How often a project has its labels."""

    items: list[LabelUseAnswer] = Field(description=f"The most frequent first; at most {MOST_LABELS}.")


class FindQuery(Body):
    """Which segments, in which order, which page; all conditions that are given must hold."""

    kind: list[AnnotationKind] = Field(
        default=[], description="Who made the annotation: person, model or file; by default all.", max_length=3
    )
    author_id: IdText | None = Field(default=None, description="By this person.")
    annotation_id: list[IdText] = Field(default=[], description="Of these annotations.", max_length=MOST_NAMED)
    recording_id: IdText | None = Field(default=None, description="Of this recording.")
    source: str | None = Field(
        default=None,
        description="What made the annotation, letter by letter as `source` of the answer says it.",
        max_length=MAX_SOURCE,
    )
    status: AnnotationStatus | None = Field(default=None, description="Status of the annotation.")
    label: list[Annotated[str, Field(max_length=MAX_SHORT)]] = Field(
        default=[], description="Labels of which it has one.", max_length=MOST_NAMED
    )
    unlabelled: bool = Field(
        default=False, description="Those that have no label, beside those with one of `label` if labels are given."
    )
    min_score: Share = Field(default=None, description="Score at least; what has none is left out.", examples=[0.25])
    max_score: Share = Field(default=None, description="Score at most; what has none is left out.", examples=[0.75])
    tag: str | None = Field(
        default=None,
        description="Tag that it carries: `name`, or `name:value`.",
        min_length=1,
        max_length=2 * MAX_SHORT + 1,
        examples=["uncertain"],
    )
    q: str = Field(
        default="", description="What its text contains, in whatever case.", max_length=MAX_QUERY, examples=["hello"]
    )
    speaker: str | None = Field(default=None, description="Who speaks.", max_length=MAX_SHORT, examples=["ann"])
    min_duration: Length = Field(default=None, description="Seconds at least.", examples=[0.5])
    max_duration: Length = Field(default=None, description="Seconds at most.", examples=[10.0])
    sort: SegmentSort = Field(
        default=SegmentSort.START,
        description="`start`: by recording, then time; `uncertainty`: how far the score is from 0.5, so that the least "
        "certain come first; `label`, `score`, `duration` or `text`. Those without a value come last, equal ones by "
        "recording and time.",
    )
    order: Order = Field(default=Order.ASC, description="Which way.")
    cursor: str | None = Field(
        default=None,
        description="`next` of the page before; leave it out for the first page.",
        max_length=MAX_CURSOR,
    )
    limit: int = Field(default=100, description="Most segments on the page.", ge=1, le=MAX_LIMIT)

    def wanted(self) -> SegmentFilter:
        """The filter itself."""
        return SegmentFilter(
            kinds=tuple(self.kind),
            annotation_ids=tuple(self.annotation_id),
            labels=tuple(self.label),
            **self.model_dump(include=set(_SAME)),
        )


_SAME = (
    "author_id",
    "recording_id",
    "source",
    "status",
    "unlabelled",
    "min_score",
    "max_score",
    "tag",
    "q",
    "speaker",
    "min_duration",
    "max_duration",
)


@router.get(
    "/projects/{project_id}/segments",
    summary="Find segments",
    response_model=PageAnswer[FoundSegmentAnswer],
    responses=errors(404),
)
def find_project_segments(
    platform: PlatformDep, actor: ActorDep, project_id: ProjectId, query: Annotated[FindQuery, Query()]
) -> Response:
    """Find segments across the recordings of a project, to be judged side by side.

    Annotations and recordings in the trash are left out.
    """
    found = find_segments(
        platform,
        actor,
        project_id,
        query.wanted(),
        sort=query.sort,
        order=query.order,
        cursor=query.cursor,
        limit=query.limit,
    )
    # Written without validation, which would take longer than all the rest.
    return JSONResponse({"items": [_told(one) for one in found.items], "next": found.next})


def _told(found: FoundSegment) -> dict[str, object]:
    plain = {name: getattr(found, name) for name in FoundSegmentAnswer.model_fields if name != "segment"}
    return plain | {"segment": wire.stored(found.segment)}


@router.get("/projects/{project_id}/labels", summary="Count labels", response_model=LabelUses, responses=errors(404))
def count_labels(platform: PlatformDep, actor: ActorDep, project_id: ProjectId) -> object:
    """Tell how many segments carry each label, and how long they are together.

    Labels are those that segments have, whether or not they are in the label set. Annotations and recordings in the
    trash are left out; several annotations of one recording all count.
    """
    return {"items": label_use(platform, actor, project_id)}
