"""What routes ask for: the platform, who asks, and pages of lists."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query, Request

from earmark.core.page import MAX_LIMIT
from earmark.core.people import Actor
from earmark.services.platform import Platform


async def get_platform(request: Request) -> Platform:
    """The platform that this application serves."""
    platform: Platform = request.app.state.platform
    return platform


def get_actor(request: Request) -> Actor:
    """Who asks; see `earmark.server.identity`."""
    from earmark.server.identity import identify

    return identify(request)


PlatformDep = Annotated[Platform, Depends(get_platform)]
ActorDep = Annotated[Actor, Depends(get_actor)]
Cursor = Annotated[
    str | None, Query(description="`next` of the page before; leave it out for the first page.", max_length=1000)
]
Limit = Annotated[int, Query(description="Most items on the page.", ge=1, le=MAX_LIMIT)]
