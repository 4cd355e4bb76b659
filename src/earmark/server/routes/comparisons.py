"""Comparison of annotations, and agreement of people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse
from pydantic import Field

from earmark.server import segments as wire
from earmark.server.dependencies import ActorDep, PlatformDep
from earmark.server.problems import errors
from earmark.server.routes.annotations import AnnotationId
from earmark.server.routes.projects import ProjectId
from earmark.server.routes.recordings import RecordingId
from earmark.server.schemas import Answer, IdText
from earmark.server.segments import SegmentAnswer
from earmark.services import agreement, comparison

if TYPE_CHECKING:
    from earmark.core.scores.agreement import PairAgreement
    from earmark.services.agreement import AgreementReport

router = APIRouter(tags=["annotations"])

People = Annotated[list[IdText] | None, Query(description="Only these people; all by default.", max_length=100)]


class DifferenceAnswer(Answer):
    """One place where two annotations differ."""

    first: SegmentAnswer | None = Field(description="The segment of the first one; null if it has none there.")
    second: SegmentAnswer | None = Field(description="The segment of the other one; null if it has none there.")
    differs: list[str] = Field(
        description=f"What differs between them, of {', '.join(comparison.COMPARED)}.", examples=[["borders"]]
    )


class LabelsAnswer(Answer):
    """What one said where the other said what."""

    first: str | None = Field(description="Label; null for time that was not marked, empty for marks without label.")
    second: str | None = Field(description="Label of the other one.")
    frames: int = Field(description="Number of frames of 10 ms.", examples=[1200])


class PairAnswer(Answer):
    """How well two agree; figures are null where there is nothing to measure."""

    first: str = Field(description="One of the two: id of the person, or of the annotation.")
    second: str = Field(description="The other one.")
    recordings: int = Field(description="How many recordings both annotated.")
    kappa: float | None = Field(description="Cohen's kappa over frames of 10 ms: 1 is perfect, 0 is chance.")
    accuracy: float | None = Field(description="Share of frames with the same label.")
    f1: float | None = Field(description="F1 of whole segments: same label, intersection over union of 0.5 or more.")
    precision: float | None = Field(description="Share of the other's segments that fit one of the first.")
    recall: float | None = Field(description="Share of the first one's segments that fit one of the other.")
    labels: list[LabelsAnswer] = Field(description="What one said where the other said what.")


class ComparisonAnswer(Answer):
    """Two annotations side by side."""

    first: str = Field(description="Identifier of the one.")
    second: str = Field(description="Identifier of the other.")
    same: int = Field(description="Segments that are alike.", examples=[280])
    different: int = Field(description="Pairs that stand for the same sound and differ.", examples=[12])
    only_first: int = Field(description="Segments that the other one does not have.", examples=[3])
    only_second: int = Field(description="Segments that the first one does not have.", examples=[5])
    differences: list[DifferenceAnswer] = Field(description="Some of the differences, in order of time.")
    next: int | None = Field(description="Pass it as `skip` for more differences; null if these are the last.")
    agreement: PairAnswer = Field(description="The same in figures.")


class PersonAnswer(Answer):
    """A person whose work was compared."""

    id: str = Field(description="Identifier.")
    name: str = Field(description="Name.", examples=["annotator"])


class AgreementAnswer(Answer):
    """How well people agree."""

    people: list[PersonAnswer] = Field(description="Whose work was compared.")
    recordings: int = Field(description="How many recordings two or more of them annotated.")
    alpha: float | None = Field(
        description="Krippendorff's alpha over frames of 10 ms, of whatever two or more annotated."
    )
    fleiss: float | None = Field(description="Fleiss' kappa over frames of 10 ms, of what all annotated.")
    pairs: list[PairAnswer] = Field(description="Every two of them that share a recording.")
    annotations: list[str] = Field(
        description="The annotations that were compared: of each person and recording the one that is furthest."
    )


def _pair(found: PairAgreement) -> dict[str, object]:
    rows = sorted(found.frames.counts.items(), key=lambda row: -row[1])
    return {
        "first": found.first,
        "second": found.second,
        "recordings": found.recordings,
        "kappa": found.kappa,
        "accuracy": found.frames.accuracy,
        "f1": found.segments.f1,
        "precision": found.segments.precision,
        "recall": found.segments.recall,
        "labels": [{"first": a, "second": b, "frames": frames} for (a, b), frames in rows],
    }


def _report(found: AgreementReport) -> dict[str, object]:
    measured = found.agreement
    return {
        "people": [{"id": name, "name": found.names[name]} for name in measured.annotators],
        "recordings": measured.recordings,
        "alpha": measured.alpha,
        "fleiss": measured.fleiss,
        "pairs": [_pair(pair) for pair in measured.pairs],
        "annotations": list(found.annotations),
    }


@router.get(
    "/annotations/{annotation_id}/compare",
    summary="Compare two annotations",
    response_model=ComparisonAnswer,
    responses=errors(404, 413),
)
def compare_annotations(
    platform: PlatformDep,
    actor: ActorDep,
    annotation_id: AnnotationId,
    other: Annotated[IdText, Query(alias="with", description="The other annotation, of the same recording.")],
    skip: Annotated[int, Query(description="Differences to pass over: `next` of the answer before.", ge=0)] = 0,
    limit: Annotated[int, Query(description="Most differences to list.", ge=1, le=5000)] = 500,
) -> Response:
    """Say what two annotations of a recording share, and where they differ."""
    found = comparison.compare(platform, actor, annotation_id, other)
    listed = found.differences[skip : skip + limit]
    sides = [(one, [side and wire.stored(side) for side in (one.first, one.second)]) for one in listed]
    counts = {name: getattr(found, name) for name in ("same", "different", "only_first", "only_second")}
    return JSONResponse(
        {
            "first": found.first.id,
            "second": found.second.id,
            **counts,
            "differences": [{"first": a, "second": b, "differs": one.differs} for one, (a, b) in sides],
            "next": skip + limit if len(found.differences) > skip + limit else None,
            "agreement": _pair(found.agreement),
        }
    )


@router.get(
    "/recordings/{recording_id}/agreement",
    summary="Measure agreement on a recording",
    response_model=AgreementAnswer,
    responses=errors(404, 413),
)
def get_recording_agreement(
    platform: PlatformDep, actor: ActorDep, recording_id: RecordingId, person: People = None
) -> object:
    """Measure how well people agree on a recording."""
    return _report(agreement.recording_agreement(platform, actor, recording_id, people=person or ()))


@router.get(
    "/projects/{project_id}/agreement",
    summary="Measure agreement in a project",
    response_model=AgreementAnswer,
    responses=errors(404, 413),
)
def get_project_agreement(
    platform: PlatformDep, actor: ActorDep, project_id: ProjectId, person: People = None
) -> object:
    """Measure how well people agree on the recordings of a project that two of them or more annotated."""
    return _report(agreement.project_agreement(platform, actor, project_id, people=person or ()))
