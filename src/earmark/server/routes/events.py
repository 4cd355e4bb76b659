"""``/events``: what happens, as it happens."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Query, Request

from earmark.core.people import Permission
from earmark.errors import InvalidValue
from earmark.server.dependencies import ActorDep, PlatformDep
from earmark.server.problems import errors
from earmark.server.schemas import IdText
from earmark.server.stream import EventStream
from earmark.services import access

router = APIRouter(tags=["events"])

MAX_KINDS = 50

ProjectId = Annotated[IdText | None, Query(description="Only events of this project.")]
Kinds = Annotated[
    str,
    Query(
        description="Only these kinds, with commas between them; all if left out.",
        max_length=2000,
        examples=["job.progress,job.done,annotation.edited"],
    ),
]
LastId = Annotated[
    str | None,
    Header(
        alias="Last-Event-ID",
        description="`id` of the last event that was seen; the browser's EventSource sends it by itself.",
        max_length=20,
        examples=["1207"],
    ),
]


@router.get(
    "/events",
    summary="Watch what happens",
    status_code=200,
    response_class=EventStream,
    responses={
        200: {
            "description": "A stream of server-sent events that does not end by itself.",
            "content": {"text/event-stream": {"schema": {"type": "string"}}},
        },
        **errors(404),
    },
)
def watch_events(
    request: Request,
    platform: PlatformDep,
    actor: ActorDep,
    project_id: ProjectId = None,
    kinds: Kinds = "",
    last_event_id: LastId = None,
) -> EventStream:
    """Send every event of the projects that you may see, as server-sent events.

    The name of an event (`event:`) is its kind, for example `annotation.edited`; its `data` is JSON with `number`,
    `at`, `kind`, `project_id`, `subject_id` and `data`. After an interruption the stream goes on where it was
    (`Last-Event-ID`); an event may come twice then, with the same `number`, but none is missed within the day that
    events are kept. A comment comes every 15 seconds.
    """
    if project_id is not None:
        with platform.database.read() as connection:
            access.require(connection, actor, project_id, Permission.READ)
    wanted = frozenset(filter(None, (kind.strip() for kind in kinds.split(","))))
    if len(wanted) > MAX_KINDS:
        raise InvalidValue(f"at most {MAX_KINDS} kinds of events may be asked for at once")
    watching = request.app.state.hub.watch(actor, project_id=project_id, kinds=wanted, after=_number(last_event_id))
    return EventStream(request, watching)


def _number(last_event_id: str | None) -> int | None:
    if last_event_id is None or not last_event_id:
        return None
    if not last_event_id.isascii() or not last_event_id.isdigit() or len(last_event_id) > 18:
        raise InvalidValue("Last-Event-ID is the id of an event that this server sent: a whole number.")
    return int(last_event_id)
