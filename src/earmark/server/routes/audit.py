"""``/audit``: who did what."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, Field

from earmark.server.dependencies import ActorDep, Cursor, Limit, PlatformDep
from earmark.server.problems import errors
from earmark.server.schemas import Answer, IdText, PageAnswer
from earmark.services import audit

router = APIRouter(tags=["audit"])


class AuditAnswer(Answer):
    """One thing that somebody did."""

    number: int = Field(description="Grows with time.")
    at: datetime = Field(description="When.")
    user_id: str | None = Field(description="Who; null for Earmark itself.")
    user_name: str = Field(description="Who, by the name of that time.", examples=["Annotator"])
    action: str = Field(description="What was done: `noun.verb`.", examples=["recording.deleted"])
    project_id: str | None = Field(description="In which project; null for the server.")
    subject_kind: str = Field(description="Kind of the thing it was done to.", examples=["recording"])
    subject_id: str | None = Field(description="The thing it was done to.")
    details: dict[str, Any] = Field(description="What exactly; depends on the action.")
    address: str | None = Field(description="Address that the request came from.", examples=["192.0.2.7"])
    request_id: str | None = Field(description="Id of the request, as in the server's log.")


@router.get("/audit", summary="See who did what", response_model=PageAnswer[AuditAnswer], responses=errors(404))
def list_audit(
    platform: PlatformDep,
    actor: ActorDep,
    project_id: Annotated[IdText | None, Query(description="Only what was done in this project.")] = None,
    subject_id: Annotated[str | None, Query(description="Only what was done to this thing.", max_length=64)] = None,
    user_id: Annotated[IdText | None, Query(description="Only what this person did.")] = None,
    action: Annotated[
        str | None, Query(description="Only this action.", max_length=40, examples=["recording.deleted"])
    ] = None,
    since: Annotated[
        AwareDatetime | None, Query(alias="from", description="Only what was done at this moment or later.")
    ] = None,
    until: Annotated[
        AwareDatetime | None, Query(alias="to", description="Only what was done before this moment.")
    ] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> object:
    """List the audit log, the latest first. Managers see that of their project, administrators that of the server."""
    return audit.list_entries(
        platform,
        actor,
        project_id=project_id,
        subject_id=subject_id,
        user_id=user_id,
        action=action,
        since=since,
        until=until,
        cursor=cursor,
        limit=limit,
    )
